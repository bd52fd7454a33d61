import { ACCOUNT_ROLE_NAMES, ACCOUNT_ROLE_TABLE } from './account-roles.js';
import {
  CONDITIONS,
  DATASET_ROLES,
  DATASET_ROLE_NAMES,
  DATASET_ROLE_TABLE,
  type Condition,
  type DatasetRole,
} from './dataset-roles.js';
import type { AccountPermission, DatasetPermission, Permission } from './permissions.js';
import type { Principal } from './principal.js';

/** The path by which something was allowed. */
export type Via = 'DIRECT' | 'GROUP' | 'ACCOUNT_ROLE' | 'SUPER_ADMIN_OVERRIDE' | 'SELF';

/** One way in which the subject holds a role on a dataset. */
export interface Grant {
  readonly via: 'DIRECT' | 'GROUP';
  readonly role: DatasetRole;
}

/** What a decision on a dataset rests on. A condition whose fact is missing is not met. */
export interface DatasetFacts {
  readonly grants: readonly Grant[];
  /** The member to be changed or removed; null: not a member yet. */
  readonly target?: { readonly role: DatasetRole | null };
  readonly view?: { readonly isNewOrOwn: boolean };
  readonly import?: {
    readonly onlyExistingFields: boolean;
    /** The columns for which there is no field. */
    readonly unknownColumns?: readonly string[];
  };
}

export interface Allow {
  readonly allowed: true;
  readonly permission: Permission;
  readonly via: Via;
}

/** The four checks of a refusal, in the order in which a person would go through them. */
export type CheckStep = 'ROLE' | 'ITEM_PERMISSION' | 'SUSPENSION' | 'TEAM_MEMBERSHIP';

export interface Check {
  readonly step: CheckStep;
  readonly ok: boolean;
  readonly fact: string;
}

export interface Remedy {
  readonly kind:
    | 'ASSUME_ROLE'
    | 'ASK_DATASET_ADMIN'
    | 'ASK_ACCOUNT_ADMIN'
    | 'CHECK_WORKSPACE'
    | 'SIGN_IN';
  readonly who: string;
  readonly how: string;
}

/** Why something was refused and what would help. It never names other people. */
export interface Denial {
  readonly permission: Permission;
  readonly rule: string;
  readonly reason: 'ROLE_LACKS_PERMISSION';
  /** The subject's role where the rule looks: on the dataset, or in the account. */
  readonly role: string | null;
  readonly checks: readonly Check[];
  readonly missing: readonly Permission[];
  readonly remedies: readonly Remedy[];
}

export interface Deny {
  readonly allowed: false;
  readonly denial: Denial;
}

export type Decision = Allow | Deny;

/** May the principal do this: in its account, or on the dataset that the facts are about? */
export function decide(
  principal: Principal,
  permission: Permission,
  facts: DatasetFacts = NO_FACTS,
): Decision {
  return isDatasetPermission(permission)
    ? decideDataset(principal, permission, facts)
    : decideAccount(principal, permission);
}

const NO_FACTS: DatasetFacts = { grants: [] };

function decideAccount(principal: Principal, permission: AccountPermission): Decision {
  if (!principal.permissions.has(permission)) {
    return { allowed: false, denial: accountDenial(principal, permission) };
  }
  const via = permission === 'dataset:override' ? 'SUPER_ADMIN_OVERRIDE' : 'ACCOUNT_ROLE';
  return { allowed: true, permission, via };
}

function decideDataset(
  principal: Principal,
  permission: DatasetPermission,
  facts: DatasetFacts,
): Decision {
  const row = DATASET_ROLE_TABLE[permission];
  const grant = effectiveGrant(facts.grants);
  if (grant) {
    const cell = row[grant.role];
    if (typeof cell === 'string' ? isMet(cell, facts) : cell) {
      return { allowed: true, permission, via: grant.via };
    }
  }
  if (row.override && principal.permissions.has('dataset:override')) {
    return { allowed: true, permission, via: 'SUPER_ADMIN_OVERRIDE' };
  }
  return { allowed: false, denial: datasetDenial(principal, permission, grant, facts) };
}

/** The grant that counts: a direct one beats those of groups, of which the strongest counts. */
export function effectiveGrant(grants: readonly Grant[]): Grant | undefined {
  return grants.reduce<Grant | undefined>((best, grant) => {
    if (!best) return grant;
    if (best.via !== grant.via) return best.via === 'DIRECT' ? best : grant;
    return DATASET_ROLES.indexOf(grant.role) < DATASET_ROLES.indexOf(best.role) ? grant : best;
  }, undefined);
}

function isMet(condition: Condition, facts: DatasetFacts): boolean {
  switch (condition) {
    case 'ownView':
      return facts.view?.isNewOrOwn === true;
    case 'targetNotAdmin':
      return facts.target !== undefined && facts.target.role !== 'ADMIN';
    case 'existingFields':
      return facts.import?.onlyExistingFields === true;
  }
}

/** The rule in words, as the schema and every denial print it. */
export function ruleName(permission: Permission): string {
  return isDatasetPermission(permission)
    ? `dataset: ${DATASET_ROLE_TABLE[permission].label}`
    : `account: ${permission}`;
}

/** Who passes the rule, in words: the roles of its line in the table. */
export function rolesAllowed(permission: Permission): string {
  if (!isDatasetPermission(permission)) {
    return ACCOUNT_ROLE_TABLE[permission].map((role) => ACCOUNT_ROLE_NAMES[role]).join(', ');
  }
  const row = DATASET_ROLE_TABLE[permission];
  const roles = DATASET_ROLES.filter((role) => row[role] !== false).map((role) => {
    const cell = row[role];
    return typeof cell === 'string'
      ? `${DATASET_ROLE_NAMES[role]} (${CONDITIONS[cell]})`
      : DATASET_ROLE_NAMES[role];
  });
  return row.override ? `${roles.join(', ')}; Super Admin by override` : roles.join(', ');
}

function isDatasetPermission(permission: Permission): permission is DatasetPermission {
  return permission in DATASET_ROLE_TABLE;
}

function datasetDenial(
  principal: Principal,
  permission: DatasetPermission,
  grant: Grant | undefined,
  facts: DatasetFacts,
): Denial {
  const { label } = DATASET_ROLE_TABLE[permission];
  const role = grant ? DATASET_ROLE_NAMES[grant.role] : null;
  const isSuperAdmin = principal.permissions.has('dataset:override');
  const fromGroup = facts.grants.some(({ via }) => via === 'GROUP');
  return {
    permission,
    rule: ruleName(permission),
    reason: 'ROLE_LACKS_PERMISSION',
    role,
    checks: [
      {
        step: 'ROLE',
        ok: false,
        fact: isSuperAdmin
          ? `A Super Admin may view and share any dataset; “${label}” takes a role on the dataset.`
          : `Your account roles (${roleList(principal)}) give nothing inside a dataset.`,
      },
      {
        step: 'ITEM_PERMISSION',
        ok: false,
        fact: `Your role on the dataset is ${role ?? 'none'}; “${label}” takes: ${rolesAllowed(permission)}.${columnsNamed(permission, facts)}`,
      },
      { step: 'SUSPENSION', ok: true, fact: 'You are active.' },
      {
        step: 'TEAM_MEMBERSHIP',
        ok: false,
        fact: fromGroup
          ? 'The roles of your groups on the dataset do not allow it.'
          : 'None of your groups has a role on the dataset.',
      },
    ],
    missing: [permission],
    remedies: [
      ...(isSuperAdmin
        ? [
            {
              kind: 'ASSUME_ROLE',
              who: 'You',
              how: 'Give yourself a role with assumeDatasetRole; it is audited.',
            } as const,
          ]
        : []),
      {
        kind: 'ASK_DATASET_ADMIN',
        who: 'An Admin of the dataset',
        how: columnsNamed(permission, facts)
          ? 'Ask to have fields added for the columns with addDatasetField, and run the import again.'
          : 'Ask to be given a stronger role with changeDatasetMemberRole, or to have it done for you.',
      },
    ],
  };
}

function columnsNamed(permission: DatasetPermission, { import: file }: DatasetFacts): string {
  if (permission !== 'dataset:import' || !file?.unknownColumns?.length) return '';
  return ` Without a field: ${file.unknownColumns.join(', ')}.`;
}

function accountDenial(principal: Principal, permission: AccountPermission): Denial {
  return {
    permission,
    rule: ruleName(permission),
    reason: 'ROLE_LACKS_PERMISSION',
    role: roleList(principal),
    checks: [
      {
        step: 'ROLE',
        ok: false,
        fact: `Your account roles (${roleList(principal)}) do not include ${permission}; it takes: ${rolesAllowed(permission)}.`,
      },
      { step: 'ITEM_PERMISSION', ok: true, fact: 'It does not depend on what is shared with you.' },
      { step: 'SUSPENSION', ok: true, fact: 'You are active.' },
      { step: 'TEAM_MEMBERSHIP', ok: true, fact: 'It does not depend on your groups.' },
    ],
    missing: [permission],
    remedies: [
      {
        kind: 'ASK_ACCOUNT_ADMIN',
        who: 'A Super Admin, IAM Admin or Admin of the account',
        how: 'Ask for an account role that includes it.',
      },
    ],
  };
}

function roleList(principal: Principal): string {
  return principal.roleNames.join(', ') || 'none';
}

import { isTarget, NEVER_DELEGABLE, resourceOf, SHARED_RESOURCE_TABLE } from './boundary.js';
import type { FlowFacts, Grant } from './decide.js';
import type { AccountPermission, Permission } from './permissions.js';
import type { Principal } from './principal.js';
import {
  isDatasetPermission,
  isSharedPermission,
  roleNameOf,
  rolesAllowed,
  rowOf,
  ruleName,
  type SharedPermission,
} from './tables.js';

/**
 * The checks of a refusal, in the order in which a person would go through them: what the credential may be used for,
 * the three of acting as somebody else, and the four of the subject's own rights.
 */
export type CheckStep =
  | 'CREDENTIAL'
  | 'IMPERSONATION_GRANT'
  | 'IMPERSONATION_TARGET'
  | 'SUBJECT_RIGHTS'
  | 'ROLE'
  | 'ITEM_PERMISSION'
  | 'SUSPENSION'
  | 'TEAM_MEMBERSHIP';

export interface Check {
  readonly step: CheckStep;
  readonly ok: boolean;
  readonly fact: string;
}

export interface Remedy {
  readonly kind:
    | 'ASSUME_ROLE'
    | 'ASK_DATASET_ADMIN'
    | 'ASK_FLOW_OWNER'
    | 'ASK_ACCOUNT_ADMIN'
    | 'CHECK_WORKSPACE'
    | 'GRANT_IMPERSONATION'
    | 'SIGN_IN'
    | 'USE_ANOTHER_KEY';
  readonly who: string;
  readonly how: string;
}

export type Reason =
  | 'ROLE_LACKS_PERMISSION'
  | 'KEY_RESTRICTED'
  | 'SIGN_IN_REQUIRED'
  | 'NOT_COVERED'
  | 'NOT_A_TARGET'
  | 'NOT_DELEGABLE';

/** Why something was refused and what would help. It never names other people. */
export interface Denial {
  readonly permission: Permission | null;
  readonly rule: string;
  readonly reason: Reason;
  /** The subject's role where the rule looks: on the flow, or in the account. */
  readonly role: string | null;
  readonly checks: readonly Check[];
  readonly missing: readonly Permission[];
  readonly remedies: readonly Remedy[];
}

function denialOf(
  permission: Permission,
  reason: Reason,
  rest: Pick<Denial, 'role' | 'checks' | 'remedies'>,
): Denial {
  return { permission, rule: ruleName(permission), reason, missing: [permission], ...rest };
}

/** The key may not be used for it, whatever its holder may do. */
export function keyDenial(
  principal: Principal,
  permission: Permission,
  reason: 'KEY_RESTRICTED' | 'SIGN_IN_REQUIRED',
): Denial {
  const isRestricted = reason === 'KEY_RESTRICTED';
  return denialOf(permission, reason, {
    role: principal.roleNames.join(', ') || null,
    checks: [
      {
        step: 'CREDENTIAL',
        ok: false,
        fact: isRestricted
          ? `The key is restricted to other permissions than ${permission}.`
          : 'Credentials, and who may act for whom, are managed by people who are signed in, never with a key.',
      },
    ],
    remedies: [
      isRestricted
        ? {
            kind: 'USE_ANOTHER_KEY',
            who: 'Whoever manages the key',
            how: `Make a key whose permissions include ${permission}.`,
          }
        : { kind: 'SIGN_IN', who: 'A person with the right', how: 'Sign in and do it there.' },
    ],
  });
}

/** It takes a person who is signed in. */
export function signInDenial({ roleNames }: Principal): Denial {
  return {
    permission: null,
    rule: 'signed in',
    reason: 'SIGN_IN_REQUIRED',
    role: roleNames.join(', ') || null,
    checks: [
      { step: 'CREDENTIAL', ok: false, fact: 'Keys and those who act for others can’t do this.' },
    ],
    missing: [],
    remedies: [{ kind: 'SIGN_IN', who: 'The person', how: 'Sign in and do it there.' }],
  };
}

/** The first or the second check of acting as somebody else failed. */
export function impersonationDenial(
  permission: Permission,
  reason: 'NOT_COVERED' | 'NOT_A_TARGET',
): Denial {
  return denialOf(permission, reason, {
    role: null,
    ...impersonationRefusal(reason, resourceNeeded(permission)),
  });
}

/** Nobody may be acted as, whatever is asked for: no live grant, or none that reaches this person. */
export function actAsDenial(hasGrants: boolean): Denial {
  return {
    permission: null,
    rule: 'acting as somebody',
    reason: hasGrants ? 'NOT_A_TARGET' : 'NOT_COVERED',
    role: null,
    missing: [],
    ...impersonationRefusal(hasGrants ? 'NOT_A_TARGET' : 'NOT_COVERED', 'anything'),
  };
}

function impersonationRefusal(
  reason: 'NOT_COVERED' | 'NOT_A_TARGET',
  resource: string,
): Pick<Denial, 'checks' | 'remedies'> {
  const covered = {
    step: 'IMPERSONATION_GRANT',
    ok: true,
    fact: 'A live grant covers it.',
  } as const;
  return reason === 'NOT_COVERED'
    ? {
        checks: [
          {
            step: 'IMPERSONATION_GRANT',
            ok: false,
            fact: `No live grant lets the service account act as somebody on ${resource}.`,
          },
        ],
        remedies: [
          {
            kind: 'GRANT_IMPERSONATION',
            who: 'An Admin of the dataset or Owner of the flow; for shared resources a Super Admin or IAM Admin',
            how: 'Grant it with grantImpersonation.',
          },
        ],
      }
    : {
        checks: [
          covered,
          {
            step: 'IMPERSONATION_TARGET',
            ok: false,
            fact: 'Only active people in reach of the grant may be acted as: the members of the flow, and for user and group management a Super Admin, IAM Admin or User Admin.',
          },
        ],
        remedies: [
          {
            kind: 'ASK_FLOW_OWNER',
            who: 'An Admin of the dataset or Owner of the flow',
            how: 'Have the person added there, or act as somebody who is.',
          },
        ],
      };
}

function resourceNeeded(permission: Permission): string {
  if (isSharedPermission(permission)) {
    return isDatasetPermission(permission) ? 'this dataset' : 'this flow';
  }
  const resource = resourceOf(permission);
  return resource ? SHARED_RESOURCE_TABLE[resource].label : permission;
}

/** The subject may do it, but nobody does it on behalf of another. */
export function undelegable(principal: Principal, permission: Permission): Denial {
  return denialOf(permission, 'NOT_DELEGABLE', {
    role: principal.roleNames.join(', ') || null,
    checks: [
      ...(isSharedPermission(permission) ? PASSED : []),
      {
        step: 'SUBJECT_RIGHTS',
        ok: false,
        fact: 'It is never done on behalf of somebody: credentials, sessions, grants, roles, security, one’s own membership, and reaching beyond what is shared.',
      },
    ],
    remedies: [{ kind: 'SIGN_IN', who: 'The person', how: 'Sign in and do it there.' }],
  });
}

const PASSED: readonly Check[] = [
  { step: 'IMPERSONATION_GRANT', ok: true, fact: 'A live grant covers it.' },
  { step: 'IMPERSONATION_TARGET', ok: true, fact: 'The person may be acted as there.' },
];

/** The subject’s role on a flow does not allow it. */
export function flowDenial(
  principal: Principal,
  permission: SharedPermission,
  grant: Grant | undefined,
  facts: FlowFacts,
): Denial {
  const isDataset = isDatasetPermission(permission);
  const noun = isDataset ? 'dataset' : 'flow';
  const { label } = rowOf(permission);
  const role = grant ? roleNameOf(grant.role) : null;
  const overrides = principal.permissions.has(isDataset ? 'dataset:override' : 'flow:override');
  const assumes = isDataset ? overrides : principal.permissions.has('flow:assumeOwner');
  const fromGroup = facts.grants.some(({ via }) => via === 'GROUP');
  const columns = columnsNamed(permission, facts);
  return denialOf(permission, 'ROLE_LACKS_PERMISSION', {
    role,
    checks: [
      ...checksPassed(principal),
      {
        step: 'ROLE',
        ok: false,
        fact: overrides
          ? `A Super Admin may view and share any ${noun}; “${label}” takes a role on the ${noun}.`
          : `Your account roles (${roleList(principal)}) ${isDataset ? 'give nothing inside a dataset' : 'do not allow it on this flow'}.`,
      },
      {
        step: 'ITEM_PERMISSION',
        ok: false,
        fact: `Your role on the ${noun} is ${role ?? 'none'}; “${label}” takes: ${rolesAllowed(permission)}.${columns}`,
      },
      { step: 'SUSPENSION', ok: true, fact: 'You are active.' },
      {
        step: 'TEAM_MEMBERSHIP',
        ok: false,
        fact: fromGroup
          ? `The roles of your groups on the ${noun} do not allow it.`
          : `None of your groups has a role on the ${noun}.`,
      },
    ],
    remedies: [
      ...(assumes
        ? [
            {
              kind: 'ASSUME_ROLE',
              who: 'You',
              how: `Give yourself a role with ${isDataset ? 'assumeDatasetRole' : 'assumeFlowRole'}; it is audited.`,
            } as const,
          ]
        : []),
      isDataset
        ? {
            kind: 'ASK_DATASET_ADMIN',
            who: 'An Admin of the dataset',
            how: columns
              ? 'Ask to have fields added for the columns with addDatasetField, and run the import again.'
              : 'Ask to be given a stronger role with changeDatasetMemberRole, or to have it done for you.',
          }
        : {
            kind: 'ASK_FLOW_OWNER',
            who: 'An Owner of the flow',
            how: 'Ask to be given a stronger role with changeFlowMemberRole, or to have it done for you.',
          },
    ],
  });
}

function checksPassed({ acting }: Principal): readonly Check[] {
  if (!acting) return [];
  return [
    ...PASSED,
    { step: 'SUBJECT_RIGHTS', ok: false, fact: 'The person may not do it either.' },
  ];
}

function columnsNamed(permission: SharedPermission, { import: file }: FlowFacts): string {
  if (permission !== 'dataset:import' || !file?.unknownColumns?.length) return '';
  return ` Without a field: ${file.unknownColumns.join(', ')}.`;
}

/** The subject’s account roles do not allow it, or nobody let the actor use them. */
export function accountDenial(principal: Principal, permission: AccountPermission): Denial {
  const { acting } = principal;
  const resource = resourceOf(permission);
  if (acting) {
    if (NEVER_DELEGABLE.has(permission)) return undelegable(principal, permission);
    if (!resource || !acting.shared.has(resource)) {
      return impersonationDenial(permission, 'NOT_COVERED');
    }
    if (!acting.isActable || !isTarget(resource, acting.builtInRoles)) {
      return impersonationDenial(permission, 'NOT_A_TARGET');
    }
  }
  return denialOf(permission, 'ROLE_LACKS_PERMISSION', {
    role: roleList(principal),
    checks: [
      ...checksPassed(principal),
      {
        step: 'ROLE',
        ok: false,
        fact: `Your account roles (${roleList(principal)}) do not include ${permission}; it takes: ${rolesAllowed(permission)}.`,
      },
      { step: 'ITEM_PERMISSION', ok: true, fact: 'It does not depend on what is shared with you.' },
      { step: 'SUSPENSION', ok: true, fact: 'You are active.' },
      { step: 'TEAM_MEMBERSHIP', ok: true, fact: 'It does not depend on your groups.' },
    ],
    remedies: [
      {
        kind: 'ASK_ACCOUNT_ADMIN',
        who: 'A Super Admin, IAM Admin or Admin of the account',
        how: 'Ask for an account role that includes it.',
      },
    ],
  });
}

function roleList(principal: Principal): string {
  return principal.roleNames.join(', ') || 'none';
}

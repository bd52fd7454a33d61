import { DONE_BY_A_PERSON, impersonationDenial, PASSED, undelegable } from './acting-denial.js';
import { isTarget, NEVER_DELEGABLE, resourceOf } from './boundary.js';
import type { FlowFacts, Grant } from './decide.js';
import { denialOf, type Check, type Denial, type Remedy } from './denial-shape.js';
import type { AccountPermission, Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { assuming, roleToAskFor, sharing } from './remedy.js';
import {
  familyOf,
  isDatasetPermission,
  isSharedPermission,
  OVERRIDE,
  roleNameOf,
  rolesAllowed,
  rowOf,
  type SharedPermission,
} from './tables.js';

/** The subject’s role on a flow does not allow it. */
export function flowDenial(
  principal: Principal,
  permission: SharedPermission,
  grant: Grant | undefined,
  facts: FlowFacts,
): Denial {
  const isDataset = isDatasetPermission(permission);
  const noun = familyOf(permission);
  const { label } = rowOf(permission);
  const role = grant ? roleNameOf(grant.role) : null;
  const overrides = principal.permissions.has(OVERRIDE[noun]);
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
      // With the role it would still not be done on behalf of anybody.
      ...(principal.acting && NEVER_DELEGABLE.has(permission) ? [DONE_BY_A_PERSON] : []),
      ...(assumes
        ? [
            {
              kind: 'ASSUME_ROLE',
              who: 'You',
              how: `Give yourself a role with ${isDataset ? 'assumeDatasetRole' : 'assumeFlowRole'}; it is audited.`,
              ...assuming([permission], facts),
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
            ...sharing(principal.subject, [permission], facts),
          }
        : {
            kind: 'ASK_FLOW_OWNER',
            who: 'An Owner of the flow',
            how: 'Ask to be given a stronger role with changeFlowMemberRole, or to have it done for you.',
            ...sharing(principal.subject, [permission], facts),
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
      return impersonationDenial(principal, permission, 'NOT_COVERED');
    }
    if (!acting.isActable || !isTarget(resource, acting.builtInRoles)) {
      return impersonationDenial(principal, permission, 'NOT_A_TARGET');
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
      principal.subject.kind === 'user'
        ? {
            kind: 'ASK_ACCOUNT_ADMIN',
            who: 'A Super Admin, IAM Admin or Admin of the account',
            how: 'Ask for an account role that includes it with requestAccess; they give it with approveAccessRequest.',
            mutation: 'requestAccess',
            input: { permissions: [permission] },
          }
        : // Service accounts hold no roles in the account, and ask for nothing.
          DONE_BY_A_PERSON,
    ],
  });
}

/** What it is about gives more than the subject has. */
export function outrankedDenial(
  principal: Principal,
  permission: AccountPermission,
  beyond: readonly AccountPermission[],
): Denial {
  return {
    ...denialOf(permission, 'OUTRANKED', {
      role: roleList(principal),
      checks: [
        ...(principal.acting ? PASSED : []),
        {
          step: 'ROLE',
          ok: false,
          fact: `It reaches above your account roles (${roleList(principal)}): they do not include ${beyond.toSorted().join(', ')}.`,
        },
      ],
      remedies: [
        { kind: 'ASK_ACCOUNT_ADMIN', who: 'A Super Admin', how: 'Ask to have it done for you.' },
      ],
    }),
    missing: beyond.toSorted(),
  };
}

/** Several refusals of one thing: the first says why, all that is missing is named, and what helps gives all of it. */
export function denialOfAll(denials: readonly Denial[]): Denial | undefined {
  const [first] = denials;
  if (!first || denials.length === 1) return first;
  return helpingWith({ ...first, missing: denials.flatMap((denial) => denial.missing) }, []);
}

/** The same refusal, of which the remedies help with whatever else would be refused next. */
export function helpingWith(denial: Denial, further: readonly Permission[]): Denial {
  const needed = [...new Set([...denial.missing, ...further])];
  return { ...denial, remedies: denial.remedies.map((remedy) => givingAll(remedy, needed)) };
}

function givingAll(remedy: Remedy, missing: readonly Permission[]): Remedy {
  const { input, kind } = remedy;
  if (!input) return remedy;
  if (kind === 'USE_ANOTHER_KEY') {
    // A wider key still does what the other one did.
    const kept = input['permissions'] as readonly Permission[];
    const permissions = [...new Set([...kept, ...missing])].toSorted();
    return { ...remedy, input: { ...input, permissions } };
  }
  if ('permissions' in input) return { ...remedy, input: { ...input, permissions: missing } };
  const role = roleToAskFor(missing.filter(isSharedPermission));
  return 'role' in input && role ? { ...remedy, input: { ...input, role } } : remedy;
}

function roleList(principal: Principal): string {
  return principal.roleNames.join(', ') || 'none';
}

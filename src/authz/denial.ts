import { impersonationDenial, PASSED, undelegable } from './acting-denial.js';
import { isTarget, NEVER_DELEGABLE, resourceOf } from './boundary.js';
import type { FlowFacts, Grant } from './decide.js';
import { denialOf, type Check, type Denial, type Remedy } from './denial-shape.js';
import type { AccountPermission, Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { assuming, roleToAskFor, sharing } from './remedy.js';
import {
  askingFor,
  DONE_BY_A_PERSON,
  DONE_BY_A_SUPER_ADMIN,
  followedBy,
  isOutOfReach,
  keySteps,
  lastSteps,
  remedyOf,
  stepsFrom,
} from './steps.js';
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
        ? askingFor([permission])
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
      remedies: [DONE_BY_A_SUPER_ADMIN],
    }),
    missing: beyond.toSorted(),
  };
}

/** Several refusals of one thing: the first says why, all that is missing is named, and what helps gives all of it. */
export function denialOfAll(principal: Principal, denials: readonly Denial[]): Denial | undefined {
  const [first] = denials;
  if (!first || denials.length === 1) return first;
  const missing = denials.flatMap((denial) => denial.missing);
  return helpingWith(principal, { ...first, missing }, []);
}

/** The same refusal, of which the remedies help with whatever else would be refused next. */
export function helpingWith(
  principal: Principal,
  denial: Denial,
  others: readonly Permission[],
): Denial {
  const needed = [...new Set([...denial.missing, ...others])];
  const { reason, remedies } = denial;
  if (reason === 'KEY_RESTRICTED' || reason === 'NOT_COVERED') {
    const steps = stepsFrom(reason === 'NOT_COVERED' ? 'GRANT' : 'KEY', principal, needed);
    return { ...denial, remedies: [remedyOf(steps)] };
  }
  if (principal.acting && needed.some((each) => isOutOfReach(principal, each))) {
    return { ...denial, remedies: [DONE_BY_A_PERSON] };
  }
  const later = [...keySteps(principal, needed), ...lastSteps(principal, needed)];
  return {
    ...denial,
    remedies: remedies.map((each) => followedBy(givingAll(each, needed), later)),
  };
}

function givingAll(remedy: Remedy, missing: readonly Permission[]): Remedy {
  const { input } = remedy;
  if (!input) return remedy;
  if ('permissions' in input) return { ...remedy, input: { ...input, permissions: missing } };
  const role = roleToAskFor(missing.filter(isSharedPermission));
  return 'role' in input && role ? { ...remedy, input: { ...input, role } } : remedy;
}

/** The same refusal of what is about somebody or something that may be above the subject: that shows afterwards. */
export function reachingUpTo({ acting }: Principal, denial: Denial): Denial {
  // Nor is anything done to a person on their own behalf.
  const last = acting ? DONE_BY_A_PERSON : DONE_BY_A_SUPER_ADMIN;
  const remedies = denial.remedies.map((each) => followedBy(each, [last]));
  return { ...denial, remedies };
}

function roleList(principal: Principal): string {
  return principal.roleNames.join(', ') || 'none';
}

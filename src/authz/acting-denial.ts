import { NEVER_DELEGABLE, resourceOf, SHARED_RESOURCE_TABLE, SIGNED_IN_ONLY } from './boundary.js';
import type { FlowFacts } from './decide.js';
import { denialOf, type Check, type Denial } from './denial-shape.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { sharing } from './remedy.js';
import { AS_ANOTHER, DONE_BY_A_PERSON, keySteps, remedyOf, stepsFrom } from './steps.js';
import { familyOf, isSharedPermission } from './tables.js';

/** The key may not be used for it, whatever its holder may do. */
export function keyDenial(
  principal: Principal,
  permission: Permission,
  reason: 'KEY_RESTRICTED' | 'SIGN_IN_REQUIRED',
): Denial {
  const isRestricted = reason === 'KEY_RESTRICTED';
  return denialOf(permission, reason, {
    role: roleOf(principal),
    checks: [
      {
        step: 'CREDENTIAL',
        ok: false,
        fact: isRestricted
          ? `The key, or the token that it was exchanged for, is restricted to other permissions than ${permission}.`
          : 'Credentials, and who may act for whom, are managed by people who are signed in, never with a key.',
      },
    ],
    remedies: [
      isRestricted ? remedyOf(stepsFrom('KEY', principal, [permission])) : DONE_BY_A_PERSON,
    ],
  });
}

/** The key has to be good for it, whether or not its holder may do it. */
export function carryingDenial(
  principal: Principal,
  permission: Permission,
  reason: 'KEY_RESTRICTED' | 'SIGN_IN_REQUIRED',
): Denial {
  const denial = keyDenial(principal, permission, reason);
  if (reason === 'SIGN_IN_REQUIRED' || SIGNED_IN_ONLY.has(permission)) return denial;
  return { ...denial, remedies: keySteps(principal, [permission]) };
}

/** What roles somebody has is not told to who acts as them. */
function roleOf({ acting, roleNames }: Principal): string | null {
  return acting ? null : roleNames.join(', ') || null;
}

/** It takes a person who is signed in. */
export function signInDenial(principal: Principal): Denial {
  return {
    permission: null,
    rule: 'signed in',
    reason: 'SIGN_IN_REQUIRED',
    role: roleOf(principal),
    checks: [
      { step: 'CREDENTIAL', ok: false, fact: 'Keys and those who act for others can’t do this.' },
    ],
    missing: [],
    remedies: [DONE_BY_A_PERSON],
  };
}

/** It is for the person themselves. */
export function notOwnDenial(principal: Principal): Denial {
  return {
    permission: null,
    rule: 'self',
    reason: 'ROLE_LACKS_PERMISSION',
    role: roleOf(principal),
    checks: [{ step: 'ROLE', ok: false, fact: 'It is neither you nor yours.' }],
    missing: [],
    remedies: [{ kind: 'SIGN_IN', who: 'The person', how: 'Sign in and do it there.' }],
  };
}

/** The first or the second check of acting as somebody else failed. */
export function impersonationDenial(
  principal: Principal,
  permission: Permission,
  reason: 'NOT_COVERED' | 'NOT_A_TARGET',
  facts?: Pick<FlowFacts, 'id' | 'kind' | 'memberId'>,
): Denial {
  if (reason === 'NOT_A_TARGET' && !isSharedPermission(permission)) {
    return targetDenial(permission);
  }
  const { checks, remedies } = impersonationRefusal(reason, resourceNeeded(permission));
  const isDone = reason === 'NOT_A_TARGET' && !NEVER_DELEGABLE.has(permission);
  return denialOf(permission, reason, {
    role: null,
    checks,
    // Neither the person nor the flow is named: it makes no difference whether there is such a one.
    remedies: isDone
      ? remedies.map((remedy) => ({
          ...remedy,
          ...sharing(undefined, [permission], { ...facts, memberId: undefined }),
        }))
      : [remedyOf(stepsFrom('GRANT', principal, [permission]))],
  });
}

function targetDenial(permission: Permission): Denial {
  const { checks } = impersonationRefusal('NOT_A_TARGET', resourceNeeded(permission));
  return denialOf(permission, 'NOT_A_TARGET', {
    role: null,
    checks,
    remedies: [AS_ANOTHER],
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
    return `this ${familyOf(permission)}`;
  }
  const resource = resourceOf(permission);
  return resource ? SHARED_RESOURCE_TABLE[resource].label : permission;
}

/** The subject may do it, but nobody does it on behalf of another. */
export function undelegable(principal: Principal, permission: Permission): Denial {
  return denialOf(permission, 'NOT_DELEGABLE', {
    role: roleOf(principal),
    checks: [
      ...(isSharedPermission(permission) ? PASSED : []),
      {
        step: 'SUBJECT_RIGHTS',
        ok: false,
        fact: 'It is never done on behalf of somebody: credentials, sessions, grants, roles, security, one’s own membership, and reaching beyond what is shared.',
      },
    ],
    remedies: [DONE_BY_A_PERSON],
  });
}

/** The checks of acting as somebody that come before the rights of that person. */
export const PASSED: readonly Check[] = [
  { step: 'IMPERSONATION_GRANT', ok: true, fact: 'A live grant covers it.' },
  { step: 'IMPERSONATION_TARGET', ok: true, fact: 'The person may be acted as there.' },
];

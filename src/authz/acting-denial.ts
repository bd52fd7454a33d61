import { NEVER_DELEGABLE, resourceOf, SHARED_RESOURCE_TABLE, SIGNED_IN_ONLY } from './boundary.js';
import type { FlowFacts } from './decide.js';
import { denialOf, type Check, type Denial, type Remedy } from './denial-shape.js';
import { encodeId } from './node-id.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { sharing } from './remedy.js';
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
      isRestricted && !isBeyondKeys(principal, permission)
        ? {
            kind: 'USE_ANOTHER_KEY',
            who: 'Whoever manages the key',
            how: `Make a key whose permissions include ${permission}.`,
            ...widerKey(principal, permission),
          }
        : DONE_BY_A_PERSON,
    ],
  });
}

/** Whether no key would do, whatever it may be used for. */
function isBeyondKeys({ acting }: Principal, permission: Permission): boolean {
  return (acting ? NEVER_DELEGABLE : SIGNED_IN_ONLY).has(permission);
}

function widerKey({ actor, restriction = new Set() }: Principal, permission: Permission) {
  const wider = { name: 'Wider key', permissions: [...restriction, permission].toSorted() };
  return actor.kind === 'user'
    ? { mutation: 'createApiKey', input: wider }
    : {
        mutation: 'createAccessKey',
        input: { serviceAccountId: encodeId('ServiceAccount', actor.id), ...wider },
      };
}

/** Neither another key nor another grant helps. */
export const DONE_BY_A_PERSON = {
  kind: 'SIGN_IN',
  who: 'A person with the right',
  how: 'Sign in and do it there.',
} as const satisfies Remedy;

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
  { actor }: Principal,
  permission: Permission,
  reason: 'NOT_COVERED' | 'NOT_A_TARGET',
  facts?: Pick<FlowFacts, 'id' | 'kind' | 'memberId'>,
): Denial {
  if (reason === 'NOT_A_TARGET' && !isSharedPermission(permission)) {
    return targetDenial(permission);
  }
  const { checks, remedies } = impersonationRefusal(reason, resourceNeeded(permission));
  // Neither the person nor the flow is named: it makes no difference whether there is such a one.
  const step =
    reason === 'NOT_A_TARGET'
      ? sharing(undefined, [permission], { ...facts, memberId: undefined })
      : {
          mutation: 'grantImpersonation',
          input: {
            serviceAccountId: encodeId('ServiceAccount', actor.id),
            ...placeOf(permission),
          },
        };
  return denialOf(permission, reason, {
    role: null,
    checks,
    remedies: isGrantable(permission)
      ? remedies.map((remedy) => ({ ...remedy, ...step }))
      : [DONE_BY_A_PERSON],
  });
}

/** Whether there is a grant that lets it through at all. */
function isGrantable(permission: Permission): boolean {
  return isSharedPermission(permission) || resourceOf(permission) !== undefined;
}

/** In the account nobody becomes a target by being added to a flow, but by a role that the shared resource names. */
function targetDenial(permission: Permission): Denial {
  const { checks } = impersonationRefusal('NOT_A_TARGET', resourceNeeded(permission));
  return denialOf(permission, 'NOT_A_TARGET', {
    role: null,
    checks,
    remedies: [
      {
        kind: 'ASK_ACCOUNT_ADMIN',
        who: 'A Super Admin or IAM Admin of the account',
        how: 'Act as somebody who may be acted as there, or ask to have the person given such a role with assignRoles.',
      },
    ],
  });
}

/** Where it is to be granted, unless that is the flow that was asked for. */
function placeOf(permission: Permission) {
  return isSharedPermission(permission) ? {} : { sharedResource: resourceOf(permission) ?? null };
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

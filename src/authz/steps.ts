import { NEVER_DELEGABLE, resourceOf, SIGNED_IN_ONLY } from './boundary.js';
import { PERMISSION_TO_MAKE } from './dataset-roles.js';
import type { Remedy } from './denial-shape.js';
import { PERMISSION_TO_MAKE_FLOW } from './flow-roles.js';
import { encodeId } from './node-id.js';
import { isAccountPermission, type Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { givingRole } from './remedy.js';
import { isSharedPermission } from './tables.js';

/** Neither another key nor another grant helps. */
export const DONE_BY_A_PERSON = {
  kind: 'SIGN_IN',
  who: 'A person with the right',
  how: 'Sign in and do it there.',
} as const satisfies Remedy;

/**
 * What helps with all of this from here on: from the key, or from the grants of acting as somebody. What is looked at
 * later is still hidden, and nothing of it is told: the steps are the same whatever there is and whoever holds what,
 * and whoever takes them leaves out those for which there is no need.
 */
export function stepsFrom(
  layer: 'KEY' | 'GRANT',
  principal: Principal,
  needed: readonly Permission[],
): readonly Remedy[] {
  if (needed.some((each) => isOutOfReach(principal, each))) return [DONE_BY_A_PERSON];
  const wider = keySteps(principal, needed);
  const later = [...grantSteps(principal, needed), ...rightsSteps(principal, needed)];
  const last = lastSteps(principal, needed);
  return layer === 'KEY' ? [...wider, ...later, ...last] : [...later, ...wider, ...last];
}

/** These steps as one remedy. */
export function remedyOf([first = DONE_BY_A_PERSON, ...next]: readonly Remedy[]): Remedy {
  return followedBy(first, next);
}

/** The same, and then these; nothing comes after what somebody else does. */
export function followedBy(remedy: Remedy, steps: readonly Remedy[]): Remedy {
  if (steps.length === 0 || remedy.kind === 'SIGN_IN') return remedy;
  return { ...remedy, next: [...(remedy.next ?? []), ...steps] };
}

/** Whether no key, grant or role would do. */
export function isOutOfReach({ acting, actor }: Principal, permission: Permission): boolean {
  if (acting) {
    const isShut = isAccountPermission(permission) && resourceOf(permission) === undefined;
    return isShut || NEVER_DELEGABLE.has(permission);
  }
  if (SIGNED_IN_ONLY.has(permission)) return true;
  // Service accounts hold no roles in the account.
  return actor.kind === 'serviceAccount' && isAccountPermission(permission);
}

/** On behalf of somebody nobody touches what that person, or the service account, holds; whose it is shows at the end. */
export function lastSteps({ acting }: Principal, needed: readonly Permission[]): Remedy[] {
  return acting && needed.some((each) => ABOUT_MEMBERS.has(each)) ? [DONE_BY_A_PERSON] : [];
}

const ABOUT_MEMBERS: ReadonlySet<Permission> = new Set<Permission>([
  'datasetMember:remove',
  'flowMember:remove',
  ...Object.values(PERMISSION_TO_MAKE),
  ...Object.values(PERMISSION_TO_MAKE_FLOW),
]);

/** A key that is good for all of this, if the one that was used is not. */
export function keySteps(
  { actor, restriction }: Principal,
  needed: readonly Permission[],
): Remedy[] {
  if (!restriction || needed.every((each) => restriction.has(each))) return [];
  // A wider key still does what the other one did.
  const wider = {
    name: 'Wider key',
    permissions: [...new Set([...restriction, ...needed])].toSorted(),
  };
  return [
    {
      kind: 'USE_ANOTHER_KEY',
      who: 'Whoever manages the key',
      how: `Make a key whose permissions include ${needed.join(', ')}.`,
      ...(actor.kind === 'user'
        ? { mutation: 'createApiKey', input: wider }
        : {
            mutation: 'createAccessKey',
            input: { serviceAccountId: encodeId('ServiceAccount', actor.id), ...wider },
          }),
    },
  ];
}

/** The flow is the one that was asked for, whether or not there is such a one. */
function grantSteps({ acting, actor }: Principal, needed: readonly Permission[]): Remedy[] {
  if (!acting) return [];
  const resources = new Set(needed.filter(isAccountPermission).map(resourceOf));
  const places = [
    ...(needed.some(isSharedPermission) ? [{}] : []),
    ...[...resources].map((sharedResource) => ({ sharedResource })),
  ];
  return places.map((place) => ({
    kind: 'GRANT_IMPERSONATION',
    who: 'An Admin of the dataset or Owner of the flow; for shared resources a Super Admin or IAM Admin',
    how: 'Grant it with grantImpersonation.',
    mutation: 'grantImpersonation',
    input: { serviceAccountId: encodeId('ServiceAccount', actor.id), ...place },
  }));
}

function rightsSteps({ acting, subject }: Principal, needed: readonly Permission[]): Remedy[] {
  const inAccount = needed.filter(isAccountPermission);
  const asking = inAccount.length === 0 ? [] : [acting ? AS_ANOTHER : askingFor(inAccount)];
  return [
    ...asking,
    ...givingRole(acting ? undefined : subject, needed.filter(isSharedPermission)),
  ];
}

/** In the account nobody becomes a target by being added to a flow, but by a role that the shared resource names. */
export const AS_ANOTHER = {
  kind: 'ASK_ACCOUNT_ADMIN',
  who: 'A Super Admin or IAM Admin of the account',
  how: 'Act as somebody who may be acted as there and may do it, or ask to have the person given such a role with assignRoles.',
} as const satisfies Remedy;

/** The subject asks for an account role that gives all of this. */
export function askingFor(permissions: readonly Permission[]): Remedy {
  return {
    kind: 'ASK_ACCOUNT_ADMIN',
    who: 'A Super Admin, IAM Admin or Admin of the account',
    how: 'Ask for an account role that includes it with requestAccess; they give it with approveAccessRequest.',
    mutation: 'requestAccess',
    input: { permissions },
  };
}

/** Nobody else reaches above everybody. */
export const DONE_BY_A_SUPER_ADMIN = {
  kind: 'ASK_ACCOUNT_ADMIN',
  who: 'A Super Admin',
  how: 'Ask to have it done for you.',
} as const satisfies Remedy;

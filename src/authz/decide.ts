import { carryingDenial, impersonationDenial, keyDenial, undelegable } from './acting-denial.js';
import { NEVER_DELEGABLE, resourceOf, SIGNED_IN_ONLY, type FlowKind } from './boundary.js';
import type { Denial } from './denial-shape.js';
import { accountDenial, flowDenial } from './denial.js';
import type { AccountPermission, Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { MEMBER_ROLES, type Condition, type MemberRole } from './role-table.js';
import {
  familyOf,
  isDatasetPermission,
  isSharedPermission,
  OVERRIDE,
  rowOf,
  type SharedPermission,
} from './tables.js';

export type { Denial } from './denial-shape.js';

/** The path by which something was allowed. */
export type Via = 'DIRECT' | 'GROUP' | 'ACCOUNT_ROLE' | 'SUPER_ADMIN_OVERRIDE' | 'SELF';

/** One way in which the subject holds a role on a flow. */
export interface Grant {
  readonly via: 'DIRECT' | 'GROUP';
  readonly role: MemberRole;
  /** The group that gives it. */
  readonly groupId?: string;
}

/** What a decision on a flow rests on. A condition whose fact is missing is not met. */
export interface FlowFacts {
  /** The row’s id of the flow, and of the subject’s own membership, for whoever is to help. */
  readonly id?: string;
  readonly memberId?: string | undefined;
  readonly kind?: FlowKind | undefined;
  readonly grants: readonly Grant[];
  /** The live grant that lets the actor act as others on this flow. */
  readonly impersonationId?: string | null | undefined;
  /** The member to be changed or removed; null: not a member yet. */
  readonly target?: {
    readonly role: MemberRole | null;
    /** Whether it is the subject or the actor. */
    readonly isParty?: boolean;
  };
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
  /** What let the actor act as the subject. */
  readonly impersonationId?: string | undefined;
}

export interface Deny {
  readonly allowed: false;
  readonly denial: Denial;
  /** What lets the actor act as the subject there, who may not do this. */
  readonly impersonationId?: string | undefined;
}

export type Decision = Allow | Deny;

/** May the principal do this: in its account, or on the flow that the facts are about? */
export function decide(
  principal: Principal,
  permission: Permission,
  facts: FlowFacts = NO_FACTS,
): Decision {
  return isSharedPermission(permission)
    ? decideOnFlow(principal, permission, facts)
    : decideAccount(principal, permission);
}

/** The roles that the principal may give to somebody new on a flow; none for whoever may add nobody. */
export function assignable<Role extends MemberRole>(
  principal: Principal | undefined,
  write: SharedPermission,
  makes: Readonly<Record<Role, SharedPermission>>,
  facts: FlowFacts,
): Role[] {
  if (!principal || !decide(principal, write, facts).allowed) return [];
  const newcomer = { ...facts, target: { role: null } };
  return (Object.keys(makes) as Role[]).filter(
    (role) => decide(principal, makes[role], newcomer).allowed,
  );
}

const NO_FACTS: FlowFacts = { grants: [] };

function decideAccount(principal: Principal, permission: AccountPermission): Decision {
  const barred = barredBy(principal, permission);
  if (barred) return deny(() => keyDenial(principal, permission, barred));
  if (!principal.permissions.has(permission))
    return deny(() => accountDenial(principal, permission));
  const isOverride = permission === 'dataset:override' || permission === 'flow:override';
  const impersonationId = principal.acting && sharedGrantFor(principal, permission);
  return {
    allowed: true,
    permission,
    via: isOverride ? 'SUPER_ADMIN_OVERRIDE' : 'ACCOUNT_ROLE',
    ...(impersonationId && { impersonationId }),
  };
}

/** Why the credential may not be used for it, whatever its holder may do, and whatever there is or is not. */
export function barredBy(
  { restriction, acting, credential }: Principal,
  permission: Permission,
): 'KEY_RESTRICTED' | 'SIGN_IN_REQUIRED' | undefined {
  if (restriction && !restriction.has(permission)) return 'KEY_RESTRICTED';
  // Whoever acts as somebody else is told so in its turn, after what was granted and as whom.
  if (acting || credential.kind === 'session') return undefined;
  return SIGNED_IN_ONLY.has(permission) ? 'SIGN_IN_REQUIRED' : undefined;
}

/** The refusal of a key that has to be good for this, whoever comes with it. */
export function refusedCarrying(principal: Principal, permission: Permission): Deny | undefined {
  const barred = barredBy(principal, permission);
  return barred && deny(() => carryingDenial(principal, permission, barred));
}

/**
 * The refusal that comes before anything is looked for, because the credential does not reach so far: whether it
 * exists makes no difference to the answer.
 */
export function refusedUnseen(
  principal: Principal,
  permission: SharedPermission,
  facts: FlowFacts | undefined,
): Deny | undefined {
  const barred = barredBy(principal, permission);
  if (barred) return deny(() => keyDenial(principal, permission, barred));
  if (!principal.acting || impersonationOn(principal, facts)) return undefined;
  return deny(() => impersonationDenial(principal, permission, 'NOT_COVERED'));
}

function decideOnFlow(
  principal: Principal,
  permission: SharedPermission,
  facts: FlowFacts,
): Decision {
  const unseen = refusedUnseen(principal, permission, facts);
  if (unseen) return unseen;
  const { acting } = principal;
  const impersonationId = acting && impersonationOn(principal, facts);
  // A shared resource reaches whatever the subject may see; a grant on one flow reaches its active members.
  const isMember = facts.grants.length > 0 || acting?.shared.has('ALL_FLOWS_AND_INTEGRATIONS');
  if (acting && !(acting.isActable && isMember)) {
    return deny(
      () => impersonationDenial(principal, permission, 'NOT_A_TARGET', facts),
      impersonationId,
    );
  }
  const grant = effectiveGrant(facts.grants);
  const via = viaOf(principal, permission, grant, facts);
  if (!via) return deny(() => flowDenial(principal, permission, grant, facts), impersonationId);
  if (acting && (NEVER_DELEGABLE.has(permission) || facts.target?.isParty)) {
    return deny(() => undelegable(principal, permission), impersonationId);
  }
  return { allowed: true, permission, via, ...(impersonationId && { impersonationId }) };
}

function viaOf(
  { permissions }: Principal,
  permission: SharedPermission,
  grant: Grant | undefined,
  facts: FlowFacts,
): Via | undefined {
  const isDataset = isDatasetPermission(permission);
  // What is done in a dataset is not done in a flow of another kind, although a Viewer is a role on both.
  if (facts.kind !== undefined && isDataset !== (facts.kind === 'DATASET')) return undefined;
  const row = rowOf(permission);
  if (grant) {
    // A role of the other family of flows gives nothing.
    const cell = row[grant.role] ?? false;
    if (typeof cell === 'string' ? isMet(cell, facts) : cell) return grant.via;
  } else if (row.byDefault && takesDefault(facts.kind) && permissions.has(row.byDefault)) {
    return 'ACCOUNT_ROLE';
  }
  return row.override && permissions.has(OVERRIDE[familyOf(permission)])
    ? 'SUPER_ADMIN_OVERRIDE'
    : undefined;
}

/** Whether people come in by their role in the account, and not by sharing alone. */
export function takesDefault(kind: FlowKind | undefined): boolean {
  return kind !== undefined && kind !== 'DATASET' && kind !== 'LIST';
}

/** The grant by which the actor acts as others on a flow. */
function impersonationOn({ acting }: Principal, facts: FlowFacts | undefined): string | undefined {
  return acting?.shared.get('ALL_FLOWS_AND_INTEGRATIONS') ?? facts?.impersonationId ?? undefined;
}

/** The grant on a shared resource that lets an account permission through. */
function sharedGrantFor({ acting }: Principal, permission: AccountPermission): string | undefined {
  const resource = resourceOf(permission);
  return resource && acting?.shared.get(resource);
}

/** The grant that counts: a direct one beats those of groups, of which the strongest counts. */
export function effectiveGrant(grants: readonly Grant[]): Grant | undefined {
  return grants.reduce<Grant | undefined>((best, grant) => {
    if (!best) return grant;
    if (best.via !== grant.via) return best.via === 'DIRECT' ? best : grant;
    return MEMBER_ROLES.indexOf(grant.role) < MEMBER_ROLES.indexOf(best.role) ? grant : best;
  }, undefined);
}

function isMet(condition: Condition, facts: FlowFacts): boolean {
  switch (condition) {
    case 'ownView':
      return facts.view?.isNewOrOwn === true;
    case 'targetNotAdmin':
      return facts.target !== undefined && facts.target.role !== 'ADMIN';
    case 'targetNotOwner':
      return facts.target !== undefined && facts.target.role !== 'OWNER';
    case 'existingFields':
      return facts.import?.onlyExistingFields === true;
    case 'limitedExecution':
      return false;
  }
}

/** Most refusals are never read: those that only keep a row out of a list. So they are put into words when they are. */
export function deny(explain: () => Denial, impersonationId?: string): Deny {
  let denial: Denial | undefined;
  return {
    allowed: false,
    get denial() {
      return (denial ??= explain());
    },
    ...(impersonationId && { impersonationId }),
  };
}

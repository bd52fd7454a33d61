import type { AuditTarget } from '../audit/events.js';
import { actAsDenial, signInDenial } from '../authz/acting-denial.js';
import { decide, refusedCarrying, type Decision } from '../authz/decide.js';
import { helpingWith, reachingUpTo } from '../authz/denial.js';
import type { AccountPermission, Permission } from '../authz/permissions.js';
import { decideAtBest, decideUpTo, type RankFacts } from '../authz/rank.js';
import { changeOf, type Context } from '../context.js';
import type { Change } from '../domain/change.js';
import { forbidden } from '../errors.js';
import { noteGrant, principalOf } from './flow-scope.js';

/** A rule about somebody to be managed, or something to be given away. */
export interface RankScope {
  readonly permission: AccountPermission;
  /** Whom it is about; nobody while it is made. */
  readonly target?: AuditTarget;
  readonly find: (change: Change) => Promise<RankFacts>;
}

/** A rule about something of one's own, or of somebody to be managed. */
export interface OwnScope extends RankScope {
  /** Whose it is. */
  readonly ownerOf: (change: Change) => Promise<string> | string;
}

/** The principal, if it is anybody: whoever acts as a person out of reach is nobody. */
export function presentOf(context: Context) {
  const principal = principalOf(context);
  const { acting } = principal;
  if (acting && !acting.isActable) throw forbidden(actAsDenial(acting.hasGrants));
  return principal;
}

export function allowSignedIn(context: Context): true {
  const principal = principalOf(context);
  if (principal.credential.kind !== 'session') throw forbidden(signInDenial(principal));
  return true;
}

/** Whoever comes with a key brings one that is good for this. */
export function allowCarrying(context: Context, permission: Permission): true {
  const refused = refusedCarrying(principalOf(context), permission);
  if (refused) throw forbidden(refused.denial);
  return true;
}

export function allow(context: Context, permission: AccountPermission): true {
  return accept(context, decide(principalOf(context), permission));
}

/** Whoever may not do it at all is refused before anybody is looked for. */
export async function allowUpTo(
  context: Context,
  { permission, target, find }: RankScope,
): Promise<true> {
  if (target) context.change?.aim(target);
  const principal = principalOf(context);
  const decision = decideAtBest(principal, permission);
  // A wider key has to find them, too.
  if (!decision.allowed && decision.denial.reason === 'KEY_RESTRICTED') {
    const denial = helpingWith(principal, decision.denial, ['directory:read']);
    throw forbidden(reachingUpTo(principal, denial));
  }
  accept(context, decision);
  const facts = await find(changeOf(context));
  return accept(context, decideUpTo(principalOf(context), permission, facts));
}

/** For people who are signed in, who act as nobody else. */
export async function allowOwnOrUpTo(
  context: Context,
  { ownerOf, ...scope }: OwnScope,
): Promise<true> {
  allowSignedIn(context);
  if (scope.target) context.change?.aim(scope.target);
  const owner = await ownerOf(changeOf(context));
  return owner === principalOf(context).subject.id || allowUpTo(context, scope);
}

function accept(context: Context, decision: Decision): true {
  noteGrant(context, decision);
  if (!decision.allowed) throw forbidden(decision.denial);
  context.change?.allow(decision);
  return true;
}

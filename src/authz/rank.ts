import { permissionsOfRole } from './account-roles.js';
import { undelegable } from './acting-denial.js';
import { decide, deny, type Decision } from './decide.js';
import { outrankedDenial, reachingUpTo } from './denial.js';
import type { AccountPermission } from './permissions.js';
import type { Principal } from './principal.js';

/** What people do with flows; whatever else an account role gives is administration. */
const ORDINARY: ReadonlySet<AccountPermission> = new Set([
  ...permissionsOfRole('EDITOR'),
  ...permissionsOfRole('VIEWER'),
]);

/** Whoever gives out any role is above those who give out some, and they above everybody else. */
const RANKS: ReadonlySet<AccountPermission> = new Set(['role:assign', 'role:assignAny']);

/** Somebody to be managed, or something to be given away. */
export interface RankFacts {
  /** What the account roles of the person give. */
  readonly person?: Iterable<AccountPermission>;
  /** Whether the person is the one whose rights count, or the one who acts. */
  readonly isParty?: boolean;
  /** What is to be given away: administration counts, because managers of people need not work on flows themselves. */
  readonly given?: Iterable<AccountPermission>;
  /** What is to be put into a role: all of it counts. */
  readonly defined?: Iterable<AccountPermission>;
}

/**
 * May the principal do this to somebody, or give this away? Nobody manages a person above them, and nobody gives away
 * what they lack, unless they may give out any role.
 */
export function decideUpTo(
  principal: Principal,
  permission: AccountPermission,
  facts: RankFacts,
): Decision {
  const decision = decide(principal, permission);
  if (!decision.allowed) return decision;
  if (principal.acting && facts.isParty) {
    return deny(() => undelegable(principal, permission), decision.impersonationId);
  }
  const beyond = beyondReach(principal.own, facts);
  if (beyond.length === 0) return decision;
  return deny(() => outrankedDenial(principal, permission, beyond), decision.impersonationId);
}

/** May the principal do this to anybody at all? */
export function decideAtBest(principal: Principal, permission: AccountPermission): Decision {
  const decision = decide(principal, permission);
  if (decision.allowed) return decision;
  return deny(() => reachingUpTo(principal, decision.denial), decision.impersonationId);
}

/** What of somebody, or of what is to be given away, is above whoever has these permissions of their own. */
export function beyondReach(
  own: ReadonlySet<AccountPermission>,
  facts: RankFacts,
): AccountPermission[] {
  if (own.has('role:assignAny')) return [];
  return reachNeeded(facts).filter((each) => !own.has(each));
}

/** What somebody needs to have of their own to reach that far, unless they may give out any role. */
export function reachNeeded({
  person = [],
  given = [],
  defined = [],
}: RankFacts): AccountPermission[] {
  return [
    ...new Set([
      ...[...person].filter((each) => RANKS.has(each)),
      ...[...given].filter((each) => !ORDINARY.has(each)),
      ...defined,
    ]),
  ];
}

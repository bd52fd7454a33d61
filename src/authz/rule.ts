import { actAsDenial, notOwnDenial, signInDenial } from './acting-denial.js';
import { decide, deny, refusedCarrying, type Allow, type Deny, type FlowFacts } from './decide.js';
import { denialOfAll } from './denial.js';
import type { AccountPermission, Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { decideAtBest, decideUpTo, type RankFacts } from './rank.js';
import type { MemberRole } from './role-table.js';
import { familyOfKind, isSharedPermission, type SharedPermission } from './tables.js';

/** Who may read a field or call a mutation, as data: what explains it, lists it and prints it reads this. */
export type Rule =
  | { readonly is: 'PUBLIC' | 'AUTHENTICATED' | 'SIGNED_IN' | 'SELF' | 'MET' }
  | {
      readonly is: 'ACCOUNT';
      readonly permission: AccountPermission;
      /** Nobody and nothing above the principal; or only nothing on behalf of whom it is about. */
      readonly limit?: 'RANK' | 'NOT_PARTY';
    }
  | {
      readonly is: 'SHARED';
      readonly permission: SharedPermission;
      /** It is about the subject's own membership, which nobody changes on behalf of another. */
      readonly isOwnMembership?: true;
    }
  /** Nobody is refused but whoever comes with a key that is not good for it. */
  | { readonly is: 'CARRIED'; readonly permission: Permission }
  /** The permission to give the role that is asked for. */
  | {
      readonly is: 'GIVING';
      readonly makes: Readonly<Partial<Record<MemberRole, SharedPermission>>>;
    }
  | { readonly is: 'ALL' | 'ANY'; readonly of: readonly Rule[] }
  /** What it takes only where the input asks for more. */
  | { readonly is: 'ALSO'; readonly when: string; readonly rule: Rule }
  /** It depends on what it is about. */
  | { readonly is: 'ABOUT'; readonly of: Readonly<Partial<Record<About, Rule>>> };

export type About = 'account' | 'dataset' | 'flow' | 'person' | 'serviceAccount';

export const PUBLIC = { is: 'PUBLIC' } as const satisfies Rule;
export const AUTHENTICATED = { is: 'AUTHENTICATED' } as const satisfies Rule;
export const SIGNED_IN = { is: 'SIGNED_IN' } as const satisfies Rule;
export const SELF = { is: 'SELF' } as const satisfies Rule;
export const MET = { is: 'MET' } as const satisfies Rule;

/** The permission, in the account or on the flow that it is about. */
export function needs(permission: Permission): Rule {
  return isSharedPermission(permission)
    ? { is: 'SHARED', permission }
    : { is: 'ACCOUNT', permission };
}

/** Nobody is refused but whoever comes with a key that is not good for the permission. */
export function carries(permission: Permission): Rule {
  return { is: 'CARRIED', permission };
}

/** The permission in the account, about nobody and nothing above the principal. */
export function needsUpTo(permission: AccountPermission): Rule {
  return { is: 'ACCOUNT', permission, limit: 'RANK' };
}

/** The permission in the account, and nothing on behalf of whom it is about. */
export function needsButForParty(permission: AccountPermission): Rule {
  return { is: 'ACCOUNT', permission, limit: 'NOT_PARTY' };
}

/** The same about the subject's own membership of the flow. */
export function ofOwnMembership(rule: Rule): Rule {
  if (rule.is === 'ALL') return all(...rule.of.map(ofOwnMembership));
  return rule.is === 'SHARED' ? { ...rule, isOwnMembership: true } : rule;
}

export function all(...of: readonly Rule[]): Rule {
  return of.length === 1 && of[0] ? of[0] : { is: 'ALL', of };
}

export function any(...of: readonly Rule[]): Rule {
  return { is: 'ANY', of };
}

/** One rule or another, by what it is about. */
export function about(of: Readonly<Partial<Record<About, Rule>>>): Rule {
  return { is: 'ABOUT', of };
}

/** Something more where the input asks for it. */
export function also(when: string, rule: Rule): Rule {
  return { is: 'ALSO', when, rule };
}

/** Every permission that a rule names, in its order. */
export function permissionsIn(rule: Rule): readonly Permission[] {
  switch (rule.is) {
    case 'ACCOUNT':
    case 'SHARED':
      return [rule.permission];
    case 'GIVING':
      return Object.values(rule.makes);
    case 'ALL':
    case 'ANY':
      return [...new Set(rule.of.flatMap(permissionsIn))];
    case 'ALSO':
      return permissionsIn(rule.rule);
    case 'ABOUT':
      return [...new Set(Object.values(rule.of).flatMap(permissionsIn))];
    default:
      return [];
  }
}

/** What each of the ways takes to give a role: this one, or any that may be. */
export function givingAny(
  { makes }: Extract<Rule, { readonly is: 'GIVING' }>,
  role: MemberRole | undefined,
): readonly SharedPermission[] {
  if (!role) return Object.values(makes);
  const permission = makes[role];
  return permission ? [permission] : [];
}

/** What a decision about something rests on. */
export interface Facts {
  /** What the subject holds on the flow that it is, or belongs to. */
  readonly flow?: FlowFacts | undefined;
  /** The person or role that it is about; nothing above the principal unless told. */
  readonly rank?: RankFacts | undefined;
  /** Whether it is the subject, or theirs. */
  readonly isOwn?: boolean;
  /** What it is about, where rules differ; unless told, what its flow is, or the account. */
  readonly about?: About;
  /** The role that is to be given; undefined: any that may be. */
  readonly role?: MemberRole | undefined;
  /** Whether it is asked for whatever takes more than the rest. */
  readonly asksForMore?: boolean;
}

/** Allowed, by which path if it takes a permission; or refused. */
export type RuleDecision = (Pick<Allow, 'allowed'> & Partial<Allow>) | Deny;

const ALLOWED: RuleDecision = { allowed: true };
const OWN_MEMBERSHIP = { role: null, isParty: true } as const;

/** May the principal do what takes this rule, to something that it can see? */
export function decideRule(principal: Principal, rule: Rule, facts: Facts): RuleDecision {
  switch (rule.is) {
    case 'PUBLIC':
    case 'MET':
      return ALLOWED;
    case 'AUTHENTICATED': {
      const { acting } = principal;
      return acting && !acting.isActable ? deny(() => actAsDenial(acting.hasGrants)) : ALLOWED;
    }
    case 'SIGNED_IN':
      return principal.credential.kind === 'session'
        ? ALLOWED
        : deny(() => signInDenial(principal));
    case 'SELF':
      // Whoever acts as somebody else reaches what was granted, not what is their own.
      return facts.isOwn && !principal.acting
        ? { allowed: true, via: 'SELF' }
        : deny(() => notOwnDenial(principal));
    case 'ACCOUNT':
      return decideInAccount(principal, rule, facts);
    case 'SHARED':
      return decide(principal, rule.permission, {
        ...(facts.flow ?? { grants: [] }),
        ...(rule.isOwnMembership && { target: OWN_MEMBERSHIP }),
      });
    case 'CARRIED':
      return refusedCarrying(principal, rule.permission) ?? ALLOWED;
    case 'GIVING':
      return decideRule(principal, any(...givingAny(rule, facts.role).map(needs)), facts);
    case 'ALSO':
      return isAsked(rule, facts) ? decideRule(principal, rule.rule, facts) : ALLOWED;
    case 'ABOUT':
      return decideRule(principal, rule.of[aboutOf(facts)] ?? any(), facts);
    case 'ALL':
      return together(
        principal,
        rule.of.map((each) => decideRule(principal, each, facts)),
      );
    case 'ANY':
      return (
        either(rule.of.map((each) => decideRule(principal, each, facts))) ??
        deny(() => notOwnDenial(principal))
      );
  }
}

/** Whether more is asked for of what it is about; of what else the input names it is decided then, at best. */
export function isAsked({ rule }: Extract<Rule, { readonly is: 'ALSO' }>, facts: Facts): boolean {
  const isOfSomethingElse = rule.is === 'ABOUT' && !rule.of[aboutOf(facts)];
  return facts.asksForMore === true && !isOfSomethingElse;
}

function decideInAccount(
  principal: Principal,
  { permission, limit }: Extract<Rule, { readonly is: 'ACCOUNT' }>,
  facts: Facts,
): RuleDecision {
  if (!limit) return decide(principal, permission);
  const atBest = limit === 'RANK' ? decideAtBest(principal, permission) : undefined;
  if (atBest?.allowed === false) return atBest;
  return decideUpTo(principal, permission, rankOf(limit, facts));
}

/** Where nobody is above anybody it counts only who it is about. */
function rankOf(limit: 'RANK' | 'NOT_PARTY', { rank = {} }: Facts): RankFacts {
  return limit === 'RANK' ? rank : { isParty: rank.isParty === true };
}

export function aboutOf({ about: known, flow }: Facts): About {
  if (known) return known;
  return flow ? familyOfKind(flow.kind) : 'account';
}

/** What the last of them says, of those that name a permission; a refusal of all names what each is missing. */
function together(principal: Principal, decisions: readonly RuleDecision[]): RuleDecision {
  const refused = decisions.flatMap((each) => (each.allowed ? [] : [each]));
  const [first] = refused;
  if (!first)
    return decisions.findLast(({ allowed, ...rest }) => allowed && 'via' in rest) ?? ALLOWED;
  return deny(
    () =>
      denialOfAll(
        principal,
        refused.map(({ denial }) => denial),
      ) ?? first.denial,
    first.impersonationId,
  );
}

/** Where several ways are open, the last refusal is told: that of the permission, after what is one’s own. */
function either(decisions: readonly RuleDecision[]): RuleDecision | undefined {
  return decisions.find(({ allowed }) => allowed) ?? decisions.at(-1);
}

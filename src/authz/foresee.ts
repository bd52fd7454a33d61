import { notOwnDenial } from './acting-denial.js';
import { decide, deny, refusedUnseen, type FlowFacts } from './decide.js';
import type { Permission } from './permissions.js';
import type { Principal } from './principal.js';
import { decideAtBest } from './rank.js';
import { any, decideRule, needs, type About, type Rule, type RuleDecision } from './rule.js';
import { familyOfKind, type SharedPermission } from './tables.js';

/** What can be known of something before anybody looks for it. */
export interface Foreknown {
  /** What the subject holds on the flow that it is, or belongs to; undefined: on whichever that is. */
  readonly flow?: FlowFacts | undefined;
  /** Whether it is the subject, or theirs; undefined: that shows when it is found. */
  readonly isOwn?: boolean | undefined;
  /** Whether it is somebody whom one meets on an object that one can see. */
  readonly isMet: boolean;
  /** What must have been allowed for anybody to come so far. */
  readonly passed: ReadonlySet<Permission>;
  /** Which of the further things the arguments ask for, in the words of the rule. */
  readonly asksForMore: ReadonlySet<string>;
}

const ALLOWED: RuleDecision = { allowed: true };

/** What a rule will say, if that does not depend on what is still unknown; undefined if it does. */
export function foresee(
  principal: Principal,
  rule: Rule,
  known: Foreknown,
): RuleDecision | undefined {
  switch (rule.is) {
    case 'PUBLIC':
    case 'AUTHENTICATED':
    case 'SIGNED_IN':
    case 'CARRIED':
      return decideRule(principal, rule, {});
    case 'MET':
      return known.isMet ? ALLOWED : deny(() => notOwnDenial(principal));
    case 'SELF':
      if (known.isOwn === undefined && !principal.acting) return undefined;
      return decideRule(principal, rule, { isOwn: known.isOwn === true });
    case 'ACCOUNT': {
      const decision =
        rule.limit === 'RANK'
          ? decideAtBest(principal, rule.permission)
          : decide(principal, rule.permission);
      return rule.limit && decision.allowed ? undefined : decision;
    }
    case 'SHARED':
      return foreseeOnFlow(principal, rule.permission, known);
    case 'GIVING':
      return foresee(principal, any(...Object.values(rule.makes).map(needs)), known);
    case 'ALSO':
      return known.asksForMore.has(rule.when) ? foresee(principal, rule.rule, known) : ALLOWED;
    case 'ABOUT':
      return unanimous(alternatives(rule.of, known).map((each) => foresee(principal, each, known)));
    case 'ALL':
      return all(rule.of.map((each) => foresee(principal, each, known)));
    case 'ANY':
      return either(
        // Whom nobody meets here is refused for want of the permission.
        rule.of.filter(({ is }) => is !== 'MET' || known.isMet),
        (each) => foresee(principal, each, known),
      );
  }
}

/** The facts at their best and at their worst: where both say the same, the rest makes no difference. */
function foreseeOnFlow(
  principal: Principal,
  permission: SharedPermission,
  { flow, passed }: Foreknown,
): RuleDecision | undefined {
  if (passed.has(permission)) return ALLOWED;
  if (!flow) return refusedUnseen(principal, permission, { grants: [], impersonationId: '?' });
  const worst = decide(principal, permission, flow);
  if (worst.allowed) return worst;
  const best = decide(principal, permission, {
    ...flow,
    view: { isNewOrOwn: true },
    target: { role: null },
    import: { onlyExistingFields: true },
  });
  return best.allowed ? undefined : worst;
}

/** The first refusal is told, if it is sure that nothing before it refuses. */
function all(decisions: readonly (RuleDecision | undefined)[]): RuleDecision | undefined {
  const refusal = decisions.find((each) => each?.allowed === false);
  if (refusal) return refusal;
  return decisions.includes(undefined) ? undefined : ALLOWED;
}

function either(
  of: readonly Rule[],
  decisionOn: (rule: Rule) => RuleDecision | undefined,
): RuleDecision | undefined {
  const decisions = of.map(decisionOn);
  const allowed = decisions.find((each) => each?.allowed === true);
  if (allowed) return allowed;
  return decisions.includes(undefined) ? undefined : decisions.at(-1);
}

/** The rules that can be meant, by what is known of what it is about. */
function alternatives(
  of: Readonly<Partial<Record<About, Rule>>>,
  { flow, isOwn }: Foreknown,
): readonly Rule[] {
  const kind = flow?.kind && familyOfKind(flow.kind);
  const noun = kind ?? (isOwn ? 'person' : undefined);
  const meant = noun && of[noun];
  return meant ? [meant] : Object.values(of);
}

function unanimous(decisions: readonly (RuleDecision | undefined)[]): RuleDecision | undefined {
  const [first] = decisions;
  const isSame = decisions.every((each) => each !== undefined && each.allowed === first?.allowed);
  return isSame ? first : undefined;
}

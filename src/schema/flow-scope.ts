import type { AuditTarget } from '../audit/events.js';
import { FLOW_KINDS, type FlowKind } from '../authz/boundary.js';
import {
  decide,
  refusedUnseen,
  type Allow,
  type Decision,
  type FlowFacts,
} from '../authz/decide.js';
import { denialOfAll, helpingWith } from '../authz/denial.js';
import type { Permission } from '../authz/permissions.js';
import { familyOfKind, OVERRIDE, READ, type Family } from '../authz/tables.js';
import { changeOf, type Context } from '../context.js';
import { isInAnotherWorkspace, lockFlow, readFlowFacts } from '../domain/access.js';
import type { Change } from '../domain/change.js';
import { FLOW_TYPENAMES, type NamedFlow } from '../domain/ids.js';
import { forbidden, notFound, unauthenticated } from '../errors.js';

/** A rule about one flow. */
export interface FlowScope {
  readonly id: string;
  readonly permissions: readonly Permission[];
  /** What the entry is about, if not the flow itself. */
  readonly target?: AuditTarget;
  /** Of which kind it has to be; unless told, a dataset in a rule about datasets, anything else in one about flows. */
  readonly kind?: FlowKind;
  /** What the conditions of a role need to know: who made the view that it is about. */
  readonly viewCreatorId?: string | null;
  /** What else they need to know, if it is known. */
  readonly known?: Omit<FlowFacts, 'grants'>;
  /** What they need to know of something that a mutation first has to find. */
  readonly condition?: ConditionFacts;
  /**
   * Those who write rows do so side by side; everything else about a dataset happens one by one. What ends such work
   * cannot wait for it.
   */
  readonly lock?: 'SHARED' | 'NONE';
}

/** Facts to be found, and what they are at best: whoever is refused even then is refused before anything is looked for. */
export interface ConditionFacts {
  readonly atBest: Omit<FlowFacts, 'grants'>;
  find(change: Change): Promise<Omit<FlowFacts, 'grants'>>;
}

/** What is known of whoever is to be added, changed or removed. */
export function targetOf(
  find: (change: Change) => Promise<NonNullable<FlowFacts['target']>>,
): ConditionFacts {
  return {
    atBest: { target: { role: null } },
    find: async (change) => ({ target: await find(change) }),
  };
}

/** Throws UNAUTHENTICATED, and why. */
export function principalOf({ principal, unauthenticated: reason }: Context) {
  if (!principal) throw unauthenticated(reason);
  return principal;
}

/** Notes what lets the actor act as the subject, allowed or not, for the entry that tells of it. */
export function noteGrant(context: Context, { impersonationId }: Decision): void {
  if (!impersonationId) return;
  context.change?.actBy(impersonationId);
  context.impersonations.add(impersonationId);
}

function noteVia(context: Context, decision: Allow, id: string, kind: FlowKind): void {
  context.change?.allow(decision);
  if (decision.via !== 'SUPER_ADMIN_OVERRIDE') return;
  const use = context.overrides.get(id) ?? { kind, permissions: new Set(), audited: false };
  use.permissions.add(decision.permission);
  use.audited ||= context.change !== undefined;
  context.overrides.set(id, use);
}

/** Notes which rows of a list only the override shows: their place in it tells of them before any field is read. */
export async function noteOverrides(
  context: Context,
  family: Family,
  ids: readonly string[],
): Promise<void> {
  if (!context.principal?.permissions.has(OVERRIDE[family])) return;
  const facts = await Promise.all(ids.map(async (id) => context.access.flow(id)));
  for (const [at, id] of ids.entries()) {
    if (facts[at]) allowAll(context, id, [READ[family]], facts[at]);
  }
}

/** Whether the principal sees this flow, of whatever kind: what only the override shows is marked. */
export async function seesFlow(context: Context, id: string): Promise<boolean> {
  const { principal, access } = context;
  const facts = await access.flow(id);
  if (!principal || !facts?.kind) return false;
  const decision = decide(principal, READ[familyOfKind(facts.kind)], facts);
  noteGrant(context, decision);
  if (decision.allowed) noteVia(context, decision, id, facts.kind);
  return decision.allowed;
}

/** Allows what a rule about one flow demands, or throws the refusal. */
export function allowOnFlow(
  context: Context,
  family: Family,
  scope: FlowScope,
): true | Promise<true> {
  principalOf(context);
  if (context.change) return allowChange(context, family, scope);
  const facts = context.access.flow(scope.id);
  return facts instanceof Promise
    ? facts.then((loaded) => decideAll(context, family, scope, loaded))
    : decideAll(context, family, scope, facts);
}

/**
 * To make somebody the Admin or Owner of these flows: whoever could do it there, or give themselves the role that can.
 */
export async function allowHandOver(context: Context, flows: readonly NamedFlow[]): Promise<true> {
  const known = { target: { role: null } };
  const assumes = principalOf(context).permissions.has('flow:assumeOwner');
  for (const { id, kind } of flows.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    await (kind === 'DATASET'
      ? allowOnFlow(context, 'dataset', { id, permissions: ['datasetMember:makeAdmin'], known })
      : allowOnFlow(context, 'flow', {
          id,
          kind,
          permissions: [assumes ? 'flow:read' : 'flowMember:makeOwner'],
          known,
        }));
  }
  return true;
}

/**
 * Inside a mutation the flow is locked before its facts are read, and nobody changes them until the end. Only who
 * can see it comes that far: nobody else waits for the lock, or makes others wait.
 */
async function allowChange(context: Context, family: Family, scope: FlowScope): Promise<true> {
  const { change, db } = context;
  const principal = principalOf(context);
  const before = (await readFlowFacts(db, principal, principal.subject, [scope.id])).get(scope.id);
  const type = FLOW_TYPENAMES[before?.kind ?? scope.kind ?? 'DATASET'];
  change?.aim(scope.target ?? { type, id: scope.id });
  const seen = await seenFacts(context, family, scope, before);
  if (scope.lock !== 'NONE') await lockFlow(db, principal, scope.id, scope.lock ?? 'ALONE');
  const facts = await context.access.flow(scope.id);
  const { condition } = scope;
  if (!condition) return decideAll(context, family, scope, facts);
  await decideAll(context, family, scope, facts ?? seen, condition.atBest);
  const found = await condition.find(changeOf(context));
  return decideAll(context, family, scope, facts, found);
}

/** The facts about a flow that the principal sees; refuses like what is not there. */
function seenFacts(
  context: Context,
  family: Family,
  scope: FlowScope,
  facts: FlowFacts | undefined,
): FlowFacts | Promise<never> {
  const principal = principalOf(context);
  const { kind } = scope;
  const fits =
    kind === undefined
      ? (facts?.kind === 'DATASET') === (family === 'dataset')
      : facts?.kind === kind;
  const fitting = fits ? facts : undefined;
  const unseen = refusedUnseen(principal, READ[family], fitting);
  if (unseen) throw forbidden(helpingWith(principal, unseen.denial, scope.permissions));
  if (!fitting) return hidden(context, family, scope);
  const decision = decide(principal, READ[family], fitting);
  noteGrant(context, decision);
  if (decision.allowed) return fitting;
  // The service account holds a grant on it, so that it exists is no news.
  if (decision.denial.reason === 'NOT_A_TARGET') {
    throw forbidden(helpingWith(principal, decision.denial, scope.permissions));
  }
  return hidden(context, family, scope);
}

function decideAll(
  context: Context,
  family: Family,
  scope: FlowScope,
  facts: FlowFacts | undefined,
  found: Omit<FlowFacts, 'grants'> = {},
): true | Promise<true> {
  const { id, permissions, viewCreatorId, known } = scope;
  // Whom it is about makes no difference to what is seen.
  const seen = seenFacts(context, family, scope, facts);
  if (seen instanceof Promise) return seen;
  const isNewOrOwn = viewCreatorId === principalOf(context).subject.id;
  const view = viewCreatorId === undefined ? {} : { view: { isNewOrOwn } };
  return allowAll(context, id, permissions, { ...seen, ...known, ...found, ...view });
}

function allowAll(
  context: Context,
  id: string,
  permissions: readonly Permission[],
  facts: FlowFacts,
): true {
  const principal = principalOf(context);
  const decisions = permissions.map((each) => decide(principal, each, facts));
  for (const decision of decisions) noteGrant(context, decision);
  const denial = denialOfAll(
    principal,
    decisions.flatMap((each) => (each.allowed ? [] : [each.denial])),
  );
  if (denial) throw forbidden(denial);
  for (const decision of decisions) {
    if (decision.allowed) noteVia(context, decision, id, facts.kind ?? 'DATASET');
  }
  return true;
}

/** Refuses what the principal can't see like what is not there. */
export async function hidden(
  context: Context,
  family: Family,
  flow: Pick<FlowScope, 'id' | 'kind'>,
): Promise<never> {
  const kinds = FLOW_KINDS.filter((kind) =>
    flow.kind ? kind === flow.kind : (kind === 'DATASET') === (family === 'dataset'),
  );
  const elsewhere = await isInAnotherWorkspace(context.db, principalOf(context), kinds, flow.id);
  throw notFound(elsewhere ? 'WRONG_WORKSPACE' : undefined);
}

import { AuthScopeFailureType, type AuthFailure } from '@pothos/plugin-scope-auth';

import { PERMISSION_TO_MAKE, type DatasetRole } from '../authz/dataset-roles.js';
import { decide, ruleName, type Allow, type DatasetFacts } from '../authz/decide.js';
import type { AccountPermission, DatasetPermission, Permission } from '../authz/permissions.js';
import { changeOf, type Context } from '../context.js';
import { isInAnotherWorkspace, lockFlow, readDatasetFacts } from '../domain/access.js';
import type { Change } from '../domain/change.js';
import { forbidden, notFound, unauthenticated } from '../errors.js';

/** A rule about one dataset. */
export interface DatasetScope {
  readonly id: string;
  readonly permissions: readonly Permission[];
  /** What the conditions of a role need to know: who made the view that it is about. */
  readonly viewCreatorId?: string | null;
  /** What else they need to know, if it is known. */
  readonly known?: Omit<DatasetFacts, 'grants'>;
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
  readonly atBest: Omit<DatasetFacts, 'grants'>;
  find(change: Change): Promise<Omit<DatasetFacts, 'grants'>>;
}

/** The role of whoever is to be added, changed or removed; null: none. */
export function targetRole(find: (change: Change) => Promise<DatasetRole | null>): ConditionFacts {
  return {
    atBest: { target: { role: null } },
    find: async (change) => ({ target: { role: await find(change) } }),
  };
}

export interface Scopes {
  /** Open to everybody; says why. */
  public: string;
  authenticated: boolean;
  account: AccountPermission;
  dataset: DatasetScope;
  /** The person with this id. */
  self: string;
}

/** The rules of this request: each allows, or throws the refusal that the client is to see. */
export function createScopes(context: Context) {
  return {
    public: () => true,
    authenticated: () => Boolean(principalOf(context)),
    account: (permission: AccountPermission) => allow(context, permission),
    dataset: (scope: DatasetScope) => allowOnDataset(context, scope),
    self: (userId: string) => principalOf(context).subject.id === userId,
  };
}

function principalOf({ principal, unauthenticated: reason }: Context) {
  if (!principal) throw unauthenticated(reason);
  return principal;
}

function allow(context: Context, permission: Permission): true {
  const decision = decide(principalOf(context), permission);
  if (!decision.allowed) throw forbidden(decision.denial);
  context.change?.allow(decision.via);
  return true;
}

function noteVia(context: Context, { permission, via }: Allow, datasetId: string): void {
  context.change?.allow(via);
  if (via !== 'SUPER_ADMIN_OVERRIDE') return;
  const use = context.overrides.get(datasetId) ?? { permissions: new Set(), audited: false };
  use.permissions.add(permission);
  use.audited ||= context.change !== undefined;
  context.overrides.set(datasetId, use);
}

/** Notes which rows of a list only the override shows: their place in it tells of them before any field is read. */
export async function noteOverrides(context: Context, ids: readonly string[]): Promise<void> {
  if (!context.principal?.permissions.has('dataset:override')) return;
  const facts = await Promise.all(ids.map(async (id) => context.access.dataset(id)));
  for (const [at, id] of ids.entries()) {
    if (facts[at]) allowAll(context, id, ['dataset:read'], facts[at]);
  }
}

function allowOnDataset(context: Context, scope: DatasetScope): true | Promise<true> {
  principalOf(context);
  if (context.change) return allowChange(context, scope);
  const facts = context.access.dataset(scope.id);
  return facts instanceof Promise
    ? facts.then((loaded) => decideAll(context, scope, loaded))
    : decideAll(context, scope, facts);
}

/**
 * Inside a mutation the dataset is locked before its facts are read, and nobody changes them until the end. Only who
 * can see it comes that far: nobody else waits for the lock, or makes others wait.
 */
async function allowChange(context: Context, scope: DatasetScope): Promise<true> {
  const { change, db } = context;
  const principal = principalOf(context);
  change?.aim({ type: 'Dataset', id: scope.id });
  const before = (await readDatasetFacts(db, principal, principal.subject, [scope.id])).get(
    scope.id,
  );
  if (!before || !decide(principal, 'dataset:read', before).allowed)
    return hidden(context, scope.id);
  if (scope.lock !== 'NONE') await lockFlow(db, principal, scope.id, scope.lock ?? 'ALONE');
  const facts = await context.access.dataset(scope.id);
  const { condition } = scope;
  if (!condition) return decideAll(context, scope, facts);
  await decideAll(context, scope, facts && { ...facts, ...condition.atBest });
  const found = await condition.find(changeOf(context));
  return decideAll(context, scope, facts && { ...facts, ...found });
}

function decideAll(
  context: Context,
  { id, permissions, viewCreatorId, known }: DatasetScope,
  facts?: DatasetFacts,
): true | Promise<true> {
  const principal = principalOf(context);
  if (!facts || !decide(principal, 'dataset:read', facts).allowed) return hidden(context, id);
  const isNewOrOwn = viewCreatorId === principal.subject.id;
  const view = viewCreatorId === undefined ? {} : { view: { isNewOrOwn } };
  return allowAll(context, id, permissions, { ...facts, ...known, ...view });
}

function allowAll(
  context: Context,
  id: string,
  permissions: readonly Permission[],
  facts: DatasetFacts,
): true {
  const decisions = permissions.map((each) => decide(principalOf(context), each, facts));
  const [denial, ...others] = decisions.flatMap((each) => (each.allowed ? [] : [each.denial]));
  if (denial) {
    // It says of the first why it is missing, and names them all.
    const all = { ...denial, missing: [denial, ...others].flatMap(({ missing }) => missing) };
    throw forbidden(all);
  }
  for (const decision of decisions) {
    if (decision.allowed) noteVia(context, decision, id);
  }
  return true;
}

/** Refuses what the principal can't see like what is not there. */
export async function hidden(context: Context, id: string): Promise<never> {
  const elsewhere = await isInAnotherWorkspace(context.db, principalOf(context), id);
  throw notFound(elsewhere ? 'WRONG_WORKSPACE' : undefined);
}

/** The refusal to answer with: where several ways were open, the one that says what is missing. */
export function refusalOf(failure: AuthFailure): Error {
  const errors = errorsOf(failure);
  return errors.find(({ name }) => name !== 'DomainError') ?? errors.at(-1) ?? unauthenticated();
}

function errorsOf(failure: AuthFailure): Error[] {
  switch (failure.kind) {
    case AuthScopeFailureType.AnyAuthScopes:
    case AuthScopeFailureType.AllAuthScopes:
      return failure.failures.flatMap(errorsOf);
    case AuthScopeFailureType.AuthScope:
    case AuthScopeFailureType.AuthScopeFunction:
      return failure.error ? [failure.error] : [];
    default:
      return [];
  }
}

/** A rule that depends on the object or the arguments, with the words in which the schema prints it. */
export interface PrintedRule {
  readonly rule: string;
  readonly permissions: readonly Permission[];
}

type Located = Omit<DatasetScope, 'permissions'>;

/** A permission on the dataset that an object is or belongs to. */
export function onDataset<Parent>(
  permission: DatasetPermission,
  locate: (parent: Parent) => Located,
) {
  return printing(ruleName(permission), [permission], (parent: Parent) => ({
    dataset: { ...locate(parent), permissions: [permission] },
  }));
}

/** Each of these permissions on the dataset that the arguments name. */
export function onDatasetOf<Args>(
  permissions: readonly Permission[],
  locate: (args: Args) => Located,
) {
  return printing(
    permissions.map(ruleName).join(' and '),
    permissions,
    (_parent: unknown, args: Args) => ({
      dataset: { ...locate(args), permissions },
    }),
  );
}

/** The right to give the role that the arguments name, beside the other permissions on the dataset that they name. */
export function toGiveRole<Args>(
  permissions: readonly DatasetPermission[],
  locate: (args: Args) => Located & { readonly role: DatasetRole },
) {
  const makes = Object.values(PERMISSION_TO_MAKE);
  const rule = [...permissions.map(ruleName), makes.map(ruleName).join(' or ')].join(' and ');
  return printing(rule, [...permissions, ...makes], (_parent: unknown, args: Args) => {
    const { role, ...located } = locate(args);
    return { dataset: { ...located, permissions: [...permissions, PERMISSION_TO_MAKE[role]] } };
  });
}

/** A permission on a dataset, and another one if the arguments ask for what that protects. */
export function onDatasetWith<Parent, Args>(
  permission: DatasetPermission,
  further: DatasetPermission,
  words: string,
  locate: (parent: Parent, args: Args) => Located,
  asksFor: (args: Args) => boolean,
) {
  return printing(
    `${ruleName(permission)}; ${words}: ${ruleName(further)}`,
    [permission, further],
    (parent: Parent, args: Args) => ({
      dataset: {
        ...locate(parent, args),
        permissions: asksFor(args) ? [permission, further] : [permission],
      },
    }),
  );
}

/** The person themselves, or whoever holds the permission in the account. */
export function selfOr<Parent>(
  permission: AccountPermission,
  userIdOf: (parent: Parent) => string,
) {
  return printing(`self or ${ruleName(permission)}`, [permission], (parent: Parent) => ({
    $any: { self: userIdOf(parent), account: permission },
  }));
}

const MET = 'met';

/** What a field grants that leads to somebody from an object that its reader may see. */
export const met = [MET];

const WHERE_MET = 'met on an object that you can see';

/** The permission in the account, or to be met on an object that the reader may see. */
export function metOr(permission: AccountPermission) {
  return printing(`${ruleName(permission)} or ${WHERE_MET}`, [permission], () => ({
    $any: { account: permission, $granted: MET },
  }));
}

/** The person themselves, or like anybody else whom one meets. */
export function selfOrMetOr<Parent>(
  permission: AccountPermission,
  userIdOf: (parent: Parent) => string,
) {
  const rule = `self or ${ruleName(permission)} or ${WHERE_MET}`;
  return printing(rule, [permission], (parent: Parent) => ({
    $any: { self: userIdOf(parent), account: permission, $granted: MET },
  }));
}

function printing<Rule extends (...args: never[]) => object>(
  rule: string,
  permissions: readonly Permission[],
  scopes: Rule,
): Rule & PrintedRule {
  return Object.assign(scopes, { rule, permissions });
}

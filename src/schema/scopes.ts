import { AuthScopeFailureType, type AuthFailure } from '@pothos/plugin-scope-auth';

import { PERMISSION_TO_MAKE, type DatasetRole } from '../authz/dataset-roles.js';
import { decide, ruleName, type DatasetFacts } from '../authz/decide.js';
import type { AccountPermission, DatasetPermission, Permission } from '../authz/permissions.js';
import { changeOf, type Context } from '../context.js';
import { isInAnotherWorkspace, lockFlow, readDatasetFacts } from '../domain/access.js';
import type { Change } from '../domain/change.js';
import { DomainError, notFound, unauthenticated } from '../errors.js';

/** A rule about one dataset. */
export interface DatasetScope {
  readonly id: string;
  readonly permissions: readonly Permission[];
  /** Finds the role of whoever is to be added, changed or removed; null: none. */
  readonly target?: (change: Change) => Promise<DatasetRole | null>;
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

function allow(
  context: Context,
  permission: Permission,
  datasetId?: string,
  facts?: DatasetFacts,
): true {
  const decision = decide(principalOf(context), permission, facts);
  if (!decision.allowed) {
    const { denial } = decision;
    throw new DomainError('FORBIDDEN', `You may not do this: it takes “${denial.rule}”.`, {
      denial,
    });
  }
  context.change?.allow(decision.via);
  if (datasetId !== undefined && decision.via === 'SUPER_ADMIN_OVERRIDE') {
    const use = context.overrides.get(datasetId) ?? { permissions: new Set(), audited: false };
    use.permissions.add(permission);
    use.audited ||= context.change !== undefined;
    context.overrides.set(datasetId, use);
  }
  return true;
}

/** Notes which rows of a list only the override shows: their place in it tells of them before any field is read. */
export async function noteOverrides(context: Context, ids: readonly string[]): Promise<void> {
  if (!context.principal?.permissions.has('dataset:override')) return;
  const facts = await Promise.all(ids.map(async (id) => context.access.dataset(id)));
  for (const [at, id] of ids.entries()) {
    if (facts[at]) allow(context, 'dataset:read', id, facts[at]);
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
  await lockFlow(db, principal, scope.id);
  const facts = await context.access.dataset(scope.id);
  const { target } = scope;
  if (!target) return decideAll(context, scope, facts);
  // Whoever may do it to nobody is refused before anybody is looked for, so the answer tells nothing of them.
  await decideAll(context, scope, facts && { ...facts, target: { role: null } });
  const role = await target(changeOf(context));
  return decideAll(context, scope, facts && { ...facts, target: { role } });
}

function decideAll(
  context: Context,
  { id, permissions }: DatasetScope,
  facts?: DatasetFacts,
): true | Promise<true> {
  if (!facts || !decide(principalOf(context), 'dataset:read', facts).allowed)
    return hidden(context, id);
  for (const permission of permissions) allow(context, permission, id, facts);
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

/** The person themselves, or whoever holds the permission in the account. */
export function selfOr<Parent>(
  permission: AccountPermission,
  userIdOf: (parent: Parent) => string,
) {
  return printing(`self or ${ruleName(permission)}`, [permission], (parent: Parent) => ({
    $any: { self: userIdOf(parent), account: permission },
  }));
}

function printing<Rule extends (...args: never[]) => object>(
  rule: string,
  permissions: readonly Permission[],
  scopes: Rule,
): Rule & PrintedRule {
  return Object.assign(scopes, { rule, permissions });
}

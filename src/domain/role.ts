import { isAccountPermission, type AccountPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import type { RankFacts } from '../authz/rank.js';
import { rightsOf, type HeldRole, type Rights } from '../authz/rights.js';
import { closeGate } from '../db/gate.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import { assertIncluded } from './account.js';
import type { Change } from './change.js';
import { nameKey, uniquelyNamed } from './directory.js';
import { seesRoles, visibleRoles } from './visibility.js';

/** Through so many levels a role can inherit, itself included. */
const MOST_LEVELS = 8;

/** What each of these roles gives, inherited permissions included, with one statement; no entry: there is none. */
export async function rightsOfRoles(
  reader: Pick<Tx, '$queryRaw'>,
  accountId: string,
  ids: readonly string[] | null,
): Promise<Map<string, Rights>> {
  const rows = await reader.$queryRaw<(HeldRole & { root: string })[]>`
    WITH RECURSIVE held(root, role_id) AS (
      SELECT id, id FROM role
      WHERE account_id = ${accountId}::uuid AND (${ids}::uuid[] IS NULL OR id = ANY(${ids}::uuid[]))
      UNION
      SELECT h.root, p.parent_id FROM role_parent p JOIN held h USING (role_id))
    SELECT h.root, r.built_in AS "builtIn", r.name, r.permissions, h.root = r.id AS direct
    FROM held h JOIN role r ON r.id = h.role_id`;
  const roles = new Map<string, HeldRole[]>();
  for (const { root, ...role } of rows) roles.set(root, [...(roles.get(root) ?? []), role]);
  return new Map([...roles].map(([root, held]) => [root, rightsOf(held)]));
}

/** The roles that somebody names, if they can see roles at all. Throws NOT_FOUND. */
export function namedRoles(
  principal: Principal | undefined,
  ids: readonly string[],
): readonly string[] {
  if (ids.length > 0 && !seesRoles(principal)) throw notFound();
  return ids;
}

interface Design {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
  readonly parentIds: readonly string[];
}

/** What the account roles of people give, by person. */
export async function rightsOfPeople(
  reader: Pick<Tx, '$queryRaw'>,
  accountId: string,
  ids: readonly string[],
): Promise<Map<string, Rights>> {
  const rows = await reader.$queryRaw<{ id: string; roles: HeldRole[] }[]>`
    SELECT id, held_roles(id) AS roles FROM "user"
    WHERE account_id = ${accountId}::uuid AND id = ANY(${ids}::uuid[])`;
  return new Map(rows.map(({ id, roles }) => [id, rightsOf(roles)]));
}

/** What a role of this design would give, as a rule sees it: nobody puts into one what they lack. Throws NOT_FOUND. */
export async function designedRole(
  { tx, principal }: Change,
  { permissions = [], parentIds = [] }: Partial<Design>,
): Promise<RankFacts> {
  const named = namedRoles(principal, parentIds);
  const parents = await rightsOfRoles(tx, principal.accountId, named);
  if (parents.size < new Set(parentIds).size) throw notFound();
  return {
    defined: [
      ...permissions.filter(isAccountPermission),
      ...[...parents.values()].flatMap(({ own }) => [...own]),
    ],
  };
}

/** A role with what would be changed, as a rule sees it. Throws NOT_FOUND. */
export async function roleToChange(
  change: Change,
  id: string,
  changes: Partial<Design> = {},
): Promise<RankFacts> {
  const { tx, principal } = change;
  const seen = { AND: [{ id }, visibleRoles(principal)] };
  // What one may not see, one does not change either.
  if (!(await tx.role.findFirst({ where: seen, select: { id: true } }))) throw notFound();
  const before = (await rightsOfRoles(tx, principal.accountId, [id])).get(id);
  if (!before) throw notFound();
  const { defined = [] } = await designedRole(change, changes);
  return { defined: [...before.own, ...defined] };
}

/** Throws NOT_FOUND, INVALID_INPUT, DUPLICATE_NAME, ROLE_CYCLE, PLAN_REQUIRED. */
export async function createRole(change: Change, design: Design): Promise<string> {
  const { tx, principal, record } = change;
  const { accountId } = principal;
  await assertIncluded(change, 'Roles of one’s own');
  const { name, description } = design;
  const permissions = known(design.permissions);
  const data = { accountId, name, nameKey: nameKey(name), description, permissions };
  const { id } = await uniquelyNamed('role', tx.role.create({ data, select: { id: true } }));
  await inherit(change, id, design.parentIds);
  await record({ target: { type: 'Role', id }, after: await describe(tx, id) });
  return id;
}

/**
 * Changes what is given and keeps the rest; whoever holds the role has what it gives from the answer on. How many
 * people that concerns. Throws NOT_FOUND, BUILT_IN_ROLE, INVALID_INPUT, DUPLICATE_NAME, ROLE_CYCLE, PLAN_REQUIRED.
 */
export async function updateRole(
  change: Change,
  id: string,
  { name, description, permissions, parentIds }: Partial<Design>,
): Promise<number> {
  const { tx, record } = change;
  await assertIncluded(change, 'Roles of one’s own');
  await holdRole(change, id);
  const before = await describe(tx, id);
  const data = {
    ...(name !== undefined && { name, nameKey: nameKey(name) }),
    ...(description !== undefined && { description }),
    ...(permissions !== undefined && { permissions: known(permissions) }),
  };
  await uniquelyNamed('role', tx.role.update({ where: { id }, data }));
  if (parentIds !== undefined) {
    await tx.roleParent.deleteMany({ where: { roleId: id } });
    await inherit(change, id, parentIds);
  }
  const affected = await countHolders(change, id);
  await record({
    target: { type: 'Role', id },
    before,
    after: { ...(await describe(tx, id)), affected },
  });
  return affected;
}

/** What depends on a role. */
export interface RoleUse {
  /** People who hold it, or a role that inherits from it. */
  readonly people: number;
  /** Roles that inherit from it directly. */
  readonly roles: number;
  /** Pending invitations that give it: they give the role Viewer instead. */
  readonly invitations: number;
}

/**
 * Deletes a role of the account's own; whoever held it keeps their other roles. Throws NOT_FOUND, BUILT_IN_ROLE, and
 * NAME_MISMATCH, which says what depends on it, unless its name was typed exactly.
 */
export async function deleteRole(change: Change, id: string, typedName: string): Promise<RoleUse> {
  const { tx, record } = change;
  const { name } = await holdRole(change, id);
  const use = {
    people: await countHolders(change, id),
    roles: await tx.roleParent.count({ where: { parentId: id } }),
    invitations: await tx.invitation.count({ where: { roleId: id, state: 'PENDING' } }),
  };
  if (name !== typedName) {
    throw new DomainError(
      'NAME_MISMATCH',
      'Type the name of the role exactly as it is to delete it. Whom it affects is in `extensions.use`.',
      { use },
    );
  }
  const before = await describe(tx, id);
  await tx.roleAssignment.deleteMany({ where: { roleId: id } });
  await tx.roleParent.deleteMany({ where: { OR: [{ roleId: id }, { parentId: id }] } });
  await tx.role.delete({ where: { id } });
  await record({ target: { type: 'Role', id }, before, after: use });
  return use;
}

/** Waits for everybody of the account who is changing something: any of them may hold the role. */
async function holdRole({ tx, principal }: Change, id: string) {
  await closeGate(tx, `roles of ${principal.accountId}`);
  const role = await tx.role.findFirst({ where: { id } });
  if (!role) throw notFound();
  if (role.builtIn !== null) {
    throw new DomainError('BUILT_IN_ROLE', 'Make a role of your own that inherits from this one.');
  }
  return role;
}

/** Gives a role its parents. Whoever changes roles is the only one of the account to do so. Throws ROLE_CYCLE. */
async function inherit({ tx, principal }: Change, roleId: string, parentIds: readonly string[]) {
  const { accountId } = principal;
  const parents = [...new Set(parentIds)];
  if (parents.includes(roleId)) throw cycle();
  await tx.roleParent.createMany({
    data: parents.map((parentId) => ({ accountId, roleId, parentId })),
  });
  const [row] = await tx.$queryRaw<{ cyclic: boolean; levels: number }[]>`
    WITH RECURSIVE path(role_id, parent_id, levels) AS (
      SELECT role_id, parent_id, 2 FROM role_parent WHERE account_id = ${accountId}::uuid
      UNION
      SELECT p.role_id, q.parent_id, p.levels + 1
      FROM path p JOIN role_parent q ON q.role_id = p.parent_id WHERE p.levels <= ${MOST_LEVELS})
    SELECT coalesce(bool_or(role_id = parent_id), false) AS cyclic, coalesce(max(levels), 1) AS levels FROM path`;
  if (row?.cyclic || (row?.levels ?? 1) > MOST_LEVELS) throw cycle();
}

function cycle(): DomainError {
  return new DomainError(
    'ROLE_CYCLE',
    `A role cannot inherit from itself, or through more than ${MOST_LEVELS} levels. Choose other parents.`,
    { levels: MOST_LEVELS },
  );
}

async function countHolders({ tx, principal }: Change, id: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    WITH RECURSIVE heir(role_id) AS (
      SELECT ${id}::uuid
      UNION
      SELECT p.role_id FROM role_parent p JOIN heir h ON h.role_id = p.parent_id)
    SELECT count(DISTINCT a.user_id)::int AS count FROM role_assignment a JOIN heir USING (role_id)
    WHERE a.account_id = ${principal.accountId}::uuid`;
  return row?.count ?? 0;
}

async function describe(tx: Tx, id: string) {
  const { name, description, permissions, parents } = await tx.role.findUniqueOrThrow({
    where: { id },
    select: {
      name: true,
      description: true,
      permissions: true,
      parents: { select: { parent: { select: { name: true } } } },
    },
  });
  return {
    name,
    description,
    permissions: permissions.toSorted().join(', '),
    parents: parents
      .map(({ parent }) => parent.name)
      .toSorted()
      .join(', '),
  };
}

function known(permissions: readonly string[]): AccountPermission[] {
  const unknown = permissions.filter((each) => !isAccountPermission(each));
  if (unknown.length > 0) {
    const path = ['input', 'permissions'];
    const message = `An account role cannot give: ${unknown.join(', ')}.`;
    throw invalidInput([{ path, message }]);
  }
  return [...new Set(permissions.filter(isAccountPermission))].toSorted();
}

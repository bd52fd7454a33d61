import type { AccountPermission } from '../authz/permissions.js';
import type { RankFacts } from '../authz/rank.js';
import { rightsOf, type HeldRole } from '../authz/rights.js';
import { refusingDuplicates } from '../db/conflicts.js';
import { closeGate, closeGates } from '../db/gate.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import { nameKey } from './directory.js';
import { rightsOfRoles } from './role.js';
import { endSessions } from './session.js';
import { visibleUsers } from './visibility.js';

/** Somebody to be managed, with whatever these roles would give, as a rule sees them. Throws NOT_FOUND. */
export async function personToManage(
  { tx, principal }: Change,
  id: string,
  roleIds: readonly string[] = [],
): Promise<RankFacts> {
  // Whom one may not see, one does not manage either, nor waits for what they have under way.
  const seen = { AND: [{ id }, visibleUsers(principal)] };
  if (!(await tx.user.findFirst({ where: seen, select: { id: true } }))) throw notFound();
  await holdUser(tx, id);
  const given = await rightsOfRoles(tx, principal.accountId, roleIds);
  if (given.size < new Set(roleIds).size) throw notFound();
  return {
    person: await permissionsOf(tx, id),
    given: [...given.values()].flatMap(({ own }) => [...own]),
    isParty: id === principal.subject.id || id === principal.actor.id,
  };
}

/** The database has room for some thousands of gates in use, by everybody together. */
export const MOST_GATES = 500;

/** Waits for what these people have under way, and lets them change nothing until the transaction ends. */
export async function holdPeople(
  { tx, principal }: Pick<Change, 'tx' | 'principal'>,
  ids: readonly string[],
): Promise<void> {
  // Everybody who changes anything shares the gate of the roles.
  await closeGates(tx, ids.length > MOST_GATES ? [`roles of ${principal.accountId}`] : ids);
}

/** Finds a person, and keeps others from changing them and them from changing anything meanwhile. Throws NOT_FOUND. */
export async function holdUser(tx: Tx, id: string) {
  await closeGate(tx, id);
  const user = await tx.user.findFirst({ where: { id, removedAt: null } });
  if (!user) throw notFound();
  return user;
}

/** What the account roles of a person give, inherited ones included. */
export async function permissionsOf(tx: Tx, id: string): Promise<ReadonlySet<AccountPermission>> {
  const [row] = await tx.$queryRaw<
    { roles: HeldRole[] }[]
  >`SELECT held_roles(${id}::uuid) AS roles`;
  return rightsOf(row?.roles ?? []).own;
}

interface Details {
  readonly name: string;
  /** Lower case. */
  readonly email: string;
}

/**
 * Changes what is given and keeps the rest. Another address is not a verified one: no link is mailed there.
 * Throws NOT_FOUND, DUPLICATE_EMAIL.
 */
export async function updateUser(
  { tx, now, record }: Change,
  id: string,
  { name, email }: Partial<Details>,
): Promise<void> {
  const before = await holdUser(tx, id);
  const moves = email !== undefined && email !== before.email;
  const data = {
    ...(name !== undefined && { name, nameKey: nameKey(name) }),
    ...(moves && { email, emailVerifiedAt: null }),
  };
  const after = await refusingDuplicates(
    tx.user.update({ where: { id }, data, select: { name: true, email: true } }),
    () => new DomainError('DUPLICATE_EMAIL', 'Somebody of the account has this address already.'),
  );
  if (moves) await voidResets(tx, id, now);
  await record({
    target: { type: 'User', id },
    before: { name: before.name, email: before.email },
    after,
  });
}

/** Links that were mailed sign nobody in any more. */
export async function voidResets(tx: Tx, userId: string, now: Date): Promise<void> {
  await tx.passwordReset.updateMany({ where: { userId, closedAt: null }, data: { closedAt: now } });
}

/**
 * From now on nothing signs the person in: sessions end, and API keys are off until the person, let in again, turns
 * them on. Throws NOT_FOUND, NOT_YOURSELF, LAST_SUPER_ADMIN.
 */
export async function suspendUser(change: Change, id: string): Promise<void> {
  const { tx, record } = change;
  const { status } = await holdUser(tx, id);
  assertOther(change, id);
  await keepingSuperAdmin(change, () =>
    tx.user.update({ where: { id }, data: { status: 'SUSPENDED' } }),
  );
  await tx.accessKey.updateMany({ where: { userId: id }, data: { isActive: false } });
  const sessions = await endAccess(change, id);
  await record({
    target: { type: 'User', id },
    before: { status },
    after: { status: 'SUSPENDED', sessions },
  });
}

/** Throws NOT_FOUND. */
export async function reactivateUser({ tx, record }: Change, id: string): Promise<void> {
  const { status } = await holdUser(tx, id);
  await tx.user.update({ where: { id }, data: { status: 'ACTIVE' } });
  await record({ target: { type: 'User', id }, before: { status }, after: { status: 'ACTIVE' } });
}

/** Ends the sessions of a held person, all or all but one, and the links that were mailed; how many sessions. */
export async function endAccess(
  change: Pick<Change, 'tx' | 'now'>,
  userId: string,
  but?: string,
): Promise<number> {
  await voidResets(change.tx, userId, change.now);
  return endSessions(change, { userId, ...(but !== undefined && { id: { not: but } }) });
}

/** Throws NOT_YOURSELF. */
export function assertOther({ principal }: Change, id: string): void {
  if (id !== principal.subject.id) return;
  throw new DomainError(
    'NOT_YOURSELF',
    'Nobody suspends or removes themselves. Ask somebody else who manages people.',
  );
}

/**
 * Makes a change after which the account still has an active Super Admin, if it had one. Whoever changes rights is the
 * only one of the account to do so, so two who do it to each other come here one after the other. Throws
 * LAST_SUPER_ADMIN.
 */
export async function keepingSuperAdmin<T>(
  { tx }: Change,
  change: () => PromiseLike<T>,
): Promise<T> {
  const before = await hasSuperAdmin(tx);
  const result = await change();
  if (!before || (await hasSuperAdmin(tx))) return result;
  throw new DomainError(
    'LAST_SUPER_ADMIN',
    'An account keeps at least one active Super Admin. Give somebody else the role first.',
  );
}

async function hasSuperAdmin(tx: Tx): Promise<boolean> {
  const held = {
    role: { builtIn: 'SUPER_ADMIN' },
    user: { status: 'ACTIVE', removedAt: null },
  } as const;
  return (await tx.roleAssignment.findFirst({ where: held, select: { roleId: true } })) !== null;
}

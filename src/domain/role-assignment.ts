import type { AccountPermission } from '../authz/permissions.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import { rightsOfRoles } from './role.js';
import { holdUser, keepingSuperAdmin } from './user.js';

/** What somebody could do, and no longer could, or the other way round. */
export interface RoleEffect {
  readonly gained: readonly AccountPermission[];
  readonly lost: readonly AccountPermission[];
  /** Flows that they see by their account role alone, and would no longer see. */
  readonly flowsLost: number;
}

/** What other account roles would change for a person. Throws NOT_FOUND. */
export async function effectOfRoles(
  tx: Tx,
  accountId: string,
  userId: string,
  roleIds: readonly string[],
): Promise<RoleEffect> {
  const assigned = await tx.roleAssignment.findMany({
    where: { userId },
    select: { roleId: true },
  });
  const held = assigned.map(({ roleId }) => roleId);
  const rights = await rightsOfRoles(tx, accountId, [...new Set([...held, ...roleIds])]);
  if (roleIds.some((id) => !rights.has(id))) throw notFound();
  const sum = (ids: readonly string[]) =>
    new Set(ids.flatMap((id) => [...(rights.get(id)?.own ?? [])]));
  const [before, after] = [sum(held), sum(roleIds)];
  const lost = [...before].filter((each) => !after.has(each)).toSorted();
  return {
    gained: [...after].filter((each) => !before.has(each)).toSorted(),
    lost,
    flowsLost: lost.includes('flow:readAny') ? await flowsByDefault(tx, accountId, userId) : 0,
  };
}

/** How many flows a person reaches without any membership, if the account role lets them. */
async function flowsByDefault(tx: Tx, accountId: string, userId: string): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM flow f
    WHERE f.account_id = ${accountId}::uuid AND f.kind NOT IN ('DATASET', 'LIST')
      AND NOT EXISTS (
        SELECT 1 FROM flow_member m LEFT JOIN group_member g ON g.group_id = m.group_id
        WHERE m.flow_id = f.id AND (m.user_id = ${userId}::uuid OR g.user_id = ${userId}::uuid))`;
  return row?.count ?? 0;
}

/**
 * Gives a person these account roles and no other. Throws NOT_FOUND, LAST_SUPER_ADMIN, and CONFIRMATION_NEEDED, which
 * says what it would take away.
 */
export async function assignRoles(
  change: Change,
  userId: string,
  roleIds: readonly string[],
  confirm: boolean,
): Promise<void> {
  const { tx, principal, record } = change;
  const { accountId } = principal;
  await holdUser(tx, userId);
  const effect = await effectOfRoles(tx, accountId, userId, roleIds);
  if (effect.lost.length > 0 && !confirm) {
    throw new DomainError(
      'CONFIRMATION_NEEDED',
      'The person would lose permissions. Look at `extensions.effect`, then pass `confirm: true`.',
      { effect },
    );
  }
  const before = await namesOfRoles(tx, userId);
  await keepingSuperAdmin(change, () =>
    tx.roleAssignment.deleteMany({ where: { userId, roleId: { notIn: [...roleIds] } } }),
  );
  await tx.roleAssignment.createMany({
    data: roleIds.map((roleId) => ({
      accountId,
      userId,
      roleId,
      assignedById: principal.subject.id,
    })),
    skipDuplicates: true,
  });
  await record({
    target: { type: 'User', id: userId },
    before: { roles: before },
    after: { roles: await namesOfRoles(tx, userId) },
  });
}

async function namesOfRoles(tx: Tx, userId: string): Promise<string> {
  const held = await tx.roleAssignment.findMany({
    where: { userId },
    select: { role: { select: { name: true } } },
    orderBy: { role: { nameKey: 'asc' } },
  });
  return held.map(({ role }) => role.name).join(', ');
}

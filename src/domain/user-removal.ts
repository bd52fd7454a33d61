import type { FlowKind } from '../authz/boundary.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import { tombstoneKeys } from './access-key.js';
import { withdrawAllOf } from './access-request.js';
import type { Change, Step } from './change.js';
import { FLOW_TYPENAMES } from './ids.js';
import { assertOther, endAccess, holdUser, keepingSuperAdmin } from './user.js';

/** What goes with a person who is removed. */
export interface Removed {
  readonly sessions: number;
  readonly apiKeys: number;
  readonly groups: number;
  readonly memberships: number;
  /** Flows that have no other active Admin or Owner: they stay without one. */
  readonly orphanedFlows: number;
}

/**
 * Removes a person with sessions, API keys, roles, groups and memberships, and withdraws what they asked for; what they
 * made, did and gave to others stays, under their name. Throws NOT_FOUND, NOT_YOURSELF, LAST_SUPER_ADMIN, and CONFIRMATION_NEEDED, which says what
 * goes.
 */
export async function removeUser(change: Change, id: string, confirm: boolean): Promise<Removed> {
  const { tx, now, record } = change;
  const { name, email } = await holdUser(tx, id);
  assertOther(change, id);
  if (!confirm) await askToConfirm(tx, id, now);
  const goes = await takeAway(change, id);
  await record({ target: { type: 'User', id }, before: { name, email }, after: { ...goes } });
  return goes;
}

/** Throws CONFIRMATION_NEEDED, which says what goes with the person. */
export async function askToConfirm(tx: Tx, id: string, now: Date): Promise<never> {
  throw new DomainError(
    'CONFIRMATION_NEEDED',
    'Removing somebody cannot be undone. Look at `extensions.goes`, then pass `confirm: true`.',
    { goes: await belongings(tx, id, now) },
  );
}

/** Counts what goes with a person, with one statement. Throws NOT_FOUND. */
export async function belongings(
  reader: Pick<Tx, '$queryRaw'>,
  id: string,
  now: Date,
): Promise<Removed> {
  const [row] = await reader.$queryRaw<Removed[]>`
    SELECT (SELECT count(*)::int FROM session
            WHERE user_id = u.id AND ended_at IS NULL AND expires_at > ${now}::timestamptz) AS sessions,
           (SELECT count(*)::int FROM access_key WHERE user_id = u.id AND deleted_at IS NULL) AS "apiKeys",
           (SELECT count(*)::int FROM group_member WHERE user_id = u.id) AS groups,
           (SELECT count(*)::int FROM flow_member WHERE user_id = u.id) AS memberships,
           (SELECT count(*)::int FROM flow_member m WHERE m.user_id = u.id AND m.role IN ('ADMIN', 'OWNER')
              AND NOT EXISTS (SELECT 1 FROM active_admin a WHERE a.flow_id = m.flow_id AND a.member_id <> m.id))
             AS "orphanedFlows"
    FROM "user" u WHERE u.id = ${id}::uuid`;
  if (!row) throw notFound();
  return row;
}

/** Removes a held person and all that is theirs alone, each with an entry of its own. Throws LAST_SUPER_ADMIN. */
export async function takeAway(change: Change, id: string): Promise<Removed> {
  const { tx, now, recordSteps } = change;
  const goes = await belongings(tx, id, now);
  const steps = [...(await keysOf(tx, id)), ...(await membershipsOf(tx, id))];
  await keepingSuperAdmin(change, () =>
    tx.user.update({ where: { id }, data: { removedAt: now, passwordHash: null } }),
  );
  await endAccess(change, id);
  const theirs = { where: { userId: id } };
  await tombstoneKeys(change, { userId: id });
  await tx.flowMember.deleteMany(theirs);
  await tx.groupMember.deleteMany(theirs);
  await tx.roleAssignment.deleteMany(theirs);
  await recordSteps([...steps, ...(await withdrawAllOf(change, id))]);
  return goes;
}

async function keysOf(tx: Tx, userId: string): Promise<Step[]> {
  const keys = await tx.accessKey.findMany({
    where: { userId, deletedAt: null },
    select: { id: true, name: true },
  });
  return keys.map(({ id, name }) => ({
    action: 'apiKey.deleted',
    target: { type: 'AccessKey', id },
    before: { name, userId },
  }));
}

async function membershipsOf(tx: Tx, userId: string): Promise<Step[]> {
  const members = await tx.flowMember.findMany({
    where: { userId },
    select: { flowId: true, role: true, flow: { select: { kind: true } } },
  });
  return members.map(({ flowId: id, role, flow: { kind } }) => ({
    action: memberAction(kind, 'removed'),
    target: { type: FLOW_TYPENAMES[kind], id },
    before: { grantee: 'User', granteeId: userId, role },
  }));
}

/** What the entry of a change to the members of a flow says, by the kind of the flow. */
export function memberAction<Verb extends 'added' | 'removed' | 'roleChanged'>(
  kind: FlowKind,
  verb: Verb,
) {
  return kind === 'DATASET' ? (`datasetMember.${verb}` as const) : (`flowMember.${verb}` as const);
}

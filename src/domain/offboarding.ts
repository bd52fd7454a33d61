import type { System } from '../context.js';
import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import { rotateKey, type MintedKey } from './access-key.js';
import type { Change } from './change.js';
import { getGrantee } from './directory.js';
import { FLOW_TYPENAMES, type NamedFlow } from './ids.js';
import { closing } from './invitation.js';
import { memberAction, askToConfirm, takeAway, type Removed } from './user-removal.js';
import { assertOther, holdUser, personToManage } from './user.js';

/** What is to become of what a person leaves behind. */
export interface Decisions {
  /** Who takes the person’s place on flows of which nobody else is Admin or Owner; the others stay without one. */
  readonly handOver: readonly { readonly flow: NamedFlow; readonly userId: string }[];
  /** Whether whoever off-boards answers for the person’s pending invitations; otherwise they are revoked. */
  readonly takeOverInvitations: boolean;
  /** Whether keys of service accounts whose secrets the person has seen get successors. */
  readonly rotateServiceAccountKeys: boolean;
  /** How long the old ones still sign in. */
  readonly overlapHours: number;
}

export interface Offboarding {
  readonly batchId: string;
  readonly removed: Removed;
  readonly handedOver: number;
  readonly invitations: number;
  /** Shown once. */
  readonly rotated: readonly MintedKey[];
  /** Keys that could not be rotated, because their service account has no place for another. */
  readonly notRotated: readonly string[];
}

/** Somebody to be off-boarded, or who was, as a rule sees them. Throws NOT_FOUND. */
export async function personToOffboard(change: Change, id: string) {
  return (await earlierBatch(change.tx, id)) ? {} : personToManage(change, id);
}

/**
 * Removes a person and settles what they leave behind, all of it or nothing; again, it changes nothing. Service
 * accounts that they made keep working. Throws NOT_FOUND, NOT_YOURSELF, LAST_SUPER_ADMIN, GRANTEE_NOT_FOUND,
 * INVALID_INPUT, and CONFIRMATION_NEEDED, which says what goes.
 */
export async function offboard(
  change: Change,
  system: Pick<System, 'pepper'>,
  id: string,
  decisions: Decisions,
  confirm: boolean,
): Promise<Offboarding> {
  const { tx, now, record } = change;
  const target = { type: 'User', id } as const;
  const earlier = await earlierBatch(tx, id);
  if (earlier) {
    await record({ target, batchId: earlier, after: { again: true } });
    return { ...NOTHING, batchId: earlier };
  }
  const { name, email } = await holdUser(tx, id);
  assertOther(change, id);
  if (!confirm) await askToConfirm(tx, id, now);
  const batchId = change.batch();
  const handedOver = await handOver(change, id, decisions);
  const invitations = await settleInvitations(change, id, decisions);
  const keys = decisions.rotateServiceAccountKeys
    ? await rotateKeys(change, system, id, decisions.overlapHours)
    : { rotated: [], notRotated: [] };
  const removed = await takeAway(change, id);
  await record({
    target,
    before: { name, email },
    after: { ...removed, handedOver, invitations, rotatedKeys: keys.rotated.length },
  });
  return { batchId, removed, handedOver, invitations, ...keys };
}

const NOTHING = {
  removed: { sessions: 0, apiKeys: 0, groups: 0, memberships: 0, orphanedFlows: 0 },
  handedOver: 0,
  invitations: 0,
  rotated: [],
  notRotated: [],
} as const;

/** The batch of the entries of an off-boarding that was done. */
async function earlierBatch(tx: Tx, id: string): Promise<string | undefined> {
  const entry = await tx.auditEntry.findFirst({
    where: {
      targetId: id,
      action: 'user.offboarded',
      outcome: 'SUCCEEDED',
    },
    orderBy: { id: 'desc' },
    select: { batchId: true },
  });
  return entry?.batchId ?? undefined;
}

async function handOver(change: Change, id: string, { handOver: asked }: Decisions) {
  const { tx, principal, recordSteps } = change;
  const flowIds = asked.map(({ flow }) => flow.id);
  if (new Set(flowIds).size < flowIds.length) {
    throw invalidInput([{ path: ['input', 'handOver'], message: 'Name each flow once.' }]);
  }
  const alone = await soleRoles(tx, principal.accountId, id);
  for (const { flow, userId } of asked) {
    const role = alone.get(flow.id);
    if (!role || userId === id) throw notFound();
    await getGrantee(tx, { kind: 'User', id: userId });
    const key = { flowId_userId: { flowId: flow.id, userId } };
    const before = await tx.flowMember.findUnique({ where: key, select: { role: true } });
    await tx.flowMember.upsert({
      where: key,
      update: { role },
      create: {
        accountId: principal.accountId,
        flowId: flow.id,
        userId,
        role,
        addedById: principal.subject.id,
      },
    });
    await recordSteps([
      {
        action: memberAction(flow.kind, before ? 'roleChanged' : 'added'),
        target: { type: FLOW_TYPENAMES[flow.kind], id: flow.id },
        ...(before && { before: { grantee: 'User', granteeId: userId, role: before.role } }),
        after: { grantee: 'User', granteeId: userId, role },
      },
    ]);
  }
  return asked.length;
}

/** The flows of which a person alone is an active Admin or Owner, by name. */
export async function soleFlowsOf(tx: Tx, accountId: string, userId: string) {
  const roles = await soleRoles(tx, accountId, userId);
  return tx.flow.findMany({
    where: { id: { in: [...roles.keys()] } },
    select: { id: true, kind: true, name: true },
    orderBy: [{ nameKey: 'asc' }, { id: 'asc' }],
  });
}

/** The flows of which a person alone is an active Admin or Owner, and as which. */
async function soleRoles(tx: Tx, accountId: string, userId: string) {
  const rows = await tx.$queryRaw<{ flow_id: string; role: 'ADMIN' | 'OWNER' }[]>`
    SELECT m.flow_id, m.role::text AS role FROM flow_member m
    WHERE m.account_id = ${accountId}::uuid AND m.user_id = ${userId}::uuid AND m.role IN ('ADMIN', 'OWNER')
      AND NOT EXISTS (SELECT 1 FROM active_admin a WHERE a.flow_id = m.flow_id AND a.member_id <> m.id)`;
  return new Map(rows.map(({ flow_id, role }) => [flow_id, role]));
}

/** Whoever accepts an invitation needs somebody in the account who answers for it. */
async function settleInvitations(
  { tx, principal, now, recordSteps }: Change,
  id: string,
  { takeOverInvitations }: Decisions,
): Promise<number> {
  const pending = await tx.invitation.findMany({
    where: { invitedById: id, state: 'PENDING' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const invitedById = principal.subject.id;
  await tx.invitation.updateMany({
    where: { id: { in: pending.map((each) => each.id) } },
    data: takeOverInvitations ? { invitedById } : closing('REVOKED', now),
  });
  await recordSteps(
    pending.map((each) => ({
      action: takeOverInvitations ? 'invitation.takenOver' : 'invitation.revoked',
      target: { type: 'Invitation', id: each.id },
    })),
  );
  return pending.length;
}

/** Keys of service accounts that a person made, and so has seen, and that still work or can be made to. */
export function keysSeenBy(createdById: string, now: Date) {
  return {
    createdById,
    serviceAccountId: { not: null },
    OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
  } satisfies Prisma.AccessKeyWhereInput;
}

/** Rotates the keys of service accounts that a person made, and so has seen. */
async function rotateKeys(
  change: Change,
  system: Pick<System, 'pepper'>,
  id: string,
  overlapHours: number,
) {
  const { tx, now, recordSteps } = change;
  const where = keysSeenBy(id, now);
  const keys = await tx.accessKey.findMany({
    where: { ...where, deletedAt: null, successorId: null },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const rotated: MintedKey[] = [];
  const notRotated: string[] = [];
  for (const key of keys) {
    const step: Change = {
      ...change,
      record: (event) => recordSteps([{ ...event, action: 'accessKey.rotated' }]),
    };
    try {
      rotated.push(await rotateKey(step, system, where, key.id, { overlapHours }));
    } catch (error) {
      // Found before anything was written.
      if (!(error instanceof DomainError) || error.code !== 'LIMIT_REACHED') throw error;
      notRotated.push(key.id);
    }
  }
  return { rotated, notRotated };
}

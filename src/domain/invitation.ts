import { v7 as uuidv7 } from 'uuid';

import { mintToken, PEPPER_VERSION } from '../authn/token.js';
import type { System } from '../context.js';
import { refusingDuplicates } from '../db/conflicts.js';
import { closeGate } from '../db/gate.js';
import type { InvitationModel } from '../db/generated/models.js';
import { scopeToAccount, type Tx } from '../db/scoped.js';
import { runCounted } from '../db/statements.js';
import { DomainError, notFound } from '../errors.js';
import type { DeliveryProblem } from '../mail/problem.js';
import { invitationMail } from '../mail/templates.js';
import type { Change } from './change.js';
import { assertInviterMay, findRole, holdInviter } from './inviter.js';
import { visibleGroups } from './visibility.js';

const DAY = 86_400_000;

export type InvitationState = InvitationModel['state'];

type Post = Pick<System, 'client' | 'mailer' | 'pepper' | 'issuer'>;

interface Wanted {
  readonly email: string;
  /** Null: the least one. */
  readonly roleId: string | null;
  readonly groupIds: readonly string[];
}

/** The state to show: one whose time is over has expired, whether or not anybody wrote it down. */
export function stateOf(
  { state, expiresAt }: Pick<InvitationModel, 'state' | 'expiresAt'>,
  now: Date,
): InvitationState {
  return state === 'PENDING' && expiresAt <= now ? 'EXPIRED' : state;
}

/** What makes an invitation no longer good: it has no secret then. */
export function closing(state: Exclude<InvitationState, 'PENDING'>, now: Date) {
  return { state, closedAt: now, secretHash: null };
}

/**
 * Invites somebody, and sends the mail once that is certain. Throws NOT_FOUND for a role or group that is not there,
 * ALREADY_MEMBER, ALREADY_INVITED.
 */
export async function inviteUser(change: Change, post: Post, wanted: Wanted): Promise<string> {
  const { tx, principal, now, record } = change;
  const { accountId, subject } = principal;
  const { email } = wanted;
  const role = await findRole(tx, wanted.roleId);
  const groupIds = [...new Set(wanted.groupIds)];
  await assertGroups(change, groupIds);
  await holdAddress(tx, accountId, email);
  await assertNoMember(tx, email);
  await closeExpired(tx, email, now);
  const id = uuidv7();
  const { token, ...sent } = await sending(change, post, id);
  const invitation = { id, accountId, email, roleId: role.id, invitedById: subject.id };
  const groups = { create: groupIds.map((groupId) => ({ groupId, accountId })) };
  await refusingDuplicates(
    tx.invitation.create({ data: { ...invitation, ...sent, createdAt: now, groups } }),
    alreadyInvited,
  );
  await record({
    target: { type: 'Invitation', id },
    after: {
      email,
      role: role.name,
      groups: groupIds.length,
      expiresAt: sent.expiresAt.toISOString(),
    },
  });
  await postLater(change, post, { ...invitation, ...sent }, token);
  return id;
}

/**
 * Sends a pending invitation again: its link is void, and the new one is good as long. Throws NOT_FOUND, INVITATION_OVER,
 * ALREADY_MEMBER, INVITER_LACKS_AUTHORITY.
 */
export async function resendInvitation(change: Change, post: Post, id: string): Promise<void> {
  const { tx, record } = change;
  // In the order in which whoever accepts takes them.
  await holdInviter(tx, await getInvitation(tx, id));
  const invitation = await holdPending(change, id);
  await assertNoMember(tx, invitation.email);
  await assertInviterMay(tx, invitation);
  const { token, ...sent } = await sending(change, post, id);
  await tx.invitation.update({ where: { id }, data: sent });
  await record({
    target: { type: 'Invitation', id },
    before: { expiresAt: invitation.expiresAt.toISOString() },
    after: { expiresAt: sent.expiresAt.toISOString() },
  });
  await postLater(change, post, { ...invitation, ...sent }, token);
}

/** Makes the link of a pending invitation void. Throws NOT_FOUND, INVITATION_OVER. */
export async function revokeInvitation(change: Change, id: string): Promise<void> {
  const { tx, now, record } = change;
  const { email } = await holdPending(change, id);
  await tx.invitation.update({ where: { id }, data: closing('REVOKED', now) });
  await record({ target: { type: 'Invitation', id }, before: { email } });
}

/** Lets nobody else invite the address or join with it until the transaction ends. */
export async function holdAddress(tx: Tx, accountId: string, email: string): Promise<void> {
  await closeGate(tx, `address ${email} in ${accountId}`);
}

/** Throws ALREADY_MEMBER if somebody of the account has the address. */
export async function assertNoMember(tx: Tx, email: string): Promise<void> {
  const member = await tx.user.findFirst({
    where: { email, removedAt: null },
    select: { id: true },
  });
  if (!member) return;
  throw new DomainError(
    'ALREADY_MEMBER',
    'Somebody with this address is in the account already. Change their role instead.',
    {
      remedies: [
        {
          kind: 'CHANGE_ROLE',
          who: 'Whoever assigns roles',
          how: 'Find the person by the address, and give them another role with assignRoles. If they are suspended, let them in again with reactivateUser.',
        },
      ],
    },
  );
}

async function assertGroups({ tx, principal }: Change, ids: readonly string[]): Promise<void> {
  const where = { AND: [{ id: { in: [...ids] } }, visibleGroups(principal)] };
  if (ids.length > 0 && (await tx.group.count({ where })) < ids.length) throw notFound();
}

async function closeExpired(tx: Tx, email: string, now: Date): Promise<void> {
  const where = { email, state: 'PENDING', expiresAt: { lte: now } } as const;
  await tx.invitation.updateMany({ where, data: closing('EXPIRED', now) });
  const open = { where: { email, closedAt: null }, select: { id: true } };
  if (await tx.invitation.findFirst(open)) throw alreadyInvited();
}

function alreadyInvited(): DomainError {
  return new DomainError(
    'ALREADY_INVITED',
    'This address has an invitation that is still open. Send it again with resendInvitation, or revoke it first.',
  );
}

async function getInvitation(tx: Tx, id: string): Promise<InvitationModel> {
  const invitation = await tx.invitation.findFirst({ where: { id } });
  if (!invitation) throw notFound();
  return invitation;
}

/** Finds one that is pending, and keeps others from changing or accepting it. Throws NOT_FOUND, INVITATION_OVER. */
async function holdPending({ tx, principal, now }: Change, id: string): Promise<InvitationModel> {
  await lockInvitation(tx, principal.accountId, id);
  const invitation = await getInvitation(tx, id);
  const state = stateOf(invitation, now);
  if (state === 'PENDING') return invitation;
  throw new DomainError('INVITATION_OVER', OVER[state], { state });
}

const OVER = {
  EXPIRED: 'The invitation has expired. Invite the person again with inviteUser.',
  REVOKED: 'The invitation was revoked. If they are to come, invite them again with inviteUser.',
  ACCEPTED: 'The invitation was accepted: the person is in the account. Change their role instead.',
} as const;

export async function lockInvitation(tx: Tx, accountId: string, id: string): Promise<void> {
  await tx.$queryRaw`
    SELECT 1 AS locked FROM invitation WHERE id = ${id}::uuid AND account_id = ${accountId}::uuid FOR UPDATE`;
}

/** A new secret, and how long it is good. */
async function sending({ tx, principal, now }: Change, { pepper }: Post, id: string) {
  const { invitationDays } = await tx.account.findUniqueOrThrow({
    where: { id: principal.accountId },
    select: { invitationDays: true },
  });
  return {
    ...mintToken('invitation', id, pepper),
    pepperVersion: PEPPER_VERSION,
    sentAt: now,
    expiresAt: new Date(now.getTime() + invitationDays * DAY),
    delivery: 'QUEUED' as const,
    deliveryProblem: null,
  };
}

type Sent = Pick<
  InvitationModel,
  'id' | 'accountId' | 'email' | 'invitedById' | 'sentAt' | 'expiresAt'
>;

/** The token is in the message and nowhere else: if the gateway stops before it is sent, it is sent again by hand. */
async function postLater({ tx, afterCommit }: Change, post: Post, sent: Sent, token: string) {
  const { accountId, email, expiresAt, invitedById } = sent;
  const account = await tx.account.findUniqueOrThrow({
    where: { id: accountId },
    select: { name: true },
  });
  const inviter = await tx.user.findFirst({
    where: { id: invitedById ?? '', removedAt: null },
    select: { name: true },
  });
  const message = invitationMail(
    { email, accountName: account.name, inviterName: inviter?.name ?? null, token, expiresAt },
    post.issuer,
  );
  afterCommit(() => post.mailer.post(message, (problem) => noteDelivery(post, sent, problem)));
}

/** Writes down how sending ended, unless it was sent again meanwhile. */
async function noteDelivery(
  { client }: Post,
  { id, accountId, sentAt }: Sent,
  deliveryProblem: DeliveryProblem | null,
): Promise<void> {
  const delivery = deliveryProblem === null ? 'SENT' : 'FAILED';
  // It counts for no request.
  await runCounted(async () => {
    await scopeToAccount(client, accountId).invitation.updateMany({
      where: { id, sentAt },
      data: { delivery, deliveryProblem },
    });
  });
}

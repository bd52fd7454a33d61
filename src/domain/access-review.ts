import { v7 as uuidv7 } from 'uuid';

import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import type { Change } from './change.js';

const DAY = 86_400_000;

export type ReviewScope = 'EVERYTHING' | 'ACCOUNT_ROLES' | 'GROUPS' | 'FLOWS';

/**
 * Begins a review: who has what now, line by line. Due when the account’s settings say, unless told.
 * Throws INVALID_INPUT.
 */
export async function startAccessReview(
  { tx, principal, now, record }: Change,
  { scope, dueAt }: { readonly scope: ReviewScope; readonly dueAt?: Date | undefined },
): Promise<string> {
  if (dueAt && dueAt <= now) {
    throw invalidInput([{ path: ['input', 'dueAt'], message: 'Name a time that is to come.' }]);
  }
  const { accountId, subject } = principal;
  const { reviewDays } = await tx.account.findUniqueOrThrow({ where: { id: accountId } });
  const id = uuidv7();
  const due = dueAt ?? new Date(now.getTime() + reviewDays * DAY);
  await tx.accessReview.create({
    data: { id, accountId, scope, dueAt: due, startedById: subject.id, startedAt: now },
  });
  const covers = (one: ReviewScope) => scope === 'EVERYTHING' || scope === one;
  const draft = { id, accountId, now };
  let lines = 0;
  if (covers('ACCOUNT_ROLES')) lines += await writeRoles(tx, draft, lines);
  if (covers('GROUPS')) lines += await writeGroups(tx, draft, lines);
  if (covers('FLOWS')) lines += await writeFlows(tx, draft, lines);
  await record({ target: targetOf(id), after: { scope, dueAt: due.toISOString(), lines } });
  return id;
}

function targetOf(id: string) {
  return { type: 'AccessReview', id } as const;
}

interface Draft {
  readonly id: string;
  readonly accountId: string;
  readonly now: Date;
}

// The ids of lines say their order; each kind goes on after those that were written before it.

function writeRoles(tx: Tx, { id, accountId, now }: Draft, after: number): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO access_review_line (id, review_id, account_id, kind, holder_id, holder_name, resource_id, resource_name)
    SELECT ordered_uuid(${now}::timestamptz, ${after}::int + row_number() OVER (ORDER BY u.name_key, u.id, r.name_key)),
           ${id}::uuid,
           a.account_id, 'ACCOUNT_ROLE', u.id, u.name, r.id, r.name
    FROM role_assignment a JOIN "user" u ON u.id = a.user_id JOIN role r ON r.id = a.role_id
    WHERE a.account_id = ${accountId}::uuid AND u.removed_at IS NULL`;
}

function writeGroups(tx: Tx, { id, accountId, now }: Draft, after: number): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO access_review_line (id, review_id, account_id, kind, holder_id, holder_name, resource_id, resource_name)
    SELECT ordered_uuid(${now}::timestamptz, ${after}::int + row_number() OVER (ORDER BY u.name_key, u.id, g.name_key)),
           ${id}::uuid,
           m.account_id, 'GROUP', u.id, u.name, g.id, g.name
    FROM group_member m JOIN "user" u ON u.id = m.user_id JOIN "group" g ON g.id = m.group_id
    WHERE m.account_id = ${accountId}::uuid AND u.removed_at IS NULL`;
}

function writeFlows(tx: Tx, { id, accountId, now }: Draft, after: number): Promise<number> {
  return tx.$executeRaw`
    INSERT INTO access_review_line (id, review_id, account_id, kind, holder_id, holder_name, resource_id, resource_name,
                                    member_id, member_role)
    SELECT ordered_uuid(${now}::timestamptz, ${after}::int + row_number() OVER (ORDER BY f.name_key, f.id, m.id)),
           ${id}::uuid,
           m.account_id, 'FLOW', coalesce(m.user_id, m.service_account_id),
           coalesce(u.name, s.name, g.name), f.id, f.name, m.id, m.role
    FROM flow_member m JOIN flow f ON f.id = m.flow_id
    LEFT JOIN "user" u ON u.id = m.user_id
    LEFT JOIN service_account s ON s.id = m.service_account_id
    LEFT JOIN "group" g ON g.id = m.group_id
    WHERE m.account_id = ${accountId}::uuid`;
}

/** Finds an open review, and keeps it open meanwhile. Throws NOT_FOUND, REVIEW_CLOSED. */
export async function holdReview({ tx, principal }: Change, id: string) {
  await tx.$queryRaw`
    SELECT 1 FROM access_review
    WHERE id = ${id}::uuid AND account_id = ${principal.accountId}::uuid FOR NO KEY UPDATE`;
  const review = await tx.accessReview.findFirst({ where: { id } });
  if (!review) throw notFound();
  if (review.closedAt) {
    throw new DomainError('REVIEW_CLOSED', 'This review is closed. Start another one.');
  }
  return review;
}

/**
 * Says of lines of an open review that they are right, or to be taken away when it closes; null: undecided again.
 * Throws NOT_FOUND, REVIEW_CLOSED, NOT_YOURSELF.
 */
export async function decideLines(
  change: Change,
  reviewId: string,
  lineIds: readonly string[],
  decision: 'CONFIRMED' | 'REVOKED' | null,
): Promise<void> {
  const { tx, principal, now, record } = change;
  await holdReview(change, reviewId);
  const where = { reviewId, id: { in: [...lineIds] } } satisfies Prisma.AccessReviewLineWhereInput;
  const lines = await tx.accessReviewLine.findMany({ where, select: { holderId: true } });
  if (lines.length < new Set(lineIds).size) throw notFound();
  if (lines.some(({ holderId }) => holderId === principal.subject.id)) {
    throw new DomainError('NOT_YOURSELF', 'Somebody else has to review what you have.');
  }
  await tx.accessReviewLine.updateMany({
    where,
    data: {
      decision,
      decidedById: decision && principal.subject.id,
      decidedAt: decision && now,
    },
  });
  await record({ target: targetOf(reviewId), after: { decision, lines: lines.length } });
}

export interface ReviewProgress {
  readonly lines: number;
  readonly confirmed: number;
  readonly revoked: number;
  readonly undecided: number;
}

/** How far each of these reviews is, with one statement. */
export async function progressOf(
  reader: Pick<Tx, '$queryRaw'>,
  accountId: string,
  ids: readonly string[],
): Promise<Map<string, ReviewProgress>> {
  const rows = await reader.$queryRaw<(ReviewProgress & { id: string })[]>`
    SELECT review_id AS id, count(*)::int AS lines,
           (count(*) FILTER (WHERE decision = 'CONFIRMED'))::int AS confirmed,
           (count(*) FILTER (WHERE decision = 'REVOKED'))::int AS revoked,
           (count(*) FILTER (WHERE decision IS NULL))::int AS undecided
    FROM access_review_line WHERE account_id = ${accountId}::uuid AND review_id = ANY(${ids}::uuid[])
    GROUP BY review_id`;
  return new Map(rows.map(({ id, ...progress }) => [id, progress]));
}

/** When everything is to be reviewed again: the settings count from the last such review, or the account's first day. */
export async function nextReviewDue(
  reader: Pick<Tx, 'account' | 'accessReview'>,
  accountId: string,
): Promise<Date> {
  const account = await reader.account.findUniqueOrThrow({
    where: { id: accountId },
    select: { createdAt: true, reviewDays: true },
  });
  const last = await reader.accessReview.findFirst({
    where: { scope: 'EVERYTHING', closedAt: { not: null } },
    orderBy: { closedAt: 'desc' },
    select: { closedAt: true },
  });
  const from = last?.closedAt ?? account.createdAt;
  return new Date(from.getTime() + account.reviewDays * DAY);
}

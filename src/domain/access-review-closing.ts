import { closeGates } from '../db/gate.js';
import { DomainError } from '../errors.js';
import {
  idsOf,
  takeMemberships,
  takePlaces,
  takeRoles,
  type Line,
  type Outcome,
} from './access-review-taking.js';
import { holdReview, progressOf } from './access-review.js';
import type { Change, Step } from './change.js';
import { holdPeople, MOST_GATES } from './user.js';

/** So many entries one statement writes. */
const STEPS_AT_ONCE = 1000;

/** What closing a review did. */
export interface Closing {
  readonly kept: number;
  readonly removed: number;
  /** Not there any more, or no longer what it was. */
  readonly gone: number;
  /** Somebody above whoever closed it, the last Super Admin, or the last Admin or Owner of a flow. */
  readonly refused: number;
}

/**
 * Takes away what reviewers revoked and is still as it was, and says of each line what became of it.
 * Throws NOT_FOUND, REVIEW_CLOSED, and CONFIRMATION_NEEDED while lines are undecided.
 */
export async function closeAccessReview(
  change: Change,
  id: string,
  confirm: boolean,
): Promise<Closing> {
  const { tx, principal, now, record, recordSteps } = change;
  const { accountId, subject } = principal;
  await holdReview(change, id);
  const undecided = (await progressOf(tx, accountId, [id])).get(id)?.undecided ?? 0;
  if (undecided > 0 && !confirm) {
    throw new DomainError(
      'CONFIRMATION_NEEDED',
      'Some lines are undecided and would stay as they are. Decide them, or pass `confirm: true`.',
      { undecided },
    );
  }
  const lines = await tx.accessReviewLine.findMany({
    where: { reviewId: id, decision: 'REVOKED' },
    orderBy: { id: 'asc' },
  });
  const results = new Map<Outcome, number>();
  const steps: Step[] = [];
  await holdAll(change, lines);
  // Each sees what those before it took away.
  for (const [kind, take] of TAKING) {
    const ofKind = lines.filter((line) => line.kind === kind);
    if (ofKind.length === 0) continue;
    const taken = await take(change, ofKind);
    for (const [outcome, those] of taken.outcomes) {
      results.set(outcome, (results.get(outcome) ?? 0) + those.length);
      await tx.$executeRaw`
        UPDATE access_review_line SET outcome = ${outcome}::access_review_outcome
        WHERE account_id = ${accountId}::uuid AND id = ANY(${idsOf(those)}::uuid[])`;
    }
    steps.push(...taken.steps);
  }
  const { count: kept } = await tx.accessReviewLine.updateMany({
    where: { reviewId: id, outcome: null },
    data: { outcome: 'KEPT' },
  });
  await tx.accessReview.update({
    where: { id },
    data: { closedAt: now, closedById: subject.id },
  });
  for (let at = 0; at < steps.length; at += STEPS_AT_ONCE) {
    await recordSteps(steps.slice(at, at + STEPS_AT_ONCE));
  }
  const closing = {
    kept,
    removed: results.get('REMOVED') ?? 0,
    gone: results.get('GONE') ?? 0,
    refused: results.get('REFUSED') ?? 0,
  };
  await record({ target: { type: 'AccessReview', id }, after: { ...closing, undecided } });
  return closing;
}

const TAKING = [
  ['ACCOUNT_ROLE', takeRoles],
  ['GROUP', takePlaces],
  ['FLOW', takeMemberships],
] as const;

/** Waits for what the holders and the flows have under way, and lets nobody begin anything about them. */
async function holdAll(change: Change, lines: readonly Line[]): Promise<void> {
  const { tx, principal } = change;
  await holdPeople(change, [...new Set(lines.flatMap(({ holderId }) => holderId ?? []))]);
  const flowIds = [
    ...new Set(lines.flatMap(({ kind, resourceId }) => (kind === 'FLOW' ? resourceId : []))),
  ];
  // Their rows alone hold them, too, only not in turn.
  if (flowIds.length <= MOST_GATES) await closeGates(tx, flowIds);
  await tx.$queryRaw`
    SELECT 1 AS locked FROM flow
    WHERE id = ANY(${flowIds}::uuid[]) AND account_id = ${principal.accountId}::uuid
    ORDER BY id FOR NO KEY UPDATE`;
}

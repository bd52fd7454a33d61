import { decideUpTo } from '../authz/rank.js';
import type { AccessReviewLineModel } from '../db/generated/models.js';
import { DomainError } from '../errors.js';
import { holdReview, progressOf } from './access-review.js';
import { lockFlow } from './access.js';
import type { Change, Step } from './change.js';
import { describeMember, readAdministered } from './flow-member.js';
import { removeGroupMembers } from './group.js';
import { FLOW_TYPENAMES } from './ids.js';
import { namesOfRoles } from './role-assignment.js';
import { memberAction } from './user-removal.js';
import { holdPeople, keepingSuperAdmin, permissionsOf } from './user.js';

type Line = AccessReviewLineModel;
type Outcome = NonNullable<Line['outcome']>;

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
  const results = new Map<Outcome, string[]>();
  const steps: Step[] = [];
  await holdAll(change, lines);
  for (const line of lines) {
    const step = await takeBack(change, line);
    const outcome = typeof step === 'string' ? step : 'REMOVED';
    if (typeof step !== 'string') steps.push(step);
    results.set(outcome, [...(results.get(outcome) ?? []), line.id]);
  }
  for (const [outcome, ids] of results) {
    await tx.accessReviewLine.updateMany({ where: { id: { in: ids } }, data: { outcome } });
  }
  const { count: kept } = await tx.accessReviewLine.updateMany({
    where: { reviewId: id, outcome: null },
    data: { outcome: 'KEPT' },
  });
  await tx.accessReview.update({
    where: { id },
    data: { closedAt: now, closedById: subject.id },
  });
  await recordSteps(steps);
  const closing = {
    kept,
    removed: results.get('REMOVED')?.length ?? 0,
    gone: results.get('GONE')?.length ?? 0,
    refused: results.get('REFUSED')?.length ?? 0,
  };
  await record({ target: { type: 'AccessReview', id }, after: { ...closing, undecided } });
  return closing;
}

/** In the order of their ids, waits for what the holders and the flows have under way. */
async function holdAll(change: Change, lines: readonly Line[]): Promise<void> {
  const { tx, principal } = change;
  await holdPeople(change, [...new Set(lines.flatMap(({ holderId }) => holderId ?? []))]);
  const flows = new Set(
    lines.flatMap(({ kind, resourceId }) => (kind === 'FLOW' ? resourceId : [])),
  );
  for (const id of [...flows].toSorted()) await lockFlow(tx, principal, id, 'ALONE');
}

/** The entry of what was taken away; or why it was not. */
function takeBack(change: Change, line: Line): Promise<Step | 'GONE' | 'REFUSED'> {
  switch (line.kind) {
    case 'ACCOUNT_ROLE':
      return takeRole(change, line);
    case 'GROUP':
      return takeFromGroup(change, line);
    case 'FLOW':
      return takeFromFlow(change, line);
  }
}

async function takeRole(change: Change, { holderId, resourceId }: Line) {
  const { tx, principal } = change;
  const userId = holderId ?? '';
  const where = { userId, roleId: resourceId };
  if ((await tx.roleAssignment.count({ where })) === 0) return 'GONE';
  const person = await permissionsOf(tx, userId);
  if (!decideUpTo(principal, 'accessReview:manage', { person }).allowed) return 'REFUSED';
  // Asked first, because nothing can be undone inside the transaction.
  if (!(await keepsSuperAdmin(change, userId, resourceId))) return 'REFUSED';
  const before = { roles: await namesOfRoles(tx, userId) };
  await keepingSuperAdmin(change, () => tx.roleAssignment.deleteMany({ where }));
  return {
    action: 'user.rolesAssigned',
    target: { type: 'User', id: userId },
    before,
    after: { roles: await namesOfRoles(tx, userId) },
  } as const;
}

/** Whether the account has an active Super Admin without this one, if it is about that role at all. */
async function keepsSuperAdmin({ tx }: Change, userId: string, roleId: string): Promise<boolean> {
  const role = await tx.role.findUnique({ where: { id: roleId }, select: { builtIn: true } });
  if (role?.builtIn !== 'SUPER_ADMIN') return true;
  const user = { status: 'ACTIVE', removedAt: null } as const;
  const others = { roleId, userId: { not: userId }, user };
  return (await tx.roleAssignment.findFirst({ where: others, select: { userId: true } })) !== null;
}

async function takeFromGroup(change: Change, { holderId, resourceId: groupId }: Line) {
  const userId = holderId ?? '';
  if ((await change.tx.groupMember.count({ where: { userId, groupId } })) === 0) return 'GONE';
  const steps: Step[] = [];
  const step: Change = {
    ...change,
    record: async (event) => void steps.push({ ...event, action: 'group.membersRemoved' }),
  };
  await removeGroupMembers(step, groupId, [userId]);
  return steps[0] ?? 'GONE';
}

async function takeFromFlow({ tx }: Change, line: Line) {
  const { memberId, memberRole, resourceId: id } = line;
  const member = await tx.flowMember.findFirst({
    where: { id: memberId ?? '', role: memberRole ?? 'NONE' },
    include: { flow: { select: { kind: true } } },
  });
  if (!member) return 'GONE';
  const { kind } = member.flow;
  const wasAdministered = (await readAdministered(tx, [id])).has(id);
  const others = await tx.$queryRaw<{ one: number }[]>`
    SELECT 1 AS one FROM active_admin WHERE flow_id = ${id}::uuid AND member_id <> ${member.id}::uuid LIMIT 1`;
  if (wasAdministered && others.length === 0) return 'REFUSED';
  await tx.flowMember.delete({ where: { id: member.id } });
  return {
    action: memberAction(kind, 'removed'),
    target: { type: FLOW_TYPENAMES[kind], id },
    before: describeMember(member),
  } as const;
}

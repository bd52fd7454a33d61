import { decideUpTo } from '../authz/rank.js';
import type { AccessReviewLineModel } from '../db/generated/models.js';
import type { Change, Step } from './change.js';
import { describeMember } from './flow-member.js';
import { removeGroupMembers } from './group.js';
import { FLOW_TYPENAMES } from './ids.js';
import { rightsOfRoles } from './role.js';
import { memberAction } from './user-removal.js';
import { keepingSuperAdmin } from './user.js';

export type Line = AccessReviewLineModel;
export type Outcome = NonNullable<Line['outcome']>;

/** What became of some lines, and the entries of what was taken away. */
export interface Taken {
  readonly outcomes: ReadonlyMap<Outcome, readonly Line[]>;
  readonly steps: readonly Step[];
}

/** So many people one entry names. */
const MOST_IN_ENTRY = 100;

/** Takes account roles away, but none of somebody above the principal, and not that of the last Super Admin. */
export async function takeRoles(change: Change, lines: readonly Line[]): Promise<Taken> {
  const { tx, principal } = change;
  const { accountId } = principal;
  const assigned = await tx.roleAssignment.findMany({
    where: { userId: { in: holdersOf(lines) } },
    select: { userId: true, role: { select: { id: true, name: true } } },
    orderBy: { role: { nameKey: 'asc' } },
  });
  const rights = await rightsOfRoles(tx, accountId, [...new Set(assigned.map((a) => a.role.id))]);
  const held = grouped(assigned, ({ userId }) => userId);
  const mayTake = new Map(
    [...held].map(([userId, roles]) => {
      const person = roles.flatMap(({ role }) => [...(rights.get(role.id)?.own ?? [])]);
      return [userId, decideUpTo(principal, 'accessReview:manage', { person }).allowed];
    }),
  );
  const supers = await activeSuperAdmins(change);
  const outcomes = grouped(lines, ({ holderId, resourceId }): Outcome => {
    const userId = holderId ?? '';
    if (!held.get(userId)?.some(({ role }) => role.id === resourceId)) return 'GONE';
    if (!mayTake.get(userId)) return 'REFUSED';
    if (resourceId !== supers.roleId) return 'REMOVED';
    if (![...supers.userIds].some((id) => id !== userId)) return 'REFUSED';
    supers.userIds.delete(userId);
    return 'REMOVED';
  });
  const taken = outcomes.get('REMOVED') ?? [];
  await keepingSuperAdmin(
    change,
    () => tx.$executeRaw`
      DELETE FROM role_assignment a USING access_review_line l
      WHERE l.id = ANY(${idsOf(taken)}::uuid[]) AND l.account_id = ${accountId}::uuid
        AND a.user_id = l.holder_id AND a.role_id = l.resource_id`,
  );
  const steps = [...grouped(taken, ({ holderId }) => holderId ?? '')].map(([userId, theirs]) => {
    const lost = new Set(theirs.map(({ resourceId }) => resourceId));
    const before = held.get(userId) ?? [];
    return {
      action: 'user.rolesAssigned',
      target: { type: 'User', id: userId },
      before: { roles: namesOf(before) },
      after: { roles: namesOf(before.filter(({ role }) => !lost.has(role.id))) },
    } as const;
  });
  return { outcomes, steps };
}

function grouped<T, Key>(list: readonly T[], keyOf: (each: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const each of list) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}

function holdersOf(lines: readonly Line[]): string[] {
  return [...new Set(lines.flatMap(({ holderId }) => holderId ?? []))];
}

export function idsOf(lines: readonly Line[]): string[] {
  return lines.map(({ id }) => id);
}

function namesOf(roles: readonly { readonly role: { readonly name: string } }[]): string {
  return roles.map(({ role }) => role.name).join(', ');
}

async function activeSuperAdmins({ tx }: Change) {
  const role = await tx.role.findFirst({
    where: { builtIn: 'SUPER_ADMIN' },
    select: {
      id: true,
      assignments: {
        where: { user: { status: 'ACTIVE', removedAt: null } },
        select: { userId: true },
      },
    },
  });
  return {
    roleId: role?.id,
    userIds: new Set(role?.assignments.map(({ userId }) => userId)),
  };
}

/** Takes people out of groups. */
export async function takePlaces(change: Change, lines: readonly Line[]): Promise<Taken> {
  const { tx } = change;
  const inside = await tx.groupMember.findMany({
    where: { userId: { in: holdersOf(lines) } },
    select: { groupId: true, userId: true },
  });
  const places = new Set(inside.map(({ groupId, userId }) => `${groupId} ${userId}`));
  const outcomes = grouped(lines, ({ holderId, resourceId }): Outcome =>
    places.has(`${resourceId} ${holderId}`) ? 'REMOVED' : 'GONE',
  );
  const steps: Step[] = [];
  const step: Change = {
    ...change,
    record: async (event) => void steps.push({ ...event, action: 'group.membersRemoved' }),
  };
  const groups = grouped(outcomes.get('REMOVED') ?? [], ({ resourceId }) => resourceId);
  for (const [groupId, theirs] of groups) {
    const people = holdersOf(theirs);
    for (let at = 0; at < people.length; at += MOST_IN_ENTRY) {
      await removeGroupMembers(step, groupId, people.slice(at, at + MOST_IN_ENTRY));
    }
  }
  return { outcomes, steps };
}

/** Takes memberships on flows away that are what they were, but not that of the last Admin or Owner. */
export async function takeMemberships({ tx }: Change, lines: readonly Line[]): Promise<Taken> {
  const found = await tx.flowMember.findMany({
    where: { id: { in: lines.flatMap(({ memberId }) => memberId ?? []) } },
    include: { flow: { select: { kind: true } } },
  });
  const members = new Map(found.map((member) => [member.id, member]));
  const rows = await tx.$queryRaw<{ flow_id: string; member_id: string }[]>`
    SELECT flow_id, member_id FROM active_admin
    WHERE flow_id = ANY(${[...new Set(found.map(({ flowId }) => flowId))]}::uuid[])`;
  const admins = new Map(
    [...grouped(rows, (row) => row.flow_id)].map(([flowId, of]) => [
      flowId,
      new Set(of.map((row) => row.member_id)),
    ]),
  );
  const outcomes = grouped(lines, ({ memberId, memberRole }): Outcome => {
    const member = members.get(memberId ?? '');
    if (!member || member.role !== memberRole) return 'GONE';
    const active = admins.get(member.flowId);
    if (active?.has(member.id) && active.size === 1) return 'REFUSED';
    active?.delete(member.id);
    return 'REMOVED';
  });
  const taken = (outcomes.get('REMOVED') ?? []).flatMap(
    ({ memberId }) => members.get(memberId ?? '') ?? [],
  );
  await tx.flowMember.deleteMany({ where: { id: { in: taken.map(({ id }) => id) } } });
  const steps = taken.map((member) => {
    const { kind } = member.flow;
    return {
      action: memberAction(kind, 'removed'),
      target: { type: FLOW_TYPENAMES[kind], id: member.flowId },
      before: describeMember(member),
    } as const;
  });
  return { outcomes, steps };
}

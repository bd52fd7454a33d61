import type { RankFacts } from '../authz/rank.js';
import { closeGates } from '../db/gate.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import { nameKey, uniquelyNamed } from './directory.js';
import { readAdministered } from './flow-member.js';
import { holdPeople } from './user.js';
import { visibleGroups } from './visibility.js';

/** People to be put into a group or taken out of it, as a rule sees them. Throws NOT_FOUND. */
export async function peopleOfGroup(
  change: Change,
  groupId: string,
  userIds: readonly string[],
): Promise<RankFacts> {
  const { tx, principal } = change;
  await getGroup(change, groupId);
  const found = await tx.user.count({ where: { id: { in: [...userIds] }, removedAt: null } });
  if (found < userIds.length) throw notFound();
  return { isParty: userIds.includes(principal.subject.id) };
}

/** What one may not see, one does not change either. */
async function getGroup({ tx, principal }: Change, id: string) {
  const group = await tx.group.findFirst({ where: { AND: [{ id }, visibleGroups(principal)] } });
  if (!group) throw notFound();
  return group;
}

/** Throws DUPLICATE_NAME. */
export async function createGroup(
  { tx, principal, record }: Change,
  name: string,
): Promise<string> {
  const data = { accountId: principal.accountId, name, nameKey: nameKey(name) };
  const { id } = await uniquelyNamed('group', tx.group.create({ data, select: { id: true } }));
  await record({ target: { type: 'Group', id }, after: { name } });
  return id;
}

/** Throws NOT_FOUND, DUPLICATE_NAME. */
export async function renameGroup(change: Change, id: string, name: string): Promise<void> {
  const { tx, record } = change;
  const before = await getGroup(change, id);
  const data = { name, nameKey: nameKey(name) };
  await uniquelyNamed('group', tx.group.update({ where: { id }, data, select: { id: true } }));
  await record({ target: { type: 'Group', id }, before: { name: before.name }, after: { name } });
}

/** What a change of its people made of a group. */
export interface Regrouped {
  readonly changed: number;
  /** Of those named how many were in it, or out of it, already. */
  readonly unchanged: number;
}

/** Puts people into a group, from the answer on with its roles. Throws NOT_FOUND, NOT_YOURSELF. */
export async function addGroupMembers(
  change: Change,
  groupId: string,
  userIds: readonly string[],
): Promise<Regrouped> {
  const { tx, principal, record } = change;
  const { accountId } = principal;
  // A group can also take away what somebody had without it: its role counts instead of the account role's.
  await closeGates(tx, [groupId, ...userIds]);
  const { name } = await getGroup(change, groupId);
  const added = await outside(change, groupId, userIds);
  assertNotIntoIt(change, added);
  await tx.groupMember.createMany({
    data: added.map((userId) => ({ accountId, groupId, userId })),
  });
  const after = { group: name, added: added.length, people: added.join(' ') };
  await record({ target: { type: 'Group', id: groupId }, after });
  return { changed: added.length, unchanged: userIds.length - added.length };
}

/** Those who are not in the group. Whoever changes rights is the only one of the account to do so. */
async function outside({ tx }: Change, groupId: string, userIds: readonly string[]) {
  const inside = await tx.groupMember.findMany({
    where: { groupId, userId: { in: [...userIds] } },
    select: { userId: true },
  });
  const known = new Set(inside.map(({ userId }) => userId));
  return userIds.filter((id) => !known.has(id));
}

/** Flows are entered by sharing: nobody makes themselves one of those with whom somebody else shared. */
function assertNotIntoIt({ principal }: Change, added: readonly string[]): void {
  const { subject, own } = principal;
  if (!added.includes(subject.id) || own.has('dataset:override')) return;
  throw new DomainError(
    'NOT_YOURSELF',
    'Nobody puts themselves into a group: it may open flows to you. Ask somebody else who manages groups.',
  );
}

/** What a change of its people took from others. */
export interface Ungrouped extends Regrouped {
  /** Flows that have no active Admin or Owner any more: they stay without one. */
  readonly orphanedFlows: number;
}

/** Takes people out of a group; from the answer on nobody of them has its roles. Throws NOT_FOUND. */
export async function removeGroupMembers(
  change: Change,
  groupId: string,
  userIds: readonly string[],
): Promise<Ungrouped> {
  const { tx, record } = change;
  await closeGates(tx, [groupId, ...userIds]);
  const { name } = await getGroup(change, groupId);
  const absent = new Set(await outside(change, groupId, userIds));
  const removed = userIds.filter((id) => !absent.has(id));
  const orphanedFlows = await orphanedBy(change, groupId, () =>
    tx.groupMember.deleteMany({ where: { groupId, userId: { in: removed } } }),
  );
  await record({
    target: { type: 'Group', id: groupId },
    before: { group: name, people: removed.join(' ') },
    after: { removed: removed.length, orphanedFlows },
  });
  return { changed: removed.length, unchanged: absent.size, orphanedFlows };
}

/** What depends on a group. */
export interface GroupUse {
  readonly members: number;
  /** Flows, datasets among them, of which it is a member. */
  readonly flows: number;
  /** Pending invitations into it. */
  readonly invitations: number;
}

/**
 * Deletes a group; from the answer on nobody has its roles. Throws NOT_FOUND, LAST_ADMIN, and NAME_MISMATCH, which
 * says what depends on it, unless its name was typed exactly.
 */
export async function deleteGroup(
  change: Change,
  id: string,
  typedName: string,
): Promise<GroupUse> {
  const { tx, principal, record } = change;
  // A group that is hidden has none, lest the time tell how many.
  const members = await tx.groupMember.findMany({
    where: { group: { AND: [{ id }, visibleGroups(principal)] } },
    select: { userId: true },
  });
  await closeGates(tx, [id]);
  await holdPeople(
    change,
    members.map(({ userId }) => userId),
  );
  const { name } = await getGroup(change, id);
  const use = {
    members: members.length,
    flows: await tx.flowMember.count({ where: { groupId: id } }),
    invitations: await tx.invitationGroup.count({
      where: { groupId: id, invitation: { state: 'PENDING' } },
    }),
  };
  if (name !== typedName) {
    throw new DomainError(
      'NAME_MISMATCH',
      'Type the name of the group exactly as it is to delete it. What depends on it is in `extensions.use`.',
      { use },
    );
  }
  const flows = await orphanedBy(change, id, async () => {
    await tx.flowMember.deleteMany({ where: { groupId: id } });
    await tx.group.delete({ where: { id } });
  });
  if (flows > 0) {
    throw new DomainError(
      'LAST_ADMIN',
      `The group alone administers flows: ${flows}. A dataset keeps at least one active Admin, a flow an Owner. Make somebody else that first.`,
      { flows },
    );
  }
  await record({ target: { type: 'Group', id }, before: { name }, after: { ...use } });
  return use;
}

/**
 * Makes a change and counts the flows that a group administers and that have no active Admin or Owner after it, but
 * had one before. Nobody changes their members meanwhile.
 */
async function orphanedBy(
  { tx }: Change,
  groupId: string,
  change: () => PromiseLike<unknown>,
): Promise<number> {
  const administered = await tx.flowMember.findMany({
    where: { groupId, role: { in: ['ADMIN', 'OWNER'] } },
    select: { flowId: true },
  });
  const flowIds = administered.map(({ flowId }) => flowId);
  await closeGates(tx, flowIds);
  const before = await readAdministered(tx, flowIds);
  await change();
  const after = await readAdministered(tx, [...before]);
  return before.size - after.size;
}

import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddGroupMembers,
  CreateGroup,
  GetDataset,
  GetShareSettings,
  RemoveGroupMembers,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

/** A group with a dataset, people to come into it, and who manages it. */
async function office() {
  const here = await workspace();
  const [superAdmin, userAdmin, ada, bob, viewer, owner] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Uma User', role: 'USER_ADMIN' },
    { name: 'Ada' },
    { name: 'Bob' },
    { name: 'Vera', role: 'VIEWER' },
    { name: 'Olga' },
  ]);
  const id = await here.group([], 'Team');
  const dataset = await here.dataset({
    members: [
      { user: owner, role: 'ADMIN' },
      { groupId: id, role: 'MEMBER' },
    ],
  });
  const groupId = globalId('Group', id);
  return { here, superAdmin, userAdmin, ada, bob, viewer, owner, id, groupId, dataset };
}

const input = (groupId: string, people: readonly Actor[]) => ({
  input: { groupId, userIds: people.map(({ id }) => globalId('User', id)) },
});

const add = (who: Actor, groupId: string, ...people: Actor[]) =>
  who.run(AddGroupMembers, input(groupId, people));

const remove = (who: Actor, groupId: string, ...people: Actor[]) =>
  who.run(RemoveGroupMembers, input(groupId, people));

/** The names of those in a group. */
async function inside(groupId: string): Promise<string[]> {
  const { client } = await testDatabase();
  const members = await client.groupMember.findMany({
    where: { groupId },
    select: { user: { select: { name: true } } },
  });
  return members.map(({ user }) => user.name).toSorted();
}

test('whoever comes into a group has its roles, and whoever goes has them no longer', async () => {
  const { userAdmin, ada, bob, groupId, dataset } = await office();
  await expect(await ada.run(GetDataset, { id: dataset.id })).toBeHidden();
  const added = await add(userAdmin, groupId, ada, bob);
  expect(added.data?.addGroupMembers).toEqual({
    added: 2,
    unchanged: 0,
    group: { name: 'Team' },
  });
  expect(await ada.run(GetDataset, { id: dataset.id })).toSucceed();
  const removed = await remove(userAdmin, groupId, ada);
  expect(removed.data?.removeGroupMembers).toEqual({
    removed: 1,
    unchanged: 0,
    orphanedFlows: 0,
    group: { name: 'Team' },
  });
  await expect(await ada.run(GetDataset, { id: dataset.id })).toBeHidden();
  expect(await bob.run(GetDataset, { id: dataset.id })).toSucceed();
});

test('who is in it already, or not, is counted as unchanged', async () => {
  const { userAdmin, ada, bob, id, groupId } = await office();
  await add(userAdmin, groupId, ada);
  const added = await add(userAdmin, groupId, ada, bob, ada);
  expect(added.data?.addGroupMembers).toMatchObject({ added: 1, unchanged: 1 });
  await remove(userAdmin, groupId, bob);
  const removed = await remove(userAdmin, groupId, bob, ada, bob);
  expect(removed.data?.removeGroupMembers).toMatchObject({ removed: 1, unchanged: 1 });
  const again = await remove(userAdmin, groupId, bob, ada);
  expect(again.data?.removeGroupMembers).toMatchObject({ removed: 0, unchanged: 2 });
  expect(await inside(id)).toEqual([]);
});

test('suspended people may be in a group, removed ones may not', async () => {
  const { here, userAdmin, id, groupId } = await office();
  const suspended = await here.person({ name: 'Sam', suspended: true });
  expect(await add(userAdmin, groupId, suspended)).toSucceed();
  const gone = await here.person({ name: 'Gone' });
  const { client } = await testDatabase();
  await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
  await expect(await add(userAdmin, groupId, gone)).toBeHidden();
  expect(await inside(id)).toEqual(['Sam']);
});

test('nobody else puts people in or takes them out', async () => {
  const { ada, bob, viewer, owner, id, groupId } = await office();
  for (const other of [ada, viewer, owner]) {
    expect(await add(other, groupId, bob)).toBeDenied({ missing: 'group:write' });
    expect(await remove(other, groupId, bob)).toBeDenied({ missing: 'group:write' });
  }
  expect(await inside(id)).toEqual([]);
});

test('groups and people of other accounts are hidden, and nothing is done in part', async () => {
  const { here, userAdmin, ada, id, groupId } = await office();
  const elsewhere = await workspace();
  const [chief, stranger] = await elsewhere.people([{ role: 'SUPER_ADMIN' }, {}]);
  for (const run of [add, remove]) {
    await expect(await run(chief, groupId, stranger)).toBeHidden();
    await expect(await run(userAdmin, groupId, ada, stranger)).toBeHidden();
    const theirs = globalId('Group', await elsewhere.group([]));
    await expect(await run(userAdmin, theirs, ada)).toBeHidden();
    await expect(await run(userAdmin, globalId('Group', randomUUID()), ada)).toBeHidden();
  }
  expect(await inside(id)).toEqual([]);
  expect(here.accountId).not.toBe(elsewhere.accountId);
});

test('nobody but a Super Admin, who reaches every flow anyway, puts themselves into a group', async () => {
  const { here, superAdmin, userAdmin, ada, id, groupId, dataset } = await office();
  const [iamAdmin, admin] = await here.people([{ role: 'IAM_ADMIN' }, { role: 'ADMIN' }]);
  for (const who of [userAdmin, iamAdmin, admin]) {
    expect(await add(who, groupId, ada, who)).toFail('NOT_YOURSELF');
    await expect(await who.run(GetDataset, { id: dataset.id })).toBeHidden();
  }
  expect(await inside(id)).toEqual([]);
  expect(await add(superAdmin, groupId, superAdmin, userAdmin)).toSucceed();
  // What changes nothing gives nothing.
  const again = await add(userAdmin, groupId, ada, userAdmin);
  expect(again.data?.addGroupMembers).toMatchObject({ added: 1, unchanged: 1 });
  expect(await remove(userAdmin, groupId, userAdmin)).toSucceed();
  expect(await inside(id)).toEqual(['Ada', 'Sofia Super']);
});

test('at least one person is named, and at most a hundred', async () => {
  const { userAdmin, ada, groupId } = await office();
  const some = (count: number) => Array.from({ length: count }, () => ada);
  for (const run of [add, remove]) {
    expect(await run(userAdmin, groupId)).toFail('INVALID_INPUT');
    expect(await run(userAdmin, groupId, ...some(101))).toFail('INVALID_INPUT');
    expect(await run(userAdmin, groupId, ...some(100))).toSucceed();
  }
});

test('a flow whose last Admin leaves the group stays without one, and the answer says so', async () => {
  const { here, superAdmin, userAdmin, ada, bob, owner, id, groupId } = await office();
  await add(userAdmin, groupId, ada, bob);
  const group = { groupId: id, role: 'ADMIN' as const };
  const [alone] = await here.datasets([
    { members: [group] },
    { members: [group, { user: owner, role: 'ADMIN' }] },
  ]);
  const first = await remove(userAdmin, groupId, ada);
  expect(first.data?.removeGroupMembers?.orphanedFlows).toBe(0);
  const last = await remove(userAdmin, groupId, bob);
  expect(last.data?.removeGroupMembers?.orphanedFlows).toBe(1);
  const { data } = await superAdmin.run(GetShareSettings, { id: alone?.id ?? '' });
  expect(data?.dataset?.shareSettings?.isOrphaned).toBe(true);
});

test('every change leaves who did it and whom it was about', async () => {
  const { here, userAdmin, ada, bob, viewer, id, groupId } = await office();
  await add(userAdmin, groupId, bob);
  const common = {
    accountId: here.accountId,
    subjectId: userAdmin.id,
    actorId: userAdmin.id,
    outcome: 'SUCCEEDED',
    targetType: 'Group',
    targetId: id,
  };
  await expect(await add(userAdmin, groupId, ada, bob)).toHaveAudited({
    ...common,
    action: 'group.membersAdded',
    after: { group: 'Team', added: 1, people: ada.id },
  });
  await expect(await remove(userAdmin, groupId, bob)).toHaveAudited({
    ...common,
    action: 'group.membersRemoved',
    before: { group: 'Team', people: bob.id },
    after: { removed: 1, orphanedFlows: 0 },
  });
  await expect(await add(viewer, groupId, bob)).toHaveAudited({
    action: 'group.membersAdded',
    outcome: 'REFUSED',
    code: 'FORBIDDEN',
    targetType: 'Group',
    targetId: id,
  });
  await expect(await add(userAdmin, groupId, userAdmin)).toHaveAudited({
    action: 'group.membersAdded',
    outcome: 'REFUSED',
    code: 'NOT_YOURSELF',
  });
});

test('a service account with the grant manages groups as who may, but never that person', async () => {
  const { here, superAdmin, userAdmin, ada, viewer, id, groupId } = await office();
  const program = await here.program();
  expect(await add(program.as(userAdmin), groupId, ada)).toBeDenied({ missing: 'group:write' });
  const grant = await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  const added = await add(program.as(userAdmin), groupId, ada);
  await expect(added).toHaveAudited({
    action: 'group.membersAdded',
    subjectId: userAdmin.id,
    actorId: program.id,
    grantId: Buffer.from(grant, 'base64url').toString().split(':')[1],
  });
  const made = await program.as(superAdmin).run(CreateGroup, { input: { name: 'Another' } });
  expect(made.data?.createGroup?.group.name).toBe('Another');
  for (const who of [userAdmin, superAdmin]) {
    for (const run of [add, remove]) {
      const refused = await run(program.as(who), groupId, ada, who);
      expect(refused).toFail('FORBIDDEN');
      const denial = refused.errors?.[0]?.extensions['denial'];
      expect(denial).toMatchObject({ reason: 'NOT_DELEGABLE' });
    }
  }
  expect(await add(program.as(viewer), groupId, ada)).toFail('FORBIDDEN');
  expect(await add(program, groupId, ada)).toBeDenied({ missing: 'group:write' });
  expect(await inside(id)).toEqual(['Ada']);
});

import { expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  CreateGroup,
  DeleteGroup,
  GetDataset,
  GetGroup,
  GetShareSettings,
  RenameGroup,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

/** People who may manage groups, and people who may not. */
async function office() {
  const here = await workspace();
  const [superAdmin, iamAdmin, userAdmin, admin, editor, viewer] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { role: 'IAM_ADMIN' },
    { role: 'USER_ADMIN' },
    { role: 'ADMIN' },
    { role: 'EDITOR' },
    { role: 'VIEWER' },
  ]);
  const managers = [superAdmin, iamAdmin, userAdmin, admin];
  return { here, superAdmin, userAdmin, editor, viewer, managers, others: [editor, viewer] };
}

const create = (who: Actor, name: string) => who.run(CreateGroup, { input: { name } });

const rename = (who: Actor, groupId: string, name = 'New') =>
  who.run(RenameGroup, { input: { groupId, name } });

const remove = (who: Actor, groupId: string, name: string) =>
  who.run(DeleteGroup, { input: { groupId, name } });

test('whoever manages people makes, renames and deletes groups', async () => {
  const { managers } = await office();
  for (const [at, manager] of managers.entries()) {
    const made = await create(manager, `  Team ${at}  `);
    expect(made.data?.createGroup?.group.name).toBe(`Team ${at}`);
    const id = made.data?.createGroup?.group.id ?? '';
    const renamed = await rename(manager, id, `Crew ${at}`);
    expect(renamed.data?.renameGroup?.group.name).toBe(`Crew ${at}`);
    const deleted = await remove(manager, id, `Crew ${at}`);
    expect(deleted.data?.deleteGroup).toEqual({
      deletedId: id,
      affected: { members: 0, flows: 0, invitations: 0 },
    });
    expect((await manager.run(GetGroup, { id })).data?.group).toBeNull();
  }
});

test('nobody else does', async () => {
  const { here, others } = await office();
  const groupId = globalId('Group', await here.group([], 'Team'));
  for (const other of others) {
    for (const result of [
      await create(other, 'Mine'),
      await rename(other, groupId),
      await remove(other, groupId, 'Team'),
    ]) {
      expect(result).toBeDenied({ missing: 'group:write' });
    }
  }
  const { client } = await testDatabase();
  const groups = await client.group.findMany({ where: { accountId: here.accountId } });
  expect(groups.map(({ name }) => name)).toEqual(['Team']);
});

test('the groups of other accounts are hidden', async () => {
  const { here } = await office();
  const groupId = globalId('Group', await here.group([], 'Team'));
  const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
  await expect(await rename(stranger, groupId)).toBeHidden();
  await expect(await remove(stranger, groupId, 'Team')).toBeHidden();
  expect((await stranger.run(GetGroup, { id: groupId })).data?.group).toBeNull();
});

test('a name is unique in the account, however it is written', async () => {
  const { here, userAdmin } = await office();
  await here.group([], 'Field Team');
  for (const name of ['Field Team', 'field  team', 'FIELD TEAM', 'Ｆield Team']) {
    expect(await create(userAdmin, name), name).toFail('DUPLICATE_NAME');
  }
  const { data } = await create(userAdmin, 'Another');
  const id = data?.createGroup?.group.id ?? '';
  expect(await rename(userAdmin, id, 'field team')).toFail('DUPLICATE_NAME');
  expect(await rename(userAdmin, id, 'ANOTHER')).toSucceed();
  expect(await create(userAdmin, ' ')).toFail('INVALID_INPUT');
  const elsewhere = await (await workspace()).person({ role: 'USER_ADMIN' });
  expect(await create(elsewhere, 'Field Team')).toSucceed();
});

test('a group is made on every plan', async () => {
  const { here, userAdmin } = await office();
  const { client } = await testDatabase();
  await client.account.update({ where: { id: here.accountId }, data: { plan: 'FREE' } });
  expect(await create(userAdmin, 'Team')).toSucceed();
});

test('whoever is about to delete a group is told what depends on it', async () => {
  const { here, userAdmin, editor, viewer } = await office();
  const id = await here.group([editor, viewer], 'Team');
  const dataset = await here.dataset({
    members: [
      { user: userAdmin, role: 'ADMIN' },
      { groupId: id, role: 'ADMIN' },
    ],
  });
  const { client } = await testDatabase();
  const { accountId } = here;
  const invitation = {
    accountId,
    pepperVersion: 1,
    sentAt: new Date(),
    expiresAt: new Date(),
    groups: { create: { accountId, groupId: id } },
  };
  await client.invitation.create({
    data: { ...invitation, email: 'a@example.test', secretHash: Buffer.alloc(32) },
  });
  await client.invitation.create({
    data: { ...invitation, email: 'b@example.test', state: 'ACCEPTED', closedAt: new Date() },
  });
  const use = { members: 2, flows: 1, invitations: 1 };
  const groupId = globalId('Group', id);
  for (const name of ['', 'team', 'Team ', 'Te am']) {
    const refused = await remove(userAdmin, groupId, name);
    expect(refused).toFail('NAME_MISMATCH');
    expect(refused.errors?.[0]?.extensions['use']).toEqual(use);
    await expect(refused).toHaveAudited({ outcome: 'REFUSED', code: 'NAME_MISMATCH' });
  }
  expect(await editor.run(GetDataset, { id: dataset.id })).toSucceed();
  const deleted = await remove(userAdmin, groupId, 'Team');
  expect(deleted.data?.deleteGroup?.affected).toEqual(use);
  await expect(deleted).toHaveAudited({
    action: 'group.deleted',
    outcome: 'SUCCEEDED',
    targetType: 'Group',
    targetId: id,
    before: { name: 'Team' },
    after: use,
  });
  await expect(await editor.run(GetDataset, { id: dataset.id })).toBeHidden();
  expect(await client.flowMember.count({ where: { flowId: dataset.rowId } })).toBe(1);
  expect(await client.invitation.count({ where: { accountId } })).toBe(2);
  await expect(await remove(userAdmin, groupId, 'Team')).toBeHidden();
});

test('a group that alone administers flows is not deleted', async () => {
  const { here, userAdmin, superAdmin, editor } = await office();
  const id = await here.group([editor], 'Team');
  const members = [{ groupId: id, role: 'ADMIN' as const }];
  const [alone] = await here.datasets([
    { members },
    { members },
    { members: [...members, { user: superAdmin, role: 'ADMIN' }] },
    { members: [{ groupId: id, role: 'MEMBER' }] },
  ]);
  const refused = await remove(userAdmin, globalId('Group', id), 'Team');
  expect(refused).toFail('LAST_ADMIN');
  expect(refused.errors?.[0]?.extensions['flows']).toBe(2);
  await expect(refused).toHaveAudited({ action: 'group.deleted', code: 'LAST_ADMIN' });
  expect(await editor.run(GetDataset, { id: alone?.id ?? '' })).toSucceed();
});

test('a group of nobody who is active administers nothing', async () => {
  const { here, userAdmin, superAdmin } = await office();
  const id = await here.group([await here.person({ suspended: true })], 'Team');
  const dataset = await here.dataset({ members: [{ groupId: id, role: 'ADMIN' }] });
  expect(await remove(userAdmin, globalId('Group', id), 'Team')).toSucceed();
  const { data } = await superAdmin.run(GetShareSettings, { id: dataset.id });
  expect(data?.dataset?.shareSettings?.isOrphaned).toBe(true);
});

test('making and renaming a group leave entries', async () => {
  const { here, userAdmin, viewer } = await office();
  const made = await create(userAdmin, 'Team');
  const { client } = await testDatabase();
  const group = await client.group.findFirstOrThrow({ where: { accountId: here.accountId } });
  const common = {
    accountId: here.accountId,
    subjectId: userAdmin.id,
    outcome: 'SUCCEEDED',
    targetType: 'Group',
    targetId: group.id,
  };
  await expect(made).toHaveAudited({ ...common, action: 'group.created', after: { name: 'Team' } });
  const groupId = globalId('Group', group.id);
  await expect(await rename(userAdmin, groupId, 'Crew')).toHaveAudited({
    ...common,
    action: 'group.renamed',
    before: { name: 'Team' },
    after: { name: 'Crew' },
  });
  await expect(await create(viewer, 'Mine')).toHaveAudited({
    action: 'group.created',
    outcome: 'REFUSED',
    code: 'FORBIDDEN',
  });
  await expect(await create(userAdmin, 'crew')).toHaveAudited({
    action: 'group.created',
    outcome: 'REFUSED',
    code: 'DUPLICATE_NAME',
  });
});

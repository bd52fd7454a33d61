import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { flowWorld } from '../support/flow-world.js';
import { rowIdOf } from '../support/keys.js';
import { giveCustomRole } from '../support/leaver.js';
import { RenameDataset } from '../support/operations.js';
import { builtInRoles, give, staff } from '../support/people.js';
import {
  accountRolesOf,
  approving,
  asked,
  askFor,
  refusing,
  roleOf,
  setRole,
} from '../support/requests.js';
import { world } from '../support/world.js';

describe('approveAccessRequest allows', () => {
  test('an Admin to raise a member, who can do what was refused', async () => {
    const { admin, viewer, dataset } = await world();
    const on = dataset.id;
    const rename = () => viewer.run(RenameDataset, { input: { datasetId: on, name: 'New' } });
    expect(await rename()).toBeDenied({ missing: 'dataset:rename' });
    const requestId = await askFor(viewer, ['dataset:rename'], { on });
    const result = await approving(admin, requestId, 'Mind the spelling.');
    expect(result.data?.approveAccessRequest?.accessRequest).toEqual({
      id: requestId,
      state: 'APPROVED',
      decidedBy: { name: 'Ada Admin', kind: 'USER' },
      decidedAt: expect.any(String),
      answer: 'Mind the spelling.',
    });
    expect(await roleOf(viewer, dataset)).toBe('ADMIN');
    expect(await rename()).toSucceed();
  });

  test('to add whoever holds a role by a group, or was removed since', async () => {
    const { here, admin, outsider, viewer, dataset, requestId } = await asked();
    const { client } = await testDatabase();
    const groupId = await here.group([outsider]);
    const { accountId } = here;
    await client.flowMember.create({
      data: { accountId, flowId: dataset.rowId, groupId, role: 'VIEWER' },
    });
    const other = await askFor(outsider, ['datasetRow:write'], { on: dataset.id });
    expect(await approving(admin, other)).toSucceed();
    expect(await roleOf(outsider, dataset)).toBe('MEMBER');
    await setRole(viewer, dataset, null);
    expect(await approving(admin, requestId)).toSucceed();
    expect(await roleOf(viewer, dataset)).toBe('MEMBER');
  });

  test.each([
    ['ADMIN', 'ADMIN'],
    ['MEMBER', 'MEMBER'],
    ['VIEWER', 'MEMBER'],
  ] as const)('somebody who is %s by now to be %s: nobody loses anything', async (now, then) => {
    const { admin, viewer, dataset, requestId } = await asked();
    await setRole(viewer, dataset, now);
    const result = await approving(admin, requestId);
    expect(result).toSucceed();
    expect(await roleOf(viewer, dataset)).toBe(then);
    const { client } = await testDatabase();
    const { requestId: at } = result;
    const actions = await client.auditEntry.findMany({ where: { requestId: at } });
    expect(actions).toHaveLength(now === then ? 1 : 2);
  });

  test('a stronger role by a group to stay enough, and one of one’s own to be raised past it', async () => {
    const { here, admin, viewer, outsider, dataset, requestId } = await asked();
    const { client } = await testDatabase();
    const groupId = await here.group([outsider, viewer]);
    const { accountId } = here;
    const data = { accountId, flowId: dataset.rowId, groupId, role: 'VIEWER' } as const;
    const { id } = await client.flowMember.create({ data });
    const other = await askFor(outsider, ['datasetRow:write'], { on: dataset.id });
    await client.flowMember.update({ where: { id }, data: { role: 'ADMIN' } });
    for (const each of [other, requestId]) expect(await approving(admin, each)).toSucceed();
    expect(await roleOf(outsider, dataset)).toBeNull();
    expect(await roleOf(viewer, dataset)).toBe('MEMBER');
  });

  test('what the account roles give to be added to those that are held', async () => {
    const { by, here } = await staff();
    const custom = await giveCustomRole(here, by.VIEWER, ['user:read']);
    const requestId = await askFor(by.VIEWER, ['dataset:create', 'flow:editAny']);
    expect(await approving(by.IAM_ADMIN, requestId)).toSucceed();
    expect(await accountRolesOf(by.VIEWER)).toEqual(['EDITOR', 'VIEWER', null].toSorted());
    const { client } = await testDatabase();
    const where = { userId: by.VIEWER.id, roleId: custom };
    expect(await client.roleAssignment.count({ where })).toBe(1);
    const again = await askFor(by.EDITOR, ['user:read']);
    const { USER_ADMIN, EDITOR } = await builtInRoles(here);
    await give(here, by.EDITOR, [USER_ADMIN, EDITOR]);
    const result = await approving(by.ADMIN, again);
    expect(result).toSucceed();
    expect(await accountRolesOf(by.EDITOR)).toEqual(['EDITOR', 'USER_ADMIN']);
    await expect(result).toHaveAudited({ action: 'accessRequest.approved' });
  });

  test('a service account that acts as an Admin', async () => {
    const { here, admin, viewer, dataset, requestId } = await asked();
    const program = await here.program();
    await here.letAct(program, { flowId: dataset.rowId });
    const result = await approving(program.as(admin), requestId);
    expect(result.data?.approveAccessRequest?.accessRequest.decidedBy?.name).toBe('Ada Admin');
    expect(await roleOf(viewer, dataset)).toBe('MEMBER');
  });

  test('a service account that is Admin there', async () => {
    const { here, viewer, dataset, requestId } = await asked();
    const program = await here.program('Robot');
    const { client } = await testDatabase();
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: dataset.rowId,
        serviceAccountId: program.id,
        role: 'ADMIN',
      },
    });
    const result = await approving(program, requestId);
    expect(result.data?.approveAccessRequest?.accessRequest.decidedBy).toEqual({
      name: 'Robot',
      kind: 'SERVICE_ACCOUNT',
    });
    expect(await roleOf(viewer, dataset)).toBe('MEMBER');
  });
});

describe('whoever is suspended', () => {
  test('gets nothing until they are let in again, and can be refused', async () => {
    const { admin, superAdmin, viewer, dataset, requestId } = await asked();
    const inAccount = await askFor(viewer, ['user:read']);
    const toAdmin = await askFor(viewer, ['dataset:rename'], { on: dataset.id });
    const { client } = await testDatabase();
    const set = (status: 'ACTIVE' | 'SUSPENDED') =>
      client.user.update({ where: { id: viewer.id }, data: { status } });
    await set('SUSPENDED');
    for (const [who, id] of [
      [admin, requestId],
      [superAdmin, inAccount],
    ] as const) {
      const result = await approving(who, id);
      expect(result).toFail('REQUESTER_INACTIVE');
      await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'REQUESTER_INACTIVE' });
    }
    expect(await roleOf(viewer, dataset)).toBe('VIEWER');
    expect(await refusing(admin, toAdmin)).toSucceed();
    await set('ACTIVE');
    expect(await approving(admin, requestId)).toSucceed();
  });
});

describe('audits', () => {
  test('an approval with what it gave, in one batch', async () => {
    const { admin, viewer, dataset, requestId } = await asked();
    const { client } = await testDatabase();
    const { requestId: at } = await approving(admin, requestId, 'Welcome.');
    const entries = await client.auditEntry.findMany({
      where: { requestId: at },
      orderBy: { action: 'asc' },
    });
    const common = { outcome: 'SUCCEEDED', subjectId: admin.id, via: 'DIRECT' };
    const person = { grantee: 'User', granteeId: viewer.id };
    expect(entries).toMatchObject([
      {
        ...common,
        action: 'accessRequest.approved',
        targetType: 'AccessRequest',
        targetId: rowIdOf(requestId),
        before: { requesterId: viewer.id, role: 'MEMBER', accountRole: null },
        after: { answer: 'Welcome.' },
      },
      {
        ...common,
        action: 'datasetMember.roleChanged',
        targetType: 'Dataset',
        targetId: dataset.rowId,
        before: { ...person, role: 'VIEWER' },
        after: { ...person, role: 'MEMBER' },
      },
    ]);
    expect(entries).toHaveLength(2);
    expect(entries[0]?.batchId).not.toBeNull();
    expect(entries[1]?.batchId).toBe(entries[0]?.batchId);
  });

  test('what an approval adds to a flow, and in the account', async () => {
    const { here, owner, viewer, flow } = await flowWorld('BOARD');
    const { client } = await testDatabase();
    const actionsOf = async ({ requestId }: { requestId: string }) =>
      (await client.auditEntry.findMany({ where: { requestId }, orderBy: { action: 'asc' } })).map(
        ({ action, targetType, targetId }) => [action, targetType, targetId],
      );
    const onFlow = await askFor(viewer, ['flow:edit'], { on: flow.id });
    await client.flowMember.deleteMany({ where: { userId: viewer.id } });
    expect(await actionsOf(await approving(owner, onFlow))).toEqual([
      ['accessRequest.approved', 'AccessRequest', rowIdOf(onFlow)],
      ['flowMember.added', 'Board', flow.rowId],
    ]);
    const iamAdmin = await here.person({ role: 'IAM_ADMIN' });
    const inAccount = await askFor(viewer, ['dataset:create']);
    expect(await actionsOf(await approving(iamAdmin, inAccount))).toEqual([
      ['accessRequest.approved', 'AccessRequest', rowIdOf(inAccount)],
      ['user.rolesAssigned', 'User', viewer.id],
    ]);
  });

  test('a refusal, alone and with the answer', async () => {
    const { admin, viewer, requestId } = await asked();
    await expect(await refusing(admin, requestId, 'Ask Mira.')).toHaveAudited({
      action: 'accessRequest.refused',
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      targetType: 'AccessRequest',
      targetId: rowIdOf(requestId),
      before: { requesterId: viewer.id, role: 'MEMBER', accountRole: null },
      after: { answer: 'Ask Mira.' },
      batchId: null,
    });
  });
});

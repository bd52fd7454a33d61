import { describe, expect, test } from 'vitest';

import {
  AssumeDatasetRole,
  AssumeRoleAndRename,
  GetDataset,
  GetDatasetMembers,
  LeaveDataset,
} from '../support/operations.js';
import { globalId, world } from '../support/world.js';

describe('leaveDataset', () => {
  test('allows a Member and a Viewer, who then no longer see it', async () => {
    const { member, viewer, admin, dataset } = await world();
    for (const person of [member, viewer]) {
      const result = await person.run(LeaveDataset, { input: { datasetId: dataset.id } });
      expect(result).toSucceed();
      expect(result.data?.leaveDataset).toEqual({ dataset: null });
      await expect(await person.run(GetDataset, { id: dataset.id })).toBeHidden();
    }
    const { data } = await admin.run(GetDatasetMembers, { id: dataset.id });
    expect(data?.dataset?.members?.totalCount).toBe(1);
  });

  test('allows an Admin, as long as another one stays', async () => {
    const { here, admin, outsider } = await world();
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: outsider, role: 'ADMIN' },
      ],
    });
    const input = { datasetId: dataset.id };
    expect(await admin.run(LeaveDataset, { input })).toSucceed();
    expect(await outsider.run(LeaveDataset, { input })).toFail('LAST_ADMIN');
  });

  test('leaves what groups give', async () => {
    const { here, admin, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: outsider, role: 'VIEWER' },
        { groupId, role: 'MEMBER' },
      ],
    });
    const result = await outsider.run(LeaveDataset, { input: { datasetId: dataset.id } });
    expect(result.data?.leaveDataset?.dataset).toEqual({ id: dataset.id });
    const { data } = await outsider.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.access).toEqual({ role: 'MEMBER', via: 'GROUP' });
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    const input = { datasetId: dataset.id };
    await expect(await outsider.run(LeaveDataset, { input })).toBeHidden();
    await expect(await stranger.run(LeaveDataset, { input })).toBeHidden();
    expect(await anonymous.run(LeaveDataset, { input })).toFail('UNAUTHENTICATED');
  });

  test('refuses whoever holds no membership of their own', async () => {
    const { here, admin, outsider, superAdmin } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { groupId, role: 'MEMBER' },
      ],
    });
    const input = { datasetId: dataset.id };
    expect(await outsider.run(LeaveDataset, { input })).toFail('NOT_A_MEMBER');
    expect(await superAdmin.run(LeaveDataset, { input })).toFail('NOT_A_MEMBER');
    expect(await outsider.run(GetDataset, { id: dataset.id })).toSucceed();
  });

  test('audits', async () => {
    const { admin, member, dataset } = await world();
    const target = { action: 'datasetMember.left', targetType: 'Dataset', targetId: dataset.rowId };
    const input = { datasetId: dataset.id };
    await expect(await member.run(LeaveDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: member.id,
      via: 'DIRECT',
      before: { grantee: 'User', granteeId: member.id, role: 'MEMBER' },
      after: null,
    });
    await expect(await admin.run(LeaveDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'LAST_ADMIN',
      subjectId: admin.id,
    });
  });
});

describe('assumeDatasetRole', () => {
  test('allows a Super Admin to take any role, and to change it', async () => {
    const { superAdmin, admin, dataset } = await world();
    for (const role of ['ADMIN', 'MEMBER', 'VIEWER', 'ADMIN'] as const) {
      const input = { datasetId: dataset.id, role };
      const result = await superAdmin.run(AssumeDatasetRole, { input });
      expect(result).toSucceed();
      expect(result.data?.assumeDatasetRole?.dataset?.access).toEqual({ role, via: 'DIRECT' });
    }
    const { data } = await admin.run(GetDatasetMembers, { id: dataset.id });
    expect(data?.dataset?.members?.edges.at(-1)?.node).toMatchObject({
      role: 'ADMIN',
      addedBy: { name: superAdmin.name },
      grantee: { id: globalId('User', superAdmin.id) },
    });
    expect(data?.dataset?.members?.totalCount).toBe(4);
  });

  test('gives the role to the rest of the same document', async () => {
    const { superAdmin, dataset } = await world();
    const result = await superAdmin.run(AssumeRoleAndRename, {
      assume: { datasetId: dataset.id, role: 'ADMIN' },
      rename: { datasetId: dataset.id, name: 'Taken over' },
    });
    expect(result).toSucceed();
    expect(result.data?.renameDataset?.dataset?.name).toBe('Taken over');
  });

  test('allows a Super Admin to adopt a dataset that nobody administers', async () => {
    const { here, superAdmin } = await world();
    const dataset = await here.dataset({});
    const input = { datasetId: dataset.id, role: 'ADMIN' } as const;
    expect(await superAdmin.run(AssumeDatasetRole, { input })).toSucceed();
  });

  test('denies everybody else who sees the dataset, an account Admin too', async () => {
    const { here, admin, member, viewer } = await world();
    const [accountAdmin, iamAdmin] = await here.people([{ role: 'ADMIN' }, { role: 'IAM_ADMIN' }]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: member, role: 'MEMBER' },
        { user: viewer, role: 'VIEWER' },
        { user: accountAdmin, role: 'VIEWER' },
        { user: iamAdmin, role: 'VIEWER' },
      ],
    });
    const input = { datasetId: dataset.id, role: 'VIEWER' } as const;
    for (const [person, role] of [
      [admin, 'EDITOR'],
      [member, 'EDITOR'],
      [viewer, 'VIEWER'],
      [accountAdmin, 'ADMIN'],
      [iamAdmin, 'IAM_ADMIN'],
    ] as const) {
      expect(await person.run(AssumeDatasetRole, { input })).toBeDenied({
        missing: 'dataset:override',
        role,
      });
    }
  });

  test('hides the dataset from everybody else', async () => {
    const { here, outsider, stranger, anonymous, dataset } = await world();
    const accountAdmin = await here.person({ role: 'ADMIN' });
    const input = { datasetId: dataset.id, role: 'ADMIN' } as const;
    await expect(await outsider.run(AssumeDatasetRole, { input })).toBeHidden();
    await expect(await accountAdmin.run(AssumeDatasetRole, { input })).toBeHidden();
    await expect(await stranger.run(AssumeDatasetRole, { input })).toBeHidden();
    expect(await anonymous.run(AssumeDatasetRole, { input })).toFail('UNAUTHENTICATED');
  });

  test('refuses what is no dataset of the account', async () => {
    const { superAdmin, here, dataset } = await world();
    for (const datasetId of [
      globalId('Dataset', here.accountId),
      globalId('User', superAdmin.id),
      dataset.rowId,
      'garbage',
      '',
    ]) {
      const input = { datasetId, role: 'ADMIN' } as const;
      expect(await superAdmin.run(AssumeDatasetRole, { input })).toFail('NOT_FOUND');
    }
  });

  test('audits', async () => {
    const { superAdmin, viewer, dataset } = await world();
    const target = {
      action: 'datasetMember.roleAssumed',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    };
    const input = { datasetId: dataset.id, role: 'ADMIN' } as const;
    await expect(await viewer.run(AssumeDatasetRole, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['dataset:override'] }),
    });
    const by = { outcome: 'SUCCEEDED', subjectId: superAdmin.id, via: 'SUPER_ADMIN_OVERRIDE' };
    await expect(await superAdmin.run(AssumeDatasetRole, { input })).toHaveAudited({
      ...target,
      ...by,
      before: null,
      after: { role: 'ADMIN' },
    });
    const lower = { ...input, role: 'VIEWER' } as const;
    await expect(await superAdmin.run(AssumeDatasetRole, { input: lower })).toHaveAudited({
      ...target,
      ...by,
      before: { role: 'ADMIN' },
      after: { role: 'VIEWER' },
    });
  });
});

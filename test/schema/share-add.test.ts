import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import type { DatasetRole } from '../support/generated/graphql.js';
import { AddDatasetMember, GetDataset, GetDatasetMembers } from '../support/operations.js';
import { globalId, workspace, world, type Shared } from '../support/world.js';

async function membersOf(reader: Actor, { id }: Shared) {
  const { data } = await reader.run(GetDatasetMembers, { id, first: 100 });
  return data?.dataset?.members?.edges.map(({ node }) => node) ?? [];
}

describe('addDatasetMember', () => {
  test('allows an Admin to give every role, to people, groups and service accounts', async () => {
    const { here, admin, outsider, dataset } = await world();
    const groupId = await here.group([outsider], 'Auditors');
    const robotId = await here.serviceAccount('Night robot');
    const [person, another] = await here.people([{ name: 'Pia' }, { name: 'Paul' }]);
    const grantees: [string, DatasetRole][] = [
      [globalId('User', person.id), 'ADMIN'],
      [globalId('User', another.id), 'MEMBER'],
      [globalId('Group', groupId), 'VIEWER'],
      [globalId('ServiceAccount', robotId), 'ADMIN'],
    ];
    for (const [granteeId, role] of grantees) {
      const input = { datasetId: dataset.id, granteeId, role };
      const result = await admin.run(AddDatasetMember, { input });
      expect(result).toSucceed();
      expect(result.data?.addDatasetMember?.dataset?.id).toBe(dataset.id);
    }
    const by = { addedBy: { name: admin.name }, addedAt: expect.any(String) };
    expect((await membersOf(admin, dataset)).slice(3)).toMatchObject([
      { role: 'ADMIN', grantee: { __typename: 'User', name: 'Pia' }, ...by },
      { role: 'MEMBER', grantee: { __typename: 'User', name: 'Paul' }, ...by },
      { role: 'VIEWER', grantee: { __typename: 'Group', name: 'Auditors' }, ...by },
      {
        role: 'ADMIN',
        grantee: { __typename: 'ServiceAccount', name: 'Night robot', handle: 'sa:night-robot' },
        ...by,
      },
    ]);
    const { data } = await outsider.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.access).toEqual({ role: 'VIEWER', via: 'GROUP' });
  });

  test('allows a Member to make Members and Viewers, also by group', async () => {
    const { here, admin, member, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: member, role: 'MEMBER' },
        { groupId, role: 'MEMBER' },
      ],
    });
    for (const who of [member, outsider]) {
      for (const role of ['MEMBER', 'VIEWER'] as const) {
        const newcomer = await here.person();
        const input = { datasetId: dataset.id, nameOrEmail: newcomer.email, role };
        expect(await who.run(AddDatasetMember, { input })).toSucceed();
        const { data } = await newcomer.run(GetDataset, { id: dataset.id });
        expect(data?.dataset?.access.role).toBe(role);
      }
    }
  });

  test('denies a Member to make an Admin', async () => {
    const { member, outsider, dataset } = await world();
    const granteeId = globalId('User', outsider.id);
    const result = await member.run(AddDatasetMember, {
      input: { datasetId: dataset.id, granteeId, role: 'ADMIN' },
    });
    expect(result).toBeDenied({ missing: 'datasetMember:makeAdmin', role: 'Member' });
    await expect(await outsider.run(GetDataset, { id: dataset.id })).toBeHidden();
  });

  test('denies a Viewer everything, whether there is such a person or not', async () => {
    const { here, admin, viewer, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: viewer, role: 'VIEWER' },
        { groupId, role: 'VIEWER' },
      ],
    });
    for (const who of [viewer, outsider]) {
      for (const nameOrEmail of ['Somebody', 'nobody@example.test', admin.email]) {
        for (const role of ['ADMIN', 'MEMBER', 'VIEWER'] as const) {
          const input = { datasetId: dataset.id, nameOrEmail, role };
          expect(await who.run(AddDatasetMember, { input })).toBeDenied({
            missing: 'datasetMember:write',
            role: 'Viewer',
          });
        }
      }
    }
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    for (const nameOrEmail of [outsider.email, 'nobody@example.test']) {
      const input = { datasetId: dataset.id, nameOrEmail, role: 'VIEWER' } as const;
      await expect(await outsider.run(AddDatasetMember, { input })).toBeHidden();
      await expect(await stranger.run(AddDatasetMember, { input })).toBeHidden();
      expect(await anonymous.run(AddDatasetMember, { input })).toFail('UNAUTHENTICATED');
    }
  });

  test('refuses somebody who is a member already, whatever the role', async () => {
    const { here, admin, member, viewer, outsider } = await world();
    const groupId = await here.group([outsider]);
    const serviceAccountId = await here.serviceAccount();
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: member, role: 'MEMBER' },
        { user: viewer, role: 'VIEWER' },
        { groupId, role: 'VIEWER' },
        { serviceAccountId, role: 'VIEWER' },
      ],
    });
    const before = await membersOf(admin, dataset);
    for (const granteeId of [
      globalId('User', viewer.id),
      globalId('User', admin.id),
      globalId('User', member.id),
      globalId('Group', groupId),
      globalId('ServiceAccount', serviceAccountId),
    ]) {
      for (const role of ['MEMBER', 'VIEWER'] as const) {
        const input = { datasetId: dataset.id, granteeId, role };
        expect(await member.run(AddDatasetMember, { input })).toFail('ALREADY_MEMBER');
      }
    }
    expect(await membersOf(admin, dataset)).toEqual(before);
  });

  test('takes a person of whom a group is a member already', async () => {
    const { here, admin, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { groupId, role: 'VIEWER' },
      ],
    });
    const granteeId = globalId('User', outsider.id);
    const input = { datasetId: dataset.id, granteeId, role: 'MEMBER' } as const;
    expect(await admin.run(AddDatasetMember, { input })).toSucceed();
    const { data } = await outsider.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.access).toEqual({ role: 'MEMBER', via: 'DIRECT' });
  });

  test('refuses ids of nobody: other types, other accounts, suspended people, garbage', async () => {
    const { here, admin, stranger, dataset } = await world();
    const suspended = await here.person({ suspended: true });
    const elsewhere = await workspace();
    const answers = new Set<string>();
    for (const granteeId of [
      globalId('User', suspended.id),
      globalId('User', stranger.id),
      globalId('Group', await elsewhere.group([])),
      globalId('ServiceAccount', await elsewhere.serviceAccount()),
      globalId('Group', admin.id),
      globalId('ServiceAccount', admin.id),
      globalId('Account', here.accountId),
      dataset.id,
      dataset.memberIds[0] ?? '',
      admin.id,
      `${globalId('User', admin.id)}=`,
      'garbage',
      '',
    ]) {
      const input = { datasetId: dataset.id, granteeId, role: 'VIEWER' } as const;
      const result = await admin.run(AddDatasetMember, { input });
      expect(result).toFail('GRANTEE_NOT_FOUND');
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
    expect(await membersOf(admin, dataset)).toHaveLength(3);
  });

  test('refuses a removed person', async () => {
    const { admin, outsider, dataset } = await world();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: outsider.id }, data: { removedAt: new Date() } });
    for (const whom of [
      { granteeId: globalId('User', outsider.id) },
      { nameOrEmail: outsider.email },
      { nameOrEmail: outsider.name },
    ]) {
      const input = { datasetId: dataset.id, role: 'VIEWER' as const, ...whom };
      expect(await admin.run(AddDatasetMember, { input })).toFail('GRANTEE_NOT_FOUND');
    }
  });

  test('refuses an input that names nobody or somebody twice', async () => {
    const { admin, outsider, dataset } = await world();
    const input = { datasetId: dataset.id, role: 'VIEWER' as const };
    const both = { granteeId: globalId('User', outsider.id), nameOrEmail: outsider.email };
    const none = { granteeId: null, nameOrEmail: null };
    for (const whom of [{}, none, both, { nameOrEmail: 'x'.repeat(321) }, { nameOrEmail: '\0' }]) {
      const result = await admin.run(AddDatasetMember, { input: { ...input, ...whom } });
      expect(result).toFail('INVALID_INPUT');
    }
  });

  test('audits', async () => {
    const { admin, viewer, outsider, dataset } = await world();
    const target = {
      action: 'datasetMember.added',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    };
    const granteeId = globalId('User', outsider.id);
    const input = { datasetId: dataset.id, granteeId, role: 'MEMBER' } as const;
    await expect(await viewer.run(AddDatasetMember, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({
        missing: ['datasetMember:write', 'datasetMember:makeMember'],
      }),
    });
    await expect(await admin.run(AddDatasetMember, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: null,
      after: { grantee: 'User', granteeId: outsider.id, role: 'MEMBER' },
    });
    await expect(await admin.run(AddDatasetMember, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'ALREADY_MEMBER',
    });
  });
});

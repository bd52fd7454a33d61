import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  AssumeDatasetRole,
  ChangeDatasetMemberRole,
  DeleteDataset,
  DescribeDataset,
  GetDataset,
  GetDatasetMembers,
  GetNode,
  LeaveDataset,
  ListDatasets,
  ReadAuditLog,
  RemoveDatasetMember,
  RenameDataset,
  UpdateDatasetSettings,
} from '../support/operations.js';
import { globalId, workspace, world, type Shared, type Workspace } from '../support/world.js';

/** Two workspaces with everything in each, and the mightiest people of both. */
interface Side {
  readonly workspace: Workspace;
  readonly chief: Actor;
  readonly dataset: Shared;
  readonly groupId: string;
  readonly serviceAccountId: string;
  readonly viewId: string;
}

async function side(name: string): Promise<Side> {
  const { client } = await testDatabase();
  const made = await workspace();
  const { accountId } = made;
  const chief = await made.person({ name: `${name} chief`, role: 'SUPER_ADMIN' });
  const groupId = await made.group([chief], `${name} group`);
  const serviceAccountId = await made.serviceAccount(`${name} robot`);
  const dataset = await made.dataset({
    name: `${name} dataset`,
    members: [
      { user: chief, role: 'ADMIN' },
      { groupId, role: 'MEMBER' },
      { serviceAccountId, role: 'VIEWER' },
    ],
  });
  const view = { accountId, flowId: dataset.rowId, name: `${name} view` };
  const { id } = await client.datasetView.create({ data: view });
  return {
    workspace: made,
    chief,
    dataset,
    groupId,
    serviceAccountId,
    viewId: globalId('DatasetView', id),
  };
}

describe('the Super Admin of another account', () => {
  let ours: Side;
  let theirs: Side;
  let chief: Actor;

  beforeAll(async () => {
    [ours, theirs] = [await side('Our'), await side('Their')];
    ({ chief } = ours);
  });

  test('finds nothing there by its id', async () => {
    const { client } = await testDatabase();
    const session = await client.session.findFirstOrThrow({ where: { userId: theirs.chief.id } });
    const entry = await client.auditEntry.create({
      data: {
        accountId: theirs.workspace.accountId,
        action: 'session.ended',
        outcome: 'SUCCEEDED',
        requestId: 'r',
        subjectId: theirs.chief.id,
      },
    });
    const ids = [
      globalId('Account', theirs.workspace.accountId),
      globalId('AuditEntry', entry.id),
      theirs.dataset.id,
      ...theirs.dataset.memberIds,
      globalId('Group', theirs.groupId),
      globalId('ServiceAccount', theirs.serviceAccountId),
      globalId('Session', session.id),
      globalId('User', theirs.chief.id),
    ];
    for (const id of ids) {
      expect(await theirs.chief.run(GetNode, { id })).toSucceed();
      await expect(await chief.run(GetNode, { id })).toBeHidden();
    }
  });

  test('reads and changes nothing of a dataset there, and leaves no trace there', async () => {
    const { client } = await testDatabase();
    const where = { accountId: theirs.workspace.accountId };
    const state = async () => ({
      flows: await client.flow.findMany({ where, include: { members: true, settings: true } }),
      entries: await client.auditEntry.count({ where }),
    });
    const before = await state();
    const datasetId = theirs.dataset.id;
    const [, memberId = ''] = theirs.dataset.memberIds;
    for (const result of [
      await chief.run(GetDataset, { id: datasetId }),
      await chief.run(GetDatasetMembers, { id: datasetId }),
      await chief.run(RenameDataset, { input: { datasetId, name: 'Ours' } }),
      await chief.run(DescribeDataset, { input: { datasetId, description: 'Ours' } }),
      await chief.run(UpdateDatasetSettings, { input: { datasetId, exportPolicy: 'NOBODY' } }),
      await chief.run(DeleteDataset, { input: { datasetId, name: theirs.dataset.name } }),
      await chief.run(AssumeDatasetRole, { input: { datasetId, role: 'ADMIN' } }),
      await chief.run(LeaveDataset, { input: { datasetId } }),
      await chief.run(AddDatasetMember, {
        input: { datasetId, nameOrEmail: chief.email, role: 'ADMIN' },
      }),
      await chief.run(ChangeDatasetMemberRole, { input: { datasetId, memberId, role: 'ADMIN' } }),
      await chief.run(RemoveDatasetMember, { input: { datasetId, memberId } }),
    ]) {
      await expect(result).toBeHidden();
    }
    expect(await state()).toEqual(before);
  });

  test('lists nothing of there', async () => {
    const all = await chief.run(ListDatasets, {});
    expect(all.data?.datasets?.edges.map(({ node }) => node.name)).toEqual(['Our dataset']);
    const found = await chief.run(ListDatasets, { filter: { search: 'Their' } });
    expect(found.data?.datasets).toMatchObject({ totalCount: 0, edges: [] });
    const log = await chief.run(ReadAuditLog, {
      filter: { principal: globalId('User', theirs.chief.id) },
    });
    expect(log.data?.auditLog).toMatchObject({ totalCount: 0, edges: [] });
  });

  test('shares with nobody of there, by whatever name', async () => {
    const datasetId = ours.dataset.id;
    const texts = new Set<string>();
    for (const whom of [
      { granteeId: globalId('User', theirs.chief.id) },
      { granteeId: globalId('Group', theirs.groupId) },
      { granteeId: globalId('ServiceAccount', theirs.serviceAccountId) },
      { nameOrEmail: theirs.chief.email },
      { nameOrEmail: theirs.chief.name },
      { nameOrEmail: 'Their group' },
      { nameOrEmail: 'Their robot' },
      { nameOrEmail: 'sa:their-robot' },
      { granteeId: globalId('User', randomUUID()) },
      { nameOrEmail: `${randomUUID()}@example.test` },
    ]) {
      const result = await chief.run(AddDatasetMember, {
        input: { datasetId, role: 'VIEWER', ...whom },
      });
      expect(result, JSON.stringify(whom)).toFail('GRANTEE_NOT_FOUND');
      texts.add(result.text);
    }
    expect(texts.size).toBe(1);
  });

  test('reaches no member through a dataset of their own', async () => {
    const datasetId = ours.dataset.id;
    for (const memberId of theirs.dataset.memberIds) {
      await expect(
        await chief.run(ChangeDatasetMemberRole, {
          input: { datasetId, memberId, role: 'VIEWER' },
        }),
      ).toBeHidden();
      await expect(
        await chief.run(RemoveDatasetMember, { input: { datasetId, memberId } }),
      ).toBeHidden();
    }
  });

  test('opens a dataset with no view of there', async () => {
    const other = await ours.workspace.dataset({ members: [{ user: chief, role: 'ADMIN' }] });
    const { client } = await testDatabase();
    const view = { accountId: ours.workspace.accountId, flowId: other.rowId, name: 'Other' };
    const { id } = await client.datasetView.create({ data: view });
    for (const defaultViewId of [theirs.viewId, globalId('DatasetView', id)]) {
      const input = { datasetId: ours.dataset.id, defaultViewId };
      await expect(await chief.run(UpdateDatasetSettings, { input })).toBeHidden();
    }
    const own = { datasetId: ours.dataset.id, defaultViewId: ours.viewId };
    expect(await chief.run(UpdateDatasetSettings, { input: own })).toSucceed();
  });
});

test('a group, a service account and a person are told apart by their type, not only by their id', async () => {
  const { admin, here, dataset, outsider } = await world();
  const [groupId, serviceAccountId] = [await here.group([]), await here.serviceAccount()];
  for (const granteeId of [
    globalId('User', groupId),
    globalId('Group', outsider.id),
    globalId('ServiceAccount', groupId),
    globalId('Group', serviceAccountId),
    globalId('Dataset', outsider.id),
    outsider.id,
    '',
  ]) {
    const input = { datasetId: dataset.id, granteeId, role: 'VIEWER' } as const;
    expect(await admin.run(AddDatasetMember, { input }), granteeId).toFail('GRANTEE_NOT_FOUND');
  }
});

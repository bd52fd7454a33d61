import { describe, expect, test } from 'vitest';

import type { Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  AssumeDatasetRole,
  ChangeDatasetMemberRole,
  DeleteDataset,
  DescribeDataset,
  GetDataset,
  GetDatasetMembers,
  GetDatasetWhole,
  GetNode,
  GetTwoDatasets,
  LeaveDataset,
  LeaveDatasetAndSignOut,
  ListDatasets,
  ListDatasetsWhole,
  RemoveDatasetMember,
  RenameDataset,
  UpdateDatasetSettings,
} from '../support/operations.js';
import { workspace, world, type Shared } from '../support/world.js';

const BY_OVERRIDE = { via: 'SUPER_ADMIN_OVERRIDE' } as const;

function markOf({ id }: Shared, ...permissions: string[]) {
  return { dataset: id, permissions, ...BY_OVERRIDE };
}

function marksOf({ extensions }: Result) {
  return extensions?.['overrides'];
}

/** What the audit log holds of a request, without what every entry has. */
async function entriesOf({ requestId }: Result) {
  const { client } = await testDatabase();
  return client.auditEntry.findMany({
    where: { requestId },
    select: { action: true, outcome: true, targetId: true, via: true, after: true },
    orderBy: { id: 'asc' },
  });
}

function overridden({ rowId }: Shared, permissions: string) {
  return {
    action: 'dataset.overridden',
    outcome: 'SUCCEEDED',
    targetId: rowId,
    after: { permissions },
    ...BY_OVERRIDE,
  };
}

describe('a Super Admin without a role on a dataset', () => {
  test('views it, its members and its share settings, and not its settings', async () => {
    const { superAdmin, dataset } = await world();
    const result = await superAdmin.run(GetDatasetWhole, { id: dataset.id });
    expect(result.data?.dataset).toMatchObject({
      id: dataset.id,
      name: 'Suppliers',
      access: { role: null, ...BY_OVERRIDE },
      settings: null,
      shareSettings: { assignableRoles: [], openedByOverride: true, isOrphaned: false },
      members: { totalCount: 3 },
    });
    expect(result).toBeDenied({ missing: 'dataset:configure', role: null });
    expect(result.errors?.[0]?.path).toEqual(['dataset', 'settings']);
    expect(marksOf(result)).toEqual([
      markOf(dataset, 'dataset:read', 'dataset:share', 'datasetMember:read'),
    ]);
    expect(await entriesOf(result)).toEqual([
      overridden(dataset, 'dataset:read dataset:share datasetMember:read'),
    ]);
  });

  test('leaves one mark and one entry for each dataset and operation', async () => {
    const { here, superAdmin, dataset } = await world();
    const other = await here.dataset({});
    const result = await superAdmin.run(GetTwoDatasets, { one: dataset.id, other: other.id });
    expect(result).toSucceed();
    const permissions = ['dataset:read', 'dataset:share', 'datasetMember:read'];
    expect(marksOf(result)).toEqual([
      markOf(dataset, ...permissions),
      markOf(other, 'dataset:read'),
    ]);
    expect(await entriesOf(result)).toEqual([
      overridden(dataset, permissions.join(' ')),
      overridden(other, 'dataset:read'),
    ]);
    const again = await result.replay(result.variables);
    expect(await entriesOf(again)).toHaveLength(2);
  });

  test('lists all datasets of the account, and leaves an entry for each on the page', async () => {
    const here = await workspace();
    const [superAdmin, editor] = await here.people([{ role: 'SUPER_ADMIN' }, {}]);
    const [first, second, third] = (await here.datasets([
      { name: 'A' },
      { name: 'B', members: [{ user: editor, role: 'ADMIN' }] },
      { name: 'C' },
    ])) as [Shared, Shared, Shared];
    const result = await superAdmin.run(ListDatasets, { first: 2 });
    expect(result.data?.datasets?.totalCount).toBe(3);
    expect(result.data?.datasets?.edges.map(({ node }) => node.name)).toEqual(['A', 'B']);
    expect(marksOf(result)).toEqual([
      markOf(first, 'dataset:read'),
      markOf(second, 'dataset:read'),
    ]);
    expect(await entriesOf(result)).toEqual([
      overridden(first, 'dataset:read'),
      overridden(second, 'dataset:read'),
    ]);
    expect(result.text).not.toContain(third.id);
  });

  test('leaves an entry also for names that only cursors tell', async () => {
    const { superAdmin, dataset } = await world();
    const result = await superAdmin.run(`{ datasets { edges { cursor } } }`);
    expect(await entriesOf(result)).toMatchObject([{ targetId: dataset.rowId, ...BY_OVERRIDE }]);
  });

  test('finds it and its members by node', async () => {
    const { superAdmin, dataset, memberships } = await world();
    const found = await superAdmin.run(GetNode, { id: dataset.id });
    expect(found.data?.node).toEqual({ __typename: 'Dataset', id: dataset.id });
    expect(await entriesOf(found)).toEqual([overridden(dataset, 'dataset:read')]);
    const member = await superAdmin.run(GetNode, { id: memberships.viewer });
    expect(member.data?.node).toEqual({ __typename: 'DatasetMember', id: memberships.viewer });
    expect(await entriesOf(member)).toEqual([overridden(dataset, 'datasetMember:read')]);
  });

  test('denies themselves everything else until they take a role', async () => {
    const { superAdmin, outsider, dataset, memberships } = await world();
    const input = { datasetId: dataset.id };
    const add = { ...input, nameOrEmail: outsider.email, role: 'VIEWER' } as const;
    const remove = { ...input, memberId: memberships.viewer };
    const byName = { ...input, name: dataset.name };
    const describing = { ...input, description: 'Mine' };
    const settings = { ...input, exportPolicy: 'NOBODY' } as const;
    const attempts: readonly (readonly [string, () => Promise<Result>])[] = [
      ['dataset:rename', () => superAdmin.run(RenameDataset, { input: byName })],
      ['dataset:describe', () => superAdmin.run(DescribeDataset, { input: describing })],
      ['dataset:configure', () => superAdmin.run(UpdateDatasetSettings, { input: settings })],
      ['datasetMember:write', () => superAdmin.run(AddDatasetMember, { input: add })],
      ['datasetMember:write', () => superAdmin.run(RemoveDatasetMember, { input: remove })],
      ['dataset:delete', () => superAdmin.run(DeleteDataset, { input: byName })],
    ];
    for (const [missing, attempt] of attempts) {
      const result = await attempt();
      expect(result).toBeDenied({ missing, role: null });
      expect(result.errors?.[0]?.extensions['denial']).toMatchObject({
        remedies: [{ kind: 'ASSUME_ROLE' }, { kind: 'ASK_DATASET_ADMIN' }],
      });
      expect(marksOf(result)).toBeUndefined();
      expect(await entriesOf(result)).toMatchObject([{ outcome: 'REFUSED' }]);
    }
    await superAdmin.run(AssumeDatasetRole, { input: { ...input, role: 'ADMIN' } });
    for (const [, attempt] of attempts) {
      const result = await attempt();
      expect(result).toSucceed();
      expect(marksOf(result)).toBeUndefined();
      expect(await entriesOf(result)).toMatchObject([{ outcome: 'SUCCEEDED', via: 'DIRECT' }]);
    }
  });

  test('changes roles, which its one entry tells', async () => {
    const { superAdmin, dataset, memberships } = await world();
    for (const role of ['ADMIN', 'MEMBER', 'VIEWER'] as const) {
      const input = { datasetId: dataset.id, memberId: memberships.viewer, role };
      const result = await superAdmin.run(ChangeDatasetMemberRole, { input });
      expect(result).toSucceed();
      expect(await entriesOf(result)).toMatchObject([
        { action: 'datasetMember.roleChanged', outcome: 'SUCCEEDED', ...BY_OVERRIDE },
      ]);
      const permission = { ADMIN: 'makeAdmin', MEMBER: 'makeMember', VIEWER: 'makeViewer' }[role];
      expect(marksOf(result)).toEqual([
        markOf(dataset, 'dataset:read', `datasetMember:${permission}`),
      ]);
    }
  });

  test('takes a role, which its one entry tells, and is not marked afterwards', async () => {
    const { superAdmin, dataset } = await world();
    const input = { datasetId: dataset.id, role: 'MEMBER' } as const;
    const taken = await superAdmin.run(AssumeDatasetRole, { input });
    expect(marksOf(taken)).toEqual([markOf(dataset, 'dataset:override', 'dataset:read')]);
    expect(await entriesOf(taken)).toMatchObject([
      { action: 'datasetMember.roleAssumed', outcome: 'SUCCEEDED', ...BY_OVERRIDE },
    ]);
    const read = await superAdmin.run(GetDatasetMembers, { id: dataset.id });
    expect(read).toSucceed();
    expect(marksOf(read)).toBeUndefined();
    expect(await entriesOf(read)).toEqual([]);
  });

  test('reaches no dataset of another account', async () => {
    const { stranger, dataset, memberships } = await world();
    await expect(await stranger.run(GetDataset, { id: dataset.id })).toBeHidden();
    await expect(await stranger.run(GetNode, { id: memberships.viewer })).toBeHidden();
    const list = await stranger.run(ListDatasets, { first: 5 });
    expect(list.data?.datasets).toMatchObject({ totalCount: 0, edges: [] });
    expect(await entriesOf(list)).toEqual([]);
  });
});

describe('a Super Admin who is a Viewer', () => {
  async function stage() {
    const here = await workspace();
    const [superAdmin, admin] = await here.people([{ role: 'SUPER_ADMIN' }, {}]);
    const dataset = await here.dataset({
      members: [
        { user: superAdmin, role: 'VIEWER' },
        { user: admin, role: 'ADMIN' },
      ],
    });
    return { superAdmin, admin, dataset };
  }

  test('reads by membership, without a mark', async () => {
    const { superAdmin, dataset } = await stage();
    const result = await superAdmin.run(GetDataset, { id: dataset.id });
    expect(result.data?.dataset?.access).toEqual({ role: 'VIEWER', via: 'DIRECT' });
    expect(marksOf(result)).toBeUndefined();
    expect(await entriesOf(result)).toEqual([]);
  });

  test('sees members and share settings by override', async () => {
    const { superAdmin, dataset } = await stage();
    const result = await superAdmin.run(GetDatasetWhole, { id: dataset.id });
    expect(result.data?.dataset).toMatchObject({
      access: { role: 'VIEWER' },
      settings: null,
      shareSettings: { assignableRoles: [], openedByOverride: true },
      members: { totalCount: 2 },
    });
    expect(result).toBeDenied({ missing: 'dataset:configure', role: 'Viewer' });
    expect(marksOf(result)).toEqual([markOf(dataset, 'dataset:share', 'datasetMember:read')]);
    expect(await entriesOf(result)).toEqual([
      overridden(dataset, 'dataset:share datasetMember:read'),
    ]);
  });

  test('changes an Admin’s role and their own, and removes nobody', async () => {
    const { superAdmin, dataset } = await stage();
    const [own = '', admins = ''] = dataset.memberIds;
    const input = { datasetId: dataset.id, memberId: admins };
    expect(await superAdmin.run(RemoveDatasetMember, { input })).toBeDenied({
      missing: 'datasetMember:write',
      role: 'Viewer',
    });
    const raise = { ...input, memberId: own, role: 'ADMIN' } as const;
    const raised = await superAdmin.run(ChangeDatasetMemberRole, { input: raise });
    await expect(raised).toHaveAudited({ outcome: 'SUCCEEDED', ...BY_OVERRIDE });
    const lower = { ...input, role: 'MEMBER' } as const;
    const lowered = await superAdmin.run(ChangeDatasetMemberRole, { input: lower });
    await expect(lowered).toHaveAudited({ outcome: 'SUCCEEDED', via: 'DIRECT' });
  });

  test('still sees the dataset in the answer after leaving it: by override, which is marked', async () => {
    const { superAdmin, dataset } = await stage();
    const result = await superAdmin.run(LeaveDataset, { input: { datasetId: dataset.id } });
    expect(result.data?.leaveDataset?.dataset).toEqual({ id: dataset.id });
    expect(marksOf(result)).toEqual([markOf(dataset, 'dataset:read')]);
    expect(await entriesOf(result)).toMatchObject([
      { action: 'datasetMember.left', via: 'DIRECT' },
      overridden(dataset, 'dataset:read'),
    ]);
  });

  test('leaves the entry of an override also when the same document signs them out', async () => {
    const { superAdmin, dataset } = await stage();
    const input = { datasetId: dataset.id };
    const result = await superAdmin.run(LeaveDatasetAndSignOut, { input });
    expect(result).toSucceed();
    expect(result.data?.leaveDataset?.dataset?.name).toBe(dataset.name);
    expect(marksOf(result)).toEqual([markOf(dataset, 'dataset:read')]);
    const actions = (await entriesOf(result)).map(({ action }) => action);
    expect(actions.toSorted()).toEqual([
      'dataset.overridden',
      'datasetMember.left',
      'session.ended',
    ]);
  });
});

test('nobody else leaves marks', async () => {
  const { admin, member, viewer, dataset } = await world();
  for (const person of [admin, member, viewer]) {
    for (const result of [
      await person.run(GetDatasetWhole, { id: dataset.id }),
      await person.run(ListDatasetsWhole, { first: 5 }),
    ]) {
      expect(result.extensions).toBeUndefined();
      expect(await entriesOf(result)).toEqual([]);
    }
  }
});

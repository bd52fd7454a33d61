import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  GetDatasetMembers,
  GetDatasetWhole,
  GetShareSettings,
  ListDatasets,
  ListDatasetsWhole,
  ListMembersTwice,
  PageMembers,
} from '../support/operations.js';
import { globalId, workspace, world, type Shared, type Workspace } from '../support/world.js';

describe('Dataset.members', () => {
  let here: Workspace;
  let admin: Actor;
  let dataset: Shared;

  beforeAll(async () => {
    here = await workspace();
    const people = await here.people(Array.from({ length: 7 }, (_, at) => ({ name: `P${at}` })));
    [admin] = people as [Actor];
    dataset = await here.dataset({
      members: people.map((user, at) => ({ user, role: at === 0 ? 'ADMIN' : 'VIEWER' })),
    });
    await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
  });

  const page = async (variables: {
    readonly first?: number;
    readonly last?: number;
    readonly after?: string | null;
    readonly before?: string | null;
  }) => {
    const result = await admin.run(PageMembers, { id: dataset.id, ...variables });
    expect(result).toSucceed();
    const members = result.data?.dataset?.members;
    if (!members) throw new Error('There is no page.');
    expect(members.totalCount).toBe(7);
    return { ids: members.edges.map(({ node }) => node.id), ...members };
  };

  test('are in the order in which they were added', async () => {
    expect((await page({})).ids).toEqual(dataset.memberIds);
    expect((await page({ last: 100 })).ids).toEqual(dataset.memberIds);
  });

  test.each([1, 3, 7])('pages of %i forwards repeat and lose nothing', async (first) => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { ids, pageInfo } = await page({ first, after });
      seen.push(...ids);
      expect(pageInfo.hasNextPage).toBe(seen.length < 7);
      ({ endCursor: after = null, hasNextPage: more } = pageInfo);
    }
    expect(seen).toEqual(dataset.memberIds);
  });

  test.each([1, 3, 7])('pages of %i backwards repeat and lose nothing', async (last) => {
    const seen: string[] = [];
    for (let before: string | null = null, more = true; more;) {
      const { ids, pageInfo } = await page({ last, before });
      seen.unshift(...ids);
      expect(pageInfo.hasPreviousPage).toBe(seen.length < 7);
      ({ startCursor: before = null, hasPreviousPage: more } = pageInfo);
    }
    expect(seen).toEqual(dataset.memberIds);
  });

  test('can be counted alone, or asked for nothing but their place', async () => {
    expect((await page({ first: 0 })).ids).toEqual([]);
    for (const [fields, expected] of [
      ['totalCount', { totalCount: 7 }],
      ['pageInfo { hasNextPage }', { pageInfo: { hasNextPage: true } }],
      ['edges { cursor }', { edges: [{ cursor: expect.any(String) }] }],
    ] as const) {
      const result = await admin.run(
        `{ dataset(id: "${dataset.id}") { members(first: 1) { ${fields} } } }`,
      );
      expect(result).toSucceed();
      expect(result.data).toEqual({ dataset: { members: expected } });
    }
  });

  test('can be asked for twice in one document', async () => {
    const result = await admin.run(ListMembersTwice, { first: 10 });
    expect(result).toSucceed();
    const node = result.data?.datasets?.edges.find(({ node: { id } }) => id === dataset.id)?.node;
    expect(node?.one?.edges.map((edge) => edge.node.id)).toEqual(dataset.memberIds.slice(0, 1));
    expect(node?.two?.edges.map((edge) => edge.node.id)).toEqual(dataset.memberIds.slice(0, 2));
    expect(node?.one?.totalCount).toBe(7);
  });

  test('come in pages of 100 at most, after cursors of their own list', async () => {
    const list = await admin.run(ListDatasets, { first: 1 });
    const foreign = list.data?.datasets?.edges[0]?.cursor;
    for (const variables of [
      { first: 101 },
      { first: -1 },
      { last: 101 },
      { last: -1 },
      { after: 'garbage' },
      { before: '' },
      { after: foreign },
    ]) {
      const result = await admin.run(PageMembers, { id: dataset.id, ...variables });
      expect(result).toFail('INVALID_INPUT');
    }
  });
});

describe('a field that is guarded', () => {
  test('is null for a Viewer with its denial at its place, and what stands beside it answers', async () => {
    const { viewer, dataset } = await world();
    const result = await viewer.run(GetDatasetWhole, { id: dataset.id });
    expect(result.data?.dataset).toEqual({
      id: dataset.id,
      name: 'Suppliers',
      description: '',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      createdBy: null,
      access: { role: 'VIEWER', via: 'DIRECT' },
      views: [],
      settings: null,
      shareSettings: null,
      members: null,
    });
    const refusals = Object.fromEntries(
      (result.errors ?? []).map(({ path, extensions }) => [path?.join('.'), extensions]),
    );
    const denied = (permission: string, rule: string) => ({
      code: 'FORBIDDEN',
      denial: {
        permission,
        rule,
        reason: 'ROLE_LACKS_PERMISSION',
        role: 'Viewer',
        missing: [permission],
        checks: [
          { step: 'ROLE', ok: false, fact: expect.any(String) },
          { step: 'ITEM_PERMISSION', ok: false, fact: expect.any(String) },
          { step: 'SUSPENSION', ok: true, fact: expect.any(String) },
          { step: 'TEAM_MEMBERSHIP', ok: false, fact: expect.any(String) },
        ],
        remedies: [expect.objectContaining({ kind: 'ASK_DATASET_ADMIN' })],
      },
    });
    expect(refusals).toEqual({
      'dataset.settings': denied('dataset:configure', 'dataset: Manage dataset settings'),
      'dataset.shareSettings': denied('dataset:share', 'dataset: Share dataset'),
      'dataset.members': denied('datasetMember:read', 'dataset: View members'),
    });
  });

  test('is null for a Member only where the table says so', async () => {
    const { member, dataset } = await world();
    const result = await member.run(GetDatasetWhole, { id: dataset.id });
    expect(result).toBeDenied({ missing: 'dataset:configure', role: 'Member' });
    expect(result.data?.dataset).toMatchObject({
      settings: null,
      shareSettings: { assignableRoles: ['MEMBER', 'VIEWER'] },
      members: { totalCount: 3 },
    });
  });

  test('answers an Admin', async () => {
    const { admin, dataset } = await world();
    const result = await admin.run(GetDatasetWhole, { id: dataset.id });
    expect(result).toSucceed();
    expect(result.data?.dataset).toMatchObject({
      settings: { exportPolicy: 'EVERY_ROLE' },
      shareSettings: {
        assignableRoles: ['ADMIN', 'MEMBER', 'VIEWER'],
        openedByOverride: false,
        isOrphaned: false,
      },
      members: { totalCount: 3 },
    });
  });

  test('is decided for each dataset of a list', async () => {
    const here = await workspace();
    const reader = await here.person({ role: 'ADMIN' });
    await here.datasets(
      (['ADMIN', 'MEMBER', 'VIEWER'] as const).map((role) => ({
        name: role,
        members: [{ user: reader, role }],
      })),
    );
    const result = await reader.run(ListDatasetsWhole, { first: 10 });
    const nodes = result.data?.datasets?.edges.map(({ node }) => ({
      name: node.name,
      settings: node.settings !== null,
      shareSettings: node.shareSettings !== null,
      members: node.members !== null,
    }));
    expect(nodes).toEqual([
      { name: 'ADMIN', settings: true, shareSettings: true, members: true },
      { name: 'MEMBER', settings: false, shareSettings: true, members: true },
      { name: 'VIEWER', settings: false, shareSettings: false, members: false },
    ]);
    expect(result.errors?.map(({ path }) => path?.join('.')).toSorted()).toEqual([
      'datasets.edges.1.node.settings',
      'datasets.edges.2.node.members',
      'datasets.edges.2.node.settings',
      'datasets.edges.2.node.shareSettings',
    ]);
  });

  test('never names other people in its denial', async () => {
    const { viewer, admin, member, dataset } = await world();
    const result = await viewer.run(GetDatasetWhole, { id: dataset.id });
    const refusals = JSON.stringify(result.errors);
    for (const { id, name, email } of [admin, member]) {
      expect(refusals).not.toContain(id);
      expect(refusals).not.toContain(name);
      expect(refusals).not.toContain(email);
    }
  });
});

describe('people in the list of members', () => {
  test('show their roles and status only to those who manage people', async () => {
    const here = await workspace();
    const [userAdmin, editor] = await here.people([{ role: 'USER_ADMIN' }, { role: 'EDITOR' }]);
    await here.dataset({
      members: [
        { user: userAdmin, role: 'ADMIN' },
        { user: editor, role: 'ADMIN' },
      ],
    });
    expect(await userAdmin.run(ListDatasetsWhole, { first: 1 })).toSucceed();
    const result = await editor.run(ListDatasetsWhole, { first: 1 });
    const path = 'datasets.edges.0.node.members.edges.0.node.grantee';
    // Their own are theirs to see.
    expect(result.errors?.map((error) => error.path?.join('.')).toSorted()).toEqual([
      `${path}.roles`,
      `${path}.status`,
    ]);
  });
});

test('whoever added a member or made the dataset is named also after being removed', async () => {
  const { admin, viewer, outsider, dataset } = await world();
  const { client } = await testDatabase();
  const { id } = outsider;
  await client.flow.update({ where: { id: dataset.rowId }, data: { createdById: id } });
  await client.flowMember.updateMany({
    where: { flowId: dataset.rowId, userId: viewer.id },
    data: { addedById: id },
  });
  await client.user.update({ where: { id }, data: { removedAt: new Date() } });
  const whole = await admin.run(GetDatasetWhole, { id: dataset.id });
  expect(whole.data?.dataset?.createdBy).toEqual({ id: globalId('User', id) });
  const { data } = await admin.run(GetDatasetMembers, { id: dataset.id });
  const adders = data?.dataset?.members?.edges.map(({ node }) => node.addedBy);
  expect(adders).toEqual([null, null, { name: outsider.name }]);
});

test('share settings offer nothing to whoever may not add anybody', async () => {
  const { superAdmin, dataset } = await world();
  const { data } = await superAdmin.run(GetShareSettings, { id: dataset.id });
  expect(data?.dataset?.shareSettings).toEqual({
    assignableRoles: [],
    openedByOverride: true,
    isOrphaned: false,
  });
});

test('members are hidden together with their dataset', async () => {
  const { outsider, dataset } = await world();
  await expect(await outsider.run(GetDatasetMembers, { id: dataset.id })).toBeHidden();
});

import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import {
  AddDatasetMember,
  AssumeDatasetRole,
  ChangeDatasetMemberRole,
  CreateDataset,
  CreateDatasetView,
  DeleteDatasetView,
  DescribeDataset,
  DuplicateDataset,
  LeaveDataset,
  MoveDatasetField,
  ReadHistory,
  RemoveDatasetField,
  RemoveDatasetMember,
  RemoveDatasetRows,
  RenameDataset,
  UpdateDatasetField,
  UpdateDatasetSettings,
  UpdateDatasetView,
} from '../support/operations.js';
import { addField, addRows, editRows, rowsIn, table, type FieldDraft } from '../support/table.js';
import { globalId, world, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT' },
  { name: 'Price', type: 'NUMBER' },
];

type Page = { first?: number; after?: string; last?: number; before?: string };

const ALL: Page = { first: 100 };

function read(reader: Actor, { id }: Pick<Shared, 'id'>, page: Page = ALL) {
  return reader.run(ReadHistory, { id, ...page });
}

async function historyOf(reader: Actor, dataset: Pick<Shared, 'id'>, page?: Page) {
  const { data } = await read(reader, dataset, page);
  return data?.dataset?.history?.edges.map(({ node }) => node) ?? [];
}

/** A value that changed, which is no cell. */
function value(name: string, before: unknown, after: unknown) {
  return { name, fieldId: null, before, after };
}

/** Only who acts is told apart here. */
const id = expect.any(String) as string;

describe('the history of a dataset', () => {
  test('tells of every kind of change, newest first, with what was before and after', async () => {
    const { admin, member, superAdmin } = await world();
    const made = await admin.run(CreateDataset, { input: { name: 'Goods' } });
    const datasetId = made.data?.createDataset?.dataset?.id ?? '';
    const dataset = { id: datasetId, rowId: '', name: 'Goods', memberIds: [] };
    const input = { datasetId };
    await admin.run(RenameDataset, { input: { ...input, name: 'Parts' } });
    await admin.run(DescribeDataset, { input: { ...input, description: 'All of them' } });
    await admin.run(UpdateDatasetSettings, { input: { ...input, printPolicy: 'NOBODY' } });
    const added = await addField(admin, dataset, { name: 'Name', type: 'TEXT' });
    const fieldId = added.data?.addDatasetField?.field?.id ?? '';
    await addField(admin, dataset, { name: 'Price', type: 'NUMBER' });
    await admin.run(UpdateDatasetField, { input: { ...input, fieldId, name: 'Title' } });
    await admin.run(MoveDatasetField, { input: { ...input, fieldId, position: 1 } });
    const granteeId = globalId('User', member.id);
    const invited = { ...input, granteeId, role: 'VIEWER' as const };
    await admin.run(AddDatasetMember, { input: invited });
    await superAdmin.run(AssumeDatasetRole, { input: { ...input, role: 'ADMIN' } });
    const { data } = await superAdmin.run<
      { dataset: { members: { edges: { node: { id: string } }[] } } },
      unknown
    >('query ($id: ID!) { dataset(id: $id) { members { edges { node { id } } } } }', {
      id: datasetId,
    });
    const [, membership, third] = data?.dataset.members.edges.map(({ node }) => node.id) ?? [];
    const memberId = membership ?? '';
    await admin.run(ChangeDatasetMemberRole, { input: { ...input, memberId, role: 'MEMBER' } });
    const [row] = rowsIn(await addRows(member, dataset, [{ name: 'Screws', price: '1.50' }]));
    const rowId = row?.id ?? '';
    await editRows(member, dataset, [{ id: rowId, version: 1, values: { name: null } }]);
    await member.run(RemoveDatasetRows, { input: { ...input, rows: [{ id: rowId }] } });
    const view = await member.run(CreateDatasetView, { input: { ...input, name: 'V' } });
    const viewId = view.data?.createDatasetView?.view?.id ?? '';
    await member.run(UpdateDatasetView, { input: { ...input, viewId, fields: ['price'] } });
    await member.run(DeleteDatasetView, { input: { ...input, viewId } });
    await member.run(LeaveDataset, { input });
    await admin.run(RemoveDatasetMember, { input: { ...input, memberId: third ?? '' } });
    await admin.run(DuplicateDataset, { input });
    await admin.run(RemoveDatasetField, { input: { ...input, fieldId } });

    const grantee = [value('grantee', 'User', 'User'), value('granteeId', granteeId, granteeId)];
    const gone = (whom: Actor, role: string) => [
      value('grantee', 'User', null),
      value('granteeId', globalId('User', whom.id), null),
      value('role', role, null),
    ];
    const cell = { name: 'Title', fieldId };
    const configuration = (fields: string[] | null) =>
      JSON.stringify({ filter: null, orderBy: [], fields });
    const expected: readonly (readonly [string, Actor, object[]])[] = [
      ['DATASET_CREATED', admin, [value('name', null, 'Goods'), value('description', null, '')]],
      ['DATASET_RENAMED', admin, [value('name', 'Goods', 'Parts')]],
      ['DATASET_DESCRIBED', admin, [value('description', '', 'All of them')]],
      ['DATASET_CONFIGURED', admin, [value('printPolicy', 'EVERY_ROLE', 'NOBODY')]],
      [
        'DATASET_FIELD_ADDED',
        admin,
        [
          value('field', null, 'Name'),
          value('type', null, 'TEXT'),
          value('isRequired', null, false),
          value('isUnique', null, false),
        ],
      ],
      [
        'DATASET_FIELD_ADDED',
        admin,
        [
          value('field', null, 'Price'),
          value('type', null, 'NUMBER'),
          value('isRequired', null, false),
          value('isUnique', null, false),
        ],
      ],
      ['DATASET_FIELD_UPDATED', admin, [value('field', 'Name', 'Title')]],
      ['DATASET_FIELD_MOVED', admin, [value('field', 'Title', 'Title'), value('position', 0, 1)]],
      [
        'DATASET_MEMBER_ADDED',
        admin,
        [
          value('grantee', null, 'User'),
          value('granteeId', null, granteeId),
          value('role', null, 'VIEWER'),
        ],
      ],
      ['DATASET_MEMBER_ROLE_ASSUMED', superAdmin, [value('role', null, 'ADMIN')]],
      ['DATASET_MEMBER_ROLE_CHANGED', admin, [...grantee, value('role', 'VIEWER', 'MEMBER')]],
      [
        'DATASET_ROW_ADDED',
        member,
        [
          { name: 'Price', fieldId: id, before: null, after: '1.5' },
          { ...cell, before: null, after: 'Screws' },
        ],
      ],
      ['DATASET_ROW_UPDATED', member, [{ ...cell, before: 'Screws', after: null }]],
      ['DATASET_ROW_REMOVED', member, [{ name: 'Price', fieldId: id, before: '1.5', after: null }]],
      ['DATASET_VIEW_CREATED', member, [value('view', null, 'V'), value('viewId', null, id)]],
      [
        'DATASET_VIEW_UPDATED',
        member,
        [
          value('view', 'V', 'V'),
          value('configuration', configuration(null), configuration(['price'])),
        ],
      ],
      ['DATASET_VIEW_DELETED', member, [value('view', 'V', null), value('viewId', id, null)]],
      ['DATASET_MEMBER_LEFT', member, gone(member, 'MEMBER')],
      ['DATASET_MEMBER_REMOVED', admin, gone(superAdmin, 'ADMIN')],
      [
        'DATASET_DUPLICATED',
        admin,
        [value('name', null, 'Copy of Parts'), value('copyId', null, id), value('rows', null, 0)],
      ],
      [
        'DATASET_FIELD_REMOVED',
        admin,
        [value('field', 'Title', null), value('type', 'TEXT', null)],
      ],
    ];
    const history = (await historyOf(admin, dataset)).toReversed();
    expect(history.map(({ action }) => action)).toEqual(expected.map(([action]) => action));
    for (const [at, [action, who, values]] of expected.entries()) {
      const isRow = action.startsWith('DATASET_ROW_');
      expect(history[at]).toMatchObject({
        action,
        rowId: isRow ? rowId : null,
        subject: { id: globalId('User', who.id), name: who.name },
        actor: { id: globalId('User', who.id) },
      });
      const told = history[at]?.values ?? [];
      expect(told).toHaveLength(values.length);
      expect(told).toEqual(expect.arrayContaining(values));
    }
  });

  test('keeps the names of the time, and people as the API names them', async () => {
    const { admin, member, dataset, fieldIds } = await table(
      [...FIELDS, { name: 'Who', type: 'USER' }],
      [{ name: 'a' }],
    );
    const input = { datasetId: dataset.id, fieldId: fieldIds['name'] ?? '' };
    await admin.run(UpdateDatasetField, { input: { ...input, name: 'Title' } });
    const who = globalId('User', member.id);
    await addRows(member, dataset, [{ name: 'b', who }]);
    await admin.run(RemoveDatasetField, { input });
    const history = await historyOf(admin, dataset);
    const rows = history.filter(({ action }) => action === 'DATASET_ROW_ADDED');
    const fieldId = input.fieldId;
    expect(rows.map(({ values }) => values)).toEqual([
      [
        { name: 'Title', fieldId, before: null, after: 'b' },
        { name: 'Who', fieldId: fieldIds['who'], before: null, after: who },
      ],
      [{ name: 'Name', fieldId, before: null, after: 'a' }],
    ]);
  });

  test('tells nothing of what was refused, of reads, or of other datasets', async () => {
    const { here, admin, viewer, superAdmin, dataset } = await table(FIELDS);
    await addRows(viewer, dataset, [{ name: 'a' }]);
    await addRows(admin, dataset, [{ price: 'x' }]);
    await addField(admin, dataset, { name: 'name', type: 'TEXT' });
    await read(superAdmin, dataset);
    const another = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    await addField(admin, another, { name: 'Other', type: 'TEXT' });
    await addRows(admin, another, [{ other: 'x' }]);
    const actions = (await historyOf(admin, dataset)).map(({ action }) => action);
    expect(actions).toEqual(['DATASET_FIELD_ADDED', 'DATASET_FIELD_ADDED']);
    expect(await historyOf(admin, another)).toHaveLength(2);
  });

  test('gives every change once, forwards and backwards', async () => {
    const { admin, dataset } = await table(FIELDS);
    for (const name of ['a', 'b', 'c']) {
      await addRows(admin, dataset, [{ name }, { name: `${name}2` }]);
      await admin.run(RenameDataset, { input: { datasetId: dataset.id, name } });
    }
    const whole = (await historyOf(admin, dataset)).map(({ id: each }) => each);
    expect(whole).toHaveLength(11);
    expect(whole).toEqual(whole.toSorted().toReversed());
    const forwards: string[] = [];
    for (let page: Page | undefined = { first: 4 }; page;) {
      const { data } = await read(admin, dataset, page);
      const { edges = [], totalCount, pageInfo } = data?.dataset?.history ?? {};
      expect(totalCount).toBe(11);
      forwards.push(...edges.map(({ node }) => node.id));
      page = pageInfo?.hasNextPage ? { first: 4, after: pageInfo.endCursor ?? '' } : undefined;
    }
    expect(forwards).toEqual(whole);
    const backwards: string[] = [];
    for (let before: string | undefined; backwards.length < 11;) {
      const { data } = await read(admin, dataset, {
        last: 4,
        ...(before !== undefined && { before }),
      });
      const edges = data?.dataset?.history?.edges ?? [];
      expect(edges).not.toEqual([]);
      backwards.unshift(...edges.map(({ node }) => node.id));
      before = edges[0]?.cursor ?? '';
    }
    expect(backwards).toEqual(whole);
    for (const after of ['', 'garbage', Buffer.from('[["id","x"]]').toString('base64url')]) {
      expect(await read(admin, dataset, { first: 1, after })).toFail('INVALID_INPUT');
    }
    expect(await read(admin, dataset, { first: 101 })).toFail('INVALID_INPUT');
  });

  test('is open to Admins, also by group, and to nobody else', async () => {
    const { here, admin, member, viewer, superAdmin, outsider, stranger, anonymous, dataset } =
      await table(FIELDS, [{ name: 'a' }]);
    expect(await historyOf(admin, dataset)).toHaveLength(3);
    for (const [who, role] of [
      [member, 'Member'],
      [viewer, 'Viewer'],
      [superAdmin, null],
    ] as const) {
      const result = await read(who, dataset);
      expect(result).toBeDenied({ missing: 'datasetHistory:read', role });
      expect(result.errors?.[0]?.path).toEqual(['dataset', 'history']);
      expect(result.data?.dataset).toEqual({ history: null });
    }
    await expect(await read(outsider, dataset)).toBeHidden();
    await expect(await read(stranger, dataset)).toBeHidden();
    expect(await read(anonymous, dataset)).toFail('UNAUTHENTICATED');
    const groupId = await here.group([outsider]);
    const shared = await here.dataset({ members: [{ groupId, role: 'ADMIN' }] });
    await addField(outsider, shared, { name: 'Name', type: 'TEXT' });
    expect(await historyOf(outsider, shared)).toHaveLength(1);
  });
});

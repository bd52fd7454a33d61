import { describe, expect, test } from 'vitest';

import type { Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  ListDatasetContents,
  ListFields,
  ListViews,
  ReadHistory,
  RemoveDatasetRows,
} from '../support/operations.js';
import { addRows, editRows, listRows, rowsIn, table, type FieldDraft } from '../support/table.js';
import { globalId, workspace } from '../support/world.js';

/** A list of what is in datasets takes no more statements than this, whatever its length. */
const MOST = 8;

/** A field of each kind that asks the database something when rows are written. */
const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT', isRequired: true },
  { name: 'Code', type: 'NUMBER', isUnique: true },
  { name: 'Who', type: 'USER' },
];

function asMany(many: Result, one: Result): void {
  expect(one).toSucceed();
  expect(many).toSucceed();
  expect(many).toTakeQueries(one.statements);
}

function asManyAtMost(many: Result, one: Result): void {
  asMany(many, one);
  expect(many.statements).toBeLessThanOrEqual(MOST);
}

function count<T>(length: number, make: (at: number) => T): T[] {
  return Array.from({ length }, (_, at) => make(at));
}

/** An Admin of so many datasets, each with as many fields, and views. */
async function adminOf(datasetCount: number, fieldCount: number) {
  const here = await workspace();
  const admin = await here.person();
  const members = [{ user: admin, role: 'ADMIN' as const }];
  const datasets = await here.datasets(count(datasetCount, () => ({ members })));
  const { client } = await testDatabase();
  const { accountId } = here;
  const fields = await client.datasetField.createManyAndReturn({
    data: datasets.flatMap(({ rowId: flowId }) =>
      count(fieldCount, (position) => ({
        accountId,
        flowId,
        position,
        key: `f${position}`,
        name: `F${position}`,
        nameKey: `f${position}`,
        type: 'TEXT' as const,
      })),
    ),
    select: { id: true, slot: true, flowId: true },
  });
  await client.datasetRow.createMany({
    data: fields.map(({ slot, flowId }) => ({ accountId, flowId, values: { [slot]: 'x' } })),
  });
  await client.datasetView.createMany({
    data: fields.map(({ id, flowId }) => ({
      accountId,
      flowId,
      name: 'V',
      createdById: admin.id,
      definition: { filter: { field: id, equals: 'x' }, fields: [id] },
    })),
  });
  return { admin, id: datasets[0]?.id ?? '' };
}

describe('as many statements for 100 as for 1 take', () => {
  test('fields, and views with their configuration', async () => {
    const [one, hundred] = [await adminOf(1, 1), await adminOf(1, 100)];
    const fields = await hundred.admin.run(ListFields, { id: hundred.id });
    expect(fields.data?.dataset?.fields).toHaveLength(100);
    asManyAtMost(fields, await one.admin.run(ListFields, { id: one.id }));
    const views = await hundred.admin.run(ListViews, { id: hundred.id });
    expect(views.data?.dataset?.views).toHaveLength(100);
    expect(views.data?.dataset?.views[99]?.configuration?.fields).toEqual(['f99']);
    asManyAtMost(views, await one.admin.run(ListViews, { id: one.id }));
  });

  test('datasets with their fields and rows', async () => {
    const [one, hundred] = [await adminOf(1, 1), await adminOf(100, 7)];
    const many = await hundred.admin.run(ListDatasetContents, { first: 100 });
    const [edge, ...others] = many.data?.datasets?.edges ?? [];
    expect(others).toHaveLength(99);
    expect(edge?.node.fields).toHaveLength(7);
    expect(edge?.node.rows?.totalCount).toBe(7);
    expect(edge?.node.rows?.edges).toHaveLength(5);
    asManyAtMost(many, await one.admin.run(ListDatasetContents, { first: 100 }));
  });

  test('rows, also filtered, ordered and through a view', async () => {
    const { here, viewer, admin, dataset } = await table(FIELDS, [{ name: 'a', code: -1 }]);
    const view = await here.view(dataset);
    const who = globalId('User', viewer.id);
    const selection = {
      first: 100,
      view,
      search: 'a',
      filter: { field: 'name', equals: 'a' },
      orderBy: [{ field: 'code' }],
    };
    const ones = [await listRows(viewer, dataset), await listRows(viewer, dataset, selection)];
    const rows = count(99, (code) => ({ name: 'a', code, who }));
    expect(await addRows(admin, dataset, rows)).toSucceed();
    const many = await listRows(viewer, dataset, { first: 100 });
    const selected = await listRows(viewer, dataset, selection);
    for (const [at, result] of [many, selected].entries()) {
      expect(result.data?.dataset?.rows?.edges).toHaveLength(100);
      const [plain, through] = ones;
      const one = at === 0 ? plain : through;
      if (!one) throw new Error('There are two.');
      asManyAtMost(result, one);
    }
  });

  test('entries of a history', async () => {
    const { admin, dataset } = await table([{ name: 'Name', type: 'TEXT' }]);
    const one = await admin.run(ReadHistory, { id: dataset.id, first: 1 });
    expect(one.data?.dataset?.history?.edges).toHaveLength(1);
    await addRows(
      admin,
      dataset,
      count(100, () => ({ name: 'a' })),
    );
    const many = await admin.run(ReadHistory, { id: dataset.id, first: 100 });
    expect(many.data?.dataset?.history?.edges).toHaveLength(100);
    asManyAtMost(many, one);
  });
});

test('as many statements for 500 rows as for 1 take adding, changing and removing', async () => {
  const { member, dataset } = await table(FIELDS);
  const who = globalId('User', member.id);
  const rows = count(501, (code) => ({ name: 'a', code, who }));
  const [added, addedMany] = [
    await addRows(member, dataset, rows.slice(0, 1)),
    await addRows(member, dataset, rows.slice(1)),
  ];
  asMany(addedMany, added);
  expect(rowsIn(addedMany)).toHaveLength(500);
  const edits = [...rowsIn(added), ...rowsIn(addedMany)].map(({ id, version }, at) => ({
    id,
    version,
    values: { code: 1000 + at, who: null },
  }));
  const changed = await editRows(member, dataset, edits.slice(0, 1));
  const changedMany = await editRows(member, dataset, edits.slice(1));
  asMany(changedMany, changed);
  expect(changedMany.data?.updateDatasetRows?.rows).toHaveLength(500);
  const named = edits.map(({ id }) => ({ id, version: 2 }));
  const remove = (some: typeof named) =>
    member.run(RemoveDatasetRows, { input: { datasetId: dataset.id, rows: some } });
  const [removed, removedMany] = [await remove(named.slice(0, 1)), await remove(named.slice(1))];
  asMany(removedMany, removed);
  expect(removedMany.data?.removeDatasetRows?.dataset?.rows?.totalCount).toBe(0);
});

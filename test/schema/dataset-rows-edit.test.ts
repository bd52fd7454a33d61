import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { RemoveDatasetRows } from '../support/operations.js';
import {
  addRows,
  editRows,
  endOf,
  refusalIn,
  rowsIn,
  rowsOf,
  storedValues,
  table,
  valuesOf,
  type FieldDraft,
} from '../support/table.js';
import { globalId } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT', isRequired: true },
  { name: 'Price', type: 'NUMBER' },
  { name: 'Colour', type: 'CHOICE', choices: ['Red', 'Green'], defaultValue: 'Red' },
];

const ROWS = [{ name: 'Screws', price: '1.50' }, { name: 'Nails' }];

describe('updateDatasetRows', () => {
  test('writes the cells that are given, empties those given as null, keeps the others', async () => {
    const { member, dataset, rowIds } = await table(FIELDS, ROWS);
    const [a = '', b = ''] = rowIds;
    const result = await editRows(member, dataset, [
      { id: b, version: 1, values: { price: '+02.50', colour: null } },
      { id: a, version: 1, values: { price: '' } },
    ]);
    expect(result).toSucceed();
    expect(result.data?.updateDatasetRows?.rows).toEqual([
      { id: b, version: 2, values: { name: 'Nails', price: '2.5', colour: null } },
      { id: a, version: 2, values: { name: 'Screws', price: null, colour: 'Red' } },
    ]);
    expect(await valuesOf(member, dataset, 'price')).toEqual([null, '2.5']);
    expect(await rowsOf(member, dataset)).toMatchObject([{ id: a }, { id: b }]);
  });

  test('leaves a row that stays as it is at its version, and its history', async () => {
    const { member, dataset, rowIds } = await table(FIELDS, ROWS);
    const [a = '', b = ''] = rowIds;
    const result = await editRows(member, dataset, [
      { id: a, version: 1, values: { price: '1.500' } },
      { id: b, version: 1, values: {} },
    ]);
    expect(result.data?.updateDatasetRows?.rows).toMatchObject([{ version: 1 }, { version: 1 }]);
    await expect(result).toHaveAudited({ outcome: 'SUCCEEDED', after: { rows: 0 } });
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, kind: 'UPDATED' as const };
    expect(await client.datasetRowChange.count({ where })).toBe(0);
  });

  test('edits 1,000 rows at once, and neither 0 nor 1,001, nor one twice', async () => {
    const { member, dataset } = await table(FIELDS);
    const many = Array.from({ length: 1000 }, (_, at) => ({ name: `${at}` }));
    const rows = rowsIn(await addRows(member, dataset, many));
    const edits = rows.map(({ id, version }, at) => ({ id, version, values: { price: at } }));
    const [edit] = edits;
    if (!edit) throw new Error('There are rows.');
    expect(await editRows(member, dataset, [])).toFail('INVALID_INPUT');
    const another = { ...edit, id: globalId('DatasetRow', uuidv7()) };
    expect(await editRows(member, dataset, [...edits, another])).toFail('INVALID_INPUT');
    expect(await editRows(member, dataset, [edit, edit])).toFail('INVALID_INPUT');
    const result = await editRows(member, dataset, edits);
    expect(result.data?.updateDatasetRows?.rows).toHaveLength(1000);
    const prices = (await storedValues(dataset)).map((values) => Object.values(values));
    expect(prices.every((values, at) => values.includes(String(at)))).toBe(true);
  });

  test('lists each cell that cannot hold its value, and writes nothing', async () => {
    const { member, stranger, dataset, rowIds } = await table(
      [...FIELDS, { name: 'Who', type: 'USER' }, { name: 'Code', type: 'TEXT', isUnique: true }],
      [...ROWS.map((row, at) => ({ ...row, code: `${at}` })), { name: 'Nuts' }],
    );
    const before = await rowsOf(member, dataset);
    const edit = (values: readonly object[]) =>
      editRows(
        member,
        dataset,
        values.map((each, at) => ({ id: rowIds[at] ?? '', version: 1, values: { ...each } })),
      );
    const result = await edit([
      { name: null, price: 'x' },
      { price: 5 },
      { who: globalId('User', stranger.id), colour: 'Blue', other: 1 },
    ]);
    expect(refusalIn(result)).toMatchObject({
      code: 'INVALID_CELLS',
      count: 5,
      cells: [
        { row: 0, field: 'price', reason: 'WRONG_TYPE' },
        { row: 0, field: 'name', reason: 'REQUIRED' },
        { row: 2, field: 'colour', reason: 'NOT_A_CHOICE' },
        { row: 2, field: 'other', reason: 'UNKNOWN_FIELD' },
        { row: 2, field: 'who', reason: 'NOT_A_USER' },
      ],
    });
    expect(refusalIn(await edit([{}, { price: 1 }, { code: '0' }]))).toMatchObject({
      code: 'INVALID_CELLS',
      cells: [{ row: 2, field: 'code', reason: 'TAKEN' }],
    });
    expect(await rowsOf(member, dataset)).toEqual(before);
  });

  test('lets rows swap unique values, and pass them on', async () => {
    const codes = [{ code: 'a' }, { code: 'b' }, { code: 'c' }];
    const { member, dataset, rowIds } = await table(
      [
        { name: 'Code', type: 'TEXT', isUnique: true },
        { name: 'Other', type: 'NUMBER', isUnique: true },
      ],
      codes,
    );
    const edit = (version: number, values: readonly (string | null)[]) =>
      editRows(
        member,
        dataset,
        values.map((code, at) => ({ id: rowIds[at] ?? '', version, values: { code } })),
      );
    expect(await edit(1, ['b', 'c', 'a'])).toSucceed();
    expect(await valuesOf(member, dataset, 'code')).toEqual(['b', 'c', 'a']);
    expect(await edit(2, ['x', 'x'])).toFail('INVALID_CELLS');
    expect(await edit(2, [null, 'b'])).toSucceed();
    expect(await valuesOf(member, dataset, 'code')).toEqual([null, 'b', 'a']);
    expect(await addRows(member, dataset, [{ code: 'c' }])).toSucceed();
    for (const code of ['a', 'b', 'c']) {
      expect(await addRows(member, dataset, [{ code }])).toFail('INVALID_CELLS');
    }
  });

  test('refuses rows that changed or are gone, as they are now, and writes nothing', async () => {
    const { here, admin, member, dataset, rowIds } = await table(FIELDS, [
      ...ROWS,
      { name: 'Nuts' },
    ]);
    const [a = '', b = '', c = ''] = rowIds;
    expect(
      await editRows(admin, dataset, [{ id: a, version: 1, values: { price: 9 } }]),
    ).toSucceed();
    const input = { datasetId: dataset.id, rows: [{ id: b }] };
    expect(await admin.run(RemoveDatasetRows, { input })).toSucceed();
    const another = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    const [elsewhere] = rowsIn(await addRows(admin, another, [{}]));
    const values = { name: 'Mine' };
    const stale = await editRows(member, dataset, [
      { id: c, version: 1, values },
      { id: a, version: 1, values },
      { id: b, version: 1, values },
      { id: elsewhere?.id ?? '', version: 1, values },
    ]);
    expect(refusalIn(stale)).toMatchObject({
      code: 'STALE_ROWS',
      rows: [
        { id: a, version: 2, values: { name: 'Screws', price: '9', colour: 'Red' } },
        { id: b, version: null, values: null },
        { id: elsewhere?.id, version: null, values: null },
      ],
    });
    await expect(stale).toHaveAudited({ outcome: 'REFUSED', code: 'STALE_ROWS' });
    expect(await valuesOf(member, dataset, 'name')).toEqual(['Screws', 'Nuts']);
    expect(await editRows(member, dataset, [{ id: a, version: 3, values }])).toFail('STALE_ROWS');
    expect(await editRows(member, dataset, [{ id: a, version: 2, values }])).toSucceed();
  });

  test('lets one of two people win who edit a row at the same time, and tells the other', async () => {
    const { admin, member, dataset, rowIds } = await table(FIELDS, ROWS);
    const [id = ''] = rowIds;
    for (let version = 1; version <= 8; version += 1) {
      const results = await Promise.all([
        editRows(admin, dataset, [{ id, version, values: { name: `Ada ${version}` } }]),
        editRows(member, dataset, [{ id, version, values: { name: `Mira ${version}` } }]),
      ]);
      expect(results.map(endOf).toSorted()).toEqual(['STALE_ROWS', 'SUCCESS']);
      const [winner, loser] = results.toSorted((one) => (one.errors ? 1 : -1));
      const name = winner?.data?.updateDatasetRows?.rows?.[0]?.values as { name: string };
      expect(loser && refusalIn(loser)).toMatchObject({
        rows: [{ id, version: version + 1, values: name }],
      });
    }
  });

  test('of many rows in different orders ends, and no two win the same row', async () => {
    const { admin, member, dataset, rows } = await table(
      FIELDS,
      Array.from({ length: 20 }, (_, at) => ({ name: `${at}` })),
    );
    const edits = rows.map(({ id, version }) => ({ id, version, values: { price: 7 } }));
    const results = await Promise.all([
      editRows(admin, dataset, edits),
      editRows(member, dataset, edits.toReversed()),
      editRows(admin, dataset, edits.toReversed()),
    ]);
    expect(results.map(endOf).toSorted()).toEqual(['STALE_ROWS', 'STALE_ROWS', 'SUCCESS']);
    const versions = (await rowsOf(admin, dataset)).map(({ version }) => version);
    expect(new Set(versions)).toEqual(new Set([2]));
  });

  test('refuses two rows that take each other’s unique value in two calls at the same time', async () => {
    const { admin, member, dataset, rowIds } = await table(
      [{ name: 'Code', type: 'TEXT', isUnique: true }],
      [{ code: 'a' }, { code: 'b' }],
    );
    const [a = '', b = ''] = rowIds;
    for (let round = 0; round < 3; round += 1) {
      const ends = await Promise.all([
        editRows(admin, dataset, [{ id: a, version: 1, values: { code: 'b' } }]),
        editRows(member, dataset, [{ id: b, version: 1, values: { code: 'a' } }]),
      ]);
      expect(ends.map(endOf)).toEqual(['INVALID_CELLS', 'INVALID_CELLS']);
    }
    expect(await valuesOf(admin, dataset, 'code')).toEqual(['a', 'b']);
  });

  test('lets one of two rows win that take a unique value at the same time', async () => {
    const { admin, member, dataset, rowIds } = await table(
      [{ name: 'Code', type: 'TEXT', isUnique: true }],
      [{}, {}],
    );
    const [a = '', b = ''] = rowIds;
    const ends = await Promise.all([
      editRows(admin, dataset, [{ id: a, version: 1, values: { code: 'x' } }]),
      editRows(member, dataset, [{ id: b, version: 1, values: { code: 'x' } }]),
    ]);
    expect(ends.map(endOf).toSorted()).toEqual(['INVALID_CELLS', 'SUCCESS']);
    expect((await valuesOf(admin, dataset, 'code')).filter(Boolean)).toEqual(['x']);
  });
});

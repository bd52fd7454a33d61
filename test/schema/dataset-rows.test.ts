import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { AddDatasetRows, RemoveDatasetRows } from '../support/operations.js';
import {
  addRows,
  editRows,
  endOf,
  listRows,
  refusalIn,
  rowsIn,
  rowsOf,
  storedValues,
  table,
  valuesOf,
  type AddedRow,
  type FieldDraft,
} from '../support/table.js';
import { globalId, workspace, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT', isRequired: true },
  { name: 'Price', type: 'NUMBER' },
];

const ROWS = [{ name: 'Screws', price: '1.50' }, { name: 'Nails' }];

type Removal = { readonly id: string; readonly version?: number };

function remove(who: Actor, { id }: Shared, rows: readonly Removal[]) {
  return who.run(RemoveDatasetRows, { input: { datasetId: id, rows: [...rows] } });
}

interface Case {
  readonly name: string;
  readonly action: string;
  readonly audited: object;
  readonly run: (who: Actor, dataset: Shared, row: AddedRow) => Promise<Result>;
}

const CASES: readonly Case[] = [
  {
    name: 'addDatasetRows',
    action: 'datasetRow.added',
    audited: { before: null, after: { rows: 2 } },
    run: (who, dataset) => addRows(who, dataset, [{ name: 'Nuts' }, { name: 'Bolts' }]),
  },
  {
    name: 'updateDatasetRows',
    action: 'datasetRow.updated',
    audited: { before: null, after: { rows: 1 } },
    run: (who, dataset, { id, version }) =>
      editRows(who, dataset, [{ id, version, values: { name: 'Other' } }]),
  },
  {
    name: 'removeDatasetRows',
    action: 'datasetRow.removed',
    audited: { before: { rows: 1 }, after: null },
    run: (who, dataset, { id, version }) => remove(who, dataset, [{ id, version }]),
  },
];

function first(rows: readonly AddedRow[]): AddedRow {
  const [row] = rows;
  if (!row) throw new Error('There is no row.');
  return row;
}

describe.each(CASES)('$name', ({ action, audited, run }) => {
  test('allows an Admin and a Member, also by group', async () => {
    const { here, admin, member, outsider, dataset, rows } = await table(FIELDS, ROWS);
    expect(await run(admin, dataset, first(rows))).toSucceed();
    const added = first(rowsIn(await addRows(member, dataset, [{ name: 'Mine' }])));
    const before = await rowsOf(admin, dataset);
    expect(await run(member, dataset, added)).toSucceed();
    expect(await rowsOf(admin, dataset)).not.toEqual(before);
    const groupId = await here.group([outsider]);
    const { client } = await testDatabase();
    const { accountId } = here;
    await client.flowMember.create({
      data: { accountId, flowId: dataset.rowId, groupId, role: 'MEMBER' },
    });
    const another = first(rowsIn(await addRows(admin, dataset, [{ name: 'More' }])));
    const result = await run(outsider, dataset, another);
    expect(result).toSucceed();
    await expect(result).toHaveAudited({ action, via: 'GROUP' });
  });

  test('denies a Viewer and a Super Admin without a role, and changes nothing', async () => {
    const { admin, viewer, superAdmin, dataset, rows } = await table(FIELDS, ROWS);
    const before = await rowsOf(admin, dataset);
    const missing = 'datasetRow:write';
    expect(await run(viewer, dataset, first(rows))).toBeDenied({ missing, role: 'Viewer' });
    expect(await run(superAdmin, dataset, first(rows))).toBeDenied({ missing, role: null });
    expect(await rowsOf(admin, dataset)).toEqual(before);
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset, rows } = await table(FIELDS, ROWS);
    await expect(await run(outsider, dataset, first(rows))).toBeHidden();
    await expect(await run(stranger, dataset, first(rows))).toBeHidden();
    expect(await run(anonymous, dataset, first(rows))).toFail('UNAUTHENTICATED');
  });

  test('audits', async () => {
    const { member, viewer, dataset, rows } = await table(FIELDS, ROWS);
    const target = { action, targetType: 'Dataset', targetId: dataset.rowId };
    await expect(await run(viewer, dataset, first(rows))).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['datasetRow:write'] }),
    });
    await expect(await run(member, dataset, first(rows))).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: member.id,
      via: 'DIRECT',
      ...audited,
    });
  });
});

describe('the rows of a dataset', () => {
  test('are shown to everybody who sees it, in the order in which they were added', async () => {
    const { admin, member, viewer, superAdmin, outsider, dataset, rows } = await table(
      FIELDS,
      ROWS,
    );
    expect(rows).toEqual([
      { id: expect.any(String), version: 1, values: { name: 'Screws', price: '1.5' } },
      { id: expect.any(String), version: 1, values: { name: 'Nails', price: null } },
    ]);
    const times = { createdAt: expect.any(String), updatedAt: expect.any(String) };
    for (const reader of [admin, member, viewer, superAdmin]) {
      expect(await rowsOf(reader, dataset)).toEqual(rows.map((row) => ({ ...row, ...times })));
    }
    await expect(await listRows(outsider, dataset)).toBeHidden();
  });

  test('a Super Admin reads and filters by override, each marked and audited', async () => {
    const { superAdmin, viewer, dataset } = await table(FIELDS, ROWS);
    const filtered = ['dataset:read', 'datasetRow:filter'];
    const filter = { field: 'price', isEmpty: false };
    for (const [selection, permissions] of [
      [{}, ['dataset:read']],
      [{ search: '', orderBy: [] }, ['dataset:read']],
      [{ filter }, filtered],
      [{ search: 'screws' }, filtered],
      [{ search: '', orderBy: [{ field: 'name' }] }, filtered],
    ] as const) {
      const { orderBy, ...others } = selection as { orderBy?: { field: string }[] };
      const result = await listRows(superAdmin, dataset, {
        ...others,
        ...(orderBy && { orderBy: orderBy.map(({ field }) => ({ field })) }),
      });
      const via = 'SUPER_ADMIN_OVERRIDE';
      expect(result).toSucceed();
      expect(result.extensions?.['overrides']).toEqual([{ dataset: dataset.id, permissions, via }]);
      await expect(result).toHaveAudited({
        action: 'dataset.overridden',
        targetId: dataset.rowId,
        after: { permissions: permissions.join(' ') },
        via,
      });
    }
    const byRole = await listRows(viewer, dataset, { filter });
    expect(byRole.extensions?.['overrides']).toBeUndefined();
  });
});

describe('addDatasetRows', () => {
  test('keeps text exactly: long, emoji, right to left, markup', async () => {
    const { member, dataset } = await table(FIELDS);
    const names = [
      'x'.repeat(10_000),
      '👩‍👩‍👧‍👦 🏳️‍🌈',
      'שלום \u202Bعالم\u202C',
      'e\u0301',
      '<b>&"\'\\n\t',
      ' ',
    ];
    const rows = rowsIn(
      await addRows(
        member,
        dataset,
        names.map((name) => ({ name })),
      ),
    );
    expect(rows.map(({ values }) => values['name'])).toEqual(names);
    expect(await valuesOf(member, dataset, 'name')).toEqual(names);
  });

  test('adds up to 1,000 rows at once, and neither 0 nor 1,001', async () => {
    const { member, dataset } = await table(FIELDS);
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `${at}` }));
    expect(await addRows(member, dataset, [])).toFail('INVALID_INPUT');
    expect(await addRows(member, dataset, many(1001))).toFail('INVALID_INPUT');
    expect(await storedValues(dataset)).toEqual([]);
    const result = await addRows(member, dataset, many(1000));
    expect(rowsIn(result).map(({ values }) => values['name'])).toEqual(
      many(1000).map(({ name }) => name),
    );
    expect(result.data?.addDatasetRows?.dataset?.rows?.totalCount).toBe(1000);
    const { client } = await testDatabase();
    expect(await client.datasetRowChange.count({ where: { flowId: dataset.rowId } })).toBe(1000);
  });

  test('lists each cell that cannot hold its value, and writes nothing', async () => {
    const { admin, member, dataset } = await table(
      [
        ...FIELDS,
        { name: 'Colour', type: 'CHOICE', choices: ['Red'] },
        { name: 'Who', type: 'USER' },
        { name: 'Code', type: 'TEXT', isUnique: true },
      ],
      [{ name: 'There', code: 'a' }],
    );
    const result = await addRows(member, dataset, [
      { name: 'Good' },
      {},
      { name: null, price: 'twelve' },
      { name: 12, colour: 'red' },
      { name: 'x'.repeat(10_001), who: 'Ada', missing: 1 },
      { name: 'a\0', price: '9'.repeat(61) },
      JSON.parse('{"name": "a", "__proto__": 1, "constructor": 2}') as Record<string, unknown>,
    ]);
    const { code, count, cells } = refusalIn(result) as {
      code: string;
      count: number;
      cells: object[];
    };
    expect({ code, count }).toEqual({ code: 'INVALID_CELLS', count: 12 });
    expect(cells).toEqual(
      [
        [1, 'name', 'REQUIRED'],
        [2, 'price', 'WRONG_TYPE'],
        [2, 'name', 'REQUIRED'],
        [3, 'name', 'WRONG_TYPE'],
        [3, 'colour', 'NOT_A_CHOICE'],
        [4, 'name', 'TOO_LONG'],
        [4, 'who', 'NOT_A_USER'],
        [4, 'missing', 'UNKNOWN_FIELD'],
        [5, 'name', 'NOT_STORABLE'],
        [5, 'price', 'TOO_LONG'],
        [6, '__proto__', 'UNKNOWN_FIELD'],
        [6, 'constructor', 'UNKNOWN_FIELD'],
      ].map(([row, field, reason]) => ({ row, field, reason, message: expect.any(String) })),
    );
    const taken = await addRows(member, dataset, [
      { name: 'b', code: 'b' },
      { name: 'a', code: 'a' },
    ]);
    expect(refusalIn(taken)).toMatchObject({ cells: [{ row: 1, field: 'code', reason: 'TAKEN' }] });
    await expect(taken).toHaveAudited({ outcome: 'REFUSED', code: 'INVALID_CELLS' });
    expect(await valuesOf(admin, dataset, 'name')).toEqual(['There']);
    const { client } = await testDatabase();
    expect(await client.datasetRowChange.count({ where: { flowId: dataset.rowId } })).toBe(1);
  });

  test('counts all the cells that are wrong, and lists a hundred', async () => {
    const { member, dataset } = await table(FIELDS);
    const result = await addRows(
      member,
      dataset,
      Array.from({ length: 150 }, () => ({})),
    );
    const { count, cells } = refusalIn(result);
    expect(count).toBe(150);
    expect(cells).toHaveLength(100);
  });

  test('refuses values that repeat in a unique field, in one call and in two at once', async () => {
    const { admin, member, dataset } = await table([
      { name: 'Code', type: 'NUMBER', isUnique: true },
    ]);
    const twice = await addRows(member, dataset, [{ code: '1' }, { code: '2' }, { code: '1.0' }]);
    const { cells } = refusalIn(twice) as { cells: { row: number }[] };
    expect(cells).toMatchObject([{ field: 'code', reason: 'TAKEN' }]);
    expect([0, 2]).toContain(cells[0]?.row);
    expect(await addRows(member, dataset, [{}, {}, { code: null }])).toSucceed();
    for (let round = 0; round < 5; round += 1) {
      const codes = [{ code: `${round}1` }, { code: `${round}2` }];
      const races = [addRows(admin, dataset, codes), addRows(member, dataset, codes.toReversed())];
      const ends = (await Promise.all(races)).map(endOf);
      expect(ends.toSorted()).toEqual(['INVALID_CELLS', 'SUCCESS']);
    }
    expect(await storedValues(dataset)).toHaveLength(3 + 5 * 2);
  });

  test('takes only people of the account, and tells nothing of others', async () => {
    const { here, member, outsider, stranger, dataset } = await table([
      { name: 'Who', type: 'USER' },
    ]);
    const suspended = await here.person({ suspended: true });
    const people = [outsider, suspended].map(({ id }) => ({ who: globalId('User', id) }));
    expect(await addRows(member, dataset, people)).toSucceed();
    expect(await valuesOf(member, dataset)).toEqual(people);
    const elsewhere = await workspace();
    const removed = await here.person();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: removed.id }, data: { removedAt: new Date() } });
    const answers = new Set<string>();
    for (const id of [
      stranger.id,
      (await elsewhere.person()).id,
      removed.id,
      '01890a5d-ac96-774b-bcce-b302099a8057',
    ]) {
      const result = await addRows(member, dataset, [{ who: globalId('User', id) }]);
      expect(refusalIn(result)).toMatchObject({
        cells: [{ row: 0, field: 'who', reason: 'NOT_A_USER' }],
      });
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
  });

  test('shows its rows with a field that the same document added', async () => {
    const { admin, dataset } = await table(FIELDS);
    const rows = 'rows: [{ name: "a" }]';
    const { data } = await admin.run<Record<string, unknown>, unknown>(
      `mutation ($id: ID!) {
        one: addDatasetRows(input: { datasetId: $id, ${rows} }) { rows { values } }
        addDatasetField(input: { datasetId: $id, name: "New", type: TEXT, defaultValue: "d" }) { field { key } }
        two: addDatasetRows(input: { datasetId: $id, ${rows} }) { rows { values } }
      }`,
      { id: dataset.id },
    );
    expect(data?.['one']).toEqual({ rows: [{ values: { name: 'a', price: null } }] });
    expect(data?.['two']).toEqual({ rows: [{ values: { name: 'a', price: null, new: 'd' } }] });
  });

  test('refuses rows that are no objects', async () => {
    const { member, dataset } = await table(FIELDS);
    for (const row of [1, 'a', null, ['a']]) {
      const variables = { input: { datasetId: dataset.id, rows: [row] } };
      const result = await member.run(String(AddDatasetRows), variables);
      expect(result).toFail('BAD_REQUEST');
    }
  });
});

describe('removeDatasetRows', () => {
  test('removes what is named, and frees its unique values', async () => {
    const { member, dataset, rowIds } = await table(
      [{ name: 'Code', type: 'TEXT', isUnique: true }],
      [{ code: 'a' }, { code: 'b' }, { code: 'c' }],
    );
    const [a = '', , c = ''] = rowIds;
    const result = await remove(member, dataset, [{ id: c, version: 1 }, { id: a }]);
    expect(result.data?.removeDatasetRows).toEqual({
      removedIds: [c, a],
      dataset: { rows: { totalCount: 1 } },
    });
    expect(await addRows(member, dataset, [{ code: 'a' }])).toSucceed();
    expect(await valuesOf(member, dataset, 'code')).toEqual(['b', 'a']);
  });

  test('refuses rows that changed or are gone, as they are now, and removes nothing', async () => {
    const { here, admin, member, dataset, rowIds } = await table(FIELDS, ROWS);
    const [a = '', b = ''] = rowIds;
    await editRows(member, dataset, [{ id: a, version: 1, values: { price: 9 } }]);
    const another = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    const { data } = await addRows(admin, another, [{}]);
    const elsewhere = data?.addDatasetRows?.rows?.[0]?.id ?? '';
    const garbage = globalId('DatasetRow', '00000000-0000-0000-0000-000000000000');
    const stale = await remove(member, dataset, [
      { id: a, version: 1 },
      { id: b },
      { id: elsewhere },
      { id: 'x' },
    ]);
    expect(refusalIn(stale)).toMatchObject({
      code: 'STALE_ROWS',
      rows: [
        { id: a, version: 2, values: { name: 'Screws', price: '9' } },
        { id: elsewhere, version: null, values: null },
        { id: garbage, version: null, values: null },
      ],
    });
    expect(await storedValues(dataset)).toHaveLength(2);
    expect(await storedValues(another)).toHaveLength(1);
    expect(await remove(member, dataset, [{ id: a }, { id: a }])).toFail('INVALID_INPUT');
    expect(await remove(member, dataset, [])).toFail('INVALID_INPUT');
    expect(
      await remove(
        member,
        dataset,
        Array.from({ length: 1001 }, () => ({ id: globalId('DatasetRow', uuidv7()) })),
      ),
    ).toFail('INVALID_INPUT');
    await expect(stale).toHaveAudited({ outcome: 'REFUSED', code: 'STALE_ROWS' });
  });
});

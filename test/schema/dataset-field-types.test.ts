import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import type { FieldType } from '../support/generated/graphql.js';
import { CreateDatasetView, RemoveDatasetRows, UpdateDatasetField } from '../support/operations.js';
import {
  addRows,
  fieldsOf,
  listRows,
  refusalIn,
  rowsIn,
  rowsOf,
  table,
  valuesOf,
} from '../support/table.js';
import { globalId, type Shared } from '../support/world.js';

function update(who: Actor, { id }: Shared, fieldId: string | undefined, change: object) {
  return who.run(UpdateDatasetField, {
    input: { datasetId: id, fieldId: fieldId ?? '', ...change },
  });
}

/** What of one type becomes of another: the values that convert with what they become, and those that do not. */
type Conversion = readonly [
  FieldType,
  readonly (readonly [unknown, unknown])[],
  readonly unknown[],
];

const LONG = 'x'.repeat(10_001);
const CHOICES = ['Red', '1', 'true', '2026-11-21', '2026-11-21T10:00:00.000Z', 'a@b.de'];

const TEXTS: readonly Conversion[] = [
  [
    'NUMBER',
    [
      [' +1.50 ', '1.5'],
      ['1e3', '1000'],
      ['-0', '0'],
    ],
    ['twelve', '1,5', ' '],
  ],
  [
    'BOOLEAN',
    [
      ['Yes', true],
      ['0', false],
    ],
    ['maybe', '2'],
  ],
  ['DATE', [[' 2024-02-29 ', '2024-02-29']], ['2023-02-29', '29.02.2024']],
  ['DATE_TIME', [['2026-11-21T11:00+01:00', '2026-11-21T10:00:00.000Z']], ['2026-11-21']],
  ['CHOICE', [['Red', 'Red']], ['red', ' Red']],
  ['EMAIL', [[' a@b.de ', 'a@b.de']], ['ada', 'ada@b']],
  ['USER', [], [globalId('User', '01890a5d-ac96-774b-bcce-b302099a8057')]],
];

const same = (...values: unknown[]) => values.map((value) => [value, value] as const);

const CONVERSIONS: Readonly<Record<FieldType, readonly Conversion[]>> = {
  TEXT: [['LONG_TEXT', same('a', ' b\n'), []], ...TEXTS],
  LONG_TEXT: [['TEXT', same('a', ' b\n'), [LONG]], ...TEXTS],
  NUMBER: [
    ['TEXT', same('1.5', '-1000'), []],
    ['LONG_TEXT', same('1.5'), []],
    [
      'BOOLEAN',
      [
        ['1', true],
        ['0', false],
      ],
      ['2', '0.5'],
    ],
    ['DATE', [], ['20261121']],
    ['DATE_TIME', [], ['2026']],
    ['CHOICE', same('1'), ['2']],
    ['EMAIL', [], ['1']],
    ['USER', [], ['1']],
  ],
  BOOLEAN: [
    [
      'TEXT',
      [
        [true, 'true'],
        [false, 'false'],
      ],
      [],
    ],
    [
      'LONG_TEXT',
      [
        [true, 'true'],
        [false, 'false'],
      ],
      [],
    ],
    ['NUMBER', [], [true, false]],
    ['DATE', [], [true]],
    ['DATE_TIME', [], [true]],
    ['CHOICE', [[true, 'true']], [false]],
    ['EMAIL', [], [true]],
    ['USER', [], [true]],
  ],
  DATE: [
    ['TEXT', same('2026-11-21'), []],
    ['LONG_TEXT', same('2026-11-21'), []],
    ['NUMBER', [], ['2026-11-21']],
    ['BOOLEAN', [], ['2026-11-21']],
    ['DATE_TIME', [], ['2026-11-21']],
    ['CHOICE', same('2026-11-21'), ['2026-11-22']],
    ['EMAIL', [], ['2026-11-21']],
    ['USER', [], ['2026-11-21']],
  ],
  DATE_TIME: [
    ['TEXT', same('2026-11-21T10:00:00.000Z'), []],
    ['LONG_TEXT', same('2026-11-21T10:00:00.000Z'), []],
    ['NUMBER', [], ['2026-11-21T10:00:00.000Z']],
    ['BOOLEAN', [], ['2026-11-21T10:00:00.000Z']],
    ['DATE', [], ['2026-11-21T00:00:00.000Z']],
    ['CHOICE', same('2026-11-21T10:00:00.000Z'), ['2026-11-21T10:00:00.001Z']],
    ['EMAIL', [], ['2026-11-21T10:00:00.000Z']],
    ['USER', [], ['2026-11-21T10:00:00.000Z']],
  ],
  CHOICE: [
    ['TEXT', same('Red', '1'), []],
    ['LONG_TEXT', same('Red', '1'), []],
    ['NUMBER', [['1', '1']], ['Red']],
    [
      'BOOLEAN',
      [
        ['1', true],
        ['true', true],
      ],
      ['Red'],
    ],
    ['DATE', same('2026-11-21'), ['Red']],
    ['DATE_TIME', same('2026-11-21T10:00:00.000Z'), ['Red']],
    ['EMAIL', same('a@b.de'), ['Red']],
    ['USER', [], ['Red']],
  ],
  EMAIL: [
    ['TEXT', same('a@b.de', 'A@B.de'), []],
    ['LONG_TEXT', same('a@b.de'), []],
    ['NUMBER', [], ['a@b.de']],
    ['BOOLEAN', [], ['a@b.de']],
    ['DATE', [], ['a@b.de']],
    ['DATE_TIME', [], ['a@b.de']],
    ['CHOICE', same('a@b.de'), ['A@b.de']],
    ['USER', [], ['a@b.de']],
  ],
  // The person is the one who writes.
  USER: (
    ['TEXT', 'LONG_TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'DATE_TIME', 'CHOICE', 'EMAIL'] as const
  ).map((type) => [type, [], ['me']]),
};

describe.each(Object.keys(CONVERSIONS) as FieldType[])('a field of the type %s', (from) => {
  test.each(CONVERSIONS[from])('becomes %s', async (type, converts, others) => {
    const choices = (of: FieldType) => (of === 'CHOICE' ? { choices: CHOICES } : {});
    const { admin, dataset, fieldIds } = await table([
      { name: 'A', type: from, ...choices(from) },
      { name: 'B', type: 'TEXT' },
    ]);
    const me = globalId('User', admin.id);
    const cells = (values: readonly unknown[]) =>
      values.map((value) => ({ a: value === 'me' ? me : value, b: 'stays' }));
    const good = await addRows(admin, dataset, [{}, ...cells(converts.map(([value]) => value))]);
    expect(good).toSucceed();
    const change = { type, ...choices(type) };
    if (others.length > 0) {
      const bad = rowsIn(await addRows(admin, dataset, cells(others)));
      expect(bad).toHaveLength(others.length);
      const before = [await rowsOf(admin, dataset), await fieldsOf(admin, dataset)];
      const refused = await update(admin, dataset, fieldIds['a'], change);
      const shown = bad.map(({ values }) => values['a']);
      expect(refusalIn(refused)).toMatchObject({
        code: 'ROWS_IN_THE_WAY',
        rows: bad.map(({ id }, at) => ({ id, value: shown[at] })),
        hasMore: false,
      });
      expect([await rowsOf(admin, dataset), await fieldsOf(admin, dataset)]).toEqual(before);
      const rows = bad.map(({ id }) => ({ id }));
      await admin.run(RemoveDatasetRows, { input: { datasetId: dataset.id, rows } });
    }
    const changed = await update(admin, dataset, fieldIds['a'], change);
    expect(changed).toSucceed();
    expect(changed.data?.updateDatasetField?.field).toMatchObject({ key: 'a', type });
    expect(await valuesOf(admin, dataset, 'a')).toEqual([
      null,
      ...converts.map(([, becomes]) => becomes),
    ]);
    expect((await valuesOf(admin, dataset, 'b')).slice(1)).toEqual(converts.map(() => 'stays'));
    const [, filled] = converts[0] ?? [];
    if (filled === undefined) return;
    const filter = { field: 'a', equals: filled };
    expect(await valuesOf(admin, dataset, 'a', { filter })).toContain(filled);
  });
});

describe('a field of another type', () => {
  test('loses its default, unless it is given one', async () => {
    const { admin, dataset, fieldIds } = await table([
      { name: 'A', type: 'TEXT', defaultValue: '1' },
      { name: 'B', type: 'TEXT', defaultValue: '1' },
      { name: 'C', type: 'TEXT', defaultValue: 'x' },
    ]);
    await update(admin, dataset, fieldIds['a'], { type: 'NUMBER' });
    await update(admin, dataset, fieldIds['b'], { type: 'NUMBER', defaultValue: '+2.0' });
    await update(admin, dataset, fieldIds['c'], { type: 'TEXT' });
    const fields = await fieldsOf(admin, dataset);
    expect(fields.map(({ defaultValue }) => defaultValue)).toEqual([null, '2', 'x']);
  });

  test('stays unique, and what becomes equal is in the way', async () => {
    const { admin, dataset, fieldIds } = await table(
      [{ name: 'A', type: 'TEXT', isUnique: true }],
      [{ a: '1.0' }, { a: '1.00' }, { a: '2' }],
    );
    const refused = await update(admin, dataset, fieldIds['a'], { type: 'NUMBER' });
    expect(refusalIn(refused)).toMatchObject({ code: 'ROWS_IN_THE_WAY', rows: [{ value: '1' }] });
    const [, second] = await rowsOf(admin, dataset);
    const rows = [{ id: second?.id ?? '' }];
    await admin.run(RemoveDatasetRows, { input: { datasetId: dataset.id, rows } });
    expect(await update(admin, dataset, fieldIds['a'], { type: 'NUMBER' })).toSucceed();
    expect(refusalIn(await addRows(admin, dataset, [{ a: '2.00' }]))).toMatchObject({
      code: 'INVALID_CELLS',
      cells: [{ row: 0, field: 'a', reason: 'TAKEN' }],
    });
  });

  test('leaves views, unless it holds text before and after', async () => {
    const { admin, dataset, fieldIds } = await table(
      [
        { name: 'A', type: 'TEXT' },
        { name: 'B', type: 'TEXT' },
      ],
      [{ a: '1', b: 'x@y.zz' }],
    );
    const view = async (filter: object, field: string) => {
      const input = { datasetId: dataset.id, name: 'V', filter, orderBy: [{ field }] };
      const { data } = await admin.run(CreateDatasetView, { input });
      return data?.createDatasetView?.view?.id ?? '';
    };
    const numbers = await view({ field: 'a', contains: 'nothing' }, 'a');
    const addresses = await view({ field: 'b', equals: 'no address' }, 'b');
    expect(await valuesOf(admin, dataset, 'a', { view: numbers })).toEqual([]);
    expect(await update(admin, dataset, fieldIds['a'], { type: 'NUMBER' })).toSucceed();
    expect(await update(admin, dataset, fieldIds['b'], { type: 'EMAIL' })).toSucceed();
    expect(await valuesOf(admin, dataset, 'a', { view: numbers })).toEqual(['1']);
    const through = await listRows(admin, dataset, { view: addresses });
    expect(through).toSucceed();
    expect(through.data?.dataset?.rows?.totalCount).toBe(0);
  });

  test('lists at most a hundred rows, and says that there are more', async () => {
    const { admin, dataset, fieldIds } = await table([{ name: 'A', type: 'TEXT' }]);
    for (const [count, hasMore] of [
      [100, false],
      [1, true],
    ] as const) {
      await addRows(
        admin,
        dataset,
        Array.from({ length: count }, () => ({ a: 'x' })),
      );
      const refused = await update(admin, dataset, fieldIds['a'], { type: 'DATE' });
      const { rows, hasMore: more } = refusalIn(refused);
      expect(rows).toHaveLength(100);
      expect(more).toBe(hasMore);
    }
  });

  test('converts more rows than one batch holds', async () => {
    const { here, admin, dataset, fieldIds } = await table(
      [{ name: 'A', type: 'TEXT' }],
      [{ a: '1' }],
    );
    const { client } = await testDatabase();
    const { slot } = await client.datasetField.findFirstOrThrow({
      where: { flowId: dataset.rowId },
    });
    await client.datasetRow.createMany({
      data: Array.from({ length: 5_500 }, () => ({
        accountId: here.accountId,
        flowId: dataset.rowId,
        values: { [slot]: '01' },
      })),
    });
    expect(await update(admin, dataset, fieldIds['a'], { type: 'NUMBER' })).toSucceed();
    const filter = { field: 'a', equals: '1' };
    const { data } = await listRows(admin, dataset, { filter, first: 0 });
    expect(data?.dataset?.rows?.totalCount).toBe(5_501);
  });
});

describe('updateDatasetField', () => {
  test('keeps what is not given or null, except that no default is none', async () => {
    const design = {
      helpText: 'Help',
      isRequired: true,
      isUnique: false,
      choices: ['a', 'b'],
      defaultValue: 'a',
    };
    const { admin, dataset, fieldIds } = await table([{ name: 'A', type: 'CHOICE', ...design }]);
    const after = async (change: object) => {
      const { data } = await update(admin, dataset, fieldIds['a'], change);
      return data?.updateDatasetField?.field;
    };
    const field = {
      id: fieldIds['a'],
      key: 'a',
      name: 'A',
      type: 'CHOICE',
      position: 0,
      ...design,
    };
    expect(await after({})).toEqual(field);
    const nothing = { name: null, type: null, helpText: null, isRequired: null, choices: null };
    expect(await after({ ...nothing, isUnique: null })).toEqual(field);
    expect(await after({ name: 'B', helpText: '' })).toEqual({ ...field, name: 'B', helpText: '' });
    expect(await after({ choices: ['b', 'a', 'c', 'a'] })).toMatchObject({
      choices: ['b', 'a', 'c'],
    });
    expect(await after({ defaultValue: null })).toMatchObject({ name: 'B', defaultValue: null });
  });

  test('changes fields that are unique, and fields for people, without a default', async () => {
    const { admin, dataset, fieldIds } = await table([
      { name: 'A', type: 'TEXT', isUnique: true },
      { name: 'B', type: 'USER' },
    ]);
    expect(await update(admin, dataset, fieldIds['a'], { helpText: 'Once' })).toSucceed();
    expect(await update(admin, dataset, fieldIds['b'], { isRequired: true })).toSucceed();
  });

  test('requires nothing that rows lack', async () => {
    const rows = [{ a: 'x' }, {}, { a: null }];
    const { admin, dataset, fieldIds, rowIds } = await table([{ name: 'A', type: 'TEXT' }], rows);
    const refused = await update(admin, dataset, fieldIds['a'], { isRequired: true });
    expect(refusalIn(refused)).toMatchObject({
      code: 'ROWS_IN_THE_WAY',
      rows: rowIds.slice(1).map((id) => ({ id, value: null })),
    });
    expect(await fieldsOf(admin, dataset)).toMatchObject([{ isRequired: false }]);
    expect(await addRows(admin, dataset, [{}])).toSucceed();
    await expect(refused).toHaveAudited({ outcome: 'REFUSED', code: 'ROWS_IN_THE_WAY' });
  });

  test('makes nothing unique that rows repeat, and lets go of what was', async () => {
    const rows = [{ a: 'x' }, { a: 'X' }, { a: 'x' }, {}, {}];
    const { admin, dataset, fieldIds, rowIds } = await table([{ name: 'A', type: 'TEXT' }], rows);
    const refused = await update(admin, dataset, fieldIds['a'], { isUnique: true });
    const { code, rows: repeated } = refusalIn(refused);
    expect(code).toBe('ROWS_IN_THE_WAY');
    expect([rowIds[0], rowIds[2]]).toContain((repeated as { id: string }[])[0]?.id);
    expect(repeated).toHaveLength(1);
    const twice = [{ id: rowIds[2] ?? '' }];
    await admin.run(RemoveDatasetRows, { input: { datasetId: dataset.id, rows: twice } });
    expect(await update(admin, dataset, fieldIds['a'], { isUnique: true })).toSucceed();
    expect(await addRows(admin, dataset, [{ a: 'x' }])).toFail('INVALID_CELLS');
    expect(await update(admin, dataset, fieldIds['a'], { isUnique: false })).toSucceed();
    expect(await addRows(admin, dataset, [{ a: 'x' }])).toSucceed();
  });

  test('takes no choice away that rows hold, or that is the default', async () => {
    const { admin, dataset, fieldIds, rowIds } = await table(
      [{ name: 'A', type: 'CHOICE', choices: ['a', 'b', 'c'], defaultValue: 'a' }],
      [{ a: 'b' }],
    );
    const change = (choices: string[]) => update(admin, dataset, fieldIds['a'], { choices });
    expect(refusalIn(await change(['a']))).toMatchObject({
      code: 'ROWS_IN_THE_WAY',
      rows: [{ id: rowIds[0], value: 'b' }],
    });
    expect(await change(['b', 'c'])).toFail('INVALID_INPUT');
    expect(await fieldsOf(admin, dataset)).toMatchObject([{ choices: ['a', 'b', 'c'] }]);
    expect(await change(['b', 'a'])).toSucceed();
    expect(await addRows(admin, dataset, [{ a: 'c' }])).toFail('INVALID_CELLS');
  });
});

import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import type { DatasetRowFilter } from '../support/generated/graphql.js';
import { addRows, listRows, refusalIn, table, type FieldDraft } from '../support/table.js';
import { globalId, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Label', type: 'TEXT' },
  { name: 'Text', type: 'TEXT' },
  { name: 'Long', type: 'LONG_TEXT' },
  { name: 'Number', type: 'NUMBER' },
  { name: 'Boolean', type: 'BOOLEAN' },
  { name: 'Date', type: 'DATE' },
  { name: 'Moment', type: 'DATE_TIME' },
  { name: 'Choice', type: 'CHOICE', choices: ['Red', 'Green', 'Blue'] },
  { name: 'Email', type: 'EMAIL' },
  { name: 'Person', type: 'USER' },
];

let viewer: Actor;
let dataset: Shared;
const people = { ada: '', mira: '', stranger: '' };

beforeAll(async () => {
  const all = await table(FIELDS);
  ({ viewer, dataset } = all);
  people.ada = globalId('User', all.admin.id);
  people.mira = globalId('User', all.member.id);
  people.stranger = globalId('User', all.stranger.id);
  const added = await addRows(all.admin, dataset, [
    {
      label: '1',
      text: 'Äpfel & Öl',
      long: 'one\ntwo',
      number: '9',
      boolean: true,
      date: '2026-01-31',
      moment: '2026-01-31T10:00:00Z',
      choice: 'Red',
      email: 'ada@example.com',
      person: people.ada,
    },
    {
      label: '2',
      text: 'apfel',
      long: '👩‍👩‍👧 שלום',
      number: '10',
      boolean: false,
      date: '2026-02-01',
      moment: '2026-01-31T11:00:00.5Z',
      choice: 'Green',
      email: 'Bob@Example.com',
      person: people.mira,
    },
    { label: '3', text: String.raw`100%_\'"`, number: '-0.5', date: '2025-12-31', choice: 'Red' },
    { label: '4' },
  ]);
  expect(added).toSucceed();
});

/** The labels of the rows that a filter finds. */
async function found(filter: DatasetRowFilter, search?: string): Promise<string> {
  const result = await listRows(viewer, dataset, { filter, ...(search && { search }) });
  expect(result).toSucceed();
  const { edges = [], totalCount } = result.data?.dataset?.rows ?? {};
  expect(totalCount).toBe(edges.length);
  return edges.map(({ node }) => (node.values as { label: string }).label).join('');
}

async function refused(filter: DatasetRowFilter) {
  const result = await listRows(viewer, dataset, { filter });
  expect(result).toFail('INVALID_INPUT');
  const [problem] = refusalIn(result)['problems'] as { path: string[]; message: string }[];
  return problem;
}

describe('equals', () => {
  test.each([
    ['text', 'apfel', '2'],
    ['text', 'Apfel', ''],
    ['text', String.raw`100%_\'"`, '3'],
    ['text', "x'; DROP TABLE dataset_row; --", ''],
    ['long', 'one\ntwo', '1'],
    ['long', '👩‍👩‍👧 שלום', '2'],
    ['number', '9.00', '1'],
    ['number', 9, '1'],
    ['number', '-5e-1', '3'],
    ['boolean', true, '1'],
    ['boolean', 'no', '2'],
    ['date', '2026-02-01', '2'],
    ['moment', '2026-01-31T11:00+01:00', '1'],
    ['choice', 'Red', '13'],
    ['choice', 'Never a choice', ''],
    ['email', ' ada@example.com ', '1'],
    ['email', 'ADA@example.com', ''],
    ['email', 'no address', ''],
  ])('%s equals %j: %s', async (field, equals, labels) => {
    expect(await found({ field, equals })).toBe(labels);
    expect(await found({ field, in: [equals] })).toBe(labels);
  });

  test('a person, and nobody of another account', async () => {
    expect(await found({ field: 'person', equals: people.mira })).toBe('2');
    expect(await found({ field: 'person', equals: people.stranger })).toBe('');
  });

  test('null: an empty cell', async () => {
    expect(await found({ field: 'moment', equals: null })).toBe('34');
    expect(
      await found({ field: 'moment', not: { field: 'moment', equals: null }, isEmpty: false }),
    ).toBe('12');
  });
});

describe('in', () => {
  test('one of several, and null for an empty cell', async () => {
    expect(await found({ field: 'number', in: ['10', -0.5, '77'] })).toBe('23');
    expect(await found({ field: 'boolean', in: [true, null] })).toBe('134');
    expect(await found({ field: 'person', in: [people.ada, people.mira] })).toBe('12');
    expect(await found({ field: 'choice', in: [null] })).toBe('4');
    expect(await found({ field: 'choice', in: [] })).toBe('');
  });

  test('at most 1,000 values in a filter', async () => {
    const values = Array.from({ length: 1000 }, (_, at) => `${at}`);
    expect(await found({ field: 'number', in: values })).toBe('12');
    await refused({ field: 'number', in: [...values, '1000'] });
    const half = { field: 'number', in: values.slice(0, 501) };
    await refused({ or: [half, half] });
    await refused({ field: 'text', in: Array.from({ length: 70_000 }, () => 'a') });
  });
});

describe('isEmpty', () => {
  test.each(FIELDS.slice(1).map(({ name }) => name.toLowerCase()))('asks a %s', async (field) => {
    const empty = await found({ field, isEmpty: true });
    const filled = await found({ field, isEmpty: false });
    expect(empty).toMatch(/4$/);
    expect([...(empty + filled)].toSorted().join('')).toBe('1234');
    expect(filled).toMatch(/^12/);
  });
});

describe('contains', () => {
  test.each([
    ['text', 'ÄPFEL', '1'],
    ['text', 'öl', '1'],
    ['text', 'PFE', '12'],
    ['text', '%', '3'],
    ['text', '_', '3'],
    ['text', '\\', '3'],
    ['text', '\'"', '3'],
    ['text', '.*', ''],
    ['long', 'TWO', '1'],
    ['long', '👩', '2'],
    ['long', 'שלום', '2'],
    ['choice', 're', '123'],
    ['email', 'EXAMPLE.com', '12'],
  ])('%s contains %j: %s', async (field, contains, labels) => {
    expect(await found({ field, contains })).toBe(labels);
  });

  test.each(['number', 'boolean', 'date', 'moment', 'person'])('refuses a %s', async (field) => {
    expect(await refused({ field, contains: '1' })).toEqual({
      path: ['filter', 'contains'],
      message: expect.stringContaining(`“${field}”`),
    });
  });

  test.each([['a\0'], ['\uD83D'], ['x'.repeat(1001)]])('refuses %j', async (contains) => {
    await refused({ field: 'text', contains });
  });
});

describe('gt, gte, lt, lte', () => {
  test.each<[string, DatasetRowFilter, string]>([
    ['number', { gt: 9 }, '2'],
    ['number', { gte: '9' }, '12'],
    ['number', { lt: '9.0' }, '3'],
    ['number', { lte: 9 }, '13'],
    ['number', { gt: '-0.5', lt: '1e1' }, '1'],
    ['number', { gt: '-1e59' }, '123'],
    ['date', { gt: '2026-01-31' }, '2'],
    ['date', { gte: '2026-01-31' }, '12'],
    ['date', { lt: '2026-01-31' }, '3'],
    ['date', { lte: '2026-01-31' }, '13'],
    ['moment', { gt: '2026-01-31T10:00:00Z' }, '2'],
    ['moment', { gt: '2026-01-31T11:00:00+02:00' }, '12'],
    ['moment', { gte: '2026-01-31T10:00:00Z' }, '12'],
    ['moment', { lt: '2026-01-31T11:00:00.5Z' }, '1'],
    ['moment', { lte: '2026-01-31T12:00:00.5+01:00' }, '12'],
  ])('%s %j: %s', async (field, operators, labels) => {
    expect(await found({ field, ...operators })).toBe(labels);
  });

  test.each(['text', 'long', 'boolean', 'choice', 'email', 'person'])(
    'refuse a %s',
    async (field) => {
      for (const operator of ['gt', 'gte', 'lt', 'lte']) {
        expect(await refused({ field, [operator]: '1' })).toMatchObject({
          path: ['filter', operator],
        });
      }
    },
  );
});

describe('a value that the field cannot hold', () => {
  test.each([
    ['text', 12],
    ['text', 'a\0'],
    ['long', true],
    ['number', 'twelve'],
    ['number', 0.1 + 0.2],
    ['number', '1e61'],
    ['boolean', 'maybe'],
    ['date', '2026-02-30'],
    ['date', 20_260_101],
    ['moment', '2026-01-31T10:00:00'],
    ['choice', 1],
    ['email', 1],
    ['person', 'Ada'],
    ['text', ''],
    ['number', ''],
  ])('is refused: %s %j', async (field, value) => {
    await refused({ field, equals: value });
    await refused({ field, in: [value] });
    await refused({ or: [{ field: 'label', equals: '1' }, { not: { field, equals: value } }] });
    if (['number', 'date', 'moment'].includes(field)) await refused({ field, gt: value });
  });
});

describe('and, or, not', () => {
  const one = { field: 'label', equals: '1' };
  const red = { field: 'choice', equals: 'Red' };

  test.each<[DatasetRowFilter, string]>([
    [{}, '1234'],
    [{ and: [] }, '1234'],
    [{ or: [] }, ''],
    [{ and: [red, one] }, '1'],
    [{ or: [red, { field: 'number', gt: 9 }] }, '123'],
    [{ not: red }, '24'],
    [{ not: { not: red } }, '13'],
    [{ not: { field: 'number', gt: 0 } }, '34'],
    [{ not: { field: 'text', contains: 'pfe' } }, '34'],
    [{ ...red, not: one }, '3'],
    [{ ...red, and: [{ or: [one, { field: 'number', lt: 0 }] }], not: one }, '3'],
    [{ not: { or: [one, { and: [red, { field: 'number', lt: 0 }] }] } }, '24'],
    [{ and: null, or: null, not: null, field: null }, '1234'],
    [{ field: 'number', gt: null, equals: '9' }, '1'],
  ])('%j: %s', async (filter, labels) => {
    expect(await found(filter)).toBe(labels);
  });

  test('refuse what is more than ten deep', async () => {
    const nested = (depth: number): DatasetRowFilter =>
      depth === 1
        ? red
        : depth % 2 === 0
          ? { and: [nested(depth - 1)] }
          : { or: [nested(depth - 1)] };
    expect(await found(nested(10))).toBe('13');
    await refused(nested(11));
    let denied: DatasetRowFilter = red;
    for (let depth = 0; depth < 10; depth += 1) denied = { not: denied };
    await refused(denied);
  });

  test('refuse more than a hundred conditions, also beside each other', async () => {
    const many = (count: number) => Array.from({ length: count }, () => red);
    expect(await found({ and: many(99) })).toBe('13');
    await refused({ and: many(100) });
    await refused({ or: [{ and: many(60) }, { or: many(60) }] });
    const eight = {
      field: 'number',
      equals: '9',
      in: ['9'],
      gt: 1,
      gte: 1,
      lt: 10,
      lte: 10,
      isEmpty: false,
    };
    expect(await found({ and: Array.from({ length: 14 }, () => eight) })).toBe('1');
    await refused({ and: Array.from({ length: 15 }, () => eight) });
  });

  test('refuse fields that are not there, and conditions that say nothing', async () => {
    const unknown = await refused({ and: [red, { not: { field: 'Choice', equals: 'Red' } }] });
    expect(unknown?.path).toEqual(['filter', 'and', '1', 'not', 'field']);
    expect(unknown?.message).toContain('label, text, long, number');
    for (const field of ['', 'id', '__proto__', 'x'.repeat(10_000), 'label"', '1']) {
      await refused({ field, equals: '1' });
    }
    expect(await refused({ equals: '1' })).toMatchObject({ path: ['filter', 'field'] });
    await refused({ field: 'label' });
  });
});

describe('search', () => {
  test.each([
    ['APFEL', '2'],
    ['äpfel', '1'],
    ['two', '1'],
    ['green', '2'],
    ['@EXAMPLE', '12'],
    ['%', '3'],
    ['-0.5', ''],
    ['2026', ''],
    ['true', ''],
    ['', '1234'],
  ])('%j: %s', async (search, labels) => {
    expect(await found({}, search)).toBe(labels);
  });

  test('narrows a filter', async () => {
    expect(await found({ field: 'choice', equals: 'Red' }, 'pfel')).toBe('1');
  });

  test.each([['a\0'], ['\uD83D'], ['x'.repeat(1001)]])('refuses %j', async (search) => {
    expect(await listRows(viewer, dataset, { search })).toFail('INVALID_INPUT');
  });

  test('finds nothing where no field holds text', async () => {
    const all = await table([{ name: 'Number', type: 'NUMBER' }], [{ number: 1 }]);
    const { data } = await listRows(all.viewer, all.dataset, { search: '1' });
    expect(data?.dataset?.rows).toMatchObject({ totalCount: 0, edges: [] });
  });
});

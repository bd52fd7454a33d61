import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import type { DatasetRowOrder } from '../support/generated/graphql.js';
import { CreateDatasetView, RemoveDatasetField } from '../support/operations.js';
import { addRows, listRows, table, valuesOf, type FieldDraft } from '../support/table.js';
import { globalId, workspace, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Label', type: 'TEXT' },
  { name: 'Text', type: 'TEXT' },
  { name: 'Number', type: 'NUMBER' },
  { name: 'Boolean', type: 'BOOLEAN' },
  { name: 'Date', type: 'DATE' },
  { name: 'Moment', type: 'DATE_TIME' },
  { name: 'Choice', type: 'CHOICE', choices: ['Red', 'Green'] },
  { name: 'Email', type: 'EMAIL' },
  { name: 'Person', type: 'USER' },
];

let all: Awaited<ReturnType<typeof table>>;
let viewer: Actor;
let dataset: Shared;

beforeAll(async () => {
  all = await table(FIELDS);
  ({ viewer, dataset } = all);
  const person = globalId('User', viewer.id);
  const rows = [
    { text: 'b', number: '10', boolean: true, date: '2026-02-01', choice: 'Red', person },
    { text: 'ä', number: '9', boolean: false, moment: '2026-01-31T11:00Z', email: 'b@b.de' },
    { number: '-1', date: '2025-12-31', choice: 'Green' },
    { text: 'B', moment: '2026-01-31T10:00Z', email: 'B@b.de', boolean: true },
    {},
    { text: 'a', number: '9.0', choice: 'Red', date: '2026-02-01' },
    { text: 'b', number: '1e30', choice: 'Green', boolean: false },
    { text: 'b', number: '10', choice: 'Red' },
    {},
    { text: '👍', number: '0.1', moment: '2026-01-31T11:00Z', person },
  ];
  const labelled = rows.map((row, at) => ({ ...row, label: String(at) }));
  expect(await addRows(all.admin, dataset, labelled)).toSucceed();
});

const asc = (field: string): DatasetRowOrder => ({ field });
const desc = (field: string): DatasetRowOrder => ({ field, direction: 'DESC' });

/** The labels of the rows in an order. */
async function labels(orderBy: DatasetRowOrder[], selection = {}): Promise<string> {
  return (await valuesOf(viewer, dataset, 'label', { first: 100, orderBy, ...selection })).join('');
}

/** Every order that a test pages through, with the labels in it. */
const ORDERS: readonly (readonly [DatasetRowOrder[], string])[] = [
  [[], '0123456789'],
  [[asc('text')], '3506719248'],
  [[desc('text')], '9106753248'],
  [[asc('number')], '2915076348'],
  [[desc('number')], '6071592348'],
  [[asc('boolean')], '1603245789'],
  [[desc('boolean')], '0316245789'],
  [[asc('date')], '2051346789'],
  [[desc('date')], '0521346789'],
  [[asc('moment')], '3190245678'],
  [[desc('moment')], '1930245678'],
  [[asc('choice')], '2605713489'],
  [[asc('email')], '3102456789'],
  [[desc('email')], '1302456789'],
  [[asc('person')], '0912345678'],
  [[asc('choice'), desc('number')], '6207519348'],
  [[desc('choice'), asc('text'), desc('number')], '5076231948'],
];

describe('the order of rows', () => {
  test.each(ORDERS)('by %j: %s, empty cells last', async (orderBy, expected) => {
    expect(await labels(orderBy)).toBe(expected);
  });

  test('is by three fields at most, which are there', async () => {
    const four = [asc('text'), asc('number'), asc('date'), asc('label')];
    for (const orderBy of [four, [asc('Text')], [asc('')], [asc('id')], [asc("text' --")]]) {
      expect(await listRows(viewer, dataset, { orderBy })).toFail('INVALID_INPUT');
    }
  });
});

type Page = Parameters<typeof listRows>[2];

async function pageOf(page: Page) {
  const result = await listRows(viewer, dataset, page);
  expect(result).toSucceed();
  const rows = result.data?.dataset?.rows;
  if (!rows) throw new Error('The page has rows.');
  const shown = rows.edges.map(({ node }) => (node.values as { label: string }).label).join('');
  return { ...rows, shown };
}

describe('the pages of rows', () => {
  test.each(ORDERS)(
    'by %j give every row once, forwards and backwards',
    async (orderBy, expected) => {
      for (const size of orderBy.length === 3 ? [1, 3] : [3]) {
        const forwards: string[] = [];
        for (let after: string | null | undefined = null, more = true; more;) {
          const { shown, pageInfo, totalCount } = await pageOf({ orderBy, first: size, after });
          expect(totalCount).toBe(10);
          forwards.push(shown);
          ({ endCursor: after, hasNextPage: more } = pageInfo);
        }
        expect(forwards.join('')).toBe(expected);
        expect(forwards).toHaveLength(Math.ceil(10 / size));
        const backwards: string[] = [];
        for (let before: string | null | undefined = null, more = true; more;) {
          const { shown, pageInfo } = await pageOf({ orderBy, last: size, before });
          backwards.unshift(shown);
          ({ startCursor: before, hasPreviousPage: more } = pageInfo);
        }
        expect(backwards.join('')).toBe(expected);
      }
    },
  );

  test.each(ORDERS)('by %j lie between two rows', async (orderBy, expected) => {
    const { edges } = await pageOf({ orderBy, first: 100 });
    for (const [from, to] of [
      [1, 8],
      [0, 9],
      [4, 5],
      [6, 3],
    ] as const) {
      const between = { after: edges[from]?.cursor ?? '', before: edges[to]?.cursor ?? '' };
      const { shown } = await pageOf({ orderBy, first: 100, ...between });
      expect(shown).toBe(expected.slice(from + 1, Math.max(to, from + 1)));
    }
  });

  test('count what the filter finds, whatever the page', async () => {
    const filter = { field: 'choice', equals: 'Red' };
    const first = await pageOf({ filter, first: 1 });
    expect(first).toMatchObject({ shown: '0', totalCount: 3 });
    const after = first.pageInfo.endCursor ?? '';
    expect(await pageOf({ filter, first: 1, after })).toMatchObject({ shown: '5', totalCount: 3 });
    expect(await pageOf({ filter, search: 'b', last: 1 })).toMatchObject({
      shown: '7',
      totalCount: 2,
    });
    expect(await pageOf({ filter, first: 0 })).toMatchObject({ shown: '', totalCount: 3 });
  });

  test('are of 0 to 100 rows', async () => {
    for (const page of [{ first: -1 }, { first: 101 }, { last: -1 }, { last: 101 }]) {
      expect(await listRows(viewer, dataset, page)).toFail('INVALID_INPUT');
    }
  });

  test('of a dataset without rows, or fields, are empty', async () => {
    const bare = await table([]);
    const { data } = await listRows(bare.viewer, bare.dataset);
    expect(data?.dataset?.rows).toMatchObject({
      totalCount: 0,
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
    });
    expect(await addRows(bare.admin, bare.dataset, [{}, {}])).toSucceed();
    expect(await valuesOf(bare.viewer, bare.dataset)).toEqual([{}, {}]);
  });

  test('of 1,001 rows are eleven, in the order in which they were added', async () => {
    const many = await table([{ name: 'At', type: 'NUMBER' }]);
    const rows = Array.from({ length: 1001 }, (_, at) => ({ at }));
    await addRows(many.admin, many.dataset, rows.slice(0, 1000));
    await addRows(many.admin, many.dataset, rows.slice(1000));
    const sizes: number[] = [];
    const values: unknown[] = [];
    for (let after: string | null | undefined = null, more = true; more;) {
      const { data } = await listRows(many.viewer, many.dataset, { first: 100, after });
      const page = data?.dataset?.rows;
      expect(page?.totalCount).toBe(1001);
      sizes.push(page?.edges.length ?? 0);
      values.push(...(page?.edges.map(({ node }) => (node.values as { at: string }).at) ?? []));
      [after, more] = [page?.pageInfo.endCursor, page?.pageInfo.hasNextPage ?? false];
    }
    expect(sizes).toEqual([...Array.from({ length: 10 }, () => 100), 1]);
    expect(values).toEqual(rows.map(({ at }) => String(at)));
  });
});

describe('a cursor', () => {
  const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
  const cursor = (...pairs: unknown[]) => Buffer.from(JSON.stringify(pairs)).toString('base64url');

  test('goes with its own order', async () => {
    const { edges } = await pageOf({ orderBy: [asc('text')], first: 1 });
    const place = edges[0]?.cursor ?? '';
    for (const orderBy of [
      [],
      [asc('number')],
      [asc('text'), asc('number')],
      [asc('number'), asc('text')],
    ]) {
      expect(await listRows(viewer, dataset, { orderBy, after: place })).toFail('INVALID_INPUT');
      expect(await listRows(viewer, dataset, { orderBy, before: place })).toFail('INVALID_INPUT');
    }
  });

  test.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['no JSON', Buffer.from('[').toString('base64url')],
    ['an object', Buffer.from('{}').toString('base64url')],
    ['null', cursor(null)],
    ['one pair too few', cursor(['values.number', '1'])],
    ['one pair too many', cursor(['values.number', '1'], ['id', ID], ['id', ID])],
    ['another order of pairs', cursor(['id', ID], ['values.number', '1'])],
    ['another field', cursor(['values.text', 'a'], ['id', ID])],
    ['no name of a field', cursor(['number', '1'], ['id', ID])],
    ['no id', cursor(['values.number', '1'], ['id', 'x'])],
    ['an id in capitals', cursor(['values.number', '1'], ['id', ID.toUpperCase()])],
    ['a number as id', cursor(['values.number', '1'], ['id', 1])],
    ['null as id', cursor(['values.number', '1'], ['id', null])],
  ])('is refused that is %s', async (_what, place) => {
    const orderBy = [asc('number')];
    expect(await listRows(viewer, dataset, { orderBy, after: place })).toFail('INVALID_INPUT');
    expect(await listRows(viewer, dataset, { orderBy, before: place })).toFail('INVALID_INPUT');
  });

  test.each([
    ['number', ['x', '', 1, true, '1e999', '\u00A012', '0x1', 'NaN', 'Infinity', [], {}, '1;--']],
    ['text', ['', 1, true, 'a\0', '\uD83D', 'x'.repeat(10_001), ['a']]],
    ['boolean', ['maybe', 1, 'true']],
    ['date', ['2026-02-30', '0000-01-01', 1, 'x']],
    ['moment', ['2026-01-31', 'x', 1]],
    ['choice', [1, '\0']],
    ['email', ['x', 1]],
    ['person', [1, '\0', {}]],
  ])('whose value a %s cannot hold is refused, and is no failure', async (field, values) => {
    for (const value of values) {
      const after = cursor([`values.${field}`, value], ['id', ID]);
      for (const orderBy of [[asc(field)], [desc(field)]]) {
        expect(await listRows(viewer, dataset, { orderBy, after })).toFail('INVALID_INPUT');
      }
    }
  });

  test('finds its place after the row is gone, and tells nothing of other datasets', async () => {
    const after = cursor(['values.number', '9.5'], ['id', ID]);
    expect((await pageOf({ orderBy: [asc('number')], after })).shown).toBe('076348');
  });
});

describe('rows through a view', () => {
  async function viewOf(configuration: object): Promise<string> {
    const input = { datasetId: dataset.id, name: 'A view', ...configuration };
    const { data } = await all.admin.run(CreateDatasetView, { input });
    return data?.createDatasetView?.view?.id ?? '';
  }

  test('are those of its filter and of what else is asked, in its order, with its fields', async () => {
    const view = await viewOf({
      filter: { field: 'choice', equals: 'Red' },
      orderBy: [desc('number'), desc('label')],
      fields: ['number', 'label'],
    });
    for (const reader of [viewer, all.member, all.admin, all.superAdmin]) {
      expect(await valuesOf(reader, dataset, undefined, { view })).toEqual([
        { number: '10', label: '7' },
        { number: '10', label: '0' },
        { number: '9', label: '5' },
      ]);
    }
    const [first = {}] = await valuesOf(viewer, dataset, undefined, { view });
    expect(Object.keys(first as object)).toEqual(['number', 'label']);
    expect(await pageOf({ view, filter: { field: 'number', lt: 10 } })).toMatchObject({
      shown: '5',
      totalCount: 1,
    });
    expect(
      await pageOf({ view, filter: { not: { field: 'choice', equals: 'Red' } } }),
    ).toMatchObject({ shown: '', totalCount: 0 });
    expect((await pageOf({ view, search: 'b' })).shown).toBe('70');
    expect((await pageOf({ view, orderBy: [asc('label')] })).shown).toBe('057');
    expect((await pageOf({ view, orderBy: [] })).shown).toBe('705');
    const { pageInfo } = await pageOf({ view, first: 2 });
    expect((await pageOf({ view, first: 2, after: pageInfo.endCursor ?? '' })).shown).toBe('5');
    await expect(await listRows(all.outsider, dataset, { view })).toBeHidden();
  });

  test('are all of them, if it says nothing', async () => {
    expect((await pageOf({ view: await viewOf({}) })).shown).toBe('0123456789');
    const none = await viewOf({ fields: [] });
    expect(await valuesOf(viewer, dataset, undefined, { view: none, first: 1 })).toEqual([{}]);
  });

  test('follow the fields that are left', async () => {
    const own = await table(FIELDS.slice(0, 3), [
      { label: 'a', number: 2 },
      { label: 'b', number: 1 },
    ]);
    const input = {
      datasetId: own.dataset.id,
      name: 'V',
      orderBy: [asc('number')],
      fields: ['number', 'label'],
    };
    const { data } = await own.admin.run(CreateDatasetView, { input });
    const view = data?.createDatasetView?.view?.id ?? '';
    expect(await valuesOf(own.viewer, own.dataset, 'label', { view })).toEqual(['b', 'a']);
    const gone = { datasetId: own.dataset.id, fieldId: own.fieldIds['number'] ?? '' };
    await own.admin.run(RemoveDatasetField, { input: gone });
    const left = await valuesOf(own.viewer, own.dataset, undefined, { view });
    expect(left).toEqual([{ label: 'a' }, { label: 'b' }]);
  });

  test('of another dataset are refused like one that does not exist', async () => {
    const another = await all.here.dataset({ members: [{ user: viewer, role: 'ADMIN' }] });
    const elsewhere = await workspace();
    const answers = new Set<string>();
    for (const view of [
      await all.here.view(another),
      await elsewhere.view(await elsewhere.dataset({})),
      globalId('DatasetView', '01890a5d-ac96-774b-bcce-b302099a8057'),
      globalId('DatasetView', dataset.rowId),
      dataset.id,
      'garbage',
      '',
    ]) {
      const result = await listRows(viewer, dataset, { view });
      expect(result).toFail('NOT_FOUND');
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
  });
});

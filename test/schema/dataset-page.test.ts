import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import type { DatasetOrder, ListDatasetsQueryVariables } from '../support/generated/graphql.js';
import { DeleteDataset, ListDatasets } from '../support/operations.js';
import { workspace, type Shared, type Workspace } from '../support/world.js';

/** In the order in which they are made; two have the same name. */
const NAMES = ['delta', 'bravo', 'echo', 'bravo', 'alpha', 'foxtrot', 'charlie'];
/** Their places among the above, in each order. */
const ORDERS: Record<DatasetOrder, readonly number[]> = {
  NAME_ASC: [4, 1, 3, 6, 0, 2, 5],
  NAME_DESC: [5, 2, 0, 6, 3, 1, 4],
  CREATED_ASC: [0, 1, 2, 3, 4, 5, 6],
  CREATED_DESC: [6, 5, 4, 3, 2, 1, 0],
};
const EVERY_ORDER = Object.keys(ORDERS) as DatasetOrder[];

let here: Workspace;
let reader: Actor;
let datasets: Shared[];

beforeAll(async () => {
  here = await workspace();
  reader = await here.person();
  const members = [{ user: reader, role: 'VIEWER' as const }];
  datasets = await here.datasets(NAMES.map((name) => ({ name, members })));
  // What is not seen lies between what is.
  await here.datasets(['alpha', 'bravo', 'czar', 'golf'].map((name) => ({ name })));
});

async function page(variables: ListDatasetsQueryVariables) {
  const result = await reader.run(ListDatasets, variables);
  expect(result).toSucceed();
  const connection = result.data?.datasets;
  if (!connection) throw new Error('There is no page.');
  const { edges, pageInfo, totalCount } = connection;
  return {
    ids: edges.map(({ node }) => node.id),
    cursors: edges.map((edge) => edge.cursor),
    pageInfo,
    totalCount,
  };
}

function cursor(...values: readonly (readonly [string, unknown])[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

describe.each(EVERY_ORDER)('in the order %s', (orderBy) => {
  const expected = () => ORDERS[orderBy].map((at) => datasets[at]?.id);

  test('one page holds all', async () => {
    const whole = await page({ first: 100, orderBy });
    expect(whole.ids).toEqual(expected());
    expect(whole.totalCount).toBe(7);
    expect(whole.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: whole.cursors[0],
      endCursor: whole.cursors[6],
    });
  });

  test.each([1, 2, 3, 7])('pages of %i forwards repeat and lose nothing', async (first) => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { ids, pageInfo, totalCount } = await page({ first, after, orderBy });
      expect(totalCount).toBe(7);
      seen.push(...ids);
      expect(pageInfo.hasNextPage).toBe(seen.length < 7);
      ({ endCursor: after = null, hasNextPage: more } = pageInfo);
    }
    expect(seen).toEqual(expected());
  });

  test.each([1, 2, 3, 7])('pages of %i backwards repeat and lose nothing', async (last) => {
    const seen: string[] = [];
    for (let before: string | null = null, more = true; more;) {
      const { ids, pageInfo, totalCount } = await page({ last, before, orderBy });
      expect(totalCount).toBe(7);
      seen.unshift(...ids);
      expect(pageInfo.hasPreviousPage).toBe(seen.length < 7);
      ({ startCursor: before = null, hasPreviousPage: more } = pageInfo);
    }
    expect(seen).toEqual(expected());
  });

  test('a page between two cursors holds what is between them', async () => {
    const { cursors } = await page({ first: 100, orderBy });
    const between = await page({ first: 100, after: cursors[1], before: cursors[5], orderBy });
    expect(between.ids).toEqual(expected().slice(2, 5));
  });

  test('a cursor of another order is refused', async () => {
    for (const other of EVERY_ORDER) {
      const { cursors } = await page({ first: 1, orderBy: other });
      const alike = other.split('_')[0] === orderBy.split('_')[0];
      const result = await reader.run(ListDatasets, { first: 1, after: cursors[0], orderBy });
      expect(result.errors?.map(({ extensions }) => extensions.code)).toEqual(
        alike ? undefined : ['INVALID_INPUT'],
      );
    }
  });
});

describe('a page', () => {
  test('has 25 datasets unless told, and 100 at most', async () => {
    const there = await workspace();
    const many = await there.person();
    const members = [{ user: many, role: 'VIEWER' as const }];
    await there.datasets(Array.from({ length: 101 }, (_, at) => ({ name: `D${at}`, members })));
    const sizeOf = async (variables: ListDatasetsQueryVariables) =>
      (await many.run(ListDatasets, variables)).data?.datasets?.edges.length;
    expect(await sizeOf({ orderBy: 'NAME_ASC' })).toBe(25);
    expect(await sizeOf({ first: 100 })).toBe(100);
    expect(await sizeOf({ last: 100 })).toBe(100);
  });

  test('may be empty: then only the count is asked for', async () => {
    const { ids, totalCount } = await page({ first: 0 });
    expect(ids).toEqual([]);
    expect(totalCount).toBe(7);
  });

  test.each([{ first: 101 }, { first: -1 }, { last: 101 }, { last: -1 }, { first: 2_147_483_647 }])(
    'of the size %j is refused',
    async (size) => {
      const result = await reader.run(ListDatasets, size);
      expect(result).toFail('INVALID_INPUT');
      expect(result.errors?.[0]?.path).toEqual(['datasets']);
    },
  );

  test.each([
    '',
    'garbage',
    'bnVsbA',
    'e30',
    'W10',
    '🦊',
    cursor(['name', 'x']),
    cursor(['id', 1]),
  ])('after the cursor “%s” is refused', async (after) => {
    for (const variables of [{ after }, { before: after }]) {
      expect(await reader.run(ListDatasets, { first: 5, ...variables })).toFail('INVALID_INPUT');
    }
  });

  test('after a cursor with broken values is refused', async () => {
    for (const id of ["' OR 1=1", uuidv7().toUpperCase(), uuidv7().slice(1), '', 7, null, ['x']]) {
      const after = cursor(['name', 'alpha'], ['id', id]);
      expect(await reader.run(ListDatasets, { first: 5, after })).toFail('INVALID_INPUT');
    }
    for (const column of ['id', 'createdAt', '__proto__']) {
      const after = cursor([column, uuidv7()], ['id', uuidv7()]);
      expect(await reader.run(ListDatasets, { first: 5, after })).toFail('INVALID_INPUT');
    }
    for (const name of ['\0', 7, null, { contains: '' }]) {
      const after = cursor(['name', name], ['id', uuidv7()]);
      expect(await reader.run(ListDatasets, { first: 5, after })).toFail('INVALID_INPUT');
    }
  });

  test('after a cursor made by hand of a row that is not seen tells nothing of it', async () => {
    const hidden = await here.dataset({ name: 'bravissimo' });
    const after = (id: string) => cursor(['name', 'bravissimo'], ['id', id]);
    const answers = [];
    for (const id of [hidden.rowId, uuidv7(), '00000000-0000-7000-8000-000000000000']) {
      answers.push((await reader.run(ListDatasets, { first: 3, after: after(id) })).text);
    }
    expect(new Set(answers).size).toBe(1);
    const { ids } = await page({ first: 3, after: after(hidden.rowId) });
    expect(ids).toEqual(ORDERS.NAME_ASC.slice(1, 4).map((at) => datasets[at]?.id));
  });

  test('goes on where its cursor’s row was, also when that is gone', async () => {
    const there = await workspace();
    const editor = await there.person();
    const made = await there.datasets(
      ['a', 'b', 'c'].map((name) => ({ name, members: [{ user: editor, role: 'ADMIN' }] })),
    );
    const first = await editor.run(ListDatasets, { first: 2 });
    const after = first.data?.datasets?.pageInfo.endCursor;
    const input = { datasetId: made[1]?.id ?? '', name: 'b' };
    expect(await editor.run(DeleteDataset, { input })).toSucceed();
    const next = await editor.run(ListDatasets, { first: 2, after });
    expect(next.data?.datasets?.edges.map(({ node }) => node.name)).toEqual(['c']);
  });
});

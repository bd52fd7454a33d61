import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import type { ListDatasetsQueryVariables } from '../support/generated/graphql.js';
import { ListDatasets } from '../support/operations.js';
import { workspace, world } from '../support/world.js';

async function list(who: Actor, variables: ListDatasetsQueryVariables = {}) {
  const result = await who.run(ListDatasets, { first: 100, ...variables });
  expect(result).toSucceed();
  const { edges = [], totalCount } = result.data?.datasets ?? {};
  return { names: edges.map(({ node }) => node.name), totalCount };
}

/** Somebody who is a Viewer of datasets with these names. */
async function viewerOf(names: readonly string[]): Promise<Actor> {
  const here = await workspace();
  const viewer = await here.person();
  await here.datasets(names.map((name) => ({ name, members: [{ user: viewer, role: 'VIEWER' }] })));
  return viewer;
}

async function search(names: readonly string[], text: string): Promise<string[]> {
  const { names: found, totalCount } = await list(await viewerOf(names), {
    filter: { search: text },
  });
  expect(totalCount).toBe(found.length);
  return found.toSorted();
}

describe('datasets', () => {
  test('lists what is shared with somebody, in person or by group, and counts no more', async () => {
    const here = await workspace();
    const [me, other] = await here.people([{}, {}]);
    const mine = await here.group([me]);
    const others = await here.group([other]);
    await here.datasets([
      { name: 'as admin', members: [{ user: me, role: 'ADMIN' }] },
      { name: 'as member', members: [{ user: me, role: 'MEMBER' }] },
      { name: 'as viewer', members: [{ user: me, role: 'VIEWER' }] },
      { name: 'by group', members: [{ groupId: mine, role: 'VIEWER' }] },
      {
        name: 'twice',
        members: [
          { user: me, role: 'VIEWER' },
          { groupId: mine, role: 'ADMIN' },
        ],
      },
      { name: 'not mine', members: [{ user: other, role: 'ADMIN' }] },
      { name: 'not my group’s', members: [{ groupId: others, role: 'ADMIN' }] },
      { name: 'nobody’s' },
    ]);
    const elsewhere = await workspace();
    await elsewhere.dataset({ name: 'elsewhere' });
    expect(await list(me)).toEqual({
      names: ['as admin', 'as member', 'as viewer', 'by group', 'twice'],
      totalCount: 5,
    });
  });

  test('is empty for somebody with whom nothing is shared, an account Admin too', async () => {
    const { here, outsider, stranger, dataset } = await world();
    const [admin, iamAdmin] = await here.people([{ role: 'ADMIN' }, { role: 'IAM_ADMIN' }]);
    for (const person of [outsider, admin, iamAdmin, stranger]) {
      expect(await list(person)).toEqual({ names: [], totalCount: 0 });
      const found = await list(person, { filter: { search: dataset.name } });
      expect(found).toEqual({ names: [], totalCount: 0 });
    }
  });

  test('asks nobody in who is not signed in', async () => {
    const { anonymous } = await world();
    expect(await anonymous.run(ListDatasets, { first: 5 })).toFail('UNAUTHENTICATED');
  });

  test('lists nothing but datasets', async () => {
    const here = await workspace();
    const [person, superAdmin] = await here.people([{}, { role: 'SUPER_ADMIN' }]);
    const { client } = await testDatabase();
    const { accountId } = here;
    for (const kind of [
      'PROCESS',
      'BOARD',
      'APP',
      'LIST',
      'INTEGRATION',
      'CHAT',
      'SPACE',
    ] as const) {
      const members = { create: { accountId, userId: person.id, role: 'VIEWER' as const } };
      await client.flow.create({ data: { accountId, kind, name: kind, nameKey: kind, members } });
    }
    expect(await list(person)).toEqual({ names: [], totalCount: 0 });
    expect(await list(superAdmin)).toEqual({ names: [], totalCount: 0 });
  });

  test('forgets at once what is no longer shared', async () => {
    const { viewer, dataset } = await world();
    expect(await list(viewer)).toMatchObject({ names: ['Suppliers'] });
    const { client } = await testDatabase();
    await client.flowMember.deleteMany({ where: { flowId: dataset.rowId, userId: viewer.id } });
    expect(await list(viewer)).toEqual({ names: [], totalCount: 0 });
  });
});

describe('a search', () => {
  test('finds a part of the name in any case', async () => {
    const names = ['Suppliers', 'supplies 2024', 'Customers'];
    expect(await search(names, 'SUPPLI')).toEqual(['Suppliers', 'supplies 2024']);
    expect(await search(names, 'mers')).toEqual(['Customers']);
    expect(await search(names, 'nothing')).toEqual([]);
    expect(await search(names, '')).toEqual(names.toSorted());
  });

  test('takes %, _ and \\ for what they are', async () => {
    const names = ['50% off', '50 off', 'a_b', 'axb', 'c:\\data', 'c:data', "it's", '"quoted"'];
    expect(await search(names, '%')).toEqual(['50% off']);
    expect(await search(names, '0% o')).toEqual(['50% off']);
    expect(await search(names, '_')).toEqual(['a_b']);
    expect(await search(names, 'a_b')).toEqual(['a_b']);
    expect(await search(names, '\\')).toEqual(['c:\\data']);
    expect(await search(names, '\\d')).toEqual(['c:\\data']);
    expect(await search(names, "'")).toEqual(["it's"]);
    expect(await search(names, '"')).toEqual(['"quoted"']);
  });

  test.each([
    { name: '日本語のデータ', text: '語の' },
    { name: 'مجموعة بيانات', text: 'بيانات' },
    { name: 'Foxes 🦊🦊', text: '🦊' },
    { name: 'Äpfel und Birnen', text: 'äPFEL' },
    { name: 'Прайс-лист', text: 'ПРАЙС' },
    { name: 'ΠΕΛΑΤΕΣ 2024', text: 'πελατε' },
  ])('finds $name by $text', async ({ name, text }) => {
    expect(await search([name, 'Another'], text)).toEqual([name]);
  });

  test('is filtered like the list: it counts nothing that is not seen', async () => {
    const here = await workspace();
    const viewer = await here.person();
    await here.datasets([
      { name: 'Plan 1', members: [{ user: viewer, role: 'VIEWER' }] },
      { name: 'Plan 2' },
      { name: 'Other', members: [{ user: viewer, role: 'VIEWER' }] },
    ]);
    expect(await list(viewer, { filter: { search: 'plan' } })).toEqual({
      names: ['Plan 1'],
      totalCount: 1,
    });
  });

  test('refuses text that no name could hold', async () => {
    const { viewer } = await world();
    for (const text of ['\0', '\uD800', 'x'.repeat(201)]) {
      const result = await viewer.run(ListDatasets, { first: 5, filter: { search: text } });
      expect(result).toFail('INVALID_INPUT');
    }
  });
});

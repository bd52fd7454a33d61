import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import type { ListUsersQueryVariables } from '../support/generated/graphql.js';
import { GetUser, ListUsers } from '../support/operations.js';
import { customRole, give, personWith, ROLES, staff, userId } from '../support/people.js';
import { globalId, workspace } from '../support/world.js';

const ORDERS = [
  'NAME_ASC',
  'NAME_DESC',
  'EMAIL_ASC',
  'ADDED_DESC',
  'LAST_SIGNED_IN_ASC',
  'LAST_SIGNED_IN_DESC',
] as const;

async function list(who: Actor, variables: ListUsersQueryVariables = {}) {
  const result = await who.run(ListUsers, { first: 100, ...variables });
  expect(result).toSucceed();
  const { totalCount, edges, pageInfo } = result.data?.users ?? { edges: [] };
  return { totalCount, pageInfo, edges, names: edges.map(({ node }) => node.name) };
}

/** All the pages of a list, from one end. */
async function walk(who: Actor, size: number, back: boolean, variables: ListUsersQueryVariables) {
  const names: string[][] = [];
  let cursor: string | null | undefined;
  do {
    const page = back ? { last: size, before: cursor } : { first: size, after: cursor };
    const { data } = await who.run(ListUsers, { ...variables, ...page });
    const { edges = [], pageInfo } = data?.users ?? {};
    names.push(edges.map(({ node }) => node.id));
    const { hasPreviousPage, startCursor, hasNextPage, endCursor } = pageInfo ?? {};
    const more = back ? hasPreviousPage : hasNextPage;
    cursor = more ? (back ? startCursor : endCursor) : undefined;
  } while (cursor);
  return back ? names.toReversed().flat() : names.flat();
}

describe('users', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { by, editor } = await staff();
    const allowed = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN'].includes(role);
    for (const result of [
      await by[role].run(ListUsers, {}),
      await by[role].run(GetUser, { id: userId(editor) }),
    ]) {
      if (allowed) expect(result).toSucceed();
      else expect(result).toBeDenied({ missing: 'user:read' });
    }
  });

  test('lists whoever may be seen: all of the account, or nobody but oneself', async () => {
    const { here, superAdmin } = await staff();
    const gone = await here.person({ name: 'Gone' });
    await here.person({ name: 'Sam Suspended', suspended: true });
    await (await workspace()).person({ name: 'Stranger' });
    const { client } = await testDatabase();
    await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
    const { names, totalCount } = await list(superAdmin);
    expect(names).toEqual([
      'Adam Admin',
      'Edda Editor',
      'Ivan Iam',
      'Sam Suspended',
      'Sofia Super',
      'Uma User',
      'Vito Viewer',
    ]);
    expect(totalCount).toBe(7);
    const reader = await personWith(here, 'user:read', 'account:read');
    expect(await list(reader)).toMatchObject({ totalCount: 1, names: ['Somebody'] });
    expect((await reader.run(GetUser, { id: userId(superAdmin) })).data).toEqual({ user: null });
  });

  test('finds nobody of the id of something else, of another account, or removed', async () => {
    const { here, superAdmin, editor } = await staff();
    const stranger = await (await workspace()).person();
    const { client } = await testDatabase();
    const gone = await here.person();
    await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
    const texts = new Set<string>();
    for (const id of [userId(stranger), userId(gone), globalId('Role', editor.id), '', 'x']) {
      texts.add((await superAdmin.run(GetUser, { id })).text);
    }
    expect([...texts]).toEqual(['{"data":{"user":null}}']);
    const { data } = await superAdmin.run(GetUser, { id: userId(editor) });
    expect(data?.user).toMatchObject({
      name: 'Edda Editor',
      status: 'ACTIVE',
      lastSignedInAt: null,
      addedVia: 'MANUAL',
      addedBy: null,
      roles: [{ name: 'EDITOR' }],
    });
  });
});

describe('the filters of users', () => {
  let who: Actor;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    const { here, superAdmin, roleIds } = await staff();
    who = superAdmin;
    const [zoe, percent, score, plain] = await here.people([
      { name: 'ZOË  Straße', email: `zoe.100%x@${here.slug}.test`, role: 'VIEWER' },
      { name: '100% Sure', role: 'VIEWER' },
      { name: 'under_score', role: 'VIEWER', suspended: true },
      { name: String.raw`back\slash`, role: 'VIEWER' },
    ]);
    const auditor = await customRole(here, { name: 'Auditor' });
    await give(here, plain, [auditor, roleIds.EDITOR]);
    Object.assign(ids, {
      group: globalId('Group', await here.group([zoe, score])),
      empty: globalId('Group', await here.group([])),
      foreign: globalId('Group', await (await workspace()).group([])),
      percent: userId(percent),
      auditor,
      heir: await customRole(here, { parentIds: [auditor] }),
      ...roleIds,
    });
  });

  test.each([
    ['zoë', ['ZOË  Straße']],
    ['ｚｏë', ['ZOË  Straße']],
    ['zoë straSS', []],
    ['zoë stra', ['ZOË  Straße']],
    ['zoe.', ['ZOË  Straße']],
    ['100%', ['100% Sure', 'ZOË  Straße']],
    ['%', ['100% Sure', 'ZOË  Straße']],
    ['_', ['under_score']],
    ['\\', [String.raw`back\slash`]],
    ['UNDER', ['under_score']],
    ["'; --", []],
    ['nobody at all', []],
  ])('search %s', async (search, names) => {
    expect(await list(who, { filter: { search } })).toMatchObject({
      totalCount: names.length,
      names,
    });
  });

  test('search for nothing finds everybody', async () => {
    for (const search of ['', '  ', null]) {
      expect((await list(who, { filter: { search } })).totalCount).toBe(10);
    }
    const result = await who.run(ListUsers, { filter: { search: 'x'.repeat(201) } });
    expect(result).toFail('INVALID_INPUT');
  });

  test('role, status and group, alone and together', async () => {
    const names = async (filter: ListUsersQueryVariables['filter']) =>
      (await list(who, { filter })).names;
    expect(await names({ roleId: ids['auditor'] })).toEqual([String.raw`back\slash`]);
    expect(await names({ roleId: ids['heir'] })).toEqual([]);
    expect(await names({ roleId: ids['EDITOR'] })).toEqual([String.raw`back\slash`, 'Edda Editor']);
    expect(await names({ status: 'SUSPENDED' })).toEqual(['under_score']);
    expect(await names({ status: 'ACTIVE' })).toHaveLength(9);
    expect(await names({ groupId: ids['group'] })).toEqual(['under_score', 'ZOË  Straße']);
    expect(await names({ groupId: ids['group'], status: 'ACTIVE' })).toEqual(['ZOË  Straße']);
    expect(await names({ groupId: ids['group'], search: 'score' })).toEqual(['under_score']);
    for (const none of ['empty', 'foreign', 'auditor']) {
      expect(await names({ groupId: ids[none] })).toEqual([]);
    }
    const { client } = await testDatabase();
    const enrolled = { mfaEnrolledAt: new Date() };
    await client.user.update({ where: { id: who.id }, data: enrolled });
    const [only, ...others] = await names({ mfa: true });
    expect([only, others]).toEqual([who.name, []]);
    expect(await names({ mfa: false })).toHaveLength(9);
    expect(await names({ mfa: false, status: 'SUSPENDED' })).toEqual(['under_score']);
    expect(await names({ roleId: ids['group'] })).toEqual([]);
    expect(await names({ roleId: 'no id' })).toEqual([]);
  });
});

describe('the pages of users', () => {
  let who: Actor;
  let everybody: string[];

  beforeAll(async () => {
    const { here, superAdmin } = await staff();
    who = superAdmin;
    const same = { name: 'Same Name' };
    const people = await here.people([same, { name: 'same  name' }, same, same, same, same]);
    const { client } = await testDatabase();
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    // Two at the same moment, and most of them never.
    for (const [index, day] of [3, 1, 1, 2].entries()) {
      const id = people[index]?.id ?? '';
      await client.user.update({ where: { id }, data: { lastSignedInAt: at(day) } });
    }
    everybody = (await list(who, { orderBy: 'ADDED_DESC' })).edges.map(({ node }) => node.id);
  });

  test.each(ORDERS)('%s: the same people forward, backward, and at once', async (orderBy) => {
    const whole = (await list(who, { orderBy })).edges.map(({ node }) => node.id);
    expect(whole.toSorted()).toEqual(everybody.toSorted());
    for (const size of [1, 2, 5, 12]) {
      expect(await walk(who, size, false, { orderBy }), `${size} forward`).toEqual(whole);
      expect(await walk(who, size, true, { orderBy }), `${size} backward`).toEqual(whole);
    }
  });

  test('who never signed in comes last, either way', async () => {
    const times = async (orderBy: (typeof ORDERS)[number]) =>
      (await list(who, { orderBy })).edges.map(({ node }) => node.lastSignedInAt);
    const days = (...each: number[]) => each.map((day) => `2026-01-0${day}T00:00:00.000Z`);
    const never = Array.from({ length: 8 }, () => null);
    expect(await times('LAST_SIGNED_IN_ASC')).toEqual([...days(1, 1, 2, 3), ...never]);
    expect(await times('LAST_SIGNED_IN_DESC')).toEqual([...days(3, 2, 1, 1), ...never]);
  });

  test('a name and a newer person come where they belong', async () => {
    expect((await list(who, { orderBy: 'NAME_ASC' })).names.slice(0, 3)).toEqual([
      'Adam Admin',
      'Edda Editor',
      'Ivan Iam',
    ]);
    expect((await list(who, { orderBy: 'NAME_DESC' })).names[0]).toBe('Vito Viewer');
    expect((await list(who, { orderBy: 'ADDED_DESC' })).names.at(-1)).toBe('Sofia Super');
    const emails = (await list(who, { orderBy: 'EMAIL_ASC' })).edges.map(({ node }) => node.email);
    expect(emails).toEqual(emails.toSorted());
  });

  test('count all that match, on every page', async () => {
    const { data } = await who.run(ListUsers, { first: 2, filter: { search: 'same name' } });
    expect(data?.users).toMatchObject({ totalCount: 6, pageInfo: { hasNextPage: true } });
    expect((await who.run(ListUsers, { first: 0 })).data?.users).toMatchObject({
      totalCount: 12,
      edges: [],
    });
  });

  test('refuse a cursor of another order or list, and too much at once', async () => {
    const { edges } = await list(who, { orderBy: 'NAME_ASC' });
    const after = edges[1]?.cursor ?? '';
    for (const variables of [
      { after, orderBy: 'EMAIL_ASC' },
      { after, orderBy: 'ADDED_DESC' },
      { after, orderBy: 'LAST_SIGNED_IN_ASC' },
      { after: 'x' },
      { after: '' },
      { after: Buffer.from('[["nameKey",null],["id",null]]').toString('base64url') },
      { first: 101 },
      { first: -1 },
      { last: 101 },
    ] as ListUsersQueryVariables[]) {
      expect(await who.run(ListUsers, variables), JSON.stringify(variables)).toFail(
        'INVALID_INPUT',
      );
    }
  });
});

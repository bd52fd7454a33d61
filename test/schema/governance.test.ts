import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { giveCustomRole } from '../support/leaver.js';
import { ListInactiveUsers, ListUnusedRoles, ReadNextReview } from '../support/operations.js';
import { beginReview, closing } from '../support/review.js';
import { workspace, world } from '../support/world.js';

const NOW = new Date();
const DAY = 86_400_000;
const daysAgo = (days: number, ms = 0) => new Date(NOW.getTime() - days * DAY - ms);

describe('governance is for', () => {
  test.each<[AccountRole, boolean]>([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', true],
    ['USER_ADMIN', false],
    ['ADMIN', false],
    ['EDITOR', false],
    ['VIEWER', false],
  ])('%s: %s', async (role, may) => {
    const who = await (await workspace()).person({ role });
    const results = [
      await who.run(ListInactiveUsers, {}),
      await who.run(ListUnusedRoles, {}),
      await who.run(ReadNextReview),
    ];
    for (const result of results) {
      if (may) expect(result).toSucceed();
      else expect(result).toBeDenied({ missing: 'governance:read' });
    }
  });

  test('no service account, and nobody who is not signed in', async () => {
    const { here, anonymous } = await world();
    expect(await (await here.program()).run(ReadNextReview)).toBeDenied({
      missing: 'governance:read',
    });
    expect(await anonymous.run(ReadNextReview)).toFail('UNAUTHENTICATED');
  });
});

/** An account whose people were last seen, or came, at some times. */
async function sleepers() {
  const app = await testApp({ now: () => NOW });
  const here = await workspace(app);
  const drafts = [
    { name: 'Chief', role: 'SUPER_ADMIN', seen: NOW, came: daysAgo(500) },
    { name: 'f just in time', seen: daysAgo(90), came: daysAgo(500) },
    { name: 'd a moment late', seen: daysAgo(90, 1), came: daysAgo(500) },
    { name: 'c long ago', seen: daysAgo(200), came: daysAgo(500) },
    { name: 'b never, came long ago', seen: null, came: daysAgo(91) },
    { name: 'Never, came lately', seen: null, came: daysAgo(89) },
    { name: 'Suspended', seen: daysAgo(200), came: daysAgo(500), suspended: true },
    { name: 'Removed', seen: daysAgo(200), came: daysAgo(500), removed: true },
  ] as const;
  const people = await here.people(drafts);
  const { client } = await testDatabase();
  for (const [at, draft] of drafts.entries()) {
    await client.user.update({
      where: { id: people[at]?.id ?? '' },
      data: {
        lastSignedInAt: draft.seen,
        addedAt: draft.came,
        ...('removed' in draft && { removedAt: NOW }),
      },
    });
  }
  const [chief] = people;
  const list = async (variables: { days?: number; first?: number; after?: string }) => {
    const { data } = await chief.run(ListInactiveUsers, variables);
    const page = data?.governance?.inactiveUsers;
    return { names: page?.edges.map(({ node }) => node.name), page };
  };
  return { here, app, chief, list };
}

describe('inactive people', () => {
  test('have not signed in for so many days; those who never did, since they came', async () => {
    const { app, list } = await sleepers();
    const late = ['b never, came long ago', 'c long ago', 'd a moment late'];
    expect((await list({})).names).toEqual(late);
    expect((await list({ days: 90 })).names).toEqual(late);
    expect((await list({ days: 91 })).names).toEqual(['c long ago']);
    expect((await list({ days: 200 })).names).toEqual([]);
    expect((await list({ days: 89 })).names).toEqual([...late, 'f just in time']);
    expect((await list({ days: 1 })).names).toEqual([
      ...late,
      'f just in time',
      'Never, came lately',
    ]);
    expect((await list({ days: 366 })).names).toEqual([]);
    await app.close();
  });

  test('are listed page by page', async () => {
    const { app, list } = await sleepers();
    const one = await list({ first: 2 });
    expect(one.names).toEqual(['b never, came long ago', 'c long ago']);
    expect(one.page?.totalCount).toBe(3);
    const two = await list({ first: 2, after: one.page?.pageInfo.endCursor ?? '' });
    expect(two.names).toEqual(['d a moment late']);
    expect(two.page?.pageInfo.hasNextPage).toBe(false);
    await app.close();
  });

  test.each([0, -1, 367])('for %i days is no question', async (days) => {
    const chief = await (await workspace()).person({ role: 'SUPER_ADMIN' });
    expect(await chief.run(ListInactiveUsers, { days })).toFail('INVALID_INPUT');
  });

  test('of another account are not listed', async () => {
    const { app } = await sleepers();
    const here = await workspace(app);
    const chief = await here.person({ role: 'SUPER_ADMIN' });
    const { data } = await chief.run(ListInactiveUsers, { days: 1 });
    expect(data?.governance?.inactiveUsers?.totalCount).toBe(0);
    await app.close();
  });
});

test('unused roles are the account’s own that nobody holds or inherits from', async () => {
  const { here, superAdmin, outsider } = await world();
  const { client } = await testDatabase();
  const { accountId } = here;
  const parent = await giveCustomRole(here, outsider, ['dataset:create'], 'Parent');
  const child = await giveCustomRole(here, outsider, [], 'Child');
  await giveCustomRole(here, outsider, [], 'Held');
  const idle = await giveCustomRole(here, outsider, [], 'Idle');
  const over = await giveCustomRole(here, outsider, [], 'another idle one');
  await client.roleAssignment.deleteMany({ where: { roleId: { in: [parent, idle, over] } } });
  await client.roleParent.create({ data: { accountId, roleId: child, parentId: parent } });
  const elsewhere = await world();
  const foreign = await giveCustomRole(elsewhere.here, elsewhere.outsider, [], 'Foreign');
  await client.roleAssignment.deleteMany({ where: { roleId: foreign } });
  const list = async (variables: { first?: number; after?: string }) =>
    (await superAdmin.run(ListUnusedRoles, variables)).data?.governance?.unusedRoles;
  const all = await list({});
  expect(all?.edges.map(({ node }) => node.name)).toEqual(['another idle one', 'Idle']);
  expect(all?.totalCount).toBe(2);
  const one = await list({ first: 1 });
  const two = await list({ first: 1, after: one?.pageInfo.endCursor ?? '' });
  expect(two?.edges.map(({ node }) => node.name)).toEqual(['Idle']);
});

test('everything is to be reviewed again so long after it last was', async () => {
  const clock = { now: NOW };
  const app = await testApp({ now: () => clock.now });
  const here = await workspace(app);
  const chief = await here.person({ role: 'SUPER_ADMIN' });
  const { client } = await testDatabase();
  const { createdAt } = await client.account.findUniqueOrThrow({ where: { id: here.accountId } });
  const due = async () =>
    (await chief.run(ReadNextReview)).data?.governance?.nextAccessReviewDueAt ?? '';
  const after = (from: Date, days: number) => new Date(from.getTime() + days * DAY).toISOString();
  expect(await due()).toBe(after(createdAt, 90));
  const [all, flows] = [await beginReview(chief), await beginReview(chief, { scope: 'FLOWS' })];
  clock.now = new Date(NOW.getTime() + 1_000);
  expect(await closing(chief, flows)).toSucceed();
  // Neither what goes through a part of it nor what is open counts.
  expect(await due()).toBe(after(createdAt, 90));
  clock.now = new Date(NOW.getTime() + 2_000);
  expect(await closing(chief, all)).toSucceed();
  expect(await due()).toBe(after(clock.now, 90));
  const closed = clock.now;
  clock.now = new Date(NOW.getTime() + 3_000);
  await beginReview(chief);
  expect(await due()).toBe(after(closed, 90));
  await client.account.update({ where: { id: here.accountId }, data: { reviewDays: 30 } });
  expect(await due()).toBe(after(closed, 30));
  await app.close();
});

test('lists of people and roles take as many statements for 25 as for one', async () => {
  const here = await workspace();
  const [chief, other] = await here.people([{ role: 'SUPER_ADMIN' }, {}]);
  const grow = async (count: number) => {
    const people = await here.people(Array.from({ length: count }, () => ({})));
    const { client } = await testDatabase();
    await client.user.updateMany({
      where: { id: { in: people.map(({ id }) => id) } },
      data: { lastSignedInAt: daysAgo(400) },
    });
    const ids: string[] = [];
    for (let at = 0; at < count; at += 1) ids.push(await giveCustomRole(here, other, []));
    await client.roleAssignment.deleteMany({ where: { roleId: { in: ids } } });
  };
  await grow(1);
  const people = await chief.run(ListInactiveUsers, {});
  const roles = await chief.run(ListUnusedRoles, {});
  await grow(24);
  const manyPeople = await chief.run(ListInactiveUsers, {});
  expect(manyPeople.data?.governance?.inactiveUsers?.edges).toHaveLength(25);
  expect(manyPeople).toTakeQueries(people.statements);
  const manyRoles = await chief.run(ListUnusedRoles, {});
  expect(manyRoles.data?.governance?.unusedRoles?.edges).toHaveLength(25);
  expect(manyRoles).toTakeQueries(roles.statements);
});

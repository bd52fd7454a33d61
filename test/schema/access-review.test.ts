import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { keyOf, rowIdOf } from '../support/keys.js';
import { giveCustomRole } from '../support/leaver.js';
import {
  GetNode,
  ListAccessReviews,
  ListAccessReviewsDeeply,
  ReadAccessReview,
  StartAccessReview,
} from '../support/operations.js';
import {
  beginReview,
  decideByWords,
  decideOn,
  linesOf,
  reviewed,
  wordsOf,
} from '../support/review.js';
import { globalId, workspace, world } from '../support/world.js';

const DAY = 86_400_000;

const ROLES = [
  'Ada Admin: EDITOR',
  'Ivan Iam: IAM_ADMIN',
  'Sam Suspended: EDITOR',
  'Sofia Super: SUPER_ADMIN',
  'Vera Viewer: VIEWER',
];
const PLACES = ['Ada Admin: Operations', 'Vera Viewer: Operations'];
const FLOWS = [
  'Ada Admin: Onboarding: OWNER',
  'Robot: Onboarding: EDITOR',
  'Ada Admin: Suppliers: ADMIN',
  'Vera Viewer: Suppliers: VIEWER',
  'Operations: Suppliers: MEMBER',
];

describe('whoever reviews access', () => {
  test.each<[AccountRole, boolean]>([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', true],
    ['USER_ADMIN', false],
    ['ADMIN', false],
    ['EDITOR', false],
    ['VIEWER', false],
  ])('%s: %s', async (role, may) => {
    const here = await workspace();
    const [chief, who] = await here.people([{ role: 'SUPER_ADMIN' }, { role }]);
    const id = await beginReview(chief);
    const [line] = await linesOf(chief, id);
    const results = [
      await who.run(ListAccessReviews, {}),
      await who.run(ReadAccessReview, { id }),
      await who.run(StartAccessReview, { input: {} }),
      await decideOn(who, id, [line?.id ?? ''], null),
    ];
    for (const result of results) {
      if (may) expect(result.errors?.[0]?.extensions.code ?? 'NOT_YOURSELF').toBe('NOT_YOURSELF');
      else expect(result).toBeDenied({ missing: 'accessReview:manage' });
    }
    const [started] = results.slice(2);
    if (!may) await expect(started).toHaveAudited({ action: 'accessReview.started' });
  });

  test('also has a role of the account’s own, or a key of their own', async () => {
    const { here, outsider, superAdmin, anonymous } = await world();
    await giveCustomRole(here, outsider, ['accessReview:manage']);
    expect(await outsider.run(StartAccessReview, { input: {} })).toSucceed();
    const { user } = await keyOf(here, { userId: superAdmin.id });
    expect(await user.run(StartAccessReview, { input: {} })).toSucceed();
    expect(await anonymous.run(ListAccessReviews, {})).toFail('UNAUTHENTICATED');
  });

  test('is a person, never a service account or somebody who acts as one', async () => {
    const { here, superAdmin } = await world();
    const program = await here.program();
    expect(await program.run(ListAccessReviews, {})).toBeDenied({
      missing: 'accessReview:manage',
    });
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    for (const result of [
      await program.as(superAdmin).run(ListAccessReviews, {}),
      await program.as(superAdmin).run(StartAccessReview, { input: {} }),
    ]) {
      expect(result.errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        denial: { reason: 'NOT_DELEGABLE' },
      });
    }
  });

  test('sees those of their account', async () => {
    const { superAdmin, stranger, dataset } = await world();
    const id = await beginReview(superAdmin);
    expect((await stranger.run(ReadAccessReview, { id })).data?.accessReview).toBeNull();
    const unknown = await superAdmin.run(ReadAccessReview, { id: dataset.id });
    expect(unknown.data?.accessReview).toBeNull();
    await expect(await stranger.run(GetNode, { id })).toBeHidden();
    expect(await superAdmin.run(GetNode, { id })).toSucceed();
    const { data } = await stranger.run(ListAccessReviews, {});
    expect(data?.accessReviews?.totalCount).toBe(0);
  });
});

describe('a review goes through', () => {
  test.each([
    { scope: 'ACCOUNT_ROLES', lines: ROLES },
    { scope: 'GROUPS', lines: PLACES },
    { scope: 'FLOWS', lines: FLOWS },
    {
      scope: 'EVERYTHING',
      lines: [
        'Ada Admin: EDITOR',
        'Ivan Iam: IAM_ADMIN',
        'Sam Suspended: EDITOR',
        'Sofia Super: SUPER_ADMIN',
        'Vera Viewer: VIEWER',
        'Ada Admin: Operations',
        'Vera Viewer: Operations',
        ...FLOWS,
      ],
    },
  ] as const)('$scope', async ({ scope, lines }) => {
    const { chief } = await reviewed();
    const id = await beginReview(chief, { scope });
    expect((await linesOf(chief, id)).map(wordsOf)).toEqual(lines);
  });

  test('what there is, as it is when it begins', async () => {
    const { chief, here, ada, vera, robot } = await reviewed();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: vera.id }, data: { removedAt: new Date() } });
    const elsewhere = await reviewed();
    const id = await beginReview(chief, { scope: 'ACCOUNT_ROLES' });
    const flows = await beginReview(chief, { scope: 'FLOWS' });
    await client.user.update({ where: { id: ada.id }, data: { name: 'Ada Another' } });
    await client.roleAssignment.deleteMany({ where: { accountId: here.accountId } });
    const { roleId } = await client.roleAssignment.findFirstOrThrow({
      where: { userId: elsewhere.chief.id },
      select: { roleId: true },
    });
    expect(roleId).toBeDefined();
    const again = { userId: chief.id, accountId: here.accountId };
    const role = await client.role.findFirstOrThrow({
      where: { accountId: here.accountId, builtIn: 'SUPER_ADMIN' },
    });
    await client.roleAssignment.create({ data: { ...again, roleId: role.id } });
    const lines = await linesOf(chief, id);
    expect(lines.map(wordsOf)).toEqual(ROLES.slice(0, 4));
    expect(lines[0]).toMatchObject({
      kind: 'ACCOUNT_ROLE',
      holder: { id: globalId('User', ada.id), name: 'Ada Another' },
      memberRole: null,
      decision: null,
      decidedBy: null,
      decidedAt: null,
      outcome: null,
    });
    const onFlows = await linesOf(chief, flows);
    const ofRobot = onFlows.find(({ holderName }) => holderName === 'Robot');
    expect(ofRobot?.holder?.id).toBe(globalId('ServiceAccount', robot.id));
    expect(onFlows.find(({ holderName }) => holderName === 'Operations')?.holder).toBeNull();
  });
});

describe('a review is due', () => {
  test('when the settings of the account say, and overdue only after that', async () => {
    const clock = { now: new Date('2026-01-01T00:00:00.000Z') };
    const app = await testApp({ now: () => clock.now });
    const { chief, here } = await reviewed(app);
    const { client } = await testDatabase();
    await client.session.updateMany({
      where: { accountId: here.accountId },
      data: { expiresAt: new Date('2027-01-01') },
    });
    const id = await beginReview(chief);
    const { data } = await chief.run(ReadAccessReview, { id });
    expect(data?.accessReview?.dueAt).toBe('2026-04-01T00:00:00.000Z');
    const { accountId } = here;
    await client.account.update({ where: { id: accountId }, data: { reviewDays: 30 } });
    const sooner = await beginReview(chief);
    const due = new Date(clock.now.getTime() + 30 * DAY);
    const read = async () => (await chief.run(ReadAccessReview, { id: sooner })).data?.accessReview;
    expect(await read()).toMatchObject({ dueAt: due.toISOString(), isOverdue: false });
    clock.now = due;
    expect((await read())?.isOverdue).toBe(false);
    clock.now = new Date(due.getTime() + 1);
    expect((await read())?.isOverdue).toBe(true);
    await client.accessReview.update({
      where: { id: rowIdOf(sooner) },
      data: { closedAt: clock.now },
    });
    expect((await read())?.isOverdue).toBe(false);
    await app.close();
  });

  test('when it was said, in the future', async () => {
    const { chief } = await reviewed();
    const dueAt = new Date(Date.now() + DAY).toISOString();
    const { data } = await chief.run(StartAccessReview, { input: { dueAt } });
    expect(data?.startAccessReview?.accessReview).toMatchObject({
      dueAt,
      scope: 'EVERYTHING',
      startedBy: { name: 'Sofia Super' },
      isOverdue: false,
      closedAt: null,
      closedBy: null,
      progress: { lines: 12, confirmed: 0, revoked: 0, undecided: 12 },
    });
    const past = new Date(Date.now() - 1).toISOString();
    const refused = await chief.run(StartAccessReview, { input: { dueAt: past } });
    expect(refused).toFail('INVALID_INPUT');
    await expect(refused).toHaveAudited({
      action: 'accessReview.started',
      outcome: 'REFUSED',
      code: 'INVALID_INPUT',
    });
  });
});

test('that a review began is in the audit log', async () => {
  const { chief } = await reviewed();
  const dueAt = new Date(Date.now() + DAY).toISOString();
  const result = await chief.run(StartAccessReview, { input: { scope: 'GROUPS', dueAt } });
  await expect(result).toHaveAudited({
    action: 'accessReview.started',
    targetType: 'AccessReview',
    targetId: rowIdOf(result.data?.startAccessReview?.accessReview.id),
    after: { scope: 'GROUPS', dueAt, lines: 2 },
  });
});

describe('lists', () => {
  test('of reviews, newest first, page by page', async () => {
    const { chief } = await reviewed();
    const ids: string[] = [];
    for (let at = 0; at < 3; at += 1) ids.unshift(await beginReview(chief, { scope: 'GROUPS' }));
    const page = async (first: number, after?: string) =>
      (await chief.run(ListAccessReviews, { first, after })).data?.accessReviews;
    const one = await page(2);
    expect(one?.totalCount).toBe(3);
    expect(one?.edges.map(({ node }) => node.id)).toEqual(ids.slice(0, 2));
    expect(one?.pageInfo.hasNextPage).toBe(true);
    const two = await page(2, one?.pageInfo.endCursor ?? '');
    expect(two?.edges.map(({ node }) => node.id)).toEqual(ids.slice(2));
    expect(two?.pageInfo.hasNextPage).toBe(false);
    expect(await chief.run(ListAccessReviews, { first: 101 })).toFail('INVALID_INPUT');
  });

  test('of lines, forwards and backwards, and filtered', async () => {
    const { chief } = await reviewed();
    const id = await beginReview(chief);
    const all = (await linesOf(chief, id)).map(wordsOf);
    const page = async (args: object) => {
      const { data } = await chief.run(ReadAccessReview, { id, ...args });
      const { lines } = data?.accessReview ?? {};
      return { words: lines?.edges.map(({ node }) => wordsOf(node)), lines };
    };
    const one = await page({ first: 7 });
    expect(one.words).toEqual(all.slice(0, 7));
    expect(one.lines?.totalCount).toBe(12);
    const two = await page({ first: 7, after: one.lines?.pageInfo.endCursor });
    expect(two.words).toEqual(all.slice(7));
    const last = await page({ last: 3 });
    expect(last.words).toEqual(all.slice(-3));
    const before = await page({ last: 3, before: last.lines?.pageInfo.startCursor });
    expect(before.words).toEqual(all.slice(-6, -3));
    expect(await decideByWords(chief, id, PLACES, 'CONFIRMED')).toSucceed();
    expect((await linesOf(chief, id, { kind: 'GROUP' })).map(wordsOf)).toEqual(PLACES);
    expect((await linesOf(chief, id, { undecided: false })).map(wordsOf)).toEqual(PLACES);
    const undecided = await page({ filter: { undecided: true } });
    expect(undecided.words).toEqual([...ROLES, ...FLOWS]);
    expect(undecided.lines?.totalCount).toBe(10);
    expect(await linesOf(chief, id, { undecided: true, kind: 'GROUP' })).toEqual([]);
  });

  test('of 25 reviews with progress and lines take as many statements as of one', async () => {
    const { chief, iamAdmin } = await reviewed();
    const first = await beginReview(chief);
    expect(await decideByWords(iamAdmin, first, PLACES, 'CONFIRMED')).toSucceed();
    const one = await chief.run(ListAccessReviewsDeeply, { first: 25 });
    expect(one.data?.accessReviews?.edges[0]?.node.progress).toEqual({ lines: 12, undecided: 10 });
    for (let at = 1; at < 25; at += 1) await beginReview(at % 2 ? chief : iamAdmin);
    const many = await chief.run(ListAccessReviewsDeeply, { first: 25 });
    expect(many.data?.accessReviews?.edges).toHaveLength(25);
    expect(many).toTakeQueries(one.statements);
    expect(one.statements).toBeLessThanOrEqual(5);
  });
});

import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { createFlows } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import { departure, egress, giveCustomRole, pendingInvitation } from '../support/leaver.js';
import { ReadLeftBehind, ReadOffboardingPlan } from '../support/operations.js';
import { globalId, workspace, world } from '../support/world.js';

const NOW = new Date('2026-03-31T12:00:00.000Z');
const DAY = 86_400_000;

const of = ({ id }: { id: string }) => ({ userId: globalId('User', id) });

describe('the plan is for whoever may remove people', () => {
  test.each<[AccountRole, boolean]>([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', true],
    ['USER_ADMIN', true],
    ['ADMIN', true],
    ['EDITOR', false],
    ['VIEWER', false],
  ])('%s: %s', async (role, may) => {
    const here = await workspace();
    const [who, whom] = await here.people([{ role }, {}]);
    const result = await who.run(ReadOffboardingPlan, of(whom));
    if (may) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'user:remove' });
  });

  test('also by a role of the account’s own; nobody else', async () => {
    const { here, outsider, viewer, anonymous } = await world();
    await giveCustomRole(here, outsider, ['user:remove']);
    expect(await outsider.run(ReadOffboardingPlan, of(viewer))).toSucceed();
    expect(await anonymous.run(ReadOffboardingPlan, of(viewer))).toFail('UNAUTHENTICATED');
    const program = await here.program();
    expect(await program.run(ReadOffboardingPlan, of(viewer))).toBeDenied({
      missing: 'user:remove',
    });
  });

  test('it hides another account’s people, removed ones and whatever is no person', async () => {
    const { superAdmin, stranger, viewer, dataset } = await world();
    await expect(await superAdmin.run(ReadOffboardingPlan, of(stranger))).toBeHidden();
    await expect(await superAdmin.run(ReadOffboardingPlan, { userId: dataset.id })).toBeHidden();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: viewer.id }, data: { removedAt: new Date() } });
    await expect(await superAdmin.run(ReadOffboardingPlan, of(viewer))).toBeHidden();
  });

  test('its parts have rules of their own', async () => {
    const { here, leaver } = await departure();
    const [userAdmin, iamAdmin, admin] = await here.people([
      { role: 'USER_ADMIN' },
      { role: 'IAM_ADMIN' },
      { role: 'ADMIN' },
    ]);
    const missingOf = async (who: typeof admin) => {
      const { errors = [] } = await who.run(ReadLeftBehind, of(leaver));
      return errors
        .map(({ path, extensions }) => [
          path?.at(-1),
          (extensions['denial'] as { missing: string[] }).missing[0],
        ])
        .toSorted();
    };
    expect(await missingOf(userAdmin)).toEqual([
      ['exports', 'auditLog:read'],
      ['serviceAccountKeys', 'serviceAccount:manage'],
    ]);
    expect(await missingOf(iamAdmin)).toEqual([['invitations', 'user:create']]);
    expect(await missingOf(admin)).toEqual([['serviceAccountKeys', 'serviceAccount:manage']]);
  });
});

test('the plan counts what goes, and lists flows that would be without an Admin or Owner', async () => {
  const { chief, leaver, alone, flow } = await departure();
  const { data } = await chief.run(ReadOffboardingPlan, of(leaver));
  expect(data?.offboardingPlan).toEqual({
    user: { id: globalId('User', leaver.id), name: 'Lena Leaver' },
    goes: { sessions: 1, apiKeys: 1, groups: 1, memberships: 3, orphanedFlows: 2 },
    soleAdminOf: [
      { id: alone.id, name: 'Alone', kind: 'DATASET' },
      { id: flow.id, name: 'Onboarding', kind: 'PROCESS' },
    ],
  });
});

test('a co-admin counts if active: a person, somebody of a group, a service account', async () => {
  const here = await workspace();
  const [chief, leaver, active, suspended] = await here.people([
    { role: 'SUPER_ADMIN' },
    {},
    {},
    { suspended: true },
  ]);
  const [live, shut, empty] = [
    await here.group([active]),
    await here.group([suspended]),
    await here.group([]),
  ];
  const [own, off] = [await here.serviceAccount(), await here.serviceAccount()];
  const { client } = await testDatabase();
  await client.serviceAccount.update({ where: { id: off }, data: { disabledAt: new Date() } });
  const leaverIs = { user: leaver, role: 'ADMIN' as const };
  await here.datasets([
    { name: 'Person', members: [leaverIs, { user: active, role: 'ADMIN' }] },
    { name: 'Group', members: [leaverIs, { groupId: live, role: 'ADMIN' }] },
    { name: 'Program', members: [leaverIs, { serviceAccountId: own, role: 'ADMIN' }] },
    { name: 'a suspended person', members: [leaverIs, { user: suspended, role: 'ADMIN' }] },
    { name: 'b suspended group', members: [leaverIs, { groupId: shut, role: 'ADMIN' }] },
    { name: 'c empty group', members: [leaverIs, { groupId: empty, role: 'ADMIN' }] },
    { name: 'd disabled program', members: [leaverIs, { serviceAccountId: off, role: 'ADMIN' }] },
    { name: 'e member', members: [leaverIs, { user: active, role: 'MEMBER' }] },
    {
      name: 'f group shut out by a role of one’s own',
      members: [leaverIs, { groupId: live, role: 'ADMIN' }, { user: active, role: 'VIEWER' }],
    },
    { name: 'Not an Admin', members: [{ user: leaver, role: 'MEMBER' }] },
    { name: 'Another’s', members: [{ user: active, role: 'ADMIN' }] },
  ]);
  await createFlows(here, [
    { name: 'g process', members: [{ user: leaver, role: 'OWNER' }] },
    { kind: 'BOARD', name: 'h board', members: [{ user: leaver, role: 'OWNER' }] },
    { name: 'Editor', members: [{ user: leaver, role: 'EDITOR' }] },
  ]);
  const { data } = await chief.run(ReadOffboardingPlan, of(leaver));
  expect(data?.offboardingPlan?.soleAdminOf.map(({ name }) => name)).toEqual([
    'a suspended person',
    'b suspended group',
    'c empty group',
    'd disabled program',
    'e member',
    'f group shut out by a role of one’s own',
    'g process',
    'h board',
  ]);
  expect(data?.offboardingPlan?.goes.orphanedFlows).toBe(8);
});

test('keys of service accounts are listed if the person made them and they still work', async () => {
  const app = await testApp({ now: () => NOW });
  const here = await workspace(app);
  const { client } = await testDatabase();
  const [chief, leaver, other] = await here.people([{ role: 'SUPER_ADMIN' }, {}, {}]);
  const robot = { serviceAccountId: await here.serviceAccount() };
  const createdById = leaver.id;
  const key = (name: string, slot: number, draft: object = {}) =>
    keyOf(here, robot, { name, slot, createdById, ...draft });
  await key('First', 1);
  await key('Off', 2, { isActive: false });
  await key('Later', 3, { expiresAt: new Date(NOW.getTime() + 1) });
  await key('Over', 4, { expiresAt: NOW });
  await key('Another’s', 5, { createdById: other.id });
  const gone = await key('Deleted', 6);
  await client.accessKey.update({
    where: { id: gone.rowId },
    data: { deletedAt: NOW, slot: null, secretHash: null },
  });
  await keyOf(here, { userId: leaver.id }, { name: 'Their own', slot: 7, createdById });
  const names = async (first?: number, after?: string) => {
    const { data } = await chief.run(ReadLeftBehind, { ...of(leaver), first, after });
    const page = data?.offboardingPlan?.serviceAccountKeys;
    return { names: page?.edges.map(({ node }) => node.name), page };
  };
  const all = await names();
  expect(all.names).toEqual(['First', 'Off', 'Later']);
  expect(all.page?.totalCount).toBe(3);
  const one = await names(2);
  expect(one.names).toEqual(['First', 'Off']);
  expect(one.page?.pageInfo.hasNextPage).toBe(true);
  const two = await names(2, one.page?.pageInfo.endCursor ?? '');
  expect(two.names).toEqual(['Later']);
  await app.close();
});

test('invitations are listed if they are pending and the person sent them, newest first', async () => {
  const { here, chief, leaver, colleague, invitationId } = await departure();
  const { client } = await testDatabase();
  const second = await pendingInvitation(here, leaver, 'second@example.test');
  const over = await pendingInvitation(here, leaver);
  await client.invitation.update({
    where: { id: over },
    data: { state: 'REVOKED', closedAt: NOW, secretHash: null },
  });
  await pendingInvitation(here, colleague);
  const { data } = await chief.run(ReadLeftBehind, of(leaver));
  const { totalCount, edges } = data?.offboardingPlan?.invitations ?? {};
  expect(totalCount).toBe(2);
  expect(edges?.map(({ node }) => node.id)).toEqual([
    globalId('Invitation', second),
    globalId('Invitation', invitationId),
  ]);
  const page = await chief.run(ReadLeftBehind, { ...of(leaver), first: 1 });
  expect(page.data?.offboardingPlan?.invitations?.pageInfo.hasNextPage).toBe(true);
});

test('exports are listed for 30 days, to the millisecond, and nobody else’s', async () => {
  const app = await testApp({ now: () => NOW });
  const { here, chief, leaver, colleague, alone } = await departure(app);
  const ago = (ms: number) => new Date(NOW.getTime() - ms);
  await egress(here, leaver, ago(30 * DAY + 1), 'too old.csv');
  await egress(here, leaver, ago(30 * DAY), 'just in.csv', alone.rowId);
  await egress(here, leaver, ago(0), 'now.csv');
  await egress(here, colleague, ago(1), 'not theirs.csv');
  const { data } = await chief.run(ReadLeftBehind, of(leaver));
  const { totalCount, edges } = data?.offboardingPlan?.exports ?? {};
  expect(totalCount).toBe(2);
  expect(edges?.map(({ node }) => node)).toEqual([
    {
      at: NOW.toISOString(),
      kind: 'EXPORT',
      format: 'CSV',
      fileName: 'now.csv',
      fetchedAt: null,
      flow: null,
    },
    {
      at: '2026-03-01T12:00:00.000Z',
      kind: 'EXPORT',
      format: 'CSV',
      fileName: 'just in.csv',
      fetchedAt: null,
      flow: { id: alone.id, name: 'Alone' },
    },
  ]);
  await app.close();
});

test('the plan takes as many statements for 25 of each as for one', async () => {
  const { here, chief, leaver, robot } = await departure();
  const few = await chief.run(ReadOffboardingPlan, of(leaver));
  const little = await chief.run(ReadLeftBehind, of(leaver));
  const members = [{ user: leaver, role: 'ADMIN' as const }];
  await here.datasets(Array.from({ length: 25 }, (_, at) => ({ name: `Set ${at}`, members })));
  for (let slot = 3; slot < 28; slot += 1) {
    await keyOf(here, { serviceAccountId: robot.id }, { slot, createdById: leaver.id });
    await pendingInvitation(here, leaver);
    await egress(here, leaver, new Date(), `${slot}.csv`);
  }
  const many = await chief.run(ReadOffboardingPlan, of(leaver));
  expect(many.data?.offboardingPlan?.soleAdminOf).toHaveLength(27);
  expect(many).toTakeQueries(few.statements);
  const much = await chief.run(ReadLeftBehind, of(leaver));
  expect(much.data?.offboardingPlan?.invitations?.edges).toHaveLength(25);
  expect(much).toTakeQueries(little.statements);
});

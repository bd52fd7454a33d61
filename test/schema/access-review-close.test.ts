import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { createFlow } from '../support/flow-world.js';
import { rowIdOf } from '../support/keys.js';
import { giveCustomRole } from '../support/leaver.js';
import { GetFlow, GetDataset, ReadBatch, ReadSelf } from '../support/operations.js';
import {
  beginReview,
  closing,
  decideByWords,
  decideOn,
  linesOf,
  outcomesOf,
  reviewed,
} from '../support/review.js';
import { endOf, refusalIn } from '../support/table.js';
import { globalId, workspace } from '../support/world.js';

const VERA = [
  'Vera Viewer: VIEWER',
  'Vera Viewer: Operations',
  'Vera Viewer: Suppliers: VIEWER',
] as const;

/** What closing a review says, without the review. */
async function counts(result: ReturnType<typeof closing>) {
  const { data, errors } = await result;
  const { accessReview: _review, ...closed } = data?.closeAccessReview ?? {};
  return errors ? errors.map(({ extensions }) => extensions.code) : closed;
}

test('undecided lines ask for a confirmation, and stay', async () => {
  const { chief } = await reviewed();
  const id = await beginReview(chief);
  expect(await decideByWords(chief, id, VERA, 'CONFIRMED')).toSucceed();
  const refused = await closing(chief, id, false);
  expect(refused).toFail('CONFIRMATION_NEEDED');
  expect(refusalIn(refused)['undecided']).toBe(9);
  const result = await closing(chief, id);
  expect(result.data?.closeAccessReview).toMatchObject({
    kept: 12,
    removed: 0,
    gone: 0,
    refused: 0,
    accessReview: { id, closedAt: expect.any(String), closedBy: { name: 'Sofia Super' } },
  });
  expect(new Set(Object.values(await outcomesOf(chief, id)))).toEqual(new Set(['KEPT']));
  expect(await closing(chief, id)).toFail('REVIEW_CLOSED');
});

test('with every line decided it takes no confirmation', async () => {
  const { chief } = await reviewed();
  const id = await beginReview(chief, { scope: 'GROUPS' });
  const ids = (await linesOf(chief, id)).map((line) => line.id);
  expect(await decideOn(chief, id, ids, 'CONFIRMED')).toSucceed();
  expect(await closing(chief, id, false)).toSucceed();
});

test('what was revoked is gone with the next request', async () => {
  const { chief, vera, ada, robot, dataset, flow } = await reviewed();
  const seesDataset = async () => endOf(await vera.run(GetDataset, { id: dataset.id }));
  const robotSees = async () => endOf(await robot.run(GetFlow, { id: flow.id }));
  expect([await seesDataset(), await robotSees()]).toEqual(['SUCCESS', 'SUCCESS']);
  const id = await beginReview(chief);
  expect(await decideByWords(chief, id, [...VERA, 'Robot: Onboarding: EDITOR'])).toSucceed();
  expect(await counts(closing(chief, id))).toEqual({ kept: 8, removed: 4, gone: 0, refused: 0 });
  expect([await seesDataset(), await robotSees()]).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  // Signed in she still is, without any right.
  const me = await vera.run('{ me { permissions } }');
  expect(me.data).toEqual({ me: { permissions: [] } });
  expect(await robot.run(ReadSelf)).toSucceed();
  expect(await ada.run(GetDataset, { id: dataset.id })).toSucceed();
  const outcomes = await outcomesOf(chief, id);
  expect(Object.entries(outcomes).filter(([, outcome]) => outcome === 'REMOVED')).toHaveLength(4);
  const { client } = await testDatabase();
  const where = { userId: vera.id };
  expect(await client.roleAssignment.count({ where })).toBe(0);
  expect(await client.groupMember.count({ where })).toBe(0);
  expect(await client.flowMember.count({ where })).toBe(0);
});

test('what changed in the meantime is left as it is', async () => {
  const { here, chief, vera, groupId, dataset, ada, flow } = await reviewed();
  const id = await beginReview(chief);
  const { client } = await testDatabase();
  const extra = await createFlow(here, { name: 'Extra', members: [{ user: ada, role: 'OWNER' }] });
  const other = await beginReview(chief, { scope: 'FLOWS' });
  const revoked = [...VERA, 'Ada Admin: Onboarding: OWNER', 'Robot: Onboarding: EDITOR'];
  expect(await decideByWords(chief, id, revoked)).toSucceed();
  expect(await decideByWords(chief, other, ['Ada Admin: Extra: OWNER'])).toSucceed();
  await client.roleAssignment.deleteMany({ where: { userId: vera.id } });
  await client.groupMember.deleteMany({ where: { userId: vera.id, groupId } });
  // Another role is another thing, and so is the same one given again.
  await client.flowMember.updateMany({
    where: { userId: vera.id, flowId: dataset.rowId },
    data: { role: 'MEMBER' },
  });
  const onFlow = { userId: ada.id, flowId: flow.rowId };
  await client.flowMember.deleteMany({ where: onFlow });
  const { accountId } = here;
  await client.flowMember.create({ data: { ...onFlow, accountId, role: 'OWNER' } });
  await client.flowMember.deleteMany({ where: { flowId: flow.rowId, role: 'EDITOR' } });
  await client.flow.delete({ where: { id: extra.rowId } });
  expect(await counts(closing(chief, id))).toEqual({ kept: 7, removed: 0, gone: 5, refused: 0 });
  expect(await counts(closing(chief, other))).toEqual({ kept: 5, removed: 0, gone: 1, refused: 0 });
  const outcomes = await outcomesOf(chief, id);
  for (const words of revoked) expect(outcomes[words]).toBe('GONE');
  expect(await client.flowMember.count({ where: { userId: vera.id } })).toBe(1);
  expect(await client.flowMember.count({ where: onFlow })).toBe(1);
});

describe('it stays', () => {
  test('of two Super Admins that are both revoked one keeps the role', async () => {
    const here = await workspace();
    const [one, two, third] = await here.people([
      { name: 'One', role: 'SUPER_ADMIN' },
      { name: 'Two', role: 'SUPER_ADMIN' },
      { name: 'Third' },
    ]);
    await giveCustomRole(here, third, ['account:read', 'accessReview:manage', 'role:assignAny']);
    const id = await beginReview(third, { scope: 'ACCOUNT_ROLES' });
    expect(await decideByWords(third, id, ['One: SUPER_ADMIN', 'Two: SUPER_ADMIN'])).toSucceed();
    expect(await counts(closing(third, id))).toEqual({ kept: 2, removed: 1, gone: 0, refused: 1 });
    const outcomes = await outcomesOf(third, id);
    expect(['One', 'Two'].map((name) => outcomes[`${name}: SUPER_ADMIN`]).toSorted()).toEqual([
      'REFUSED',
      'REMOVED',
    ]);
    const { client } = await testDatabase();
    const where = { userId: { in: [one.id, two.id] } };
    expect(await client.roleAssignment.count({ where })).toBe(1);
  });

  test('the last active Super Admin, whoever else is suspended', async () => {
    const here = await workspace();
    const [last, , third] = await here.people([
      { name: 'Last', role: 'SUPER_ADMIN' },
      { name: 'Off', role: 'SUPER_ADMIN', suspended: true },
      { name: 'Third' },
    ]);
    await giveCustomRole(here, third, ['account:read', 'accessReview:manage', 'role:assignAny']);
    const id = await beginReview(third, { scope: 'ACCOUNT_ROLES' });
    const revoked = ['Last: SUPER_ADMIN', 'Off: SUPER_ADMIN'];
    expect(await decideByWords(third, id, revoked)).toSucceed();
    expect(await closing(third, id)).toSucceed();
    expect(await outcomesOf(last, id)).toMatchObject({
      'Last: SUPER_ADMIN': 'REFUSED',
      'Off: SUPER_ADMIN': 'REMOVED',
    });
  });

  test('of two Admins or Owners that are both revoked one stays', async () => {
    const here = await workspace();
    const [chief, one, two] = await here.people([
      { role: 'SUPER_ADMIN' },
      { name: 'One' },
      { name: 'Two' },
    ]);
    const admins = [one, two].map((user) => ({ user, role: 'ADMIN' as const }));
    const dataset = await here.dataset({ name: 'Set', members: admins });
    const owners = [one, two].map((user) => ({ user, role: 'OWNER' as const }));
    const flow = await createFlow(here, { name: 'Flow', members: owners });
    const id = await beginReview(chief, { scope: 'FLOWS' });
    const ids = (await linesOf(chief, id)).map((line) => line.id);
    expect(await decideOn(chief, id, ids, 'REVOKED')).toSucceed();
    expect(await counts(closing(chief, id, false))).toEqual({
      kept: 0,
      removed: 2,
      gone: 0,
      refused: 2,
    });
    const { client } = await testDatabase();
    for (const { rowId: flowId } of [dataset, flow]) {
      expect(await client.flowMember.count({ where: { flowId } })).toBe(1);
    }
  });

  test('the last active Admin, but not whoever is none', async () => {
    const { chief, ada, here } = await reviewed();
    const { client } = await testDatabase();
    const sam = await here.person({ name: 'Sam Second', suspended: true });
    const dataset = await here.dataset({
      name: 'Second',
      members: [
        { user: ada, role: 'ADMIN' },
        { user: sam, role: 'ADMIN' },
      ],
    });
    const orphan = await here.dataset({ name: 'Orphan', members: [{ user: sam, role: 'ADMIN' }] });
    const id = await beginReview(chief, { scope: 'FLOWS' });
    const revoked = [
      'Ada Admin: Second: ADMIN',
      'Sam Second: Second: ADMIN',
      'Sam Second: Orphan: ADMIN',
    ];
    expect(await decideByWords(chief, id, revoked)).toSucceed();
    expect(await closing(chief, id)).toSucceed();
    const outcomes = await outcomesOf(chief, id);
    expect(revoked.map((words) => outcomes[words])).toEqual(['REFUSED', 'REMOVED', 'REMOVED']);
    expect(await client.flowMember.count({ where: { flowId: orphan.rowId } })).toBe(0);
    expect(await client.flowMember.count({ where: { flowId: dataset.rowId } })).toBe(1);
  });

  test('a role of somebody above whoever closes the review', async () => {
    const { here, chief, iamAdmin } = await reviewed();
    await here.person({ name: 'Second Super', role: 'SUPER_ADMIN' });
    const id = await beginReview(iamAdmin);
    const revoked = ['Sofia Super: SUPER_ADMIN', 'Vera Viewer: VIEWER'];
    expect(await decideByWords(iamAdmin, id, revoked)).toSucceed();
    expect(await closing(iamAdmin, id)).toSucceed();
    const outcomes = await outcomesOf(chief, id);
    expect(revoked.map((words) => outcomes[words])).toEqual(['REFUSED', 'REMOVED']);
    expect(await chief.run(ReadSelf)).toSucceed();
  });
});

test('whoever closes it can lose what another reviewer revoked', async () => {
  const { here, chief, iamAdmin } = await reviewed();
  await giveCustomRole(here, iamAdmin, ['dataset:create'], 'Maker');
  const id = await beginReview(chief);
  const revoked = ['Ivan Iam: Maker'];
  expect(await decideByWords(chief, id, revoked)).toSucceed();
  expect(await counts(closing(iamAdmin, id))).toEqual({
    kept: 12,
    removed: 1,
    gone: 0,
    refused: 0,
  });
});

test('each thing that was taken away has an entry, and one batch holds them together', async () => {
  const { chief, vera, groupId, dataset, robot, flow } = await reviewed();
  const id = await beginReview(chief);
  const revoked = [...VERA, 'Robot: Onboarding: EDITOR', 'Ada Admin: Onboarding: OWNER'];
  expect(await decideByWords(chief, id, revoked)).toSucceed();
  const result = await closing(chief, id);
  const { client } = await testDatabase();
  const own = await client.auditEntry.findFirstOrThrow({
    where: { requestId: result.requestId, action: 'accessReview.closed' },
  });
  expect(own).toMatchObject({
    targetType: 'AccessReview',
    targetId: rowIdOf(id),
    outcome: 'SUCCEEDED',
    after: { kept: 7, removed: 4, gone: 0, refused: 1, undecided: 7 },
  });
  const { data } = await chief.run(ReadBatch, { batchId: own.batchId ?? '' });
  expect(data?.auditLog?.totalCount).toBe(5);
  const entries = data?.auditLog?.edges.map(({ node: { batchId: _batch, ...node } }) => node);
  expect(entries).toEqual(
    expect.arrayContaining([
      {
        action: 'USER_ROLES_ASSIGNED',
        target: { type: 'User', id: globalId('User', vera.id) },
        before: { roles: 'VIEWER' },
        after: { roles: '' },
      },
      {
        action: 'GROUP_MEMBERS_REMOVED',
        target: { type: 'Group', id: globalId('Group', groupId) },
        before: { group: 'Operations', people: vera.id },
        after: { removed: 1, orphanedFlows: 0 },
      },
      {
        action: 'DATASET_MEMBER_REMOVED',
        target: { type: 'Dataset', id: dataset.id },
        before: { grantee: 'User', granteeId: vera.id, role: 'VIEWER' },
        after: null,
      },
      {
        action: 'FLOW_MEMBER_REMOVED',
        target: { type: 'Process', id: flow.id },
        before: { grantee: 'ServiceAccount', granteeId: robot.id, role: 'EDITOR' },
        after: null,
      },
    ]),
  );
});

test('the entry of a role that was taken away names those that the person keeps', async () => {
  const { here, chief, vera } = await reviewed();
  await giveCustomRole(here, vera, ['dataset:create'], 'Maker');
  const id = await beginReview(chief);
  expect(await decideByWords(chief, id, ['Vera Viewer: VIEWER'])).toSucceed();
  const { requestId } = await closing(chief, id);
  const { client } = await testDatabase();
  const entry = await client.auditEntry.findFirstOrThrow({
    where: { requestId, action: 'user.rolesAssigned' },
  });
  expect(entry).toMatchObject({ before: { roles: 'Maker, VIEWER' }, after: { roles: 'Maker' } });
});

import { expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  CreateServiceAccount,
  DeleteServiceAccount,
  GetDataset,
  GetDatasetMembers,
  GetNode,
  GetServiceAccount,
  ReadAuditLog,
  ReadSelf,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

const NOW = Date.now();
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000);

/** A service account in full use. */
async function office() {
  const here = await workspace();
  const [chief, admin] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Ada Admin' },
  ]);
  const robot = await here.program('Night robot');
  const robotAs = { serviceAccountId: robot.id };
  const orphan = await here.dataset({ name: 'Alone', members: [{ ...robotAs, role: 'ADMIN' }] });
  const shared = await here.dataset({
    name: 'Together',
    members: [
      { user: admin, role: 'ADMIN' },
      { ...robotAs, role: 'ADMIN' },
    ],
  });
  const seen = await here.dataset({
    name: 'Seen',
    members: [
      { user: admin, role: 'ADMIN' },
      { ...robotAs, role: 'VIEWER' },
    ],
  });
  await here.letAct(robot, { flowId: shared.rowId });
  await here.letAct(robot, { resource: 'GLOBAL_MY_ITEMS' });
  const { client } = await testDatabase();
  const { accountId } = here;
  const key = { ...robotAs, accountId, secretHash: Buffer.alloc(32), pepperVersion: 1 };
  await client.accessKey.createMany({
    data: [
      { ...key, slot: 2, name: 'Off', isActive: false, lastUsedAt: daysAgo(2) },
      { ...key, slot: 3, name: 'Over', expiresAt: daysAgo(1), lastUsedAt: daysAgo(29) },
      { ...key, slot: 4, name: 'Old', lastUsedAt: daysAgo(31) },
    ],
  });
  await client.impersonationGrant.create({
    data: { accountId, ...robotAs, flowId: seen.rowId, expiresAt: daysAgo(1) },
  });
  const serviceAccountId = globalId('ServiceAccount', robot.id);
  const remove = (name = 'Night robot') =>
    chief.run(DeleteServiceAccount, { input: { serviceAccountId, name } });
  return { here, chief, admin, robot, orphan, shared, seen, serviceAccountId, remove };
}

const USE = {
  activeKeys: 2,
  keysUsedLately: 2,
  memberships: 3,
  impersonationGrants: 2,
  flowsItAloneAdministers: 1,
};

test('somebody who is about to delete a service account is told what would stop', async () => {
  const { chief, serviceAccountId, remove } = await office();
  const { data } = await chief.run(GetServiceAccount, { id: serviceAccountId });
  expect(data?.serviceAccount?.use).toEqual(USE);
  for (const name of ['', 'night robot', 'Night robot ', 'Night  robot', 'Night\0robot']) {
    const refused = await remove(name);
    expect(refused).toFail('NAME_MISMATCH');
    expect(refused.errors?.[0]?.extensions['use']).toEqual(USE);
    await expect(refused).toHaveAudited({ outcome: 'REFUSED', code: 'NAME_MISMATCH' });
  }
  const deleted = await remove();
  expect(deleted.data?.deleteServiceAccount).toEqual({
    deletedId: serviceAccountId,
    stopped: USE,
  });
  await expect(deleted).toHaveAudited({
    action: 'serviceAccount.deleted',
    before: { name: 'Night robot', handle: 'sa:night-robot', purpose: 'Tests.' },
    after: USE,
  });
  await expect(await remove()).toBeHidden();
});

test('a deleted service account has no keys, memberships or grants any more', async () => {
  const { here, chief, robot, shared, serviceAccountId, remove } = await office();
  expect(await robot.run(ReadSelf)).toSucceed();
  expect(await remove()).toSucceed();
  const refused = await robot.run(ReadSelf);
  expect(refused).toFail('UNAUTHENTICATED');
  expect(refused.errors?.[0]?.extensions['reason']).toBe('INVALID_CREDENTIAL');
  const { client } = await testDatabase();
  const where = { serviceAccountId: robot.id };
  expect(await client.accessKey.count({ where: { ...where, deletedAt: null } })).toBe(0);
  expect(await client.accessKey.count({ where: { ...where, secretHash: { not: null } } })).toBe(0);
  expect(await client.accessKey.count({ where })).toBe(4);
  expect(await client.flowMember.count({ where })).toBe(0);
  expect(await client.impersonationGrant.count({ where: { ...where, revokedAt: null } })).toBe(0);
  const ended = await client.impersonationGrant.findFirst({
    where: { ...where, flowId: shared.rowId },
  });
  expect(ended?.revokedById).toBe(chief.id);
  await expect(await chief.run(GetNode, { id: serviceAccountId })).toBeHidden();
  const found = await chief.run(GetServiceAccount, { id: serviceAccountId });
  expect(found.data?.serviceAccount).toBeNull();
  expect(await client.serviceAccount.count({ where: { accountId: here.accountId } })).toBe(1);
});

test('a dataset whose last Admin was a deleted service account is an orphan, others are not', async () => {
  const { chief, orphan, shared, remove } = await office();
  const isOrphaned = async (id: string) =>
    (
      await chief.run('query ($id: ID!) { dataset(id: $id) { shareSettings { isOrphaned } } }', {
        id,
      })
    ).data;
  expect(await isOrphaned(orphan.id)).toEqual({
    dataset: { shareSettings: { isOrphaned: false } },
  });
  expect(await remove()).toSucceed();
  expect(await isOrphaned(orphan.id)).toEqual({ dataset: { shareSettings: { isOrphaned: true } } });
  expect(await isOrphaned(shared.id)).toEqual({
    dataset: { shareSettings: { isOrphaned: false } },
  });
});

test('what a deleted service account made and did stays under its name', async () => {
  const { here, chief, admin, robot, shared, remove } = await office();
  const { client } = await testDatabase();
  await client.flow.update({ where: { id: shared.rowId }, data: { createdById: robot.id } });
  const newcomer = await here.person({ name: 'Nina Newcomer' });
  await client.flowMember.create({
    data: {
      accountId: here.accountId,
      flowId: shared.rowId,
      userId: newcomer.id,
      role: 'VIEWER',
      addedById: robot.id,
    },
  });
  expect(await robot.run(ReadSelf)).toSucceed();
  expect(await remove()).toSucceed();
  const name = 'Night robot';
  const dataset = await admin.run(
    'query ($id: ID!) { dataset(id: $id) { createdBy { name kind handle } } }',
    { id: shared.id },
  );
  expect(dataset.data).toEqual({
    dataset: { createdBy: { name, kind: 'SERVICE_ACCOUNT', handle: 'sa:night-robot' } },
  });
  const members = await admin.run(GetDatasetMembers, { id: shared.id, first: 100 });
  expect(members.data?.dataset?.members?.edges.at(-1)?.node.addedBy).toMatchObject({ name });
  expect(await admin.run(GetDataset, { id: shared.id })).toSucceed();
  const log = await chief.run(
    'query ($filter: AuditFilter) { auditLog(filter: $filter) { edges { node { actor { name } } } } }',
    { filter: { action: 'OPERATION_QUERIED' } },
  );
  expect(log.data).toEqual({ auditLog: { edges: [{ node: { actor: { name } } }] } });
  expect(await chief.run(ReadAuditLog, {})).toSucceed();
});

test('the name of a deleted service account is free again, its handle is not', async () => {
  const { chief, remove } = await office();
  const again = () =>
    chief.run(CreateServiceAccount, { input: { name: 'Night robot', purpose: 'Again.' } });
  expect(await again()).toFail('DUPLICATE_NAME');
  expect(await remove()).toSucceed();
  const { data } = await again();
  expect(data?.createServiceAccount?.serviceAccount?.handle).toBe('sa:night-robot-2');
});

test.each([
  ['a key used 29 days ago', 29, true, undefined],
  ['a key used 30 days ago', 30, true, 30],
  ['a key used 31 days ago', 31, true, 31],
  ['a deleted key used 29 days ago', 29, false, undefined],
  ['a deleted key used 40 days ago', 40, false, 40],
  ['no use since it was made', undefined, true, 90],
])('a service account with %s', async (_what, days, kept, dormant) => {
  const { here, chief, robot, serviceAccountId } = await office();
  const { client } = await testDatabase();
  await client.serviceAccount.update({
    where: { id: robot.id },
    data: { createdAt: daysAgo(90) },
  });
  await client.accessKey.updateMany({
    where: { serviceAccountId: robot.id },
    data: { lastUsedAt: days === undefined ? null : daysAgo(days) },
  });
  if (!kept) {
    await client.accessKey.updateMany({
      where: { serviceAccountId: robot.id, accountId: here.accountId },
      data: { deletedAt: new Date(), slot: null, secretHash: null },
    });
  }
  const { data } = await chief.run(GetServiceAccount, { id: serviceAccountId });
  expect(data?.serviceAccount?.dormantSince ?? undefined).toBe(
    dormant === undefined ? undefined : daysAgo(dormant).toISOString(),
  );
});

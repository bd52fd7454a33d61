import { describe, expect, test } from 'vitest';

import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { keyOf, presenting, rowIdOf } from '../support/keys.js';
import { departure, handingOver, offboarding, pendingInvitation } from '../support/leaver.js';
import {
  GetDatasetMembers,
  GetServiceAccount,
  InviteUser,
  ReadBatch,
  ReadHistory,
  ReadSelf,
} from '../support/operations.js';
import { globalId } from '../support/world.js';

const HOUR = 3_600_000;

test('nothing of the person signs in or counts any more', async () => {
  const { here, chief, leaver, apiKey, groupId } = await departure();
  expect(await leaver.run(ReadSelf)).toSucceed();
  expect(await apiKey.user.run(ReadSelf)).toSucceed();
  expect(await offboarding(chief, leaver)).toSucceed();
  expect(await leaver.run(ReadSelf)).toFail('UNAUTHENTICATED');
  expect(await apiKey.user.run(ReadSelf)).toFail('UNAUTHENTICATED');
  const { client } = await testDatabase();
  const where = { userId: leaver.id };
  expect(await client.session.count({ where: { ...where, endedAt: null } })).toBe(0);
  expect(await client.accessKey.count({ where: { ...where, deletedAt: null } })).toBe(0);
  expect(await client.accessKey.count({ where: { ...where, secretHash: { not: null } } })).toBe(0);
  expect(await client.flowMember.count({ where })).toBe(0);
  expect(await client.groupMember.count({ where })).toBe(0);
  expect(await client.groupMember.count({ where: { groupId } })).toBe(1);
  expect(await client.roleAssignment.count({ where })).toBe(0);
  const person = await client.user.findUniqueOrThrow({ where: { id: leaver.id } });
  expect(person).toMatchObject({ name: 'Lena Leaver', passwordHash: null });
  expect(person.removedAt).not.toBeNull();
  expect(await client.user.count({ where: { accountId: here.accountId } })).toBe(4);
});

test('whoever takes a place has the role of the one who left, whatever they had before', async () => {
  const { chief, leaver, successor, colleague, alone, flow } = await departure();
  const handOver = [handingOver(alone, colleague), handingOver(flow, successor)];
  const { data } = await offboarding(chief, leaver, { handOver });
  expect(data?.offboard?.handedOver).toBe(2);
  const { client } = await testDatabase();
  const membersOf = ({ rowId: flowId }: { rowId: string }) =>
    client.flowMember.findMany({
      where: { flowId },
      select: { userId: true, role: true },
    });
  expect(await membersOf(alone)).toEqual([{ userId: colleague.id, role: 'ADMIN' }]);
  expect(await membersOf(flow)).toEqual([{ userId: successor.id, role: 'OWNER' }]);
  const members = await colleague.run(GetDatasetMembers, { id: alone.id });
  expect(members.data?.dataset?.members?.totalCount).toBe(1);
});

test('invitations are taken over or revoked', async () => {
  const revoking = await departure();
  const { client } = await testDatabase();
  expect(await offboarding(revoking.chief, revoking.leaver)).toSucceed();
  const revoked = { where: { id: revoking.invitationId } };
  expect(await client.invitation.findUnique(revoked)).toMatchObject({
    state: 'REVOKED',
    secretHash: null,
  });
  const taking = await departure();
  const anothers = await pendingInvitation(taking.here, taking.colleague);
  const takeOverInvitations = true;
  const { data } = await offboarding(taking.chief, taking.leaver, { takeOverInvitations });
  expect(data?.offboard?.invitations).toBe(1);
  const inviterOf = async (id: string) =>
    (await client.invitation.findUnique({ where: { id } }))?.invitedById;
  expect(await inviterOf(taking.invitationId)).toBe(taking.chief.id);
  expect(await inviterOf(anothers)).toBe(taking.colleague.id);
});

describe('programs', () => {
  test('that the person made keep working, and should get other keys', async () => {
    const { chief, leaver, robot, robotKey } = await departure();
    expect(await offboarding(chief, leaver)).toSucceed();
    expect(await robotKey.user.run(ReadSelf)).toSucceed();
    expect(await robot.run(ReadSelf)).toSucceed();
    const id = globalId('ServiceAccount', robot.id);
    const { data } = await chief.run(GetServiceAccount, { id });
    expect(data?.serviceAccount?.createdBy?.name).toBe('Lena Leaver');
    expect(data?.serviceAccount?.accessKeys).toContainEqual(
      expect.objectContaining({ id: robotKey.id, rotationRecommended: 'CREATOR_LEFT' }),
    );
  });

  test('get keys that work beside the old ones for as long as was said', async () => {
    const clock = { now: new Date() };
    const app = await testApp({ now: () => clock.now });
    const { here, chief, leaver, robot, robotKey, colleague } = await departure(app);
    const made = { serviceAccountId: robot.id };
    const ofAnother = await keyOf(here, made, { slot: 3, createdById: colleague.id });
    const { data } = await offboarding(chief, leaver, {
      rotateServiceAccountKeys: true,
      overlapHours: 1,
    });
    const [rotated, ...others] = data?.offboard?.rotated ?? [];
    expect(others).toEqual([]);
    const successor = presenting(app, `Bearer ${rotated?.key}`);
    const client = (await testDatabase()).client;
    const kept = await client.accessKey.findUnique({ where: { id: ofAnother.rowId } });
    expect(kept).toMatchObject({ successorId: null, expiresAt: null });
    const old = await client.accessKey.findUnique({ where: { id: robotKey.rowId } });
    expect(old?.successorId).toBe(rowIdOf(rotated?.accessKeyId));
    const works = async (who: typeof successor) => (await who.run(ReadSelf)).errors === undefined;
    expect([await works(robotKey.user), await works(successor)]).toEqual([true, true]);
    clock.now = new Date(clock.now.getTime() + HOUR - 1_000);
    expect([await works(robotKey.user), await works(successor)]).toEqual([true, true]);
    clock.now = new Date(clock.now.getTime() + 1_000);
    expect([await works(robotKey.user), await works(successor)]).toEqual([false, true]);
    await app.close();
  });

  test('without a place for another key keep theirs, and nothing is done by half', async () => {
    const { here, chief, leaver, robotKey, robot } = await departure();
    const full = { serviceAccountId: await here.serviceAccount('Full') };
    for (let slot = 1; slot <= 50; slot += 1) {
      await keyOf(here, full, { slot, ...(slot > 48 && { createdById: leaver.id }) });
    }
    const { client } = await testDatabase();
    const theirs = { where: full, orderBy: { id: 'asc' } } as const;
    const before = await client.accessKey.findMany(theirs);
    const { data } = await offboarding(chief, leaver, { rotateServiceAccountKeys: true });
    expect(data?.offboard?.notRotatedIds).toEqual(
      before.slice(48).map(({ id }) => globalId('AccessKey', id)),
    );
    expect(await client.accessKey.findMany(theirs)).toEqual(before);
    expect(data?.offboard?.rotated).toHaveLength(1);
    const old = await client.accessKey.findUnique({ where: { id: robotKey.rowId } });
    expect(old?.successorId).not.toBeNull();
    expect(await client.accessKey.count({ where: { serviceAccountId: robot.id } })).toBe(3);
  });
});

test('what the person gave to others stays, under their name', async () => {
  const { here, chief, leaver, colleague, alone, robot } = await departure();
  const { client } = await testDatabase();
  const { accountId } = here;
  await client.flowMember.updateMany({
    where: { userId: colleague.id, flowId: alone.rowId },
    data: { addedById: leaver.id },
  });
  const grant = { accountId, serviceAccountId: robot.id, flowId: alone.rowId };
  const { id } = await client.impersonationGrant.create({
    data: { ...grant, grantedById: leaver.id },
  });
  expect(await offboarding(chief, leaver)).toSucceed();
  const members = await colleague.run(`query ($id: ID!) { dataset(id: $id) { myRole } }`, {
    id: alone.id,
  });
  expect(members.text).not.toContain('NOT_FOUND');
  const listed = await chief.run(GetDatasetMembers, { id: alone.id });
  expect(listed.data?.dataset?.members?.edges.map(({ node }) => node.addedBy?.name)).toEqual([
    'Lena Leaver',
  ]);
  const kept = await client.impersonationGrant.findUniqueOrThrow({ where: { id } });
  expect(kept).toMatchObject({ revokedAt: null, grantedById: leaver.id });
});

test('the history of a dataset tells of the membership that went', async () => {
  const { chief, leaver, colleague, together } = await departure();
  expect(await offboarding(chief, leaver)).toSucceed();
  const { data } = await colleague.run(ReadHistory, { id: together.id });
  expect(data?.dataset?.history?.edges[0]?.node).toMatchObject({
    action: 'DATASET_MEMBER_REMOVED',
    subject: { name: 'Sofia Super' },
  });
});

test('the address is free again', async () => {
  const { chief, leaver } = await departure();
  const invite = () => chief.run(InviteUser, { input: { email: leaver.email } });
  expect(await invite()).toFail('ALREADY_MEMBER');
  expect(await offboarding(chief, leaver)).toSucceed();
  expect(await invite()).toSucceed();
});

test('each step has an entry, and one batch holds them together', async () => {
  const { chief, leaver, successor, colleague, alone, together, flow, ...all } = await departure();
  const result = await offboarding(chief, leaver, {
    handOver: [handingOver(alone, colleague), handingOver(flow, successor)],
    rotateServiceAccountKeys: true,
  });
  const { batchId = '', rotated = [] } = result.data?.offboard ?? {};
  const { data } = await chief.run(ReadBatch, { batchId, first: 100 });
  const entries = data?.auditLog?.edges.map(({ node }) => node) ?? [];
  expect(data?.auditLog?.totalCount).toBe(9);
  expect(new Set(entries.map((entry) => entry.batchId))).toEqual(new Set([batchId]));
  const person = { grantee: 'User', granteeId: leaver.id };
  const removed = (id: string, type: string, role: string) => ({
    action: type === 'Dataset' ? 'DATASET_MEMBER_REMOVED' : 'FLOW_MEMBER_REMOVED',
    target: { type, id },
    before: { ...person, role },
    after: null,
  });
  const expected = [
    {
      action: 'DATASET_MEMBER_ROLE_CHANGED',
      target: { type: 'Dataset', id: alone.id },
      before: { grantee: 'User', granteeId: colleague.id, role: 'VIEWER' },
      after: { grantee: 'User', granteeId: colleague.id, role: 'ADMIN' },
    },
    {
      action: 'FLOW_MEMBER_ADDED',
      target: { type: 'Process', id: flow.id },
      before: null,
      after: { grantee: 'User', granteeId: successor.id, role: 'OWNER' },
    },
    {
      action: 'INVITATION_REVOKED',
      target: { type: 'Invitation', id: globalId('Invitation', all.invitationId) },
      before: null,
      after: null,
    },
    {
      action: 'ACCESS_KEY_ROTATED',
      target: { type: 'AccessKey', id: all.robotKey.id },
      before: { name: 'Made' },
      after: { successorId: rowIdOf(rotated[0]?.accessKeyId), endsAt: expect.any(String) },
    },
    {
      action: 'API_KEY_DELETED',
      target: { type: 'AccessKey', id: all.apiKey.id },
      before: { name: 'Own', userId: leaver.id },
      after: null,
    },
    removed(alone.id, 'Dataset', 'ADMIN'),
    removed(together.id, 'Dataset', 'ADMIN'),
    removed(flow.id, 'Process', 'OWNER'),
    {
      action: 'USER_OFFBOARDED',
      target: { type: 'User', id: globalId('User', leaver.id) },
      before: { name: 'Lena Leaver', email: leaver.email },
      after: {
        sessions: 1,
        apiKeys: 1,
        groups: 1,
        memberships: 3,
        orphanedFlows: 0,
        handedOver: 2,
        invitations: 1,
        rotatedKeys: 1,
      },
    },
  ];
  expect(entries.map(({ batchId: _batch, ...entry }) => entry)).toEqual(
    expect.arrayContaining(expected),
  );
  expect(JSON.stringify(entries)).not.toContain('fgk_');
});

test('again it changes nothing, says the same batch, and leaves one more entry', async () => {
  const { here, chief, leaver } = await departure();
  const { data } = await offboarding(chief, leaver, { takeOverInvitations: true });
  const batchId = data?.offboard?.batchId ?? '';
  const { client } = await testDatabase();
  const { accountId } = here;
  const count = () => client.auditEntry.count({ where: { accountId, batchId } });
  const users = () => client.user.findMany({ where: { accountId }, orderBy: { id: 'asc' } });
  const [entries, before] = [await count(), await users()];
  const userAdmin = await here.person({ role: 'USER_ADMIN' });
  for (const [at, confirm] of [true, false].entries()) {
    const again = await offboarding(chief, leaver, { takeOverInvitations: true, confirm });
    expect(again.data?.offboard).toEqual({
      removedId: globalId('User', leaver.id),
      batchId,
      removed: { sessions: 0, apiKeys: 0, groups: 0, memberships: 0, orphanedFlows: 0 },
      handedOver: 0,
      invitations: 0,
      rotated: [],
      notRotatedIds: [],
    });
    await expect(again).toHaveAudited({
      action: 'user.offboarded',
      batchId,
      after: { again: true },
    });
    expect(await count()).toBe(entries + at + 1);
  }
  expect(await offboarding(userAdmin, leaver)).toSucceed();
  const after = (await users()).filter(({ id }) => id !== userAdmin.id);
  expect(after).toEqual(before);
});

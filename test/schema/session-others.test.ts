import { expect, test } from 'vitest';

import { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import {
  CreateDataset,
  GetSessionsOf,
  ListUsersWithSessions,
  Me,
  ReadAddresses,
  RevokeSession,
  RevokeSessions,
} from '../support/operations.js';
import { endOf } from '../support/table.js';
import { globalId, workspace } from '../support/world.js';

const CHROME =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

async function office() {
  const here = await workspace();
  const [superAdmin, iamAdmin, userAdmin, admin, ada, editor, viewer] = await here.people([
    { role: 'SUPER_ADMIN' },
    { role: 'IAM_ADMIN' },
    { role: 'USER_ADMIN' },
    { role: 'ADMIN' },
    { name: 'Ada' },
    {},
    { role: 'VIEWER' },
  ]);
  const { client } = await testDatabase();
  await client.session.updateMany({
    where: { userId: ada.id },
    data: { ipAddress: '192.0.2.1', userAgent: CHROME },
  });
  const managers = [superAdmin, iamAdmin, userAdmin, admin];
  return { here, client, superAdmin, iamAdmin, userAdmin, admin, managers, ada, editor, viewer };
}

const userId = ({ id }: Actor) => globalId('User', id);

const sessionsOf = (who: Actor, person: Actor) => who.run(GetSessionsOf, { id: userId(person) });

/** The handle of the one session of a person. */
async function handleOf({ id }: Actor): Promise<string> {
  const { client } = await testDatabase();
  const session = await client.session.findFirstOrThrow({ where: { userId: id } });
  return globalId('Session', session.id);
}

const revoke = (who: Actor, sessionId: string) => who.run(RevokeSession, { input: { sessionId } });

const revokeAll = (who: Actor, person: Actor) =>
  who.run(RevokeSessions, { input: { userId: userId(person) } });

test('the sessions of a person are seen by themselves and by those who manage sessions', async () => {
  const { managers, ada } = await office();
  for (const who of [ada, ...managers]) {
    const { data } = await sessionsOf(who, ada);
    expect(data?.node).toEqual({
      sessions: {
        totalCount: 1,
        edges: [
          {
            node: {
              id: await handleOf(ada),
              signedInAt: expect.any(String),
              lastSeenAt: expect.any(String),
              device: 'Chrome on macOS',
              method: 'PASSWORD',
              isCurrent: who === ada,
            },
          },
        ],
      },
    });
  }
});

test('nobody else sees them, and no key does', async () => {
  const { here, ada, editor, viewer, userAdmin, superAdmin } = await office();
  for (const who of [editor, viewer]) {
    expect(await sessionsOf(who, ada)).toBeDenied({ missing: 'session:manage' });
  }
  const program = await here.program();
  await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  for (const who of [userAdmin, superAdmin]) {
    const result = await sessionsOf(program.as(who), ada);
    expect(result).toFail('FORBIDDEN');
    expect(result.text).not.toContain('Chrome');
    const revoked = await revoke(program.as(who), await handleOf(ada));
    expect(revoked).toFail('FORBIDDEN');
    expect(await revokeAll(program.as(who), ada)).toFail('FORBIDDEN');
  }
  const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
  await expect(await sessionsOf(stranger, ada)).toBeHidden();
});

test('only sessions that are still good are seen', async () => {
  const { client, userAdmin, ada } = await office();
  const data = { endedAt: new Date() };
  await client.session.updateMany({ where: { userId: ada.id }, data });
  const result = await sessionsOf(userAdmin, ada);
  expect(result.data?.node).toEqual({ sessions: { totalCount: 0, edges: [] } });
});

test('reading where somebody else’s sessions come from leaves one entry for a person', async () => {
  const { here, client, userAdmin, ada } = await office();
  const {
    userId: id,
    secretHash,
    accountId,
    expiresAt,
  } = await client.session.findFirstOrThrow({
    where: { userId: ada.id },
  });
  const another = { userId: id, secretHash, accountId, expiresAt, pepperVersion: 1 };
  await client.session.create({ data: { ...another, transport: 'COOKIE', ipAddress: '::1' } });
  const result = await userAdmin.run(ReadAddresses, { id: userId(ada) });
  expect(result.text).toContain('192.0.2.1');
  await expect(result).toHaveAudited({
    action: 'session.addressRead',
    accountId: here.accountId,
    subjectId: userAdmin.id,
    targetType: 'User',
    targetId: ada.id,
    outcome: 'SUCCEEDED',
  });
  const { requestId } = await ada.run(ReadAddresses, { id: userId(ada) });
  const { requestId: unread } = await sessionsOf(userAdmin, ada);
  for (const each of [requestId, unread]) {
    expect(await client.auditEntry.count({ where: { requestId: each } })).toBe(0);
  }
});

test('where the entry cannot be written nothing is read', async () => {
  const { client, userAdmin, ada } = await office();
  const full = () => Promise.reject(new Error('The disk is full.'));
  const auditEntry = { create: full, createMany: full };
  const broken = client.$extends({ query: { auditEntry } });
  const database = { ...(await testDatabase()), client: broken as unknown as typeof client };
  const { id, name, email, headers } = userAdmin;
  const gateway = await testApp({ database });
  const result = await new Actor(gateway, id, name, email, headers).run(ReadAddresses, {
    id: userId(ada),
  });
  expect(result.text).not.toContain('192.0.2.1');
  expect(result).toFail('INTERNAL');
});

test('25 people with their sessions take as many statements as one', async () => {
  const counts: number[] = [];
  for (const count of [1, 24]) {
    const here = await workspace();
    const manager = await here.person({ role: 'USER_ADMIN' });
    await here.people(Array.from({ length: count }, () => ({})));
    const result = await manager.run(ListUsersWithSessions, { first: 25 });
    expect(result.data?.users?.edges).toHaveLength(count + 1);
    expect(result.data?.users?.edges[count]?.node.sessions?.totalCount).toBe(1);
    counts.push(result.statements);
    const { client } = await testDatabase();
    const { requestId } = result;
    expect(await client.auditEntry.count({ where: { requestId } })).toBe(count);
  }
  expect(counts[1]).toBe(counts[0]);
});

test('whoever manages sessions ends one of somebody who is not above them', async () => {
  const { managers, admin, superAdmin, userAdmin, iamAdmin, here } = await office();
  for (const manager of managers) {
    const person = await here.person();
    const result = await revoke(manager, await handleOf(person));
    expect(result).toSucceed();
    await expect(result).toHaveAudited({
      action: 'session.revoked',
      subjectId: manager.id,
      before: { userId: person.id },
    });
    expect(await person.run(Me)).toFail('UNAUTHENTICATED');
  }
  for (const [who, whom] of [
    [userAdmin, admin],
    [userAdmin, iamAdmin],
    [admin, superAdmin],
    [iamAdmin, superAdmin],
  ] as const) {
    for (const result of [await revoke(who, await handleOf(whom)), await revokeAll(who, whom)]) {
      expect(result).toFail('FORBIDDEN');
      const denial = result.errors?.[0]?.extensions['denial'];
      expect(denial).toMatchObject({ permission: 'session:manage', reason: 'OUTRANKED' });
    }
    expect(await whom.run(Me)).toSucceed();
  }
});

test('all sessions of a person end, of one’s own all but the one in use', async () => {
  const { client, userAdmin, ada } = await office();
  const { id: _id, ...session } = await client.session.findFirstOrThrow({
    where: { userId: ada.id },
  });
  await client.session.createMany({ data: [session, session] });
  const own = await revokeAll(ada, ada);
  expect(own.data?.revokeSessions?.ended).toBe(2);
  await expect(own).toHaveAudited({
    action: 'session.allRevoked',
    subjectId: ada.id,
    targetType: 'User',
    targetId: ada.id,
    after: { sessions: 2 },
  });
  expect(await ada.run(Me)).toSucceed();
  await client.session.createMany({ data: [session, session] });
  const all = await revokeAll(userAdmin, ada);
  expect(all.data?.revokeSessions?.ended).toBe(3);
  expect(await ada.run(Me)).toFail('UNAUTHENTICATED');
  expect((await revokeAll(userAdmin, ada)).data?.revokeSessions?.ended).toBe(0);
  expect(await userAdmin.run(Me)).toSucceed();
});

test('nobody else ends all sessions of a person', async () => {
  const { ada, editor, viewer, userAdmin } = await office();
  for (const who of [editor, viewer]) {
    const result = await revokeAll(who, ada);
    expect(result).toBeDenied({ missing: 'session:manage' });
    await expect(result).toHaveAudited({ action: 'session.allRevoked', code: 'FORBIDDEN' });
  }
  const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
  await expect(await revokeAll(stranger, ada)).toBeHidden();
  await expect(await revokeAll(userAdmin, stranger)).toBeHidden();
  expect(await ada.run(Me)).toSucceed();
});

test('after the answer nothing is written with a session that was ended', async () => {
  for (const run of [
    async (who: Actor, person: Actor) => revoke(who, await handleOf(person)),
    revokeAll,
  ]) {
    for (let time = 0; time < 3; time += 1) {
      const { here, client, userAdmin, ada } = await office();
      const count = () => client.flow.count({ where: { accountId: here.accountId } });
      const making = Array.from({ length: 6 }, () =>
        ada.run(CreateDataset, { input: { name: 'New' } }),
      );
      const revoked = run(userAdmin, ada).then(
        async (result) => [endOf(result), await count()] as const,
      );
      const ends = (await Promise.all(making)).map(endOf);
      const [end, then] = await revoked;
      expect(end).toBe('SUCCESS');
      expect(['SUCCESS', 'UNAUTHENTICATED']).toEqual(expect.arrayContaining(ends));
      expect(await count()).toBe(then);
    }
  }
});

test('two who end each other’s sessions: one of them does', async () => {
  for (let time = 0; time < 4; time += 1) {
    const { superAdmin, here } = await office();
    const other = await here.person({ role: 'SUPER_ADMIN' });
    const handles = [await handleOf(superAdmin), await handleOf(other)] as const;
    const results = await Promise.all([
      revoke(superAdmin, handles[1]),
      revoke(other, handles[0]),
      revokeAll(superAdmin, other),
      revokeAll(other, superAdmin),
    ]);
    const ends = results.map(endOf);
    expect(ends).toContain('SUCCESS');
    expect(['SUCCESS', 'UNAUTHENTICATED', 'NOT_FOUND']).toEqual(expect.arrayContaining(ends));
    const still = [await superAdmin.run(Me), await other.run(Me)].map(endOf);
    expect(still.toSorted()).toEqual(['SUCCESS', 'UNAUTHENTICATED']);
  }
});

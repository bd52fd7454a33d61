import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { CreateDataset, GetDataset, GetNode } from '../support/operations.js';
import { globalId, world } from '../support/world.js';

const NODE_TYPES = [
  'Account',
  'AuditEntry',
  'Dataset',
  'DatasetMember',
  'Group',
  'ServiceAccount',
  'Session',
  'User',
] as const;

type NodeType = (typeof NODE_TYPES)[number];

/** The row's id of the session that somebody's requests come with. */
async function sessionOf({ id }: Actor): Promise<string> {
  const { client } = await testDatabase();
  return (await client.session.findFirstOrThrow({ where: { userId: id } })).id;
}

/** One row of each type, in one account. */
async function stage() {
  const everybody = await world();
  const { here, admin, dataset, viewer } = everybody;
  const { client } = await testDatabase();
  await admin.run(CreateDataset, { input: { name: 'Leaves an entry' } });
  const entry = await client.auditEntry.findFirstOrThrow({ where: { accountId: here.accountId } });
  const rows: Record<NodeType, string> = {
    Account: here.accountId,
    AuditEntry: entry.id,
    Dataset: dataset.rowId,
    DatasetMember: rowIdOf(everybody.memberships.viewer),
    Group: await here.group([viewer]),
    ServiceAccount: await here.serviceAccount(),
    Session: await sessionOf(admin),
    User: viewer.id,
  };
  return { ...everybody, rows };
}

/** What somebody gets for each of these ids, asked for in one document. */
async function nodesOf(who: Actor, ids: readonly string[]) {
  const fields = ids.map((id, at) => `n${at}: node(id: ${JSON.stringify(id)}) { __typename id }`);
  const { data, errors } = await who.run<Record<string, object | null>, unknown>(
    `{ ${fields.join(' ')} }`,
  );
  return ids.map((_id, at) => {
    const error = errors?.find(({ path }) => path?.[0] === `n${at}`);
    return data?.[`n${at}`] ?? { message: error?.message, ...error?.extensions };
  });
}

function rowIdOf(id: string): string {
  return Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
}

describe('node', () => {
  test('finds an object of each type for those who see it, and hides it from the others', async () => {
    const { here, admin, member, viewer, outsider, superAdmin, stranger, rows } = await stage();
    const [accountAdmin, iamAdmin] = await here.people([{ role: 'ADMIN' }, { role: 'IAM_ADMIN' }]);
    const everybody = {
      admin,
      member,
      viewer,
      outsider,
      superAdmin,
      accountAdmin,
      iamAdmin,
      stranger,
    };
    type Who = keyof typeof everybody;
    const insiders: Who[] = [
      'admin',
      'member',
      'viewer',
      'outsider',
      'superAdmin',
      'accountAdmin',
      'iamAdmin',
    ];
    const seenBy: Record<NodeType, Who[]> = {
      Account: insiders,
      AuditEntry: ['superAdmin', 'accountAdmin', 'iamAdmin'],
      Dataset: ['admin', 'member', 'viewer', 'superAdmin'],
      DatasetMember: ['admin', 'member', 'superAdmin'],
      Group: insiders,
      ServiceAccount: insiders,
      Session: ['admin', 'superAdmin', 'accountAdmin', 'iamAdmin'],
      User: insiders,
    };
    const ids = NODE_TYPES.map((type) => globalId(type, rows[type]));
    for (const [who, person] of Object.entries(everybody) as [Who, Actor][]) {
      const answers = await nodesOf(person, [...ids, 'garbage']);
      const nothing = answers.at(-1);
      expect(nothing).toMatchObject({ code: 'NOT_FOUND' });
      const expected = NODE_TYPES.map((type, at) =>
        seenBy[type].includes(who) ? { __typename: type, id: ids[at] } : nothing,
      );
      expect([who, ...answers]).toEqual([who, ...expected, nothing]);
    }
  });

  test('answers for a hidden object of each type to the byte like for a missing one', async () => {
    const { stranger, rows } = await stage();
    for (const type of NODE_TYPES) {
      await expect(await stranger.run(GetNode, { id: globalId(type, rows[type]) })).toBeHidden();
    }
  });

  test('says of each object of which type it is', async () => {
    const { superAdmin, rows } = await stage();
    for (const type of NODE_TYPES) {
      const own = type === 'Session' ? await sessionOf(superAdmin) : rows[type];
      const id = globalId(type, own);
      const { data } = await superAdmin.run(GetNode, { id });
      expect(data?.node).toEqual({ __typename: type, id });
    }
  });

  test('hides an object under every name but that of its type', async () => {
    const { superAdmin, admin, here, dataset, rows } = await stage();
    const viewId = rowIdOf(await here.view(dataset));
    const others = [
      'DatasetView',
      'Flow',
      'FlowMember',
      'Role',
      'Query',
      'Node',
      'toString',
      '',
      'X',
    ];
    const nothing = { code: 'NOT_FOUND', message: expect.any(String), remedies: expect.any(Array) };
    for (const [type, rowId] of [...Object.entries(rows), ['DatasetView', viewId] as const]) {
      const names = [...NODE_TYPES, ...others].filter((name) => name !== type);
      const ids = names.map((name) => globalId(name, rowId));
      for (const person of [superAdmin, admin]) {
        expect(await nodesOf(person, ids)).toEqual(names.map(() => nothing));
      }
    }
    const view = globalId('DatasetView', viewId);
    expect(await nodesOf(superAdmin, [view])).toEqual([nothing]);
  });

  test('hides whatever is not an id as it is written here', async () => {
    const { admin, dataset } = await world();
    const missing = await admin.run(GetNode, { id: globalId('Dataset', uuidv7()) });
    expect(missing).toFail('NOT_FOUND');
    for (const id of [
      '',
      'garbage',
      dataset.rowId,
      `Dataset:${dataset.rowId}`,
      `${dataset.id}=`,
      `${dataset.id} `,
      Buffer.from(`Dataset:${dataset.rowId}`).toString('base64url').toLowerCase(),
      globalId('Dataset', dataset.rowId.toUpperCase()),
      globalId('Dataset', `${dataset.rowId}:x`),
      globalId('dataset', dataset.rowId),
      globalId('Dataset', "' OR true --"),
      '🦊',
      'x'.repeat(10_000),
    ]) {
      expect((await admin.run(GetNode, { id })).text).toBe(missing.text);
      expect(await admin.run(GetDataset, { id })).toFail('NOT_FOUND');
    }
  });

  test('hides flows of another kind, and their members', async () => {
    const { here, superAdmin, admin } = await world();
    const { client } = await testDatabase();
    const { accountId } = here;
    for (const kind of ['PROCESS', 'LIST'] as const) {
      const flow = await client.flow.create({
        data: { accountId, kind, name: kind, nameKey: kind },
      });
      const membership = await client.flowMember.create({
        data: { accountId, flowId: flow.id, userId: admin.id, role: 'OWNER' },
      });
      for (const person of [superAdmin, admin]) {
        const asDataset = { id: globalId('Dataset', flow.id) };
        await expect(await person.run(GetNode, asDataset)).toBeHidden();
        await expect(await person.run(GetDataset, asDataset)).toBeHidden();
        const asMember = { id: globalId('DatasetMember', membership.id) };
        await expect(await person.run(GetNode, asMember)).toBeHidden();
      }
    }
  });

  test('hides removed people, and shows suspended ones', async () => {
    const { here, admin, outsider } = await world();
    const suspended = await here.person({ suspended: true });
    const { client } = await testDatabase();
    await client.user.update({ where: { id: outsider.id }, data: { removedAt: new Date() } });
    await expect(await admin.run(GetNode, { id: globalId('User', outsider.id) })).toBeHidden();
    expect(await admin.run(GetNode, { id: globalId('User', suspended.id) })).toSucceed();
  });

  test('hides one’s own sessions that are over', async () => {
    const { here, admin } = await world();
    const { client } = await testDatabase();
    const own = { accountId: here.accountId, userId: admin.id, pepperVersion: 1 };
    const soon = new Date(Date.now() + 60_000);
    const ago = new Date(Date.now() - 60_000);
    const over = [
      { id: uuidv7(), expiresAt: soon, endedAt: ago },
      { id: uuidv7(), expiresAt: ago, endedAt: null },
    ];
    await client.session.createMany({
      data: over.map((session) => ({
        ...own,
        ...session,
        secretHash: new Uint8Array(32),
        transport: 'BEARER' as const,
      })),
    });
    for (const { id } of over) {
      await expect(await admin.run(GetNode, { id: globalId('Session', id) })).toBeHidden();
    }
  });

  test('asks nobody in who is not signed in', async () => {
    const { anonymous, dataset } = await world();
    for (const id of [dataset.id, 'garbage']) {
      expect(await anonymous.run(GetNode, { id })).toFail('UNAUTHENTICATED');
      expect(await anonymous.run(GetDataset, { id })).toFail('UNAUTHENTICATED');
    }
  });
});

describe('dataset', () => {
  test('is read by all three roles, and says how one came by it', async () => {
    const { here, admin, member, viewer, outsider } = await world();
    const groupId = await here.group([outsider, viewer]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: member, role: 'MEMBER' },
        { user: viewer, role: 'VIEWER' },
        { groupId, role: 'MEMBER' },
      ],
    });
    for (const [person, access] of [
      [admin, { role: 'ADMIN', via: 'DIRECT' }],
      [member, { role: 'MEMBER', via: 'DIRECT' }],
      [viewer, { role: 'VIEWER', via: 'DIRECT' }],
      [outsider, { role: 'MEMBER', via: 'GROUP' }],
    ] as const) {
      const { data } = await person.run(GetDataset, { id: dataset.id });
      expect(data?.dataset?.access).toEqual(access);
    }
  });

  test('takes the strongest of several groups', async () => {
    const { here, outsider } = await world();
    const [weak, strong] = [await here.group([outsider]), await here.group([outsider])];
    const dataset = await here.dataset({
      members: [
        { groupId: weak, role: 'VIEWER' },
        { groupId: strong, role: 'ADMIN' },
      ],
    });
    const { data } = await outsider.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.access).toEqual({ role: 'ADMIN', via: 'GROUP' });
  });

  test('is hidden from everybody else', async () => {
    const { here, outsider, stranger, dataset } = await world();
    const others = await here.people([{ role: 'ADMIN' }, { role: 'IAM_ADMIN' }]);
    for (const person of [outsider, stranger, ...others]) {
      await expect(await person.run(GetDataset, { id: dataset.id })).toBeHidden();
    }
  });

  test('answers each of several in one document for itself', async () => {
    const { outsider, dataset, here } = await world();
    const own = await here.dataset({ name: 'Own', members: [{ user: outsider, role: 'VIEWER' }] });
    const result = await outsider.run(
      `{
        own: dataset(id: "${own.id}") { name }
        hidden: dataset(id: "${dataset.id}") { name }
        missing: dataset(id: "garbage") { name }
      }`,
    );
    expect(result.data).toEqual({ own: { name: 'Own' }, hidden: null, missing: null });
    const [hidden, missing] = result.errors ?? [];
    expect([hidden?.message, hidden?.extensions]).toEqual([missing?.message, missing?.extensions]);
  });
});

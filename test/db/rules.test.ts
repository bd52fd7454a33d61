import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import type { PrismaClient } from '../../src/db/generated/client.js';
import { testDatabase } from '../support/database.js';

let client: PrismaClient;
let accountId: string;

beforeAll(async () => {
  ({ client } = await testDatabase());
  const account = await client.account.create({ data: { slug: randomUUID(), name: 'Ruled' } });
  accountId = account.id;
});

function createUser(email: string, removedAt: Date | null = null): Promise<{ id: string }> {
  return client.user.create({ data: { accountId, email, name: email, nameKey: email, removedAt } });
}

describe('the audit trail is append-only:', () => {
  async function appendEntry(): Promise<string> {
    const data = { accountId, action: 'thing.done', outcome: 'SUCCEEDED', requestId: 'r' } as const;
    return (await client.auditEntry.create({ data })).id;
  }

  test.each(['UPDATE', 'DELETE', 'TRUNCATE'])('%s is refused', async (operation) => {
    const id = await appendEntry();
    const attempt = {
      UPDATE: () => client.auditEntry.update({ where: { id }, data: { action: 'nothing.done' } }),
      DELETE: () => client.auditEntry.deleteMany({ where: { id } }),
      TRUNCATE: () => client.$executeRaw`TRUNCATE audit_entry`,
    }[operation];
    await expect(attempt?.()).rejects.toThrow(`append-only: ${operation} is refused`);
    expect(await client.auditEntry.findUnique({ where: { id } })).toMatchObject({
      action: 'thing.done',
    });
  });
});

describe('a member is exactly one user, group or service account:', () => {
  async function addMember(grantee: { userId?: string; groupId?: string }): Promise<unknown> {
    const flow = await client.flow.create({
      data: { accountId, kind: 'DATASET', name: 'Flow', nameKey: 'flow' },
    });
    return client.flowMember.create({
      data: { accountId, flowId: flow.id, role: 'VIEWER', ...grantee },
    });
  }

  test('one is taken, none and two are refused', async () => {
    const { id: userId } = await createUser(`${randomUUID()}@example.com`);
    const group = { accountId, name: 'Group', nameKey: randomUUID() };
    const { id: groupId } = await client.group.create({ data: group });
    await addMember({ userId });
    await addMember({ groupId });
    await expect(addMember({})).rejects.toThrow('flow_member_one_grantee');
    await expect(addMember({ userId, groupId })).rejects.toThrow('flow_member_one_grantee');
  });
});

test('an address belongs to one person of an account, removed people not counted', async () => {
  const email = `${randomUUID()}@example.com`;
  await createUser(email, new Date());
  await createUser(email, new Date());
  await createUser(email);
  await expect(createUser(email)).rejects.toThrow(/unique constraint/i);
});

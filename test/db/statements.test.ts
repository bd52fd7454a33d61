import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { beforeAll, expect, test } from 'vitest';

import type { PrismaClient } from '../../src/db/generated/client.js';
import { runCounted, statementCount, statementTexts } from '../../src/db/statements.js';
import { testDatabase } from '../support/database.js';

let client: PrismaClient;
let accountId: string;

beforeAll(async () => {
  ({ client } = await testDatabase());
  const account = await client.account.create({ data: { slug: randomUUID(), name: 'Counted' } });
  accountId = account.id;
});

function countOf(task: () => Promise<unknown>): Promise<number> {
  return runCounted(async () => {
    await task();
    return statementCount();
  });
}

test('a read is one statement, with its relations too', async () => {
  const where = { id: accountId };
  expect(await countOf(() => client.account.findFirst({ where }))).toBe(1);
  const include = { users: { include: { roles: true } }, flows: { include: { members: true } } };
  expect(await countOf(() => client.account.findFirst({ where, include }))).toBe(1);
});

test('raw statements count', async () => {
  expect(
    await countOf(async () => {
      await client.$queryRaw`SELECT 1`;
      await client.$executeRaw`SELECT 1`;
    }),
  ).toBe(2);
});

test('a transaction counts what runs in it, and neither BEGIN nor its end', async () => {
  const inside = () =>
    client.$transaction(async (tx) => {
      await tx.account.count();
      await wait(5);
      await tx.$queryRaw`SELECT 1`;
      await tx.account.update({ where: { id: accountId }, data: { name: 'Changed' } });
    });
  expect(await countOf(inside)).toBe(3);
  expect(
    await countOf(() => client.$transaction([client.account.count(), client.user.count()])),
  ).toBe(2);
  const rolledBack = client.$transaction.bind(client);
  expect(
    await countOf(() =>
      rolledBack(async (tx) => {
        await tx.account.count();
        throw new Error('rolled back');
      }).catch(() => undefined),
    ),
  ).toBe(1);
});

test('a statement that fails counts', async () => {
  expect(await countOf(() => client.$queryRaw`SELECT 1 / 0`.catch(() => undefined))).toBe(1);
});

test('requests that run at the same time do not see each other', async () => {
  const request = (reads: number) =>
    countOf(async () => {
      for (let index = 0; index < reads; index += 1) await client.account.count();
    });
  expect(await Promise.all([1, 2, 3, 4].map(request))).toEqual([1, 2, 3, 4]);
});

test('the texts are kept, and outside of a request nothing is', async () => {
  const texts = await runCounted(async () => {
    await client.$queryRaw`SELECT 2 AS two`;
    return statementTexts();
  });
  expect(texts).toEqual(['SELECT 2 AS two']);
  await client.account.count();
  expect(statementCount()).toBe(0);
});

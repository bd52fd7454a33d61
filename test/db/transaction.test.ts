import { randomUUID } from 'node:crypto';

import { beforeAll, expect, test } from 'vitest';

import type { PrismaClient } from '../../src/db/generated/client.js';
import { testDatabase } from '../support/database.js';

let client: PrismaClient;
let slug: string;
const exists = async () => (await client.account.count({ where: { slug } })) === 1;

beforeAll(async () => {
  ({ client } = await testDatabase());
});

test('a transaction that ends well is kept', async () => {
  slug = randomUUID();
  await client.$transaction((tx) => tx.account.create({ data: { slug, name: 'Kept' } }));
  expect(await exists()).toBe(true);
});

test('a transaction that throws is undone', async () => {
  slug = randomUUID();
  const failing = client.$transaction(async (tx) => {
    await tx.account.create({ data: { slug, name: 'Undone' } });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await exists()).toBe(false);
});

// PostgreSQL rolls such a transaction back on COMMIT without an error.
test('a transaction that swallows a failed statement does not pass for committed', async () => {
  slug = randomUUID();
  const swallowing = client.$transaction(async (tx) => {
    await tx.account.create({ data: { slug, name: 'Lost' } });
    await tx.$executeRaw`SELECT 1 / 0`.catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow();
  expect(await exists()).toBe(false);
  await expect(client.account.count()).resolves.toBeGreaterThanOrEqual(0);
});

test('a failed statement behind a savepoint can be swallowed', async () => {
  slug = randomUUID();
  await client.$transaction(async (tx) => {
    await tx.account.create({ data: { slug, name: 'Kept' } });
    await tx.$executeRaw`SAVEPOINT attempt`;
    await tx.$executeRaw`SELECT 1 / 0`.catch(() => tx.$executeRaw`ROLLBACK TO SAVEPOINT attempt`);
  });
  expect(await exists()).toBe(true);
});

test('one transaction waits for the other, and readers get their turn', async () => {
  slug = randomUUID();
  const account = await client.account.create({ data: { slug, name: '0' } });
  const increment = () =>
    client.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM account WHERE slug = ${slug} FOR UPDATE`;
      const { name } = await tx.account.findUniqueOrThrow({ where: { id: account.id } });
      return tx.account.update({
        where: { id: account.id },
        data: { name: `${Number(name) + 1}` },
      });
    });
  await Promise.all([...Array.from({ length: 20 }, increment), client.account.count()]);
  expect(await client.account.findUnique({ where: { slug } })).toMatchObject({ name: '20' });
});

import { describe, expect, test } from 'vitest';

import type { Result } from '../support/actor.js';
import { testDatabase, testDatabaseKind } from '../support/database.js';
import { CreateAccessKey, CreateApiKey, CreateServiceAccount } from '../support/operations.js';
import { endOf } from '../support/table.js';
import { globalId, workspace } from '../support/world.js';

const ATTEMPTS = 100;

/** The embedded database runs one transaction after the other anyway. */
const ROUNDS = testDatabaseKind() === 'postgres' ? 2 : 1;

/** Starts a hundred at once, and counts how they ended. */
async function hundred(create: (number: number) => Promise<Result>) {
  const results = await Promise.all(Array.from({ length: ATTEMPTS }, (_, at) => create(at)));
  const ends = new Map<string, number>();
  for (const end of results.map(endOf)) ends.set(end, (ends.get(end) ?? 0) + 1);
  return Object.fromEntries(ends);
}

function slotsUpTo(limit: number): number[] {
  return Array.from({ length: limit }, (_, at) => at + 1);
}

describe('of a hundred that are made at once', () => {
  test(
    'an account gets exactly 25 service accounts, and the others are told of the limit',
    { timeout: 600_000 },
    async () => {
      const { client } = await testDatabase();
      for (let round = 1; round <= ROUNDS; round += 1) {
        const here = await workspace();
        const [chief, other] = await here.people([{ role: 'SUPER_ADMIN' }, { role: 'IAM_ADMIN' }]);
        const ends = await hundred((number) => {
          const input = { name: `Robot ${number}`, purpose: 'Races.' };
          return (number % 2 === 0 ? chief : other).run(CreateServiceAccount, { input });
        });
        expect(ends).toEqual({ SUCCESS: 25, LIMIT_REACHED: 75 });
        const rows = await client.serviceAccount.findMany({
          where: { accountId: here.accountId },
          select: { slot: true },
          orderBy: { slot: 'asc' },
        });
        expect(rows.map(({ slot }) => slot)).toEqual(slotsUpTo(25));
      }
    },
  );

  test(
    'a service account gets exactly 50 keys, and a person exactly 50 API keys',
    { timeout: 600_000 },
    async () => {
      const { client } = await testDatabase();
      for (let round = 1; round <= ROUNDS; round += 1) {
        const here = await workspace();
        const chief = await here.person({ role: 'SUPER_ADMIN' });
        const serviceAccountId = await here.serviceAccount();
        const input = { serviceAccountId: globalId('ServiceAccount', serviceAccountId), name: 'K' };
        const [programs, people] = await Promise.all([
          hundred(() => chief.run(CreateAccessKey, { input })),
          hundred(() => chief.run(CreateApiKey, { input: { name: 'K' } })),
        ]);
        expect(programs).toEqual({ SUCCESS: 50, LIMIT_REACHED: 50 });
        expect(people).toEqual({ SUCCESS: 50, LIMIT_REACHED: 50 });
        for (const where of [{ serviceAccountId }, { userId: chief.id }]) {
          const rows = await client.accessKey.findMany({ where, orderBy: { slot: 'asc' } });
          expect(rows.map(({ slot }) => slot)).toEqual(slotsUpTo(50));
        }
      }
    },
  );
});

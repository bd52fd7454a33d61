import { setTimeout as wait } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { hashSecret, isSecret, parseToken } from '../../src/authn/token.js';
import { touchKey } from '../../src/domain/access-key.js';
import { SECRET, testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { keyOf } from '../support/keys.js';
import { ReadSelf } from '../support/operations.js';
import { workspace } from '../support/world.js';

const MINUTE = 60_000;

async function used() {
  const start = Date.now();
  let passed = 0;
  const now = () => new Date(start + passed);
  const app = await testApp({ now });
  const here = await workspace(app);
  const key = await keyOf(here, { serviceAccountId: await here.serviceAccount() });
  const { client } = await testDatabase();
  const read = async () => {
    const { lastUsedAt, lastUsedFrom } = await client.accessKey.findUniqueOrThrow({
      where: { id: key.rowId },
    });
    return { lastUsedAt, lastUsedFrom };
  };
  const later = (ms: number) => void (passed = ms);
  return { app, key, client, read, later, now, start };
}

test('a key notes when it was used and from where, at most once a minute', async () => {
  const { app, key, read, later, start } = await used();
  const use = async (ms: number) => {
    later(ms);
    expect(await key.user.run(ReadSelf)).toSucceed();
    await app.close();
    return read();
  };
  expect(await read()).toEqual({ lastUsedAt: null, lastUsedFrom: null });
  const first = { lastUsedAt: new Date(start), lastUsedFrom: '192.0.2.7' };
  expect(await use(0)).toEqual(first);
  expect(await use(1)).toEqual(first);
  expect(await use(MINUTE - 1)).toEqual(first);
  expect((await use(MINUTE)).lastUsedAt).toEqual(new Date(start + MINUTE));
  expect((await use(MINUTE - 1)).lastUsedAt).toEqual(new Date(start + MINUTE));
});

/** How often the row of a key is really written meanwhile. */
async function writesDuring(keyId: string, run: () => Promise<unknown>): Promise<number> {
  const { client } = await testDatabase();
  const apply = async (...statements: string[]) => {
    for (const statement of statements) await client.$executeRawUnsafe(statement);
  };
  await apply(
    'CREATE TABLE key_write (key_id uuid)',
    `CREATE FUNCTION note_key_write() RETURNS trigger LANGUAGE plpgsql AS
       'BEGIN INSERT INTO key_write VALUES (NEW.id); RETURN NEW; END'`,
    'CREATE TRIGGER notes AFTER UPDATE ON access_key FOR EACH ROW EXECUTE FUNCTION note_key_write()',
  );
  try {
    await run();
    const rows = await client.$queryRaw<object[]>`
      SELECT 1 FROM key_write WHERE key_id = ${keyId}::uuid`;
    return rows.length;
  } finally {
    await apply('DROP TRIGGER notes ON access_key', 'DROP FUNCTION note_key_write');
    await apply('DROP TABLE key_write');
  }
}

test('60,000 uses in a minute, a thousand at a time, write twice at most', async () => {
  const { key, client, read, start } = await used();
  let uses = 0;
  const system = { client, now: () => new Date(start + (uses += 1)) };
  const credential = { kind: 'accessKey', id: key.rowId } as const;
  const writes = await writesDuring(key.rowId, async () => {
    for (let batch = 0; batch < 60; batch += 1) {
      // Each of these requests has read the row before any of them writes it.
      const { lastUsedAt } = await read();
      const thousand = Array.from({ length: 1000 });
      await Promise.all(thousand.map(() => touchKey(system, credential, lastUsedAt, '192.0.2.7')));
    }
  });
  expect(uses).toBe(60_000);
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThanOrEqual(2);
}, 120_000);

test('a request does not wait for its use to be noted, and skips a row that somebody holds', async () => {
  const { app, key, client, read } = await used();
  let answered: Promise<unknown> | undefined;
  await client.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM access_key WHERE id = ${key.rowId}::uuid FOR NO KEY UPDATE`;
    answered = key.user.run('{ __typename }').then((result) => {
      expect(result).toSucceed();
      return app.close();
    });
    await wait(300);
  });
  await answered;
  const { lastUsedAt } = await read();
  expect(lastUsedAt === null || lastUsedAt instanceof Date).toBe(true);
});

test('checking a key takes the processor less than a tenth of a millisecond', async () => {
  const { key } = await used();
  const kept = hashSecret(parseToken(key.text)?.secret ?? '', SECRET);
  const rounds = 20_000;
  const check = () => {
    const token = parseToken(key.text);
    return token !== undefined && isSecret(token.secret, kept, SECRET);
  };
  for (let warm = 0; warm < 1000; warm += 1) expect(check()).toBe(true);
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) check();
  const { user, system } = process.cpuUsage(before);
  const micros = (user + system) / rounds;
  console.log(`One check of a key: ${micros.toFixed(1)} µs of the processor.`);
  expect(micros).toBeLessThan(100);
});

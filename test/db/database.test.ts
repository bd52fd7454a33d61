import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { type Database, type DatabaseLocation, openDatabase } from '../../src/db/database.js';
import { StartupError } from '../../src/db/startup-error.js';
import { emptyLocation, testDatabaseKind } from '../support/database.js';
import { repairDatabase } from '../support/raw-database.js';

// A new embedded database takes seconds, and many of them on a busy machine.
const TIMEOUT = { timeout: 120_000 };
const kind = testDatabaseKind();
let location: DatabaseLocation;

async function opening(where: DatabaseLocation): Promise<{ message: string; steps: string[] }> {
  const steps: string[] = [];
  try {
    await (await openDatabase(where, (step) => steps.push(step))).close();
    return { message: 'opened', steps };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return { message: error.message, steps };
  }
}

async function withDatabase<T>(task: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(location);
  try {
    return await task(database);
  } finally {
    await database.close();
  }
}

const appliedMigrations = ({ client }: Database) =>
  client.$queryRaw<{ migration_name: string; applied_steps_count: number }[]>`
    SELECT * FROM _prisma_migrations ORDER BY started_at`;

beforeAll(async () => {
  location = await emptyLocation();
});

test('an empty database gets its tables once, and keeps its rows', TIMEOUT, async () => {
  expect(await opening(location)).toEqual({ message: 'opened', steps: ['Creating the tables …'] });
  const applied = await withDatabase(async (database) => {
    await database.client.account.create({ data: { slug: 'kept', name: 'Kept' } });
    return appliedMigrations(database);
  });
  expect(applied.map((row) => row.migration_name)).toEqual([
    '20261121000000_init',
    '20261121234802_dataset_contents',
    '20261122025413_service_accounts',
    '20261122060347_people',
    '20261122095444_access_requests',
    '20261122163000_grants_ended_by_programs',
  ]);
  expect(await opening(location)).toEqual({ message: 'opened', steps: [] });
  await withDatabase(async (database) => {
    expect(await appliedMigrations(database)).toEqual(applied);
    expect(await database.client.account.findMany()).toMatchObject([{ slug: 'kept' }]);
    await database.ping();
    expect(database.kind).toBe(kind);
  });
});

describe('is refused, and left as it is,', () => {
  async function expectRefusal(damage: string, repair: string, message: RegExp): Promise<void> {
    const before = await withDatabase(async (database) => {
      await database.client.$executeRawUnsafe(damage);
      return appliedMigrations(database);
    });
    expect((await opening(location)).message).toMatch(message);
    // The repair goes the way of somebody who opens the database with another tool.
    const after = await repairDatabase(location, repair);
    expect(after).toEqual(before.map(({ migration_name }) => migration_name));
  }

  test('a database that is newer than the code', () =>
    expectRefusal(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
         VALUES ('x', 'x', '29991231000000_from_the_future', now())`,
      `DELETE FROM _prisma_migrations WHERE id = 'x'`,
      /newer than this version[^]*29991231000000_from_the_future/,
    ));

  test('a database whose migration was not finished', () =>
    expectRefusal(
      'UPDATE _prisma_migrations SET finished_at = NULL',
      'UPDATE _prisma_migrations SET finished_at = now()',
      /begun and not finished[^]*20261121000000_init/,
    ));

  test('a database made by another edition of a migration', () =>
    expectRefusal(
      `UPDATE _prisma_migrations SET checksum = reverse(checksum)`,
      'UPDATE _prisma_migrations SET checksum = reverse(checksum)',
      /different edition[^]*20261121000000_init/,
    ));
});

// Each project registers what its own database can do; nothing is skipped.
describe.each(kind === 'embedded' ? ['the embedded database'] : [])('%s', () => {
  const inside = (name: string) => path.join(path.dirname(location.dataDir), name);

  test('is refused to a second opener', async () => {
    await withDatabase(async () => {
      expect((await opening(location)).message).toMatch(`in use by process ${process.pid}`);
    });
  });

  test('does not move into a directory that holds something else', async () => {
    mkdirSync(inside('photos'));
    writeFileSync(path.join(inside('photos'), 'cat.jpg'), '');
    const { message } = await opening({ url: undefined, dataDir: inside('photos') });
    expect(message).toMatch(/holds other files/);
    expect(readdirSync(inside('photos'))).toEqual(['cat.jpg']);
    expect(existsSync(inside('photos.lock'))).toBe(false);
  });

  test('starts over what a killed first start has left', async () => {
    mkdirSync(inside('fresh.new'));
    writeFileSync(path.join(inside('fresh.new'), 'PG_VERSION'), '18\n');
    expect(await opening({ url: undefined, dataDir: inside('fresh') })).toMatchObject({
      message: 'opened',
    });
    expect(readdirSync(path.dirname(location.dataDir)).toSorted()).toEqual([
      'data',
      'fresh',
      'photos',
    ]);
  });
});

describe.each(kind === 'postgres' ? ['a PostgreSQL server'] : [])('%s', () => {
  const changed = (change: (url: URL) => void): DatabaseLocation => {
    const url = new URL(location.url ?? '');
    url.password = 'pa55word';
    change(url);
    return { url: url.toString(), dataDir: '' };
  };

  test('prepares one database for one of two gateways at a time', async () => {
    const empty = await emptyLocation();
    const seeds: number[] = [];
    const steps: string[] = [];
    const start = async (): Promise<void> => {
      const database = await openDatabase(empty, (step) => steps.push(step));
      const { account } = database.client;
      await database.withStartupLock(async () => {
        if ((await account.count()) > 0) return;
        await new Promise((resolve) => setTimeout(resolve, 200));
        await account.create({ data: { slug: `seed-${seeds.length}`, name: 'Seed' } });
        seeds.push(await account.count());
      });
      expect(await account.count()).toBe(1);
      await database.close();
    };
    await Promise.all([start(), start(), start()]);
    expect(seeds).toEqual([1]);
    expect(steps.filter((step) => step === 'Creating the tables …')).toHaveLength(1);
  });

  test('keeps times in UTC, whatever its own time zone is', async () => {
    const empty = await emptyLocation();
    const name = new URL(empty.url ?? '').pathname.slice(1);
    await withDatabase(({ client }) =>
      client.$executeRawUnsafe(`ALTER DATABASE ${name} SET timezone = 'Pacific/Auckland'`),
    );
    const database = await openDatabase(empty);
    const written = await database.client.account.create({ data: { slug: 'now', name: 'Now' } });
    const [row] = await database.client.$queryRaw<{ seconds: number }[]>`
      SELECT abs(extract(epoch FROM now() - created_at))::float AS seconds FROM account`;
    await database.close();
    expect(Math.abs(Date.now() - written.createdAt.getTime())).toBeLessThan(60_000);
    expect(row?.seconds).toBeLessThan(60);
  });

  test.each([
    ['that nobody runs', (url: URL) => (url.port = '1'), /No PostgreSQL answers at 127.0.0.1:1/],
    ['on an unknown host', (url: URL) => (url.hostname = 'no.invalid'), /No PostgreSQL answers/],
    ['with another password', () => undefined, /refuses the user "postgres"/],
  ])('%s is named, its password is not', async (_, change, expected) => {
    const { message } = await opening(changed(change));
    expect(message).toMatch(expected);
    expect(message).toContain('postgres:***@');
    expect(message).not.toContain('pa55word');
  });

  test('without the database says how to create it', async () => {
    const url = new URL(location.url ?? '');
    url.pathname = '/not_there';
    const { message } = await opening({ url: url.toString(), dataDir: '' });
    expect(message).toMatch(/has no database "not_there"[^]*createdb not_there/);
  });
});

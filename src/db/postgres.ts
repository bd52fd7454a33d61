import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import pg from 'pg';

import { asDriverAdapterError, type Driver } from './driver.js';
import { PLANNED_ANEW } from './planning.js';
import { explainPostgresError } from './postgres-errors.js';
import { StartupError } from './startup-error.js';

const OLDEST_VERSION = 15;
/** One number for all gateways on one database: who holds it migrates and seeds. */
const STARTUP_LOCK = 4_093_774_211;
const MOST_NAMED_STATEMENTS = 500;

export async function openPostgres(
  url: string,
  onProgress: (message: string) => void,
): Promise<Driver> {
  const options = connectionOptions(url);
  const pool = new pg.Pool(options);
  // A broken idle connection is replaced by the pool; unheard, its error would end the process.
  pool.on('error', () => undefined);
  const clear = <T>(task: () => Promise<T>): Promise<T> =>
    task().catch((error: unknown) => {
      throw explainPostgresError(error, url);
    });
  const driver: Driver = {
    kind: 'postgres',
    factory: postgresFactory(pool),
    exclusively: (task) => clear(() => exclusively(options, task, onProgress)),
    close: () => pool.end(),
  };
  try {
    await clear(() => checkVersion(pool));
    return driver;
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** Deletes everything in the schema `public`, once no other gateway is starting. */
export async function resetPostgres(url: string): Promise<void> {
  const options = connectionOptions(url);
  const pool = new pg.Pool(options);
  try {
    await exclusively(
      options,
      () => pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'),
      console.log,
    );
  } catch (error) {
    throw explainPostgresError(error, url);
  } finally {
    await pool.end();
  }
}

function connectionOptions(url: string): pg.PoolConfig {
  return {
    connectionString: withUtc(url),
    connectionTimeoutMillis: 10_000,
    application_name: 'fieldgate',
    keepAlive: true,
  };
}

/**
 * Prisma writes and reads times without their zone, so the session has to be in UTC,
 * whatever the server's default is.
 */
function withUtc(url: string): string {
  const parsed = new URL(url);
  const options = parsed.searchParams.get('options');
  parsed.searchParams.set('options', [options, '-c TimeZone=UTC'].filter(Boolean).join(' '));
  return parsed.toString();
}

function postgresFactory(pool: pg.Pool): SqlDriverAdapterFactory {
  const factory = new PrismaPg(pool, { statementNameGenerator: statementNames() });
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      // The adapter's own splits at every semicolon, also inside the body of a function.
      adapter.executeScript = async (script) => {
        await pool.query(script).catch((error: unknown) => {
          throw asDriverAdapterError(error);
        });
      };
      const startTransaction = adapter.startTransaction.bind(adapter);
      adapter.startTransaction = async (level) => strict(await startTransaction(level));
      return adapter;
    },
  };
}

/** After a statement has failed, PostgreSQL rolls back on COMMIT, and does not call it an error. */
function strict(transaction: Transaction): Transaction {
  const queryRaw = transaction.queryRaw.bind(transaction);
  const executeRaw = transaction.executeRaw.bind(transaction);
  let broken = false;
  const watched = async <T>(answer: Promise<T>, sql: string): Promise<T> => {
    try {
      const result = await answer;
      if (sql.startsWith('ROLLBACK TO ')) broken = false;
      return result;
    } catch (error) {
      broken = true;
      throw error;
    }
  };
  transaction.queryRaw = (query) => watched(queryRaw(query), query.sql);
  transaction.executeRaw = async (query) => {
    if (query.sql !== 'COMMIT' || !broken) return watched(executeRaw(query), query.sql);
    await executeRaw({ ...query, sql: 'ROLLBACK' });
    throw new Error('The transaction is rolled back, because a statement in it has failed.');
  };
  return transaction;
}

/**
 * A named statement is parsed once a connection, and soon planned for no value in particular. `IN` lists make many
 * texts: the rest has none.
 */
function statementNames(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (sql.endsWith(PLANNED_ANEW)) return '';
    const known = names.get(sql);
    if (known !== undefined) return known;
    if (names.size >= MOST_NAMED_STATEMENTS) return '';
    const name = `s${names.size}`;
    names.set(sql, name);
    return name;
  };
}

async function checkVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ server_version_num: string }>('SHOW server_version_num');
  const major = Math.floor(Number(rows[0]?.server_version_num) / 10_000);
  if (major >= OLDEST_VERSION) return;
  throw new StartupError(
    `The database is PostgreSQL ${major}; Fieldgate needs PostgreSQL ${OLDEST_VERSION} or newer.`,
  );
}

// The lock lives as long as its connection, so a gateway that dies lets it go.
async function exclusively<T>(
  options: pg.ClientConfig,
  task: () => Promise<T>,
  onProgress: (message: string) => void,
): Promise<T> {
  const holder = new pg.Client(options);
  holder.on('error', () => undefined);
  await holder.connect();
  try {
    const { rows } = await holder.query<{ taken: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS taken',
      [STARTUP_LOCK],
    );
    if (rows[0]?.taken !== true) {
      onProgress('Another gateway is preparing the database; waiting for it …');
      await holder.query('SELECT pg_advisory_lock($1)', [STARTUP_LOCK]);
    }
    return await task();
  } finally {
    await holder.end();
  }
}

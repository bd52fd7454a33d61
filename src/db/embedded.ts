import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

import {
  PGlite,
  type QueryOptions,
  type Transaction as PGliteTransaction,
} from '@electric-sql/pglite';
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

import { lockDirectory } from './directory-lock.js';
import { asDriverAdapterError, type Driver } from './driver.js';
import { nameStatements } from './embedded-statements.js';
import { StartupError } from './startup-error.js';

type Prepare = (factory: SqlDriverAdapterFactory) => Promise<void>;

/** Opens the database in `dataDir`, after creating one there and preparing it if need be. */
export async function openEmbedded(dataDir: string, prepare: Prepare): Promise<Driver> {
  const release = lockDirectory(dataDir);
  try {
    if (isVacant(dataDir)) await create(dataDir, prepare);
    const pglite = await PGlite.create({ dataDir });
    return embeddedDriver(pglite, release);
  } catch (error) {
    release();
    throw error;
  }
}

/** A driver over an embedded database that is open already. */
export function embeddedDriver(pglite: PGlite, release: () => void = () => undefined): Driver {
  nameStatements(pglite);
  return {
    kind: 'embedded',
    factory: embeddedFactory(pglite),
    exclusively: (task) => task(),
    close: async () => {
      await pglite.close();
      release();
    },
  };
}

/** A database in memory, gone when it is closed. */
export async function openScratch(): Promise<Driver> {
  return embeddedDriver(await PGlite.create());
}

/** Deletes the database in `dataDir`, unless somebody uses it. */
export function resetEmbedded(dataDir: string): void {
  const release = lockDirectory(dataDir);
  try {
    if (!isVacant(dataDir)) rmSync(dataDir, { recursive: true });
  } finally {
    release();
  }
}

function isVacant(dataDir: string): boolean {
  const names = listOf(dataDir);
  if (names.length === 0) return true;
  if (names.includes('PG_VERSION')) return false;
  throw new StartupError(
    `The data directory ${dataDir} holds other files, and no database of Fieldgate.\n` +
      'Name an empty or a new directory in FIELDGATE_DATA_DIR.',
  );
}

function listOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

// Made aside and moved into place when it is whole: a start that is killed leaves nothing behind.
async function create(dataDir: string, prepare: Prepare): Promise<void> {
  const draft = `${path.resolve(dataDir)}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const loadDataDir = await dumpPrepared(prepare);
  await (await PGlite.create({ dataDir: draft, loadDataDir })).close();
  renameSync(draft, path.resolve(dataDir));
}

/** The files of a new and prepared database. In memory that takes half as long as on disk. */
export async function dumpPrepared(prepare: Prepare): Promise<Blob> {
  const pglite = await PGlite.create();
  try {
    await prepare(embeddedFactory(pglite));
    return await pglite.dumpDataDir('none');
  } finally {
    await pglite.close();
  }
}

function embeddedFactory(pglite: PGlite): SqlDriverAdapterFactory {
  const factory = new PrismaPGlite(asking(pglite, pglite));
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => repaired(await factory.connect(), pglite),
  };
}

/** The adapter neither waits for a script nor notices a COMMIT that fails. */
function repaired(adapter: SqlDriverAdapter, pglite: PGlite): SqlDriverAdapter {
  adapter.executeScript = async (script) => {
    await pglite.exec(script).catch((error: unknown) => {
      throw asDriverAdapterError(error);
    });
  };
  // One connection runs one transaction after the other, so every isolation level is served.
  adapter.startTransaction = () => startTransaction(pglite);
  return adapter;
}

function startTransaction(pglite: PGlite): Promise<Transaction> {
  return new Promise((started, notStarted) => {
    const ended = pglite.transaction(async (inner) => {
      const queryable = await queryableIn(inner, pglite);
      const control = async (sql: string): Promise<void> => {
        await queryable.executeRaw({ sql, args: [], argTypes: [] });
      };
      await new Promise<void>((commit, rollback) => {
        started({
          provider: queryable.provider,
          adapterName: queryable.adapterName,
          options: { usePhantomQuery: true },
          queryRaw: (query) => queryable.queryRaw(query),
          executeRaw: (query) => queryable.executeRaw(query),
          commit: () => {
            commit();
            return ended.catch((error: unknown) => {
              throw asDriverAdapterError(error);
            });
          },
          rollback: () => {
            rollback(ROLLED_BACK);
            return ended.catch((error: unknown) => {
              if (error !== ROLLED_BACK) throw asDriverAdapterError(error);
            });
          },
          createSavepoint: (savepoint) => control(`SAVEPOINT ${savepoint}`),
          rollbackToSavepoint: (savepoint) => control(`ROLLBACK TO SAVEPOINT ${savepoint}`),
          releaseSavepoint: (savepoint) => control(`RELEASE SAVEPOINT ${savepoint}`),
        });
      });
    });
    ended.catch(notStarted);
  });
}

const ROLLED_BACK = new Error('The transaction was rolled back on request.');

function queryableIn(inner: PGliteTransaction, pglite: PGlite): Promise<SqlDriverAdapter> {
  return new PrismaPGlite(asking(inner, pglite)).connect();
}

/**
 * The adapter wants a whole database, and asks it for nothing but `query`, each time with parsers of its own. PGlite
 * would merge them with its hundreds of others for each statement; so they take their places among those once.
 */
function asking(inner: Pick<PGlite, 'query'>, pglite: PGlite): PGlite {
  const scope = Object.create(pglite) as PGlite;
  scope.query = <T>(sql: string, values?: unknown[], options: QueryOptions = {}) => {
    const { parsers, ...others } = options;
    if (parsers && !settled.has(pglite)) {
      Object.assign(pglite.parsers, parsers);
      settled.add(pglite);
    }
    return inner.query<T>(sql, values, others);
  };
  return scope;
}

const settled = new WeakSet<PGlite>();

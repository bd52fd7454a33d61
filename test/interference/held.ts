import type {
  SqlDriverAdapterFactory,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils';
import pLimit from 'p-limit';

import { databaseOver } from '../../src/db/database.js';
import type { PrismaClient } from '../../src/db/generated/client.js';
import { testApp } from '../support/app.js';
import { testDriver } from '../support/database.js';

/** The real gateway inside of one transaction on the worker's database: nothing of what comes to pass there stays. */
export async function heldGateway(
  now: () => Date,
  spoiled: (client: PrismaClient) => PrismaClient = (client) => client,
) {
  const driver = await testDriver();
  const database = databaseOver({ ...driver, factory: nesting(driver.factory) });
  const { client } = database;
  const run = (sql: string) => client.$executeRawUnsafe(sql);
  const app = await testApp({ database: { ...database, client: spoiled(client) }, now });
  return {
    app,
    run,
    /** Does something, and undoes it with all that comes of it. */
    async undone<T>(task: () => Promise<T>): Promise<T> {
      await run('BEGIN');
      try {
        return await task();
      } finally {
        await run('ROLLBACK');
      }
    },
    /** The same within what is undone. */
    async undoneWithin<T>(task: () => Promise<T>): Promise<T> {
      await run('SAVEPOINT within');
      try {
        return await task();
      } finally {
        await run('ROLLBACK TO SAVEPOINT within');
      }
    },
    async close(): Promise<void> {
      await app.close();
      await client.$disconnect();
    },
  };
}

export type HeldGateway = Awaited<ReturnType<typeof heldGateway>>;

/** Transactions that are parts of the one that is open already, and leave nothing even in that. */
function nesting(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      // What fails in a part stops every other statement until that part is undone: so one goes after the other.
      const atOnce = pLimit(1);
      const alone: SqlQueryable = {
        provider: adapter.provider,
        adapterName: adapter.adapterName,
        queryRaw: adapter.queryRaw.bind(adapter),
        executeRaw: adapter.executeRaw.bind(adapter),
      };
      adapter.queryRaw = (query) => atOnce(() => alone.queryRaw(query));
      adapter.executeRaw = (query) => atOnce(() => alone.executeRaw(query));
      adapter.startTransaction = () =>
        new Promise((started, notStarted) => {
          const whole = atOnce(
            () => new Promise<void>((ended) => partOf(alone, ended).then(started, notStarted)),
          );
          whole.catch(notStarted);
        });
      return adapter;
    },
  };
}

async function partOf(adapter: SqlQueryable, ended: () => void): Promise<Transaction> {
  const control = async (sql: string): Promise<void> => {
    await adapter.executeRaw({ sql, args: [], argTypes: [] });
  };
  await control('SAVEPOINT part');
  const undo = async (): Promise<void> => {
    await control('ROLLBACK TO SAVEPOINT part');
    await control('RELEASE SAVEPOINT part');
    ended();
  };
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    options: { usePhantomQuery: true },
    queryRaw: (query) => adapter.queryRaw(query),
    executeRaw: (query) => adapter.executeRaw(query),
    commit: undo,
    rollback: undo,
    createSavepoint: (savepoint) => control(`SAVEPOINT ${savepoint}`),
    rollbackToSavepoint: (savepoint) => control(`ROLLBACK TO SAVEPOINT ${savepoint}`),
    releaseSavepoint: (savepoint) => control(`RELEASE SAVEPOINT ${savepoint}`),
  };
}

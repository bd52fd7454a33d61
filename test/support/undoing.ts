import type { SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';

import { databaseOver } from '../../src/db/database.js';
import { testApp } from './app.js';
import { testDriver } from './database.js';

/**
 * The real gateway on this worker's database, and what undoes all that is asked of it: its transactions are savepoints
 * of one that is rolled back. Meanwhile nobody else may use the database, of which the embedded one has one connection.
 */
export async function undoingApp() {
  const driver = await testDriver();
  let outer: Transaction | undefined;
  let savepoints = 0;
  const factory: SqlDriverAdapterFactory = {
    provider: driver.factory.provider,
    adapterName: driver.factory.adapterName,
    connect: async () => {
      const adapter = await driver.factory.connect();
      const start = adapter.startTransaction.bind(adapter);
      const [queryRaw, executeRaw] = [
        adapter.queryRaw.bind(adapter),
        adapter.executeRaw.bind(adapter),
      ];
      adapter.queryRaw = (query) => (outer ? outer.queryRaw(query) : queryRaw(query));
      adapter.executeRaw = (query) => (outer ? outer.executeRaw(query) : executeRaw(query));
      adapter.startTransaction = (level) =>
        outer ? savepoint(outer, `s${(savepoints += 1)}`) : start(level);
      begin = async () => void (outer = await start());
      return adapter;
    },
  };
  let begin = async (): Promise<void> => undefined;
  const database = databaseOver({ ...driver, factory, close: async () => undefined });
  const app = await testApp({ database });
  return {
    app,
    async undoing<T>(task: () => Promise<T>): Promise<T> {
      await database.ping();
      await begin();
      const held = outer;
      try {
        return await task();
      } finally {
        outer = undefined;
        await end(held);
      }
    },
    async close(): Promise<void> {
      await app.close();
      await database.client.$disconnect();
    },
  };
}

async function end(transaction: Transaction | undefined): Promise<void> {
  if (!transaction?.options.usePhantomQuery) {
    await transaction?.executeRaw({ sql: 'ROLLBACK', args: [], argTypes: [] });
  }
  await transaction?.rollback();
}

async function savepoint(outer: Transaction, name: string): Promise<Transaction> {
  const run = async (sql: string) => void (await outer.executeRaw({ sql, args: [], argTypes: [] }));
  await run(`SAVEPOINT ${name}`);
  return {
    provider: outer.provider,
    adapterName: outer.adapterName,
    options: { usePhantomQuery: true },
    queryRaw: outer.queryRaw.bind(outer),
    executeRaw: outer.executeRaw.bind(outer),
    commit: () => run(`RELEASE SAVEPOINT ${name}`),
    rollback: async () => {
      await run(`ROLLBACK TO SAVEPOINT ${name}`);
      await run(`RELEASE SAVEPOINT ${name}`);
    },
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';

import type { SqlDriverAdapterFactory, SqlQueryable } from '@prisma/driver-adapter-utils';

const statements = new AsyncLocalStorage<string[]>();

/** Counts the SQL statements that run on behalf of `task`, transaction control left out. */
export function runCounted<T>(task: () => Promise<T>): Promise<T> {
  return statements.run([], task);
}

/** How many statements have run so far in the surrounding `runCounted`. */
export function statementCount(): number {
  return statementTexts().length;
}

export function statementTexts(): readonly string[] {
  return statements.getStore() ?? [];
}

// Prisma's query events leave out statements that fail, and count COMMIT but not BEGIN.
export function countStatements(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = counted(await factory.connect());
      const startTransaction = adapter.startTransaction.bind(adapter);
      adapter.startTransaction = async (level) => counted(await startTransaction(level));
      return adapter;
    },
  };
}

function counted<T extends SqlQueryable>(queryable: T): T {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  queryable.queryRaw = (query) => {
    note(query.sql);
    return queryRaw(query);
  };
  queryable.executeRaw = (query) => {
    note(query.sql);
    return executeRaw(query);
  };
  return queryable;
}

function note(sql: string): void {
  if (sql !== 'COMMIT' && sql !== 'ROLLBACK') statements.getStore()?.push(sql);
}

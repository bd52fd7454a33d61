import type { SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';

import { databaseOver } from '../../src/db/database.js';
import { testApp } from '../support/app.js';
import type { Answer } from '../support/client.js';
import { openAnother } from '../support/database.js';

/** The real gateway on a database in which nothing is ever committed: whatever is allowed is done, and undone. */
export async function rehearsal() {
  const driver = await openAnother();
  const { client } = databaseOver(driver);
  const database = databaseOver({ ...driver, factory: uncommitting(driver.factory) });
  const app = await testApp({ database });
  return {
    /** Commits. */
    client,
    async ask(headers: Readonly<Record<string, string>>, query: string) {
      const request = new Request('http://gateway.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      const response = await app.fetch(request, { address: '192.0.2.7' });
      app.lines.length = 0;
      app.mails.length = 0;
      return (await response.json()) as Answer<Record<string, unknown>>;
    },
    async close(): Promise<void> {
      await app.close();
      await client.$disconnect();
      await database.close();
    },
  };
}

export type Rehearsal = Awaited<ReturnType<typeof rehearsal>>;

/** Transactions of which everybody believes that they were committed. */
function uncommitting(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      const start = adapter.startTransaction.bind(adapter);
      adapter.startTransaction = async (level) => undoing(await start(level));
      return adapter;
    },
  };
}

function undoing(transaction: Transaction): Transaction {
  const { usePhantomQuery } = transaction.options;
  const executeRaw = transaction.executeRaw.bind(transaction);
  const commit = transaction.commit.bind(transaction);
  const rollback = transaction.rollback.bind(transaction);
  transaction.executeRaw = (query) =>
    executeRaw(query.sql === 'COMMIT' ? { ...query, sql: 'ROLLBACK' } : query);
  // One that ends its transaction itself has no statement for it.
  transaction.commit = () => (usePhantomQuery ? rollback() : commit());
  return transaction;
}

import { inject } from 'vitest';

import { type Database, databaseOver } from '../../src/db/database.js';
import type { PrismaClient } from '../../src/db/generated/client.js';
import { openPostgres } from '../../src/db/postgres.js';
import { testDatabase } from './database.js';

/** This worker's database once more, through a client and connections of its own, as another gateway has them. */
export async function twinDatabase(): Promise<Database> {
  const source = inject('testDatabase');
  if (source.kind !== 'postgres') throw new Error('Only a server is shared.');
  const { client } = await testDatabase();
  const [row] = await client.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`;
  const url = new URL(source.url);
  url.pathname = `/${row?.name}`;
  return databaseOver(await openPostgres(url.toString(), () => undefined));
}

interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** What authentication and decisions read. */
const REMEMBERED = /FROM access_key k|AS impersonation_id/;

/**
 * A database that goes on answering what it first answered about credentials and rights: the mistake to be found. It
 * never forgets, because how long a busy machine takes to answer would else decide whether there is a mistake.
 */
export function remembering(database: Database): Database {
  const memory = new Map<string, Promise<unknown>>();
  const client = database.client.$extends({
    query: {
      $queryRaw({ args, query }) {
        const { sql, values } = args as unknown as Statement;
        if (!REMEMBERED.test(sql)) return query(args);
        const key = JSON.stringify([sql, values.filter((value) => !(value instanceof Date))]);
        const known = memory.get(key);
        if (known) return known;
        // Prisma asks when it is awaited, and again in the transaction of whoever awaits it next.
        const answer = (async (): Promise<unknown> => query(args))();
        memory.set(key, answer);
        answer.catch(() => memory.delete(key));
        return answer;
      },
    },
  });
  return { ...database, client: client as unknown as PrismaClient };
}

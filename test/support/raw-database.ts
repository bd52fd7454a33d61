import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

import type { DatabaseLocation } from '../../src/db/database.js';

/** Lists the migrations of a database that the gateway refuses to open, and then changes it. */
export async function repairDatabase(
  { url, dataDir }: DatabaseLocation,
  repair: string,
): Promise<string[]> {
  const list = 'SELECT migration_name FROM _prisma_migrations ORDER BY started_at';
  if (url === undefined) {
    const database = await PGlite.create({ dataDir });
    const { rows } = await database.query<{ migration_name: string }>(list);
    await database.exec(repair);
    await database.close();
    return rows.map((row) => row.migration_name);
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ migration_name: string }>(list);
  await client.query(repair);
  await client.end();
  return rows.map((row) => row.migration_name);
}

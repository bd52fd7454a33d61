import type { Driver } from './driver.js';
import { openEmbedded } from './embedded.js';
import { PrismaClient } from './generated/client.js';
import { migrate } from './migrate.js';
import { openPostgres } from './postgres.js';
import { countStatements } from './statements.js';

export interface Database {
  readonly client: PrismaClient;
  readonly kind: 'embedded' | 'postgres';
  ping(): Promise<void>;
  /** Runs `task` while no other gateway on the same database migrates or seeds. */
  withStartupLock<T>(task: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseLocation {
  /** Unset: the embedded database in `dataDir`. */
  readonly url: string | undefined;
  readonly dataDir: string;
}

/** Opens and migrates the database. A `StartupError` says why that cannot be. */
export async function openDatabase(
  { url, dataDir }: DatabaseLocation,
  onProgress: (message: string) => void = () => undefined,
): Promise<Database> {
  const driver =
    url === undefined
      ? await openEmbedded(dataDir, (factory) => migrate(factory, onProgress))
      : await openPostgres(url, onProgress);
  try {
    await driver.exclusively(() => migrate(driver.factory, onProgress));
    return databaseOver(driver);
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** The database behind a driver, taken as it is. */
export function databaseOver(driver: Driver): Database {
  const client = new PrismaClient({
    adapter: countStatements(driver.factory),
    // The other formats print what was to be written.
    errorFormat: 'minimal',
    transactionOptions: { maxWait: 15_000, timeout: 15_000 },
  });
  return {
    client,
    kind: driver.kind,
    ping: async () => {
      await client.$queryRaw`SELECT 1`;
    },
    withStartupLock: (task) => driver.exclusively(task),
    close: async () => {
      await client.$disconnect();
      await driver.close();
    },
  };
}

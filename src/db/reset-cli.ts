// npm run db:reset: empties the database; on PostgreSQL it asks for --yes, in production it refuses.
import { ConfigError, readConfig } from '../config.js';
import { resetEmbedded } from './embedded.js';
import { withoutPassword } from './postgres-errors.js';
import { resetPostgres } from './postgres.js';
import { StartupError } from './startup-error.js';

try {
  await reset();
} catch (error) {
  if (!(error instanceof StartupError || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function reset(): Promise<void> {
  const { production, databaseUrl, dataDir } = readConfig();
  if (production)
    throw new StartupError('A production database is not reset. Nothing was changed.');
  if (databaseUrl === undefined) {
    resetEmbedded(dataDir);
    console.log(`Deleted ${dataDir}. The next start makes it anew.`);
  } else if (process.argv.includes('--yes')) {
    await resetPostgres(databaseUrl);
    console.log(`Emptied ${withoutPassword(databaseUrl)}. The next start fills it anew.`);
  } else {
    throw new StartupError(
      `This deletes everything in ${withoutPassword(databaseUrl)}.\n` +
        'If that is meant: npm run db:reset -- --yes',
    );
  }
}

import { expect, test } from 'vitest';

import { readMigrationFiles } from '../../src/db/migration-files.js';
import { missingMigration } from '../../src/db/missing-migration.js';

// On a scratch database of its own, whatever the tests' database is.
test('migrations lead to the Prisma schema', async () => {
  const missing = await missingMigration(await readMigrationFiles());
  expect(missing, 'npm run db:migration -- name').toBeUndefined();
});

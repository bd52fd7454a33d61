// npm run db:migration -- name       writes the migration that leads to prisma/schema.prisma
// npm run db:migration -- --rewrite  writes the newest one again, keeping what was added by hand
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import {
  type MigrationFile,
  MIGRATION_LOCK,
  MIGRATIONS_DIR,
  readMigrationFiles,
} from './migration-files.js';
import { missingMigration } from './missing-migration.js';

/** What the Prisma schema cannot say is added to a migration below a line that begins so. */
const BY_HAND = '-- By hand';

const [argument] = process.argv.slice(2);
const files = await readMigrationFiles();
if (argument === '--rewrite') {
  const last = files.pop();
  if (last === undefined) fail('There is no migration to rewrite.');
  const script = (await missingMigration(files)) ?? '';
  await writeMigration(last.name, script + addedByHand(last));
} else if (argument !== undefined && /^[a-z][a-z0-9_]*$/.test(argument)) {
  const script = await missingMigration(files);
  if (script !== undefined) await writeMigration(`${timestamp()}_${argument}`, script);
  else console.log('Nothing changed: the migrations lead to prisma/schema.prisma as it is.');
} else {
  fail('Usage: npm run db:migration -- name_of_the_change   (a-z, 0-9 and _)');
}

function addedByHand({ script }: MigrationFile): string {
  const start = script.indexOf(`\n${BY_HAND}`);
  return start === -1 ? '' : script.slice(start);
}

async function writeMigration(directory: string, script: string): Promise<void> {
  const file = path.join(MIGRATIONS_DIR, directory, 'migration.sql');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, script);
  await writeFile(path.join(MIGRATIONS_DIR, 'migration_lock.toml'), MIGRATION_LOCK);
  console.log(`Wrote ${path.relative(process.cwd(), file)}. Read it before you run it.`);
}

/** As Prisma names its migrations: 20261121093000. */
function timestamp(): string {
  return new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

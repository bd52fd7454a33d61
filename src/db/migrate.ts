import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';

import { type MigrationFile, migrationList, readMigrationFiles } from './migration-files.js';
import { createSchemaEngine } from './schema-engine.js';
import { StartupError } from './startup-error.js';

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/** Brings the database to what the code knows, or refuses to touch it. */
export async function migrate(
  factory: SqlDriverAdapterFactory,
  onProgress: (message: string) => void = () => undefined,
): Promise<void> {
  const files = await readMigrationFiles();
  const applied = await readApplied(factory);
  refuseUnknown(applied, files);
  refuseUnfinished(applied);
  refuseEdited(applied, files);
  const names = new Set(applied.map(({ name }) => name));
  const pending = files.filter(({ name }) => !names.has(name));
  if (pending.length === 0) return;
  onProgress(applied.length === 0 ? 'Creating the tables …' : migratingMessage(pending));
  await apply(factory, files);
}

function migratingMessage(pending: readonly MigrationFile[]): string {
  return `Migrating the database: ${pending.map(({ name }) => name).join(', ')} …`;
}

async function apply(
  factory: SqlDriverAdapterFactory,
  files: readonly MigrationFile[],
): Promise<void> {
  const engine = await createSchemaEngine(factory);
  try {
    await engine.applyMigrations({
      migrationsList: migrationList(files),
      filters: { externalTables: [], externalEnums: [] },
    });
  } finally {
    engine.free();
  }
}

async function readApplied(factory: SqlDriverAdapterFactory): Promise<AppliedMigration[]> {
  const connection = await factory.connect();
  const rowsOf = async (sql: string): Promise<unknown[][]> =>
    (await connection.queryRaw({ sql, args: [], argTypes: [] })).rows;
  try {
    const [table] = await rowsOf(`SELECT to_regclass('_prisma_migrations')::text`);
    if (table?.[0] === null) return [];
    const rows = await rowsOf(
      `SELECT migration_name, checksum, (finished_at IS NOT NULL)::int
         FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
    );
    return rows.map(([name, checksum, finished]) => ({
      name: String(name),
      checksum: String(checksum),
      finished: finished === 1,
    }));
  } finally {
    await connection.dispose();
  }
}

function refuseUnknown(
  applied: readonly AppliedMigration[],
  files: readonly MigrationFile[],
): void {
  const known = new Set(files.map(({ name }) => name));
  const unknown = applied.filter(({ name }) => !known.has(name));
  if (unknown.length === 0) return;
  throw new StartupError(
    'The database is newer than this version of Fieldgate: it has been migrated by\n' +
      `${listed(unknown)}\nwhich this version does not know. Nothing was changed.\n\n` +
      'Start the version that migrated it, or a later one.',
  );
}

function refuseUnfinished(applied: readonly AppliedMigration[]): void {
  const unfinished = applied.filter(({ finished }) => !finished);
  if (unfinished.length === 0) return;
  throw new StartupError(
    `A migration of the database was begun and not finished:\n${listed(unfinished)}\n` +
      'Nothing was changed. Restore the database from a backup; a database of which nothing\n' +
      'is worth keeping is emptied with npm run db:reset.',
  );
}

function refuseEdited(applied: readonly AppliedMigration[], files: readonly MigrationFile[]): void {
  const checksums = new Map(files.map(({ name, checksum }) => [name, checksum]));
  const edited = applied.filter(({ name, checksum }) => checksums.get(name) !== checksum);
  if (edited.length === 0) return;
  throw new StartupError(
    'The database was made by a different edition of these migrations:\n' +
      `${listed(edited)}\nNothing was changed. Start the version that made it; a database of\n` +
      'which nothing is worth keeping is emptied with npm run db:reset.',
  );
}

function listed(migrations: readonly AppliedMigration[]): string {
  return migrations.map(({ name }) => `  ${name}`).join('\n');
}

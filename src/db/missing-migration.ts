import { readFile } from 'node:fs/promises';

import { openScratch } from './embedded.js';
import { type MigrationFile, migrationList, SCHEMA_FILE } from './migration-files.js';
import { createSchemaEngine } from './schema-engine.js';

/** What is missing between the migrations, replayed on a scratch database, and prisma/schema.prisma. */
export async function missingMigration(
  known: readonly MigrationFile[],
): Promise<string | undefined> {
  const content = await readFile(SCHEMA_FILE, 'utf8');
  const scratch = await openScratch();
  try {
    const engine = await createSchemaEngine(scratch.factory, scratch.factory);
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrationList(known) },
      to: { tag: 'schemaDatamodel', files: [{ path: SCHEMA_FILE, content }] },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 0 ? undefined : (stdout ?? undefined);
  } finally {
    await scratch.close();
  }
}

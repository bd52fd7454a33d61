import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { TestProject } from 'vitest/node';

import { dumpPrepared } from '../../src/db/embedded.js';
import { migrate } from '../../src/db/migrate.js';

/** Migrates once, and leaves a directory with a dump, of which every worker makes its database. */
export default async function setup(project: TestProject): Promise<() => void> {
  const dir = mkdtempSync(path.join(tmpdir(), 'fieldgate-test-'));
  const dump = path.join(dir, 'migrated.tar');
  const prepared = await dumpPrepared((factory) => migrate(factory));
  writeFileSync(dump, new Uint8Array(await prepared.arrayBuffer()));
  project.provide('testDatabase', { kind: 'embedded', dir, dump });
  return () => rmSync(dir, { recursive: true });
}

import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { TestProject } from 'vitest/node';

import { dumpPrepared } from '../../src/db/embedded.js';
import { migrate } from '../../src/db/migrate.js';

/** Migrates once, and leaves a dump from which every worker makes its own database. */
export default async function setup(project: TestProject): Promise<() => void> {
  const dump = path.join(tmpdir(), `fieldgate-test-${process.pid}.tar`);
  const prepared = await dumpPrepared((factory) => migrate(factory));
  writeFileSync(dump, new Uint8Array(await prepared.arrayBuffer()));
  project.provide('testDatabase', { kind: 'embedded', dump });
  return () => rmSync(dump, { force: true });
}

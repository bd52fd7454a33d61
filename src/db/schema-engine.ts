import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';

type Glue = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');

/**
 * Prisma's own schema engine, run in this process over one of our drivers.
 * On `shadow` it replays migrations to learn where they lead; applying them needs none.
 */
export async function createSchemaEngine(
  factory: SqlDriverAdapterFactory,
  shadow?: SqlDriverAdapterFactory,
): Promise<SchemaEngine> {
  const glue = await loadGlue();
  const adapter = bindMigrationAwareSqlAdapterFactory({
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => factory.connect(),
    connectToShadowDb: () =>
      shadow === undefined
        ? Promise.reject(new Error('No shadow database is at hand.'))
        : shadow.connect(),
  });
  return glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
}

let loading: Promise<Glue> | undefined;

function loadGlue(): Promise<Glue> {
  loading ??= instantiate();
  return loading;
}

// The package's own entry imports its .wasm as a module, which Node cannot do.
async function instantiate(): Promise<Glue> {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  if (isInstantiated(glue)) return glue;
  const script = createRequire(import.meta.url).resolve(
    '@prisma/schema-engine-wasm/schema_engine_bg',
  );
  const module = await WebAssembly.compile(await readFile(script.replace(/\.js$/, '.wasm')));
  const imports = Object.fromEntries(Object.entries(glue).filter(isFunctionEntry));
  const { exports } = await WebAssembly.instantiate(module, { './schema_engine_bg.js': imports });
  glue.__wbg_set_wasm(exports);
  const start = exports['__wbindgen_start'] as () => void;
  start();
  return glue;
}

// The glue serves one instance, also where this file is loaded twice, as test runners do.
function isInstantiated(glue: Glue): boolean {
  try {
    return glue.version() !== '';
  } catch {
    return false;
  }
}

function isFunctionEntry(entry: [string, unknown]): entry is [string, () => unknown] {
  return typeof entry[1] === 'function';
}

import { describe, expect, test } from 'vitest';

import { importsOf, type Import } from './imports.js';
import { files, read } from './repository.js';

/** Rooms that know nothing of any other but what stands in their row. */
const ALONE = ['authz', 'errors', 'config', 'files'];

/** What every other room may import. */
const EVERYWHERE = ['authz', 'errors', 'type config'];

/** Which room imports which others; of a `type` only its types. What does not stand here is not allowed. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ['app', 'config', 'db', 'log', 'mail', 'seed', 'welcome'],
  app: ['authn', 'context', 'db', 'domain', 'http', 'mail', 'schema'],
  http: ['audit', 'context', 'db', 'domain', 'files', 'seed', 'type authn', 'type client'],
  schema: ['audit', 'context', 'domain', 'mail'],
  context: ['authn', 'db', 'domain', 'type audit', 'type client', 'type mail'],
  domain: ['audit', 'authn', 'client', 'db', 'mail', 'type context', 'type files'],
  audit: ['type client'],
  authn: ['type client'],
  db: ['client'],
  authz: [],
  files: ['errors'],
  errors: [],
  config: [],
  log: [],
  mail: [],
  welcome: ['seed', 'type mail'],
  cli: ['config', 'db', 'schema'],
  seed: ['authn', 'domain', 'type client'],
};

/** In which rooms a package is at home; of a `type` only its types. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@electric-sql/pglite': ['db'],
  '@graphql-tools/utils': ['schema'],
  '@graphql-yoga/plugin-csrf-prevention': ['app'],
  '@graphql-yoga/render-graphiql': ['http'],
  '@hono/node-server': ['main'],
  '@node-rs/argon2': ['authn'],
  '@pothos/core': ['schema', 'http'],
  '@pothos/plugin-complexity': ['schema', 'http'],
  '@pothos/plugin-prisma': ['schema'],
  '@pothos/plugin-relay': ['schema'],
  '@pothos/plugin-scope-auth': ['schema'],
  '@pothos/plugin-validation': ['schema'],
  '@pothos/plugin-with-input': ['schema'],
  '@prisma/adapter-pg': ['db'],
  '@prisma/driver-adapter-utils': ['db'],
  '@prisma/schema-engine-wasm': ['db'],
  '@zxcvbn-ts/core': ['authn'],
  '@zxcvbn-ts/language-common': ['authn'],
  bowser: ['domain'],
  'csv-parse': ['files'],
  'csv-stringify': ['files'],
  dataloader: ['context', 'domain'],
  graphql: ['cli', 'schema', 'http'],
  'graphql-scalars': ['schema'],
  'graphql-yoga': ['app', 'type http'],
  hono: ['app', 'http', 'mail'],
  jose: ['authn'],
  nodemailer: ['mail'],
  'p-limit': ['authn', 'mail'],
  pg: ['db'],
  'pglite-prisma-adapter': ['db'],
  pino: ['log', 'type app', 'type http', 'type mail'],
  'rate-limiter-flexible': ['authn'],
  'read-excel-file': ['files'],
  uuid: ['domain', 'http', 'seed'],
  'write-excel-file': ['files'],
  zod: ['config', 'db', 'schema'],
  esbuild: ['files'],
};

function roomOf(file: string): string {
  if (file.startsWith('src/db/generated/')) return 'client';
  if (/^prisma\/seed(-\w+)?\.ts$/.test(file)) return 'seed';
  if (file.endsWith('-cli.ts')) return 'cli';
  return file.split('/')[1]?.replace(/\.ts$/, '') ?? file;
}

const sources = files('src', /\.ts$/);
const imports = [...sources, ...files('prisma', /\.ts$/)].flatMap(importsOf);
const ours = imports.filter((each) => each.isFile && roomOf(each.from) !== roomOf(each.to));
const packages = imports.filter((each) => !each.isFile && !each.to.startsWith('node:'));

function allows(names: readonly string[], name: string, typesOnly: boolean): boolean {
  return names.includes(name) || (typesOnly && names.includes(`type ${name}`));
}

function roomsFor(room: string): readonly string[] {
  return [...(ARROWS[room] ?? []), ...(ALONE.includes(room) ? [] : EVERYWHERE)];
}

function sentence({ from, to, typesOnly }: Import): string {
  return `${from} imports ${typesOnly ? 'types of ' : ''}${to}`;
}

describe('imports', () => {
  test('are found', () => {
    expect(ours.length).toBeGreaterThan(100);
    expect(packages.length).toBeGreaterThan(30);
  });

  test('follow the arrows between the rooms', () => {
    const others = ours.filter(
      ({ from, to, typesOnly }) => !allows(roomsFor(roomOf(from)), roomOf(to), typesOnly),
    );
    expect(others.map(sentence)).toEqual([]);
  });

  test('bring packages only into the rooms where they are at home', () => {
    const others = packages.filter(
      ({ from, to, typesOnly }) => !allows(HOMES[to] ?? [], roomOf(from), typesOnly),
    );
    expect(others.map(sentence)).toEqual([]);
  });

  test('use every arrow and every home, so that the tables allow no more than they must', () => {
    const drawn = (each: Import) => [roomOf(each.from), each.isFile ? roomOf(each.to) : each.to];
    const isUsed = (from: string, to: string, allowed: string) =>
      imports.some((each) => {
        const [room, target] = drawn(each);
        return room === from && target === to && each.typesOnly === allowed.startsWith('type ');
      });
    const idle = [
      ...Object.entries(ARROWS).flatMap(([from, tos]) =>
        tos.filter((to) => !isUsed(from, nameOf(to), to)).map((to) => `${from} → ${to}`),
      ),
      ...Object.entries(HOMES).flatMap(([name, rooms]) =>
        rooms.filter((at) => !isUsed(nameOf(at), name, at)).map((at) => `${name} in ${at}`),
      ),
    ];
    expect(idle).toEqual([]);
  });
});

function nameOf(entry: string): string {
  return entry.replace(/^type /, '');
}

describe('reading the environment and the clock', () => {
  const mentioning = (pattern: RegExp, list: readonly string[]) =>
    list.filter((file) => pattern.test(read(file)));

  test('the environment is read in src/config.ts alone', () => {
    expect(mentioning(/\bprocess\.env\b/, sources)).toEqual(['src/config.ts']);
  });

  test('what is allowed depends on nothing but its arguments', () => {
    const impure =
      /\b(new Date|Date\.|Date\(|performance|process|Math\.random|crypto|await|async)\b/;
    expect(mentioning(impure, files('src/authz', /\.ts$/))).toEqual([]);
  });
});

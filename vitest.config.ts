import { createRequire } from 'node:module';

import { defineConfig } from 'vitest/config';

const onDatabase = ['test/{db,authn,domain,audit,http,interference,oracle,schema}/**/*.test.ts'];
/** Pure functions, and tests of the embedded database’s own files: they make what they need. */
const withoutDatabase = [
  'test/authn/{access-token,password,signing-keys,token}.test.ts',
  'test/db/{directory-lock,embedded-statements,migrations}.test.ts',
  'test/domain/{device,directory}.test.ts',
  'test/oracle/sensitivity.test.ts',
  'test/schema/rules.test.ts',
];
/** What takes the guards away changes the schema of its process, which others share. */
const alone = ['test/oracle/rules{,-by-hand}.test.ts'];
/** What takes a database that several gateways share. */
const onServer = ['test/schema/{act,user}-revocation.test.ts'];
/** What puts a whole test into one transaction, and so takes a database that has one connection. */
const onEmbedded = ['test/interference/interference.test.ts'];
const inBrowser = ['test/e2e/browser*.test.ts'];

export default defineConfig({
  resolve: {
    // Otherwise some importers get graphql's ES modules and others its CommonJS: two realms.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    maxWorkers: 2,
    // Much is made and thrown away soon: a bigger nursery keeps it from being moved about first.
    execArgv: ['--max-semi-space-size=64'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: [
            'test/*.test.ts',
            'test/{authz,files,house,mail}/**/*.test.ts',
            ...withoutDatabase,
          ],
        },
      },
      // Without isolation a worker keeps its modules, and so its database, from file to file.
      {
        extends: true,
        test: {
          name: 'embedded',
          include: onDatabase,
          exclude: [...withoutDatabase, ...alone, ...onServer],
          isolate: false,
          globalSetup: 'test/support/embedded-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: onDatabase,
          exclude: [...withoutDatabase, ...onEmbedded, ...alone],
          isolate: false,
          globalSetup: 'test/support/postgres-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'guards',
          include: alone,
          globalSetup: 'test/support/embedded-setup.ts',
        },
      },
      // The same tests as above, with a hundred times as much to decide, and everything asked of everybody.
      {
        extends: true,
        test: {
          name: 'oracle',
          include: ['test/oracle/oracle.test.ts', 'test/interference/interference.test.ts'],
          env: {
            ORACLE_DECISIONS: process.env['ORACLE_DECISIONS'] ?? '1000000',
            INTERFERENCE_ONE_OF: process.env['INTERFERENCE_ONE_OF'] ?? '1',
          },
          globalSetup: 'test/support/embedded-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: inBrowser,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          globalSetup: 'test/support/postgres-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: inBrowser,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
        },
      },
    ],
  },
});

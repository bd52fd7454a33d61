import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CliError } from '../../src/cli/cli-error.js';
import { planFiles } from '../../src/cli/plan-files.js';
import { startGateway, type Gateway } from '../support/gateway.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = path.join(ROOT, 'src/cli/fieldgate.js');
const dir = mkdtempSync(path.join(tmpdir(), 'fieldgate-plan-'));

afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  command: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const options = { cwd: ROOT, env: { PATH: process.env['PATH'], HOME: dir, ...env } };
  return new Promise((resolve) => {
    execFile(command, words, options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

const plan = (words: readonly string[], env?: Record<string, string>) =>
  run(process.execPath, [CLI, 'access', 'plan', ...words], env);

function file(name: string, text: string): string {
  const place = path.join(dir, name);
  writeFileSync(place, text);
  return place;
}

const suppliers = file(
  'suppliers.graphql',
  `query Suppliers($search: String!) {
  datasets(filter: { search: $search }) { edges { node { ...Parts } } }
}
`,
);
const parts = file('parts.graphql', 'fragment Parts on Dataset { id name rows { totalCount } }\n');
const adding = file(
  'adding.graphql',
  'mutation Add($id: ID!) { addDatasetRows(input: { datasetId: $id, rows: [{ name: "Ålesund Anchors" }] }) { rows { id } } }\n',
);
const PERMISSIONS = ['dataset:read', 'datasetRow:write'];

describe('npx fieldgate access plan', () => {
  test('is there after npm ci, without a network, and prints a table', async () => {
    const { code, stdout } = await run('npx', [
      '--offline',
      'fieldgate',
      'access',
      'plan',
      suppliers,
      parts,
      adding,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^query Suppliers +\S+suppliers.graphql +dataset:read +VIEWER +–$/m);
    expect(stdout).toMatch(/^mutation Add +\S+ +dataset:read datasetRow:write +MEMBER +–$/m);
    expect(stdout).toContain(`Permissions of a key: ${PERMISSIONS.join(' ')}\n`);
  });

  test('prints JSON for programs', async () => {
    const { stdout } = await plan(['--json', suppliers, parts, adding]);
    expect(JSON.parse(stdout)).toMatchObject({
      permissions: PERMISSIONS,
      datasetRole: 'MEMBER',
      flowRole: null,
      takesSignIn: false,
      operations: [
        { name: 'Suppliers', kind: 'query', permissions: ['dataset:read'], datasetRole: 'VIEWER' },
        { name: 'Add', kind: 'mutation', permissions: PERMISSIONS, datasetRole: 'MEMBER' },
      ],
    });
  });

  test.each([
    [
      'an unknown field',
      [file('unknown.graphql', 'query A {\n  me { nothing }\n}')],
      3,
      'unknown.graphql:2:8: Cannot query field "nothing"',
    ],
    ['no file', [], 2, 'Name at least one file.'],
    ['an unknown option', ['--nothing', suppliers], 2, "Unknown option '--nothing'"],
    ['a key without a place', ['--mint', adding], 2, '--mint takes --url'],
    [
      'a key without a credential',
      ['--mint', '--url', 'http://localhost:1', '--service-account', 'sa:x', '--name', 'x', adding],
      2,
      'FIELDGATE_TOKEN',
    ],
  ])('says what is wrong with %s', async (_what, words, code, message) => {
    const ended = await plan(words);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(message);
    expect(ended.stdout).toBe('');
  });

  test.each([
    ['a file that is not there', path.join(dir, 'none.graphql'), 'cannot be read: ENOENT.'],
    ['no GraphQL', file('broken.graphql', 'query {\n  me {\n'), 'broken.graphql:3:1: Syntax'],
    ['a fragment that is nowhere', suppliers, 'Unknown fragment "Parts"'],
    ['no operation', parts, 'parts.graphql'],
  ])('finds %s', (_what, name, message) => {
    expect(() => planFiles([name])).toThrow(message);
    expect(() => planFiles([name])).toThrow(CliError);
  });
});

describe('--mint', () => {
  let gateway: Gateway;
  let address: string;

  beforeAll(async () => {
    gateway = startGateway(dir);
    address = await gateway.ready;
    return async () => {
      gateway.process.kill();
      await gateway.ended;
    };
  });

  async function ask(token: string, query: string, variables: object = {}) {
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as {
      data: Record<string, Record<string, unknown> | null> | null;
      errors?: { extensions: { code: string; denial?: { reason: string } } }[];
    };
  }

  async function signIn(name: string): Promise<string> {
    const { data } = await ask(
      '',
      `mutation { signIn(input: { email: "${name}@acme.example", password: "fieldgate-demo", transport: BEARER }) { token } }`,
    );
    return String(data?.['signIn']?.['token']);
  }

  const minting = (handle: string) => [
    '--mint',
    '--url',
    address,
    '--service-account',
    handle,
    '--name',
    'Planned',
    suppliers,
    parts,
    adding,
  ];

  test('makes a key that is good for exactly that', async () => {
    const token = await signIn('ivan');
    await ask(
      token,
      'mutation { createServiceAccount(input: { name: "Planned", purpose: "Tests." }) { serviceAccount { id } } }',
    );
    const ended = await plan(minting('sa:planned'), { FIELDGATE_TOKEN: token });
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    const [key = '', ...others] = ended.stdout.match(/fgk_\w{32}_\S+/g) ?? [];
    expect(others).toEqual([]);
    expect(ended.stdout + ended.stderr).not.toContain(token);
    const listed = await ask(
      token,
      '{ serviceAccounts { edges { node { handle accessKeys { name permissions } } } } }',
    );
    expect(JSON.stringify(listed)).toContain(
      JSON.stringify({ name: 'Planned', permissions: PERMISSIONS }),
    );
    const mine = await ask(key, '{ datasets { totalCount } }');
    expect(mine.errors).toBeUndefined();
    const refused = await ask(
      key,
      'mutation { createDataset(input: { name: "x" }) { __typename } }',
    );
    expect(refused.errors?.[0]?.extensions.denial?.reason).toBe('KEY_RESTRICTED');
  });

  test('says what the gateway refuses, and makes nothing', async () => {
    const refused = await plan(minting('sa:planned'), { FIELDGATE_TOKEN: await signIn('vera') });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('The gateway refused it: You may not do this');
    const nobody = await plan(minting('sa:nobody'), { FIELDGATE_TOKEN: await signIn('ivan') });
    expect(nobody).toMatchObject({ code: 1, stdout: '' });
    expect(nobody.stderr).toContain('There is no service account sa:nobody.');
    const forged = await plan(minting('sa:planned'), { FIELDGATE_TOKEN: 'fgs_secret' });
    expect(forged.code).toBe(1);
    expect(forged.stderr).not.toContain('fgs_secret');
  });
});

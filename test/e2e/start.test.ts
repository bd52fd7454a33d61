import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';

import { emptyLocation } from '../support/database.js';
import { type Gateway, startGateway } from '../support/gateway.js';

const SECRET = 'a-secret-that-is-long-enough-for-production';
const root = mkdtempSync(path.join(tmpdir(), 'fieldgate-start-'));
const started = new Set<Gateway>();

afterAll(async () => {
  for (const gateway of started) gateway.process.kill('SIGKILL');
  await Promise.all([...started].map(({ ended }) => ended));
  rmSync(root, { recursive: true });
});

function start(cwd: string, env?: Record<string, string>): Gateway {
  const gateway = startGateway(cwd, env);
  started.add(gateway);
  return gateway;
}

/** How long something may take. Nothing can be said of it where others use the processors. */
function unlessBusy(ms: number): number {
  const [load = 0] = loadavg();
  return load > 1.5 * availableParallelism() ? Infinity : ms;
}

const emptyDirectory = () => mkdtempSync(path.join(root, 'cwd-'));

async function ready(gateway: Gateway): Promise<{ address: string; ms: number }> {
  const since = performance.now();
  const address = await gateway.ready;
  expect(await (await fetch(`${address}/readyz`)).text()).toBe('ready\n');
  return { address, ms: performance.now() - since };
}

/** It prints one screen that says what to do, without a stack, and leaves the directory empty. */
async function expectRefusal(
  env: Record<string, string>,
  message: RegExp,
  cwd = emptyDirectory(),
): Promise<void> {
  const before = readdirSync(cwd).toSorted();
  const gateway = start(cwd, env);
  expect(await gateway.ended).toBe(1);
  expect(gateway.printed()).toMatch(message);
  expect(gateway.printed()).not.toMatch(/^\s+at /m);
  expect(gateway.printed().split('\n').length).toBeLessThan(24);
  expect(readdirSync(cwd).toSorted()).toEqual(before);
}

async function runPrintedCurl(gateway: Gateway): Promise<string> {
  const line =
    gateway
      .printed()
      .split('\n')
      .find((each) => each.startsWith('curl ')) ?? '';
  const { stdout } = await promisify(execFile)('sh', ['-c', line]);
  const answer = JSON.parse(stdout) as { data: { signIn: { token: string } } };
  return answer.data.signIn.token;
}

async function whoAmI(address: string, token: string): Promise<unknown> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ me { __typename } }' }),
  });
  return ((await response.json()) as { data?: { me?: unknown } }).data?.me;
}

/** Begins a request whose body is still missing. */
async function beginRequest(address: string): Promise<{ socket: Socket; rest: string }> {
  const { hostname, port } = new URL(address);
  const body = JSON.stringify({ query: '{ __typename }' });
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
      `content-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  // Another request, on a connection of its own: when it is answered, this one has been read.
  await fetch(`${address}/healthz`);
  return { socket, rest: body.slice(5) };
}

async function untilRefusing(address: string): Promise<void> {
  while (
    await fetch(`${address}/healthz`).then(
      () => true,
      () => false,
    )
  );
}

describe('on the embedded database', () => {
  const cwd = emptyDirectory();
  let gateway: Gateway;
  let token: string;

  test('the first start prints one screen, with a curl line that works as printed', async () => {
    gateway = start(cwd);
    const { address, ms } = await ready(gateway);
    expect(ms).toBeLessThan(unlessBusy(15_000));
    expect(gateway.printed().match(/@(acme|globex)\.example/g)?.length).toBeGreaterThanOrEqual(12);
    expect(gateway.printed().split('\n').length).toBeLessThan(30);
    expect(readdirSync(cwd).toSorted()).toEqual(['data', 'data.lock']);
    token = await runPrintedCurl(gateway);
    expect(await whoAmI(address, token)).not.toBeFalsy();
  });

  test('its data directory and its port are refused to others, which touch nothing', async () => {
    const address = await gateway.ready;
    await expectRefusal({}, new RegExp(`in use by process ${gateway.process.pid}`), cwd);
    const { port } = new URL(address);
    await expectRefusal({ PORT: port }, new RegExp(`Port ${port} on 127.0.0.1 is in use`));
    expect(await whoAmI(address, token)).not.toBeFalsy();
  });

  test('SIGTERM answers what was accepted, and ends well', async () => {
    const address = await gateway.ready;
    const { socket, rest } = await beginRequest(address);
    gateway.process.kill('SIGTERM');
    await untilRefusing(address);
    await wait(300);
    socket.write(rest);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 [^]*"__typename":"Query"/);
    expect(await gateway.ended).toBe(0);
    expect(readdirSync(cwd)).toEqual(['data']);
  });

  test('a later start has the same data, also after kill -9', async () => {
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const later = start(cwd);
      const { address, ms } = await ready(later);
      expect(ms).toBeLessThan(unlessBusy(5000));
      expect(await whoAmI(address, token)).not.toBeFalsy();
      later.process.kill(signal);
      await later.ended;
    }
    expect(readdirSync(cwd)).toEqual(['data']);
  });
});

describe('is refused with one screen:', () => {
  test('a database that nobody runs', () =>
    expectRefusal(
      { DATABASE_URL: 'postgres://me:pa55word@127.0.0.1:1/fieldgate' },
      /No PostgreSQL answers at 127\.0\.0\.1:1[^]*me:\*\*\*@/,
    ));

  test('variables that are missing, wrong or misspelt, all at once', () =>
    expectRefusal(
      { NODE_ENV: 'production', PORT: 'x', FIELDGATE_DATADIR: '/tmp' },
      /FIELDGATE_SECRET is missing[^]*PORT is "x"[^]*did you mean FIELDGATE_DATA_DIR\?/,
    ));
});

describe('on PostgreSQL', () => {
  async function query(url: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    await client.end();
    return rows;
  }

  test('two gateways started at once on an empty database both come up, with one seed', async () => {
    const { url = '' } = await emptyLocation();
    const pair = [0, 1].map(() => start(emptyDirectory(), { DATABASE_URL: url }));
    const addresses = await Promise.all(
      pair.map(async (gateway) => (await ready(gateway)).address),
    );
    expect(await query(url, 'SELECT slug FROM account ORDER BY slug')).toEqual([
      { slug: 'acme' },
      { slug: 'globex' },
    ]);
    const [first, second] = pair;
    if (!first || !second) throw new Error('There are two.');
    const token = await runPrintedCurl(first);
    expect(await whoAmI(addresses[1] ?? '', token)).not.toBeFalsy();
    for (const gateway of pair) gateway.process.kill('SIGTERM');
    expect(await Promise.all(pair.map(({ ended }) => ended))).toEqual([0, 0]);

    await query(
      url,
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
         VALUES ('x', 'x', '29991231000000_from_the_future', now())`,
    );
    await expectRefusal({ DATABASE_URL: url }, /newer than this version[^]*from_the_future/);
  });

  test('a request that never ends is given ten seconds, and none after a second signal', async () => {
    const { url = '' } = await emptyLocation();
    const hang = async (signal: NodeJS.Signals): Promise<{ gateway: Gateway; address: string }> => {
      const gateway = start(emptyDirectory(), { DATABASE_URL: url });
      const { address } = await ready(gateway);
      await beginRequest(address);
      gateway.process.kill(signal);
      return { gateway, address };
    };
    const patience = hang('SIGTERM').then(async ({ gateway }) => {
      const since = performance.now();
      return { code: await gateway.ended, ms: performance.now() - since };
    });
    const hasty = await hang('SIGINT');
    await untilRefusing(hasty.address);
    hasty.gateway.process.kill('SIGINT');
    const since = performance.now();
    expect(await hasty.gateway.ended).toBe(1);
    expect(performance.now() - since).toBeLessThan(5000);
    const { code, ms } = await patience;
    expect(code).toBe(1);
    expect(ms).toBeGreaterThan(9000);
    expect(ms).toBeLessThan(12_000);
  });

  test('production has no demo', async () => {
    const { url = '' } = await emptyLocation();
    const env = { NODE_ENV: 'production', FIELDGATE_SECRET: SECRET, DATABASE_URL: url };
    const gateway = start(emptyDirectory(), { ...env, HOST: '127.0.0.1' });
    await ready(gateway);
    expect(gateway.printed()).not.toMatch(/password|@/);
    expect(await query(url, 'SELECT * FROM account')).toEqual([]);
    gateway.process.kill('SIGTERM');
    expect(await gateway.ended).toBe(0);
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createClient } from '../support/client.js';
import { emptyLocation } from '../support/database.js';
import { type Gateway, startGateway } from '../support/gateway.js';
import {
  AddDatasetField,
  CreateDataset,
  GetImport,
  RunDatasetImport,
  StartDatasetImport,
  WatchImport,
} from '../support/operations.js';
import { rowId } from '../support/transfers.js';

const ROWS = 60_000;
const FILE = `Code,Price\n${Array.from({ length: ROWS }, (_, at) => `C${at},${at}\n`).join('')}`;

const root = mkdtempSync(path.join(tmpdir(), 'fieldgate-killed-'));
const started = new Set<Gateway>();
let url = '';
let database: pg.Client;

beforeAll(async () => {
  ({ url = '' } = await emptyLocation());
});

afterAll(async () => {
  for (const gateway of started) gateway.process.kill('SIGKILL');
  await Promise.all([...started].map(({ ended }) => ended));
  await database.end();
  rmSync(root, { recursive: true });
});

async function start(): Promise<{ gateway: Gateway; address: string }> {
  const gateway = startGateway(mkdtempSync(path.join(root, 'cwd-')), { DATABASE_URL: url });
  started.add(gateway);
  return { gateway, address: await gateway.ready };
}

/** Signs in with the line that the first start prints. */
async function signIn(gateway: Gateway, address: string): Promise<Record<string, string>> {
  const line =
    gateway
      .printed()
      .split('\n')
      .find((each) => each.startsWith('curl ')) ?? '';
  const body = /'(\{.*\})'/.exec(line)?.[1] ?? '';
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const answer = (await response.json()) as { data: { signIn: { token: string } } };
  return { authorization: `Bearer ${answer.data.signIn.token}` };
}

async function count(sql: string, id: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${sql} = $1`,
    [rowId(id)],
  );
  return rows[0]?.count ?? -1;
}

const rowsIn = (datasetId: string) => count('dataset_row WHERE flow_id', datasetId);
async function stagedOf(importId: string): Promise<number> {
  const { rows } = await database.query<{ rows: number }>(
    'SELECT coalesce(sum(json_array_length(rows::json)), 0)::int AS rows FROM dataset_import_batch WHERE import_id = $1',
    [rowId(importId)],
  );
  return rows[0]?.rows ?? 0;
}

async function jobOf(importId: string) {
  const { rows } = await database.query<{ state: string; processed: number; failure: unknown }>(
    'SELECT state, processed, failure FROM dataset_import WHERE id = $1',
    [rowId(importId)],
  );
  const [job] = rows;
  if (!job) throw new Error('There is no such import.');
  return job;
}

/** A dataset with a unique code and a price, and hands to import into it. */
async function prepare(address: string, headers: Record<string, string>) {
  const client = createClient(`${address}/graphql`, headers);
  const created = await client(CreateDataset, { input: { name: 'Parts' } });
  const datasetId = created.data?.createDataset?.dataset?.id ?? '';
  for (const field of [
    { name: 'Code', type: 'TEXT', isUnique: true },
    { name: 'Price', type: 'NUMBER' },
  ] as const) {
    await client(AddDatasetField, { input: { datasetId, ...field } });
  }
  const begin = async () => {
    const input = { datasetId, fileName: 'parts.csv' };
    const answer = await client(StartDatasetImport, { input });
    const job = answer.data?.startDatasetImport?.import;
    if (!job) throw new Error(JSON.stringify(answer));
    return job;
  };
  const upload = async () => {
    const job = await begin();
    const target = `${address}${job.uploadUrl}`;
    const response = await fetch(target, { method: 'PUT', headers, body: FILE });
    expect(await response.json()).toEqual({ import: { id: job.id, state: 'READY' } });
    return job.id;
  };
  return { datasetId, begin, upload };
}

const runIt = (
  address: string,
  headers: Record<string, string>,
  datasetId: string,
  importId: string,
) =>
  createClient(`${address}/graphql`, headers)(RunDatasetImport, { input: { datasetId, importId } });

test('an import whose gateway is killed leaves nothing, and can be run again or anew', async () => {
  database = new pg.Client({ connectionString: url });
  const first = await start();
  await database.connect();
  const headers = await signIn(first.gateway, first.address);
  const { datasetId, upload } = await prepare(first.address, headers);
  const importId = await upload();
  expect(await stagedOf(importId)).toBe(ROWS);
  const watching = await fetch(`${first.address}/graphql`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: WatchImport.toString(), variables: { id: importId } }),
  });
  const running = runIt(first.address, headers, datasetId, importId).catch(
    (error: unknown) => error,
  );
  while ((await jobOf(importId)).processed === 0) await wait(2);
  first.gateway.process.kill('SIGKILL');
  expect(await first.gateway.ended).toBe('SIGKILL');
  expect(await running).toBeInstanceOf(Error);
  await watching.body?.cancel().catch(() => undefined);
  const left = await jobOf(importId);
  expect(left.state).toBe('RUNNING');
  expect(left.processed).toBeGreaterThan(0);
  expect(left.processed).toBeLessThan(ROWS);

  const { gateway, address } = await start();
  expect(await rowsIn(datasetId)).toBe(0);
  expect(await count('dataset_unique_value WHERE flow_id', datasetId)).toBe(0);
  expect(await stagedOf(importId)).toBe(ROWS);
  const early = await runIt(address, headers, datasetId, importId);
  expect(early.errors?.[0]?.extensions).toMatchObject({
    code: 'IMPORT_NOT_READY',
    state: 'RUNNING',
  });

  await database.query(
    `UPDATE dataset_import SET updated_at = updated_at - interval '61 seconds' WHERE id = $1`,
    [rowId(importId)],
  );
  const client = createClient(`${address}/graphql`, headers);
  const found = await client(GetImport, { id: importId });
  expect(found.data?.datasetImport).toMatchObject({ state: 'READY', rowCount: ROWS });
  const again = await runIt(address, headers, datasetId, importId);
  expect(again.data?.runDatasetImport).toMatchObject({
    import: { state: 'DONE', processed: ROWS, added: ROWS },
    dataset: { rows: { totalCount: ROWS } },
  });
  expect(await stagedOf(importId)).toBe(0);
  gateway.process.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
});

test('an upload that is cut off fails, leaves nothing, and can be started anew', async () => {
  const { gateway, address } = await start();
  const headers = await signIn([...started][0] ?? gateway, address);
  const { datasetId, begin, upload } = await prepare(address, headers);
  const { id, uploadUrl } = await begin();
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `PUT ${uploadUrl} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${headers['authorization']}\r\n` +
      `content-length: ${FILE.length}\r\n\r\n`,
  );
  socket.write(FILE.slice(0, FILE.length / 2));
  while ((await stagedOf(id)) === 0) await wait(2);
  expect((await jobOf(id)).state).toBe('RECEIVING');
  socket.destroy();
  while ((await jobOf(id)).state === 'RECEIVING') await wait(5);
  expect(await jobOf(id)).toMatchObject({
    state: 'FAILED',
    failure: { code: 'UPLOAD_BROKEN' },
  });
  expect(await stagedOf(id)).toBe(0);
  expect(await rowsIn(datasetId)).toBe(0);
  const importId = await upload();
  const answer = await runIt(address, headers, datasetId, importId);
  expect(answer.data?.runDatasetImport?.import).toMatchObject({ state: 'DONE', added: ROWS });
  gateway.process.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
});

// What a large dataset costs on PostgreSQL, and what files cost on their way in and out.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import type pg from 'pg';

import { table, withBlocks } from '../house/readme.js';
import { read } from '../house/repository.js';
import { withGateway, type Bench } from './gateway.js';

const ROWS = 1_000_000;
const DATASETS = 10_000;
const IMPORTED = 100_000;
const ROUNDS = 200;
const COLUMNS = ['Customer', 'Number', 'Paid', 'Due', 'State', 'Address', 'Amount', 'Remark'];
const TYPES = ['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'TEXT', 'EMAIL', 'NUMBER', 'LONG_TEXT'];

interface Named {
  readonly id: string;
  readonly flowId: string;
}

async function createDataset(bench: Bench, name: string): Promise<Named> {
  const made = await bench.run<{ createDataset: { dataset: { id: string } } }>(
    'mutation ($name: String!) { createDataset(input: { name: $name }) { dataset { id } } }',
    { name },
  );
  const { id } = made.createDataset.dataset;
  for (const [at, column] of COLUMNS.entries()) {
    await bench.run(
      'mutation ($input: AddDatasetFieldInput!) { addDatasetField(input: $input) { field { id } } }',
      { input: { datasetId: id, name: column, type: TYPES[at] } },
    );
  }
  return { id, flowId: Buffer.from(id, 'base64url').toString().split(':')[1] ?? '' };
}

/** Rows as somebody might keep them: some values occur once, some in every fifth row. */
async function fill(database: pg.Client, { flowId }: Named, rows: number): Promise<void> {
  const { rows: slots } = await database.query<{ slot: number }>(
    'SELECT slot FROM dataset_field WHERE flow_id = $1 ORDER BY position',
    [flowId],
  );
  const keys = slots.map(({ slot }) => `'${slot}'`);
  await database.query(
    `INSERT INTO dataset_row (id, account_id, flow_id, "values")
     SELECT ordered_uuid(now(), n), f.account_id, f.id, jsonb_build_object(
       ${keys[0]}, 'Customer ' || n, ${keys[1]}, n::text, ${keys[2]}, n % 7 = 0,
       ${keys[3]}, '2026-0' || 1 + n % 9 || '-1' || n % 9, ${keys[4]}, (ARRAY['open', 'closed', 'new', 'lost', 'won'])[1 + n % 5],
       ${keys[5]}, 'c' || n % 5000 || '@example.com', ${keys[6]}, n * 7919 % 100000 || '.25',
       ${keys[7]}, 'A remark that somebody wrote about this row: ' || md5(n::text))
     FROM flow f, generate_series(1, $2::bigint) n WHERE f.id = $1`,
    [flowId, rows],
  );
}

async function fillOthers(database: pg.Client, { flowId }: Named): Promise<void> {
  await database.query(
    `WITH made AS (
       INSERT INTO flow (id, account_id, kind, name, name_key, updated_at)
       SELECT gen_random_uuid(), f.account_id, 'DATASET', 'Dataset ' || n, 'dataset ' || n, now()
       FROM flow f, generate_series(1, $2::int) n WHERE f.id = $1 RETURNING id, account_id
     ), settings AS (
       INSERT INTO dataset_settings (flow_id, account_id) SELECT id, account_id FROM made
     )
     INSERT INTO dataset_row (id, account_id, flow_id, "values")
     SELECT ordered_uuid(now(), n), account_id, id, '{}' FROM made, generate_series(1, 20) n`,
    [flowId, DATASETS],
  );
}

const PAGE = `query ($id: ID!, $after: String, $filter: DatasetRowFilter) {
  dataset(id: $id) { rows(first: 50, after: $after, filter: $filter) {
    pageInfo { hasNextPage endCursor } edges { node { id version values } } } } }`;
const ADD = `mutation ($id: ID!, $rows: [JSONObject!]!) {
  addDatasetRows(input: { datasetId: $id, rows: $rows }) { rows { id } } }`;

async function measurePages(bench: Bench, large: Named, small: Named) {
  const deep = async ({ flowId }: Named) => {
    const { rows } = await bench.database.query<{ id: string }>(
      `SELECT id FROM dataset_row WHERE flow_id = $1 ORDER BY id
       OFFSET (SELECT count(*) * 9 / 10 FROM dataset_row WHERE flow_id = $1) LIMIT 1`,
      [flowId],
    );
    return Buffer.from(JSON.stringify([['id', rows[0]?.id]])).toString('base64url');
  };
  const variables: Record<string, Record<string, unknown>> = {};
  for (const [size, dataset] of Object.entries({ '1,000,000 rows': large, '1,000 rows': small })) {
    const { id } = dataset;
    const common = { field: 'state', equals: 'open' };
    const rare = { field: 'address', equals: 'c77@example.com' };
    variables[`A page of 50 at the start, ${size}`] = { id };
    variables[`A page of 50 at 90 % depth, ${size}`] = { id, after: await deep(dataset) };
    variables[`A page of 50, every fifth row matches, ${size}`] = { id, filter: common };
    variables[`A page of the few rows that match, ${size}`] = { id, filter: rare };
    variables[`Add one row, ${size}`] = { id, rows: [{ customer: 'New', number: 1 }] };
  }
  const times: Record<string, number[]> = {};
  for (let round = -20; round < ROUNDS; round += 1) {
    for (const [name, given] of Object.entries(variables)) {
      const since = performance.now();
      await bench.run(given['rows'] ? ADD : PAGE, given);
      if (round >= 0) (times[name] ??= []).push(performance.now() - since);
    }
  }
  return Object.entries(times).map(([name, list]) => [name, ms(list, 0.5), ms(list, 0.95)]);
}

function ms(times: readonly number[], share: number): string {
  const value = times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
  return `${value.toFixed(1)} ms`;
}

function csvFile(): string {
  const lines = Array.from(
    { length: IMPORTED },
    (_, n) =>
      `Customer ${n},${n},${n % 7 === 0},2026-0${1 + (n % 9)}-11,open,c${n}@example.com,${n}.25,"A remark, number ${n}, that somebody wrote about this row"`,
  );
  return [COLUMNS.join(','), ...lines].join('\r\n');
}

/** What the process holds, in MB, at most, until `stop`. */
function watchMemory(pid: number) {
  const resident = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  const idle = resident();
  let most = idle;
  const timer = setInterval(() => (most = Math.max(most, resident())), 50);
  return {
    stop: () => {
      clearInterval(timer);
      return `${Math.round(most - idle)} MB above ${Math.round(idle)} MB`;
    },
  };
}

/** The median of a page of 50, asked for ten times a second. */
async function medianWhile(bench: Bench, id: string, isOver: () => boolean): Promise<string> {
  const times: number[] = [];
  while (!isOver() || times.length < 20) {
    const since = performance.now();
    await bench.run(PAGE, { id });
    times.push(performance.now() - since);
    await pause(100);
  }
  return ms(times, 0.5);
}

interface Started {
  readonly startDatasetImport: {
    readonly import: { readonly id: string; readonly uploadUrl: string };
  };
}

/** Imports the file into a new dataset; gives the seconds that receiving it took, and all of it. */
async function importInto(bench: Bench, { id }: Named, file: string): Promise<[number, number]> {
  const started = await bench.run<Started>(
    'mutation ($id: ID!) { startDatasetImport(input: { datasetId: $id, fileName: "orders.csv" }) { import { id uploadUrl } } }',
    { id },
  );
  const { id: importId, uploadUrl } = started.startDatasetImport.import;
  const since = performance.now();
  await bench.fetch(uploadUrl, { method: 'PUT', body: file });
  const received = (performance.now() - since) / 1000;
  await bench.run(
    'mutation ($input: RunDatasetImportInput!) { runDatasetImport(input: $input) { import { added } } }',
    { input: { datasetId: id, importId } },
  );
  return [received, (performance.now() - since) / 1000];
}

async function measureImport(bench: Bench, reader: Named) {
  const file = csvFile();
  const perSecond = (seconds: number) => Math.round(IMPORTED / seconds).toLocaleString('en');
  const [first, second] = [await createDataset(bench, 'One'), await createDataset(bench, 'Two')];
  await pause(1000);
  const memory = watchMemory(bench.pid);
  const [received, alone] = await importInto(bench, first, file);
  const held = memory.stop();
  const before = await medianWhile(bench, reader.id, () => true);
  let isOver = false;
  const meanwhile = medianWhile(bench, reader.id, () => isOver);
  const [, beside] = await importInto(bench, second, file);
  isOver = true;
  return [
    [
      `Import of ${IMPORTED.toLocaleString('en')} rows × 8 fields`,
      `${alone.toFixed(1)} s, of which ${received.toFixed(1)} s receiving`,
    ],
    ['Rows a second', perSecond(alone)],
    ['Memory', held],
    ['Rows a second while others read, ten pages a second', perSecond(beside)],
    ['Their page of 50 before, and meanwhile', `${before}, ${await meanwhile}`],
  ];
}

async function measureExport(bench: Bench, { id }: Named) {
  const made = await bench.run<{ exportDataset: { download: { url: string } } }>(
    'mutation ($id: ID!) { exportDataset(input: { datasetId: $id }) { download { url } } }',
    { id },
  );
  await pause(1000);
  const memory = watchMemory(bench.pid);
  const since = performance.now();
  const response = await bench.fetch(made.exportDataset.download.url);
  let lines = 0;
  for await (const chunk of response.body ?? []) {
    for (const byte of chunk as Uint8Array) if (byte === 10) lines += 1;
  }
  const seconds = (performance.now() - since) / 1000;
  return [
    [
      `Export of ${(lines - 1).toLocaleString('en')} rows × 8 fields as CSV`,
      `${seconds.toFixed(1)} s`,
    ],
    ['Rows a second', Math.round(lines / seconds).toLocaleString('en')],
    ['Memory', memory.stop()],
  ];
}

await withGateway(async (bench) => {
  const large = await createDataset(bench, 'Large');
  const small = await createDataset(bench, 'Small');
  console.log(
    `Filling ${ROWS.toLocaleString('en')} rows and ${DATASETS.toLocaleString('en')} datasets …`,
  );
  await fill(bench.database, large, ROWS);
  await fill(bench.database, small, 1000);
  await fillOthers(bench.database, large);
  await bench.database.query('VACUUM ANALYZE');
  console.log('Measuring …');
  const pages = table(['', 'median', '95 %'], await measurePages(bench, large, small));
  console.log(pages);
  const files = table(
    ['', ''],
    [...(await measureImport(bench, small)), ...(await measureExport(bench, large))],
  );
  console.log(files);
  if (process.argv.includes('--write')) {
    const blocks = { 'bench-large': () => pages, 'bench-files': () => files };
    writeFileSync('README.md', withBlocks(read('README.md'), blocks));
  }
});

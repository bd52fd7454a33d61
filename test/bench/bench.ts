// npm run bench: how long the example operations take on the demo, in the embedded database, and then what a
// large dataset costs.
// npm run bench -- --write: puts the tables into README.md, too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';

import { DEMO_PASSWORD, seedDemo } from '../../prisma/seed.js';
import { createApp, type App } from '../../src/app.js';
import { ATTEMPT_LIMITS, createAttempts } from '../../src/authn/attempts.js';
import { readConfig } from '../../src/config.js';
import { createContext } from '../../src/context.js';
import { openDatabase, type Database } from '../../src/db/database.js';
import { suitableExamples, type Tab } from '../../src/http/examples.js';
import { createLog } from '../../src/log.js';
import { table, withBlocks } from '../house/readme.js';
import { read } from '../house/repository.js';

const ROUNDS = 100;
const WARM_UP = 30;
/** What the median of every query must stay below. */
const MOST_MS = 50;

/** Who runs each example. */
const PEOPLE: Readonly<Record<string, string>> = {
  WhoAmI: 'ada',
  MyDatasets: 'ada',
  OneDataset: 'vera',
  Rows: 'vera',
  WhatChanged: 'ada',
  AddARow: 'mira',
  AddAField: 'ada',
  SaveAView: 'mira',
  TakeRowsOut: 'vera',
  Duplicate: 'mira',
  EverythingByOverride: 'sofia',
  WhatWasDone: 'ivan',
  OnePerson: 'uma',
  Rename: 'ada',
  GiveAnotherRole: 'ada',
  ShareWithSomebody: 'ada',
  NewDataset: 'edda',
  TakeARole: 'sofia',
};

interface Example extends Tab {
  readonly name: string;
  readonly isQuery: boolean;
  readonly token: string;
}

interface Measured {
  readonly name: string;
  readonly who: string;
  readonly isQuery: boolean;
  readonly statements: number;
  readonly median: number;
  readonly p95: number;
}

interface Bench {
  readonly database: Database;
  readonly app: App;
  /** The lines of the request log. */
  readonly lines: string[];
}

const config = readConfig({ LOG_LEVEL: 'info' });

async function run(): Promise<Measured[]> {
  const parent = mkdtempSync(path.join(tmpdir(), 'fieldgate-bench-'));
  const dataDir = path.join(parent, 'data');
  const database = await openDatabase({ url: undefined, dataDir });
  try {
    await seedDemo(database.client);
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => void lines.push(line) });
    const bench = { database, lines, app: createApp({ config, database, log }) };
    const examples = await findExamples(bench);
    const results: Measured[] = [];
    // One after the other; queries first, because the mutations change what there is to read.
    for (const example of examples.toSorted((a, b) => Number(b.isQuery) - Number(a.isQuery))) {
      results.push(await measure(bench, example));
    }
    await bench.app.close();
    return results;
  } finally {
    await database.close();
    rmSync(parent, { recursive: true });
  }
}

/** Each example as GraphiQL offers it to its person. */
async function findExamples(bench: Bench): Promise<Example[]> {
  const examples: Example[] = [];
  for (const [name, who] of Object.entries(PEOPLE)) {
    const token = await signIn(bench, who);
    const tabs = await offered(bench, token);
    const tab = tabs.find(({ query }) => nameOf(query) === name);
    if (!tab) throw new Error(`${name} does not suit ${who}. Choose somebody else.`);
    examples.push({ ...(await filled(bench, token, tab)), name, isQuery: isQuery(tab), token });
    const unknown = tabs.map(({ query }) => nameOf(query)).filter((each) => !(each in PEOPLE));
    if (unknown.length > 0) throw new Error(`Say who is to run ${unknown.join(', ')}.`);
  }
  return examples;
}

async function offered({ database: { client } }: Bench, token: string): Promise<Tab[]> {
  const system = {
    client,
    pepper: config.secret,
    attempts: createAttempts(client, ATTEMPT_LIMITS),
    sessionHours: config.sessionHours,
    issuer: config.publicUrl,
    mailer: { sender: '', post: () => undefined, close: async () => undefined },
    now: () => new Date(),
    closing: new AbortController().signal,
  };
  const provenance = { requestId: 'bench', ipAddress: undefined, userAgent: undefined };
  return suitableExamples(await createContext(system, provenance, { text: token }), config.demo);
}

/** A Super Admin chooses the dataset to take a role on: the first. */
async function filled(bench: Bench, token: string, tab: Tab): Promise<Tab> {
  if (!tab.variables?.includes('"datasetId": ""')) return tab;
  const query = '{ datasets(first: 1) { edges { node { id } } } }';
  const { data } = await send<Datasets>(bench, { query }, token);
  const id = data?.datasets.edges[0]?.node.id ?? '';
  return { ...tab, variables: tab.variables.replace('"datasetId": ""', `"datasetId": "${id}"`) };
}

interface Datasets {
  readonly datasets: { readonly edges: readonly { readonly node: { readonly id: string } }[] };
}

async function signIn(bench: Bench, who: string): Promise<string> {
  const input = `email: "${who}@acme.example", password: "${DEMO_PASSWORD}", transport: BEARER`;
  const query = `mutation { signIn(input: { ${input} }) { token } }`;
  const { data } = await send<{ signIn: { token: string } }>(bench, { query });
  return data?.signIn.token ?? '';
}

async function measure(bench: Bench, example: Example): Promise<Measured> {
  const { name, isQuery: reads } = example;
  const times: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    await undo(bench, example);
    bench.lines.length = 0;
    const since = performance.now();
    const { errors } = await send(bench, example, example.token);
    if (round >= 0) times.push(performance.now() - since);
    const refused = errors?.find(({ extensions: { code } }) => code !== 'FORBIDDEN');
    if (refused) throw new Error(`${name} as ${PEOPLE[name]}: ${refused.message}`);
  }
  const { statements } = JSON.parse(bench.lines.at(-1) ?? '{}') as { statements: number };
  const at = (share: number) => times.toSorted((a, b) => a - b)[Math.floor(ROUNDS * share)] ?? 0;
  const who = PEOPLE[name] ?? '';
  return { name, who, isQuery: reads, statements, median: at(0.5), p95: at(0.95) };
}

/** What can be done once only is undone before it is done again. */
async function undo({ database: { client } }: Bench, { name, variables = '' }: Example) {
  if (name === 'ShareWithSomebody') {
    const { input } = JSON.parse(variables) as { input: { nameOrEmail: string } };
    await client.flowMember.deleteMany({ where: { user: { email: input.nameOrEmail } } });
  }
  if (name === 'AddAField') await client.datasetField.deleteMany({ where: { name: 'Rating' } });
  if (name === 'SaveAView') await client.datasetView.deleteMany({ where: { name: 'With an o' } });
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

async function send<Data>({ app }: Bench, { query, variables }: Tab, token = '') {
  const authorization = token && { authorization: `Bearer ${token}` };
  const request = new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization },
    body: JSON.stringify({ query, variables: JSON.parse(variables ?? '{}') as object }),
  });
  const response = await app.fetch(request, { address: '127.0.0.1' });
  return (await response.json()) as Answer<Data>;
}

function nameOf(query: string): string {
  return /^(?:query|mutation) (\w+)/m.exec(query)?.[1] ?? query;
}

function isQuery({ query }: Tab): boolean {
  return /^query /m.test(query);
}

const results = await run();
const rows = results.map(({ name, who, isQuery: reads, statements, median, p95 }) => [
  `\`${name}\``,
  reads ? 'query' : 'mutation',
  who,
  String(statements),
  median.toFixed(1),
  p95.toFixed(1),
]);
const report = table(['operation', 'kind', 'as', 'statements', 'median ms', 'p95 ms'], rows);
const [cpu] = cpus();
const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpu?.model.trim() ?? 'CPU'}`;
console.log(`\n${report}\n${machine}`);
const slow = results.filter(({ isQuery: reads, median }) => reads && median >= MOST_MS);
if (slow.length > 0) {
  console.error(`Slower than ${MOST_MS} ms: ${slow.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
} else if (process.argv.includes('--write')) {
  const text = `${report}\n${ROUNDS} requests each, one after the other; ${machine}.\n`;
  writeFileSync('README.md', withBlocks(read('README.md'), { bench: () => text }));
}

await import('./large.js');
await import('./people.js');
await import('./who-can.js');

// What it costs to list who can do something among 10,000 people in 500 groups, on PostgreSQL:
// npx tsx test/bench/who-can.ts.
import { encodeId } from '../../src/authz/node-id.js';
import { table } from '../house/readme.js';
import { withGateway, type Bench } from './gateway.js';

const PEOPLE = 10_000;
const GROUPS = 500;
const IN_A_GROUP = 100;
const ROUNDS = 60;
const WARM_UP = 30;

/** People, most of them Editors, groups that overlap, and a dataset and a process that all the groups share. */
async function fill({ database }: Bench): Promise<{ dataset: string; flow: string }> {
  await database.query(
    `WITH a AS (SELECT id AS account_id FROM account WHERE slug = 'acme'),
     made AS (
       INSERT INTO "user" (id, account_id, email, name, name_key)
       SELECT ordered_uuid(now(), n), account_id, 'p' || n || '@acme.example',
              'Person ' || md5(n::text), 'person ' || md5(n::text)
       FROM a, generate_series(1, $1::int) n RETURNING id, account_id)
     INSERT INTO role_assignment (account_id, user_id, role_id)
     SELECT m.account_id, m.id, r.id FROM made m JOIN role r USING (account_id)
     WHERE r.built_in = 'EDITOR' OR (r.built_in IS NULL AND random() < 0.1)`,
    [PEOPLE],
  );
  await database.query(
    `WITH a AS (SELECT id AS account_id FROM account WHERE slug = 'acme'),
     made AS (
       INSERT INTO "group" (id, account_id, name, name_key)
       SELECT gen_random_uuid(), account_id, 'Crowd ' || n, 'crowd ' || n
       FROM a, generate_series(1, $1::int) n RETURNING id, account_id),
     people AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM "user" WHERE email LIKE 'p%@acme.example')
     INSERT INTO group_member (account_id, group_id, user_id)
     SELECT g.account_id, g.id, p.id
     FROM (SELECT *, row_number() OVER () AS n FROM made) g
     JOIN people p ON (p.n - g.n * 17 + $3::int * 100) % $3::int < $2::int`,
    [GROUPS, IN_A_GROUP, PEOPLE],
  );
  const shared = async (kind: string, weak: string, strong: string) => {
    const { rows } = await database.query<{ id: string }>(
      `SELECT f.id FROM flow f JOIN account a ON a.id = f.account_id
       WHERE a.slug = 'acme' AND f.kind::text = $1 ORDER BY f.id LIMIT 1`,
      [kind],
    );
    const id = rows[0]?.id ?? '';
    await database.query(
      `INSERT INTO flow_member (id, account_id, flow_id, group_id, role)
       SELECT gen_random_uuid(), g.account_id, $1::uuid, g.id,
              (CASE WHEN random() < 0.5 THEN $2 ELSE $3 END)::member_role
       FROM "group" g WHERE g.name_key LIKE 'crowd %'`,
      [id, weak, strong],
    );
    return id;
  };
  const dataset = await shared('DATASET', 'VIEWER', 'ADMIN');
  const flow = await shared('PROCESS', 'VIEWER', 'EDITOR');
  await database.query('VACUUM ANALYZE');
  return { dataset: encodeId('Dataset', dataset), flow: encodeId('Process', flow) };
}

const QUESTION = `query ($operation: String!, $resourceId: ID, $after: String, $counted: Boolean!) {
  whoCan(operation: $operation, resourceId: $resourceId, first: 25, after: $after) {
    totalCount @include(if: $counted)
    pageInfo { endCursor }
    edges { node { via role user { id name } } }
  }
}`;

interface Answer {
  readonly whoCan: { readonly totalCount?: number; readonly pageInfo: { endCursor: string } };
}

function median(times: readonly number[]): string {
  return `${(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0).toFixed(1)} ms`;
}

async function measure(bench: Bench, given: Record<string, unknown>, counted: boolean) {
  const times: number[] = [];
  let total: number | undefined;
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const since = performance.now();
    const { whoCan } = await bench.run<Answer>(QUESTION, { ...given, counted });
    if (round >= 0) times.push(performance.now() - since);
    total = whoCan.totalCount ?? total;
  }
  return { time: median(times), total };
}

await withGateway(async (bench) => {
  await bench.signIn('sofia@acme.example');
  const { dataset, flow } = await fill(bench);
  const questions: Readonly<Record<string, Record<string, unknown>>> = {
    'renames a dataset': { operation: 'Mutation.renameDataset', resourceId: dataset },
    'leaves a dataset': { operation: 'Mutation.leaveDataset', resourceId: dataset },
    'edits a process': { operation: 'Mutation.renameFlow', resourceId: flow },
    'creates a group': { operation: 'Mutation.createGroup' },
    'changes their password': { operation: 'Mutation.changePassword' },
  };
  const rows: string[][] = [];
  for (const [name, given] of Object.entries(questions)) {
    const page = await measure(bench, given, false);
    const counted = await measure(bench, given, true);
    rows.push([name, String(counted.total), page.time, counted.time]);
  }
  console.log(table(['who', 'people', 'a page of 25', 'with the total'], rows));
});

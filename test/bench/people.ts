// What a page of people costs among 10,000 of them, on PostgreSQL.
import { table } from '../house/readme.js';
import { fillWithPeople, ms } from './crowd.js';
import { withGateway, type Bench } from './gateway.js';

const DATASETS = 2_000;
const ROUNDS = 200;
/** So many rounds make the compiler of the JavaScript engine settle. */
const WARM_UP = 100;
/** What the plan of a page must not hold. */
const WHOLE_TABLE = /Seq Scan on "?user"?/;

async function fill({ database }: Bench): Promise<void> {
  await fillWithPeople({ database });
  await database.query(
    `WITH made AS (
       INSERT INTO flow (id, account_id, kind, name, name_key, updated_at)
       SELECT gen_random_uuid(), id, 'DATASET', 'Dataset ' || n, 'dataset ' || n, now()
       FROM account, generate_series(1, $1::int) n WHERE slug = 'acme' RETURNING id, account_id)
     INSERT INTO dataset_settings (flow_id, account_id) SELECT id, account_id FROM made`,
    [DATASETS],
  );
  await database.query('VACUUM ANALYZE');
}

/** As many as a list shows unless told. */
const SIZE = 25;

const PAGE = `query ($after: String, $orderBy: UserOrder!, $filter: UserFilter) {
  users(first: ${SIZE}, after: $after, orderBy: $orderBy, filter: $filter) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node {
      id name email status lastSignedInAt roles { id name } groups(first: 5) { edges { node { name } } }
    } }
  }
}`;

interface Answer {
  readonly users: {
    readonly totalCount: number;
    readonly pageInfo: { readonly endCursor: string };
    readonly edges: readonly object[];
  };
}

async function measure(bench: Bench, given: Record<string, unknown>) {
  const times: number[] = [];
  let after: string | undefined;
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const since = performance.now();
    const { users } = await bench.run<Answer>(PAGE, { ...given, after });
    if (round >= 0) times.push(performance.now() - since);
    // Each page after the one before, so that no two are the same.
    after = users.edges.length === SIZE ? users.pageInfo.endCursor : undefined;
  }
  return [ms(times, 0.5), ms(times, 0.95)];
}

/** The plan of the page in its default order, as the gateway asks for it. */
async function planOf({ database }: Bench): Promise<string> {
  const { rows } = await database.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT u.id, u.name, u.name_key FROM "user" u
     WHERE u.account_id = (SELECT id FROM account WHERE slug = 'acme') AND u.removed_at IS NULL
     ORDER BY u.name_key ASC, u.id ASC LIMIT 101`,
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

await withGateway(async (bench) => {
  await bench.signIn('sofia@acme.example');
  await fill(bench);
  const plan = await planOf(bench);
  console.log(plan);
  if (WHOLE_TABLE.test(plan)) throw new Error('A page of people reads all of them.');
  const questions: Readonly<Record<string, Record<string, unknown>>> = {
    'by name': { orderBy: 'NAME_ASC' },
    'by last sign-in': { orderBy: 'LAST_SIGNED_IN_DESC' },
    'by name, part of it': { orderBy: 'NAME_ASC', filter: { search: 'abc' } },
  };
  const rows: string[][] = [];
  for (const [name, given] of Object.entries(questions)) {
    rows.push([
      `A page of ${SIZE} of 10,000 people with their roles and groups, ${name}`,
      ...(await measure(bench, given)),
    ]);
  }
  console.log(table(['', 'median', '95 %'], rows));
});

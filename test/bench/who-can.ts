// What it costs to list who can do something among 10,000 people in 500 groups, on PostgreSQL, and whether it is
// exactly those who can: npx tsx test/bench/who-can.ts.
import { loadavg } from 'node:os';

import { encodeId } from '../../src/authz/node-id.js';
import { table } from '../house/readme.js';
import { fillWithPeople, timed } from './crowd.js';
import { withGateway, type Bench } from './gateway.js';

/** Members of their own, of a dataset and of a process, beside all the groups. */
const DIRECT = 500;

interface Filled {
  readonly datasetId: string;
  readonly flowId: string;
  readonly fewId: string;
  readonly requestId: string;
}

/** A dataset and a process that all the groups and hundreds of people share, one that a few do, and a request. */
async function fill({ database }: Bench): Promise<Filled> {
  await fillWithPeople({ database });
  const share = async (kind: string, roles: readonly string[], groups: number) => {
    const { rows } = await database.query<{ id: string }>(
      `WITH a AS (SELECT id AS account_id FROM account WHERE slug = 'acme'),
       made AS (
         INSERT INTO flow (id, account_id, kind, name, name_key, updated_at)
         SELECT gen_random_uuid(), account_id, $1::flow_kind, 'Shared', 'shared', now() FROM a
         RETURNING id, account_id),
       groups AS (
         INSERT INTO flow_member (id, account_id, flow_id, group_id, role)
         SELECT gen_random_uuid(), m.account_id, m.id, g.id, (($2::text[])[1 + g.n % 3])::member_role
         FROM made m, (SELECT id, row_number() OVER (ORDER BY name_key) AS n FROM "group"
                       WHERE name_key LIKE 'crowd %' ORDER BY name_key LIMIT $3::int) g),
       people AS (
         INSERT INTO flow_member (id, account_id, flow_id, user_id, role)
         SELECT gen_random_uuid(), m.account_id, m.id, u.id, (($2::text[])[1 + u.n % 3])::member_role
         FROM made m, (SELECT id, row_number() OVER (ORDER BY md5(email)) AS n FROM "user"
                       WHERE email LIKE 'p%@acme.example' ORDER BY md5(email) LIMIT $4::int) u)
       SELECT id FROM made`,
      [kind, roles, groups, groups === 0 ? 5 : DIRECT],
    );
    return rows[0]?.id ?? '';
  };
  const datasetId = await share('DATASET', ['VIEWER', 'MEMBER', 'ADMIN'], 500);
  const flowId = await share('PROCESS', ['NONE', 'VIEWER', 'EDITOR'], 500);
  const fewId = await share('DATASET', ['VIEWER', 'MEMBER', 'ADMIN'], 0);
  await database.query(
    `INSERT INTO dataset_settings (flow_id, account_id)
     SELECT id, account_id FROM flow WHERE id = ANY($1::uuid[])`,
    [[datasetId, fewId]],
  );
  await database.query(
    `INSERT INTO impersonation_grant (id, account_id, service_account_id, flow_id)
     SELECT gen_random_uuid(), s.account_id, s.id, $1::uuid FROM service_account s
     JOIN account a ON a.id = s.account_id AND a.slug = 'acme' WHERE s.deleted_at IS NULL`,
    [datasetId],
  );
  const { rows } = await database.query<{ id: string }>(
    `INSERT INTO access_request (id, account_id, requester_id, flow_id, role)
     SELECT gen_random_uuid(), account_id, user_id, flow_id, 'ADMIN' FROM flow_member
     WHERE flow_id = $1::uuid AND role = 'VIEWER' AND user_id IS NOT NULL ORDER BY id LIMIT 1
     RETURNING id`,
    [datasetId],
  );
  await database.query('VACUUM ANALYZE');
  return { datasetId, flowId, fewId, requestId: rows[0]?.id ?? '' };
}

interface Person {
  readonly name: string;
  readonly roles: readonly string[];
  readonly direct: string | null;
  readonly groups: readonly string[];
}

/** Everybody who is active, with what they hold on a flow. */
async function peopleOn({ database }: Bench, flowId: string): Promise<Person[]> {
  const { rows } = await database.query<Person>(
    `SELECT u.name,
            array(SELECT r.built_in FROM role_assignment x JOIN role r ON r.id = x.role_id
                  WHERE x.user_id = u.id AND r.built_in IS NOT NULL)::text[] AS roles,
            (SELECT role::text FROM flow_member WHERE flow_id = $1::uuid AND user_id = u.id) AS direct,
            array(SELECT m.role::text FROM flow_member m JOIN group_member g USING (group_id)
                  WHERE m.flow_id = $1::uuid AND g.user_id = u.id) AS groups
     FROM "user" u JOIN account a ON a.id = u.account_id AND a.slug = 'acme'
     WHERE u.removed_at IS NULL AND u.status = 'ACTIVE'`,
    [flowId],
  );
  return rows;
}

/** What they may do there as members; undefined: they are none. */
function roleOf({ direct, groups }: Person): string | undefined {
  if (direct !== null) return direct;
  return ['OWNER', 'ADMIN', 'MEMBER', 'EDITOR', 'VIEWER', 'NONE'].find((role) =>
    groups.includes(role),
  );
}

const is =
  (...roles: readonly string[]) =>
  (person: Person) =>
    roles.includes(roleOf(person) ?? '');
const holds = (person: Person, ...roles: readonly string[]) =>
  person.roles.some((role) => roles.includes(role));
const isSuper = (person: Person) => holds(person, 'SUPER_ADMIN');

interface Question {
  readonly who: string;
  readonly given: { readonly operation: string; readonly resourceId?: string };
  readonly flowId?: string;
  /** Written by hand from what the roles are to allow. */
  readonly may: (person: Person) => boolean;
}

function questions({ datasetId, flowId, fewId, requestId }: Filled): Question[] {
  const dataset = encodeId('Dataset', datasetId);
  const few = encodeId('Dataset', fewId);
  const flow = encodeId('Process', flowId);
  const request = encodeId('AccessRequest', requestId);
  const on = (name: string, resourceId: string) => ({ operation: `Mutation.${name}`, resourceId });
  return [
    {
      who: 'renames a dataset',
      given: on('renameDataset', dataset),
      flowId: datasetId,
      may: is('ADMIN'),
    },
    {
      who: 'sees a dataset',
      given: on('leaveDataset', dataset),
      flowId: datasetId,
      may: (person) => is('ADMIN', 'MEMBER', 'VIEWER')(person) || isSuper(person),
    },
    {
      who: 'renames one that few share',
      given: on('renameDataset', few),
      flowId: fewId,
      may: is('ADMIN'),
    },
    {
      who: 'approves a request for Admin',
      given: on('approveAccessRequest', request),
      flowId: datasetId,
      may: (person) => is('ADMIN')(person) || isSuper(person),
    },
    {
      who: 'renames a process',
      given: on('renameFlow', flow),
      flowId,
      may: (person) =>
        is('OWNER', 'EDITOR')(person) || (roleOf(person) === undefined && holds(person, 'EDITOR')),
    },
    {
      who: 'creates a group',
      given: { operation: 'Mutation.createGroup' },
      may: (person) => holds(person, 'SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN'),
    },
    {
      who: 'changes their password',
      given: { operation: 'Mutation.changePassword' },
      may: () => true,
    },
  ];
}

const QUESTION = `query ($operation: String!, $resourceId: ID, $first: Int, $after: String, $counted: Boolean!, $programs: Boolean!) {
  whoCan(operation: $operation, resourceId: $resourceId, first: $first, after: $after) {
    totalCount @include(if: $counted)
    pageInfo { endCursor hasNextPage }
    edges { node { via role user { id name } } }
    serviceAccounts @include(if: $programs) { serviceAccount { name } actingAs { name } via }
  }
}`;

interface Answer {
  readonly whoCan: {
    readonly totalCount?: number;
    readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean };
    readonly edges: readonly { readonly node: { readonly user: { readonly name: string } } }[];
    readonly serviceAccounts?: readonly { readonly actingAs: object | null }[];
  };
}

const PLAIN = { first: 25, counted: false, programs: false };

/** Reads the list to its end, and compares it with who is to be on it: how many that are. */
async function compared(bench: Bench, { who, given, flowId, may }: Question): Promise<number> {
  const names: string[] = [];
  let after: string | undefined;
  let total: number | undefined;
  do {
    const asked = { ...PLAIN, ...given, first: 100, counted: after === undefined, after };
    const { whoCan } = await bench.run<Answer>(QUESTION, asked);
    names.push(...whoCan.edges.map(({ node }) => node.user.name));
    total ??= whoCan.totalCount;
    after = whoCan.pageInfo.hasNextPage ? whoCan.pageInfo.endCursor : undefined;
  } while (after !== undefined);
  const people = await peopleOn(bench, flowId ?? '00000000-0000-0000-0000-000000000000');
  const able = people.filter(may).map(({ name }) => name);
  const isSame = names.toSorted().join('\n') === able.toSorted().join('\n');
  if (!isSame || total !== able.length) {
    throw new Error(`${who}: ${names.length} named, ${total} counted, ${able.length} can.`);
  }
  return able.length;
}

await withGateway(async (bench) => {
  await bench.signIn('sofia@acme.example');
  const filled = await fill(bench);
  const rows: string[][] = [];
  for (const question of questions(filled)) {
    const people = await compared(bench, question);
    const ask = (more: object) => () =>
      bench.run<Answer>(QUESTION, { ...PLAIN, ...question.given, ...more });
    rows.push([
      question.who,
      String(people),
      await timed(ask({})),
      await timed(ask({ counted: true })),
      await timed(ask({ programs: true })),
    ]);
  }
  const { whoCan } = await bench.run<Answer>(QUESTION, {
    ...PLAIN,
    ...questions(filled)[0]?.given,
    programs: true,
  });
  const acting = whoCan.serviceAccounts?.filter(({ actingAs }) => actingAs !== null).length ?? 0;
  if (acting === 0) throw new Error('No service account can act as anybody.');
  console.log(
    table(['who', 'people', 'a page of 25', 'with the total', 'with service accounts'], rows),
  );
  console.log(`median / 95 %; all lists exact; ${acting} service accounts act as somebody.`);
  console.log(
    `Load ${loadavg()
      .map((each) => each.toFixed(1))
      .join(', ')}.`,
  );
});

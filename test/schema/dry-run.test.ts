import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { asking, foreseenIn, refusalsIn, stateOfTables } from '../support/dry-run.js';
import { world, type Shared } from '../support/world.js';

const RULES = new Set(['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED', 'INVALID_INPUT']);

/** An operation on a dataset, none of which is in the way of those that follow. */
interface Tried {
  readonly document: string;
  readonly variables?: (target: Target) => Record<string, unknown>;
}

interface Target {
  readonly dataset: Shared;
  readonly memberId: string;
  readonly personId: string;
}

const onDataset = ({ dataset: { id } }: Target) => ({ id });
const mutation = (call: string, type = 'ID') => ({
  document: `mutation Try($id: ${type}!) { ${call} }`,
  variables: onDataset,
});

const OPERATIONS: Readonly<Record<string, Tried>> = {
  reading: {
    document: `query Read($id: ID!) {
      dataset(id: $id) {
        name
        views { name }
        members { edges { node { role addedBy { name } grantee { ... on User { name } } } } }
        history { edges { node { at } } }
        settings { printPolicy }
        shareSettings { assignableRoles }
        createdBy { name }
      }
    }`,
    variables: onDataset,
  },
  'reading by node': {
    document: `query Read($id: ID!) {
      node(id: $id) { __typename ... on Dataset { plain: name all: history { totalCount } } }
    }`,
    variables: onDataset,
  },
  'reading a flow': {
    document: `query Read($id: ID!) { flow(id: $id) { name ... on Dataset { settings { printPolicy } } } }`,
    variables: onDataset,
  },
  'reading rows': {
    document: `query Read($id: ID!) { dataset(id: $id) { rows(first: 1, search: "x") { totalCount } } }`,
    variables: onDataset,
  },
  'reading oneself': {
    document: `{ me { subject { name } user { email lastSignedInAt } permissions
      sessions { totalCount edges { node { id } } } apiKeys { id } } }`,
  },
  // By itself, because it is never null: what is refused beside it is told if it comes first.
  'reading one’s account': { document: '{ me { account { slug } } }' },
  'reading the account': {
    document: `{ auditLog { totalCount } users { totalCount } governance { inactiveUsers { totalCount } }
      groups { totalCount } serviceAccounts { totalCount } }`,
  },
  'a document with fragments, conditions and names': {
    document: `query Read($id: ID!, $no: Boolean = false) {
      one: dataset(id: $id) { ...Parts }
      two: dataset(id: $id) { ...Parts @include(if: $no) name }
      log: auditLog @skip(if: $no) { totalCount }
    }
    fragment Parts on Dataset { ... { history { totalCount } } ... on Flow { id } }`,
    variables: onDataset,
  },
  renaming: mutation('renameDataset(input: { datasetId: $id, name: "New" }) { dataset { name } }'),
  'renaming to nothing': mutation(
    'renameDataset(input: { datasetId: $id, name: "" }) { dataset { name } }',
  ),
  describing: mutation(
    'describeDataset(input: { datasetId: $id, description: "New" }) { dataset { name } }',
  ),
  configuring: mutation(
    'updateDatasetSettings(input: { datasetId: $id, printPolicy: NOBODY }) { dataset { id } }',
  ),
  'adding a field': mutation(
    'addDatasetField(input: { datasetId: $id, name: "Word", type: TEXT }) { field { key } }',
  ),
  'adding a row': mutation('addDatasetRows(input: { datasetId: $id, rows: [{}] }) { rows { id } }'),
  'saving a view': mutation(
    'createDatasetView(input: { datasetId: $id, name: "Mine" }) { view { name } }',
  ),
  duplicating: mutation('duplicateDataset(input: { datasetId: $id }) { dataset { name } }'),
  exporting: mutation('exportDataset(input: { datasetId: $id }) { download { expiresAt } }'),
  'exporting what one looks for': mutation(
    'exportDataset(input: { datasetId: $id, search: "x" }) { download { expiresAt } }',
  ),
  'promoting somebody': {
    document: `mutation Try($id: ID!, $memberId: ID!) {
      changeDatasetMemberRole(input: { datasetId: $id, memberId: $memberId, role: MEMBER }) { dataset { id } }
    }`,
    variables: ({ dataset: { id }, memberId }) => ({ id, memberId }),
  },
  'suspending somebody': {
    document: `mutation Try($id: ID!) { suspendUser(input: { userId: $id }) { user { name } } }`,
    variables: ({ personId }) => ({ id: personId }),
  },
  'several at once': mutation(`
    one: renameDataset(input: { datasetId: $id, name: "One" }) { dataset { name } }
    two: createDataset(input: { name: "Two" }) { dataset { name } }
    three: createServiceAccount(input: { name: "Three", purpose: "Three." }) { serviceAccount { name } }
    four: updateDatasetSettings(input: { datasetId: $id, printPolicy: ADMINS }) { dataset { id } }`),
};

type World = Awaited<ReturnType<typeof world>>;

let here: World;
const actors: Record<string, Actor> = {};

beforeAll(async () => {
  here = await world();
  const program = await here.here.program('Robot');
  const { admin, member, viewer, outsider, superAdmin, stranger, anonymous } = here;
  Object.assign(actors, { admin, member, viewer, outsider, superAdmin, stranger, anonymous });
  Object.assign(actors, {
    program,
    acting: program.as(member),
    actingBeyond: program.as(outsider),
  });
});

/** A dataset for one actor alone, with somebody to be promoted, and somebody to be suspended. */
async function targetFor(): Promise<Target> {
  const { here: workspace, admin, member, viewer } = here;
  const { program } = actors;
  const person = await workspace.person();
  const dataset = await workspace.dataset({
    name: 'Of one test',
    members: [
      { user: admin, role: 'ADMIN' },
      { user: member, role: 'MEMBER' },
      { user: viewer, role: 'VIEWER' },
      { user: person, role: 'VIEWER' },
      { serviceAccountId: program?.id ?? '', role: 'MEMBER' },
    ],
  });
  await workspace.letAct(program as never, { flowId: dataset.rowId });
  const personId = Buffer.from(`User:${person.id}`).toString('base64url');
  return { dataset, memberId: dataset.memberIds[3] ?? '', personId };
}

const NAMES = [
  'admin',
  'member',
  'viewer',
  'outsider',
  'superAdmin',
  'stranger',
  'anonymous',
  'program',
  'acting',
  'actingBeyond',
];

describe.each(NAMES)('what %s is told would be refused', (name) => {
  let target: Target;

  beforeAll(async () => {
    target = await targetFor();
  });

  test.each(Object.entries(OPERATIONS))('is what is refused when %s', async (_what, tried) => {
    const actor = actors[name] as Actor;
    const variables = tried.variables?.(target) ?? {};
    const dry = await asking(actor).run(tried.document, variables);
    expect(dry.status).toBe(200);
    expect(dry.data).toBeNull();
    const real = await actor.run(tried.document, variables);
    const told = foreseenIn(dry).refused;
    const refused = refusalsIn(real).filter(({ code }) => RULES.has(code ?? ''));
    const coordinate: unknown = expect.stringMatching(/^\w+\.\w+$/);
    expect(byPath(told)).toEqual(byPath(refused).map((each) => ({ ...each, coordinate })));
    expect(foreseenIn(dry).undecided).toEqual([]);
  });
});

function byPath<Each extends { path?: readonly string[] }>(list: readonly Each[]): Each[] {
  return list.toSorted((one, other) => (String(one.path) < String(other.path) ? -1 : 1));
}

test('nothing is written, whoever asks and whatever for', async () => {
  const target = await targetFor();
  const before = await stateOfTables();
  expect(Object.keys(before).length).toBeGreaterThan(25);
  for (const tried of Object.values(OPERATIONS)) {
    for (const name of NAMES) {
      const result = await asking(actors[name] as Actor).run(
        tried.document,
        tried.variables?.(target),
      );
      expect(result.status).toBe(200);
    }
  }
  expect(await stateOfTables()).toEqual(before);
});

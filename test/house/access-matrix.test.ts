import { describe, expect, test } from 'vitest';

import { cellOf, ROLE_COLUMNS } from '../../src/authz/matrix.js';
import { printAccessLock } from '../../src/schema/access-lock.js';
import { accessRowsOf } from '../../src/schema/access-rows.js';
import { buildSchema } from '../../src/schema/index.js';
import { operationsOf } from '../../src/schema/operations.js';
import { outcomeOf } from './access-worlds.js';
import { read } from './repository.js';

const schema = buildSchema();
const rows = accessRowsOf(schema);
const lines = read('access.lock').trimEnd().split('\n').slice(1);

test('access.lock is what the rules and tables say', () => {
  const update = 'Who may do what has changed. Run npm run generate, and see in its lines what.';
  expect(read('access.lock'), update).toBe(printAccessLock(rows));
});

test('every field has a line, and each line is one', () => {
  const coordinates = [...operationsOf(schema).keys()];
  expect(coordinates.length).toBeGreaterThan(750);
  expect(rows.map(({ coordinate }) => coordinate)).toEqual(coordinates);
  expect(lines.map((line) => line.split('  ')[0])).toEqual(coordinates);
  expect(lines.filter((line) => line.split('  ').length !== 3)).toEqual([]);
});

test('a cell says always, never or depends as the rule itself decides in every case', () => {
  const rules = new Map(
    rows.flatMap(({ ways }) => ways.map(({ rule }) => [JSON.stringify(rule), rule] as const)),
  );
  expect(rules.size).toBeGreaterThan(80);
  const wrong = [...rules].flatMap(([text, rule]) =>
    ROLE_COLUMNS.map((column) => ({
      rule: text,
      column: column.id,
      said: cellOf(rule, column.holder).outcome,
      is: outcomeOf(rule, column),
    })).filter(({ said, is }) => said !== is),
  );
  expect(wrong).toEqual([]);
});

const A = 'ALWAYS';
const N = 'NEVER';
const DATASET_ROLE = ['the role on the dataset'];
const FLOW_ROLE = ['the role on the flow'];
const BY_DEFAULT = ['the role on the flow', 'without a role there its kind'];
const OVERRIDE = ['account: dataset:override'];
const FLOW_OVERRIDE = ['account: flow:override'];
const ABOVE = ['nobody and nothing above them'];
const OWN = ['one’s own'];

const same = <T>(count: number, cell: T): T[] => Array.from({ length: count }, () => cell);

// By hand: Super Admin, IAM Admin, User Admin, Admin, Editor, Viewer; on a dataset Admin, Member, Viewer;
// on a flow Owner, Editor, Viewer, None.
const EXPECTED: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  'Mutation.renameDataset': [...same(6, DATASET_ROLE), A, N, N, ...same(4, N)],
  'Dataset.name': [A, ...same(5, DATASET_ROLE), A, A, A, ...same(4, N)],
  'Dataset.members': [A, ...same(5, DATASET_ROLE), A, A, OVERRIDE, ...same(4, N)],
  'Mutation.updateDatasetView': [
    ...same(6, DATASET_ROLE),
    A,
    ['only views they own'],
    ...same(5, N),
  ],
  'Mutation.changeDatasetMemberRole': [
    A,
    ...same(5, DATASET_ROLE),
    A,
    [
      'make Admin: account: dataset:override',
      'make Member: never of an Admin or account: dataset:override',
      'make Viewer: never of an Admin or account: dataset:override',
    ],
    OVERRIDE,
    ...same(4, N),
  ],
  'Mutation.createDataset': [A, N, N, A, A, N, ...same(7, ['account: dataset:create'])],
  'Board.name': [
    A,
    FLOW_ROLE,
    FLOW_ROLE,
    BY_DEFAULT,
    BY_DEFAULT,
    BY_DEFAULT,
    ...same(3, N),
    A,
    A,
    A,
    FLOW_OVERRIDE,
  ],
  'Mutation.renameFlow': [...same(4, FLOW_ROLE), BY_DEFAULT, FLOW_ROLE, ...same(3, N), A, A, N, N],
  'Mutation.deleteFlow': [...same(6, FLOW_ROLE), ...same(3, N), A, N, N, N],
  'Mutation.suspendUser': [
    A,
    ABOVE,
    ABOVE,
    ABOVE,
    N,
    N,
    ...same(7, ['account: user:suspend', ...ABOVE]),
  ],
  'Mutation.inviteUser': [
    A,
    N,
    ABOVE,
    ABOVE,
    N,
    N,
    ...same(7, ['account: user:create', ...ABOVE, 'with groups: account: group:write']),
  ],
  'Session.device': [A, A, A, A, OWN, OWN, ...same(7, [...OWN, 'account: session:manage'])],
  'AccessKey.name': [
    [...OWN, 'of a service account'],
    [...OWN, 'of a service account'],
    OWN,
    ['of a person'],
    OWN,
    OWN,
    ...same(7, [...OWN, 'account: apiKey:manage', 'account: serviceAccount:manage']),
  ],
  'Governance.inactiveUsers': [A, A, N, N, N, N, ...same(7, ['account: governance:read'])],
  'Mutation.signIn': same(13, A),
  'PageInfo.hasNextPage': same(13, ['what leads there']),
};

test.each(Object.entries(EXPECTED))('%s is for these', (coordinate, expected) => {
  const row = rows.find((each) => each.coordinate === coordinate);
  const said = row?.cells.map(({ outcome, on }) => (outcome === 'DEPENDS' ? on : outcome));
  expect(said).toEqual(expected);
});

describe('access.lock says', () => {
  // By hand.
  test.each([
    'Mutation.renameDataset  dataset: Modify dataset name  dataset Admin',
    'Mutation.startDatasetImport  dataset: Import dataset  dataset Admin, Member (only into fields that exist)',
    'Dataset.name  dataset: View dataset  account Super Admin; dataset Admin, Member, Viewer',
    'Mutation.renameFlow  flow: Edit  account Editor (the role on the flow; without a role there its kind); flow Owner, Editor',
    'Mutation.createDataset  account: dataset:create  account Super Admin, Admin, Editor',
    'Mutation.assignRoles  account: role:assign, nobody and nothing above you  account Super Admin, IAM Admin (nobody and nothing above them), Admin (nobody and nothing above them)',
    'Governance.inactiveUsers  public, through account: governance:read  account Super Admin, IAM Admin',
    'OffboardingPlan.serviceAccountKeys  account: user:remove and account: serviceAccount:manage  account Super Admin, IAM Admin',
    'Query.me  authenticated  everybody',
    'PageInfo.hasNextPage  public, through what leads there  whoever gets there',
  ])('%s', (line) => {
    expect(lines).toContain(line);
  });
});

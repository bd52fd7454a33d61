import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { ACCOUNT_ROLE_TABLE, ACCOUNT_ROLES } from '../../src/authz/account-roles.js';
import {
  SHARED_RESOURCE_TABLE,
  SIGNED_IN_ONLY,
  NEVER_DELEGABLE,
} from '../../src/authz/boundary.js';
import { DATASET_ROLE_TABLE, DATASET_ROLES } from '../../src/authz/dataset-roles.js';
import { FLOW_ROLE_TABLE, FLOW_ROLES } from '../../src/authz/flow-roles.js';
import { isAllowed } from './gateway-decision.js';
import { judge } from './oracle.js';
import { actorsOf } from './questions.js';
import { ACCOUNT_PERMISSIONS, FLOW_PERMISSIONS } from './tables.js';
import { worlds, type Question, type World } from './world.js';

interface Case {
  readonly world: World;
  readonly question: Question;
  readonly expected: boolean;
}

const WORLDS = 100;
const SEED = 20261122;

/** What the oracle says of each permission, to be held against the tables. */
const cases = new Map<string, Case[]>();

beforeAll(() => {
  for (const world of fc.sample(worlds, { seed: SEED, numRuns: WORLDS })) {
    for (const question of questionsOf(world)) {
      const known = cases.get(question.operation) ?? [];
      cases.set(question.operation, known);
      known.push({ world, question, expected: judge(world, question) === 'ALLOWED' });
    }
  }
});

function questionsOf(world: World): Question[] {
  return actorsOf(world).flatMap((who) => [
    ...ACCOUNT_PERMISSIONS.map((operation) => ({ who, operation })),
    ...world.flows.flatMap(({ id: on, kind }) => {
      const members = world.members.filter(({ flow }) => flow === on).map(({ id }) => id);
      const views = world.views.filter(({ flow }) => flow === on).map(({ id }) => id);
      return FLOW_PERMISSIONS.filter(
        (name) => name.startsWith('dataset') === (kind === 'DATASET'),
      ).flatMap((operation): Question[] => {
        if (/Member:(make|remove)/.test(operation))
          return members.map((target) => ({ who, operation, on, target }));
        if (operation.startsWith('datasetView:'))
          return views.map((target) => ({ who, operation, on, target }));
        return operation === 'dataset:import'
          ? [[], ['another']].map((gives) => ({ who, operation, on, gives }))
          : [{ who, operation, on }];
      });
    }),
  ]);
}

/** The first case of a permission in which the gateway and the oracle disagree. */
function difference(permission: string): Case | undefined {
  return cases
    .get(permission)
    ?.find(({ world, question, expected }) => isAllowed(world, question) !== expected);
}

/** One thing of the gateway's own that could be wrong. */
interface Flip {
  readonly name: string;
  /** Whose decisions have to tell. */
  readonly permission: string;
  readonly set: (isFlipped: boolean) => void;
}

type Table = Readonly<Record<string, object>>;

function cellsOf(family: string, table: Table, roles: readonly string[]): Flip[] {
  return Object.entries(table).flatMap(([permission, line]) => {
    const row = line as Record<string, unknown>;
    const flip = (column: string, entry: unknown): Flip => {
      const kept = row[column];
      const name = `${family} / ${permission} / ${column} is ${String(entry)}, not ${String(kept)}`;
      return {
        name,
        permission,
        set: (isFlipped) => void (row[column] = isFlipped ? entry : kept),
      };
    };
    const cells = roles.flatMap((role) => {
      const kept = row[role];
      // Nothing meets the condition of limited execution yet, so that false would be the same.
      if (kept === 'limitedExecution') return [flip(role, true)];
      return typeof kept === 'string' ? [flip(role, true), flip(role, false)] : [flip(role, !kept)];
    });
    return [...cells, flip('override', row['override'] !== true)];
  });
}

const accountCells = Object.entries(ACCOUNT_ROLE_TABLE).flatMap(([permission, roles]) =>
  ACCOUNT_ROLES.map((role): Flip => {
    const table = ACCOUNT_ROLE_TABLE as unknown as Record<string, readonly string[]>;
    const others = (roles as readonly string[]).filter((each) => each !== role);
    const flipped = others.length < roles.length ? others : [...roles, role];
    const name = `account / ${permission} / ${role} is ${flipped.length > roles.length}`;
    return {
      name,
      permission,
      set: (isFlipped) => void (table[permission] = isFlipped ? flipped : roles),
    };
  }),
);

const defaults = Object.entries(FLOW_ROLE_TABLE).map(([permission, line]): Flip => {
  const row = line as { byDefault?: string | undefined };
  const kept = row.byDefault;
  const entry = kept === undefined ? 'flow:readAny' : undefined;
  const name = `flow / ${permission} / without a role by ${entry}, not ${kept}`;
  return { name, permission, set: (isFlipped) => void (row.byDefault = isFlipped ? entry : kept) };
});

const resources = Object.entries(SHARED_RESOURCE_TABLE).flatMap(([resource, line]) => {
  const row = line as { permissions: readonly string[]; as?: readonly string[] | undefined };
  const { permissions, as } = row;
  return [
    ...permissions.map((permission): Flip => ({
      name: `shared / ${resource} / without ${permission}`,
      permission,
      set: (isFlipped) =>
        void (row.permissions = isFlipped
          ? permissions.filter((each) => each !== permission)
          : permissions),
    })),
    ...(as ?? []).map((role): Flip => ({
      name: `shared / ${resource} / not as ${role}`,
      permission: 'user:read',
      set: (isFlipped) => void (row.as = isFlipped ? as?.filter((each) => each !== role) : as),
    })),
  ];
});

/** Only where something would let it through otherwise: most of these stand in no shared resource either. */
const never = ['dataset:extendImpersonation', 'flow:extendImpersonation'];

function listed(family: string, list: ReadonlySet<string>, names: readonly string[]): Flip[] {
  const set = list as Set<string>;
  return names.map((permission) => ({
    name: `${family} / without ${permission}`,
    permission,
    set: (isFlipped) => void (isFlipped ? set.delete(permission) : set.add(permission)),
  }));
}

const FLIPS: readonly Flip[] = [
  ...cellsOf('dataset', DATASET_ROLE_TABLE, DATASET_ROLES),
  ...cellsOf('flow', FLOW_ROLE_TABLE, FLOW_ROLES),
  ...defaults,
  ...accountCells,
  ...resources,
  ...listed('never on behalf of others', NEVER_DELEGABLE, never),
  ...listed('never with a key', SIGNED_IN_ONLY, [...SIGNED_IN_ONLY]),
];

test('the gateway decides like the oracle', () => {
  const different = [...cases.keys()].flatMap((permission) => difference(permission) ?? []);
  expect(different.map(({ question, expected }) => ({ question, expected }))).toEqual([]);
});

test('each cell of the tables that is flipped is found and named', { timeout: 120_000 }, () => {
  const missed = FLIPS.filter(({ permission, set }) => {
    set(true);
    try {
      return difference(permission) === undefined;
    } finally {
      set(false);
    }
  }).map(({ name }) => name);
  console.log(`${FLIPS.length - missed.length} of ${FLIPS.length}`);
  expect(missed).toEqual([]);
});

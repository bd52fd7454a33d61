import { describe, expect, test } from 'vitest';

import { ACCOUNT_ROLE_TABLE, ACCOUNT_ROLES } from '../../src/authz/account-roles.js';
import { DATASET_ROLE_TABLE, DATASET_ROLES } from '../../src/authz/dataset-roles.js';
import { FLOW_ROLE_TABLE, FLOW_ROLES } from '../../src/authz/flow-roles.js';
import { ROLE_COLUMNS } from '../../src/authz/matrix.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
  type Permission,
} from '../../src/authz/permissions.js';
import type { Cell } from '../../src/authz/role-table.js';
import { permissionsIn } from '../../src/authz/rule.js';
import { printAccessLock } from '../../src/schema/access-lock.js';
import { readAccessRows, type AccessRow } from '../../src/schema/access-rows.js';
import { buildSchema } from '../../src/schema/index.js';

const schema = buildSchema();

function look() {
  const rows = readAccessRows(schema);
  return { rows, lock: printAccessLock(rows).split('\n') };
}

const before = look();

/** What a change of the tables changes: cells as `coordinate column`, and lines of the lock. */
function changes() {
  const after = look();
  const cells = before.rows.flatMap((row, at) =>
    ROLE_COLUMNS.flatMap(({ id }, column) =>
      JSON.stringify(row.cells[column]) === JSON.stringify(after.rows[at]?.cells[column])
        ? []
        : [{ coordinate: row.coordinate, column: id }],
    ),
  );
  const lines = after.lock
    .filter((line, at) => line !== before.lock[at])
    .map((line) => line.split('  ')[0] ?? '');
  return { cells, lines };
}

type Table = Record<string, Record<string, unknown>>;

/** What comes of one cell of a table being another. */
function flipped(table: object, permission: string, role: string, entry: Cell) {
  const line = (table as Table)[permission] ?? {};
  const kept = line[role];
  line[role] = entry;
  try {
    return changes();
  } finally {
    line[role] = kept;
  }
}

/** The fields that have a rule with one of these permissions, on some way to them. */
function named(permissions: readonly Permission[]): Set<string> {
  const isNamed = ({ ways }: AccessRow) =>
    ways.some(({ rule }) => permissionsIn(rule).some((each) => permissions.includes(each)));
  return new Set(before.rows.filter(isNamed).map(({ coordinate }) => coordinate));
}

/** What is among these and not among those. */
function beyond(these: Iterable<string>, those: ReadonlySet<string>): string[] {
  return [...these].filter((each) => !those.has(each));
}

/** The fields for which a permission alone decides. */
function ruledBy(permission: Permission): string[] {
  return before.rows
    .filter(({ ways: [way, ...others] }) => {
      const rule = way?.rule;
      const isIt = (rule?.is === 'ACCOUNT' || rule?.is === 'SHARED') && !others[0];
      return isIt && rule.permission === permission;
    })
    .map(({ coordinate }) => coordinate);
}

// By hand: what waits for the operations that it decides, or for what these are about.
const UNUSED: readonly Permission[] = [
  'connection:manage',
  'connection:readAny',
  'execution:read',
  'flow:execute',
  'flow:executeAny',
  'integration:configure',
  'security:manage',
];

// By hand: what opens nothing, because it takes something else that this role lacks, or has anyway.
const MASKED: readonly string[] = [
  'datasetMember:remove VIEWER',
  'flowMember:write VIEWER',
  'flowMember:write NONE',
  'flowMember:remove VIEWER',
  'flowMember:remove NONE',
  'flow:readAny SUPER_ADMIN',
  'role:assignAny EDITOR',
  'role:assignAny VIEWER',
];

/** By hand: account permissions that open what others name. */
const BEHIND: Partial<Record<Permission, readonly Permission[]>> = {
  'dataset:override': [
    'dataset:override',
    'dataset:read',
    'dataset:share',
    'datasetMember:read',
    'datasetRow:filter',
    'datasetMember:makeAdmin',
    'datasetMember:makeMember',
    'datasetMember:makeViewer',
  ],
  'flow:override': ['flow:read', 'flowMember:read'],
  'flow:readAny': ['flow:read'],
  'flow:editAny': ['flow:edit'],
  // Whoever may give out any role has nobody above them.
  'role:assignAny': [
    'role:assign',
    'role:write',
    'session:manage',
    'user:create',
    'user:remove',
    'user:suspend',
    'user:update',
  ],
};

interface Family {
  readonly name: 'dataset' | 'flow';
  readonly table: object;
  readonly roles: readonly string[];
  readonly permissions: readonly Permission[];
}

const FAMILIES: readonly Family[] = [
  {
    name: 'dataset',
    table: DATASET_ROLE_TABLE,
    roles: DATASET_ROLES,
    permissions: DATASET_PERMISSIONS,
  },
  { name: 'flow', table: FLOW_ROLE_TABLE, roles: FLOW_ROLES, permissions: FLOW_PERMISSIONS },
];

describe.each(FAMILIES)(
  'a flipped cell of the $name table',
  ({ name, table, roles, permissions }) => {
    test.each(permissions.filter((each) => !UNUSED.includes(each)))(
      'is a change of the matrix and of the lock where %s is asked for, and nowhere else',
      (permission) => {
        const line = (table as Table)[permission] ?? {};
        const alone = ruledBy(permission);
        for (const role of roles) {
          const { cells, lines } = flipped(table, permission, role, line[role] === false);
          const own = cells.filter(({ column }) => column === `${name}:${role}`);
          const where = `${permission} ${role}`;
          if (MASKED.includes(where)) {
            expect({ cells, lines }, where).toEqual({ cells: [], lines: [] });
            continue;
          }
          expect(own, where).not.toEqual([]);
          expect(lines, where).not.toEqual([]);
          const coordinates = new Set(cells.map(({ coordinate }) => coordinate));
          expect(beyond(coordinates, named([permission])), where).toEqual([]);
          expect(beyond(lines, coordinates), where).toEqual([]);
          expect(beyond(alone, coordinates), where).toEqual([]);
          expect(beyond(alone, new Set(lines)), where).toEqual([]);
          // Roles in the account depend on the roles there as far as any gives it.
          expect(
            cells.every(
              ({ column }) => column.startsWith('account:') || column === `${name}:${role}`,
            ),
          ).toBe(true);
        }
      },
    );
  },
);

describe('a flipped cell of the account table', () => {
  test.each(ACCOUNT_PERMISSIONS.filter((each) => !UNUSED.includes(each)))(
    'is a change of the matrix and of the lock where %s is asked for, and nowhere else',
    (permission) => {
      const table = ACCOUNT_ROLE_TABLE as unknown as Record<string, readonly string[]>;
      const kept = table[permission] ?? [];
      for (const role of ACCOUNT_ROLES) {
        table[permission] = kept.includes(role)
          ? kept.filter((each) => each !== role)
          : [...kept, role];
        const { cells, lines } = changes();
        table[permission] = kept;
        const where = `${permission} ${role}`;
        if (MASKED.includes(where)) {
          expect({ cells, lines }, where).toEqual({ cells: [], lines: [] });
          continue;
        }
        expect(new Set(cells.map(({ column }) => column)), where).toEqual(
          new Set([`account:${role}`]),
        );
        const coordinates = new Set(cells.map(({ coordinate }) => coordinate));
        expect(beyond(coordinates, named(BEHIND[permission] ?? [permission])), where).toEqual([]);
        expect(new Set(lines), where).toEqual(coordinates);
        expect(beyond(ruledBy(permission), coordinates), where).toEqual([]);
      }
    },
  );
});

test('what no rule asks for changes nothing', () => {
  for (const permission of UNUSED) {
    expect([...named(BEHIND[permission] ?? [permission])], permission).toEqual([]);
  }
});

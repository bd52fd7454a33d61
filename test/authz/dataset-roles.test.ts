import { describe, expect, test } from 'vitest';

import type { DatasetRole } from '../../src/authz/dataset-roles.js';
import { decide, type FlowFacts, type Via } from '../../src/authz/decide.js';
import { DATASET_PERMISSIONS, type DatasetPermission } from '../../src/authz/permissions.js';
import { ruleName } from '../../src/authz/tables.js';
import { principal } from '../support/principal.js';

type Cell = 'yes' | 'no' | 'own view' | 'not an Admin' | 'existing fields';

/** What the role allows, and (last) what a Super Admin may do who holds no role on the dataset. */
type Line = readonly [DatasetPermission, string, Cell, Cell, Cell, 'yes' | 'no'];

/** The dataset table as it is printed. */
const DATASET_TABLE: readonly Line[] = [
  // permission, row, then: Admin, Member, Viewer, a Super Admin without a role
  ['dataset:configure', 'Manage dataset settings', 'yes', 'no', 'no', 'no'],
  ['datasetMember:write', 'Add or remove flow members', 'yes', 'yes', 'no', 'no'],
  ['datasetField:edit', 'Edit or delete fields in a dataset', 'yes', 'no', 'no', 'no'],
  ['datasetView:write', 'Create, edit, and delete views', 'yes', 'own view', 'no', 'no'],
  ['datasetHistory:read', 'Access dataset history', 'yes', 'no', 'no', 'no'],
  ['dataset:delete', 'Delete dataset', 'yes', 'no', 'no', 'no'],
  ['dataset:duplicate', 'Duplicate a dataset', 'yes', 'yes', 'no', 'no'],
  ['dataset:read', 'View dataset', 'yes', 'yes', 'yes', 'yes'],
  ['dataset:share', 'Share dataset', 'yes', 'yes', 'no', 'yes'],
  ['dataset:import', 'Import dataset', 'yes', 'existing fields', 'no', 'no'],
  ['dataset:export', 'Export dataset', 'yes', 'yes', 'yes', 'no'],
  ['datasetMember:read', 'View members', 'yes', 'yes', 'no', 'yes'],
  ['datasetRow:filter', 'Filter dataset values', 'yes', 'yes', 'yes', 'yes'],
  ['datasetRow:write', 'Add or remove rows in a dataset', 'yes', 'yes', 'no', 'no'],
  ['datasetField:write', 'Add or remove columns in a dataset', 'yes', 'no', 'no', 'no'],
  ['dataset:rename', 'Modify dataset name', 'yes', 'no', 'no', 'no'],
  ['dataset:describe', 'Modify dataset description', 'yes', 'no', 'no', 'no'],
  ['datasetView:configure', 'View configurations', 'yes', 'own view', 'no', 'no'],
];

/** The table of role changes as it is printed. */
const ROLE_CHANGE_TABLE: readonly Line[] = [
  ['datasetMember:makeAdmin', 'Make an admin', 'yes', 'no', 'no', 'yes'],
  ['datasetMember:makeMember', 'Make a member', 'yes', 'not an Admin', 'no', 'yes'],
  ['datasetMember:makeViewer', 'Make a viewer', 'yes', 'not an Admin', 'no', 'yes'],
  ['datasetMember:remove', 'Remove', 'yes', 'not an Admin', 'no', 'no'],
];

/** Who lets service accounts act for others there: Flow Admins alone, and on a dataset those are its Admins. */
const IMPERSONATION_TABLE: readonly Line[] = [
  ['dataset:extendImpersonation', 'Extend impersonation', 'yes', 'no', 'no', 'no'],
];

const TABLE = [...DATASET_TABLE, ...ROLE_CHANGE_TABLE, ...IMPERSONATION_TABLE];

type Condition = Exclude<Cell, 'yes' | 'no'>;

/** What fulfils each condition, and what does not. */
const FACTS: Record<
  Condition,
  { readonly met: Partial<FlowFacts>[]; readonly unmet: Partial<FlowFacts>[] }
> = {
  'own view': {
    met: [{ view: { isNewOrOwn: true } }],
    unmet: [{ view: { isNewOrOwn: false } }, {}],
  },
  'not an Admin': {
    met: [
      { target: { role: 'MEMBER' } },
      { target: { role: 'VIEWER' } },
      { target: { role: null } },
    ],
    unmet: [{ target: { role: 'ADMIN' } }, {}],
  },
  'existing fields': {
    met: [{ import: { onlyExistingFields: true } }],
    unmet: [{ import: { onlyExistingFields: false } }, {}],
  },
};

const ALL_MET: Partial<FlowFacts> = {
  view: { isNewOrOwn: true },
  target: { role: null },
  import: { onlyExistingFields: true },
};

const ALL_FACTS = [
  ...Object.values(FACTS).flatMap(({ met, unmet }) => [...met, ...unmet]),
  ALL_MET,
];

function isAllowed(cell: Cell, facts: Partial<FlowFacts>): boolean {
  if (cell === 'yes' || cell === 'no') return cell === 'yes';
  return facts === ALL_MET || FACTS[cell].met.includes(facts);
}

function viaOf(
  who: ReturnType<typeof principal>,
  permission: DatasetPermission,
  facts: FlowFacts,
): Via | 'denied' {
  const decision = decide(who, permission, facts);
  return decision.allowed ? decision.via : 'denied';
}

test('the tables are complete: every permission on a dataset stands in them once', () => {
  expect(DATASET_TABLE).toHaveLength(18);
  expect(ROLE_CHANGE_TABLE).toHaveLength(4);
  const permissions = TABLE.map(([permission]) => permission);
  expect(permissions.toSorted()).toEqual([...DATASET_PERMISSIONS].toSorted());
});

test.each(TABLE)('%s is the rule “%s”', (permission, label) => {
  expect(ruleName(permission)).toBe(`dataset: ${label}`);
});

describe.each(['ADMIN', 'MEMBER', 'VIEWER'] as const)('as %s', (role: DatasetRole) => {
  const column = { ADMIN: 2, MEMBER: 3, VIEWER: 4 }[role] as 2 | 3 | 4;
  const someone = principal('EDITOR');
  const cells = TABLE.map((line) => [line[1], line[column], line[0]] as const);

  test.each(cells)('“%s”: %s', (_label, cell, permission) => {
    for (const facts of ALL_FACTS) {
      const via = viaOf(someone, permission, { grants: [{ via: 'DIRECT', role }], ...facts });
      expect(via).toBe(isAllowed(cell, facts) ? 'DIRECT' : 'denied');
    }
  });
});

describe('without a role on the dataset', () => {
  test.each(TABLE)(
    '%s (“%s”) is refused to every account role but the Super Admin',
    (permission) => {
      for (const facts of ALL_FACTS) {
        for (const role of ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'] as const) {
          expect(viaOf(principal(role), permission, { grants: [], ...facts })).toBe('denied');
        }
      }
    },
  );

  const overrides = TABLE.map((line) => [line[0], line[5]] as const);

  test.each(overrides)('a Super Admin and %s: %s', (permission, cell) => {
    for (const facts of ALL_FACTS) {
      expect(viaOf(principal('SUPER_ADMIN'), permission, { grants: [], ...facts })).toBe(
        cell === 'yes' ? 'SUPER_ADMIN_OVERRIDE' : 'denied',
      );
    }
  });
});

describe('a Super Admin who is a Viewer', () => {
  const superAdmin = principal('SUPER_ADMIN');
  const grants = [{ via: 'DIRECT', role: 'VIEWER' }] as const;

  test('does what a Viewer may as a Viewer', () => {
    for (const permission of ['dataset:read', 'dataset:export', 'datasetRow:filter'] as const) {
      expect(viaOf(superAdmin, permission, { grants })).toBe('DIRECT');
    }
  });

  test('shares, sees members and changes roles by override', () => {
    for (const permission of [
      'dataset:share',
      'datasetMember:read',
      'datasetMember:makeAdmin',
      'datasetMember:makeMember',
      'datasetMember:makeViewer',
    ] as const) {
      expect(viaOf(superAdmin, permission, { grants })).toBe('SUPER_ADMIN_OVERRIDE');
    }
  });

  test('may neither rename nor add nor remove anybody', () => {
    for (const permission of [
      'dataset:rename',
      'dataset:configure',
      'dataset:delete',
      'dataset:import',
      'datasetMember:write',
      'datasetMember:remove',
      'dataset:extendImpersonation',
    ] as const) {
      expect(viaOf(superAdmin, permission, { grants, target: { role: 'VIEWER' } })).toBe('denied');
    }
  });
});

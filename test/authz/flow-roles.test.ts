import { describe, expect, test } from 'vitest';

import { ACCOUNT_ROLES, type AccountRole } from '../../src/authz/account-roles.js';
import { FLOW_KINDS } from '../../src/authz/boundary.js';
import { decide, type FlowFacts, type Grant, type Via } from '../../src/authz/decide.js';
import { PERMISSION_TO_MAKE_FLOW, type FlowRole } from '../../src/authz/flow-roles.js';
import { FLOW_PERMISSIONS, type FlowPermission } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { rolesAllowed, ruleName } from '../../src/authz/tables.js';
import { principal, principalWith } from '../support/principal.js';

type Cell = 'yes' | 'no' | 'not an Owner' | 'limited';

/** The flow table: permission, label; Owner, Editor, Viewer, None. */
const TABLE: readonly (readonly [FlowPermission, string, Cell, Cell, Cell, Cell])[] = [
  ['flow:read', 'View', 'yes', 'yes', 'yes', 'no'],
  ['flow:edit', 'Edit', 'yes', 'yes', 'no', 'no'],
  ['flow:execute', 'Execute', 'yes', 'yes', 'limited', 'no'],
  ['flow:delete', 'Delete', 'yes', 'no', 'no', 'no'],
  ['flowMember:read', 'View members', 'yes', 'yes', 'no', 'no'],
  ['flowMember:write', 'Add or remove members', 'yes', 'yes', 'no', 'no'],
  ['flowMember:makeOwner', 'Make an owner', 'yes', 'no', 'no', 'no'],
  ['flowMember:makeEditor', 'Make an editor', 'yes', 'not an Owner', 'no', 'no'],
  ['flowMember:makeViewer', 'Make a viewer', 'yes', 'not an Owner', 'no', 'no'],
  ['flowMember:makeNone', 'Shut out', 'yes', 'no', 'no', 'no'],
  ['flowMember:remove', 'Remove', 'yes', 'not an Owner', 'no', 'no'],
  ['flow:extendImpersonation', 'Extend impersonation', 'yes', 'no', 'no', 'no'],
];

/** Who passes without a role on the flow, on kinds that are not entered by sharing alone. */
const BY_DEFAULT: Partial<Record<FlowPermission, readonly AccountRole[]>> = {
  'flow:read': ['ADMIN', 'EDITOR', 'VIEWER'],
  'flow:edit': ['EDITOR'],
  'flow:execute': ['EDITOR'],
};

/** What a Super Admin may do whatever their role on the flow. */
const BY_OVERRIDE: readonly FlowPermission[] = ['flow:read', 'flowMember:read'];

const TARGETS: readonly Partial<FlowFacts>[] = [
  {},
  { target: { role: null } },
  { target: { role: 'OWNER' } },
  { target: { role: 'EDITOR' } },
  { target: { role: 'VIEWER' } },
  { target: { role: 'NONE' } },
];

function isAllowed(cell: Cell, { target }: Partial<FlowFacts>): boolean {
  if (cell === 'not an Owner') return target !== undefined && target.role !== 'OWNER';
  // What limits a Viewer is looked up by whoever runs it; where nothing was, nothing runs.
  return cell === 'yes';
}

const direct = (role: Grant['role']): Grant => ({ via: 'DIRECT', role });
const group = (role: Grant['role']): Grant => ({ via: 'GROUP', role });

function viaOf(who: Principal, permission: FlowPermission, facts: FlowFacts): Via | 'denied' {
  const decision = decide(who, permission, facts);
  return decision.allowed ? decision.via : 'denied';
}

test('the table is complete: every permission on a flow stands in it once', () => {
  expect(TABLE.map(([permission]) => permission).toSorted()).toEqual(FLOW_PERMISSIONS.toSorted());
});

test.each(TABLE)('%s is the rule “%s”', (permission, label) => {
  expect(ruleName(permission)).toBe(`flow: ${label}`);
});

describe.each(['OWNER', 'EDITOR', 'VIEWER', 'NONE'] as const)('as %s', (role: FlowRole) => {
  const column = { OWNER: 2, EDITOR: 3, VIEWER: 4, NONE: 5 }[role] as 2 | 3 | 4 | 5;
  const cells = TABLE.map((line) => [line[1], line[column], line[0]] as const);

  test.each(cells)('“%s”: %s', (_label, cell, permission) => {
    for (const facts of TARGETS) {
      for (const kind of ['PROCESS', 'LIST', undefined] as const) {
        const here = { kind, ...facts };
        const who = principalWith([]);
        const allowed = isAllowed(cell, facts);
        expect(viaOf(who, permission, { ...here, grants: [direct(role)] })).toBe(
          allowed ? 'DIRECT' : 'denied',
        );
        expect(viaOf(who, permission, { ...here, grants: [group(role)] })).toBe(
          allowed ? 'GROUP' : 'denied',
        );
      }
    }
  });
});

describe.each(FLOW_KINDS)('without a role on a %s', (kind) => {
  test.each(TABLE)('%s (“%s”) depends on the account role', (permission) => {
    const takesDefault = kind !== 'DATASET' && kind !== 'LIST';
    for (const role of ACCOUNT_ROLES) {
      const byDefault = takesDefault && BY_DEFAULT[permission]?.includes(role);
      const overrides =
        role === 'SUPER_ADMIN' && kind !== 'DATASET' && BY_OVERRIDE.includes(permission);
      for (const facts of TARGETS) {
        expect(viaOf(principal(role), permission, { kind, grants: [], ...facts })).toBe(
          overrides ? 'SUPER_ADMIN_OVERRIDE' : byDefault ? 'ACCOUNT_ROLE' : 'denied',
        );
      }
    }
  });
});

test('an Editor of the account comes in nowhere if the kind of the flow is not known', () => {
  expect(viaOf(principal('EDITOR'), 'flow:read', { grants: [] })).toBe('denied');
});

describe('an Editor of the account', () => {
  const editor = principal('EDITOR');
  const on = (permission: FlowPermission, ...grants: Grant[]) =>
    viaOf(editor, permission, { kind: 'BOARD', grants });

  test('is held to a role of their own that is weaker than the default', () => {
    expect(on('flow:edit')).toBe('ACCOUNT_ROLE');
    expect(on('flow:edit', direct('VIEWER'))).toBe('denied');
    expect(on('flow:read', direct('VIEWER'))).toBe('DIRECT');
  });

  test('is held to a group’s role that is weaker than the default', () => {
    expect(on('flow:edit', group('VIEWER'))).toBe('denied');
    expect(on('flow:read', group('VIEWER'))).toBe('GROUP');
  });

  test('is shut out by None, their own or a group’s', () => {
    for (const grant of [direct('NONE'), group('NONE')]) {
      for (const permission of FLOW_PERMISSIONS) expect(on(permission, grant)).toBe('denied');
    }
  });

  test('is shut out by their own None even as Owner by a group', () => {
    expect(on('flow:read', direct('NONE'), group('OWNER'))).toBe('denied');
    expect(on('flow:read', group('OWNER'), direct('NONE'))).toBe('denied');
  });

  test('is let in by one group where another says None', () => {
    expect(on('flow:read', group('NONE'), group('VIEWER'))).toBe('GROUP');
    expect(on('flow:read', group('VIEWER'), group('NONE'))).toBe('GROUP');
    expect(on('flow:edit', group('NONE'), group('VIEWER'))).toBe('denied');
  });
});

describe('a Super Admin', () => {
  const superAdmin = principal('SUPER_ADMIN');

  test.each([[[direct('NONE')]], [[group('NONE')]], [[direct('NONE'), group('NONE')]], [[]]])(
    'looks by override past %j',
    (grants) => {
      for (const permission of FLOW_PERMISSIONS) {
        expect(viaOf(superAdmin, permission, { kind: 'PROCESS', grants })).toBe(
          BY_OVERRIDE.includes(permission) ? 'SUPER_ADMIN_OVERRIDE' : 'denied',
        );
      }
    },
  );

  test('who is also an Editor of the account needs no override where the default does', () => {
    const both = principal('SUPER_ADMIN', 'EDITOR');
    expect(viaOf(both, 'flow:read', { kind: 'APP', grants: [] })).toBe('ACCOUNT_ROLE');
    expect(viaOf(both, 'flow:read', { kind: 'LIST', grants: [] })).toBe('SUPER_ADMIN_OVERRIDE');
  });
});

describe('a role of the other family of flows', () => {
  const all = principal('SUPER_ADMIN', 'EDITOR');

  test('gives an Owner or Editor nothing in a dataset, and a Member nothing in a flow', () => {
    for (const role of ['OWNER', 'EDITOR', 'NONE'] as const) {
      expect(decide(principalWith([]), 'dataset:read', { grants: [direct(role)] }).allowed).toBe(
        false,
      );
    }
    for (const role of ['ADMIN', 'MEMBER'] as const) {
      expect(viaOf(principalWith([]), 'flow:read', { grants: [direct(role)] })).toBe('denied');
    }
  });

  test('gives a Viewer nothing either, although both have one, and no override reaches over', () => {
    for (const grants of [[direct('VIEWER')], [group('VIEWER')], []]) {
      expect(viaOf(all, 'flow:read', { kind: 'DATASET', grants })).toBe('denied');
      for (const kind of ['PROCESS', 'LIST'] as const) {
        expect(decide(all, 'dataset:read', { kind, grants }).allowed).toBe(false);
      }
    }
  });
});

test('each role is given by the permission that is named after it', () => {
  expect(PERMISSION_TO_MAKE_FLOW).toEqual({
    OWNER: 'flowMember:makeOwner',
    EDITOR: 'flowMember:makeEditor',
    VIEWER: 'flowMember:makeViewer',
    NONE: 'flowMember:makeNone',
  });
});

test('who passes a rule is printed with default and override', () => {
  expect(rolesAllowed('flow:read')).toBe(
    'Owner, Editor, Viewer; without a role there account: flow:readAny; Super Admin by override',
  );
  expect(rolesAllowed('flow:execute')).toBe(
    'Owner, Editor, Viewer (limited); without a role there account: flow:executeAny',
  );
  expect(rolesAllowed('flowMember:remove')).toBe('Owner, Editor (never of an Owner)');
  expect(rolesAllowed('flow:delete')).toBe('Owner');
});

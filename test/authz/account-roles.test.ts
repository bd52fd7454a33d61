import { describe, expect, test } from 'vitest';

import {
  ACCOUNT_ROLES,
  isAccountRole,
  permissionsOfRole,
  type AccountRole,
} from '../../src/authz/account-roles.js';
import { decide } from '../../src/authz/decide.js';
import {
  ACCOUNT_PERMISSIONS,
  isAccountPermission,
  type AccountPermission,
} from '../../src/authz/permissions.js';
import { rolesAllowed, ruleName } from '../../src/authz/tables.js';
import { principal, principalWith } from '../support/principal.js';

const COLUMNS = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'] as const;

type Cell = 'yes' | '-';

const TABLE: readonly (readonly [AccountPermission, Cell, Cell, Cell, Cell, Cell, Cell])[] = [
  // Super Admin, IAM Admin, User Admin, Admin, Editor, Viewer
  ['account:read', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'],
  ['directory:read', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'],
  ['user:read', 'yes', 'yes', 'yes', 'yes', '-', '-'],
  ['user:update', 'yes', 'yes', 'yes', 'yes', '-', '-'],
  ['user:suspend', 'yes', 'yes', 'yes', 'yes', '-', '-'],
  ['user:remove', 'yes', 'yes', 'yes', 'yes', '-', '-'],
  ['user:create', 'yes', '-', 'yes', 'yes', '-', '-'],
  ['group:write', 'yes', 'yes', 'yes', 'yes', '-', '-'],
  ['session:manage', 'yes', 'yes', 'yes', 'yes', '-', '-'],
  ['role:assign', 'yes', 'yes', '-', 'yes', '-', '-'],
  ['role:write', 'yes', 'yes', '-', 'yes', '-', '-'],
  ['role:assignAny', 'yes', '-', '-', '-', '-', '-'],
  ['serviceAccount:manage', 'yes', 'yes', '-', '-', '-', '-'],
  ['serviceAccountLog:read', 'yes', 'yes', '-', '-', '-', '-'],
  ['impersonation:share', 'yes', 'yes', '-', '-', '-', '-'],
  ['apiKey:manage', '-', '-', '-', 'yes', '-', '-'],
  ['governance:read', 'yes', 'yes', '-', '-', '-', '-'],
  ['accessReview:manage', 'yes', 'yes', '-', '-', '-', '-'],
  ['auditLog:read', 'yes', 'yes', '-', 'yes', '-', '-'],
  ['security:manage', 'yes', 'yes', '-', 'yes', '-', '-'],
  ['accountSettings:read', 'yes', '-', '-', 'yes', '-', '-'],
  ['accountSettings:write', 'yes', '-', '-', 'yes', '-', '-'],
  ['billing:manage', 'yes', '-', '-', 'yes', '-', '-'],
  ['integration:configure', '-', '-', '-', 'yes', '-', '-'],
  ['flow:create', 'yes', '-', '-', 'yes', 'yes', '-'],
  ['flow:readAny', '-', '-', '-', 'yes', 'yes', 'yes'],
  ['flow:editAny', '-', '-', '-', '-', 'yes', '-'],
  ['flow:executeAny', '-', '-', '-', '-', 'yes', '-'],
  ['flow:override', 'yes', '-', '-', '-', '-', '-'],
  ['flow:assumeOwner', 'yes', '-', '-', 'yes', '-', '-'],
  ['execution:read', '-', '-', '-', 'yes', 'yes', 'yes'],
  ['connection:manage', '-', '-', '-', 'yes', 'yes', '-'],
  ['connection:readAny', '-', '-', '-', 'yes', '-', '-'],
  ['dataset:create', 'yes', '-', '-', 'yes', 'yes', '-'],
  ['dataset:override', 'yes', '-', '-', '-', '-', '-'],
];

function cellsOf(role: AccountRole): (readonly [AccountPermission, Cell])[] {
  const column = COLUMNS.indexOf(role);
  return TABLE.map(([permission, ...cells]) => [permission, cells[column] ?? '-'] as const);
}

test('the table is complete: every permission in an account and every built-in role', () => {
  const permissions = TABLE.map(([permission]) => permission);
  expect(permissions.toSorted()).toEqual([...ACCOUNT_PERMISSIONS].toSorted());
  expect([...COLUMNS].toSorted()).toEqual([...ACCOUNT_ROLES].toSorted());
});

describe.each(COLUMNS)('as %s', (role) => {
  test.each(cellsOf(role))('%s: %s', (permission, cell) => {
    const decision = decide(principal(role), permission);
    expect(decision.allowed).toBe(cell === 'yes');
  });

  test('the role gives what its column says and nothing else', () => {
    const given = cellsOf(role).flatMap(([permission, cell]) => (cell === 'yes' ? permission : []));
    expect(permissionsOfRole(role).toSorted()).toEqual(given.toSorted());
  });
});

test('several roles of one person add up', () => {
  const both = principal('VIEWER', 'USER_ADMIN');
  expect(decide(both, 'user:create').allowed).toBe(true);
  expect(decide(both, 'execution:read').allowed).toBe(true);
  expect(decide(both, 'role:assign').allowed).toBe(false);
});

test('somebody without a role may do nothing', () => {
  for (const permission of ACCOUNT_PERMISSIONS) {
    expect(decide(principalWith([]), permission).allowed).toBe(false);
  }
});

test('an account permission is allowed by the account role, an override by itself', () => {
  expect(decide(principal('SUPER_ADMIN'), 'auditLog:read')).toEqual({
    allowed: true,
    permission: 'auditLog:read',
    via: 'ACCOUNT_ROLE',
  });
  for (const permission of ['dataset:override', 'flow:override'] as const) {
    expect(decide(principal('SUPER_ADMIN'), permission)).toEqual({
      allowed: true,
      permission,
      via: 'SUPER_ADMIN_OVERRIDE',
    });
  }
});

test('a rule of the account prints its permission and its roles', () => {
  expect(ruleName('auditLog:read')).toBe('account: auditLog:read');
  expect(rolesAllowed('auditLog:read')).toBe('Super Admin, IAM Admin, Admin');
});

test('what is stored and unknown is neither a role nor a permission', () => {
  expect(COLUMNS.every(isAccountRole)).toBe(true);
  for (const name of ['admin', 'OWNER', 'toString', '__proto__', '']) {
    expect(isAccountRole(name)).toBe(false);
    expect(isAccountPermission(name)).toBe(false);
  }
  expect(isAccountPermission('user:read')).toBe(true);
  expect(isAccountPermission('dataset:read')).toBe(false);
});

import { describe, expect, test } from 'vitest';

import { permissionsOfRole, type AccountRole } from '../../src/authz/account-roles.js';
import type { AccountPermission } from '../../src/authz/permissions.js';
import { decideUpTo } from '../../src/authz/rank.js';
import { actingPrincipal, principal, principalWith } from '../support/principal.js';

const ROLES = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'] as const;

/** Whom each may suspend, remove and edit. */
const MANAGES: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  SUPER_ADMIN: ROLES,
  IAM_ADMIN: ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  USER_ADMIN: ['USER_ADMIN', 'EDITOR', 'VIEWER'],
  ADMIN: ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  EDITOR: [],
  VIEWER: [],
};

/** Which role each may give. */
const GIVES: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  SUPER_ADMIN: ROLES,
  IAM_ADMIN: ['IAM_ADMIN', 'EDITOR', 'VIEWER'],
  USER_ADMIN: [],
  ADMIN: ['USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  EDITOR: [],
  VIEWER: [],
};

/** With which role each may bring somebody in. */
const INVITES: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  SUPER_ADMIN: ROLES,
  IAM_ADMIN: [],
  USER_ADMIN: ['USER_ADMIN', 'EDITOR', 'VIEWER'],
  ADMIN: ['USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  EDITOR: [],
  VIEWER: [],
};

describe.each(ROLES)('as %s', (role) => {
  const who = principal(role);

  test.each(ROLES)('managing a person who is %s', (other) => {
    const facts = { person: permissionsOfRole(other) };
    expect(decideUpTo(who, 'user:suspend', facts).allowed).toBe(MANAGES[role].includes(other));
  });

  test.each(ROLES)('giving the role %s', (other) => {
    const facts = { person: [], given: permissionsOfRole(other) };
    expect(decideUpTo(who, 'role:assign', facts).allowed).toBe(GIVES[role].includes(other));
  });

  test.each(ROLES)('inviting somebody as %s', (other) => {
    const facts = { given: permissionsOfRole(other) };
    expect(decideUpTo(who, 'user:create', facts).allowed).toBe(INVITES[role].includes(other));
  });
});

test('nobody but who may give any role puts into one what they lack, not even work on flows', () => {
  const defined: AccountPermission[] = ['user:read', 'flow:editAny', 'group:write'];
  const decision = decideUpTo(principal('ADMIN'), 'role:write', { defined });
  expect(decision).toMatchObject({
    allowed: false,
    denial: { reason: 'OUTRANKED', missing: ['flow:editAny'] },
  });
  expect(decideUpTo(principal('SUPER_ADMIN'), 'role:write', { defined }).allowed).toBe(true);
  const others = ['user:read', 'group:write'] as const;
  expect(decideUpTo(principal('ADMIN'), 'role:write', { defined: others }).allowed).toBe(true);
});

test('a custom role ranks by what it gives', () => {
  const helper = principalWith(['user:suspend']);
  expect(
    decideUpTo(helper, 'user:suspend', { person: ['user:suspend', 'user:remove'] }).allowed,
  ).toBe(true);
  expect(decideUpTo(helper, 'user:suspend', { person: ['role:assign'] })).toMatchObject({
    denial: { reason: 'OUTRANKED', missing: ['role:assign'] },
  });
});

test('whoever lacks the permission is told that, and not of ranks', () => {
  const facts = { person: permissionsOfRole('SUPER_ADMIN') };
  expect(decideUpTo(principal('VIEWER'), 'user:suspend', facts)).toMatchObject({
    denial: { reason: 'ROLE_LACKS_PERMISSION', missing: ['user:suspend'] },
  });
});

describe('a service account that acts as an administrator', () => {
  const shared = ['USER_AND_GROUP_MANAGEMENT'] as const;
  const as = (role: AccountRole) => actingPrincipal({ roles: [role], shared, isMember: false });

  test('manages whom that person could', () => {
    const facts = { person: permissionsOfRole('ADMIN') };
    expect(decideUpTo(as('SUPER_ADMIN'), 'user:suspend', facts).allowed).toBe(true);
    expect(decideUpTo(as('IAM_ADMIN'), 'user:remove', facts).allowed).toBe(true);
    expect(decideUpTo(as('USER_ADMIN'), 'user:suspend', facts)).toMatchObject({
      allowed: false,
      denial: { reason: 'OUTRANKED' },
    });
  });

  test('does nothing to that person', () => {
    const facts = { person: permissionsOfRole('EDITOR'), isParty: true };
    expect(decideUpTo(as('SUPER_ADMIN'), 'user:update', facts)).toMatchObject({
      allowed: false,
      denial: { reason: 'NOT_DELEGABLE' },
    });
    expect(decideUpTo(principal('SUPER_ADMIN'), 'user:update', facts).allowed).toBe(true);
  });

  test('gives no roles', () => {
    expect(decideUpTo(as('SUPER_ADMIN'), 'role:assign', { given: [] })).toMatchObject({
      allowed: false,
      denial: { reason: 'NOT_DELEGABLE' },
    });
  });
});

import { describe, expect, test } from 'vitest';

import { boundOf } from '../../src/authz/boundary.js';
import { ACCOUNT_PERMISSIONS, PERMISSIONS, type Permission } from '../../src/authz/permissions.js';
import type { Acting } from '../../src/authz/principal.js';
import { principal, principalWith } from '../support/principal.js';

const acting: Acting = {
  as: '01900000-0000-7000-8000-000000000001',
  reason: undefined,
  isActive: true,
  isActable: true,
  hasGrants: true,
  shared: new Map(),
  builtInRoles: [],
  asOf: new Date(0),
};

const SIGNED_IN_ONLY: readonly Permission[] = [
  'apiKey:manage',
  'dataset:extendImpersonation',
  'flow:extendImpersonation',
  'impersonation:share',
  'serviceAccount:manage',
];

/** Of those that a token can have at all. */
const NEVER_FOR_ANOTHER: readonly Permission[] = [
  'accessReview:manage',
  'dataset:override',
  'flow:assumeOwner',
  'flow:override',
  'role:assign',
  'role:assignAny',
  'role:write',
  'security:manage',
  'serviceAccountLog:read',
  'session:manage',
  'user:create',
];

describe('what an access token may be used for', () => {
  test('is whatever a flow may allow, and what is held in the account', () => {
    const bound = boundOf(principalWith(['dataset:create']));
    const shared = PERMISSIONS.filter(
      (each) => !SIGNED_IN_ONLY.includes(each) && !ACCOUNT_PERMISSIONS.some((one) => one === each),
    );
    expect(bound).toEqual([...shared, 'dataset:create'].toSorted());
    expect(bound).toContain('dataset:delete');
    expect(bound).toContain('flow:execute');
    expect(bound).not.toContain('flow:create');
  });

  test('is never what takes a person who is signed in', () => {
    const everything = boundOf(principalWith(ACCOUNT_PERMISSIONS));
    expect(everything).toEqual(PERMISSIONS.filter((each) => !SIGNED_IN_ONLY.includes(each)));
    expect(boundOf(principal('SUPER_ADMIN'), new Set(SIGNED_IN_ONLY))).toEqual([]);
  });

  test('is less for those who act for another', () => {
    const superAdmin = principalWith(ACCOUNT_PERMISSIONS);
    const own = boundOf(superAdmin);
    const others = boundOf({ ...superAdmin, acting });
    expect(own.filter((each) => !others.includes(each))).toEqual(NEVER_FOR_ANOTHER);
  });

  test('is within the restriction of the key and the scope that is asked for, whichever is less', () => {
    const restriction = new Set<Permission>(['dataset:read', 'dataset:create', 'flow:create']);
    const holder = { ...principalWith(['dataset:create', 'flow:readAny']), restriction };
    expect(boundOf(holder)).toEqual(['dataset:create', 'dataset:read']);
    expect(boundOf(holder, new Set(['dataset:read', 'dataset:share']))).toEqual(['dataset:read']);
    expect(boundOf(holder, new Set())).toEqual([]);
    expect(boundOf({ ...holder, restriction: new Set() })).toEqual([]);
  });
});

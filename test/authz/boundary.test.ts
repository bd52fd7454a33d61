import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import {
  FLOW_KINDS,
  IMPERSONABLE_KINDS,
  isTarget,
  narrowed,
  NEVER_DELEGABLE,
  resourceOf,
  SHARED_RESOURCE_TABLE,
  SHARED_RESOURCES,
  SIGNED_IN_ONLY,
  type SharedResource,
} from '../../src/authz/boundary.js';
import { takesDefault } from '../../src/authz/decide.js';
import { ACCOUNT_PERMISSIONS, type AccountPermission } from '../../src/authz/permissions.js';

const ROLES = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'] as const;

/** What each shared resource lets through, and as whom. */
const SHARED: Record<
  SharedResource,
  { permissions: AccountPermission[]; everyFlow: boolean; as: readonly AccountRole[] }
> = {
  // Two lists to read; no permission of the account is among them.
  GLOBAL_MY_ITEMS: { permissions: [], everyFlow: false, as: ROLES },
  // Finding people and groups with the names of their roles, and the four verbs: edit, (de)activate, delete, change groups.
  USER_AND_GROUP_MANAGEMENT: {
    permissions: [
      'account:read',
      'directory:read',
      'user:read',
      'user:update',
      'user:suspend',
      'user:remove',
      'group:write',
    ],
    everyFlow: false,
    as: ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN'],
  },
  // The list of flows, and changes to them.
  ALL_FLOWS_AND_INTEGRATIONS: {
    permissions: [
      'dataset:create',
      'flow:create',
      'flow:readAny',
      'flow:editAny',
      'flow:executeAny',
    ],
    everyFlow: true,
    as: ROLES,
  },
};

test('three resources are shared', () => {
  expect(SHARED_RESOURCES.toSorted()).toEqual(Object.keys(SHARED).toSorted());
});

describe.each(Object.entries(SHARED) as [SharedResource, (typeof SHARED)[SharedResource]][])(
  '%s',
  (resource, { permissions, everyFlow, as }) => {
    test('lets through what it says and nothing else', () => {
      const through = ACCOUNT_PERMISSIONS.filter((each) => resourceOf(each) === resource);
      expect(through.toSorted()).toEqual(permissions.toSorted());
    });

    test('reaches every flow or none', () => {
      expect(SHARED_RESOURCE_TABLE[resource].everyFlow).toBe(everyFlow);
    });

    test('lets act as these', () => {
      expect(ROLES.filter((role) => isTarget(resource, [role]))).toEqual(as);
      expect(isTarget(resource, [])).toBe(as === ROLES);
      expect(isTarget(resource, ['VIEWER', 'USER_ADMIN'])).toBe(true);
    });

    test('lets nothing through that belongs to another, for an actor who holds it alone', () => {
      for (const role of ROLES) {
        const acting = { shared: new Map([[resource, 'a grant']]), builtInRoles: [role] };
        const through = narrowed(new Set(ACCOUNT_PERMISSIONS), { isKey: true, acting });
        const expected = as.includes(role) ? permissions : [];
        expect([...through].toSorted()).toEqual(expected.toSorted());
      }
    });
  },
);

test('nobody does these on behalf of another', () => {
  expect([...NEVER_DELEGABLE].toSorted()).toEqual([
    'accessReview:manage',
    'apiKey:manage',
    'dataset:extendImpersonation',
    'dataset:override',
    'flow:assumeOwner',
    'flow:extendImpersonation',
    'flow:override',
    'impersonation:share',
    'role:assign',
    'role:assignAny',
    'role:write',
    'security:manage',
    'serviceAccount:manage',
    'serviceAccountLog:read',
    'session:manage',
    'user:create',
  ]);
});

test('a key never does these for its holder', () => {
  expect([...SIGNED_IN_ONLY].toSorted()).toEqual([
    'apiKey:manage',
    'dataset:extendImpersonation',
    'flow:extendImpersonation',
    'impersonation:share',
    'serviceAccount:manage',
  ]);
});

test('what a key never does nobody does on behalf of another, and no resource lets it through', () => {
  for (const permission of SIGNED_IN_ONLY) expect(NEVER_DELEGABLE).toContain(permission);
  for (const permission of ACCOUNT_PERMISSIONS.filter((each) => NEVER_DELEGABLE.has(each))) {
    expect(resourceOf(permission)).toBeUndefined();
  }
});

/** Kinds of flows: whether a service account can be let act as others on one, and whether account roles let in. */
const KINDS = {
  PROCESS: { impersonable: true, byDefault: true },
  BOARD: { impersonable: true, byDefault: true },
  DATASET: { impersonable: true, byDefault: false },
  APP: { impersonable: false, byDefault: true },
  SPACE: { impersonable: false, byDefault: true },
  LIST: { impersonable: false, byDefault: false },
  CHAT: { impersonable: false, byDefault: true },
  INTEGRATION: { impersonable: false, byDefault: true },
} as const;

test('the kinds of flows are complete', () => {
  expect(FLOW_KINDS.toSorted()).toEqual(Object.keys(KINDS).toSorted());
});

test.each(FLOW_KINDS)(
  'a %s is impersonable, and entered by account role, as the table says',
  (kind) => {
    expect((IMPERSONABLE_KINDS as readonly string[]).includes(kind)).toBe(KINDS[kind].impersonable);
    expect(takesDefault(kind)).toBe(KINDS[kind].byDefault);
  },
);

test('a flow of a kind that is not known is not entered by account role', () => {
  expect(takesDefault(undefined)).toBe(false);
});

test('a key that is restricted keeps of its holder’s permissions those that it names', () => {
  const own = new Set(['flow:create', 'user:read', 'apiKey:manage'] as const);
  const restriction = new Set(['user:read', 'apiKey:manage', 'user:create'] as const);
  expect([...narrowed(own, { restriction, isKey: true })]).toEqual(['user:read']);
  expect([...narrowed(own, { isKey: true })]).toEqual(['flow:create', 'user:read']);
  expect([...narrowed(own, { isKey: false })]).toEqual([...own]);
});

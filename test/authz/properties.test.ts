import fc from 'fast-check';
import { expect, test } from 'vitest';

import { ACCOUNT_ROLES } from '../../src/authz/account-roles.js';
import { DATASET_ROLES } from '../../src/authz/dataset-roles.js';
import { decide, effectiveGrant, type FlowFacts, type Grant } from '../../src/authz/decide.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  type DatasetPermission,
} from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import { principal, principalWith } from '../support/principal.js';

const role = fc.constantFrom(...DATASET_ROLES);
const groupGrants = fc.array(fc.record({ via: fc.constant('GROUP' as const), role }), {
  maxLength: 6,
});
const directGrant: fc.Arbitrary<Grant> = fc.record({ via: fc.constant('DIRECT' as const), role });
/** At most one of one's own, as the database holds them. */
const grants: fc.Arbitrary<Grant[]> = fc
  .tuple(fc.option(directGrant, { nil: undefined }), groupGrants, fc.nat(6))
  .map(([own, groups, at]) => [...groups.slice(0, at), ...(own ? [own] : []), ...groups.slice(at)]);

const conditions: fc.Arbitrary<Partial<FlowFacts>> = fc.record(
  {
    target: fc.record({ role: fc.option(role, { nil: null }) }),
    view: fc.record({ isNewOrOwn: fc.boolean() }),
    import: fc.record({ onlyExistingFields: fc.boolean() }),
  },
  { requiredKeys: [] },
);
const datasetPermission = fc.constantFrom(...DATASET_PERMISSIONS);
const someone = fc.subarray([...ACCOUNT_ROLES]).map((roles) => principal(...roles));
const everyone: readonly Principal[] = ACCOUNT_ROLES.map((name) => principal(name));

/** What a Super Admin may do without a role on the dataset. */
const BY_OVERRIDE: readonly DatasetPermission[] = [
  'dataset:read',
  'datasetRow:filter',
  'datasetMember:read',
  'dataset:share',
  'datasetMember:makeAdmin',
  'datasetMember:makeMember',
  'datasetMember:makeViewer',
];

const STRENGTH: Record<MemberRole, number> = {
  OWNER: 5,
  ADMIN: 5,
  EDITOR: 3,
  MEMBER: 3,
  VIEWER: 1,
  NONE: 0,
};

function allowed(
  who: Principal,
  given: readonly Grant[],
  facts: Partial<FlowFacts> = {},
): Set<DatasetPermission> {
  return new Set(
    DATASET_PERMISSIONS.filter(
      (permission) => decide(who, permission, { ...facts, grants: given }).allowed,
    ),
  );
}

test('taking a grant from somebody who has only groups never allows more', () => {
  fc.assert(
    fc.property(someone, groupGrants, fc.nat(5), conditions, (who, given, at, facts) => {
      const fewer = given.toSpliced(at, 1);
      expect([...allowed(who, given, facts)]).toEqual(
        expect.arrayContaining([...allowed(who, fewer, facts)]),
      );
    }),
  );
});

test('a stronger direct grant never allows less', () => {
  fc.assert(
    fc.property(someone, role, role, groupGrants, conditions, (who, one, other, groups, facts) => {
      const [weaker, stronger] = STRENGTH[one] < STRENGTH[other] ? [one, other] : [other, one];
      const as = (direct: MemberRole) =>
        allowed(who, [...groups, { via: 'DIRECT', role: direct }], facts);
      expect([...as(stronger)]).toEqual(expect.arrayContaining([...as(weaker)]));
    }),
  );
});

test('the order in which grants are found changes nothing', () => {
  const twoOrders = grants.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(
      someone,
      datasetPermission,
      twoOrders,
      conditions,
      (who, permission, orders, facts) => {
        const [one, other] = orders.map((given) =>
          decide(who, permission, { ...facts, grants: given }),
        );
        expect(one).toEqual(other);
      },
    ),
  );
});

test('beside a direct grant, groups change nothing of what is allowed', () => {
  fc.assert(
    fc.property(someone, directGrant, groupGrants, conditions, (who, own, groups, facts) => {
      expect(allowed(who, [own, ...groups], facts)).toEqual(allowed(who, [own], facts));
    }),
  );
});

test('the grant that counts is one’s own, or else the strongest of those given', () => {
  fc.assert(
    fc.property(grants, (given) => {
      const own = given.filter(({ via }) => via === 'DIRECT');
      const candidates = own.length > 0 ? own : given;
      const strongest = Math.max(...candidates.map((grant) => STRENGTH[grant.role]));
      expect(effectiveGrant(given)).toEqual(
        candidates.find((grant) => STRENGTH[grant.role] === strongest),
      );
    }),
  );
});

test('the override never gives more than its list', () => {
  fc.assert(
    fc.property(grants, conditions, (given, facts) => {
      const asEditor = allowed(principal('EDITOR'), given, facts);
      const asSuperAdmin = allowed(principal('SUPER_ADMIN'), given, facts);
      expect(asSuperAdmin).toEqual(new Set([...asEditor, ...BY_OVERRIDE]));
    }),
  );
});

test('the override is named where and only where no grant would have done', () => {
  fc.assert(
    fc.property(datasetPermission, grants, conditions, (permission, given, facts) => {
      const decision = decide(principal('SUPER_ADMIN'), permission, { ...facts, grants: given });
      const withoutIt = decide(principal('EDITOR'), permission, { ...facts, grants: given });
      const expected = withoutIt.allowed
        ? withoutIt
        : BY_OVERRIDE.includes(permission)
          ? { allowed: true, permission, via: 'SUPER_ADMIN_OVERRIDE' }
          : { allowed: false, denial: { permission } };
      expect(decision).toMatchObject(expected);
    }),
  );
});

test('no account permission but the override counts on a dataset', () => {
  const others = ACCOUNT_PERMISSIONS.filter((permission) => permission !== 'dataset:override');
  fc.assert(
    fc.property(fc.subarray(others), grants, conditions, (permissions, given, facts) => {
      expect(allowed(principalWith(permissions), given, facts)).toEqual(
        allowed(principalWith([]), given, facts),
      );
    }),
  );
});

test('without a grant and without the override nothing is allowed', () => {
  fc.assert(
    fc.property(conditions, (facts) => {
      for (const who of everyone.filter(
        ({ permissions }) => !permissions.has('dataset:override'),
      )) {
        expect(allowed(who, [], facts)).toEqual(new Set());
      }
    }),
  );
});

test('every denial has its four checks in order, misses one permission, and offers a remedy', () => {
  fc.assert(
    fc.property(
      someone,
      fc.constantFrom(...DATASET_PERMISSIONS, ...ACCOUNT_PERMISSIONS),
      grants,
      conditions,
      (who, permission, given, facts) => {
        const decision = decide(who, permission, { ...facts, grants: given });
        if (decision.allowed) return;
        const { denial } = decision;
        expect(denial.checks.map(({ step }) => step)).toEqual([
          'ROLE',
          'ITEM_PERMISSION',
          'SUSPENSION',
          'TEAM_MEMBERSHIP',
        ]);
        expect(denial.checks.some(({ ok }) => !ok)).toBe(true);
        expect(denial.missing).toEqual([permission]);
        expect(denial.permission).toBe(permission);
        expect(denial.remedies.length).toBeGreaterThan(0);
        // Nobody is named: no id, no address.
        expect(JSON.stringify(denial)).not.toMatch(/@|[0-9a-f]{8}-/);
      },
    ),
  );
});

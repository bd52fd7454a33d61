import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decide, effectiveGrant, type Grant } from '../../src/authz/decide.js';
import { ACCOUNT_PERMISSIONS, FLOW_PERMISSIONS } from '../../src/authz/permissions.js';
import { decideUpTo } from '../../src/authz/rank.js';
import { rightsOf, type HeldRole } from '../../src/authz/rights.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import { principal, principalWith } from '../support/principal.js';
import { effectiveRole, reachOf, sumOf, type DraftRole } from '../support/rights-reference.js';

const permissions = fc.subarray([...ACCOUNT_PERMISSIONS], { maxLength: 6 });

/** Roles, each of which inherits from some of those before it. */
const roles: fc.Arbitrary<DraftRole[]> = fc
  .array(fc.record({ own: permissions, parents: fc.array(fc.nat(20), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((drafts) =>
    drafts.map(({ own, parents }, at) => ({
      own,
      parents: at === 0 ? [] : [...new Set(parents.map((parent) => parent % at))],
    })),
  );

const worlds = roles.chain((all) =>
  fc.record({ all: fc.constant(all), held: fc.subarray(all.map((_role, at) => at)) }),
);

/** The roles that somebody holds and inherits, as the database tells them. */
function heldIn(all: readonly DraftRole[], held: readonly number[]): HeldRole[] {
  const reached = new Set<number>();
  const visit = (at: number): void => {
    if (reached.has(at)) return;
    reached.add(at);
    all[at]?.parents.forEach(visit);
  };
  held.forEach(visit);
  return [...reached].map((at) => ({
    builtIn: null,
    name: `Role ${at}`,
    permissions: all[at]?.own ?? [],
    direct: held.includes(at),
  }));
}

const ownOf = (all: readonly DraftRole[], held: readonly number[]): Set<string> =>
  new Set(rightsOf(heldIn(all, held)).own);

test('several roles add up, with all that they inherit, and nothing else', () => {
  fc.assert(
    fc.property(worlds, ({ all, held }) => {
      expect(ownOf(all, held)).toEqual(sumOf(all, held));
    }),
  );
});

test('a role gives what it gives itself and what its parents give', () => {
  fc.assert(
    fc.property(roles, (all) => {
      for (const [at, { own, parents }] of all.entries()) {
        const expected = new Set([...own, ...parents.flatMap((each) => [...ownOf(all, [each])])]);
        expect(ownOf(all, [at])).toEqual(expected);
        expect(reachOf(all, at)).toEqual(expected);
      }
    }),
  );
});

/** The same roles with one thing less. */
function less(all: readonly DraftRole[], at: number, what: 'permission' | 'parent', which: number) {
  return all.map((role, index) => {
    if (index !== at) return role;
    const list = what === 'permission' ? role.own : role.parents;
    const rest = list.filter((_each, place) => place !== which % Math.max(list.length, 1));
    return what === 'permission'
      ? { ...role, own: rest as string[] }
      : { ...role, parents: rest as number[] };
  });
}

test('to take a role, a permission or a parent away never allows more', () => {
  fc.assert(
    fc.property(
      worlds,
      fc.nat(),
      fc.nat(),
      fc.constantFrom('role' as const, 'permission' as const, 'parent' as const),
      ({ all, held }, at, which, what) => {
        const before = ownOf(all, held);
        const after =
          what === 'role'
            ? ownOf(all, held.toSpliced(at % Math.max(held.length, 1), 1))
            : ownOf(less(all, at % all.length, what, which), held);
        for (const permission of ACCOUNT_PERMISSIONS) {
          if (!decide(principalWith([...after] as never[]), permission).allowed) continue;
          expect(before).toContain(permission);
        }
      },
    ),
  );
});

test('whoever manages somebody, or gives something, still does with more rights', () => {
  fc.assert(
    fc.property(
      permissions,
      permissions,
      permissions,
      permissions,
      fc.constantFrom('user:suspend' as const, 'role:assign' as const, 'role:write' as const),
      (own, more, person, given, permission) => {
        const facts = { person, given };
        const before = decideUpTo(principalWith(own), permission, facts).allowed;
        const after = decideUpTo(principalWith([...own, ...more]), permission, facts).allowed;
        expect(after || !before).toBe(true);
      },
    ),
  );
});

test('nobody but who may give any role gives what they lack, unless it is work on flows', () => {
  const ordinary = new Set([
    'account:read',
    'connection:manage',
    'dataset:create',
    'directory:read',
    'execution:read',
    'flow:create',
    'flow:editAny',
    'flow:executeAny',
    'flow:readAny',
  ]);
  fc.assert(
    fc.property(permissions, permissions, permissions, (own, given, defined) => {
      fc.pre(!own.includes('role:assignAny'));
      const who = principalWith([...own, 'role:assign', 'role:write']);
      const holds = (each: string) => who.own.has(each as never);
      expect(decideUpTo(who, 'role:assign', { given }).allowed).toBe(
        given.every((each) => holds(each) || ordinary.has(each)),
      );
      expect(decideUpTo(who, 'role:write', { defined }).allowed).toBe(defined.every(holds));
    }),
  );
});

const role = fc.constantFrom<MemberRole[]>('OWNER', 'EDITOR', 'VIEWER', 'NONE');
const groups = fc.array(role, { maxLength: 5 });
const direct = fc.option(role, { nil: undefined });

const grantsOf = (own: MemberRole | undefined, given: readonly MemberRole[]): Grant[] => [
  ...given.map((each) => ({ via: 'GROUP', role: each }) as const),
  ...(own ? [{ via: 'DIRECT', role: own } as const] : []),
];

test('the role that counts on a flow is that of the rule as it is written', () => {
  fc.assert(
    fc.property(direct, groups, (own, given) => {
      expect(effectiveGrant(grantsOf(own, given))?.role).toBe(effectiveRole(own, given));
    }),
  );
});

test('to leave a group never allows more on a flow, whoever has no role by default', () => {
  fc.assert(
    fc.property(direct, groups, fc.nat(), (own, given, at) => {
      const allowed = (grants: readonly MemberRole[]) =>
        FLOW_PERMISSIONS.filter(
          (permission) =>
            decide(principal(), permission, { kind: 'BOARD', grants: grantsOf(own, grants) })
              .allowed,
        );
      const fewer = given.toSpliced(at % Math.max(given.length, 1), 1);
      expect(allowed(given)).toEqual(expect.arrayContaining(allowed(fewer)));
    }),
  );
});

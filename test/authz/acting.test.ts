import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { actAsDenial } from '../../src/authz/acting-denial.js';
import type { SharedResource } from '../../src/authz/boundary.js';
import {
  decide,
  refusedUnseen,
  type Denial,
  type FlowFacts,
  type Grant,
} from '../../src/authz/decide.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
  type AccountPermission,
  type Permission,
} from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { actingPrincipal, grantOf } from '../support/principal.js';

const ALL = 'ALL_FLOWS_AND_INTEGRATIONS';
const PEOPLE = 'USER_AND_GROUP_MANAGEMENT';
const ITEMS = 'GLOBAL_MY_ITEMS';
const ON_FLOWS = [...DATASET_PERMISSIONS, ...FLOW_PERMISSIONS];

const direct = (role: Grant['role']): Grant => ({ via: 'DIRECT', role });
const dataset = (facts: Partial<FlowFacts> = {}): FlowFacts => ({
  kind: 'DATASET',
  grants: [],
  ...facts,
});
const board = (facts: Partial<FlowFacts> = {}): FlowFacts => ({
  kind: 'BOARD',
  grants: [],
  ...facts,
});
const granted = { impersonationId: 'grant on the flow' };

/** A service account that acts as somebody with these roles, let do so by these shared resources. */
const as = (roles: readonly AccountRole[], ...shared: SharedResource[]) =>
  actingPrincipal({ roles, shared });
const nobody = (...shared: SharedResource[]) => actingPrincipal({ roles: undefined, shared });

function denialOf(who: Principal, permission: Permission, facts?: FlowFacts): Denial {
  const decision = decide(who, permission, facts);
  if (decision.allowed) throw new Error(`${permission} was allowed.`);
  return decision.denial;
}

function stepsOf({ checks }: Denial) {
  return checks.map(({ step, ok }) => `${step} ${ok ? 'ok' : 'failed'}`);
}

function allowedTo(who: Principal, facts?: FlowFacts): Permission[] {
  return [...ON_FLOWS, ...ACCOUNT_PERMISSIONS].filter((each) => decide(who, each, facts).allowed);
}

const COVERED = ['IMPERSONATION_GRANT ok'];
const IN_REACH = [...COVERED, 'IMPERSONATION_TARGET ok'];

describe('first, a live grant has to cover it', () => {
  const someone = as(['EDITOR'], PEOPLE, ITEMS);

  test('whoever has none on the flow is refused, and told of this check alone', () => {
    const denial = denialOf(someone, 'dataset:read', dataset({ grants: [direct('ADMIN')] }));
    expect(denial).toMatchObject({
      permission: 'dataset:read',
      reason: 'NOT_COVERED',
      role: null,
      missing: ['dataset:read'],
      remedies: [{ kind: 'GRANT_IMPERSONATION' }],
    });
    expect(stepsOf(denial)).toEqual(['IMPERSONATION_GRANT failed']);
  });

  test('the answer is the same for a flow that is not there, and for everybody who is acted as', () => {
    const all = [someone, as(['SUPER_ADMIN']), nobody(), nobody(PEOPLE)];
    const known: (FlowFacts | undefined)[] = [
      undefined,
      dataset(),
      dataset({ grants: [direct('ADMIN')], impersonationId: null }),
      board({ grants: [direct('OWNER')], target: { role: 'OWNER', isParty: true } }),
    ];
    for (const permission of ON_FLOWS) {
      const expected = refusedUnseen(someone, permission, undefined)?.denial;
      expect(expected).toMatchObject({ permission, reason: 'NOT_COVERED' });
      for (const who of all) {
        for (const facts of known) {
          expect(refusedUnseen(who, permission, facts)?.denial).toEqual(expected);
          expect(denialOf(who, permission, facts)).toEqual(expected);
        }
      }
    }
  });

  test('a grant on the flow covers it, and so does the one on all flows', () => {
    for (const [who, facts] of [
      [someone, dataset({ ...granted, grants: [direct('VIEWER')] })],
      [as(['EDITOR'], ALL), dataset({ grants: [direct('VIEWER')] })],
    ] as const) {
      expect(refusedUnseen(who, 'dataset:read', facts)).toBeUndefined();
      expect(decide(who, 'dataset:read', facts).allowed).toBe(true);
    }
  });

  test('what let them act is named, the grant on all flows before the one on the flow', () => {
    const facts = dataset({ ...granted, grants: [direct('VIEWER')] });
    const permission = 'dataset:read';
    const allow = { allowed: true, permission, via: 'DIRECT' };
    expect(decide(as([]), permission, facts)).toEqual({
      ...allow,
      impersonationId: 'grant on the flow',
    });
    expect(decide(as([], ALL), permission, facts)).toEqual({
      ...allow,
      impersonationId: grantOf(ALL),
    });
    expect(decide(as(['EDITOR'], ALL), 'flow:create')).toEqual({
      allowed: true,
      permission: 'flow:create',
      via: 'ACCOUNT_ROLE',
      impersonationId: grantOf(ALL),
    });
  });

  test('a permission in the account takes the resource that lets it through', () => {
    const uncovered: [Principal, AccountPermission][] = [
      [as(['SUPER_ADMIN'], ALL, ITEMS), 'user:update'],
      [as(['SUPER_ADMIN'], PEOPLE, ITEMS), 'flow:create'],
      [as(['SUPER_ADMIN'], PEOPLE, ITEMS, ALL), 'auditLog:read'],
      [nobody(ALL), 'user:update'],
    ];
    for (const [who, permission] of uncovered) {
      const denial = denialOf(who, permission);
      expect(denial).toMatchObject({ permission, reason: 'NOT_COVERED' });
      expect(stepsOf(denial)).toEqual(['IMPERSONATION_GRANT failed']);
    }
  });

  test('the lists of Global my items let nothing else through', () => {
    const facts = dataset({ grants: [direct('ADMIN')] });
    expect(allowedTo(as(['SUPER_ADMIN', 'ADMIN'], ITEMS), facts)).toEqual([]);
  });
});

describe('second, the person has to be in reach', () => {
  test('who is no member is refused by a grant on the flow, and told of two checks', () => {
    for (const who of [as(['EDITOR']), as(['SUPER_ADMIN'], PEOPLE), as(['EDITOR'], ITEMS)]) {
      const denial = denialOf(who, 'flow:read', board(granted));
      expect(denial).toMatchObject({ reason: 'NOT_A_TARGET', role: null, missing: ['flow:read'] });
      expect(stepsOf(denial)).toEqual([...COVERED, 'IMPERSONATION_TARGET failed']);
    }
  });

  test('who is a member by themselves or by a group is a target', () => {
    for (const via of ['DIRECT', 'GROUP'] as const) {
      const facts = board({ ...granted, grants: [{ via, role: 'VIEWER' }] });
      expect(decide(as([]), 'flow:read', facts)).toMatchObject({ allowed: true, via });
    }
  });

  test('all flows let act as who is no member, as far as their account roles reach', () => {
    const who = as(['EDITOR'], ALL);
    expect(decide(who, 'flow:edit', board())).toMatchObject({ via: 'ACCOUNT_ROLE' });
    expect(denialOf(who, 'flow:delete', board()).reason).toBe('ROLE_LACKS_PERMISSION');
    expect(denialOf(who, 'dataset:read', dataset()).reason).toBe('ROLE_LACKS_PERMISSION');
  });

  test('a grant on the flow brings no account role in', () => {
    expect(denialOf(as(['EDITOR']), 'flow:edit', board(granted)).reason).toBe('NOT_A_TARGET');
    const shutIn = board({ ...granted, grants: [direct('VIEWER')] });
    expect(allowedTo(as(['EDITOR']), shutIn)).toEqual(['flow:read']);
  });

  test('whoever is out of reach is nobody, whatever they hold', () => {
    for (const [who, facts] of [
      [nobody(), board({ ...granted, grants: [direct('OWNER')] })],
      [nobody(ALL), board({ grants: [direct('OWNER')] })],
      [nobody(ALL, PEOPLE, ITEMS), dataset({ ...granted, grants: [direct('ADMIN')] })],
      [actingPrincipal({ roles: ['EDITOR'], isMember: false }), board(granted)],
    ] as const) {
      expect(allowedTo(who, facts)).toEqual([]);
      expect(denialOf(who, 'flow:read', facts).reason).toBe('NOT_A_TARGET');
      expect(who).toMatchObject({ roleNames: [], acting: { isActable: false, builtInRoles: [] } });
    }
    expect(denialOf(nobody(ALL), 'flow:create')).toEqual(
      denialOf(nobody(ALL, PEOPLE), 'flow:create'),
    );
    expect(denialOf(nobody(ALL), 'flow:create').reason).toBe('NOT_A_TARGET');
  });

  test.each([
    [[] as SharedResource[], true, ['EDITOR'], true],
    [[], false, ['SUPER_ADMIN'], false],
    [[ITEMS], false, [], true],
    [[ALL], false, ['VIEWER'], true],
    [[PEOPLE], false, ['USER_ADMIN'], true],
    [[PEOPLE], false, ['ADMIN', 'EDITOR'], false],
    [[PEOPLE], true, ['EDITOR'], true],
  ] as const)('by %j, a member: %s, as %j: in reach %s', (shared, isMember, roles, isActable) => {
    const who = actingPrincipal({ roles, shared, isMember });
    expect(who.acting?.isActable).toBe(isActable);
    expect(who.roleNames).toEqual(isActable ? roles : []);
  });

  test('users and groups are managed as a Super, IAM or User Admin only', () => {
    const managed = [
      'account:read',
      'directory:read',
      'group:write',
      'user:read',
      'user:remove',
      'user:suspend',
      'user:update',
    ];
    for (const role of ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN'] as const) {
      expect(allowedTo(as([role], PEOPLE)).toSorted()).toEqual(managed);
    }
    for (const role of ['ADMIN', 'EDITOR', 'VIEWER'] as const) {
      expect(allowedTo(as([role], PEOPLE))).toEqual([]);
      const denial = denialOf(as([role], PEOPLE), 'user:update');
      expect(denial).toMatchObject({ reason: 'NOT_A_TARGET', role: null });
      expect(stepsOf(denial)).toEqual([...COVERED, 'IMPERSONATION_TARGET failed']);
    }
  });
});

describe('third, the person’s own rights have to allow it', () => {
  test('who lacks the role is refused, and told of all checks', () => {
    const denial = denialOf(
      as(['EDITOR']),
      'dataset:rename',
      dataset({ ...granted, grants: [direct('VIEWER')] }),
    );
    expect(denial).toMatchObject({ reason: 'ROLE_LACKS_PERMISSION', role: 'Viewer' });
    expect(stepsOf(denial).slice(0, 4)).toEqual([
      ...IN_REACH,
      'SUBJECT_RIGHTS failed',
      'ROLE failed',
    ]);
  });

  test('who lacks the account role is refused, and told of all checks', () => {
    const denial = denialOf(as(['VIEWER'], ALL), 'flow:create');
    expect(denial.reason).toBe('ROLE_LACKS_PERMISSION');
    expect(stepsOf(denial).slice(0, 4)).toEqual([
      ...IN_REACH,
      'SUBJECT_RIGHTS failed',
      'ROLE failed',
    ]);
  });

  test('what is never delegable is refused to the strongest, and told of three checks', () => {
    for (const [permission, facts] of [
      ['dataset:extendImpersonation', dataset({ ...granted, grants: [direct('ADMIN')] })],
      ['flow:extendImpersonation', board({ ...granted, grants: [direct('OWNER')] })],
    ] as const) {
      const denial = denialOf(as(['SUPER_ADMIN']), permission, facts);
      expect(denial).toMatchObject({ reason: 'NOT_DELEGABLE', remedies: [{ kind: 'SIGN_IN' }] });
      expect(stepsOf(denial)).toEqual([...IN_REACH, 'SUBJECT_RIGHTS failed']);
    }
  });

  test('what is never delegable is no exception from the order of the checks', () => {
    const permission = 'flow:extendImpersonation';
    const reasonFor = (facts: FlowFacts) => denialOf(as(['EDITOR']), permission, facts).reason;
    expect(reasonFor(board({ grants: [direct('OWNER')] }))).toBe('NOT_COVERED');
    expect(reasonFor(board(granted))).toBe('NOT_A_TARGET');
    expect(reasonFor(board({ ...granted, grants: [direct('EDITOR')] }))).toBe(
      'ROLE_LACKS_PERMISSION',
    );
    expect(reasonFor(board({ ...granted, grants: [direct('OWNER')] }))).toBe('NOT_DELEGABLE');
  });

  test('what is never delegable in the account is refused as that, whatever was granted', () => {
    for (const permission of ['role:assign', 'user:create', 'serviceAccount:manage'] as const) {
      for (const who of [as(['SUPER_ADMIN'], ALL, PEOPLE, ITEMS), as(['SUPER_ADMIN'])]) {
        const denial = denialOf(who, permission);
        expect(denial.reason).toBe('NOT_DELEGABLE');
        expect(stepsOf(denial)).toEqual(['SUBJECT_RIGHTS failed']);
      }
    }
  });

  test('nobody changes the membership of either party while acting', () => {
    for (const permission of ['datasetMember:makeAdmin', 'datasetMember:remove'] as const) {
      const facts = (isParty: boolean) =>
        dataset({ ...granted, grants: [direct('ADMIN')], target: { role: 'MEMBER', isParty } });
      expect(decide(as([]), permission, facts(false)).allowed).toBe(true);
      const denial = denialOf(as([]), permission, facts(true));
      expect(denial.reason).toBe('NOT_DELEGABLE');
      expect(stepsOf(denial)).toEqual([...IN_REACH, 'SUBJECT_RIGHTS failed']);
    }
  });

  test('a Super Admin’s override is not used on their behalf', () => {
    const who = as(['SUPER_ADMIN'], ALL, PEOPLE, ITEMS);
    for (const facts of [dataset(granted), board(granted)]) {
      for (const permission of ON_FLOWS) expect(decide(who, permission, facts).allowed).toBe(false);
    }
    for (const permission of ['dataset:override', 'flow:override', 'flow:assumeOwner'] as const) {
      expect(denialOf(who, permission).reason).toBe('NOT_DELEGABLE');
    }
  });
});

test('a restriction of the key comes before all three, with the same answer everywhere', () => {
  const who = actingPrincipal({ roles: ['EDITOR'], shared: [ALL], only: ['flow:read'] });
  const facts = [undefined, board(), board({ ...granted, grants: [direct('OWNER')] })];
  for (const permission of [...ON_FLOWS, ...ACCOUNT_PERMISSIONS]) {
    if (permission === 'flow:read') continue;
    const [first, ...others] = facts.map((each) => denialOf(who, permission, each));
    expect(first).toMatchObject({ reason: 'KEY_RESTRICTED', permission });
    for (const other of others) expect(other).toEqual(first);
  }
  expect(decide(who, 'flow:read', facts[2]).allowed).toBe(true);
});

test('who may act as nobody is told which of the first two checks failed', () => {
  expect(stepsOf(actAsDenial(false))).toEqual(['IMPERSONATION_GRANT failed']);
  expect(actAsDenial(false)).toMatchObject({ reason: 'NOT_COVERED', permission: null });
  expect(stepsOf(actAsDenial(true))).toEqual([...COVERED, 'IMPERSONATION_TARGET failed']);
  expect(actAsDenial(true)).toMatchObject({ reason: 'NOT_A_TARGET', permission: null });
});

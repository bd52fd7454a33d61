import { describe, expect, test } from 'vitest';

import {
  decide,
  effectiveGrant,
  type FlowFacts,
  type Denial,
  type Grant,
} from '../../src/authz/decide.js';
import type { Permission } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { rolesAllowed } from '../../src/authz/tables.js';
import { principal, principalWith } from '../support/principal.js';

const direct = (role: Grant['role']): Grant => ({ via: 'DIRECT', role });
const group = (role: Grant['role']): Grant => ({ via: 'GROUP', role });

function denialOf(who: Principal, permission: Permission, facts?: FlowFacts): Denial {
  const decision = decide(who, permission, facts);
  if (decision.allowed) throw new Error(`${permission} was allowed.`);
  return decision.denial;
}

const show = (...grants: readonly Grant[]) =>
  grants.map(({ via, role }) => `${role} by ${via}`).join(' and ') || 'nothing';

describe('the grant that counts', () => {
  const cases: readonly (readonly [Grant[], Grant?])[] = [
    [[]],
    [[direct('VIEWER')], direct('VIEWER')],
    [[group('MEMBER')], group('MEMBER')],
    // One’s own beats those of groups, weaker or stronger.
    [[group('ADMIN'), direct('VIEWER')], direct('VIEWER')],
    [[direct('VIEWER'), group('ADMIN')], direct('VIEWER')],
    [[direct('ADMIN'), group('VIEWER')], direct('ADMIN')],
    [[group('ADMIN'), direct('MEMBER'), group('VIEWER')], direct('MEMBER')],
    // Of several groups the strongest.
    [[group('VIEWER'), group('ADMIN'), group('MEMBER')], group('ADMIN')],
    [[group('VIEWER'), group('MEMBER')], group('MEMBER')],
    [[group('MEMBER'), group('VIEWER')], group('MEMBER')],
  ];

  test.each(
    cases.map(
      ([grants, counts]) =>
        [show(...grants), show(...(counts ? [counts] : [])), grants, counts] as const,
    ),
  )('of %s is %s', (_grants, _counts, grants, counts) => {
    expect(effectiveGrant(grants)).toEqual(counts);
  });

  test('is named as the path that allowed it', () => {
    const someone = principal('EDITOR');
    const allowed = (grants: Grant[]) => decide(someone, 'dataset:read', { grants });
    const permission = 'dataset:read';
    expect(allowed([direct('VIEWER')])).toEqual({ allowed: true, permission, via: 'DIRECT' });
    expect(allowed([group('VIEWER')])).toEqual({ allowed: true, permission, via: 'GROUP' });
    expect(allowed([direct('VIEWER'), group('ADMIN')])).toMatchObject({ via: 'DIRECT' });
  });

  test('alone decides: a weak direct one is not helped by a strong group', () => {
    const grants = [direct('VIEWER'), group('ADMIN')];
    expect(decide(principal('EDITOR'), 'dataset:rename', { grants }).allowed).toBe(false);
  });

  test('goes before the override', () => {
    const decision = decide(principal('SUPER_ADMIN'), 'dataset:share', {
      grants: [group('MEMBER')],
    });
    expect(decision).toMatchObject({ allowed: true, via: 'GROUP' });
  });
});

test('a permission on a dataset is refused where no dataset is spoken of', () => {
  expect(decide(principal('EDITOR'), 'dataset:read').allowed).toBe(false);
  expect(decide(principal('ADMIN'), 'dataset:read', { grants: [] }).allowed).toBe(false);
});

test('a role on the dataset gives nothing in the account', () => {
  expect(decide(principalWith([]), 'user:read', { grants: [direct('ADMIN')] }).allowed).toBe(false);
});

describe('a denial on a dataset', () => {
  const viewer = principal('EDITOR', 'VIEWER');
  const denial = denialOf(viewer, 'dataset:rename', { grants: [direct('VIEWER')] });

  test('says by its rule what was refused, and what is missing', () => {
    expect(denial).toMatchObject({
      permission: 'dataset:rename',
      rule: 'dataset: Modify dataset name',
      reason: 'ROLE_LACKS_PERMISSION',
      role: 'Viewer',
      missing: ['dataset:rename'],
    });
  });

  test('has the four checks in order, each with its fact', () => {
    expect(denial.checks).toEqual([
      {
        step: 'ROLE',
        ok: false,
        fact: 'Your account roles (EDITOR, VIEWER) give nothing inside a dataset.',
      },
      {
        step: 'ITEM_PERMISSION',
        ok: false,
        fact: 'Your role on the dataset is Viewer; “Modify dataset name” takes: Admin.',
      },
      { step: 'SUSPENSION', ok: true, fact: 'You are active.' },
      {
        step: 'TEAM_MEMBERSHIP',
        ok: false,
        fact: 'None of your groups has a role on the dataset.',
      },
    ]);
  });

  test('sends to an Admin of the dataset', () => {
    expect(denial.remedies).toEqual([
      {
        kind: 'ASK_DATASET_ADMIN',
        who: 'An Admin of the dataset',
        how: expect.stringContaining('changeDatasetMemberRole'),
      },
    ]);
  });

  test('says that the groups do not suffice either', () => {
    const { role, checks } = denialOf(viewer, 'dataset:rename', { grants: [group('MEMBER')] });
    expect(role).toBe('Member');
    expect(checks[3]).toEqual({
      step: 'TEAM_MEMBERSHIP',
      ok: false,
      fact: 'The roles of your groups on the dataset do not allow it.',
    });
  });

  test('names the condition that was not met', () => {
    const facts = { grants: [direct('MEMBER')], target: { role: 'ADMIN' } } as const;
    expect(denialOf(viewer, 'datasetMember:makeViewer', facts).checks[1]?.fact).toBe(
      'Your role on the dataset is Member; “Make a viewer” takes: Admin, Member (never of an Admin); Super Admin by override.',
    );
  });

  test('tells a Super Admin to take a role first', () => {
    const { role, checks, remedies } = denialOf(principal('SUPER_ADMIN'), 'dataset:delete', {
      grants: [],
    });
    expect(role).toBeNull();
    expect(checks[0]?.fact).toBe(
      'A Super Admin may view and share any dataset; “Delete dataset” takes a role on the dataset.',
    );
    expect(remedies.map(({ kind }) => kind)).toEqual(['ASSUME_ROLE', 'ASK_DATASET_ADMIN']);
    expect(remedies[0]?.how).toContain('assumeDatasetRole');
  });
});

describe('a denial in the account', () => {
  const denial = denialOf(principal('EDITOR'), 'auditLog:read');

  test('names the roles that one has and those that it takes', () => {
    expect(denial).toMatchObject({
      permission: 'auditLog:read',
      rule: 'account: auditLog:read',
      reason: 'ROLE_LACKS_PERMISSION',
      role: 'EDITOR',
      missing: ['auditLog:read'],
    });
    expect(denial.checks.map(({ step, ok }) => [step, ok])).toEqual([
      ['ROLE', false],
      ['ITEM_PERMISSION', true],
      ['SUSPENSION', true],
      ['TEAM_MEMBERSHIP', true],
    ]);
    expect(denial.checks[0]?.fact).toBe(
      'Your account roles (EDITOR) do not include auditLog:read; it takes: Super Admin, IAM Admin, Admin.',
    );
  });

  test('sends to whoever gives account roles', () => {
    expect(denial.remedies.map(({ kind }) => kind)).toEqual(['ASK_ACCOUNT_ADMIN']);
  });

  test('says “none” to somebody without a role', () => {
    expect(denialOf(principalWith([]), 'account:read').role).toBe('none');
  });
});

test('the roles that pass a rule are printed strongest first, conditions and override behind', () => {
  expect(rolesAllowed('dataset:read')).toBe('Admin, Member, Viewer; Super Admin by override');
  expect(rolesAllowed('dataset:rename')).toBe('Admin');
  expect(rolesAllowed('datasetView:write')).toBe('Admin, Member (only views they own)');
  expect(rolesAllowed('dataset:import')).toBe('Admin, Member (only into fields that exist)');
});

import { describe, expect, test } from 'vitest';

import { signInDenial } from '../../src/authz/acting-denial.js';
import { decide, refusedUnseen, type Denial, type FlowFacts } from '../../src/authz/decide.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
  PERMISSIONS,
  type Permission,
} from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { principal, serviceAccount, withKey } from '../support/principal.js';

const ADMIN_THERE: FlowFacts = { kind: 'DATASET', grants: [{ via: 'DIRECT', role: 'ADMIN' }] };
const OWNER_THERE: FlowFacts = { kind: 'BOARD', grants: [{ via: 'DIRECT', role: 'OWNER' }] };
const EVERYTHING: FlowFacts = {
  ...ADMIN_THERE,
  target: { role: null },
  view: { isNewOrOwn: true },
  import: { onlyExistingFields: true },
};

/** All that there can be to know of a flow, from nothing to a flow where everything is allowed. */
const ANY_FACTS: readonly (FlowFacts | undefined)[] = [
  undefined,
  { grants: [] },
  { kind: 'CHAT', grants: [] },
  ADMIN_THERE,
  OWNER_THERE,
  EVERYTHING,
  { ...OWNER_THERE, impersonationId: 'a grant' },
];

/** What takes a person who is signed in. */
const SIGNED_IN: readonly Permission[] = [
  'apiKey:manage',
  'dataset:extendImpersonation',
  'flow:extendImpersonation',
  'impersonation:share',
  'serviceAccount:manage',
];

/** What no key does: a service account holds no roles in the account. */
function isForPeople({ subject }: Principal, permission: Permission): boolean {
  const inAccount: readonly Permission[] = ACCOUNT_PERMISSIONS;
  const isProgram = subject.kind === 'serviceAccount';
  return SIGNED_IN.includes(permission) || (isProgram && inAccount.includes(permission));
}

function denialOf(who: Principal, permission: Permission, facts?: FlowFacts): Denial {
  const decision = decide(who, permission, facts);
  if (decision.allowed) throw new Error(`${permission} was allowed.`);
  return decision.denial;
}

function allowedTo(who: Principal, facts?: FlowFacts): Permission[] {
  return PERMISSIONS.filter((permission) => decide(who, permission, facts).allowed);
}

describe('a key that is restricted', () => {
  const holders = [
    ['of a Super Admin', withKey(['SUPER_ADMIN', 'ADMIN'], ['user:read', 'dataset:export'])],
    ['of a service account', serviceAccount(['user:read', 'dataset:export'])],
    ['of a service account, as token', serviceAccount(['dataset:export'], 'accessToken')],
  ] as const;

  test.each(holders)(
    '%s is refused all else with the same answer, whatever there is',
    (_of, who) => {
      for (const permission of PERMISSIONS) {
        if (['user:read', 'dataset:export'].includes(permission)) continue;
        const denials = ANY_FACTS.map((facts) => denialOf(who, permission, facts));
        for (const denial of denials) expect(denial).toEqual(denials[0]);
        expect(denials[0]).toMatchObject({
          permission,
          reason: 'KEY_RESTRICTED',
          missing: [permission],
          checks: [{ step: 'CREDENTIAL', ok: false }],
          remedies: [{ kind: isForPeople(who, permission) ? 'SIGN_IN' : 'USE_ANOTHER_KEY' }],
        });
      }
    },
  );

  test.each(holders)('%s is refused before anything is looked for', (_of, who) => {
    for (const facts of ANY_FACTS) {
      expect(refusedUnseen(who, 'dataset:delete', facts)?.denial).toEqual(
        denialOf(who, 'dataset:delete', ADMIN_THERE),
      );
    }
  });

  test.each(holders)('%s does what it names, where its holder may', (_of, who) => {
    expect(decide(who, 'dataset:export', ADMIN_THERE).allowed).toBe(true);
    expect(denialOf(who, 'dataset:export').reason).toBe('ROLE_LACKS_PERMISSION');
  });

  test('gives nothing that its holder has not', () => {
    const viewer = withKey(['VIEWER'], ['user:read', 'account:read']);
    expect(allowedTo(viewer, EVERYTHING)).toEqual(['account:read']);
    expect(denialOf(viewer, 'user:read').reason).toBe('ROLE_LACKS_PERMISSION');
  });

  test('to nothing that is known does nothing', () => {
    expect(allowedTo(withKey(['SUPER_ADMIN'], []), EVERYTHING)).toEqual([]);
    expect(allowedTo(serviceAccount([]), EVERYTHING)).toEqual([]);
  });

  test('does what it names also by default and by override, and nothing else by them', () => {
    const board: FlowFacts = { kind: 'BOARD', grants: [] };
    const editing = withKey(['EDITOR'], ['flow:edit']);
    expect(decide(editing, 'flow:edit', board)).toMatchObject({ via: 'ACCOUNT_ROLE' });
    expect(denialOf(editing, 'flow:read', board).reason).toBe('KEY_RESTRICTED');
    expect(denialOf(editing, 'flow:editAny').reason).toBe('KEY_RESTRICTED');
    const reading = withKey(['SUPER_ADMIN'], ['flow:read']);
    expect(decide(reading, 'flow:read', board)).toMatchObject({ via: 'SUPER_ADMIN_OVERRIDE' });
    expect(denialOf(reading, 'flowMember:read', board).reason).toBe('KEY_RESTRICTED');
    expect(denialOf(reading, 'flow:override').reason).toBe('KEY_RESTRICTED');
    expect(denialOf(reading, 'dataset:override').reason).toBe('KEY_RESTRICTED');
  });
});

describe('what takes a person who is signed in', () => {
  const holders = [
    ['a person with a key', withKey(['SUPER_ADMIN', 'ADMIN'])],
    ['a person with a key that names it', withKey(['SUPER_ADMIN', 'ADMIN'], SIGNED_IN)],
    ['a service account', serviceAccount()],
    ['a service account with a token', serviceAccount(undefined, 'accessToken')],
  ] as const;

  test.each(holders)('is refused to %s with the same answer, whatever there is', (_who, who) => {
    for (const permission of SIGNED_IN) {
      const denials = ANY_FACTS.map((facts) => denialOf(who, permission, facts));
      for (const denial of denials) expect(denial).toEqual(denials[0]);
      expect(denials[0]).toMatchObject({
        permission,
        reason: 'SIGN_IN_REQUIRED',
        checks: [{ step: 'CREDENTIAL', ok: false }],
        remedies: [{ kind: 'SIGN_IN' }],
      });
    }
  });

  test('is allowed to the same person who is signed in', () => {
    const someone = principal('SUPER_ADMIN', 'ADMIN');
    for (const permission of SIGNED_IN) {
      const facts = permission.startsWith('dataset') ? ADMIN_THERE : OWNER_THERE;
      expect(decide(someone, permission, facts).allowed).toBe(true);
    }
  });

  test('is all that an unrestricted key lacks of what its holder may', () => {
    for (const facts of [EVERYTHING, { ...OWNER_THERE, target: { role: null } }]) {
      const signedIn = allowedTo(principal('SUPER_ADMIN', 'ADMIN'), facts);
      expect(allowedTo(withKey(['SUPER_ADMIN', 'ADMIN']), facts)).toEqual(
        signedIn.filter((permission) => !SIGNED_IN.includes(permission)),
      );
    }
  });

  test('is said so without a permission where no permission is asked for', () => {
    expect(signInDenial(withKey(['EDITOR']))).toMatchObject({
      permission: null,
      reason: 'SIGN_IN_REQUIRED',
      role: 'EDITOR',
      checks: [{ step: 'CREDENTIAL', ok: false }],
      missing: [],
    });
  });
});

describe('a service account that acts for itself', () => {
  const who = serviceAccount();

  test('has no permission in the account', () => {
    for (const permission of ACCOUNT_PERMISSIONS) {
      expect(decide(who, permission).allowed).toBe(false);
    }
  });

  test('may do nothing on what was not shared with it', () => {
    for (const kind of ['PROCESS', 'BOARD', 'DATASET', 'LIST', 'INTEGRATION'] as const) {
      expect(allowedTo(who, { ...EVERYTHING, kind, grants: [] })).toEqual([]);
    }
  });

  test('may on a dataset what its role allows, but who acts for whom', () => {
    expect(allowedTo(who, EVERYTHING)).toEqual(
      DATASET_PERMISSIONS.filter((each) => each !== 'dataset:extendImpersonation').toSorted(),
    );
    expect(
      allowedTo(who, { kind: 'DATASET', grants: [{ via: 'DIRECT', role: 'VIEWER' }] }),
    ).toEqual(['dataset:export', 'dataset:read', 'datasetRow:filter']);
  });

  test('may on a flow what its role allows, but who acts for whom', () => {
    expect(allowedTo(who, { ...OWNER_THERE, target: { role: 'OWNER', isParty: true } })).toEqual(
      FLOW_PERMISSIONS.filter((each) => each !== 'flow:extendImpersonation').toSorted(),
    );
    expect(allowedTo(who, { kind: 'BOARD', grants: [{ via: 'DIRECT', role: 'NONE' }] })).toEqual(
      [],
    );
  });

  test('gains nothing by the grants of acting as others that it holds', () => {
    for (const permission of DATASET_PERMISSIONS) {
      const facts = { ...EVERYTHING, grants: [] };
      expect(decide(who, permission, { ...facts, impersonationId: 'a grant' })).toEqual(
        decide(who, permission, facts),
      );
    }
  });

  test('is told its role there, and nothing of grants of acting as others', () => {
    const facts: FlowFacts = { kind: 'DATASET', grants: [{ via: 'DIRECT', role: 'VIEWER' }] };
    const { role, checks } = denialOf(who, 'dataset:rename', facts);
    expect(role).toBe('Viewer');
    expect(checks.map(({ step }) => step)).toEqual([
      'ROLE',
      'ITEM_PERMISSION',
      'SUSPENSION',
      'TEAM_MEMBERSHIP',
    ]);
  });
});

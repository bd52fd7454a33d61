import { expect, test } from 'vitest';

import { decide, type FlowFacts } from '../../src/authz/decide.js';
import { helpingWith } from '../../src/authz/denial.js';
import type { Permission } from '../../src/authz/permissions.js';
import { actingPrincipal, serviceAccount } from '../support/principal.js';

const EMPTY: FlowFacts = { kind: 'DATASET', grants: [] };
const ADMIN_THERE: FlowFacts = { ...EMPTY, grants: [{ via: 'DIRECT', role: 'ADMIN' }] };
const VIEWER_THERE: FlowFacts = { ...EMPTY, grants: [{ via: 'GROUP', role: 'VIEWER' }] };

/** All that is hidden from whoever acts as somebody: whether they are there, what they hold, and what there is. */
const PEOPLE = ([undefined, [], ['VIEWER'], ['SUPER_ADMIN', 'ADMIN']] as const).map((roles) =>
  actingPrincipal({ roles, shared: [] }),
);
const PLACES = [undefined, EMPTY, ADMIN_THERE, VIEWER_THERE];

/** Each way in which it is refused for want of all of this, whoever it is and wherever: the steps that help. */
function stepsFor(needed: readonly Permission[], restriction?: readonly Permission[]) {
  const [first] = needed;
  if (!first) throw new Error('Nothing is needed.');
  const answers = PEOPLE.flatMap((person) =>
    PLACES.map((facts) => {
      // The person who is acted as does not show, nor what they hold.
      const who = { ...person, ...(restriction && { restriction: new Set(restriction) }) };
      const decision = decide(who, first, facts);
      if (decision.allowed) throw new Error(`${first} was allowed.`);
      const [remedy] = helpingWith(who, decision.denial, needed).remedies;
      return [remedy, ...(remedy?.next ?? [])].map((step) => [
        step?.mutation ?? step?.kind,
        step?.input?.['role'] ?? step?.input?.['permissions'] ?? step?.input?.['sharedResource'],
      ]);
    }),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  return answers[0];
}

test('without a grant the steps lead to the end, and tell of nobody and of nothing', () => {
  expect(stepsFor(['dataset:read', 'dataset:rename'])).toEqual([
    ['grantImpersonation', undefined],
    ['addDatasetMember', 'ADMIN'],
  ]);
  expect(stepsFor(['flow:read'])).toEqual([
    ['grantImpersonation', undefined],
    ['addFlowMember', 'VIEWER'],
  ]);
  expect(stepsFor(['group:write'])).toEqual([
    ['grantImpersonation', 'USER_AND_GROUP_MANAGEMENT'],
    ['ASK_ACCOUNT_ADMIN', undefined],
  ]);
});

test('with a key that is too narrow they start at the key', () => {
  const both = ['dataset:read', 'dataset:rename'] as const;
  expect(stepsFor(both, ['user:read'])).toEqual([
    ['createAccessKey', ['dataset:read', 'dataset:rename', 'user:read']],
    ['grantImpersonation', undefined],
    ['addDatasetMember', 'ADMIN'],
  ]);
  // Whether that is the person’s own membership, or the program’s, shows last.
  expect(stepsFor(['datasetMember:remove'], ['user:read'])?.at(-1)).toEqual(['SIGN_IN', undefined]);
});

test('where no key, grant or role helps, a person does it, at once', () => {
  for (const permission of ['session:manage', 'dataset:extendImpersonation'] as const) {
    expect(stepsFor([permission])).toEqual([['SIGN_IN', undefined]]);
    expect(stepsFor([permission], ['user:read'])).toEqual([['SIGN_IN', undefined]]);
  }
  expect(stepsFor(['dataset:read', 'dataset:extendImpersonation'])).toEqual([
    ['SIGN_IN', undefined],
  ]);
  const decision = decide(serviceAccount(['dataset:read']), 'group:write');
  expect(decision).toMatchObject({ denial: { remedies: [{ kind: 'SIGN_IN' }] } });
});

test('a target that is found with a narrow key needs a wider one, too', () => {
  const who = {
    ...actingPrincipal({ roles: ['EDITOR'], shared: [] }),
    restriction: new Set(['dataset:read'] as const),
  };
  const decision = decide(who, 'dataset:read', { ...EMPTY, impersonationId: 'a grant' });
  if (decision.allowed) throw new Error('It was allowed.');
  const [remedy] = helpingWith(who, decision.denial, ['dataset:rename']).remedies;
  expect(decision.denial.reason).toBe('NOT_A_TARGET');
  expect(remedy).toMatchObject({
    kind: 'ASK_FLOW_OWNER',
    next: [
      { mutation: 'createAccessKey', input: { permissions: ['dataset:read', 'dataset:rename'] } },
    ],
  });
});

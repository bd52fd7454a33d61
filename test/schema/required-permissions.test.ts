import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor, Result } from '../support/actor.js';
import { createFlows } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import { RequiredPermissions } from '../support/operations.js';
import { PLANNED, type PlannedDocument } from '../support/planned.js';
import { globalId, workspace, type Workspace } from '../support/world.js';

let here: Workspace;
let reader: Actor;

beforeAll(async () => {
  here = await workspace();
  reader = await here.person({ role: 'VIEWER' });
});

async function plan({ document }: Pick<PlannedDocument, 'document'>) {
  const { data, errors } = await reader.run(RequiredPermissions, { document });
  if (!data?.requiredPermissions) throw new Error(JSON.stringify(errors));
  return data.requiredPermissions;
}

type Plan = Awaited<ReturnType<typeof plan>>;

/** Something to run a document on, and a key that is good for these permissions alone. */
async function stage({ by }: PlannedDocument, planned: Plan, permissions: readonly string[]) {
  const there = await workspace();
  const [owner, person] = await there.people([{ role: 'EDITOR' }, { role: 'VIEWER' }]);
  const role = planned.accountRoles[0] as AccountRole;
  const holder = await there.person({ role });
  const serviceAccountId = await there.serviceAccount();
  const dataset = await there.dataset({
    name: 'Of one test',
    members: [
      { user: owner, role: 'ADMIN' },
      { serviceAccountId, role: planned.datasetRole ?? 'VIEWER' },
    ],
  });
  const [flow] = await createFlows(there, [
    {
      name: 'Of one test',
      members: [
        { user: owner, role: 'OWNER' },
        { serviceAccountId, role: planned.flowRole ?? 'VIEWER' },
      ],
    },
  ]);
  const key = await keyOf(there, by === 'person' ? { userId: holder.id } : { serviceAccountId }, {
    permissions: [...permissions],
  });
  const variables = {
    dataset: dataset.id,
    flow: flow?.id,
    email: person.email,
    search: 'a',
    person: globalId('User', person.id),
    group: globalId('Group', await there.group([])),
  };
  return { key, variables };
}

/** A key without any permission at all is one without restriction, so one is left that nothing takes. */
const NONE = 'billing:manage';

async function runWith(planned: PlannedDocument, its: Plan, permissions: readonly string[]) {
  const { key, variables } = await stage(planned, its, [...permissions, NONE]);
  const named = Object.entries(variables).filter(([name]) =>
    planned.document.includes(`$${name}:`),
  );
  return key.user.run(planned.document, Object.fromEntries(named));
}

function refusals({ errors = [] }: Result): unknown[] {
  return errors.filter(({ extensions }) => ['FORBIDDEN', 'NOT_FOUND'].includes(extensions.code));
}

test('there are at least 25 documents, and ten of them planned by hand', () => {
  const all = Object.values(PLANNED);
  expect(all.length).toBeGreaterThanOrEqual(25);
  expect(all.filter(({ takes }) => takes).length).toBeGreaterThanOrEqual(10);
});

describe.each(Object.entries(PLANNED))('%s', (_name, planned) => {
  test('takes what was found by hand', async () => {
    const { permissions, datasetRole, flowRole, takesSignIn } = await plan(planned);
    expect(takesSignIn).toBe(false);
    if (!planned.takes) return;
    expect(permissions).toEqual(planned.takes);
    expect(datasetRole).toBe(planned.datasetRole ?? null);
    expect(flowRole).toBe(planned.flowRole ?? null);
  });

  test('is refused nothing with a key for that alone', async () => {
    const its = await plan(planned);
    const result = await runWith(planned, its, its.permissions);
    expect(result.errors ?? []).toEqual([]);
  });

  test('is refused something with a key for less', async () => {
    const its = await plan(planned);
    expect(its.permissions.length).toBeGreaterThan(0);
    for (const missing of its.permissions) {
      const rest = its.permissions.filter((each) => each !== missing);
      const result = await runWith(planned, its, rest);
      expect(refusals(result).length, missing).toBeGreaterThan(0);
    }
  });
});

describe('what a document takes', () => {
  test('is told field by field, with the rule that the schema prints', async () => {
    const { fields } = await plan({
      document: 'query($id: ID!) { one: user(id: $id) { name seen: lastSignedInAt } }',
    });
    expect(
      fields.map(({ path, coordinate, permissions, orSelf }) => [
        path.join('.'),
        coordinate,
        permissions.join(' '),
        orSelf,
      ]),
    ).toEqual([
      ['one', 'Query.user', 'directory:read user:read', false],
      ['one.name', 'User.name', 'directory:read', true],
      ['one.seen', 'User.lastSignedInAt', 'directory:read user:read', true],
    ]);
    expect(fields[0]?.rule).toBe('account: user:read; a key needs account: directory:read');
  });

  test('is less of oneself, and other things for whoever acts as somebody', async () => {
    const own = await plan({ document: '{ me { user { email } } }' });
    expect([own.permissions, own.canBeDelegated]).toEqual([[], true]);
    const log = await plan({ document: '{ auditLog { totalCount } }' });
    expect([log.takesSignIn, log.canBeDelegated]).toEqual([false, false]);
    const keys = await plan({ document: '{ me { apiKeys { name } } }' });
    expect([keys.permissions, keys.takesSignIn, keys.canBeDelegated]).toEqual([[], true, false]);
  });

  test('is all that variables could ask for, unless it is told what they hold', async () => {
    const document = 'mutation($input: OffboardInput!) { offboard(input: $input) { batchId } }';
    const ask = async (variables?: object) => {
      const given = variables && { variables: { ...variables } };
      const { data } = await reader.run(RequiredPermissions, { document, ...given });
      return data?.requiredPermissions?.permissions;
    };
    expect(await ask()).toContain('flowMember:makeOwner');
    expect(await ask({ input: { userId: 'x', confirm: true } })).toEqual(['user:remove']);
    const handOver = [{ flowId: globalId('Dataset', uuidv7()), toUserId: 'x' }];
    expect(await ask({ input: { userId: 'x', handOver, takeOverInvitations: true } })).toEqual([
      'dataset:read',
      'datasetMember:makeAdmin',
      'user:create',
      'user:remove',
    ]);
  });

  test('is what the role takes that is given, and what the id names', async () => {
    const document = `mutation($id: ID!, $role: DatasetRole!) {
      assumeDatasetRole(input: { datasetId: $id, role: $role }) { __typename }
      grantImpersonation(input: { handle: "sa:x", flowId: $id }) { __typename }
    }`;
    const variables = { id: globalId('Board', uuidv7()), role: 'ADMIN' };
    const { data } = await reader.run(RequiredPermissions, { document, variables });
    expect(data?.requiredPermissions?.permissions).toEqual([
      'dataset:override',
      'dataset:read',
      'flow:extendImpersonation',
      'flow:read',
    ]);
  });

  test('names the weakest roles, and under which condition they suffice', async () => {
    const planned = await plan(PLANNED['adding a member'] as PlannedDocument);
    expect(planned.conditions).toEqual(['dataset: Make a viewer: never of an Admin']);
    const users = await plan({ document: '{ users { totalCount } }' });
    expect(users.accountRoles[0]).toBe('USER_ADMIN');
    const none = await plan({
      document:
        '{ users { edges { node { apiKeys { id } } } } governance { inactiveUsers { totalCount } } }',
    });
    expect(none.accountRoles).toEqual([]);
  });

  test('takes no statement beyond signing in, whatever is in it', async () => {
    const short = await reader.run(RequiredPermissions, { document: '{ me { permissions } }' });
    const long = await reader.run(RequiredPermissions, {
      document: `query($id: ID!) { dataset(id: $id) { members { totalCount } } users { totalCount } }`,
    });
    expect(short.statements).toBe(1);
    expect(long.statements).toBe(short.statements);
  });

  test('is for whoever is signed in', async () => {
    const result = await here.program();
    expect(
      await result.run(RequiredPermissions, { document: '{ me { permissions } }' }),
    ).toSucceed();
  });
});

describe('INVALID_INPUT, with where it is wrong,', () => {
  test.each([
    ['no GraphQL', '{ me {', 'document', { line: 1, column: 7 }],
    ['a field that is not there', '{\n  nothing\n}', 'document', { line: 2, column: 3 }],
    ['too many tokens', `{ ${'me { permissions } '.repeat(600)} }`, 'document', undefined],
    [
      'too deep a document',
      `{ users { edges { node { ${'addedBy { '.repeat(12)} name ${'} '.repeat(12)} } } } }`,
      'document',
      undefined,
    ],
    [
      'too costly a document',
      '{ users(first: 100) { edges { node { groups(first: 100) { edges { node { id } } } } } } }',
      'document',
      undefined,
    ],
    [
      'several operations',
      'query A { me { permissions } } query B { me { permissions } }',
      'document',
      undefined,
    ],
    ['no operation', 'fragment A on Me { permissions }', 'document', undefined],
  ])('for %s', async (_what, document, argument, place) => {
    const result = await reader.run(RequiredPermissions, { document });
    expect(result).toFail('INVALID_INPUT');
    const problems = result.errors?.[0]?.extensions['problems'] as {
      path: string[];
      locations?: object[];
    }[];
    expect(problems[0]?.path).toEqual([argument]);
    if (place) expect(problems[0]?.locations).toEqual([place]);
  });

  test('for another operation, and for variables that do not fit', async () => {
    const document = 'query A($n: Int) { users(first: $n) { totalCount } }';
    expect(await reader.run(RequiredPermissions, { document, operationName: 'B' })).toFail(
      'INVALID_INPUT',
    );
    const result = await reader.run(RequiredPermissions, {
      document,
      variables: { n: 'a secret' },
    });
    expect(result).toFail('INVALID_INPUT');
    expect(result.text).not.toContain('a secret');
  });
});

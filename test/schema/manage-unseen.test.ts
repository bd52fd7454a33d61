import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { explained } from '../support/explaining.js';
import { builtInRoles, personWith, userId } from '../support/people.js';
import { whoCan } from '../support/who-can.js';
import { globalId, workspace } from '../support/world.js';

/** Somebody with each role of their own that lets them manage things but see none, and such things. */
async function stage() {
  const here = await workspace();
  const governor = await here.person({ name: 'Sofia Super', role: 'SUPER_ADMIN' });
  const ada = await here.person({ name: 'Ada', role: 'VIEWER' });
  const robot = await here.program('Night robot');
  const groupId = globalId('Group', await here.group([ada], 'Team'));
  const { client } = await testDatabase();
  const session = await client.session.findFirstOrThrow({ where: { userId: ada.id } });
  return {
    here,
    governor,
    ada: userId(ada),
    groupId,
    serviceAccountId: globalId('ServiceAccount', robot.id),
    sessionId: globalId('Session', session.id),
  };
}

type Stage = Awaited<ReturnType<typeof stage>>;
type Case = readonly [
  mutation: string,
  takes: string,
  about: 'groupId' | 'serviceAccountId' | 'sessionId',
  input: (s: Stage) => object,
];

const CASES: readonly Case[] = [
  ['renameGroup', 'group:write', 'groupId', () => ({ name: 'Crew' })],
  ['deleteGroup', 'group:write', 'groupId', () => ({ name: 'Team' })],
  ['addGroupMembers', 'group:write', 'groupId', ({ ada }) => ({ userIds: [ada] })],
  ['removeGroupMembers', 'group:write', 'groupId', ({ ada }) => ({ userIds: [ada] })],
  ['updateServiceAccount', 'serviceAccount:manage', 'serviceAccountId', () => ({ name: 'Day' })],
  ['disableServiceAccount', 'serviceAccount:manage', 'serviceAccountId', () => ({})],
  ['enableServiceAccount', 'serviceAccount:manage', 'serviceAccountId', () => ({})],
  [
    'deleteServiceAccount',
    'serviceAccount:manage',
    'serviceAccountId',
    () => ({ name: 'Night robot' }),
  ],
  ['createAccessKey', 'serviceAccount:manage', 'serviceAccountId', () => ({ name: 'A key' })],
  ['revokeSession', 'session:manage', 'sessionId', () => ({})],
];

describe.each(CASES)('%s', (mutation, takes, about, inputOf) => {
  const document = `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { __typename } }`;

  test('of what somebody may not see finds nothing, and nobody is told that they could', async () => {
    const s = await stage();
    const blind = await personWith(s.here, takes);
    const seeing = await personWith(s.here, takes, 'directory:read');
    const input = { [about]: s[about], ...inputOf(s) };
    const asked = { operation: `Mutation.${mutation}`, resourceId: s[about] };
    const named = (await whoCan(s.governor, asked)).edges.map(({ node }) => node.user.id);
    expect(named).not.toContain(userId(blind));
    expect(named).toContain(userId(seeing));
    const of = (who: typeof blind) => explained(s.governor, { ...asked, principalId: userId(who) });
    expect(await of(blind)).toMatchObject({ allowed: false, missing: ['directory:read'] });
    expect(await of(seeing)).toMatchObject({ allowed: true });
    const refused = await blind.run(document, { input });
    await expect(refused).toBeHidden();
    await expect(refused).toHaveAudited({ outcome: 'REFUSED', code: 'NOT_FOUND' });
    const [typename = ''] = Buffer.from(s[about], 'base64url').toString().split(':');
    const nobodys = { ...input, [about]: globalId(typename, uuidv7()) };
    expect((await blind.run(document, { input: nobodys })).statements).toBe(refused.statements);
    expect(await seeing.run(document, { input })).toSucceed();
  });
});

const FOUND = [
  ['serviceAccount', 'serviceAccount:manage', 'directory:read'],
  ['user', 'user:read', 'directory:read'],
  ['role', 'user:read', 'account:read'],
] as const;

test.each(FOUND)(
  'Query.%s finds nothing unseen, and nobody is told that it does',
  async (query, takes, sees) => {
    const s = await stage();
    const { EDITOR } = await builtInRoles(s.here);
    const id = { serviceAccount: s.serviceAccountId, user: s.ada, role: EDITOR }[query];
    const blind = await personWith(s.here, takes);
    const seeing = await personWith(s.here, takes, sees);
    const asked = { operation: `Query.${query}`, resourceId: id };
    const named = (await whoCan(s.governor, asked)).edges.map(({ node }) => node.user.id);
    const document = `query ($id: ID!) { ${query}(id: $id) { name } }`;
    for (const [who, allowed] of [
      [blind, false],
      [seeing, true],
    ] as const) {
      expect(named.includes(userId(who))).toBe(allowed);
      expect(await explained(s.governor, { ...asked, principalId: userId(who) })).toMatchObject({
        allowed,
        missing: allowed ? [] : [sees],
      });
      const { data } = await who.run<Record<string, object | null>, unknown>(document, { id });
      expect(data?.[query] != null).toBe(allowed);
    }
  },
);

test('who makes what they could not see is shown what they made', async () => {
  const { here } = await stage();
  const blind = await personWith(here, 'group:write', 'serviceAccount:manage');
  const group = await blind.run(
    'mutation { createGroup(input: { name: "Crew" }) { group { name } } }',
    {},
  );
  expect(group).toSucceed();
  expect(group.data).toEqual({ createGroup: { group: { name: 'Crew' } } });
  const program = await blind.run(
    'mutation { createServiceAccount(input: { name: "Day", purpose: "Days" }) { serviceAccount { name } } }',
    {},
  );
  expect(program.data).toEqual({ createServiceAccount: { serviceAccount: { name: 'Day' } } });
});

const NAMING = [
  [
    'previewRoleChange',
    'query ($id: ID!, $roleId: ID!) { previewRoleChange(userId: $id, roleIds: [$roleId]) { gained } }',
  ],
  [
    'assignRoles',
    'mutation ($id: ID!, $roleId: ID!) { assignRoles(input: { userId: $id, roleIds: [$roleId], confirm: true }) { __typename } }',
  ],
  [
    'createRole',
    'mutation ($roleId: ID!) { createRole(input: { name: "Own", permissions: [], parentIds: [$roleId] }) { __typename } }',
  ],
  [
    'inviteUser',
    'mutation ($roleId: ID!) { inviteUser(input: { email: "new@example.test", roleId: $roleId }) { __typename } }',
  ],
] as const;

test.each(NAMING)('%s finds no role for those who may see none', async (_name, document) => {
  const { here, ada: id } = await stage();
  const takes = ['role:assign', 'role:write', 'user:create', 'directory:read'];
  const { VIEWER: roleId } = await builtInRoles(here);
  const viewers = ['account:read', 'execution:read', 'flow:readAny'];
  const blind = await personWith(here, ...takes);
  const seeing = await personWith(here, ...takes, ...viewers);
  const nowhere = globalId('Role', '01900000-0000-7000-8000-000000000000');
  const ask = (who: typeof blind, role: string) =>
    who.run(document, document.includes('$id') ? { id, roleId: role } : { roleId: role });
  const refused = await ask(blind, roleId);
  expect(refused).toFail('NOT_FOUND');
  expect(refused.text).toBe((await ask(blind, nowhere)).text);
  expect(await ask(seeing, nowhere)).toFail('NOT_FOUND');
  expect(await ask(seeing, roleId)).toSucceed();
});

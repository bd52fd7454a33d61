import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { bearer, tokenOf, withApiKey } from '../support/oauth.js';
import {
  AssignRoles,
  DeleteRole,
  ListUsers,
  LookAndDemote,
  ReactivateUser,
  ReadSelf,
  RemoveUser,
  SuspendUser,
  UpdateRole,
  WatchImport,
} from '../support/operations.js';
import { customRole, give, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';
import { addFields, events, start, type Event } from '../support/transfers.js';

/** Everything that somebody can come with, and a program that acts as them. */
async function everywhere() {
  const all = await staff();
  const { here, superAdmin, roleIds } = all;
  const ada = await here.person({ name: 'Ada', role: 'USER_ADMIN' });
  const desk = await customRole(here, { name: 'Desk', permissions: ['user:read'] });
  const parent = await customRole(here, { name: 'Parent', permissions: ['user:suspend'] });
  const heir = await customRole(here, { name: 'Heir', parentIds: [parent] });
  await give(here, ada, [roleIds.VIEWER, roleIds.USER_ADMIN, desk, heir]);
  const key = await withApiKey(here, ada);
  const program = await here.program();
  await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  const token = bearer(key, await tokenOf(key));
  const ways: Readonly<Record<string, Actor>> = {
    session: ada,
    key,
    token,
    program: program.as(ada),
  };
  for (const who of Object.values(ways)) expect(await who.run(ListUsers, {})).toSucceed();
  return { ...all, superAdmin, ada, key, desk, parent, ways, input: { userId: userId(ada) } };
}

const codeOf = (result: Result) => refusalIn(result)['code'];

/** What each of these gets for the next request. */
async function nextOf(ways: Readonly<Record<string, Actor>>) {
  const answers: Record<string, unknown> = {};
  for (const [name, who] of Object.entries(ways)) {
    answers[name] = codeOf(await who.run(ListUsers, {})) ?? 'SUCCESS';
  }
  return answers;
}

const everyWay = (code: string) => ({ session: code, key: code, token: code, program: code });

describe('the next request', () => {
  test('of whoever was suspended is refused, however it comes, and keys stay off afterwards', async () => {
    const { superAdmin, ways, key, input, ada } = await everywhere();
    expect(await superAdmin.run(SuspendUser, { input })).toSucceed();
    expect(await nextOf(ways)).toEqual({
      ...everyWay('UNAUTHENTICATED'),
      program: 'FORBIDDEN',
    });
    expect(refusalIn(await ada.run(ReadSelf))['reason']).toBe('SESSION_ENDED');
    expect(await superAdmin.run(ReactivateUser, { input })).toSucceed();
    expect(await nextOf(ways)).toEqual({
      ...everyWay('UNAUTHENTICATED'),
      program: 'SUCCESS',
    });
    expect(refusalIn(await key.run(ReadSelf))['reason']).toBe('KEY_INACTIVE');
  });

  test('of whoever was removed is refused, however it comes', async () => {
    const { superAdmin, ways, input } = await everywhere();
    await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } });
    const answers = await nextOf(ways);
    expect(answers).toEqual({ ...everyWay('UNAUTHENTICATED'), program: 'FORBIDDEN' });
  });

  test('of whoever got other roles has their rights, however it comes', async () => {
    const { superAdmin, ways, input, roleIds } = await everywhere();
    const assign = (roleId: string) =>
      superAdmin.run(AssignRoles, { input: { ...input, roleIds: [roleId], confirm: true } });
    expect(await assign(roleIds.VIEWER)).toSucceed();
    expect(await nextOf(ways)).toEqual(everyWay('FORBIDDEN'));
    expect(await assign(roleIds.USER_ADMIN)).toSucceed();
    // A token never does more than what it was issued for, which it still may.
    expect(await nextOf(ways)).toEqual(everyWay('SUCCESS'));
  });

  test('of whoever holds a role that was changed or deleted has its rights, also by inheritance', async () => {
    const { here, superAdmin, ways, ada, desk, parent, roleIds } = await everywhere();
    await give(here, ada, [roleIds.VIEWER, desk]);
    const persons = { session: ada, key: ways['key'] ?? ada };
    const ok = { session: 'SUCCESS', key: 'SUCCESS' };
    const refused = { session: 'FORBIDDEN', key: 'FORBIDDEN' };
    expect(await nextOf(persons)).toEqual(ok);
    const change = (roleId: string, changes: object) =>
      superAdmin.run(UpdateRole, { input: { roleId, ...changes } });
    expect(await change(desk, { permissions: [] })).toSucceed();
    expect(await nextOf(persons)).toEqual(refused);
    await change(desk, { parentIds: [parent] });
    expect(await nextOf(persons)).toEqual(refused);
    await change(parent, { permissions: ['user:read'] });
    expect(await nextOf(persons)).toEqual(ok);
    await superAdmin.run(DeleteRole, { input: { roleId: parent, name: 'Parent' } });
    expect(await nextOf(persons)).toEqual(refused);
    await change(desk, { permissions: ['user:read'] });
    expect(await nextOf(persons)).toEqual(ok);
    await superAdmin.run(DeleteRole, { input: { roleId: desk, name: 'Desk' } });
    expect(await nextOf(persons)).toEqual(refused);
  });
});

describe('one document', () => {
  test('that takes one’s own role away decides and shows what follows without it', async () => {
    const { here, superAdmin, roleIds } = await staff();
    await here.person({ role: 'SUPER_ADMIN' });
    const result = await superAdmin.run(LookAndDemote, {
      roles: { userId: userId(superAdmin), roleIds: [roleIds.VIEWER], confirm: true },
      profile: { name: 'Sofia' },
      settings: { name: 'Too late' },
    });
    const { before, demoteMe, adminOnly, after } = result.data ?? {};
    expect(before?.user?.roles?.[0]?.permissions).toContain('role:assignAny');
    expect(demoteMe?.user?.id).toBe(userId(superAdmin));
    expect(adminOnly).toBeNull();
    expect(after?.user?.roles).toEqual([{ name: 'VIEWER', permissions: null }]);
    expect(
      result.errors?.map(({ path, extensions }) => [path?.[0], extensions['denial']]),
    ).toMatchObject([
      ['adminOnly', { missing: ['accountSettings:write'], role: 'VIEWER' }],
      ['after', { missing: ['user:read'], role: 'VIEWER' }],
    ]);
  });

  test('that gives a role beside decides what follows with it, and asks the same rule anew', async () => {
    const { superAdmin, roleIds } = await staff();
    const other = { input: { userId: userId(superAdmin), roleIds: Object.values(roleIds) } };
    const result = await superAdmin.run(
      `mutation ($input: AssignRolesInput!, $less: AssignRolesInput!, $name: UpdateAccountInput!) {
        before: createServiceAccount(input: { name: "A", purpose: "Tests." }) { serviceAccount { id } }
        more: assignRoles(input: $input) { user { id } }
        one: updateAccount(input: $name) { account { name } }
        less: assignRoles(input: $less) { user { id } }
        two: updateAccount(input: $name) { account { name } }
      }`,
      {
        ...other,
        less: { ...other.input, roleIds: [roleIds.SUPER_ADMIN], confirm: true },
        name: { name: 'New' },
      },
    );
    expect(result).toSucceed();
  });
});

describe('what is under way', () => {
  test.each([
    ['suspended', SuspendUser, {}],
    ['removed', RemoveUser, { confirm: true }],
  ] as const)('a subscription of somebody who is %s ends', async (_what, document, more) => {
    const { here, superAdmin } = await staff();
    const ada = await here.person();
    const dataset = await here.dataset({ members: [{ user: ada, role: 'ADMIN' }] });
    await addFields(ada, dataset, [{ name: 'Name', type: 'TEXT' }]);
    const { id } = await start(ada, dataset);
    const response = await ada.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: WatchImport.toString(), variables: { id } }),
    });
    const stream = events(response);
    expect(((await stream.next()).value as Event).errors).toBeUndefined();
    const input = { userId: userId(ada), ...more };
    expect(
      await superAdmin.run<unknown, { input: object }>(document as never, { input }),
    ).toSucceed();
    const rest: Event[] = [];
    for await (const event of stream) rest.push(event);
    expect(
      rest.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code)),
    ).toEqual(['UNAUTHENTICATED']);
  });
});

import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { createFlow } from '../support/flow-world.js';
import {
  GetGroup,
  GetGroupWhole,
  GetUserGroups,
  ListAccess,
  ListGroupsWhole,
  ListUsersWithGroups,
  PageGroupMembers,
  PageGroups,
  ReadAccessOfDataset,
} from '../support/operations.js';
import { personWith } from '../support/people.js';
import { globalId, workspace } from '../support/world.js';

/** A group of two that is a member of three flows, of which different people see who is a member. */
async function office() {
  const here = await workspace();
  const [ada, bob, editor, viewer, userAdmin, iamAdmin, superAdmin] = await here.people([
    { name: 'Ada' },
    { name: 'Bob' },
    { name: 'Edda' },
    { name: 'Vera', role: 'VIEWER' },
    { name: 'Uma', role: 'USER_ADMIN' },
    { name: 'Ivan', role: 'IAM_ADMIN' },
    { name: 'Sofia', role: 'SUPER_ADMIN' },
  ]);
  const id = await here.group([ada, bob], 'Team');
  const suppliers = await here.dataset({
    name: 'Suppliers',
    members: [
      { user: editor, role: 'ADMIN' },
      { user: viewer, role: 'VIEWER' },
      { groupId: id, role: 'MEMBER' },
    ],
  });
  await here.dataset({ name: 'Salaries', members: [{ groupId: id, role: 'ADMIN' }] });
  const list = await createFlow(here, {
    kind: 'LIST',
    name: 'Countries',
    members: [
      { user: viewer, role: 'OWNER' },
      { groupId: id, role: 'EDITOR' },
    ],
  });
  const groupId = globalId('Group', id);
  const people = { ada, bob, editor, viewer, userAdmin, iamAdmin, superAdmin };
  return { here, ...people, id, groupId, suppliers, list };
}

describe('a group', () => {
  test('is seen by everybody of the account, and by nobody else', async () => {
    const { here, viewer, groupId } = await office();
    const { data } = await viewer.run(GetGroup, { id: groupId });
    expect(data?.group).toEqual({ id: groupId, name: 'Team' });
    const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
    expect((await stranger.run(GetGroup, { id: groupId })).data?.group).toBeNull();
    const program = await here.program();
    expect(await program.run(GetGroup, { id: groupId })).toBeDenied({ missing: 'directory:read' });
  });

  test('shows those who manage people but see nobody themselves alone, and counts nobody else', async () => {
    const { here, ada, bob, id } = await office();
    const blind = await personWith(here, 'user:read', 'account:read', 'role:write');
    const dataset = await here.dataset({
      members: [
        { user: blind, role: 'ADMIN' },
        { groupId: id, role: 'VIEWER' },
      ],
    });
    const { client } = await testDatabase();
    const { accountId } = here;
    const groups = () =>
      blind.run(
        `query ($id: ID!) { dataset(id: $id) { members { edges { node { grantee {
           ... on Group { members { totalCount edges { node { name } } } } } } } } } }`,
        { id: dataset.id },
      );
    const shown = (members: object) => ({
      dataset: {
        members: { edges: [{ node: { grantee: {} } }, { node: { grantee: { members } } }] },
      },
    });
    const before = await groups();
    expect(before).toSucceed();
    expect(before.data).toEqual(shown({ totalCount: 0, edges: [] }));
    await client.groupMember.create({ data: { accountId, groupId: id, userId: blind.id } });
    const self = { totalCount: 1, edges: [{ node: { name: blind.name } }] };
    expect((await groups()).data).toEqual(shown(self));
    const { roleId } = await client.roleAssignment.findFirstOrThrow({
      where: { userId: blind.id },
    });
    await client.roleAssignment.createMany({
      data: [ada, bob].map((each) => ({ accountId, userId: each.id, roleId })),
    });
    const role = await blind.run(
      'query ($id: ID!) { role(id: $id) { holders { totalCount edges { node { name } } } } }',
      { id: globalId('Role', roleId) },
    );
    expect(role.data).toEqual({ role: { holders: self } });
  });

  test('shows who is in it to those who manage people', async () => {
    const { ada, bob, viewer, userAdmin, groupId } = await office();
    const { data } = await userAdmin.run(GetGroupWhole, { id: groupId });
    expect(data?.group?.members).toEqual({
      totalCount: 2,
      edges: [ada, bob].map(({ id, name }) => ({ node: { id: globalId('User', id), name } })),
    });
    for (const other of [ada, viewer]) {
      const result = await other.run(GetGroupWhole, { id: groupId });
      expect(result).toBeDenied({ missing: 'user:read' });
      expect(result.data?.group?.members).toBeNull();
      expect(result.data?.group?.name).toBe('Team');
    }
  });

  test('shows what it reaches to those who see who is a member there, and counts no more', async () => {
    const { ada, editor, viewer, userAdmin, iamAdmin, superAdmin, groupId } = await office();
    const reached = async (who: typeof ada) => {
      const result = await who.run(GetGroupWhole, { id: groupId });
      const { totalCount, edges } = result.data?.group?.memberships ?? {};
      expect(totalCount).toBe(edges?.length);
      expect(result.data).not.toHaveProperty('extensions');
      return edges?.map(({ node }) => `${node.flow.name} ${node.role}`);
    };
    const all = ['Suppliers MEMBER', 'Salaries ADMIN', 'Countries EDITOR'];
    expect(await reached(iamAdmin)).toEqual(all);
    expect(await reached(superAdmin)).toEqual(all);
    expect(await reached(ada)).toEqual(all);
    expect(await reached(editor)).toEqual(['Suppliers MEMBER']);
    expect(await reached(viewer)).toEqual(['Countries EDITOR']);
    expect(await reached(userAdmin)).toEqual([]);
  });

  test('opens nothing to those who read it for governance', async () => {
    const { superAdmin, groupId, here } = await office();
    const result = await superAdmin.run(GetGroupWhole, { id: groupId });
    expect(result.text).not.toContain('overrides');
    const { client } = await testDatabase();
    expect(await client.auditEntry.count({ where: { accountId: here.accountId } })).toBe(0);
  });

  test('marks what only the override shows to those who do not govern', async () => {
    const { here, editor, groupId } = await office();
    const { client } = await testDatabase();
    const { accountId } = here;
    const role = await client.role.create({
      data: { accountId, name: 'O', nameKey: 'o', permissions: ['dataset:override'] },
    });
    await client.roleAssignment.create({
      data: { accountId, userId: editor.id, roleId: role.id },
    });
    const result = await editor.run(GetGroupWhole, { id: groupId });
    expect(result.data?.group?.memberships?.totalCount).toBe(2);
    await expect(result).toHaveAudited({
      action: 'dataset.overridden',
      via: 'SUPER_ADMIN_OVERRIDE',
    });
  });
});

describe('the groups of a person', () => {
  test('are seen by themselves and by those who manage people', async () => {
    const { here, ada, bob, userAdmin, groupId } = await office();
    const other = globalId('Group', await here.group([ada], 'Another'));
    const id = globalId('User', ada.id);
    for (const who of [ada, userAdmin]) {
      const { data } = await who.run(GetUserGroups, { id });
      expect(data?.node).toEqual({
        groups: {
          totalCount: 2,
          edges: [
            { node: { id: groupId, name: 'Team' } },
            { node: { id: other, name: 'Another' } },
          ],
        },
      });
    }
    expect(await bob.run(GetUserGroups, { id })).toBeDenied({ missing: 'user:read' });
  });
});

describe('the list of groups', () => {
  test('is by name, in pages both ways, and is searched', async () => {
    const { viewer, here } = await office();
    for (const name of ['beta', 'Alpha', 'Delta 100%', 'gamma']) await here.group([], name);
    const names = async (variables: Parameters<typeof viewer.run>[1]) => {
      const { data } = await viewer.run(PageGroups, variables ?? {});
      return {
        names: data?.groups?.edges.map(({ node }) => node.name),
        total: data?.groups?.totalCount,
        ...data?.groups?.pageInfo,
      };
    };
    const all = ['Alpha', 'beta', 'Delta 100%', 'gamma', 'Team'];
    expect(await names({})).toMatchObject({ names: all, total: 5, hasNextPage: false });
    const first = await names({ first: 2 });
    expect(first).toMatchObject({ names: all.slice(0, 2), total: 5, hasNextPage: true });
    const second = await names({ first: 2, after: first.endCursor });
    expect(second).toMatchObject({ names: all.slice(2, 4), hasPreviousPage: true });
    const last = await names({ last: 2 });
    expect(last).toMatchObject({ names: all.slice(3), hasPreviousPage: true });
    expect(await names({ last: 5, before: last.startCursor })).toMatchObject({
      names: all.slice(0, 3),
    });
    expect(await names({ search: 'TA' })).toMatchObject({
      names: ['beta', 'Delta 100%'],
      total: 2,
    });
    expect(await names({ search: '%' })).toMatchObject({ names: ['Delta 100%'], total: 1 });
    const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
    expect((await stranger.run(PageGroups, {})).data?.groups?.totalCount).toBe(0);
  });

  test('pages through the people of a group', async () => {
    const here = await workspace();
    const manager = await here.person({ role: 'USER_ADMIN' });
    const people = await here.people(Array.from({ length: 5 }, () => ({})));
    const id = globalId('Group', await here.group(people));
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const result: Awaited<ReturnType<typeof page>> = await page(after);
      const { totalCount, edges = [], pageInfo } = result.data?.group?.members ?? {};
      expect(totalCount).toBe(5);
      seen.push(...edges.map(({ node }) => node.id));
      after = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
    } while (after !== null);
    expect(seen).toEqual(people.map((person) => globalId('User', person.id)));

    function page(cursor: string | null) {
      return manager.run(PageGroupMembers, { id, first: 2, after: cursor });
    }
  });
});

/** So many groups, each with five people and three flows, and who reads them. */
async function crowd(count: number, role: 'IAM_ADMIN' | 'USER_ADMIN') {
  const here = await workspace();
  const [reader, ...people] = await here.people([
    { role },
    ...Array.from({ length: 5 }, () => ({})),
  ]);
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.push(await here.group(people));
  await here.datasets(
    ids.flatMap((groupId) =>
      Array.from({ length: 3 }, () => ({
        members: [
          { user: reader, role: 'ADMIN' as const },
          { groupId, role: 'VIEWER' as const },
        ],
      })),
    ),
  );
  return { reader, person: people[0] };
}

describe('as many statements for 25 as for 1 take', () => {
  test.each(['IAM_ADMIN', 'USER_ADMIN'] as const)(
    'groups with their people and flows, for the %s',
    async (role) => {
      const [one, many] = [await crowd(1, role), await crowd(25, role)];
      const few = await one.reader.run(ListGroupsWhole, { first: 25 });
      const result = await many.reader.run(ListGroupsWhole, { first: 25 });
      expect(few).toSucceed();
      expect(result).toSucceed();
      expect(result.data?.groups?.edges).toHaveLength(25);
      expect(result.data?.groups?.edges[24]?.node.members?.totalCount).toBe(5);
      expect(result.data?.groups?.edges[24]?.node.memberships?.totalCount).toBe(3);
      expect(result).toTakeQueries(few.statements);
      expect(result.statements).toBeLessThanOrEqual(6);
    },
  );

  test('people with their groups', async () => {
    const counts: number[] = [];
    for (const count of [1, 24]) {
      const here = await workspace();
      const manager = await here.person({ role: 'USER_ADMIN' });
      const people = await here.people(Array.from({ length: count }, () => ({})));
      for (let at = 0; at < 6; at += 1) await here.group(people);
      const result = await manager.run(ListUsersWithGroups, { first: 25 });
      expect(result).toSucceed();
      expect(result.data?.users?.edges).toHaveLength(count + 1);
      expect(result.data?.users?.edges[count]?.node.groups?.edges.length).toBeLessThanOrEqual(5);
      counts.push(result.statements);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(6);
  });

  test('datasets with the groups by which one holds a role', async () => {
    const [one, many] = [await crowd(1, 'IAM_ADMIN'), await crowd(9, 'IAM_ADMIN')];
    const few = await one.person?.run(ListAccess, { first: 25 });
    const result = await many.person?.run(ListAccess, { first: 25 });
    expect(result?.data?.datasets?.edges).toHaveLength(25);
    expect(result?.data?.datasets?.edges[24]?.node.access?.groups).toHaveLength(1);
    expect(result?.statements).toBe(few?.statements);
  });
});

describe('one’s own role', () => {
  test('says which groups give it', async () => {
    const { here, ada, editor, superAdmin, groupId, suppliers } = await office();
    const access = async (who: typeof ada) =>
      (await who.run(ReadAccessOfDataset, { id: suppliers.id })).data?.dataset?.access;
    const team = { id: groupId, name: 'Team' };
    expect(await access(ada)).toEqual({ role: 'MEMBER', via: 'GROUP', groups: [team] });
    const { client } = await testDatabase();
    const member = { accountId: here.accountId, flowId: suppliers.rowId };
    const same = await here.group([ada], 'Same');
    const weaker = await here.group([ada], 'Weaker');
    await client.flowMember.create({ data: { ...member, groupId: same, role: 'MEMBER' } });
    await client.flowMember.create({ data: { ...member, groupId: weaker, role: 'VIEWER' } });
    const both = [team, { id: globalId('Group', same), name: 'Same' }];
    expect(await access(ada)).toEqual({ role: 'MEMBER', via: 'GROUP', groups: both });
    await client.flowMember.create({ data: { ...member, userId: ada.id, role: 'VIEWER' } });
    expect(await access(ada)).toEqual({ role: 'VIEWER', via: 'DIRECT', groups: [] });
    expect(await access(editor)).toEqual({ role: 'ADMIN', via: 'DIRECT', groups: [] });
    expect(await access(superAdmin)).toEqual({
      role: null,
      via: 'SUPER_ADMIN_OVERRIDE',
      groups: [],
    });
  });

  test('names no group to whoever cannot see groups', async () => {
    const { here, ada, suppliers } = await office();
    const program = await here.program();
    await here.letAct(program, { flowId: suppliers.rowId });
    const result = await program.as(ada).run(ReadAccessOfDataset, { id: suppliers.id });
    expect(result.data?.dataset?.access).toEqual({ role: 'MEMBER', via: 'GROUP', groups: [] });
  });
});

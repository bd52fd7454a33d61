import { describe, expect, test } from 'vitest';

import { ACCOUNT_PERMISSIONS } from '../../src/authz/permissions.js';
import type { Actor } from '../support/actor.js';
import { GetRole, ListHolders, ListRoles, ReadAccountPermissions } from '../support/operations.js';
import { customRole, give, personWith, ROLES, staff, userId } from '../support/people.js';

async function roles(who: Actor, variables = {}) {
  const result = await who.run(ListRoles, variables);
  expect(result).toSucceed();
  return result.data?.roles;
}

describe('roles', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { by, roleIds } = await staff();
    const allowed = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN'].includes(role);
    for (const result of [
      await by[role].run(ListRoles, {}),
      await by[role].run(GetRole, { id: roleIds.VIEWER }),
      await by[role].run(ReadAccountPermissions),
    ]) {
      if (allowed) expect(result).toSucceed();
      else expect(result).toBeDenied({ missing: 'user:read' });
    }
  });

  test('are the built-in ones and the account’s own, by name, in pages', async () => {
    const { here, superAdmin } = await staff();
    const other = await staff();
    await customRole(other.here, { name: 'Theirs' });
    for (const name of ['Auditor', 'ÄRZTE', 'zoo']) await customRole(here, { name });
    const all = await roles(superAdmin);
    const names = all?.edges.map(({ node }) => node.name) ?? [];
    expect(names).toHaveLength(9);
    expect(names.slice(0, 4)).toEqual(['ADMIN', 'Auditor', 'EDITOR', 'IAM_ADMIN']);
    expect(names).not.toContain('Theirs');
    expect(all?.totalCount).toBe(9);
    const seen: string[] = [];
    let after: string | null | undefined;
    for (let page = await roles(superAdmin, { first: 4 }); page;) {
      expect(page.totalCount).toBe(9);
      seen.push(...page.edges.map(({ node }) => node.name));
      after = page.pageInfo.endCursor;
      page = page.pageInfo.hasNextPage ? await roles(superAdmin, { first: 4, after }) : undefined;
    }
    expect(seen).toEqual(names);
    const last = await roles(superAdmin, { last: 2 });
    expect(last?.edges.map(({ node }) => node.name)).toEqual(names.slice(-2));
    const { endCursor = '' } = last?.pageInfo ?? {};
    expect((await roles(superAdmin, { last: 8, before: endCursor }))?.edges).toHaveLength(8);
    expect(await superAdmin.run(ListRoles, { after: 'x' })).toFail('INVALID_INPUT');
  });

  test('give what they give by themselves, and what their parents give', async () => {
    const { here, superAdmin, roleIds } = await staff();
    const base = await customRole(here, { permissions: ['session:manage', 'unheard:of'] });
    const middle = await customRole(here, { permissions: ['user:read'], parentIds: [base] });
    const id = await customRole(here, {
      permissions: ['user:update'],
      parentIds: [middle, base, roleIds.VIEWER],
    });
    const { data } = await superAdmin.run(GetRole, { id });
    expect(data?.role).toMatchObject({
      isBuiltIn: false,
      ownPermissions: ['user:update'],
      permissions: [
        'account:read',
        'directory:read',
        'execution:read',
        'flow:readAny',
        'session:manage',
        'user:read',
        'user:update',
      ],
    });
    expect(data?.role?.parents).toHaveLength(3);
    const viewer = (await superAdmin.run(GetRole, { id: roleIds.VIEWER })).data?.role;
    expect(viewer).toMatchObject({
      isBuiltIn: true,
      ownPermissions: ['account:read', 'directory:read', 'execution:read', 'flow:readAny'],
      parents: [],
    });
    expect(viewer?.permissions).toEqual(viewer?.ownPermissions);
  });

  test('are nobody’s business without both permissions', async () => {
    const { here, roleIds } = await staff();
    const half = await personWith(here, 'user:read');
    expect((await half.run(GetRole, { id: roleIds.VIEWER })).data).toEqual({ role: null });
    expect((await half.run(ListRoles, {})).data?.roles).toMatchObject({ totalCount: 0, edges: [] });
    const other = await personWith(here, 'account:read');
    expect(await other.run(ListRoles, {})).toBeDenied({ missing: 'user:read' });
    const named = await other.run('query ($id: ID!) { node(id: $id) { ... on Role { name } } }', {
      id: roleIds.VIEWER,
    });
    expect(named.data).toEqual({ node: { name: 'VIEWER' } });
    const more = await other.run(
      'query ($id: ID!) { node(id: $id) { ... on Role { permissions } } }',
      { id: roleIds.VIEWER },
    );
    expect(more).toBeDenied({ missing: 'user:read' });
  });

  test('of another account, or of no id, are none', async () => {
    const { superAdmin, viewer } = await staff();
    const away = await staff();
    for (const id of [away.roleIds.VIEWER, await customRole(away.here), userId(viewer), 'x']) {
      expect((await superAdmin.run(GetRole, { id })).data).toEqual({ role: null });
    }
  });
});

describe('the holders of a role', () => {
  test('are those who were given it itself, in pages', async () => {
    const { here, superAdmin } = await staff();
    const id = await customRole(here);
    const heir = await customRole(here, { parentIds: [id] });
    const people = await here.people(Array.from({ length: 5 }, (_, at) => ({ name: `P${at}` })));
    for (const person of people) await give(here, person, [id, heir]);
    const other = await here.person();
    await give(here, other, [heir]);
    const page = async (variables: object) => {
      const { data } = await superAdmin.run(ListHolders, { id, ...variables });
      const holders = data?.role?.holders;
      return { ...holders, names: holders?.edges.map(({ node }) => node.name) };
    };
    const first = await page({ first: 2 });
    expect(first).toMatchObject({ totalCount: 5, names: ['P0', 'P1'] });
    const after = first.pageInfo?.endCursor;
    expect((await page({ first: 2, after })).names).toEqual(['P2', 'P3']);
    const last = await page({ last: 2 });
    expect(last).toMatchObject({ totalCount: 5, names: ['P3', 'P4'] });
    expect((await page({ last: 2, before: last.pageInfo?.startCursor })).names).toEqual([
      'P1',
      'P2',
    ]);
    expect((await page({ first: 0 })).totalCount).toBe(5);
  });
});

test('accountPermissions are all that an account role can give', async () => {
  const { superAdmin } = await staff();
  const { data } = await superAdmin.run(ReadAccountPermissions);
  expect(data?.accountPermissions).toEqual([...ACCOUNT_PERMISSIONS].toSorted());
  expect(data?.accountPermissions).toContain('role:assignAny');
  expect(data?.accountPermissions).not.toContain('dataset:read');
});

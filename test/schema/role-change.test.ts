import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { CreateRole, DeleteRole, GetRole, ListUsers, UpdateRole } from '../support/operations.js';
import { customRole, give, personWith, ROLES, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';

const MAKES_ROLES: readonly AccountRole[] = ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'];

const create = (who: Actor, input: object = {}) =>
  who.run(CreateRole, { input: { name: 'Helper', permissions: ['user:read'], ...input } });

const update = (who: Actor, roleId: string, input: object = {}) =>
  who.run(UpdateRole, { input: { roleId, ...input } });

const drop = (who: Actor, roleId: string, name: string) =>
  who.run(DeleteRole, { input: { roleId, name } });

/** A chain of so many roles, each of which inherits from the one before. */
async function chain(who: Actor, length: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 1; at <= length; at += 1) {
    const result = await create(who, { name: `Level ${at}`, parentIds: ids.slice(-1) });
    expect(result, `level ${at}`).toSucceed();
    ids.push(result.data?.createRole?.role?.id ?? '');
  }
  return ids;
}

describe('createRole', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { by } = await staff();
    const result = await create(by[role]);
    if (MAKES_ROLES.includes(role)) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'role:write' });
  });

  test('makes a role of its permissions and those of its parents', async () => {
    const { here, superAdmin, roleIds } = await staff();
    const parent = await customRole(here, { permissions: ['session:manage'] });
    const result = await create(superAdmin, {
      name: ' Help desk ',
      description: 'Helps.',
      permissions: ['user:read', 'user:read', 'directory:read'],
      parentIds: [parent, roleIds.VIEWER, parent],
    });
    const role = result.data?.createRole?.role;
    expect(role).toMatchObject({
      name: 'Help desk',
      description: 'Helps.',
      isBuiltIn: false,
      ownPermissions: ['directory:read', 'user:read'],
      permissions: [
        'account:read',
        'directory:read',
        'execution:read',
        'flow:readAny',
        'session:manage',
        'user:read',
      ],
    });
    expect(role?.parents?.map(({ id }) => id).toSorted()).toEqual(
      [parent, roleIds.VIEWER].toSorted(),
    );
    await expect(result).toHaveAudited({
      action: 'role.created',
      outcome: 'SUCCEEDED',
      via: 'ACCOUNT_ROLE',
      targetType: 'Role',
      before: null,
    });
  });

  test('denies what the author lacks, in the role itself and through its parents', async () => {
    const { here, by, roleIds } = await staff();
    const outranked = (missing: string[]) => ({
      code: 'FORBIDDEN',
      denial: { reason: 'OUTRANKED', permission: 'role:write', missing },
    });
    expect(
      refusalIn(await create(by.ADMIN, { permissions: ['flow:editAny', 'user:read'] })),
    ).toMatchObject(outranked(['flow:editAny']));
    expect(refusalIn(await create(by.ADMIN, { parentIds: [roleIds.EDITOR] }))).toMatchObject(
      outranked(['flow:editAny', 'flow:executeAny']),
    );
    const grandparent = await customRole(here, { permissions: ['billing:manage'] });
    const parent = await customRole(here, { parentIds: [grandparent] });
    expect(refusalIn(await create(by.IAM_ADMIN, { parentIds: [parent] }))).toMatchObject(
      outranked(['billing:manage']),
    );
    expect(await create(by.ADMIN, { parentIds: [parent] })).toSucceed();
    expect(await create(by.SUPER_ADMIN, { name: 'All', parentIds: [roleIds.EDITOR] })).toSucceed();
    const result = await create(by.ADMIN, { name: 'X', permissions: ['role:assignAny'] });
    await expect(result).toHaveAudited({ action: 'role.created', outcome: 'REFUSED' });
  });

  test('refuses permissions that there are none of, a name that is taken, and broken input', async () => {
    const { superAdmin } = await staff();
    for (const permission of ['user:fly', 'dataset:read', 'flow:edit', 'USER:READ', '', '*']) {
      expect(await create(superAdmin, { permissions: [permission] }), permission).toFail(
        'INVALID_INPUT',
      );
    }
    expect(await create(superAdmin)).toSucceed();
    for (const name of ['Helper', 'HELPER', ' helper', 'ＨＥＬＰＥＲ', 'admin']) {
      expect(await create(superAdmin, { name }), name).toFail('DUPLICATE_NAME');
    }
    for (const input of [{ name: ' ' }, { name: 'x'.repeat(201) }, { name: 'a\nb' }]) {
      expect(await create(superAdmin, input)).toFail('INVALID_INPUT');
    }
    expect(await create(superAdmin, { description: 'x'.repeat(1001) })).toFail('INVALID_INPUT');
  });

  test('hides parents of another account, and what is no role', async () => {
    const { superAdmin, viewer } = await staff();
    const away = await staff();
    const foreign = await customRole(away.here);
    for (const id of [foreign, away.roleIds.VIEWER, userId(viewer), 'no id']) {
      await expect(await create(superAdmin, { parentIds: [id] })).toBeHidden();
    }
  });

  test.each(['FREE', 'PRO'] as const)('takes ENTERPRISE: refused on %s', async (plan) => {
    const { here, superAdmin, editor } = await staff();
    const role = await customRole(here, {
      name: 'Old',
      permissions: ['account:read', 'user:read'],
    });
    await give(here, editor, [role]);
    const { client } = await testDatabase();
    await client.account.update({ where: { id: here.accountId }, data: { plan } });
    for (const result of [await create(superAdmin), await update(superAdmin, role, {})]) {
      expect(refusalIn(result)).toMatchObject({
        code: 'PLAN_REQUIRED',
        plan: 'ENTERPRISE',
        has: plan,
      });
      await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'PLAN_REQUIRED' });
    }
    // What is there stays, and can be taken away.
    expect(await editor.run(ListUsers, {})).toSucceed();
    expect(await drop(superAdmin, role, 'Old')).toSucceed();
  });
});

describe('updateRole', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { here, by } = await staff();
    const id = await customRole(here, { permissions: ['user:read'] });
    const result = await update(by[role], id, { name: 'New' });
    if (MAKES_ROLES.includes(role)) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'role:write' });
  });

  test('changes what is given, keeps the rest, and counts whom it concerns', async () => {
    const { here, superAdmin, editor, viewer, roleIds } = await staff();
    const parent = await customRole(here, { name: 'Base', permissions: ['session:manage'] });
    const id = await customRole(here, {
      name: 'Desk',
      permissions: ['user:read'],
      parentIds: [parent],
    });
    const heir = await customRole(here, { parentIds: [id] });
    await give(here, editor, [id, heir, roleIds.EDITOR]);
    await give(here, viewer, [heir]);
    const renamed = await update(superAdmin, id, { name: 'Help desk' });
    expect(renamed.data?.updateRole).toMatchObject({
      affectedPeople: 2,
      role: { name: 'Help desk', permissions: ['session:manage', 'user:read'] },
    });
    await expect(renamed).toHaveAudited({
      action: 'role.updated',
      targetType: 'Role',
      before: { name: 'Desk', description: '', permissions: 'user:read', parents: 'Base' },
      after: {
        name: 'Help desk',
        description: '',
        permissions: 'user:read',
        parents: 'Base',
        affected: 2,
      },
    });
    const changed = await update(superAdmin, id, { permissions: [], parentIds: [roleIds.VIEWER] });
    expect(changed.data?.updateRole?.role).toMatchObject({
      name: 'Help desk',
      ownPermissions: [],
      parents: [{ id: roleIds.VIEWER }],
    });
    const nulls = { name: null, description: null, permissions: null, parentIds: null };
    const kept = await update(superAdmin, id, nulls);
    expect(kept.data?.updateRole?.role).toEqual(changed.data?.updateRole?.role);
  });

  test('denies a role above the author, even to take something from it', async () => {
    const { here, by } = await staff();
    const id = await customRole(here, { permissions: ['billing:manage', 'user:read'] });
    for (const input of [{ name: 'New' }, { permissions: ['user:read'] }, {}]) {
      expect(refusalIn(await update(by.IAM_ADMIN, id, input))).toMatchObject({
        denial: { reason: 'OUTRANKED', missing: ['billing:manage'] },
      });
    }
    const other = await customRole(here, { permissions: ['user:read'] });
    expect(
      refusalIn(await update(by.IAM_ADMIN, other, { permissions: ['billing:manage'] })),
    ).toMatchObject({ denial: { reason: 'OUTRANKED', missing: ['billing:manage'] } });
    expect(refusalIn(await update(by.IAM_ADMIN, other, { parentIds: [id] }))).toMatchObject({
      denial: { reason: 'OUTRANKED', missing: ['billing:manage'] },
    });
  });

  test('refuses built-in roles, names that are taken, and permissions that there are none of', async () => {
    const { here, superAdmin, roleIds } = await staff();
    const id = await customRole(here, { name: 'One' });
    await customRole(here, { name: 'Two' });
    for (const builtIn of Object.values(roleIds)) {
      expect(await update(superAdmin, builtIn, { name: 'Mine' })).toFail('BUILT_IN_ROLE');
    }
    expect(await update(superAdmin, id, { name: 'tWO' })).toFail('DUPLICATE_NAME');
    expect(await update(superAdmin, id, { name: 'ONE' })).toSucceed();
    expect(await update(superAdmin, id, { permissions: ['dataset:read'] })).toFail('INVALID_INPUT');
  });

  test('refuses circles: of one, of two and of eight roles', async () => {
    const { superAdmin } = await staff();
    const ids = await chain(superAdmin, 8);
    const [first = '', second = ''] = ids;
    for (const parent of [first, second, ids[7] ?? '']) {
      const result = await update(superAdmin, first, { parentIds: [parent] });
      expect(refusalIn(result)).toMatchObject({ code: 'ROLE_CYCLE', levels: 8 });
      await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'ROLE_CYCLE' });
    }
    const { data } = await superAdmin.run(GetRole, { id: first });
    expect(data?.role?.parents).toEqual([]);
  });

  test('refuses nine levels, added at the end, at the beginning or in the middle', async () => {
    const { here, superAdmin } = await staff();
    const ids = await chain(superAdmin, 8);
    expect(await create(superAdmin, { parentIds: [ids[7] ?? ''] })).toFail('ROLE_CYCLE');
    const loose = await customRole(here, { permissions: ['user:read'] });
    expect(await update(superAdmin, ids[0] ?? '', { parentIds: [loose] })).toFail('ROLE_CYCLE');
    const pair = await customRole(here, { parentIds: [loose] });
    const parentIds = [ids[1] ?? '', pair];
    // Two levels beside two are no more than there were; a third would be the ninth of all.
    expect(await update(superAdmin, ids[2] ?? '', { parentIds })).toSucceed();
    expect(await update(superAdmin, loose, { parentIds: [await customRole(here)] })).toFail(
      'ROLE_CYCLE',
    );
  });

  test('hides roles of another account, and what is no role', async () => {
    const { here, superAdmin, viewer } = await staff();
    const id = await customRole(here);
    const away = await staff();
    for (const other of [await customRole(away.here), away.roleIds.VIEWER, userId(viewer), 'x']) {
      await expect(await update(superAdmin, other, { name: 'New' })).toBeHidden();
      await expect(await drop(superAdmin, other, 'New')).toBeHidden();
      await expect(await update(superAdmin, id, { parentIds: [other] })).toBeHidden();
    }
  });

  test('hides roles from whoever may not see any, and makes none for them', async () => {
    const { here } = await staff();
    const id = await customRole(here, { name: 'Unseen' });
    const blind = await personWith(here, 'role:write', 'user:read');
    await expect(await update(blind, id, { name: 'New' })).toBeHidden();
    await expect(await drop(blind, id, 'Unseen')).toBeHidden();
    expect((await create(blind, { permissions: [] })).errors?.[0]?.extensions.code).not.toBe(
      'INTERNAL',
    );
  });
});

describe('deleteRole', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { here, by } = await staff();
    const id = await customRole(here, { name: 'Old', permissions: ['user:read'] });
    const result = await drop(by[role], id, 'Old');
    if (MAKES_ROLES.includes(role)) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'role:write' });
  });

  test('takes the role from whoever holds or inherits it, and says from how many', async () => {
    const { here, superAdmin, editor, viewer, roleIds } = await staff();
    const { client } = await testDatabase();
    const id = await customRole(here, { name: 'Old', permissions: ['user:read'] });
    const heir = await customRole(here, { permissions: ['account:read'], parentIds: [id] });
    await give(here, editor, [id, roleIds.EDITOR]);
    await give(here, viewer, [heir]);
    const use = { people: 2, roles: 1, invitations: 0 };
    for (const typed of ['old', 'Old ', '', 'Another']) {
      const refused = await drop(superAdmin, id, typed);
      expect(refusalIn(refused)).toMatchObject({ code: 'NAME_MISMATCH', use });
    }
    const result = await drop(superAdmin, id, 'Old');
    expect(result.data?.deleteRole).toEqual({ deletedId: id, affected: use });
    await expect(result).toHaveAudited({
      action: 'role.deleted',
      targetType: 'Role',
      before: { name: 'Old', description: '', permissions: 'user:read', parents: '' },
      after: use,
    });
    const left = await client.roleAssignment.findMany({ where: { userId: editor.id } });
    expect(left).toHaveLength(1);
    const { data } = await superAdmin.run(GetRole, { id: heir });
    expect(data?.role).toMatchObject({ permissions: ['account:read'], parents: [] });
    await expect(await drop(superAdmin, id, 'Old')).toBeHidden();
    await expect(await update(superAdmin, heir, { parentIds: [id] })).toBeHidden();
  });

  test('denies a role above the author, and refuses built-in ones', async () => {
    const { here, by, superAdmin, roleIds } = await staff();
    const id = await customRole(here, { name: 'Old', permissions: ['billing:manage'] });
    expect(refusalIn(await drop(by.IAM_ADMIN, id, 'Old'))).toMatchObject({
      denial: { reason: 'OUTRANKED', missing: ['billing:manage'] },
    });
    expect(await drop(superAdmin, roleIds.VIEWER, 'VIEWER')).toFail('BUILT_IN_ROLE');
  });
});

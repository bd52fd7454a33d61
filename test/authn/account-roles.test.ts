import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { Me } from '../support/operations.js';
import { workspace, type Workspace } from '../support/world.js';

interface CustomRole {
  readonly permissions?: string[];
  readonly builtIn?: string;
}

/** Roles of the account's own, each under the parents that it names. */
async function customRoles<Name extends string>(
  { accountId }: Workspace,
  roles: Record<Name, CustomRole>,
  parents: readonly (readonly [Name, Name])[] = [],
): Promise<Record<Name, string>> {
  const { client } = await testDatabase();
  const ids = {} as Record<Name, string>;
  for (const [name, { permissions = [], builtIn = null }] of Object.entries<CustomRole>(roles)) {
    const data = { accountId, name, nameKey: name, permissions, builtIn };
    ids[name as Name] = (await client.role.create({ data })).id;
  }
  await client.roleParent.createMany({
    data: parents.map(([role, parent]) => ({
      accountId,
      roleId: ids[role],
      parentId: ids[parent],
    })),
  });
  return ids;
}

/** Somebody with these roles and no other. */
async function holder(here: Workspace, ...roleIds: string[]): Promise<Actor> {
  const { client } = await testDatabase();
  const actor = await here.person();
  const { accountId } = here;
  await client.roleAssignment.deleteMany({ where: { userId: actor.id } });
  await client.roleAssignment.createMany({
    data: roleIds.map((roleId) => ({ accountId, userId: actor.id, roleId })),
  });
  return actor;
}

async function permissionsOf(actor: Actor): Promise<readonly string[] | undefined> {
  const result = await actor.run('{ me { permissions } }');
  expect(result).toSucceed();
  return (result.data as { me: { permissions: string[] } }).me.permissions;
}

async function builtInId({ accountId }: Workspace, builtIn: string): Promise<string> {
  const { client } = await testDatabase();
  const where = { accountId_builtIn: { accountId, builtIn } };
  return (await client.role.findUniqueOrThrow({ where })).id;
}

describe('a custom role gives', () => {
  test('what it stores', async () => {
    const here = await workspace();
    const { auditor } = await customRoles(here, {
      auditor: { permissions: ['auditLog:read', 'account:read'] },
    });
    expect(await permissionsOf(await holder(here, auditor))).toEqual([
      'account:read',
      'auditLog:read',
    ]);
  });

  test('what its parents and theirs give, in one read', async () => {
    const here = await workspace();
    const roles = await customRoles(
      here,
      {
        child: { permissions: ['user:read'] },
        parent: { permissions: ['user:update'] },
        grandparent: { permissions: ['user:suspend'] },
        stranger: { permissions: ['billing:manage'] },
      },
      [
        ['child', 'parent'],
        ['parent', 'grandparent'],
        ['stranger', 'child'],
      ],
    );
    const actor = await holder(here, roles.child);
    expect(await permissionsOf(actor)).toEqual(['user:read', 'user:suspend', 'user:update']);
    expect(await permissionsOf(await holder(here, roles.grandparent))).toEqual(['user:suspend']);
    expect(await actor.run('{ __typename }')).toTakeQueries(1);
  });

  test('what a built-in parent gives', async () => {
    const here = await workspace();
    const { custom } = await customRoles(here, { custom: { permissions: ['auditLog:read'] } });
    const { client } = await testDatabase();
    const parentId = await builtInId(here, 'VIEWER');
    await client.roleParent.create({
      data: { accountId: here.accountId, roleId: custom, parentId },
    });
    expect(await permissionsOf(await holder(here, custom))).toEqual([
      'account:read',
      'auditLog:read',
      'directory:read',
      'execution:read',
      'flow:readAny',
    ]);
  });

  test('once what two parents share, and ends where roles are each other’s parents', async () => {
    const here = await workspace();
    const roles = await customRoles(
      here,
      {
        bottom: {},
        left: { permissions: ['user:read'] },
        right: { permissions: ['user:read', 'group:write'] },
        top: { permissions: ['role:write'] },
      },
      [
        ['bottom', 'left'],
        ['bottom', 'right'],
        ['left', 'top'],
        ['right', 'top'],
        ['top', 'bottom'],
      ],
    );
    for (const id of [roles.bottom, roles.top]) {
      expect(await permissionsOf(await holder(here, id))).toEqual([
        'group:write',
        'role:write',
        'user:read',
      ]);
    }
  });

  test('nothing for a permission or a built-in role that this version does not know', async () => {
    const here = await workspace();
    const roles = await customRoles(here, {
      odd: {
        permissions: ['*', 'auditLog', 'auditlog:read', 'dataset:read', 'user:read ', 'toString'],
      },
      newer: { builtIn: 'EMPEROR' },
      lower: { builtIn: 'super_admin' },
    });
    const actor = await holder(here, ...Object.values(roles));
    expect(await permissionsOf(actor)).toEqual([]);
  });
});

describe('somebody with', () => {
  test('several roles has what each gives', async () => {
    const here = await workspace();
    const { auditor } = await customRoles(here, { auditor: { permissions: ['auditLog:read'] } });
    const actor = await holder(here, auditor, await builtInId(here, 'VIEWER'));
    const result = await actor.run(Me);
    expect(result.data?.me?.permissions).toEqual([
      'account:read',
      'auditLog:read',
      'directory:read',
      'execution:read',
      'flow:readAny',
    ]);
    const names = result.data?.me?.user?.roles?.map(({ name }) => name);
    expect(names?.toSorted()).toEqual(['VIEWER', 'auditor']);
  });

  test('no role has nothing, and is still somebody', async () => {
    const actor = await holder(await workspace());
    expect(await permissionsOf(actor)).toEqual([]);
    expect(await actor.run('{ auditLog { totalCount } }')).toBeDenied({
      missing: 'auditLog:read',
      role: 'none',
    });
    expect(await actor.run('{ datasets { totalCount } }')).toSucceed();
  });

  test('inherited roles is named after the roles they were given', async () => {
    const here = await workspace();
    const roles = await customRoles(here, { child: {}, parent: {} }, [['child', 'parent']]);
    const actor = await holder(here, roles.child);
    expect(await actor.run('{ auditLog { totalCount } }')).toBeDenied({
      missing: 'auditLog:read',
      role: 'child',
    });
  });
});

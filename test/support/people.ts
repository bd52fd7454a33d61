import { v7 as uuidv7 } from 'uuid';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { nameKey } from '../../src/domain/directory.js';
import type { Actor } from './actor.js';
import { testDatabase } from './database.js';
import { insert } from './insert.js';
import { globalId, workspace, type Workspace } from './world.js';

export const ROLES = [
  'SUPER_ADMIN',
  'IAM_ADMIN',
  'USER_ADMIN',
  'ADMIN',
  'EDITOR',
  'VIEWER',
] as const;

/** The id of a person as the API names it. */
export function userId({ id }: Pick<Actor, 'id'>): string {
  return globalId('User', id);
}

/** The ids of the built-in roles of an account as the API names them. */
export async function builtInRoles({
  accountId,
}: Pick<Workspace, 'accountId'>): Promise<Record<AccountRole, string>> {
  const { client } = await testDatabase();
  const roles = await client.role.findMany({ where: { accountId, builtIn: { not: null } } });
  const entries = roles.map(({ builtIn, id }) => [builtIn, globalId('Role', id)]);
  return Object.fromEntries(entries) as Record<AccountRole, string>;
}

interface Draft {
  readonly name?: string;
  readonly permissions?: readonly string[];
  /** Ids as the API names them. */
  readonly parentIds?: readonly string[];
}

const rowOf = (id: string) => Buffer.from(id, 'base64url').toString().slice('Role:'.length);

/** A role of the account's own, made without asking the API: its id as the API names it. */
export async function customRole({ accountId }: Workspace, draft: Draft = {}): Promise<string> {
  const { client } = await testDatabase();
  const id = uuidv7();
  const { name = `Role ${id}`, permissions = [], parentIds = [] } = draft;
  const data = { id, accountId, name, nameKey: nameKey(name), permissions: [...permissions] };
  await client.role.create({ data });
  await insert(
    client,
    'roleParent',
    parentIds.map((each) => ({ accountId, roleId: id, parentId: rowOf(each) })),
  );
  return globalId('Role', id);
}

/** Gives somebody these roles, and takes every other. */
export async function give(
  { accountId }: Workspace,
  { id }: Actor,
  roleIds: readonly string[],
): Promise<void> {
  const { client } = await testDatabase();
  await client.roleAssignment.deleteMany({ where: { userId: id } });
  await insert(
    client,
    'roleAssignment',
    roleIds.map((each) => ({ accountId, userId: id, roleId: rowOf(each) })),
  );
}

/** Somebody whose only role gives these permissions. */
export async function personWith(here: Workspace, ...permissions: string[]): Promise<Actor> {
  const person = await here.person();
  await give(here, person, [await customRole(here, { permissions })]);
  return person;
}

/** An account with somebody of each built-in role. */
export async function staff() {
  const here = await workspace();
  const [superAdmin, iamAdmin, userAdmin, admin, editor, viewer] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Ivan Iam', role: 'IAM_ADMIN' },
    { name: 'Uma User', role: 'USER_ADMIN' },
    { name: 'Adam Admin', role: 'ADMIN' },
    { name: 'Edda Editor', role: 'EDITOR' },
    { name: 'Vito Viewer', role: 'VIEWER' },
  ]);
  const by = {
    SUPER_ADMIN: superAdmin,
    IAM_ADMIN: iamAdmin,
    USER_ADMIN: userAdmin,
    ADMIN: admin,
    EDITOR: editor,
    VIEWER: viewer,
  } as const satisfies Record<AccountRole, Actor>;
  return { here, by, roleIds: await builtInRoles(here), superAdmin, admin, editor, viewer };
}

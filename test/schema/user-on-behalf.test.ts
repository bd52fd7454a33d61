import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AssignRoles,
  ChangePlan,
  CreateRole,
  DeleteRole,
  GetUser,
  ListUsers,
  PreviewRoleChange,
  ReactivateUser,
  RemoveUser,
  SuspendUser,
  UpdateAccount,
  UpdateProfile,
  UpdateRole,
  UpdateUser,
} from '../support/operations.js';
import { customRole, ROLES, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';

async function office() {
  const all = await staff();
  const program = await all.here.program('Directory sync');
  const grant = await all.here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  const { client } = await testDatabase();
  const row = await client.impersonationGrant.findFirstOrThrow({
    where: { serviceAccountId: program.id },
  });
  return { ...all, program, grant, grantRow: row.id };
}

/** As whom people are managed, and as whom not. */
const TARGETS: Readonly<Record<AccountRole, boolean>> = {
  SUPER_ADMIN: true,
  IAM_ADMIN: true,
  USER_ADMIN: true,
  ADMIN: false,
  EDITOR: false,
  VIEWER: false,
};

type Way = readonly [name: string, run: (who: Actor, whom: Actor) => Promise<Result>];

const WAYS: readonly Way[] = [
  [
    'user.updated',
    (who, whom) => who.run(UpdateUser, { input: { userId: userId(whom), name: 'New' } }),
  ],
  ['user.suspended', (who, whom) => who.run(SuspendUser, { input: { userId: userId(whom) } })],
  ['user.reactivated', (who, whom) => who.run(ReactivateUser, { input: { userId: userId(whom) } })],
  [
    'user.removed',
    (who, whom) => who.run(RemoveUser, { input: { userId: userId(whom), confirm: true } }),
  ],
];

const reasonOf = (result: Result) =>
  (refusalIn(result)['denial'] as { reason?: string } | undefined)?.reason;

describe('a service account that manages people', () => {
  test.each(ROLES)('as %s', async (role) => {
    const { here, by, program, grantRow } = await office();
    const acting = program.as(by[role], 'Joiners and leavers');
    const whom = await here.person({ name: 'Lea Leaver' });
    for (const [action, run] of WAYS) {
      const result = await run(acting, whom);
      if (!TARGETS[role]) {
        expect(refusalIn(result)['code'], action).toBe('FORBIDDEN');
        continue;
      }
      expect(result, action).toSucceed();
      await expect(result).toHaveAudited({
        action,
        outcome: 'SUCCEEDED',
        actorId: program.id,
        subjectId: by[role].id,
        grantId: grantRow,
        targetId: whom.id,
        reason: 'Joiners and leavers',
        credentialKind: 'accessKey',
      });
    }
    const { client } = await testDatabase();
    const { removedAt } = await client.user.findUniqueOrThrow({ where: { id: whom.id } });
    expect(removedAt !== null).toBe(TARGETS[role]);
  });

  test('reads people, and the names of their roles, but not what the roles give', async () => {
    const { by, program, editor, roleIds } = await office();
    const acting = program.as(by.USER_ADMIN);
    expect(await acting.run(ListUsers, {})).toSucceed();
    const { data } = await acting.run(GetUser, { id: userId(editor) });
    expect(data?.user?.roles?.map(({ name }) => name)).toEqual(['EDITOR']);
    const preview = { userId: userId(editor), roleIds: [roleIds.VIEWER] };
    expect(reasonOf(await acting.run(PreviewRoleChange, preview))).toBe('NOT_DELEGABLE');
  });

  test('gives no roles, makes none, and keeps no account', async () => {
    const { here, by, program, editor, roleIds } = await office();
    const acting = program.as(by.SUPER_ADMIN);
    const roleId = await customRole(here, { name: 'Desk' });
    const roles = [roleIds.VIEWER];
    for (const result of [
      await acting.run(AssignRoles, {
        input: { userId: userId(editor), roleIds: roles, confirm: true },
      }),
      await acting.run(CreateRole, { input: { name: 'New' } }),
      await acting.run(UpdateRole, { input: { roleId, name: 'New' } }),
      await acting.run(DeleteRole, { input: { roleId, name: 'Desk' } }),
    ]) {
      expect(reasonOf(result)).toBe('NOT_DELEGABLE');
      await expect(result).toHaveAudited({ outcome: 'REFUSED', actorId: program.id });
    }
    for (const result of [
      await acting.run(UpdateAccount, { input: { name: 'New' } }),
      await acting.run(ChangePlan, { input: { plan: 'FREE' } }),
    ]) {
      expect(reasonOf(result)).toBe('NOT_COVERED');
    }
    expect(reasonOf(await acting.run(UpdateProfile, { input: { name: 'New' } }))).toBe(
      'SIGN_IN_REQUIRED',
    );
  });

  test('does nothing to the person it acts as, nor to anybody above them', async () => {
    const { here, by, program } = await office();
    await here.person({ role: 'SUPER_ADMIN' });
    for (const [, run] of WAYS) {
      expect(reasonOf(await run(program.as(by.SUPER_ADMIN), by.SUPER_ADMIN))).toBe('NOT_DELEGABLE');
      expect(reasonOf(await run(program.as(by.USER_ADMIN), by.ADMIN))).toBe('OUTRANKED');
      expect(reasonOf(await run(program.as(by.IAM_ADMIN), by.SUPER_ADMIN))).toBe('OUTRANKED');
    }
    const { client } = await testDatabase();
    const { accountId } = here;
    expect(
      await client.user.count({ where: { accountId, status: 'ACTIVE', removedAt: null } }),
    ).toBe(7);
  });

  test('removes one Super Admin as the other, and never the last', async () => {
    const { here, by, program } = await office();
    const second = await here.person({ role: 'SUPER_ADMIN' });
    const [, , , [, remove]] = WAYS as readonly [Way, Way, Way, Way];
    expect(await remove(program.as(by.SUPER_ADMIN), second)).toSucceed();
    // Nobody is left as whom it could.
    const result = await remove(program.as(second), by.SUPER_ADMIN);
    expect(refusalIn(result)['code']).toBe('FORBIDDEN');
    const likeThem = await here.person({ role: 'IAM_ADMIN' });
    const { client } = await testDatabase();
    const { id } = await client.role.findFirstOrThrow({
      where: { accountId: here.accountId, builtIn: 'SUPER_ADMIN' },
    });
    const heir = await customRole(here, {
      parentIds: [Buffer.from(`Role:${id}`).toString('base64url')],
    });
    const roleId = Buffer.from(heir, 'base64url').toString().slice('Role:'.length);
    await client.roleAssignment.create({
      data: { accountId: here.accountId, userId: likeThem.id, roleId },
    });
    for (const [, run] of [WAYS[1], WAYS[3]] as Way[]) {
      expect(await run(program.as(likeThem), by.SUPER_ADMIN)).toFail('LAST_SUPER_ADMIN');
    }
  });

  test('without the grant does nothing', async () => {
    const { here, by, editor } = await office();
    const program = await here.program('Another');
    const other = await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    expect(other).not.toBe('');
    for (const [action, run] of WAYS) {
      const result = await run(program.as(by.SUPER_ADMIN), editor);
      expect(reasonOf(result)).toBe('NOT_COVERED');
      await expect(result).toHaveAudited({ action, outcome: 'REFUSED', actorId: program.id });
    }
  });

  test('and has a key that is restricted to one thing does only that', async () => {
    const { here, by, editor } = await office();
    const program = await here.program('Narrow', ['user:suspend', 'directory:read', 'user:read']);
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    const [, [, suspend], , [, remove]] = WAYS as readonly [Way, Way, Way, Way];
    expect(refusalIn(await remove(program.as(by.SUPER_ADMIN), editor))['code']).toBe('FORBIDDEN');
    expect(await suspend(program.as(by.SUPER_ADMIN), editor)).toSucceed();
  });
});

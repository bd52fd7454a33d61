import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor } from '../support/actor.js';
import { createFlow } from '../support/flow-world.js';
import { AssignRoles, GetUser, PreviewRoleChange, SuspendUser } from '../support/operations.js';
import { customRole, give, personWith, ROLES, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';
import { globalId, workspace } from '../support/world.js';

/** Which role each may give to somebody who is nobody special. */
const GIVES: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  SUPER_ADMIN: ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  IAM_ADMIN: ['IAM_ADMIN', 'EDITOR', 'VIEWER'],
  USER_ADMIN: [],
  ADMIN: ['USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  EDITOR: [],
  VIEWER: [],
};

/** From whom each may take every role but Viewer. */
const DEMOTES: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  SUPER_ADMIN: ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  IAM_ADMIN: ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  USER_ADMIN: [],
  ADMIN: ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  EDITOR: [],
  VIEWER: [],
};

const assign = (who: Actor, id: string, roleIds: string[], confirm = true) =>
  who.run(AssignRoles, { input: { userId: id, roleIds, confirm } });

async function rolesOf(reader: Actor, person: Actor): Promise<string[]> {
  const { data } = await reader.run(GetUser, { id: userId(person) });
  return (data?.user?.roles ?? []).map(({ name }) => name).toSorted();
}

describe('assignRoles', () => {
  test.each(ROLES)('as %s: gives by the table', async (role) => {
    const { here, by, roleIds } = await staff();
    for (const given of ROLES) {
      const person = await here.person({ role: 'VIEWER' });
      const result = await assign(by[role], userId(person), [roleIds[given]]);
      const allowed = GIVES[role].includes(given);
      if (allowed) expect(result, given).toSucceed();
      else expect(refusalIn(result), given).toMatchObject({ code: 'FORBIDDEN' });
      expect(await rolesOf(by.SUPER_ADMIN, person)).toEqual([allowed ? given : 'VIEWER']);
    }
  });

  test.each(ROLES)('as %s: takes by the table', async (role) => {
    const { here, by, roleIds } = await staff();
    for (const held of ROLES) {
      const person = await here.person({ role: held });
      const result = await assign(by[role], userId(person), [roleIds.VIEWER]);
      if (DEMOTES[role].includes(held)) expect(result, held).toSucceed();
      else expect(refusalIn(result), held).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('denies with what is missing', async () => {
    const { by, roleIds, viewer, editor } = await staff();
    expect(await assign(editor, userId(viewer), [roleIds.EDITOR])).toBeDenied({
      missing: 'role:assign',
    });
    expect(await assign(by.USER_ADMIN, userId(viewer), [roleIds.EDITOR])).toBeDenied({
      missing: 'role:assign',
    });
    expect(refusalIn(await assign(by.ADMIN, userId(viewer), [roleIds.IAM_ADMIN]))).toMatchObject({
      code: 'FORBIDDEN',
      denial: {
        reason: 'OUTRANKED',
        permission: 'role:assign',
        missing: [
          'accessReview:manage',
          'governance:read',
          'impersonation:share',
          'serviceAccount:manage',
          'serviceAccountLog:read',
        ],
        remedies: [{ kind: 'ASK_ACCOUNT_ADMIN', who: 'A Super Admin' }],
      },
    });
    expect(
      refusalIn(await assign(by.ADMIN, userId(by.SUPER_ADMIN), [roleIds.VIEWER])),
    ).toMatchObject({ denial: { reason: 'OUTRANKED', missing: ['role:assignAny'] } });
  });

  test('denies a role of the account’s own that gives, or inherits, what the giver lacks', async () => {
    const { here, by, roleIds, viewer } = await staff();
    const billing = await customRole(here, { permissions: ['billing:manage'] });
    const heir = await customRole(here, { parentIds: [billing] });
    const work = await customRole(here, { permissions: ['flow:editAny', 'user:read'] });
    for (const role of [billing, heir]) {
      expect(refusalIn(await assign(by.IAM_ADMIN, userId(viewer), [role]))).toMatchObject({
        denial: { reason: 'OUTRANKED', missing: ['billing:manage'] },
      });
      expect(
        await assign(by.ADMIN, userId(await here.person()), [role, roleIds.EDITOR]),
      ).toSucceed();
    }
    // Managers of people need not work on flows themselves.
    expect(await assign(by.IAM_ADMIN, userId(viewer), [work, roleIds.VIEWER])).toSucceed();
  });

  test('lets nobody give themselves more than they have', async () => {
    const { here, by, roleIds } = await staff();
    const { IAM_ADMIN, ADMIN } = by;
    expect(
      refusalIn(await assign(ADMIN, userId(ADMIN), [roleIds.ADMIN, roleIds.SUPER_ADMIN])),
    ).toMatchObject({ denial: { reason: 'OUTRANKED' } });
    expect(
      refusalIn(await assign(IAM_ADMIN, userId(IAM_ADMIN), [roleIds.IAM_ADMIN, roleIds.ADMIN])),
    ).toMatchObject({ denial: { reason: 'OUTRANKED' } });
    const all = await customRole(here, { parentIds: [roleIds.SUPER_ADMIN] });
    expect(refusalIn(await assign(ADMIN, userId(ADMIN), [all]))).toMatchObject({
      denial: { reason: 'OUTRANKED' },
    });
  });

  test('hides people and roles of another account, removed people, and what is none', async () => {
    const { here, superAdmin, editor, roleIds } = await staff();
    const away = await staff();
    const foreign = await customRole(away.here);
    for (const [id, roles] of [
      [userId(away.editor), [roleIds.VIEWER]],
      [userId(editor), [away.roleIds.VIEWER]],
      [userId(editor), [foreign]],
      [userId(editor), [roleIds.VIEWER, away.roleIds.EDITOR]],
      [userId(editor), [globalId('Role', editor.id)]],
      [userId(editor), [userId(editor)]],
      [userId(editor), ['no id']],
      ['no id', [roleIds.VIEWER]],
      [globalId('User', here.accountId), [roleIds.VIEWER]],
    ] as const) {
      await expect(await assign(superAdmin, id, [...roles])).toBeHidden();
    }
    expect(await rolesOf(superAdmin, editor)).toEqual(['EDITOR']);
  });

  test('refuses no role at all, and more than a hundred', async () => {
    const { superAdmin, editor, roleIds } = await staff();
    expect(await assign(superAdmin, userId(editor), [])).toFail('INVALID_INPUT');
    const many = Array.from({ length: 101 }, () => roleIds.EDITOR);
    expect(await assign(superAdmin, userId(editor), many)).toFail('INVALID_INPUT');
    expect(await assign(superAdmin, userId(editor), many.slice(1))).toSucceed();
    expect(await rolesOf(superAdmin, editor)).toEqual(['EDITOR']);
  });

  test('asks back before it takes something away, and says what', async () => {
    const { here, superAdmin, editor, roleIds } = await staff();
    await createFlow(here, { kind: 'BOARD' });
    const shared = [{ user: editor, role: 'VIEWER' }] as const;
    await createFlow(here, { kind: 'BOARD', members: shared });
    const none = await customRole(here, { permissions: ['account:read', 'user:read'] });
    const effect = {
      gained: ['user:read'],
      lost: [
        'connection:manage',
        'dataset:create',
        'directory:read',
        'execution:read',
        'flow:create',
        'flow:editAny',
        'flow:executeAny',
        'flow:readAny',
      ],
      flowsLost: 1,
    };
    const asked = await assign(superAdmin, userId(editor), [none], false);
    expect(refusalIn(asked)).toMatchObject({ code: 'CONFIRMATION_NEEDED', effect });
    await expect(asked).toHaveAudited({ outcome: 'REFUSED', code: 'CONFIRMATION_NEEDED' });
    const preview = await superAdmin.run(PreviewRoleChange, {
      userId: userId(editor),
      roleIds: [none],
    });
    expect(preview.data?.previewRoleChange).toEqual(effect);
    expect(await rolesOf(superAdmin, editor)).toEqual(['EDITOR']);
    // Nothing is lost: nobody is asked.
    const more = [roleIds.EDITOR, roleIds.ADMIN];
    expect(await assign(superAdmin, userId(editor), more, false)).toSucceed();
    expect(await assign(superAdmin, userId(editor), more.toReversed(), false)).toSucceed();
    expect(await rolesOf(superAdmin, editor)).toEqual(['ADMIN', 'EDITOR']);
  });

  test('keeps the last Super Admin, whoever asks', async () => {
    const { here, superAdmin, roleIds } = await staff();
    const heir = await customRole(here, { parentIds: [roleIds.SUPER_ADMIN] });
    const likeThem = await here.person();
    await give(here, likeThem, [heir]);
    for (const who of [superAdmin, likeThem]) {
      const result = await assign(who, userId(superAdmin), [roleIds.ADMIN]);
      expect(result).toFail('LAST_SUPER_ADMIN');
      await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'LAST_SUPER_ADMIN' });
    }
    expect(await likeThem.run(SuspendUser, { input: { userId: userId(superAdmin) } })).toFail(
      'LAST_SUPER_ADMIN',
    );
    // One who is suspended, or of another account, does not count.
    await here.person({ role: 'SUPER_ADMIN', suspended: true });
    await (await workspace()).person({ role: 'SUPER_ADMIN' });
    expect(await assign(superAdmin, userId(superAdmin), [roleIds.ADMIN])).toFail(
      'LAST_SUPER_ADMIN',
    );
    await here.person({ role: 'SUPER_ADMIN' });
    expect(await assign(superAdmin, userId(superAdmin), [roleIds.ADMIN])).toSucceed();
    expect(await rolesOf(superAdmin, superAdmin)).toEqual(['ADMIN']);
  });

  test('audits the roles before and after', async () => {
    const { here, superAdmin, editor, roleIds } = await staff();
    const auditor = await customRole(here, { name: 'Auditor', permissions: ['auditLog:read'] });
    const roles = [roleIds.VIEWER, auditor];
    await expect(await assign(superAdmin, userId(editor), roles)).toHaveAudited({
      action: 'user.rolesAssigned',
      outcome: 'SUCCEEDED',
      via: 'ACCOUNT_ROLE',
      subjectId: superAdmin.id,
      targetType: 'User',
      targetId: editor.id,
      before: { roles: 'EDITOR' },
      after: { roles: 'Auditor, VIEWER' },
    });
  });
});

describe('previewRoleChange', () => {
  test('is for whoever gives roles', async () => {
    const { here, by, roleIds, viewer } = await staff();
    const ask = (who: Actor) =>
      who.run(PreviewRoleChange, { userId: userId(viewer), roleIds: [roleIds.EDITOR] });
    for (const role of ROLES) {
      const result = await ask(by[role]);
      if (['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'].includes(role)) expect(result, role).toSucceed();
      else expect(result, role).toBeDenied({ missing: 'role:assign' });
    }
    const permissions = ['role:assign', 'directory:read', 'account:read'];
    const given = await ask(await personWith(here, ...permissions));
    expect(given.data?.previewRoleChange).toMatchObject({ lost: [], flowsLost: 0 });
  });

  test('hides people and roles that are not there', async () => {
    const { superAdmin, viewer, roleIds } = await staff();
    const away = await staff();
    for (const variables of [
      { userId: userId(away.viewer), roleIds: [roleIds.EDITOR] },
      { userId: userId(viewer), roleIds: [away.roleIds.EDITOR] },
      { userId: userId(viewer), roleIds: ['no id'] },
      { userId: 'no id', roleIds: [] },
    ]) {
      await expect(await superAdmin.run(PreviewRoleChange, variables)).toBeHidden();
    }
  });
});

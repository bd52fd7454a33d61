import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { Actor, type Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { keyOf } from '../support/keys.js';
import { ReactivateUser, RemoveUser, SuspendUser, UpdateUser } from '../support/operations.js';
import { personWith, ROLES, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';
import { globalId, workspace } from '../support/world.js';

/** Whom each account role manages. */
const MANAGES: Readonly<Record<AccountRole, readonly AccountRole[]>> = {
  SUPER_ADMIN: ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  IAM_ADMIN: ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  USER_ADMIN: ['USER_ADMIN', 'EDITOR', 'VIEWER'],
  ADMIN: ['IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'],
  EDITOR: [],
  VIEWER: [],
};

/** What a person of this role has that whoever does not manage them lacks. */
const ABOVE: Readonly<Partial<Record<AccountRole, readonly string[]>>> = {
  SUPER_ADMIN: ['role:assign', 'role:assignAny'],
  IAM_ADMIN: ['role:assign'],
  ADMIN: ['role:assign'],
};

const GIVES_ROLES = ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'];

interface Way {
  readonly name: string;
  readonly takes: string;
  readonly action: string;
  readonly run: (who: Actor, id: string) => Promise<Result>;
}

const WAYS: readonly Way[] = [
  {
    name: 'updateUser',
    takes: 'user:update',
    action: 'user.updated',
    run: (who, id) => who.run(UpdateUser, { input: { userId: id, name: 'Renamed' } }),
  },
  {
    name: 'suspendUser',
    takes: 'user:suspend',
    action: 'user.suspended',
    run: (who, id) => who.run(SuspendUser, { input: { userId: id } }),
  },
  {
    name: 'reactivateUser',
    takes: 'user:suspend',
    action: 'user.reactivated',
    run: (who, id) => who.run(ReactivateUser, { input: { userId: id } }),
  },
  {
    name: 'removeUser',
    takes: 'user:remove',
    action: 'user.removed',
    run: (who, id) => who.run(RemoveUser, { input: { userId: id, confirm: true } }),
  },
];

/** Everything about a person that a refused change could have touched. */
async function stateOf({ id }: Actor) {
  const { client } = await testDatabase();
  return client.user.findUniqueOrThrow({
    where: { id },
    include: { roles: true, sessions: { select: { endedAt: true } }, groups: true },
  });
}

describe.each(WAYS)('$name', ({ takes, action, run }) => {
  test.each(ROLES)('as %s: allows and denies by the table', async (role) => {
    const { here, by } = await staff();
    for (const other of ROLES) {
      const target = await here.person({ role: other });
      const before = await stateOf(target);
      const result = await run(by[role], userId(target));
      if (MANAGES[role].includes(other)) {
        expect(result, other).toSucceed();
        continue;
      }
      expect(refusalIn(result), other).toMatchObject({
        code: 'FORBIDDEN',
        denial:
          MANAGES[role].length === 0
            ? { permission: takes, reason: 'ROLE_LACKS_PERMISSION', missing: [takes] }
            : {
                permission: takes,
                reason: 'OUTRANKED',
                missing: ABOVE[other]?.filter(
                  (each) => each !== 'role:assign' || !GIVES_ROLES.includes(role),
                ),
                remedies: [{ kind: 'ASK_ACCOUNT_ADMIN', who: 'A Super Admin' }],
              },
      });
      expect(await stateOf(target), other).toEqual(before);
    }
  });

  test('allows a custom role with that permission alone, and no other', async () => {
    const { here, editor, admin } = await staff();
    const helper = await personWith(here, takes, 'directory:read', 'user:read');
    expect(await run(helper, userId(editor))).toSucceed();
    expect(refusalIn(await run(helper, userId(admin)))).toMatchObject({
      denial: { reason: 'OUTRANKED', missing: ['role:assign'] },
    });
    const others = ['user:read', 'user:update', 'user:suspend', 'user:remove', 'role:assign'];
    const bystander = await personWith(here, ...others.filter((each) => each !== takes));
    expect(await run(bystander, userId(await here.person()))).toBeDenied({ missing: takes });
  });

  test('hides people of another account, removed people, what is nobody, and what is no id', async () => {
    const { here, superAdmin, editor } = await staff();
    const away = await workspace();
    const stranger = await away.person();
    const gone = await here.person();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
    for (const id of [
      userId(stranger),
      userId(gone),
      globalId('Group', await here.group([editor])),
      globalId('ServiceAccount', await here.serviceAccount()),
      globalId('Role', editor.id),
      globalId('ServiceAccount', editor.id),
      editor.id,
      'no id',
      '',
    ]) {
      await expect(await run(superAdmin, id), id).toBeHidden();
    }
    expect((await stateOf(stranger)).status).toBe('ACTIVE');
  });

  test('hides people whom somebody may not see at all, also from whoever manages people', async () => {
    const { here, superAdmin, editor } = await staff();
    const before = await stateOf(editor);
    const { user: key } = await keyOf(here, { userId: superAdmin.id }, { permissions: [takes] });
    for (const who of [await personWith(here, takes, 'user:read'), key]) {
      await expect(await run(who, userId(editor))).toBeHidden();
    }
    expect(await stateOf(editor)).toEqual(before);
  });

  test('tells nobody who may not do it at all whether there is such a person', async () => {
    const { here, viewer, editor } = await staff();
    const stranger = await (await workspace()).person();
    const texts = new Set<string>();
    for (const id of [userId(editor), userId(stranger), globalId('User', here.accountId), 'no id'])
      texts.add((await run(viewer, id)).text);
    expect(texts.size).toBe(1);
  });

  test('refuses whoever is nobody', async () => {
    const { here, editor } = await staff();
    const anonymous = new Actor(here.app, '', 'Nobody', '', {});
    expect(await run(anonymous, userId(editor))).toFail('UNAUTHENTICATED');
  });

  test('audits what was done and what was refused, with whom it was about', async () => {
    const { superAdmin, editor, viewer, admin, by } = await staff();
    const about = { action, targetType: 'User', credentialKind: 'session' };
    await expect(await run(by.USER_ADMIN, userId(admin))).toHaveAudited({
      ...about,
      targetId: admin.id,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      subjectId: by.USER_ADMIN.id,
      denial: expect.objectContaining({ reason: 'OUTRANKED' }) as unknown,
    });
    await expect(await run(viewer, userId(editor))).toHaveAudited({
      ...about,
      targetId: editor.id,
      outcome: 'REFUSED',
      subjectId: viewer.id,
      denial: expect.objectContaining({ reason: 'ROLE_LACKS_PERMISSION' }) as unknown,
    });
    await expect(await run(superAdmin, userId(editor))).toHaveAudited({
      ...about,
      targetId: editor.id,
      outcome: 'SUCCEEDED',
      subjectId: superAdmin.id,
      actorId: superAdmin.id,
      via: 'ACCOUNT_ROLE',
    });
    await expect(await run(superAdmin, 'no id')).toHaveAudited({
      action,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
  });
});

import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { createFlow } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import {
  GetUser,
  ListUsers,
  ReadAuditLog,
  ReadOwnKeys,
  ReadSelf,
  RemoveUser,
  SignIn,
} from '../support/operations.js';
import { customRole, give, staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';
import { PASSWORD } from '../support/world.js';

/** Somebody with a little of everything. */
async function leaver() {
  const all = await staff();
  const { here, superAdmin, editor } = all;
  const leo = await here.person({ name: 'Leo Leaver' });
  const both = [
    { user: leo, role: 'ADMIN' },
    { user: editor, role: 'ADMIN' },
  ] as const;
  const alone = await here.dataset({ members: [{ user: leo, role: 'ADMIN' }] });
  const shared = await here.dataset({ members: both });
  await createFlow(here, { kind: 'BOARD', members: [{ user: leo, role: 'OWNER' }] });
  await createFlow(here, { kind: 'BOARD', members: [{ user: leo, role: 'VIEWER' }] });
  await here.group([leo]);
  await here.group([leo, editor]);
  const key = await keyOf(here, { userId: leo.id });
  const { client } = await testDatabase();
  await client.accessKey.update({ where: { id: key.rowId }, data: { slot: 1 } });
  const goes = { sessions: 1, apiKeys: 1, groups: 2, memberships: 4, orphanedFlows: 2 };
  const input = { userId: userId(leo) };
  return { ...all, superAdmin, leo, alone, shared, key, goes, input, client };
}

describe('removeUser', () => {
  test('asks back first, says what would go, and takes nothing', async () => {
    const { superAdmin, leo, goes, input, client } = await leaver();
    const result = await superAdmin.run(RemoveUser, { input });
    expect(refusalIn(result)).toMatchObject({ code: 'CONFIRMATION_NEEDED', goes });
    await expect(result).toHaveAudited({
      action: 'user.removed',
      outcome: 'REFUSED',
      code: 'CONFIRMATION_NEEDED',
      targetId: leo.id,
    });
    expect(await leo.run(ReadSelf)).toSucceed();
    expect(await client.flowMember.count({ where: { userId: leo.id } })).toBe(4);
  });

  test('takes all that is theirs alone, and says what', async () => {
    const { superAdmin, leo, key, goes, input, client } = await leaver();
    const result = await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } });
    expect(result.data?.removeUser).toEqual({ removedId: input.userId, removed: goes });
    const mine = { where: { userId: leo.id } };
    expect(await client.flowMember.count(mine)).toBe(0);
    expect(await client.groupMember.count(mine)).toBe(0);
    expect(await client.roleAssignment.count(mine)).toBe(0);
    expect(await client.session.count({ where: { ...mine.where, endedAt: null } })).toBe(0);
    expect(await client.accessKey.findUniqueOrThrow({ where: { id: key.rowId } })).toMatchObject({
      isActive: false,
      secretHash: null,
      slot: null,
      deletedAt: expect.any(Date) as unknown,
    });
    expect(await client.user.findUniqueOrThrow({ where: { id: leo.id } })).toMatchObject({
      name: 'Leo Leaver',
      passwordHash: null,
      removedAt: expect.any(Date) as unknown,
    });
    for (const who of [leo, key.user]) expect(await who.run(ReadSelf)).toFail('UNAUTHENTICATED');
  });

  test('leaves nobody to be found, and what they did under their name', async () => {
    const { here, superAdmin, leo, shared, input, client } = await leaver();
    await leo.run('mutation { updateProfile(input: { name: "Leo L." }) { user { id } } }');
    await client.flowMember.updateMany({
      where: { flowId: shared.rowId, userId: { not: leo.id } },
      data: { addedById: leo.id },
    });
    await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } });
    await expect(
      await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } }),
    ).toBeHidden();
    expect((await superAdmin.run(GetUser, { id: input.userId })).data).toEqual({ user: null });
    const listed = await superAdmin.run(ListUsers, { filter: { search: 'Leo' } });
    expect(listed.data?.users?.totalCount).toBe(0);
    const log = await superAdmin.run(ReadAuditLog, { filter: { principal: input.userId } });
    expect(log.data?.auditLog?.edges.map(({ node }) => [node.action, node.subject?.id])).toEqual([
      ['USER_UPDATED', input.userId],
    ]);
    // What they gave to others stays.
    expect(await client.flowMember.count({ where: { addedById: leo.id } })).toBe(1);
    const signIn = { account: here.slug, email: leo.email, password: PASSWORD };
    expect(await superAdmin.run(SignIn, { input: signIn })).toFail('SIGN_IN_FAILED');
  });

  test('lets the address be given to somebody else', async () => {
    const { here, superAdmin, leo, input } = await leaver();
    await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } });
    const next = await here.person({ email: leo.email, name: 'Leona' });
    const found = await superAdmin.run(ListUsers, { filter: { search: leo.email } });
    expect(found.data?.users?.edges.map(({ node }) => node.id)).toEqual([userId(next)]);
  });

  test('leaves the keys that they made for programs as they are, and says to rotate them', async () => {
    const { here, superAdmin, leo, input } = await leaver();
    const program = await here.program();
    const { client } = await testDatabase();
    await client.accessKey.updateMany({
      where: { serviceAccountId: program.id },
      data: { createdById: leo.id },
    });
    await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } });
    expect(await program.run(ReadSelf)).toSucceed();
    const keys = await superAdmin.run(
      'query ($id: ID!) { node(id: $id) { ... on ServiceAccount { accessKeys { rotationRecommended } } } }',
      { id: Buffer.from(`ServiceAccount:${program.id}`).toString('base64url') },
    );
    expect(keys.data).toEqual({ node: { accessKeys: [{ rotationRecommended: 'CREATOR_LEFT' }] } });
  });

  test('refuses oneself and the last Super Admin, confirmed or not', async () => {
    const { here, superAdmin, roleIds } = await leaver();
    const own = { userId: userId(superAdmin) };
    for (const confirm of [true, false]) {
      expect(await superAdmin.run(RemoveUser, { input: { ...own, confirm } })).toFail(
        'NOT_YOURSELF',
      );
    }
    const likeThem = await here.person();
    await give(here, likeThem, [await customRole(here, { parentIds: [roleIds.SUPER_ADMIN] })]);
    const result = await likeThem.run(RemoveUser, { input: { ...own, confirm: true } });
    expect(result).toFail('LAST_SUPER_ADMIN');
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'LAST_SUPER_ADMIN' });
    expect(await superAdmin.run(ReadOwnKeys)).toSucceed();
  });

  test('audits who it was, how much went and each key, together, and no secret', async () => {
    const { superAdmin, leo, goes, input, client, key } = await leaver();
    const { requestId } = await superAdmin.run(RemoveUser, { input: { ...input, confirm: true } });
    const entries = await client.auditEntry.findMany({
      where: { requestId },
      orderBy: { id: 'asc' },
    });
    const of = (action: string) => entries.filter((entry) => entry.action === action);
    expect(of('user.removed')).toMatchObject([
      {
        outcome: 'SUCCEEDED',
        via: 'ACCOUNT_ROLE',
        targetId: leo.id,
        before: { name: 'Leo Leaver', email: leo.email },
        after: goes,
      },
    ]);
    expect(of('apiKey.deleted').map(({ targetId }) => targetId)).toEqual([key.rowId]);
    expect(new Set(entries.map(({ batchId }) => batchId)).size).toBe(1);
    const text = JSON.stringify(entries);
    expect(text).not.toContain(key.text);
    expect(text).not.toMatch(/argon2|secretHash|passwordHash/);
  });
});

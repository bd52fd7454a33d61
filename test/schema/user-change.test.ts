import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { presenting, keyOf } from '../support/keys.js';
import {
  GetUser,
  ReactivateUser,
  SetApiKeyActive,
  SuspendUser,
  UpdateProfile,
  UpdateUser,
} from '../support/operations.js';
import { staff, userId } from '../support/people.js';
import { refusalIn } from '../support/table.js';
import { workspace } from '../support/world.js';

async function office() {
  const all = await staff();
  const ada = await all.here.person({ name: 'Ada', email: `ada@${all.here.slug}.test` });
  const input = { userId: userId(ada) };
  return { ...all, ada, input };
}

async function rowOf({ id }: { readonly id: string }) {
  const { client } = await testDatabase();
  return client.user.findUniqueOrThrow({ where: { id } });
}

describe('updateUser', () => {
  test('changes what is given and keeps the rest', async () => {
    const { superAdmin, ada, input } = await office();
    const update = async (changes: { name?: string | null; email?: string | null }) => {
      const result = await superAdmin.run(UpdateUser, { input: { ...input, ...changes } });
      expect(result).toSucceed();
      return result.data?.updateUser?.user;
    };
    expect(await update({ name: '  Ada Lovelace ' })).toEqual({
      id: input.userId,
      name: 'Ada Lovelace',
      email: ada.email,
    });
    const email = `New.Ada@${ada.email.slice(4)}`;
    expect(await update({ email })).toMatchObject({
      name: 'Ada Lovelace',
      email: email.toLowerCase(),
    });
    expect(await update({ name: null, email: null })).toMatchObject({ name: 'Ada Lovelace' });
    expect(await update({})).toMatchObject({ email: email.toLowerCase() });
    expect(await rowOf(ada)).toMatchObject({ nameKey: 'ada lovelace' });
  });

  test('makes another address unverified, and mailed links void; the same one stays as it is', async () => {
    const { here, superAdmin, ada, input } = await office();
    const { client } = await testDatabase();
    const { accountId } = here;
    const reset = await client.passwordReset.create({
      data: {
        accountId,
        userId: ada.id,
        secretHash: Buffer.from('secret'),
        pepperVersion: 1,
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    const closed = async () =>
      (await client.passwordReset.findUniqueOrThrow({ where: { id: reset.id } })).closedAt;
    await superAdmin.run(UpdateUser, { input: { ...input, email: ada.email.toUpperCase() } });
    expect((await rowOf(ada)).emailVerifiedAt).not.toBeNull();
    expect(await closed()).toBeNull();
    const other = { ...input, email: `other@${here.slug}.test` };
    expect(await superAdmin.run(UpdateUser, { input: other })).toSucceed();
    expect((await rowOf(ada)).emailVerifiedAt).toBeNull();
    expect(await closed()).not.toBeNull();
  });

  test('refuses the address of somebody else of the account, in whatever spelling', async () => {
    const { here, superAdmin, ada, input } = await office();
    const kate = await here.person({ email: `kate@${here.slug}.test` });
    const [, host = ''] = kate.email.split('@');
    for (const email of [
      kate.email,
      kate.email.toUpperCase(),
      ` ${kate.email}\t`,
      // The sign for kelvin is a k in lower case.
      `\u212Aate@${host}`,
    ]) {
      const result = await superAdmin.run(UpdateUser, { input: { ...input, email } });
      expect(result, email).toFail('DUPLICATE_EMAIL');
      expect(result.text).not.toContain(kate.id);
    }
    expect((await rowOf(ada)).email).toBe(ada.email);
    const suspended = await here.person({ suspended: true });
    const taken = { ...input, email: suspended.email };
    expect(await superAdmin.run(UpdateUser, { input: taken })).toFail('DUPLICATE_EMAIL');
  });

  test('allows the address of a removed person, and of somebody of another account', async () => {
    const { here, superAdmin, input } = await office();
    const gone = await here.person();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
    const stranger = await (await workspace()).person();
    for (const { email } of [gone, stranger]) {
      expect(await superAdmin.run(UpdateUser, { input: { ...input, email } })).toSucceed();
    }
  });

  test('refuses input that breaks a rule', async () => {
    const { superAdmin, input } = await office();
    for (const changes of [
      { name: '' },
      { name: ' \u00A0 ' },
      { name: 'two\nlines' },
      { name: 'x'.repeat(201) },
      { email: '' },
      { email: 'nobody' },
      { email: 'a b@example.test' },
      { email: `${'x'.repeat(250)}@example.test` },
      { email: 'ada@example.test, eve@example.test' },
      { email: 'ａda@example.test' },
    ]) {
      const result = await superAdmin.run(UpdateUser, { input: { ...input, ...changes } });
      expect(result, JSON.stringify(changes)).toFail('INVALID_INPUT');
    }
  });

  test('audits name and address before and after', async () => {
    const { here, superAdmin, ada, input } = await office();
    const email = `lovelace@${here.slug}.test`;
    const result = await superAdmin.run(UpdateUser, { input: { ...input, email } });
    await expect(result).toHaveAudited({
      before: { name: 'Ada', email: ada.email },
      after: { name: 'Ada', email },
    });
    const taken = { input: { ...input, email: superAdmin.email } };
    await expect(await superAdmin.run(UpdateUser, taken)).toHaveAudited({
      outcome: 'REFUSED',
      code: 'DUPLICATE_EMAIL',
      targetId: ada.id,
    });
  });
});

describe('updateProfile', () => {
  test('changes one’s own name, whoever one is, and nothing else', async () => {
    const { by } = await staff();
    for (const somebody of Object.values(by)) {
      const name = `${somebody.name} the Second`;
      const result = await somebody.run(UpdateProfile, { input: { name } });
      expect(result).toSucceed();
      expect(result.data?.updateProfile?.user).toEqual({
        id: userId(somebody),
        name,
        email: somebody.email,
      });
      await expect(result).toHaveAudited({
        action: 'user.updated',
        outcome: 'SUCCEEDED',
        subjectId: somebody.id,
        targetId: somebody.id,
        before: { name: somebody.name, email: somebody.email },
        after: { name, email: somebody.email },
      });
    }
  });

  test('takes a session: no key of one’s own, no program that acts as one', async () => {
    const { here, superAdmin } = await staff();
    const input = { name: 'Other' };
    const { user } = await keyOf(here, { userId: superAdmin.id });
    const program = await here.program();
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    for (const somebody of [user, program, program.as(superAdmin)]) {
      expect(refusalIn(await somebody.run(UpdateProfile, { input }))).toMatchObject({
        code: 'FORBIDDEN',
        denial: { reason: 'SIGN_IN_REQUIRED' },
      });
    }
    expect(await presenting(here.app, '').run(UpdateProfile, { input })).toFail('UNAUTHENTICATED');
    expect(await superAdmin.run(UpdateProfile, { input: { name: ' ' } })).toFail('INVALID_INPUT');
    expect((await rowOf(superAdmin)).name).toBe('Sofia Super');
  });
});

describe('suspendUser and reactivateUser', () => {
  test('take all access, and give back all but the keys', async () => {
    const { here, superAdmin, ada, input } = await office();
    const key = await keyOf(here, { userId: ada.id });
    expect(await key.user.run(GetUser, { id: input.userId })).toBeDenied({ missing: 'user:read' });
    const suspended = await superAdmin.run(SuspendUser, { input });
    expect(suspended.data?.suspendUser?.user?.status).toBe('SUSPENDED');
    await expect(suspended).toHaveAudited({
      action: 'user.suspended',
      before: { status: 'ACTIVE' },
      after: { status: 'SUSPENDED', sessions: 1 },
    });
    await expect(await superAdmin.run(SuspendUser, { input })).toHaveAudited({
      before: { status: 'SUSPENDED' },
      after: { status: 'SUSPENDED', sessions: 0 },
    });
    const back = await superAdmin.run(ReactivateUser, { input });
    expect(back.data?.reactivateUser?.user?.status).toBe('ACTIVE');
    await expect(back).toHaveAudited({
      action: 'user.reactivated',
      before: { status: 'SUSPENDED' },
      after: { status: 'ACTIVE' },
    });
    const { client } = await testDatabase();
    const kept = await client.accessKey.findUniqueOrThrow({ where: { id: key.rowId } });
    expect(kept).toMatchObject({ isActive: false, deletedAt: null });
    const again = await here.person({ role: 'ADMIN' });
    await again.run(SetApiKeyActive, { input: { accessKeyId: key.id, isActive: true } });
    expect(await key.user.run(GetUser, { id: input.userId })).toFail('UNAUTHENTICATED');
  });

  test('refuse nobody but oneself and the last Super Admin', async () => {
    const { here, superAdmin, by, input } = await office();
    const own = { input: { userId: userId(superAdmin) } };
    const result = await superAdmin.run(SuspendUser, own);
    expect(result).toFail('NOT_YOURSELF');
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'NOT_YOURSELF' });
    expect(await by.ADMIN.run(SuspendUser, { input: { userId: userId(by.ADMIN) } })).toFail(
      'NOT_YOURSELF',
    );
    const second = await here.person({ role: 'SUPER_ADMIN' });
    expect(await second.run(SuspendUser, own)).toSucceed();
    expect(await superAdmin.run(SuspendUser, { input })).toFail('UNAUTHENTICATED');
    expect(await second.run(ReactivateUser, own)).toSucceed();
  });
});

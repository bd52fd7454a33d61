import { describe, expect, test } from 'vitest';

import { mintToken } from '../../src/authn/token.js';
import { SECRET } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import {
  accept,
  freshEmail,
  NEW_PASSWORD,
  office,
  roleId,
  signedIn,
} from '../support/invitation-world.js';
import { Me, PreviewInvitation } from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

describe('acceptInvitation', () => {
  test('allows whoever has the link to come in, once, and to sign in', async () => {
    const { here, chief, nobody, invited } = await office();
    const { email, token, id } = await invited();
    const result = await accept(nobody, token, { name: '  Nora New ' });
    expect(result).toSucceed();
    expect(result.data).toEqual({ acceptInvitation: { email, account: here.slug } });
    const nora = await signedIn(here, email);
    const me = await nora.run(Me);
    expect(me.data?.me?.user).toMatchObject({ name: 'Nora New', email, status: 'ACTIVE' });
    const { client } = await testDatabase();
    expect(await client.user.findUniqueOrThrow({ where: { id: nora.id } })).toMatchObject({
      emailVerifiedAt: expect.any(Date),
      addedVia: 'INVITATION',
      addedById: chief.id,
      nameKey: 'nora new',
    });
    const kept = await client.invitation.findFirstOrThrow({ where: { email } });
    expect(kept).toMatchObject({
      state: 'ACCEPTED',
      secretHash: null,
      acceptedById: nora.id,
      closedAt: expect.any(Date),
    });
    expect(globalId('Invitation', kept.id)).toBe(id);
    expect(await accept(nobody, token)).toFail('INVALID_LINK');
  });

  test('makes one membership of a hundred at once', async () => {
    const { here, nobody, invited } = await office();
    const { email, token } = await invited();
    const results = await Promise.all(Array.from({ length: 100 }, () => accept(nobody, token)));
    const codes = results.map(({ errors }) => errors?.[0]?.extensions.code ?? 'JOINED');
    expect(codes.filter((code) => code === 'JOINED')).toHaveLength(1);
    expect(codes.filter((code) => code === 'INVALID_LINK')).toHaveLength(99);
    const { client } = await testDatabase();
    const where = { accountId: here.accountId, email };
    expect(await client.user.count({ where })).toBe(1);
    expect(await client.roleAssignment.count({ where: { user: where } })).toBe(1);
    const entries = { action: 'invitation.accepted', outcome: 'SUCCEEDED' } as const;
    expect(
      await client.auditEntry.count({ where: { accountId: here.accountId, ...entries } }),
    ).toBe(1);
  });

  test('lets somebody of another account in, each with a password of its own', async () => {
    const [one, other] = [await office(), await office()];
    const email = freshEmail();
    const passwords = [NEW_PASSWORD, 'other words that nobody combines'];
    for (const [at, { invite, here, nobody }] of [one, other].entries()) {
      await invite({ email });
      const { link } = await here.app.mailTo(email);
      const password = passwords[at] ?? '';
      expect(await accept(nobody, new URL(link).hash.slice(1), { password })).toSucceed();
    }
    for (const [at, { here }] of [one, other].entries()) {
      const me = await (await signedIn(here, email, passwords[at])).run(Me);
      expect(me.data?.me?.account.slug).toBe(here.slug);
    }
  });

  test('gives Viewer where the role was deleted, and joins the groups that are left', async () => {
    const { here, nobody, invited } = await office();
    const { client } = await testDatabase();
    const { accountId } = here;
    const data = { accountId, name: 'Passing', nameKey: 'passing' };
    const role = await client.role.create({ data });
    const groups = [await here.group([]), await here.group([])];
    const groupIds = groups.map((id) => globalId('Group', id));
    const { email, token } = await invited({ roleId: globalId('Role', role.id), groupIds });
    await client.role.delete({ where: { id: role.id } });
    await client.group.delete({ where: { id: groups[0] ?? '' } });
    expect(await accept(nobody, token)).toSucceed();
    const nora = await client.user.findFirstOrThrow({
      where: { email },
      include: { roles: { include: { role: true } }, groups: true },
    });
    expect(nora.roles.map((each) => each.role.builtIn)).toEqual(['VIEWER']);
    expect(nora.groups.map(({ groupId }) => groupId)).toEqual(groups.slice(1));
  });

  test('refuses what is no good link, all with one answer', async () => {
    const { nobody, invited } = await office();
    const { client } = await testDatabase();
    const [expired, revoked, good] = [await invited(), await invited(), await invited()];
    const where = (email: string) => ({ where: { email } });
    await client.invitation.updateMany({
      ...where(expired.email),
      data: { expiresAt: new Date() },
    });
    await client.invitation.updateMany({
      ...where(revoked.email),
      data: { state: 'REVOKED', closedAt: new Date(), secretHash: null },
    });
    const { id } = await client.invitation.findFirstOrThrow(where(good.email));
    const texts = new Set<string>();
    for (const token of [
      expired.token,
      revoked.token,
      mintToken('invitation', id, SECRET).token,
      mintToken('passwordReset', id, SECRET).token,
      mintToken('session', id, SECRET).token,
      good.token.slice(0, -1),
      good.token.toUpperCase(),
      ` ${good.token}`,
      '',
      'nothing',
    ]) {
      const result = await accept(nobody, token);
      expect(result, token).toFail('INVALID_LINK');
      texts.add(result.text);
    }
    expect(texts.size).toBe(1);
    expect(await accept(nobody, good.token)).toSucceed();
  });

  test.each([
    ['short', 'eleven char'],
    ['common', 'password1234'],
    ['a pattern', 'qwertyuiop12'],
    ['a repetition', 'aaaaaaaaaaaaaaaa'],
    ['a common one in disguise', 'P@ssw0rd!2024'],
    ['too long', 'x1'.repeat(513)],
  ])('refuses a password that is %s, and can be tried again', async (_what, password) => {
    const { here, nobody, invited } = await office();
    const { email, token } = await invited();
    const result = await accept(nobody, token, { password });
    expect(result).toFail('INVALID_INPUT');
    expect(result.text).not.toContain(password);
    expect(await accept(nobody, token)).toSucceed();
    await signedIn(here, email);
  });

  test('refuses a password with the address in it', async () => {
    const { nobody, invited } = await office();
    const { email, token } = await invited();
    for (const password of [`x${email.toUpperCase()}`, `my ${email.split('@')[0]} 77 words`]) {
      const result = await accept(nobody, token, { password });
      expect(result).toFail('INVALID_INPUT');
      expect(result.text).toContain('Leave your e-mail address out of it.');
    }
  });

  test.each([
    ['suspended', { status: 'SUSPENDED' }],
    ['removed', { removedAt: new Date() }],
  ] as const)('refuses where the inviter was %s', async (_what, data) => {
    const { chief, nobody, invited } = await office();
    const { client } = await testDatabase();
    const { email, token } = await invited();
    await client.user.update({ where: { id: chief.id }, data });
    const result = await accept(nobody, token);
    expect(result).toFail('INVITER_LACKS_AUTHORITY');
    await expect(result).toHaveAudited({
      action: 'invitation.accepted',
      outcome: 'REFUSED',
      code: 'INVITER_LACKS_AUTHORITY',
    });
    expect(await client.user.count({ where: { email } })).toBe(0);
  });

  test('refuses where the inviter may not bring anybody in any more', async () => {
    const { here, chief, nobody, invited } = await office();
    const { client } = await testDatabase();
    const { token } = await invited();
    const iam = await client.role.findFirstOrThrow({
      where: { accountId: here.accountId, builtIn: 'IAM_ADMIN' },
    });
    await client.roleAssignment.updateMany({
      where: { userId: chief.id },
      data: { roleId: iam.id },
    });
    expect(await accept(nobody, token)).toFail('INVITER_LACKS_AUTHORITY');
  });

  test('refuses where the role was made greater than what the inviter may give', async () => {
    const { here, nobody, invited } = await office();
    const { client } = await testDatabase();
    const data = { accountId: here.accountId, name: 'Growing', nameKey: 'growing' };
    const role = await client.role.create({ data: { ...data, permissions: ['dataset:create'] } });
    const { token } = await invited({ roleId: globalId('Role', role.id) });
    const permissions = ['dataset:create', 'role:assign'];
    await client.role.update({ where: { id: role.id }, data: { permissions } });
    expect(await accept(nobody, token)).toFail('INVITER_LACKS_AUTHORITY');
    await client.role.update({ where: { id: role.id }, data: { permissions: [] } });
    expect(await accept(nobody, token)).toSucceed();
  });

  test('refuses whoever came in by another way meanwhile', async () => {
    const { here, nobody, invited } = await office();
    const { email, token } = await invited();
    await here.person({ email });
    expect(await accept(nobody, token)).toFail('ALREADY_MEMBER');
    const { client } = await testDatabase();
    expect(await client.user.count({ where: { email } })).toBe(1);
  });

  test('audits who came in, by which invitation and as what', async () => {
    const { here, nobody, invited } = await office();
    const { id, email, token } = await invited({ roleId: await roleId(here, 'EDITOR') });
    const result = await accept(nobody, token);
    const { client } = await testDatabase();
    const nora = await client.user.findFirstOrThrow({ where: { email } });
    const entry = await client.auditEntry.findFirstOrThrow({
      where: { requestId: result.requestId },
    });
    expect(globalId('Invitation', entry.targetId ?? '')).toBe(id);
    await expect(result).toHaveAudited({
      action: 'invitation.accepted',
      accountId: here.accountId,
      subjectId: nora.id,
      actorId: nora.id,
      targetType: 'Invitation',
      after: { userId: nora.id, role: 'EDITOR', groups: 0 },
    });
    const refused = await accept(nobody, 'nothing');
    await expect(refused).toHaveAudited({ accountId: null, code: 'INVALID_LINK' });
  });
});

describe('invitationPreview', () => {
  test('shows whoever has the link what it is about', async () => {
    const { chief, nobody, invited } = await office();
    const { email, token } = await invited();
    const { data } = await nobody.run(PreviewInvitation, { token });
    expect(data?.invitationPreview).toEqual({
      accountName: 'A workspace',
      email,
      inviterName: chief.name,
      expiresAt: expect.any(String),
    });
  });

  test('answers null for anything else, for as many statements', async () => {
    const { nobody, invited } = await office();
    const { email, token } = await invited();
    const good = await nobody.run(PreviewInvitation, { token });
    const { client } = await testDatabase();
    const { id } = await client.invitation.findFirstOrThrow({ where: { email } });
    const somewhere = await workspace();
    for (const other of [
      mintToken('invitation', id, SECRET).token,
      mintToken('invitation', somewhere.accountId, SECRET).token,
      mintToken('accessKey', id, SECRET).token,
      token.slice(1),
      '',
    ]) {
      const result = await nobody.run(PreviewInvitation, { token: other });
      expect(result.text, other).toBe('{"data":{"invitationPreview":null}}');
      expect(result, other).toTakeQueries(good.statements);
    }
  });
});

import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import type { InvitationState } from '../support/generated/graphql.js';
import { accept, office, tokenIn } from '../support/invitation-world.js';
import { PreviewInvitation, ResendInvitation, RevokeInvitation } from '../support/operations.js';
import { globalId } from '../support/world.js';

const CHANGES = [
  ['resendInvitation', String(ResendInvitation), 'invitation.resent'],
  ['revokeInvitation', String(RevokeInvitation), 'invitation.revoked'],
] as const;

async function setState(email: string, state: InvitationState): Promise<void> {
  const { client } = await testDatabase();
  const data =
    state === 'EXPIRED'
      ? { expiresAt: new Date(Date.now() - 1) }
      : { state, closedAt: new Date(), secretHash: null };
  await client.invitation.updateMany({ where: { email }, data });
}

describe.each(CHANGES)('%s', (_name, operation, action) => {
  test.each([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', false],
    ['USER_ADMIN', true],
    ['ADMIN', true],
    ['EDITOR', false],
    ['VIEWER', false],
  ] as const)('lets a %s: %s', async (role, allowed) => {
    const { here, invited } = await office();
    const { id } = await invited();
    const somebody = await here.person({ role });
    const result = await somebody.run(operation, { input: { invitationId: id } });
    if (allowed) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'user:create' });
  });

  test('hides those of other accounts', async () => {
    const [ours, theirs] = [await office(), await office()];
    const { id } = await theirs.invited();
    for (const invitationId of [id, globalId('User', ours.chief.id), 'nothing']) {
      const result = await ours.chief.run(operation, { input: { invitationId } });
      expect(result).toFail('NOT_FOUND');
    }
    await expect(await ours.chief.run(operation, { input: { invitationId: id } })).toBeHidden();
  });

  test.each(['EXPIRED', 'REVOKED', 'ACCEPTED'] as const)(
    'refuses one that is %s, and says what to do',
    async (state) => {
      const { chief, invited } = await office();
      const { id, email } = await invited();
      await setState(email, state);
      const result = await chief.run(operation, { input: { invitationId: id } });
      expect(result).toFail('INVITATION_OVER');
      expect(result.errors?.[0]?.extensions).toMatchObject({ state });
      expect(result.errors?.[0]?.message).toContain(
        state === 'ACCEPTED' ? 'Change their role' : 'inviteUser',
      );
      await expect(result).toHaveAudited({ action, outcome: 'REFUSED', code: 'INVITATION_OVER' });
    },
  );

  test('audits it', async () => {
    const { chief, invited } = await office();
    const { id } = await invited();
    const result = await chief.run(operation, { input: { invitationId: id } });
    await expect(result).toHaveAudited({
      action,
      outcome: 'SUCCEEDED',
      subjectId: chief.id,
      targetType: 'Invitation',
    });
  });
});

describe('resendInvitation', () => {
  test('allows to send another link, which makes the old one void and lasts as long', async () => {
    const { here, chief, nobody, invited } = await office();
    const { client } = await testDatabase();
    const { id, email, token } = await invited();
    const soon = new Date(Date.now() + 1_000_000);
    await client.invitation.updateMany({ where: { email }, data: { expiresAt: soon } });
    const sent = here.app.mails.length;
    const result = await chief.run(ResendInvitation, { input: { invitationId: id } });
    const { sentAt, expiresAt } = result.data?.resendInvitation?.invitation ?? {};
    expect(Date.parse(expiresAt ?? '') - Date.parse(sentAt ?? '')).toBe(7 * 86_400_000);
    await expect.poll(() => here.app.mails.length).toBeGreaterThan(sent);
    const next = await tokenIn(here.app, email);
    expect(next).not.toBe(token);
    const preview = await nobody.run(PreviewInvitation, { token });
    expect(preview.data?.invitationPreview).toBeNull();
    expect(await accept(nobody, token)).toFail('INVALID_LINK');
    expect(await accept(nobody, next)).toSucceed();
  });

  test('refuses where whoever invited may not do so any more', async () => {
    const { here, chief, invited } = await office();
    const { client } = await testDatabase();
    const { id } = await invited();
    const other = await here.person({ role: 'SUPER_ADMIN' });
    await client.user.update({ where: { id: chief.id }, data: { status: 'SUSPENDED' } });
    const result = await other.run(ResendInvitation, { input: { invitationId: id } });
    expect(result).toFail('INVITER_LACKS_AUTHORITY');
  });

  test('refuses whoever came in by another way meanwhile', async () => {
    const { here, chief, invited } = await office();
    const { id, email } = await invited();
    await here.person({ email });
    const result = await chief.run(ResendInvitation, { input: { invitationId: id } });
    expect(result).toFail('ALREADY_MEMBER');
  });
});

describe('revokeInvitation', () => {
  test('allows to make the link void, and to invite again', async () => {
    const { chief, nobody, invite, invited } = await office();
    const { id, email, token } = await invited();
    const result = await chief.run(RevokeInvitation, { input: { invitationId: id } });
    expect(result.data?.revokeInvitation?.invitation).toEqual({
      id,
      state: 'REVOKED',
      remedies: [],
    });
    expect(await accept(nobody, token)).toFail('INVALID_LINK');
    expect(await invite({ email })).toSucceed();
  });

  test('or acceptance wins, never both', async () => {
    const { here, chief, nobody, invited } = await office();
    const { client } = await testDatabase();
    for (let round = 0; round < 6; round += 1) {
      const { id, email, token } = await invited();
      const [accepted, revoked] = await Promise.all([
        accept(nobody, token),
        chief.run(RevokeInvitation, { input: { invitationId: id } }),
      ]);
      const both = [accepted, revoked].filter(({ errors }) => errors === undefined);
      expect(both).toHaveLength(1);
      const members = await client.user.count({ where: { accountId: here.accountId, email } });
      expect(members).toBe(accepted.errors ? 0 : 1);
    }
  });
});

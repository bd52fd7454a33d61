import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import { parseLink } from '../../src/authn/token.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { accept, anonymous, office, tokenIn } from '../support/invitation-world.js';
import { mailServer, refusal } from '../support/mail-server.js';
import {
  ChangePassword,
  InviteUser,
  PreviewInvitation,
  RequestPasswordReset,
  ResendInvitation,
  ResetPassword,
} from '../support/operations.js';
import { expectNowhere, wholeDatabase } from '../support/secrets.js';
import { PASSWORD } from '../support/world.js';

const planted = () => `planted words ${randomUUID()}`;

test('neither the database, the log nor an answer holds what a link carries or a password', async () => {
  const app = await testApp();
  const { here, chief, nobody, invited } = await office(app);
  const answers: string[] = [];
  const noting = async <T extends { readonly text: string }>(result: Promise<T>): Promise<T> => {
    const settled = await result;
    answers.push(settled.text);
    return settled;
  };
  const [joined, changed, reset, typed] = [planted(), planted(), planted(), planted()];
  const { id, email, token } = await invited();
  await noting(chief.run(ResendInvitation, { input: { invitationId: id } }));
  await expect.poll(() => tokenIn(app, email)).not.toBe(token);
  const next = await tokenIn(app, email);
  for (const each of [token, `${next}x`, next]) {
    await noting(nobody.run(PreviewInvitation, { token: each }));
  }
  await noting(accept(nobody, token, { password: typed }));
  await noting(accept(nobody, next, { password: 'short' }));
  expect(await noting(accept(nobody, next, { password: joined }))).toSucceed();
  const change = { currentPassword: PASSWORD, newPassword: changed };
  expect(await noting(chief.run(ChangePassword, { input: change }))).toSucceed();
  await noting(chief.run(ChangePassword, { input: { ...change, currentPassword: typed } }));
  await noting(nobody.run(RequestPasswordReset, { input: { email } }));
  await expect.poll(() => app.mails.at(-1)?.link).toContain('password-reset#');
  const link = await tokenIn(app, email);
  const input = { token: link, newPassword: reset };
  expect(await noting(nobody.run(ResetPassword, { input }))).toSucceed();
  await noting(nobody.run(ResetPassword, { input }));
  await app.close();
  const tokens = [token, next, link];
  const secrets = tokens.map(
    (each) => (parseLink('invitation', each) ?? parseLink('passwordReset', each))?.secret ?? '',
  );
  expect(new Set(secrets).size).toBe(3);
  expect(secrets.every((secret) => secret.length === 43)).toBe(true);
  const everything = [await wholeDatabase(), ...app.lines, ...answers].join('\n');
  // The search would find what is there.
  expect(everything).toContain(here.accountId);
  expect(everything).toContain(email);
  expectNowhere(everything, [...tokens, ...secrets, joined, changed, reset, typed]);
});

test('nor does it when mails fail, and the password of the mail server is nowhere', async () => {
  const server = await mailServer({ onMessage: () => refusal(554, 'planted by the server') });
  const smtpUrl = server.url.replace('//', '//me:planted-password@');
  for (const url of [server.url, smtpUrl]) {
    const environment = { SMTP_URL: url, MAIL_FROM: 'gate@mail.example' };
    const app = await testApp({ environment });
    const { chief } = await office(app);
    const email = `${randomUUID()}@example.test`;
    await chief.run(InviteUser, { input: { email } });
    const { client } = await testDatabase();
    const delivery = async () =>
      (await client.invitation.findFirstOrThrow({ where: { email } })).delivery;
    await expect.poll(delivery).toBe('FAILED');
    await anonymous({ app }).run(RequestPasswordReset, { input: { email: chief.email } });
    await expect.poll(() => app.lines.join('').split('mail not sent').length).toBe(3);
    await app.close();
    const everything = [await wholeDatabase(), ...app.lines].join('\n');
    expect(everything).toContain(email);
    expect(everything).not.toContain('planted by the server');
    expect(everything).not.toContain('planted-password');
    expect(app.lines.join('')).not.toMatch(/fg[ir]_/);
  }
  await server.close();
});

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

import { plain, type Message } from './message.js';

interface Invitation {
  readonly email: string;
  readonly accountName: string;
  /** Null: nobody who is known. */
  readonly inviterName: string | null;
  readonly token: string;
  readonly expiresAt: Date;
}

/** Welcomes somebody to an account. It says the same to those who are new and to those who are not. */
export function invitationMail(invitation: Invitation, publicUrl: string): Message {
  const account = plain(invitation.accountName);
  const inviter = invitation.inviterName === null ? undefined : plain(invitation.inviterName);
  return message(invitation.email, `${publicUrl}/invitation#${invitation.token}`, {
    subject: inviter ? `${inviter} invites you to ${account}` : `You are invited to ${account}`,
    before: [
      `Welcome! ${inviter ?? 'Somebody'} invites you to join the account ${account} on Fieldgate.`,
      'To accept and join, follow the link. If you are new, it takes a name and a password of your choice, and you are in. If you have an account elsewhere on Fieldgate, this one is apart from it and has a password of its own.',
    ],
    action: 'Accept the invitation',
    after: [
      `The link works once, until ${time(invitation.expiresAt)}.`,
      'If you expected no invitation, do nothing: nobody joins without you.',
    ],
  });
}

interface PasswordReset {
  readonly email: string;
  readonly accountName: string;
  readonly token: string;
  readonly minutes: number;
}

/** Lets somebody choose another password. */
export function passwordResetMail(reset: PasswordReset, publicUrl: string): Message {
  const account = plain(reset.accountName);
  return message(reset.email, `${publicUrl}/password-reset#${reset.token}`, {
    subject: `Choose another password for ${account}`,
    before: [
      `Somebody, we hope you, asked for another password for your account at ${account} on Fieldgate.`,
      'To choose one, follow the link. You are signed out everywhere then.',
    ],
    action: 'Choose another password',
    after: [
      `The link works once, for ${reset.minutes} minutes.`,
      'If it was not you, do nothing: your password stays as it is.',
    ],
  });
}

interface Letter {
  readonly subject: string;
  readonly before: readonly string[];
  readonly action: string;
  readonly after: readonly string[];
}

function message(to: string, link: string, { subject, before, action, after }: Letter): Message {
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${subject}</title>
      </head>
      <body style="font-family: sans-serif; line-height: 1.5; max-width: 36rem">
        ${before.map((paragraph) => html`<p>${paragraph}</p>`)}
        <p><a href="${link}">${action}</a></p>
        ${after.map((paragraph) => html`<p>${paragraph}</p>`)}
      </body>
    </html>`;
  return {
    to,
    subject,
    text: `${[...before, `${action}:\n${link}`, ...after].join('\n\n')}\n`,
    // Nothing in it is waited for.
    html: (body as HtmlEscapedString).toString(),
    link,
  };
}

function time(at: Date): string {
  const format = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${at.toLocaleString('en-GB', format)} UTC`;
}

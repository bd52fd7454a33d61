import { createTransport as createNodemailer } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';
import { describe, expect, test } from 'vitest';

import { plain, type Message } from '../../src/mail/message.js';
import { invitationMail, passwordResetMail } from '../../src/mail/templates.js';
import { naughtyTexts } from '../support/naughty.js';

const URL_OF_TESTS = 'https://gate.example/x';
const expiresAt = new Date('2031-05-06T07:08:09Z');

function invitation(inviterName: string | null, accountName: string): Message {
  const names = { inviterName, accountName };
  return invitationMail(
    { email: 'nora@example.test', token: 'the-token', expiresAt, ...names },
    URL_OF_TESTS,
  );
}

/** What there is of elements in a page, without the text between them. */
function elementsOf(html: string): string[] {
  return html.match(/<[^>]*>/g) ?? [];
}

/** Written as a mail, and read again. */
async function throughMail({ to, subject, text, html }: Message): Promise<Email> {
  const nodemailer = createNodemailer({ streamTransport: true, buffer: true });
  const mail = { from: 'gate@mail.example', to: { name: '', address: to }, subject, text, html };
  const { message } = await nodemailer.sendMail(mail);
  return PostalMime.parse(message as Buffer);
}

test('an invitation says who, where to, until when, and what to do', () => {
  const { to, subject, text, html, link } = invitation('Uma', 'Acme');
  expect({ to, subject, link }).toEqual({
    to: 'nora@example.test',
    subject: 'Uma invites you to Acme',
    link: 'https://gate.example/x/invitation#the-token',
  });
  for (const part of [text, html]) {
    expect(part).toContain('Welcome! Uma invites you to join the account Acme on Fieldgate.');
    expect(part).toContain('If you are new, it takes a name and a password of your choice');
    expect(part).toContain('once, until 6 May 2031 at 07:08 UTC');
    expect(part).toContain(link);
  }
  expect(invitation(null, 'Acme')).toMatchObject({
    subject: 'You are invited to Acme',
    text: expect.stringContaining('Welcome! Somebody invites you'),
  });
});

test('a reset says for what account, and that nothing has to be done', () => {
  const reset = { email: 'a@b.test', accountName: 'Acme', token: 'the-token', minutes: 30 };
  const { subject, text, link } = passwordResetMail(reset, URL_OF_TESTS);
  expect(subject).toBe('Choose another password for Acme');
  expect(link).toBe('https://gate.example/x/password-reset#the-token');
  expect(text).toContain('works once, for 30 minutes');
  expect(text).toContain('If it was not you, do nothing');
});

describe('whatever people and accounts are called', () => {
  const [calm, ...texts] = [['calm', 'Ada'] as [string, string], ...naughtyTexts()];
  const usual = invitation(calm?.[1] ?? '', calm?.[1] ?? '');

  test('there are hundreds of ways to be naughty', () => {
    expect(texts.length).toBeGreaterThan(250);
  });

  test('it is one line that ends', () => {
    for (const [name, text] of texts) {
      const line = plain(text);
      expect(line, name).not.toMatch(/(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(Array.from(line).length, name).toBeLessThanOrEqual(81);
      expect(plain(line), name).toBe(line);
    }
    expect(plain('می‌خواهم')).toBe('می‌خواهم');
    expect(plain('Zoë 👩‍👩‍👧')).toBe('Zoë 👩‍👩‍👧');
  });

  test('the page has the elements that it has', () => {
    for (const [name, text] of texts) {
      const { html } = invitation(text, text);
      expect(elementsOf(html), name).toEqual(elementsOf(usual.html));
    }
  });

  test('the mail has the headers, the readers and the parts that it has', async () => {
    const expected = await throughMail(usual);
    const keys = ({ headers }: Email) => headers.map(({ key }) => key);
    for (const [name, text] of texts) {
      const mail = invitation(text, text);
      const email = await throughMail(mail);
      expect(keys(email), name).toEqual(keys(expected));
      expect(email.to, name).toEqual(expected.to);
      expect(email.subject, name).toBe(mail.subject.trim().replaceAll(/ +/g, ' '));
      expect(email.attachments, name).toEqual([]);
      expect(email.text?.trim().split(/\r?\n/).length, name).toBe(
        expected.text?.trim().split(/\r?\n/).length,
      );
      expect(elementsOf(email.html ?? ''), name).toEqual(elementsOf(usual.html));
      expect(email.text, name).toContain('https://gate.example/x/invitation#the-token');
    }
  });
});

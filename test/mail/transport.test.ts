import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import PostalMime from 'postal-mime';
import { afterAll, expect, test } from 'vitest';

import type { Message } from '../../src/mail/message.js';
import { failureOf } from '../../src/mail/problem.js';
import { createTransport } from '../../src/mail/transport.js';
import { mailServer } from '../support/mail-server.js';

const root = mkdtempSync(path.join(tmpdir(), 'fieldgate-mail-'));
afterAll(() => rmSync(root, { recursive: true }));

const message: Message = {
  to: 'nora@example.test',
  subject: 'Grüße',
  text: 'Hello\n.\nthere\n',
  html: '<p>Hello</p>',
  link: 'https://gate.example/invitation#token',
};
const mailFrom = 'The gate <gate@mail.example>';

test('without a mail server each message is a file, and is announced', async () => {
  const dataDir = path.join(root, 'data');
  const announced: [Message, string][] = [];
  const transport = createTransport({ smtpUrl: undefined, mailFrom, dataDir }, (sent, file) => {
    announced.push([sent, file]);
  });
  await transport.send(message);
  await transport.send(message);
  const files = readdirSync(`${dataDir}.outbox`);
  expect(files).toHaveLength(2);
  expect(announced.map(([, file]) => path.basename(file)).toSorted()).toEqual(files.toSorted());
  expect(announced[0]?.[0]).toBe(message);
  for (const file of files) {
    expect(file).toMatch(/^[\dTZ-]+-[0-9a-f]{8}\.eml$/);
    const at = path.join(`${dataDir}.outbox`, file);
    expect(statSync(at).mode & 0o777).toBe(0o600);
    const email = await PostalMime.parse(readFileSync(at));
    expect(email).toMatchObject({
      from: { name: 'The gate', address: 'gate@mail.example' },
      to: [{ address: 'nora@example.test' }],
      subject: 'Grüße',
    });
    expect(email.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
  }
});

test.each([
  'a@b.test, c@d.test',
  'Evil <c@d.test>',
  'a@b.test\r\nBcc: c@d.test',
  'a@b.test>\r\nRCPT TO:<c@d.test',
  '"a@b.test" c@d.test',
])('the address %j reaches nobody else', async (to) => {
  const server = await mailServer();
  const transport = createTransport({ smtpUrl: server.url, mailFrom, dataDir: root });
  await transport.send({ ...message, to }).catch(() => undefined);
  const [mail] = server.received;
  expect(mail?.recipients ?? []).not.toContain('c@d.test');
  if (mail) {
    const { headers } = await PostalMime.parse(mail.raw);
    expect(headers.filter(({ key }) => key === 'bcc')).toEqual([]);
  }
  await server.close();
});

test('no subject adds a header', async () => {
  const server = await mailServer();
  const transport = createTransport({ smtpUrl: server.url, mailFrom, dataDir: root });
  await transport.send({ ...message, subject: 'Hello\r\nBcc: c@d.test\r\n\r\nBody' });
  const [mail] = server.received;
  expect(mail?.recipients).toEqual([message.to]);
  const { headers } = await PostalMime.parse(mail?.raw ?? '');
  expect(headers.filter(({ key }) => key === 'bcc')).toEqual([]);
  await server.close();
});

test('a password goes to another machine only by TLS', async () => {
  const server = await mailServer();
  const { port } = new URL(server.url);
  // The same machine, under a name that is none of those that mean it.
  const smtpUrl = `smtp://me:planted@127.0.0.2:${port}`;
  const transport = createTransport({ smtpUrl, mailFrom, dataDir: root });
  const error = await transport.send(message).catch((reason: unknown) => reason);
  expect(failureOf(error).problem).toBe('SERVER_UNREACHABLE');
  expect(server.received).toEqual([]);
  await server.close();
});

// What the library gives: the code of an error, the command under way, and what became of it.
test.each([
  ['ADDRESS_REFUSED', true, { code: 'EENVELOPE', command: 'RCPT TO', permanent: true }],
  ['ADDRESS_REFUSED', false, { code: 'EENVELOPE', command: 'RCPT TO', permanent: false }],
  ['REFUSED', true, { code: 'EENVELOPE', command: 'MAIL FROM', permanent: true }],
  ['REFUSED', true, { code: 'EAUTH', permanent: true }],
  ['REFUSED', true, { code: 'EMESSAGE', permanent: true }],
  ['SERVER_UNREACHABLE', false, { code: 'ESOCKET' }],
  ['SERVER_UNREACHABLE', false, { code: 'EDNS' }],
  ['SERVER_UNREACHABLE', false, { code: 'ETLS' }],
  ['TIMED_OUT', false, { code: 'ETIMEDOUT' }],
  ['INTERNAL', false, { code: 'ENOSPC' }],
  ['INTERNAL', false, {}],
])('%s, for good: %s', (problem, isFinal, error) => {
  expect(failureOf(error)).toMatchObject({ problem, isFinal });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Gateway, startGateway } from '../support/gateway.js';

const PORT = '41733';
const PASSWORD = 'four words nobody combines';
const OTHER_PASSWORD = 'other words that nobody combines';

const cwd = mkdtempSync(path.join(tmpdir(), 'fieldgate-invitation-'));
const problems: string[] = [];
const urls: string[] = [];
let gateway: Gateway;
let address: string;
let chromium: TestBrowser;

beforeAll(async () => {
  gateway = startGateway(cwd, { PORT });
  [address, chromium] = await Promise.all([gateway.ready, launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await chromium.close();
  gateway.process.kill();
  await gateway.ended;
  rmSync(cwd, { recursive: true });
});

async function openPage(): Promise<Page> {
  const context = await chromium.browser.newContext();
  const page = await context.newPage();
  context.on('request', (request) => urls.push(request.url()));
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return page;
}

async function ask(query: string, token = ''): Promise<Record<string, never>> {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return ((await response.json()) as { data: Record<string, never> }).data;
}

/** The link that the demo prints for the last mail to somebody. */
async function linkTo(email: string, kind: string): Promise<string> {
  const pattern = new RegExp(`Mail for ${email}: .*\\n +(\\S+/${kind}#\\S+)`, 'g');
  const links = () => [...gateway.printed().matchAll(pattern)].map(([, link]) => link ?? '');
  await expect.poll(() => links().length).toBeGreaterThan(0);
  return links().at(-1) ?? '';
}

async function invite(email: string): Promise<string> {
  const input = 'email: "uma@acme.example", password: "fieldgate-demo", transport: BEARER';
  const { signIn } = await ask(`mutation { signIn(input: { ${input} }) { token } }`);
  const { token } = signIn as unknown as { token: string };
  await ask(`mutation { inviteUser(input: { email: "${email}" }) { __typename } }`, token);
  return linkTo(email, 'invitation');
}

test('somebody who is invited chooses a name and a password, and is in', async () => {
  const link = await invite('nina@acme.example');
  expect(link.startsWith(`http://localhost:${PORT}/invitation#fgi_`)).toBe(true);
  const page = await openPage();
  await page.goto(link);
  await page.getByText('Uma User invites you to join Acme.').waitFor();
  expect(page.url()).toBe(`http://localhost:${PORT}/invitation`);
  expect(await page.getByLabel('E-mail').inputValue()).toBe('nina@acme.example');
  await page.getByLabel('Your name').fill('Nina New');
  await page.getByLabel('Password').fill('password1234');
  await page.getByRole('button', { name: 'Accept and join' }).click();
  await page.getByText('It is among the first that somebody would guess.').waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Accept and join' }).click();
  await page.waitForURL(`http://localhost:${PORT}/graphql`);
  await page.getByRole('banner').getByText('Nina New').waitFor();
  await page.goto(link);
  await page.getByText('This link is no longer good').waitFor();
  expect(await page.getByRole('button', { name: 'Accept and join' }).isVisible()).toBe(false);
});

test('somebody who forgot the password gets a link, and chooses another', async () => {
  const page = await openPage();
  await page.goto(`${address}/password-reset`);
  await page.getByLabel('E-mail').fill('vera@acme.example');
  await page.getByRole('button', { name: 'Send me a link' }).click();
  await page.getByText('If there is such a person, a mail is on its way.').waitFor();
  // To the page that is open already, a link that differs in its fragment only would be no visit.
  await page.goto('about:blank');
  await page.goto(await linkTo('vera@acme.example', 'password-reset'));
  expect(await page.getByLabel('E-mail').isVisible()).toBe(false);
  await page.getByLabel('Password').fill(OTHER_PASSWORD);
  await page.getByRole('button', { name: 'Take this password' }).click();
  await page.getByText('You have another password.').waitFor();
  const input = `email: "vera@acme.example", password: "${OTHER_PASSWORD}", transport: BEARER`;
  const { signIn } = await ask(`mutation { signIn(input: { ${input} }) { token } }`);
  expect(signIn).not.toBeNull();
});

test('no server saw what the links carry, and nothing came from elsewhere', () => {
  expect(problems.filter((text) => !text.includes('favicon'))).toEqual([]);
  const asked = urls.filter((url) => !url.startsWith('about:'));
  expect(new Set(asked.map((url) => new URL(url).host))).toEqual(new Set([`localhost:${PORT}`]));
  const log = gateway
    .printed()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  expect(log.length).toBeGreaterThan(10);
  expect(log.join('\n')).not.toMatch(/fg[ir]_/);
});

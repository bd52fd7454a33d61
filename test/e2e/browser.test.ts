import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Gateway, startGateway } from '../support/gateway.js';

const PASSWORD = 'fieldgate-demo';
const WINDOW = { width: 1280, height: 800 };
/** In it GraphiQL shows a whole answer at once, and breaks none of its lines. */
const HUGE_WINDOW = { width: 2600, height: 4000 };

const PATIENTLY = { timeout: 20_000 };

const cwd = mkdtempSync(path.join(tmpdir(), 'fieldgate-browser-'));
const problems: string[] = [];
const hosts = new Set<string>();
let gateway: Gateway;
let address: string;
let chromium: TestBrowser;

beforeAll(async () => {
  gateway = startGateway(cwd);
  [address, chromium] = await Promise.all([gateway.ready, launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await chromium.close();
  gateway.process.kill();
  await gateway.ended;
  rmSync(cwd, { recursive: true });
});

afterEach(async () => {
  await Promise.all(chromium.browser.contexts().map((context) => context.close()));
});

/** A window of a browser that was never here. */
async function openPage(): Promise<Page> {
  const context = await chromium.browser.newContext({ viewport: WINDOW });
  const page = await context.newPage();
  context.on('request', (request) => hosts.add(new URL(request.url()).hostname));
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return page;
}

async function signInAs(page: Page, name: string): Promise<void> {
  await page.goto(address);
  await page.getByRole('button', { name: `Sign in as ${name}` }).click();
  await page.waitForURL(`${address}/graphql`);
}

const bar = (page: Page) => page.getByRole('banner').innerText();

/** The names of GraphiQL's tabs, once it is there. */
async function tabs(page: Page): Promise<string[]> {
  const buttons = page.locator('.graphiql-tab-button');
  await buttons.first().waitFor();
  return buttons.allInnerTexts();
}

interface Shown {
  readonly data: {
    readonly datasets: { readonly edges: readonly { readonly node: ShownDataset }[] };
  };
  readonly errors?: readonly {
    readonly path: readonly (string | number)[];
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

interface ShownDataset {
  readonly name: string;
  readonly members: {
    readonly edges: readonly { readonly node: { readonly grantee: { readonly name: string } } }[];
  } | null;
}

/** Runs the example of this name, and reads the answer off the screen. */
async function run(page: Page, example: string): Promise<Shown> {
  await page.getByRole('button', { name: example, exact: true }).click();
  const query = page.locator('.graphiql-query-editor .view-lines');
  await expect.poll(() => query.innerText(), PATIENTLY).toContain(example);
  await page.setViewportSize(HUGE_WINDOW);
  await page.getByRole('button', { name: 'Execute query' }).click();
  const lines = page.locator('.result-window .view-line');
  const text = async () => (await lines.allInnerTexts()).join('\n').replaceAll('\u00A0', ' ');
  await expect.poll(text, PATIENTLY).toMatch(/^\{[^]*\n\}$/);
  const shown = JSON.parse(await text()) as Shown;
  await page.setViewportSize(WINDOW);
  return shown;
}

function suppliers({ data }: Shown): ShownDataset | undefined {
  return data.datasets.edges.find(({ node }) => node.name === 'Suppliers')?.node;
}

describe('the demo', () => {
  test('a Viewer signs in by keyboard and sees the members refused', async () => {
    const page = await openPage();
    await page.goto(address);
    const vera = page.getByRole('button', { name: 'Sign in as Vera Dataset' });
    for (let at = 0; at < 30 && !(await isFocused(vera)); at += 1) {
      await page.keyboard.press('Tab');
    }
    expect(await vera.evaluate((each) => getComputedStyle(each).outlineStyle)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${address}/graphql`);

    expect(await bar(page)).toMatch(/Signed in as Vera Dataset\s+· Acme · Viewer/);
    expect(await tabs(page)).toEqual(['WhoAmI', 'MyDatasets', 'OneDataset', 'Rows', 'TakeRowsOut']);
    const shown = await run(page, 'MyDatasets');
    expect(suppliers(shown)).toMatchObject({ members: null, settings: null });
    const refused = shown.errors?.find(({ path: at }) => at.at(-1) === 'members');
    expect(refused).toMatchObject({
      path: ['datasets', 'edges', 0, 'node', 'members'],
      extensions: {
        code: 'FORBIDDEN',
        denial: { rule: 'dataset: View members', role: 'Viewer', missing: ['datasetMember:read'] },
      },
    });
  });

  test('an Admin signs in by click and sees the members', async () => {
    const page = await openPage();
    await signInAs(page, 'Ada Dataset');

    expect(await bar(page)).toMatch(/Signed in as Ada Dataset\s+· Acme · Editor/);
    const shown = await run(page, 'MyDatasets');
    const names = suppliers(shown)?.members?.edges.map(({ node }) => node.grantee.name);
    expect(names).toEqual(['Ada Dataset', 'Mira Dataset', 'Vera Dataset', 'Nightly import']);
    expect(shown.errors?.filter(({ path: at }) => at.at(-1) === 'members') ?? []).toEqual([]);
  });

  test('who changes to another person gets their tabs, and leaves no session behind', async () => {
    const page = await openPage();
    await signInAs(page, 'Vera Dataset');
    expect(await tabs(page)).toEqual(['WhoAmI', 'MyDatasets', 'OneDataset', 'Rows', 'TakeRowsOut']);
    await run(page, 'MyDatasets');

    await page.getByRole('link', { name: 'Change person' }).click();
    await page.getByText('You are signed in as Vera Dataset').waitFor();
    const [before] = await page.context().cookies();
    await page.getByRole('button', { name: 'Sign in as Sofia Super' }).click();
    await page.waitForURL(`${address}/graphql`);
    expect(await bar(page)).toContain('Signed in as Sofia Super');
    expect(await tabs(page)).toEqual([
      'WhoAmI',
      'MyDatasets',
      'EverythingByOverride',
      'TakeARole',
      'NewDataset',
      'WhatWasDone',
      'OnePerson',
    ]);
    const old = await fetch(address, { headers: { cookie: `${before?.name}=${before?.value}` } });
    expect(await old.text()).toContain('The session has ended. Sign in again.');

    await page.reload();
    expect(await tabs(page)).toContain('EverythingByOverride');
    await signInAs(page, 'Vera Dataset');
    expect(await tabs(page)).toEqual(['WhoAmI', 'MyDatasets', 'OneDataset', 'Rows', 'TakeRowsOut']);
  });

  test('signing out leads home, and GraphiQL says that nobody is signed in', async () => {
    const page = await openPage();
    await signInAs(page, 'Nils Nothing');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${address}/`);
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(
      'Who do you want to be?',
    );

    await page.goto(`${address}/graphql`);
    expect(await bar(page)).toContain('Nobody is signed in.');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`${address}/`);
  });

  test('a refused sign-in says so where the person is', async () => {
    const page = await openPage();
    await page.goto(address);
    await page.getByRole('button', { name: 'Sign in as Sam Suspended' }).click();
    const alert = page.getByRole('alert');
    await expect.poll(() => alert.innerText(), PATIENTLY).toContain('you may not sign in');
    expect(page.url()).toBe(`${address}/`);
  });

  test('what is typed into GraphiQL stays out of the address, and headers out of the storage', async () => {
    const page = await openPage();
    await signInAs(page, 'Vera Dataset');
    await tabs(page);
    await page.getByRole('button', { name: 'Headers' }).click();
    const headers = page.locator('.graphiql-editor-tool .view-lines:visible');
    await headers.click();
    await page.keyboard.type('{ "authorization": "Bearer typed-secret" }');
    expect(await headers.innerText()).toContain('typed-secret');
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.type('# typed ');
    const stored = () => page.evaluate(() => JSON.stringify(localStorage));
    await expect.poll(stored, PATIENTLY).toContain('# typed');
    expect(await stored()).not.toContain('typed-secret');
    expect(page.url()).toBe(`${address}/graphql`);
  });

  test.each(['/', '/graphql'])('%s follows the colours that the browser asks for', async (at) => {
    const page = await openPage();
    await page.goto(address + at);
    const brightness = (selector: string) => page.locator(selector).first().evaluate(brightnessOf);
    for (const [scheme, isDark] of [
      ['light', false],
      ['dark', true],
    ] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const selector of at === '/' ? ['body', '.person'] : ['.bar', '.graphiql-container']) {
        await expect.poll(async () => (await brightness(selector)) < 0.3, PATIENTLY).toBe(isDark);
      }
    }
  });
});

describe('without the demo', () => {
  beforeAll(async () => {
    gateway.process.kill();
    await gateway.ended;
    gateway = startGateway(cwd, { FIELDGATE_DEMO: 'false' });
    address = await gateway.ready;
  }, 120_000);

  test('a form signs people in by keyboard, and says what went wrong', async () => {
    const page = await openPage();
    await page.goto(address);
    expect(await page.getByRole('button').allInnerTexts()).toEqual(['Sign in']);
    expect(await page.content()).not.toMatch(/acme|fieldgate-demo/i);

    await page.getByLabel('E-mail').focus();
    await page.keyboard.type('vera@acme.example');
    await page.keyboard.press('Tab');
    await page.keyboard.type('not the password');
    await page.keyboard.press('Enter');
    const alert = page.getByRole('alert');
    await expect
      .poll(() => alert.innerText(), PATIENTLY)
      .toContain('The e-mail or password is wrong');
    expect(await isFocused(page.getByLabel('Password'))).toBe(true);

    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Tab');
    await page.keyboard.type('acme');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${address}/graphql`);
    expect(await bar(page)).toContain('Signed in as Vera Dataset');
    expect(await tabs(page)).toEqual(['WhoAmI', 'MyDatasets', 'OneDataset', 'Rows', 'TakeRowsOut']);

    await page.goto(address);
    await page.getByRole('link', { name: 'Continue to GraphiQL' }).click();
    await page.waitForURL(`${address}/graphql`);
  });
});

describe('throughout', () => {
  test('no request left the machine', () => {
    expect([...hosts]).toEqual(['localhost']);
    expect(chromium.outside).toEqual([]);
  });

  test('no page had anything to complain about', () => {
    expect(problems).toEqual([]);
  });
});

async function isFocused(locator: ReturnType<Page['locator']>): Promise<boolean> {
  return locator.evaluate((element) => element === element.ownerDocument.activeElement);
}

/** Of an element's own background: 0 is black, 1 is white. */
function brightnessOf(element: Element): number {
  const [red = 0, green = 0, blue = 0] =
    getComputedStyle(element)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number) ?? [];
  return (red + green + blue) / 3 / 255;
}

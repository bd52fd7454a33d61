import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { type Gateway, startGateway } from '../support/gateway.js';

const PORT = '41735';
const PATIENTLY = { timeout: 20_000 };

const cwd = mkdtempSync(path.join(tmpdir(), 'fieldgate-access-'));
const problems: string[] = [];
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

/** A window in which somebody is signed in, or nobody. */
async function openMatrix(name?: string): Promise<Page> {
  const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const page = await context.newPage();
  await page.goto(address);
  if (name !== undefined) {
    await page.getByRole('button', { name: `Sign in as ${name}` }).click();
    await page.waitForURL(`${address}/graphql`);
    await page.goto(address);
  }
  await page.getByRole('link', { name: 'Who may do what' }).click();
  await page.waitForURL(`${address}/access`);
  return page;
}

const shown = (page: Page) => page.locator('.matrix tbody tr:visible');

async function searchFor(page: Page, text: string): Promise<void> {
  await page.getByLabel('Search').fill(text);
}

/** What somebody’s column says of a field. */
async function theirs(page: Page, coordinate: string): Promise<string> {
  const row = page.locator('.matrix tbody tr', {
    has: page.getByText(coordinate, { exact: true }),
  });
  return (await row.locator('td.theirs').innerText()).replaceAll('\n', ' ');
}

const head = (page: Page) => page.locator('[data-theirs]');
const choices = (page: Page) => page.locator('[data-principal] option').allInnerTexts();

test('the matrix is for everybody, by role, as text', async () => {
  const page = await openMatrix();
  const count = page.locator('[data-count]');
  await expect.poll(() => count.innerText(), PATIENTLY).toMatch(/^(\d+) of \1 fields$/);
  expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(1);
  await searchFor(page, 'mutation.renamedataset');
  await expect.poll(() => shown(page).count()).toBe(1);
  const cells = await shown(page).locator('td:visible').allInnerTexts();
  expect(cells.map((text) => text.replaceAll('\n', ' '))).toEqual([
    ...Array.from({ length: 6 }, () => 'depends the role on the dataset'),
    'always',
    ...Array.from({ length: 6 }, () => 'never'),
  ]);
  expect(await count.innerText()).toMatch(/^1 of /);
  await searchFor(page, 'USER:suspend mutation.');
  await expect
    .poll(() => shown(page).locator('code').allInnerTexts())
    .toEqual(['Mutation.reactivateUser', 'Mutation.suspendUser']);
});

test('its header stays, and the keyboard moves it', async () => {
  const page = await openMatrix();
  const top = async () => (await page.getByRole('columnheader').first().boundingBox())?.y;
  const region = page.getByRole('region', { name: 'Access matrix' });
  await page.getByRole('link', { name: 'Download CSV' }).focus();
  await page.keyboard.press('Tab');
  expect(await region.evaluate((each) => each === document.activeElement)).toBe(true);
  await page.keyboard.press('PageDown');
  await expect.poll(() => region.evaluate((each) => each.scrollTop)).toBeGreaterThan(100);
  const inside = (await region.boundingBox())?.y ?? Number.NaN;
  await expect.poll(async () => Math.abs(((await top()) ?? 0) - inside)).toBeLessThan(3);
});

test('whoever governs picks a person, a program or a key, and sees their column', async () => {
  const page = await openMatrix('Sofia Super');
  await expect.poll(() => choices(page), PATIENTLY).toContain('Vito Viewer');
  expect(await head(page).isVisible()).toBe(false);
  const select = page.getByLabel('Column of');
  await select.selectOption('Vito Viewer');
  await expect.poll(() => head(page).innerText(), PATIENTLY).toBe('Vito Viewer');
  expect(await theirs(page, 'Mutation.renameDataset')).toBe('depends the role on the dataset');
  expect(await theirs(page, 'Mutation.createDataset')).toBe('never');
  expect(await theirs(page, 'Account.id')).toBe('always');
  await select.selectOption('Sofia Super');
  await expect.poll(() => head(page).innerText(), PATIENTLY).toBe('Sofia Super');
  expect(await theirs(page, 'Mutation.createDataset')).toBe('always');
  await select.selectOption('Nightly import');
  await expect.poll(() => head(page).innerText(), PATIENTLY).toBe('Nightly import');
  expect(await theirs(page, 'Mutation.changePassword')).toBe('never');
  await select.selectOption('nobody in particular');
  await expect.poll(() => head(page).isVisible()).toBe(false);
});

test('everybody else finds themselves alone', async () => {
  const page = await openMatrix('Vera Dataset');
  const select = page.getByLabel('Column of');
  await expect
    .poll(() => select.locator('[data-own]').getAttribute('value'), PATIENTLY)
    .not.toBe('');
  expect(await choices(page)).toEqual(['nobody in particular', 'Vera Dataset']);
  await select.selectOption('Vera Dataset');
  await expect.poll(() => head(page).innerText(), PATIENTLY).toBe('Vera Dataset');
  expect(await theirs(page, 'AuditEntry.action')).toBe('never');
});

test('the CSV has every line', async () => {
  const page = await openMatrix();
  const lines = await page.locator('.matrix tbody tr').count();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('access.csv');
  const text = readFileSync(await download.path(), 'utf8');
  expect(text.split('\r\n').filter(Boolean)).toHaveLength(lines + 1);
});

test('it prints whole, without what is for the screen', async () => {
  const page = await openMatrix();
  const region = page.locator('.matrix');
  const isCut = () => region.evaluate((each) => each.clientHeight < each.scrollHeight);
  expect(await isCut()).toBe(true);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(isCut).toBe(false);
  expect(await page.locator('.controls').isVisible()).toBe(false);
  expect(await page.getByRole('banner').isVisible()).toBe(false);
});

test('it follows the colours that the browser asks for', async () => {
  const page = await openMatrix();
  for (const [colorScheme, isDark] of [
    ['light', false],
    ['dark', true],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    const isNow = () =>
      page.locator('.matrix').evaluate((each) => {
        const [red = 0] = getComputedStyle(each).backgroundColor.match(/\d+/g)?.map(Number) ?? [];
        return red < 100;
      });
    await expect.poll(isNow).toBe(isDark);
  }
});

test('no page had anything to complain about, and no request left the machine', () => {
  expect(problems).toEqual([]);
  expect(chromium.outside).toEqual([]);
});

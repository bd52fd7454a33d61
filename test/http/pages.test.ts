import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { exchange } from '../support/http.js';
import { workspace, world } from '../support/world.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

function get(app: TestApp, path: string, headers: Readonly<Record<string, string>> = {}) {
  const url = `http://gateway.test${path}`;
  return exchange(app, { url, method: 'GET', headers: { accept: BROWSER, ...headers } });
}

interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/** The tabs that GraphiQL opens with, by the names of their operations. */
async function tabsOf(person: Actor, app: TestApp = person.app): Promise<Map<string, Tab>> {
  const { text } = await get(app, '/graphql', person.headers);
  const options = /data-options="(.*?)"/.exec(text)?.[1] ?? '';
  const { tabs } = JSON.parse(unescape(options)) as { tabs: readonly Tab[] };
  return new Map(tabs.map((tab) => [/^(?:query|mutation) (\w+)/m.exec(tab.query)?.[1] ?? '', tab]));
}

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

const variablesOf = (tab: Tab | undefined) =>
  JSON.parse(tab?.variables ?? '{}') as Record<string, unknown>;

describe.each(['/', '/graphql', '/access'])('%s in a browser', (path) => {
  test('names the person, and is kept by nobody', async () => {
    const { here, viewer } = await world();
    const { status, headers, text, line } = await get(here.app, path, viewer.headers);
    expect(status).toBe(200);
    expect(text).toContain('<strong>Vera Viewer</strong>');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(line).toMatchObject({ principal: viewer.id, path });
  });

  test('takes every name as text', async () => {
    const here = await workspace();
    const name = `</script>"'><img src=x onerror=alert(1)>`;
    const person = await here.person({ name });
    const { text } = await get(here.app, path, person.headers);
    expect(text).not.toContain('<img src=x');
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  test('runs nothing but our own scripts, and is framed by nobody', async () => {
    const { headers, text } = await get(await testApp(), path);
    expect(headers.get('content-security-policy')).toMatch(/(^|; )script-src 'self'(;|$)/);
    expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/https?:|unsafe-eval|\*/);
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).not.toMatch(/<script(?![^>]* src="\/assets\/)/);
    expect(text).not.toMatch(/ on\w+=|style=|(src|href)="(?!\/)/);
  });

  test('says why a credential is no good', async () => {
    const here = await workspace();
    const person = await here.person({ suspended: true });
    const { text } = await get(here.app, path, person.headers);
    expect(text).toContain('You are suspended. Ask an Admin of the account to reactivate you.');
    expect(text).not.toContain(person.name);
  });
});

describe('/', () => {
  test('asks for e-mail and password where the demo has nobody', async () => {
    const { text } = await get(await testApp(), '/');
    expect(text).toContain('name="password"');
    expect(text).not.toContain('fieldgate-demo');
  });
});

describe('/access', () => {
  test('is a table of every field, packed for those who can unpack it', async () => {
    const app = await testApp();
    const { text, headers } = await get(app, '/access');
    expect(text.match(/<th scope="row">/g)?.length).toBeGreaterThan(800);
    expect(text).toContain(
      '<td class="depends">depends<small>the role on the dataset</small></td>',
    );
    expect(headers.get('content-encoding')).toBeNull();
    const packed = await get(app, '/access', { 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
  });

  test('is taken along as CSV, by everybody', async () => {
    const { text, headers, status } = await get(await testApp(), '/access.csv');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe('attachment; filename="access.csv"');
    const lines = text.split('\r\n');
    expect(lines[0]).toContain('Type,Field,Rule,Role in the account: Super Admin,');
    const always = 'always,never,never,always,always,never';
    const depends = 'depends: account: dataset:create';
    expect(lines).toContain(
      `Mutation,createDataset,account: dataset:create,${always}${`,${depends}`.repeat(7)}`,
    );
    // No formula of a spreadsheet.
    expect(lines.filter((line) => /(^|,)"?[=+\-@]/.test(line))).toEqual([]);
  });
});

describe('/graphql', () => {
  test.each([undefined, '*/*', 'application/json', 'application/json, text/html;q=0.5'])(
    'is the API for whoever accepts %s',
    async (accept) => {
      const { headers, text } = await exchange(await testApp(), {
        url: 'http://gateway.test/graphql?query={__typename}',
        method: 'GET',
        headers: accept === undefined ? {} : { accept },
      });
      expect(headers.get('content-type')).toContain('json');
      expect(text).toBe('{"data":{"__typename":"Query"}}');
    },
  );

  test('opens with what suits the person', async () => {
    const { here, admin, member, viewer, outsider, superAdmin, anonymous } = await world();
    const userAdmin = await here.person({ role: 'USER_ADMIN' });
    const names = async (person: Actor) => [...(await tabsOf(person)).keys()];
    const everybody = ['WhoAmI', 'MyDatasets'];
    expect(await names(anonymous)).toEqual(everybody);
    expect(await names(outsider)).toEqual([...everybody, 'NewDataset']);
    expect(await names(viewer)).toEqual([...everybody, 'OneDataset', 'Rows', 'TakeRowsOut']);
    expect(await names(userAdmin)).toEqual([...everybody, 'OnePerson']);
    const working = [
      ...everybody,
      'OneDataset',
      'Rows',
      'ShareWithSomebody',
      'GiveAnotherRole',
      'AddARow',
      'SaveAView',
      'TakeRowsOut',
      'Duplicate',
    ];
    expect(await names(member)).toEqual([...working, 'NewDataset']);
    const managing = ['AddAField', 'WhatChanged', 'Rename'];
    expect(await names(admin)).toEqual([...working, ...managing, 'NewDataset']);
    expect(await names(superAdmin)).toEqual([
      ...everybody,
      'EverythingByOverride',
      'TakeARole',
      'NewDataset',
      'WhatWasDone',
      'OnePerson',
    ]);
  });

  test('looks into no dataset by override before somebody asks for it', async () => {
    const { here, superAdmin } = await world();
    await tabsOf(superAdmin);
    const { client } = await testDatabase();
    expect(await client.auditEntry.count({ where: { accountId: here.accountId } })).toBe(0);
  });

  test('every example of an Admin works as it stands', async () => {
    const { admin } = await world();
    for (const [name, tab] of await tabsOf(admin)) {
      const { errors } = await admin.run(tab.query, variablesOf(tab));
      expect({ name, errors }).toEqual({ name, errors: undefined });
    }
  });

  test('of a Viewer’s examples only fields are refused', async () => {
    const { viewer } = await world();
    for (const tab of (await tabsOf(viewer)).values()) {
      const { data, errors = [] } = await viewer.run(tab.query, variablesOf(tab));
      expect(data).not.toBeNull();
      for (const { extensions } of errors) expect(extensions?.['code']).toBe('FORBIDDEN');
    }
  });

  test('without the demo nobody is led to change what is real', async () => {
    const { admin } = await world();
    const app = await testApp({ environment: { FIELDGATE_DEMO: 'false' } });
    const tabs = await tabsOf(admin, app);
    expect(variablesOf(tabs.get('Rename'))).toEqual({ input: { datasetId: '', name: '' } });
    expect(variablesOf(tabs.get('ShareWithSomebody'))).toMatchObject({
      input: { datasetId: '', nameOrEmail: '' },
    });
  });
});

describe('what pages load', () => {
  const assetsOf = (text: string) =>
    [...text.matchAll(/"(\/assets\/[^"&]+)|&quot;(\/assets\/[^&]+)/g)].map(
      ([, one, other]) => one ?? other ?? '',
    );

  test('is served by whichever gateway is asked, and kept', async () => {
    const { text } = await get(await testApp(), '/graphql');
    const paths = [...new Set(assetsOf(text))];
    expect(paths.length).toBe(9);
    const another = await testApp();
    for (const path of paths) {
      const { status, headers } = await get(another, path, { 'accept-encoding': 'gzip, br' });
      expect({ path, status }).toEqual({ path, status: 200 });
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('content-encoding')).toBe('gzip');
    }
  });

  test('comes as it is to those who take nothing else', async () => {
    const app = await testApp();
    const [path = ''] = assetsOf((await get(app, '/')).text).filter((each) => each.endsWith('.js'));
    const { headers, text } = await get(app, path, { 'accept-encoding': 'identity' });
    expect(headers.get('content-encoding')).toBeNull();
    expect(text).toContain('mutation SignIn(');
  });
});

describe('elsewhere', () => {
  test.each([
    [BROWSER, 'text/html', '<h1>Not found</h1>'],
    ['application/json', 'text/plain', 'There is no such page.\n'],
  ])('who accepts %s is told so', async (accept, type, told) => {
    const { status, headers, text } = await get(await testApp(), '/assets/no.js', { accept });
    expect(status).toBe(404);
    expect(headers.get('content-type')).toContain(type);
    expect(text).toContain(told);
  });

  test.each(['/', '/graphql', '/healthz', '/readyz'])('HEAD %s has no body', async (path) => {
    const url = `http://gateway.test${path}`;
    const headers = { accept: BROWSER };
    const { status, text } = await exchange(await testApp(), { url, method: 'HEAD', headers });
    expect({ status, text }).toEqual({ status: 200, text: '' });
  });
});

import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import type { SignInInput } from '../support/generated/graphql.js';
import { post } from '../support/http.js';
import { GetNode, Me, SignIn, SignOut } from '../support/operations.js';
import { globalId, PASSWORD, workspace, type Workspace } from '../support/world.js';

function somebody({ app }: Workspace, headers: Record<string, string> = {}): Actor {
  return new Actor(app, '', 'Somebody', '', headers);
}

function credentials({ email }: Actor, more: Partial<SignInInput> = {}) {
  return { input: { email, password: PASSWORD, ...more } };
}

/** The cookie that an answer leaves in the browser. */
function cookieOf(headers: Headers) {
  const [pair = '', ...attributes] = (headers.get('set-cookie') ?? '').split('; ');
  const [name = '', value = ''] = pair.split('=');
  return { name, value, attributes: attributes.toSorted() };
}

describe('signIn', () => {
  test('by COOKIE leaves a cookie that no script reads, and no token in the answer', async () => {
    const here = await workspace();
    const ada = await here.person();
    const result = await somebody(here).run(SignIn, credentials(ada));
    expect(result).toSucceed();
    expect(result.data?.signIn?.token).toBeNull();
    const { name, value, attributes } = cookieOf(result.headers);
    expect(name).toBe('fieldgate');
    expect(value).toMatch(/^fgs_/);
    const expires = new Date(result.data?.signIn?.expiresAt ?? '').toUTCString();
    expect(attributes).toEqual([`Expires=${expires}`, 'HttpOnly', 'Path=/', 'SameSite=Lax']);
    expect(result.text).not.toContain(value);
    const me = await somebody(here, { cookie: `a=b; fieldgate=${value}` }).run(Me);
    expect(me.data?.me?.user?.email).toBe(ada.email);
  });

  test('by BEARER answers the token once, and leaves no cookie', async () => {
    const here = await workspace();
    const ada = await here.person();
    const signedIn = await somebody(here).run(SignIn, credentials(ada, { transport: 'BEARER' }));
    expect(signedIn).toSucceed();
    expect(signedIn.headers.get('set-cookie')).toBeNull();
    const token = signedIn.data?.signIn?.token ?? '';
    const me = await somebody(here, { authorization: `Bearer ${token}` }).run(Me);
    expect(me.data?.me?.user?.email).toBe(ada.email);
    expect(me.text).not.toContain(token);
    expect(me.data?.me?.sessions?.edges[0]?.node.isCurrent).toBe(true);
  });

  test('over https names and marks the cookie so that plain http can neither set nor see it', async () => {
    const here = await workspace();
    const { email } = await here.person();
    const url = 'https://gateway.test/graphql';
    const operation = {
      query: String(SignIn),
      variables: { input: { email, password: PASSWORD } },
    };
    const { name, value, attributes } = cookieOf(
      (await post(here.app, operation, { url })).headers,
    );
    expect(name).toBe('__Host-fieldgate');
    expect(attributes).toContain('Secure');
    expect(attributes).toContain('Path=/');
    expect(attributes.join(' ')).not.toContain('Domain');
    const whoami = { query: '{ me { permissions } }' };
    const cookie = `__Host-fieldgate=${value}`;
    expect(await post(here.app, whoami, { url, headers: { cookie } })).not.toHaveProperty('errors');
    const planted = { cookie: `fieldgate=${value}` };
    expect(await post(here.app, whoami, { url, headers: planted })).toHaveProperty('errors');
    expect(await post(here.app, whoami, { headers: { cookie } })).toHaveProperty('errors');
  });

  test.each([
    { trusted: '1', forwarded: 'https', name: '__Host-fieldgate' },
    { trusted: '1', forwarded: 'http', name: 'fieldgate' },
    { trusted: '0', forwarded: 'https', name: 'fieldgate' },
  ])('behind $trusted proxies that say $forwarded the cookie is $name', async (row) => {
    const app = await testApp({ environment: { TRUSTED_PROXIES: row.trusted } });
    const { email } = await (await workspace(app)).person();
    const headers = { 'x-forwarded-proto': row.forwarded };
    const operation = {
      query: String(SignIn),
      variables: { input: { email, password: PASSWORD } },
    };
    const { name, attributes } = cookieOf((await post(app, operation, { headers })).headers);
    expect(name).toBe(row.name);
    expect(attributes.includes('Secure')).toBe(row.name.startsWith('__Host-'));
  });

  test('takes the address in any case and with spaces around it', async () => {
    const here = await workspace();
    const email = `${randomUUID()}@example.test`;
    await here.person({ email });
    for (const typed of [email.toUpperCase(), `  ${email}\t`]) {
      const input = { email: typed, password: PASSWORD };
      expect(await somebody(here).run(SignIn, { input }), typed).toSucceed();
    }
  });

  test('needs the account where the address belongs to several', async () => {
    const [here, there] = [await workspace(), await workspace()];
    const email = `${randomUUID()}@example.test`;
    await here.person({ email, name: 'Ada here' });
    const [ada] = [await there.person({ email, name: 'Ada there' })];
    const nobody = somebody(here);
    expect(await nobody.run(SignIn, credentials(ada))).toFail('SIGN_IN_FAILED');
    expect(await nobody.run(SignIn, credentials(ada, { account: 'nowhere' }))).toFail(
      'SIGN_IN_FAILED',
    );
    for (const account of [there.slug, ` ${there.slug.toUpperCase()} `]) {
      const signedIn = await nobody.run(SignIn, credentials(ada, { account, transport: 'BEARER' }));
      const authorization = `Bearer ${signedIn.data?.signIn?.token}`;
      const me = await somebody(here, { authorization }).run(Me);
      expect(me.data?.me?.user?.name).toBe('Ada there');
      expect(me.data?.me?.account.slug).toBe(there.slug);
    }
  });

  test('refuses what no address, password or account can be', async () => {
    const here = await workspace();
    const ada = await here.person();
    for (const wrong of [
      { email: 'a'.repeat(321) },
      { email: `a\0${ada.email}` },
      { email: '\uD800' },
      { password: 'x'.repeat(1025) },
      { account: 'x'.repeat(321) },
      { account: `${here.slug}\0` },
    ]) {
      const result = await somebody(here).run(SignIn, credentials(ada, wrong));
      expect(result).toFail('INVALID_INPUT');
      expect(result.headers.get('set-cookie')).toBeNull();
      expect(result).toTakeQueries(0);
    }
  });

  test('lasts as long as configured, and moves nothing but the last sign-in', async () => {
    const { client } = await testDatabase();
    const signedInAt = new Date('2031-05-06T07:08:09.123Z');
    const app = await testApp({ now: () => signedInAt, environment: { SESSION_HOURS: '3' } });
    const here = await workspace(app);
    const ada = await here.person();
    const before = await client.user.findUniqueOrThrow({ where: { id: ada.id } });
    await somebody(here).run(SignIn, credentials(ada, { password: 'wrong' }));
    expect(await client.user.findUniqueOrThrow({ where: { id: ada.id } })).toEqual(before);
    const result = await somebody(here).run(SignIn, credentials(ada, { transport: 'BEARER' }));
    expect(result.data?.signIn?.expiresAt).toBe('2031-05-06T10:08:09.123Z');
    const after = await client.user.findUniqueOrThrow({ where: { id: ada.id } });
    expect(after).toEqual({ ...before, lastSignedInAt: signedInAt });
  });

  test('keeps only the start of an endless user agent', async () => {
    const here = await workspace();
    const ada = await here.person();
    const agent = somebody(here, { 'user-agent': 'x'.repeat(5_000) });
    expect(await agent.run(SignIn, credentials(ada))).toSucceed();
    const { client } = await testDatabase();
    const where = { userId: ada.id, userAgent: { not: null } };
    expect((await client.session.findFirstOrThrow({ where })).userAgent).toHaveLength(512);
  });
});

describe('signOut', () => {
  test('ends the session it came with and no other, and clears the cookie', async () => {
    const here = await workspace();
    const ada = await here.person();
    const signedIn = await somebody(here).run(SignIn, credentials(ada));
    const { value } = cookieOf(signedIn.headers);
    const browser = somebody(here, { cookie: `fieldgate=${value}` });
    const result = await browser.run(SignOut);
    expect(result).toSucceed();
    expect(cookieOf(result.headers)).toEqual({
      name: 'fieldgate',
      value: '',
      attributes: ['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Lax'],
    });
    const after = await browser.run(Me);
    expect(after).toFail('UNAUTHENTICATED');
    expect(after.errors?.[0]?.extensions).toMatchObject({ reason: 'SESSION_ENDED' });
    expect(await somebody(here, { authorization: `Bearer ${value}` }).run(Me)).toFail(
      'UNAUTHENTICATED',
    );
    expect(await ada.run(Me)).toSucceed();
    const ended = result.data?.signOut?.sessionId ?? '';
    await expect(await ada.run(GetNode, { id: ended })).toBeHidden();
  });

  test('is refused to whoever is not signed in', async () => {
    const here = await workspace();
    const result = await somebody(here).run(SignOut);
    expect(result).toFail('UNAUTHENTICATED');
    expect(result.headers.get('set-cookie')).toBeNull();
  });

  test('leaves nothing that a later change of the same request could rest on', async () => {
    const { app, person } = await workspace();
    const ada = await person({ role: 'SUPER_ADMIN' });
    const result = await ada.run(`mutation {
      signOut { sessionId }
      createDataset(input: { name: "Too late" }) { dataset { id } }
      again: signOut { sessionId }
    }`);
    expect(result.data).toMatchObject({
      signOut: { sessionId: expect.any(String) },
      createDataset: null,
      again: null,
    });
    expect(result.errors?.map(({ path, extensions }) => [path?.[0], extensions['reason']])).toEqual(
      [
        ['createDataset', 'SESSION_ENDED'],
        ['again', 'SESSION_ENDED'],
      ],
    );
    expect(app.lineOf(result.requestId)['errorCodes']).toEqual(['UNAUTHENTICATED']);
  });
});

test('a session is found by whoever signed in with it and those who manage sessions', async () => {
  const here = await workspace();
  const [ada, chief, editor] = await here.people([{}, { role: 'SUPER_ADMIN' }, {}]);
  const me = await ada.run(Me);
  const id = me.data?.me?.sessions?.edges[0]?.node.id ?? '';
  expect((await ada.run(GetNode, { id })).data?.node).toEqual({ __typename: 'Session', id });
  expect((await chief.run(GetNode, { id })).data?.node).toEqual({ __typename: 'Session', id });
  await expect(await editor.run(GetNode, { id })).toBeHidden();
  const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
  await expect(await stranger.run(GetNode, { id })).toBeHidden();
  await expect(await ada.run(GetNode, { id: globalId('User', randomUUID()) })).toBeHidden();
});

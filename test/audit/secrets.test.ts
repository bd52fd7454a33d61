import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { hashPassword } from '../../src/authn/password.js';
import { mintToken, parseToken } from '../../src/authn/token.js';
import { SECRET, testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { exchange, post } from '../support/http.js';
import { RenameDataset, SignIn, SignOut } from '../support/operations.js';
import { expectNowhere, wholeDatabase } from '../support/secrets.js';
import { workspace } from '../support/world.js';

async function planted(app: TestApp) {
  const here = await workspace(app);
  const password = `planted-${randomUUID()}`;
  const ada = await here.person();
  const { client } = await testDatabase();
  const passwordHash = await hashPassword(password);
  await client.user.update({ where: { id: ada.id }, data: { passwordHash } });
  return { ada, password };
}

describe('neither the database nor the log holds', () => {
  test('the password and the token of a sign-in', async () => {
    const app = await testApp();
    const { ada, password } = await planted(app);
    const input = { email: ada.email, password };
    const bearer = await post(app, {
      query: String(SignIn),
      variables: { input: { ...input, transport: 'BEARER' } },
    });
    const cookie = await post(app, { query: String(SignIn), variables: { input } });
    const tokens = [
      (bearer.data as { signIn: { token: string } }).signIn.token,
      /fieldgate=(\w[\w-]+)/.exec(cookie.headers.get('set-cookie') ?? '')?.[1] ?? '',
    ];
    const secrets = tokens.map((token) => parseToken(token)?.secret ?? '');
    expect(secrets.every((secret) => secret.length === 43)).toBe(true);
    for (const token of tokens) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await post(app, { query: '{ me { permissions } }' }, { headers })).data).toBeTruthy();
      await post(app, { query: String(SignOut) }, { headers });
      await post(app, { query: String(SignOut) }, { headers });
    }
    const everything = [await wholeDatabase(), ...app.lines].join('\n');
    // The search would find what is there.
    expect(everything).toContain(ada.email);
    expectNowhere(everything, [password, ...tokens, ...secrets]);
  });

  test('what was typed into a sign-in that failed', async () => {
    const app = await testApp();
    const { ada, password } = await planted(app);
    const typed = Array.from({ length: 8 }, () => `planted-${randomUUID()}`);
    const [wrong = '', stranger = '', swapped = '', slug = '', long = '', number = ''] = typed;
    for (const input of [
      { email: ada.email, password: wrong },
      { email: `${stranger}@example.test`, password: wrong },
      { email: swapped, password: ada.email },
      { email: ada.email, password, account: slug },
      { email: ada.email, password: long.repeat(100) },
      { email: long.repeat(100), password },
      { email: ada.email, password: [number] },
      { email: ada.email, passwort: password },
    ]) {
      const reply = await post(app, { query: String(SignIn), variables: { input } });
      expect(reply.errors).not.toHaveLength(0);
      expectNowhere(reply.text, [...typed, password]);
    }
    expectNowhere([await wholeDatabase(), ...app.lines].join('\n'), [...typed, password]);
  });

  test('what a request presents, asks for or fails with', async () => {
    const app = await testApp();
    const { ada } = await planted(app);
    const typed = Array.from({ length: 8 }, () => `planted-${randomUUID()}`);
    const [header = '', cookie = '', query = '', variable = '', document = '', body = ''] = typed;
    const { token } = mintToken('session', randomUUID(), SECRET);
    await post(app, { query: '{ me { permissions } }' }, { headers: { authorization: header } });
    await post(app, { query: '{ __typename }' }, { headers: { authorization: `Bearer ${token}` } });
    await post(app, { query: '{ __typename }' }, { headers: { cookie: `fieldgate=${cookie}` } });
    const url = `http://gateway.test/graphql?query={__typename}&password=${query}`;
    await exchange(app, { method: 'GET', url, headers: { referer: url } });
    const filter = { filter: { search: variable } };
    const list = 'query ($filter: DatasetFilter) { datasets(filter: $filter) { totalCount } }';
    await post(app, { query: list, variables: filter }, { headers: ada.headers });
    await post(app, { query: `{ datasets(filter: "${document}") { totalCount } }` });
    const headers = { ...ada.headers, 'content-type': 'application/json' };
    await exchange(app, { headers, body: `{"query": ${body}` });
    const secret = parseToken(token)?.secret ?? '';
    expectNowhere([await wholeDatabase(), ...app.lines].join('\n'), [...typed, token, secret]);
  });
});

test('the log has one line a request, with who, what, how long and how it ended', async () => {
  const app = await testApp();
  const { ada } = await planted(app);
  const from = app.lines.length;
  const variables = { input: { datasetId: 'x', name: 'A name' } };
  const operation = { query: String(RenameDataset), variables };
  const reply = await post(app, operation, { headers: ada.headers });
  expect(app.lines).toHaveLength(from + 1);
  const { client } = await testDatabase();
  const session = await client.session.findFirstOrThrow({ where: { userId: ada.id } });
  expect(JSON.parse(app.lines.at(-1) ?? '')).toMatchObject({
    requestId: reply.headers.get('x-request-id'),
    method: 'POST',
    path: '/graphql',
    status: 200,
    principal: ada.id,
    credential: session.id,
    operation: 'RenameDataset',
    ms: expect.any(Number),
    statements: expect.any(Number),
    errorCodes: ['NOT_FOUND'],
  });
});

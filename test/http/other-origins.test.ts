import { beforeAll, describe, expect, test } from 'vitest';

import { testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { exchange, post } from '../support/http.js';
import { SignIn } from '../support/operations.js';
import { PASSWORD, workspace } from '../support/world.js';

const FRONT = 'https://front.example';
const OTHER = 'https://other.example';
const EVIL = 'https://evil.example';

/** The headers by which an answer lets pages elsewhere read it. */
function corsOf(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith('access-control-')).toSorted(),
  );
}

describe('a page of another origin', () => {
  async function ask(app: TestApp, origin: string, method = 'POST') {
    const ada = await (await workspace(app)).person();
    const headers = {
      ...ada.headers,
      origin,
      'content-type': 'application/json',
      ...(method === 'OPTIONS' && {
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      }),
    };
    const body = method === 'POST' ? JSON.stringify({ query: '{ __typename }' }) : undefined;
    return exchange(app, { method, headers, ...(body && { body }) });
  }

  test('reads nothing, unless its origin is configured', async () => {
    const app = await testApp();
    for (const method of ['POST', 'OPTIONS', 'GET']) {
      for (const origin of [EVIL, 'null', 'http://gateway.test']) {
        expect(corsOf((await ask(app, origin, method)).headers)).toEqual({});
      }
    }
  });

  test.each([[FRONT], [`${FRONT},${OTHER}`]])('reads if it is one of %s', async (origins) => {
    const app = await testApp({ environment: { ALLOWED_ORIGINS: origins } });
    const answer = await ask(app, FRONT);
    expect(answer.status).toBe(200);
    expect(corsOf(answer.headers)).toMatchObject({
      'access-control-allow-origin': FRONT,
      'access-control-allow-credentials': 'true',
    });
    const preflight = await ask(app, FRONT, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(corsOf(preflight.headers)).toMatchObject({
      'access-control-allow-origin': FRONT,
      'access-control-allow-headers': 'content-type',
      'access-control-allow-methods': 'GET,POST',
    });
  });

  // A page in a sandboxed frame has the origin null, so null must not be allowed to anybody.
  test.each([[FRONT], [`${FRONT},${OTHER}`]])(
    'reads nothing if it is none of %s',
    async (origins) => {
      const app = await testApp({ environment: { ALLOWED_ORIGINS: origins } });
      for (const origin of [
        EVIL,
        'null',
        'https://front.example.evil.example',
        'http://front.example',
      ]) {
        for (const method of ['POST', 'OPTIONS']) {
          const { headers } = await ask(app, origin, method);
          const allowed = headers.get('access-control-allow-origin');
          expect([origin, '*', 'null'], `${method} from ${origin}`).not.toContain(allowed);
        }
      }
    },
  );
});

describe('a form of another site, which brings the cookie along,', () => {
  let app: TestApp;
  let cookie: string;

  beforeAll(async () => {
    app = await testApp();
    const { email } = await (await workspace(app)).person();
    const variables = { input: { email, password: PASSWORD } };
    const { headers } = await post(app, { query: String(SignIn), variables });
    cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
  });

  const CREATE = 'mutation { createDataset(input: { name: "Forged" }) { __typename } }';
  const SIMPLE: Record<string, { headers: Record<string, string>; body: string }> = {
    'a text': {
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ query: CREATE }),
    },
    'a text with a charset': {
      headers: { 'content-type': 'Text/Plain; charset=utf-8' },
      body: JSON.stringify({ query: CREATE }),
    },
    'a form': {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ query: CREATE }).toString(),
    },
    'a form in parts': {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query: CREATE })}\r\n--x--`,
    },
    'no content type': { headers: { 'content-type': '' }, body: JSON.stringify({ query: CREATE }) },
  };

  test.each(Object.entries(SIMPLE))('changes nothing: %s', async (_name, { headers, body }) => {
    const { client } = await testDatabase();
    const before = await client.flow.count();
    const answer = await exchange(app, { headers: { ...headers, cookie, origin: EVIL }, body });
    expect(answer.status).toBe(403);
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_REQUEST']);
    expect(answer.line.statements).toBe(0);
    expect(await client.flow.count()).toBe(before);
  });

  test('plants no session of its own', async () => {
    const { email } = await (await workspace(app)).person();
    const query = `mutation { signIn(input: { email: "${email}", password: "${PASSWORD}" }) { token } }`;
    const headers = { 'content-type': 'text/plain', origin: EVIL };
    const answer = await exchange(app, { headers, body: JSON.stringify({ query }) });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('changes nothing by a link or an image either', async () => {
    const url = `http://gateway.test/graphql?query=${encodeURIComponent(CREATE)}`;
    const answer = await exchange(app, { method: 'GET', url, headers: { cookie } });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.line.statements).toBe(0);
  });

  test('is told apart from what scripts of our own and programs send', async () => {
    const query = '{ me { permissions } }';
    const read = { query };
    expect((await post(app, read, { headers: { cookie } })).data).toHaveProperty('me');
    const url = `http://gateway.test/graphql?query=${encodeURIComponent(query)}`;
    const got = await exchange(app, { method: 'GET', url, headers: { cookie } });
    expect(got.data).toHaveProperty('me');
    const authorization = `Bearer ${cookie.split('=')[1]}`;
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ query }).toString();
    expect((await exchange(app, { headers, body })).data).toHaveProperty('me');
    const asked = {
      cookie,
      'x-graphql-yoga-csrf': '1',
      'content-type': 'application/x-www-form-urlencoded',
    };
    expect((await exchange(app, { headers: asked, body })).data).toHaveProperty('me');
  });
});

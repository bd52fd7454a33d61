import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { exchange } from '../support/http.js';
import { listening, type Listening } from '../support/listening.js';
import {
  ACCESS_TOKEN,
  bearer,
  EXCHANGE,
  exchangeKey,
  FORM,
  introspect,
  ISSUER,
  keyOf,
  postForm,
  tokenOf,
} from '../support/oauth.js';
import { workspace, type Program } from '../support/world.js';

const ENDPOINTS = ['/oauth/token', '/oauth/introspect'];
const JSON_TYPE = { 'content-type': 'application/json' };

let program: Program;

beforeAll(async () => {
  program = await (await workspace(await testApp())).program('Robot');
});

describe.each(ENDPOINTS)('%s', (path) => {
  test.each([
    ['JSON', '{"token":"x"}', JSON_TYPE],
    ['no type', 'token=x', { 'content-type': '' }],
    ['another type', 'token=x', { 'content-type': 'text/plain' }],
    ['parts', 'token=x', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['another encoding', 'token=x', { 'content-type': `${FORM['content-type']}; charset=latin1` }],
    ['half a percent sign', 'token=%', {}],
    ['what is no UTF-8 behind percent signs', 'token=%ff', {}],
    ['what is no UTF-8', Buffer.from([0x74, 0x3d, 0xff]), {}],
    ['a parameter twice', 'token=x&token=x', {}],
    ['a parameter twice, spelt in two ways', 'token=x&t%6fken=y', {}],
    ['a parameter that nobody knows twice', 'a=1&a=2', {}],
  ])('refuses %s before anybody is looked for', async (_name, body, headers) => {
    const answer = await exchange(program.app, {
      url: `http://gateway.test${path}`,
      headers: { ...FORM, ...program.headers, ...headers },
      body,
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      error: 'invalid_request',
      error_description: expect.stringMatching(/^(Send|A parameter|The form) /),
    });
    expect(answer.line.statements).toBe(0);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test.each(['', '&', '=', '&&=&', 'token', '__proto__=x', 'constructor=x', '%00=%00'])(
    'answers %j with a refusal',
    async (body) => {
      const answer = await postForm(program.app, path, body, program.headers);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: 'invalid_request' });
    },
  );

  test.each(['GET', 'PUT', 'DELETE'])('is not there for %s', async (method) => {
    const url = `http://gateway.test${path}?token=x`;
    const answer = await exchange(program.app, { url, method, headers: program.headers });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.line.statements).toBe(0);
  });

  test('takes nothing from its URL', async () => {
    const answer = await postForm(program.app, `${path}?token=x&audience=x`, '', program.headers);
    expect(answer.status).toBe(400);
  });

  test('takes the type of a form with its encoding', async () => {
    const form = `grant_type=${encodeURIComponent(EXCHANGE)}&audience=x&token=x`;
    const headers = { 'content-type': 'Application/X-WWW-Form-URLencoded; charset=UTF-8' };
    const answer = await postForm(program.app, path, form, { ...program.headers, ...headers });
    expect(answer.status).toBe(200);
  });

  test('shares nothing with pages of other origins', async () => {
    const headers = { ...program.headers, origin: 'https://evil.example' };
    const answer = await postForm(program.app, path, 'token=x', headers);
    expect([...answer.headers].filter(([name]) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('over HTTP', () => {
  let app: Listening;
  beforeAll(async () => (app = await listening(await testApp())));
  afterAll(() => app.close());

  /** Sends a body on a connection of its own, which the gateway may close on whoever sends too much. */
  function send(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const init = { method: 'POST', agent: false, headers: { ...FORM, ...headers } };
      const sent = request(app.address + path, init, resolve);
      sent.on('error', reject);
      sent.end(`token=${'x'.repeat(999_994)}`);
    });
  }

  test.each(ENDPOINTS)('a body of 1 MB is refused by %s, however it comes', async (path) => {
    const known = { 'content-length': '1000000' };
    for (const answer of [
      await send(path, known),
      await send(path, { 'transfer-encoding': 'chunked' }),
    ]) {
      expect(answer.statusCode).toBe(413);
      expect(JSON.parse(await text(answer))).toMatchObject({ error: 'invalid_request' });
    }
  });
});

describe('the published keys', () => {
  test('are there for everybody, also for pages of any origin', async () => {
    const url = 'http://gateway.test/.well-known/jwks.json';
    const headers = { origin: 'https://anywhere.example' };
    const answer = await exchange(program.app, { url, method: 'GET', headers });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600');
    expect(answer.line.statements).toBe(0);
    const { keys } = JSON.parse(answer.text) as { keys: object[] };
    expect(keys).toHaveLength(3);
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    }
  });
});

describe('the key, its secret and the token', () => {
  test('stand in no line of the log, no entry, and no answer but the one that issues it', async () => {
    const here = await workspace(await testApp());
    const robot = await here.program('Robot');
    const key = keyOf(robot);
    const token = await tokenOf(robot);
    const secrets = [key, key.slice(37), token, token.split('.')[2] ?? ''];
    const asked = { grant_type: EXCHANGE, subject_token_type: ACCESS_TOKEN, audience: ISSUER };
    const answers = [
      await exchangeKey(robot, { scope: key }),
      await exchangeKey(robot, { audience: `${key}\n` }),
      await exchangeKey(robot, { grant_type: token, resource: key }),
      await exchangeKey(robot, { subject_token: token }),
      await exchangeKey(robot.asId(key, key.slice(0, 30))),
      await postForm(here.app, '/oauth/token', { ...asked, subject_token: token }),
      await postForm(here.app, '/oauth/token', { ...asked, subject_token: `${key}x` }),
      await postForm(here.app, '/oauth/token', `${key}=${token}&${key}=${token}`, robot.headers),
      await introspect(robot, token),
      await introspect(robot, key),
      await introspect(robot, `${token}x`),
      await bearer(robot, token).run('{ me { subject { id } } }'),
      await bearer(robot, `${token}x`).run('{ me { subject { id } } }'),
      await bearer(robot, `eyJ${key}..`).run('{ me { subject { id } } }'),
    ];
    await here.app.close();
    const { client } = await testDatabase();
    const entries = await client.auditEntry.findMany({ where: { accountId: here.accountId } });
    expect(entries.length).toBeGreaterThan(5);
    const kept = [here.app.lines.join(''), JSON.stringify(entries)];
    for (const place of [...kept, ...answers.map((answer) => answer.text)]) {
      for (const secret of secrets) expect(place).not.toContain(secret);
    }
    expect(here.app.lines.join('')).not.toContain('request failed');
  });
});

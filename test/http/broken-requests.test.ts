import { beforeAll, describe, expect, test } from 'vitest';

import { ERROR_CODES } from '../../src/errors.js';
import type { Actor } from '../support/actor.js';
import { exchange } from '../support/http.js';
import { workspace } from '../support/world.js';

type Sent = Parameters<typeof exchange>[1];

/** Stands where a password could; nothing that goes out or into the log may hold it. */
const PLANTED = 'hunter2planted';
const NUMBER = 20_301_231;

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { token } }';
const LIST =
  'query ($first: Int, $filter: DatasetFilter) { datasets(first: $first, filter: $filter) { totalCount } }';
const LOG = 'query ($filter: AuditFilter) { auditLog(filter: $filter) { totalCount } }';

const sent = (query: unknown, variables?: unknown, more: object = {}) =>
  JSON.stringify({ query, variables, ...more });
const signIn = (input: unknown) => sent(SIGN_IN, { input });
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const bytes = (...values: number[]) => new Uint8Array(values);

/** Bodies that are posted as JSON. */
const BODIES: Record<string, NonNullable<Sent['body']>> = {
  nothing: '',
  'a space': ' ',
  'no JSON': '{',
  'no JSON, with a password': `{"query":"{__typename}","variables":{"password":${PLANTED}}}`,
  'JSON cut off in a password': `{"variables":{"input":{"password":"${PLANTED}`,
  'a form as JSON': `query={__typename}&password=${PLANTED}`,
  null: 'null',
  'a number': '5',
  'a text': `"${PLANTED}"`,
  'an object without anything': '{}',
  'an empty list': '[]',
  'a batch': `[${sent('{ __typename }')},${sent('{ __typename }')}]`,
  'a batch of batches': `[[${sent('{ __typename }')}]]`,
  'invalid UTF-8 in the names': bytes(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d),
  'UTF-16': new Uint8Array(Buffer.from(sent('{ __typename }'), 'utf16le')),
  'a byte order mark alone': bytes(0xef, 0xbb, 0xbf),
  NULs: '\0\0\0\0',
  'a query that is a number': sent(5),
  'a query that is a list': sent(['{ __typename }']),
  'a query that is an object': sent({ kind: 'Document' }),
  'a query that is null': sent(null),
  'an empty query': sent(''),
  'a query that is only a comment': sent(`# ${PLANTED}`),
  'a query that is only a fragment': sent('fragment F on Query { __typename }'),
  'a query of NUL': sent('\0'),
  'half a surrogate in the query': '{"query":"{ node(id: \\"\\ud800\\") { id } }"}',
  'half a surrogate as an escape in the query': sent(String.raw`{ node(id: "\uD800") { id } }`),
  'a subscription': sent('subscription { anything }'),
  'a type definition': sent('type Query { a: Int }'),
  'an unknown field': sent(`{ ${PLANTED.replaceAll(/\d/g, '')} }`),
  'an unknown argument': sent('{ datasets(limit: 5) { totalCount } }'),
  'an unknown directive': sent('{ __typename @nope }'),
  'an unknown fragment': sent('{ ...F }'),
  'fragments that go round': sent(
    '{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }',
  ),
  'no selection': sent('{ me }'),
  'a variable without definition': sent('{ datasets(first: $n) { totalCount } }'),
  'a variable of an output type': sent('query ($me: Me) { __typename }'),
  'two operations and no name': sent('query A { __typename } query B { __typename }'),
  'two operations of one name': sent('query A { __typename } query A { __typename }'),
  'an operation name that is not there': sent('query A { __typename }', {}, { operationName: 'B' }),
  'an operation name that is a number': sent('query A { __typename }', {}, { operationName: 5 }),
  'an operation name that is an object': sent('query A { __typename }', {}, { operationName: {} }),
  'variables that are a text': sent('{ __typename }', PLANTED),
  'variables that are a list': sent('{ __typename }', [PLANTED]),
  'extensions that are a number': sent('{ __typename }', {}, { extensions: 5 }),
  'another parameter': sent('{ __typename }', {}, { password: PLANTED }),
  'a prototype': `{"query":"{ __typename }","__proto__":{"password":"${PLANTED}"}}`,
  'no variable': sent(SIGN_IN),
  'null for what is required': signIn(null),
  'a text for an object': signIn(PLANTED),
  'a list for an object': signIn([PLANTED]),
  'a required field left out': signIn({ password: PLANTED }),
  'a field too many': signIn({ email: 'a', password: PLANTED, passwort: PLANTED }),
  'a password that is a number': signIn({ email: 'a', password: NUMBER }),
  'a password that is null': signIn({ email: PLANTED, password: null }),
  'a password that is a list': signIn({ email: 'a', password: [PLANTED, 'a; b'] }),
  'a password that is an object': signIn({ email: 'a', password: { is: `; ${PLANTED} at "x"; ` } }),
  'a password as transport': signIn({ email: 'a', password: 'b', transport: PLANTED }),
  'a password in the wrong place of an object': signIn({ email: { PLANTED }, password: PLANTED }),
  'a password beyond its length': signIn({ email: 'a', password: PLANTED.repeat(100) }),
  'an address beyond its length': signIn({ email: PLANTED.repeat(100), password: PLANTED }),
  'a password of half a surrogate': signIn({ email: 'a', password: 'b' }).replace(
    '"b"',
    '"\\udfff"',
  ),
  'a password in the document': sent(`mutation { signIn(input: "${PLANTED}") { token } }`),
  'a number for a password in the document': sent(
    `mutation { signIn(input: { email: "a", password: ${NUMBER} }) { token } }`,
  ),
  'a password without quotes in the document': sent(
    `mutation { signIn(input: { email: "a", password: ${PLANTED} }) { token } }`,
  ),
  'a password after a slip in the document': sent(
    `mutation { signIn(input: { email: "a" "${PLANTED}" }) { token } }`,
  ),
  'a password as a block in the document': sent(
    `mutation { signIn(input: { email: "a" """${PLANTED}""" }) { token } }`,
  ),
  'a password never closed in the document': sent(
    `mutation { signIn(input: { email: "a", password: "${PLANTED} }) { token } }`,
  ),
  'a huge whole number': sent(LIST, { first: 2 ** 31 }),
  'a much larger number': sent(LIST, { first: 1e300 }),
  'a fraction': sent(LIST, { first: 0.5 }),
  'a number as a text': sent(LIST, { first: '10' }),
  'a negative page': sent(LIST, { first: -1 }),
  'a page too large': sent(LIST, { first: 101 }),
  'an endless search': sent(LIST, { filter: { search: 'x'.repeat(100_000) } }),
  'a search that is a number': sent(LIST, { filter: { search: 5 } }),
  'a value nested beyond reason': `{"query":"${LIST}","variables":{"filter":{"search":${nested(50_000)}}}}`,
  'no date': sent(LOG, { filter: { from: 'yesterday' } }),
  'a day that does not exist': sent(LOG, { filter: { from: '2026-02-30T00:00:00Z' } }),
  'a date without a time': sent(LOG, { filter: { to: '2026-02-28' } }),
  'a date that is a number': sent(LOG, { filter: { to: 0 } }),
  'a time before the first year': sent(LOG, { filter: { from: '0000-01-01T00:00:00Z' } }),
  'a time that another zone puts before the first year': sent(LOG, {
    filter: { from: '0001-01-01T00:00:00+14:00' },
  }),
  'an unknown action': sent(LOG, { filter: { action: ['PASSWORD_STOLEN'] } }),
  'null among actions': sent(LOG, { filter: { action: [null] } }),
  'the id of nobody': sent('{ node(id: "x") { id } }'),
  'an id that is a fraction': sent('{ node(id: 0.5) { id } }'),
  'a cursor of nothing': sent('{ datasets(after: "x") { totalCount } }'),
  'a cursor that holds a NUL': sent('query ($c: String) { datasets(after: $c) { totalCount } }', {
    c: Buffer.from(
      String.raw`[["name","\u0000"],["id","00000000-0000-0000-0000-000000000000"]]`,
    ).toString('base64url'),
  }),
};

const url = (query: string) => `http://gateway.test/graphql?${query}`;
const json = { 'content-type': 'application/json' };

/** Requests that are odd in another way. */
const REQUESTS: Record<string, Sent> = {
  'no content type': { body: bytes(0x7b, 0x7d) },
  'a content type of nothing': { headers: { 'content-type': '' }, body: '{}' },
  'another content type': { headers: { 'content-type': 'application/xml' }, body: '<a/>' },
  'a text': { headers: { 'content-type': 'text/plain' }, body: sent('{ __typename }') },
  'a form in parts': {
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x',
  },
  'a form with broken variables': {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `query={__typename}&variables={${PLANTED}`,
  },
  'a document cut off': { headers: { 'content-type': 'application/graphql' }, body: '{' },
  'a negative length': {
    headers: { ...json, 'content-length': '-5' },
    body: sent('{ __typename }'),
  },
  'two lengths': { headers: { ...json, 'content-length': '5, 6' }, body: sent('{ __typename }') },
  'GET without a query': { method: 'GET' },
  'GET with broken variables': {
    method: 'GET',
    url: url(`query={__typename}&variables={${PLANTED}`),
  },
  'GET with broken extensions': { method: 'GET', url: url('query={__typename}&extensions=[') },
  'GET with variables that are a number': {
    method: 'GET',
    url: url('query={__typename}&variables=5'),
  },
  'GET with broken escapes': { method: 'GET', url: url('query=%E0%A4%A%00%ff') },
  'GET with a mutation': { method: 'GET', url: url('query=mutation{signOut{sessionId}}') },
  'GET with a mutation among queries': {
    method: 'GET',
    url: url('query=query A{__typename} mutation B{signOut{sessionId}}&operationName=B'),
  },
  PUT: { method: 'PUT', headers: json, body: sent('{ __typename }') },
  PATCH: { method: 'PATCH', headers: json, body: sent('{ __typename }') },
  DELETE: { method: 'DELETE' },
};

describe('a broken request is refused with a code, without a crash and without an echo:', () => {
  let chief: Actor;

  beforeAll(async () => {
    chief = await (await workspace()).person({ role: 'SUPER_ADMIN' });
  });

  async function refused(request: Sent): Promise<void> {
    const { app } = chief;
    const from = app.lines.length;
    const { status, text, errors = [] } = await exchange(app, request);
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    expect(errors.length, text).toBeGreaterThan(0);
    for (const { extensions } of errors) {
      expect(Object.keys(ERROR_CODES)).toContain(extensions.code);
      expect(extensions.code).not.toBe('INTERNAL');
    }
    const written = [text, ...app.lines.slice(from)].join('\n');
    expect(written).not.toContain(PLANTED);
    expect(written).not.toContain(String(NUMBER));
    expect(written).not.toMatch(/"level":[56]0/);
  }

  test.each(Object.entries(BODIES))('%s', async (_name, body) => {
    await refused({ headers: { ...chief.headers, ...json }, body });
  });

  test.each(Object.entries(REQUESTS))('%s', async (_name, request) => {
    await refused({ ...request, headers: { ...chief.headers, ...request.headers } });
  });

  test('and by somebody who is not signed in', async () => {
    for (const body of Object.values(BODIES)) await refused({ headers: json, body });
    for (const request of Object.values(REQUESTS)) await refused(request);
  });
});

describe('an odd request is answered:', () => {
  test.each<[string, Record<string, string>]>([
    ['a user agent in another alphabet', { 'user-agent': '\u00FF\u0001'.repeat(3_000) }],
    ['an address of nothing', { 'x-forwarded-for': ' , ;,' }],
    ['a protocol of nothing', { 'x-forwarded-proto': 'gopher, ' }],
    ['broken cookies', { cookie: 'fieldgate; =; ;; fieldgate=%E0%A4%A; __Host-fieldgate="' }],
    ['a host of somebody else', { host: 'elsewhere.example', origin: 'null', referer: '%' }],
    [
      'a hundred headers',
      Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`x-${n}`, 'y'])),
    ],
  ])('%s', async (_name, headers) => {
    const ada = await (await workspace()).person();
    const { status, text } = await exchange(ada.app, {
      headers: { ...ada.headers, ...json, ...headers },
      body: sent('{ __typename }'),
    });
    expect([status, text]).toEqual([200, '{"data":{"__typename":"Query"}}']);
  });
});

test('what is refused stands in the order of the document, however long each took', async () => {
  const here = await workspace();
  const [owner, outsider] = await here.people([{ name: 'Olga' }, { role: 'VIEWER' }]);
  const dataset = await here.dataset({ members: [{ user: owner, role: 'ADMIN' }] });
  // Of these the first is refused by what is known of the person, the others after looking for more and more.
  const fields = [
    'auditLog { totalCount }',
    'node(id: $id) { id }',
    'dataset(id: $id) { name }',
    'dataset(id: $id) { views { id } }',
  ];
  for (const order of [fields, fields.toReversed()]) {
    const asked = order.map((field, at) => `f${at}: ${field}`);
    const { errors } = await outsider.run(`query ($id: ID!) { ${asked.join(' ')} }`, {
      id: dataset.id,
    });
    expect(errors?.map(({ path }) => path)).toEqual([['f0'], ['f1'], ['f2'], ['f3']]);
  }
  await here.people(Array.from({ length: 12 }, () => ({ role: 'VIEWER' })));
  const governor = await here.person({ role: 'IAM_ADMIN' });
  const listed = await governor.run(
    '{ users(first: 12) { edges { node { apiKeys { id } } } } }',
    {},
  );
  const places = listed.errors?.map(({ path }) => path?.[2]);
  expect(places).toEqual([...Array.from({ length: 12 }).keys()]);
});

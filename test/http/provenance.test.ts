import { describe, expect, test } from 'vitest';

import { testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { post } from '../support/http.js';
import { SignIn } from '../support/operations.js';
import { workspace } from '../support/world.js';

const PEER = '198.51.100.1';

/** Which address a failed sign-in is written down with. */
async function addressOf(app: TestApp, headers: Record<string, string>): Promise<unknown> {
  const { client } = await testDatabase();
  const { email } = await (await workspace(app)).person();
  const variables = { input: { email, password: 'wrong' } };
  const reply = await post(app, { query: String(SignIn), variables }, { headers, address: PEER });
  const requestId = reply.headers.get('x-request-id') ?? '';
  return (await client.auditEntry.findFirstOrThrow({ where: { requestId } })).ipAddress;
}

describe('the address of a client is', () => {
  const spoofed = '203.0.113.66';
  const client = '203.0.113.7';
  const inner = '10.0.0.1';

  test.each<[proxies: string, forwarded: string | undefined, expected: string]>([
    ['0', undefined, PEER],
    ['0', client, PEER],
    ['0', `${spoofed}, ${client}`, PEER],
    ['1', client, client],
    ['1', `${spoofed}, ${client}`, client],
    ['1', `${spoofed},${spoofed},${client}`, client],
    ['1', undefined, PEER],
    ['1', '', PEER],
    ['1', `${spoofed}, `, PEER],
    ['2', `${client}, ${inner}`, client],
    ['2', `${spoofed}, ${client}, ${inner}`, client],
    ['2', `${spoofed}, 127.0.0.1, ${client}, ${inner}`, client],
    ['2', client, PEER],
    ['2', undefined, PEER],
  ])('behind %s proxies that say %j: %s', async (proxies, forwarded, expected) => {
    const app = await testApp({ environment: { TRUSTED_PROXIES: proxies } });
    const headers: Record<string, string> =
      forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(await addressOf(app, headers)).toBe(expected);
  });

  test('never what other headers say', async () => {
    const app = await testApp({ environment: { TRUSTED_PROXIES: '1' } });
    const headers = {
      'x-real-ip': spoofed,
      'true-client-ip': spoofed,
      forwarded: `for=${spoofed}`,
      'cf-connecting-ip': spoofed,
    };
    expect(await addressOf(app, headers)).toBe(PEER);
  });
});

test('a request is named by us, whatever it calls itself', async () => {
  const app = await testApp();
  const names = new Set<string>();
  for (const claimed of ['mine', 'mine']) {
    const headers = { 'x-request-id': claimed };
    const reply = await post(app, { query: '{ __typename }' }, { headers });
    names.add(reply.headers.get('x-request-id') ?? '');
    expect(reply.line.requestId).toBe(reply.headers.get('x-request-id'));
  }
  expect(names.size).toBe(2);
  expect([...names].join(' ')).toMatch(/^[0-9a-f-]{36} [0-9a-f-]{36}$/);
});

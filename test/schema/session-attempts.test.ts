import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { post } from '../support/http.js';
import { SignIn } from '../support/operations.js';
import { PASSWORD, workspace } from '../support/world.js';

let addresses = 0;

/** An address that nothing else comes from. */
function freshAddress(): string {
  addresses += 1;
  return `2001:db8::${randomUUID().slice(0, 4)}:${addresses.toString(16)}`;
}

function freshEmail(): string {
  return `${randomUUID()}@example.test`;
}

/** How an attempt to sign in ends: with an error code, or signed in. */
async function attempt(
  app: TestApp,
  email: string,
  { password = 'wrong', address = freshAddress(), headers = {} } = {},
): Promise<unknown> {
  const operation = { query: String(SignIn), variables: { input: { email, password } } };
  const { errors, headers: answered } = await post(app, operation, { address, headers });
  expect(errors !== undefined).toBe(answered.get('set-cookie') === null);
  return errors?.[0]?.extensions.code ?? 'SIGNED_IN';
}

const SIGN_IN_FAILED = 'SIGN_IN_FAILED';
const TOO_MANY = 'TOO_MANY_ATTEMPTS';

describe('the attempts on one person', () => {
  const attemptLimits = { perPerson: 3, perAddress: 1_000 };

  test('are limited from however many addresses, the right password too', async () => {
    const app = await testApp({ attemptLimits });
    const { email } = await (await workspace(app)).person();
    const codes = [];
    for (let count = 0; count < 4; count += 1) codes.push(await attempt(app, email));
    expect(codes).toEqual([SIGN_IN_FAILED, SIGN_IN_FAILED, SIGN_IN_FAILED, TOO_MANY]);
    expect(await attempt(app, email, { password: PASSWORD })).toBe(TOO_MANY);
    const bea = await (await workspace(app)).person();
    expect(await attempt(app, bea.email, { password: PASSWORD })).toBe('SIGNED_IN');
  });

  test('are limited alike for somebody who does not exist', async () => {
    const app = await testApp({ attemptLimits });
    const { email } = await (await workspace(app)).person();
    const answers = [];
    for (const target of [email, freshEmail()]) {
      for (let count = 0; count < 3; count += 1) await attempt(app, target);
      const variables = { input: { email: target, password: PASSWORD } };
      const reply = await post(app, { query: String(SignIn), variables });
      const [error] = reply.errors ?? [];
      const { retryAfterSeconds, ...rest }: Record<string, unknown> = error?.extensions ?? {};
      expect(retryAfterSeconds).toBeGreaterThan(600);
      expect(retryAfterSeconds).toBeLessThanOrEqual(900);
      answers.push({
        message: error?.message,
        rest,
        status: reply.status,
        statements: reply.line.statements,
      });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ rest: { code: TOO_MANY } });
  });

  test('are counted however the address is written', async () => {
    const app = await testApp({ attemptLimits });
    const { email } = await (await workspace(app)).person();
    for (const typed of [email.toUpperCase(), ` ${email}`, email]) {
      expect(await attempt(app, typed)).toBe(SIGN_IN_FAILED);
    }
    expect(await attempt(app, `${email}  `)).toBe(TOO_MANY);
  });

  test('are forgotten after one that succeeds', async () => {
    const app = await testApp({ attemptLimits });
    const { email } = await (await workspace(app)).person();
    for (let round = 0; round < 2; round += 1) {
      expect(await attempt(app, email)).toBe(SIGN_IN_FAILED);
      expect(await attempt(app, email)).toBe(SIGN_IN_FAILED);
      expect(await attempt(app, email, { password: PASSWORD })).toBe('SIGNED_IN');
    }
  });

  test('may begin again when the time is over', async () => {
    const { client } = await testDatabase();
    const app = await testApp({ attemptLimits });
    const { email } = await (await workspace(app)).person();
    for (let count = 0; count < 4; count += 1) await attempt(app, email);
    await client.attemptCount.updateMany({ data: { expire: new Date(Date.now() - 1_000) } });
    expect(await attempt(app, email)).toBe(SIGN_IN_FAILED);
    expect(await attempt(app, email, { password: PASSWORD })).toBe('SIGNED_IN');
  });

  test('are counted by every gateway on the database together', async () => {
    const apps = await Promise.all([testApp({ attemptLimits }), testApp({ attemptLimits })]);
    const [one, two] = apps;
    const { email } = await (await workspace(one)).person();
    expect(await attempt(one, email)).toBe(SIGN_IN_FAILED);
    expect(await attempt(two, email)).toBe(SIGN_IN_FAILED);
    expect(await attempt(one, email)).toBe(SIGN_IN_FAILED);
    expect(await attempt(two, email, { password: PASSWORD })).toBe(TOO_MANY);
    expect(await attempt(one, email, { password: PASSWORD })).toBe(TOO_MANY);
  });

  test('are all counted when they come at once', async () => {
    const app = await testApp({ attemptLimits });
    for (const email of [(await (await workspace(app)).person()).email, freshEmail()]) {
      const codes = await Promise.all(Array.from({ length: 20 }, () => attempt(app, email)));
      expect(codes.toSorted()).toEqual([
        ...Array.from({ length: 3 }, () => SIGN_IN_FAILED),
        ...Array.from({ length: 17 }, () => TOO_MANY),
      ]);
    }
  });

  test('are kept without the address of the person', async () => {
    const { client } = await testDatabase();
    const app = await testApp({ attemptLimits });
    const email = `kept-${freshEmail()}`;
    await attempt(app, email);
    const keys = (await client.attemptCount.findMany()).map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join('\n')).not.toContain('kept-');
    expect(keys.join('\n')).not.toContain('@');
  });
});

describe('the attempts from one address', () => {
  const attemptLimits = { perPerson: 1_000, perAddress: 5 };

  test('are limited on however many people, the right password too', async () => {
    const app = await testApp({ attemptLimits });
    const address = freshAddress();
    const { email } = await (await workspace(app)).person();
    for (let count = 0; count < 5; count += 1) {
      expect(await attempt(app, freshEmail(), { address })).toBe(SIGN_IN_FAILED);
    }
    expect(await attempt(app, freshEmail(), { address })).toBe(TOO_MANY);
    expect(await attempt(app, email, { address, password: PASSWORD })).toBe(TOO_MANY);
    expect(await attempt(app, email, { password: PASSWORD })).toBe('SIGNED_IN');
  });

  test('that succeed do not count', async () => {
    const app = await testApp({ attemptLimits });
    const address = freshAddress();
    const { email } = await (await workspace(app)).person();
    for (let count = 0; count < 8; count += 1) {
      expect(await attempt(app, email, { address, password: PASSWORD })).toBe('SIGNED_IN');
    }
    for (let count = 0; count < 5; count += 1) {
      expect(await attempt(app, freshEmail(), { address })).toBe(SIGN_IN_FAILED);
    }
    expect(await attempt(app, freshEmail(), { address })).toBe(TOO_MANY);
  });

  test('are counted whatever address a client claims to come from', async () => {
    const app = await testApp({ attemptLimits });
    const address = freshAddress();
    const claiming = () => ({ address, headers: { 'x-forwarded-for': freshAddress() } });
    for (let count = 0; count < 5; count += 1) {
      expect(await attempt(app, freshEmail(), claiming())).toBe(SIGN_IN_FAILED);
    }
    expect(await attempt(app, freshEmail(), claiming())).toBe(TOO_MANY);
  });
});

test('unless told otherwise, a person has ten attempts and an address a hundred', async () => {
  const { ATTEMPT_LIMITS } = await import('../../src/authn/attempts.js');
  expect(ATTEMPT_LIMITS).toEqual({ perPerson: 10, perAddress: 100 });
});

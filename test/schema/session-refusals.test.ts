import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { beforeAll, describe, expect, test } from 'vitest';

import { hashPassword } from '../../src/authn/password.js';
import { Actor } from '../support/actor.js';
import { processorTimes } from '../support/cost.js';
import { testDatabase } from '../support/database.js';
import { SignIn } from '../support/operations.js';
import { PASSWORD, workspace } from '../support/world.js';

interface Attempt {
  readonly email: string;
  readonly password: string;
  readonly account?: string;
}

describe('whoever may not sign in', () => {
  const attempts: Record<string, Attempt> = {};
  let nobody: Actor;

  beforeAll(async () => {
    const { client } = await testDatabase();
    const [here, there] = [await workspace(), await workspace()];
    nobody = new Actor(here.app, '', 'Nobody', '', {});
    const { email: known } = await here.person();
    const { email: suspended } = await here.person({ suspended: true });
    const removed = await here.person();
    const keyless = await here.person();
    const { email: twice } = await here.person();
    await there.person({ email: twice });
    await client.user.update({ where: { id: removed.id }, data: { removedAt: new Date() } });
    await client.user.update({ where: { id: keyless.id }, data: { passwordHash: null } });
    Object.assign(attempts, {
      unknown: { email: `${randomUUID()}@example.test`, password: PASSWORD },
      'a wrong password': { email: known, password: `${PASSWORD}!` },
      'an empty password': { email: known, password: '' },
      suspended: { email: suspended, password: PASSWORD },
      'suspended, with a wrong password': { email: suspended, password: 'wrong' },
      removed: { email: removed.email, password: PASSWORD },
      'without a password': { email: keyless.email, password: '' },
      'another account’s': { email: known, password: PASSWORD, account: there.slug },
      'of no account': { email: known, password: PASSWORD, account: 'nowhere' },
      'of two accounts': { email: twice, password: PASSWORD },
      'no address': { email: 'known', password: PASSWORD },
      nothing: { email: '', password: '' },
    });
  });

  test('gets one answer to the byte, for as many statements', async () => {
    const seen: Record<string, unknown> = {};
    for (const [name, input] of Object.entries(attempts)) {
      const result = await nobody.run(SignIn, { input });
      const headers = Object.fromEntries(result.headers);
      delete headers['x-request-id'];
      const { status, text, statements } = result;
      seen[name] = { status, text, statements, headers };
    }
    const first = seen['unknown'];
    expect(first).toMatchObject({ text: expect.stringContaining('"code":"SIGN_IN_FAILED"') });
    expect(first).not.toHaveProperty('headers.set-cookie');
    for (const [name, answer] of Object.entries(seen)) expect(answer, name).toEqual(first);
  });

  test('costs as much', async () => {
    const ways = Object.entries(attempts).map(([name, input]) => [
      name,
      () => nobody.run(SignIn, { input }),
    ]);
    const times = await processorTimes(Object.fromEntries(ways));
    const known = times.get('a wrong password') ?? 0;
    for (const [name, ms] of times) {
      expect(ms, name).toBeGreaterThan(known * 0.5);
      expect(ms, name).toBeLessThan(known * 2);
    }
  });
});

test('somebody who is suspended while the password is compared gets no session', async () => {
  const { client } = await testDatabase();
  const here = await workspace();
  const ada = await here.person();
  const nobody = new Actor(here.app, '', 'Nobody', '', {});
  const input = { email: ada.email, password: PASSWORD };
  const queue = Array.from({ length: 40 }, () => hashPassword('somebody else'));
  const signingIn = nobody.run(SignIn, { input });
  await wait(300);
  await client.user.update({ where: { id: ada.id }, data: { status: 'SUSPENDED' } });
  const result = await signingIn;
  await Promise.all(queue);
  expect(result).toFail('SIGN_IN_FAILED');
  expect(result.headers.get('set-cookie')).toBeNull();
  await expect(result).toHaveAudited({ outcome: 'REFUSED', subjectId: ada.id });
  const { lastSignedInAt } = await client.user.findUniqueOrThrow({ where: { id: ada.id } });
  expect(lastSignedInAt).toBeNull();
});

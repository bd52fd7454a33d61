import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import { hashPassword } from '../../src/authn/password.js';
import { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { NEW_PASSWORD, signedIn } from '../support/invitation-world.js';
import { ChangePassword, Me, SignIn } from '../support/operations.js';
import { PASSWORD, workspace } from '../support/world.js';

function change(actor: Actor, newPassword = NEW_PASSWORD, currentPassword = PASSWORD) {
  return actor.run(ChangePassword, { input: { currentPassword, newPassword } });
}

describe('changePassword', () => {
  test('allows a person another password, and ends their other sessions only', async () => {
    const here = await workspace();
    const [ada, bea] = await here.people([{}, {}]);
    const other = await signedIn(here, ada.email, PASSWORD);
    const result = await change(ada);
    expect(result).toSucceed();
    expect(result.data).toEqual({ changePassword: { signedOut: true } });
    expect(await ada.run(Me)).toSucceed();
    expect(await other.run(Me)).toFail('UNAUTHENTICATED');
    expect(await bea.run(Me)).toSucceed();
    const nobody = new Actor(here.app, '', 'Nobody', '', {});
    const old = { email: ada.email, password: PASSWORD };
    expect(await nobody.run(SignIn, { input: old })).toFail('SIGN_IN_FAILED');
    expect(await (await signedIn(here, ada.email)).run(Me)).toSucceed();
  });

  test('denies it to keys, to whoever acts as somebody, and to nobody at all', async () => {
    const here = await workspace();
    const { client } = await testDatabase();
    const ada = await here.person();
    const program = await here.program();
    const dataset = await here.dataset({ members: [{ user: ada, role: 'ADMIN' }] });
    await here.letAct(program, { flowId: dataset.rowId });
    for (const actor of [program, program.as(ada)]) {
      const result = await change(actor);
      expect(result).toFail('FORBIDDEN');
      await expect(result).toHaveAudited({ action: 'password.changed', code: 'FORBIDDEN' });
    }
    expect(await change(new Actor(here.app, '', 'Nobody', '', {}))).toFail('UNAUTHENTICATED');
    const entries = await client.auditEntry.count({
      where: { accountId: here.accountId, action: 'password.changed', outcome: 'SUCCEEDED' },
    });
    expect(entries).toBe(0);
  });

  test('refuses a wrong current password, and a weak new one, and changes nothing', async () => {
    const here = await workspace();
    const ada = await here.person();
    const wrong = await change(ada, NEW_PASSWORD, `${PASSWORD}!`);
    expect(wrong).toFail('WRONG_PASSWORD');
    await expect(wrong).toHaveAudited({
      action: 'password.changed',
      outcome: 'REFUSED',
      code: 'WRONG_PASSWORD',
      subjectId: ada.id,
    });
    for (const weak of ['short', 'password1234', ada.email, 'x'.repeat(1025)]) {
      const result = await change(ada, weak);
      expect(result).toFail('INVALID_INPUT');
      await expect(result).toHaveAudited({ action: 'password.changed', code: 'INVALID_INPUT' });
    }
    expect(await (await signedIn(here, ada.email, PASSWORD)).run(Me)).toSucceed();
  });

  test('limits how often somebody guesses the current one', async () => {
    const app = await testApp({ attemptLimits: { perPerson: 3, perAddress: 1_000 } });
    const here = await workspace(app);
    const ada = await here.person();
    for (let count = 0; count < 3; count += 1) {
      expect(await change(ada, NEW_PASSWORD, 'wrong')).toFail('WRONG_PASSWORD');
    }
    expect(await change(ada)).toFail('TOO_MANY_ATTEMPTS');
    // Signing in is counted by itself.
    expect(await (await signedIn(here, ada.email, PASSWORD)).run(Me)).toSucceed();
  });

  test('one of several at once wins, and the others change nothing', async () => {
    const here = await workspace();
    const ada = await here.person();
    const passwords = ['the first of five words', 'the second of five words', 'a third of five'];
    const results = await Promise.all(passwords.map((password) => change(ada, password)));
    const won = results.flatMap(({ errors }, at) => (errors ? [] : [passwords[at]]));
    expect(won).toHaveLength(1);
    expect(await (await signedIn(here, ada.email, won[0])).run(Me)).toSucceed();
  });

  test('refuses who signs in with the old one at the same moment', async () => {
    const here = await workspace();
    const ada = await here.person();
    const { client } = await testDatabase();
    const otherHash = await hashPassword(NEW_PASSWORD);
    const queue = Array.from({ length: 40 }, () => hashPassword('somebody else'));
    const nobody = new Actor(here.app, '', 'Nobody', '', {});
    const input = { email: ada.email, password: PASSWORD };
    const signingIn = nobody.run(SignIn, { input });
    await wait(300);
    // It waits behind the others to compare what it has read.
    await client.user.update({ where: { id: ada.id }, data: { passwordHash: otherHash } });
    await Promise.all(queue);
    expect(await signingIn).toFail('SIGN_IN_FAILED');
  });

  test('audits it without either password', async () => {
    const here = await workspace();
    const ada = await here.person();
    const result = await change(ada);
    await expect(result).toHaveAudited({
      action: 'password.changed',
      outcome: 'SUCCEEDED',
      subjectId: ada.id,
      targetType: 'User',
      targetId: ada.id,
      before: null,
      after: null,
    });
  });
});

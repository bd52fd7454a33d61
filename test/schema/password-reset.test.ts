import { describe, expect, test } from 'vitest';

import { mintToken } from '../../src/authn/token.js';
import { SECRET, testApp, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import {
  anonymous,
  freshEmail,
  NEW_PASSWORD,
  signedIn,
  tokenIn,
} from '../support/invitation-world.js';
import { Me, RequestPasswordReset, ResetPassword, SignIn } from '../support/operations.js';
import { PASSWORD, workspace, type Workspace } from '../support/world.js';

const ask = (here: Workspace, input: { email: string; account?: string }) =>
  anonymous(here).run(RequestPasswordReset, { input });

const reset = (here: Workspace, token: string, newPassword = NEW_PASSWORD) =>
  anonymous(here).run(ResetPassword, { input: { token, newPassword } });

/** The entry that a request leaves when its answer is out. */
async function entryOf(requestId: string) {
  const { client } = await testDatabase();
  await expect.poll(() => client.auditEntry.count({ where: { requestId } })).toBe(1);
  return client.auditEntry.findFirstOrThrow({ where: { requestId } });
}

describe('requestPasswordReset', () => {
  test('mails a link to somebody active, in each of their accounts unless one is named', async () => {
    const [one, two] = [await workspace(), await workspace()];
    const email = freshEmail();
    await one.person({ email });
    await two.person({ email });
    const mailsTo = () => one.app.mails.filter(({ to }) => to === email);
    expect(await ask(one, { email: ` ${email.toUpperCase()}`, account: two.slug })).toSucceed();
    await expect.poll(() => mailsTo().length).toBe(1);
    const [mail] = mailsTo();
    expect(mail?.subject).toBe('Choose another password for A workspace');
    expect(mail?.link).toMatch(/^http:\/\/localhost:4000\/password-reset#fgr_/);
    expect(mail?.text).toContain('works once, for 30 minutes');
    expect(await ask(one, { email })).toSucceed();
    await expect.poll(() => mailsTo().length).toBe(3);
  });

  test('answers everybody alike, to the byte and for as many statements', async () => {
    const here = await workspace();
    const { client } = await testDatabase();
    const people = await here.people([{}, { suspended: true }, {}, {}]);
    const [known, , removed, unverified] = people;
    await client.user.update({ where: { id: removed.id }, data: { removedAt: new Date() } });
    await client.user.update({ where: { id: unverified.id }, data: { emailVerifiedAt: null } });
    const before = here.app.mails.length;
    const answers = [];
    for (const email of [...people.map((person) => person.email), freshEmail(), 'nobody', '']) {
      const result = await ask(here, { email });
      const { status, text, statements } = result;
      const headers = Object.fromEntries(result.headers);
      delete headers['x-request-id'];
      answers.push({ status, text, statements, headers });
      await entryOf(result.requestId);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.text).toBe('{"data":{"requestPasswordReset":{"minutes":30}}}');
    expect(here.app.mails.slice(before).map(({ to }) => to)).toEqual([known.email]);
  });

  test('takes as long for everybody', async () => {
    const here = await workspace();
    const { email } = await here.person();
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 15; round += 1) {
      for (const [name, address] of [
        ['known', email],
        ['unknown', freshEmail()],
      ] as const) {
        const started = performance.now();
        const { requestId } = await ask(here, { email: address });
        times[name].push(performance.now() - started);
        await entryOf(requestId);
      }
    }
    // The quickest of them: what else the machine does makes an answer slower, never quicker.
    const [known, unknown] = [Math.min(...times.known), Math.min(...times.unknown)];
    expect(known).toBeLessThan(unknown * 2 + 2);
    expect(unknown).toBeLessThan(known * 2 + 2);
  });

  test('is limited, for those who do not exist too, apart from signing in', async () => {
    const app = await testApp({ attemptLimits: { perPerson: 10, perAddress: 1_000 } });
    const here = await workspace(app);
    const { email } = await here.person();
    for (const address of [email, freshEmail()]) {
      const codes = [];
      for (let count = 0; count < 4; count += 1) {
        const { errors } = await ask(here, { email: address });
        codes.push(errors?.[0]?.extensions.code ?? 'ASKED');
      }
      expect(codes).toEqual(['ASKED', 'ASKED', 'ASKED', 'TOO_MANY_ATTEMPTS']);
    }
    const input = { email, password: PASSWORD };
    expect(await anonymous(here).run(SignIn, { input })).toSucceed();
  });

  test('audits who is concerned, whatever came of it', async () => {
    const here = await workspace();
    const [ada, sam] = await here.people([{}, { suspended: true }]);
    const entryFor = async (email: string) => entryOf((await ask(here, { email })).requestId);
    const action = 'password.resetRequested';
    const { accountId } = here;
    expect(await entryFor(ada.email)).toMatchObject({
      action,
      outcome: 'SUCCEEDED',
      accountId,
      subjectId: ada.id,
      targetId: ada.id,
    });
    expect(await entryFor(sam.email)).toMatchObject({
      action,
      outcome: 'REFUSED',
      accountId,
      subjectId: sam.id,
    });
    expect(await entryFor(freshEmail())).toMatchObject({
      action,
      outcome: 'REFUSED',
      accountId: null,
      subjectId: null,
    });
  });
});

/** Somebody with the link of a mail. */
async function asked(app?: TestApp) {
  const here = await workspace(app);
  const ada = await here.person();
  await ask(here, { email: ada.email });
  return { here, ada, token: await tokenIn(here.app, ada.email) };
}

describe('resetPassword', () => {
  test('allows another password, once, and ends all sessions', async () => {
    const { here, ada, token } = await asked();
    const result = await reset(here, token);
    expect(result).toSucceed();
    expect(await ada.run(Me)).toFail('UNAUTHENTICATED');
    expect(await (await signedIn(here, ada.email)).run(Me)).toSucceed();
    const old = { email: ada.email, password: PASSWORD };
    expect(await anonymous(here).run(SignIn, { input: old })).toFail('SIGN_IN_FAILED');
    expect(await reset(here, token)).toFail('INVALID_LINK');
    await expect(result).toHaveAudited({
      action: 'password.reset',
      outcome: 'SUCCEEDED',
      accountId: here.accountId,
      subjectId: ada.id,
      targetId: ada.id,
    });
  });

  test('takes the last link only', async () => {
    const { here, ada, token } = await asked();
    await ask(here, { email: ada.email });
    await expect.poll(() => tokenIn(here.app, ada.email)).not.toBe(token);
    expect(await reset(here, token)).toFail('INVALID_LINK');
    expect(await reset(here, await tokenIn(here.app, ada.email))).toSucceed();
  });

  test('is done once of many at once', async () => {
    const { here, ada, token } = await asked();
    const results = await Promise.all(Array.from({ length: 12 }, () => reset(here, token)));
    const codes = results.map(({ errors }) => errors?.[0]?.extensions.code ?? 'RESET');
    expect(codes.filter((code) => code === 'RESET')).toHaveLength(1);
    expect(codes.filter((code) => code === 'INVALID_LINK')).toHaveLength(11);
    expect(await (await signedIn(here, ada.email)).run(Me)).toSucceed();
  });

  test('refuses what is no good link, all with one answer', async () => {
    const { here, ada, token } = await asked();
    const { client } = await testDatabase();
    const { id } = await client.passwordReset.findFirstOrThrow({ where: { userId: ada.id } });
    const texts = new Set<string>();
    for (const other of [
      mintToken('passwordReset', id, SECRET).token,
      mintToken('invitation', id, SECRET).token,
      mintToken('passwordReset', ada.id, SECRET).token,
      token.slice(0, -1),
      `${token} `,
      '',
    ]) {
      const result = await reset(here, other);
      expect(result, other).toFail('INVALID_LINK');
      texts.add(result.text);
      await expect(result).toHaveAudited({ action: 'password.reset', outcome: 'REFUSED' });
    }
    await client.passwordReset.update({ where: { id }, data: { expiresAt: new Date() } });
    texts.add((await reset(here, token)).text);
    expect(texts.size).toBe(1);
    expect(await ada.run(Me)).toSucceed();
  });

  test.each([
    ['suspended', { status: 'SUSPENDED' }],
    ['removed', { removedAt: new Date() }],
    ['given another address', { emailVerifiedAt: null }],
  ] as const)('refuses whoever was %s meanwhile', async (_what, data) => {
    const { here, ada, token } = await asked();
    const { client } = await testDatabase();
    const before = await client.user.update({ where: { id: ada.id }, data });
    expect(await reset(here, token)).toFail('INVALID_LINK');
    expect(await client.user.findUniqueOrThrow({ where: { id: ada.id } })).toEqual(before);
  });

  test('refuses a weak password, and the link stays good', async () => {
    const { here, ada, token } = await asked();
    for (const weak of ['short', 'letmeinletmein', ada.email]) {
      const result = await reset(here, token, weak);
      expect(result).toFail('INVALID_INPUT');
      expect(result.text).not.toContain(weak);
    }
    expect(await reset(here, token)).toSucceed();
  });

  test('is too late after half an hour, by the clock of the gateway', async () => {
    let minutes = 0;
    const app = await testApp({ now: () => new Date(Date.now() + minutes * 60_000) });
    const { here, token } = await asked(app);
    minutes = 29;
    expect(await reset(here, token, 'short')).toFail('INVALID_INPUT');
    minutes = 31;
    expect(await reset(here, token)).toFail('INVALID_LINK');
  });
});

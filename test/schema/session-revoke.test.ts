import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { Me, RevokeSession, SignIn } from '../support/operations.js';
import { globalId, PASSWORD, workspace } from '../support/world.js';

/** Signs in once more, and answers as whom. */
async function signInAgain({ app, id, name, email }: Actor): Promise<Actor> {
  const result = await new Actor(app, '', '', '', {}).run(SignIn, {
    input: { email, password: PASSWORD, transport: 'BEARER' },
  });
  const authorization = `Bearer ${result.data?.signIn?.token}`;
  return new Actor(app, id, name, email, { authorization });
}

async function currentSession(actor: Actor): Promise<string> {
  const { data } = await actor.run(Me);
  return data?.me?.sessions?.edges.find(({ node }) => node.isCurrent)?.node.id ?? '';
}

function rowId(id: string): string {
  return Buffer.from(id, 'base64url').toString().replace('Session:', '');
}

describe('revokeSession', () => {
  test('allows a person to end another session of theirs', async () => {
    const ada = await (await workspace()).person();
    const phone = await signInAgain(ada);
    const sessionId = await currentSession(phone);
    const result = await ada.run(RevokeSession, { input: { sessionId } });
    expect(result).toSucceed();
    expect(result.data?.revokeSession?.sessionId).toBe(sessionId);
    expect(await phone.run(Me)).toFail('UNAUTHENTICATED');
    expect(await ada.run(Me)).toSucceed();
  });

  test('allows a person to end the session that they use', async () => {
    const ada = await (await workspace()).person();
    const sessionId = await currentSession(ada);
    expect(await ada.run(RevokeSession, { input: { sessionId } })).toSucceed();
    const after = await ada.run(Me);
    expect(after.errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'SESSION_ENDED',
    });
  });

  test('denies whoever is not signed in', async () => {
    const ada = await (await workspace()).person();
    const nobody = new Actor(ada.app, '', '', '', {});
    const sessionId = await currentSession(ada);
    expect(await nobody.run(RevokeSession, { input: { sessionId } })).toFail('UNAUTHENTICATED');
    expect(await ada.run(Me)).toSucceed();
  });

  test('hides the sessions of others from those who do not manage them, and other accounts’', async () => {
    const here = await workspace();
    const ada = await here.person();
    const sessionId = await currentSession(ada);
    const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
    const others = await here.people([{ role: 'EDITOR' }, { role: 'VIEWER' }]);
    for (const other of [...others, stranger]) {
      await expect(await other.run(RevokeSession, { input: { sessionId } })).toBeHidden();
    }
    expect(await ada.run(Me)).toSucceed();
  });

  test('hides sessions that are over', async () => {
    const { client } = await testDatabase();
    const ada = await (await workspace()).person();
    const [ended, expired] = [await signInAgain(ada), await signInAgain(ada)];
    const ids = [await currentSession(ended), await currentSession(expired)];
    const [endedId = '', expiredId = ''] = ids.map(rowId);
    const endedAt = new Date('2020-01-01');
    await client.session.update({ where: { id: endedId }, data: { endedAt } });
    await client.session.update({ where: { id: expiredId }, data: { expiresAt: endedAt } });
    for (const sessionId of ids) {
      await expect(await ada.run(RevokeSession, { input: { sessionId } })).toBeHidden();
    }
    const { endedAt: still } = await client.session.findUniqueOrThrow({ where: { id: endedId } });
    expect(still).toEqual(endedAt);
  });

  test('hides what is no session, all alike', async () => {
    const ada = await (await workspace()).person();
    const own = await currentSession(ada);
    const texts = new Set<string>();
    for (const sessionId of [
      globalId('Session', randomUUID()),
      globalId('User', ada.id),
      globalId('Dataset', rowId(own)),
      globalId('session', rowId(own)),
      globalId('Session', rowId(own).toUpperCase()),
      globalId('Session', `${rowId(own)}'`),
      rowId(own),
      `${own}=`,
      `${own}A`,
      ` ${own}`,
      '',
      'garbage',
      '\0',
      '\uD800',
      '🦊'.repeat(500),
    ]) {
      const result = await ada.run(RevokeSession, { input: { sessionId } });
      expect(result, sessionId).toFail('NOT_FOUND');
      texts.add(result.text);
    }
    expect(texts.size).toBe(1);
    expect(await ada.run(Me)).toSucceed();
  });

  test('audits', async () => {
    const here = await workspace();
    const ada = await here.person();
    const phone = await signInAgain(ada);
    const sessionId = await currentSession(phone);
    const common = {
      action: 'session.revoked',
      accountId: here.accountId,
      subjectId: ada.id,
      actorId: ada.id,
      credentialKind: 'session',
      credentialId: rowId(await currentSession(ada)),
    };
    const done = await ada.run(RevokeSession, { input: { sessionId } });
    await expect(done).toHaveAudited({
      ...common,
      outcome: 'SUCCEEDED',
      targetType: 'Session',
      targetId: rowId(sessionId),
      code: null,
    });
    await expect(await ada.run(RevokeSession, { input: { sessionId } })).toHaveAudited({
      ...common,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
  });
});

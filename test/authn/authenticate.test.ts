import crypto, { randomUUID } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

import { afterEach, describe, expect, test, vi } from 'vitest';

import { mintToken, parseToken } from '../../src/authn/token.js';
import { Actor } from '../support/actor.js';
import { SECRET } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { Me } from '../support/operations.js';
import { workspace } from '../support/world.js';

const TYPENAME = '{ __typename }';

function tokenOf(actor: Actor): string {
  return actor.headers['authorization']?.slice('Bearer '.length) ?? '';
}

/** Somebody who presents this. */
function presenting({ app }: { app: Actor['app'] }, headers: Record<string, string>): Actor {
  return new Actor(app, '', 'Whoever', '', headers);
}

describe('a session', () => {
  test('signs in its person, with one indexed read', async () => {
    const here = await workspace();
    const [ada] = [await here.person({ name: 'Ada' }), await here.person({ name: 'Bea' })];
    const result = await ada.run(Me);
    expect(result.data?.me?.user?.name).toBe('Ada');
    expect(result.data?.me?.account.slug).toBe(here.slug);
    const nothing = await ada.run(TYPENAME);
    expect(nothing).toSucceed();
    expect(nothing).toTakeQueries(1);
  });

  test.each([
    ['that was ended', 'SESSION_ENDED', { session: { endedAt: new Date() } }],
    ['that ran out', 'SESSION_ENDED', { session: { expiresAt: new Date() } }],
    ['of somebody suspended', 'SUSPENDED', { user: { status: 'SUSPENDED' as const } }],
    ['of somebody removed', 'SESSION_ENDED', { user: { removedAt: new Date() } }],
    [
      'of somebody suspended and then removed',
      'SESSION_ENDED',
      { user: { status: 'SUSPENDED' as const, removedAt: new Date() } },
    ],
  ])('%s is refused: %s', async (_name, reason, { session, user }: Change) => {
    const { client } = await testDatabase();
    const here = await workspace();
    const ada = await here.person();
    if (session) await client.session.updateMany({ where: { userId: ada.id }, data: session });
    if (user) await client.user.update({ where: { id: ada.id }, data: user });
    const result = await ada.run(Me);
    expect(result).toFail('UNAUTHENTICATED');
    expect(result.errors?.[0]?.extensions).toMatchObject({ reason });
    expect(result.data?.me).toBeNull();
    expect(result).toTakeQueries(1);
  });

  interface Change {
    session?: { endedAt?: Date; expiresAt?: Date };
    user?: { status?: 'SUSPENDED'; removedAt?: Date };
  }

  test('says nothing of its person to whoever has not the secret', async () => {
    const here = await workspace();
    const ada = await here.person({ suspended: true });
    const id = parseToken(tokenOf(ada))?.id ?? '';
    const wrongSecret = mintToken('session', id, SECRET).token;
    const unknownId = mintToken('session', randomUUID(), SECRET).token;
    const answers = [];
    for (const token of [wrongSecret, unknownId]) {
      const result = await presenting(here, { authorization: `Bearer ${token}` }).run(Me);
      expect(result).toFail('UNAUTHENTICATED');
      expect(result.errors?.[0]?.extensions).toMatchObject({ reason: 'INVALID_CREDENTIAL' });
      expect(result).toTakeQueries(1);
      answers.push(result.text);
    }
    expect(answers[0]).toBe(answers[1]);
  });
});

describe('what was never one of our credentials', () => {
  test('is refused without a statement', async () => {
    const here = await workspace();
    const token = tokenOf(await here.person());
    const mistyped = token.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const authorization of [
      `Bearer ${mistyped}`,
      `Bearer ${token.replace('fgs_', 'fgk_')}`,
      `Bearer ${token.toUpperCase()}`,
      `Bearer ${token} ${token}`,
      `Basic ${Buffer.from(`ada:${token}`).toString('base64')}`,
      'Bearer',
      'Bearer undefined',
      token,
      '',
    ]) {
      const result = await presenting(here, { authorization }).run(Me);
      expect(result).toFail('UNAUTHENTICATED');
      expect(result.errors?.[0]?.extensions, authorization).toMatchObject({
        reason: 'INVALID_CREDENTIAL',
      });
      expect(result).toTakeQueries(0);
    }
  });

  test('does not fall back to the cookie beside it', async () => {
    const here = await workspace();
    const token = tokenOf(await here.person());
    const both = { cookie: `fieldgate=${token}`, authorization: 'Bearer none' };
    expect(await presenting(here, { cookie: both.cookie }).run(Me)).toSucceed();
    expect(await presenting(here, both).run(Me)).toFail('UNAUTHENTICATED');
  });

  test('is told apart from no credential', async () => {
    const here = await workspace();
    const result = await presenting(here, {}).run(Me);
    expect(result.errors?.[0]?.extensions).toMatchObject({ reason: 'NO_CREDENTIAL' });
    expect(result).toTakeQueries(0);
  });
});

describe('the secret', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  test('is compared in constant time, for an unknown id too', async () => {
    const here = await workspace();
    const good = tokenOf(await here.person());
    const compare = vi.spyOn(crypto, 'timingSafeEqual');
    syncBuiltinESMExports();
    const comparisons = async (token: string) => {
      compare.mockClear();
      await presenting(here, { authorization: `Bearer ${token}` }).run(TYPENAME);
      return compare.mock.calls.map(([one, two]) => [one.byteLength, two.byteLength]);
    };
    const wrong = mintToken('session', parseToken(good)?.id ?? '', SECRET).token;
    const unknown = mintToken('session', randomUUID(), SECRET).token;
    expect(await comparisons(good)).toEqual([[32, 32]]);
    expect(await comparisons(wrong)).toEqual([[32, 32]]);
    expect(await comparisons(unknown)).toEqual([[32, 32]]);
    expect(await comparisons('malformed')).toEqual([]);
  });
});

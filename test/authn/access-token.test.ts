import fc from 'fast-check';
import { jwtVerify } from 'jose';
import { describe, expect, test, vi } from 'vitest';

import {
  looksLikeAccessToken,
  mintAccessToken,
  verifyAccessToken,
} from '../../src/authn/access-token.js';
import { createKeySet } from '../../src/authn/signing-keys.js';
import { CLAIMS, HEADER, NOW, SECONDS, SECRET, TOKEN, WEEK } from './forging.js';
import { claims, times } from './malformed-claims.js';
import { algorithm, headers, keys } from './malformed-headers.js';
import { encoding, form, payload, signature } from './malformed-tokens.js';

vi.mock('jose', { spy: true });

const { iss: issuer, iat: _iat, exp: _exp, ...GIVEN } = CLAIMS;

const mint = (
  changes: Partial<typeof GIVEN> & { nbf?: number } = {},
  now = NOW,
  ttlSeconds = 600,
) => mintAccessToken({ ...GIVEN, ...changes }, { secret: SECRET, issuer, now, ttlSeconds });

const verify = (text: string, now = NOW) =>
  verifyAccessToken(text, { secret: SECRET, issuer, audience: CLAIMS.aud, now });

const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe('an access token', () => {
  test('is read back as what was minted', async () => {
    expect(await verify(await mint())).toEqual(CLAIMS);
    const { act: _act, ...alone } = GIVEN;
    const options = { secret: SECRET, issuer, now: NOW, ttlSeconds: 60 };
    expect(await verify(await mintAccessToken(alone, options))).toEqual({
      ...alone,
      iss: issuer,
      iat: SECONDS,
      exp: SECONDS + 60,
    });
  });

  test('is an RFC 9068 token under a published key, and short', async () => {
    const token = await mint();
    const [header = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual(HEADER);
    expect(createKeySet(SECRET, NOW).keys.map(({ kid }) => kid)).toContain(HEADER.kid);
    expect(token.length).toBeLessThan(1000);
  });

  test('lives at most ten minutes', async () => {
    await Promise.all(
      [1, 600].map(async (ttl) => expect(await verify(await mint({}, NOW, ttl))).toBeDefined()),
    );
    for (const ttl of [601, 0, -1, 1e9])
      await expect(mint({}, NOW, ttl)).rejects.toThrow('1 to 600');
    for (const ttl of [0.5, Number.NaN, Infinity])
      await expect(mint({}, NOW, ttl)).rejects.toThrow();
  });

  test('is accepted until it ends, by gateways whose clocks differ by half a minute', async () => {
    const token = await mint({}, NOW, 60);
    for (const seconds of [-30, 0, 59]) expect(await verify(token, later(seconds))).toBeDefined();
    for (const seconds of [-31, 60, 61])
      expect(await verify(token, later(seconds))).toBeUndefined();
  });

  test('is not minted if it would be refused', async () => {
    for (const changes of [{ sub: '' }, { aud: '' }, { jti: 'x' }, { permissions: [''] }]) {
      await expect(mint(changes)).rejects.toThrow('do not make an access token');
    }
    await expect(mint({ permissions: ['x'.repeat(4096)] })).rejects.toThrow('too long');
  });

  test('is for one audience of one issuer', async () => {
    const token = await mint();
    const options = { secret: SECRET, issuer, audience: CLAIMS.aud, now: NOW };
    for (const other of [{ issuer: CLAIMS.aud }, { audience: issuer }, { secret: `${SECRET}.` }]) {
      expect(await verifyAccessToken(token, { ...options, ...other })).toBeUndefined();
    }
  });
});

describe('a change of keys', () => {
  const start = Math.ceil(NOW.getTime() / WEEK) * WEEK;
  const at = (seconds: number) => new Date(start + seconds * 1000);

  test('does not end a token that was minted a second before', async () => {
    const token = await mint({}, at(-1));
    expect(await verify(token, at(0))).toBeDefined();
    expect(await verify(token, at(598))).toBeDefined();
    expect(await verify(token, at(599))).toBeUndefined();
  });

  test('may be seen by one gateway before the other', async () => {
    expect(await verify(await mint({}, at(0)), at(-1))).toBeDefined();
  });
});

describe.each(
  Object.entries({ encoding, form, signature, payload, algorithm, keys, headers, times, claims }),
)('the %s of an access token', (_, { accepted, refused }) => {
  test.each(accepted)('accepted: %s', async (_name, text) => {
    expect(await verify(text)).toBeDefined();
  });

  test('is changed in each row', () => {
    const texts = refused.map(([, text]) => text);
    expect(new Set([TOKEN, ...texts]).size).toBe(texts.length + 1);
  });

  test.each(refused)('refused: %s', async (_name, text) => {
    expect(await verify(text)).toBeUndefined();
  });
});

describe('jose, which is lenient', () => {
  const rows = [encoding, form, algorithm, headers].flatMap(({ refused }) => refused);

  test.each(rows)('is not asked about: %s', async (_name, text) => {
    vi.mocked(jwtVerify).mockClear();
    await verify(text);
    expect(jwtVerify).not.toHaveBeenCalled();
    await verify(TOKEN);
    expect(jwtVerify).toHaveBeenCalledOnce();
  });
});

describe('what is not an access token', () => {
  const position = fc.nat({ max: TOKEN.length - 1 });
  const character = fc.constantFrom(
    ...'ABCQXYZabcgwxyz0123456789-_=+/.,:;|!"\'\0\n\t \u00E9\u{1F98A}'.split(/(?:)/u),
  );

  test('with any one character replaced, added or left out', async () => {
    await fc.assert(
      fc.asyncProperty(position, character, async (at, other) => {
        fc.pre(TOKEN[at] !== other);
        const [before, after] = [TOKEN.slice(0, at), TOKEN.slice(at + 1)];
        expect(await verify(before + other + after)).toBeUndefined();
        expect(await verify(before + other + TOKEN.slice(at))).toBeUndefined();
        expect(await verify(before + after)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('with any bit of any character flipped', async () => {
    for (const [at, letter] of [...TOKEN].entries()) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        const other = String.fromCodePoint((letter.codePointAt(0) ?? 0) ^ bit);
        expect(await verify(TOKEN.slice(0, at) + other + TOKEN.slice(at + 1))).toBeUndefined();
      }
    }
  });

  test('any other text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        expect(await verify(text)).toBeUndefined();
        expect(await verify(`${TOKEN}${text || ' '}`)).toBeUndefined();
        expect(await verify(`${text || ' '}${TOKEN}`)).toBeUndefined();
      }),
    );
  });
});

describe('a credential', () => {
  test('is taken for an access token by its form alone', () => {
    const yes = [TOKEN, 'eyJ..', 'eyJhbGciOiJub25lIn0.e30.', `${TOKEN}=`, `${TOKEN}\n`];
    const no = ['', 'eyJ', 'eyJ.', 'eyJ...', ` ${TOKEN}`, `Bearer ${TOKEN}`, `${TOKEN}.`];
    for (const text of yes) expect(looksLikeAccessToken(text), text).toBe(true);
    for (const text of [...no, 'fgs_00_x', 'EYJ..'])
      expect(looksLikeAccessToken(text), text).toBe(false);
    expect(looksLikeAccessToken(`eyJ${'.'.repeat(1024 * 1024)}`)).toBe(false);
  });
});

import { randomBytes, randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { hashSecret, isSecret, mintToken, parseToken } from '../../src/authn/token.js';

const PEPPER = 'a pepper of the tests';

function mint(id: string = randomUUID()): string {
  return mintToken('session', id, PEPPER).token;
}

describe('a token', () => {
  test('names its kind and its row, and holds 256 bits of secret and a checksum', () => {
    const id = 'ffffffff-0000-7000-8000-00000000000f';
    const { token } = mintToken('session', id, PEPPER);
    expect(token).toMatch(/^fgs_ffffffff00007000800000000000000f_[\w-]{43}[0-9a-f]{8}$/);
    const secret = parseToken(token)?.secret ?? '';
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });

  test('is read back as what was minted', () => {
    const id = randomUUID();
    const { token, secretHash } = mintToken('session', id, PEPPER);
    const parsed = parseToken(token);
    expect(parsed).toMatchObject({ kind: 'session', id });
    expect(isSecret(parsed?.secret ?? '', secretHash, PEPPER)).toBe(true);
  });

  test('is another one each time, also for the same row', () => {
    const id = randomUUID();
    expect(new Set(Array.from({ length: 100 }, () => mint(id))).size).toBe(100);
  });

  test('is kept as a keyed hash only', () => {
    const { token, secretHash } = mintToken('session', randomUUID(), PEPPER);
    const secret = parseToken(token)?.secret ?? '';
    expect(secretHash).toHaveLength(32);
    expect(Buffer.from(secretHash).toString('latin1')).not.toContain(secret);
    expect(isSecret(secret, secretHash, 'another pepper')).toBe(false);
    expect(isSecret(randomBytes(32).toString('base64url'), secretHash, PEPPER)).toBe(false);
    expect(isSecret('', secretHash, PEPPER)).toBe(false);
    expect(hashSecret(secret, PEPPER)).toEqual(secretHash);
  });
});

describe('what is not a token', () => {
  const token = mint();
  const position = fc.nat({ max: token.length - 1 });
  const character = fc.constantFrom(
    ...'ABCXYZabcxyz0123456789-_=+/.,:;|!"\'\0\n\t é🦊'.split(/(?:)/u),
  );

  test('with one character replaced', () => {
    fc.assert(
      fc.property(position, character, (at, other) => {
        fc.pre(token[at] !== other);
        expect(parseToken(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('with any one character replaced by the next of its alphabet', () => {
    for (const [at, letter] of [...token].entries()) {
      const other = /[0-8a-e]/.test(letter)
        ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 1)
        : '0';
      const changed = token.slice(0, at) + other + token.slice(at + 1);
      if (changed !== token) expect(parseToken(changed), changed).toBeUndefined();
    }
  });

  test('with one character more, one less, or two neighbours swapped', () => {
    fc.assert(
      fc.property(position, character, (at, extra) => {
        const [before, letter = '', next = ''] = [token.slice(0, at), token[at], token[at + 1]];
        expect(parseToken(before + extra + token.slice(at))).toBeUndefined();
        expect(parseToken(before + token.slice(at + 1))).toBeUndefined();
        if (letter === next || next === '') return;
        expect(parseToken(before + next + letter + token.slice(at + 2))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('in capitals, with spaces around it, or twice', () => {
    for (const text of [
      token.toUpperCase(),
      ` ${token}`,
      `${token} `,
      `${token}\n`,
      `${token}${token}`,
      token.slice(0, -8),
      '',
      'fgs_',
    ]) {
      expect(parseToken(text), JSON.stringify(text)).toBeUndefined();
    }
  });

  test('of one kind as that kind, and no other', () => {
    const id = randomUUID();
    const kinds = (['session', 'accessKey', 'apiKey'] as const).map(
      (kind) => parseToken(mintToken(kind, id, PEPPER).token)?.kind,
    );
    expect(kinds).toEqual(['session', 'accessKey', 'apiKey']);
  });

  test('of another kind or form, though its checksum is right', () => {
    const sealed = (body: string) => body + crc32(body).toString(16).padStart(8, '0');
    const body = token.slice(0, -8);
    expect(parseToken(sealed(body))).toBeDefined();
    for (const other of [
      body.replace('fgs', 'fge'),
      body.replace('fgs', 'fgi'),
      body.replace('fgs', 'FGS'),
      body.replace('fgs', 'xfgs'),
      body.replace(/_[0-9a-f]{32}_/, '_ABCDEF00000070008000000000000000_'),
      body.replace(/_[0-9a-f]{32}_/, '_0_'),
      `${body.slice(0, -1)}=`,
      `${body}A`,
      `${body}\n`,
      ` ${body}`,
    ]) {
      expect(parseToken(sealed(other)), other).toBeUndefined();
      expect(parseToken(sealed(other).toUpperCase()), other).toBeUndefined();
    }
  });

  test('any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(parseToken(text)).toBeUndefined();
        expect(parseToken(`fgs_${text}`)).toBeUndefined();
      }),
    );
  });
});

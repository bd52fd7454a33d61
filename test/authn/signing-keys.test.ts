import { createPublicKey, sign, verify } from 'node:crypto';

import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test, vi } from 'vitest';

import { createKeySet, currentKey, publishedKeys } from '../../src/authn/signing-keys.js';

const SECRET = 'a secret of the tests, 32 characters';
const NOW = new Date('2026-03-04T05:06:07Z');
const WEEK = 7 * 24 * 60 * 60 * 1000;

const later = (ms: number) => new Date(NOW.getTime() + ms);
const currentKid = (secret: string, now: Date) => currentKey(secret, now).jwk.kid;
const kids = (now: Date) => createKeySet(SECRET, now).keys.map(({ kid }) => kid);

describe('a signing key', () => {
  test('is the one that another implementation of RFC 5869, 8032 and 7638 derives', () => {
    expect(currentKey(SECRET, NOW).jwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: 'nGjE2F4wLstY1f694hNt-Uq22KubCuyf-lnpyP1XCgk',
      kid: 'urJIcQJVBhplW6XKjjgELmyx_-eO_xt1I27jz6jXWhI',
      alg: 'EdDSA',
      use: 'sig',
    });
  });

  test('is named by its thumbprint', async () => {
    for (const { jwk } of publishedKeys(SECRET, NOW)) {
      expect(jwk.kid).toBe(await calculateJwkThumbprint({ ...jwk }));
    }
  });

  test('signs what the published half verifies', () => {
    const { privateKey, publicKey, jwk } = currentKey(SECRET, NOW);
    const signature = sign(null, Buffer.from('text'), privateKey);
    const published = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    expect(publicKey.equals(published)).toBe(true);
    expect(verify(null, Buffer.from('text'), published, signature)).toBe(true);
    expect(verify(null, Buffer.from('another'), published, signature)).toBe(false);
  });

  test('is another one for each secret and each period', () => {
    const secrets = [SECRET, `${SECRET} `, SECRET.toUpperCase(), `1 ${SECRET}`];
    const weeks = [0, 1, 2, 52].map((week) => later(week * WEEK));
    const all = secrets.flatMap((secret) => weeks.map((now) => currentKid(secret, now)));
    expect(new Set(all).size).toBe(16);
  });

  test('changes every seven days of UTC, counted from the epoch', () => {
    const start = Math.floor(NOW.getTime() / WEEK) * WEEK;
    expect(new Date(start).toISOString()).toBe('2026-02-26T00:00:00.000Z');
    const at = (time: number) => currentKid(SECRET, new Date(time));
    expect(at(start)).toBe(at(start + WEEK - 1));
    expect(at(start - 1)).not.toBe(at(start));
    expect(at(start + WEEK)).not.toBe(at(start));
  });

  test('is derived once while it is in use, and forgotten after many others', () => {
    const key = currentKey(SECRET, NOW);
    expect(currentKey(SECRET, later(1))).toBe(key);
    for (let week = 1; week <= 100; week += 1) currentKey(SECRET, later(week * WEEK));
    expect(currentKey(SECRET, NOW)).not.toBe(key);
    expect(currentKey(SECRET, NOW).jwk).toEqual(key.jwk);
  });
});

describe('the published keys', () => {
  test('are those of the previous, the current and the next period', () => {
    expect(kids(NOW)).toEqual([-WEEK, 0, WEEK].map((ms) => currentKid(SECRET, later(ms))));
    expect(kids(NOW)).toEqual(publishedKeys(SECRET, NOW).map(({ jwk }) => jwk.kid));
    expect(kids(later(WEEK)).slice(0, 2)).toEqual(kids(NOW).slice(1));
  });

  test('are the same at every gateway with the same secret, in one period', async () => {
    vi.resetModules();
    const elsewhere = await import('../../src/authn/signing-keys.js');
    expect(elsewhere.createKeySet).not.toBe(createKeySet);
    expect(elsewhere.createKeySet(SECRET, later(60_000))).toEqual(createKeySet(SECRET, NOW));
    expect(elsewhere.createKeySet(`${SECRET}.`, NOW)).not.toEqual(createKeySet(SECRET, NOW));
  });

  test('hold nothing private', () => {
    for (const jwk of createKeySet(SECRET, NOW).keys) {
      expect(Object.keys(jwk)).toEqual(['kty', 'crv', 'x', 'kid', 'alg', 'use']);
    }
    const text = JSON.stringify(createKeySet(SECRET, NOW));
    for (const { privateKey } of publishedKeys(SECRET, NOW)) {
      const { d = '' } = privateKey.export({ format: 'jwk' });
      expect(d).toHaveLength(43);
      expect(text).not.toContain(d);
    }
  });
});

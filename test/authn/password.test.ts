import { describe, expect, test } from 'vitest';

import { hashPassword, isPassword } from '../../src/authn/password.js';
import { processorTimes } from '../support/cost.js';

describe('a password', () => {
  test('is kept as Argon2id with 19 MiB and two passes, salted', async () => {
    const [one, two] = await Promise.all([hashPassword('the same'), hashPassword('the same')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
  });

  test('is the right one or not', async () => {
    const hash = await hashPassword('correct horse');
    expect(await isPassword('correct horse', hash)).toBe(true);
    for (const wrong of [
      'correct hors',
      'Correct horse',
      ' correct horse',
      'correct horse\0',
      '',
    ]) {
      expect(await isPassword(wrong, hash), wrong).toBe(false);
    }
  });

  test('is the same however the keyboard composes it', async () => {
    const hash = await hashPassword('Caf\u00E9 \uFB01n');
    expect(await isPassword('Cafe\u0301 \uFB01n', hash)).toBe(true);
    expect(await isPassword('Cafe\u0301 fin', hash)).toBe(true);
    expect(await isPassword('Cafe fin', hash)).toBe(false);
  });

  test('is never right where there is no hash', async () => {
    for (const guess of ['', 'no one has this password', 'anything']) {
      expect(await isPassword(guess, undefined)).toBe(false);
      expect(await isPassword(guess, null)).toBe(false);
    }
  });

  test('costs as much to compare where there is no hash', async () => {
    const hash = await hashPassword('known');
    await isPassword('wrong', undefined);
    const times = await processorTimes({
      known: () => isPassword('wrong', hash),
      unknown: () => isPassword('wrong', undefined),
    });
    const [known = 0, unknown = 0] = [times.get('known'), times.get('unknown')];
    expect(unknown).toBeGreaterThan(known * 0.5);
    expect(known).toBeGreaterThan(unknown * 0.5);
  });
});

describe('a burst', () => {
  test('is refused beyond two at work and a hundred waiting, and is over once they are done', async () => {
    const hash = await hashPassword('burst');
    await isPassword('burst', hash);
    const answers = await Promise.allSettled(
      Array.from({ length: 150 }, () => isPassword('burst', hash)),
    );
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(48);
    expect(answers.slice(0, 102).every(({ status }) => status === 'fulfilled')).toBe(true);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'OVERLOADED' });
    }
    expect(await isPassword('burst', hash)).toBe(true);
  });
});

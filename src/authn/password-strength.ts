import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

import { invalidInput } from '../errors.js';

const LEAST = 12;
/** Guessing one takes a hundred million tries or more. */
const LEAST_SCORE = 3;
/** What follows makes a password only harder to guess. */
const LONGEST_JUDGED = 64;
/** Shorter ones are in too many words by chance. */
const LEAST_OF_ADDRESS = 4;

let judge: Promise<ZxcvbnFactory> | undefined;

/** Loads its lists of common passwords when the first one is judged. */
async function loadJudge(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Factory }, { adjacencyGraphs: graphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new Factory({ graphs, dictionary, maxLength: LONGEST_JUDGED, l33tMaxSubstitutions: 10 });
}

/**
 * Refuses a new password that is short, easy to guess, or made of the person's address: common ones, patterns of the
 * keyboard, repetitions, dates. Throws INVALID_INPUT, which never quotes it.
 */
export async function assertStrong(
  password: string,
  email: string,
  path: readonly string[],
): Promise<void> {
  const message = await weaknessOf(password.normalize('NFKC'), email);
  if (message !== undefined) throw invalidInput([{ path, message }]);
}

async function weaknessOf(password: string, email: string): Promise<string | undefined> {
  if (Array.from(password).length < LEAST) return `Take at least ${LEAST} characters.`;
  const [local = ''] = email.split('@');
  const parts = [email, ...(local.length >= LEAST_OF_ADDRESS ? [local] : [])];
  if (parts.some((part) => password.toLowerCase().includes(part.toLowerCase()))) {
    return 'Leave your e-mail address out of it.';
  }
  judge ??= loadJudge();
  const { score } = (await judge).check(password);
  return score < LEAST_SCORE
    ? 'It is among the first that somebody would guess. Take several words that have nothing to do with each other.'
    : undefined;
}

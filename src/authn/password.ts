import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';

import { DomainError } from '../errors.js';

/** The parameters that OWASP names first for Argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashing is meant to be dear: a burst of sign-ins must not take every core and all the memory. */
const atOnce = pLimit(2);
const MOST_WAITING = 100;

let decoy: Promise<string> | undefined;

export function hashPassword(password: string): Promise<string> {
  return queue(() => hash(password.normalize('NFKC'), PARAMETERS));
}

/** Whether it is the password; without a hash it takes as long and answers no. Throws OVERLOADED. */
export async function isPassword(
  password: string,
  passwordHash: string | null | undefined,
): Promise<boolean> {
  decoy ??= hashPassword('no one has this password');
  const compared = passwordHash ?? (await decoy);
  const same = await queue(() => verify(compared, password.normalize('NFKC')));
  return same && passwordHash != null;
}

function queue<T>(work: () => Promise<T>): Promise<T> {
  if (atOnce.pendingCount >= MOST_WAITING) {
    throw new DomainError(
      'OVERLOADED',
      'Too many people are signing in just now; try again in a moment.',
    );
  }
  return atOnce(work);
}

import { createHash } from 'node:crypto';

import { RateLimiterPrisma, RateLimiterRes } from 'rate-limiter-flexible';

import type { PrismaClient } from '../db/generated/client.js';
import { DomainError } from '../errors.js';

const WINDOW_SECONDS = 15 * 60;

export interface AttemptLimits {
  readonly perPerson: number;
  readonly perAddress: number;
}

export const ATTEMPT_LIMITS: AttemptLimits = { perPerson: 10, perAddress: 100 };

export interface Attempts {
  /**
   * Counts an attempt before it is made, as several if it weighs more. Throws TOO_MANY_ATTEMPTS, the same for people
   * who do not exist.
   */
  count(person: string, address: string, weight?: number): Promise<void>;
  /** After one succeeded: clears the person's count and takes this one back from the address. */
  forget(person: string, address: string): Promise<void>;
}

/** Counts attempts in the database, so that every gateway on it counts together. */
export function createAttempts(client: PrismaClient, limits: AttemptLimits): Attempts {
  const store = { storeClient: client, tableName: 'attemptCount', duration: WINDOW_SECONDS };
  const people = new RateLimiterPrisma({ ...store, keyPrefix: 'person', points: limits.perPerson });
  const addresses = new RateLimiterPrisma({
    ...store,
    keyPrefix: 'address',
    points: limits.perAddress,
    clearExpiredByTimeout: false,
  });
  return {
    async count(person, address, weight = 1) {
      await consume(addresses, address, 1);
      await consume(people, digest(person), weight);
    },
    async forget(person, address) {
      await people.delete(digest(person));
      await addresses.reward(address);
    },
  };
}

async function consume(limiter: RateLimiterPrisma, key: string, points: number): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = Math.ceil(error.msBeforeNext / 1000);
    throw new DomainError(
      'TOO_MANY_ATTEMPTS',
      `Too many attempts. Try again in ${Math.ceil(retryAfterSeconds / 60)} minutes.`,
      { retryAfterSeconds },
    );
  }
}

/** The table keeps no addresses of people, only how often each was tried. */
function digest(person: string): string {
  return createHash('sha256').update(person).digest('base64url');
}

import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';

/** Whoever gives or takes places of this owner waits for whoever did before, until the transaction ends. */
export async function holdPlaces(tx: Tx, ownerId: string): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${ownerId}::text, 0))::text`;
}

/**
 * The lowest free place among those that an owner has for things of one kind; the places have to be held. A unique
 * index would refuse a place that is taken anyway. Throws LIMIT_REACHED.
 */
export async function freePlace(
  limit: number,
  taken: () => Promise<readonly { readonly slot: number | null }[]>,
  message: string,
): Promise<number> {
  const slots = new Set((await taken()).map(({ slot }) => slot));
  for (let place = 1; place <= limit; place += 1) {
    if (!slots.has(place)) return place;
  }
  throw new DomainError('LIMIT_REACHED', message, { limit });
}

import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';

/**
 * The lowest free place among those that an owner has for things of one kind. Whoever looks for one waits for whoever
 * did before, until the transaction ends; a unique index would refuse the place anyway. Throws LIMIT_REACHED.
 */
export async function freePlace(
  tx: Tx,
  ownerId: string,
  limit: number,
  taken: () => Promise<readonly { readonly slot: number | null }[]>,
  message: string,
): Promise<number> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${ownerId}::text, 0))::text`;
  const slots = new Set((await taken()).map(({ slot }) => slot));
  for (let place = 1; place <= limit; place += 1) {
    if (!slots.has(place)) return place;
  }
  throw new DomainError('LIMIT_REACHED', message, { limit });
}

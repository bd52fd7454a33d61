import { DomainError } from '../errors.js';

/**
 * The lowest free place among those that an owner has for things of one kind; the owner's gate has to be closed. A unique
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

import { closeGate } from '../db/gate.js';
import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';

interface Owner {
  /** Its id, or another name of the gate that whoever wants a place goes through. */
  readonly gate: string;
  /** How many things of one kind it can have. */
  readonly limit: number;
  readonly taken: () => Promise<readonly { readonly slot: number | null }[]>;
  /** What to do when there is no place. */
  readonly message: string;
}

/**
 * The lowest free place among those that an owner has, which nobody else takes until the transaction ends: whoever wants
 * one waits for whoever did before, unless all are taken anyway. A unique index would refuse a place that is taken.
 * Throws LIMIT_REACHED.
 */
export async function takePlace(tx: Tx, owner: Owner): Promise<number> {
  await freePlace(owner);
  await closeGate(tx, owner.gate);
  return freePlace(owner);
}

async function freePlace({ limit, taken, message }: Owner): Promise<number> {
  const slots = new Set((await taken()).map(({ slot }) => slot));
  for (let place = 1; place <= limit; place += 1) {
    if (!slots.has(place)) return place;
  }
  throw new DomainError('LIMIT_REACHED', message, { limit });
}

import { DomainError } from '../errors.js';
import type { BadValue, CellReason } from './field-values.js';

/** More would not help anybody who mends them. */
const MOST_SHOWN = 100;

interface CellProblem {
  /** Which row of those given, from 0. */
  readonly row: number;
  readonly field: string;
  readonly reason: CellReason;
  readonly message: string;
}

/** The cells that cannot hold what they were given: all are counted, the first hundred kept. */
export class CellProblems {
  readonly shown: CellProblem[] = [];
  readonly #seen = new Set<string>();
  count = 0;

  add(row: number, field: string, { reason, message }: BadValue): void {
    this.count += 1;
    this.#seen.add(`${row} ${field}`);
    if (this.shown.length < MOST_SHOWN) this.shown.push({ row, field, reason, message });
  }

  has(row: number, field: string): boolean {
    return this.#seen.has(`${row} ${field}`);
  }

  /** Whether as many are known as are shown. */
  get isFull(): boolean {
    return this.count >= MOST_SHOWN;
  }

  /** Throws INVALID_CELLS if there is any. */
  assertNone(): void {
    const [first] = this.shown;
    if (!first) return;
    throw new DomainError(
      'INVALID_CELLS',
      `${this.count === 1 ? 'One cell' : `${this.count} cells`} cannot hold the value given, so nothing was written. ` +
        `First: row ${first.row}, field ${first.field}: ${first.message}`,
      { count: this.count, cells: this.shown },
    );
  }
}

export type AccessOutcome = 'ALWAYS' | 'NEVER' | 'DEPENDS';

/** What a cell of the access matrix says. */
export interface AccessCell {
  readonly outcome: AccessOutcome;
  /** On what it depends, in a few words each; empty unless it does. */
  readonly on: readonly string[];
}

export const ALWAYS: AccessCell = { outcome: 'ALWAYS', on: [] };
export const NEVER: AccessCell = { outcome: 'NEVER', on: [] };

export function depends(...on: readonly string[]): AccessCell {
  return { outcome: 'DEPENDS', on: [...new Set(on)] };
}

/** All of them are needed. */
export function all(...cells: readonly AccessCell[]): AccessCell {
  if (cells.some(({ outcome }) => outcome === 'NEVER')) return NEVER;
  const on = cells.flatMap((cell) => cell.on);
  return on.length > 0 ? depends(...on) : ALWAYS;
}

/** One of them is enough. */
export function any(...cells: readonly AccessCell[]): AccessCell {
  if (cells.some(({ outcome }) => outcome === 'ALWAYS')) return ALWAYS;
  const on = cells.flatMap((cell) => cell.on);
  return on.length > 0 ? depends(...on) : NEVER;
}

/** One of them applies, by the case that its words name: what differs from case to case depends on it. */
export function leading(
  cases: readonly (readonly [words: string | undefined, cell: AccessCell])[],
): AccessCell {
  const [[, first] = [undefined, NEVER]] = cases;
  const outcomes = new Set(cases.map(([, { outcome }]) => outcome));
  if (outcomes.size === 1 && first.outcome !== 'DEPENDS') return first;
  const on = cases.flatMap(([words, cell]) =>
    cell.outcome === 'ALWAYS' && words !== undefined ? [words] : cell.on,
  );
  return depends(...on);
}

export function isSame(one: AccessCell, other: AccessCell): boolean {
  return one.outcome === other.outcome && one.on.join() === other.on.join();
}

import type { Tx } from '../db/scoped.js';
import type { CellProblems } from './cell-problems.js';
import {
  BadValue,
  parseValue,
  showValue,
  type Field,
  type Stored,
  type StoredValues,
} from './field-values.js';

/** What somebody wants in the cells of a row, by the key of the field. */
export type Cells = Readonly<Record<string, unknown>>;

/** The values of a row's cells, by slot; an emptied cell is null. */
export type Parsed = Map<number, Stored | null>;

/** Parses the cells of one row. */
export function parseCells(
  fields: readonly Field[],
  cells: Cells,
  row: number,
  problems: CellProblems,
): Parsed {
  const known = new Map(fields.map((field) => [field.key, field]));
  const parsed = new Map() as Parsed;
  for (const [key, input] of Object.entries(cells)) {
    const field = known.get(key);
    if (!field) {
      problems.add(row, key, new BadValue('UNKNOWN_FIELD', 'The dataset has no such field.'));
      continue;
    }
    const value = parseValue(field, input);
    if (value instanceof BadValue) problems.add(row, key, value);
    else parsed.set(field.slot, value);
  }
  return parsed;
}

/** The values of a new row: what was given, and defaults. */
export function completed(
  fields: readonly Field[],
  parsed: Readonly<Parsed>,
  row: number,
  problems: CellProblems,
): StoredValues {
  const values: Record<number, Stored> = {};
  for (const field of fields) {
    const given = parsed.get(field.slot);
    const value = given === undefined ? field.defaultValue : given;
    if (value !== null) values[field.slot] = value;
    else requireFilled(field, row, problems);
  }
  return values;
}

/** Notes that a cell is empty which must not be. */
function requireFilled({ isRequired, key }: Field, row: number, problems: CellProblems): void {
  // A cell that was refused already is not missing, too.
  if (isRequired && !problems.has(row, key)) {
    problems.add(row, key, new BadValue('REQUIRED', 'Fill it in.'));
  }
}

/** Notes which of these cells, emptied by an edit, must not be empty. */
export function requireKept(
  fields: readonly Field[],
  parsed: Readonly<Parsed>,
  row: number,
  problems: CellProblems,
): void {
  for (const field of fields) {
    if (parsed.get(field.slot) === null) requireFilled(field, row, problems);
  }
}

export function merge(before: StoredValues, parsed: Readonly<Parsed>): StoredValues {
  const kept = Object.entries(before).filter(([slot]) => !parsed.has(Number(slot)));
  const given = [...parsed].filter((entry): entry is [number, Stored] => entry[1] !== null);
  return Object.fromEntries([...kept, ...given]);
}

export function same(before: StoredValues, after: StoredValues): boolean {
  const slots = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...slots].every((slot) => before[slot] === after[slot]);
}

/** Finds cells that name nobody of the account, with one look-up. */
export async function checkPeople<Row extends { readonly values: StoredValues }>(
  tx: Pick<Tx, 'user'>,
  fields: readonly Field[],
  rows: readonly Row[],
  problems: CellProblems,
  numberOf: (row: Row, at: number) => number = (_row, at) => at,
): Promise<void> {
  const ofPeople = fields.filter(({ type }) => type === 'USER');
  const named = rows.flatMap((row, at) =>
    ofPeople.flatMap(({ slot, key }) => {
      const id = row.values[slot];
      return typeof id === 'string' ? [{ id, row: numberOf(row, at), key }] : [];
    }),
  );
  if (named.length === 0) return;
  const people = await tx.user.findMany({
    where: { id: { in: [...new Set(named.map(({ id }) => id))] }, removedAt: null },
    select: { id: true },
  });
  const known = new Set(people.map(({ id }) => id));
  for (const { id, row, key } of named) {
    if (!known.has(id)) {
      problems.add(
        row,
        key,
        new BadValue('NOT_A_USER', 'Give the id of a person of this account.'),
      );
    }
  }
}

/** The values of a row as the API shows them: every field by its key, null where the cell is empty. */
export function showValues(
  fields: readonly Field[],
  values: StoredValues,
): Record<string, Stored | null> {
  return Object.fromEntries(
    fields.map((field) => {
      const stored = values[field.slot];
      return [field.key, stored === undefined ? null : showValue(field, stored)];
    }),
  );
}

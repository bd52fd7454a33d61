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
export type Parsed = Map<string, Stored | null>;

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
    else parsed.set(String(field.slot), value);
  }
  return parsed;
}

/** The values of a new row: what was given, and defaults. */
export function completed(
  fields: readonly Field[],
  parsed: ReadonlyMap<string, Stored | null>,
  row: number,
  problems: CellProblems,
): StoredValues {
  const all = new Map(parsed);
  for (const { slot, defaultValue } of fields) {
    if (!all.has(String(slot)) && defaultValue !== null) all.set(String(slot), defaultValue);
  }
  requireFilled(fields, all, row, problems);
  return merge({}, all);
}

export function requireFilled(
  fields: readonly Field[],
  parsed: ReadonlyMap<string, Stored | null>,
  row: number,
  problems: CellProblems,
): void {
  for (const { isRequired, slot, key } of fields) {
    // A cell that was refused already is not missing, too.
    if (isRequired && (parsed.get(String(slot)) ?? null) === null && !problems.has(row, key)) {
      problems.add(row, key, new BadValue('REQUIRED', 'Fill it in.'));
    }
  }
}

export function merge(
  before: StoredValues,
  parsed: ReadonlyMap<string, Stored | null>,
): StoredValues {
  const values = new Map<string, Stored | null>([...Object.entries(before), ...parsed]);
  return Object.fromEntries(
    [...values].filter((entry): entry is [string, Stored] => entry[1] !== null),
  );
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

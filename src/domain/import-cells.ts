import type { Tx } from '../db/scoped.js';
import type { RawCell } from '../files/sheet.js';
import type { CellProblems } from './cell-problems.js';
import { BadValue, parseValue, type Field } from './field-values.js';
import { encodeId } from './ids.js';
import type { MappedColumn } from './import-columns.js';
import type { ReadRow, StagedRow } from './import-run.js';
import type { Parsed } from './row-cells.js';

/** Reads the cells of a file's rows as values of their fields; a person may be named by the e-mail address. */
export async function readCells(
  tx: Pick<Tx, 'user'>,
  mapped: readonly MappedColumn[],
  rows: readonly StagedRow[],
  problems: CellProblems,
): Promise<ReadRow[]> {
  const people = await findPeople(tx, mapped, rows);
  return rows.map(({ number, cells }) => {
    const parsed: Parsed = new Map();
    for (const [at, { field }] of mapped.entries()) {
      if (!field) continue;
      const value = parseValue(field, inputOf(field, cells[at] ?? null, people));
      if (value instanceof BadValue) problems.add(number, field.key, value);
      else parsed.set(field.slot, value);
    }
    return { number, parsed };
  });
}

/** A workbook knows numbers and yes or no where a field wants text. */
function inputOf(
  { type }: Field,
  cell: RawCell,
  people: ReadonlyMap<string, string>,
): RawCell | undefined {
  if (cell === null || type === 'BOOLEAN') return cell;
  if (type === 'NUMBER') return typeof cell === 'number' ? asShown(cell) : cell;
  const text = String(cell);
  if (type === 'DATE' && /^\d{4}-\d\d-\d\dT00:00:00\.000Z$/.test(text)) return text.slice(0, 10);
  return type === 'USER' ? (people.get(addressOf(text)) ?? text) : text;
}

/** Excel reckons with a digit or two more than the 15 that it shows: 1.1 × 3 is 3.3000000000000003 in its file. */
function asShown(number: number): number {
  return Number.isInteger(number) ? number : Number(number.toPrecision(15));
}

async function findPeople(
  tx: Pick<Tx, 'user'>,
  mapped: readonly MappedColumn[],
  rows: readonly StagedRow[],
): Promise<Map<string, string>> {
  const columns = mapped.flatMap(({ field }, at) => (field?.type === 'USER' ? [at] : []));
  const named = rows.flatMap(({ cells }) =>
    columns.map((at) => addressOf(String(cells[at] ?? ''))),
  );
  const addresses = [...new Set(named)].filter((each) => each.includes('@'));
  if (addresses.length === 0) return new Map();
  const users = await tx.user.findMany({
    where: { email: { in: addresses }, removedAt: null },
    select: { id: true, email: true },
  });
  return new Map(users.map(({ id, email }) => [email, encodeId('User', id)]));
}

function addressOf(text: string): string {
  return text.trim().toLowerCase();
}

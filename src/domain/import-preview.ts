import type { Tx } from '../db/scoped.js';
import { CellProblems } from './cell-problems.js';
import type { Field, Stored } from './field-values.js';
import { readCells } from './import-cells.js';
import { mapColumns, type ColumnChoice } from './import-columns.js';
import { staged, type StagedRow } from './import-run.js';
import { completed, showValues } from './row-cells.js';

const SHOWN = 20;

export interface PreviewColumn {
  readonly column: string;
  readonly field: string | null;
  readonly isUnknown: boolean;
}

export interface PreviewRow {
  readonly number: number;
  readonly values: Record<string, Stored | null>;
  readonly problems: readonly { field: string; reason: string; message: string }[];
}

export interface Preview {
  readonly columns: readonly PreviewColumn[];
  readonly rows: readonly PreviewRow[];
}

async function firstRows(tx: Pick<Tx, '$queryRaw'>, id: string): Promise<StagedRow[]> {
  const rows: StagedRow[] = [];
  for (let next = await staged(tx, id, 0); next.length > 0 && rows.length < SHOWN;) {
    rows.push(...next);
    next = await staged(tx, id, rows.length);
  }
  return rows.slice(0, SHOWN);
}

/** The first rows of a file as they would come in, and what keeps them from it. Throws INVALID_INPUT. */
export async function previewImport(
  tx: Pick<Tx, '$queryRaw' | 'user'>,
  id: string,
  fields: readonly Field[],
  columns: readonly string[],
  choices: readonly ColumnChoice[],
): Promise<Preview> {
  const mapped = mapColumns(fields, columns, choices);
  const problems = new CellProblems();
  const read = await readCells(tx, mapped, await firstRows(tx, id), problems);
  return {
    columns: mapped.map(({ column, field, design, skip }) => ({
      column,
      field: field?.key ?? null,
      isUnknown: !field && !design && !skip,
    })),
    rows: read.map(({ number, parsed }) => {
      const values = showValues(fields, completed(fields, parsed, number, problems));
      return { number, values, problems: problems.shown.filter(({ row }) => row === number) };
    }),
  };
}

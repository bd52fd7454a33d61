import writeXlsxFile, { type Row } from 'write-excel-file/node';

import { invalidFile } from './sheet.js';
import { serve, task } from './thread.js';
import { xlsxCell } from './xlsx-cells.js';
import type { XlsxColumn, XlsxRow } from './xlsx-writer.js';

interface Task {
  readonly columns: readonly XlsxColumn[];
  readonly file: string;
}

/** Excel takes a workbook with a longer text for a broken one. */
const LONGEST_TEXT = 32_767;

const { columns, file } = task() as Task;
const rows: Row[] = [columns.map(({ name }) => xlsxCell('text', name))];

serve(async (question) => {
  if (Array.isArray(question)) {
    for (const row of question as readonly XlsxRow[]) rows.push(rowOf(row));
    return undefined;
  }
  await writeXlsxFile(rows, { stickyRowsCount: 1 }).toFile(file);
  return undefined;
});

function rowOf(row: XlsxRow): Row {
  return columns.map(({ name, type }, at) => {
    const value = row[at] ?? null;
    if (typeof value === 'string' && value.length > LONGEST_TEXT) throw tooLong(name);
    return xlsxCell(type, value);
  });
}

function tooLong(column: string): Error {
  return invalidFile(
    'TOO_LARGE',
    `A text in the column “${column}”, row ${rows.length + 1}, is longer than Excel allows. Choose CSV instead.`,
    { column, row: rows.length + 1, most: LONGEST_TEXT },
  );
}

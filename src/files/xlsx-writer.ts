import { invalidFile, MOST_ROWS_OF_WORKBOOK, tooManyRows } from './sheet.js';
import { FileWorker } from './worker.js';

export interface XlsxColumn {
  readonly name: string;
  readonly type: 'text' | 'number' | 'boolean' | 'date' | 'dateTime';
}

export type XlsxCell = string | boolean | null;

export type XlsxRow = readonly XlsxCell[];

/** So that no batch keeps the main thread busy for long. */
const MOST_CELLS_OF_BATCH = 4000;

/** What the thread has to hold until it writes. */
const MOST_CELLS = 4_000_000;
const MOST_CHARACTERS = 100_000_000;

/** A workbook with one sheet; nothing is written before the last row is there. It is made in a thread of its own. */
export async function writeXlsx(
  columns: readonly XlsxColumn[],
  batches: AsyncIterable<readonly XlsxRow[]>,
  file: string,
): Promise<void> {
  const worker = await FileWorker.start(new URL('xlsx-write-worker.ts', import.meta.url), {
    columns,
    file,
  });
  try {
    const size = Math.max(1, Math.floor(MOST_CELLS_OF_BATCH / Math.max(1, columns.length)));
    let rows = 0;
    let characters = 0;
    for await (const batch of batches) {
      rows += batch.length;
      characters += lengthOf(batch);
      if (rows > MOST_ROWS_OF_WORKBOOK) throw tooManyRows();
      if (rows * columns.length > MOST_CELLS || characters > MOST_CHARACTERS) throw tooMuch();
      for (let at = 0; at < batch.length; at += size) await worker.ask(batch.slice(at, at + size));
    }
    await worker.ask('end');
  } finally {
    await worker.stop();
  }
}

function lengthOf(batch: readonly XlsxRow[]): number {
  let length = 0;
  for (const row of batch) {
    for (const cell of row) if (typeof cell === 'string') length += cell.length;
  }
  return length;
}

function tooMuch(): Error {
  return invalidFile('TOO_LARGE', 'This is too much for an Excel workbook. Choose CSV instead.');
}

import { columnsOf, invalidFile, type RawRow, type Sheet } from './sheet.js';
import { FileWorker } from './worker.js';

/** The first sheet of a workbook. It is parsed as a whole, in a thread of its own; the rows come when asked for. */
export async function readXlsx(file: string): Promise<Sheet> {
  const rows = batches(file);
  const { value: header } = await rows.next();
  try {
    if (!header?.[0]) throw invalidFile('EMPTY', 'The first sheet of the workbook is empty.');
    return { columns: columnsOf(header[0]), rows, detected: { format: 'XLSX' } };
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

/** First the header alone, then the rows. */
async function* batches(file: string): AsyncGenerator<readonly RawRow[], undefined> {
  const worker = await FileWorker.start(new URL('xlsx-read-worker.ts', import.meta.url), file);
  try {
    for (;;) {
      const rows = (await worker.ask('next')) as readonly RawRow[];
      if (rows.length === 0) return undefined;
      yield rows;
    }
  } finally {
    await worker.stop();
  }
}

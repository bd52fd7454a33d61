import { Records } from './csv-records.js';
import { detectDelimiter } from './delimiter.js';
import { columnsOf, invalidFile, type RawRow, type Sheet } from './sheet.js';
import { Text } from './text.js';

/** Resolves when the header is known; the rows are parsed as they are asked for. */
export async function readCsv(bytes: AsyncIterable<Uint8Array>): Promise<Sheet> {
  const text = new Text(bytes);
  const pieces = text[Symbol.asyncIterator]();
  const first = await pieces.next();
  const head = first.done ? '' : first.value;
  const delimiter = detectDelimiter(head);
  const rows = batches(head, pieces, delimiter);
  const { value: header } = await rows.next();
  try {
    if (!header?.[0]) throw invalidFile('EMPTY', 'The file is empty: it has not even a header.');
    const detected = {
      format: 'CSV' as const,
      delimiter,
      get encoding() {
        return text.encoding;
      },
    };
    return { columns: columnsOf(header[0]), rows, detected };
  } catch (error) {
    await rows.return(undefined);
    throw error;
  }
}

/** First the header alone, then the rows. */
async function* batches(
  head: string,
  pieces: AsyncGenerator<string>,
  delimiter: string,
): AsyncGenerator<readonly RawRow[], undefined> {
  const records = new Records(delimiter);
  try {
    yield* records.add(head);
    for await (const piece of pieces) yield* records.add(piece);
    yield* records.finish();
    return undefined;
  } finally {
    records.destroy();
    await pieces.return(undefined);
  }
}

import { DomainError } from '../../src/errors.js';
import { readCsv } from '../../src/files/csv-reader.js';
import type { RawRow, Sheet } from '../../src/files/sheet.js';

/** The bytes in chunks of this size. */
export async function* chunks(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function rowsOf(sheet: Sheet): Promise<readonly RawRow[]> {
  const rows: RawRow[] = [];
  for await (const batch of sheet.rows) rows.push(...batch);
  return rows;
}

export async function readText(text: string | Uint8Array, size?: number) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const sheet = await readCsv(chunks(bytes, size));
  return { columns: sheet.columns, rows: await rowsOf(sheet), ...sheet.detected };
}

/** The extensions of the refusal that comes of it. */
export async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => new Error('nothing is refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new TypeError('what is thrown is no error');
  return error instanceof DomainError ? error.extensions : error.message;
}

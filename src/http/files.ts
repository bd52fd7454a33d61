import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { readCsv } from '../files/csv-reader.js';
import { invalidFile, type RawCell, type RawRow, type Sheet } from '../files/sheet.js';
import { readXlsx } from '../files/xlsx-reader.js';

const LARGEST_FILE = 1_000_000_000;
const LARGEST_WORKBOOK = 50_000_000;
/** The first bytes of every zip archive, and so of every workbook. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Reads a file as it comes in: a workbook after it was put aside, everything else at once, as CSV. */
export async function readFile(body: ReadableStream<Uint8Array> | null): Promise<Sheet> {
  const chunks = limited(body ?? new Blob([]).stream(), LARGEST_FILE, '1 GB');
  const head = await firstBytes(chunks);
  const whole = joined(head, chunks);
  const isZip = ZIP.every((byte, at) => head[at] === byte);
  return isZip ? readPutAside(limited(whole, LARGEST_WORKBOOK, '50 MB')) : readCsv(whole);
}

async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
  inWords: string,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > most) throw invalidFile('TOO_LARGE', `The file is larger than ${inWords}.`);
    yield chunk;
  }
}

async function firstBytes(chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array();
  while (head.length < ZIP.length) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* joined(
  head: Uint8Array,
  chunks: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield head;
  yield* chunks;
}

/** A workbook's table of contents stands at its end, so it is read from a file, which goes when it is read. */
async function readPutAside(bytes: AsyncIterable<Uint8Array>): Promise<Sheet> {
  const folder = await scratchFolder();
  try {
    const file = path.join(folder.path, 'import.xlsx');
    await pipeline(Readable.from(bytes), createWriteStream(file));
    const { rows, ...sheet } = await readXlsx(file);
    return { ...sheet, rows: endingWith(storable(sheet.columns, rows), folder.remove) };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** A workbook can have characters escaped that XML cannot hold, and no database either. */
async function* storable(columns: RawRow, rows: Sheet['rows']): AsyncGenerator<readonly RawRow[]> {
  if (columns.some(isBroken)) throw notStorable(0);
  let before = 0;
  for await (const batch of rows) {
    const broken = batch.findIndex((row) => row.some(isBroken));
    if (broken !== -1) throw notStorable(before + broken + 1);
    before += batch.length;
    yield batch;
  }
}

function isBroken(cell: RawCell): boolean {
  return typeof cell === 'string' && (cell.includes('\0') || !cell.isWellFormed());
}

/** Of a row counted from the header, which is 0. */
function notStorable(row: number): Error {
  const where = row === 0 ? 'The header' : `Row ${row}`;
  const message = `${where} holds NUL or a broken character. Leave it out.`;
  return invalidFile('NOT_STORABLE', message, { row });
}

/** A new folder that nobody else looks into. */
export async function scratchFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'fieldgate-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function* endingWith<T>(items: AsyncIterable<T>, end: () => Promise<void>) {
  try {
    yield* items;
  } finally {
    await end();
  }
}

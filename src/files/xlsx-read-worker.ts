import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';

import { readSheet } from 'read-excel-file/node';

import { DomainError } from '../errors.js';
import {
  isEmptyRow,
  MOST_COLUMNS,
  MOST_ROWS_OF_BATCH,
  MOST_ROWS_OF_WORKBOOK,
  type RawCell,
  type RawRow,
  tooManyRows,
} from './sheet.js';
import { serve, task } from './thread.js';
import { checkedAddresses } from './xlsx-addresses.js';
import { notXlsx, tooLarge, unpacked } from './zip.js';

/** So that no batch keeps the main thread busy for long. */
const MOST_CELLS_OF_BATCH = 4000;

const batches = read(String(task()));

serve(async () => {
  const { value } = await batches.next();
  return value ?? [];
});

async function* read(file: string): AsyncGenerator<readonly RawRow[], undefined> {
  const cells = await parse(file);
  const rows = cells.map((row) => row.map(rawCell)).filter((row) => !isEmptyRow(row));
  if (rows.length - 1 > MOST_ROWS_OF_WORKBOOK) throw tooManyRows();
  const width = rows[0]?.length ?? 1;
  yield rows.slice(0, 1);
  if (width > MOST_COLUMNS) return undefined;
  const size = Math.min(MOST_ROWS_OF_BATCH, Math.floor(MOST_CELLS_OF_BATCH / width));
  for (let at = 1; at < rows.length; at += size) yield rows.slice(at, at + size);
  return undefined;
}

async function parse(name: string): Promise<readonly (readonly unknown[])[]> {
  const file = await open(name);
  try {
    const archive = Readable.from(checkedAddresses(unpacked(file)), { objectMode: false });
    return await readSheet(archive, { trim: false });
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (error instanceof RangeError) throw tooLarge('The workbook holds too much text.');
    throw notXlsx();
  } finally {
    await file.close();
  }
}

function rawCell(value: unknown): RawCell {
  if (value instanceof Date) return isoOf(value);
  return value === '' ? null : (value as RawCell);
}

/** A workbook counts in parts of days, which come out a little short of the whole second. */
function isoOf(date: Date): string | null {
  const time = date.getTime();
  // Excel itself shows nothing but ##### for a number that is no date.
  if (Number.isNaN(time)) return null;
  const isShort = (time + 1) % 1000 === 0;
  return new Date(isShort ? time + 1 : time).toISOString().replace(/T00:00:00\.000Z$/, '');
}

import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';

import { invalidFile } from './sheet.js';

const MOST_BYTES = 50 * 1000 * 1000;
const MOST_BYTES_UNPACKED = 200 * 1000 * 1000;
const MOST_TIMES_UNPACKED = 200;
const MOST_ENTRIES = 10_000;
const BLOCK = 64 * 1024;

/** Signatures and fixed lengths of the records (APPNOTE.TXT 4.3). */
const LOCAL = { signature: 0x04034b50, length: 30 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
const END_64_LOCATOR = { signature: 0x07064b50, length: 20 };
const END_64 = { signature: 0x06064b50, length: 56 };
const LONGEST_COMMENT = 0xffff;

const ENCRYPTED = 1;
const UTF8_NAME = 0x800;
const STORED = 0;
const DEFLATED = 8;
const ZIP64 = 0x0001;
const IN_ZIP64 = 0xffffffff;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The parts of a workbook as an archive without compression, after its own directory: what that does not say, or
 * says falsely, is not unpacked. So nobody after this has to fear an archive that is small only from outside.
 */
export async function* unpacked(file: FileHandle): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  if (size > MOST_BYTES) throw tooLarge('The file is larger than 50 MB.');
  const entries = await directory(file, size);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > MOST_BYTES_UNPACKED || total > size * MOST_TIMES_UNPACKED) {
    throw tooLarge('The workbook is too large when it is unpacked.');
  }
  for (const entry of entries) {
    if (entry.size > 0 && /\.(xml|rels)$/i.test(entry.name)) yield* contentOf(file, entry);
  }
  yield record(END, []);
}

/** Excel’s older format and encrypted workbooks are no archives; there is nothing to tell them apart by here. */
export function notXlsx(): Error {
  return invalidFile(
    'NOT_XLSX',
    'This is no Excel workbook that can be read. Save it as XLSX without a password, or as CSV.',
  );
}

export function tooLarge(what: string): Error {
  return invalidFile('TOO_LARGE', `${what} Choose CSV instead, or several smaller files.`);
}

async function* contentOf(file: FileHandle, entry: Entry): AsyncGenerator<Buffer> {
  const head = await read(file, entry.offset, LOCAL.length);
  if (head.readUInt32LE(0) !== LOCAL.signature) throw notXlsx();
  const start = entry.offset + LOCAL.length + head.readUInt16LE(26) + head.readUInt16LE(28);
  const name = Buffer.from(entry.name);
  yield record(LOCAL, [
    [6, 2, UTF8_NAME],
    [8, 2, STORED],
    [18, 4, entry.size],
    [22, 4, entry.size],
    [26, 2, name.length],
  ]);
  yield name;
  let size = 0;
  for await (const chunk of plain(file, entry, start)) {
    size += chunk.length;
    if (size > entry.size) throw tooLarge('The workbook is larger than it says.');
    yield chunk;
  }
  if (size < entry.size) throw notXlsx();
}

function plain(file: FileHandle, entry: Entry, start: number): AsyncIterable<Buffer> {
  const packed = blocks(file, start, start + entry.packed);
  if (entry.method === STORED) return packed;
  // Who reads from the last stream gets the error of any.
  return pipeline(packed, createInflateRaw(), () => undefined);
}

async function* blocks(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; at += BLOCK) yield await read(file, at, Math.min(BLOCK, end - at));
}

async function directory(file: FileHandle, size: number): Promise<readonly Entry[]> {
  const { offset, length, count } = await endOfDirectory(file, size);
  if (count > MOST_ENTRIES || offset + length > size) throw notXlsx();
  const bytes = await read(file, offset, length);
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + CENTRAL.length > length || bytes.readUInt32LE(at) !== CENTRAL.signature) {
      throw notXlsx();
    }
    const nameEnd = at + CENTRAL.length + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    entries.push({
      name: bytes.toString('utf8', at + CENTRAL.length, nameEnd),
      method: bytes.readUInt16LE(at + 10),
      ...sizes(bytes.subarray(at, extraEnd), bytes.subarray(nameEnd, extraEnd)),
    });
    if (!isReadable(entries.at(-1), bytes.readUInt16LE(at + 8))) throw notXlsx();
    at = extraEnd + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function isReadable(entry: Entry | undefined, flags: number): boolean {
  const isPlain = (flags & ENCRYPTED) === 0;
  return isPlain && (entry?.method === STORED || entry?.method === DEFLATED);
}

/** Some writers put them into the extra field whether they need the room or not. */
function sizes(entry: Buffer, extra: Buffer): Pick<Entry, 'size' | 'packed' | 'offset'> {
  const wide = zip64Field(extra);
  let at = 0;
  const value = (position: number) => {
    const narrow = entry.readUInt32LE(position);
    if (narrow !== IN_ZIP64) return narrow;
    if (at + 8 > wide.length) throw notXlsx();
    at += 8;
    return Number(wide.readBigUInt64LE(at - 8));
  };
  return { size: value(24), packed: value(20), offset: value(42) };
}

function zip64Field(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === ZIP64) {
      return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    }
  }
  return Buffer.alloc(0);
}

async function endOfDirectory(
  file: FileHandle,
  size: number,
): Promise<{ offset: number; length: number; count: number }> {
  const start = Math.max(0, size - END.length - LONGEST_COMMENT - END_64_LOCATOR.length);
  const tail = await read(file, start, size - start);
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END.signature);
  const at = tail.lastIndexOf(signature);
  if (at === -1 || at + END.length > tail.length) throw notXlsx();
  const end = {
    count: tail.readUInt16LE(at + 10),
    length: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  const locator = at - END_64_LOCATOR.length;
  if (locator < 0 || tail.readUInt32LE(locator) !== END_64_LOCATOR.signature) return end;
  const wide = await read(file, Number(tail.readBigUInt64LE(locator + 8)), END_64.length);
  if (wide.readUInt32LE(0) !== END_64.signature) throw notXlsx();
  return {
    count: Number(wide.readBigUInt64LE(32)),
    length: Number(wide.readBigUInt64LE(40)),
    offset: Number(wide.readBigUInt64LE(48)),
  };
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position > MOST_BYTES || length > MOST_BYTES) throw notXlsx();
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw notXlsx();
  return buffer;
}

function record(
  { signature, length }: { readonly signature: number; readonly length: number },
  fields: readonly (readonly [position: number, bytes: number, value: number])[],
): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(signature);
  for (const [position, width, value] of fields) bytes.writeUIntLE(value, position, width);
  return bytes;
}

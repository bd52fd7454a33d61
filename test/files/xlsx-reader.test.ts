import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, expect, test } from 'vitest';

import type { Sheet } from '../../src/files/sheet.js';
import { readXlsx } from '../../src/files/xlsx-reader.js';
import { archive, type Part, workbook } from './archive.js';
import { refusalOf, rowsOf } from './reading.js';

const folder = mkdtempSync(path.join(tmpdir(), 'files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(bytes: Buffer): Promise<Sheet> {
  const file = path.join(folder, randomBytes(8).toString('hex'));
  writeFileSync(file, bytes);
  return readXlsx(file);
}

const text = (address: string, value: string) =>
  `<c r="${address}" t="inlineStr"><is><t>${value}</t></is></c>`;
const header = `<row r="1">${text('A1', ' id ')}${text('B1', 'name')}</row>`;
const sheetOf = (rows: string, others?: readonly Part[]) => archive(workbook(rows, others));
const columnName = (at: number) =>
  String.fromCodePoint(64 + Math.ceil(at / 26), 65 + ((at - 1) % 26));

test('cells come with their types, formulas with the value they had, dates in ISO 8601', async () => {
  const cells = [
    text('A3', ' = שלום 😀 '),
    '<c r="B3"><v>-12.5</v></c><c r="C3" t="b"><v>1</v></c><c r="D3" s="1"><v>46347</v></c>',
    '<c r="E3" s="2"><v>46347.4166666667</v></c><c r="F3" t="str"><f>A1&amp;"x"</f><v>ax</v></c>',
    '<c r="G3"><f>1+1</f><v>2</v></c><c r="H3" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
  ];
  const names = [...'ABCDEFGH'].map((name) => text(`${name}1`, name));
  const sheet = await read(
    sheetOf(`<row r="1">${names.join('')}</row><row r="3">${cells.join('')}</row>`),
  );
  expect(sheet).toMatchObject({ columns: [...'ABCDEFGH'], detected: { format: 'XLSX' } });
  expect(await rowsOf(sheet)).toEqual([
    [' = שלום 😀 ', -12.5, true, '2026-11-21', '2026-11-21T10:00:00.000Z', 'ax', 2, null],
  ]);
});

test('a time comes with its whole second, although a workbook holds a part of a day', async () => {
  const sheet = await read(
    sheetOf(`${header}<row r="2"><c r="A2" s="2"><v>46347.83356481481</v></c></row>`),
  );
  expect(await rowsOf(sheet)).toEqual([['2026-11-21T20:00:20.000Z', null]]);
});

test('a header without rows is a sheet without rows, and empty rows are left out', async () => {
  expect(await rowsOf(await read(sheetOf(header)))).toEqual([]);
  const gaps = `<row r="2"/>${header.replaceAll('1"', '3"')}<row r="9">${text('B9', 'x')}</row>`;
  expect(await rowsOf(await read(sheetOf(gaps)))).toEqual([[null, 'x']]);
});

test('an archive may be stored, or say its sizes in the wide form', async () => {
  const parts = workbook(`${header}<row r="2">${text('A2', 'x')}</row>`);
  expect(await rowsOf(await read(archive(parts, true)))).toEqual([['x', null]]);
  const stored = archive(parts.map((part) => ({ ...part, isStored: true })));
  expect(await rowsOf(await read(stored))).toEqual([['x', null]]);
});

const long = Array.from(
  { length: 100_001 },
  (_, at) => `<row r="${at + 2}"><c r="A${at + 2}"><v>1</v></c></row>`,
);
const wide = Array.from({ length: 201 }, (_, at) => text(`${columnName(at + 1)}1`, `c${at}`));
const blank = Buffer.alloc(1_000_000, 32);

test.each<[string, () => Buffer, unknown]>([
  ['an empty file', () => Buffer.alloc(0), 'NOT_XLSX'],
  ['a CSV file', () => Buffer.from('id,name\n1,Ada\n'), 'NOT_XLSX'],
  [
    'an encrypted workbook',
    () => Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), blank]),
    'NOT_XLSX',
  ],
  [
    'an encrypted archive',
    () => archive(workbook(header).map((part) => ({ ...part, flags: 1 }))),
    'NOT_XLSX',
  ],
  [
    'an archive without a workbook',
    () => archive([{ name: 'x.xml', content: '<x/>' }]),
    'NOT_XLSX',
  ],
  ['a workbook that is cut off', () => sheetOf(header).subarray(0, -30), 'NOT_XLSX'],
  ['broken XML', () => sheetOf('<row r="1"><c r="A1"></row>'), 'NOT_XLSX'],
  [
    'a row outside of any sheet',
    () => sheetOf(`${header}<row r="99999999"><c r="A99999999"><v>1</v></c></row>`),
    'NOT_XLSX',
  ],
  [
    'a row whose number is written in entities',
    () => sheetOf(`${header}<row r="&#57;99999999"><c><v>1</v></c></row>`),
    'NOT_XLSX',
  ],
  [
    'a cell outside of any sheet',
    () => sheetOf(`${header}<row r="2"><c r="ZZZZZZ2"><v>1</v></c></row>`),
    'NOT_XLSX',
  ],
  ['an empty sheet', () => sheetOf('<row r="1"/>'), 'EMPTY'],
  ['a column without a name', () => sheetOf(`<row r="1">${text('B1', 'x')}</row>`), 'EMPTY_HEADER'],
  [
    'one name twice',
    () => sheetOf(`<row r="1">${text('A1', 'x')}${text('B1', 'X ')}</row>`),
    'DUPLICATE_HEADER',
  ],
  ['many columns', () => sheetOf(`<row r="1">${wide.join('')}</row>`), 'TOO_MANY_COLUMNS'],
  ['many rows', () => sheetOf(header + long.join('')), 'TOO_MANY_ROWS'],
  [
    'a file of more than 50 MB',
    () => Buffer.concat([sheetOf(header), Buffer.alloc(50_000_000)]),
    'TOO_LARGE',
  ],
  [
    'what unpacks to more than 200 MB',
    () =>
      sheetOf(header, [{ name: 'x.xml', content: randomBytes(1_000_000), declared: 200_000_000 }]),
    'TOO_LARGE',
  ],
  [
    'what unpacks to 200 times its size',
    () => sheetOf(header, [{ name: 'x.xml', content: blank }]),
    'TOO_LARGE',
  ],
  [
    'what unpacks to more than it says',
    () => sheetOf(header, [{ name: 'x.xml', content: blank, declared: 9 }]),
    'TOO_LARGE',
  ],
])('%s is refused', async (_, bytes, reason) => {
  expect(await refusalOf(read(bytes()))).toMatchObject({ reason });
});

test('who has too many rows is told to choose CSV', async () => {
  await expect(read(sheetOf(header + long.join('')))).rejects.toThrow(/100,000 rows.*Choose CSV/);
});

test('100,000 rows are not too many', async () => {
  const rows = await rowsOf(await read(sheetOf(header + long.slice(1).join(''))));
  expect(rows).toHaveLength(100_000);
});

test('a workbook that fills the memory is refused, and nothing else ends', async () => {
  const filling = Array.from(
    { length: 60_000 },
    (_, at) => `<row r="${at + 2}"><c r="XFD${at + 2}"><v>${at}</v></c></row>`,
  );
  expect(await refusalOf(read(sheetOf(header + filling.join(''))))).toEqual({
    reason: 'TOO_LARGE',
  });
});

test('a file that is not there is no fault of the file', async () => {
  expect(await refusalOf(readXlsx(path.join(folder, 'none')))).toContain('ENOENT');
});

test('the thread ends when the reader stops early', async () => {
  const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort');
  const before = threads().length;
  const sheet = await read(sheetOf(header + long.slice(0, 5000).join('')));
  expect(threads().length).toBeGreaterThan(before);
  for await (const batch of sheet.rows) {
    expect(batch).toHaveLength(1000);
    break;
  }
  expect(threads()).toHaveLength(before);
});

import { expect, test } from 'vitest';

import { archive, workbook } from '../files/archive.js';
import {
  addFields,
  badCellsOf,
  type Body,
  countRows,
  countStaged,
  importFile,
  lookAt,
  put,
  received,
  refusalOf,
  run,
  start,
  valuesOf,
} from '../support/transfers.js';
import { world } from '../support/world.js';

async function suppliers() {
  const all = await world();
  await addFields(all.admin, all.dataset, [
    { name: 'Name', type: 'TEXT' },
    { name: 'Price', type: 'NUMBER' },
  ]);
  return all;
}

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part as string))));

const cell = (address: string, text: string) =>
  `<c r="${address}" t="inlineStr"><is><t>${text}</t></is></c>`;
const header = `<row r="1">${cell('A1', 'Name')}${cell('B1', 'Price')}</row>`;
const xlsx = (rows: string) => bytes([...archive(workbook(rows))]);

/** An archive that is small only from outside: a sheet of 300 MB of blanks. */
function bomb(): Uint8Array<ArrayBuffer> {
  const [first, ...others] = workbook(header).toReversed();
  if (!first) throw new Error('A workbook has parts.');
  const content = Buffer.alloc(300_000_000, ' ');
  return bytes([...archive([...others, { ...first, content }])]);
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52];

/** Good rows first, so that something was taken in before the file turned out to be bad. */
const MANY = Array.from({ length: 30_000 }, (_, at) => `Part ${at},1\n`).join('');

interface Bad {
  readonly file: () => Body;
  readonly reason: string;
  readonly message: RegExp;
  readonly more?: Readonly<Record<string, unknown>>;
}

const BAD: Readonly<Record<string, Bad>> = {
  'nothing at all': {
    file: () => '',
    reason: 'EMPTY',
    message: /^The file is empty: it has not even a header\.$/,
  },
  'nothing but empty lines': { file: () => '\n , \n\n', reason: 'EMPTY', message: /is empty/ },
  'bytes that are not the UTF-8 that its mark says': {
    file: () =>
      bytes([0xef, 0xbb, 0xbf], 'Name,Price\nGröße,1\n', [0x47, 0x72, 0xf6, 0xdf, 0x65], ',2\n'),
    reason: 'UNKNOWN_ENCODING',
    message: /^Line 3 holds bytes that are not UTF-8 text\. Save the file as UTF-8\.$/,
    more: { line: 3 },
  },
  'a byte that means nothing in any encoding': {
    file: () => bytes('Name,Price\nBolt,1\n', [0x81], ',2\n'),
    reason: 'UNKNOWN_ENCODING',
    message: /^Line 3 holds bytes that are not windows-1252 text\./,
    more: { line: 3 },
  },
  'half of a surrogate pair in UTF-16': {
    file: () =>
      bytes(
        [0xff, 0xfe, ...Buffer.from('Name,Price\nA,1\nB', 'utf16le')],
        [0x00, 0xd8],
        [...Buffer.from(',2\n', 'utf16le')],
      ),
    reason: 'UNKNOWN_ENCODING',
    message: /^Line 3 holds bytes that are not UTF-16LE text\./,
    more: { line: 3 },
  },
  'a row that is too short, after 30,000 good ones': {
    file: () => `Name,Price\n${MANY}Bolt\n`,
    reason: 'RAGGED_ROW',
    message: /^The row in line 30002 has 1 cells; the header has 2\.$/,
    more: { line: 30_002, expected: 2, found: 1 },
  },
  'a row that is too long': {
    file: () => 'Name,Price\nBolt,1\nNut,2,3\n',
    reason: 'RAGGED_ROW',
    message: /^The row in line 3 has 3 cells; the header has 2\.$/,
    more: { line: 3, expected: 2, found: 3 },
  },
  'a line of 10 MB': {
    file: () => `Name,Price\n${'x'.repeat(10_000_000)},1\n`,
    reason: 'LINE_TOO_LONG',
    message: /^The row from line 2 on is longer than 1 MB/,
    more: { line: 2 },
  },
  'a quote that is never closed': {
    file: () => 'Name,Price\n"Bolt,1\nNut,2\n',
    reason: 'NOT_CSV',
    message: /^A quote in the row from line 2 on is never closed\.$/,
    more: { line: 2 },
  },
  'a header twice': {
    file: () => 'Name,Price,name\nBolt,1,x\n',
    reason: 'DUPLICATE_HEADER',
    message: /^Several columns have the same name: name\.$/,
    more: { names: ['name'] },
  },
  'a column without a name': {
    file: () => 'Name,,Price\nBolt,x,1\n',
    reason: 'EMPTY_HEADER',
    message: /^Column 2 has no name in the first row\.$/,
    more: { position: 2 },
  },
  '201 columns': {
    file: () => `${Array.from({ length: 201 }, (_, at) => `c${at}`).join(',')}\n`,
    reason: 'TOO_MANY_COLUMNS',
    message: /^The file has 201 columns; at most 200 are possible\.$/,
    more: { found: 201, most: 200 },
  },
  'a picture': {
    file: () => bytes(PNG),
    reason: 'NOT_CSV',
    message: /holds a NUL character, so this is not a text file\./,
    more: { line: 3 },
  },
  'NUL in a cell': {
    file: () => 'Name,Price\nBolt,1\nN\0ut,2\n',
    reason: 'NOT_CSV',
    message: /^Line 3 holds a NUL character/,
    more: { line: 3 },
  },
  'NUL in UTF-16': {
    file: () => bytes([0xff, 0xfe, ...Buffer.from('Name,Price\nB\0olt,1\n', 'utf16le')]),
    reason: 'NOT_CSV',
    message: /^Line 2 holds a NUL character/,
    more: { line: 2 },
  },
  'a workbook that is cut off': {
    file: () => xlsx(header).slice(0, 700),
    reason: 'NOT_XLSX',
    message: /^This is no Excel workbook that can be read\./,
  },
  'an archive of something else': {
    file: () => bytes([...archive([{ name: 'readme.txt', content: 'hello' }])]),
    reason: 'NOT_XLSX',
    message: /^This is no Excel workbook that can be read\./,
  },
  'a workbook whose XML is broken': {
    file: () => xlsx(`${header}<row r="2"><c r="A2" t="inl`),
    reason: 'NOT_XLSX',
    message: /^This is no Excel workbook that can be read\./,
  },
  'NUL in a workbook': {
    file: () => xlsx(`${header}<row r="2">${cell('A2', 'a_x0000_b')}</row>`),
    reason: 'NOT_STORABLE',
    message: /^Row 1 holds NUL or a broken character\./,
    more: { row: 1 },
  },
  'half of a surrogate pair in the header of a workbook': {
    file: () => xlsx(`<row r="1">${cell('A1', 'a_xD800_b')}</row>`),
    reason: 'NOT_STORABLE',
    message: /^The header holds NUL or a broken character\./,
    more: { row: 0 },
  },
  'an empty workbook': { file: () => xlsx(''), reason: 'EMPTY', message: /is empty\.$/ },
  'a zip bomb': { file: bomb, reason: 'TOO_LARGE', message: /^The workbook is too large/ },
  'a zip bomb that lies about its size': {
    file: () => {
      const content = Buffer.alloc(50_000_000, ' ');
      const [first, ...others] = workbook(header).toReversed();
      if (!first) throw new Error('A workbook has parts.');
      return bytes([...archive([...others, { ...first, content, declared: 5000 }])]);
    },
    reason: 'TOO_LARGE',
    message: /^The workbook is larger than it says\./,
  },
};

test.each(Object.entries(BAD))('a file with %s fails, and leaves nothing', async (_what, bad) => {
  const { admin, dataset } = await suppliers();
  const { id, url } = await start(admin, dataset);
  const { status, code, message, extensions } = await refusalOf(await put(admin, url, bad.file()));
  expect({ status, code }).toEqual({ status: 400, code: 'INVALID_FILE' });
  expect(message).toMatch(bad.message);
  expect(extensions).toEqual({ code, reason: bad.reason, ...bad.more });
  expect(await lookAt(admin, id)).toMatchObject({
    state: 'FAILED',
    failure: { code: 'INVALID_FILE', message, reason: bad.reason, ...bad.more },
    preview: null,
  });
  expect(await countStaged(id)).toBe(0);
  expect(await countRows(dataset)).toBe(0);
  expect(await run(admin, dataset, { id })).toFail('IMPORT_NOT_READY');
  const again = await refusalOf(await put(admin, url, 'Name,Price\nBolt,1\n'));
  expect(again).toMatchObject({ status: 409, code: 'IMPORT_NOT_READY' });
});

test.each<[string, () => Body]>([
  ['CSV', () => 'Name,Price\n'],
  ['XLSX', () => xlsx(header)],
])('a file with nothing but a header is imported, and brings nothing: %s', async (_as, file) => {
  const { admin, dataset } = await suppliers();
  const result = await importFile(admin, dataset, file());
  expect(result).toSucceed();
  expect(result.data?.runDatasetImport?.import).toMatchObject({
    state: 'DONE',
    rowCount: 0,
    added: 0,
  });
});

test('a formula stays the text that it is', async () => {
  const { admin, dataset } = await suppliers();
  const texts = ['=1+1', '=HYPERLINK("http://x","y")', '+41 44', '-x', '@SUM(A1)', "'=1"];
  const rows = texts.map((text) => `"${text.replaceAll('"', '""')}",1\n`).join('');
  expect(await importFile(admin, dataset, `Name,Price\n${rows}`)).toSucceed();
  const found = await valuesOf(admin, dataset);
  expect(found).toEqual(texts.map((name) => ({ name, price: '1' })));
});

test('a formula in a workbook comes with the value that it had', async () => {
  const { admin, dataset } = await suppliers();
  const row = `<row r="2">${cell('A2', '=1+1')}<c r="B2"><f>1+1</f><v>2</v></c></row>`;
  expect(await importFile(admin, dataset, xlsx(header + row))).toSucceed();
  expect(await valuesOf(admin, dataset)).toEqual([{ name: '=1+1', price: '2' }]);
});

test('a number of a workbook comes with as many digits as Excel shows, or not at all', async () => {
  const { admin, dataset } = await suppliers();
  const row = '<row r="2"><c r="B2"><f>1.1*3</f><v>3.3000000000000003</v></c></row>';
  expect(await importFile(admin, dataset, xlsx(header + row))).toSucceed();
  expect(await valuesOf(admin, dataset)).toEqual([{ name: null, price: '3.3' }]);
  const long = '<row r="2"><c r="B2"><v>1234567890123456</v></c></row>';
  const result = await importFile(admin, dataset, xlsx(header + long));
  expect(badCellsOf(result)).toMatchObject({ count: 1, cells: [{ row: 1, field: 'price' }] });
});

test('every cell that does not fit is named with its row, its field and the reason', async () => {
  const { admin, dataset } = await suppliers();
  await addFields(admin, dataset, [
    { name: 'Kind', type: 'CHOICE', choices: ['small', 'large'], isRequired: true },
    { name: 'Since', type: 'DATE' },
    { name: 'Mail', type: 'EMAIL' },
  ]);
  const job = await received(
    admin,
    dataset,
    'Name,Price,Kind,Since,Mail\n' +
      'Bolt,1,small,2026-02-28,ada@example.test\n' +
      'Nut,1.2.3,medium,2026-02-30,ada\n' +
      `${'x'.repeat(10_001)},1,,21.11.2026,\n`,
  );
  const result = await run(admin, dataset, job);
  expect(result).toFail('INVALID_CELLS');
  const { count, cells } = badCellsOf(result);
  expect(count).toBe(7);
  expect(cells.map(({ row, field, reason }) => `${row} ${field} ${reason}`)).toEqual([
    '2 price WRONG_TYPE',
    '2 kind NOT_A_CHOICE',
    '2 since WRONG_TYPE',
    '2 mail WRONG_TYPE',
    '3 name TOO_LONG',
    '3 since WRONG_TYPE',
    '3 kind REQUIRED',
  ]);
  expect(result.errors?.[0]?.message).toMatch(
    /^7 cells .* First: row 2, field price: Give a number/,
  );
  const preview = (await lookAt(admin, job.id))?.preview?.rows;
  expect(preview?.map(({ problems }) => problems.map(({ reason }) => reason))).toEqual([
    [],
    ['WRONG_TYPE', 'NOT_A_CHOICE', 'WRONG_TYPE', 'WRONG_TYPE'],
    ['TOO_LONG', 'WRONG_TYPE', 'REQUIRED'],
  ]);
  expect(await countRows(dataset)).toBe(0);
  expect(await lookAt(admin, job.id)).toMatchObject({ state: 'READY', added: 0 });
});

test('of more than a hundred bad cells all are counted, over all rows, and a hundred listed', async () => {
  const { admin, dataset } = await suppliers();
  const rows = Array.from({ length: 2500 }, (_, at) => `Part ${at},${at % 10 === 0 ? 'x' : 1}\n`);
  const result = await importFile(admin, dataset, `Name,Price\n${rows.join('')}`);
  expect(result).toFail('INVALID_CELLS');
  const { count, cells } = badCellsOf(result);
  expect(count).toBe(250);
  expect(cells.map(({ row }) => row)).toEqual(Array.from({ length: 100 }, (_, at) => at * 10 + 1));
  expect(await countRows(dataset)).toBe(0);
});

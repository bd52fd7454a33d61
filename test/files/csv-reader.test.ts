import { expect, test } from 'vitest';

import { readCsv } from '../../src/files/csv-reader.js';
import { chunks, readText, refusalOf, rowsOf } from './reading.js';

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

test('the first row is the header, and an empty cell is null', async () => {
  expect(await readText(' id ,name\r\n1,Ada\r\n2,\r\n')).toEqual({
    columns: ['id', 'name'],
    rows: [
      ['1', 'Ada'],
      ['2', null],
    ],
    format: 'CSV',
    delimiter: ',',
    encoding: 'UTF-8',
  });
});

test('a header without rows is a sheet without rows', async () => {
  expect(await readText('id,name')).toMatchObject({ columns: ['id', 'name'], rows: [] });
});

test('rows without content are left out', async () => {
  const text = '\n  \n,\nid,name\n\n1,Ada\n   \n,\n2,Bo\n\n';
  expect((await readText(text)).rows).toEqual([
    ['1', 'Ada'],
    ['2', 'Bo'],
  ]);
});

test.each([',', ';', '\t', '|'])('cells are parted by %j', async (delimiter) => {
  const text = ['name', 'price', 'note'].join(delimiter).concat(`\nAda${delimiter}1${delimiter}x`);
  expect(await readText(text)).toMatchObject({ delimiter, rows: [['Ada', '1', 'x']] });
});

test('what stands in quotes does not count as a delimiter', async () => {
  const text = 'name;price\n"a,b,c,""d",1\n'.replace('",1', '";1,5').concat('e;2,5\nf;3,5');
  expect(await readText(text)).toMatchObject({ delimiter: ';', columns: ['name', 'price'] });
});

test('a delimiter in quotes is none, not even if it is in every line', async () => {
  const text = '"a;b;c",price\n"x;y;z",1\n';
  expect(await readText(text)).toMatchObject({ delimiter: ',', columns: ['a;b;c', 'price'] });
});

test('a single column needs no delimiter', async () => {
  expect(await readText('name\nAda\nBo')).toMatchObject({ rows: [['Ada'], ['Bo']] });
});

test.each(['\n', '\r\n', '\r'])('lines end with %j', async (end) => {
  expect((await readText(`a,b${end}1,2${end}`)).rows).toEqual([['1', '2']]);
});

const difficult = `name,note\r\n"Zoë 😀","two\r\nlines, ""quoted"""\r\nשלום,${'ä'.repeat(10_000)}\r\n`;
const difficultRows = [
  ['Zoë 😀', 'two\r\nlines, "quoted"'],
  ['שלום', 'ä'.repeat(10_000)],
];

test.each([1, 2, 3, 7, 1000])('it does not matter where chunks of %i end', async (size) => {
  expect((await readText(difficult, size)).rows).toEqual(difficultRows);
  expect((await readText(utf16(difficult), size)).rows).toEqual(difficultRows);
});

test('a piece of the file may end inside of a character', async () => {
  const notes = Array.from({ length: 70_000 }, (_, at) => [String(at), '😀é']);
  const text = `id,note\n${notes.map((row) => row.join(',')).join('\n')}`;
  expect((await readText(text)).rows).toEqual(notes);
  expect((await readText(utf16(text))).rows).toEqual(notes);
});

test.each([
  ['UTF-8', Buffer.from('\ufeffid,name\n1,Zoë')],
  ['UTF-16LE', utf16('id,name\n1,Zoë')],
  ['UTF-16BE', utf16('id,name\n1,Zoë').swap16()],
  ['windows-1252', Buffer.from('id,name\n1,Zoë', 'latin1')],
])('%s is known by its first bytes', async (encoding, bytes) => {
  expect(await readText(bytes)).toMatchObject({
    encoding,
    columns: ['id', 'name'],
    rows: [['1', 'Zoë']],
  });
});

test('windows-1252 has its own characters where latin1 has controls', async () => {
  const bytes = Buffer.from('price\n\u0080 5 \u0096 \u0093x\u0094', 'latin1');
  expect((await readText(bytes)).rows).toEqual([['€ 5 – “x”']]);
});

test('a file is windows-1252 also if that comes out late', async () => {
  const bytes = Buffer.from(`name\n${'Ada\n'.repeat(50_000)}Zo\u00eb\n`, 'latin1');
  const sheet = await readText(bytes);
  expect([sheet.encoding, sheet.rows.at(-1)]).toEqual(['windows-1252', ['Zoë']]);
});

const late = Buffer.concat([
  Buffer.from(`näme\n${'Ada\n'.repeat(50_000)}`),
  Buffer.from([0xe4, 10]),
]);

test.each<[string, string | Buffer, unknown]>([
  ['an empty file', '', { reason: 'EMPTY' }],
  ['nothing but a byte order mark', '\ufeff', { reason: 'EMPTY' }],
  ['nothing but blank lines', '\r\n  \n\n', { reason: 'EMPTY' }],
  [
    'a row that is short',
    'a,b\n\n1,2\n3\n',
    { reason: 'RAGGED_ROW', line: 4, expected: 2, found: 1 },
  ],
  [
    'a row that is long',
    'a,b\n"1\r\n2",3\n4,5,6',
    { reason: 'RAGGED_ROW', line: 4, expected: 2, found: 3 },
  ],
  [
    'many columns',
    Array.from({ length: 201 }, (_, at) => `c${at}`).join(','),
    { reason: 'TOO_MANY_COLUMNS', found: 201, most: 200 },
  ],
  ['a column without a name', 'a, ,c', { reason: 'EMPTY_HEADER', position: 2 }],
  ['one name twice', 'Name,x,ｎａｍｅ', { reason: 'DUPLICATE_HEADER', names: ['ｎａｍｅ'] }],
  ['a quote inside of a cell', 'a,b\n1,2\n1,x"y', { reason: 'NOT_CSV', line: 3 }],
  ['text after a quote', 'a,b\n"1"2,3', { reason: 'NOT_CSV', line: 2 }],
  ['a quote that is not closed', 'a,b\n1,2\n"3,4\n5,6', { reason: 'NOT_CSV', line: 3 }],
  ['a NUL', 'a,b\n1,\0', { reason: 'NOT_CSV', line: 2 }],
  ['a NUL in UTF-16', utf16('a,b\n1,\0'), { reason: 'NOT_CSV', line: 2 }],
  [
    'a picture',
    Buffer.from('\u0089PNG\r\n\u001a\n\0\0\0\rIHDR', 'latin1'),
    { reason: 'NOT_CSV', line: 3 },
  ],
  [
    'bytes that mean nothing',
    Buffer.from('a\nb\n\u0081\u00ff', 'latin1'),
    { reason: 'UNKNOWN_ENCODING', line: 3 },
  ],
  [
    'half a character',
    Buffer.from('aä\nb\n\u00e4', 'latin1').fill(Buffer.from('ä'), 0, 2),
    { reason: 'UNKNOWN_ENCODING', line: 3 },
  ],
  ['bytes that are suddenly no UTF-8', late, { reason: 'UNKNOWN_ENCODING', line: 50_002 }],
  [
    'half a character in UTF-16',
    Buffer.concat([utf16('a\nb\n'), Buffer.from([1])]),
    { reason: 'UNKNOWN_ENCODING', line: 3 },
  ],
  ['a line of 10 MB', `a\n${'x'.repeat(10_000_000)}`, { reason: 'LINE_TOO_LONG', line: 2 }],
  [
    'a quote that is never closed',
    `a\n"${'x\n'.repeat(1_000_000)}`,
    { reason: 'LINE_TOO_LONG', line: 2 },
  ],
])('%s is refused', async (_, text, refusal) => {
  expect(await refusalOf(readText(text))).toEqual(refusal);
});

test('rows before a bad one are given before it is refused', async () => {
  const sheet = await readCsv(chunks(Buffer.from('a,b\n1,2\n3')));
  const rows = sheet.rows[Symbol.asyncIterator]();
  expect(await rows.next()).toMatchObject({ value: [['1', '2']] });
  expect(await refusalOf(rows.next())).toMatchObject({ reason: 'RAGGED_ROW' });
});

test('batches have at most 1,000 rows', async () => {
  const sheet = await readCsv(chunks(Buffer.from(`a\n${'x\n'.repeat(30_000)}`)));
  let [most, rows] = [0, 0];
  for await (const batch of sheet.rows)
    [most, rows] = [Math.max(most, batch.length), rows + batch.length];
  expect([most, rows]).toEqual([1000, 30_000]);
});

test('an error of the source comes as it is', async () => {
  async function* broken() {
    yield Buffer.from('a\n1\n'.repeat(50_000));
    throw new Error('cut off');
  }
  expect(await refusalOf(readCsv(broken()).then(rowsOf))).toBe('cut off');
});

test('a long file is read no further than it is asked for', async () => {
  let given = 0;
  let isClosed = false;
  async function* endless() {
    try {
      yield Buffer.from('a,b\n');
      for (; ; given += 1) yield Buffer.from('1,2\n'.repeat(1000));
    } finally {
      isClosed = true;
    }
  }
  const sheet = await readCsv(endless());
  for await (const _ of sheet.rows) break;
  expect(given).toBeLessThan(100);
  expect(isClosed).toBe(true);
});

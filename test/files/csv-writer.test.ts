import fc from 'fast-check';
import { expect, test } from 'vitest';

import { csvWriter } from '../../src/files/csv-writer.js';
import { readText } from './reading.js';

const columns = [
  { name: 'note', isText: true },
  { name: 'value', isText: false },
];
const writer = csvWriter(columns);

test('a file begins with a byte order mark and ends its lines as RFC 4180 says', () => {
  const rows = writer.rows([
    ['a "b", c\r\nd', '-12.50'],
    [null, true],
    ['', false],
  ]);
  expect(writer.header() + rows).toBe(
    '\ufeffnote,value\r\n"a ""b"", c\r\nd",-12.50\r\n,true\r\n,false\r\n',
  );
  expect(writer.rows([])).toBe('');
});

test.each(['=1+1', '+1', '-1', '@x', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x'])(
  '%j is no formula in a text column, and stays as it is in another',
  async (formula) => {
    const { rows } = await readText(writer.header() + writer.rows([[formula, formula]]));
    expect(rows).toEqual([[`'${formula}`, formula]]);
  },
);

test('a header is no formula', async () => {
  const header = csvWriter([
    { name: '=x', isText: false },
    { name: 'a;b', isText: true },
  ]).header();
  expect(header).toBe(`\ufeff'=x,"a;b"\r\n`);
  expect((await readText(header)).columns).toEqual(["'=x", 'a;b']);
});

test('what is written is read again', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('"', ',', ';', '\t', '|', '\r', '\n', 'ä', '😀', 'ש') }),
  );
  const row = fc.tuple(
    text.map((cell) => `x${cell}`),
    text.map((cell) => cell.replaceAll('\0', '')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const clean = rows.map(([one, other]) => [one.replaceAll('\0', ''), other]);
      const read = await readText(writer.header() + writer.rows(clean), 5);
      expect(read.rows).toEqual(clean.map(([one, other]) => [one, other || null]));
    }),
  );
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';

import { readXlsx } from '../../src/files/xlsx-reader.js';
import { writeXlsx, type XlsxColumn, type XlsxRow } from '../../src/files/xlsx-writer.js';
import { refusalOf, rowsOf } from './reading.js';

const folder = mkdtempSync(path.join(tmpdir(), 'files-'));
const file = path.join(folder, 'sheet.xlsx');
afterAll(() => rmSync(folder, { recursive: true }));

const types = ['text', 'number', 'boolean', 'date', 'dateTime'] as const;
const columns = types.map((type) => ({ name: type, type }));

async function* batch(...rows: readonly XlsxRow[]) {
  yield rows;
}

async function readBack(of: readonly XlsxColumn[], rows: readonly XlsxRow[]) {
  await writeXlsx(of, batch(...rows), file);
  const sheet = await readXlsx(file);
  return { columns: sheet.columns, rows: await rowsOf(sheet) };
}

test('every type has cells of its own', async () => {
  const rows = [
    ['=1+1', '-5', true, '2026-11-21', '2026-11-21T10:00:05.000Z'],
    ['x', null, false, '9999-12-31', '1999-12-31T23:59:59.000Z'],
  ];
  expect(await readBack(columns, rows)).toEqual({
    columns: types,
    rows: rows.map((row) => row.map((cell) => (cell === '-5' ? -5 : cell))),
  });
});

test('a number of at most 15 digits that a double holds becomes one, another stays text', async () => {
  const numbers = [
    ['12.50', 12.5],
    ['-0.1', -0.1],
    ['900719925474099', 900_719_925_474_099],
    ['9007199254740991', '9007199254740991'],
    ['0.3333333333333333', '0.3333333333333333'],
    ['1e21', 1e21],
    ['0.000', 0],
    ['9007199254740993', '9007199254740993'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['1e999', '1e999'],
    ['=1', '=1'],
  ] as const;
  const of = [{ name: 'n', type: 'number' }] as const;
  const { rows } = await readBack(
    of,
    numbers.map(([text]) => [text]),
  );
  expect(rows.flat()).toEqual(numbers.map(([, cell]) => cell));
});

test('a date that Excel does not know stays text', async () => {
  const dates = ['1900-02-28', '0001-01-01', '+012026-01-01', 'tomorrow'];
  const { rows } = await readBack(
    [{ name: 'd', type: 'date' }],
    dates.map((date) => [date]),
  );
  expect(rows.flat()).toEqual(dates);
});

test('every text is read as it was written', async () => {
  const unit = fc.constantFrom(
    'ä',
    '😀',
    'ש',
    ' ',
    '\n',
    '\r',
    '\t',
    '\0',
    '\u001f',
    '\u0085',
    '\ufffd',
    '\ufffe',
    '\u{1ffff}',
    '\ud800',
    '_x0041_',
    '<',
    '&amp;',
    '"',
  );
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit }));
  const texts = [
    ...fc.sample(text, { numRuns: 3000, seed: 1 }).map((each) => `x${each}`),
    ...fc.sample(text, { numRuns: 3000, seed: 2 }).filter((each) => each.trim() !== ''),
    ...Object.getOwnPropertyNames(Object.prototype),
    'ä'.repeat(32_767),
  ];
  const { rows } = await readBack(
    [{ name: 'constructor', type: 'text' }],
    texts.map((each) => [each]),
  );
  expect(rows.flat()).toEqual(texts);
});

test('a text that is too long for Excel is refused', async () => {
  const long = [['x'], ['x'.repeat(32_768)]];
  const refusal = await refusalOf(readBack([{ name: 'note', type: 'text' }], long));
  expect(refusal).toEqual({ reason: 'TOO_LARGE', column: 'note', row: 3, most: 32_767 });
});

test('more than 100,000 rows are refused, and the source is let go', async () => {
  let isClosed = false;
  async function* endless() {
    try {
      for (;;) yield Array.from({ length: 10_000 }, () => ['x']);
    } finally {
      isClosed = true;
    }
  }
  const writing = writeXlsx([{ name: 'a', type: 'text' }], endless(), file);
  await expect(writing).rejects.toThrow(/Choose CSV/);
  expect(await refusalOf(writing)).toEqual({ reason: 'TOO_MANY_ROWS', most: 100_000 });
  expect(isClosed).toBe(true);
});

test('more than a workbook can hold is refused', async () => {
  const row = Array.from({ length: 100 }, () => 'x'.repeat(1000));
  const texts = row.map((_, at) => ({ name: `c${at}`, type: 'text' as const }));
  const rows = Array.from({ length: 1001 }, () => row);
  expect(await refusalOf(readBack(texts, rows))).toEqual({ reason: 'TOO_LARGE' });
});

test('an error of the source comes as it is', async () => {
  async function* broken() {
    yield [['x']];
    throw new Error('lost');
  }
  expect(await refusalOf(writeXlsx([{ name: 'a', type: 'text' }], broken(), file))).toBe('lost');
});

// Again where the machine had other things to do: what blocks does so every time.
test(
  'neither writing nor reading 50,000 rows blocks the main thread for more than 50 ms',
  { retry: 2 },
  async () => {
    const row = ['some text', '12.5', true, '2026-11-21', '2026-11-21T10:00:00.000Z'];
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    async function* rows() {
      for (let at = 0; at < 50; at += 1) yield Array.from({ length: 1000 }, () => row);
    }
    await writeXlsx(columns, rows(), file);
    let count = 0;
    for await (const read of (await readXlsx(file)).rows) count += read.length;
    delay.disable();
    expect(count).toBe(50_000);
    expect(delay.max / 1e6).toBeLessThan(50);
  },
);

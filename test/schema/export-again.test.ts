import { describe, expect, test } from 'vitest';

import { AddDatasetRows } from '../support/operations.js';
import { addFields, fetchExport, importFile, valuesOf } from '../support/transfers.js';
import { globalId, world } from '../support/world.js';

const FIELDS: Parameters<typeof addFields>[2] = [
  { name: 'Name', type: 'TEXT' },
  { name: 'Words', type: 'LONG_TEXT' },
  { name: 'Amount', type: 'NUMBER' },
  { name: 'Done', type: 'BOOLEAN' },
  { name: 'Day', type: 'DATE' },
  { name: 'Moment', type: 'DATE_TIME' },
  { name: 'Kind', type: 'CHOICE', choices: ['small', 'large; "x", y'] },
  { name: 'Mail', type: 'EMAIL' },
  { name: 'Owner', type: 'USER' },
];

/** A dataset with a row for each of these, and an empty one with the same fields. */
async function twoDatasets(rows: (ownerId: string) => readonly Record<string, unknown>[]) {
  const { here, admin, member, dataset } = await world();
  const copy = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
  await addFields(admin, dataset, FIELDS);
  await addFields(admin, copy, FIELDS);
  const result = await admin.run(AddDatasetRows, {
    input: { datasetId: dataset.id, rows: [...rows(globalId('User', member.id))] },
  });
  expect(result).toSucceed();
  return { admin, dataset, copy, values: await valuesOf(admin, dataset) };
}

const ROWS = (owner: string) => [
  {
    name: 'größe "M", 価格 😀; |x|',
    words: 'two\nlines\r\nand\ttabs ',
    amount: '-12345678901234567890.123456789',
    done: true,
    day: '2026-02-28',
    moment: '2026-11-21T20:00:20.000Z',
    kind: 'large; "x", y',
    mail: 'ada@example.test',
    owner,
  },
  { name: 'only a name' },
  { name: '007', words: '1e5', amount: '1234567890.123456', done: false, day: '1850-01-01' },
  { name: ' true ', words: '2026-01-01', amount: '0.1', moment: '1850-01-01T10:00:00.000Z' },
  { name: '_x0041_', words: 'NULL', amount: '0', day: '9999-12-31' },
  { name: 'constructor', words: "it's", amount: '100000000000000000000000', day: '1900-03-01' },
  { name: 'thirds', amount: '0.3333333333333333', moment: '2026-11-21T20:00:20.123Z' },
];

describe('an exported file that is imported again', () => {
  test.each(['CSV', 'XLSX'] as const)('gives the same values back: %s', async (format) => {
    const { admin, dataset, copy, values } = await twoDatasets(ROWS);
    const { bytes } = await fetchExport(admin, dataset, { format });
    const result = await importFile(admin, copy, bytes);
    expect(result).toSucceed();
    expect(await valuesOf(admin, copy)).toEqual(values);
    expect(result.data?.runDatasetImport?.import).toMatchObject({ added: ROWS('').length });
  });

  test.each([
    ['CSV', "'=1+1", "'@x"],
    ['XLSX', '=1+1', '@x'],
  ] as const)('keeps formulas as text: %s', async (format, name, words) => {
    const formulas = [{ name: '=1+1', words: '@x', amount: '-1' }];
    const { admin, dataset, copy } = await twoDatasets(() => formulas);
    const { bytes } = await fetchExport(admin, dataset, { format });
    expect(await importFile(admin, copy, bytes)).toSucceed();
    expect(await valuesOf(admin, copy)).toEqual([
      expect.objectContaining({ name, words, amount: '-1' }),
    ]);
  });

  test('finds a field whose name could be a formula', async () => {
    const { here, admin, dataset } = await world();
    const copy = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    for (const each of [dataset, copy]) {
      await addFields(admin, each, [{ name: '=Sum', type: 'TEXT' }]);
    }
    const rows = [{ sum: 'a' }];
    await admin.run(AddDatasetRows, { input: { datasetId: dataset.id, rows } });
    const { bytes } = await fetchExport(admin, dataset, { format: 'CSV' });
    expect(await importFile(admin, copy, bytes)).toSucceed();
    expect(await valuesOf(admin, copy)).toEqual(rows);
  });
});

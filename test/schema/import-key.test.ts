import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { ReadHistory } from '../support/operations.js';
import { addFields, importFile, lookAt, received, run, valuesOf } from '../support/transfers.js';
import { world } from '../support/world.js';

const KEY = { keyField: 'code' };

/** A world whose dataset has parts with a code that each has alone, a price that each has, and a note. */
async function parts(file?: string) {
  const all = await world();
  await addFields(all.admin, all.dataset, [
    { name: 'Code', type: 'TEXT', isUnique: true },
    { name: 'Price', type: 'NUMBER', isRequired: true },
    { name: 'Note', type: 'TEXT' },
  ]);
  if (file !== undefined) expect(await importFile(all.admin, all.dataset, file)).toSucceed();
  return all;
}

const part = (code: string | null, price: string, note: string | null = null) => ({
  code,
  price,
  note,
});

describe('an import with a key', () => {
  test('adds, updates and skips, and counts each', async () => {
    const { admin, member, dataset } = await parts('Code,Price,Note\nA,1,old\nB,2,old\nC,3,old\n');
    const file = 'Code,Price\nD,4\nB,20\nC,3.00\n,5\n';
    const result = await importFile(member, dataset, file, KEY);
    expect(result).toSucceed();
    expect(result.data?.runDatasetImport?.import).toMatchObject({
      state: 'DONE',
      rowCount: 4,
      processed: 4,
      added: 2,
      updated: 1,
      skipped: 1,
    });
    expect(await valuesOf(admin, dataset)).toEqual([
      part('A', '1', 'old'),
      part('B', '20', 'old'),
      part('C', '3', 'old'),
      part('D', '4'),
      part(null, '5'),
    ]);
    await expect(result).toHaveAudited({
      action: 'dataset.imported',
      after: expect.objectContaining({ added: 2, updated: 1, skipped: 1 }),
    });
  });

  test('empties a cell for which the file has none, and leaves the fields alone that it does not know', async () => {
    const { admin, dataset } = await parts('Code,Price,Note\nA,1,old\nB,2,old\n');
    expect(await importFile(admin, dataset, 'Code,Note\nA,\nB,new\n', KEY)).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([part('A', '1'), part('B', '2', 'new')]);
  });

  test('keeps in the history each cell that was changed, and no other', async () => {
    const { admin, member, dataset } = await parts('Code,Price,Note\nA,1,old\nB,2,old\n');
    const { data: before } = await admin.run(ReadHistory, { id: dataset.id });
    const count = before?.dataset?.history?.totalCount ?? 0;
    const file = 'Code,Price,Note\nA,10,old\nB,2,old\nC,3,new\n';
    expect(await importFile(member, dataset, file, KEY)).toSucceed();
    const { data } = await admin.run(ReadHistory, { id: dataset.id, first: 5 });
    const changes = data?.dataset?.history?.edges?.flatMap((edge) => edge?.node ?? []) ?? [];
    expect((data?.dataset?.history?.totalCount ?? 0) - count).toBe(2);
    const newest = changes.slice(0, 2);
    expect(newest.map(({ action }) => action).toSorted()).toEqual([
      'DATASET_IMPORTED',
      'DATASET_ROW_UPDATED',
    ]);
    expect(newest.find(({ action }) => action === 'DATASET_ROW_UPDATED')).toMatchObject({
      values: [{ name: 'Price', before: '1', after: '10' }],
      subject: { name: 'Mira Member' },
    });
  });

  test('raises the version of what it updates, and of nothing else', async () => {
    const { dataset, admin } = await parts('Code,Price\nA,1\nB,2\n');
    await importFile(admin, dataset, 'Code,Price\nA,10\nB,2\n', KEY);
    const { client } = await testDatabase();
    const rows = await client.datasetRow.findMany({
      where: { flowId: dataset.rowId },
      orderBy: { id: 'asc' },
    });
    expect(rows.map(({ version }) => version)).toEqual([2, 1]);
  });

  test('takes an empty key for none, whatever keys there are', async () => {
    const { admin, dataset } = await parts('Code,Price\nnull,1\nundefined,2\n');
    const result = await importFile(admin, dataset, 'Code,Price\nnull,10\n,3\n,4\n', KEY);
    expect(result).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([
      part('null', '10'),
      part('undefined', '2'),
      part(null, '3'),
      part(null, '4'),
    ]);
  });

  test('finds a key however it is written, if it is the same value', async () => {
    const { admin, dataset } = await world();
    await addFields(admin, dataset, [
      { name: 'Number', type: 'NUMBER', isUnique: true },
      { name: 'Note', type: 'TEXT' },
    ]);
    await importFile(admin, dataset, 'Number,Note\n1.5,old\n');
    const key = { keyField: 'number' };
    expect(await importFile(admin, dataset, 'Number,Note\n+01.50,new\n', key)).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([{ number: '1.5', note: 'new' }]);
  });

  test('goes on beyond a batch of a thousand rows', async () => {
    const numbers = Array.from({ length: 1500 }, (_, at) => at);
    const { admin, dataset } = await parts(
      `Code,Price\n${numbers.map((at) => `C${at},1\n`).join('')}`,
    );
    const file = `Code,Price\n${numbers.map((at) => `C${at + 250},${at < 500 ? 1 : 2}\n`).join('')}`;
    const result = await importFile(admin, dataset, file, KEY);
    expect(result.data?.runDatasetImport?.import).toMatchObject({
      processed: 1500,
      added: 250,
      updated: 750,
      skipped: 500,
    });
  });
});

describe('an import with a key is refused', () => {
  test('if the file names a key twice, in one batch or in two', async () => {
    const { admin, dataset } = await parts('Code,Price\nA,1\n');
    const rows = Array.from({ length: 1200 }, (_, at) => `C${at},1\n`).join('');
    const result = await importFile(admin, dataset, `Code,Price\nA,2\nA,3\n${rows}C5,1\n`, KEY);
    expect(result).toFail('INVALID_CELLS');
    const message = 'An earlier row of the file has the same key.';
    expect(result.errors?.[0]?.extensions).toMatchObject({
      count: 2,
      cells: [
        { row: 2, field: 'code', reason: 'TAKEN', message },
        { row: 1203, field: 'code', reason: 'TAKEN', message },
      ],
    });
    expect(await valuesOf(admin, dataset)).toEqual([part('A', '1')]);
  });

  test('if a required cell would be emptied, or a new row lacks it', async () => {
    const { admin, dataset } = await parts('Code,Price\nA,1\n');
    const emptied = await importFile(admin, dataset, 'Code,Price\nA,\nB,2\n', KEY);
    expect(emptied).toFail('INVALID_CELLS');
    expect(emptied.errors?.[0]?.extensions).toMatchObject({
      count: 1,
      cells: [{ row: 1, field: 'price', reason: 'REQUIRED', message: 'Fill it in.' }],
    });
    const lacking = await importFile(admin, dataset, 'Code,Note\nA,x\nB,y\n', KEY);
    expect(lacking).toFail('INVALID_CELLS');
    expect(lacking.errors?.[0]?.extensions).toMatchObject({
      count: 1,
      cells: [{ row: 2, field: 'price', reason: 'REQUIRED' }],
    });
    expect(await valuesOf(admin, dataset)).toEqual([part('A', '1')]);
  });

  test.each([
    ['is not unique', 'price'],
    ['is not there', 'nowhere'],
    ['has no column', 'serial'],
  ])('if the key field %s', async (_what, keyField) => {
    const { admin, dataset } = await parts();
    await addFields(admin, dataset, [{ name: 'Serial', type: 'TEXT', isUnique: true }]);
    const result = await importFile(admin, dataset, 'Code,Price\nA,1\n', { keyField });
    expect(result).toFail('INVALID_INPUT');
    expect(result.errors?.[0]?.extensions['problems']).toEqual([
      { path: ['input', 'keyField'], message: 'Name a unique field that a column goes into.' },
    ]);
    expect(await valuesOf(admin, dataset)).toEqual([]);
  });
});

describe('a unique value', () => {
  test('that a row has already keeps the file out, and its import READY', async () => {
    const { admin, dataset } = await parts('Code,Price\nA,1\n');
    const job = await received(admin, dataset, 'Code,Price\nB,2\nA,3\n');
    const result = await run(admin, dataset, job);
    expect(result).toFail('INVALID_CELLS');
    const message = 'Another row has the same value, and the field takes each only once.';
    expect(result.errors?.[0]?.extensions).toMatchObject({
      count: 1,
      cells: [{ row: 2, field: 'code', reason: 'TAKEN', message }],
    });
    expect(await valuesOf(admin, dataset)).toEqual([part('A', '1')]);
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'READY', processed: 0 });
    expect(await run(admin, dataset, job, KEY)).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([part('A', '3'), part('B', '2')]);
  });

  test('that the file has twice keeps it out, in one batch or in two', async () => {
    const { admin, dataset } = await parts();
    const near = await importFile(admin, dataset, 'Code,Price\nA,1\nB,2\nA,3\n');
    expect(near).toFail('INVALID_CELLS');
    expect(near.errors?.[0]?.extensions).toMatchObject({
      count: 1,
      cells: [{ field: 'code', reason: 'TAKEN' }],
    });
    const rows = Array.from({ length: 1200 }, (_, at) => `C${at},1\n`).join('');
    const far = await importFile(admin, dataset, `Code,Price\n${rows}C5,1\n`);
    expect(far).toFail('INVALID_CELLS');
    expect(far.errors?.[0]?.extensions).toMatchObject({
      count: 1,
      cells: [{ row: 1201, field: 'code', reason: 'TAKEN' }],
    });
    expect(await valuesOf(admin, dataset)).toEqual([]);
  });

  test('beside the key may change hands within the file', async () => {
    const { admin, dataset } = await parts();
    await addFields(admin, dataset, [{ name: 'Serial', type: 'TEXT', isUnique: true }]);
    await importFile(admin, dataset, 'Code,Price,Serial\nA,1,s1\nB,2,s2\n');
    const file = 'Code,Serial\nA,s2\nB,s1\n';
    expect(await importFile(admin, dataset, file, KEY)).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([
      { ...part('A', '1'), serial: 's2' },
      { ...part('B', '2'), serial: 's1' },
    ]);
  });

  test('beside the key may change hands between rows that lie far apart in the file', async () => {
    const { admin, dataset } = await parts();
    await addFields(admin, dataset, [{ name: 'Serial', type: 'TEXT', isUnique: true }]);
    await importFile(admin, dataset, 'Code,Price,Serial\nA,1,s1\nB,2,s2\n');
    const between = Array.from({ length: 3000 }, (_, at) => `C${at},3,t${at}\n`).join('');
    const file = `Code,Price,Serial\nA,1,s2\n${between}B,2,s1\n`;
    expect(await importFile(admin, dataset, file, KEY)).toSucceed();
    expect((await valuesOf(admin, dataset)).slice(0, 2)).toEqual([
      { ...part('A', '1'), serial: 's2' },
      { ...part('B', '2'), serial: 's1' },
    ]);
  });

  test('beside the key that another row has keeps the file out', async () => {
    const { admin, dataset } = await parts();
    await addFields(admin, dataset, [{ name: 'Serial', type: 'TEXT', isUnique: true }]);
    await importFile(admin, dataset, 'Code,Price,Serial\nA,1,s1\nB,2,s2\n');
    const result = await importFile(admin, dataset, 'Code,Serial\nA,s2\n', KEY);
    expect(result).toFail('INVALID_CELLS');
    expect(result.errors?.[0]?.extensions).toMatchObject({
      cells: [{ row: 1, field: 'serial', reason: 'TAKEN' }],
    });
    expect(await importFile(admin, dataset, 'Code,Serial\nA,s1\nB,s2\n', KEY)).toSucceed();
  });
});

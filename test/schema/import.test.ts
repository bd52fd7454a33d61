import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  CancelDatasetImport,
  GetImport,
  LeaveDataset,
  RunDatasetImport,
  StartDatasetImport,
} from '../support/operations.js';
import {
  addFields,
  countRows,
  countStaged,
  importFile,
  lookAt,
  put,
  received,
  refusalOf,
  rowId,
  run,
  start,
  valuesOf,
} from '../support/transfers.js';
import { globalId, world } from '../support/world.js';

const FILE = 'Name,Price\nBolt,1.50\nNut,2\n';
const HIDDEN = globalId('DatasetImport', '01900000-0000-7000-8000-000000000000');

/** A world whose dataset has a field for each column of the file. */
async function suppliers() {
  const all = await world();
  await addFields(all.admin, all.dataset, [
    { name: 'Name', type: 'TEXT' },
    { name: 'Price', type: 'NUMBER' },
  ]);
  return all;
}

/** Makes a member of the dataset a Viewer. */
async function demote({ dataset, member }: Awaited<ReturnType<typeof world>>) {
  const { client } = await testDatabase();
  const where = { flowId: dataset.rowId, userId: member.id };
  await client.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
}

describe('startDatasetImport', () => {
  test('allows an Admin and a Member, and says where the file goes', async () => {
    const { admin, member, dataset } = await world();
    for (const person of [admin, member]) {
      const result = await person.run(StartDatasetImport, {
        input: { datasetId: dataset.id, fileName: 'Прайс 価格.csv' },
      });
      expect(result).toSucceed();
      const { id = '', ...started } = result.data?.startDatasetImport?.import ?? {};
      expect(started).toEqual({
        fileName: 'Прайс 価格.csv',
        uploadUrl: `/imports/${id}`,
        state: 'WAITING',
      });
    }
  });

  test('denies a Viewer, and a Super Admin until they take a role', async () => {
    const { viewer, superAdmin, dataset } = await world();
    const input = { datasetId: dataset.id, fileName: 'a.csv' };
    const asViewer = await viewer.run(StartDatasetImport, { input });
    expect(asViewer).toBeDenied({ missing: 'dataset:import', role: 'Viewer' });
    const byOverride = await superAdmin.run(StartDatasetImport, { input });
    expect(byOverride).toBeDenied({ missing: 'dataset:import', role: null });
    const { client } = await testDatabase();
    expect(await client.datasetImport.count({ where: { flowId: dataset.rowId } })).toBe(0);
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    const input = { datasetId: dataset.id, fileName: 'a.csv' };
    await expect(await outsider.run(StartDatasetImport, { input })).toBeHidden();
    await expect(await stranger.run(StartDatasetImport, { input })).toBeHidden();
    expect(await anonymous.run(StartDatasetImport, { input })).toFail('UNAUTHENTICATED');
  });

  test.each(['', '   ', 'a/b.csv', String.raw`C:\a.csv`, 'a\nb.csv', 'a\0.csv', 'x'.repeat(201)])(
    'refuses the file name %j',
    async (fileName) => {
      const { admin, dataset } = await world();
      const input = { datasetId: dataset.id, fileName };
      expect(await admin.run(StartDatasetImport, { input })).toFail('INVALID_INPUT');
    },
  );

  test('clears away what was left lying about for more than a day', async () => {
    const { admin, member, dataset } = await suppliers();
    const old = await received(admin, dataset, FILE);
    const young = await received(member, dataset, FILE);
    const { client } = await testDatabase();
    const aged = async (id: string, hours: number) => {
      const createdAt = new Date(Date.now() - hours * 3_600_000);
      await client.datasetImport.update({ where: { id: rowId(id) }, data: { createdAt } });
    };
    await aged(old.id, 25);
    await aged(young.id, 23);
    await start(admin, dataset);
    expect(await lookAt(admin, old.id)).toBeNull();
    expect(await countStaged(old.id)).toBe(0);
    expect(await lookAt(member, young.id)).toMatchObject({ state: 'READY' });
  });

  test('audits', async () => {
    const { admin, viewer, dataset } = await world();
    const target = {
      action: 'datasetImport.started',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    };
    const input = { datasetId: dataset.id, fileName: 'a.csv' };
    const result = await admin.run(StartDatasetImport, { input });
    const importId = result.data?.startDatasetImport?.import?.id;
    await expect(result).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      after: { importId, fileName: 'a.csv' },
    });
    await expect(await viewer.run(StartDatasetImport, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
    });
  });
});

describe('the file of an import', () => {
  test('is taken in, and its import shows what was found in it', async () => {
    const { admin, dataset } = await suppliers();
    const { id, url } = await start(admin, dataset, 'prices.csv');
    const response = await put(admin, url, 'NAME;Price\r\nBolt;1.50\r\nNut;two\r\n');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ import: { id, state: 'READY' } });
    expect(await lookAt(admin, id)).toEqual({
      id,
      fileName: 'prices.csv',
      state: 'READY',
      format: 'CSV',
      encoding: 'UTF-8',
      delimiter: ';',
      columns: ['NAME', 'Price'],
      rowCount: 2,
      processed: 0,
      added: 0,
      updated: 0,
      skipped: 0,
      failure: null,
      preview: {
        columns: [
          { column: 'NAME', field: 'name', isUnknown: false },
          { column: 'Price', field: 'price', isUnknown: false },
        ],
        rows: [
          { number: 1, values: { name: 'Bolt', price: '1.5' }, problems: [] },
          {
            number: 2,
            values: { name: 'Nut', price: null },
            problems: [
              { field: 'price', reason: 'WRONG_TYPE', message: 'Give a number, such as "12.50".' },
            ],
          },
        ],
      },
    });
    expect(await countRows(dataset)).toBe(0);
  });

  test('shows its first 20 rows', async () => {
    const { admin, dataset } = await suppliers();
    const rows = Array.from({ length: 25 }, (_, at) => `Part ${at + 1},${at}\n`);
    const { id } = await received(admin, dataset, `Name,Price\n${rows.join('')}`);
    const found = await lookAt(admin, id);
    expect(found?.rowCount).toBe(25);
    expect(found?.preview?.rows.map(({ number }) => number)).toEqual(
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });

  test('is taken from nobody but the one who started the import', async () => {
    const { admin, member, viewer, superAdmin, outsider, stranger, anonymous, dataset } =
      await suppliers();
    const { id, url } = await start(member, dataset);
    const nowhere = await refusalOf(await put(admin, `/imports/${HIDDEN}`, FILE));
    expect(nowhere).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    for (const person of [admin, viewer, superAdmin, outsider, stranger]) {
      expect(await refusalOf(await put(person, url, FILE))).toEqual(nowhere);
    }
    const refused = await refusalOf(await put(anonymous, url, FILE));
    expect(refused).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await refusalOf(await put(member, '/imports/garbage', FILE))).toEqual(nowhere);
    expect(await lookAt(member, id)).toMatchObject({ state: 'WAITING', rowCount: 0 });
  });

  test('is refused from somebody who is a Viewer by now', async () => {
    const all = await suppliers();
    const { id, url } = await start(all.member, all.dataset);
    await demote(all);
    const refused = await refusalOf(await put(all.member, url, FILE));
    expect(refused).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
      extensions: { denial: { missing: ['dataset:import'], role: 'Viewer' } },
    });
    expect(await countStaged(id)).toBe(0);
  });

  test('is not found by somebody who has left the dataset', async () => {
    const { member, dataset } = await suppliers();
    const { id, url } = await start(member, dataset);
    await member.run(LeaveDataset, { input: { datasetId: dataset.id } });
    expect(await refusalOf(await put(member, url, FILE))).toMatchObject({ status: 404 });
    expect(await countStaged(id)).toBe(0);
  });

  test('leaves an entry that says how many rows came, or why not', async () => {
    const { admin, dataset } = await suppliers();
    const { client } = await testDatabase();
    const entriesOf = async (response: Response) =>
      client.auditEntry.findMany({
        where: { requestId: response.headers.get('x-request-id') ?? '' },
      });
    const target = { action: 'datasetImport.received', targetId: dataset.rowId };
    const good = await start(admin, dataset);
    expect(await entriesOf(await put(admin, good.url, FILE))).toEqual([
      expect.objectContaining({
        ...target,
        outcome: 'SUCCEEDED',
        subjectId: admin.id,
        after: { importId: good.id, rows: 2 },
      }),
    ]);
    const bad = await start(admin, dataset);
    expect(await entriesOf(await put(admin, bad.url, ''))).toEqual([
      expect.objectContaining({ ...target, outcome: 'REFUSED', code: 'INVALID_FILE' }),
    ]);
  });
});

describe('datasetImport', () => {
  test('is null for everybody but the one who started it', async () => {
    const { admin, member, viewer, outsider, superAdmin, stranger, dataset } = await suppliers();
    const { id } = await received(member, dataset, FILE);
    for (const person of [admin, viewer, outsider, superAdmin, stranger]) {
      const found = await person.run(GetImport, { id });
      expect(found.text).toBe((await person.run(GetImport, { id: HIDDEN })).text);
      expect(found.data).toEqual({ datasetImport: null });
    }
  });

  test('is refused to its starter who is a Viewer by now, and shows nothing', async () => {
    const all = await suppliers();
    const { id } = await received(all.member, all.dataset, FILE);
    await demote(all);
    const { data, errors = [] } = await all.member.run(GetImport, { id });
    expect(data).toEqual({ datasetImport: null });
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['FORBIDDEN']),
    );
  });
});

describe('runDatasetImport', () => {
  test('allows an Admin and a Member, and writes all rows', async () => {
    const { admin, member, dataset } = await suppliers();
    const result = await importFile(admin, dataset, FILE);
    expect(result).toSucceed();
    const { id } = result.data?.runDatasetImport?.import ?? { id: '' };
    expect(result.data?.runDatasetImport).toMatchObject({
      import: { state: 'DONE', rowCount: 2, processed: 2, added: 2, updated: 0, skipped: 0 },
      dataset: { rows: { totalCount: 2 } },
    });
    expect(await valuesOf(admin, dataset)).toEqual([
      { name: 'Bolt', price: '1.5' },
      { name: 'Nut', price: '2' },
    ]);
    expect(await countStaged(id)).toBe(0);
    expect(await lookAt(admin, id)).toMatchObject({ state: 'DONE', preview: null });
    expect(await importFile(member, dataset, FILE)).toSucceed();
    expect(await countRows(dataset)).toBe(4);
  });

  test('allows a Member by group', async () => {
    const { here, admin, outsider, dataset } = await suppliers();
    const granteeId = globalId('Group', await here.group([outsider]));
    const input = { datasetId: dataset.id, granteeId, role: 'MEMBER' } as const;
    expect(await admin.run(AddDatasetMember, { input })).toSucceed();
    const result = await importFile(outsider, dataset, FILE);
    expect(result).toSucceed();
    await expect(result).toHaveAudited({ via: 'GROUP' });
  });

  test('denies its starter who is a Viewer by now, and keeps the file', async () => {
    const all = await suppliers();
    const job = await received(all.member, all.dataset, FILE);
    await demote(all);
    const result = await run(all.member, all.dataset, job);
    expect(result).toBeDenied({ missing: 'dataset:import', role: 'Viewer' });
    expect(await countRows(all.dataset)).toBe(0);
    expect(await countStaged(job.id)).toBe(1);
  });

  test('hides the import from everybody but its starter, and from other datasets', async () => {
    const { here, admin, member, outsider, stranger, anonymous, dataset } = await suppliers();
    const another = await here.dataset({ members: [{ user: member, role: 'ADMIN' }] });
    const job = await received(member, dataset, FILE);
    for (const person of [admin, outsider, stranger]) {
      await expect(await run(person, dataset, job)).toBeHidden();
    }
    await expect(await run(member, another, job)).toBeHidden();
    expect(await run(anonymous, dataset, job)).toFail('UNAUTHENTICATED');
    expect(await run(member, dataset, { id: 'garbage' })).toFail('NOT_FOUND');
    expect(await lookAt(member, job.id)).toMatchObject({ state: 'READY', rowCount: 2 });
    expect(await run(member, dataset, job)).toSucceed();
  });

  test('refuses what is not READY', async () => {
    const { admin, dataset } = await suppliers();
    const waiting = await start(admin, dataset);
    const failed = await start(admin, dataset);
    await put(admin, failed.url, '');
    const done = await received(admin, dataset, FILE);
    await run(admin, dataset, done);
    const ended = await received(admin, dataset, FILE);
    const input = { datasetId: dataset.id, importId: ended.id };
    await admin.run(CancelDatasetImport, { input });
    for (const [job, state] of [
      [waiting, 'WAITING'],
      [failed, 'FAILED'],
      [done, 'DONE'],
      [ended, 'CANCELLED'],
    ] as const) {
      const result = await run(admin, dataset, job);
      expect(result).toFail('IMPORT_NOT_READY');
      expect(result.errors?.[0]?.extensions['state']).toBe(state);
    }
    expect(await countRows(dataset)).toBe(2);
  });

  test('audits', async () => {
    const { admin, member, dataset } = await suppliers();
    const target = { action: 'dataset.imported', targetType: 'Dataset', targetId: dataset.rowId };
    const { id } = await received(admin, dataset, FILE, 'prices.csv');
    const input = { datasetId: dataset.id, importId: id };
    await expect(await admin.run(RunDatasetImport, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      after: { importId: id, fileName: 'prices.csv', added: 2, updated: 0, skipped: 0 },
    });
    await expect(await admin.run(RunDatasetImport, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'IMPORT_NOT_READY',
    });
    await expect(await importFile(member, dataset, 'Colour\nred\n')).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['dataset:import'] }),
    });
    await expect(await importFile(admin, dataset, 'Price\nx\n')).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'INVALID_CELLS',
    });
  });
});

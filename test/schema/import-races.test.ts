import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase, testDatabaseKind } from '../support/database.js';
import {
  CancelDatasetImport,
  LeaveDataset,
  ListFields,
  RemoveDatasetField,
} from '../support/operations.js';
import {
  addFields,
  badCellsOf,
  countRows,
  countStaged,
  lookAt,
  put,
  received,
  refusalOf,
  rowId,
  run,
  silence,
  start,
} from '../support/transfers.js';
import { globalId, type Shared, world } from '../support/world.js';

const FILE = 'Code,Price\nA,1\nB,2\n';
const HIDDEN = { id: globalId('DatasetImport', '01900000-0000-7000-8000-000000000000') };

async function parts() {
  const all = await world();
  await addFields(all.admin, all.dataset, [
    { name: 'Code', type: 'TEXT', isUnique: true },
    { name: 'Price', type: 'NUMBER' },
  ]);
  return all;
}

const longFile = (rows: number) =>
  `Code,Price\n${Array.from({ length: rows }, (_, at) => `C${at},1\n`).join('')}`;

const cancel = (actor: Actor, dataset: Shared, { id }: { id: string }) =>
  actor.run(CancelDatasetImport, { input: { datasetId: dataset.id, importId: id } });

const endOf = ({ errors }: Result) => errors?.[0]?.extensions.code ?? 'SUCCESS';

/** A file that comes as slowly as the test wants. */
function slowly() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    body: readable,
    send: (text: string) => writer.write(Buffer.from(text)),
    end: () => writer.close(),
    breakOff: () => writer.abort(new Error('The connection was lost.')),
  };
}

/** The types of requests do not know yet that a stream goes one way. */
function putSlowly(actor: Actor, url: string, body: ReadableStream): Promise<Response> {
  const init = { method: 'PUT', body, duplex: 'half' };
  return actor.fetch(url, init);
}

/** Waits until an import is in this state. */
async function until(id: string, isSo: (job: { state: string; processed: number }) => boolean) {
  const { client } = await testDatabase();
  for (let tries = 0; tries < 2000; tries += 1) {
    const job = await client.datasetImport.findUniqueOrThrow({ where: { id: rowId(id) } });
    if (isSo(job)) return;
    await wait(5);
  }
  throw new Error('It did not come to it in time.');
}

describe('two imports at once', () => {
  test('of the same unique values: one is written, the other refused whole', async () => {
    const { admin, member, dataset } = await parts();
    for (let round = 0; round < 5; round += 1) {
      const values = Array.from({ length: 50 }, (_, at) => `R${round}-${at}`);
      const file = (codes: readonly string[]) =>
        `Code\n${codes.map((code) => `${code}\n`).join('')}`;
      const one = await received(admin, dataset, file(values));
      const other = await received(member, dataset, file(values.toReversed()));
      const results = await Promise.all([run(admin, dataset, one), run(member, dataset, other)]);
      expect(results.map(endOf).toSorted()).toEqual(['INVALID_CELLS', 'SUCCESS']);
      const refused = results.find(({ errors }) => errors);
      if (!refused) throw new Error('One is refused.');
      expect(badCellsOf(refused)).toMatchObject({ count: 50, cells: { length: 50 } });
      expect(await countRows(dataset)).toBe(50 * (round + 1));
      const states = [await lookAt(admin, one.id), await lookAt(member, other.id)];
      expect(states.map((job) => job?.state).toSorted()).toEqual(['DONE', 'READY']);
    }
  });

  test('that are one and the same: it is written once', async () => {
    const { admin, dataset } = await parts();
    for (let round = 0; round < 5; round += 1) {
      const job = await received(admin, dataset, 'Price\n1\n2\n');
      const results = await Promise.all([1, 2, 3].map(() => run(admin, dataset, job)));
      expect(results.map(endOf).toSorted()).toEqual([
        'IMPORT_NOT_READY',
        'IMPORT_NOT_READY',
        'SUCCESS',
      ]);
      expect(await countRows(dataset)).toBe(2 * (round + 1));
      expect(await lookAt(admin, job.id)).toMatchObject({ state: 'DONE', added: 2 });
    }
  });
});

describe('a second file', () => {
  test('is refused while the first comes in, and when it has', async () => {
    const { admin, dataset } = await parts();
    const job = await start(admin, dataset);
    const { body, send, end } = slowly();
    const first = putSlowly(admin, job.url, body);
    await send('Code,Price\nA,1\n');
    await until(job.id, ({ state }) => state === 'RECEIVING');
    const early = await refusalOf(await put(admin, job.url, 'Code\nZ\n'));
    expect(early).toMatchObject({ status: 409, code: 'IMPORT_NOT_READY' });
    expect(early.extensions['state']).toBe('RECEIVING');
    expect(await run(admin, dataset, job)).toFail('IMPORT_NOT_READY');
    await end();
    expect((await first).status).toBe(200);
    const late = await refusalOf(await put(admin, job.url, 'Code\nZ\n'));
    expect(late).toMatchObject({ status: 409, code: 'IMPORT_NOT_READY' });
    expect(late.extensions['state']).toBe('READY');
    expect(await run(admin, dataset, job)).toSucceed();
    expect(await countRows(dataset)).toBe(1);
  });

  test('is not needed after a first that broke off: that leaves nothing but the reason', async () => {
    const { admin, dataset } = await parts();
    const job = await start(admin, dataset);
    const { body, send, breakOff } = slowly();
    const first = putSlowly(admin, job.url, body);
    await send(longFile(20_000));
    await until(job.id, ({ state }) => state === 'RECEIVING');
    await breakOff();
    expect((await first).ok).toBe(false);
    expect(await lookAt(admin, job.id)).toMatchObject({
      state: 'FAILED',
      failure: { code: 'UPLOAD_BROKEN' },
    });
    expect(await countStaged(job.id)).toBe(0);
  });
});

describe('cancelDatasetImport', () => {
  test('allows its starter before a file has come: none is taken after', async () => {
    const { member, dataset } = await parts();
    const job = await start(member, dataset);
    const result = await cancel(member, dataset, job);
    expect(result.data?.cancelDatasetImport?.import).toEqual({ state: 'CANCELLED' });
    expect(await refusalOf(await put(member, job.url, FILE))).toMatchObject({
      status: 409,
      code: 'IMPORT_NOT_READY',
    });
    expect(await countStaged(job.id)).toBe(0);
  });

  test('allows it when the file is READY, and lets go of that', async () => {
    const { admin, dataset } = await parts();
    const job = await received(admin, dataset, FILE);
    expect(await cancel(admin, dataset, job)).toSucceed();
    expect(await countStaged(job.id)).toBe(0);
    expect(await run(admin, dataset, job)).toFail('IMPORT_NOT_READY');
    expect(await countRows(dataset)).toBe(0);
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'CANCELLED', preview: null });
  });

  test('allows it while the file comes in, and ends that', async () => {
    const { admin, dataset } = await parts();
    const job = await start(admin, dataset);
    const { body, send, end } = slowly();
    const upload = putSlowly(admin, job.url, body);
    await send('Code,Price\nA,1\n');
    await until(job.id, ({ state }) => state === 'RECEIVING');
    expect(await cancel(admin, dataset, job)).toSucceed();
    await Promise.allSettled([send(longFile(20_000)), end()]);
    expect(await refusalOf(await upload)).toMatchObject({ status: 409, code: 'IMPORT_CANCELLED' });
    expect(await countStaged(job.id)).toBe(0);
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'CANCELLED' });
  });

  // The embedded database does one thing after the other: there it would wait for the end.
  const runs: [string, { column: string; newFieldType: 'NUMBER' }[]][] = [
    ['', []],
    [', and makes a field', [{ column: 'Price', newFieldType: 'NUMBER' }]],
  ];
  test.each(testDatabaseKind() === 'postgres' ? runs : [])(
    'allows it while it runs%s: nothing of it is there',
    async (_what, columns) => {
      const { admin, dataset } = await world();
      const isNew = columns.length > 0;
      await addFields(admin, dataset, [
        { name: 'Code', type: 'TEXT', isUnique: true },
        ...(isNew ? [] : [{ name: 'Price', type: 'NUMBER' as const }]),
      ]);
      const job = await received(admin, dataset, longFile(40_000));
      const running = run(admin, dataset, job, { columns });
      await until(job.id, ({ state, processed }) => state === 'RUNNING' && processed > 0);
      const result = await cancel(admin, dataset, job);
      expect(result).toSucceed();
      await expect(result).toHaveAudited({ before: { importId: job.id, state: 'RUNNING' } });
      expect(await running).toFail('IMPORT_CANCELLED');
      expect(await countRows(dataset)).toBe(0);
      expect(await countStaged(job.id)).toBe(0);
      const { data } = await admin.run(ListFields, { id: dataset.id });
      expect(data?.dataset?.fields?.map(({ key }) => key)).toEqual(
        isNew ? ['code'] : ['code', 'price'],
      );
      expect(await lookAt(admin, job.id)).toMatchObject({ state: 'CANCELLED', added: 0 });
      const { client } = await testDatabase();
      expect(await client.datasetUniqueValue.count({ where: { flowId: dataset.rowId } })).toBe(0);
    },
  );

  test('denies its starter who is a Viewer by now', async () => {
    const { member, dataset } = await parts();
    const job = await received(member, dataset, FILE);
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, userId: member.id };
    await client.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
    const result = await cancel(member, dataset, job);
    expect(result).toBeDenied({ missing: 'dataset:import', role: 'Viewer' });
    expect(await countStaged(job.id)).toBe(1);
  });

  test('hides the import from everybody but its starter', async () => {
    const { admin, member, outsider, stranger, anonymous, dataset } = await parts();
    const job = await received(member, dataset, FILE);
    for (const person of [admin, outsider, stranger]) {
      await expect(await cancel(person, dataset, job)).toBeHidden();
    }
    expect(await cancel(anonymous, dataset, job)).toFail('UNAUTHENTICATED');
    expect(await lookAt(member, job.id)).toMatchObject({ state: 'READY' });
  });

  test('refuses what is over', async () => {
    const { admin, dataset } = await parts();
    const job = await received(admin, dataset, FILE);
    await run(admin, dataset, job);
    const result = await cancel(admin, dataset, job);
    expect(result).toFail('IMPORT_NOT_READY');
    expect(result.errors?.[0]?.extensions['state']).toBe('DONE');
    expect(await countRows(dataset)).toBe(2);
  });

  test('audits', async () => {
    const { admin, dataset } = await parts();
    const target = { action: 'datasetImport.cancelled', targetId: dataset.rowId };
    const job = await received(admin, dataset, FILE);
    await expect(await cancel(admin, dataset, job)).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      before: { importId: job.id, state: 'READY' },
    });
    await expect(await cancel(admin, dataset, job)).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'IMPORT_NOT_READY',
    });
    await expect(await cancel(admin, dataset, HIDDEN)).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
  });
});

describe('between the upload and the run', () => {
  test('a starter who has left the dataset finds nothing, and nothing is written', async () => {
    const { member, dataset } = await parts();
    const job = await received(member, dataset, FILE);
    await member.run(LeaveDataset, { input: { datasetId: dataset.id } });
    await expect(await run(member, dataset, job)).toBeHidden();
    await expect(await cancel(member, dataset, job)).toBeHidden();
    expect(await lookAt(member, job.id)).toBeNull();
    expect(await countRows(dataset)).toBe(0);
  });

  test('a field may go: its column is unknown then', async () => {
    const { admin, dataset } = await parts();
    const job = await received(admin, dataset, FILE);
    const remove = await removal(admin, dataset);
    expect(await remove()).toSucceed();
    expect(await run(admin, dataset, job)).toFail('UNKNOWN_COLUMNS');
    expect(
      await run(admin, dataset, job, { columns: [{ column: 'Price', skip: true }] }),
    ).toSucceed();
  });
});

/** The removal of the field Price. */
async function removal(admin: Actor, { id }: Shared) {
  const { data } = await admin.run(ListFields, { id });
  const fieldId = data?.dataset?.fields?.find(({ key }) => key === 'price')?.id ?? '';
  return () => admin.run(RemoveDatasetField, { input: { datasetId: id, fieldId } });
}

test('a field that is removed while an import runs goes before it or after it', async () => {
  const { admin, member, dataset } = await parts();
  const job = await received(member, dataset, longFile(5000));
  const remove = await removal(admin, dataset);
  const running = run(member, dataset, job);
  await wait(50);
  const [result, removed] = await Promise.all([running, remove()]);
  expect(removed).toSucceed();
  expect(['SUCCESS', 'FORBIDDEN']).toContain(endOf(result));
  expect(await countRows(dataset)).toBe(endOf(result) === 'SUCCESS' ? 5000 : 0);
  const { client } = await testDatabase();
  const rows = await client.datasetRow.findMany({ where: { flowId: dataset.rowId } });
  expect(new Set(rows.map(({ values }) => Object.keys(values as object).length))).toEqual(
    new Set(endOf(result) === 'SUCCESS' ? [1] : []),
  );
});

describe('an import of which nothing is heard any more', () => {
  test('can be run again after a minute if it ran, and not a moment earlier', async () => {
    const { admin, dataset } = await parts();
    const job = await received(admin, dataset, FILE);
    await silence(job.id, 50, 'RUNNING');
    expect(await run(admin, dataset, job)).toFail('IMPORT_NOT_READY');
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'RUNNING', preview: null });
    await silence(job.id, 61, 'RUNNING');
    const found = await lookAt(admin, job.id);
    expect(found?.state).toBe('READY');
    expect(found?.preview?.rows).toHaveLength(2);
    expect(await run(admin, dataset, job)).toSucceed();
    expect(await countRows(dataset)).toBe(2);
  });

  test('lets go of its file when it is cancelled', async () => {
    const { admin, dataset } = await parts();
    const job = await received(admin, dataset, FILE);
    await silence(job.id, 61, 'RUNNING');
    expect(await countStaged(job.id)).toBeGreaterThan(0);
    expect(await cancel(admin, dataset, job)).toSucceed();
    expect(await countStaged(job.id)).toBe(0);
  });

  test('has failed after an hour if its file was coming in', async () => {
    const { admin, dataset } = await parts();
    const job = await start(admin, dataset);
    await silence(job.id, 3590, 'RECEIVING');
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'RECEIVING' });
    await silence(job.id, 3601, 'RECEIVING');
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'FAILED' });
    expect(await run(admin, dataset, job)).toFail('IMPORT_NOT_READY');
  });
});

import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { CancelDatasetImport, LeaveDataset, SignOut, WatchImport } from '../support/operations.js';
import {
  addFields,
  type Event,
  events,
  put,
  received,
  rowId,
  run,
  silence,
  start,
} from '../support/transfers.js';
import { globalId, world } from '../support/world.js';

const FILE = 'Name\nBolt\nNut\n';
const HIDDEN = globalId('DatasetImport', '01900000-0000-7000-8000-000000000000');

async function suppliers() {
  const people = await world();
  await addFields(people.admin, people.dataset, [{ name: 'Name', type: 'TEXT' }]);
  return people;
}

async function watch(actor: Actor, id: string) {
  const response = await actor.fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: WatchImport.toString(), variables: { id } }),
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  return events(response);
}

async function all(stream: AsyncIterable<Event>): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of stream) seen.push(event);
  return seen;
}

const statesOf = (seen: readonly Event[]) =>
  seen.map(({ data }) => data?.datasetImportProgress['state']);

const codesOf = (seen: readonly Event[]) =>
  seen.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code));

/** Writes how far an import has come, as another gateway would. */
async function advance(id: string, data: { state: 'RECEIVING' | 'RUNNING'; processed?: number }) {
  const { client } = await testDatabase();
  await client.datasetImport.update({ where: { id: rowId(id) }, data });
}

describe('datasetImportProgress', () => {
  test('tells of an upload from its beginning until it is READY, and ends', async () => {
    const { admin, dataset } = await suppliers();
    const { id, url } = await start(admin, dataset);
    const stream = await watch(admin, id);
    const first = await stream.next();
    expect(first.value).toEqual({
      data: { datasetImportProgress: { state: 'WAITING', rowCount: 0, processed: 0 } },
    });
    expect((await put(admin, url, FILE)).status).toBe(200);
    const rest = await all(stream);
    expect(rest.at(-1)).toEqual({
      data: { datasetImportProgress: { state: 'READY', rowCount: 2, processed: 0 } },
    });
    expect(['RECEIVING', undefined]).toContain(statesOf(rest.slice(0, -1))[0]);
  });

  test('tells of a run in order, each step once, until it is DONE', async () => {
    const { admin, dataset } = await suppliers();
    const job = await received(admin, dataset, FILE);
    await advance(job.id, { state: 'RUNNING' });
    const stream = await watch(admin, job.id);
    const seen = [(await stream.next()).value as Event];
    await advance(job.id, { state: 'RUNNING', processed: 1 });
    seen.push((await stream.next()).value as Event);
    await wait(600);
    await silence(job.id, 61, 'RUNNING');
    expect(await run(admin, dataset, job)).toSucceed();
    seen.push(...(await all(stream)));
    expect(statesOf(seen)).toEqual(['RUNNING', 'RUNNING', 'DONE']);
    expect(seen.map(({ data }) => data?.datasetImportProgress['processed'])).toEqual([0, 1, 2]);
  });

  test('tells once of what is at rest already, and ends', async () => {
    const { admin, dataset } = await suppliers();
    const ready = await received(admin, dataset, FILE);
    expect(statesOf(await all(await watch(admin, ready.id)))).toEqual(['READY']);
    const failed = await start(admin, dataset);
    await put(admin, failed.url, '');
    expect(statesOf(await all(await watch(admin, failed.id)))).toEqual(['FAILED']);
    await run(admin, dataset, ready);
    expect(statesOf(await all(await watch(admin, ready.id)))).toEqual(['DONE']);
  });

  test('ends when the import is cancelled', async () => {
    const { admin, dataset } = await suppliers();
    const { id } = await start(admin, dataset);
    const stream = await watch(admin, id);
    await stream.next();
    await admin.run(CancelDatasetImport, { input: { datasetId: dataset.id, importId: id } });
    expect(statesOf(await all(stream))).toEqual(['CANCELLED']);
  });

  test.each([
    ['RUNNING', 'READY'],
    ['RECEIVING', 'FAILED'],
  ] as const)('ends when nothing is heard any more of what is %s', async (state, shown) => {
    const { admin, dataset } = await suppliers();
    const { id } = await received(admin, dataset, FILE);
    await advance(id, { state });
    const stream = await watch(admin, id);
    expect(statesOf([(await stream.next()).value as Event])).toEqual([state]);
    await silence(id, 3601, state);
    expect(statesOf(await all(stream))).toEqual([shown]);
  });

  test('is not found by anybody but the one who started the import', async () => {
    const { admin, member, viewer, outsider, superAdmin, stranger, dataset } = await suppliers();
    const { id } = await start(member, dataset);
    const nowhere = await all(await watch(admin, HIDDEN));
    expect(codesOf(nowhere)).toEqual(['NOT_FOUND']);
    for (const person of [admin, viewer, outsider, superAdmin, stranger]) {
      expect(await all(await watch(person, id))).toEqual(nowhere);
    }
  });

  test('is refused to nobody in particular', async () => {
    const { member, anonymous, dataset } = await suppliers();
    const { id } = await start(member, dataset);
    expect(codesOf(await all(await watch(anonymous, id)))).toEqual(['UNAUTHENTICATED']);
  });

  test('ends with UNAUTHENTICATED when the watcher signs out meanwhile', async () => {
    const { member, dataset } = await suppliers();
    const { id } = await start(member, dataset);
    const stream = await watch(member, id);
    await stream.next();
    expect(await member.run(SignOut)).toSucceed();
    const rest = await all(stream);
    expect(codesOf(rest)).toEqual(['UNAUTHENTICATED']);
    expect(JSON.stringify(rest)).not.toContain('WAITING');
  });

  test('ends with NOT_FOUND when the watcher leaves the dataset meanwhile', async () => {
    const { member, dataset } = await suppliers();
    const { id } = await start(member, dataset);
    const stream = await watch(member, id);
    await stream.next();
    await member.run(LeaveDataset, { input: { datasetId: dataset.id } });
    expect(codesOf(await all(stream))).toEqual(['NOT_FOUND']);
  });

  test('shows nothing more to a watcher who becomes a Viewer meanwhile', async () => {
    const { member, dataset } = await suppliers();
    const { id } = await start(member, dataset);
    const stream = await watch(member, id);
    await stream.next();
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, userId: member.id };
    await client.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
    await advance(id, { state: 'RECEIVING' });
    const { value } = (await stream.next()) as { value: Event };
    await stream.return(undefined);
    expect(new Set(codesOf([value]))).toEqual(new Set(['FORBIDDEN']));
    expect(JSON.stringify(value.data ?? null)).not.toContain('RECEIVING');
  });
});

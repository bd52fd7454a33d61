import { expect, test } from 'vitest';

import { testDatabase, testDatabaseKind } from '../support/database.js';
import { departure, offboarding } from '../support/leaver.js';
import { AddDatasetRows } from '../support/operations.js';
import { endOf, table, timesDone } from '../support/table.js';
import { workspace } from '../support/world.js';

test('twenty who off-board the same person at once: one does it, the others get its batch', async () => {
  const { here, chief, leaver } = await departure();
  const others = await here.people(
    Array.from({ length: 4 }, () => ({ role: 'SUPER_ADMIN' as const })),
  );
  const hands = [chief, ...others];
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, at) => offboarding(hands[at % hands.length] ?? chief, leaver)),
  );
  for (const result of results) expect(result).toSucceed();
  const payloads = results.map(({ data }) => data?.offboard);
  expect(new Set(payloads.map((payload) => payload?.batchId)).size).toBe(1);
  expect(payloads.filter((payload) => payload?.removed.memberships === 3)).toHaveLength(1);
  expect(payloads.filter((payload) => payload?.removed.memberships === 0)).toHaveLength(19);
  const { client } = await testDatabase();
  const batchId = payloads[0]?.batchId ?? '';
  const entries = await client.auditEntry.findMany({ where: { batchId } });
  expect(entries.filter(({ action }) => action === 'user.offboarded')).toHaveLength(20);
  expect(entries.filter(({ action }) => action === 'apiKey.deleted')).toHaveLength(1);
});

test('two Super Admins who off-board each other: one of them stays', async () => {
  for (let time = 0; time < 5; time += 1) {
    const here = await workspace();
    const [one, other] = await here.people([{ role: 'SUPER_ADMIN' }, { role: 'SUPER_ADMIN' }]);
    const results = await Promise.all([offboarding(one, other), offboarding(other, one)]);
    const ends = results.map(endOf).toSorted();
    expect(ends).toEqual(['SUCCESS', 'UNAUTHENTICATED']);
    const { client } = await testDatabase();
    const where = { accountId: here.accountId, removedAt: null };
    expect(await client.user.count({ where })).toBe(1);
  }
});

const TIMES = testDatabaseKind() === 'postgres' ? 8 : 3;

test('what the person has under way is in before the answer, or never', async () => {
  const endsOfAll = new Set<string>();
  let added = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const all = await table([{ name: 'Name', type: 'TEXT' }]);
    const { here, superAdmin, member, dataset } = all;
    const { client } = await testDatabase();
    const count = () => client.datasetRow.count({ where: { flowId: dataset.rowId } });
    const add = () =>
      member.run(AddDatasetRows, { input: { datasetId: dataset.id, rows: [{ name: 'Lamp' }] } });
    const adding = Array.from({ length: 6 }, add);
    const [end, rowsThen] = await offboarding(superAdmin, member).then(
      async (result) => [endOf(result), await count()] as const,
    );
    adding.push(add());
    const ends = (await Promise.all(adding)).map(endOf);
    expect(end).toBe('SUCCESS');
    expect(ends.at(-1)).toBe('UNAUTHENTICATED');
    for (const each of ends) endsOfAll.add(each);
    expect(await count()).toBe(rowsThen);
    expect(await timesDone(here, 'datasetRow.added')).toBe(rowsThen);
    added += rowsThen;
  }
  expect(['SUCCESS', 'UNAUTHENTICATED', 'NOT_FOUND']).toEqual(
    expect.arrayContaining([...endsOfAll]),
  );
  expect(added).toBeGreaterThan(0);
});

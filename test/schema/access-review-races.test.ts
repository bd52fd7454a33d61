import { expect, test } from 'vitest';

import { testDatabase, testDatabaseKind } from '../support/database.js';
import { AddDatasetRows, ChangeDatasetMemberRole } from '../support/operations.js';
import {
  beginReview,
  closing,
  decideByWords,
  decideOn,
  linesOf,
  outcomesOf,
  reviewed,
} from '../support/review.js';
import { endOf, table, timesDone } from '../support/table.js';

test('ten who close the same review at once: one does', async () => {
  const { chief, iamAdmin } = await reviewed();
  const id = await beginReview(chief);
  expect(await decideByWords(chief, id, ['Vera Viewer: VIEWER'])).toSucceed();
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, at) => closing(at % 2 ? chief : iamAdmin, id)),
  );
  const ends = results.map(endOf).toSorted();
  expect(ends).toEqual([...Array.from({ length: 9 }, () => 'REVIEW_CLOSED'), 'SUCCESS']);
  const { client } = await testDatabase();
  const requestId = { in: results.map((result) => result.requestId) };
  const where = { requestId, action: 'user.rolesAssigned' };
  expect(await client.auditEntry.count({ where })).toBe(1);
});

test('two reviews of the same thing, closed at once: one takes it away, for the other it is gone', async () => {
  const { chief, iamAdmin } = await reviewed();
  const ids = [await beginReview(chief), await beginReview(iamAdmin)];
  const revoked = ['Vera Viewer: Suppliers: VIEWER', 'Vera Viewer: Operations'];
  for (const id of ids) expect(await decideByWords(chief, id, revoked)).toSucceed();
  const results = await Promise.all([
    closing(chief, ids[0] ?? ''),
    closing(iamAdmin, ids[1] ?? ''),
  ]);
  const closed = results.map(({ data }) => {
    const { removed, gone } = data?.closeAccessReview ?? {};
    return { removed, gone };
  });
  expect(closed).toEqual(
    expect.arrayContaining([
      { removed: 2, gone: 0 },
      { removed: 0, gone: 2 },
    ]),
  );
});

test('lines decided while the review closes are decided before, or not at all', async () => {
  for (let time = 0; time < 4; time += 1) {
    const { chief, iamAdmin } = await reviewed();
    const id = await beginReview(chief, { scope: 'GROUPS' });
    const ids = (await linesOf(chief, id)).map((line) => line.id);
    const [decided, closed] = await Promise.all([
      decideOn(iamAdmin, id, ids, 'REVOKED'),
      closing(chief, id),
    ]);
    expect(closed).toSucceed();
    const came = endOf(decided) === 'SUCCESS';
    if (!came) expect(decided).toFail('REVIEW_CLOSED');
    expect(closed.data?.closeAccessReview?.removed).toBe(came ? 2 : 0);
    const outcomes = new Set(Object.values(await outcomesOf(chief, id)));
    expect(outcomes).toEqual(new Set([came ? 'REMOVED' : 'KEPT']));
  }
});

test('a review and an Admin who steps down at once: the dataset keeps an Admin', async () => {
  for (let time = 0; time < 4; time += 1) {
    const { here, chief } = await reviewed();
    const [one, two] = await here.people([{ name: 'One' }, { name: 'Two' }]);
    const dataset = await here.dataset({
      name: 'Raced',
      members: [
        { user: one, role: 'ADMIN' },
        { user: two, role: 'ADMIN' },
      ],
    });
    const id = await beginReview(chief, { scope: 'FLOWS' });
    expect(await decideByWords(chief, id, ['One: Raced: ADMIN'])).toSucceed();
    const memberId = dataset.memberIds[1] ?? '';
    const input = { datasetId: dataset.id, memberId, role: 'MEMBER' as const };
    const [closed, demoted] = await Promise.all([
      closing(chief, id),
      two.run(ChangeDatasetMemberRole, { input }),
    ]);
    expect(closed).toSucceed();
    expect(['SUCCESS', 'LAST_ADMIN']).toContain(endOf(demoted));
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, role: 'ADMIN' } as const;
    expect(await client.flowMember.count({ where })).toBe(1);
  }
});

const TIMES = testDatabaseKind() === 'postgres' ? 6 : 3;

test('what somebody has under way is in before the review took it away, or never', async () => {
  let added = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const all = await table([{ name: 'Name', type: 'TEXT' }]);
    const { here, superAdmin, member, dataset } = all;
    const { client } = await testDatabase();
    const id = await beginReview(superAdmin, { scope: 'FLOWS' });
    expect(await decideByWords(superAdmin, id, ['Mira Member: Suppliers: MEMBER'])).toSucceed();
    const count = () => client.datasetRow.count({ where: { flowId: dataset.rowId } });
    const add = () =>
      member.run(AddDatasetRows, { input: { datasetId: dataset.id, rows: [{ name: 'Lamp' }] } });
    const adding = Array.from({ length: 6 }, add);
    const [end, rowsThen] = await closing(superAdmin, id).then(
      async (result) => [endOf(result), await count()] as const,
    );
    adding.push(add());
    const ends = (await Promise.all(adding)).map(endOf);
    expect(end).toBe('SUCCESS');
    expect(ends.at(-1)).toBe('NOT_FOUND');
    expect(await count()).toBe(rowsThen);
    expect(await timesDone(here, 'datasetRow.added')).toBe(rowsThen);
    added += rowsThen;
  }
  expect(added).toBeGreaterThan(0);
});

import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase, testDatabaseKind } from '../support/database.js';
import {
  AddDatasetMember,
  AddDatasetRows,
  AddGroupMembers,
  DeleteGroup,
  DeleteServiceAccount,
  LeaveDataset,
  RemoveGroupMembers,
} from '../support/operations.js';
import { addField, endOf, timesDone } from '../support/table.js';
import { globalId, workspace, type Shared, type Workspace } from '../support/world.js';

const TIMES = testDatabaseKind() === 'postgres' ? 12 : 4;

const userId = ({ id }: Actor) => globalId('User', id);

const addRow = (who: Actor, { id }: Shared) =>
  who.run(AddDatasetRows, { input: { datasetId: id, rows: [{ name: 'Lamp' }] } });

async function rowsOf({ rowId }: Shared): Promise<number> {
  const { client } = await testDatabase();
  return client.datasetRow.count({ where: { flowId: rowId } });
}

/** A dataset with a field, which the people of a group can fill. */
async function shared(here: Workspace, owner: Actor, people: readonly Actor[]) {
  const groupId = await here.group(people, 'Team');
  const dataset = await here.dataset({
    members: [
      { user: owner, role: 'ADMIN' },
      { groupId, role: 'MEMBER' },
    ],
  });
  expect(await addField(owner, dataset, { name: 'Name', type: 'TEXT' })).toSucceed();
  return { groupId: globalId('Group', groupId), rowId: groupId, dataset };
}

test('somebody who is put into a group a hundred times at once is in it once', async () => {
  const here = await workspace();
  const [one, other, ada] = await here.people([{ role: 'USER_ADMIN' }, { role: 'ADMIN' }, {}]);
  const groupId = await here.group([], 'Team');
  const input = { groupId: globalId('Group', groupId), userIds: [userId(ada)] };
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, at) => (at % 2 ? one : other).run(AddGroupMembers, { input })),
  );
  const done = results.filter(({ errors }) => !errors);
  const added = done.map(({ data }) => data?.addGroupMembers?.added ?? 0);
  expect(added.filter((count) => count === 1)).toHaveLength(1);
  // A hundred at once are more than a gateway has connections for; it says so and does nothing.
  const ends = new Set(results.map(endOf));
  expect(['SUCCESS', 'OVERLOADED']).toEqual(expect.arrayContaining([...ends]));
  const { client } = await testDatabase();
  expect(await client.groupMember.count({ where: { groupId } })).toBe(1);
  const entries = await client.auditEntry.findMany({
    where: { accountId: here.accountId, action: 'group.membersAdded', outcome: 'SUCCEEDED' },
  });
  expect(entries).toHaveLength(done.length);
});

describe('after the answer nobody writes with the rights of a group', () => {
  test.each([
    {
      what: 'that was deleted',
      take: (who: Actor, groupId: string, _people: readonly Actor[]) =>
        who.run(DeleteGroup, { input: { groupId, name: 'Team' } }),
    },
    {
      what: 'that they were taken out of',
      take: (who: Actor, groupId: string, people: readonly Actor[]) =>
        who.run(RemoveGroupMembers, { input: { groupId, userIds: people.map(userId) } }),
    },
  ])('$what', async ({ take }) => {
    for (let time = 0; time < TIMES; time += 1) {
      const here = await workspace();
      const [manager, owner, ada, bob] = await here.people([
        { role: 'USER_ADMIN' },
        {},
        { name: 'Ada' },
        { name: 'Bob' },
      ]);
      const { groupId, dataset } = await shared(here, owner, [ada, bob]);
      const program = await here.program();
      await here.letAct(program, { flowId: dataset.rowId });
      const writing = Array.from({ length: 9 }, (_, at) =>
        addRow([ada, bob, program.as(ada)][at % 3] ?? ada, dataset),
      );
      const taken = take(manager, groupId, [ada, bob]).then(
        async (result) => [endOf(result), await rowsOf(dataset)] as const,
      );
      const ends = (await Promise.all(writing)).map(endOf);
      const [end, rowsThen] = await taken;
      expect(end).toBe('SUCCESS');
      expect(['SUCCESS', 'NOT_FOUND', 'FORBIDDEN']).toEqual(expect.arrayContaining(ends));
      expect(await rowsOf(dataset)).toBe(rowsThen);
      expect(rowsThen).toBe(await timesDone(here, 'datasetRow.added'));
    }
  });

  test('which waits for what is under way', async () => {
    const here = await workspace();
    const [manager, owner, ada] = await here.people([{ role: 'USER_ADMIN' }, {}, {}]);
    const { groupId, dataset } = await shared(here, owner, [ada]);
    const { client } = await testDatabase();
    const order: string[] = [];
    let removed: Promise<unknown> | undefined;
    await client.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 AS held FROM pg_advisory_xact_lock_shared(hashtextextended(${ada.id}::text, 0))`;
      removed = manager
        .run(DeleteGroup, { input: { groupId, name: 'Team' } })
        .then((result) => order.push(endOf(result)));
      await wait(300);
      order.push('under way');
    });
    await removed;
    expect(order).toEqual(['under way', 'SUCCESS']);
    await expect(await addRow(ada, dataset)).toBeHidden();
  });
});

test('of two last Admins, a person and a group, one stays', async () => {
  for (let time = 0; time < TIMES; time += 1) {
    const here = await workspace();
    const [manager, owner, ada] = await here.people([{ role: 'USER_ADMIN' }, {}, {}]);
    const groupId = await here.group([ada], 'Team');
    const dataset = await here.dataset({
      members: [
        { user: owner, role: 'ADMIN' },
        { groupId, role: 'ADMIN' },
      ],
    });
    const [left, deleted] = await Promise.all([
      owner.run(LeaveDataset, { input: { datasetId: dataset.id } }),
      manager.run(DeleteGroup, {
        input: { groupId: globalId('Group', groupId), name: 'Team' },
      }),
    ]);
    expect([endOf(left), endOf(deleted)].toSorted()).toEqual(['LAST_ADMIN', 'SUCCESS']);
    const { client } = await testDatabase();
    expect(await client.flowMember.count({ where: { flowId: dataset.rowId } })).toBe(1);
  }
});

describe('whoever is added to a flow while they go', () => {
  const add = (who: Actor, { id }: Shared, granteeId: string) =>
    who.run(AddDatasetMember, { input: { datasetId: id, granteeId, role: 'VIEWER' } });

  test('and are groups or service accounts leave no membership behind', async () => {
    const here = await workspace();
    const [chief, owner] = await here.people([{ role: 'SUPER_ADMIN' }, {}]);
    const datasets = await here.datasets(
      Array.from({ length: 5 }, () => ({ members: [{ user: owner, role: 'ADMIN' as const }] })),
    );
    const { client } = await testDatabase();
    for (let time = 0; time < TIMES; time += 1) {
      const program = await here.program(`Robot ${time}`);
      const serviceAccountId = globalId('ServiceAccount', program.id);
      const group = globalId('Group', await here.group([], `Team ${time}`));
      const adding = datasets.flatMap((dataset) => [
        add(owner, dataset, serviceAccountId),
        add(owner, dataset, group),
      ]);
      const going = [
        chief.run(DeleteServiceAccount, { input: { serviceAccountId, name: `Robot ${time}` } }),
        chief.run(DeleteGroup, { input: { groupId: group, name: `Team ${time}` } }),
      ];
      const ends = (await Promise.all(adding)).map(endOf);
      expect(['SUCCESS', 'GRANTEE_NOT_FOUND']).toEqual(expect.arrayContaining(ends));
      expect((await Promise.all(going)).map(endOf)).toEqual(['SUCCESS', 'SUCCESS']);
    }
    const flowId = { in: datasets.map(({ rowId }) => rowId) };
    const left = { flowId, OR: [{ groupId: { not: null } }, { serviceAccountId: { not: null } }] };
    expect(await client.flowMember.count({ where: left })).toBe(0);
  });

  test('are not added once they are gone', async () => {
    const here = await workspace();
    const [owner, ada] = await here.people([{}, {}]);
    const dataset = await here.dataset({ members: [{ user: owner, role: 'ADMIN' }] });
    const { client } = await testDatabase();
    let adding: ReturnType<typeof add> | undefined;
    await client.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended(${ada.id}::text, 0))`;
      adding = add(owner, dataset, userId(ada));
      await wait(300);
      await tx.user.update({ where: { id: ada.id }, data: { removedAt: new Date() } });
    });
    expect(await adding).toFail('GRANTEE_NOT_FOUND');
    expect(await client.flowMember.count({ where: { userId: ada.id } })).toBe(0);
  });
});

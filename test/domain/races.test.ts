import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Prisma } from '../../src/db/generated/client.js';
import type { Actor, Result } from '../support/actor.js';
import { testDatabase, testDatabaseKind } from '../support/database.js';
import {
  AddDatasetMember,
  ChangeDatasetMemberRole,
  CreateDataset,
  DeleteDataset,
  GetDataset,
  GetDatasetMembers,
  LeaveDataset,
  RemoveDatasetMember,
  RenameDataset,
} from '../support/operations.js';
import { globalId, workspace, world, type Shared } from '../support/world.js';

/** How a request ended: its error code, or that it succeeded. */
function endOf({ errors }: Result): string {
  return errors?.map(({ extensions }) => extensions.code).join(' ') ?? 'SUCCESS';
}

async function together(...requests: readonly Promise<Result>[]): Promise<string[]> {
  return (await Promise.all(requests)).map(endOf);
}

/** Two people who both are Admins of so many datasets, and nobody else. */
async function twoAdmins(count: number) {
  const here = await workspace();
  const [one, other] = await here.people([{}, {}]);
  const members = [one, other].map((user) => ({ user, role: 'ADMIN' as const }));
  const datasets = await here.datasets(Array.from({ length: count }, () => ({ members })));
  return { here, one, other, datasets };
}

const demote = (who: Actor, { id, memberIds }: Shared, at: number) =>
  who.run(ChangeDatasetMemberRole, {
    input: { datasetId: id, memberId: memberIds[at] ?? '', role: 'MEMBER' },
  });

const remove = (who: Actor, { id, memberIds }: Shared, at: number) =>
  who.run(RemoveDatasetMember, { input: { datasetId: id, memberId: memberIds[at] ?? '' } });

const leave = (who: Actor, { id }: Shared) => who.run(LeaveDataset, { input: { datasetId: id } });

const rename = (who: Actor, { id }: Shared, name = 'New') =>
  who.run(RenameDataset, { input: { datasetId: id, name } });

/** How many Admins each of these datasets has. */
async function adminsOf(datasets: readonly Shared[]): Promise<number[]> {
  const { client } = await testDatabase();
  const admins = await client.flowMember.findMany({
    where: { flowId: { in: datasets.map(({ rowId }) => rowId) }, role: 'ADMIN' },
    select: { flowId: true },
  });
  return datasets.map(({ rowId }) => admins.filter(({ flowId }) => flowId === rowId).length);
}

describe('two Admins at once', () => {
  test('who demote each other, a hundred times: one of them stays Admin', async () => {
    const { one, other, datasets } = await twoAdmins(100);
    for (const dataset of datasets) {
      const ends = await together(demote(one, dataset, 1), demote(other, dataset, 0));
      const lost = ends.find((end) => end !== 'SUCCESS');
      expect(ends).toContain('SUCCESS');
      expect(['LAST_ADMIN', 'FORBIDDEN']).toContain(lost);
    }
    expect(await adminsOf(datasets)).toEqual(datasets.map(() => 1));
  });

  test('in many datasets at the same time', async () => {
    const { one, other, datasets } = await twoAdmins(12);
    const ends = await Promise.all(
      datasets.map((dataset) => together(demote(one, dataset, 1), demote(other, dataset, 0))),
    );
    expect(ends.flat().filter((end) => end === 'SUCCESS')).toHaveLength(12);
    expect(await adminsOf(datasets)).toEqual(datasets.map(() => 1));
  });

  test.each([
    {
      what: 'leave',
      race: (one: Actor, other: Actor, dataset: Shared) =>
        together(leave(one, dataset), leave(other, dataset)),
      losses: ['LAST_ADMIN'],
    },
    {
      what: 'remove each other',
      race: (one: Actor, other: Actor, dataset: Shared) =>
        together(remove(one, dataset, 1), remove(other, dataset, 0)),
      losses: ['NOT_FOUND'],
    },
    {
      what: 'demote themselves',
      race: (one: Actor, other: Actor, dataset: Shared) =>
        together(demote(one, dataset, 0), demote(other, dataset, 1)),
      losses: ['LAST_ADMIN'],
    },
    {
      what: 'leave and demote the other',
      race: (one: Actor, other: Actor, dataset: Shared) =>
        together(leave(one, dataset), demote(one, dataset, 1), leave(other, dataset)),
      losses: ['LAST_ADMIN', 'NOT_FOUND', 'FORBIDDEN'],
    },
  ])('who $what: one of them stays Admin', async ({ race, losses }) => {
    const { one, other, datasets } = await twoAdmins(10);
    for (const dataset of datasets) {
      const ends = await race(one, other, dataset);
      expect(['SUCCESS', ...losses]).toEqual(expect.arrayContaining(ends));
      expect(ends).toContain('SUCCESS');
    }
    expect(await adminsOf(datasets)).toEqual(datasets.map(() => 1));
  });
});

describe('the same person added by many at once', () => {
  test('becomes a member once', async () => {
    const { here, one, other, datasets } = await twoAdmins(5);
    const newcomer = await here.person({ name: 'Nina Newcomer' });
    for (const dataset of datasets) {
      const add = (who: Actor, whom: { nameOrEmail: string } | { granteeId: string }) =>
        who.run(AddDatasetMember, {
          input: { datasetId: dataset.id, role: 'VIEWER', ...whom },
        });
      const ends = await together(
        add(one, { nameOrEmail: newcomer.email }),
        add(other, { nameOrEmail: 'nina newcomer' }),
        add(one, { granteeId: globalId('User', newcomer.id) }),
        add(other, { granteeId: globalId('User', newcomer.id) }),
      );
      expect(ends.toSorted()).toEqual([
        'ALREADY_MEMBER',
        'ALREADY_MEMBER',
        'ALREADY_MEMBER',
        'SUCCESS',
      ]);
      const { data } = await one.run(GetDatasetMembers, { id: dataset.id });
      expect(data?.dataset?.members?.totalCount).toBe(3);
    }
  });
});

describe('a dataset that is deleted while somebody else changes it', () => {
  test('is renamed before or not at all', async () => {
    const { one, other, datasets } = await twoAdmins(10);
    for (const dataset of datasets) {
      const input = { datasetId: dataset.id, name: dataset.name };
      const ends = await together(rename(one, dataset), other.run(DeleteDataset, { input }));
      expect([
        ['SUCCESS', 'NAME_MISMATCH'],
        ['NOT_FOUND', 'SUCCESS'],
      ]).toContainEqual(ends);
    }
  });

  test('is gone in the end, whatever else was under way', async () => {
    const { here, one, other, datasets } = await twoAdmins(5);
    const newcomer = await here.person();
    for (const dataset of datasets) {
      const input = { datasetId: dataset.id, name: dataset.name };
      const add = { datasetId: dataset.id, nameOrEmail: newcomer.email, role: 'ADMIN' as const };
      const [deleted, ...others] = await together(
        other.run(DeleteDataset, { input }),
        one.run(AddDatasetMember, { input: add }),
        demote(one, dataset, 0),
        leave(one, dataset),
      );
      expect(deleted).toBe('SUCCESS');
      expect(['SUCCESS', 'NOT_FOUND', 'FORBIDDEN']).toEqual(expect.arrayContaining(others));
      await expect(await other.run(GetDataset, { id: dataset.id })).toBeHidden();
    }
  });
});

/**
 * Starts a mutation while somebody’s change is under way in another transaction, and ends that once the mutation
 * waits for it.
 */
async function during(
  change: (tx: Prisma.TransactionClient) => Promise<unknown>,
  mutate: () => Promise<Result>,
): Promise<Result> {
  const { client } = await testDatabase();
  let mutation: Promise<Result> | undefined;
  await client.$transaction(async (tx) => {
    await change(tx);
    mutation = mutate();
    await wait(20);
    while (testDatabaseKind() === 'postgres' && !(await somebodyWaits())) await wait(5);
  });
  if (!mutation) throw new Error('The mutation did not start.');
  return mutation;
}

/** Only a server tells; the embedded database runs one transaction after the other anyway. */
async function somebodyWaits(): Promise<boolean> {
  const { client } = await testDatabase();
  const rows = await client.$queryRaw<object[]>`
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return rows.length > 0;
}

describe('a mutation that waits for a change of its own rights', () => {
  const lockPerson = (tx: Prisma.TransactionClient, { id }: Actor) =>
    tx.$queryRaw`SELECT 1 FROM "user" WHERE id = ${id}::uuid FOR UPDATE`;

  const nameOf = async (dataset: Shared) => {
    const { client } = await testDatabase();
    return (await client.flow.findUniqueOrThrow({ where: { id: dataset.rowId } })).name;
  };

  test('is refused if the person was suspended', async () => {
    const { admin, dataset } = await world();
    const result = await during(
      async (tx) => {
        await lockPerson(tx, admin);
        await tx.user.update({ where: { id: admin.id }, data: { status: 'SUSPENDED' } });
      },
      () => rename(admin, dataset),
    );
    expect(result).toFail('UNAUTHENTICATED');
    expect(result.errors?.[0]?.extensions['reason']).toBe('SUSPENDED');
    expect(await nameOf(dataset)).toBe('Suppliers');
  });

  test('is refused if the person was removed', async () => {
    const { admin, dataset } = await world();
    const result = await during(
      (tx) => tx.user.update({ where: { id: admin.id }, data: { removedAt: new Date() } }),
      () => rename(admin, dataset),
    );
    expect(result).toFail('UNAUTHENTICATED');
    expect(await nameOf(dataset)).toBe('Suppliers');
  });

  test('is refused if the session was ended', async () => {
    const { admin, dataset } = await world();
    const result = await during(
      (tx) => tx.session.updateMany({ where: { userId: admin.id }, data: { endedAt: new Date() } }),
      () => rename(admin, dataset),
    );
    expect(result).toFail('UNAUTHENTICATED');
    expect(await nameOf(dataset)).toBe('Suppliers');
  });

  test('is denied if the account role was taken away', async () => {
    const editor = await (await workspace()).person({ role: 'EDITOR' });
    const result = await during(
      async (tx) => {
        await lockPerson(tx, editor);
        await tx.roleAssignment.deleteMany({ where: { userId: editor.id } });
      },
      () => editor.run(CreateDataset, { input: { name: 'Too late' } }),
    );
    expect(result).toBeDenied({ missing: 'dataset:create', role: 'none' });
  });

  const lockDataset = (tx: Prisma.TransactionClient, { rowId }: Shared) =>
    tx.$queryRaw`SELECT 1 FROM flow WHERE id = ${rowId}::uuid FOR NO KEY UPDATE`;

  test('is denied if the role on the dataset was lowered', async () => {
    const { admin, dataset } = await world();
    const where = { flowId: dataset.rowId, userId: admin.id };
    const result = await during(
      async (tx) => {
        await lockDataset(tx, dataset);
        await tx.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
      },
      () => rename(admin, dataset),
    );
    expect(result).toBeDenied({ missing: 'dataset:rename', role: 'Viewer' });
    expect(await nameOf(dataset)).toBe('Suppliers');
  });

  test('finds nothing if the role on the dataset was taken away', async () => {
    const { admin, dataset } = await world();
    const where = { flowId: dataset.rowId, userId: admin.id };
    const result = await during(
      async (tx) => {
        await lockDataset(tx, dataset);
        await tx.flowMember.deleteMany({ where });
      },
      () => rename(admin, dataset),
    );
    await expect(result).toBeHidden();
    expect(await nameOf(dataset)).toBe('Suppliers');
  });

  test('is allowed if the change was rolled back', async () => {
    const { admin, dataset } = await world();
    const { client } = await testDatabase();
    let mutation: Promise<Result> | undefined;
    const undone = client.$transaction(async (tx) => {
      await lockPerson(tx, admin);
      await tx.user.update({ where: { id: admin.id }, data: { status: 'SUSPENDED' } });
      mutation = rename(admin, dataset);
      await wait(20);
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    expect(await mutation).toSucceed();
    expect(await nameOf(dataset)).toBe('New');
  });
});

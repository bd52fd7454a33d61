import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import type { Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { GetDataset, GetNode, LeaveDataset, RenameDataset } from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

interface Twins {
  /** What is true of the person in the other workspace. */
  readonly there?: { suspended?: boolean; removedAt?: Date; emailVerifiedAt?: null };
  readonly here?: { emailVerifiedAt?: null };
  /** How the dataset there is shared with the person there. */
  readonly share?: 'DIRECT' | 'GROUP' | 'NOBODY';
  readonly sameAddress?: boolean;
}

/** Somebody who belongs to two workspaces, and a dataset of the other one. */
async function twins({ here = {}, there = {}, share = 'DIRECT', sameAddress = true }: Twins = {}) {
  const { client } = await testDatabase();
  const [home, away] = [await workspace(), await workspace()];
  const email = `${randomUUID()}@example.test`;
  const ada = await home.person({ email });
  const { suspended = false, ...rest } = there;
  const other = await away.person({ ...(sameAddress && { email }), suspended });
  await client.user.update({ where: { id: ada.id }, data: here });
  await client.user.update({ where: { id: other.id }, data: rest });
  const owner = await away.person();
  const dataset = await away.dataset({
    members: [
      { user: owner, role: 'ADMIN' },
      ...(share === 'DIRECT' ? [{ user: other, role: 'VIEWER' } as const] : []),
      ...(share === 'GROUP'
        ? [{ groupId: await away.group([other]), role: 'VIEWER' } as const]
        : []),
    ],
  });
  return { ada, other, dataset, away, home };
}

function expectTold(result: Result): void {
  expect(result.errors?.map(({ extensions }) => extensions)).toEqual([
    {
      code: 'NOT_FOUND',
      reason: 'WRONG_WORKSPACE',
      remedies: [
        {
          kind: 'CHECK_WORKSPACE',
          who: 'You',
          how: 'It belongs to another workspace of yours: sign in there.',
        },
      ],
    },
  ]);
}

describe('that it is the wrong workspace is told', () => {
  test.each(['DIRECT', 'GROUP'] as const)('to somebody who sees it there: %s', async (share) => {
    const { ada, other, dataset } = await twins({ share });
    expect(await other.run(GetDataset, { id: dataset.id })).toSucceed();
    expectTold(await ada.run(GetDataset, { id: dataset.id }));
  });

  test('wherever the id enters, and in the entry too', async () => {
    const { ada, dataset, home } = await twins();
    const { id } = dataset;
    expectTold(await ada.run(GetNode, { id }));
    for (const result of [
      await ada.run(RenameDataset, { input: { datasetId: id, name: 'Mine' } }),
      await ada.run(LeaveDataset, { input: { datasetId: id } }),
    ]) {
      expectTold(result);
      await expect(result).toHaveAudited({
        accountId: home.accountId,
        outcome: 'REFUSED',
        code: 'NOT_FOUND',
      });
    }
  });

  test('without a word of where, whose or what it is', async () => {
    const { ada, dataset, away } = await twins();
    const { text } = await ada.run(GetDataset, { id: dataset.id });
    for (const secret of [dataset.name, dataset.rowId, away.slug, away.accountId, 'VIEWER']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('like an id that does not exist it looks', () => {
  test.each<[string, Twins]>([
    ['with nothing shared there', { share: 'NOBODY' }],
    ['with another address there', { sameAddress: false }],
    ['suspended there', { there: { suspended: true } }],
    ['removed there', { there: { removedAt: new Date() } }],
    ['with an unverified address there', { there: { emailVerifiedAt: null } }],
    ['with an unverified address here', { here: { emailVerifiedAt: null } }],
    ['in a group there, but suspended', { share: 'GROUP', there: { suspended: true } }],
    ['in a group there, but unverified here', { share: 'GROUP', here: { emailVerifiedAt: null } }],
  ])('to somebody %s', async (_name, options) => {
    const { ada, dataset } = await twins(options);
    const { id } = dataset;
    await expect(await ada.run(GetDataset, { id })).toBeHidden();
    await expect(await ada.run(GetNode, { id })).toBeHidden();
    const input = { datasetId: id, name: 'Mine' };
    await expect(await ada.run(RenameDataset, { input })).toBeHidden();
  });

  test('to others of the workspace here, whoever has a twin there', async () => {
    const { home, dataset } = await twins();
    const chief = await home.person({ role: 'SUPER_ADMIN' });
    await expect(await chief.run(GetDataset, { id: dataset.id })).toBeHidden();
  });

  test('after it is deleted, or shared no more', async () => {
    const { client } = await testDatabase();
    const [unshared, deleted] = [await twins(), await twins()];
    await client.flowMember.deleteMany({ where: { userId: unshared.other.id } });
    await client.flow.delete({ where: { id: deleted.dataset.rowId } });
    for (const { ada, dataset } of [unshared, deleted]) {
      await expect(await ada.run(GetDataset, { id: dataset.id })).toBeHidden();
    }
  });

  test('if what the person sees there is no dataset', async () => {
    const { client } = await testDatabase();
    const { ada, other, away } = await twins();
    const { accountId } = away;
    const { id } = await client.flow.create({
      data: {
        accountId,
        kind: 'PROCESS',
        name: 'No dataset',
        nameKey: 'no dataset',
        members: { create: { accountId, userId: other.id, role: 'OWNER' } },
      },
    });
    for (const result of [
      await ada.run(GetDataset, { id: globalId('Dataset', id) }),
      await ada.run(GetNode, { id: globalId('Dataset', id) }),
    ]) {
      await expect(result).toBeHidden();
    }
  });

  test('if the id names something else than a dataset', async () => {
    const { ada, dataset, other, away } = await twins();
    for (const id of [
      globalId('User', dataset.rowId),
      globalId('User', other.id),
      globalId('Account', away.accountId),
      globalId('DatasetMember', dataset.rowId),
      dataset.memberIds[1] ?? '',
    ]) {
      await expect(await ada.run(GetNode, { id })).toBeHidden();
    }
  });
});

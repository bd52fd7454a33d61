import { describe, expect, test } from 'vitest';

import { testDatabase, testDatabaseKind } from '../support/database.js';
import { flowWorld } from '../support/flow-world.js';
import { rowIdOf } from '../support/keys.js';
import {
  ChangeDatasetMemberRole,
  DeleteDataset,
  RemoveUser,
  SuspendUser,
} from '../support/operations.js';
import { staff } from '../support/people.js';
import {
  approving,
  asked,
  askFor,
  asking,
  refusing,
  requestsOf,
  roleOf,
  withdrawing,
} from '../support/requests.js';
import { endOf, timesDone } from '../support/table.js';
import { globalId } from '../support/world.js';

const TIMES = testDatabaseKind() === 'postgres' ? 6 : 3;

async function stateOf(requestId: string) {
  const { client } = await testDatabase();
  const where = { id: rowIdOf(requestId) };
  return (await client.accessRequest.findUnique({ where }))?.state;
}

function countOf(ends: readonly string[], end: string): number {
  return ends.filter((each) => each === end).length;
}

test('a hundred who approve at once: one does', async () => {
  const { here, admin, superAdmin, viewer, dataset, requestId } = await asked();
  const ends = (
    await Promise.all(
      Array.from({ length: 100 }, (_, at) => approving(at % 2 ? admin : superAdmin, requestId)),
    )
  ).map(endOf);
  expect(countOf(ends, 'SUCCESS')).toBe(1);
  // Whoever waited too long for a connection was not begun.
  expect(countOf(ends, 'REQUEST_CLOSED') + countOf(ends, 'OVERLOADED')).toBe(99);
  expect(await roleOf(viewer, dataset)).toBe('MEMBER');
  expect(await timesDone(here, 'accessRequest.approved')).toBe(1);
  expect(await timesDone(here, 'datasetMember.roleChanged')).toBe(1);
});

test('many who approve a role in the account at once: one does', async () => {
  const { here, by } = await staff();
  const requestId = await askFor(by.EDITOR, ['user:read']);
  const ends = (
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        approving(at % 2 ? by.SUPER_ADMIN : by.ADMIN, requestId),
      ),
    )
  ).map(endOf);
  expect(countOf(ends, 'SUCCESS')).toBe(1);
  expect(countOf(ends, 'REQUEST_CLOSED')).toBe(19);
  expect(await timesDone(here, 'user.rolesAssigned')).toBe(1);
});

test('many who ask for the same at once: one request', async () => {
  const { viewer, owner, flow } = await flowWorld();
  for (const more of [{ on: flow.id }, {}]) {
    const permissions = 'on' in more ? ['flow:edit'] : ['role:assign'];
    const results = await Promise.all(
      Array.from({ length: 20 }, () => asking(viewer, permissions, more)),
    );
    const ends = results.map(endOf);
    expect(countOf(ends, 'SUCCESS')).toBe(1);
    expect(countOf(ends, 'ALREADY_REQUESTED')).toBe(19);
    const made = results.flatMap(({ data }) => data?.requestAccess?.accessRequest.id ?? []);
    const named = results.flatMap(({ errors }) => errors?.[0]?.extensions['requestId'] ?? []);
    expect(new Set(named)).toEqual(new Set(made));
  }
  expect(await requestsOf(owner)).toHaveLength(1);
});

describe('only one of two comes to pass:', () => {
  test('approval or withdrawal, approval or refusal', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const one = await asked();
      const other = await asked();
      const [approved, withdrawn, also, refused] = await Promise.all([
        approving(one.admin, one.requestId),
        withdrawing(one.viewer, one.requestId),
        approving(other.admin, other.requestId),
        refusing(other.superAdmin, other.requestId),
      ]);
      for (const [made, yes, no, state] of [
        [one, approved, withdrawn, 'WITHDRAWN'],
        [other, also, refused, 'REFUSED'],
      ] as const) {
        expect([endOf(yes), endOf(no)].toSorted()).toEqual(['REQUEST_CLOSED', 'SUCCESS']);
        const given = endOf(yes) === 'SUCCESS';
        expect(await stateOf(made.requestId)).toBe(given ? 'APPROVED' : state);
        const { viewer, dataset } = made;
        expect(await roleOf(viewer, dataset)).toBe(given ? 'MEMBER' : 'VIEWER');
      }
    }
  });

  test('approval, or the deletion of the dataset before it', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const { here, admin, superAdmin, dataset, requestId } = await asked();
      const input = { datasetId: dataset.id, name: dataset.name };
      const [approved, deleted] = await Promise.all([
        approving(superAdmin, requestId),
        admin.run(DeleteDataset, { input }),
      ]);
      expect(deleted).toSucceed();
      // Approved and gone again, before the answer was put together, is gone, too.
      expect(['SUCCESS', 'NOT_FOUND']).toContain(endOf(approved));
      const { client } = await testDatabase();
      const { accountId } = here;
      expect(await client.accessRequest.count({ where: { accountId } })).toBe(0);
    }
  });

  test('approval, or the removal or suspension of whoever asked before it', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const { admin, superAdmin, viewer, dataset, requestId } = await asked();
      const userId = globalId('User', viewer.id);
      const isRemoved = time % 2 === 0;
      const [approved, ended] = await Promise.all([
        approving(admin, requestId),
        isRemoved
          ? superAdmin.run(RemoveUser, { input: { userId, confirm: true } })
          : superAdmin.run(SuspendUser, { input: { userId } }),
      ]);
      expect(ended).toSucceed();
      const end = endOf(approved);
      expect(['SUCCESS', isRemoved ? 'REQUEST_CLOSED' : 'REQUESTER_INACTIVE']).toContain(end);
      const closed = isRemoved ? 'WITHDRAWN' : 'PENDING';
      expect(await stateOf(requestId)).toBe(end === 'SUCCESS' ? 'APPROVED' : closed);
      const left = isRemoved ? null : end === 'SUCCESS' ? 'MEMBER' : 'VIEWER';
      expect(await roleOf(viewer, dataset)).toBe(left);
    }
  });
});

test('an approval by an Admin who is demoted at once happens before, or not at all', async () => {
  for (let time = 0; time < TIMES; time += 1) {
    const { admin, superAdmin, viewer, dataset, memberships } = await asked();
    const toAdmin = await askFor(viewer, ['dataset:rename'], { on: dataset.id });
    const input = { datasetId: dataset.id, memberId: memberships.admin, role: 'VIEWER' as const };
    const second = { ...input, memberId: memberships.member, role: 'ADMIN' as const };
    expect(await superAdmin.run(ChangeDatasetMemberRole, { input: second })).toSucceed();
    const [approved, demoted] = await Promise.all([
      approving(admin, toAdmin),
      superAdmin.run(ChangeDatasetMemberRole, { input }),
    ]);
    expect(demoted).toSucceed();
    const end = endOf(approved);
    // Done, and out of sight of whoever did it, when the answer was put together.
    expect(['SUCCESS', 'NOT_FOUND', 'FORBIDDEN']).toContain(end);
    const given = (await stateOf(toAdmin)) === 'APPROVED';
    if (end === 'SUCCESS') expect(given).toBe(true);
    expect(await roleOf(viewer, dataset)).toBe(given ? 'ADMIN' : 'VIEWER');
  }
});

import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  GetNode,
  ReadAuditParties,
  ReadAuthors,
  ReadAuthorsByKind,
  ReadGrantees,
  ReadHistoryParties,
} from '../support/operations.js';
import { globalId, world, type Shared, type Workspace } from '../support/world.js';

const ROBOT = 'Nightly import';

/** A dataset that a program made, shared and saved a view of. */
async function authored() {
  const all = await world();
  const { here, dataset } = all;
  const robotId = await here.serviceAccount(ROBOT);
  const { client } = await testDatabase();
  await here.view(dataset);
  const ofDataset = { where: { flowId: dataset.rowId } };
  await client.flow.update({ where: { id: dataset.rowId }, data: { createdById: robotId } });
  await client.flowMember.updateMany({ ...ofDataset, data: { addedById: robotId } });
  await client.datasetView.updateMany({ ...ofDataset, data: { createdById: robotId } });
  const robot = {
    id: globalId('ServiceAccount', robotId),
    name: ROBOT,
    kind: 'SERVICE_ACCOUNT',
    handle: 'sa:nightly-import',
  };
  return { ...all, robotId, robot };
}

/** Writes what a program did as a person: an entry of the log and a change of a row. */
async function acted(
  { accountId }: Workspace,
  { rowId: flowId }: Shared,
  parties: { readonly subjectId: string; readonly actorId: string },
): Promise<string> {
  const { client } = await testDatabase();
  const { id } = await client.auditEntry.create({
    data: {
      accountId,
      action: 'dataset.renamed',
      outcome: 'SUCCEEDED',
      requestId: randomUUID(),
      targetType: 'Dataset',
      targetId: flowId,
      ...parties,
    },
  });
  await client.datasetRowChange.create({
    data: { accountId, flowId, rowId: randomUUID(), kind: 'ADDED', cells: [], ...parties },
  });
  return globalId('AuditEntry', id);
}

describe('what a service account made', () => {
  test('names it as a program', async () => {
    const { viewer, admin, dataset, robot } = await authored();
    const author = { __typename: 'ServiceAccount', ...robot };
    const { data } = await viewer.run(ReadAuthors, { id: dataset.id });
    expect(data?.dataset?.createdBy).toEqual(author);
    expect(data?.dataset?.views).toEqual([{ createdBy: author }]);
    const whole = await admin.run(ReadAuthors, { id: dataset.id });
    expect(whole).toSucceed();
    expect(whole.data?.dataset?.members?.edges).toEqual(
      Array.from({ length: 3 }, () => ({ node: { addedBy: author } })),
    );
  });

  test('names a person as a person, and nobody where nobody is known', async () => {
    const { admin, dataset } = await authored();
    const { client } = await testDatabase();
    const where = { id: dataset.rowId };
    await client.flow.update({ where, data: { createdById: admin.id } });
    await client.datasetView.updateMany({
      where: { flowId: dataset.rowId },
      data: { createdById: null },
    });
    const { data } = await admin.run(ReadAuthors, { id: dataset.id });
    expect(data?.dataset?.createdBy).toEqual({
      __typename: 'User',
      id: globalId('User', admin.id),
      name: admin.name,
      kind: 'USER',
      handle: null,
    });
    expect(data?.dataset?.views).toEqual([{ createdBy: null }]);
  });

  test('says by fragments what only one kind has, with as many statements', async () => {
    const { admin, dataset, robot } = await authored();
    const { client } = await testDatabase();
    await client.flowMember.updateMany({
      where: { flowId: dataset.rowId },
      data: { addedById: admin.id },
    });
    const byKind = await admin.run(ReadAuthorsByKind, { id: dataset.id });
    expect(byKind).toSucceed();
    const { createdBy, views, members } = byKind.data?.dataset ?? {};
    expect(createdBy).toEqual({ name: ROBOT, handle: robot.handle });
    expect(views).toEqual([{ createdBy: { name: ROBOT } }]);
    expect(members?.edges[0]?.node.addedBy).toEqual({
      id: globalId('User', admin.id),
      email: admin.email,
    });
    const plain = await admin.run(ReadAuthors, { id: dataset.id });
    expect(byKind).toTakeQueries(plain.statements);
  });
});

test('who holds a membership is named by what both kinds have in common', async () => {
  const { here, admin } = await world();
  const serviceAccountId = await here.serviceAccount(ROBOT);
  const groupId = await here.group([], 'Buyers');
  const dataset = await here.dataset({
    members: [
      { user: admin, role: 'ADMIN' },
      { serviceAccountId, role: 'MEMBER' },
      { groupId, role: 'VIEWER' },
    ],
  });
  const { data } = await admin.run(ReadGrantees, { id: dataset.id });
  expect(data?.dataset?.members?.edges.map(({ node }) => node.grantee)).toEqual([
    { name: admin.name, kind: 'USER', handle: null },
    { name: ROBOT, kind: 'SERVICE_ACCOUNT', handle: 'sa:nightly-import' },
    { name: 'Buyers' },
  ]);
});

describe('what a service account did', () => {
  test('is in the history, for itself and as somebody', async () => {
    const { here, admin, dataset, robotId, robot } = await authored();
    await acted(here, dataset, { subjectId: robotId, actorId: robotId });
    await acted(here, dataset, { subjectId: admin.id, actorId: robotId });
    const result = await admin.run(ReadHistoryParties, { id: dataset.id });
    expect(result).toSucceed();
    const person = {
      id: globalId('User', admin.id),
      name: admin.name,
      kind: 'USER',
      handle: null,
    };
    const { edges, totalCount } = result.data?.dataset?.history ?? {};
    expect(edges?.map(({ node }) => node)).toEqual([
      { action: 'DATASET_ROW_ADDED', subject: person, actor: robot },
      { action: 'DATASET_RENAMED', subject: person, actor: robot },
      { action: 'DATASET_ROW_ADDED', subject: robot, actor: robot },
      { action: 'DATASET_RENAMED', subject: robot, actor: robot },
    ]);
    expect(totalCount).toBe(4);
  });

  test('is in the log, and found by its id and by that of the person', async () => {
    const { here, admin, dataset, robotId, robot } = await authored();
    const itself = await acted(here, dataset, { subjectId: robotId, actorId: robotId });
    const asAdmin = await acted(here, dataset, { subjectId: admin.id, actorId: robotId });
    const reader = await here.person({ role: 'ADMIN' });
    const find = async (principal?: string) => {
      const filter = principal === undefined ? {} : { filter: { principal } };
      const result = await reader.run(ReadAuditParties, filter);
      expect(result).toSucceed();
      return result.data?.auditLog?.edges.map(({ node }) => node) ?? [];
    };
    const whole = await find();
    expect(whole).toEqual([
      {
        id: asAdmin,
        subject: {
          __typename: 'User',
          id: globalId('User', admin.id),
          name: admin.name,
          kind: 'USER',
          handle: null,
        },
        actor: { name: ROBOT },
      },
      {
        id: itself,
        subject: { __typename: 'ServiceAccount', ...robot },
        actor: { name: ROBOT },
      },
    ]);
    expect(await find(robot.id)).toEqual(whole);
    expect(await find(globalId('User', admin.id))).toEqual(whole.slice(0, 1));
    // An id says of which kind it is, and finds nothing of the other.
    expect(await find(globalId('User', robotId))).toEqual([]);
    expect(await find(globalId('ServiceAccount', admin.id))).toEqual([]);
  });
});

describe('a service account', () => {
  test('that was deleted stays the author, and is not found any more', async () => {
    const { here, admin, dataset, robotId, robot } = await authored();
    await acted(here, dataset, { subjectId: robotId, actorId: robotId });
    expect((await admin.run(GetNode, { id: robot.id })).data?.node?.id).toBe(robot.id);
    const { client } = await testDatabase();
    const gone = { deletedAt: new Date(), slot: null };
    await client.serviceAccount.update({ where: { id: robotId }, data: gone });
    await expect(await admin.run(GetNode, { id: robot.id })).toBeHidden();
    const { data } = await admin.run(ReadAuthors, { id: dataset.id });
    expect(data?.dataset?.createdBy).toEqual({ __typename: 'ServiceAccount', ...robot });
    const history = await admin.run(ReadHistoryParties, { id: dataset.id });
    expect(history.data?.dataset?.history?.edges[0]?.node.actor).toEqual(robot);
  });

  test.each([
    ['deleted', { deletedAt: new Date(), slot: null }],
    ['disabled', { disabledAt: new Date() }],
  ])('that is %s is given no role, by whatever name', async (_state, data) => {
    const { admin, dataset, robotId, robot } = await authored();
    const { client } = await testDatabase();
    const input = { datasetId: dataset.id, role: 'VIEWER' as const };
    await client.serviceAccount.update({ where: { id: robotId }, data });
    for (const whom of [
      { granteeId: robot.id },
      { nameOrEmail: robot.name },
      { nameOrEmail: robot.handle },
    ]) {
      const refused = await admin.run(AddDatasetMember, { input: { ...input, ...whom } });
      expect(refused).toFail('GRANTEE_NOT_FOUND');
    }
    await client.serviceAccount.update({
      where: { id: robotId },
      data: { deletedAt: null, disabledAt: null, slot: 1 },
    });
    const added = { ...input, nameOrEmail: robot.handle };
    expect(await admin.run(AddDatasetMember, { input: added })).toSucceed();
  });

  test('that is disabled is still found by its id', async () => {
    const { admin, robotId, robot } = await authored();
    const { client } = await testDatabase();
    const data = { disabledAt: new Date() };
    await client.serviceAccount.update({ where: { id: robotId }, data });
    expect((await admin.run(GetNode, { id: robot.id })).data?.node?.id).toBe(robot.id);
  });
});

import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  GetDataset,
  ListServiceAccountsDeeply,
  ReadAssociatedResources,
  ReadAuditLog,
  ReadProgramLog,
  ReadSelf,
  RenameDataset,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

async function office() {
  const here = await workspace();
  const [chief, pia] = await here.people([
    { name: 'Ina IAM', role: 'IAM_ADMIN' },
    { name: 'Pia Person' },
  ]);
  const robot = await here.program('Night robot');
  const dataset = await here.dataset({
    name: 'Suppliers',
    members: [
      { user: pia, role: 'ADMIN' },
      { serviceAccountId: robot.id, role: 'VIEWER' },
    ],
  });
  const id = globalId('ServiceAccount', robot.id);
  const read = async (variables: object = {}) => {
    const result = await chief.run(ReadProgramLog, { id, ...variables });
    expect(result).toSucceed();
    const log = result.data?.serviceAccount?.auditLog;
    return { ...log, nodes: log?.edges.map(({ node }) => node) ?? [] };
  };
  return { here, chief, pia, robot, dataset, id, read };
}

describe('the log of a service account', () => {
  test('has one entry for each query and each mutation field, refused ones included', async () => {
    const { here, robot, dataset, read } = await office();
    const foreign = await here.dataset({});
    await robot.run(ReadSelf);
    await robot.run('query Two($id: ID!) { me { permissions } dataset(id: $id) { name } }', {
      id: dataset.id,
    });
    await robot.run('query Hidden($id: ID!) { dataset(id: $id) { name } }', { id: foreign.id });
    await robot.run('{ auditLog { totalCount } }');
    await robot.run(
      `mutation ($a: RenameDatasetInput!, $b: RenameDatasetInput!) {
        renameDataset(input: $a) { __typename }
        again: renameDataset(input: $b) { __typename }
      }`,
      { a: { datasetId: dataset.id, name: 'A' }, b: { datasetId: foreign.id, name: 'B' } },
    );
    const { totalCount, nodes } = await read();
    expect(totalCount).toBe(6);
    const told = nodes
      .toReversed()
      .map(({ action, outcome, code, after }) => ({ action, outcome, code, after }));
    const query = { action: 'OPERATION_QUERIED', outcome: 'SUCCEEDED', code: null };
    const change = { action: 'DATASET_RENAMED', outcome: 'REFUSED', after: null };
    expect(told).toEqual([
      { ...query, after: { operation: 'ReadSelf', fields: 'me' } },
      { ...query, after: { operation: 'Two', fields: 'me dataset' } },
      {
        ...query,
        outcome: 'REFUSED',
        code: 'NOT_FOUND',
        after: { operation: 'Hidden', fields: 'dataset' },
      },
      {
        ...query,
        outcome: 'REFUSED',
        code: 'FORBIDDEN',
        after: { operation: null, fields: 'auditLog' },
      },
      { ...change, code: 'FORBIDDEN' },
      { ...change, code: 'NOT_FOUND' },
    ]);
    expect(nodes[0]).toMatchObject({
      credentialKind: 'accessKey',
      subject: { name: 'Night robot', kind: 'SERVICE_ACCOUNT', handle: 'sa:night-robot' },
    });
  });

  test('has an entry of each file that was sent or fetched in vain', async () => {
    const { robot, read } = await office();
    const job = globalId('DatasetImport', robot.id);
    const file = globalId('EgressRecord', robot.id);
    expect((await robot.fetch(`/imports/${job}`, { method: 'PUT', body: 'a' })).status).toBe(404);
    expect((await robot.fetch(`/exports/${file}`)).status).toBe(404);
    expect((await read()).nodes).toMatchObject([
      { outcome: 'REFUSED', code: 'NOT_FOUND', after: { operation: `GET /exports/${file}` } },
      { outcome: 'REFUSED', code: 'NOT_FOUND', after: { operation: `PUT /imports/${job}` } },
    ]);
  });

  test('has one entry of a subscription, also if nothing comes of it', async () => {
    const { robot, read } = await office();
    const query = 'subscription Watch($id: ID!) { datasetImportProgress(id: $id) { state } }';
    const response = await robot.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables: { id: globalId('DatasetImport', robot.id) } }),
    });
    const text = await response.text();
    expect(text).toContain('NOT_FOUND');
    expect((await read()).nodes).toMatchObject([
      {
        action: 'OPERATION_QUERIED',
        after: { operation: 'Watch', fields: 'datasetImportProgress' },
      },
    ]);
  });

  test('is filtered, and read page by page', async () => {
    const { robot, dataset, read, chief, id } = await office();
    for (let count = 0; count < 5; count += 1) await robot.run(ReadSelf);
    const input = { datasetId: dataset.id, name: 'New' };
    await robot.run(RenameDataset, { input });
    const first = await read({ first: 4 });
    expect(first.totalCount).toBe(6);
    expect(first.pageInfo?.hasNextPage).toBe(true);
    const second = await read({ first: 4, after: first.pageInfo?.endCursor });
    expect(second.nodes).toHaveLength(2);
    expect(second.pageInfo?.hasNextPage).toBe(false);
    const all = [...first.nodes, ...second.nodes].map(({ requestId }) => requestId);
    expect(new Set(all).size).toBe(6);
    const renamed = await read({ filter: { action: ['DATASET_RENAMED'] } });
    expect(renamed.totalCount).toBe(1);
    expect(renamed.nodes).toHaveLength(1);
    expect((await read({ filter: { to: '2020-01-01T00:00:00Z' } })).totalCount).toBe(0);
    const both = await chief.run(
      `query ($id: ID!) { serviceAccount(id: $id) {
        queries: auditLog(first: 2, filter: { action: [OPERATION_QUERIED] }) { totalCount edges { node { action } } }
        renames: auditLog(filter: { action: [DATASET_RENAMED] }) { totalCount edges { node { action } } }
      } }`,
      { id },
    );
    expect(both.data).toMatchObject({
      serviceAccount: {
        queries: { totalCount: 5, edges: [{}, {}] },
        renames: { totalCount: 1, edges: [{ node: { action: 'DATASET_RENAMED' } }] },
      },
    });
  });

  test('is read by Super Admins and IAM Admins alone; an Admin sees what programs changed', async () => {
    const { here, robot, dataset, id } = await office();
    await robot.run(ReadSelf);
    await robot.run(RenameDataset, { input: { datasetId: dataset.id, name: 'New' } });
    for (const [role, allowed] of [
      ['SUPER_ADMIN', true],
      ['IAM_ADMIN', true],
      ['USER_ADMIN', false],
      ['ADMIN', false],
      ['EDITOR', false],
      ['VIEWER', false],
    ] as const) {
      const reader = await here.person({ role });
      const result = await reader.run(ReadProgramLog, { id });
      if (allowed) expect(result.data?.serviceAccount?.auditLog?.totalCount, role).toBe(2);
      else expect(result, role).toBeDenied({ missing: 'serviceAccount:manage' });
    }
    const admin = await here.person({ role: 'ADMIN' });
    const { data } = await admin.run(ReadAuditLog, {});
    expect(data?.auditLog?.edges.map(({ node }) => node.action)).toEqual(['DATASET_RENAMED']);
    expect(data?.auditLog?.totalCount).toBe(1);
  });
});

describe('what is associated with a service account', () => {
  test('are its memberships and live grants, page by page, and nothing after they end', async () => {
    const { here, chief, robot, dataset, id } = await office();
    const shared = await here.letAct(robot, { resource: 'GLOBAL_MY_ITEMS' });
    await here.letAct(robot, { flowId: dataset.rowId });
    const read = async (variables: object = {}) => {
      const { data } = await chief.run(ReadAssociatedResources, { id, ...variables });
      const list = data?.serviceAccount?.associatedResources;
      return { ...list, nodes: list?.edges.map(({ node }) => node) ?? [] };
    };
    const flow = { id: dataset.id, name: 'Suppliers' };
    const member = { access: 'MEMBER', role: 'VIEWER', flow, sharedResource: null, grantId: null };
    const onFlow = { access: 'IMPERSONATION', role: null, flow, sharedResource: null };
    const onShared = { flow: null, sharedResource: 'GLOBAL_MY_ITEMS', grantId: shared };
    expect(await read()).toMatchObject({ totalCount: 3, nodes: [onFlow, onShared, member] });
    expect(await read({ access: 'MEMBER' })).toMatchObject({ totalCount: 1, nodes: [member] });
    expect(await read({ access: 'IMPERSONATION' })).toMatchObject({
      totalCount: 2,
      nodes: [onFlow, onShared],
    });
    const first = await read({ first: 2 });
    const second = await read({ first: 2, after: first.pageInfo?.endCursor });
    expect(second).toMatchObject({ totalCount: 3, nodes: [member] });
    const { client } = await testDatabase();
    const where = { serviceAccountId: robot.id };
    await client.impersonationGrant.updateMany({
      where: { ...where, resource: null },
      data: { revokedAt: new Date() },
    });
    await client.impersonationGrant.updateMany({
      where: { ...where, flowId: null },
      data: { expiresAt: new Date() },
    });
    expect(await read()).toMatchObject({ totalCount: 1, nodes: [member] });
  });
});

test('25 service accounts with everything about them take as many statements as one', async () => {
  const counts = [];
  for (const count of [1, 25]) {
    const here = await workspace();
    const [chief, pia] = await here.people([{ role: 'SUPER_ADMIN' }, {}]);
    for (let each = 0; each < count; each += 1) {
      const robot = await here.program();
      const dataset = await here.dataset({
        members: [
          { user: pia, role: 'ADMIN' },
          { serviceAccountId: robot.id, role: 'VIEWER' },
        ],
      });
      await here.letAct(robot, { flowId: dataset.rowId });
      await robot.run(GetDataset, { id: dataset.id });
    }
    const result = await chief.run(ListServiceAccountsDeeply, { first: 25 });
    expect(result).toSucceed();
    const edges = result.data?.serviceAccounts?.edges ?? [];
    expect(edges).toHaveLength(count);
    for (const { node } of edges) {
      expect(node).toMatchObject({
        accessKeys: [{ name: 'The key' }],
        auditLog: { totalCount: 1 },
        associatedResources: { totalCount: 2 },
      });
    }
    counts.push(result.statements);
  }
  expect(counts[1]).toBe(counts[0]);
});

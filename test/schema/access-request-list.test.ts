import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { flowWorld } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import { GetNode, ListAccessRequests, ReadAccessRequest } from '../support/operations.js';
import { personWith } from '../support/people.js';
import {
  approving,
  asked,
  askFor,
  refusing,
  requestsOf,
  withdrawing,
} from '../support/requests.js';
import { workspace, world } from '../support/world.js';

describe('requests are shown to', () => {
  test('those who made them, and those who could give the role on the dataset', async () => {
    const { here, admin, member, viewer, superAdmin, outsider, stranger, dataset } = await world();
    const on = dataset.id;
    const toMember = await askFor(viewer, ['datasetRow:write'], { on });
    const toAdmin = await askFor(viewer, ['dataset:rename'], { on });
    const membersOwn = await askFor(member, ['dataset:rename'], { on });
    const [second] = await here.people([{ name: 'Another Viewer' }]);
    const { client } = await testDatabase();
    const data = { accountId: here.accountId, flowId: dataset.rowId, userId: second.id };
    await client.flowMember.create({ data: { ...data, role: 'VIEWER' } });
    for (const [who, ids] of [
      [admin, [membersOwn, toAdmin, toMember]],
      [superAdmin, [membersOwn, toAdmin, toMember]],
      [member, [membersOwn, toMember]],
      [viewer, [toAdmin, toMember]],
      [second, []],
      [outsider, []],
      [stranger, []],
    ] as const) {
      expect(await requestsOf(who), who.name).toEqual(ids);
      for (const id of [membersOwn, toAdmin, toMember]) {
        const seen = ids.some((each) => each === id);
        const { data: read } = await who.run(ReadAccessRequest, { id });
        expect(read?.accessRequest?.id, who.name).toBe(seen ? id : undefined);
        const node = await who.run(GetNode, { id });
        if (seen) expect(node.data?.node).toEqual({ __typename: 'AccessRequest', id });
        else await expect(node).toBeHidden();
      }
    }
  });

  test('those who could give the role on another flow', async () => {
    const { owner, editor, viewer, shut, outsider, superAdmin, flow } = await flowWorld();
    const toEditor = await askFor(viewer, ['flow:edit'], { on: flow.id });
    const toOwner = await askFor(viewer, ['flow:delete'], { on: flow.id });
    for (const [who, ids] of [
      [owner, [toOwner, toEditor]],
      [editor, [toEditor]],
      [viewer, [toOwner, toEditor]],
      [shut, []],
      [outsider, []],
      [superAdmin, []],
    ] as const) {
      expect(await requestsOf(who), who.name).toEqual(ids);
    }
  });

  test('those who assign roles, if they are about the account', async () => {
    const here = await workspace();
    const [editor, iamAdmin, userAdmin, admin] = await here.people([
      {},
      { role: 'IAM_ADMIN' },
      { role: 'USER_ADMIN' },
      { role: 'ADMIN' },
    ]);
    const id = await askFor(editor, ['user:read']);
    const custom = await personWith(here, 'role:assign', 'directory:read');
    for (const [who, sees] of [
      [editor, true],
      [iamAdmin, true],
      [admin, true],
      [custom, true],
      [userAdmin, false],
    ] as const) {
      expect(await requestsOf(who)).toEqual(sees ? [id] : []);
    }
    const program = await here.program();
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    for (const who of [program, program.as(iamAdmin), program.as(editor)]) {
      expect(await requestsOf(who)).toEqual([]);
    }
  });

  test('keys as far as they reach', async () => {
    const { here, admin, viewer, requestId } = await asked();
    const { user } = await keyOf(here, { userId: viewer.id });
    expect(await requestsOf(user)).toEqual([requestId]);
    const reader = await keyOf(here, { userId: admin.id }, { permissions: ['dataset:read'] });
    expect(await requestsOf(reader.user)).toEqual([]);
    const giving = 'datasetMember:makeMember';
    const giver = await keyOf(
      here,
      { userId: admin.id },
      { slot: 49, permissions: ['dataset:read', giving] },
    );
    expect(await requestsOf(giver.user)).toEqual([requestId]);
    // Whoever is not to see the dataset is not told of what is asked for there.
    const blind = await keyOf(here, { userId: admin.id }, { slot: 48, permissions: [giving] });
    expect(await requestsOf(blind.user)).toEqual([]);
    const { data } = await blind.user.run(ReadAccessRequest, { id: requestId });
    expect(data?.accessRequest).toBeNull();
  });

  test('nobody who is not signed in', async () => {
    const { anonymous, requestId } = await asked();
    expect(await anonymous.run(ListAccessRequests, {})).toFail('UNAUTHENTICATED');
    expect(await anonymous.run(ReadAccessRequest, { id: requestId })).toFail('UNAUTHENTICATED');
  });
});

test('whoever no longer sees the flow reads the request without it', async () => {
  const { viewer, dataset, requestId } = await asked();
  const { client } = await testDatabase();
  const read = async () => (await viewer.run(ReadAccessRequest, { id: requestId })).data;
  expect((await read())?.accessRequest?.on).toEqual({ id: dataset.id, name: 'Suppliers' });
  await client.flowMember.deleteMany({ where: { userId: viewer.id } });
  const result = await viewer.run(ReadAccessRequest, { id: requestId });
  expect(result.data?.accessRequest).toMatchObject({ on: null, wantedRole: 'Member' });
  expect(result.text).not.toContain('Suppliers');
});

test('what only the override shows is marked, in the list and alone', async () => {
  const { superAdmin, admin, dataset, requestId } = await asked();
  const { client } = await testDatabase();
  const marks = async (run: () => Promise<{ requestId: string }>) => {
    const { requestId: at } = await run();
    return client.auditEntry.findMany({
      where: { requestId: at, action: 'dataset.overridden' },
      select: { targetId: true },
    });
  };
  const list = '{ accessRequests { edges { node { id } } } }';
  const alone = `{ accessRequest(id: "${requestId}") { id } }`;
  for (const text of [list, alone]) {
    expect(await marks(() => superAdmin.run(text))).toEqual([{ targetId: dataset.rowId }]);
    expect(await marks(() => admin.run(text))).toEqual([]);
  }
});

describe('the list', () => {
  test('is newest first, page by page, and filtered with its count', async () => {
    const { admin, member, viewer, dataset } = await world();
    const { flow } = await flowWorld();
    const on = dataset.id;
    const refused = await askFor(viewer, ['datasetRow:write'], { on });
    expect(await refusing(admin, refused)).toSucceed();
    const approved = await askFor(viewer, ['datasetRow:write'], { on });
    expect(await approving(admin, approved)).toSucceed();
    const withdrawn = await askFor(viewer, ['dataset:rename'], { on });
    expect(await withdrawing(viewer, withdrawn)).toSucceed();
    const pending = await askFor(member, ['dataset:rename'], { on });
    const account = await askFor(viewer, ['user:read']);
    const all = [pending, withdrawn, approved, refused];
    expect(await requestsOf(admin)).toEqual(all);
    expect(await requestsOf(viewer)).toEqual([account, withdrawn, approved, refused]);
    expect(await requestsOf(viewer, { on })).toEqual([withdrawn, approved, refused]);
    expect(await requestsOf(admin, { state: ['PENDING'] })).toEqual([pending]);
    expect(await requestsOf(admin, { state: ['APPROVED', 'REFUSED'] })).toEqual(all.slice(2));
    expect(await requestsOf(viewer, { on, state: ['WITHDRAWN'] })).toEqual([withdrawn]);
    expect(await requestsOf(admin, { state: [] })).toEqual([]);
    for (const other of [flow.id, account, 'nothing', '']) {
      expect(await requestsOf(admin, { on: other })).toEqual([]);
    }
    const page = async (after?: string) =>
      (await admin.run(ListAccessRequests, { first: 3, after })).data?.accessRequests;
    const one = await page();
    expect(one?.edges.map(({ node }) => node.id)).toEqual(all.slice(0, 3));
    expect(one).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    const two = await page(one?.pageInfo.endCursor ?? '');
    expect(two?.edges.map(({ node }) => node.id)).toEqual(all.slice(3));
    expect(await admin.run(ListAccessRequests, { first: 101 })).toFail('INVALID_INPUT');
  });

  test('of 25 on as many datasets takes as many statements as of one', async () => {
    const here = await workspace();
    const [admin, superAdmin, ...askers] = await here.people([
      { name: 'Ada Admin' },
      { role: 'SUPER_ADMIN' },
      ...Array.from({ length: 25 }, () => ({})),
    ]);
    const datasets = await here.datasets(
      askers.map((user) => ({
        members: [
          { user: admin, role: 'ADMIN' },
          { user, role: 'VIEWER' },
        ],
      })),
    );
    const ask = (at: number) => {
      const [who, dataset] = [askers[at], datasets[at]];
      if (!who || !dataset) throw new Error('There are 25 of both.');
      return askFor(who, ['dataset:rename'], { on: dataset.id });
    };
    expect(await refusing(admin, await ask(0))).toSucceed();
    const read = async () => [
      await admin.run(ListAccessRequests, { first: 25 }),
      await superAdmin.run(ListAccessRequests, { first: 25 }),
    ];
    const before = await read();
    for (let at = 1; at < 25; at += 1) await ask(at);
    const after = await read();
    for (const [at, result] of after.entries()) {
      expect(result.data?.accessRequests?.edges).toHaveLength(25);
      expect(result.data?.accessRequests?.edges.every(({ node }) => node.on)).toBe(true);
      expect(result).toTakeQueries(before[at]?.statements ?? 0);
    }
    expect(before[0]?.statements).toBeLessThanOrEqual(4);
  });
});

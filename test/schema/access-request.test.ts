import { describe, expect, test } from 'vitest';

import type { Denial } from '../../src/authz/decide.js';
import { testDatabase } from '../support/database.js';
import { createFlow, flowWorld, renamedId } from '../support/flow-world.js';
import { keyOf, rowIdOf } from '../support/keys.js';
import { ReadAuditLog, RemoveUser, RenameDataset } from '../support/operations.js';
import { staff } from '../support/people.js';
import { approving, asked, askFor, asking, refusing, withdrawing } from '../support/requests.js';
import { refusalIn } from '../support/table.js';
import { globalId, workspace, world } from '../support/world.js';

describe('requestAccess', () => {
  test('allows to ask with what a denial says, for the least role that helps', async () => {
    const { viewer, dataset } = await world();
    const refused = await viewer.run(RenameDataset, {
      input: { datasetId: dataset.id, name: 'New' },
    });
    const { missing } = refusalIn(refused)['denial'] as Denial;
    const result = await asking(viewer, [...missing], {
      on: dataset.id,
      operation: 'Mutation.renameDataset',
      note: 'It is misspelt.',
    });
    expect(result.data?.requestAccess?.accessRequest).toEqual({
      id: expect.any(String),
      requester: { id: globalId('User', viewer.id), name: 'Vera Viewer' },
      operation: 'Mutation.renameDataset',
      permissions: ['dataset:rename'],
      on: { id: dataset.id, kind: 'DATASET', name: 'Suppliers' },
      wantedRole: 'Admin',
      memberRole: 'ADMIN',
      accountRole: null,
      note: 'It is misspelt.',
      state: 'PENDING',
      decidedBy: null,
      decidedAt: null,
      answer: null,
      createdAt: expect.any(String),
    });
  });

  test('allows to ask on a flow of another kind, and in the account', async () => {
    const { viewer, flow } = await flowWorld('BOARD');
    const onFlow = await asking(viewer, ['flow:edit'], { on: flow.id });
    expect(onFlow.data?.requestAccess?.accessRequest).toMatchObject({
      on: { id: flow.id, kind: 'BOARD', name: 'Onboarding' },
      wantedRole: 'Editor',
      memberRole: 'EDITOR',
      operation: null,
      note: null,
    });
    const inAccount = await asking(viewer, ['auditLog:read', 'auditLog:read']);
    expect(inAccount.data?.requestAccess?.accessRequest).toMatchObject({
      permissions: ['auditLog:read'],
      on: null,
      wantedRole: 'IAM Admin',
      memberRole: null,
      accountRole: 'IAM_ADMIN',
    });
  });

  test('asks for no more than what is missing in the account', async () => {
    const { by } = await staff();
    const both = ['user:create', 'dataset:create'];
    const result = await asking(by.USER_ADMIN, both);
    expect(result.data?.requestAccess?.accessRequest).toMatchObject({
      permissions: both.toSorted(),
      accountRole: 'EDITOR',
    });
  });

  test('asks past a role that allows it only under a condition, or a group that gives less', async () => {
    const { here, member, viewer, dataset } = await world();
    const views = await asking(member, ['datasetView:write'], { on: dataset.id });
    expect(views.data?.requestAccess?.accessRequest.memberRole).toBe('ADMIN');
    const groupId = await here.group([viewer]);
    const { client } = await testDatabase();
    const { accountId } = here;
    await client.flowMember.create({
      data: { accountId, flowId: dataset.rowId, groupId, role: 'ADMIN' },
    });
    // A role of one's own decides alone.
    const rename = await asking(viewer, ['dataset:rename'], { on: dataset.id });
    expect(rename.data?.requestAccess?.accessRequest.memberRole).toBe('ADMIN');
  });

  test('allows a Super Admin to ask where only the override lets them look', async () => {
    const { superAdmin, dataset } = await world();
    const result = await asking(superAdmin, ['dataset:export'], { on: dataset.id });
    expect(result.data?.requestAccess?.accessRequest.memberRole).toBe('VIEWER');
    await expect(result).toHaveAudited({ via: 'SUPER_ADMIN_OVERRIDE' });
  });

  test('denies keys, programs and whoever acts for others', async () => {
    const { here, viewer, dataset, anonymous } = await world();
    const { user } = await keyOf(here, { userId: viewer.id });
    const program = await here.program();
    await here.letAct(program, { flowId: dataset.rowId });
    for (const who of [user, program, program.as(viewer)]) {
      for (const on of [dataset.id, null, globalId('Dataset', viewer.id)]) {
        const result = await asking(who, ['datasetRow:write'], { on });
        expect(refusalIn(result)).toMatchObject({
          code: 'FORBIDDEN',
          denial: { reason: 'SIGN_IN_REQUIRED' },
        });
      }
    }
    expect(await asking(anonymous, ['auditLog:read'])).toFail('UNAUTHENTICATED');
  });

  test('hides what whoever asks cannot see', async () => {
    const { here, outsider, stranger, dataset, viewer } = await world();
    const { shut, flow } = await flowWorld();
    const ask = ['dataset:read', 'no such thing'];
    for (const who of [outsider, stranger]) {
      const result = await asking(who, ask, { on: dataset.id });
      await expect(result).toBeHidden();
      await expect(result).toHaveAudited({
        action: 'accessRequest.created',
        outcome: 'REFUSED',
        code: 'NOT_FOUND',
      });
    }
    await expect(await asking(shut, ['flow:edit'], { on: flow.id })).toBeHidden();
    const process = await createFlow(here, { members: [{ user: viewer, role: 'VIEWER' }] });
    const other = renamedId('Board', process);
    await expect(await asking(viewer, ['flow:edit'], { on: other })).toBeHidden();
    const user = globalId('User', viewer.id);
    await expect(await asking(viewer, ['dataset:rename'], { on: user })).toBeHidden();
  });

  test('refuses what one may do already', async () => {
    const { here, admin, member, superAdmin, dataset } = await world();
    const process = await createFlow(here);
    for (const result of [
      await asking(member, ['dataset:read', 'datasetRow:write'], { on: dataset.id }),
      await asking(admin, ['dataset:delete'], { on: dataset.id }),
      await asking(superAdmin, ['datasetMember:read'], { on: dataset.id }),
      await asking(member, ['flow:edit', 'flow:read'], { on: process.id }),
      await asking(member, ['dataset:create', 'directory:read']),
      await asking(superAdmin, ['role:assignAny']),
    ]) {
      expect(result).toFail('ALREADY_ALLOWED');
      await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'ALREADY_ALLOWED' });
    }
  });

  test('refuses what no one role gives', async () => {
    const { viewer, dataset } = await world();
    const on = dataset.id;
    const { owner, flow } = await flowWorld();
    const problems = [
      [viewer, [], { on }, 'Name what was missing.'],
      [viewer, ['dataset:raed'], { on }, 'There is no permission dataset:raed.'],
      [viewer, ['dataset:rename', 'user:read'], { on }, 'leave `on` out'],
      [viewer, ['flow:edit'], { on }, 'No role on this gives flow:edit.'],
      [owner, ['dataset:rename'], { on: flow.id }, 'No role on this gives dataset:rename.'],
      [viewer, ['dataset:rename', 'user:read'], {}, 'Say in `on` on which flow.'],
      [viewer, ['apiKey:manage', 'dataset:override'], {}, 'No built-in role gives all of this.'],
      [viewer, ['user:read'], { operation: 'renameDataset' }, 'Name a field such as'],
      [viewer, ['user:read'], { operation: 'Mutation.a b' }, 'Name a field such as'],
      [viewer, ['user:read'], { note: 'x'.repeat(501) }, 'at most 500'],
      [viewer, ['user:read'], { note: '\0' }, 'NUL'],
    ] as const;
    for (const [who, permissions, more, words] of problems) {
      const result = await asking(who, [...permissions], more);
      expect(result, words).toFail('INVALID_INPUT');
      expect(result.errors?.[0]?.message).toContain(words);
    }
    expect(await asking(viewer, ['user:read'], { note: 'x'.repeat(500) })).toSucceed();
  });

  test('refuses to ask twice for one role in one place, until it was answered', async () => {
    const { viewer, member, admin, dataset, requestId } = await asked();
    const on = dataset.id;
    for (const permissions of [['datasetRow:write'], ['datasetMember:read']]) {
      const again = await asking(viewer, permissions, { on });
      expect(again).toFail('ALREADY_REQUESTED');
      expect(refusalIn(again)).toMatchObject({ requestId });
    }
    // Another role, another place, another person.
    expect(await asking(viewer, ['dataset:rename'], { on })).toSucceed();
    expect(await asking(member, ['dataset:rename'], { on })).toSucceed();
    expect(await asking(viewer, ['user:read'])).toSucceed();
    expect(await asking(viewer, ['auditLog:read'])).toSucceed();
    expect(await asking(viewer, ['user:create'])).toFail('ALREADY_REQUESTED');
    expect(await refusing(admin, requestId)).toSucceed();
    const next = await askFor(viewer, ['datasetRow:write'], { on });
    expect(await withdrawing(viewer, next)).toSucceed();
    expect(await asking(viewer, ['datasetRow:write'], { on })).toSucceed();
  });

  test('audits who asked for what', async () => {
    const { viewer, dataset } = await world();
    const result = await asking(viewer, ['datasetRow:write', 'datasetMember:read'], {
      on: dataset.id,
      operation: 'Mutation.addDatasetRows',
      note: 'Please.',
    });
    await expect(result).toHaveAudited({
      action: 'accessRequest.created',
      outcome: 'SUCCEEDED',
      subjectId: viewer.id,
      targetType: 'AccessRequest',
      targetId: rowIdOf(result.data?.requestAccess?.accessRequest.id),
      after: {
        flowId: dataset.rowId,
        role: 'MEMBER',
        accountRole: null,
        permissions: 'datasetMember:read, datasetRow:write',
        operation: 'Mutation.addDatasetRows',
        note: 'Please.',
      },
    });
  });
});

describe('withdrawAccessRequest', () => {
  test('allows whoever asked', async () => {
    const { viewer, requestId } = await asked();
    const result = await withdrawing(viewer, requestId);
    expect(result.data?.withdrawAccessRequest?.accessRequest).toEqual({
      id: requestId,
      state: 'WITHDRAWN',
      decidedBy: { name: 'Vera Viewer' },
      answer: null,
    });
  });

  test('denies those who could answer it, and keys', async () => {
    const { here, admin, viewer, requestId } = await asked();
    const result = await withdrawing(admin, requestId);
    expect(refusalIn(result)).toMatchObject({ code: 'FORBIDDEN', denial: { rule: 'self' } });
    await expect(result).toHaveAudited({
      action: 'accessRequest.withdrawn',
      targetType: 'AccessRequest',
      targetId: rowIdOf(requestId),
      outcome: 'REFUSED',
    });
    const { user } = await keyOf(here, { userId: viewer.id });
    expect(refusalIn(await withdrawing(user, requestId))).toMatchObject({
      denial: { reason: 'SIGN_IN_REQUIRED' },
    });
  });

  test('hides it from everybody else', async () => {
    const { member, outsider, stranger, viewer, requestId } = await asked();
    for (const who of [outsider, stranger]) {
      await expect(await withdrawing(who, requestId)).toBeHidden();
    }
    // A Member could make Members, so it is no secret to them.
    expect(await withdrawing(member, requestId)).toFail('FORBIDDEN');
    await expect(await withdrawing(viewer, globalId('User', rowIdOf(requestId)))).toBeHidden();
  });

  test('refuses what is answered', async () => {
    const { admin, viewer, requestId } = await asked();
    expect(await approving(admin, requestId)).toSucceed();
    const result = await withdrawing(viewer, requestId);
    expect(result).toFail('REQUEST_CLOSED');
    expect(refusalIn(result)).toMatchObject({ state: 'APPROVED' });
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'REQUEST_CLOSED' });
  });

  test('audits it', async () => {
    const { viewer, requestId } = await asked();
    await expect(await withdrawing(viewer, requestId)).toHaveAudited({
      action: 'accessRequest.withdrawn',
      outcome: 'SUCCEEDED',
      targetId: rowIdOf(requestId),
      before: { requesterId: viewer.id, role: 'MEMBER', accountRole: null },
    });
  });
});

describe('whoever is removed', () => {
  test('asks for nothing any more, each with an entry of the same batch', async () => {
    const { superAdmin, viewer, admin, requestId } = await asked();
    const inAccount = await askFor(viewer, ['user:read']);
    const input = { userId: globalId('User', viewer.id), confirm: true };
    const { requestId: at } = await superAdmin.run(RemoveUser, { input });
    const { client } = await testDatabase();
    const kept = await client.accessRequest.findMany({ where: { requesterId: viewer.id } });
    expect(kept.map(({ state, decidedById }) => [state, decidedById])).toEqual([
      ['WITHDRAWN', superAdmin.id],
      ['WITHDRAWN', superAdmin.id],
    ]);
    const entries = await client.auditEntry.findMany({
      where: { requestId: at },
      orderBy: { id: 'asc' },
    });
    const withdrawn = entries.filter(({ action }) => action === 'accessRequest.withdrawn');
    expect(withdrawn.map(({ targetId }) => targetId)).toEqual([
      rowIdOf(requestId),
      rowIdOf(inAccount),
    ]);
    expect(new Set(entries.map(({ batchId }) => batchId)).size).toBe(1);
    for (const [who, id] of [
      [admin, requestId],
      [superAdmin, inAccount],
    ] as const) {
      for (const answer of [approving, refusing]) {
        const result = await answer(who, id);
        expect(result).toFail('REQUEST_CLOSED');
        expect(refusalIn(result)).toMatchObject({ state: 'WITHDRAWN' });
      }
    }
  });
});

test('a flow that is deleted takes its requests along, and the log keeps them', async () => {
  const { here, admin, viewer, superAdmin, dataset, requestId } = await asked();
  const text = `mutation ($input: DeleteDatasetInput!) { deleteDataset(input: $input) { __typename } }`;
  const input = { datasetId: dataset.id, name: dataset.name };
  expect(await admin.run(text, { input })).toSucceed();
  for (const [who, answer] of [
    [admin, approving],
    [admin, refusing],
    [viewer, withdrawing],
  ] as const) {
    await expect(await answer(who, requestId)).toBeHidden();
  }
  const { client } = await testDatabase();
  const { accountId } = here;
  expect(await client.accessRequest.count({ where: { accountId } })).toBe(0);
  const log = await superAdmin.run(ReadAuditLog, {
    filter: { principal: globalId('User', viewer.id) },
  });
  expect(log.data?.auditLog?.edges.map(({ node }) => node)).toContainEqual(
    expect.objectContaining({
      action: 'ACCESS_REQUEST_CREATED',
      target: { type: 'AccessRequest', id: requestId },
    }),
  );
});

test('the database keeps what a request asks for in one place, and when it was decided', async () => {
  const here = await workspace();
  const { id: requesterId } = await here.person();
  const { rowId: flowId } = await here.dataset({});
  const { client } = await testDatabase();
  const { accountId } = here;
  const row = { accountId, requesterId };
  const create = (data: object) => client.accessRequest.create({ data: { ...row, ...data } });
  for (const data of [
    {},
    { flowId },
    { role: 'ADMIN' },
    { flowId, role: 'ADMIN', accountRole: 'ADMIN' },
    { role: 'ADMIN', accountRole: 'ADMIN' },
  ]) {
    await expect(create(data)).rejects.toThrow('access_request_one_role');
  }
  const decided = 'access_request_decided';
  const account = { accountRole: 'ADMIN' };
  await expect(create({ ...account, state: 'REFUSED' })).rejects.toThrow(decided);
  await expect(create({ ...account, decidedAt: new Date() })).rejects.toThrow(decided);
  for (const data of [account, { flowId, role: 'ADMIN' }]) {
    await create({ ...data, state: 'REFUSED', decidedAt: new Date() });
    await create(data);
    await expect(create(data)).rejects.toThrow(/unique constraint/i);
  }
});

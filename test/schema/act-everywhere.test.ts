import { describe, expect, test } from 'vitest';

import type { Denial } from '../../src/authz/decide.js';
import { testDatabase } from '../support/database.js';
import { checkCells, ROWS } from '../support/dataset-table.js';
import {
  AddDatasetMember,
  AddDatasetRows,
  AssumeDatasetRole,
  CreateDataset,
  GetDataset,
  LeaveDataset,
  ListDatasets,
  MakeApiKey,
  MakeServiceAccount,
  ReadActedOnBehalf,
  ReadActionsAs,
  ReadPerson,
  RemoveDatasetMember,
  RenameDataset,
} from '../support/operations.js';
import { refusalIn, table } from '../support/table.js';
import {
  addFields,
  exporting,
  lookAt,
  put,
  refusalOf,
  start,
  valuesOf,
} from '../support/transfers.js';
import { globalId, workspace, world } from '../support/world.js';

/** What the copy of a duplicate is, nothing that was granted reaches: it is the person’s alone. */
const SAME_AS_BY_HAND = ROWS.filter(([cell]) => cell?.row.permission !== 'dataset:duplicate');

describe('a service account does in every role what its person does by hand, and no more', () => {
  test.each(SAME_AS_BY_HAND.map((cells) => ({ cells, label: cells[0]?.row.label })))(
    '$label',
    async ({ cells }) => {
      const here = await workspace();
      const program = await here.program();
      const differences = await checkCells(here, cells, 'first', async (stage) => {
        await here.letAct(program, { flowId: stage.dataset.rowId });
        return program.as(stage.actor);
      });
      expect(differences).toEqual([]);
      expect(cells).toHaveLength(3);
    },
  );
});

describe('nobody is acted for', () => {
  test('to touch credentials, memberships of the parties, or service accounts', async () => {
    const { here, admin, dataset, memberships } = await world();
    const program = await here.program('Night shift');
    await here.letAct(program, { flowId: dataset.rowId });
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const acting = program.as(admin);
    const datasetId = dataset.id;
    const granteeId = globalId('ServiceAccount', program.id);
    const self = { datasetId, role: 'ADMIN' as const, granteeId };
    for (const [result, reason] of [
      [await acting.run(LeaveDataset, { input: { datasetId } }), 'NOT_DELEGABLE'],
      [await acting.run(AddDatasetMember, { input: self }), 'NOT_DELEGABLE'],
      [
        await acting.run(RemoveDatasetMember, {
          input: { datasetId, memberId: memberships.admin },
        }),
        'NOT_DELEGABLE',
      ],
      [await acting.run(MakeApiKey, { input: { name: 'Mine' } }), 'SIGN_IN_REQUIRED'],
      [
        await acting.run(MakeServiceAccount, { input: { name: 'Mine', purpose: 'None' } }),
        'NOT_DELEGABLE',
      ],
    ] as const) {
      expect(refusalIn(result), result.text).toMatchObject({
        code: 'FORBIDDEN',
        denial: { reason },
      });
    }
  });

  test('with the override of a Super Admin', async () => {
    const { here, superAdmin, dataset } = await world();
    const program = await here.program();
    await here.letAct(program, { flowId: dataset.rowId });
    const ask = async () => [
      refusalIn(await program.as(superAdmin).run(GetDataset, { id: dataset.id })),
      (await program.as(superAdmin).run(ListDatasets, {})).data?.datasets?.totalCount,
    ];
    expect(await ask()).toMatchObject([{ denial: { reason: 'NOT_A_TARGET' } }, undefined]);
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    expect(await ask()).toMatchObject([{ code: 'NOT_FOUND' }, 0]);
    const input = { datasetId: dataset.id, role: 'ADMIN' as const };
    const assumed = await program.as(superAdmin).run(AssumeDatasetRole, { input });
    expect(assumed.errors).toHaveLength(1);
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, userId: superAdmin.id };
    expect(await client.flowMember.count({ where })).toBe(0);
  });

  test('beyond what the key is restricted to', async () => {
    const { here, admin, dataset } = await world();
    const program = await here.program('Reader', ['dataset:read']);
    await here.letAct(program, { flowId: dataset.rowId });
    expect(await program.as(admin).run(GetDataset, { id: dataset.id })).toSucceed();
    const input = { datasetId: dataset.id, name: 'New' };
    const result = await program.as(admin).run(RenameDataset, { input });
    expect((refusalIn(result)['denial'] as Denial).reason).toBe('KEY_RESTRICTED');
  });
});

describe('a grant on user and group management', () => {
  test('lets people be read as a Super, IAM or User Admin, and as nobody else', async () => {
    const { here, superAdmin, outsider } = await world();
    const [iamAdmin, userAdmin, accountAdmin, editor] = await here.people([
      { role: 'IAM_ADMIN' },
      { role: 'USER_ADMIN' },
      { role: 'ADMIN' },
      { role: 'EDITOR' },
    ]);
    const program = await here.program();
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    const id = globalId('User', outsider.id);
    for (const who of [superAdmin, iamAdmin, userAdmin]) {
      const result = await program.as(who).run(ReadPerson, { id });
      expect(result.data?.node).toMatchObject({
        name: outsider.name,
        status: 'ACTIVE',
        roles: [{ name: 'EDITOR' }],
      });
    }
    for (const who of [accountAdmin, editor]) {
      const result = await program.as(who).run(ReadPerson, { id });
      expect((refusalIn(result)['denial'] as Denial).reason).toBe('NOT_A_TARGET');
    }
  });
});

describe('a grant on all flows', () => {
  test('reaches every dataset that the person sees, also later ones, and makes new ones theirs', async () => {
    const { here, member, dataset, outsider } = await world();
    const program = await here.program();
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const acting = program.as(member);
    const later = await here.dataset({ members: [{ user: member, role: 'VIEWER' }] });
    const hidden = await here.dataset({ members: [{ user: outsider, role: 'ADMIN' }] });
    for (const { id } of [dataset, later]) expect(await acting.run(GetDataset, { id })).toSucceed();
    await expect(await acting.run(GetDataset, { id: hidden.id })).toBeHidden();
    const made = await acting.run(CreateDataset, { input: { name: 'New' } });
    expect(made.data?.createDataset?.dataset?.access).toEqual({ role: 'ADMIN', via: 'DIRECT' });
    await expect(made).toHaveAudited({
      action: 'dataset.created',
      subjectId: member.id,
      actorId: program.id,
      grantId: expect.any(String),
    });
    const { client } = await testDatabase();
    const flow = await client.flow.findFirstOrThrow({
      where: { accountId: here.accountId, name: 'New' },
      include: { members: true },
    });
    expect(flow.createdById).toBe(member.id);
    expect(flow.members).toMatchObject([{ userId: member.id, role: 'ADMIN' }]);
  });

  test('is not given with the one on global items, which opens nothing yet', async () => {
    const { here, member, dataset } = await world();
    const program = await here.program();
    await here.letAct(program, { resource: 'GLOBAL_MY_ITEMS' });
    const result = await program.as(member).run(GetDataset, { id: dataset.id });
    expect((refusalIn(result)['denial'] as Denial).reason).toBe('NOT_COVERED');
    const list = await program.as(member).run(ListDatasets, {});
    expect(list.data?.datasets?.totalCount).toBe(0);
  });
});

describe('files', () => {
  test('come and go while acting, and each entry has the grant, refused ones, too', async () => {
    const { here, member, viewer, dataset, admin } = await world();
    const program = await here.program();
    await here.letAct(program, { flowId: dataset.rowId });
    await addFields(admin, dataset, [{ name: 'Name', type: 'TEXT' }]);
    const acting = program.as(member);
    const job = await start(acting, dataset);
    expect((await put(acting, job.url, 'Name\nLamp\n')).status).toBe(200);
    expect((await lookAt(acting, job.id))?.state).toBe('READY');
    // What the person sent is not the business of the service account itself, nor of another person.
    expect((await refusalOf(await put(program, job.url, 'Name\nLamp\n'))).code).toBe('NOT_FOUND');
    const other = await refusalOf(await put(program.as(viewer), job.url, 'Name\nLamp\n'));
    expect(other.code).toBe('NOT_FOUND');
    const file = await exporting(acting, dataset);
    const url = file.data?.exportDataset?.download.url ?? '';
    expect((await member.fetch(url)).status).toBe(404);
    const { client } = await testDatabase();
    const waiting = await start(acting, dataset);
    const where = { flowId: dataset.rowId, userId: member.id };
    await client.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
    expect((await refusalOf(await put(acting, waiting.url, 'Name\nNo\n'))).code).toBe('FORBIDDEN');
    expect((await acting.fetch(url)).status).toBe(200);
    const entries = await client.auditEntry.findMany({
      where: { actorId: program.id, subjectId: member.id },
      orderBy: { id: 'asc' },
    });
    const about = entries.map(({ action, outcome, grantId: grant }) => [
      action,
      outcome,
      grant !== null,
    ]);
    expect(about).toEqual([
      ['datasetImport.started', 'SUCCEEDED', true],
      ['datasetImport.received', 'SUCCEEDED', true],
      ['operation.queried', 'SUCCEEDED', true],
      ['dataset.exported', 'SUCCEEDED', true],
      ['datasetImport.started', 'SUCCEEDED', true],
      ['operation.queried', 'REFUSED', true],
      ['dataset.exportFetched', 'SUCCEEDED', true],
    ]);
    expect(await valuesOf(admin, dataset)).toEqual([]);
  });
});

describe('what was done on behalf of somebody', () => {
  test('is shown to the person, and to who manages service accounts', async () => {
    const { here, member, superAdmin, dataset } = await table([{ name: 'Name', type: 'TEXT' }]);
    const program = await here.program('Night shift');
    const grant = await here.letAct(program, { flowId: dataset.rowId });
    const acting = program.as(member, 'Why');
    const input = { datasetId: dataset.id, rows: [{ name: 'Lamp' }] };
    expect(await acting.run(AddDatasetRows, { input })).toSucceed();
    expect(await member.run(AddDatasetRows, { input })).toSucceed();
    const rename = { datasetId: dataset.id, name: 'New' };
    expect(await acting.run(RenameDataset, { input: rename })).toFail('FORBIDDEN');
    const own = await member.run(ReadActedOnBehalf, {});
    const common = { reason: 'Why', target: { type: 'Dataset', id: dataset.id } };
    const actor = { name: 'Night shift', handle: 'sa:night-shift' };
    expect(own.data?.me?.actedOnBehalf).toEqual({
      totalCount: 2,
      edges: [
        { node: { action: 'DATASET_RENAMED', outcome: 'REFUSED', actor, ...common } },
        { node: { action: 'DATASET_ROW_ADDED', outcome: 'SUCCEEDED', actor, ...common } },
      ],
    });
    const ids = {
      id: globalId('ServiceAccount', program.id),
      userId: globalId('User', member.id),
    };
    const all = await superAdmin.run(ReadActionsAs, ids);
    const { client } = await testDatabase();
    const key = await client.accessKey.findFirstOrThrow({
      where: { serviceAccountId: program.id },
    });
    const chain = {
      credentialKind: 'accessKey',
      credentialId: key.id,
      reason: 'Why',
      subject: { id: ids.userId },
      actor: { id: ids.id },
      grant: { id: grant },
    };
    expect(all.data?.serviceAccount?.actionsAs).toEqual({
      totalCount: 2,
      edges: [
        { node: { action: 'DATASET_RENAMED', outcome: 'REFUSED', ...chain } },
        { node: { action: 'DATASET_ROW_ADDED', outcome: 'SUCCEEDED', ...chain } },
      ],
    });
    expect(await member.run(ReadActionsAs, ids)).toBeDenied({ missing: 'serviceAccount:manage' });
  });
});

describe('acting costs', () => {
  test('as many statements in an account of 100 datasets as in one of one', async () => {
    const { here, member, dataset } = await world();
    const program = await here.program();
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const ask = async () => {
      const { statements } = await member.run(ListDatasets, { first: 100 });
      const acting = await program.as(member).run(ListDatasets, { first: 100 });
      expect(acting).toSucceed();
      return [statements, acting.statements];
    };
    const before = await ask();
    await here.datasets(
      Array.from({ length: 99 }, () => ({ members: [{ user: member, role: 'VIEWER' as const }] })),
    );
    expect(await ask()).toEqual(before);
    // One more, for the entry of what was read.
    expect(before[1]).toBe((before[0] ?? 0) + 1);
    expect(dataset.id).not.toBe('');
  });
});

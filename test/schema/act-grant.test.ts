import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AssumeDatasetRole,
  DropServiceAccount,
  GetNode,
  GrantImpersonation,
  ReadDatasetGrants,
  ReadImpersonationSecurity,
} from '../support/operations.js';
import { endOf } from '../support/table.js';
import { globalId, workspace, world, type Workspace } from '../support/world.js';

const HOUR = 3_600_000;
const SHARED = [
  'GLOBAL_MY_ITEMS',
  'USER_AND_GROUP_MANAGEMENT',
  'ALL_FLOWS_AND_INTEGRATIONS',
] as const;

async function stage() {
  const all = await world();
  const [iamAdmin, userAdmin, accountAdmin] = await all.here.people([
    { name: 'Ivan Iam', role: 'IAM_ADMIN' },
    { name: 'Uma User', role: 'USER_ADMIN' },
    { name: 'Adam Admin', role: 'ADMIN' },
  ]);
  const program = await all.here.program('Night shift');
  const input = {
    serviceAccountId: globalId('ServiceAccount', program.id),
    flowId: all.dataset.id,
  };
  return { ...all, iamAdmin, userAdmin, accountAdmin, program, input };
}

/** A flow of this kind, with these people as its Owners: its id as the API names it. */
async function flowOf(
  { accountId }: Workspace,
  kind: string,
  typename: string,
  owners: readonly Actor[],
) {
  const { client } = await testDatabase();
  const id = uuidv7();
  await client.flow.create({
    data: {
      id,
      accountId,
      kind: kind as 'PROCESS',
      name: `A ${typename}`,
      nameKey: `a ${typename}`,
    },
  });
  await client.flowMember.createMany({
    data: owners.map((user) => ({ accountId, flowId: id, role: 'OWNER', userId: user.id })),
  });
  return globalId(typename, id);
}

const grantsOn = async (flowId: string) => {
  const { client } = await testDatabase();
  return client.impersonationGrant.findMany({ where: { flowId } });
};

describe('grantImpersonation allows', () => {
  test('an Admin of the dataset, by id and by handle', async () => {
    const { admin, dataset, program, input } = await stage();
    const byId = await admin.run(GrantImpersonation, { input: { ...input, reason: 'Orders.' } });
    expect(byId).toSucceed();
    const grant = byId.data?.grantImpersonation?.grant;
    expect(grant).toMatchObject({
      isLive: true,
      reason: 'Orders.',
      expiresAt: null,
      sharedResource: null,
      flow: { id: dataset.id, kind: 'DATASET', name: dataset.name },
      serviceAccount: { id: input.serviceAccountId, handle: 'sa:night-shift' },
      grantedBy: { name: admin.name },
    });
    const byHandle = await admin.run(GrantImpersonation, {
      input: { handle: ' SA:Night-Shift ', flowId: dataset.id },
    });
    expect(byHandle.data?.grantImpersonation?.grant.id).toBe(grant?.id);
    const { data } = await admin.run(ReadDatasetGrants, { id: dataset.id });
    expect(data?.dataset?.impersonationGrants).toEqual([
      { id: grant?.id, isLive: true, serviceAccount: { handle: 'sa:night-shift' } },
    ]);
    expect(program.name).toBe('Night shift');
  });

  test('a Super Admin on a dataset after assuming Admin: two entries', async () => {
    const { here, superAdmin, dataset, input } = await stage();
    const before = await superAdmin.run(GrantImpersonation, { input });
    expect(before).toBeDenied({ missing: 'dataset:extendImpersonation' });
    const role = { datasetId: dataset.id, role: 'ADMIN' as const };
    expect(await superAdmin.run(AssumeDatasetRole, { input: role })).toSucceed();
    expect(await superAdmin.run(GrantImpersonation, { input })).toSucceed();
    const { client } = await testDatabase();
    const entries = await client.auditEntry.findMany({
      where: { accountId: here.accountId, outcome: 'SUCCEEDED' },
      orderBy: { id: 'asc' },
    });
    expect(entries.map(({ action }) => action)).toEqual([
      'datasetMember.roleAssumed',
      'impersonation.granted',
    ]);
  });

  test.each(SHARED)('Super Admins and IAM Admins on %s', async (sharedResource) => {
    const { superAdmin, iamAdmin, input } = await stage();
    const place = { serviceAccountId: input.serviceAccountId, sharedResource };
    const first = await superAdmin.run(GrantImpersonation, { input: place });
    const again = await iamAdmin.run(GrantImpersonation, { input: { ...place, reason: 'Why' } });
    expect([endOf(first), endOf(again)]).toEqual(['SUCCESS', 'SUCCESS']);
    const { data } = await iamAdmin.run(ReadImpersonationSecurity);
    const shown = data?.impersonationSecurity?.sharedResources ?? [];
    expect(shown.map(({ resource }) => resource)).toEqual(SHARED);
    for (const { resource, grants } of shown) {
      const own = {
        id: again.data?.grantImpersonation?.grant.id,
        serviceAccount: { handle: 'sa:night-shift' },
        reason: 'Why',
        grantedBy: { name: 'Ivan Iam' },
      };
      expect(grants).toEqual(resource === sharedResource ? [own] : []);
    }
  });

  test.each([
    ['PROCESS', 'Process', 'SUCCESS'],
    ['BOARD', 'Board', 'SUCCESS'],
    ['APP', 'App', 'KIND_NOT_IMPERSONABLE'],
    ['LIST', 'List', 'KIND_NOT_IMPERSONABLE'],
    ['INTEGRATION', 'Integration', 'KIND_NOT_IMPERSONABLE'],
    ['CHAT', 'Chat', 'KIND_NOT_IMPERSONABLE'],
    ['SPACE', 'Space', 'KIND_NOT_IMPERSONABLE'],
  ])('an Owner of a flow of kind %s, or not: %s, %s', async (kind, typename, end) => {
    const { here, admin, member, input } = await stage();
    const flowId = await flowOf(here, kind, typename, [admin]);
    const { serviceAccountId } = input;
    const result = await admin.run(GrantImpersonation, { input: { serviceAccountId, flowId } });
    expect(endOf(result)).toBe(end);
    if (end !== 'SUCCESS') expect(result.errors?.[0]?.extensions['kind']).toBe(kind);
    // Sharing is not the only way into these, so a person of the account may see it without being an Owner.
    const other = await member.run(GrantImpersonation, { input: { serviceAccountId, flowId } });
    expect(['FORBIDDEN', 'NOT_FOUND']).toContain(endOf(other));
  });
});

describe('grantImpersonation denies', () => {
  test('Members, Viewers and the override on a dataset', async () => {
    const { member, viewer, superAdmin, dataset, input } = await stage();
    for (const [who, role] of [
      [member, 'Member'],
      [viewer, 'Viewer'],
      [superAdmin, null],
    ] as const) {
      const result = await who.run(GrantImpersonation, { input });
      expect(result).toBeDenied({ missing: 'dataset:extendImpersonation', role });
    }
    expect(await grantsOn(dataset.rowId)).toEqual([]);
  });

  test.each(SHARED)('everybody but Super Admins and IAM Admins on %s', async (sharedResource) => {
    const { admin, userAdmin, accountAdmin, outsider, viewer, input } = await stage();
    const place = { serviceAccountId: input.serviceAccountId, sharedResource };
    for (const who of [admin, userAdmin, accountAdmin, outsider, viewer]) {
      const result = await who.run(GrantImpersonation, { input: place });
      expect(result).toBeDenied({ missing: 'impersonation:share' });
      expect(await who.run(ReadImpersonationSecurity)).toBeDenied({
        missing: 'impersonation:share',
      });
    }
  });

  test('service accounts and those who act, whatever they are and whoever they act as', async () => {
    const { here, admin, superAdmin, program, input, dataset } = await stage();
    const { client } = await testDatabase();
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: dataset.rowId,
        role: 'ADMIN',
        serviceAccountId: program.id,
      },
    });
    await here.letAct(program, { flowId: dataset.rowId });
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const { serviceAccountId } = input;
    const shared = { serviceAccountId, sharedResource: SHARED[2] };
    for (const [who, place, reason] of [
      [program, input, 'SIGN_IN_REQUIRED'],
      [program, shared, 'SIGN_IN_REQUIRED'],
      [program.as(admin), input, 'NOT_DELEGABLE'],
      [program.as(admin), shared, 'NOT_DELEGABLE'],
      [program.as(superAdmin), shared, 'NOT_DELEGABLE'],
    ] as const) {
      const result = await who.run(GrantImpersonation, { input: place });
      expect(result).toFail('FORBIDDEN');
      expect(result.errors?.[0]?.extensions['denial']).toMatchObject({ reason });
    }
    // As its subject, without the override, it does not even see the dataset.
    await expect(await program.as(superAdmin).run(GrantImpersonation, { input })).toBeHidden();
  });
});

describe('grantImpersonation hides', () => {
  test('the dataset from outsiders, account admins without a role and strangers', async () => {
    const { here, outsider, iamAdmin, userAdmin, accountAdmin, stranger, anonymous, input } =
      await stage();
    for (const who of [outsider, iamAdmin, userAdmin, accountAdmin, stranger]) {
      await expect(await who.run(GrantImpersonation, { input })).toBeHidden();
    }
    expect(await anonymous.run(GrantImpersonation, { input })).toFail('UNAUTHENTICATED');
    expect(here.slug).not.toBe('');
  });

  test('deleted service accounts, those of other accounts and what is none, to the byte', async () => {
    const { here, admin, superAdmin, dataset, input } = await stage();
    const gone = await here.program('Day shift');
    const other = await workspace();
    const theirs = await other.program('Their shift');
    const drop = { serviceAccountId: globalId('ServiceAccount', gone.id), name: 'Day shift' };
    expect(await superAdmin.run(DropServiceAccount, { input: drop })).toSucceed();
    const answers = new Set<string>();
    for (const who of [
      { serviceAccountId: globalId('ServiceAccount', gone.id) },
      { serviceAccountId: globalId('ServiceAccount', theirs.id) },
      { serviceAccountId: globalId('ServiceAccount', uuidv7()) },
      { serviceAccountId: globalId('User', admin.id) },
      { serviceAccountId: input.serviceAccountId.slice(1) },
      { serviceAccountId: '' },
      { handle: 'sa:day-shift' },
      { handle: 'sa:their-shift' },
      { handle: 'sa:nobody' },
      { handle: 'Night shift' },
    ]) {
      const result = await admin.run(GrantImpersonation, {
        input: { ...who, flowId: dataset.id },
      });
      expect(result).toFail('NOT_FOUND');
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
    expect(await grantsOn(dataset.rowId)).toEqual([]);
  });

  test('the grant itself, from everybody who could not give it nor manages service accounts', async () => {
    const { here, program, dataset, admin, superAdmin, iamAdmin, ...others } = await stage();
    const onFlow = await here.letAct(program, { flowId: dataset.rowId });
    const shared = await here.letAct(program, { resource: 'GLOBAL_MY_ITEMS' });
    for (const id of [onFlow, shared]) {
      for (const who of [superAdmin, iamAdmin]) {
        expect((await who.run(GetNode, { id })).data?.node?.id).toBe(id);
      }
      const { member, viewer, outsider, userAdmin, accountAdmin, stranger } = others;
      for (const who of [member, viewer, outsider, userAdmin, accountAdmin, stranger]) {
        await expect(await who.run(GetNode, { id })).toBeHidden();
      }
    }
    expect((await admin.run(GetNode, { id: onFlow })).data?.node?.id).toBe(onFlow);
    await expect(await admin.run(GetNode, { id: shared })).toBeHidden();
  });
});

describe('grantImpersonation refuses', () => {
  test('a time that is past, and neither or both of what must be given once', async () => {
    const { admin, dataset, input } = await stage();
    const { serviceAccountId, flowId } = input;
    for (const bad of [
      { ...input, expiresAt: new Date(Date.now() - 1000).toISOString() },
      { ...input, reason: 'x'.repeat(501) },
      { ...input, handle: 'sa:night-shift' },
      { flowId },
      { serviceAccountId },
      { ...input, sharedResource: SHARED[0] },
    ]) {
      expect(await admin.run(GrantImpersonation, { input: bad })).toFail('INVALID_INPUT');
    }
    expect(await grantsOn(dataset.rowId)).toEqual([]);
  });

  test('nobody of those who grant the same at once: one grant comes of it', async () => {
    const { here, admin, dataset, input } = await stage();
    const again = await here.person();
    const { client } = await testDatabase();
    await client.flowMember.create({
      data: { accountId: here.accountId, flowId: dataset.rowId, role: 'ADMIN', userId: again.id },
    });
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        (at % 2 ? admin : again).run(GrantImpersonation, { input: { ...input, reason: `${at}` } }),
      ),
    );
    expect(new Set(results.map(endOf))).toEqual(new Set(['SUCCESS']));
    expect(await grantsOn(dataset.rowId)).toHaveLength(1);
  });

  test('at most with CONFLICT those who share the same at once', async () => {
    const { superAdmin, iamAdmin, program, input } = await stage();
    const place = {
      serviceAccountId: input.serviceAccountId,
      sharedResource: 'GLOBAL_MY_ITEMS' as const,
    };
    const ends = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        (at % 2 ? superAdmin : iamAdmin).run(GrantImpersonation, { input: place }).then(endOf),
      ),
    );
    expect(['SUCCESS', 'CONFLICT']).toEqual(expect.arrayContaining(ends));
    expect(ends).toContain('SUCCESS');
    const { client } = await testDatabase();
    const where = { serviceAccountId: program.id, revokedAt: null };
    expect(await client.impersonationGrant.count({ where })).toBe(1);
  });
});

describe('grantImpersonation audits', () => {
  test('what was granted, what was changed and what was refused', async () => {
    const { admin, member, dataset, program, input } = await stage();
    const first = await admin.run(GrantImpersonation, { input: { ...input, reason: 'One' } });
    const [row] = await grantsOn(dataset.rowId);
    const target = { targetType: 'ImpersonationGrant', targetId: row?.id };
    const granted = { serviceAccountId: program.id, flowId: dataset.rowId };
    await expect(first).toHaveAudited({
      ...target,
      action: 'impersonation.granted',
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: null,
      after: { ...granted, reason: 'One', expiresAt: null },
    });
    const expiresAt = new Date(Date.now() + HOUR).toISOString();
    const second = await admin.run(GrantImpersonation, {
      input: { ...input, reason: 'Two', expiresAt },
    });
    expect(second.data?.grantImpersonation?.grant).toMatchObject({ reason: 'Two', expiresAt });
    await expect(second).toHaveAudited({
      ...target,
      before: { ...granted, reason: 'One', expiresAt: null },
      after: { ...granted, reason: 'Two', expiresAt },
    });
    await expect(await member.run(GrantImpersonation, { input })).toHaveAudited({
      action: 'impersonation.granted',
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    });
  });
});

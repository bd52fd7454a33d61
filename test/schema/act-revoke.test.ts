import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import {
  DeleteDataset,
  DropServiceAccount,
  GetDataset,
  GrantImpersonation,
  ReadAssociatedResources,
  ReadDatasetGrants,
  ReadImpersonationSecurity,
  RenameDataset,
  RevokeImpersonation,
} from '../support/operations.js';
import { personWith } from '../support/people.js';
import { endOf, refusalIn } from '../support/table.js';
import { globalId, Program, world } from '../support/world.js';

const DAY = 86_400_000;

async function stage() {
  const all = await world();
  const [iamAdmin, userAdmin, accountAdmin] = await all.here.people([
    { role: 'IAM_ADMIN' },
    { role: 'USER_ADMIN' },
    { role: 'ADMIN' },
  ]);
  const program = await all.here.program('Night shift');
  const onFlow = await all.here.letAct(program, { flowId: all.dataset.rowId });
  const shared = await all.here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
  return { ...all, iamAdmin, userAdmin, accountAdmin, program, onFlow, shared };
}

const revoke = (who: Actor, grantId: string) =>
  who.run(RevokeImpersonation, { input: { grantId } });

async function isLive(globalGrantId: string): Promise<boolean> {
  const { client } = await testDatabase();
  const id = Buffer.from(globalGrantId, 'base64url').toString().split(':')[1] ?? '';
  const grant = await client.impersonationGrant.findUniqueOrThrow({ where: { id } });
  return grant.revokedAt === null;
}

const rowIdOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';

describe('revokeImpersonation allows', () => {
  test('an Admin of the dataset, an IAM Admin and a Super Admin on a dataset', async () => {
    const { here, admin, iamAdmin, superAdmin, program, dataset, onFlow } = await stage();
    let grant = onFlow;
    for (const who of [admin, iamAdmin, superAdmin]) {
      const result = await revoke(who, grant);
      expect(result.data?.revokeImpersonation?.grantId).toBe(grant);
      expect(await isLive(grant)).toBe(false);
      grant = await here.letAct(program, { flowId: dataset.rowId });
    }
  });

  test('an IAM Admin and a Super Admin on a shared resource', async () => {
    const { here, iamAdmin, superAdmin, program, shared } = await stage();
    expect(await revoke(iamAdmin, shared)).toSucceed();
    const again = await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    expect(await revoke(superAdmin, again)).toSucceed();
    const { data } = await superAdmin.run(ReadImpersonationSecurity);
    const resources = data?.impersonationSecurity?.sharedResources ?? [];
    expect(resources.flatMap(({ grants }) => grants)).toEqual([]);
  });

  test('somebody on a shared resource whose role lets them grant it, and nothing else', async () => {
    const { here, onFlow, shared } = await stage();
    const sharer = await personWith(here, 'impersonation:share');
    const result = await revoke(sharer, shared);
    expect(result.data?.revokeImpersonation?.grantId).toBe(shared);
    expect(await isLive(shared)).toBe(false);
    await expect(await revoke(sharer, onFlow)).toBeHidden();
  });

  test('to grant it anew: another grant, whose use begins at nothing', async () => {
    const { admin, member, superAdmin, dataset, program, onFlow, shared } = await stage();
    expect(await revoke(superAdmin, shared)).toSucceed();
    expect(await program.as(member).run(GetDataset, { id: dataset.id })).toSucceed();
    expect(await revoke(admin, onFlow)).toSucceed();
    const input = { handle: 'sa:night-shift', flowId: dataset.id };
    const { data } = await admin.run(GrantImpersonation, { input });
    const id = data?.grantImpersonation?.grant.id ?? '';
    expect(id).not.toBe(onFlow);
    const result = await revoke(admin, id);
    expect(result.data?.revokeImpersonation?.use).toMatchObject({ operations: 0, people: 0 });
  });
});

describe('revokeImpersonation denies', () => {
  test('service accounts and those who act, whether there is such a grant or not', async () => {
    const { admin, superAdmin, program, onFlow, shared } = await stage();
    for (const [who, reason] of [
      [program, 'SIGN_IN_REQUIRED'],
      [program.as(admin), 'NOT_DELEGABLE'],
      [program.as(superAdmin), 'NOT_DELEGABLE'],
    ] as const) {
      const answers = new Set<string>();
      for (const id of [onFlow, shared, globalId('ImpersonationGrant', uuidv7()), 'garbage']) {
        const result = await revoke(who, id);
        expect(refusalIn(result)).toMatchObject({ code: 'FORBIDDEN', denial: { reason } });
        answers.add(result.text);
      }
      expect(answers.size).toBe(1);
    }
    expect([await isLive(onFlow), await isLive(shared)]).toEqual([true, true]);
  });
});

describe('revokeImpersonation hides', () => {
  test('grants from everybody who could not give them, those of others and those that are over', async () => {
    const { onFlow, shared, admin, superAdmin, dataset, ...others } = await stage();
    const { member, viewer, outsider, userAdmin, accountAdmin, stranger, anonymous } = others;
    for (const who of [member, viewer, outsider, userAdmin, accountAdmin, stranger]) {
      await expect(await revoke(who, onFlow)).toBeHidden();
      await expect(await revoke(who, shared)).toBeHidden();
    }
    await expect(await revoke(admin, shared)).toBeHidden();
    expect(await revoke(anonymous, onFlow)).toFail('UNAUTHENTICATED');
    expect([await isLive(onFlow), await isLive(shared)]).toEqual([true, true]);
    expect(await revoke(superAdmin, onFlow)).toSucceed();
    for (const who of [superAdmin, admin]) {
      for (const id of [onFlow, dataset.id, 'garbage', '']) {
        const unknown = await revoke(who, globalId('ImpersonationGrant', uuidv7()));
        expect((await revoke(who, id)).text).toBe(unknown.text);
      }
    }
  });
});

describe('revokeImpersonation refuses', () => {
  test('all but one of those who revoke the same at once', async () => {
    const { admin, superAdmin, iamAdmin, onFlow, shared } = await stage();
    for (const [id, people] of [
      [onFlow, [admin, superAdmin, iamAdmin, superAdmin]],
      [shared, [superAdmin, iamAdmin, superAdmin, iamAdmin]],
    ] as const) {
      const ends = await Promise.all(people.map((who) => revoke(who, id).then(endOf)));
      expect(ends.toSorted()).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'SUCCESS']);
    }
  });
});

describe('revokeImpersonation audits', () => {
  test('who ended which grant, and that somebody could not', async () => {
    const { admin, member, superAdmin, dataset, program, onFlow, shared } = await stage();
    // While both cover the dataset, the shared one is named.
    expect(await revoke(superAdmin, shared)).toSucceed();
    await expect(await revoke(member, onFlow)).toHaveAudited({
      action: 'impersonation.revoked',
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
      subjectId: member.id,
    });
    await program.as(member).run(GetDataset, { id: dataset.id });
    await expect(await revoke(admin, onFlow)).toHaveAudited({
      action: 'impersonation.revoked',
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      targetType: 'ImpersonationGrant',
      targetId: rowIdOf(onFlow),
      before: {
        serviceAccountId: program.id,
        flowId: dataset.rowId,
        reason: null,
        expiresAt: null,
      },
      after: { operations: 1 },
    });
  });
});

describe('revokeImpersonation says what used the grant', () => {
  test('in the last 30 days, refusals included, and not 31 days ago', async () => {
    const { admin, member, viewer, superAdmin, dataset, program, onFlow, shared } = await stage();
    expect(await revoke(superAdmin, shared)).toSucceed();
    const { client } = await testDatabase();
    const act = async (who: Actor) => {
      const input = { datasetId: dataset.id, name: 'No' };
      expect(await program.as(who).run(GetDataset, { id: dataset.id })).toSucceed();
      expect(await program.as(who).run(RenameDataset, { input })).toFail('FORBIDDEN');
    };
    await act(member);
    await act(viewer);
    const entry = (daysAgo: number) => ({
      action: 'dataset.described',
      outcome: 'SUCCEEDED' as const,
      subjectId: admin.id,
      actorId: program.id,
      grantId: rowIdOf(onFlow),
      requestId: 'long ago',
      at: new Date(Date.now() - daysAgo * DAY),
    });
    const { accountId } = await client.user.findUniqueOrThrow({ where: { id: admin.id } });
    await client.auditEntry.createMany({
      data: [29.9, 31].map((days) => ({ ...entry(days), accountId })),
    });
    const result = await revoke(admin, onFlow);
    expect(result.data?.revokeImpersonation?.use).toEqual({
      operations: 5,
      people: 3,
      lastAt: expect.any(String),
      actions: [
        { action: 'DATASET_RENAMED', count: 2 },
        { action: 'OPERATION_QUERIED', count: 2 },
        { action: 'DATASET_DESCRIBED', count: 1 },
      ],
    });
  });

  test('by the clock of the gateway', async () => {
    const { admin, member, superAdmin, dataset, program, onFlow, shared } = await stage();
    expect(await revoke(superAdmin, shared)).toSucceed();
    expect(await program.as(member).run(GetDataset, { id: dataset.id })).toSucceed();
    const { client } = await testDatabase();
    await client.session.updateMany({
      where: { userId: admin.id },
      data: { expiresAt: new Date(Date.now() + 100 * DAY) },
    });
    const later = await testApp({ now: () => new Date(Date.now() + 31 * DAY) });
    const adminLater = new Program(later, admin.id, admin.name, admin.email, admin.headers);
    const result = await revoke(adminLater, onFlow);
    expect(result.data?.revokeImpersonation?.use).toEqual({
      operations: 0,
      people: 0,
      lastAt: null,
      actions: [],
    });
  });
});

describe('grants end', () => {
  test('with their dataset', async () => {
    const { admin, iamAdmin, dataset, program, onFlow } = await stage();
    const input = { datasetId: dataset.id, name: dataset.name };
    expect(await admin.run(DeleteDataset, { input })).toSucceed();
    expect(await isLive(onFlow)).toBe(false);
    const id = globalId('ServiceAccount', program.id);
    const { data } = await iamAdmin.run(ReadAssociatedResources, { id });
    expect(data?.serviceAccount?.associatedResources?.edges.map(({ node }) => node)).toMatchObject([
      { access: 'IMPERSONATION', sharedResource: 'ALL_FLOWS_AND_INTEGRATIONS' },
    ]);
  });

  test('with their service account', async () => {
    const { admin, iamAdmin, dataset, program, onFlow, shared } = await stage();
    const serviceAccountId = globalId('ServiceAccount', program.id);
    const input = { serviceAccountId, name: program.name };
    const dropped = await iamAdmin.run(DropServiceAccount, { input });
    expect(dropped.data?.deleteServiceAccount?.stopped.impersonationGrants).toBe(2);
    expect([await isLive(onFlow), await isLive(shared)]).toEqual([false, false]);
    const { data } = await admin.run(ReadDatasetGrants, { id: dataset.id });
    expect(data?.dataset?.impersonationGrants).toEqual([]);
  });

  test('when they expire, and are shown nowhere any more', async () => {
    const { admin, member, iamAdmin, dataset, program, onFlow, shared } = await stage();
    const { client } = await testDatabase();
    const id = globalId('ServiceAccount', program.id);
    const shown = async () => {
      const all = await iamAdmin.run(ReadAssociatedResources, { id });
      const page = all.data?.serviceAccount?.associatedResources;
      const here = await admin.run(ReadDatasetGrants, { id: dataset.id });
      return [
        page?.edges.map(({ node }) => node.grantId).toSorted(),
        page?.totalCount,
        here.data?.dataset?.impersonationGrants?.map((grant) => grant.id),
      ];
    };
    expect(await shown()).toEqual([[onFlow, shared].toSorted(), 2, [onFlow]]);
    await client.impersonationGrant.updateMany({
      where: { serviceAccountId: program.id },
      data: { expiresAt: new Date(Date.now() - 1) },
    });
    expect(await shown()).toEqual([[], 0, []]);
    expect(await program.as(member).run(GetDataset, { id: dataset.id })).toFail('FORBIDDEN');
  });

  test('and memberships stay: both kinds of reach are told apart', async () => {
    const { here, iamAdmin, dataset, program, onFlow } = await stage();
    const { client } = await testDatabase();
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: dataset.rowId,
        role: 'VIEWER',
        serviceAccountId: program.id,
      },
    });
    const id = globalId('ServiceAccount', program.id);
    for (const [access, count] of [
      ['MEMBER', 1],
      ['IMPERSONATION', 2],
      [null, 3],
    ] as const) {
      const { data } = await iamAdmin.run(ReadAssociatedResources, { id, access });
      expect(data?.serviceAccount?.associatedResources?.totalCount).toBe(count);
    }
    expect(await revoke(iamAdmin, onFlow)).toSucceed();
    const { data } = await iamAdmin.run(ReadAssociatedResources, { id, access: 'MEMBER' });
    expect(data?.serviceAccount?.associatedResources?.edges).toMatchObject([
      { node: { role: 'VIEWER', flow: { id: dataset.id }, grantId: null } },
    ]);
  });
});

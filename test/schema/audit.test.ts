import { randomUUID } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import type { AuditFilter, ReadAuditLogQuery } from '../support/generated/graphql.js';
import { GetNode, ReadAuditLog, RenameDataset } from '../support/operations.js';
import { globalId, workspace, world, type Workspace } from '../support/world.js';

interface Entry {
  readonly action?: string;
  readonly at?: string;
  readonly subject?: Actor;
  readonly actor?: Actor;
}

/** Writes an entry of this account, and answers its id as the API names it. */
async function entry({ accountId }: Workspace, { subject, actor, ...given }: Entry = {}) {
  const { client } = await testDatabase();
  const { id } = await client.auditEntry.create({
    data: {
      accountId,
      action: given.action ?? 'dataset.renamed',
      outcome: 'SUCCEEDED',
      requestId: randomUUID(),
      subjectId: subject?.id ?? null,
      actorId: actor?.id ?? subject?.id ?? null,
      ...(given.at && { at: given.at }),
    },
  });
  return globalId('AuditEntry', id);
}

async function idsOf(reader: Actor, filter?: AuditFilter): Promise<string[]> {
  const result = await reader.run(ReadAuditLog, { ...(filter && { filter }) });
  expect(result).toSucceed();
  const { edges = [], totalCount } = result.data?.auditLog ?? {};
  expect(totalCount).toBe(edges.length);
  return edges.map(({ node }) => node.id);
}

describe('auditLog', () => {
  test.each(['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'] as const)('allows a %s', async (role) => {
    const here = await workspace();
    const id = await entry(here);
    expect(await idsOf(await here.person({ role }))).toEqual([id]);
  });

  test.each(['USER_ADMIN', 'EDITOR', 'VIEWER'] as const)('denies a %s', async (role) => {
    const here = await workspace();
    const id = await entry(here);
    const person = await here.person({ role });
    const denied = await person.run(ReadAuditLog, {});
    expect(denied).toBeDenied({ missing: 'auditLog:read', role });
    expect(denied.data?.auditLog).toBeNull();
    expect(denied.text).not.toContain(id);
    expect(denied.errors?.[0]?.extensions['denial']).toMatchObject({
      rule: 'account: auditLog:read',
      checks: [
        { step: 'ROLE', ok: false },
        { step: 'ITEM_PERMISSION', ok: true },
        { step: 'SUSPENSION', ok: true },
        { step: 'TEAM_MEMBERSHIP', ok: true },
      ],
      remedies: [{ kind: 'ASK_ACCOUNT_ADMIN' }],
    });
  });

  test('is refused to whoever is not signed in', async () => {
    const { anonymous } = await world();
    expect(await anonymous.run(ReadAuditLog, {})).toFail('UNAUTHENTICATED');
  });

  test('hides what was done in other accounts, and in none', async () => {
    const [here, there] = [await workspace(), await workspace()];
    const { client } = await testDatabase();
    await entry(there);
    const data = {
      action: 'session.started',
      outcome: 'REFUSED' as const,
      requestId: randomUUID(),
    };
    await client.auditEntry.create({ data });
    const own = await entry(here);
    expect(await idsOf(await here.person({ role: 'SUPER_ADMIN' }))).toEqual([own]);
  });

  test('takes as many statements for one entry as for many', async () => {
    const here = await workspace();
    const [admin, ada] = [await here.person({ role: 'ADMIN' }), await here.person()];
    await entry(here, { subject: ada });
    const one = await admin.run(ReadAuditLog, {});
    for (let count = 0; count < 30; count += 1) await entry(here, { subject: ada, actor: admin });
    const many = await admin.run(ReadAuditLog, { first: 100 });
    expect(many.data?.auditLog?.edges).toHaveLength(31);
    expect(many).toTakeQueries(one.statements);
    expect(one.statements).toBeLessThanOrEqual(6);
  });

  test('refuses a page that is too large and a cursor of another list', async () => {
    const admin = await (await workspace()).person({ role: 'ADMIN' });
    for (const variables of [{ first: 101 }, { first: -1 }, { after: 'x' }]) {
      expect(await admin.run(ReadAuditLog, variables)).toFail('INVALID_INPUT');
    }
  });
});

describe('auditLog comes', () => {
  test('newest first, in pages that leave nothing out and repeat nothing', async () => {
    const here = await workspace();
    const admin = await here.person({ role: 'ADMIN' });
    const written: string[] = [];
    for (let count = 0; count < 5; count += 1) written.unshift(await entry(here));
    const seen: string[] = [];
    let after: string | null = null;
    for (const size of [2, 2, 1]) {
      const page: Result<ReadAuditLogQuery> = await admin.run(ReadAuditLog, {
        first: 2,
        after,
      });
      const { edges = [], pageInfo, totalCount } = page.data?.auditLog ?? {};
      expect(edges).toHaveLength(size);
      expect(totalCount).toBe(5);
      seen.push(...edges.map(({ node }) => node.id));
      expect(pageInfo?.hasNextPage).toBe(seen.length < 5);
      after = pageInfo?.endCursor ?? null;
      await entry(await workspace());
    }
    expect(seen).toEqual(written);
  });

  test('filtered by person, action and time, each alone and all together', async () => {
    const here = await workspace();
    const admin = await here.person({ role: 'ADMIN' });
    const [ada, bea] = [await here.person(), await here.person()];
    const days = (day: number) => `2026-03-0${day}T00:00:00.000Z`;
    const first = await entry(here, { subject: ada, at: days(1) });
    const second = await entry(here, { subject: ada, at: days(2), action: 'dataset.deleted' });
    const third = await entry(here, { subject: bea, actor: ada, at: days(3) });
    const fourth = await entry(here, { subject: bea, at: days(4), action: 'session.ended' });
    const by = (filter: AuditFilter) => idsOf(admin, filter);
    const principal = globalId('User', ada.id);
    expect(await by({ principal })).toEqual([third, second, first]);
    expect(await by({ action: ['DATASET_DELETED', 'SESSION_ENDED'] })).toEqual([fourth, second]);
    expect(await by({ from: days(3) })).toEqual([fourth, third]);
    expect(await by({ to: days(3) })).toEqual([second, first]);
    expect(await by({ from: days(2), to: days(4) })).toEqual([third, second]);
    expect(await by({ principal, action: ['DATASET_RENAMED'], from: days(2) })).toEqual([third]);
    expect(await by({ principal, action: ['SESSION_ENDED'] })).toEqual([]);
    expect(await by({ from: days(4), to: days(1) })).toEqual([]);
    expect(await by({ action: [] })).toEqual([]);
    expect(await by({ principal: null, action: null, from: null, to: null })).toHaveLength(4);
  });

  test('with no entry for a person of another account, or for what is no person', async () => {
    const [here, there] = [await workspace(), await workspace()];
    const admin = await here.person({ role: 'ADMIN' });
    const [stranger, ada] = [await there.person(), await here.person()];
    await entry(there, { subject: stranger });
    await entry(here, { subject: ada });
    for (const principal of [
      globalId('User', stranger.id),
      globalId('User', randomUUID()),
      globalId('Group', ada.id),
      ada.id,
      'x',
      '',
    ]) {
      expect(await idsOf(admin, { principal })).toEqual([]);
    }
  });
});

describe('an entry', () => {
  test('tells who did what to what, and with what right', async () => {
    const { admin, superAdmin, dataset } = await world();
    const input = { datasetId: dataset.id, name: 'New' };
    const { requestId } = await admin.run(RenameDataset, { input });
    const { data } = await superAdmin.run(ReadAuditLog, {});
    expect(data?.auditLog?.edges.map(({ node }) => node)).toEqual([
      {
        id: expect.any(String),
        action: 'DATASET_RENAMED',
        outcome: 'SUCCEEDED',
        via: 'DIRECT',
        code: null,
        denial: null,
        before: { name: dataset.name },
        after: { name: 'New' },
        credentialKind: 'session',
        ipAddress: '192.0.2.7',
        userAgent: null,
        requestId,
        subject: { id: globalId('User', admin.id) },
        actor: { id: globalId('User', admin.id) },
        target: { type: 'Dataset', id: dataset.id },
      },
    ]);
  });

  test('keeps who did it after the person was removed', async () => {
    const { client } = await testDatabase();
    const here = await workspace();
    const [admin, ada] = [await here.person({ role: 'ADMIN' }), await here.person()];
    await entry(here, { subject: ada });
    await client.user.update({ where: { id: ada.id }, data: { removedAt: new Date() } });
    const result = await admin.run(ReadAuditLog, {});
    expect(result).toSucceed();
    expect(result.data?.auditLog?.edges[0]?.node.subject?.id).toBe(globalId('User', ada.id));
    await expect(await admin.run(GetNode, { id: globalId('User', ada.id) })).toBeHidden();
  });

  describe('by its id', () => {
    let here: Workspace;
    let id: string;

    beforeAll(async () => {
      here = await workspace();
      id = await entry(here);
    });

    test.each(['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'] as const)('is found by a %s', async (role) => {
      const result = await (await here.person({ role })).run(GetNode, { id });
      expect(result.data?.node).toEqual({ __typename: 'AuditEntry', id });
    });

    test.each(['USER_ADMIN', 'EDITOR', 'VIEWER'] as const)('is hidden from a %s', async (role) => {
      await expect(await (await here.person({ role })).run(GetNode, { id })).toBeHidden();
    });

    test('is hidden from the Super Admin of another account, and of none from all', async () => {
      const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
      await expect(await stranger.run(GetNode, { id })).toBeHidden();
      const { client } = await testDatabase();
      const data = { action: 'session.started', outcome: 'REFUSED' as const, requestId: 'none' };
      const nobodys = globalId('AuditEntry', (await client.auditEntry.create({ data })).id);
      const chief = await here.person({ role: 'SUPER_ADMIN' });
      await expect(await chief.run(GetNode, { id: nobodys })).toBeHidden();
    });
  });
});

import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { DatasetRole } from '../../src/authz/dataset-roles.js';
import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  GetDatasetMembers,
  ListAuthors,
  ListAuthorsByKind,
  ListDatasetMembers,
  ListDatasets,
  ListDatasetsWhole,
  ListMembersTwice,
  Me,
  ReadAuditLog,
  ReadAuditParties,
} from '../support/operations.js';
import { watchedApp, type WatchedApp } from '../support/statements.js';
import { workspace, type Membership } from '../support/world.js';

/** A list with all that hangs on it takes no more statements than this, whatever its length. */
const MOST = 6;

let watched: WatchedApp;

beforeAll(async () => {
  watched = await watchedApp();
});

/** Somebody with this role on so many datasets, each with members of all kinds, views, and a creator. */
async function readerOf(
  count: number,
  role: DatasetRole | null,
  accountRole: AccountRole,
): Promise<Actor> {
  const here = await workspace(watched.app);
  const [reader, ...others] = await here.people([
    { role: accountRole },
    ...Array.from({ length: 5 }, () => ({ role: 'EDITOR' as const })),
  ]);
  const groupIds = [await here.group(others.slice(0, 2)), await here.group([])];
  const serviceAccountId = await here.serviceAccount();
  const members: Membership[] = [
    ...(role ? [{ user: reader, role }] : []),
    ...others.map((user) => ({ user, role: 'VIEWER' as const })),
    ...groupIds.map((groupId) => ({ groupId, role: 'MEMBER' as const })),
    { serviceAccountId, role: 'ADMIN' },
  ];
  const datasets = await here.datasets(Array.from({ length: count }, () => ({ members })));
  const { client } = await testDatabase();
  const where = { accountId: here.accountId };
  await client.flow.updateMany({ where, data: { createdById: others[0]?.id ?? '' } });
  await client.flowMember.updateMany({ where, data: { addedById: reader.id } });
  // Every other one is by a program, so that a long list has both kinds.
  const programs = datasets.filter((_dataset, at) => at % 2 === 1).map(({ rowId }) => rowId);
  await client.flow.updateMany({
    where: { id: { in: programs } },
    data: { createdById: serviceAccountId },
  });
  await client.flowMember.updateMany({
    where: { flowId: { in: programs } },
    data: { addedById: serviceAccountId },
  });
  const views = datasets.map(({ rowId }, at) => ({
    id: uuidv7(),
    flowId: rowId,
    createdById: at % 2 === 1 ? serviceAccountId : reader.id,
  }));
  await client.datasetView.createMany({
    data: views.map((view) => ({ ...view, accountId: here.accountId, name: 'A view' })),
  });
  await client.$executeRaw`
    UPDATE dataset_settings s SET default_view_id = v.id FROM dataset_view v
    WHERE v.flow_id = s.flow_id AND s.account_id = ${here.accountId}::uuid`;
  return reader;
}

type Ask = (reader: Actor) => Promise<Result<{ datasets?: { edges: object[] } | null }>>;

const LISTS: readonly (readonly [string, Ask])[] = [
  ['datasets alone', (reader) => reader.run(ListDatasets, { first: 100 })],
  ['datasets with their members', (reader) => reader.run(ListDatasetMembers, { first: 100 })],
  ['datasets with all that is theirs', (reader) => reader.run(ListDatasetsWhole, { first: 100 })],
  ['datasets with their authors', (reader) => reader.run(ListAuthors, { first: 100 })],
  [
    'datasets with authors of either kind',
    (reader) => reader.run(ListAuthorsByKind, { first: 100 }),
  ],
  ['datasets with their members twice', (reader) => reader.run(ListMembersTwice, { first: 100 })],
];

/** The statements that read a secret; the one that authenticates the request reads its session’s. */
function secretsIn(texts: readonly string[]): number {
  return texts.filter((text) => /password_hash|secret_hash/i.test(text)).length;
}

describe.each([
  { who: 'an Admin of the datasets', role: 'ADMIN', accountRole: 'ADMIN' },
  { who: 'a Viewer, who is refused part of it', role: 'VIEWER', accountRole: 'VIEWER' },
  { who: 'a Super Admin by override', role: null, accountRole: 'SUPER_ADMIN' },
] as const)('for $who', ({ role, accountRole }) => {
  let readers: { readonly one: Actor; readonly hundred: Actor };

  beforeAll(async () => {
    const [one, hundred] = [
      await readerOf(1, role, accountRole),
      await readerOf(100, role, accountRole),
    ];
    readers = { one, hundred };
  });

  test.each(LISTS)('%s take as many statements for 100 as for 1', async (_name, ask) => {
    const one = await ask(readers.one);
    expect(one.data?.datasets?.edges).toHaveLength(1);
    const hundred = await ask(readers.hundred);
    expect(hundred.data?.datasets?.edges).toHaveLength(100);
    expect(hundred).toTakeQueries(one.statements);
    expect(hundred.statements).toBeLessThanOrEqual(MOST);
    const texts = watched.textsOf(hundred);
    expect(texts[0]).toContain('secret_hash');
    expect(secretsIn(texts)).toBe(1);
  });
});

test('an override takes one statement more than a role: the entries that tell of it', async () => {
  const byRole = await (await readerOf(2, 'ADMIN', 'SUPER_ADMIN')).run(ListDatasets, { first: 5 });
  const byOverride = await (await readerOf(2, null, 'SUPER_ADMIN')).run(ListDatasets, { first: 5 });
  expect(byOverride).toTakeQueries(byRole.statements + 1);
});

describe('other lists', () => {
  test('the members of one dataset: as many for 100 as for 1', async () => {
    const here = await workspace(watched.app);
    const people = await here.people(Array.from({ length: 100 }, () => ({})));
    const [admin] = people as [Actor];
    const [small, large] = [
      await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] }),
      await here.dataset({ members: people.map((user) => ({ user, role: 'ADMIN' as const })) }),
    ];
    const one = await admin.run(GetDatasetMembers, { id: small.id, first: 100 });
    const hundred = await admin.run(GetDatasetMembers, { id: large.id, first: 100 });
    expect(hundred.data?.dataset?.members?.edges).toHaveLength(100);
    expect(hundred).toTakeQueries(one.statements);
    expect(hundred.statements).toBeLessThanOrEqual(MOST);
    expect(secretsIn(watched.textsOf(hundred))).toBe(1);
  });

  test('me, with my sessions: as many for 25 as for 1', async () => {
    const here = await workspace(watched.app);
    const [few, many] = await here.people([{}, {}]);
    const { client } = await testDatabase();
    await client.session.createMany({
      data: Array.from({ length: 100 }, () => ({
        accountId: here.accountId,
        userId: many.id,
        secretHash: new Uint8Array(32),
        pepperVersion: 1,
        transport: 'COOKIE' as const,
        expiresAt: new Date(Date.now() + 60_000),
      })),
    });
    const one = await few.run(Me);
    const hundred = await many.run(Me);
    expect(one.data?.me?.sessions?.edges).toHaveLength(1);
    expect(hundred.data?.me?.sessions?.edges).toHaveLength(25);
    expect(hundred).toTakeQueries(one.statements);
    expect(hundred.statements).toBeLessThanOrEqual(MOST);
    expect(secretsIn(watched.textsOf(hundred))).toBe(1);
  });

  test('the audit log: as many for 100 as for 1', async () => {
    const readerOfLog = async (count: number) => {
      const here = await workspace(watched.app);
      const reader = await here.person({ role: 'ADMIN' });
      const others = await here.people(Array.from({ length: count }, () => ({})));
      const robot = await here.serviceAccount();
      const { client } = await testDatabase();
      await client.auditEntry.createMany({
        data: others.map(({ id }) => ({
          accountId: here.accountId,
          action: 'session.started',
          outcome: 'SUCCEEDED' as const,
          subjectId: id,
          actorId: robot,
          targetType: 'User',
          targetId: id,
          requestId: 'r',
        })),
      });
      return reader;
    };
    const [few, many] = [await readerOfLog(1), await readerOfLog(100)];
    const first = 100;
    for (const ask of [
      (reader: Actor) => reader.run(ReadAuditLog, { first }),
      (reader: Actor) => reader.run(ReadAuditParties, { first }),
    ]) {
      const [one, hundred] = [await ask(few), await ask(many)];
      expect(hundred).toSucceed();
      expect(hundred.data?.auditLog?.edges).toHaveLength(100);
      expect(hundred).toTakeQueries(one.statements);
      expect(hundred.statements).toBeLessThanOrEqual(MOST);
      expect(secretsIn(watched.textsOf(hundred))).toBe(1);
    }
  });
});

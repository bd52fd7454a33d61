import { beforeAll, describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlow, createFlows, type FlowMembership } from '../support/flow-world.js';
import type { FlowRole } from '../support/generated/graphql.js';
import { GetFlowMembers, ListFlows, ListFlowsWhole } from '../support/operations.js';
import { watchedApp, type WatchedApp } from '../support/statements.js';
import { workspace } from '../support/world.js';

/** A list with all that hangs on it takes no more statements than this, one of them for the entries of an override. */
const MOST = 7;

let watched: WatchedApp;

beforeAll(async () => {
  watched = await watchedApp();
});

/** Somebody with this role on so many flows of two kinds, each with members of all kinds and a creator. */
async function readerOf(
  count: number,
  role: FlowRole | null,
  accountRole: AccountRole,
): Promise<Actor> {
  const here = await workspace(watched.app);
  const [reader, ...others] = await here.people([{ role: accountRole }, {}, {}, {}]);
  const groupId = await here.group(others.slice(0, 2));
  const serviceAccountId = await here.serviceAccount();
  const members: FlowMembership[] = [
    ...(role ? [{ user: reader, role }] : []),
    ...others.map((user) => ({ user, role: 'VIEWER' as const })),
    { groupId, role: 'EDITOR' },
    { serviceAccountId, role: 'OWNER' },
  ];
  const kinds = ['PROCESS', 'BOARD'] as const;
  await createFlows(
    here,
    Array.from({ length: count }, (_, at) => ({ kind: kinds[at % 2] ?? 'PROCESS', members })),
  );
  const { client } = await testDatabase();
  const where = { accountId: here.accountId };
  await client.flow.updateMany({ where, data: { createdById: others[0]?.id ?? '' } });
  await client.flowMember.updateMany({ where, data: { addedById: serviceAccountId } });
  return reader;
}

describe.each([
  { who: 'an Owner of the flows', role: 'OWNER', accountRole: 'USER_ADMIN' },
  { who: 'a Viewer, who is refused part of it', role: 'VIEWER', accountRole: 'VIEWER' },
  { who: 'an Editor of the account', role: null, accountRole: 'EDITOR' },
  { who: 'a Super Admin by override', role: null, accountRole: 'SUPER_ADMIN' },
] as const)('for $who', ({ role, accountRole }) => {
  test('flows take as many statements for 100 as for 2, alone and with all that is theirs', async () => {
    const few = await readerOf(2, role, accountRole);
    const many = await readerOf(100, role, accountRole);
    for (const ask of [
      (reader: Actor) => reader.run(ListFlows, { first: 100 }),
      (reader: Actor) => reader.run(ListFlowsWhole, { first: 100 }),
    ]) {
      const two = await ask(few);
      const hundred = await ask(many);
      expect(two.data?.flows?.edges).toHaveLength(2);
      expect(hundred.data?.flows?.edges).toHaveLength(100);
      expect(hundred).toTakeQueries(two.statements);
      expect(hundred.statements).toBeLessThanOrEqual(MOST);
    }
  });

  test('flows take as many statements for 1 as for 100', async () => {
    const one = await (await readerOf(1, role, accountRole)).run(ListFlows, { first: 100 });
    const many = await (await readerOf(100, role, accountRole)).run(ListFlows, { first: 100 });
    expect(many).toTakeQueries(one.statements);
  });
});

test('the members of one flow: as many for 100 as for 1', async () => {
  const here = await workspace(watched.app);
  const people = await here.people(Array.from({ length: 100 }, () => ({})));
  const [owner] = people as [Actor];
  const small = await createFlow(here, { members: [{ user: owner, role: 'OWNER' }] });
  const members = people.map((user) => ({ user, role: 'OWNER' as const }));
  const large = await createFlow(here, { members });
  const one = await owner.run(GetFlowMembers, { id: small.id, first: 100 });
  const hundred = await owner.run(GetFlowMembers, { id: large.id, first: 100 });
  expect(hundred.data?.flow).toMatchObject({ members: { totalCount: 100 } });
  expect(hundred).toTakeQueries(one.statements);
  expect(hundred.statements).toBeLessThanOrEqual(MOST);
});

import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { rowIdOf } from '../support/keys.js';
import {
  AssignRoles,
  ListHolders,
  ListRolesDeeply,
  ListUsers,
  PreviewRoleChange,
} from '../support/operations.js';
import { builtInRoles, customRole, give, userId } from '../support/people.js';
import { watchedApp, type WatchedApp } from '../support/statements.js';
import { workspace } from '../support/world.js';

/** A page takes no more statements than this, with the one that signs its reader in. */
const MOST = 5;

let watched: WatchedApp;

beforeAll(async () => {
  watched = await watchedApp();
});

/** An account with so many people beside its Super Admin, each with two roles of its own. */
async function crowd(count: number) {
  const here = await workspace(watched.app);
  const superAdmin = await here.person({ role: 'SUPER_ADMIN' });
  const parent = await customRole(here, { permissions: ['account:read'] });
  const [one, other] = [
    await customRole(here, { parentIds: [parent] }),
    await customRole(here, { permissions: ['user:read'] }),
  ];
  const people = await here.people(Array.from({ length: count }, () => ({})));
  const { client } = await testDatabase();
  await client.roleAssignment.createMany({
    data: people.flatMap(({ id }) =>
      [one, other].map((roleId) => ({
        accountId: here.accountId,
        userId: id,
        roleId: rowIdOf(roleId),
      })),
    ),
  });
  await here.group(people);
  await here.group(people.slice(0, 1));
  return { here, superAdmin, people, one };
}

const PAGE = `query PageOfPeople {
  users(first: 100) {
    totalCount
    edges {
      node {
        name
        email
        status
        lastSignedInAt
        roles {
          name
        }
        groups(first: 5) {
          totalCount
          edges {
            node {
              name
            }
          }
        }
      }
    }
  }
}`;

/** An account with so many roles of its own, each with two parents and three holders. */
async function ladder(count: number) {
  const here = await workspace(watched.app);
  const superAdmin = await here.person({ role: 'SUPER_ADMIN' });
  const people = await here.people([{}, {}, {}]);
  const { VIEWER } = await builtInRoles(here);
  const base = await customRole(here, { name: '0 base', permissions: ['account:read'] });
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    ids.push(await customRole(here, { name: `0 role ${at}`, parentIds: [base, VIEWER] }));
  }
  for (const person of people) await give(here, person, ids);
  return superAdmin;
}

async function statementsOf(result: Promise<Result>): Promise<number> {
  const answer = await result;
  expect(answer).toSucceed();
  return answer.statements;
}

describe('as many statements', () => {
  test('for a page of 100 people with their roles as for one of 2', async () => {
    const [few, many] = [await crowd(1), await crowd(100)];
    for (const orderBy of ['NAME_ASC', 'LAST_SIGNED_IN_DESC'] as const) {
      const ask = (who: Actor) => statementsOf(who.run(ListUsers, { first: 100, orderBy }));
      const one = await ask(few.superAdmin);
      expect(await ask(many.superAdmin)).toBe(one);
      expect(one).toBeLessThanOrEqual(MOST);
    }
    const filter = { search: 'some', status: 'ACTIVE' } as const;
    const ask = (who: Actor) => statementsOf(who.run(ListUsers, { first: 100, filter }));
    expect(await ask(many.superAdmin)).toBe(await ask(few.superAdmin));
  });

  test('for a page of 100 people with their roles and groups as for one of 2', async () => {
    const [few, many] = [await crowd(1), await crowd(99)];
    const one = await statementsOf(few.superAdmin.run(PAGE));
    expect(await statementsOf(many.superAdmin.run(PAGE))).toBe(one);
    expect(one).toBeLessThanOrEqual(MOST);
  });

  test('for 25 roles with permissions, parents and holders as for 1', async () => {
    const [few, many] = [await ladder(1), await ladder(25)];
    const one = await statementsOf(few.run(ListRolesDeeply, { first: 2 }));
    expect(await statementsOf(many.run(ListRolesDeeply, { first: 26 }))).toBe(one);
    expect(one).toBeLessThanOrEqual(MOST + 2);
  });

  test('for the holders of a role, and to say what it would change to take it', async () => {
    const [few, many] = [await crowd(1), await crowd(100)];
    const holders = ({ superAdmin, one }: Awaited<ReturnType<typeof crowd>>) =>
      statementsOf(superAdmin.run(ListHolders, { id: one, first: 100 }));
    expect(await holders(many)).toBe(await holders(few));
    const preview = ({ superAdmin, one, people }: Awaited<ReturnType<typeof crowd>>) => {
      const [person = superAdmin] = people;
      const change = { userId: userId(person), roleIds: [one] };
      return statementsOf(superAdmin.run(PreviewRoleChange, change));
    };
    expect(await preview(many)).toBe(await preview(few));
  });

  test('to give twenty roles as to give one', async () => {
    const { here, superAdmin, people } = await crowd(2);
    const roleIds: string[] = [];
    for (let at = 0; at < 20; at += 1) roleIds.push(await customRole(here));
    const assign = (person: Actor | undefined, ids: string[]) =>
      statementsOf(
        superAdmin.run(AssignRoles, {
          input: { userId: userId(person ?? superAdmin), roleIds: ids, confirm: true },
        }),
      );
    expect(await assign(people[1], roleIds)).toBe(await assign(people[0], roleIds.slice(0, 1)));
  });
});

import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase, testDatabaseKind } from '../support/database.js';
import {
  AssignRoles,
  CreateDataset,
  CreateRole,
  DeleteRole,
  RemoveUser,
  SuspendUser,
  UpdateRole,
  UpdateUser,
} from '../support/operations.js';
import { builtInRoles, customRole, staff, userId } from '../support/people.js';
import { endOf, timesDone } from '../support/table.js';
import { workspace } from '../support/world.js';

/**
 * How often each race is run; a thousand times finds what twenty do. The embedded database has one connection: there
 * one goes after the other.
 */
const ROUNDS = testDatabaseKind() === 'postgres' ? 20 : 4;

const PATIENCE = ROUNDS * 5_000;

const FEW = 8;

async function together(...requests: readonly Promise<Result>[]): Promise<string[]> {
  return (await Promise.all(requests)).map(endOf);
}

/** Two Super Admins, and nobody else. */
async function pair() {
  const here = await workspace();
  const [one, other] = await here.people([{ role: 'SUPER_ADMIN' }, { role: 'SUPER_ADMIN' }]);
  const { VIEWER } = await builtInRoles(here);
  const demote = (who: Actor, whom: Actor) =>
    who.run(AssignRoles, { input: { userId: userId(whom), roleIds: [VIEWER], confirm: true } });
  return { here, one, other, demote };
}

const suspend = (who: Actor, whom: Actor) =>
  who.run(SuspendUser, { input: { userId: userId(whom) } });

const remove = (who: Actor, whom: Actor) =>
  who.run(RemoveUser, { input: { userId: userId(whom), confirm: true } });

async function superAdminsOf(accountId: string): Promise<number> {
  const { client } = await testDatabase();
  return client.user.count({
    where: {
      accountId,
      status: 'ACTIVE',
      removedAt: null,
      roles: { some: { role: { builtIn: 'SUPER_ADMIN' } } },
    },
  });
}

type Pair = Awaited<ReturnType<typeof pair>>;

describe('two Super Admins at once', () => {
  test.each<[string, (all: Pair) => Promise<string[]>, string[]]>([
    [
      'demote each other',
      ({ one, other, demote }) => together(demote(one, other), demote(other, one)),
      ['FORBIDDEN'],
    ],
    [
      'suspend each other',
      ({ one, other }) => together(suspend(one, other), suspend(other, one)),
      ['UNAUTHENTICATED'],
    ],
    [
      'remove each other',
      ({ one, other }) => together(remove(one, other), remove(other, one)),
      ['UNAUTHENTICATED'],
    ],
    [
      'demote themselves',
      ({ one, other, demote }) => together(demote(one, one), demote(other, other)),
      ['LAST_SUPER_ADMIN'],
    ],
    [
      'demote and suspend each other',
      ({ one, other, demote }) => together(demote(one, other), suspend(other, one)),
      ['FORBIDDEN', 'UNAUTHENTICATED'],
    ],
    [
      'demote themselves while the other removes them',
      ({ one, other, demote }) => together(demote(one, one), remove(other, one)),
      // Demoted, and removed before the answer could show them.
      ['SUCCESS', 'UNAUTHENTICATED', 'NOT_FOUND'],
    ],
  ])(
    '%s: one of them stays',
    async (_what, race, losses) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const all = await pair();
        const ends = await race(all);
        expect(ends).toContain('SUCCESS');
        expect(losses).toContain(ends.toSorted().find((end) => end !== 'SUCCESS') ?? 'SUCCESS');
        expect(await superAdminsOf(all.here.accountId)).toBe(1);
      }
    },
    PATIENCE,
  );
});

describe('two who change the same thing at once', () => {
  test('give somebody other roles: the last one counts, whole', async () => {
    const { superAdmin, admin, editor, roleIds } = await staff();
    const give = (who: Actor, roles: string[]) =>
      who.run(AssignRoles, {
        input: { userId: userId(editor), roleIds: roles, confirm: true },
      });
    const { client } = await testDatabase();
    const sets = [
      ['EDITOR', 'VIEWER'],
      ['ADMIN', 'USER_ADMIN'],
    ] as const;
    for (let round = 0; round < FEW; round += 1) {
      const [one, other] = sets.map((set) => set.map((name) => roleIds[name]));
      expect(await together(give(superAdmin, one ?? []), give(admin, other ?? []))).toEqual([
        'SUCCESS',
        'SUCCESS',
      ]);
      const held = await client.roleAssignment.findMany({
        where: { userId: editor.id },
        select: { role: { select: { builtIn: true } } },
      });
      expect(sets).toContainEqual(held.map(({ role }) => role.builtIn).toSorted());
    }
  });

  test('put two roles above each other: one of them is refused', async () => {
    const { here, superAdmin, admin } = await staff();
    const inherit = (who: Actor, roleId: string, parentId: string) =>
      who.run(UpdateRole, { input: { roleId, parentIds: [parentId] } });
    for (let round = 0; round < FEW; round += 1) {
      const [a, b] = [await customRole(here), await customRole(here)];
      const ends = await together(inherit(superAdmin, a, b), inherit(admin, b, a));
      expect(ends.toSorted()).toEqual(['ROLE_CYCLE', 'SUCCESS']);
    }
  });

  test('make a role of one name, or take one address: one of them is refused', async () => {
    const { here, superAdmin, admin, by } = await staff();
    for (let round = 0; round < FEW; round += 1) {
      const make = (who: Actor) => who.run(CreateRole, { input: { name: `Role ${round}` } });
      expect((await together(make(superAdmin), make(admin))).toSorted()).toEqual([
        'DUPLICATE_NAME',
        'SUCCESS',
      ]);
      const email = `${round}@${here.slug}.test`;
      const move = (whom: Actor) =>
        superAdmin.run(UpdateUser, { input: { userId: userId(whom), email } });
      expect((await together(move(by.EDITOR), move(by.VIEWER))).toSorted()).toEqual([
        'DUPLICATE_EMAIL',
        'SUCCESS',
      ]);
    }
  });

  test('give a role and delete it: nobody holds what is not there', async () => {
    const { here, superAdmin, admin, editor, roleIds } = await staff();
    const { client } = await testDatabase();
    for (let round = 0; round < FEW; round += 1) {
      const name = `Role ${round}`;
      const roleId = await customRole(here, { name, permissions: ['user:read'] });
      const given = superAdmin.run(AssignRoles, {
        input: { userId: userId(editor), roleIds: [roleIds.EDITOR, roleId], confirm: true },
      });
      const ends = await together(given, admin.run(DeleteRole, { input: { roleId, name } }));
      expect([
        ['SUCCESS', 'SUCCESS'],
        ['NOT_FOUND', 'SUCCESS'],
      ]).toContainEqual(ends);
      expect(await client.roleAssignment.count({ where: { userId: editor.id } })).toBe(1);
    }
  });
});

test('whoever is suspended while they make things has made all of them before the answer', async () => {
  const { here, superAdmin } = await staff();
  const { client } = await testDatabase();
  let before = 0;
  for (let round = 0; round < FEW; round += 1) {
    const ada = await here.person();
    const made = () => client.flow.count({ where: { createdById: ada.id } });
    const making = Array.from({ length: 6 }, (_, at) =>
      ada.run(CreateDataset, { input: { name: `Dataset ${at}` } }),
    );
    const [end, then] = await suspend(superAdmin, ada).then(
      async (result) => [endOf(result), await made()] as const,
    );
    const ends = (await Promise.all(making)).map(endOf);
    expect(end).toBe('SUCCESS');
    expect(['SUCCESS', 'UNAUTHENTICATED', 'NOT_FOUND']).toEqual(expect.arrayContaining(ends));
    before += then;
    expect(await timesDone(here, 'dataset.created')).toBe(before);
    expect(await made()).toBe(then);
  }
});

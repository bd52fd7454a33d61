import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';

import { ACCOUNT_PERMISSIONS } from '../../src/authz/permissions.js';
import { rightsOf, type HeldRole } from '../../src/authz/rights.js';
import { rightsOfRoles } from '../../src/domain/role.js';
import { testDatabase } from '../support/database.js';
import { reachOf, sumOf, type DraftRole } from '../support/rights-reference.js';
import { workspace } from '../support/world.js';

/** Roles, each of which inherits from some of those before it, and which of them somebody holds. */
const worlds = fc
  .array(
    fc.record({
      own: fc.subarray([...ACCOUNT_PERMISSIONS], { maxLength: 4 }),
      parents: fc.array(fc.nat(20), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map(({ own, parents }, at): DraftRole => ({
      own,
      parents: at === 0 ? [] : [...new Set(parents.map((parent) => parent % at))],
    })),
  )
  .chain((all) =>
    fc.record({ all: fc.constant(all), held: fc.subarray(all.map((_role, at) => at)) }),
  );

test('what the database tells of roles and people is their own and all that they inherit', async () => {
  const here = await workspace();
  const { accountId } = here;
  const { client } = await testDatabase();
  await fc.assert(
    fc.asyncProperty(worlds, async ({ all, held }) => {
      const ids = all.map(() => uuidv7());
      const idAt = (at: number) => ids[at] ?? '';
      await client.role.createMany({
        data: all.map(({ own }, at) => ({
          id: idAt(at),
          accountId,
          name: idAt(at),
          nameKey: idAt(at),
          permissions: [...own],
        })),
      });
      await client.roleParent.createMany({
        data: all.flatMap(({ parents }, at) =>
          parents.map((parent) => ({ accountId, roleId: idAt(at), parentId: idAt(parent) })),
        ),
      });
      const person = await here.person();
      await client.roleAssignment.deleteMany({ where: { userId: person.id } });
      await client.roleAssignment.createMany({
        data: held.map((at) => ({ accountId, userId: person.id, roleId: idAt(at) })),
      });

      const rights = await rightsOfRoles(client, accountId, ids);
      for (const [at, id] of ids.entries()) {
        expect(new Set<string>(rights.get(id)?.own)).toEqual(reachOf(all, at));
      }
      const [row] = await client.$queryRaw<{ roles: HeldRole[] }[]>`
        SELECT held_roles(${person.id}::uuid) AS roles`;
      const { own, roleNames } = rightsOf(row?.roles ?? []);
      expect(new Set<string>(own)).toEqual(sumOf(all, held));
      expect(roleNames.toSorted()).toEqual(held.map(idAt).toSorted());
      expect(await rightsOfRoles(client, uuidv7(), ids)).toEqual(new Map());
    }),
    { numRuns: 60 },
  );
});

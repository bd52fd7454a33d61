import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { decide, type Grant } from '../../src/authz/decide.js';
import { DATASET_PERMISSIONS } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { visibleDatasets } from '../../src/domain/visibility.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import type { DatasetRole } from '../support/generated/graphql.js';
import { ListDatasets } from '../support/operations.js';
import { principal } from '../support/principal.js';
import { workspace, type Membership } from '../support/world.js';

const PEOPLE = 4;
const GROUPS = 3;

/** A world to be: who is in which group, and what is shared with whom. */
interface Plan {
  readonly accountRoles: readonly AccountRole[];
  /** The people of each group, by their places. */
  readonly groups: readonly (readonly number[])[];
  /** The members of each dataset: places of people, then of groups, then the service account. */
  readonly datasets: readonly (readonly { readonly at: number; readonly role: DatasetRole }[])[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  accountRoles: fc.array(
    fc.constantFrom<AccountRole>('EDITOR', 'VIEWER', 'ADMIN', 'IAM_ADMIN', 'SUPER_ADMIN'),
    { minLength: PEOPLE, maxLength: PEOPLE },
  ),
  groups: fc.array(fc.subarray(Array.from({ length: PEOPLE }, (_, at) => at)), {
    minLength: GROUPS,
    maxLength: GROUPS,
  }),
  datasets: fc.array(
    fc.uniqueArray(
      fc.record({
        at: fc.nat(PEOPLE + GROUPS),
        role: fc.constantFrom<DatasetRole>('ADMIN', 'MEMBER', 'VIEWER'),
      }),
      { selector: ({ at }) => at, maxLength: 5 },
    ),
    { minLength: 1, maxLength: 4 },
  ),
});

/** The plan, carried out. */
async function build({ accountRoles, groups, datasets }: Plan) {
  const here = await workspace();
  const people = await here.people(accountRoles.map((role) => ({ role })));
  const groupIds: string[] = [];
  for (const places of groups) {
    groupIds.push(await here.group(people.filter((_person, at) => places.includes(at))));
  }
  const serviceAccountId = await here.serviceAccount();
  const memberOf = (at: number, role: DatasetRole): Membership => {
    const user = people[at];
    const groupId = groupIds[at - PEOPLE];
    if (user) return { user, role };
    return groupId === undefined ? { serviceAccountId, role } : { groupId, role };
  };
  const shared = await here.datasets(
    datasets.map((members) => ({ members: members.map(({ at, role }) => memberOf(at, role)) })),
  );
  return { here, people, shared };
}

/** What somebody holds on a dataset of the plan. */
function grantsOf({ groups, datasets }: Plan, person: number, dataset: number): Grant[] {
  return (datasets[dataset] ?? []).flatMap(({ at, role }) => {
    if (at === person) return { via: 'DIRECT' as const, role };
    return groups[at - PEOPLE]?.includes(person) === true ? { via: 'GROUP' as const, role } : [];
  });
}

function principalOf(actor: Actor, accountId: string, role: AccountRole): Principal {
  const subject = { kind: 'user', id: actor.id } as const;
  return { ...principal(role), accountId, subject, actor: subject };
}

/** Which of these ids somebody can see. */
async function seenOf(actor: Actor, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const fields = ids.map((id, at) => `n${at}: node(id: "${id}") { id }`);
  const { data } = await actor.run<Record<string, { id: string } | null>, unknown>(
    `{ ${fields.join(' ')} }`,
  );
  return ids.filter((id, at) => data?.[`n${at}`]?.id === id);
}

test('what somebody may do on a dataset and where they may do it are one truth', async () => {
  const { client } = await testDatabase();
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { here, people, shared } = await build(plan);
      for (const [at, actor] of people.entries()) {
        const who = principalOf(actor, here.accountId, plan.accountRoles[at] ?? 'VIEWER');
        for (const permission of DATASET_PERMISSIONS) {
          const rows = await client.flow.findMany({
            where: { AND: [{ accountId: here.accountId }, visibleDatasets(who, permission)] },
            select: { id: true },
          });
          const expected = shared.filter(
            (_dataset, index) =>
              decide(who, permission, { grants: grantsOf(plan, at, index) }).allowed,
          );
          expect([permission, ...rows.map(({ id }) => id).toSorted()]).toEqual([
            permission,
            ...expected.map(({ rowId }) => rowId).toSorted(),
          ]);
        }
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

test('the list, its count and node show the datasets and members that one may see', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { here, people, shared } = await build(plan);
      for (const [at, actor] of people.entries()) {
        const who = principalOf(actor, here.accountId, plan.accountRoles[at] ?? 'VIEWER');
        const allowed = (permission: 'dataset:read' | 'datasetMember:read') =>
          shared.filter(
            (_dataset, index) =>
              decide(who, permission, { grants: grantsOf(plan, at, index) }).allowed,
          );
        const readable = allowed('dataset:read').map(({ id }) => id);
        const list = await actor.run(ListDatasets, { first: 100 });
        const ids = list.data?.datasets?.edges.map(({ node }) => node.id);
        expect(ids?.toSorted()).toEqual(readable.toSorted());
        expect(list.data?.datasets?.totalCount).toBe(readable.length);
        const datasetIds = shared.map(({ id }) => id);
        expect(await seenOf(actor, datasetIds)).toEqual(readable);
        const memberIds = shared.flatMap((dataset) => dataset.memberIds);
        expect(await seenOf(actor, memberIds)).toEqual(
          allowed('datasetMember:read').flatMap((dataset) => dataset.memberIds),
        );
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

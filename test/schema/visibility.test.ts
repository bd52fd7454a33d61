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

/** What `node` answers somebody for each of these ids: the id itself, or the code of its refusal. */
async function nodesOf(actor: Actor, ids: readonly string[]): Promise<(string | undefined)[]> {
  const fields = ids.map((id, at) => `n${at}: node(id: "${id}") { id }`);
  const { data, errors } = await actor.run<Record<string, { id: string } | null>, unknown>(
    `{ ${fields.join(' ')} }`,
  );
  return ids.map((_id, at) => {
    const refusal = errors?.find(({ path }) => path?.[0] === `n${at}`);
    return data?.[`n${at}`]?.id ?? refusal?.extensions.code;
  });
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
        const may = (permission: 'dataset:read' | 'datasetMember:read', index: number) =>
          decide(who, permission, { grants: grantsOf(plan, at, index) }).allowed;
        const readable = shared.filter((_dataset, index) => may('dataset:read', index));
        const list = await actor.run(ListDatasets, { first: 100 });
        const ids = list.data?.datasets?.edges.map(({ node }) => node.id);
        expect(ids?.toSorted()).toEqual(readable.map(({ id }) => id).toSorted());
        expect(list.data?.datasets?.totalCount).toBe(readable.length);
        const objects = shared.flatMap(({ id, memberIds }, index) => [
          { id, seen: may('dataset:read', index) },
          ...memberIds.map((memberId) => ({
            id: memberId,
            seen: may('datasetMember:read', index),
          })),
        ]);
        const nodes = await nodesOf(
          actor,
          objects.map(({ id }) => id),
        );
        expect(nodes).toEqual(objects.map(({ id, seen }) => (seen ? id : 'NOT_FOUND')));
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

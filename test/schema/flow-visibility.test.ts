import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { decide, type FlowFacts } from '../../src/authz/decide.js';
import { FLOW_PERMISSIONS } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { visibleFlows } from '../../src/domain/visibility.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlows, KINDS, type FlowMembership, type Kind } from '../support/flow-world.js';
import type { FlowRole } from '../support/generated/graphql.js';
import { ListFlows } from '../support/operations.js';
import { principal } from '../support/principal.js';
import { workspace } from '../support/world.js';

const PEOPLE = 4;
const GROUPS = 3;

/** A world to be: who is in which group, and what is shared with whom. */
interface Plan {
  readonly accountRoles: readonly AccountRole[];
  /** The people of each group, by their places. */
  readonly groups: readonly (readonly number[])[];
  readonly flows: readonly {
    readonly kind: Kind;
    /** Places of people, then of groups, then the service account. */
    readonly members: readonly { readonly at: number; readonly role: FlowRole }[];
  }[];
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
  flows: fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      members: fc.uniqueArray(
        fc.record({
          at: fc.nat(PEOPLE + GROUPS),
          role: fc.constantFrom<FlowRole>('OWNER', 'EDITOR', 'VIEWER', 'NONE'),
        }),
        { selector: ({ at }) => at, maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

/** The plan, carried out; a dataset is there too, of which no permission on flows is true. */
async function build({ accountRoles, groups, flows }: Plan) {
  const here = await workspace();
  const people = await here.people(accountRoles.map((role) => ({ role })));
  const groupIds: string[] = [];
  for (const places of groups) {
    groupIds.push(await here.group(people.filter((_person, at) => places.includes(at))));
  }
  const serviceAccountId = await here.serviceAccount();
  await here.dataset({ members: people.map((user) => ({ user, role: 'ADMIN' as const })) });
  const memberOf = (at: number, role: FlowRole): FlowMembership => {
    const user = people[at];
    const groupId = groupIds[at - PEOPLE];
    if (user) return { user, role };
    return groupId === undefined ? { serviceAccountId, role } : { groupId, role };
  };
  const shared = await createFlows(
    here,
    flows.map(({ kind, members }) => ({
      kind,
      members: members.map(({ at, role }) => memberOf(at, role)),
    })),
  );
  return { here, people, shared, serviceAccountId };
}

/** What somebody holds on a flow of the plan; the service account comes after people and groups. */
function factsOf({ groups, flows }: Plan, who: number, flow: number): FlowFacts {
  const { kind, members = [] } = flows[flow] ?? {};
  const grants = members.flatMap(({ at, role }) => {
    if (at === who) return { via: 'DIRECT' as const, role };
    return groups[at - PEOPLE]?.includes(who) === true ? { via: 'GROUP' as const, role } : [];
  });
  return { kind, grants };
}

function principalOf(actor: Actor, accountId: string, role: AccountRole): Principal {
  const subject = { kind: 'user', id: actor.id } as const;
  return { ...principal(role), accountId, subject, actor: subject };
}

test('what somebody may do on a flow and where they may do it are one truth', async () => {
  const { client } = await testDatabase();
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { here, people, shared, serviceAccountId } = await build(plan);
      const { accountId } = here;
      const program = { kind: 'serviceAccount', id: serviceAccountId } as const;
      const asProgram = {
        accountId,
        subject: program,
        actor: program,
        permissions: new Set<never>(),
      };
      const principals = [
        ...people.map((actor, at) => ({
          at,
          who: principalOf(actor, accountId, plan.accountRoles[at] ?? 'VIEWER'),
        })),
        { at: PEOPLE + GROUPS, who: { ...principal('VIEWER'), ...asProgram } },
      ];
      for (const { at, who } of principals) {
        for (const permission of FLOW_PERMISSIONS) {
          const rows = await client.flow.findMany({
            where: { AND: [{ accountId }, visibleFlows(who, permission)] },
            select: { id: true },
          });
          const expected = shared.filter(
            (_flow, index) => decide(who, permission, factsOf(plan, at, index)).allowed,
          );
          expect([permission, at, ...rows.map(({ id }) => id).toSorted()]).toEqual([
            permission,
            at,
            ...expected.map(({ rowId }) => rowId).toSorted(),
          ]);
        }
      }
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

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

test('the list, its count and node show the flows and members that one may see', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const { here, people, shared } = await build(plan);
      for (const [at, actor] of people.entries()) {
        const who = principalOf(actor, here.accountId, plan.accountRoles[at] ?? 'VIEWER');
        const may = (permission: 'flow:read' | 'flowMember:read', index: number) =>
          decide(who, permission, factsOf(plan, at, index)).allowed;
        const readable = shared.filter((_flow, index) => may('flow:read', index));
        const list = await actor.run(ListFlows, { first: 100 });
        const ids = list.data?.flows?.edges.map(({ node }) => node.id);
        expect(ids?.toSorted()).toEqual(readable.map(({ id }) => id).toSorted());
        expect(list.data?.flows?.totalCount).toBe(readable.length);
        const objects = shared.flatMap(({ id, memberIds }, index) => [
          { id, seen: may('flow:read', index) },
          ...memberIds.map((memberId) => ({ id: memberId, seen: may('flowMember:read', index) })),
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

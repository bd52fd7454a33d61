import { actingAs } from '../authz/acting.js';
import { SHARED_RESOURCE_TABLE, type SharedResource } from '../authz/boundary.js';
import type { Grant } from '../authz/decide.js';
import { explain, type Explanation } from '../authz/explain.js';
import { NOBODY, type Principal } from '../authz/principal.js';
import { rightsOf, type HeldRole } from '../authz/rights.js';
import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { live } from './visibility.js';
import { factsAbout, peopleWho, readHolders, type Question } from './who-can.js';

/** A service account that could do it, as itself or acting as somebody. */
export interface ProgramPath extends Explanation {
  readonly serviceAccountId: string;
  /** One of the people as whom it could; null: as itself. */
  readonly actingAsId: string | null;
}

/** People as whom nobody else is tried: enough to find one where there is any. */
const TRIED = 50;

interface Acting {
  readonly id: string;
  /** The live grants, on shared resources and on the flow in question; on any if it is about none. */
  readonly grants: readonly {
    readonly id: string;
    readonly resource: SharedResource | null;
    readonly flowId: string | null;
  }[];
  readonly memberships: readonly { readonly role: Grant['role'] }[];
}

/** The service accounts that could do it with a key that is not restricted: each as itself, and acting as others. */
export async function programsWho(
  tx: Tx,
  accountId: string,
  question: Question,
  now: Date,
): Promise<ProgramPath[]> {
  const flowId = question.resource.flowId ?? NOBODY;
  const isOnFlow = question.resource.flowId !== undefined;
  const programs: Acting[] = await tx.serviceAccount.findMany({
    where: { deletedAt: null, disabledAt: null },
    orderBy: [{ nameKey: 'asc' }, { id: 'asc' }],
    select: {
      id: true,
      memberships: { where: { flowId }, select: { role: true } },
      grants: {
        where: { AND: [live(now), isOnFlow ? { OR: [{ flowId }, { flowId: null }] } : {}] },
        select: { id: true, resource: true, flowId: true },
      },
    },
  });
  const people = await candidates(tx, accountId, question, programs);
  return programs.flatMap((program) => [
    ...asItself(accountId, question, program),
    ...asOthers(accountId, question, program, people, now),
  ]);
}

interface Person {
  readonly id: string;
  readonly roles: HeldRole[];
  readonly grants: Grant[];
  /** On which of the flows with a grant they are members, of themselves or by a group. */
  readonly memberOf: ReadonlySet<string>;
}

/** Some of the people who may do it, members of the flow and holders of each kind of role among them. */
async function candidates(
  tx: Tx,
  accountId: string,
  question: Question,
  programs: readonly Acting[],
): Promise<Person[]> {
  const grants = programs.flatMap((program) => program.grants);
  if (grants.length === 0) return [];
  const flowId = question.resource.flowId ?? NOBODY;
  const flowIds = [...new Set(grants.flatMap((grant) => grant.flowId ?? []))];
  const here = { memberships: { some: { flowId: { in: flowIds } } } };
  const reaches: Prisma.UserWhereInput[] = [
    ...(flowIds.length > 0 ? [{ OR: [here, { groups: { some: { group: here } } }] }] : []),
    ...[...new Set(grants.flatMap(({ resource }) => resource ?? []))].map(targetsOf),
  ];
  const found = await Promise.all(
    reaches.map((reach) =>
      tx.user.findMany({
        where: { AND: [peopleWho(question), reach] },
        orderBy: { id: 'asc' },
        take: TRIED,
        select: { id: true },
      }),
    ),
  );
  const ids = [...new Set(found.flat().map(({ id }) => id))];
  if (ids.length === 0) return [];
  const members = await membersOf(tx, flowIds, ids);
  return (await readHolders(tx, accountId, flowId, ids)).map((person) => ({
    ...person,
    memberOf: members.get(person.id) ?? new Set(),
  }));
}

async function membersOf(
  tx: Tx,
  flowIds: readonly string[],
  ids: readonly string[],
): Promise<Map<string, Set<string>>> {
  const members = new Map<string, Set<string>>();
  if (flowIds.length === 0) return members;
  const inside = { userId: { in: [...ids] } };
  const rows = await tx.flowMember.findMany({
    where: {
      flowId: { in: [...flowIds] },
      OR: [inside, { group: { members: { some: inside } } }],
    },
    select: {
      flowId: true,
      userId: true,
      group: { select: { members: { where: inside, select: { userId: true } } } },
    },
  });
  for (const { flowId, userId, group } of rows) {
    for (const id of [userId, ...(group?.members ?? []).map((member) => member.userId)]) {
      if (id !== null) members.set(id, (members.get(id) ?? new Set()).add(flowId));
    }
  }
  return members;
}

/** As whom a grant on a shared resource lets act. */
function targetsOf(resource: SharedResource): Prisma.UserWhereInput {
  const row = SHARED_RESOURCE_TABLE[resource];
  return 'as' in row ? { roles: { some: { role: { builtIn: { in: [...row.as] } } } } } : {};
}

const CREDENTIAL = { kind: 'accessKey', id: NOBODY } as const;

function asItself(
  accountId: string,
  { rule, resource, facts }: Question,
  { id, memberships }: Acting,
): ProgramPath[] {
  const actor = { kind: 'serviceAccount', id } as const;
  const none = { roleNames: [], own: new Set<never>(), permissions: new Set<never>() };
  const principal: Principal = {
    accountId,
    subject: actor,
    actor,
    credential: CREDENTIAL,
    ...none,
  };
  const grants = memberships.map(({ role }) => ({ via: 'DIRECT', role }) as const);
  const known = factsAbout(facts, resource, id, grants);
  const explanation = explain({ principal, isActive: true }, rule, known);
  return explanation.allowed ? [{ ...explanation, serviceAccountId: id, actingAsId: null }] : [];
}

/** The first of these people as whom the program could. */
function asOthers(
  accountId: string,
  { rule, resource, facts }: Question,
  { id, grants }: Acting,
  people: readonly Person[],
  now: Date,
): ProgramPath[] {
  if (grants.length === 0) return [];
  const actor = { kind: 'serviceAccount', id } as const;
  const onFlow = grants.find(({ flowId }) => flowId !== null && flowId === resource.flowId);
  const shared = new Map(
    grants.flatMap((grant) => (grant.resource ? [[grant.resource, grant.id] as const] : [])),
  );
  for (const person of people) {
    const asked = {
      as: person.id,
      reason: undefined,
      hasGrants: true,
      shared,
      isMember: grants.some(({ flowId }) => flowId !== null && person.memberOf.has(flowId)),
      asOf: now,
    };
    const subject = { id: person.id, rights: rightsOf(person.roles) };
    const principal: Principal = {
      accountId,
      credential: CREDENTIAL,
      ...actingAs(actor, subject, asked, undefined),
    };
    const { flow, ...known } = factsAbout(facts, resource, person.id, person.grants);
    const explanation = explain({ principal, isActive: true }, rule, {
      ...known,
      ...(flow && { flow: { ...flow, impersonationId: onFlow?.id ?? null } }),
    });
    if (explanation.allowed) {
      return [{ ...explanation, serviceAccountId: id, actingAsId: person.id }];
    }
  }
  return [];
}

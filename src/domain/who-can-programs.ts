import { actingAs, asItself } from '../authz/acting.js';
import { SHARED_RESOURCE_TABLE, type SharedResource } from '../authz/boundary.js';
import type { Grant } from '../authz/decide.js';
import { explain, type Explanation } from '../authz/explain.js';
import { NOBODY } from '../authz/principal.js';
import { rightsOf, type HeldRole } from '../authz/rights.js';
import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { factsFrom } from './resource.js';
import { live } from './visibility.js';
import { holdingThere, peopleWho, readHolders, type Question } from './who-can.js';

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
  /** The live grants, on the flow in question and on shared resources. */
  readonly grants: readonly { readonly id: string; readonly resource: SharedResource | null }[];
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
  const programs: Acting[] = await tx.serviceAccount.findMany({
    where: { deletedAt: null, disabledAt: null },
    orderBy: [{ nameKey: 'asc' }, { id: 'asc' }],
    select: {
      id: true,
      memberships: { where: { flowId }, select: { role: true } },
      grants: {
        where: { AND: [live(now), { OR: [{ flowId }, { flowId: null }] }] },
        select: { id: true, resource: true },
      },
    },
  });
  const people = await candidates(tx, accountId, question, programs);
  return programs.flatMap((program) => [
    ...bySharing(accountId, question, program),
    ...asOthers(accountId, question, program, people, now),
  ]);
}

interface Person {
  readonly id: string;
  readonly roles: HeldRole[];
  readonly grants: Grant[];
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
  const here = { memberships: { some: { flowId } } };
  const reaches: Prisma.UserWhereInput[] = [
    ...(grants.some(({ resource }) => resource === null)
      ? [{ OR: [here, { groups: { some: { group: here } } }] }]
      : []),
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
  return ids.length === 0 ? [] : readHolders(tx, accountId, flowId, ids);
}

/** As whom a grant on a shared resource lets act. */
function targetsOf(resource: SharedResource): Prisma.UserWhereInput {
  const row = SHARED_RESOURCE_TABLE[resource];
  return 'as' in row ? { roles: { some: { role: { builtIn: { in: [...row.as] } } } } } : {};
}

const CREDENTIAL = { kind: 'accessKey', id: NOBODY } as const;

/** As itself, by what it was given on the flow. */
function bySharing(
  accountId: string,
  { rule, resource, known }: Question,
  { id, memberships }: Acting,
): ProgramPath[] {
  const principal = { accountId, credential: CREDENTIAL, ...asItself(id) };
  const grants = memberships.map(({ role }) => ({ via: 'DIRECT', role }) as const);
  const facts = factsFrom(resource, principal, holdingThere(known, grants));
  const explanation = explain({ principal, isActive: true }, rule, facts);
  return explanation.allowed ? [{ ...explanation, serviceAccountId: id, actingAsId: null }] : [];
}

/** The first of these people as whom the program could. */
function asOthers(
  accountId: string,
  { rule, resource, known }: Question,
  { id, grants }: Acting,
  people: readonly Person[],
  now: Date,
): ProgramPath[] {
  if (grants.length === 0) return [];
  const actor = { kind: 'serviceAccount', id } as const;
  const onFlow = grants.find(({ resource: shared }) => shared === null);
  const shared = new Map(
    grants.flatMap((grant) => (grant.resource ? [[grant.resource, grant.id] as const] : [])),
  );
  for (const person of people) {
    const asked = {
      as: person.id,
      reason: undefined,
      hasGrants: true,
      shared,
      isMember: onFlow !== undefined && person.grants.length > 0,
      asOf: now,
    };
    const subject = { id: person.id, rights: rightsOf(person.roles) };
    const acting = actingAs(actor, subject, asked, undefined);
    const principal = { accountId, credential: CREDENTIAL, ...acting };
    const held = holdingThere(known, person.grants, onFlow?.id);
    const facts = factsFrom(resource, principal, held);
    const explanation = explain({ principal, isActive: true }, rule, facts);
    if (explanation.allowed) {
      return [{ ...explanation, serviceAccountId: id, actingAsId: person.id }];
    }
  }
  return [];
}

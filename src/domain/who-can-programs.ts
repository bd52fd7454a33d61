import { actingAs, asItself } from '../authz/acting.js';
import { isTarget, type SharedResource } from '../authz/boundary.js';
import type { Grant } from '../authz/decide.js';
import { explain, type Explanation } from '../authz/explain.js';
import { NOBODY } from '../authz/principal.js';
import { rightsOf } from '../authz/rights.js';
import type { Tx } from '../db/scoped.js';
import {
  assigned,
  EVERYBODY,
  findPeopleAmong,
  members,
  membersOfAny,
  type HolderRow,
} from './people-who.js';
import { factsFrom } from './resource.js';
import { live } from './visibility.js';
import { holdingThere, type Question } from './who-can.js';

/** A service account that could do it, as itself or acting as somebody. */
export interface ProgramPath extends Explanation {
  readonly serviceAccountId: string;
  /** One of the people as whom it could; null: as itself. */
  readonly actingAsId: string | null;
}

/** People as whom nobody else is tried: enough to find one where there is any. */
const TRIED = 50;
const PAGE = { inverted: false, take: TRIED };

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
export async function programsWho(tx: Tx, question: Question, now: Date): Promise<ProgramPath[]> {
  const { flowId } = question.resource;
  const programs: Acting[] = await tx.serviceAccount.findMany({
    where: { deletedAt: null, disabledAt: null },
    orderBy: [{ nameKey: 'asc' }, { id: 'asc' }],
    select: {
      id: true,
      memberships: { where: { flowId: flowId ?? NOBODY }, select: { role: true } },
      grants: {
        where: { AND: [live(now), flowId ? { OR: [{ flowId }, { flowId: null }] } : {}] },
        select: { id: true, resource: true, flowId: true },
      },
    },
  });
  const reaches = await reachesOf(tx, question, programs);
  return reaches.flatMap((reach) => [
    ...bySharing(question, reach.program),
    ...asOthers(question, reach, now),
  ]);
}

/** A program, and some of the people as whom it may act and who may do it. */
interface Reach {
  readonly program: Acting;
  readonly people: readonly HolderRow[];
  /** Who of them is a member where the program may act as members. */
  readonly isMember: (person: HolderRow) => boolean;
}

/**
 * What each of the programs reaches: some of those who may do it, members of the flow and holders of each kind of role
 * among them. Whoever is a member of any flow with a grant may do what takes no permission, such as asking who they are.
 */
async function reachesOf(
  tx: Tx,
  question: Question,
  programs: readonly Acting[],
): Promise<Reach[]> {
  const isAboutFlow = question.resource.flowId !== undefined;
  const onFlows = programs.filter((program) => flowsOf(program).length > 0);
  const grants = programs.flatMap((program) => program.grants);
  const resources = [...new Set(grants.flatMap(({ resource }) => resource ?? []))];
  const forAll = [
    ...(isAboutFlow && onFlows.length > 0 ? [members(question, 'FIRST')] : []),
    ...resources.map((resource) =>
      isTarget(resource, [])
        ? EVERYBODY
        : assigned(question, ({ builtInRoles }) => isTarget(resource, builtInRoles)),
    ),
  ];
  const forEach = isAboutFlow ? [] : onFlows.map((program) => membersOfAny(flowsOf(program)));
  const found = await findPeopleAmong(tx, question, PAGE, [...forAll, ...forEach]);
  const [some, apart] = [found.slice(0, forAll.length).flat(), found.slice(forAll.length)];
  return programs.map((program) => {
    const at = onFlows.indexOf(program);
    const there = isAboutFlow ? some.filter((person) => person.grants.length > 0) : apart[at];
    const ids = new Set(at < 0 ? [] : there?.map(({ id }) => id));
    const people = new Map([...(there ?? []), ...some].map((person) => [person.id, person]));
    return { program, people: [...people.values()], isMember: ({ id }) => ids.has(id) };
  });
}

function flowsOf({ grants }: Acting): string[] {
  return grants.flatMap(({ flowId }) => flowId ?? []);
}

const CREDENTIAL = { kind: 'accessKey', id: NOBODY } as const;

/** As itself, by what it was given on the flow. */
function bySharing(
  { accountId, rule, resource, known }: Question,
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
  { accountId, rule, resource, known }: Question,
  { program: { id, grants }, people, isMember }: Reach,
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
      isMember: isMember(person),
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

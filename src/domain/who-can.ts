import { signedIn } from '../authn/standing.js';
import { decide, takesDefault, type FlowFacts, type Grant } from '../authz/decide.js';
import { explain, type Explanation } from '../authz/explain.js';
import type { AccountPermission } from '../authz/permissions.js';
import { NOBODY, type Principal } from '../authz/principal.js';
import { reachNeeded } from '../authz/rank.js';
import type { HeldRole, Rights } from '../authz/rights.js';
import { MEMBER_ROLES, type MemberRole } from '../authz/role-table.js';
import { aboutOf, type Facts, type Rule } from '../authz/rule.js';
import { isDatasetPermission, rowOf, type SharedPermission } from '../authz/tables.js';
import type { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { factsOf, type FactsReader, type Resource } from './resource.js';

type Where = Prisma.UserWhereInput;

/** An operation about a resource, with what its rule asks of anybody. */
export interface Question {
  readonly rule: Rule;
  readonly resource: Resource;
  /** The facts of somebody who holds nothing there. */
  readonly facts: Facts;
  /** What each account role gives. */
  readonly roles: ReadonlyMap<string, Rights>;
}

const NOBODY_THERE: Principal = {
  accountId: NOBODY,
  subject: { kind: 'user', id: NOBODY },
  actor: { kind: 'user', id: NOBODY },
  credential: { kind: 'session', id: NOBODY },
  roleNames: [],
  own: new Set(),
  permissions: new Set(),
};

/** Reads what is the same for everybody about whom it is asked. */
export async function askWho(
  rule: Rule,
  resource: Resource,
  reader: FactsReader,
  roles: ReadonlyMap<string, Rights>,
): Promise<Question> {
  const facts = await factsOf(resource, NOBODY_THERE, reader);
  const flow = facts.flow && { ...facts.flow, grants: [], impersonationId: null };
  return { rule, resource, facts: { ...facts, flow }, roles };
}

/**
 * Which people may do it when they have signed in? The counterpart of `decideRule`, for lists and counts, derived from
 * the same rule and the same tables.
 */
export function peopleWho(question: Question): Where {
  return {
    AND: [{ removedAt: null, status: 'ACTIVE' }, conditionOf(question.rule, question)],
  };
}

function conditionOf(rule: Rule, question: Question): Where {
  const { facts, resource } = question;
  switch (rule.is) {
    case 'PUBLIC':
    case 'AUTHENTICATED':
    case 'SIGNED_IN':
    case 'CARRIED':
    case 'MET':
    case 'ALSO':
      return EVERYBODY;
    case 'SELF':
      return { id: resource.personId ?? NOBODY };
    case 'ACCOUNT':
      return rule.limit === 'RANK'
        ? { AND: [holding(rule.permission, question), reaching(question)] }
        : holding(rule.permission, question);
    case 'SHARED':
      return sharing(rule.permission, question);
    case 'GIVING': {
      const makes = Object.values(rule.makes);
      return { OR: makes.map((permission) => sharing(permission, question)) };
    }
    case 'ABOUT': {
      const one = rule.of[aboutOf(facts)];
      return one ? conditionOf(one, question) : NEVER;
    }
    case 'ALL':
      return { AND: rule.of.map((each) => conditionOf(each, question)) };
    case 'ANY':
      return { OR: rule.of.map((each) => conditionOf(each, question)) };
  }
}

const NEVER: Where = { id: { in: [] } };

/** Said in so many words, because an empty condition among alternatives is none of them. */
const EVERYBODY: Where = { id: { not: NOBODY } };

/** Who holds an account role that gives this, itself or by inheritance. */
function holding(permission: AccountPermission, { roles }: Question): Where {
  const giving = [...roles].flatMap(([id, { own }]) => (own.has(permission) ? [id] : []));
  return { roles: { some: { roleId: { in: giving } } } };
}

/** Who reaches as far as what it is about. */
function reaching(question: Question): Where {
  const needed = reachNeeded(question.facts.rank ?? {});
  if (needed.length === 0) return EVERYBODY;
  return {
    OR: [
      holding('role:assignAny', question),
      { AND: needed.map((permission) => holding(permission, question)) },
    ],
  };
}

/** Who may do it on the flow: by a role of their own, else by those of groups, else by the role in the account. */
function sharing(permission: SharedPermission, question: Question): Where {
  const { facts, resource } = question;
  const { flow } = facts;
  const { byDefault, override } = rowOf(permission);
  const isDataset = isDatasetPermission(permission);
  if (!flow || isDataset !== (flow.kind === 'DATASET')) return NEVER;
  const here = { flowId: resource.flowId ?? NOBODY };
  const inGroup = (some: Prisma.FlowMemberWhereInput): Where => ({
    groups: { some: { group: { memberships: { some } } } },
  });
  const strangers: Where = { memberships: { none: here }, NOT: inGroup(here) };
  const by = (facts_: FlowFacts): Where => {
    const role = { in: rolesThatMay(permission, facts_) };
    return {
      OR: [
        { memberships: { some: { ...here, role } } },
        { AND: [{ memberships: { none: here } }, inGroup({ ...here, role })] },
      ],
    };
  };
  const theirs = { ...flow, view: { isNewOrOwn: true } };
  return {
    OR: [
      by(flow),
      ...(resource.creatorId ? [{ AND: [{ id: resource.creatorId }, by(theirs)] }] : []),
      ...(byDefault && takesDefault(flow.kind)
        ? [{ AND: [strangers, holding(byDefault, question)] }]
        : []),
      ...(override ? [holding(isDataset ? 'dataset:override' : 'flow:override', question)] : []),
    ],
  };
}

function rolesThatMay(permission: SharedPermission, flow: FlowFacts): MemberRole[] {
  return MEMBER_ROLES.filter(
    (role) =>
      decide(NOBODY_THERE, permission, { ...flow, grants: [{ via: 'DIRECT', role }] }).allowed,
  );
}

interface HolderRow {
  id: string;
  roles: HeldRole[];
  grants: Grant[];
}

/** Of these people, each with the path by which they may do it; who may not is not among them. */
export async function explainPeople(
  tx: Tx,
  accountId: string,
  { rule, resource, facts }: Question,
  ids: readonly string[],
): Promise<Map<string, Explanation>> {
  const rows = await readHolders(tx, accountId, resource.flowId ?? NOBODY, ids);
  return new Map(
    rows.flatMap(({ id, roles, grants }) => {
      const standing = { principal: signedIn(accountId, id, roles), isActive: true };
      const explanation = explain(standing, rule, factsAbout(facts, resource, id, grants));
      return explanation.allowed ? [[id, explanation] as const] : [];
    }),
  );
}

/** The facts of somebody with these grants on the flow. */
export function factsAbout(
  { flow, rank, ...facts }: Facts,
  { creatorId, personId, member }: Resource,
  id: string,
  grants: readonly Grant[],
): Facts {
  const isNewOrOwn = creatorId === undefined || creatorId === id;
  const isParty = (member?.userId ?? member?.serviceAccountId) === id;
  const target = { role: null, ...flow?.target, isParty };
  return {
    ...facts,
    isOwn: personId === id,
    ...(rank && { rank: { ...rank, isParty: personId === id } }),
    ...(flow && { flow: { ...flow, grants, view: { isNewOrOwn }, target } }),
  };
}

/** What people hold in the account and on one flow, with one statement whatever their number. */
export function readHolders(
  tx: Tx,
  accountId: string,
  flowId: string,
  ids: readonly string[],
): PromiseLike<HolderRow[]> {
  return tx.$queryRaw<HolderRow[]>`
    SELECT u.id, held_roles(u.id) AS roles, coalesce(
      (SELECT json_agg(json_build_object('via', g.via, 'role', g.role, 'groupId', g.group_id))
       FROM (
         SELECT 'DIRECT' AS via, m.role, NULL::uuid AS group_id
         FROM flow_member m WHERE m.flow_id = ${flowId}::uuid AND m.user_id = u.id
         UNION ALL
         SELECT 'GROUP', m.role, m.group_id
         FROM flow_member m JOIN group_member gm ON gm.group_id = m.group_id
         WHERE m.flow_id = ${flowId}::uuid AND gm.user_id = u.id) g), '[]') AS grants
    FROM "user" u
    WHERE u.account_id = ${accountId}::uuid AND u.id = ANY(${ids}::uuid[])`;
}

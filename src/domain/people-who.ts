import { decide, takesDefault, type FlowFacts, type Grant } from '../authz/decide.js';
import type { AccountPermission } from '../authz/permissions.js';
import { NOBODY } from '../authz/principal.js';
import { reachNeeded } from '../authz/rank.js';
import type { HeldRole, Rights } from '../authz/rights.js';
import { MEMBER_ROLES, type MemberRole } from '../authz/role-table.js';
import { aboutOf, givingAny, isAsked, type Rule } from '../authz/rule.js';
import {
  familyOf,
  isDatasetPermission,
  OVERRIDE,
  rowOf,
  type SharedPermission,
} from '../authz/tables.js';
import { Prisma } from '../db/generated/client.js';
import { PLANNED_ANEW } from '../db/planning.js';
import type { Tx } from '../db/scoped.js';
import { conjunction, disjunction } from './row-filter.js';
import { NOBODY_THERE, type Question } from './who-can.js';

/** From so many memberships in groups on, it is quicker to ask each person than to gather the members first. */
const FEW = 1000;

/** Whether the first who can are wanted, or all of them: which of two ways to look is quicker. */
type Wanted = 'FIRST' | 'ALL';

/** Somebody by name, with what they hold in the account and on the flow. */
export interface HolderRow {
  readonly id: string;
  readonly nameKey: string;
  readonly roles: HeldRole[];
  readonly grants: Grant[];
}

/** A part of a list by name; read from its end, if inverted. */
export interface PeoplePage {
  readonly after?: readonly [nameKey: string, id: string] | undefined;
  readonly before?: readonly [nameKey: string, id: string] | undefined;
  readonly inverted: boolean;
  readonly take: number;
}

/** A page of the people who may do it when they have signed in, with what they hold: one statement. */
export function findPeopleWho(
  tx: Pick<Tx, '$queryRaw'>,
  question: Question,
  page: PeoplePage,
): PromiseLike<HolderRow[]> {
  return tx.$queryRaw<HolderRow[]>`
    ${pageOf(question, page, EVERYBODY)} ${Prisma.raw(PLANNED_ANEW)}`;
}

/** Such a page for each of these conditions: one statement for all of them. */
export async function findPeopleAmong(
  tx: Pick<Tx, '$queryRaw'>,
  question: Question,
  page: PeoplePage,
  among: readonly Prisma.Sql[],
): Promise<HolderRow[][]> {
  if (among.length === 0) return [];
  const pages = among.map(
    (each) => Prisma.sql`(SELECT json_agg(p) FROM (${pageOf(question, page, each)}) p)`,
  );
  const [row] = await tx.$queryRaw<{ pages: (HolderRow[] | null)[] }[]>`
    SELECT json_build_array(${Prisma.join(pages)}) AS pages ${Prisma.raw(PLANNED_ANEW)}`;
  return among.map((_each, at) => row?.pages[at] ?? []);
}

function pageOf(
  question: Question,
  { after, before, inverted, take }: PeoplePage,
  among: Prisma.Sql,
): Prisma.Sql {
  const flowId = flowOf(question);
  const end = Prisma.raw(inverted ? 'DESC' : 'ASC');
  const beyond = (sign: string, [nameKey, id]: readonly [string, string]) =>
    Prisma.sql`(u.name_key, u.id) ${Prisma.raw(sign)} (${nameKey}::text, ${id}::uuid)`;
  const where = conjunction([
    peopleWho(question, 'FIRST'),
    among,
    ...(after ? [beyond('>', after)] : []),
    ...(before ? [beyond('<', before)] : []),
  ]);
  return Prisma.sql`
    SELECT u.id, u.name_key AS "nameKey", held_roles(u.id) AS roles, coalesce(
      (SELECT json_agg(json_build_object('via', g.via, 'role', g.role, 'groupId', g.group_id))
       FROM (
         SELECT 'DIRECT' AS via, m.role, NULL::uuid AS group_id
         FROM flow_member m WHERE m.flow_id = ${flowId}::uuid AND m.user_id = u.id
         UNION ALL
         SELECT 'GROUP', m.role, m.group_id
         FROM flow_member m JOIN group_member gm ON gm.group_id = m.group_id
         WHERE m.flow_id = ${flowId}::uuid AND gm.user_id = u.id) g), '[]') AS grants
    FROM (
      SELECT u.id, u.name_key FROM "user" u WHERE ${where}
      ORDER BY u.name_key ${end}, u.id ${end} LIMIT ${take}::int) u
    ORDER BY u.name_key ${end}, u.id ${end}`;
}

/** How many may do it when they have signed in. */
export async function countPeopleWho(
  tx: Pick<Tx, '$queryRaw'>,
  question: Question,
): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "user" u
    WHERE ${peopleWho(question, 'ALL')} ${Prisma.raw(PLANNED_ANEW)}`;
  return row?.count ?? 0;
}

/** The counterpart of `decideRule`, for lists and counts of `u`, derived from the same rule and the same tables. */
function peopleWho(question: Question, wanted: Wanted): Prisma.Sql {
  return conjunction([
    Prisma.sql`u.account_id = ${question.accountId}::uuid AND u.removed_at IS NULL AND u.status = 'ACTIVE'`,
    conditionOf(question.rule, question, wanted),
  ]);
}

export const EVERYBODY = conjunction([]);
const NEVER = disjunction([]);

function conditionOf(rule: Rule, question: Question, wanted: Wanted): Prisma.Sql {
  const { facts, resource } = question;
  const those = (of: readonly Rule[]) => of.map((each) => conditionOf(each, question, wanted));
  switch (rule.is) {
    case 'PUBLIC':
    case 'AUTHENTICATED':
    case 'SIGNED_IN':
    case 'CARRIED':
    case 'MET':
      return EVERYBODY;
    case 'SELF':
      return Prisma.sql`u.id = ${resource.personId ?? NOBODY}::uuid`;
    case 'ACCOUNT':
      return rule.limit === 'RANK'
        ? conjunction([holding(rule.permission, question), reaching(question)])
        : holding(rule.permission, question);
    case 'SHARED':
      return sharing(rule.permission, question, wanted);
    case 'GIVING':
      return disjunction(
        givingAny(rule, facts.role).map((each) => sharing(each, question, wanted)),
      );
    case 'ALSO':
      return isAsked(rule, facts) ? conditionOf(rule.rule, question, wanted) : EVERYBODY;
    case 'ABOUT': {
      const one = rule.of[aboutOf(facts)];
      return one ? conditionOf(one, question, wanted) : NEVER;
    }
    case 'ALL':
      return conjunction(those(rule.of));
    case 'ANY':
      return disjunction(those(rule.of));
  }
}

/** Who holds an account role that gives this, itself or by inheritance. */
function holding(permission: AccountPermission, question: Question): Prisma.Sql {
  return assigned(question, ({ own }) => own.has(permission));
}

/** Who holds one of the account roles that are like this. */
export function assigned({ roles }: Question, isMeant: (rights: Rights) => boolean): Prisma.Sql {
  const meant = [...roles].flatMap(([id, rights]) => (isMeant(rights) ? [id] : []));
  return Prisma.sql`u.id IN (SELECT a.user_id FROM role_assignment a WHERE a.role_id = ANY(${meant}::uuid[]))`;
}

/** Who reaches as far as what it is about. */
function reaching(question: Question): Prisma.Sql {
  const needed = reachNeeded(question.facts.rank ?? {});
  if (needed.length === 0) return EVERYBODY;
  return disjunction([
    holding('role:assignAny', question),
    conjunction(needed.map((permission) => holding(permission, question))),
  ]);
}

/** Who may do it on the flow: by a role of their own, else by those of groups, else by the role in the account. */
function sharing(permission: SharedPermission, question: Question, wanted: Wanted): Prisma.Sql {
  const { flow } = question.facts;
  const { creatorId } = question.resource;
  const { byDefault, override } = rowOf(permission);
  const family = familyOf(permission);
  if (!flow || isDatasetPermission(permission) !== (flow.kind === 'DATASET')) return NEVER;
  const by = (facts: FlowFacts) => membersAs(rolesThatMay(permission, facts), question, wanted);
  const theirs = { ...flow, view: { isNewOrOwn: true } };
  return disjunction([
    by(flow),
    ...(creatorId ? [conjunction([Prisma.sql`u.id = ${creatorId}::uuid`, by(theirs)])] : []),
    ...(byDefault && takesDefault(flow.kind)
      ? [conjunction([holding(byDefault, question), strangers(question, wanted)])]
      : []),
    ...(override ? [holding(OVERRIDE[family], question)] : []),
  ]);
}

function strangers(question: Question, wanted: Wanted): Prisma.Sql {
  return Prisma.sql`NOT ${members(question, wanted)}`;
}

/** Who holds any role on the flow, be it one that shuts out. */
export function members(question: Question, wanted: Wanted): Prisma.Sql {
  return membersAs(MEMBER_ROLES, question, wanted);
}

/** Who holds any role on any of these flows. */
export function membersOfAny(flowIds: readonly string[]): Prisma.Sql {
  const there = Prisma.sql`m.flow_id = ANY(${[...flowIds]}::uuid[])`;
  return Prisma.sql`u.id IN (
    SELECT m.user_id FROM flow_member m WHERE ${there} AND m.user_id IS NOT NULL
    UNION ALL
    SELECT g.user_id FROM flow_member m JOIN group_member g ON g.group_id = m.group_id WHERE ${there})`;
}

/** Whose role on the flow is one of these: their own, or else the strongest of those of their groups. */
function membersAs(roles: readonly MemberRole[], question: Question, wanted: Wanted): Prisma.Sql {
  const here = Prisma.sql`m.flow_id = ${flowOf(question)}::uuid`;
  const isOne = Prisma.sql`m.role::text = ANY(${[...roles]}::text[])`;
  const inGroup = Prisma.sql`FROM flow_member m JOIN group_member g ON g.group_id = m.group_id WHERE ${here} AND ${isOne}`;
  const gathered = Prisma.sql`(
    u.id IN (
      SELECT m.user_id FROM flow_member m WHERE ${here} AND m.user_id IS NOT NULL AND ${isOne}
      UNION ALL
      SELECT g.user_id ${inGroup})
    AND u.id NOT IN (
      SELECT m.user_id FROM flow_member m WHERE ${here} AND m.user_id IS NOT NULL AND NOT ${isOne}))`;
  if (wanted === 'ALL') return gathered;
  // With its limit PostgreSQL looks it up for each person, until there are enough.
  return Prisma.sql`(CASE
    WHEN (SELECT count(*) FROM (SELECT 1 ${inGroup} LIMIT ${FEW}::int) few) < ${FEW}::int THEN ${gathered}
    ELSE coalesce(
      (SELECT ${isOne} FROM flow_member m WHERE ${here} AND m.user_id = u.id),
      (SELECT true ${inGroup} AND g.user_id = u.id LIMIT 1),
      false) END)`;
}

function flowOf({ resource }: Question): string {
  return resource.flowId ?? NOBODY;
}

function rolesThatMay(permission: SharedPermission, flow: FlowFacts): MemberRole[] {
  return MEMBER_ROLES.filter(
    (role) =>
      decide(NOBODY_THERE, permission, { ...flow, grants: [{ via: 'DIRECT', role }] }).allowed,
  );
}

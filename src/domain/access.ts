import type { Reader } from '../authn/authenticate.js';
import type { FlowKind } from '../authz/boundary.js';
import type { FlowFacts, Grant } from '../authz/decide.js';
import type { Party, Principal } from '../authz/principal.js';

interface GrantRow {
  flow_id: string;
  kind: FlowKind;
  role: Grant['role'] | null;
  via: Grant['via'] | null;
  group_id: string | null;
  member_id: string | null;
  impersonation_id: string | null;
}

/**
 * What somebody holds on each of these flows of the account, and whether the principal's actor may act as others
 * there, with one statement whatever their number. An id that is no flow of the account has no entry.
 */
export async function readFlowFacts(
  reader: Reader,
  { accountId, acting, actor }: Pick<Principal, 'accountId' | 'acting' | 'actor'>,
  subject: Party,
  ids: readonly string[],
): Promise<Map<string, FlowFacts>> {
  const userId = subject.kind === 'user' ? subject.id : null;
  const programId = subject.kind === 'serviceAccount' ? subject.id : null;
  const actorId = acting ? actor.id : null;
  const rows = await reader.$queryRaw<GrantRow[]>`
    SELECT f.id AS flow_id, f.kind::text AS kind, g.role::text AS role, g.via, g.group_id, g.member_id,
           (SELECT i.id FROM impersonation_grant i
            WHERE i.flow_id = f.id AND i.service_account_id = ${actorId}::uuid AND i.revoked_at IS NULL
              AND (i.expires_at IS NULL OR i.expires_at > ${acting?.asOf ?? null}::timestamptz)) AS impersonation_id
    FROM flow f
    LEFT JOIN LATERAL (
      SELECT m.role, 'DIRECT' AS via, NULL::uuid AS group_id, m.id AS member_id
      FROM flow_member m WHERE m.flow_id = f.id AND m.user_id = ${userId}::uuid
      UNION ALL
      SELECT m.role, 'DIRECT', NULL, m.id
      FROM flow_member m WHERE m.flow_id = f.id AND m.service_account_id = ${programId}::uuid
      UNION ALL
      SELECT m.role, 'GROUP', m.group_id, NULL
      FROM flow_member m JOIN group_member gm ON gm.group_id = m.group_id
      WHERE m.flow_id = f.id AND gm.user_id = ${userId}::uuid
    ) g ON true
    WHERE f.account_id = ${accountId}::uuid AND f.id = ANY(${ids}::uuid[])`;
  const facts = new Map<string, FlowFacts & { grants: Grant[]; memberId?: string }>();
  for (const { flow_id: id, kind, role, via, group_id, member_id, impersonation_id } of rows) {
    const entry = facts.get(id) ?? { id, kind, grants: [], impersonationId: impersonation_id };
    if (role && via) entry.grants.push({ role, via, ...(group_id && { groupId: group_id }) });
    if (member_id) entry.memberId = member_id;
    facts.set(id, entry);
  }
  return facts;
}

/**
 * Holds a flow's row until the transaction ends: whatever changes a flow, its fields or its members happens one by
 * one, and while nobody writes its rows; those who write rows share it. Whoever waits to be alone is not overtaken by
 * those who come to share.
 */
export async function lockFlow(
  tx: Reader,
  { accountId }: Principal,
  id: string,
  lock: 'ALONE' | 'SHARED',
): Promise<void> {
  await (lock === 'ALONE'
    ? tx.$queryRaw`
        SELECT 1 FROM flow, pg_advisory_xact_lock(hashtextextended(${id}::text, 0))
        WHERE id = ${id}::uuid AND account_id = ${accountId}::uuid FOR NO KEY UPDATE OF flow`
    : tx.$queryRaw`
        SELECT 1 FROM flow, pg_advisory_xact_lock_shared(hashtextextended(${id}::text, 0))
        WHERE id = ${id}::uuid AND account_id = ${accountId}::uuid FOR SHARE OF flow`);
}

/**
 * Whether an id that the principal can't see here belongs to another workspace where the same person,
 * known by a verified address in both, may see it.
 */
export async function isInAnotherWorkspace(
  reader: Reader,
  principal: Principal,
  kinds: readonly FlowKind[],
  id: string,
): Promise<boolean> {
  // A program belongs to one workspace, and nobody's others are its business.
  if (principal.actor.kind !== 'user') return false;
  const [row] = await reader.$queryRaw<{ found: boolean }[]>`
    SELECT EXISTS (
      SELECT 1
      FROM "user" me
      JOIN "user" there ON there.email = me.email AND there.account_id <> me.account_id
      JOIN flow f ON f.account_id = there.account_id AND f.id = ${id}::uuid
        AND f.kind::text = ANY(${kinds}::text[])
      WHERE me.id = ${principal.subject.id}::uuid
        AND me.email_verified_at IS NOT NULL AND there.email_verified_at IS NOT NULL
        AND there.status = 'ACTIVE' AND there.removed_at IS NULL
        -- A role of one's own decides alone; NONE shuts out.
        AND coalesce(
          (SELECT m.role <> 'NONE' FROM flow_member m WHERE m.flow_id = f.id AND m.user_id = there.id),
          EXISTS (
            SELECT 1 FROM flow_member m JOIN group_member gm ON gm.group_id = m.group_id
            WHERE m.flow_id = f.id AND gm.user_id = there.id AND m.role <> 'NONE'))
    ) AS found`;
  return row?.found ?? false;
}

import { actingAs, asItself, sharedBy } from '../authz/acting.js';
import type { SharedResource } from '../authz/boundary.js';
import { NOBODY, type Principal, type Standing } from '../authz/principal.js';
import { rightsOf, type HeldRole } from '../authz/rights.js';
import type { Reader } from './outcome.js';
import { signedIn } from './session.js';

interface PersonRow {
  status: 'ACTIVE' | 'SUSPENDED';
  roles: HeldRole[];
}

/** A person as they are when they have signed in; undefined: there is nobody of this id. */
export async function personStanding(
  reader: Reader,
  accountId: string,
  id: string,
): Promise<Standing | undefined> {
  const [row] = await reader.$queryRaw<PersonRow[]>`
    SELECT status::text AS status, held_roles(id) AS roles FROM "user"
    WHERE id = ${id}::uuid AND account_id = ${accountId}::uuid AND removed_at IS NULL`;
  return (
    row && { principal: signedIn(accountId, id, row.roles), isActive: row.status === 'ACTIVE' }
  );
}

interface ProgramRow {
  disabled_at: Date | null;
  user_id: string | null;
  is_active: boolean | null;
  roles: HeldRole[];
  has_grants: boolean;
  shared: Partial<Record<SharedResource, string>> | null;
  is_member: boolean;
}

/** A service account with a key that is not restricted, as itself or acting as somebody; undefined: there is none. */
export async function programStanding(
  reader: Reader,
  accountId: string,
  id: string,
  actAs: string | undefined,
  now: Date,
): Promise<Standing | undefined> {
  const as = actAs ?? null;
  const [row] = await reader.$queryRaw<ProgramRow[]>`
    SELECT s.disabled_at, u.id AS user_id, u.status = 'ACTIVE' AND u.removed_at IS NULL AS is_active,
           held_roles(u.id) AS roles, count(g.id) > 0 AS has_grants,
           json_object_agg(g.resource, g.id) FILTER (WHERE g.resource IS NOT NULL) AS shared,
           bool_or(EXISTS (
             SELECT 1 FROM flow_member m
             LEFT JOIN group_member gm ON gm.group_id = m.group_id AND gm.user_id = u.id
             WHERE m.flow_id = g.flow_id AND (m.user_id = u.id OR gm.user_id IS NOT NULL))) AS is_member
    FROM service_account s
    LEFT JOIN "user" u ON u.account_id = s.account_id AND u.id = ${as}::uuid
    LEFT JOIN impersonation_grant g ON ${as}::uuid IS NOT NULL AND g.service_account_id = s.id
      AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ${now}::timestamptz)
    WHERE s.id = ${id}::uuid AND s.account_id = ${accountId}::uuid AND s.deleted_at IS NULL
    GROUP BY s.id, u.id`;
  return (
    row && { principal: principalOf(accountId, id, actAs, now, row), isActive: !row.disabled_at }
  );
}

function principalOf(
  accountId: string,
  id: string,
  actAs: string | undefined,
  now: Date,
  row: ProgramRow,
): Principal {
  const actor = { kind: 'serviceAccount', id } as const;
  const credential = { kind: 'accessKey', id: NOBODY } as const;
  if (actAs === undefined) return { accountId, credential, ...asItself(id) };
  const person =
    row.user_id === null
      ? undefined
      : { id: row.user_id, rights: row.is_active ? rightsOf(row.roles) : undefined };
  const asked = {
    as: actAs,
    reason: undefined,
    hasGrants: row.has_grants,
    shared: sharedBy(row.shared),
    isMember: row.is_member,
    asOf: now,
  };
  return { accountId, credential, ...actingAs(actor, person, asked, undefined) };
}

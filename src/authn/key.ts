import { actingAs, asItself, sharedBy } from '../authz/acting.js';
import { narrowed, type SharedResource } from '../authz/boundary.js';
import { isPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import { rightsOf, type HeldRole } from '../authz/rights.js';
import type { Identity } from './authenticate.js';
import type { Authenticated, Reader, Unauthenticated } from './outcome.js';

interface KeyRow {
  account_id: string;
  secret_hash: Uint8Array | null;
  is_active: boolean;
  expires_at: Date | null;
  permissions: string[];
  last_used_at: Date | null;
  service_account_id: string | null;
  disabled_at: Date | null;
  /** The holder of an API key, or whoever is to be acted as. */
  user_id: string | null;
  status: 'ACTIVE' | 'SUSPENDED' | null;
  removed_at: Date | null;
  roles: HeldRole[];
  has_grants: boolean;
  shared: Partial<Record<SharedResource, string>> | null;
  /** Whether a grant on some flow reaches the person who is to be acted as. */
  is_member: boolean;
}

/** Reads a key with its holder and, where somebody is to be acted as, with that person and the live grants for it. */
export async function identifyKey(reader: Reader, identity: Identity, now: Date) {
  const { credential, actAs = null } = identity;
  const [row] = await reader.$queryRaw<KeyRow[]>`
    SELECT k.account_id, k.secret_hash, k.is_active, k.expires_at, k.permissions, k.last_used_at,
           k.service_account_id, s.disabled_at,
           u.id AS user_id, u.status::text AS status, u.removed_at, held_roles(u.id) AS roles,
           g.has_grants, g.shared,
           EXISTS (
             SELECT 1 FROM impersonation_grant i
             JOIN flow_member m ON m.flow_id = i.flow_id
             LEFT JOIN group_member gm ON gm.group_id = m.group_id AND gm.user_id = ${actAs}::uuid
             WHERE i.service_account_id = k.service_account_id AND i.revoked_at IS NULL
               AND (i.expires_at IS NULL OR i.expires_at > ${now}::timestamptz)
               AND (m.user_id = ${actAs}::uuid OR gm.user_id IS NOT NULL)) AS is_member
    FROM access_key k
    LEFT JOIN service_account s ON s.id = k.service_account_id
    LEFT JOIN "user" u ON u.account_id = k.account_id
      AND u.id = CASE WHEN k.user_id IS NULL THEN ${actAs}::uuid ELSE k.user_id END
    CROSS JOIN LATERAL (
      SELECT count(*) > 0 AS has_grants,
             json_object_agg(i.resource, i.id) FILTER (WHERE i.resource IS NOT NULL) AS shared
      FROM impersonation_grant i
      WHERE ${actAs}::uuid IS NOT NULL AND i.service_account_id = k.service_account_id AND i.revoked_at IS NULL
        AND (i.expires_at IS NULL OR i.expires_at > ${now}::timestamptz)) g
    WHERE k.id = ${credential.id}::uuid
      AND (${credential.kind}::text = 'accessToken'
        OR (k.service_account_id IS NOT NULL) = (${credential.kind}::text = 'accessKey'))`;
  return row && { secretHash: row.secret_hash, outcome: outcomeOf(row, identity, now) };
}

/**
 * Holds a key, its holder, whoever is acted as and the grants on shared resources against everybody who changes them.
 * Grants on flows are held by the lock of their flow.
 */
export async function lockKey(tx: Reader, id: string, actAs: string | undefined): Promise<void> {
  await tx.$queryRaw`
    WITH gate AS MATERIALIZED (
           SELECT 1 FROM access_key a,
             unnest(ARRAY[a.id::text, a.service_account_id::text, 'roles of ' || a.account_id,
                          coalesce(a.user_id, ${actAs ?? null}::uuid)::text]) AS place,
             pg_advisory_xact_lock_shared(hashtextextended(place, 0))
           WHERE a.id = ${id}::uuid AND place IS NOT NULL),
         k AS (SELECT service_account_id, user_id FROM access_key
               WHERE id = ${id}::uuid AND (SELECT count(*) FROM gate) > 0 FOR SHARE),
         s AS (SELECT 1 FROM service_account
               WHERE id = (SELECT service_account_id FROM k) FOR SHARE),
         u AS (SELECT 1 FROM "user"
               WHERE id = coalesce((SELECT user_id FROM k), ${actAs ?? null}::uuid) FOR SHARE),
         g AS (SELECT 1 FROM impersonation_grant
               WHERE ${actAs ?? null}::uuid IS NOT NULL AND resource IS NOT NULL AND revoked_at IS NULL
                 AND service_account_id = (SELECT service_account_id FROM k) FOR SHARE)
    SELECT (SELECT count(*) FROM s), (SELECT count(*) FROM u), (SELECT count(*) FROM g)`;
}

function outcomeOf(row: KeyRow, identity: Identity, now: Date): Authenticated | Unauthenticated {
  if (row.disabled_at) return 'SERVICE_ACCOUNT_DISABLED';
  if (!row.is_active) return 'KEY_INACTIVE';
  if (row.expires_at && row.expires_at <= now) return 'KEY_EXPIRED';
  const { endsAt } = identity.credential;
  if (endsAt && endsAt <= now) return 'KEY_EXPIRED';
  const principal = row.service_account_id
    ? principalOfProgram(row, row.service_account_id, identity, now)
    : principalOfPerson(row, identity);
  return typeof principal === 'string' ? principal : { principal, lastUsedAt: row.last_used_at };
}

function principalOfPerson(row: KeyRow, identity: Identity): Principal | Unauthenticated {
  if (identity.actAs !== undefined) return 'ACT_AS_NEEDS_ACCESS_KEY';
  if (!row.user_id || row.removed_at) return 'INVALID_CREDENTIAL';
  if (row.status === 'SUSPENDED') return 'SUSPENDED';
  const subject = { kind: 'user', id: row.user_id } as const;
  const { roleNames, own } = rightsOf(row.roles);
  const restriction = restrictionOf(row, identity);
  return {
    accountId: row.account_id,
    subject,
    actor: subject,
    credential: identity.credential,
    restriction,
    roleNames,
    own,
    permissions: narrowed(own, { restriction, isKey: true }),
  };
}

function principalOfProgram(row: KeyRow, id: string, identity: Identity, now: Date): Principal {
  const actor = { kind: 'serviceAccount', id } as const;
  const { credential, actAs, reason } = identity;
  const restriction = restrictionOf(row, identity);
  const { account_id: accountId } = row;
  if (actAs === undefined) return { accountId, credential, ...asItself(id, restriction) };
  const isActive = row.status === 'ACTIVE' && !row.removed_at;
  const shared = sharedBy(row.shared);
  return {
    accountId,
    credential,
    ...actingAs(
      actor,
      row.user_id === null
        ? undefined
        : { id: row.user_id, rights: isActive ? rightsOf(row.roles) : undefined },
      { as: actAs, reason, hasGrants: row.has_grants, shared, isMember: row.is_member, asOf: now },
      restriction,
    ),
  };
}

/** All that the key may be used for: what it was restricted to, and what the access token was issued for. */
function restrictionOf({ permissions }: KeyRow, { credential: { issuedFor } }: Identity) {
  if (permissions.length === 0 && !issuedFor) return undefined;
  const names = permissions.length === 0 ? (issuedFor ?? []) : permissions;
  const both = issuedFor ? names.filter((name) => issuedFor.includes(name)) : names;
  return new Set(both.filter(isPermission));
}

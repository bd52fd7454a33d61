import type { FlowKind, SharedResource } from '../authz/boundary.js';
import type { MemberRole } from '../authz/role-table.js';
import { Prisma } from '../db/generated/client.js';

/** One thing that a service account may reach: as a member, or as others by a grant. */
export interface AssociatedRow {
  readonly id: string;
  readonly access: 'MEMBER' | 'IMPERSONATION';
  readonly flowId: string | null;
  readonly kind: FlowKind | null;
  readonly name: string | null;
  readonly resource: SharedResource | null;
  readonly role: MemberRole | null;
  readonly since: Date;
  readonly expiresAt: Date | null;
}

interface AssociatedPage {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly inverted: boolean;
  readonly take: number;
}

type Access = AssociatedRow['access'] | null | undefined;

/** The statement that finds one page of what a service account may reach, newest first. */
export function associatedStatement(
  accountId: string,
  id: string,
  access: Access,
  now: Date,
  { after, before, inverted, take }: AssociatedPage,
): Prisma.Sql {
  const direction = Prisma.raw(inverted ? 'ASC' : 'DESC');
  return Prisma.sql`
    SELECT * FROM (${associated(accountId, id, access, now)}) a
    WHERE true
    ${after === undefined ? Prisma.empty : Prisma.sql`AND a.id < ${after}::uuid`}
    ${before === undefined ? Prisma.empty : Prisma.sql`AND a.id > ${before}::uuid`}
    ORDER BY a.id ${direction} LIMIT ${take}::int`;
}

export function associatedCountStatement(
  accountId: string,
  id: string,
  access: Access,
  now: Date,
): Prisma.Sql {
  return Prisma.sql`SELECT count(*)::int AS count FROM (${associated(accountId, id, access, now)}) a`;
}

function associated(accountId: string, id: string, access: Access, now: Date): Prisma.Sql {
  return Prisma.sql`
    SELECT m.id, 'MEMBER' AS access, f.id AS "flowId", f.kind::text AS kind, f.name, NULL AS resource,
           m.role::text AS role, m.added_at AS since, NULL::timestamptz AS "expiresAt"
    FROM flow_member m JOIN flow f ON f.id = m.flow_id
    WHERE ${access ?? 'MEMBER'}::text = 'MEMBER' AND m.service_account_id = ${id}::uuid
      AND m.account_id = ${accountId}::uuid
    UNION ALL
    SELECT i.id, 'IMPERSONATION', f.id, f.kind::text, f.name, i.resource::text, NULL, i.granted_at, i.expires_at
    FROM impersonation_grant i LEFT JOIN flow f ON f.id = i.flow_id
    WHERE ${access ?? 'IMPERSONATION'}::text = 'IMPERSONATION' AND i.service_account_id = ${id}::uuid
      AND i.account_id = ${accountId}::uuid AND i.revoked_at IS NULL
      AND (i.expires_at IS NULL OR i.expires_at > ${now}::timestamptz)`;
}

import { DATASET_ROLES, DATASET_ROLE_TABLE } from '../authz/dataset-roles.js';
import type { DatasetPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import type { Prisma } from '../db/generated/client.js';

/**
 * Which datasets may the principal do this on? The counterpart of `decide`, for lists, counts and ids, read from the
 * same table: a membership of one's own decides alone; without one, the strongest of one's groups does.
 */
export function visibleDatasets(
  principal: Principal | undefined,
  permission: DatasetPermission = 'dataset:read',
): Prisma.FlowWhereInput {
  if (!principal) return nothing;
  const row = DATASET_ROLE_TABLE[permission];
  if (row.override && principal.permissions.has('dataset:override')) return { kind: 'DATASET' };
  const userId = principal.subject.id;
  const role = { in: DATASET_ROLES.filter((name) => row[name] === true) };
  return {
    kind: 'DATASET',
    OR: [
      { members: { some: { userId, role } } },
      {
        members: { none: { userId }, some: { role, group: { members: { some: { userId } } } } },
      },
    ],
  };
}

/** Members are seen by those who may view the members of the dataset. */
export function visibleMembers(principal: Principal | undefined): Prisma.FlowMemberWhereInput {
  return { flow: visibleDatasets(principal, 'datasetMember:read') };
}

/** People of the account find one another by name, to share; removed ones are seen only where they left traces. */
export function visibleUsers(principal: Principal | undefined): Prisma.UserWhereInput {
  if (!principal) return nothing;
  return principal.permissions.has('directory:read')
    ? { removedAt: null }
    : { removedAt: null, id: principal.subject.id };
}

export function visibleGroups(principal: Principal | undefined): Prisma.GroupWhereInput {
  return principal?.permissions.has('directory:read') ? {} : nothing;
}

/** Deleted ones are seen only where they left traces, like people. */
export function visibleServiceAccounts(
  principal: Principal | undefined,
): Prisma.ServiceAccountWhereInput {
  return principal?.permissions.has('directory:read') ? { deletedAt: null } : nothing;
}

/** A person's own sessions that are still good. */
export function visibleSessions(
  principal: Principal | undefined,
  now: Date,
): Prisma.SessionWhereInput {
  if (!principal) return nothing;
  return { userId: principal.subject.id, endedAt: null, expiresAt: { gt: now } };
}

/** What somebody imports is nobody else's business until it is in the dataset. */
export function visibleImports(principal: Principal | undefined): Prisma.DatasetImportWhereInput {
  if (!principal) return nothing;
  return { createdById: principal.subject.id, flow: visibleDatasets(principal, 'dataset:read') };
}

export function visibleAuditEntries(principal: Principal | undefined): Prisma.AuditEntryWhereInput {
  return principal?.permissions.has('auditLog:read') ? {} : nothing;
}

/** A condition that no row meets. */
const nothing = { id: { in: [] as string[] } };

import type { AuditAction } from '../audit/events.js';
import { FLOW_KINDS, NEVER_DELEGABLE } from '../authz/boundary.js';
import { barredBy, takesDefault } from '../authz/decide.js';
import type { DatasetPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import { GIVING } from '../authz/remedy.js';
import { MEMBER_ROLES, type Condition } from '../authz/role-table.js';
import { familyOf, OVERRIDE, READ, rowOf, type SharedPermission } from '../authz/tables.js';
import type { Prisma } from '../db/generated/client.js';
import { NOWHERE } from './ids.js';

/**
 * Which datasets, or flows of other kinds, may the principal do this on? The counterpart of `decide`, for lists, counts
 * and ids, read from the same tables: a membership of one's own decides alone; without one, the strongest of one's
 * groups does; without any, the role in the account where sharing is not the only way in. What a role allows under a
 * condition counts if that is one of those that are met.
 */
export function visibleFlows(
  principal: Principal | undefined,
  permission: SharedPermission,
  met: readonly Condition[] = [],
): Prisma.FlowWhereInput {
  const about = familyOf(permission);
  // Nobody does anything on a flow that they don't see, nor does a key that is not good for seeing it.
  const takes = [READ[about], permission];
  if (!principal || takes.some((each) => barredBy(principal, each))) return nothing;
  const family: Prisma.FlowWhereInput = {
    kind: about === 'dataset' ? 'DATASET' : { not: 'DATASET' },
  };
  const row = rowOf(permission);
  const { permissions, subject } = principal;
  const reach = reachOf(principal, permission);
  if (row.override && permissions.has(OVERRIDE[about])) {
    return { AND: [family, reach] };
  }
  const cells: readonly unknown[] = [true, ...met];
  const role = { in: MEMBER_ROLES.filter((name) => cells.includes(row[name])) };
  if (subject.kind === 'serviceAccount') {
    return { ...family, members: { some: { serviceAccountId: subject.id, role } } };
  }
  const own = { userId: subject.id };
  const inGroup = { group: { members: { some: own } } };
  const byDefault = row.byDefault && permissions.has(row.byDefault);
  return {
    AND: [family, reach],
    OR: [
      { members: { some: { ...own, role } } },
      { members: { none: own, some: { ...inGroup, role } } },
      ...(byDefault
        ? [{ kind: { in: DEFAULT_KINDS }, members: { none: { OR: [own, inGroup] } } }]
        : []),
    ],
  };
}

const DEFAULT_KINDS = FLOW_KINDS.filter(takesDefault);

/** The flows on which the actor may act as the subject; all of them for whoever acts as nobody else. */
function reachOf(
  { acting, actor }: Principal,
  permission: SharedPermission,
): Prisma.FlowWhereInput {
  if (!acting) return {};
  if (!acting.isActable || NEVER_DELEGABLE.has(permission)) return nothing;
  if (acting.shared.has('ALL_FLOWS_AND_INTEGRATIONS')) return {};
  return { grants: { some: { serviceAccountId: actor.id, ...live(acting.asOf) } } };
}

/** Grants of impersonation that are neither revoked nor over. */
export function live(now: Date) {
  return {
    revokedAt: null,
    OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
  } satisfies Prisma.ImpersonationGrantWhereInput;
}

export function visibleDatasets(
  principal: Principal | undefined,
  permission: DatasetPermission = 'dataset:read',
): Prisma.FlowWhereInput {
  return visibleFlows(principal, permission);
}

/** Members are seen by those who may view the members of the dataset. */
export function visibleMembers(principal: Principal | undefined): Prisma.FlowMemberWhereInput {
  return { flow: visibleDatasets(principal, 'datasetMember:read') };
}

/** The counterpart for flows of other kinds. */
export function visibleFlowMembers(principal: Principal | undefined): Prisma.FlowMemberWhereInput {
  return { flow: visibleFlows(principal, 'flowMember:read') };
}

/** People of the account find one another by name, to share; removed ones are seen only where they left traces. */
export function visibleUsers(principal: Principal | undefined): Prisma.UserWhereInput {
  if (!principal) return nothing;
  return principal.permissions.has('directory:read')
    ? { removedAt: null }
    : { removedAt: null, id: selfOf(principal) };
}

/** Whoever may know the account knows the names of its roles. */
export function seesRoles(principal: Principal | undefined): boolean {
  return principal?.permissions.has('account:read') === true;
}

export function visibleRoles(principal: Principal | undefined): Prisma.RoleWhereInput {
  return seesRoles(principal) ? {} : nothing;
}

export function visibleGroups(principal: Principal | undefined): Prisma.GroupWhereInput {
  return principal?.permissions.has('directory:read') ? {} : nothing;
}

/** What groups hold is seen by those who see who holds a role on the flow, and by those who govern. */
export function visibleMembershipsOfGroups(
  principal: Principal | undefined,
): Prisma.FlowMemberWhereInput {
  if (principal?.permissions.has('governance:read')) return {};
  return { OR: [visibleMembers(principal), visibleFlowMembers(principal)] };
}

/** Deleted ones are seen only where they left traces, like people. */
export function visibleServiceAccounts(
  principal: Principal | undefined,
): Prisma.ServiceAccountWhereInput {
  if (!principal) return nothing;
  const known = { deletedAt: null };
  return principal.permissions.has('directory:read') ? known : { ...known, id: selfOf(principal) };
}

/** Whoever acts as somebody else is not at home there. */
function selfOf({ acting, subject }: Principal): string {
  return acting ? NOWHERE : subject.id;
}

/** Sessions that are still good, one's own or those of people one sees and manages: for who is signed in, not for keys. */
export function visibleSessions(
  principal: Principal | undefined,
  now: Date,
): Prisma.SessionWhereInput {
  if (principal?.credential.kind !== 'session') return nothing;
  const good = goodSessions(now);
  return principal.permissions.has('session:manage')
    ? { ...good, user: visibleUsers(principal) }
    : { ...good, userId: principal.subject.id };
}

/** Sessions that still sign somebody in. */
export function goodSessions(now: Date) {
  return { endedAt: null, expiresAt: { gt: now } } satisfies Prisma.SessionWhereInput;
}

/** Invitations are seen by those who could send them. */
export function visibleInvitations(principal: Principal | undefined): Prisma.InvitationWhereInput {
  return principal?.permissions.has('user:create') ? {} : nothing;
}

/** People see their own API keys and those whom that is entrusted to everybody's; service accounts' their managers. */
export function visibleKeys(principal: Principal | undefined): Prisma.AccessKeyWhereInput {
  if (principal?.credential.kind !== 'session') return nothing;
  const { permissions, subject } = principal;
  return {
    deletedAt: null,
    OR: [
      { userId: permissions.has('apiKey:manage') ? { not: null } : subject.id },
      ...(permissions.has('serviceAccount:manage') ? [{ serviceAccountId: { not: null } }] : []),
    ],
  };
}

/** Grants of impersonation are seen by those who could give them, and by those who manage service accounts. */
export function visibleGrants(
  principal: Principal | undefined,
): Prisma.ImpersonationGrantWhereInput {
  if (!principal) return nothing;
  const { permissions } = principal;
  if (permissions.has('serviceAccount:manage')) return {};
  return {
    OR: [
      { flow: visibleFlows(principal, 'dataset:extendImpersonation') },
      { flow: visibleFlows(principal, 'flow:extendImpersonation') },
      ...(permissions.has('impersonation:share') ? [{ resource: { not: null } }] : []),
    ],
  };
}

/** Access is reviewed by those to whom that is entrusted, all of it by each. */
export function visibleAccessReviews(
  principal: Principal | undefined,
): Prisma.AccessReviewWhereInput {
  return principal?.permissions.has('accessReview:manage') ? {} : nothing;
}

/** Requests are seen by those who made them, and by those who could give what they ask for. */
export function visibleAccessRequests(
  principal: Principal | undefined,
): Prisma.AccessRequestWhereInput {
  if (!principal) return nothing;
  return {
    OR: [
      { requesterId: selfOf(principal) },
      ...(principal.permissions.has('role:assign') ? [{ flowId: null }] : []),
      ...[...GIVING.dataset, ...GIVING.flow].map(([role, permission]) => ({
        role,
        flow: visibleFlows(principal, permission, ['targetNotAdmin', 'targetNotOwner']),
      })),
    ],
  };
}

/** What somebody imports is nobody else's business until it is in the dataset. */
export function visibleImports(principal: Principal | undefined): Prisma.DatasetImportWhereInput {
  if (!principal) return nothing;
  return { createdById: principal.subject.id, flow: visibleDatasets(principal, 'dataset:read') };
}

export function visibleAuditEntries(principal: Principal | undefined): Prisma.AuditEntryWhereInput {
  if (!principal?.permissions.has('auditLog:read')) return nothing;
  // What programs read is in the log of each, for those who manage them.
  return principal.permissions.has('serviceAccountLog:read')
    ? {}
    : { action: { not: 'operation.queried' satisfies AuditAction } };
}

/** A condition that no row meets. */
const nothing = { id: { in: [] as string[] } };

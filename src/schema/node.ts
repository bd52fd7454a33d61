import type { FlowKind } from '../authz/boundary.js';
import { familyOfKind } from '../authz/tables.js';
import type { Context } from '../context.js';
import { FLOW_TYPENAMES, flowKindOf, KINDS_BUT_DATASET, NOWHERE } from '../domain/ids.js';
import {
  visibleAccessRequests,
  visibleAccessReviews,
  visibleAuditEntries,
  visibleDatasets,
  visibleFlowMembers,
  visibleFlows,
  visibleGrants,
  visibleGroups,
  visibleInvitations,
  visibleKeys,
  visibleMembers,
  visibleRoles,
  visibleServiceAccounts,
  visibleSessions,
  visibleUsers,
} from '../domain/visibility.js';
import { hidden } from './flow-scope.js';

const select = { id: true };

type Gate = (id: string, context: Context) => Promise<object | null>;

/** Whether the principal can see the object with this id: the second road to everything has the gate of the first. */
const NODE_GATES: Readonly<Record<string, Gate>> = {
  AccessKey: (id, { db, principal }) =>
    db.accessKey.findFirst({ select, where: { AND: [{ id }, visibleKeys(principal)] } }),
  Account: async (id, { principal }) => (principal?.accountId === id ? { id } : null),
  AccessRequest: (id, { db, principal }) =>
    db.accessRequest.findFirst({
      select,
      where: { AND: [{ id }, visibleAccessRequests(principal)] },
    }),
  AccessReview: (id, { db, principal }) =>
    db.accessReview.findFirst({
      select,
      where: { AND: [{ id }, visibleAccessReviews(principal)] },
    }),
  AuditEntry: (id, { db, principal }) =>
    db.auditEntry.findFirst({ select, where: { AND: [{ id }, visibleAuditEntries(principal)] } }),
  Dataset: (id, { db, principal }) =>
    db.flow.findFirst({ select, where: { AND: [{ id }, visibleDatasets(principal)] } }),
  DatasetMember: (id, { db, principal }) =>
    db.flowMember.findFirst({ select, where: { AND: [{ id }, visibleMembers(principal)] } }),
  FlowMember: (id, { db, principal }) =>
    db.flowMember.findFirst({ select, where: { AND: [{ id }, visibleFlowMembers(principal)] } }),
  Group: (id, { db, principal }) =>
    db.group.findFirst({ select, where: { AND: [{ id }, visibleGroups(principal)] } }),
  ImpersonationGrant: (id, { db, principal }) =>
    db.impersonationGrant.findFirst({ select, where: { AND: [{ id }, visibleGrants(principal)] } }),
  Role: (id, { db, principal }) =>
    db.role.findFirst({ select, where: { AND: [{ id }, visibleRoles(principal)] } }),
  Invitation: (id, { db, principal }) =>
    db.invitation.findFirst({ select, where: { AND: [{ id }, visibleInvitations(principal)] } }),
  ServiceAccount: (id, { db, principal }) =>
    db.serviceAccount.findFirst({
      select,
      where: { AND: [{ id }, visibleServiceAccounts(principal)] },
    }),
  Session: (id, { db, principal, system }) =>
    db.session.findFirst({
      select,
      where: { AND: [{ id }, visibleSessions(principal, system.now())] },
    }),
  User: (id, { db, principal }) =>
    db.user.findFirst({ select, where: { AND: [{ id }, visibleUsers(principal)] } }),
  ...Object.fromEntries(KINDS_BUT_DATASET.map((kind) => [FLOW_TYPENAMES[kind], flowGate(kind)])),
};

/** A flow is found under the name of its kind alone. */
function flowGate(kind: FlowKind): Gate {
  return (id, { db, principal }) =>
    db.flow.findFirst({
      select,
      where: { AND: [{ id, kind }, visibleFlows(principal, 'flow:read')] },
    });
}

/** Whether the principal can see the object with this id. A type without a gate is not seen at all. */
export async function isVisibleNode(
  { typename, id }: { typename: string; id: string },
  context: Context,
) {
  const gate = Object.hasOwn(NODE_GATES, typename) ? NODE_GATES[typename] : undefined;
  return Boolean(await gate?.(id, context));
}

/** Refuses an object that the principal can't see like one that is not there. */
export function hiddenNode(
  { typename, id }: { typename: string; id: string },
  context: Context,
): Promise<never> {
  const kind = flowKindOf(typename);
  return kind
    ? hidden(context, familyOfKind(kind), { id, kind })
    : hidden(context, 'flow', { id: NOWHERE });
}

import type { AuditAction, AuditTarget } from '../audit/events.js';
import type { FlowKind } from '../authz/boundary.js';
import { effectiveGrant } from '../authz/decide.js';
import { isAccountPermission } from '../authz/permissions.js';
import { isAsStrongAs } from '../authz/remedy.js';
import type { MemberRole } from '../authz/role-table.js';
import { shareGate } from '../db/gate.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import { assertOfAnother, close, holdPending, type AccessRequest } from './access-request.js';
import { readFlowFacts } from './access.js';
import type { Change } from './change.js';
import { addMember, changeMemberRole } from './flow-member.js';
import { FLOW_TYPENAMES } from './ids.js';
import { assignRoles } from './role-assignment.js';
import { memberAction } from './user-removal.js';
import { permissionsOf, personToManage } from './user.js';

/** A request about a flow. */
export interface Place {
  readonly requesterId: string;
  readonly flowId: string;
}

/** Whether whoever asks is a member of the flow themselves: that decides whether they are added or changed. */
export async function isMember(
  db: Pick<Tx, 'flowMember'>,
  { requesterId, flowId }: Place,
): Promise<boolean> {
  const key = { flowId_userId: { flowId, userId: requesterId } };
  return (await db.flowMember.findUnique({ where: key, select: { id: true } })) !== null;
}

/** Whoever asks for a role on a flow, as a rule sees them. Throws CONFLICT if they are a member meanwhile, or no more. */
export async function requesterTarget(change: Change, place: Place, wasMember: boolean) {
  const { subject, actor } = change.principal;
  const { requesterId } = place;
  const grants = await grantsOf(change, place);
  // Without the flow there is nobody to be added: the rule finds it gone.
  if (!grants) return { role: null };
  if (grants.some(({ via }) => via === 'DIRECT') !== wasMember) {
    throw new DomainError(
      'CONFLICT',
      'Whoever asked was added or removed at the same moment. Read it again and retry.',
    );
  }
  const isParty = requesterId === subject.id || requesterId === actor.id;
  return { role: effectiveGrant(grants)?.role ?? null, isParty };
}

async function grantsOf({ tx, principal }: Change, { requesterId, flowId }: Place) {
  const requester = { kind: 'user', id: requesterId } as const;
  const facts = await readFlowFacts(tx, principal, requester, [flowId]);
  return facts.get(flowId)?.grants;
}

/** Whoever asks for an account role, with what it would give, as a rule sees them; an old request is about nobody. */
export async function requesterToManage(change: Change, request: AccessRequest) {
  if (request.state !== 'PENDING') return {};
  return personToManage(change, request.requesterId, [await builtInRole(change, request)]);
}

async function builtInRole({ tx }: Change, { accountRole }: Pick<AccessRequest, 'accountRole'>) {
  const where = { builtIn: accountRole ?? '' };
  const role = await tx.role.findFirst({ where, select: { id: true } });
  if (!role) throw notFound();
  return role.id;
}

/**
 * Gives whoever asks what they ask for, and takes nothing: somebody who has as much by now keeps it. Throws NOT_FOUND,
 * REQUEST_CLOSED, NOT_YOURSELF, REQUESTER_INACTIVE.
 */
export async function approveAccessRequest(
  change: Change,
  id: string,
  answer: string | null,
): Promise<void> {
  const request = await holdPending(change, id);
  assertOfAnother(change, request);
  await holdActive(change, request);
  const { requesterId, flowId, flow, role } = request;
  await (flowId && flow && role
    ? giveRole(change, { requesterId, flowId }, flow.kind, role)
    : giveAccountRole(change, request));
  await close(change, request, 'APPROVED', answer);
}

/** Lets nobody suspend or remove whoever asks until the transaction ends. Throws REQUESTER_INACTIVE. */
async function holdActive({ tx }: Change, { requesterId: id }: AccessRequest): Promise<void> {
  await shareGate(tx, id);
  const where = { id, status: 'ACTIVE', removedAt: null } as const;
  if (await tx.user.findFirst({ where, select: { id: true } })) return;
  throw new DomainError(
    'REQUESTER_INACTIVE',
    'Whoever asked is suspended. Let them in again with reactivateUser, or refuse the request.',
  );
}

/** A role of one's own decides alone, so it is never weaker than what groups give. */
async function giveRole(
  change: Change,
  place: Place,
  kind: FlowKind,
  role: MemberRole,
): Promise<void> {
  const { requesterId, flowId } = place;
  const held = effectiveGrant((await grantsOf(change, place)) ?? [])?.role;
  if (held && isAsStrongAs(held, role)) return;
  const target = { type: FLOW_TYPENAMES[kind], id: flowId };
  const member = await change.tx.flowMember.findFirst({
    where: { flowId, userId: requesterId },
    select: { id: true },
  });
  await (member
    ? changeMemberRole(
        stepOf(change, memberAction(kind, 'roleChanged'), target),
        flowId,
        member.id,
        role,
      )
    : addMember(
        stepOf(change, memberAction(kind, 'added'), target),
        flowId,
        { id: { kind: 'User', id: requesterId } },
        role,
      ));
}

async function giveAccountRole(change: Change, request: AccessRequest): Promise<void> {
  const { tx } = change;
  const { requesterId, permissions } = request;
  const held = await permissionsOf(tx, requesterId);
  if (permissions.filter(isAccountPermission).every((each) => held.has(each))) return;
  const assigned = await tx.roleAssignment.findMany({
    where: { userId: requesterId },
    select: { roleId: true },
  });
  const roleIds = new Set([
    ...assigned.map(({ roleId }) => roleId),
    await builtInRole(change, request),
  ]);
  const step = stepOf(change, 'user.rolesAssigned', { type: 'User', id: requesterId });
  await assignRoles(step, requesterId, [...roleIds], false);
}

/** The same change as one step of several, with an entry of its own. */
function stepOf(change: Change, action: AuditAction, target: AuditTarget): Change {
  return {
    ...change,
    record: (event) => change.recordSteps([{ target, ...event, action }]),
  };
}

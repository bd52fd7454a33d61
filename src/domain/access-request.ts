import { v7 as uuidv7 } from 'uuid';

import { accountRoleToAskFor } from '../authz/account-roles.js';
import { decide, effectiveGrant, type FlowFacts } from '../authz/decide.js';
import { isAccountPermission, isPermission, type Permission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import { roleToAskFor } from '../authz/remedy.js';
import { isDatasetPermission, isSharedPermission } from '../authz/tables.js';
import { closeGate } from '../db/gate.js';
import type { Prisma } from '../db/generated/client.js';
import type { AccessRequestModel } from '../db/generated/models.js';
import type { Db, Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import { readFlowFacts } from './access.js';
import type { Change, Step } from './change.js';
import { encodeId } from './ids.js';
import { visibleAccessRequests } from './visibility.js';

export type RequestState = AccessRequestModel['state'];

/** What somebody was refused. */
export interface Refused {
  readonly permissions: readonly string[];
  /** Null: in the account. */
  readonly flowId: string | null;
  /** By which field: `Mutation.renameDataset`. */
  readonly operation?: string | null | undefined;
  readonly note?: string | null | undefined;
}

type Wanted = Pick<AccessRequestModel, 'role' | 'accountRole'>;

/**
 * Asks for the least role that lets the subject do what they were refused. The flow, if it is about one, was found to
 * be theirs to see. Throws INVALID_INPUT, ALREADY_ALLOWED, ALREADY_REQUESTED.
 */
export async function requestAccess(change: Change, refused: Refused): Promise<string> {
  const { tx, principal, now, record } = change;
  const { accountId, subject } = principal;
  const { flowId, operation = null, note = null } = refused;
  const permissions = known(refused.permissions);
  const wanted = flowId
    ? await roleOnFlow(change, flowId, permissions)
    : roleInAccount(principal, permissions);
  // Asked twice at once, the second finds the first.
  await closeGate(tx, `requests of ${subject.id}`);
  const place = { requesterId: subject.id, flowId, ...wanted };
  const pending = await tx.accessRequest.findFirst({
    where: { ...place, decidedAt: null },
    select: { id: true },
  });
  if (pending) {
    throw new DomainError(
      'ALREADY_REQUESTED',
      'You have asked for this role already, and nobody has answered yet.',
      { requestId: encodeId('AccessRequest', pending.id) },
    );
  }
  const id = uuidv7();
  const asked = { permissions, operation, note };
  await tx.accessRequest.create({ data: { id, accountId, ...place, ...asked, createdAt: now } });
  await record({
    target: targetOf(id),
    after: { flowId, ...wanted, ...asked, permissions: permissions.join(', ') },
  });
  return id;
}

export function targetOf(id: string) {
  return { type: 'AccessRequest', id } as const;
}

/** Throws INVALID_INPUT. */
function known(names: readonly string[]): Permission[] {
  const unknown = names.filter((each) => !isPermission(each));
  if (unknown.length > 0) refuse(`There is no permission ${unknown.join(', ')}.`);
  return [...new Set(names.filter(isPermission))].toSorted();
}

function refuse(message: string): never {
  throw invalidInput([{ path: ['input', 'permissions'], message }]);
}

async function roleOnFlow(
  { tx, principal }: Change,
  flowId: string,
  permissions: readonly Permission[],
): Promise<Wanted> {
  const facts = (await readFlowFacts(tx, principal, principal.subject, [flowId])).get(flowId);
  if (!facts) throw notFound();
  const shared = permissions.filter(isSharedPermission);
  const isDataset = facts.kind === 'DATASET';
  const others = permissions.filter(
    (each) => !isSharedPermission(each) || isDatasetPermission(each) !== isDataset,
  );
  if (others.length > 0)
    refuse(`No role on this gives ${others.join(', ')}.${inTheAccount(others)}`);
  assertMissing(principal, permissions, facts);
  const role = roleToAskFor(shared, effectiveGrant(facts.grants)?.role);
  return role ? { role, accountRole: null } : refuse('No role on this gives all of it.');
}

function inTheAccount(permissions: readonly Permission[]): string {
  return permissions.some(isAccountPermission)
    ? ' To ask for a role in the account leave `on` out.'
    : '';
}

function roleInAccount(principal: Principal, permissions: readonly Permission[]): Wanted {
  const others = permissions.filter((each) => !isAccountPermission(each));
  if (others.length > 0) {
    refuse(`No role in the account gives ${others.join(', ')}. Say in \`on\` on which flow.`);
  }
  assertMissing(principal, permissions);
  // Account roles add up, so what is held already need not be in it.
  const missing = permissions
    .filter(isAccountPermission)
    .filter((each) => !principal.permissions.has(each));
  const accountRole = accountRoleToAskFor(missing);
  return accountRole
    ? { role: null, accountRole }
    : refuse('No built-in role gives all of this. Ask for one permission at a time.');
}

/** Throws ALREADY_ALLOWED. */
function assertMissing(
  principal: Principal,
  permissions: readonly Permission[],
  facts?: FlowFacts,
): void {
  if (permissions.some((each) => !decide(principal, each, facts).allowed)) return;
  throw new DomainError(
    'ALREADY_ALLOWED',
    'You may do all of this already. If it is refused, look at what the refusal names.',
  );
}

const select = {
  id: true,
  requesterId: true,
  flowId: true,
  flow: { select: { kind: true } },
  role: true,
  accountRole: true,
  permissions: true,
  state: true,
} satisfies Prisma.AccessRequestSelect;

export type AccessRequest = Prisma.AccessRequestGetPayload<{ select: typeof select }>;

/** The request with this id that the principal sees, to decide who may answer it. Throws NOT_FOUND. */
export async function findRequest(
  db: Pick<Db, 'accessRequest'> | Tx,
  principal: Principal | undefined,
  id: string,
): Promise<AccessRequest> {
  const where = { AND: [{ id }, visibleAccessRequests(principal)] };
  const request = await db.accessRequest.findFirst({ where, select });
  if (!request) throw notFound();
  return request;
}

/** Finds one that is pending, and keeps others from deciding it. Throws NOT_FOUND, REQUEST_CLOSED. */
export async function holdPending(
  { tx, principal }: Change,
  id: string,
): Promise<AccessRequest & { readonly accountId: string }> {
  await tx.$queryRaw`
    SELECT 1 AS locked FROM access_request
    WHERE id = ${id}::uuid AND account_id = ${principal.accountId}::uuid FOR UPDATE`;
  const request = await tx.accessRequest.findFirst({
    where: { id },
    select: { ...select, accountId: true },
  });
  if (!request) throw notFound();
  const { state } = request;
  if (state === 'PENDING') return request;
  throw new DomainError('REQUEST_CLOSED', CLOSED[state], { state });
}

const CLOSED = {
  APPROVED: 'It was approved already.',
  REFUSED: 'It was refused already. Whoever asked can ask again.',
  WITHDRAWN: 'It was withdrawn.',
} as const;

/** Writes down how a held request ended, with its entry. */
export async function close(
  { tx, principal, now, record }: Change,
  { id, requesterId, role, accountRole }: AccessRequest,
  state: Exclude<RequestState, 'PENDING'>,
  answer: string | null = null,
): Promise<void> {
  await tx.accessRequest.update({
    where: { id },
    data: { state, answer, decidedById: principal.subject.id, decidedAt: now },
  });
  await record({
    target: targetOf(id),
    before: { requesterId, role, accountRole },
    ...(answer !== null && { after: { answer } }),
  });
}

/** Says no to a pending request. Throws NOT_FOUND, REQUEST_CLOSED, NOT_YOURSELF. */
export async function refuseAccessRequest(
  change: Change,
  id: string,
  answer: string | null,
): Promise<void> {
  const request = await holdPending(change, id);
  assertOfAnother(change, request);
  await close(change, request, 'REFUSED', answer);
}

/** Throws NOT_YOURSELF. */
export function assertOfAnother({ principal }: Change, { requesterId }: AccessRequest): void {
  if (requesterId !== principal.subject.id) return;
  throw new DomainError(
    'NOT_YOURSELF',
    'Nobody answers their own request. Leave it to somebody else, or withdraw it.',
  );
}

/** Takes a pending request back, by whoever made it. Throws NOT_FOUND, REQUEST_CLOSED. */
export async function withdrawAccessRequest(change: Change, id: string): Promise<void> {
  await close(change, await holdPending(change, id), 'WITHDRAWN');
}

/** Withdraws what somebody who is going has asked for: the entries of that. */
export async function withdrawAllOf({ tx, principal, now }: Change, requesterId: string) {
  const where = { requesterId, decidedAt: null };
  const pending = await tx.accessRequest.findMany({
    where,
    select: { id: true, role: true, accountRole: true },
    orderBy: { id: 'asc' },
  });
  await tx.accessRequest.updateMany({
    where,
    data: { state: 'WITHDRAWN', decidedById: principal.subject.id, decidedAt: now },
  });
  return pending.map(({ id, role, accountRole }): Step => ({
    action: 'accessRequest.withdrawn',
    target: targetOf(id),
    before: { requesterId, role, accountRole },
  }));
}

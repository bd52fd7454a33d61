import { IMPERSONABLE_KINDS, type FlowKind, type SharedResource } from '../authz/boundary.js';
import type { Principal } from '../authz/principal.js';
import { refusingDuplicates } from '../db/conflicts.js';
import { closeGate } from '../db/gate.js';
import type { Prisma } from '../db/generated/client.js';
import type { Db, Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import { lockFlow } from './access.js';
import type { Change } from './change.js';
import { visibleGrants } from './visibility.js';

const DAYS_OF_USE = 30;

/** What a service account is let into as others: one flow, or a shared resource. */
export type Resource =
  | { readonly flowId: string; readonly kind: FlowKind }
  | { readonly resource: SharedResource };

interface Terms {
  readonly reason?: string | null | undefined;
  /** Null: until it is revoked. */
  readonly expiresAt?: Date | null | undefined;
}

/**
 * Lets a service account act as others there; again, it changes reason and expiry.
 * Throws KIND_NOT_IMPERSONABLE, NOT_FOUND, INVALID_INPUT.
 */
export async function grantImpersonation(
  change: Change,
  program: { readonly id: string } | { readonly handle: string },
  resource: Resource,
  { reason = null, expiresAt = null }: Terms,
): Promise<string> {
  const { tx, principal, now, record } = change;
  assertImpersonable(resource);
  if (expiresAt && expiresAt <= now) {
    throw invalidInput([{ path: ['input', 'expiresAt'], message: 'Name a time that is to come.' }]);
  }
  const serviceAccountId = await holdServiceAccount(tx, principal.accountId, program);
  const place =
    'flowId' in resource ? { flowId: resource.flowId } : { resource: resource.resource };
  const where = { serviceAccountId, ...place, revokedAt: null };
  const before = await tx.impersonationGrant.findFirst({ where });
  const terms = { reason, expiresAt, grantedById: principal.subject.id, grantedAt: now };
  const { accountId } = principal;
  const { id } = await refusingDuplicates(
    before
      ? tx.impersonationGrant.update({ where: { id: before.id }, data: terms })
      : tx.impersonationGrant.create({ data: { accountId, serviceAccountId, ...place, ...terms } }),
    () =>
      new DomainError('CONFLICT', 'Somebody granted the same at the same moment. Read it again.'),
  );
  await record({
    target: { type: 'ImpersonationGrant', id },
    ...(before && { before: describe(before) }),
    after: describe({
      serviceAccountId,
      flowId: null,
      resource: null,
      ...place,
      reason,
      expiresAt,
    }),
  });
  return id;
}

function assertImpersonable(resource: Resource): void {
  if ('resource' in resource) return;
  if (IMPERSONABLE_KINDS.some((kind) => kind === resource.kind)) return;
  throw new DomainError(
    'KIND_NOT_IMPERSONABLE',
    'Nobody is let act as others on a single flow of this kind; only processes, boards and datasets. Flows of all kinds are reached through the shared resource ALL_FLOWS_AND_INTEGRATIONS.',
    { kind: resource.kind, impersonableKinds: IMPERSONABLE_KINDS },
  );
}

/** Finds a service account and holds it, so that nobody deletes it meanwhile. */
async function holdServiceAccount(
  tx: Tx,
  accountId: string,
  program: { readonly id: string } | { readonly handle: string },
): Promise<string> {
  const id = 'id' in program ? program.id : null;
  const handle = 'handle' in program ? program.handle.trim().toLowerCase() : null;
  const [row] = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM service_account
    WHERE (id = ${id}::uuid OR handle = ${handle}) AND account_id = ${accountId}::uuid AND deleted_at IS NULL
    FOR SHARE`;
  if (!row) throw notFound();
  return row.id;
}

/** What was done in the last 30 days because of a grant. */
export interface GrantUse {
  readonly operations: number;
  readonly people: number;
  readonly lastAt: Date | null;
  readonly actions: readonly { readonly action: string; readonly count: number }[];
}

/** Ends a grant at once, and says what used it lately. Throws NOT_FOUND if it is over already. */
export async function revokeImpersonation(
  { tx, principal, now, record }: Change,
  id: string,
): Promise<GrantUse> {
  const before = await tx.impersonationGrant.findFirst({ where: { id, revokedAt: null } });
  if (!before) throw notFound();
  // What is done by it at this moment is done before it ends.
  if (before.flowId) await lockFlow(tx, principal, before.flowId, 'ALONE');
  else await closeGate(tx, before.serviceAccountId);
  const { count } = await tx.impersonationGrant.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: now, revokedById: principal.subject.id },
  });
  // Somebody was faster.
  if (count === 0) throw notFound();
  const use = await useOfGrant(tx, principal.accountId, id, now);
  await record({
    target: { type: 'ImpersonationGrant', id },
    before: describe(before),
    after: { operations: use.operations },
  });
  return use;
}

/** Ends the grants on a flow that is about to go. */
export async function revokeGrantsOn(
  { tx, principal, now }: Change,
  flowId: string,
): Promise<void> {
  await tx.impersonationGrant.updateMany({
    where: { flowId, revokedAt: null },
    data: { revokedAt: now, revokedById: principal.subject.id },
  });
}

async function useOfGrant(tx: Tx, accountId: string, id: string, now: Date): Promise<GrantUse> {
  const since = new Date(now.getTime() - DAYS_OF_USE * 86_400_000);
  const rows = await tx.$queryRaw<
    { action: string; count: number; last_at: Date; people: string[] }[]
  >`
    SELECT action, count(*)::int AS count, max(at) AS last_at, array_agg(DISTINCT subject_id::text) AS people
    FROM audit_entry
    WHERE grant_id = ${id}::uuid AND account_id = ${accountId}::uuid AND at >= ${since}::timestamptz
    GROUP BY action ORDER BY count DESC, action`;
  return {
    operations: rows.reduce((sum, { count }) => sum + count, 0),
    people: new Set(rows.flatMap(({ people }) => people)).size,
    lastAt: rows.reduce<Date | null>(
      (last, { last_at }) => (last && last > last_at ? last : last_at),
      null,
    ),
    actions: rows.map(({ action, count }) => ({ action, count })),
  };
}

/** The grant with this id that the principal sees, to decide who may end it. */
export async function findGrant(
  db: Pick<Db, 'impersonationGrant'> | Tx,
  principal: Principal | undefined,
  id: string,
) {
  return db.impersonationGrant.findFirst({
    where: { AND: [{ id, revokedAt: null }, visibleGrants(principal)] },
    select: { id: true, flowId: true, resource: true, flow: { select: { kind: true } } },
  });
}

type Described = Pick<
  Prisma.ImpersonationGrantGetPayload<object>,
  'serviceAccountId' | 'flowId' | 'resource' | 'reason' | 'expiresAt'
>;

function describe({ serviceAccountId, flowId, resource, reason, expiresAt }: Described) {
  return {
    serviceAccountId,
    ...(flowId ? { flowId } : { resource }),
    reason,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

import type { Denial } from '../authz/decide.js';
import { NOBODY, type Principal } from '../authz/principal.js';
import type { Prisma } from '../db/generated/client.js';
import type { AuditEvent } from './events.js';

/** Where a request came from. */
export interface Provenance {
  readonly requestId: string;
  readonly ipAddress: string | undefined;
  readonly userAgent: string | undefined;
}

/** How it ended, where it did not succeed. */
interface Failure {
  readonly outcome: 'REFUSED' | 'FAILED';
  readonly code: string;
  readonly denial?: Denial | undefined;
}

type Id = { readonly id: true };

/** The part of a client or transaction that keeps entries. */
export interface Log {
  readonly auditEntry: {
    create(args: { data: Prisma.AuditEntryCreateManyInput; select: Id }): PromiseLike<unknown>;
    createMany(args: { data: Prisma.AuditEntryCreateManyInput[] }): PromiseLike<unknown>;
  };
}

/** Writes one entry through the caller's transaction, so that neither is kept without the other. */
export async function record(
  tx: Log,
  who: Principal | { readonly accountId: string | null; readonly subjectId?: string | undefined },
  provenance: Provenance,
  event: AuditEvent,
  failure?: Failure,
): Promise<void> {
  await recordAll(tx, who, provenance, [event], failure);
}

/** Writes an entry for each event with one statement. */
export async function recordAll(
  tx: Log,
  who: Parameters<typeof record>[1],
  provenance: Provenance,
  events: readonly AuditEvent[],
  failure?: Failure,
): Promise<void> {
  const parties =
    'credential' in who
      ? {
          accountId: who.accountId,
          // Whoever was to be acted as may be nobody.
          subjectId: who.subject.id === NOBODY ? null : who.subject.id,
          actorId: who.actor.id,
          reason: who.acting?.reason ?? null,
          credentialKind: who.credential.kind,
          credentialId: who.credential.id,
        }
      : {
          accountId: who.accountId,
          subjectId: who.subjectId ?? null,
          actorId: who.subjectId ?? null,
        };
  const entries = events.map(
    ({
      action,
      target,
      before,
      after,
      via,
      grantId,
      batchId,
    }): Prisma.AuditEntryCreateManyInput => ({
      ...parties,
      action,
      outcome: failure?.outcome ?? 'SUCCEEDED',
      code: failure?.code ?? null,
      ...(failure?.denial && { denial: failure.denial as unknown as Prisma.InputJsonObject }),
      targetType: target?.type ?? null,
      targetId: target?.id ?? null,
      ...(before && { before }),
      ...(after && { after }),
      via: via ?? null,
      grantId: grantId ?? null,
      batchId: batchId ?? null,
      requestId: provenance.requestId,
      ipAddress: provenance.ipAddress ?? null,
      userAgent: provenance.userAgent?.slice(0, 512) ?? null,
    }),
  );
  const [data, ...others] = entries;
  // Prisma compiles a createMany anew each time, which takes longer than the insertion itself.
  if (data && others.length === 0) await tx.auditEntry.create({ data, select: { id: true } });
  else await tx.auditEntry.createMany({ data: entries });
}

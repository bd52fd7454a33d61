import { isDeepStrictEqual } from 'node:util';

import { v7 as uuidv7 } from 'uuid';

import type { AuditAction, AuditEvent, AuditTarget } from '../audit/events.js';
import { record, recordAll, type Provenance } from '../audit/record.js';
import { identityOf, reauthenticate, reread, type Unauthenticated } from '../authn/authenticate.js';
import type { Allow, Denial } from '../authz/decide.js';
import type { Principal } from '../authz/principal.js';
import { isConflict } from '../db/conflicts.js';
import { closeGate } from '../db/gate.js';
import type { Db, Tx } from '../db/scoped.js';
import { DomainError, unauthenticated } from '../errors.js';

const MOST_TRIES = 4;

/** One mutation under way: its transaction, on whose behalf, and its entry in the audit log. */
export interface Change {
  readonly tx: Tx;
  readonly principal: Principal;
  readonly now: Date;
  /** Writes the one audit entry that the transaction must not commit without. */
  readonly record: (event: Omit<AuditEvent, 'action' | 'via' | 'grantId'>) => Promise<void>;
  /** Has something done when the transaction is committed, and not otherwise. */
  readonly afterCommit: (task: () => void) => void;
  /** What the entries of the change have in common, if it has several. */
  readonly batch: () => string;
  /** Writes entries of the steps that the change consists of; they share a batch with its own entry. */
  readonly recordSteps: (steps: readonly Step[]) => Promise<void>;
}

export type Step = Pick<AuditEvent, 'action' | 'target' | 'before' | 'after'>;

/** Who asks, outside a mutation, and what lets them if they act as somebody else. */
export interface Requester {
  readonly db: Db;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly grantId?: string | undefined;
}

/** A change as its rule sees it: what it is about and what allowed it go into its entry. */
export interface RuledChange extends Change {
  aim(target: AuditTarget): void;
  allow(decision: Pick<Allow, 'via'>): void;
  /** What lets the actor act as the subject, also where the subject may not. */
  actBy(grantId: string): void;
}

/** A mutation that is to be run. */
interface Request {
  readonly db: Db;
  readonly provenance: Provenance;
  readonly principal: Principal;
  readonly now: Date;
  /** How long it may take, in milliseconds; 15 seconds unless told. */
  readonly longest?: number | undefined;
  /** Whether it changes what people may do: then it is the only one of the account to do so. */
  readonly changesRights?: boolean | undefined;
}

/**
 * Runs a mutation as one transaction that holds the principal's rights, decided anew under that lock, and
 * commits with exactly one audit entry. One that takes long holds them at its end only, so that nobody waits to take
 * them away; if somebody did, nothing was done. What is refused or fails is rolled back and leaves an entry that says so.
 * Throws CONFLICT when it lost against others time and again.
 */
export async function transact<T>(
  request: Request,
  action: AuditAction,
  run: (change: RuledChange) => PromiseLike<T> | T,
): Promise<T> {
  const { db, provenance, principal, now, longest, changesRights } = request;
  let target: AuditTarget | undefined;
  let grantId: string | undefined;
  let tasks: (() => void)[] = [];
  const attempt = () =>
    db.$transaction(
      async (tx) => {
        const known = await begin(tx, request);
        const lasting = longest !== undefined && (await lastingRights(tx, known));
        let entries = 0;
        tasks = [];
        let batchId: string | undefined;
        const batch = () => (batchId ??= uuidv7());
        let allowed: Pick<Allow, 'via'> | undefined;
        const result = await run({
          tx,
          principal: known,
          now,
          aim: (aimedAt) => void (target = aimedAt),
          allow: (decision) =>
            void (allowed = allowed?.via === 'SUPER_ADMIN_OVERRIDE' ? allowed : decision),
          actBy: (id) => void (grantId ??= id),
          afterCommit: (task) => void tasks.push(task),
          record: async (event) => {
            entries += 1;
            const via = allowed?.via;
            await record(tx, known, provenance, {
              target,
              batchId,
              ...event,
              action,
              via,
              grantId,
            });
          },
          batch,
          recordSteps: async (steps) => {
            if (steps.length === 0) return;
            const shared = { via: allowed?.via, grantId, batchId: batch() };
            await recordAll(
              tx,
              known,
              provenance,
              steps.map((step) => ({ ...step, ...shared })),
            );
          },
        });
        if (entries !== 1) throw new Error(`${action} wrote ${entries} audit entries, not one.`);
        if (lasting) {
          const then = await rightsNow(tx, principal, now, reauthenticate);
          // Whoever changes rights is the only one, and may have lost some by what they did.
          if (!changesRights) assertSame(lasting, await lastingRights(tx, then));
        }
        return result;
      },
      longest === undefined ? undefined : { timeout: longest },
    );
  const result = await noting(
    request,
    action,
    () => retrying(attempt),
    () => ({ target, grantId }),
  );
  for (const task of tasks) task();
  return result;
}

/**
 * Decides whether a mutation would be allowed, just as the mutation does, and undoes all that this did: `decide` always
 * throws, what refuses it or that nothing does. It leaves no entry.
 */
export function rehearse(
  request: Request,
  decide: (change: RuledChange) => unknown,
): Promise<never> {
  const unwanted = () => Promise.reject(new Error('Nothing is kept of a dry run.'));
  return retrying(() =>
    request.db.$transaction(async (tx) => {
      await decide({
        tx,
        principal: await begin(tx, request),
        now: request.now,
        aim: () => undefined,
        allow: () => undefined,
        actBy: () => undefined,
        afterCommit: () => undefined,
        record: unwanted,
        batch: () => uuidv7(),
        recordSteps: unwanted,
      });
      throw new Error('A dry run ends with its rule.');
    }),
  );
}

/** The principal with the rights that the transaction holds from its beginning. */
async function begin(
  tx: Tx,
  { principal, now, longest, changesRights }: Request,
): Promise<Principal> {
  // Two who take each other's rights would wait for each other, each holding their own.
  if (changesRights) await closeGate(tx, `rights of ${principal.accountId}`);
  return rightsNow(tx, principal, now, longest === undefined ? reauthenticate : reread);
}

const noted = new WeakSet<Error>();

/** Runs something that somebody may be refused, and leaves an entry of that: one, however often it is noted. */
export async function noting<T>(
  { db, principal, provenance }: Requester,
  action: AuditAction,
  run: () => Promise<T>,
  about: () => Pick<AuditEvent, 'target' | 'grantId'> = () => ({}),
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const known = error instanceof Error ? error : new Error(String(error));
    if (!noted.has(known)) {
      noted.add(known);
      await record(db, principal, provenance, { action, ...about() }, failureOf(error));
    }
    throw error;
  }
}

async function rightsNow(
  tx: Tx,
  principal: Principal,
  now: Date,
  read: typeof reauthenticate,
): Promise<Principal> {
  const found = await read(tx, identityOf(principal), now);
  if (typeof found === 'string') throw unauthenticated(found satisfies Unauthenticated);
  return found.principal;
}

/** What was decided at the beginning of something long holds at its end. Throws CONFLICT. */
function assertSame(before: object, after: object): void {
  if (isDeepStrictEqual(before, after)) return;
  throw new DomainError(
    'CONFLICT',
    'Your rights changed while this was under way, so nothing was done. Read it again and retry.',
  );
}

/** What others may have taken away: all but what the lock of the flow keeps, which the change itself may end. */
async function lastingRights(
  tx: Tx,
  { own, permissions, restriction, acting, subject }: Principal,
) {
  const groups = await tx.groupMember.findMany({
    where: { userId: subject.id },
    select: { groupId: true },
    orderBy: { groupId: 'asc' },
  });
  return {
    groups,
    permissions,
    restriction,
    // Whoever is acted as may be out of reach in the end: the grant that reached them goes with its flow.
    ...(acting ? { shared: acting.shared, isActive: acting.isActive } : { own }),
  };
}

/** Two transactions that locked each other out are both right: the one that the database stopped goes again. */
export async function retrying<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (tries === MOST_TRIES) {
        throw new DomainError(
          'CONFLICT',
          'Others changed the same thing at the same moment. Read it again and retry.',
        );
      }
    }
  }
}

function failureOf(error: unknown) {
  if (!(error instanceof DomainError)) return { outcome: 'FAILED', code: 'INTERNAL' } as const;
  const denial = error.extensions['denial'] as Denial | undefined;
  return { outcome: 'REFUSED', code: error.code, denial } as const;
}

import { v7 as uuidv7 } from 'uuid';

import { record as recordAlone, type Provenance } from '../audit/record.js';
import { isPassword } from '../authn/password.js';
import { mintToken, PEPPER_VERSION } from '../authn/token.js';
import type { System } from '../context.js';
import { closeGate } from '../db/gate.js';
import type { Prisma } from '../db/generated/client.js';
import { scopeToAccount } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import { goodSessions, visibleSessions } from './visibility.js';

interface SignIn {
  readonly email: string;
  readonly password: string;
  /** The account's slug; needed where the address belongs to several. */
  readonly account?: string | null | undefined;
  readonly transport: 'COOKIE' | 'BEARER';
}

/**
 * Starts a session. Whoever may not sign in gets one answer at one cost, whatever the reason.
 * Throws SIGN_IN_FAILED, TOO_MANY_ATTEMPTS, OVERLOADED.
 */
export async function signIn(system: System, provenance: Provenance, input: SignIn) {
  const { client, attempts } = system;
  const email = input.email.trim().toLowerCase();
  const slug = input.account?.trim().toLowerCase();
  const address = provenance.ipAddress ?? 'unknown';
  const found = await client.user.findMany({
    where: { email, removedAt: null, ...(slug !== undefined && { account: { slug } }) },
    select: { id: true, accountId: true, status: true, passwordHash: true },
    take: 2,
  });
  const user = found.length === 1 ? found[0] : undefined;
  try {
    await attempts.count(email, address);
    const right = await isPassword(input.password, user?.passwordHash);
    const session =
      user && right && user.status === 'ACTIVE'
        ? await startSession(system, provenance, user, input.transport)
        : undefined;
    if (!session) {
      throw new DomainError(
        'SIGN_IN_FAILED',
        'The e-mail or password is wrong, or you may not sign in. If you belong to several accounts, name the account.',
      );
    }
    await attempts.forget(email, address);
    return session;
  } catch (error) {
    if (error instanceof DomainError) {
      const who = { accountId: user?.accountId ?? null, subjectId: user?.id };
      const failure = { outcome: 'REFUSED', code: error.code } as const;
      await recordAlone(client, who, provenance, { action: 'session.started' }, failure);
    }
    throw error;
  }
}

/** Nothing if the person was suspended, removed or given another password a moment ago. */
async function startSession(
  { client, pepper, sessionHours, now }: System,
  provenance: Provenance,
  user: { readonly id: string; readonly accountId: string; readonly passwordHash: string | null },
  transport: SignIn['transport'],
) {
  const { accountId, passwordHash } = user;
  const id = uuidv7();
  const signedInAt = now();
  const expiresAt = new Date(signedInAt.getTime() + sessionHours * 3_600_000);
  const { token, secretHash } = mintToken('session', id, pepper);
  const started = await scopeToAccount(client, accountId).$transaction(async (tx) => {
    const { count } = await tx.user.updateMany({
      where: { id: user.id, status: 'ACTIVE', removedAt: null, passwordHash },
      data: { lastSignedInAt: signedInAt },
    });
    if (count === 0) return false;
    await tx.session.create({
      data: {
        id,
        accountId,
        userId: user.id,
        secretHash,
        pepperVersion: PEPPER_VERSION,
        transport,
        signedInAt,
        lastSeenAt: signedInAt,
        expiresAt,
        ipAddress: provenance.ipAddress ?? null,
        userAgent: provenance.userAgent?.slice(0, 512) ?? null,
      },
    });
    const who = { accountId, subjectId: user.id };
    await recordAlone(tx, who, provenance, {
      action: 'session.started',
      target: { type: 'Session', id },
      after: { transport },
    });
    return true;
  });
  return started ? { token, expiresAt, userId: user.id } : undefined;
}

/** Ends the session that the request came with. */
export async function signOut({ tx, principal, now, record }: Change): Promise<string> {
  const { id } = principal.credential;
  await tx.session.update({ where: { id }, data: { endedAt: now } });
  await record({ target: { type: 'Session', id } });
  return id;
}

/** Whose session it is that the principal can see. Throws NOT_FOUND. */
export async function ownerOfSession({ tx, principal, now }: Change, id: string): Promise<string> {
  const session = await tx.session.findFirst({
    where: { AND: [{ id }, visibleSessions(principal, now)] },
    select: { userId: true },
  });
  if (!session) throw notFound();
  return session.userId;
}

/** Ends a session that is still good; after the answer nothing is done with it. Throws NOT_FOUND. */
export async function revokeSession(change: Change, id: string): Promise<void> {
  const { tx, now, record } = change;
  await closeGate(tx, id);
  const userId = await ownerOfSession(change, id);
  await tx.session.update({ where: { id }, data: { endedAt: now } });
  await record({ target: { type: 'Session', id }, before: { userId } });
}

/** Ends the sessions of a person, but for the one that the request came with; how many. */
export async function revokeSessions(change: Change, userId: string): Promise<number> {
  const { tx, principal, now, record } = change;
  await closeGate(tx, userId);
  const others = { userId, NOT: { id: principal.credential.id } };
  const sessions = await endSessions(change, {
    AND: [others, visibleSessions(principal, now)],
  });
  await record({ target: { type: 'User', id: userId }, after: { sessions } });
  return sessions;
}

/** Ends those of these sessions that are still good; how many. */
export async function endSessions(
  { tx, now }: Pick<Change, 'tx' | 'now'>,
  sessions: Prisma.SessionWhereInput,
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { AND: [sessions, goodSessions(now)] },
    data: { endedAt: now },
  });
  return count;
}

/** Notes that a session is in use, at most once a minute. */
export async function touchSession(
  { client, now }: System,
  id: string,
  lastSeenAt: Date,
): Promise<void> {
  const at = now();
  if (at.getTime() - lastSeenAt.getTime() < 60_000) return;
  await client.session.updateMany({ where: { id, lastSeenAt }, data: { lastSeenAt: at } });
}

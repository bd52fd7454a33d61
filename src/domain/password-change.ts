import { assertStrong } from '../authn/password-strength.js';
import { hashPassword, isPassword } from '../authn/password.js';
import type { System } from '../context.js';
import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import { transact, type Requester } from './change.js';
import { holdUser, voidResets } from './user.js';

interface Passwords {
  readonly currentPassword: string;
  readonly newPassword: string;
}

/**
 * Gives the person of a session another password, and ends their other sessions. Throws WRONG_PASSWORD, INVALID_INPUT
 * for a weak one, TOO_MANY_ATTEMPTS, OVERLOADED, CONFLICT.
 */
export async function changePassword(
  { attempts, now }: Pick<System, 'attempts' | 'now'>,
  request: Requester,
  { currentPassword, newPassword }: Passwords,
): Promise<void> {
  const { db, principal, provenance } = request;
  const { id } = principal.subject;
  const address = provenance.ipAddress ?? 'unknown';
  await attempts.count(`password of ${id}`, address);
  const before = await db.user.findUniqueOrThrow({
    where: { id },
    select: { email: true, passwordHash: true },
  });
  if (!(await isPassword(currentPassword, before.passwordHash))) {
    throw new DomainError('WRONG_PASSWORD', 'This is not your current password.');
  }
  await assertStrong(newPassword, before.email, ['input', 'newPassword']);
  const passwordHash = await hashPassword(newPassword);
  await transact({ ...request, now: now() }, 'password.changed', async (change) => {
    const { tx, principal: known, now: at, record } = change;
    await holdUser(tx, id);
    const { count } = await tx.user.updateMany({
      where: { id, passwordHash: before.passwordHash },
      data: { passwordHash },
    });
    if (count === 0) throw new DomainError('CONFLICT', 'Your password was changed a moment ago.');
    await endSessions(tx, id, at, known.credential.id);
    await voidResets(tx, id, at);
    await record({ target: { type: 'User', id } });
  });
  await attempts.forget(`password of ${id}`, address);
}

/** Ends the sessions of a person, all of them or all but one. */
export async function endSessions(tx: Tx, userId: string, now: Date, but?: string): Promise<void> {
  await tx.session.updateMany({
    where: { userId, endedAt: null, ...(but !== undefined && { id: { not: but } }) },
    data: { endedAt: now },
  });
}

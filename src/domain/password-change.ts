import { assertStrong } from '../authn/password-strength.js';
import { hashPassword, isPassword } from '../authn/password.js';
import type { System } from '../context.js';
import { DomainError } from '../errors.js';
import { transact, type Requester } from './change.js';
import { endAccess, holdUser } from './user.js';

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
    const { tx, record } = change;
    await holdUser(tx, id);
    const { count } = await tx.user.updateMany({
      where: { id, passwordHash: before.passwordHash },
      data: { passwordHash },
    });
    if (count === 0) throw new DomainError('CONFLICT', 'Your password was changed a moment ago.');
    await endAccess(change, id, principal.credential.id);
    await record({ target: { type: 'User', id } });
  });
  await attempts.forget(`password of ${id}`, address);
}

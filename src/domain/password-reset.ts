import { v7 as uuidv7 } from 'uuid';

import { record, type Provenance } from '../audit/record.js';
import { assertStrong } from '../authn/password-strength.js';
import { hashPassword } from '../authn/password.js';
import { mintToken, PEPPER_VERSION } from '../authn/token.js';
import type { Context, System } from '../context.js';
import { closeGate } from '../db/gate.js';
import { scopeToAccount, type Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import { passwordResetMail } from '../mail/templates.js';
import { retrying } from './change.js';
import { followLink, invalidLink } from './link.js';
import { endAccess, voidResets } from './user.js';

/** So long a link is good. */
export const RESET_MINUTES = 30;

/** Asking counts like so many attempts to sign in, because each sends a mail. */
const WEIGHT = 3;

/** In more accounts than that nobody is. */
const MOST_ACCOUNTS = 10;

interface Asked {
  readonly email: string;
  /** The account's slug; unless given, each account where the address belongs to somebody. */
  readonly account?: string | null | undefined;
}

/**
 * Notes that somebody wants another password. Whether there is such a person is looked up when the answer is out, so
 * that nothing in it tells. Throws TOO_MANY_ATTEMPTS.
 */
export async function requestPasswordReset(
  { system, provenance, afterwards }: Pick<Context, 'system' | 'provenance' | 'afterwards'>,
  asked: Asked,
): Promise<void> {
  const email = asked.email.trim().toLowerCase();
  const slug = asked.account?.trim().toLowerCase();
  await system.attempts.count(
    `password reset of ${email}`,
    provenance.ipAddress ?? 'unknown',
    WEIGHT,
  );
  afterwards.push(() => sendResets(system, provenance, email, slug));
}

async function sendResets(
  system: System,
  provenance: Provenance,
  email: string,
  slug: string | undefined,
): Promise<void> {
  const people = await system.client.user.findMany({
    where: { email, removedAt: null, ...(slug !== undefined && { account: { slug } }) },
    select: { id: true, accountId: true, status: true, emailVerifiedAt: true },
    take: MOST_ACCOUNTS,
  });
  if (people.length === 0) await noteRefusal(system, provenance, { accountId: null });
  for (const { id, accountId, status, emailVerifiedAt } of people) {
    const who = { accountId, subjectId: id };
    await (status === 'ACTIVE' && emailVerifiedAt
      ? retrying(() => sendReset(system, provenance, who))
      : noteRefusal(system, provenance, who));
  }
}

interface Who {
  readonly accountId: string | null;
  readonly subjectId?: string;
}

function noteRefusal({ client }: System, provenance: Provenance, who: Who): Promise<void> {
  const failure = { outcome: 'REFUSED', code: 'NOT_FOUND' } as const;
  return record(client, who, provenance, { action: 'password.resetRequested' }, failure);
}

/** Makes a link that replaces every other, and sends it once that is certain. */
async function sendReset(
  { client, pepper, now, issuer, mailer }: System,
  provenance: Provenance,
  who: { readonly accountId: string; readonly subjectId: string },
): Promise<void> {
  const { accountId, subjectId: userId } = who;
  const id = uuidv7();
  const { token, secretHash } = mintToken('passwordReset', id, pepper);
  const createdAt = now();
  const message = await scopeToAccount(client, accountId).$transaction(async (tx) => {
    const user = await holdActive(tx, userId);
    if (!user) return undefined;
    await voidResets(tx, userId, createdAt);
    const expiresAt = new Date(createdAt.getTime() + RESET_MINUTES * 60_000);
    const kept = { secretHash, pepperVersion: PEPPER_VERSION, createdAt, expiresAt };
    await tx.passwordReset.create({ data: { id, accountId, userId, ...kept } });
    const target = { type: 'User', id: userId } as const;
    await record(tx, who, provenance, { action: 'password.resetRequested', target });
    const { email, account } = user;
    return passwordResetMail(
      { email, accountName: account.name, token, minutes: RESET_MINUTES },
      issuer,
    );
  });
  if (message) mailer.post(message);
}

/** A person who may sign in, held against everybody who changes them. */
async function holdActive(tx: Tx, id: string) {
  await closeGate(tx, id);
  return tx.user.findFirst({
    where: { id, status: 'ACTIVE', removedAt: null, emailVerifiedAt: { not: null } },
    select: { email: true, account: { select: { name: true } } },
  });
}

/**
 * Gives whoever has the link another password, ends all their sessions, and makes every link void. Throws INVALID_LINK,
 * INVALID_INPUT for a weak one, TOO_MANY_ATTEMPTS, OVERLOADED.
 */
export async function resetPassword(
  system: System,
  provenance: Provenance,
  { token, newPassword }: { readonly token: string; readonly newPassword: string },
): Promise<void> {
  const { client, attempts } = system;
  const address = provenance.ipAddress ?? 'unknown';
  const reset = await findOpenReset(system, token);
  try {
    await attempts.count(token, address);
    if (!reset) throw invalidLink();
    await assertStrong(newPassword, reset.user.email, ['input', 'newPassword']);
    const passwordHash = await hashPassword(newPassword);
    await retrying(() => applyReset(system, provenance, reset, passwordHash));
    await attempts.forget(token, address);
  } catch (error) {
    if (error instanceof DomainError) {
      const who = { accountId: reset?.accountId ?? null, subjectId: reset?.userId };
      const failure = { outcome: 'REFUSED', code: error.code } as const;
      await record(client, who, provenance, { action: 'password.reset' }, failure);
    }
    throw error;
  }
}

async function findOpenReset(system: System, token: string) {
  const found = await followLink(system, 'passwordReset', token, (id) =>
    system.client.passwordReset.findUnique({
      where: { id },
      include: { user: { select: { email: true } } },
    }),
  );
  return found && !found.closedAt && found.expiresAt > system.now() ? found : undefined;
}

function applyReset(
  { client, now: clock }: System,
  provenance: Provenance,
  {
    id,
    accountId,
    userId,
  }: { readonly id: string; readonly accountId: string; readonly userId: string },
  passwordHash: string,
): Promise<void> {
  return scopeToAccount(client, accountId).$transaction(async (tx) => {
    const now = clock();
    const user = await holdActive(tx, userId);
    const open = { id, closedAt: null, expiresAt: { gt: now } };
    if (!user || !(await tx.passwordReset.findFirst({ where: open }))) throw invalidLink();
    await tx.user.update({ where: { id: userId }, data: { passwordHash } });
    await endAccess({ tx, now }, userId);
    const target = { type: 'User', id: userId } as const;
    const who = { accountId, subjectId: userId };
    await record(tx, who, provenance, { action: 'password.reset', target });
  });
}

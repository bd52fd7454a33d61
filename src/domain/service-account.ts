import { closeGate } from '../db/gate.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import { tombstoneKeys } from './access-key.js';
import type { Change } from './change.js';
import { nameKey, uniquelyNamed } from './directory.js';
import { takePlace } from './places.js';
import { visibleServiceAccounts } from './visibility.js';

/** So many service accounts an account can have. */
const MOST_SERVICE_ACCOUNTS = 25;

const DAYS_IN_USE = 30;

/** Before the number that tells it from others. */
const LONGEST_HANDLE = 60;

interface Design {
  readonly name: string;
  readonly purpose: string;
}

/** Makes a service account with a handle of its own. Throws DUPLICATE_NAME, LIMIT_REACHED. */
export async function createServiceAccount(
  { tx, principal, record }: Change,
  { name, purpose }: Design,
): Promise<string> {
  const { accountId, subject } = principal;
  const slot = await takePlace(tx, {
    gate: accountId,
    limit: MOST_SERVICE_ACCOUNTS,
    taken: () => tx.serviceAccount.findMany({ where: { deletedAt: null }, select: { slot: true } }),
    message: `An account has at most ${MOST_SERVICE_ACCOUNTS} service accounts. Delete one that is not in use.`,
  });
  const handle = await freeHandle(tx, name);
  const data = { accountId, slot, name, nameKey: nameKey(name), handle, purpose };
  const { id } = await uniquelyNamed(
    'service account',
    tx.serviceAccount.create({ data: { ...data, createdById: subject.id }, select: { id: true } }),
  );
  await record({ target: { type: 'ServiceAccount', id }, after: { name, handle, purpose } });
  return id;
}

/** A handle that none has had before, not even a deleted one: made of the letters and digits of the name. */
async function freeHandle(tx: Tx, name: string): Promise<string> {
  // Marks belong to their letters: scripts of India write their vowels as such.
  const words = nameKey(name).match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? ['program'];
  // Cut between characters, because no database keeps half of one.
  const handle = `sa:${Array.from(words.join('-')).slice(0, LONGEST_HANDLE).join('').replace(/-$/, '')}`;
  const taken = await tx.serviceAccount.findMany({
    where: { handle: { startsWith: handle.replaceAll(/[\\%_]/g, String.raw`\$&`) } },
    select: { handle: true },
  });
  const handles = new Set(taken.map((each) => each.handle));
  if (!handles.has(handle)) return handle;
  let number = 2;
  while (handles.has(`${handle}-${number}`)) number += 1;
  return `${handle}-${number}`;
}

/** Changes what is given and keeps the rest; the handle stays. Throws NOT_FOUND, DUPLICATE_NAME. */
export async function updateServiceAccount(
  change: Change,
  id: string,
  { name, purpose }: Partial<Design>,
): Promise<void> {
  const { tx, record } = change;
  const before = await holdServiceAccount(change, id);
  const data = {
    ...(name !== undefined && { name, nameKey: nameKey(name) }),
    ...(purpose !== undefined && { purpose }),
  };
  const after = await uniquelyNamed(
    'service account',
    tx.serviceAccount.update({ where: { id }, data, select: { name: true, purpose: true } }),
  );
  await record({
    target: { type: 'ServiceAccount', id },
    before: { name: before.name, purpose: before.purpose },
    after,
  });
}

/** From now on, or until it is enabled again, no key of it signs anybody in. Throws NOT_FOUND. */
export async function setServiceAccountEnabled(
  change: Change,
  id: string,
  enabled: boolean,
): Promise<void> {
  const { tx, now, record } = change;
  const { disabledAt } = await holdServiceAccount(change, id);
  const at = enabled ? null : (disabledAt ?? now);
  await tx.serviceAccount.update({ where: { id }, data: { disabledAt: at } });
  await record({
    target: { type: 'ServiceAccount', id },
    before: { enabled: disabledAt === null },
    after: { enabled },
  });
}

/** What would stop working without a service account. */
export interface ServiceAccountUse {
  /** Keys that sign it in now. */
  readonly activeKeys: number;
  readonly keysUsedLately: number;
  readonly memberships: number;
  readonly impersonationGrants: number;
  /** Flows of which nobody else is an active Admin or Owner. */
  readonly flowsItAloneAdministers: number;
}

/** Counts what depends on each of these service accounts, with one statement. */
export async function usesOf(
  reader: Pick<Tx, '$queryRaw'>,
  accountId: string,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, ServiceAccountUse>> {
  const since = new Date(now.getTime() - DAYS_IN_USE * 86_400_000);
  const rows = await reader.$queryRaw<(ServiceAccountUse & { id: string })[]>`
    SELECT s.id, k."activeKeys", k."keysUsedLately", m.memberships, m."flowsItAloneAdministers", g."impersonationGrants"
    FROM service_account s
    CROSS JOIN LATERAL (
      SELECT (count(*) FILTER (WHERE is_active AND (expires_at IS NULL OR expires_at > ${now}::timestamptz)))::int
               AS "activeKeys",
             (count(*) FILTER (WHERE last_used_at > ${since}::timestamptz))::int AS "keysUsedLately"
      FROM access_key WHERE service_account_id = s.id AND deleted_at IS NULL) k
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS memberships,
             (count(*) FILTER (WHERE m.role IN ('ADMIN', 'OWNER') AND NOT EXISTS (
                SELECT 1 FROM active_admin a WHERE a.flow_id = m.flow_id AND a.member_id <> m.id)))::int
               AS "flowsItAloneAdministers"
      FROM flow_member m WHERE m.service_account_id = s.id) m
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS "impersonationGrants" FROM impersonation_grant
      WHERE service_account_id = s.id AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > ${now}::timestamptz)) g
    WHERE s.account_id = ${accountId}::uuid AND s.id = ANY(${ids}::uuid[])`;
  return new Map(rows.map(({ id, ...use }) => [id, use]));
}

const DORMANT_AFTER_DAYS = 30;

/** Since when each of these service accounts has used no key, if that is a month or more; with one statement. */
export async function dormantSince(
  reader: Pick<Tx, '$queryRaw'>,
  accountId: string,
  ids: readonly string[],
  now: Date,
): Promise<Map<string, Date>> {
  const before = new Date(now.getTime() - DORMANT_AFTER_DAYS * 86_400_000);
  const rows = await reader.$queryRaw<{ id: string; since: Date }[]>`
    SELECT s.id, coalesce(max(k.last_used_at), s.created_at) AS since
    FROM service_account s LEFT JOIN access_key k ON k.service_account_id = s.id
    WHERE s.account_id = ${accountId}::uuid AND s.id = ANY(${ids}::uuid[])
    GROUP BY s.id HAVING coalesce(max(k.last_used_at), s.created_at) <= ${before}::timestamptz`;
  return new Map(rows.map(({ id, since }) => [id, since]));
}

/**
 * Deletes a service account with its keys, memberships and grants; what it made and did stays, under its name.
 * Throws NOT_FOUND, and NAME_MISMATCH, which says what would stop, unless its name was typed exactly.
 */
export async function deleteServiceAccount(
  change: Change,
  id: string,
  typedName: string,
): Promise<ServiceAccountUse> {
  const { tx, principal, now, record } = change;
  const { name, handle, purpose } = await holdServiceAccount(change, id);
  const use = (await usesOf(tx, principal.accountId, [id], now)).get(id);
  if (!use) throw notFound();
  if (name !== typedName) {
    throw new DomainError(
      'NAME_MISMATCH',
      'Type the name of the service account exactly as it is to delete it. What stops then is in `extensions.use`.',
      { use },
    );
  }
  await tombstoneKeys(change, { serviceAccountId: id });
  await tx.serviceAccount.update({ where: { id }, data: { deletedAt: now, slot: null } });
  await tx.impersonationGrant.updateMany({
    where: { serviceAccountId: id, revokedAt: null },
    data: { revokedAt: now, revokedById: principal.subject.id },
  });
  await tx.flowMember.deleteMany({ where: { serviceAccountId: id } });
  await record({
    target: { type: 'ServiceAccount', id },
    before: { name, handle, purpose },
    after: { ...use },
  });
  return use;
}

/** Finds one, and keeps others from using, changing or deleting it, and from making keys for it, meanwhile. Throws NOT_FOUND. */
async function holdServiceAccount({ tx, principal }: Change, id: string) {
  await closeGate(tx, id);
  // What one may not see, one does not change either.
  const where = { AND: [{ id }, visibleServiceAccounts(principal)] };
  const found = await tx.serviceAccount.findFirst({ where });
  if (!found) throw notFound();
  return found;
}

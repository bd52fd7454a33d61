import { v7 as uuidv7 } from 'uuid';

import { mintToken, PEPPER_VERSION, publicPart } from '../authn/token.js';
import { isPermission } from '../authz/permissions.js';
import type { Credential } from '../authz/principal.js';
import type { System } from '../context.js';
import type { Prisma } from '../db/generated/client.js';
import type { AccessKeyModel } from '../db/generated/models.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import type { Change } from './change.js';
import { takePlace } from './places.js';
import { visibleServiceAccounts } from './visibility.js';

/** So many keys a service account or a person can have, whatever their state. */
const MOST_KEYS = 50;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OLD_AFTER_DAYS = 90;
const EXPIRES_SOON_DAYS = 14;
const TOUCH_EVERY = 60_000;

/** Whose key it is: the two kinds work alike. */
export type Holder = { readonly serviceAccountId: string } | { readonly userId: string };

interface Design {
  readonly name: string;
  /** Null: it does not expire. */
  readonly expiresAt?: Date | null | undefined;
  /** All that it may be used for; null: whatever its holder may do. */
  readonly permissions?: readonly string[] | null | undefined;
}

/** A new key: its text is shown once. */
export interface MintedKey {
  readonly id: string;
  /** All of it, as a Bearer credential. */
  readonly key: string;
  /** What of it is secret: the password of HTTP Basic. */
  readonly secret: string;
}

/** What of a key is no secret: the user name of HTTP Basic. */
export function keyIdOf({ id, userId }: Pick<AccessKeyModel, 'id' | 'userId'>): string {
  return publicPart(userId === null ? 'accessKey' : 'apiKey', id);
}

/** Makes a key for a service account or for the subject. Throws NOT_FOUND, INVALID_INPUT, LIMIT_REACHED. */
export async function createKey(
  change: Change,
  { pepper }: Pick<System, 'pepper'>,
  holder: Holder,
  { name, expiresAt, permissions }: Design,
): Promise<MintedKey> {
  const design = {
    name,
    expiresAt: inFuture(expiresAt ?? null, change.now),
    permissions: known(permissions),
  };
  // For what one may not see, one makes no key either.
  await assertHolder(change.tx, holder, visibleServiceAccounts(change.principal));
  const minted = await insertKey(change, pepper, holder, design);
  await change.record({ target: targetOf(minted.id), after: describe(holder, design) });
  return minted;
}

async function assertHolder(tx: Tx, holder: Holder, seen: Prisma.ServiceAccountWhereInput) {
  if ('userId' in holder) return;
  const found = await tx.serviceAccount.findFirst({
    where: { AND: [{ id: holder.serviceAccountId }, seen] },
    select: { id: true },
  });
  if (!found) throw notFound();
}

type Complete = Pick<AccessKeyModel, 'name' | 'expiresAt' | 'permissions'>;

async function insertKey(
  { tx, principal, now }: Change,
  pepper: string,
  holder: Holder,
  design: Complete,
): Promise<MintedKey> {
  const slot = await takePlace(tx, {
    // Whoever makes a key of their own shares the gate of their person already.
    gate: 'userId' in holder ? `keys of ${holder.userId}` : holder.serviceAccountId,
    limit: MOST_KEYS,
    taken: () =>
      tx.accessKey.findMany({ where: { ...holder, deletedAt: null }, select: { slot: true } }),
    message: `There are at most ${MOST_KEYS} keys, active or not. Delete one that is not in use.`,
  });
  // Whoever deletes the holder waits for the place, too.
  await assertHolder(tx, holder, { deletedAt: null });
  const id = uuidv7();
  const kind = 'userId' in holder ? 'apiKey' : 'accessKey';
  const { token: key, secretHash } = mintToken(kind, id, pepper);
  await tx.accessKey.create({
    data: {
      ...design,
      ...holder,
      id,
      slot,
      accountId: principal.accountId,
      secretHash,
      pepperVersion: PEPPER_VERSION,
      createdById: principal.subject.id,
      createdAt: now,
    },
  });
  return { id, key, secret: key.slice(publicPart(kind, id).length + 1) };
}

/** Gives a key another name. Throws NOT_FOUND. */
export async function renameKey(change: Change, holder: Where, id: string, name: string) {
  const { tx, record } = change;
  const before = await getKey(tx, holder, id);
  await tx.accessKey.update({ where: { id }, data: { name } });
  await record({ target: targetOf(id), before: { name: before.name }, after: { name } });
}

/** Turns a key on or off. Throws NOT_FOUND. */
export async function setKeyActive(change: Change, holder: Where, id: string, isActive: boolean) {
  const { tx, record } = change;
  const before = await getKey(tx, holder, id);
  await tx.accessKey.update({ where: { id }, data: { isActive } });
  await record({
    target: targetOf(id),
    before: { name: before.name, isActive: before.isActive },
    after: { isActive },
  });
}

interface Rotation {
  /** How long the old key still signs in beside its successor. */
  readonly overlapHours: number;
  readonly expiresAt?: Date | null | undefined;
}

/**
 * Makes the successor of a key, with its name and permissions and, unless told, as long a life; the old one ends with
 * the overlap. Throws NOT_FOUND, CONFLICT if it has one already, INVALID_INPUT, LIMIT_REACHED.
 */
export async function rotateKey(
  change: Change,
  { pepper }: Pick<System, 'pepper'>,
  where: Where,
  id: string,
  { overlapHours, expiresAt }: Rotation,
): Promise<MintedKey> {
  const { tx, now, record } = change;
  const old = await getKey(tx, where, id);
  if (old.successorId) {
    throw new DomainError('CONFLICT', 'This key has a successor already. Rotate that one.');
  }
  const life = old.expiresAt && new Date(now.getTime() + +old.expiresAt - +old.createdAt);
  const { name, permissions } = old;
  const ends = expiresAt === undefined ? life : inFuture(expiresAt, now);
  const minted = await insertKey(change, pepper, holderOf(old), {
    name,
    permissions,
    expiresAt: ends,
  });
  const over = new Date(now.getTime() + overlapHours * HOUR);
  const until = old.expiresAt && old.expiresAt < over ? old.expiresAt : over;
  await tx.accessKey.update({
    where: { id },
    data: { expiresAt: until, successorId: minted.id },
  });
  await record({
    target: targetOf(id),
    before: { name },
    after: { successorId: minted.id, endsAt: until.toISOString() },
  });
  return minted;
}

/** Deletes a key. Throws NOT_FOUND. */
export async function deleteKey(change: Change, holder: Where, id: string): Promise<void> {
  const { tx, record } = change;
  const before = await getKey(tx, holder, id);
  // The key that it took the place of may be rotated again.
  await tx.accessKey.updateMany({ where: { successorId: id }, data: { successorId: null } });
  await tombstoneKeys(change, { id });
  await record({ target: targetOf(id), before: describe(holderOf(before), before) });
}

/** Deletes these keys: their secrets are gone, their places free, and what they did keeps their names. */
export async function tombstoneKeys({ tx, now }: Change, where: Where): Promise<void> {
  await tx.accessKey.updateMany({
    where: { ...where, deletedAt: null },
    data: { deletedAt: now, slot: null, secretHash: null, isActive: false },
  });
}

/** Which keys a mutation may find. */
export type Where = Prisma.AccessKeyWhereInput;

export const OF_PROGRAMS: Where = { serviceAccountId: { not: null } };
/** API keys, whoever they belong to. */
export const OF_ANYBODY: Where = { userId: { not: null } };

async function getKey(tx: Tx, where: Where, id: string): Promise<AccessKeyModel> {
  // Held first, so that of two who change the same key the second sees what the first did.
  await tx.$queryRaw`
    SELECT 1 FROM access_key, pg_advisory_xact_lock(hashtextextended(${id}::text, 0))
    WHERE id = ${id}::uuid FOR NO KEY UPDATE OF access_key`;
  const key = await tx.accessKey.findFirst({ where: { AND: where, id, deletedAt: null } });
  if (!key) throw notFound();
  return key;
}

function holderOf({ serviceAccountId, userId }: AccessKeyModel): Holder {
  if (serviceAccountId !== null) return { serviceAccountId };
  if (userId !== null) return { userId };
  throw new Error('The database holds a key of nobody.');
}

function targetOf(id: string) {
  return { type: 'AccessKey', id } as const;
}

function describe(holder: Holder, { name, expiresAt, permissions }: Complete) {
  return {
    name,
    ...holder,
    expiresAt: expiresAt?.toISOString() ?? null,
    permissions: permissions.length === 0 ? null : permissions.join(' '),
  };
}

function inFuture(expiresAt: Date | null, now: Date): Date | null {
  if (expiresAt === null || expiresAt > now) return expiresAt;
  throw invalidInput([{ path: ['input', 'expiresAt'], message: 'Name a time that is to come.' }]);
}

function known(names: readonly string[] | null | undefined): string[] {
  if (names == null) return [];
  const unknown = names.filter((name) => !isPermission(name));
  if (names.length > 0 && unknown.length === 0) return [...new Set(names)];
  const message =
    unknown.length > 0
      ? `There is no permission ${unknown.slice(0, 5).join(', ')}. Take those that the rules name.`
      : 'Name at least one permission, or leave it out for all that the holder may do.';
  throw invalidInput([{ path: ['input', 'permissions'], message }]);
}

export type KeyStatus = 'ACTIVE' | 'INACTIVE' | 'EXPIRED';

export function statusOf(
  { isActive, expiresAt }: Pick<AccessKeyModel, 'isActive' | 'expiresAt'>,
  now: Date,
): KeyStatus {
  if (expiresAt && expiresAt <= now) return 'EXPIRED';
  return isActive ? 'ACTIVE' : 'INACTIVE';
}

/** How many whole days a key has been in force: since it was made, until it expired. */
export function daysActive(
  { createdAt, expiresAt }: Pick<AccessKeyModel, 'createdAt' | 'expiresAt'>,
  now: Date,
): number {
  const until = expiresAt && expiresAt < now ? expiresAt : now;
  return Math.max(0, Math.floor((+until - +createdAt) / DAY));
}

export type RotationReason = 'CREATOR_LEFT' | 'EXPIRES_SOON' | 'OLD';

/** Why a key had better be rotated, the weightiest reason; null: it need not be, or has been. */
export function rotationReason(
  key: Pick<AccessKeyModel, 'createdAt' | 'expiresAt' | 'isActive' | 'successorId'>,
  creator: { readonly status: string; readonly removedAt: Date | null } | null,
  now: Date,
): RotationReason | null {
  if (key.successorId || statusOf(key, now) === 'EXPIRED') return null;
  if (!creator || creator.removedAt || creator.status !== 'ACTIVE') return 'CREATOR_LEFT';
  const soon = new Date(now.getTime() + EXPIRES_SOON_DAYS * DAY);
  if (key.expiresAt && key.expiresAt < soon) return 'EXPIRES_SOON';
  return now.getTime() - +key.createdAt > OLD_AFTER_DAYS * DAY ? 'OLD' : null;
}

/** Notes that a key is in use and from where, at most once a minute, and never while somebody holds its row. */
export async function touchKey(
  { client, now }: Pick<System, 'client' | 'now'>,
  { id }: Credential,
  lastUsedAt: Date | null,
  address: string | undefined,
): Promise<void> {
  const at = now();
  if (lastUsedAt && at.getTime() - lastUsedAt.getTime() < TOUCH_EVERY) return;
  await client.$executeRaw`
    UPDATE access_key SET last_used_at = ${at}::timestamptz, last_used_from = ${address ?? null}
    WHERE id = (
      SELECT id FROM access_key
      WHERE id = ${id}::uuid AND last_used_at IS NOT DISTINCT FROM ${lastUsedAt}::timestamptz
      FOR NO KEY UPDATE SKIP LOCKED)`;
}

import type { Principal } from '../authz/principal.js';
import { refusingDuplicates } from '../db/conflicts.js';
import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import { encodeId } from './ids.js';
import { visibleGroups } from './visibility.js';

/** Somebody with whom a flow can be shared. */
export interface Grantee {
  readonly kind: 'User' | 'Group' | 'ServiceAccount';
  readonly id: string;
  readonly name: string;
  /** What tells people of one name apart: an address or a handle. */
  readonly detail: string | null;
}

/** More than this and the caller should say more. */
const MOST_CANDIDATES = 10;

/** A name as it is compared: compatibility-normalised, lower case, single spaces. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/gu, ' ').toLowerCase();
}

/** Writes what shares its name with nothing else of its kind. Throws DUPLICATE_NAME. */
export function uniquelyNamed<T>(kind: string, write: PromiseLike<T>): Promise<T> {
  return refusingDuplicates(
    write,
    () => new DomainError('DUPLICATE_NAME', `There is a ${kind} of this name already.`),
  );
}

/**
 * Finds the one active person, group or service account of the account with this name, address or handle.
 * Throws GRANTEE_NOT_FOUND, and AMBIGUOUS_GRANTEE with the candidates, who all are in the caller's directory.
 */
export async function findGrantee(
  tx: Tx,
  principal: Principal,
  nameOrEmail: string,
): Promise<Grantee> {
  const text = nameOrEmail.trim();
  const key = nameKey(text);
  const browses = principal.permissions.has('directory:read');
  const candidates = [
    ...(await findUsers(
      tx,
      text.includes('@') || !browses ? { email: text.toLowerCase() } : { nameKey: key },
    )),
    ...(browses ? await groupsNamed(tx, { nameKey: key }) : []),
    ...(browses ? await findServiceAccounts(tx, { OR: [{ nameKey: key }, { handle: key }] }) : []),
  ];
  const [only, ...others] = candidates;
  if (!only) throw granteeNotFound();
  if (others.length > 0) {
    throw new DomainError(
      'AMBIGUOUS_GRANTEE',
      `${candidates.length} match this name. Choose one of the candidates and pass its id as granteeId.`,
      {
        candidates: candidates.slice(0, MOST_CANDIDATES).map(({ kind, id, name, detail }) => ({
          id: encodeId(kind, id),
          type: kind,
          name,
          detail,
        })),
      },
    );
  }
  return only;
}

/** Finds a grantee by its id. Throws GRANTEE_NOT_FOUND. */
export async function getGrantee(
  tx: Tx,
  { kind, id }: Pick<Grantee, 'kind' | 'id'>,
): Promise<Grantee> {
  const find = { User: findUsers, Group: groupsNamed, ServiceAccount: findServiceAccounts }[kind];
  const [grantee] = await find(tx, { id });
  if (!grantee) throw granteeNotFound();
  return grantee;
}

function granteeNotFound(): DomainError {
  return new DomainError(
    'GRANTEE_NOT_FOUND',
    'No active person, group or service account of this account matches. Check the spelling or use the e-mail address.',
  );
}

/** Those of these groups that the principal can see. */
export async function findGroups(
  tx: Tx,
  principal: Principal | undefined,
  ids: readonly string[],
): Promise<Map<string, { id: string; name: string }>> {
  const groups = await tx.group.findMany({
    where: { AND: [{ id: { in: [...ids] } }, visibleGroups(principal)] },
    select: { id: true, name: true },
  });
  return new Map(groups.map((group) => [group.id, group]));
}

type Where = { id?: string; email?: string; nameKey?: string };

async function findUsers(tx: Tx, where: Where): Promise<Grantee[]> {
  const users = await tx.user.findMany({
    where: { ...where, status: 'ACTIVE', removedAt: null },
    select: { id: true, name: true, email: true },
    orderBy: { id: 'asc' },
    take: MOST_CANDIDATES,
  });
  return users.map(({ id, name, email }) => ({ kind: 'User', id, name, detail: email }));
}

async function groupsNamed(tx: Tx, where: Omit<Where, 'email'>): Promise<Grantee[]> {
  const groups = await tx.group.findMany({
    where,
    select: { id: true, name: true },
    take: MOST_CANDIDATES,
  });
  return groups.map(({ id, name }) => ({ kind: 'Group', id, name, detail: null }));
}

async function findServiceAccounts(
  tx: Tx,
  where: { id: string } | { OR: { nameKey?: string; handle?: string }[] },
): Promise<Grantee[]> {
  const found = await tx.serviceAccount.findMany({
    where: { ...where, disabledAt: null, deletedAt: null },
    select: { id: true, name: true, handle: true },
    take: MOST_CANDIDATES,
  });
  return found.map(({ id, name, handle }) => ({
    kind: 'ServiceAccount',
    id,
    name,
    detail: handle,
  }));
}

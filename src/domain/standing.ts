import { reread } from '../authn/authenticate.js';
import { personStanding, programStanding } from '../authn/standing.js';
import type { Principal, Standing } from '../authz/principal.js';
import type { Tx } from '../db/scoped.js';
import { notFound } from '../errors.js';
import { visibleKeys, visibleServiceAccounts, visibleUsers } from './visibility.js';

interface Named {
  readonly typename: string;
  readonly id: string;
}

/**
 * Somebody whom the principal can see, as they would be if they asked: a person signed in, a service account, or a key
 * with what it is restricted to, for themselves or acting as somebody. Throws NOT_FOUND.
 */
export async function findStanding(
  db: Tx,
  principal: Principal,
  { typename, id }: Named,
  actAs: string | undefined,
  now: Date,
): Promise<Standing> {
  const where = (gate: object) => ({ where: { AND: [{ id }, gate] }, select: { id: true } });
  const { accountId } = principal;
  switch (typename) {
    case 'User':
      if (actAs === undefined && (await db.user.findFirst(where(visibleUsers(principal))))) {
        return found(await personStanding(db, accountId, id));
      }
      break;
    case 'ServiceAccount':
      if (await db.serviceAccount.findFirst(where(visibleServiceAccounts(principal)))) {
        return found(await programStanding(db, accountId, id, actAs, now));
      }
      break;
    case 'AccessKey':
      if (await db.accessKey.findFirst(where(visibleKeys(principal)))) {
        return keyStanding(db, id, actAs, now);
      }
      break;
  }
  throw notFound();
}

/** A key that signs nobody in any more is as good as none. Throws NOT_FOUND. */
async function keyStanding(
  db: Tx,
  id: string,
  actAs: string | undefined,
  now: Date,
): Promise<Standing> {
  const key = await db.accessKey.findUniqueOrThrow({ where: { id }, select: { userId: true } });
  const kind = key.userId === null ? 'accessKey' : 'apiKey';
  const outcome = await reread(db, { credential: { kind, id }, actAs }, now);
  return found(typeof outcome === 'string' ? undefined : { ...outcome, isActive: true });
}

function found(standing: Standing | undefined): Standing {
  if (!standing) throw notFound();
  return standing;
}

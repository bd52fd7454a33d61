import type { Holder } from '../authz/matrix.js';
import { isPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import type { Rights } from '../authz/rights.js';
import type { Db } from '../db/scoped.js';
import { visibleKeys, visibleServiceAccounts, visibleUsers } from './visibility.js';

interface Reader {
  readonly db: Db;
  readonly principal: Principal | undefined;
  readonly access: { rightsOf(userId: string): Promise<Rights | undefined> };
}

interface Named {
  readonly name: string;
  readonly holder: Holder;
}

type Find = (reader: Reader, id: string) => Promise<Named | undefined>;

const PROGRAM: Holder = { own: new Set(), key: {} };

const FINDERS: Readonly<Record<string, Find>> = {
  User: async (reader, id) => {
    const where = { AND: [{ id }, visibleUsers(reader.principal)] };
    const user = await reader.db.user.findFirst({ where, select: { name: true } });
    if (!user) return undefined;
    return { name: user.name, holder: { own: await ownOf(reader, id) } };
  },
  ServiceAccount: async ({ db, principal }, id) => {
    const where = { AND: [{ id }, visibleServiceAccounts(principal)] };
    const program = await db.serviceAccount.findFirst({ where, select: { name: true } });
    return program ? { name: program.name, holder: PROGRAM } : undefined;
  },
  AccessKey: async (reader, id) => {
    const key = await reader.db.accessKey.findFirst({
      where: { AND: [{ id }, visibleKeys(reader.principal)] },
      select: { name: true, userId: true, permissions: true },
    });
    if (!key) return undefined;
    const { name, userId, permissions } = key;
    const own = userId === null ? new Set<never>() : await ownOf(reader, userId);
    const restriction =
      permissions.length === 0 ? undefined : new Set(permissions.filter(isPermission));
    return { name, holder: { own, key: { restriction } } };
  },
};

async function ownOf({ access }: Reader, userId: string) {
  return (await access.rightsOf(userId))?.own ?? new Set<never>();
}

/** What is known of a person, service account or key that the principal can see, whatever their state. */
export async function findHolder(
  reader: Reader,
  { typename, id }: { readonly typename: string; readonly id: string },
): Promise<Named | undefined> {
  return Object.hasOwn(FINDERS, typename) ? FINDERS[typename]?.(reader, id) : undefined;
}

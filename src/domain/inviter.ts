import type { AccountPermission } from '../authz/permissions.js';
import { beyondReach, type RankFacts } from '../authz/rank.js';
import { shareGate } from '../db/gate.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import { NOWHERE } from './ids.js';
import { namedRoles, rightsOfRoles } from './role.js';
import { permissionsOf } from './user.js';

interface Vouched {
  readonly id: string;
  readonly accountId: string;
  readonly roleId: string | null;
  readonly invitedById: string | null;
}

/** The role that somebody comes in with; the least one if none is named. Throws NOT_FOUND. */
export async function findRole(tx: Tx, id: string | null) {
  const role = await tx.role.findFirst({
    where: id === null ? { builtIn: 'VIEWER' } : { id },
    select: { id: true, name: true },
  });
  if (!role) throw notFound();
  return role;
}

/** What the role gives that somebody is to come in with, as a rule sees it. Throws NOT_FOUND. */
export async function roleToGive(
  { tx, principal }: Pick<Change, 'tx' | 'principal'>,
  roleId: string | null,
): Promise<RankFacts> {
  const [named = null] = namedRoles(principal, roleId === null ? [] : [roleId]);
  const { id } = await findRole(tx, named);
  return { given: await permissionsOfRole(tx, principal.accountId, id) };
}

async function permissionsOfRole(tx: Tx, accountId: string, id: string) {
  return (await rightsOfRoles(tx, accountId, [id])).get(id)?.own ?? [];
}

/** Keeps others from changing whoever invited, and the roles of the account, until the transaction ends. */
export async function holdInviter(tx: Tx, { accountId, invitedById }: Vouched): Promise<void> {
  await shareGate(tx, `roles of ${accountId}`);
  if (invitedById !== null) await shareGate(tx, invitedById);
}

/** What a person may do; nothing if they are suspended or removed. */
async function permissionsIfActive(tx: Tx, id: string): Promise<ReadonlySet<AccountPermission>> {
  const where = { id, status: 'ACTIVE', removedAt: null } as const;
  const isActive = await tx.user.findFirst({ where, select: { id: true } });
  return isActive ? permissionsOf(tx, id) : new Set();
}

/** Whether whoever invited, and is held, may still bring somebody in like that. Throws INVITER_LACKS_AUTHORITY. */
export async function assertInviterMay(tx: Tx, invitation: Vouched): Promise<void> {
  const { id, accountId, roleId, invitedById } = invitation;
  const role = await findRole(tx, roleId);
  const given = await permissionsOfRole(tx, accountId, role.id);
  const groups = await tx.invitationGroup.count({ where: { invitationId: id } });
  const own = await permissionsIfActive(tx, invitedById ?? NOWHERE);
  if (
    own.has('user:create') &&
    (groups === 0 || own.has('group:write')) &&
    beyondReach(own, { given }).length === 0
  ) {
    return;
  }
  throw new DomainError(
    'INVITER_LACKS_AUTHORITY',
    'Whoever sent this invitation may not bring anybody in like that any more. Ask somebody who may for a new one.',
  );
}

import type { DatasetRole } from '../authz/dataset-roles.js';
import { effectiveGrant } from '../authz/decide.js';
import { isDuplicate } from '../db/conflicts.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import { readDatasetFacts } from './access.js';
import type { Change } from './change.js';
import { findGrantee, getGrantee, type Grantee } from './directory.js';

/** Whom to add: somebody by id, or whoever has this name, address or handle. */
export type Whom = { readonly id: Pick<Grantee, 'kind' | 'id'> } | { readonly nameOrEmail: string };

/** Adds a member. Throws GRANTEE_NOT_FOUND, AMBIGUOUS_GRANTEE, ALREADY_MEMBER, LAST_ADMIN. */
export async function addDatasetMember(
  change: Change,
  flowId: string,
  whom: Whom,
  role: DatasetRole,
): Promise<void> {
  const { tx, principal, record } = change;
  const grantee = await resolveGrantee(change, whom);
  const { accountId, subject } = principal;
  const column = { User: 'userId', Group: 'groupId', ServiceAccount: 'serviceAccountId' }[
    grantee.kind
  ];
  const data = { accountId, flowId, [column]: grantee.id, role, addedById: subject.id };
  await keepingAdmin(tx, flowId, () => tx.flowMember.create({ data })).catch((error: unknown) => {
    if (!isDuplicate(error)) throw error;
    throw new DomainError(
      'ALREADY_MEMBER',
      'This one is a member already. Use changeDatasetMemberRole.',
    );
  });
  await record({ after: { grantee: grantee.kind, granteeId: grantee.id, role } });
}

/** The role that somebody to be added has already: a person through their groups, nobody else. */
export async function roleOfGrantee(
  change: Change,
  flowId: string,
  whom: Whom,
): Promise<DatasetRole | null> {
  const { kind, id } = await resolveGrantee(change, whom);
  if (kind !== 'User') return null;
  const facts = await readDatasetFacts(change.tx, change.principal, { id }, [flowId]);
  const grants = facts.get(flowId)?.grants.filter(({ via }) => via === 'GROUP') ?? [];
  return effectiveGrant(grants)?.role ?? null;
}

function resolveGrantee({ tx, principal }: Change, whom: Whom): Promise<Grantee> {
  return 'id' in whom ? getGrantee(tx, whom.id) : findGrantee(tx, principal, whom.nameOrEmail);
}

/** Gives a member another role. Throws NOT_FOUND, LAST_ADMIN. */
export async function changeDatasetMemberRole(
  { tx, record }: Change,
  flowId: string,
  memberId: string,
  role: DatasetRole,
): Promise<void> {
  const member = await getMember(tx, flowId, memberId);
  await keepingAdmin(tx, flowId, () =>
    tx.flowMember.update({ where: { id: memberId }, data: { role } }),
  );
  await record({ before: describe(member), after: { ...describe(member), role } });
}

/** Removes somebody else. Throws NOT_FOUND, SELF_REMOVAL_USE_LEAVE, LAST_ADMIN. */
export async function removeDatasetMember(
  { tx, principal, record }: Change,
  flowId: string,
  memberId: string,
): Promise<void> {
  const member = await getMember(tx, flowId, memberId);
  if (member.userId === principal.subject.id) {
    throw new DomainError(
      'SELF_REMOVAL_USE_LEAVE',
      'To give up your own membership use leaveDataset.',
    );
  }
  await keepingAdmin(tx, flowId, () => tx.flowMember.delete({ where: { id: memberId } }));
  await record({ before: describe(member) });
}

/** Gives up the subject's own membership; what groups give stays. Throws NOT_A_MEMBER, LAST_ADMIN. */
export async function leaveDataset(
  { tx, principal, record }: Change,
  flowId: string,
): Promise<void> {
  const member = await tx.flowMember.findFirst({ where: { flowId, userId: principal.subject.id } });
  if (!member) {
    throw new DomainError(
      'NOT_A_MEMBER',
      'You hold no membership of your own here. What you may do comes from a group or an account role.',
    );
  }
  await keepingAdmin(tx, flowId, () => tx.flowMember.delete({ where: { id: member.id } }));
  await record({ before: describe(member) });
}

/** Gives the subject, a Super Admin, any role on the dataset. Throws LAST_ADMIN. */
export async function assumeDatasetRole(
  { tx, principal, record }: Change,
  flowId: string,
  role: DatasetRole,
): Promise<void> {
  const { accountId, subject } = principal;
  const key = { flowId_userId: { flowId, userId: subject.id } };
  const before = await tx.flowMember.findUnique({ where: key, select: { role: true } });
  const create = { accountId, flowId, userId: subject.id, role, addedById: subject.id };
  await keepingAdmin(tx, flowId, () =>
    tx.flowMember.upsert({ where: key, update: { role }, create }),
  );
  await record({ ...(before && { before }), after: { role } });
}

/** The role of the member of this dataset with this id. Throws NOT_FOUND. */
export async function roleOfMember(
  { tx }: Change,
  flowId: string,
  id: string,
): Promise<DatasetRole> {
  const { role } = await getMember(tx, flowId, id);
  return role as DatasetRole;
}

type Member = Awaited<ReturnType<typeof getMember>>;

async function getMember(tx: Tx, flowId: string, id: string) {
  const member = await tx.flowMember.findFirst({ where: { id, flowId } });
  if (!member) throw notFound();
  return member;
}

function describe({ userId, groupId, serviceAccountId, role }: Member) {
  return userId
    ? { grantee: 'User', granteeId: userId, role }
    : groupId
      ? { grantee: 'Group', granteeId: groupId, role }
      : { grantee: 'ServiceAccount', granteeId: serviceAccountId, role };
}

/**
 * Makes a change after which the dataset still has an active Admin, if it had one. The caller holds the dataset's
 * lock, so two Admins who demote each other come here one after the other. Throws LAST_ADMIN.
 */
async function keepingAdmin(
  tx: Tx,
  flowId: string,
  change: () => PromiseLike<unknown>,
): Promise<void> {
  const isAdministered = async () => (await readAdministered(tx, [flowId])).has(flowId);
  const before = await isAdministered();
  await change();
  if (!before || (await isAdministered())) return;
  throw new DomainError(
    'LAST_ADMIN',
    'A dataset keeps at least one active Admin. Make somebody else Admin first.',
  );
}

/**
 * Which of these datasets have an active Admin: a person, a service account, or a group with an active person
 * whom no membership of their own makes something else.
 */
export async function readAdministered(tx: Tx, flowIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ flow_id: string }[]>`
    SELECT DISTINCT m.flow_id
    FROM flow_member m
    LEFT JOIN group_member gm ON gm.group_id = m.group_id
    LEFT JOIN "user" u ON u.id = coalesce(m.user_id, gm.user_id)
    LEFT JOIN flow_member own ON own.flow_id = m.flow_id AND own.user_id = gm.user_id
    WHERE m.flow_id = ANY(${flowIds}::uuid[]) AND m.role = 'ADMIN'
      AND (m.service_account_id IS NOT NULL
           OR (u.status = 'ACTIVE' AND u.removed_at IS NULL AND (own.id IS NULL OR own.role = 'ADMIN')))`;
  return new Set(rows.map(({ flow_id }) => flow_id));
}

import { effectiveGrant } from '../authz/decide.js';
import type { Party, Principal } from '../authz/principal.js';
import type { MemberRole } from '../authz/role-table.js';
import { refusingDuplicates } from '../db/conflicts.js';
import { shareGate } from '../db/gate.js';
import type { FlowMemberModel } from '../db/generated/models.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import { readFlowFacts } from './access.js';
import { assertIncluded } from './account.js';
import type { Change } from './change.js';
import { findGrantee, getGrantee, type Grantee } from './directory.js';

/** Whom to add: somebody by id, or whoever has this name, address or handle. */
export type Whom = { readonly id: Pick<Grantee, 'kind' | 'id'> } | { readonly nameOrEmail: string };

/** The column of a membership that names a party. */
export function columnOf({ kind, id }: Party) {
  return kind === 'user' ? { userId: id } : { serviceAccountId: id };
}

/** Adds a member. Throws GRANTEE_NOT_FOUND, AMBIGUOUS_GRANTEE, PLAN_REQUIRED, ALREADY_MEMBER, LAST_ADMIN. */
export async function addMember(
  change: Change,
  flowId: string,
  whom: Whom,
  role: MemberRole,
): Promise<void> {
  const { tx, principal, record } = change;
  const grantee = await holdGrantee(change, whom);
  if (grantee.kind === 'Group') await assertIncluded(change, 'Sharing with groups');
  const { accountId, subject } = principal;
  const column = { User: 'userId', Group: 'groupId', ServiceAccount: 'serviceAccountId' }[
    grantee.kind
  ];
  const data = { accountId, flowId, [column]: grantee.id, role, addedById: subject.id };
  await refusingDuplicates(
    keepingAdmin(tx, flowId, () => tx.flowMember.create({ data })),
    () =>
      new DomainError('ALREADY_MEMBER', 'This one is a member already. Change the role instead.'),
  );
  await record({ after: { grantee: grantee.kind, granteeId: grantee.id, role } });
}

/** Somebody to be added as a rule sees them: a person has the role of their groups already, nobody else has any. */
export async function granteeTarget(change: Change, flowId: string, whom: Whom) {
  const { kind, id } = await resolveGrantee(change, whom);
  const isParty = isPartyOf(change.principal, id);
  if (kind !== 'User') return { role: null, isParty };
  const facts = await readFlowFacts(change.tx, change.principal, { kind: 'user', id }, [flowId]);
  const grants = facts.get(flowId)?.grants.filter(({ via }) => via === 'GROUP') ?? [];
  return { role: effectiveGrant(grants)?.role ?? null, isParty };
}

/** The member of this flow with this id as a rule sees it. Throws NOT_FOUND. */
export async function memberTarget({ tx, principal }: Change, flowId: string, id: string) {
  const member = await getMember(tx, flowId, id);
  const { role, userId, serviceAccountId } = member;
  return { role, isParty: isPartyOf(principal, userId ?? serviceAccountId) };
}

/** Whether it is the one whose rights count, or the one who acts. */
function isPartyOf({ subject, actor }: Principal, id: string | null): boolean {
  return id === subject.id || id === actor.id;
}

function resolveGrantee({ tx, principal }: Change, whom: Whom): Promise<Grantee> {
  return 'id' in whom ? getGrantee(tx, whom.id) : findGrantee(tx, principal, whom.nameOrEmail);
}

/** Finds somebody whom nobody removes, suspends or deletes until the transaction ends. Throws like finding them. */
async function holdGrantee(change: Change, whom: Whom): Promise<Grantee> {
  const found = await resolveGrantee(change, whom);
  await shareGate(change.tx, found.id);
  return getGrantee(change.tx, found);
}

/** Gives a member another role. Throws NOT_FOUND, LAST_ADMIN. */
export async function changeMemberRole(
  { tx, record }: Change,
  flowId: string,
  memberId: string,
  role: MemberRole,
): Promise<void> {
  const member = await getMember(tx, flowId, memberId);
  await keepingAdmin(tx, flowId, () =>
    tx.flowMember.update({ where: { id: memberId }, data: { role } }),
  );
  await record({ before: describeMember(member), after: { ...describeMember(member), role } });
}

/** Removes somebody else. Throws NOT_FOUND, SELF_REMOVAL_USE_LEAVE, LAST_ADMIN. */
export async function removeMember(
  { tx, principal, record }: Change,
  flowId: string,
  memberId: string,
): Promise<void> {
  const member = await getMember(tx, flowId, memberId);
  if ((member.userId ?? member.serviceAccountId) === principal.subject.id) {
    throw new DomainError(
      'SELF_REMOVAL_USE_LEAVE',
      'To give up your own membership leave instead: leaveDataset, leaveFlow.',
    );
  }
  await keepingAdmin(tx, flowId, () => tx.flowMember.delete({ where: { id: memberId } }));
  await record({ before: describeMember(member) });
}

/** Gives up the subject's own membership; what groups give stays. Throws NOT_A_MEMBER, LAST_ADMIN. */
export async function leaveFlow({ tx, principal, record }: Change, flowId: string): Promise<void> {
  const member = await tx.flowMember.findFirst({
    where: { flowId, ...columnOf(principal.subject) },
  });
  if (!member) {
    throw new DomainError(
      'NOT_A_MEMBER',
      'You hold no membership of your own here. What you may do comes from a group or an account role.',
    );
  }
  await keepingAdmin(tx, flowId, () => tx.flowMember.delete({ where: { id: member.id } }));
  await record({ before: describeMember(member) });
}

/** Gives the subject, a person, any role on the flow. Throws LAST_ADMIN. */
export async function assumeRole(
  { tx, principal, record }: Change,
  flowId: string,
  role: MemberRole,
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

type Member = Pick<FlowMemberModel, 'userId' | 'groupId' | 'serviceAccountId' | 'role'>;

async function getMember(tx: Tx, flowId: string, id: string) {
  const member = await tx.flowMember.findFirst({ where: { id, flowId } });
  if (!member) throw notFound();
  return member;
}

/** What entries say of a membership. */
export function describeMember({ userId, groupId, serviceAccountId, role }: Member) {
  return userId
    ? { grantee: 'User', granteeId: userId, role }
    : groupId
      ? { grantee: 'Group', granteeId: groupId, role }
      : { grantee: 'ServiceAccount', granteeId: serviceAccountId, role };
}

/**
 * Makes a change after which the flow still has an active Admin or Owner, if it had one. The caller holds the flow's
 * lock, so two of them who demote each other come here one after the other. Throws LAST_ADMIN.
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
    'A dataset keeps at least one active Admin, a flow an Owner. Make somebody else that first.',
  );
}

/** Which of these flows have an active Admin or Owner. */
export async function readAdministered(tx: Tx, flowIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.$queryRaw<{ flow_id: string }[]>`
    SELECT DISTINCT flow_id FROM active_admin WHERE flow_id = ANY(${flowIds}::uuid[])`;
  return new Set(rows.map(({ flow_id }) => flow_id));
}

import type { FlowKind } from '../authz/boundary.js';
import type { FlowFacts } from '../authz/decide.js';
import type { Principal } from '../authz/principal.js';
import type { Rights } from '../authz/rights.js';
import type { MemberRole } from '../authz/role-table.js';
import type { Facts } from '../authz/rule.js';
import type { Tx } from '../db/scoped.js';
import { isMember } from './access-request-approval.js';
import { flowKindOf } from './ids.js';

/** Something that operations are about, as their rules have to know it. */
export interface Resource {
  /** The flow that it is, or belongs to. */
  readonly flowId?: string;
  /** Who made a view. */
  readonly creatorId?: string | null;
  /** The member of the flow that it is. */
  readonly member?: {
    readonly role: MemberRole;
    readonly userId: string | null;
    readonly serviceAccountId: string | null;
  };
  /** The person that it is, or whose it is; null: it is a service account’s. */
  readonly personId?: string | null;
  readonly roleId?: string;
  /** The role that somebody asks for. */
  readonly wantedRole?: MemberRole | null;
  /** Whether whoever asks would have to be added. */
  readonly ofNoMember?: boolean;
}

/** What is read of a resource to decide about it: each once for all resources of a page. */
export interface FactsReader {
  flow(id: string): FlowFacts | undefined | Promise<FlowFacts | undefined>;
  rightsOf(userId: string): Promise<Rights | undefined>;
  roleRights(id: string): Promise<Rights | undefined>;
}

/** What there is to know of a resource; but for what somebody holds on its flow, the same for everybody. */
export interface Known {
  readonly flow?: FlowFacts | undefined;
  /** What the role gives that it is, or those of the person. */
  readonly rights?: Rights | undefined;
}

export async function readKnown(
  { flowId, personId, roleId }: Resource,
  reader: FactsReader,
): Promise<Known> {
  if (flowId !== undefined) return { flow: await reader.flow(flowId) };
  if (roleId !== undefined) return { rights: await reader.roleRights(roleId) };
  return personId == null ? {} : { rights: await reader.rightsOf(personId) };
}

/** What a decision about a resource rests on. */
export async function factsOf(
  resource: Resource,
  principal: Pick<Principal, 'subject' | 'actor'>,
  reader: FactsReader,
): Promise<Facts> {
  return factsFrom(resource, principal, await readKnown(resource, reader));
}

/** The same of somebody who holds there what is known. What only the input tells is taken as it is at best. */
export function factsFrom(
  resource: Resource,
  { subject, actor }: Pick<Principal, 'subject' | 'actor'>,
  { flow, rights }: Known,
): Facts {
  const { flowId, personId, roleId, wantedRole, ofNoMember } = resource;
  const isParty = (id: string | null | undefined) => id === subject.id || id === actor.id;
  if (flowId !== undefined) {
    return {
      ...(flow && { flow: { ...flow, ...conditionsOf(resource, subject.id, isParty) } }),
      ...(wantedRole && { role: wantedRole }),
      ...(ofNoMember && { asksForMore: true }),
      ...(personId !== undefined && { isOwn: personId === subject.id }),
    };
  }
  if (roleId !== undefined) return { rank: { defined: rights?.own ?? [] } };
  if (personId === undefined) return {};
  if (personId === null) return { about: 'serviceAccount' };
  return {
    about: 'person',
    isOwn: personId === subject.id,
    rank: { person: rights?.own ?? [], isParty: isParty(personId) },
  };
}

function conditionsOf(
  { creatorId, member, personId }: Resource,
  subjectId: string,
  isParty: (id: string | null | undefined) => boolean,
): Omit<FlowFacts, 'grants'> {
  return {
    view: { isNewOrOwn: creatorId === undefined || creatorId === subjectId },
    import: { onlyExistingFields: true },
    target: {
      role: member?.role ?? null,
      isParty: isParty(member ? (member.userId ?? member.serviceAccountId) : personId),
    },
  };
}

type Find = (tx: Tx, id: string) => Promise<Resource | null | false>;

const ID = { id: true };

const aFlow =
  (kind: FlowKind): Find =>
  async (tx, id) =>
    (await tx.flow.findFirst({ where: { id, kind }, select: ID })) && { flowId: id };

const aMember =
  (kind: FlowKind | { not: FlowKind }): Find =>
  async (tx, id) => {
    const found = await tx.flowMember.findFirst({
      where: { id, flow: { kind } },
      select: { flowId: true, role: true, userId: true, serviceAccountId: true },
    });
    return found && { flowId: found.flowId, member: found };
  };

/** How to find what an operation is about, by the name of its type. */
const FINDERS: Readonly<Record<string, Find>> = {
  AccessKey: async (tx, id) => {
    const where = { id, deletedAt: null };
    const found = await tx.accessKey.findFirst({ where, select: { userId: true } });
    return found && { personId: found.userId };
  },
  AccessRequest: async (tx, id) => {
    const found = await tx.accessRequest.findUnique({
      where: { id },
      select: { flowId: true, requesterId: true, role: true },
    });
    if (!found) return null;
    const { flowId, requesterId: personId, role: wantedRole } = found;
    if (!flowId) return { personId };
    const ofNoMember = !(await isMember(tx, { flowId, requesterId: personId }));
    return { flowId, personId, wantedRole, ofNoMember };
  },
  DatasetMember: aMember('DATASET'),
  FlowMember: aMember({ not: 'DATASET' }),
  DatasetView: async (tx, id) => {
    const found = await tx.datasetView.findUnique({
      where: { id },
      select: { flowId: true, createdById: true },
    });
    return found && { flowId: found.flowId, creatorId: found.createdById };
  },
  Group: async (tx, id) => (await tx.group.findUnique({ where: { id }, select: ID })) && {},
  Invitation: async (tx, id) =>
    (await tx.invitation.findUnique({ where: { id }, select: ID })) && {},
  Role: async (tx, id) =>
    (await tx.role.findUnique({ where: { id }, select: ID })) && { roleId: id },
  ServiceAccount: async (tx, id) =>
    (await tx.serviceAccount.findFirst({ where: { id, deletedAt: null }, select: ID })) && {},
  Session: async (tx, id) => {
    const found = await tx.session.findUnique({ where: { id }, select: { userId: true } });
    return found && { personId: found.userId };
  },
  User: async (tx, id) =>
    (await tx.user.findFirst({ where: { id, removedAt: null }, select: ID })) && { personId: id },
};

/** Whether something of this type can be what an operation is about. */
export function isFindable(typename: string): boolean {
  return flowKindOf(typename) !== undefined || Object.hasOwn(FINDERS, typename);
}

/** What an id names: of which type, and the row’s id. */
export interface NamedResource {
  readonly typename: string;
  readonly id: string;
}

/** What an operation is about; undefined: nothing that rules know. Whether it may be seen is decided elsewhere. */
export async function findResource(
  tx: Tx,
  { typename, id }: NamedResource,
): Promise<Resource | undefined> {
  const kind = flowKindOf(typename);
  const find = kind ? aFlow(kind) : Object.hasOwn(FINDERS, typename) && FINDERS[typename];
  return (find && (await find(tx, id))) || undefined;
}

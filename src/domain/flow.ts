import type { FlowKind } from '../authz/boundary.js';
import type { Principal } from '../authz/principal.js';
import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import type { Change } from './change.js';
import { nameKey } from './directory.js';
import { columnOf } from './flow-member.js';
import { FLOW_TYPENAMES } from './ids.js';
import { revokeGrantsOn } from './impersonation.js';

interface FlowDesign {
  readonly kind: FlowKind;
  readonly name: string;
  readonly description: string;
}

/** Makes a flow, of any kind but a dataset, whose first Owner is the subject. */
export async function createFlow(
  { tx, principal, record }: Change,
  { kind, name, description }: FlowDesign,
): Promise<string> {
  const id = await insertFlow(tx, principal, { kind, name, description });
  await record({ target: { type: FLOW_TYPENAMES[kind], id }, after: { name, description } });
  return id;
}

/** Writes a flow whose only member is the subject, as its Admin or Owner. */
export async function insertFlow(
  tx: Tx,
  { accountId, subject }: Principal,
  { kind, name, description }: FlowDesign,
): Promise<string> {
  const role = kind === 'DATASET' ? 'ADMIN' : 'OWNER';
  const { id } = await tx.flow.create({
    data: {
      accountId,
      kind,
      name,
      nameKey: nameKey(name),
      description,
      createdById: subject.id,
      members: { create: { accountId, ...columnOf(subject), role, addedById: subject.id } },
    },
    select: { id: true },
  });
  return id;
}

/** Gives a flow of any kind another name. */
export async function renameFlow({ tx, record }: Change, id: string, name: string): Promise<void> {
  const before = await tx.flow.findUniqueOrThrow({ where: { id }, select: { name: true } });
  await tx.flow.update({ where: { id }, data: { name, nameKey: nameKey(name) } });
  await record({ before, after: { name } });
}

/** Gives a flow of any kind another description. */
export async function describeFlow(
  { tx, record }: Change,
  id: string,
  description: string,
): Promise<void> {
  const before = await tx.flow.findUniqueOrThrow({ where: { id }, select: { description: true } });
  await tx.flow.update({ where: { id }, data: { description } });
  await record({ before, after: { description } });
}

/** Deletes a flow of any kind and all that is in it. Throws NAME_MISMATCH unless its name was typed exactly. */
export async function deleteFlow(change: Change, id: string, typedName: string): Promise<void> {
  const { tx, record } = change;
  const before = await tx.flow.findUniqueOrThrow({
    where: { id },
    select: { name: true, description: true },
  });
  if (before.name !== typedName) {
    throw new DomainError('NAME_MISMATCH', 'To delete it type its name exactly as it is.');
  }
  await revokeGrantsOn(change, id);
  await tx.flow.delete({ where: { id } });
  await record({ before });
}

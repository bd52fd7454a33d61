import type { Context } from '../context.js';
import { encodeId } from '../domain/ids.js';
import { visibleMembers, visibleUsers } from '../domain/visibility.js';

/** What the demo's examples are tried on; an empty id is to be filled in. */
export interface Targets {
  readonly dataset: { readonly id: string; readonly name: string };
  /** A person with a role on the dataset who is no Admin. */
  readonly member: { readonly id: string; readonly role: string };
  /** A person without any dataset: as them the change is seen. */
  readonly newcomer: { readonly email: string };
  readonly colleague: { readonly id: string };
}

export const NO_TARGETS: Targets = {
  dataset: { id: '', name: '' },
  member: { id: '', role: '' },
  newcomer: { email: '' },
  colleague: { id: '' },
};

export async function findTargets(
  { db, principal }: Context,
  dataset: { readonly id: string; readonly name: string } | null | undefined,
): Promise<Targets> {
  if (!principal) return NO_TARGETS;
  const self = principal.subject.id;
  const others = { AND: visibleUsers(principal), status: 'ACTIVE', NOT: { id: self } } as const;
  const colleague = await db.user.findFirst({
    where: others,
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  const shown = { colleague: { id: colleague ? encodeId('User', colleague.id) : '' } };
  if (!dataset) return { ...NO_TARGETS, ...shown };
  const member = await db.flowMember.findFirst({
    where: {
      AND: visibleMembers(principal),
      flowId: dataset.id,
      role: { not: 'ADMIN' },
      user: { NOT: { id: self } },
    },
    select: { id: true, role: true },
    orderBy: { id: 'asc' },
  });
  const newcomer = await db.user.findFirst({
    where: { ...others, memberships: { none: {} }, groups: { none: {} } },
    select: { email: true },
    orderBy: { id: 'desc' },
  });
  return {
    ...shown,
    dataset: { id: encodeId('Dataset', dataset.id), name: dataset.name },
    member: member
      ? { id: encodeId('DatasetMember', member.id), role: member.role }
      : NO_TARGETS.member,
    newcomer: newcomer ?? NO_TARGETS.newcomer,
  };
}

import type { Principal } from '../authz/principal.js';
import type { Context } from '../context.js';
import { encodeId, NOWHERE } from '../domain/ids.js';
import { visibleMembers, visibleUsers } from '../domain/visibility.js';

/** What the demo's examples are tried on. An empty text is to be filled in. */
export interface Targets {
  readonly dataset: { readonly id: string; readonly name: string };
  /** The first field of text. */
  readonly column: () => Promise<{ readonly key: string }>;
  /** A person with a role on the dataset who is no Admin. */
  readonly member: () => Promise<{ readonly id: string; readonly role: string }>;
  /** The address of somebody without any dataset: as them the change is seen. */
  readonly newcomer: () => Promise<string>;
  /** The id of somebody else. */
  readonly colleague: () => Promise<string>;
}

export const NO_TARGETS: Targets = {
  dataset: { id: '', name: '' },
  column: async () => ({ key: '' }),
  member: async () => ({ id: '', role: '' }),
  newcomer: async () => '',
  colleague: async () => '',
};

export function targetsOf(
  { db }: Context,
  principal: Principal,
  dataset: { readonly id: string; readonly name: string } | undefined,
): Targets {
  const others = { NOT: { id: principal.subject.id } };
  const active = { ...others, AND: visibleUsers(principal), status: 'ACTIVE' as const };
  return {
    dataset: dataset
      ? { id: encodeId('Dataset', dataset.id), name: dataset.name }
      : NO_TARGETS.dataset,
    async column() {
      const found = await db.datasetField.findFirst({
        where: { flowId: dataset?.id ?? NOWHERE, type: 'TEXT' },
        select: { key: true },
        orderBy: { position: 'asc' },
      });
      return found ?? NO_TARGETS.column();
    },
    async member() {
      const shared = { flowId: dataset?.id ?? '', role: { not: 'ADMIN' as const } };
      const found = await db.flowMember.findFirst({
        where: { AND: visibleMembers(principal), ...shared, user: others },
        select: { id: true, role: true },
        orderBy: { id: 'asc' },
      });
      return found
        ? { id: encodeId('DatasetMember', found.id), role: found.role }
        : NO_TARGETS.member();
    },
    async newcomer() {
      const found = await db.user.findFirst({
        where: { ...active, memberships: { none: {} }, groups: { none: {} } },
        select: { email: true },
        orderBy: { id: 'desc' },
      });
      return found?.email ?? '';
    },
    async colleague() {
      const found = await db.user.findFirst({
        where: active,
        select: { id: true },
        orderBy: { id: 'asc' },
      });
      return found ? encodeId('User', found.id) : '';
    },
  };
}

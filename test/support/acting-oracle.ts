import type { AccountRole } from '../../src/authz/account-roles.js';
import type { SharedResource } from '../../src/authz/boundary.js';
import type { AccountPermission, Permission } from '../../src/authz/permissions.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import type { Flow, World } from './acting-world.js';

// The rules of acting as somebody, written down once more from the requirements and as plainly as they are put there.

const VIEWERS_OF_DATASETS = ['dataset:read', 'dataset:export', 'datasetRow:filter'];
const MEMBERS_OF_DATASETS = [
  ...VIEWERS_OF_DATASETS,
  'datasetMember:write',
  'dataset:duplicate',
  'dataset:share',
  'datasetMember:read',
  'datasetRow:write',
];
const ADMINS_OF_DATASETS = [
  ...MEMBERS_OF_DATASETS,
  'dataset:configure',
  'datasetField:edit',
  'datasetView:write',
  'datasetHistory:read',
  'dataset:delete',
  'dataset:import',
  'datasetField:write',
  'dataset:rename',
  'dataset:describe',
  'datasetView:configure',
  'datasetMember:makeAdmin',
  'datasetMember:makeMember',
  'datasetMember:makeViewer',
  'datasetMember:remove',
];
const EDITORS_OF_FLOWS = [
  'flow:read',
  'flow:edit',
  'flow:execute',
  'flowMember:read',
  'flowMember:write',
];
const OWNERS_OF_FLOWS = [
  ...EDITORS_OF_FLOWS,
  'flow:delete',
  'flowMember:makeOwner',
  'flowMember:makeEditor',
  'flowMember:makeViewer',
  'flowMember:makeNone',
  'flowMember:remove',
];

/** What a person may by hand in a dataset or flow where they have this role; extending impersonation is left out. */
function inside(role: MemberRole, { kind }: Flow, world: World): readonly string[] {
  const { target, view, import: file } = world.circumstances;
  if (kind === 'DATASET') {
    if (role === 'ADMIN') return ADMINS_OF_DATASETS;
    if (role === 'VIEWER') return VIEWERS_OF_DATASETS;
    if (role !== 'MEMBER') return [];
    const views = view?.isNewOrOwn ? ['datasetView:write', 'datasetView:configure'] : [];
    const files = file?.onlyExistingFields ? ['dataset:import'] : [];
    const people =
      target && target.role !== 'ADMIN'
        ? ['datasetMember:makeMember', 'datasetMember:makeViewer', 'datasetMember:remove']
        : [];
    return [...MEMBERS_OF_DATASETS, ...views, ...files, ...people];
  }
  if (role === 'OWNER') return OWNERS_OF_FLOWS;
  if (role === 'VIEWER') return ['flow:read'];
  if (role !== 'EDITOR') return [];
  const people =
    target && target.role !== 'OWNER'
      ? ['flowMember:makeEditor', 'flowMember:makeViewer', 'flowMember:remove']
      : [];
  return [...EDITORS_OF_FLOWS, ...people];
}

const STRONGEST_FIRST: readonly MemberRole[] = [
  'OWNER',
  'ADMIN',
  'EDITOR',
  'MEMBER',
  'VIEWER',
  'NONE',
];

/** One’s own role, else the strongest of one’s groups’. */
function roleIn({ inGroups }: World, { members }: Flow): MemberRole | undefined {
  return (
    members.person ??
    STRONGEST_FIRST.find((role) => inGroups.some((name) => members[name] === role))
  );
}

/** Without a role, where sharing is not the only way in. */
const BY_DEFAULT: Partial<Record<Permission, [AccountPermission, readonly AccountRole[]]>> = {
  'flow:read': ['flow:readAny', ['ADMIN', 'EDITOR', 'VIEWER']],
  'flow:edit': ['flow:editAny', ['EDITOR']],
  'flow:execute': ['flow:executeAny', ['EDITOR']],
};

/** May a service account that acts as the person of this world do this on this flow of it? */
export function mayOnFlow(world: World, flow: Flow, permission: Permission): boolean {
  const { roles, isActive, shared, only, circumstances } = world;
  const everywhere = shared.includes('ALL_FLOWS_AND_INTEGRATIONS');
  if (only && !only.includes(permission)) return false;
  if (!everywhere && !flow.isGranted) return false;
  if (!isActive || circumstances.target?.isParty) return false;
  const role = roleIn(world, flow);
  if (role) return inside(role, flow, world).includes(permission);
  if (!everywhere || flow.kind === 'DATASET' || flow.kind === 'LIST') return false;
  const [, holders] = BY_DEFAULT[permission] ?? [];
  if (!holders) return false;
  return holders.some((each) => roles.includes(each));
}

const USER_MANAGERS = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN'] as const;
const CREATORS = ['SUPER_ADMIN', 'ADMIN', 'EDITOR'] as const;

/** All that is done in the account on behalf of others: by which shared resource, and as whom. */
const IN_ACCOUNT: Partial<Record<Permission, [SharedResource, readonly AccountRole[]]>> = {
  'account:read': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'directory:read': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'user:read': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'user:update': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'user:suspend': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'user:remove': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'group:write': ['USER_AND_GROUP_MANAGEMENT', USER_MANAGERS],
  'dataset:create': ['ALL_FLOWS_AND_INTEGRATIONS', CREATORS],
  'flow:create': ['ALL_FLOWS_AND_INTEGRATIONS', CREATORS],
  'flow:readAny': ['ALL_FLOWS_AND_INTEGRATIONS', ['ADMIN', 'EDITOR', 'VIEWER']],
  'flow:editAny': ['ALL_FLOWS_AND_INTEGRATIONS', ['EDITOR']],
  'flow:executeAny': ['ALL_FLOWS_AND_INTEGRATIONS', ['EDITOR']],
};

/** May a service account that acts as the person of this world do this in the account? */
export function mayInAccount(world: World, permission: Permission): boolean {
  const { roles, isActive, shared, only } = world;
  const [resource, holders] = IN_ACCOUNT[permission] ?? [];
  if (!resource || !holders || !isActive || !shared.includes(resource)) return false;
  return (!only || only.includes(permission)) && holders.some((role) => roles.includes(role));
}

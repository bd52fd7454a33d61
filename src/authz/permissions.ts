/** What a role on a dataset can allow: the printed dataset table, the role-change table below it, and impersonation. */
export const DATASET_PERMISSIONS = [
  'dataset:configure',
  'datasetMember:write',
  'datasetField:edit',
  'datasetView:write',
  'datasetHistory:read',
  'dataset:delete',
  'dataset:duplicate',
  'dataset:read',
  'dataset:share',
  'dataset:import',
  'dataset:export',
  'datasetMember:read',
  'datasetRow:filter',
  'datasetRow:write',
  'datasetField:write',
  'dataset:rename',
  'dataset:describe',
  'datasetView:configure',
  'datasetMember:makeAdmin',
  'datasetMember:makeMember',
  'datasetMember:makeViewer',
  'datasetMember:remove',
  'dataset:extendImpersonation',
] as const;

/** What a role on a flow of another kind can allow. */
export const FLOW_PERMISSIONS = [
  'flow:read',
  'flow:edit',
  'flow:execute',
  'flow:delete',
  'flowMember:read',
  'flowMember:write',
  'flowMember:makeOwner',
  'flowMember:makeEditor',
  'flowMember:makeViewer',
  'flowMember:makeNone',
  'flowMember:remove',
  'flow:extendImpersonation',
] as const;

/** What a role in the account can allow. */
export const ACCOUNT_PERMISSIONS = [
  'accessReview:manage',
  'account:read',
  'accountSettings:read',
  'accountSettings:write',
  'apiKey:manage',
  'auditLog:read',
  'billing:manage',
  'connection:manage',
  'connection:readAny',
  'dataset:create',
  'dataset:override',
  'directory:read',
  'execution:read',
  'flow:assumeOwner',
  'flow:create',
  'flow:editAny',
  'flow:executeAny',
  'flow:override',
  'flow:readAny',
  'governance:read',
  'group:write',
  'impersonation:share',
  'integration:configure',
  'role:assign',
  'role:assignAny',
  'role:write',
  'security:manage',
  'serviceAccount:manage',
  'serviceAccountLog:read',
  'session:manage',
  'user:create',
  'user:read',
  'user:remove',
  'user:suspend',
  'user:update',
] as const;

export type DatasetPermission = (typeof DATASET_PERMISSIONS)[number];
export type FlowPermission = (typeof FLOW_PERMISSIONS)[number];
export type AccountPermission = (typeof ACCOUNT_PERMISSIONS)[number];
export type Permission = DatasetPermission | FlowPermission | AccountPermission;

/** The whole vocabulary, in alphabetical order. */
export const PERMISSIONS: readonly Permission[] = [
  ...DATASET_PERMISSIONS,
  ...FLOW_PERMISSIONS,
  ...ACCOUNT_PERMISSIONS,
].toSorted();

const accountPermissions: ReadonlySet<string> = new Set(ACCOUNT_PERMISSIONS);
const permissions: ReadonlySet<string> = new Set(PERMISSIONS);

/** Whether a stored permission is one that this version knows; an unknown one gives nothing. */
export function isAccountPermission(value: string): value is AccountPermission {
  return accountPermissions.has(value);
}

export function isPermission(value: string): value is Permission {
  return permissions.has(value);
}

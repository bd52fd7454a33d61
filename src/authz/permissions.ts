/** What a role on a dataset can allow: the printed dataset table, and the role-change table below it. */
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
] as const;

/** What a role in the account can allow. */
export const ACCOUNT_PERMISSIONS = [
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
  'flow:readAny',
  'governance:read',
  'group:write',
  'impersonation:share',
  'integration:configure',
  'role:assign',
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
export type AccountPermission = (typeof ACCOUNT_PERMISSIONS)[number];
export type Permission = DatasetPermission | AccountPermission;

const accountPermissions: ReadonlySet<string> = new Set(ACCOUNT_PERMISSIONS);

/** Whether a stored permission is one that this version knows; an unknown one gives nothing. */
export function isAccountPermission(value: string): value is AccountPermission {
  return accountPermissions.has(value);
}

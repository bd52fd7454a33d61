import type { DatasetPermission } from './permissions.js';
import type { Cell, Row } from './role-table.js';

/** The roles on a dataset, strongest first. */
export const DATASET_ROLES = ['ADMIN', 'MEMBER', 'VIEWER'] as const;

export type DatasetRole = (typeof DATASET_ROLES)[number];

export const DATASET_ROLE_NAMES = {
  ADMIN: 'Admin',
  MEMBER: 'Member',
  VIEWER: 'Viewer',
} as const satisfies Record<DatasetRole, string>;

const yes = true;
const no = false;

/**
 * The dataset table, a line a permission: who can do this? First the eighteen rows of what people do in a
 * dataset, then the four of whom they may promote, demote and remove, and whether they let service accounts act there.
 *
 * A Super Admin without a role may look and share; for everything else they first give themselves a role.
 */
export const DATASET_ROLE_TABLE = {
  'dataset:configure': row('Manage dataset settings', yes, no, no),
  'datasetMember:write': row('Add or remove flow members', yes, yes, no),
  'datasetField:edit': row('Edit or delete fields in a dataset', yes, no, no),
  'datasetView:write': row('Create, edit, and delete views', yes, 'ownView', no),
  'datasetHistory:read': row('Access dataset history', yes, no, no),
  'dataset:delete': row('Delete dataset', yes, no, no),
  'dataset:duplicate': row('Duplicate a dataset', yes, yes, no),
  'dataset:read': row('View dataset', yes, yes, yes, { override: true }),
  'dataset:share': row('Share dataset', yes, yes, no, { override: true }),
  'dataset:import': row('Import dataset', yes, 'existingFields', no),
  'dataset:export': row('Export dataset', yes, yes, yes),
  'datasetMember:read': row('View members', yes, yes, no, { override: true }),
  'datasetRow:filter': row('Filter dataset values', yes, yes, yes, { override: true }),
  'datasetRow:write': row('Add or remove rows in a dataset', yes, yes, no),
  'datasetField:write': row('Add or remove columns in a dataset', yes, no, no),
  'dataset:rename': row('Modify dataset name', yes, no, no),
  'dataset:describe': row('Modify dataset description', yes, no, no),
  'datasetView:configure': row('View configurations', yes, 'ownView', no),

  'datasetMember:makeAdmin': row('Make an admin', yes, no, no, { override: true }),
  'datasetMember:makeMember': row('Make a member', yes, 'targetNotAdmin', no, { override: true }),
  'datasetMember:makeViewer': row('Make a viewer', yes, 'targetNotAdmin', no, { override: true }),
  'datasetMember:remove': row('Remove', yes, 'targetNotAdmin', no),

  'dataset:extendImpersonation': row('Extend impersonation', yes, no, no),
} as const satisfies Record<DatasetPermission, Row<DatasetRole>>;

function row(
  label: string,
  admin: Cell,
  member: Cell,
  viewer: Cell,
  { override = false } = {},
): Row<DatasetRole> {
  return { label, ADMIN: admin, MEMBER: member, VIEWER: viewer, override };
}

export type RoleChange =
  | 'datasetMember:makeAdmin'
  | 'datasetMember:makeMember'
  | 'datasetMember:makeViewer';

/** The permission it takes to give somebody this role. */
export const PERMISSION_TO_MAKE = {
  ADMIN: 'datasetMember:makeAdmin',
  MEMBER: 'datasetMember:makeMember',
  VIEWER: 'datasetMember:makeViewer',
} as const satisfies Record<DatasetRole, RoleChange>;

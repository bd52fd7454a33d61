import { ACCOUNT_ROLE_NAMES, ACCOUNT_ROLE_TABLE } from './account-roles.js';
import type { FlowKind } from './boundary.js';
import { DATASET_ROLES, DATASET_ROLE_NAMES, DATASET_ROLE_TABLE } from './dataset-roles.js';
import { FLOW_ROLES, FLOW_ROLE_NAMES, FLOW_ROLE_TABLE } from './flow-roles.js';
import type {
  AccountPermission,
  DatasetPermission,
  FlowPermission,
  Permission,
} from './permissions.js';
import { CONDITIONS, type MemberRole, type Row } from './role-table.js';

/** What a role on a flow, be it a dataset or of another kind, can allow. */
export type SharedPermission = DatasetPermission | FlowPermission;

/** A dataset, or a flow of another kind: which table says what a role on it allows. */
export type Family = 'dataset' | 'flow';

/** Whoever may not do this does not see the flow at all. */
export const READ = { dataset: 'dataset:read', flow: 'flow:read' } as const satisfies Record<
  Family,
  SharedPermission
>;

/** What lets a Super Admin in without a role, as far as a line of the table says so. */
export const OVERRIDE = {
  dataset: 'dataset:override',
  flow: 'flow:override',
} as const satisfies Record<Family, AccountPermission>;

/** Of which of the two a flow is. */
export function familyOfKind(kind: FlowKind | undefined): Family {
  return kind === 'DATASET' ? 'dataset' : 'flow';
}

/** Of what this permission is. */
export function familyOf(permission: SharedPermission): Family {
  return isDatasetPermission(permission) ? 'dataset' : 'flow';
}

type Line = Pick<Row<never>, 'label' | 'override' | 'byDefault'> & Partial<Row<MemberRole>>;

export function isDatasetPermission(permission: Permission): permission is DatasetPermission {
  return permission in DATASET_ROLE_TABLE;
}

export function isSharedPermission(permission: Permission): permission is SharedPermission {
  return isDatasetPermission(permission) || permission in FLOW_ROLE_TABLE;
}

/** The line of a permission in its table; a role of the other table gives nothing. */
export function rowOf(permission: SharedPermission): Line {
  return isDatasetPermission(permission)
    ? DATASET_ROLE_TABLE[permission]
    : FLOW_ROLE_TABLE[permission];
}

/** What people call a role. */
export function roleNameOf(role: MemberRole): string {
  return ROLE_NAMES[role];
}

const ROLE_NAMES: Readonly<Record<MemberRole, string>> = {
  ...DATASET_ROLE_NAMES,
  ...FLOW_ROLE_NAMES,
};

/** The rule in words, as the schema and every denial print it. */
export function ruleName(permission: Permission): string {
  if (!isSharedPermission(permission)) return `account: ${permission}`;
  return `${isDatasetPermission(permission) ? 'dataset' : 'flow'}: ${rowOf(permission).label}`;
}

/** Who passes the rule, in words: the roles of its line in the table. */
export function rolesAllowed(permission: Permission): string {
  if (!isSharedPermission(permission)) {
    return ACCOUNT_ROLE_TABLE[permission].map((role) => ACCOUNT_ROLE_NAMES[role]).join(', ');
  }
  const row = rowOf(permission);
  const roles: readonly MemberRole[] = isDatasetPermission(permission) ? DATASET_ROLES : FLOW_ROLES;
  const named = roles.flatMap((role) => {
    const cell = row[role] ?? false;
    if (cell === false) return [];
    return typeof cell === 'string'
      ? [`${roleNameOf(role)} (${CONDITIONS[cell]})`]
      : [roleNameOf(role)];
  });
  const others = [
    row.byDefault && `without a role there account: ${row.byDefault}`,
    row.override && 'Super Admin by override',
  ].filter(Boolean);
  return [named.join(', '), ...others].join('; ');
}

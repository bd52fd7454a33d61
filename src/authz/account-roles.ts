import type { AccountPermission } from './permissions.js';

/** The built-in account roles; custom ones are rows in the database. */
export const ACCOUNT_ROLES = [
  'SUPER_ADMIN',
  'IAM_ADMIN',
  'USER_ADMIN',
  'ADMIN',
  'EDITOR',
  'VIEWER',
] as const;

export type AccountRole = (typeof ACCOUNT_ROLES)[number];

export const ACCOUNT_ROLE_NAMES = {
  SUPER_ADMIN: 'Super Admin',
  IAM_ADMIN: 'IAM Admin',
  USER_ADMIN: 'User Admin',
  ADMIN: 'Admin',
  EDITOR: 'Editor',
  VIEWER: 'Viewer',
} as const satisfies Record<AccountRole, string>;

const everyone = ACCOUNT_ROLES;
const userManagers = ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN'] as const;

/** Who can do this in the account? Several roles of one person add up. */
export const ACCOUNT_ROLE_TABLE = {
  'account:read': everyone,
  'directory:read': everyone,

  // People. An IAM Admin may do to a person whatever a User Admin may, except bring one in.
  'user:read': userManagers,
  'user:update': userManagers,
  'user:suspend': userManagers,
  'user:remove': userManagers,
  'group:write': userManagers,
  'session:manage': userManagers,
  'user:create': ['SUPER_ADMIN', 'USER_ADMIN', 'ADMIN'],
  'role:assign': ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'],
  'role:write': ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'],
  // Everybody else gives no more than they have, and manages nobody who has more.
  'role:assignAny': ['SUPER_ADMIN'],

  // Programs. API keys of people are the Admin's; service accounts and whom they act for are not.
  'serviceAccount:manage': ['SUPER_ADMIN', 'IAM_ADMIN'],
  'serviceAccountLog:read': ['SUPER_ADMIN', 'IAM_ADMIN'],
  'impersonation:share': ['SUPER_ADMIN', 'IAM_ADMIN'],
  'apiKey:manage': ['ADMIN'],

  // Governance.
  'governance:read': ['SUPER_ADMIN', 'IAM_ADMIN'],
  'accessReview:manage': ['SUPER_ADMIN', 'IAM_ADMIN'],
  'auditLog:read': ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'],
  'security:manage': ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'],

  // The account itself.
  'accountSettings:read': ['SUPER_ADMIN', 'ADMIN'],
  'accountSettings:write': ['SUPER_ADMIN', 'ADMIN'],
  'billing:manage': ['SUPER_ADMIN', 'ADMIN'],
  'integration:configure': ['ADMIN'],

  // Flows and connections. Who holds no role on a flow has these; an Admin sees every flow but edits only what is
  // shared with them, and a Super Admin sees by override.
  'flow:create': ['SUPER_ADMIN', 'ADMIN', 'EDITOR'],
  'flow:readAny': ['ADMIN', 'EDITOR', 'VIEWER'],
  'flow:editAny': ['EDITOR'],
  'flow:executeAny': ['EDITOR'],
  'flow:assumeOwner': ['SUPER_ADMIN', 'ADMIN'],
  'flow:override': ['SUPER_ADMIN'],
  'execution:read': ['ADMIN', 'EDITOR', 'VIEWER'],
  'connection:manage': ['ADMIN', 'EDITOR'],
  'connection:readAny': ['ADMIN'],

  // Datasets are entered by sharing alone; the Super Admin's override is the one exception.
  'dataset:create': ['SUPER_ADMIN', 'ADMIN', 'EDITOR'],
  'dataset:override': ['SUPER_ADMIN'],
} as const satisfies Record<AccountPermission, readonly AccountRole[]>;

/** The permissions that a built-in role gives. */
export function permissionsOfRole(role: AccountRole): AccountPermission[] {
  const lines = Object.entries<readonly AccountRole[]>(ACCOUNT_ROLE_TABLE);
  return lines
    .filter(([, roles]) => roles.includes(role))
    .map(([permission]) => permission as AccountPermission);
}

/** The account roles each of which gives all of these, that of the fewest permissions first. */
export function accountRolesWith(permissions: readonly AccountPermission[]): AccountRole[] {
  const given = (role: AccountRole) => permissionsOfRole(role);
  return ACCOUNT_ROLES.filter((role) =>
    permissions.every((each) => given(role).includes(each)),
  ).toSorted((one, other) => given(one).length - given(other).length);
}

/** The built-in account role of the fewest permissions that gives all of these; null: no single one does, or none is needed. */
export function accountRoleToAskFor(permissions: readonly AccountPermission[]): AccountRole | null {
  return (permissions.length > 0 && accountRolesWith(permissions)[0]) || null;
}

export function isAccountRole(value: string): value is AccountRole {
  return (ACCOUNT_ROLES as readonly string[]).includes(value);
}

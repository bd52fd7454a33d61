import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { accountRoleToAskFor } from '../../src/authz/account-roles.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
  type AccountPermission,
  type DatasetPermission,
  type FlowPermission,
} from '../../src/authz/permissions.js';
import { permissionsToGive, roleToAskFor } from '../../src/authz/remedy.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import type { SharedPermission } from '../../src/authz/tables.js';

// By hand, from the printed tables: what a role may only under a condition is none of its own.
const ON_DATASETS: Readonly<Record<DatasetPermission, 'ADMIN' | 'MEMBER' | 'VIEWER'>> = {
  'dataset:configure': 'ADMIN',
  'datasetMember:write': 'MEMBER',
  'datasetField:edit': 'ADMIN',
  'datasetView:write': 'ADMIN',
  'datasetHistory:read': 'ADMIN',
  'dataset:delete': 'ADMIN',
  'dataset:duplicate': 'MEMBER',
  'dataset:read': 'VIEWER',
  'dataset:share': 'MEMBER',
  'dataset:import': 'ADMIN',
  'dataset:export': 'VIEWER',
  'datasetMember:read': 'MEMBER',
  'datasetRow:filter': 'VIEWER',
  'datasetRow:write': 'MEMBER',
  'datasetField:write': 'ADMIN',
  'dataset:rename': 'ADMIN',
  'dataset:describe': 'ADMIN',
  'datasetView:configure': 'ADMIN',
  'datasetMember:makeAdmin': 'ADMIN',
  'datasetMember:makeMember': 'ADMIN',
  'datasetMember:makeViewer': 'ADMIN',
  'datasetMember:remove': 'ADMIN',
  'dataset:extendImpersonation': 'ADMIN',
};

const ON_FLOWS: Readonly<Record<FlowPermission, 'OWNER' | 'EDITOR' | 'VIEWER'>> = {
  'flow:read': 'VIEWER',
  'flow:edit': 'EDITOR',
  'flow:execute': 'EDITOR',
  'flow:delete': 'OWNER',
  'flowMember:read': 'EDITOR',
  'flowMember:write': 'EDITOR',
  'flowMember:makeOwner': 'OWNER',
  'flowMember:makeEditor': 'OWNER',
  'flowMember:makeViewer': 'OWNER',
  'flowMember:makeNone': 'OWNER',
  'flowMember:remove': 'OWNER',
  'flow:extendImpersonation': 'OWNER',
};

const IN_THE_ACCOUNT: Readonly<Record<AccountPermission, AccountRole>> = {
  'accessReview:manage': 'IAM_ADMIN',
  'account:read': 'VIEWER',
  'accountSettings:read': 'ADMIN',
  'accountSettings:write': 'ADMIN',
  'apiKey:manage': 'ADMIN',
  'auditLog:read': 'IAM_ADMIN',
  'billing:manage': 'ADMIN',
  'connection:manage': 'EDITOR',
  'connection:readAny': 'ADMIN',
  'dataset:create': 'EDITOR',
  'dataset:override': 'SUPER_ADMIN',
  'directory:read': 'VIEWER',
  'execution:read': 'VIEWER',
  'flow:assumeOwner': 'ADMIN',
  'flow:create': 'EDITOR',
  'flow:editAny': 'EDITOR',
  'flow:executeAny': 'EDITOR',
  'flow:override': 'SUPER_ADMIN',
  'flow:readAny': 'VIEWER',
  'governance:read': 'IAM_ADMIN',
  'group:write': 'USER_ADMIN',
  'impersonation:share': 'IAM_ADMIN',
  'integration:configure': 'ADMIN',
  'role:assign': 'IAM_ADMIN',
  'role:assignAny': 'SUPER_ADMIN',
  'role:write': 'IAM_ADMIN',
  'security:manage': 'IAM_ADMIN',
  'serviceAccount:manage': 'IAM_ADMIN',
  'serviceAccountLog:read': 'IAM_ADMIN',
  'session:manage': 'USER_ADMIN',
  'user:create': 'USER_ADMIN',
  'user:read': 'USER_ADMIN',
  'user:remove': 'USER_ADMIN',
  'user:suspend': 'USER_ADMIN',
  'user:update': 'USER_ADMIN',
};

describe('the role to ask for', () => {
  test.each(DATASET_PERMISSIONS)('on a dataset, for %s', (permission) => {
    expect(roleToAskFor([permission])).toBe(ON_DATASETS[permission]);
  });

  test.each(FLOW_PERMISSIONS)('on another flow, for %s', (permission) => {
    expect(roleToAskFor([permission])).toBe(ON_FLOWS[permission]);
  });

  test.each(ACCOUNT_PERMISSIONS)('in the account, for %s', (permission) => {
    expect(accountRoleToAskFor([permission])).toBe(IN_THE_ACCOUNT[permission]);
  });

  test.each<[SharedPermission[], MemberRole | null | undefined, MemberRole | null]>([
    [['dataset:read', 'datasetRow:write'], null, 'MEMBER'],
    [['datasetRow:write', 'dataset:read'], undefined, 'MEMBER'],
    [['dataset:read', 'datasetRow:write', 'dataset:rename'], null, 'ADMIN'],
    [['dataset:export', 'datasetRow:filter'], null, 'VIEWER'],
    // Nobody asks for less than they have.
    [['dataset:read'], 'MEMBER', 'MEMBER'],
    [['dataset:read'], 'VIEWER', 'VIEWER'],
    [['datasetView:write'], 'MEMBER', 'ADMIN'],
    [['datasetRow:write'], 'VIEWER', 'MEMBER'],
    [['flow:read', 'flow:execute'], 'VIEWER', 'EDITOR'],
    [['flow:read'], 'EDITOR', 'EDITOR'],
    [['flow:edit'], 'NONE', 'EDITOR'],
    [['flowMember:remove'], 'EDITOR', 'OWNER'],
    // Of two tables no role has both, and of nothing none.
    [['dataset:read', 'flow:read'], null, null],
    [['flow:delete', 'dataset:delete'], null, null],
    [[], null, null],
  ])('for %j by a %s is %s', (permissions, held, role) => {
    expect(roleToAskFor(permissions, held)).toBe(role);
  });

  test.each<[AccountPermission[], AccountRole | null]>([
    [['user:create', 'user:remove'], 'USER_ADMIN'],
    [['user:create', 'role:assign'], 'ADMIN'],
    [['role:assign', 'serviceAccount:manage'], 'IAM_ADMIN'],
    [['dataset:create', 'directory:read'], 'EDITOR'],
    [['dataset:create', 'auditLog:read'], 'ADMIN'],
    [['user:create', 'accessReview:manage'], 'SUPER_ADMIN'],
    // Only together.
    [['apiKey:manage', 'dataset:override'], null],
    [['flow:editAny', 'user:read'], null],
    [['connection:readAny', 'flow:editAny'], null],
    [[], null],
  ])('in the account for %j is %s', (permissions, role) => {
    expect(accountRoleToAskFor(permissions)).toBe(role);
  });
});

test.each<['dataset' | 'flow', MemberRole, boolean, SharedPermission[]]>([
  ['dataset', 'ADMIN', true, ['datasetMember:makeAdmin']],
  ['dataset', 'MEMBER', true, ['datasetMember:makeMember']],
  ['dataset', 'VIEWER', false, ['datasetMember:write', 'datasetMember:makeViewer']],
  ['flow', 'OWNER', false, ['flowMember:write', 'flowMember:makeOwner']],
  ['flow', 'EDITOR', true, ['flowMember:makeEditor']],
  ['flow', 'VIEWER', true, ['flowMember:makeViewer']],
])(
  'on a %s it takes what changing a member takes: %s to a member %s',
  (family, role, is, takes) => {
    expect(permissionsToGive(family, role, is)).toEqual(takes);
  },
);

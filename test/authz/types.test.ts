import { expect, test } from 'vitest';

import { ACCOUNT_ROLE_TABLE, type AccountRole } from '../../src/authz/account-roles.js';
import { NEVER_DELEGABLE, type FlowKind, type SharedResource } from '../../src/authz/boundary.js';
import {
  DATASET_ROLE_TABLE,
  PERMISSION_TO_MAKE,
  type DatasetRole,
} from '../../src/authz/dataset-roles.js';
import { decide, type Grant } from '../../src/authz/decide.js';
import {
  FLOW_ROLE_TABLE,
  PERMISSION_TO_MAKE_FLOW,
  type FlowRole,
} from '../../src/authz/flow-roles.js';
import type {
  AccountPermission,
  DatasetPermission,
  FlowPermission,
  Permission,
} from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import type { Cell, Row } from '../../src/authz/role-table.js';
import { principal } from '../support/principal.js';

// The compiler is the judge here: each `@ts-expect-error` fails the type check once its line compiles.

test('a misspelt permission does not compile', () => {
  const permissions: Permission[] = [
    'dataset:read',
    'auditLog:read',
    // @ts-expect-error -- the verb does not exist
    'dataset:raed',
    // @ts-expect-error -- the resource does not exist
    'datasets:read',
    'flow:extendImpersonation',
    // @ts-expect-error -- a flow is edited
    'flow:write',
  ];
  expect(permissions).toHaveLength(6);
  // @ts-expect-error -- nor does this one, and what is compiled all the same is not allowed
  expect(decide(principal('SUPER_ADMIN'), 'dataset:renamed').allowed).toBe(false);
});

test('permissions of the account, on a dataset and on a flow are not taken for one another', () => {
  const inAccount: AccountPermission[] = [
    'dataset:create',
    // @ts-expect-error -- it is one on a dataset
    'dataset:rename',
  ];
  const onFlow: FlowPermission[] = [
    'flow:read',
    // @ts-expect-error -- it is one of the account
    'flow:readAny',
    // @ts-expect-error -- it is one on a dataset
    'dataset:read',
  ];
  const onDataset: DatasetPermission[] = [
    'dataset:rename',
    // @ts-expect-error -- it is one of the account
    'dataset:create',
  ];
  expect(inAccount).toEqual(onDataset.toReversed());
  expect(onFlow).toHaveLength(3);
});

test('a misspelt role or condition does not compile', () => {
  const roles: (DatasetRole | AccountRole)[] = [
    'ADMIN',
    'MEMBER',
    'VIEWER',
    'SUPER_ADMIN',
    // @ts-expect-error -- an Owner is no role on a dataset
    'OWNER',
    // @ts-expect-error -- it is written SUPER_ADMIN
    'SUPERADMIN',
  ];
  const onFlow: FlowRole[] = [
    'OWNER',
    'EDITOR',
    'VIEWER',
    'NONE',
    // @ts-expect-error -- an Admin is a role on a dataset, and in the account
    'ADMIN',
    // @ts-expect-error -- a Member is a role on a dataset
    'MEMBER',
  ];
  const cells: Cell[] = [
    true,
    false,
    'ownView',
    'limitedExecution',
    // @ts-expect-error -- no such condition
    'ownViews',
  ];
  const grant: Grant = {
    via: 'DIRECT',
    // @ts-expect-error -- nobody is a member as one
    role: 'SUPER_ADMIN',
  };
  expect([...roles, ...onFlow, ...cells, grant]).toHaveLength(18);
});

test('a misspelt kind of flow or shared resource does not compile', () => {
  const kinds: FlowKind[] = [
    'INTEGRATION',
    // @ts-expect-error -- a folder is no flow
    'FOLDER',
  ];
  const resources: SharedResource[] = [
    'GLOBAL_MY_ITEMS',
    // @ts-expect-error -- there is no such resource
    'ALL_FLOWS',
  ];
  // @ts-expect-error -- nor such a permission
  const isListed = NEVER_DELEGABLE.has('role:delete');
  expect([kinds, resources, isListed]).toHaveLength(3);
});

test('an incomplete table does not compile', () => {
  const { 'dataset:rename': _rename, ...withoutRename } = DATASET_ROLE_TABLE;
  // @ts-expect-error -- nobody has decided who renames
  withoutRename satisfies Record<DatasetPermission, Row<DatasetRole>>;
  const { 'auditLog:read': _auditLog, ...withoutAuditLog } = ACCOUNT_ROLE_TABLE;
  // @ts-expect-error -- nobody has decided who reads the audit log
  withoutAuditLog satisfies Record<AccountPermission, readonly AccountRole[]>;
  const { VIEWER: _viewer, ...withoutViewer } = PERMISSION_TO_MAKE;
  // @ts-expect-error -- nobody has decided what it takes to make a Viewer
  withoutViewer satisfies Record<DatasetRole, Permission>;
  expect(withoutViewer).not.toHaveProperty('VIEWER');
  const { 'flow:edit': _edit, ...withoutEdit } = FLOW_ROLE_TABLE;
  // @ts-expect-error -- nobody has decided who edits a flow
  withoutEdit satisfies Record<FlowPermission, Row<FlowRole>>;
  const { NONE: _none, ...withoutNone } = PERMISSION_TO_MAKE_FLOW;
  // @ts-expect-error -- nobody has decided what it takes to shut somebody out
  withoutNone satisfies Record<FlowRole, FlowPermission>;
  expect(withoutNone).not.toHaveProperty('NONE');
});

test('a line of a table that leaves out a role does not compile', () => {
  const line = { label: 'A row', override: false, ADMIN: true, MEMBER: true };
  // @ts-expect-error -- what about a Viewer?
  const row: Row<DatasetRole> = line;
  expect(row).toBe(line);
  // @ts-expect-error -- what about None?
  const flowRow: Row<FlowRole> = { ...line, OWNER: true, EDITOR: true, VIEWER: true };
  expect(flowRow).not.toHaveProperty('NONE');
  // @ts-expect-error -- a role that is none
  const roles: readonly AccountRole[] = ['ADMIN', 'ROOT'] as const;
  expect(roles).toHaveLength(2);
});

test('a principal is not changed', () => {
  const someone: Principal = principal('EDITOR');
  // @ts-expect-error -- its permissions never change inside a request
  const permissions: Set<AccountPermission> = someone.permissions;
  expect(permissions).toBe(someone.permissions);
  const move = () => {
    // @ts-expect-error -- nor does its account
    someone.accountId = 'another';
  };
  expect(move).toBeTypeOf('function');
});

// The rules as they are printed, typed off by hand: a permission, who has it, and the operations that take it.
// One that stands in several lines takes all of them; without a dot it is a mutation.

/** Datasets: what Admin, Member and Viewer may, and a Super Admin by override. */
const DATASET = `
dataset:configure            Y N N -  Dataset.settings updateDatasetSettings
datasetMember:write          Y Y N -  addDatasetMember removeDatasetMember
datasetField:edit            Y N N -  updateDatasetField removeDatasetField
datasetView:write            Y V N -  createDatasetView updateDatasetView deleteDatasetView
datasetHistory:read          Y N N -  Dataset.history
dataset:delete               Y N N -  deleteDataset
dataset:duplicate            Y Y N -  duplicateDataset
dataset:read                 Y Y Y S  Query.dataset Dataset.rows leaveDataset assumeDatasetRole
dataset:share                Y Y N S  Dataset.shareSettings Dataset.assignableRoles
dataset:import               Y F N -  startDatasetImport
dataset:export               Y Y Y -  exportDataset exportSomeOfDataset
datasetMember:read           Y Y N S  Dataset.members
datasetRow:filter            Y Y Y S  Dataset.someRows exportSomeOfDataset
datasetRow:write             Y Y N -  addDatasetRows updateDatasetRows removeDatasetRows
datasetField:write           Y N N -  addDatasetField moveDatasetField removeDatasetField
dataset:rename               Y N N -  renameDataset
dataset:describe             Y N N -  describeDataset
datasetView:configure        Y V N -  DatasetView.configuration
datasetMember:makeAdmin      Y N N S
datasetMember:makeMember     Y A N S
datasetMember:makeViewer     Y A N S
datasetMember:remove         Y A N -  removeDatasetMember
dataset:extendImpersonation  Y N N -  Dataset.impersonationGrants grantOnDataset`;

/** Other flows: what Owner, Editor, Viewer and None may, a Super Admin, and who else without a role. */
const FLOW = `
flow:read                 Y Y Y N S flow:readAny     Query.flow leaveFlow assumeFlowRole
flow:edit                 Y Y N N - flow:editAny     renameFlow describeFlow
flow:execute              Y Y N N - flow:executeAny
flow:delete               Y N N N - -  deleteFlow
flowMember:read           Y Y N N S -  Flow.members Flow.isOrphaned Flow.assignableRoles
flowMember:write          Y Y N N - -  addFlowMember removeFlowMember
flowMember:makeOwner      Y N N N - -
flowMember:makeEditor     Y O N N - -
flowMember:makeViewer     Y O N N - -
flowMember:makeNone       Y N N N - -
flowMember:remove         Y O N N - -  removeFlowMember
flow:extendImpersonation  Y N N N - -  Flow.impersonationGrants grantOnFlow`;

/** The account: Super Admin, IAM Admin, User Admin, Admin, Editor, Viewer. */
const ACCOUNT = `
accessReview:manage     SI----  Query.accessReviews startAccessReview
account:read            SIUAEV
accountSettings:read    S--A--
accountSettings:write   S--A--  updateAccount
apiKey:manage           ---A--  User.apiKeys
auditLog:read           SI-A--  Query.auditLog
billing:manage          S--A--  changePlan
connection:manage       ---AE-
connection:readAny      ---A--
dataset:create          S--AE-  createDataset
dataset:override        S-----  assumeDatasetRole
directory:read          SIUAEV  Query.groups Query.group
execution:read          ---AEV
flow:assumeOwner        S--A--  assumeFlowRole
flow:create             S--AE-  createFlow
flow:editAny            ----E-
flow:executeAny         ----E-
flow:override           S-----
flow:readAny            ---AEV
governance:read         SI----  Query.governance
group:write             SIUA--  createGroup renameGroup deleteGroup addGroupMembers removeGroupMembers inviteIntoGroup
impersonation:share     SI----  Query.impersonationSecurity grantShared
integration:configure   ---A--
role:assign             SI-A--  Query.previewRoleChange assignRoles
role:assignAny          S-----
role:write              SI-A--  createRole updateRole deleteRole
security:manage         SI-A--
serviceAccount:manage   SI----  Query.serviceAccounts Query.serviceAccount createServiceAccount updateServiceAccount disableServiceAccount enableServiceAccount deleteServiceAccount createAccessKey renameAccessKey setAccessKeyActive rotateAccessKey deleteAccessKey ServiceAccount.purpose ServiceAccount.use ServiceAccount.accessKeys ServiceAccount.associatedResources
serviceAccountLog:read  SI----  ServiceAccount.auditLog
session:manage          SIUA--  revokeSession revokeSessions User.sessions
user:create             S-UA--  Query.invitations inviteUser inviteIntoGroup resendInvitation revokeInvitation
user:read               SIUA--  Query.users Query.user Query.roles Query.role Query.accountPermissions Group.members Role.holders Role.permissions Role.parents User.status User.roles User.groups
user:remove             SIUA--  Query.offboardingPlan removeUser offboard
user:suspend            SIUA--  suspendUser reactivateUser
user:update             SIUA--  updateUser`;

export const words = (text: string) => text.trim().split(/\s+/);
const lines = (text: string) => text.trim().split('\n').map(words);

export const BUILT_IN = words('SUPER_ADMIN IAM_ADMIN USER_ADMIN ADMIN EDITOR VIEWER');
export const DATASET_ROLES = words('ADMIN MEMBER VIEWER');
export const FLOW_ROLES = words('OWNER EDITOR VIEWER NONE');
const FAMILIES = [
  { text: DATASET, roles: DATASET_ROLES },
  { text: FLOW, roles: FLOW_ROLES },
] as const;

/** What is done on flows. */
export const ON_FLOWS = new Map(
  FAMILIES.flatMap(({ text, roles }) =>
    lines(text).map(([name = '', ...rest]) => {
      const cells: Record<string, string | undefined> = {};
      for (const [at, role] of roles.entries()) cells[role] = rest[at];
      const [override, ...others] = rest.slice(roles.length);
      const byDefault = others.find((word) => word.includes(':'));
      const operations = others.filter((word) => !word.includes(':') && word !== '-');
      return [name, { cells, override: override === 'S', byDefault, operations }];
    }),
  ),
);
export const IN_ACCOUNT = new Map(
  lines(ACCOUNT).map(([name = '', who = '', ...operations]) => [
    name,
    { roles: BUILT_IN.filter((_role, at) => who[at] !== '-'), operations },
  ]),
);
export const FLOW_PERMISSIONS = [...ON_FLOWS.keys()];
export const ACCOUNT_PERMISSIONS = [...IN_ACCOUNT.keys()];

/** All permissions that an operation takes. */
export const TAKES = new Map<string, string[]>();
for (const [name, { operations }] of [...ON_FLOWS, ...IN_ACCOUNT]) {
  for (const each of operations) TAKES.set(each, [...(TAKES.get(each) ?? []), name]);
}
export const OPERATIONS = [...TAKES.keys()];

/** What a shared resource lets through, and as which administrators alone. */
export const SHARED: Record<string, { lets: string[]; as?: string[] }> = {
  GLOBAL_MY_ITEMS: { lets: [] },
  USER_AND_GROUP_MANAGEMENT: {
    lets: words(`account:read directory:read user:read user:update user:suspend user:remove
      group:write`),
    as: words('SUPER_ADMIN IAM_ADMIN USER_ADMIN'),
  },
  ALL_FLOWS_AND_INTEGRATIONS: {
    lets: words('dataset:create flow:create flow:editAny flow:executeAny flow:readAny'),
  },
};
export const EVERY_FLOW = 'ALL_FLOWS_AND_INTEGRATIONS';
export const EXTENDS = words('dataset:extendImpersonation flow:extendImpersonation');
export const NEVER_BY_KEY = [
  ...EXTENDS,
  ...words('apiKey:manage serviceAccount:manage impersonation:share'),
];

/** By people who are signed in, and nobody else. */
export const SIGNED_IN =
  words(`updateProfile createApiKey renameApiKey rotateApiKey turnOffApiKey deleteApiKey
  revokeSession revokeSessions revokeImpersonation
  User.sessions User.apiKeys Me.sessions Me.apiKeys Me.actedOnBehalf`);
/** About oneself without any permission. */
export const OWN = words(`User.status User.roles User.groups User.sessions User.apiKeys
  revokeSession revokeSessions`);
/** To people, and not to those above. */
export const ON_PEOPLE =
  words(`updateUser suspendUser reactivateUser removeUser offboard assignRoles
  revokeSession revokeSessions`);

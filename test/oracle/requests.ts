import { ACCOUNT, typeOf, type Loaded } from './load.js';
import type { Question } from './world.js';

/** How a question is put to the API. */
export interface Request {
  /** The object that is opened for it, if any: fields of one object are asked for together. */
  readonly door?: string | undefined;
  /** The field, and what stands around it. */
  readonly field: string;
  readonly around?: string | undefined;
  /** What is in the list that it answers with. */
  readonly listed?: ((answer: never) => Listed) | undefined;
}

export interface Listed {
  /** As the API calls them. */
  readonly names: readonly string[];
  readonly total?: number;
}

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly id: string } }[];
}
interface Named {
  readonly id: string;
}

const PAGE = '(first: 12) { totalCount edges { node { id } } }';
const ofPage = ({ totalCount, edges }: Page): Listed => ({
  names: edges.map(({ node }) => node.id),
  total: totalCount,
});
const ofObjects = (list: readonly Named[]): Listed => ({ names: list.map(({ id }) => id) });
const ofTexts = (names: readonly string[]): Listed => ({ names });

/** A field and, if it is a list, what is in it. */
type Field = readonly [text: string, listed?: (answer: never) => Listed];

const page = (name: string): Field => [`${name}${PAGE}`, ofPage];
const objects = (name: string): Field => [`${name} { id }`, ofObjects];
const there = (name: string): Field => [`${name} { __typename }`];
const MEMBERSHIPS: Field = [
  'memberships(first: 12) { totalCount edges { node { flow { id } } } }',
  ({ totalCount, edges }: { totalCount: number; edges: { node: { flow: Named } }[] }) => ({
    names: edges.map(({ node }) => node.flow.id),
    total: totalCount,
  }),
];
const ROLES: Field = ['assignableRoles', ofTexts];

/** The fields of what is opened first, by the type and the name that operations have. */
const FIELDS: Readonly<Record<string, Field>> = {
  'Query.dataset': ['id'],
  'Query.flow': ['id'],
  'Query.node': ['__typename'],
  'Dataset.settings': there('settings'),
  'Dataset.history': ['history(first: 1) { totalCount }'],
  'Dataset.rows': ['rows(first: 1) { totalCount }'],
  'Dataset.someRows': ['rows(first: 1, search: "a") { totalCount }'],
  'Dataset.shareSettings': there('shareSettings'),
  'Dataset.assignableRoles': [
    'shareSettings { assignableRoles }',
    ({ assignableRoles }: { assignableRoles: string[] }) => ({ names: assignableRoles }),
  ],
  'Dataset.members': page('members'),
  'Dataset.impersonationGrants': objects('impersonationGrants'),
  'DatasetView.configuration': ['views { id configuration { __typename } }'],
  'Flow.members': page('members'),
  'Flow.isOrphaned': ['isOrphaned'],
  'Flow.assignableRoles': ROLES,
  'Flow.impersonationGrants': objects('impersonationGrants'),
  'User.status': ['status'],
  'User.roles': objects('roles'),
  'User.groups': page('groups'),
  'User.sessions': page('sessions'),
  'User.apiKeys': objects('apiKeys'),
  'User.lastSignedInAt': ['lastSignedInAt'],
  'User.mfaEnrolledAt': ['mfaEnrolledAt'],
  'User.addedAt': ['addedAt'],
  'User.addedVia': ['addedVia'],
  'User.addedBy': there('addedBy'),
  'Group.members': page('members'),
  'Group.memberships': MEMBERSHIPS,
  'Role.holders': page('holders'),
  'Role.permissions': ['permissions'],
  'Role.ownPermissions': ['ownPermissions'],
  'Role.parents': objects('parents'),
  'ServiceAccount.purpose': ['purpose'],
  'ServiceAccount.status': ['status'],
  'ServiceAccount.createdAt': ['createdAt'],
  'ServiceAccount.createdBy': there('createdBy'),
  'ServiceAccount.dormantSince': ['dormantSince'],
  'ServiceAccount.use': there('use'),
  'ServiceAccount.accessKeys': objects('accessKeys'),
  'ServiceAccount.associatedResources': ['associatedResources(first: 1) { totalCount }'],
  'ServiceAccount.auditLog': ['auditLog(first: 1) { totalCount }'],
  'OffboardingPlan.exports': ['exports(first: 1) { totalCount }'],
  'OffboardingPlan.invitations': ['invitations(first: 1) { totalCount }'],
  'OffboardingPlan.serviceAccountKeys': ['serviceAccountKeys(first: 1) { totalCount }'],
  'Account.name': ['name'],
  'Account.invitationDays': ['invitationDays'],
  'Account.reviewDays': ['reviewDays'],
  'Me.sessions': page('sessions'),
  'Me.apiKeys': objects('apiKeys'),
  'Me.actedOnBehalf': ['actedOnBehalf(first: 1) { totalCount }'],
  'Me.permissions': ['permissions', ofTexts],
};

function actionsAs({ id }: Loaded): Field {
  return [`actionsAs(userId: ${JSON.stringify(id('p0'))}, first: 1) { totalCount }`];
}

const LISTS = ['datasets', 'flows', 'users', 'groups', 'roles', 'serviceAccounts', 'invitations'];
const SINGLES = ['user', 'group', 'role', 'serviceAccount'];
const SECURITY: Field = [
  'impersonationSecurity { sharedResources { grants { id } } }',
  ({ sharedResources }: { sharedResources: { grants: Named[] }[] }) => ({
    names: sharedResources.flatMap(({ grants }) => grants.map(({ id }) => id)),
  }),
];

/** A query, or one field of an object. */
export function readingOf(question: Question, loaded: Loaded): Request {
  const { operation, on = '', role = '' } = question;
  const [type = '', name = ''] = operation.split('.');
  const id = JSON.stringify(loaded.id(on));
  const known = operation === 'ServiceAccount.actionsAs' ? actionsAs(loaded) : FIELDS[operation];
  if (known) {
    const [field, listed] = known;
    if (type === 'OffboardingPlan') {
      return { door: `offboardingPlan(userId: ${id})`, field, listed };
    }
    if (type === 'Me') return { door: 'me', field, listed };
    if (type === 'Query') return { door: `${name}(id: ${id})`, field, listed };
    if (type.startsWith('Dataset')) return { door: `dataset(id: ${id})`, field, listed };
    const typename = type === 'Flow' ? typeOf(loaded.world, on) : type;
    const opens = type === 'Flow' ? 'flow' : 'node';
    const opened = type === 'Account' ? JSON.stringify(loaded.id(ACCOUNT)) : id;
    // Without its name, which is never null, there is no account: a door of its own keeps that from the other fields.
    const alone = operation === 'Account.name' ? ' @include(if: true)' : '';
    return { door: `${opens}(id: ${opened})${alone}`, field, listed, around: `... on ${typename}` };
  }
  if (LISTS.includes(name)) return { field: `${name}${PAGE}`, listed: ofPage };
  if (SINGLES.includes(name)) return { field: `${name}(id: ${id}) { id }` };
  switch (operation) {
    case 'Query.me':
      return { field: 'me { __typename }' };
    case 'Query.governance':
      return { field: 'governance { __typename }' };
    case 'Query.accountPermissions':
      return { field: 'accountPermissions' };
    case 'Query.whoCan':
      return { field: 'whoCan(operation: "Query.users") { totalCount }' };
    case 'Query.explainAccess':
      return { field: `explainAccess(operation: "Query.users", principalId: ${id}) { allowed }` };
    case 'Query.accessMatrix':
      return { field: `accessMatrix(search: "Me.id", principalId: ${id}) { principalName }` };
    case 'Query.requiredPermissions':
      return { field: 'requiredPermissions(document: "{ me { __typename } }") { __typename }' };
    case 'Query.accessRequest':
    case 'Query.accessReview':
    case 'Query.datasetImport':
      return { field: `${name}(id: ${id}) { id }` };
    case 'Query.accessRequests':
    case 'Query.auditLog':
    case 'Query.accessReviews':
      return { field: `${name}(first: 1) { totalCount }` };
    case 'Query.impersonationSecurity':
      return { field: SECURITY[0], listed: SECURITY[1] };
    case 'Query.offboardingPlan':
      return { field: `offboardingPlan(userId: ${id}) { __typename }` };
    case 'Query.previewRoleChange': {
      const roleIds = JSON.stringify([loaded.id(role)]);
      return { field: `previewRoleChange(userId: ${id}, roleIds: ${roleIds}) { __typename }` };
    }
    default:
      throw new Error(`Nothing reads ${operation}.`);
  }
}

/** Of an access review; nothing has it. */
const NO_LINE = '01900000-0000-7000-8000-000000000000';

type Inputs = Readonly<Record<string, unknown>>;

/** A mutation, with inputs that fit the world. */
export function mutationOf(question: Question, loaded: Loaded): Request {
  const { operation, on = '', target = '', role = '', gives = [] } = question;
  const id = (name: string) => loaded.id(name);
  const name = `New ${operation}`;
  const dataset = { datasetId: id(on) };
  const fieldId = id(on.replace('f', 'c'));
  const rowId = id(on.replace('f', 'd'));
  const flow = { flowId: id(on) };
  const person = { userId: id(on) };
  const group = { groupId: id(on) };
  const key = { accessKeyId: id(on) };
  const program = { serviceAccountId: id(on) };
  const member = { memberId: id(target) };
  const INPUTS: Readonly<Record<string, () => Inputs>> = {
    updateDatasetSettings: () => ({ ...dataset, printPolicy: 'NOBODY' }),
    addDatasetMember: () => ({ ...dataset, granteeId: id(target), role }),
    changeDatasetMemberRole: () => ({ ...dataset, ...member, role }),
    removeDatasetMember: () => ({ ...dataset, ...member }),
    leaveDataset: () => dataset,
    assumeDatasetRole: () => ({ ...dataset, role }),
    updateDatasetField: () => ({ ...dataset, fieldId, helpText: name }),
    removeDatasetField: () => ({ ...dataset, fieldId }),
    moveDatasetField: () => ({ ...dataset, fieldId, position: 0 }),
    addDatasetField: () => ({ ...dataset, name, type: 'TEXT' }),
    createDatasetView: () => ({ ...dataset, name }),
    updateDatasetView: () => ({ ...dataset, viewId: id(target), name }),
    deleteDatasetView: () => ({ ...dataset, viewId: id(target) }),
    deleteDataset: () => ({ ...dataset, name: on }),
    duplicateDataset: () => ({ ...dataset, name }),
    startDatasetImport: () => ({ ...dataset, fileName: 'new.csv' }),
    exportDataset: () => dataset,
    exportSomeOfDataset: () => ({ ...dataset, search: 'a' }),
    addDatasetRows: () => ({ ...dataset, rows: [{}] }),
    updateDatasetRows: () => ({ ...dataset, rows: [{ id: rowId, version: 1, values: {} }] }),
    removeDatasetRows: () => ({ ...dataset, rows: [{ id: rowId }] }),
    renameDataset: () => ({ ...dataset, name }),
    describeDataset: () => ({ ...dataset, description: name }),
    grantOnDataset: () => ({ ...flow, serviceAccountId: id(target) }),
    leaveFlow: () => flow,
    assumeFlowRole: () => ({ ...flow, role }),
    renameFlow: () => ({ ...flow, name }),
    describeFlow: () => ({ ...flow, description: name }),
    deleteFlow: () => ({ ...flow, name: on }),
    addFlowMember: () => ({ ...flow, granteeId: id(target), role }),
    changeFlowMemberRole: () => ({ ...flow, ...member, role }),
    removeFlowMember: () => ({ ...flow, ...member }),
    grantOnFlow: () => ({ ...flow, serviceAccountId: id(target) }),
    grantShared: () => ({ sharedResource: role, serviceAccountId: id(target) }),
    revokeImpersonation: () => ({ grantId: id(on) }),
    startAccessReview: () => ({}),
    closeAccessReview: () => ({ accessReviewId: id(on), confirm: true }),
    decideAccessReviewLines: () => ({
      accessReviewId: id(on),
      lineIds: [NO_LINE],
    }),
    requestAccess: () => ({ permissions: ['integration:configure'] }),
    signOut: () => ({}),
    withdrawAccessRequest: () => ({ requestId: id(on) }),
    changePassword: () => ({ currentPassword: name, newPassword: `Another ${name}` }),
    offboardWithInvitations: () => ({ ...person, confirm: true, takeOverInvitations: true }),
    offboardWithKeys: () => ({ ...person, confirm: true, rotateServiceAccountKeys: true }),
    updateAccount: () => ({ reviewDays: 30 }),
    changePlan: () => ({ plan: 'PRO' }),
    createDataset: () => ({ name }),
    createFlow: () => ({ name, kind: 'BOARD' }),
    createGroup: () => ({ name }),
    renameGroup: () => ({ ...group, name }),
    deleteGroup: () => ({ ...group, name: on }),
    addGroupMembers: () => ({ ...group, userIds: [id(target)] }),
    removeGroupMembers: () => ({ ...group, userIds: [id(target)] }),
    assignRoles: () => ({ ...person, roleIds: [id(role)], confirm: true }),
    createRole: () => ({ name, permissions: gives, ...(role && { parentIds: [id(role)] }) }),
    updateRole: () => ({
      roleId: id(on),
      permissions: gives,
      ...(role && { parentIds: [id(role)] }),
    }),
    deleteRole: () => ({ roleId: id(on), name: on }),
    createServiceAccount: () => ({ name, purpose: name }),
    updateServiceAccount: () => ({ ...program, purpose: name }),
    disableServiceAccount: () => program,
    enableServiceAccount: () => program,
    deleteServiceAccount: () => ({ ...program, name: on }),
    createAccessKey: () => ({ ...program, name }),
    renameAccessKey: () => ({ ...key, name }),
    setAccessKeyActive: () => ({ ...key, isActive: false }),
    rotateAccessKey: () => key,
    deleteAccessKey: () => key,
    createApiKey: () => ({ name }),
    renameApiKey: () => ({ ...key, name }),
    turnOffApiKey: () => ({ ...key, isActive: false }),
    rotateApiKey: () => key,
    deleteApiKey: () => key,
    updateProfile: () => ({ name }),
    updateUser: () => ({ ...person, name }),
    suspendUser: () => person,
    reactivateUser: () => person,
    removeUser: () => ({ ...person, confirm: true }),
    offboard: () => ({ ...person, confirm: true }),
    revokeSession: () => ({ sessionId: id(on) }),
    revokeSessions: () => person,
    inviteUser: () => ({ email: 'new@new.example', roleId: id(role) }),
    inviteIntoGroup: () => ({
      email: 'new@new.example',
      roleId: id(role),
      groupIds: [id(target)],
    }),
    resendInvitation: () => ({ invitationId: id(on) }),
    revokeInvitation: () => ({ invitationId: id(on) }),
  };
  const input = INPUTS[operation]?.();
  if (!input) throw new Error(`Nothing does ${operation}.`);
  const field = NAMES[operation] ?? operation;
  const args = operation !== 'signOut' ? `(input: ${literal(input)})` : '';
  return { field: `${field}${args} { __typename }` };
}

/** What the API calls those of which there are several. */
export const NAMES: Readonly<Record<string, string>> = {
  exportSomeOfDataset: 'exportDataset',
  grantOnDataset: 'grantImpersonation',
  grantOnFlow: 'grantImpersonation',
  grantShared: 'grantImpersonation',
  turnOffApiKey: 'setApiKeyActive',
  inviteIntoGroup: 'inviteUser',
  offboardWithInvitations: 'offboard',
  offboardWithKeys: 'offboard',
};

const ENUMS = ['role', 'printPolicy', 'type', 'plan', 'kind', 'sharedResource'];

/** Inputs as a document has them. */
function literal(value: unknown, name = ''): string {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, each]) => `${key}: ${literal(each, key)}`);
    return `{ ${entries.join(', ')} }`;
  }
  return ENUMS.includes(name) ? String(value) : JSON.stringify(value);
}

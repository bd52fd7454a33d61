/** A document, who may run it, and what it takes. */
export interface PlannedDocument {
  readonly document: string;
  /** Whose key runs it: that of a service account, or an API key of a person with the planned account role. */
  readonly by: 'program' | 'person';
  /** By hand: all that a key must be good for. */
  readonly takes?: readonly string[];
  readonly datasetRole?: string;
  readonly flowRole?: string;
}

const on = (call: string) => `mutation Run($dataset: ID!) { ${call} }`;
const at = (call: string) => `mutation Run($flow: ID!) { ${call} }`;

/** Documents of all kinds. Their variables are named after what is there in the test. */
export const PLANNED: Readonly<Record<string, PlannedDocument>> = {
  'a dataset': {
    document: `query Run($dataset: ID!) { dataset(id: $dataset) { name createdBy { name } views { name } fields { key } } }`,
    by: 'program',
    takes: ['dataset:read'],
    datasetRole: 'VIEWER',
  },
  'the members of a dataset': {
    document: `query Run($dataset: ID!) { dataset(id: $dataset) { members { edges { node { role grantee { ... on User { name } } } } } } }`,
    by: 'program',
    takes: ['dataset:read', 'datasetMember:read'],
    datasetRole: 'MEMBER',
  },
  'rows that are looked for': {
    document: `query Run($dataset: ID!) { dataset(id: $dataset) { rows(search: "a") { totalCount } } }`,
    by: 'program',
    takes: ['dataset:read', 'datasetRow:filter'],
    datasetRole: 'VIEWER',
  },
  'rows that may be looked for': {
    document: `query Run($dataset: ID!, $search: String!) { dataset(id: $dataset) { rows(search: $search) { totalCount } } }`,
    by: 'program',
  },
  rows: {
    document: `query Run($dataset: ID!) { dataset(id: $dataset) { rows { totalCount } } }`,
    by: 'program',
    takes: ['dataset:read'],
    datasetRole: 'VIEWER',
  },
  'the history and settings': {
    document: `query Run($dataset: ID!) { dataset(id: $dataset) { history { totalCount } settings { printPolicy } shareSettings { isOrphaned } } }`,
    by: 'program',
    takes: ['dataset:configure', 'dataset:read', 'dataset:share', 'datasetHistory:read'],
    datasetRole: 'ADMIN',
  },
  'a dataset as any node': {
    document: `query Run($dataset: ID!) { node(id: $dataset) { ... on Dataset { name history { totalCount } } } }`,
    by: 'program',
  },
  'a flow': {
    document: `query Run($flow: ID!) { node(id: $flow) { ... on Process { name members { totalCount } } } }`,
    by: 'program',
    takes: ['flow:read', 'flowMember:read'],
    flowRole: 'EDITOR',
  },
  'a flow by fragments': {
    document: `query Run($flow: ID!) { node(id: $flow) { ...Parts } } fragment Parts on Process { ...More } fragment More on Process { name createdBy { name } }`,
    by: 'program',
  },
  'renaming a dataset': {
    document: on('renameDataset(input: { datasetId: $dataset, name: "New" }) { dataset { name } }'),
    by: 'program',
    takes: ['dataset:read', 'dataset:rename'],
    datasetRole: 'ADMIN',
  },
  'describing a dataset': {
    document: on(
      'describeDataset(input: { datasetId: $dataset, description: "New" }) { __typename }',
    ),
    by: 'program',
  },
  'configuring a dataset': {
    document: on(
      'updateDatasetSettings(input: { datasetId: $dataset, printPolicy: NOBODY }) { dataset { settings { printPolicy } } }',
    ),
    by: 'program',
  },
  'adding a field': {
    document: on(
      'addDatasetField(input: { datasetId: $dataset, name: "Word", type: TEXT }) { field { key } }',
    ),
    by: 'program',
  },
  'adding a row': {
    document: on('addDatasetRows(input: { datasetId: $dataset, rows: [{}] }) { rows { id } }'),
    by: 'program',
    takes: ['dataset:read', 'datasetRow:write'],
    datasetRole: 'MEMBER',
  },
  'saving a view': {
    document: on(
      'createDatasetView(input: { datasetId: $dataset, name: "Mine" }) { view { name } }',
    ),
    by: 'program',
  },
  'starting an import': {
    document: on(
      'startDatasetImport(input: { datasetId: $dataset, fileName: "a.csv" }) { import { state } }',
    ),
    by: 'program',
  },
  duplicating: {
    document: on('duplicateDataset(input: { datasetId: $dataset }) { dataset { name } }'),
    by: 'program',
  },
  'exporting what one looks for': {
    document: on(
      'exportDataset(input: { datasetId: $dataset, search: "a" }) { download { expiresAt } }',
    ),
    by: 'program',
    takes: ['dataset:export', 'dataset:read', 'datasetRow:filter'],
    datasetRole: 'VIEWER',
  },
  'adding a member': {
    document: `mutation Run($dataset: ID!, $email: String!) { addDatasetMember(input: { datasetId: $dataset, nameOrEmail: $email, role: VIEWER }) { dataset { name } } }`,
    by: 'program',
    takes: ['dataset:read', 'datasetMember:makeViewer', 'datasetMember:write'],
    datasetRole: 'MEMBER',
  },
  'making an Admin': {
    document: `mutation Run($dataset: ID!, $email: String!) { addDatasetMember(input: { datasetId: $dataset, nameOrEmail: $email, role: ADMIN }) { dataset { members { totalCount } } } }`,
    by: 'program',
  },
  'deleting a dataset': {
    document: on(
      'deleteDataset(input: { datasetId: $dataset, name: "Of one test" }) { deletedId }',
    ),
    by: 'program',
  },
  'renaming a flow': {
    document: at('renameFlow(input: { flowId: $flow, name: "New" }) { flow { name } }'),
    by: 'program',
    takes: ['flow:edit', 'flow:read'],
    flowRole: 'EDITOR',
  },
  'sharing a flow': {
    document: `mutation Run($flow: ID!, $email: String!) { addFlowMember(input: { flowId: $flow, nameOrEmail: $email, role: OWNER }) { flow { name } } }`,
    by: 'program',
  },
  'deleting a flow': {
    document: at('deleteFlow(input: { flowId: $flow, name: "Of one test" }) { deletedId }'),
    by: 'program',
  },
  'the people of the account': {
    document: '{ users { edges { node { name email roles { name } } } } }',
    by: 'person',
    takes: ['account:read', 'directory:read', 'user:read'],
  },
  'the log': {
    document:
      '{ auditLog(first: 1) { edges { node { action subject { name } } } } me { user { email } } }',
    by: 'person',
    takes: ['auditLog:read'],
  },
  'governance and groups': {
    document:
      '{ governance { inactiveUsers { totalCount } } groups { edges { node { name members { edges { node { name } } } } } } }',
    by: 'person',
  },
  'a new group': {
    document: 'mutation { createGroup(input: { name: "Of one test" }) { group { name } } }',
    by: 'person',
  },
  'an invitation': {
    document:
      'mutation { inviteUser(input: { email: "nina@of-one.test" }) { invitation { state invitedBy { name } } } }',
    by: 'person',
  },
  'an invitation into groups': {
    document:
      'mutation Run($group: ID!) { inviteUser(input: { email: "nils@of-one.test", groupIds: [$group] }) { invitation { state } } }',
    by: 'person',
    takes: ['directory:read', 'group:write', 'user:create'],
  },
  'renaming a group': {
    document:
      'mutation Run($group: ID!) { renameGroup(input: { groupId: $group, name: "New" }) { group { name } } }',
    by: 'person',
  },
  'putting somebody into a group': {
    document:
      'mutation Run($group: ID!, $person: ID!) { addGroupMembers(input: { groupId: $group, userIds: [$person] }) { group { name } } }',
    by: 'person',
  },
  'suspending somebody': {
    document:
      'mutation Run($person: ID!) { suspendUser(input: { userId: $person }) { user { name } } }',
    by: 'person',
  },
  'a new dataset': {
    document: 'mutation { createDataset(input: { name: "Of one test" }) { __typename } }',
    by: 'person',
    takes: ['dataset:create'],
  },
};

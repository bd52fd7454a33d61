import type { Values } from './arguments.js';
import type { InterferenceWorld } from './world.js';

const NOTHING = 'nothing of this kind';

/** What names of the world there are before and after something of it changed, and none. */
const WORDS = ['Paula', 'quentin', 'old', 'new', 'Acqui', NOTHING];
const EMAILS = ['paula@old.example', 'paula@new.example', 'nobody@nowhere.example'];
const NAMES = ['Acquisitions', 'Gardeners', 'Herbalist', 'Robot', 'New name'];
const OPERATIONS = [
  'Dataset.members',
  'Mutation.renameDataset',
  'Mutation.suspendUser',
  'Query.auditLog',
];

const quoted = (texts: readonly string[]) => texts.map((text) => JSON.stringify(text));
const typeOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[0] ?? '';

/** What to put into the arguments of the schema. */
export function valuesIn({ ids, flows, twins }: InterferenceWorld): Values {
  const all = [
    ...Object.values(ids),
    ...flows.flatMap((flow) => Object.values(flow)),
    ...Object.values(twins),
  ];
  const idsOf = (...typenames: string[]) =>
    quoted(all.filter((id) => typenames.includes(typeOf(id))));
  const nowhere = JSON.stringify(
    Buffer.from('User:00000000-0000-0000-0000-000000000000').toString('base64url'),
  );
  const people = quoted([ids.paula, ids.quentin]);
  const datasets = quoted([ids.suppliers, ids.acquisitions]);
  const someFlows = quoted([ids.shortlist, flows[0]?.id ?? '']);
  const resources = quoted([ids.suppliers, ids.acquisitions, ids.quentin, ids.robot]);
  const rows = quoted([ids.row, ids.hiddenRow]);
  return {
    idsOf: (typename) => [...idsOf(typename), nowhere].slice(0, idsOf(typename).length || 1),
    typed: {
      Boolean: ['true', 'false'],
      DateTime: quoted(['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z']),
      Int: ['1'],
      CellValue: quoted(['Old value', 'New value']),
      DatasetRowFilter: [
        '{field: "name", equals: "Old value"}',
        '{field: "name", contains: "new"}',
        '{not: {field: "name", isEmpty: true}}',
      ],
      DatasetRowOrder: ['{field: "name", direction: DESC}'],
      JSONObject: ['{name: "Old value"}'],
      DatasetRowEdit: rows.map((id) => `{id: ${id}, values: {name: "New value"}, version: 1}`),
      DatasetRowRemoval: rows.map((id) => `{id: ${id}}`),
      DatasetImportColumnInput: ['{column: "Name", field: "name"}'],
      HandOverInput: datasets.map((id) => `{flowId: ${id}, toUserId: ${people[0]}}`),
    },
    named: {
      first: ['1'],
      last: ['1'],
      after: ['"none"'],
      before: ['"none"'],
      search: quoted(WORDS),
      name: quoted(NAMES),
      description: quoted(['Said']),
      purpose: quoted(['Said']),
      helpText: quoted(['Said']),
      note: quoted(['Said']),
      reason: quoted(['Said']),
      email: quoted(EMAILS),
      nameOrEmail: quoted(['Paula Person', 'quentin@old.example', 'Gardeners', 'Robot']),
      handle: quoted(['sa:robot']),
      operation: quoted(OPERATIONS),
      operationName: quoted(['None']),
      document: quoted(['{ users { totalCount } }']),
      variables: ['{}'],
      token: quoted([NOTHING]),
      account: quoted([NOTHING]),
      password: quoted([NOTHING]),
      currentPassword: quoted([NOTHING]),
      newPassword: quoted([NOTHING]),
      batchId: quoted(['00000000-0000-0000-0000-000000000000']),
      fileName: quoted(['new.csv']),
      keyField: quoted(['name']),
      fields: ['["name"]'],
      choices: ['["Old"]'],
      permissions: ['["dataset:read"]', '["user:read"]'],
      overlapHours: ['0'],
      'Query.accessMatrix(search)': quoted(['User.email']),
      'CreateRoleInput.permissions': ['["group:write"]'],
      'UpdateRoleInput.permissions': ['["group:write"]'],
      'AuditFilter.action': [
        'USER_UPDATED',
        'DATASET_RENAMED',
        'OPERATION_QUERIED',
        'ROLE_DELETED',
      ],
      'FlowFilter.kinds': ['LIST', 'PROCESS', '[BOARD, APP, SPACE]'],
      confirm: ['true'],
      datasetId: datasets,
      flowId: [...datasets, ...someFlows],
      memberId: quoted([ids.membership, ids.hiddenMembership]),
      granteeId: quoted([ids.quentin, ids.gardeners, ids.robot]),
      serviceAccountId: idsOf('ServiceAccount'),
      groupId: idsOf('Group'),
      groupIds: idsOf('Group'),
      roleId: idsOf('Role'),
      roleIds: idsOf('Role'),
      parentIds: idsOf('Role'),
      userId: people,
      userIds: people,
      toUserId: people,
      actingAs: people,
      'Query.offboardingPlan(userId)': quoted([ids.paula, ids.quentin, ids.sven]),
      'ServiceAccount.actionsAs(userId)': quoted([ids.mira]),
      principal: [...people, ...idsOf('ServiceAccount')],
      principalId: [...people, ...idsOf('ServiceAccount', 'AccessKey')],
      resourceId: resources,
      on: quoted([ids.suppliers, ids.acquisitions, ids.shortlist]),
      view: idsOf('DatasetView'),
      viewId: idsOf('DatasetView'),
      defaultViewId: idsOf('DatasetView'),
      fieldId: idsOf('DatasetField'),
      importId: idsOf('DatasetImport'),
      accessKeyId: idsOf('AccessKey'),
      sessionId: idsOf('Session'),
      invitationId: idsOf('Invitation'),
      grantId: idsOf('ImpersonationGrant').slice(0, 3),
      requestId: idsOf('AccessRequest'),
      accessReviewId: idsOf('AccessReview'),
      lineIds: idsOf('AccessReviewLine'),
    },
  };
}

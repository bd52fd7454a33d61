import { PERMISSION_TO_MAKE } from '../authz/dataset-roles.js';
import { assignable, decide, type FlowFacts } from '../authz/decide.js';
import type { Context } from '../context.js';
import { idOf } from '../domain/ids.js';
import { visibleDatasets } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { pageCost } from './connections.js';
import { DatasetField } from './dataset-field.js';
import { DatasetChange, historyOf } from './dataset-history.js';
import { DatasetRow, isFiltered, RowFilter, RowOrderInput, rowsOf } from './dataset-row.js';
import { DatasetView } from './dataset-view.js';
import { DatasetRole, EgressPolicy } from './enums.js';
import { DatasetMember, membersOn, pageOfMembers } from './flow-member.js';
import { Flow, readingOf, type Reading } from './flow.js';
import { onDataset, onDatasetOf, onDatasetWith } from './scopes.js';

const ShareSettings = builder.objectRef<Reading>('ShareSettings').implement({
  description: 'What one needs to know to share a dataset.',
  authScopes: reached,
  fields: (t) => ({
    assignableRoles: t.field({
      type: [DatasetRole],
      description:
        'The roles that you may give to somebody new. Empty: give yourself a role first.',
      resolve: ({ facts }, _args, { principal }) =>
        assignable(principal, 'datasetMember:write', PERMISSION_TO_MAKE, facts),
    }),
    openedByOverride: t.boolean({
      description: 'Whether only a Super Admin’s override lets you see them.',
      resolve: ({ facts }, _args, context) => viaOf(context, facts) === 'SUPER_ADMIN_OVERRIDE',
    }),
    isOrphaned: t.boolean({
      description:
        'Whether no active Admin is left. A Super Admin can take over with assumeDatasetRole.',
      resolve: async ({ id }, _args, { access }) => !(await access.isAdministered(id)),
    }),
  }),
});

builder.prismaObject('DatasetSettings', {
  description: 'How a dataset opens, and who may take data out of it.',
  authScopes: onDataset('dataset:configure', ({ flowId }: { flowId: string }) => ({ id: flowId })),
  select: { flowId: true },
  fields: (t) => ({
    downloadPolicy: t.expose('downloadPolicy', {
      type: EgressPolicy,
      description: 'Who may download files: attachments, and what is exported.',
    }),
    printPolicy: t.expose('printPolicy', { type: EgressPolicy, description: 'Who may print.' }),
    exportPolicy: t.expose('exportPolicy', { type: EgressPolicy, description: 'Who may export.' }),
    defaultView: t.relation('defaultView', {
      type: DatasetView,
      nullable: true,
      description: 'The view that it opens with; null: every row.',
    }),
  }),
});

const itself = ({ id }: { id: string }) => ({ id });

export const Dataset = builder.prismaNode('Flow', {
  variant: 'Dataset',
  description: 'A table that people fill and share: fields, rows and views.',
  interfaces: [Flow],
  id: { field: 'id' },
  authScopes: onDataset('dataset:read', itself),
  select: { id: true, kind: true },
  fields: (t) => ({
    views: t.relation('views', {
      description: 'The saved views, oldest first, at most 100.',
      query: { orderBy: { id: 'asc' }, take: 100 },
    }),
    fields: t.relation('fields', {
      type: DatasetField,
      description: 'The columns, in their order.',
      query: { orderBy: [{ position: 'asc' }, { id: 'asc' }] },
    }),
    rows: t.connection(
      {
        type: DatasetRow,
        description: 'The rows, in the order in which they were added unless told otherwise.',
        authScopes: onDatasetWith(
          'dataset:read',
          'datasetRow:filter',
          'with filter, orderBy, search or view also',
          itself,
          isFiltered,
        ),
        complexity: pageCost,
        args: {
          filter: t.arg({ type: RowFilter, required: false, description: 'Which of them.' }),
          orderBy: t.arg({
            type: [RowOrderInput],
            required: false,
            description: 'In which order, at most three fields; instead of the view’s.',
          }),
          search: t.arg.string({
            required: false,
            description: 'Rows in which some text holds this, in any case.',
          }),
          view: t.arg.id({
            required: false,
            description: 'Through this view: its filter besides, its order, only its fields.',
          }),
        },
        resolve: ({ id }, args, context) => rowsOf(id, args, context),
      },
      { name: 'DatasetRowConnection' },
      { name: 'DatasetRowEdge' },
    ),
    history: t.connection(
      {
        type: DatasetChange,
        description: 'Who changed which cell, field, member or setting, newest first.',
        authScopes: onDataset('datasetHistory:read', itself),
        complexity: pageCost,
        resolve: ({ id }, args, context) => historyOf(id, args, context),
      },
      { name: 'DatasetChangeConnection' },
      { name: 'DatasetChangeEdge' },
    ),
    settings: t.relation('settings', {
      nullable: false,
      onNull: 'error',
      description: 'How the dataset opens, and who may take data out of it.',
      authScopes: onDataset('dataset:configure', itself),
    }),
    shareSettings: t.field({
      type: ShareSettings,
      description: 'What sharing it needs to know.',
      authScopes: onDataset('dataset:share', itself),
      resolve: ({ id }, _args, context) => readingOf(id, context),
    }),
    members: t.connection(
      {
        type: DatasetMember,
        description: 'Who holds a role on it, in the order in which they were added.',
        authScopes: onDataset('datasetMember:read', itself),
        complexity: pageCost,
        select: (args, _context, nested) => ({
          members: nested(membersOn(args), ['edges', 'node']),
          _count: { select: { members: true } },
        }),
        resolve: (flow, args) => pageOfMembers(flow, args),
      },
      { name: 'DatasetMemberConnection' },
      { name: 'DatasetMemberEdge' },
    ),
  }),
});

function viaOf({ principal }: Context, facts: FlowFacts) {
  const decision = principal && decide(principal, 'dataset:share', facts);
  return decision?.allowed ? decision.via : undefined;
}

builder.queryField('dataset', (t) =>
  t.prismaField({
    type: Dataset,
    description: 'One dataset.',
    args: { id: t.arg.id({ description: 'The id of a Dataset.' }) },
    authScopes: onDatasetOf(['dataset:read'], ({ id }: { id: string }) => ({
      id: idOf('Dataset', id),
    })),
    resolve: (query, _root, { id }, { db, principal }) =>
      db.flow.findFirstOrThrow({
        ...query,
        where: { AND: [{ id: idOf('Dataset', id) }, visibleDatasets(principal)] },
      }),
  }),
);

import type { Context } from '../context.js';
import {
  differencesOf,
  historyCountStatement,
  historyStatement,
  type Difference,
  type HistoryParty,
  type HistoryRow,
} from '../domain/dataset-history.js';
import { encodeId } from '../domain/ids.js';
import { builder, reached } from './builder.js';
import { connectionOf, encodeCursor, isText, placesOf } from './connections.js';
import { AuditActionEnum, PrincipalKind } from './enums.js';

const TYPENAME_OF = { USER: 'User', SERVICE_ACCOUNT: 'ServiceAccount' } as const;

const DatasetChangeParty = builder.objectRef<HistoryParty>('DatasetChangeParty').implement({
  description: 'Somebody who changed something, as they are called now.',
  authScopes: reached,
  fields: (t) => ({
    id: t.id({
      description: 'The id of the User or ServiceAccount.',
      resolve: ({ kind, id }) => encodeId(TYPENAME_OF[kind], id),
    }),
    name: t.exposeString('name', { description: 'The name.' }),
    kind: t.expose('kind', {
      type: PrincipalKind,
      description: 'Whether it is a person or a program.',
    }),
    handle: t.exposeString('handle', {
      nullable: true,
      description: 'Unique in the account and shown beside the name; null: a person has none.',
    }),
  }),
});

const DatasetChangeValue = builder.objectRef<Difference>('DatasetChangeValue').implement({
  description: 'One value that changed.',
  authScopes: reached,
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'The field as it was called at the time, or what else was changed.',
    }),
    fieldId: t.id({
      nullable: true,
      description: 'The field, if it is a cell that changed; it may be gone by now.',
      resolve: ({ fieldId }) => fieldId && encodeId('DatasetField', fieldId),
    }),
    before: t.expose('before', {
      type: 'CellValue',
      nullable: true,
      description: 'The value before; null: none.',
    }),
    after: t.expose('after', {
      type: 'CellValue',
      nullable: true,
      description: 'The value after; null: none.',
    }),
  }),
});

export const DatasetChange = builder.objectRef<HistoryRow>('DatasetChange').implement({
  description:
    'A change of a dataset: of the cells of one row, of a field, a view, a member or a setting.',
  authScopes: reached,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id of the change.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    action: t.expose('action', { type: AuditActionEnum, description: 'What was done.' }),
    rowId: t.id({
      nullable: true,
      description: 'The row, if it was one; it may be gone by now.',
      resolve: ({ rowId }) => rowId && encodeId('DatasetRow', rowId),
    }),
    values: t.field({
      type: [DatasetChangeValue],
      description: 'What changed in it.',
      resolve: (change) => differencesOf(change),
    }),
    subject: t.field({
      type: DatasetChangeParty,
      description: 'Whose rights counted.',
      resolve: ({ subject }) => subject,
    }),
    actor: t.field({
      type: DatasetChangeParty,
      description: 'Who really acted.',
      resolve: ({ actor }) => actor,
    }),
  }),
});

interface PageArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** One page of what was done to a dataset, whose reader was found to be allowed it. */
export function historyOf(datasetId: string, args: PageArgs, { contents, principal }: Context) {
  const { after, before, ...page } = placesOf(args, ['id'], isText);
  const places = { ...page, after: after?.[0], before: before?.[0] };
  const accountId = principal?.accountId ?? '';
  return connectionOf<HistoryRow>(
    args,
    ({ id }) => encodeCursor([['id', id]]),
    () => contents.find('history', historyStatement(accountId, datasetId, places)),
    async () => {
      const [counted] = await contents.find<{ count: number }>(
        'count',
        historyCountStatement(accountId, datasetId),
      );
      return counted?.count ?? 0;
    },
  );
}

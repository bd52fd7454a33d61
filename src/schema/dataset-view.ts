import { configurationOf, type ViewConfiguration } from '../domain/dataset-view.js';
import { encodeId } from '../domain/ids.js';
import { builder, reached } from './builder.js';
import { SortDirection } from './enums.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met, onDataset } from './scopes.js';

const RowOrder = builder
  .objectRef<{ field: string; direction: 'ASC' | 'DESC' }>('DatasetRowSorting')
  .implement({
    description: 'A field by which rows are ordered.',
    authScopes: reached,
    fields: (t) => ({
      field: t.exposeString('field', { description: 'The key of the field.' }),
      direction: t.expose('direction', {
        type: SortDirection,
        description: 'In which direction.',
      }),
    }),
  });

const Configuration = builder.objectRef<ViewConfiguration>('DatasetViewConfiguration').implement({
  description: 'What a view shows.',
  authScopes: reached,
  fields: (t) => ({
    filter: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Which rows, as a DatasetRowFilter; null: all.',
      resolve: ({ filter }) => filter as Record<string, unknown> | null,
    }),
    orderBy: t.field({
      type: [RowOrder],
      description: 'In which order; empty: as they were added.',
      resolve: ({ orderBy }) => [...orderBy],
    }),
    fields: t.stringList({
      nullable: true,
      description: 'The keys of the fields that it shows, in its order; null: all.',
      resolve: ({ fields }) => fields && [...fields],
    }),
  }),
});

export const DatasetView = builder.prismaObject('DatasetView', {
  description: 'A saved way to look at a dataset: which rows, in which order, with which fields.',
  authScopes: onDataset('dataset:read', ({ flowId }: { flowId: string }) => ({ id: flowId })),
  select: { id: true, flowId: true, createdById: true },
  fields: (t) => ({
    id: t.id({
      description: 'The id, to name the view with.',
      resolve: ({ id }) => encodeId('DatasetView', id),
    }),
    name: t.exposeString('name', { description: 'The name of the view.' }),
    createdBy: t.field({
      type: Principal,
      nullable: true,
      description: 'Whose view it is; null: nobody who is known.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ createdBy: eitherKind(nested) }),
      resolve: ({ createdBy }) => principalIn(createdBy),
    }),
    configuration: t.field({
      type: Configuration,
      description:
        'What the view is made of. Rows through the view are open to whoever can read them.',
      authScopes: onDataset(
        'datasetView:configure',
        ({ flowId, createdById }: { flowId: string; createdById: string | null }) => ({
          id: flowId,
          viewCreatorId: createdById,
        }),
      ),
      select: { definition: true },
      resolve: async ({ flowId, definition }, _args, { contents }) =>
        configurationOf(await contents.fields(flowId), definition),
    }),
  }),
});

import { changeOf } from '../context.js';
import { exportDataset } from '../domain/dataset-export.js';
import { encodeId, idOf } from '../domain/ids.js';
import { builder, reached } from './builder.js';
import { datasetPayload, theDataset } from './dataset-payload.js';
import { isFiltered, RowFilter, RowOrderInput, type RowArgs } from './dataset-row.js';
import { ExportFormat } from './enums.js';
import { onDatasetWith } from './scopes.js';

interface Download {
  readonly id: string;
  readonly fileName: string;
  readonly expiresAt: Date;
}

const DatasetDownload = builder.objectRef<Download>('DatasetDownload').implement({
  description: 'A file that is ready to be fetched.',
  authScopes: reached,
  fields: (t) => ({
    url: t.string({
      description: 'Where to GET it with the same credential, once.',
      resolve: ({ id }) => `/exports/${encodeId('EgressRecord', id)}`,
    }),
    fileName: t.exposeString('fileName', { description: 'What the file is called.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it can be fetched.',
    }),
  }),
});

const ExportDatasetPayload = datasetPayload<{ datasetId: string; download: Download }>(
  'ExportDatasetPayload',
);

builder.objectField(ExportDatasetPayload, 'download', (t) =>
  t.field({
    type: DatasetDownload,
    description: 'The file.',
    resolve: ({ download }) => download,
  }),
);

type ExportArgs = { input: RowArgs & { datasetId: string } };

builder.mutationField('exportDataset', (t) =>
  t.fieldWithInput({
    type: ExportDatasetPayload,
    description:
      'Makes a file of rows that you see, to be fetched once within 15 minutes. It is kept who took what, and the settings of the dataset say whose roles may.',
    audit: 'dataset.exported',
    authScopes: onDatasetWith(
      'dataset:export',
      'datasetRow:filter',
      'with filter, orderBy, search or view also',
      (_parent: unknown, args: ExportArgs) => ({ ...theDataset(args), lock: 'SHARED' as const }),
      ({ input }: ExportArgs) => isFiltered(input),
    ),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      format: t.input.field({ type: ExportFormat, defaultValue: 'CSV', description: 'As what.' }),
      filter: t.input.field({
        type: RowFilter,
        required: false,
        description: 'Which rows; all unless told.',
      }),
      orderBy: t.input.field({
        type: [RowOrderInput],
        required: false,
        description: 'In which order, at most three fields; instead of the view’s.',
      }),
      search: t.input.string({
        required: false,
        description: 'Rows in which some text holds this, in any case.',
      }),
      view: t.input.id({
        required: false,
        description: 'Through this view: its filter besides, its order, only its fields.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { datasetId: globalId, format, view, ...selection } = input;
      const datasetId = idOf('Dataset', globalId);
      const facts = (await context.access.flow(datasetId)) ?? { grants: [] };
      const viewId = view == null ? null : idOf('DatasetView', view);
      const plan = { ...selection, viewId };
      const download = await exportDataset(changeOf(context), datasetId, format, plan, facts);
      return { datasetId, download };
    },
  }),
);

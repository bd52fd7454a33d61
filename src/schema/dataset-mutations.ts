import { changeOf } from '../context.js';
import { duplicateDataset } from '../domain/dataset-copy.js';
import { configureDataset, createDataset } from '../domain/dataset.js';
import { deleteFlow, describeFlow, renameFlow } from '../domain/flow.js';
import { encodeId, idOf } from '../domain/ids.js';
import { builder, reached } from './builder.js';
import { datasetPayload, theDataset, THROUGH_ALL_ROWS } from './dataset-payload.js';
import { EgressPolicy } from './enums.js';
import { description, name } from './inputs.js';
import { onDatasetOf } from './scopes.js';

builder.mutationField('createDataset', (t) =>
  t.fieldWithInput({
    type: datasetPayload('CreateDatasetPayload'),
    description: 'Makes a dataset. You become its Admin.',
    audit: 'dataset.created',
    authScopes: { account: 'dataset:create' },
    input: {
      name: t.input.string({ description: 'The name; it need not be unique.', validate: name }),
      description: t.input.string({
        defaultValue: '',
        description: 'What it holds and what for.',
        validate: description,
      }),
    },
    resolve: async (_root, { input }, context) => ({
      datasetId: await createDataset(changeOf(context), input),
    }),
  }),
);

builder.mutationField('renameDataset', (t) =>
  t.fieldWithInput({
    type: datasetPayload('RenameDatasetPayload'),
    description: 'Gives a dataset another name.',
    audit: 'dataset.renamed',
    authScopes: onDatasetOf(['dataset:rename'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      name: t.input.string({ description: 'The new name.', validate: name }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await renameFlow(changeOf(context), datasetId, input.name);
      return { datasetId };
    },
  }),
);

builder.mutationField('describeDataset', (t) =>
  t.fieldWithInput({
    type: datasetPayload('DescribeDatasetPayload'),
    description: 'Gives a dataset another description.',
    audit: 'dataset.described',
    authScopes: onDatasetOf(['dataset:describe'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      description: t.input.string({ description: 'The new description.', validate: description }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await describeFlow(changeOf(context), datasetId, input.description);
      return { datasetId };
    },
  }),
);

builder.mutationField('updateDatasetSettings', (t) =>
  t.fieldWithInput({
    type: datasetPayload('UpdateDatasetSettingsPayload'),
    description: 'Changes the settings that are given and keeps the others.',
    audit: 'dataset.configured',
    authScopes: onDatasetOf(['dataset:configure'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      downloadPolicy: t.input.field({
        type: EgressPolicy,
        required: false,
        description: 'Who may download files: attachments, and what is exported.',
      }),
      printPolicy: t.input.field({
        type: EgressPolicy,
        required: false,
        description: 'Who may print.',
      }),
      exportPolicy: t.input.field({
        type: EgressPolicy,
        required: false,
        description: 'Who may export.',
      }),
      defaultViewId: t.input.id({
        required: false,
        description: 'The view that it is to open with; null: every row.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { downloadPolicy, printPolicy, exportPolicy, defaultViewId } = input;
      const datasetId = idOf('Dataset', input.datasetId);
      await configureDataset(changeOf(context), datasetId, {
        ...(downloadPolicy && { downloadPolicy }),
        ...(printPolicy && { printPolicy }),
        ...(exportPolicy && { exportPolicy }),
        ...(defaultViewId !== undefined && {
          defaultViewId: defaultViewId === null ? null : idOf('DatasetView', defaultViewId),
        }),
      });
      return { datasetId };
    },
  }),
);

builder.mutationField('duplicateDataset', (t) =>
  t.fieldWithInput({
    type: datasetPayload('DuplicateDatasetPayload'),
    description:
      'Makes a dataset with the same fields, settings and views, and if wanted the same rows. You become its Admin, and its only member; its history begins anew.',
    audit: 'dataset.duplicated',
    longest: THROUGH_ALL_ROWS,
    authScopes: onDatasetOf(['dataset:duplicate'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset to duplicate.' }),
      name: t.input.string({
        required: false,
        description: 'The name of the copy; “Copy of …” unless told.',
        validate: name,
      }),
      withRows: t.input.boolean({ defaultValue: false, description: 'Whether to copy the rows.' }),
    },
    resolve: async (_root, { input }, context) => {
      const sourceId = idOf('Dataset', input.datasetId);
      return { datasetId: await duplicateDataset(changeOf(context), sourceId, input) };
    },
  }),
);

const DeleteDatasetPayload = builder.objectRef<{ id: string }>('DeleteDatasetPayload').implement({
  description: 'The dataset is gone.',
  authScopes: reached,
  fields: (t) => ({
    deletedId: t.id({
      description: 'The id that the dataset had.',
      resolve: ({ id }) => encodeId('Dataset', id),
    }),
  }),
});

builder.mutationField('deleteDataset', (t) =>
  t.fieldWithInput({
    type: DeleteDatasetPayload,
    description: 'Deletes a dataset and all that is in it. There is no way back.',
    audit: 'dataset.deleted',
    longest: THROUGH_ALL_ROWS,
    authScopes: onDatasetOf(['dataset:delete'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      name: t.input.string({
        description: 'Its name, typed again, so that nobody deletes the wrong one.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Dataset', input.datasetId);
      await deleteFlow(changeOf(context), id, input.name);
      return { id };
    },
  }),
);

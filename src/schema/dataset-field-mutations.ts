import { changeOf } from '../context.js';
import {
  addDatasetField,
  moveDatasetField,
  removeDatasetField,
  updateDatasetField,
  type FieldDesign,
} from '../domain/dataset-field.js';
import { encodeId, idOf } from '../domain/ids.js';
import { builder } from './builder.js';
import { DatasetField } from './dataset-field.js';
import { datasetPayload, theDataset, THROUGH_ALL_ROWS } from './dataset-payload.js';
import { FieldType } from './enums.js';
import { choices, helpText, name, position } from './inputs.js';
import { onDatasetOf } from './scopes.js';

/** The payload of a mutation on a field: the field as it is afterwards, too. */
function fieldPayload(title: string) {
  const payload = datasetPayload<{ datasetId: string; fieldId: string }>(title);
  builder.objectField(payload, 'field', (t) =>
    t.prismaField({
      type: DatasetField,
      nullable: true,
      description: 'The field; null if you can no longer see it.',
      resolve: (query, { datasetId, fieldId }, _args, { db }) =>
        db.datasetField.findFirst({ ...query, where: { id: fieldId, flowId: datasetId } }),
    }),
  );
  return payload;
}

builder.mutationField('addDatasetField', (t) =>
  t.fieldWithInput({
    type: fieldPayload('AddDatasetFieldPayload'),
    description: 'Adds a field. Rows that are there already get its default.',
    audit: 'datasetField.added',
    longest: THROUGH_ALL_ROWS,
    authScopes: onDatasetOf(['datasetField:write'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      name: t.input.string({ description: 'The name, which no other field has.', validate: name }),
      type: t.input.field({ type: FieldType, description: 'What its cells are to hold.' }),
      helpText: t.input.string({
        defaultValue: '',
        description: 'What to fill in.',
        validate: helpText,
      }),
      isRequired: t.input.boolean({
        defaultValue: false,
        description: 'Whether every row must fill it. Rows that are there need a default then.',
      }),
      isUnique: t.input.boolean({
        defaultValue: false,
        description: 'Whether a value can be in one row only.',
      }),
      choices: t.input.stringList({
        defaultValue: [],
        description: 'What a cell can be, if its type is CHOICE.',
        validate: choices,
      }),
      defaultValue: t.input.field({
        type: 'CellValue',
        required: false,
        description: 'What rows hold that leave it out.',
      }),
      position: t.input.int({
        required: false,
        description: 'Its place among the fields, from 0; at the end unless told.',
        validate: position,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { datasetId: globalId, position: place, ...design } = input;
      const datasetId = idOf('Dataset', globalId);
      const fieldId = await addDatasetField(changeOf(context), datasetId, asDesign(design), place);
      return { datasetId, fieldId };
    },
  }),
);

function asDesign<Given extends { readonly defaultValue?: unknown }>(given: Given) {
  return { ...given, defaultValue: given.defaultValue ?? null };
}

builder.mutationField('updateDatasetField', (t) =>
  t.fieldWithInput({
    type: fieldPayload('UpdateDatasetFieldPayload'),
    description:
      'Changes what is given of a field and keeps the rest. With another type its values are converted; if some do not convert, nothing changes and the error lists their rows.',
    audit: 'datasetField.updated',
    longest: THROUGH_ALL_ROWS,
    authScopes: onDatasetOf(['datasetField:edit'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      fieldId: t.input.id({ description: 'The field.' }),
      name: t.input.string({ required: false, description: 'The new name.', validate: name }),
      type: t.input.field({
        type: FieldType,
        required: false,
        description: 'What its cells are to hold.',
      }),
      helpText: t.input.string({
        required: false,
        description: 'What to fill in.',
        validate: helpText,
      }),
      isRequired: t.input.boolean({
        required: false,
        description: 'Whether every row must fill it.',
      }),
      isUnique: t.input.boolean({
        required: false,
        description: 'Whether a value can be in one row only.',
      }),
      choices: t.input.stringList({
        required: false,
        description: 'What a cell can be, if its type is CHOICE.',
        validate: choices,
      }),
      defaultValue: t.input.field({
        type: 'CellValue',
        required: false,
        description: 'What new rows hold that leave it out; null: nothing.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { datasetId: dataset, fieldId: field, defaultValue, ...others } = input;
      const datasetId = idOf('Dataset', dataset);
      const fieldId = idOf('DatasetField', field);
      // A null says nothing, except of the default: there it means none.
      const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value != null));
      const design: Partial<FieldDesign> = {
        ...given,
        ...(defaultValue !== undefined && { defaultValue }),
      };
      await updateDatasetField(changeOf(context), datasetId, fieldId, design);
      return { datasetId, fieldId };
    },
  }),
);

const RemoveDatasetFieldPayload = datasetPayload<{ datasetId: string; fieldId: string }>(
  'RemoveDatasetFieldPayload',
);

builder.objectField(RemoveDatasetFieldPayload, 'removedId', (t) =>
  t.id({
    description: 'The id that the field had.',
    resolve: ({ fieldId }) => encodeId('DatasetField', fieldId),
  }),
);

builder.mutationField('removeDatasetField', (t) =>
  t.fieldWithInput({
    type: RemoveDatasetFieldPayload,
    description: 'Removes a field and everything that rows hold in it. There is no way back.',
    audit: 'datasetField.removed',
    longest: THROUGH_ALL_ROWS,
    authScopes: onDatasetOf(['datasetField:edit', 'datasetField:write'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      fieldId: t.input.id({ description: 'The field.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const fieldId = idOf('DatasetField', input.fieldId);
      await removeDatasetField(changeOf(context), datasetId, fieldId);
      return { datasetId, fieldId };
    },
  }),
);

builder.mutationField('moveDatasetField', (t) =>
  t.fieldWithInput({
    type: fieldPayload('MoveDatasetFieldPayload'),
    description: 'Gives a field another place among the fields.',
    audit: 'datasetField.moved',
    authScopes: onDatasetOf(['datasetField:write'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      fieldId: t.input.id({ description: 'The field.' }),
      position: t.input.int({
        description: 'The place, from 0; one beyond the last is the last.',
        validate: position,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const fieldId = idOf('DatasetField', input.fieldId);
      await moveDatasetField(changeOf(context), datasetId, fieldId, input.position);
      return { datasetId, fieldId };
    },
  }),
);

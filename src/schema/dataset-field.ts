import type { Stored } from '../domain/field-values.js';
import { encodeId } from '../domain/ids.js';
import { builder } from './builder.js';
import { FieldType } from './enums.js';
import { onDataset } from './scopes.js';

export const DatasetField = builder.prismaObject('DatasetField', {
  description: 'A column of a dataset.',
  authScopes: onDataset('dataset:read', ({ flowId }: { flowId: string }) => ({ id: flowId })),
  select: { id: true, flowId: true },
  fields: (t) => ({
    id: t.id({
      description: 'The id, to change the field with.',
      resolve: ({ id }) => encodeId('DatasetField', id),
    }),
    key: t.exposeString('key', {
      description:
        'What the field is called in the values of rows, in filters and in orders: made from its first name, and kept.',
    }),
    name: t.exposeString('name', {
      description: 'What people call it; no other field of the dataset has the name.',
    }),
    helpText: t.exposeString('helpText', { description: 'What to fill in.' }),
    type: t.expose('type', { type: FieldType, description: 'What its cells hold.' }),
    isRequired: t.exposeBoolean('isRequired', { description: 'Whether every row must fill it.' }),
    isUnique: t.exposeBoolean('isUnique', {
      description: 'Whether a value can be in one row only.',
    }),
    choices: t.exposeStringList('choices', {
      description: 'What a cell can be, if its type is CHOICE.',
    }),
    defaultValue: t.field({
      type: 'CellValue',
      nullable: true,
      description: 'What new rows hold that leave it out.',
      select: { defaultValue: true },
      resolve: ({ defaultValue }) => defaultValue as Stored | null,
    }),
    position: t.exposeInt('position', { description: 'Its place among the fields, from 0.' }),
  }),
});

import type { Context } from '../context.js';
import { fieldsOf } from '../domain/dataset-field.js';
import { stateOf } from '../domain/dataset-import.js';
import { encodeId, idOf } from '../domain/ids.js';
import type { ColumnChoice } from '../domain/import-columns.js';
import {
  previewImport,
  type PreviewRow,
  type PreviewColumn,
  type Preview,
} from '../domain/import-preview.js';
import { visibleImports } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { FieldType, ImportState } from './enums.js';
import { onDataset } from './scopes.js';

/** Whatever a file is to bring, its import can be looked at by whoever could run one. */
export const mayImport = { import: { onlyExistingFields: true } };

const PreviewProblem = builder
  .objectRef<{ field: string; reason: string; message: string }>('DatasetImportProblem')
  .implement({
    description: 'Why a cell cannot hold what the file has for it.',
    authScopes: reached,
    fields: (t) => ({
      field: t.exposeString('field', { description: 'The key of the field.' }),
      reason: t.exposeString('reason', { description: 'Why, such as WRONG_TYPE or REQUIRED.' }),
      message: t.exposeString('message', { description: 'What to do.' }),
    }),
  });

const ImportRow = builder.objectRef<PreviewRow>('DatasetImportRow').implement({
  description: 'A row of a file, as it would come in.',
  authScopes: reached,
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Which row of the file, from 1.' }),
    values: t.field({
      type: 'JSONObject',
      description: 'What the row would hold, by the keys of the fields.',
      resolve: ({ values }) => values,
    }),
    problems: t.field({
      type: [PreviewProblem],
      description: 'The cells that keep the file from being imported.',
      resolve: ({ problems }) => [...problems],
    }),
  }),
});

const ImportColumn = builder.objectRef<PreviewColumn>('DatasetImportColumn').implement({
  description: 'A column of a file and where it goes.',
  authScopes: reached,
  fields: (t) => ({
    column: t.exposeString('column', { description: 'The name in the first row of the file.' }),
    field: t.exposeString('field', {
      nullable: true,
      description: 'The key of the field that it goes into; null: none that exists.',
    }),
    isUnknown: t.exposeBoolean('isUnknown', {
      description: 'Whether somebody has to say what is to become of it.',
    }),
  }),
});

const ImportPreview = builder.objectRef<Preview>('DatasetImportPreview').implement({
  description: 'What an import would do, shown by the first rows of the file.',
  authScopes: reached,
  fields: (t) => ({
    columns: t.field({
      type: [ImportColumn],
      description: 'The columns, in the order of the file.',
      resolve: ({ columns }) => [...columns],
    }),
    rows: t.field({
      type: [ImportRow],
      description: 'The first 20 rows.',
      resolve: ({ rows }) => [...rows],
    }),
  }),
});

export const ColumnInput = builder.inputRef<ColumnChoice>('DatasetImportColumnInput').implement({
  description:
    'What is to become of a column: one of field, newFieldType and skip. A column that is not spoken of goes into the field of its name.',
  fields: (t) => ({
    column: t.string({ description: 'The column, by its name in the first row of the file.' }),
    field: t.string({ required: false, description: 'The key of the field that it goes into.' }),
    newFieldType: t.field({
      type: FieldType,
      required: false,
      description: 'The type of a new field for it, which gets the column’s name. For Admins.',
    }),
    skip: t.boolean({ required: false, description: 'True: leave it out. For Admins.' }),
  }),
});

export const DatasetImport = builder.prismaObject('DatasetImport', {
  description:
    'A file on its way into a dataset: started, sent to its uploadUrl, looked at, and run. Only its owner sees it, for a day.',
  authScopes: onDataset('dataset:import', ({ flowId }: { flowId: string }) => ({
    id: flowId,
    known: mayImport,
  })),
  select: { id: true, flowId: true, state: true, updatedAt: true },
  fields: (t) => ({
    id: t.id({
      description: 'The id, to name the import with.',
      resolve: ({ id }) => encodeId('DatasetImport', id),
    }),
    fileName: t.exposeString('fileName', { description: 'What the file is called.' }),
    uploadUrl: t.string({
      description: 'Where to PUT the file, CSV or XLSX, as it is, with the same credential.',
      resolve: ({ id }) => `/imports/${encodeId('DatasetImport', id)}`,
    }),
    state: t.field({
      type: ImportState,
      description: 'How far it is.',
      resolve: (job, _args, { system }) => stateOf(job, system.now()),
    }),
    format: t.exposeString('format', { nullable: true, description: 'CSV or XLSX, once known.' }),
    encoding: t.exposeString('encoding', {
      nullable: true,
      description: 'The encoding that was found in a CSV file.',
    }),
    delimiter: t.exposeString('delimiter', {
      nullable: true,
      description: 'What was found to stand between the cells of a CSV file.',
    }),
    columns: t.exposeStringList('columns', { description: 'The names in the first row.' }),
    rowCount: t.exposeInt('rowCount', { description: 'How many rows were read so far.' }),
    processed: t.exposeInt('processed', { description: 'How many of them are through.' }),
    added: t.exposeInt('added', { description: 'How many rows it added.' }),
    updated: t.exposeInt('updated', { description: 'How many rows it changed.' }),
    skipped: t.exposeInt('skipped', { description: 'How many rows held the same already.' }),
    failure: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Why the file could not be read: a code, a message and what belongs to it.',
      select: { failure: true },
      resolve: ({ failure }) => failure as Record<string, unknown> | null,
    }),
    preview: t.field({
      type: ImportPreview,
      nullable: true,
      description: 'The first rows as they would come in; null: the file is not READY.',
      args: {
        columns: t.arg({
          type: [ColumnInput],
          defaultValue: [],
          description: 'What is to become of columns.',
        }),
      },
      select: { columns: true },
      complexity: 25,
      resolve: async (job, { columns }, { db, system }) =>
        stateOf(job, system.now()) === 'READY'
          ? previewImport(db, job.id, await fieldsOf(db, job.flowId), job.columns, columns)
          : null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was started.' }),
  }),
});

/** The import with this id, if it is the principal's own. */
export function ownImport(id: string, { principal }: Context) {
  return { AND: [{ id: idOf('DatasetImport', id) }, visibleImports(principal)] };
}

builder.queryField('datasetImport', (t) =>
  t.prismaField({
    type: DatasetImport,
    nullable: true,
    description: 'An import that you started; null: there is none with this id.',
    args: { id: t.arg.id({ description: 'The id of a DatasetImport.' }) },
    authScopes: { authenticated: true },
    resolve: (query, _root, { id }, context) =>
      context.db.datasetImport.findFirst({ ...query, where: ownImport(id, context) }),
  }),
);

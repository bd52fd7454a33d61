import type { Context } from '../context.js';
import { changeOf } from '../context.js';
import {
  addDatasetRows,
  removeDatasetRows,
  rowIdOf,
  updateDatasetRows,
} from '../domain/dataset-row.js';
import { encodeId, idOf } from '../domain/ids.js';
import { rowsStatement, type StoredRow } from '../domain/row-query.js';
import { builder } from './builder.js';
import { datasetPayload, theDataset } from './dataset-payload.js';
import { DatasetRow, type ShownRow } from './dataset-row.js';
import { onDatasetOf } from './scopes.js';

interface RowsPayload {
  readonly datasetId: string;
  readonly rowIds: readonly string[];
}

/** The payload of a mutation on rows: the rows as they are afterwards, too. */
function rowsPayload(title: string) {
  const payload = datasetPayload<RowsPayload>(title);
  builder.objectField(payload, 'rows', (t) =>
    t.field({
      type: [DatasetRow],
      description: 'The rows, in the order in which they were given.',
      resolve: rowsAfter,
    }),
  );
  return payload;
}

async function rowsAfter(
  { datasetId, rowIds }: RowsPayload,
  _args: unknown,
  { contents }: Context,
): Promise<ShownRow[]> {
  const [fields, rows] = await Promise.all([
    contents.fields(datasetId),
    contents.find<StoredRow>('rows', rowsStatement(datasetId, rowIds)),
  ]);
  return rows.map((row) => ({ ...row, fields }));
}

const writingRows = ({ input }: { input: { datasetId: string } }) => ({
  ...theDataset({ input }),
  lock: 'SHARED' as const,
});

builder.mutationField('addDatasetRows', (t) =>
  t.fieldWithInput({
    type: rowsPayload('AddDatasetRowsPayload'),
    description: 'Adds rows, all or none of them. Fields that a row leaves out get their default.',
    audit: 'datasetRow.added',
    authScopes: onDatasetOf(['datasetRow:write'], writingRows),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      rows: t.input.field({
        type: ['JSONObject'],
        description: 'At most 1,000 rows, each the values of its fields by their keys.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const rowIds = await addDatasetRows(changeOf(context), datasetId, input.rows);
      return { datasetId, rowIds };
    },
  }),
);

const RowEdit = builder.inputType('DatasetRowEdit', {
  description: 'What a row is to hold.',
  fields: (t) => ({
    id: t.id({ description: 'The row.' }),
    version: t.int({
      description: 'The version that the edit is based on: it is refused if there is a newer one.',
    }),
    values: t.field({
      type: 'JSONObject',
      description: 'The new values by the keys of their fields; null empties a cell. Others stay.',
    }),
  }),
});

builder.mutationField('updateDatasetRows', (t) =>
  t.fieldWithInput({
    type: rowsPayload('UpdateDatasetRowsPayload'),
    description:
      'Changes cells of rows, all or none of them. If somebody else changed one of the rows since, nothing is written and the error has them as they are now.',
    audit: 'datasetRow.updated',
    authScopes: onDatasetOf(['datasetRow:write'], writingRows),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      rows: t.input.field({ type: [RowEdit], description: 'At most 1,000 rows.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const edits = input.rows.map((row) => ({ ...row, id: rowIdOf(row.id) }));
      const rowIds = await updateDatasetRows(changeOf(context), datasetId, edits);
      return { datasetId, rowIds };
    },
  }),
);

const RowRemoval = builder.inputType('DatasetRowRemoval', {
  description: 'A row that is to go.',
  fields: (t) => ({
    id: t.id({ description: 'The row.' }),
    version: t.int({
      required: false,
      description: 'The version that was last seen; left out, the row goes as it is.',
    }),
  }),
});

const RemoveDatasetRowsPayload = datasetPayload<RowsPayload>('RemoveDatasetRowsPayload');

builder.objectField(RemoveDatasetRowsPayload, 'removedIds', (t) =>
  t.idList({
    description: 'The ids that the rows had.',
    resolve: ({ rowIds }) => rowIds.map((id) => encodeId('DatasetRow', id)),
  }),
);

builder.mutationField('removeDatasetRows', (t) =>
  t.fieldWithInput({
    type: RemoveDatasetRowsPayload,
    description: 'Removes rows, all or none of them.',
    audit: 'datasetRow.removed',
    authScopes: onDatasetOf(['datasetRow:write'], writingRows),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      rows: t.input.field({ type: [RowRemoval], description: 'At most 1,000 rows.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const rows = input.rows.map((row) => ({ ...row, id: rowIdOf(row.id) }));
      await removeDatasetRows(changeOf(context), datasetId, rows);
      return { datasetId, rowIds: rows.map(({ id }) => id) };
    },
  }),
);

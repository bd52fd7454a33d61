import { changeOf, type Context } from '../context.js';
import type { Change } from '../domain/change.js';
import { fieldsOf } from '../domain/dataset-field.js';
import {
  cancelDatasetImport,
  getImport,
  startDatasetImport,
  whileRunning,
} from '../domain/dataset-import.js';
import { idOf } from '../domain/ids.js';
import { mapColumns, unknownColumns, type ColumnChoice } from '../domain/import-columns.js';
import { runDatasetImport } from '../domain/import-run.js';
import { builder } from './builder.js';
import { ColumnInput, DatasetImport, mayImport } from './dataset-import.js';
import { datasetPayload, theDataset, THROUGH_ALL_ROWS } from './dataset-payload.js';
import type { ConditionFacts } from './flow-scope.js';
import { fileName } from './inputs.js';
import { onDatasetOf } from './scopes.js';

/** The payload of a mutation on an import: the import as it is afterwards, too. */
function importPayload(title: string) {
  const payload = datasetPayload<{ datasetId: string; importId: string }>(title);
  builder.objectField(payload, 'import', (t) =>
    t.prismaField({
      type: DatasetImport,
      nullable: true,
      description: 'The import; null if you can no longer see it.',
      resolve: (query, { datasetId, importId }, _args, { db }) =>
        db.datasetImport.findFirst({ ...query, where: { id: importId, flowId: datasetId } }),
    }),
  );
  return payload;
}

interface Named {
  readonly datasetId: string;
  readonly importId: string;
}

const importing = ({ input }: { input: { datasetId: string } }) => ({
  ...theDataset({ input }),
  known: mayImport,
  lock: 'SHARED' as const,
});

function find(change: Change, { datasetId, importId }: Named) {
  const { tx, principal } = change;
  return getImport(tx, principal, idOf('Dataset', datasetId), idOf('DatasetImport', importId));
}

builder.mutationField('startDatasetImport', (t) =>
  t.fieldWithInput({
    type: importPayload('StartDatasetImportPayload'),
    description:
      'Starts the import of a file into a dataset. Next PUT the file to the uploadUrl, look at the preview, and run it.',
    audit: 'datasetImport.started',
    authScopes: onDatasetOf(['dataset:import'], importing),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      fileName: t.input.string({ description: 'What the file is called.', validate: fileName }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const importId = await startDatasetImport(changeOf(context), datasetId, input.fileName);
      return { datasetId, importId };
    },
  }),
);

interface RunInput extends Named {
  readonly columns: readonly ColumnChoice[];
}

/** Where the rule of a run finds its dataset, and whether the file brings columns that have no field. */
function theRun({ input }: { input: RunInput }) {
  const makesFields = input.columns.some(({ newFieldType }) => newFieldType != null);
  const condition: ConditionFacts = {
    atBest: mayImport,
    find: async (change) => {
      const { columns, flowId } = await find(change, input);
      const mapped = mapColumns(await fieldsOf(change.tx, flowId), columns, input.columns);
      const unknown = unknownColumns(mapped);
      return { import: { onlyExistingFields: unknown.length === 0, unknownColumns: unknown } };
    },
  };
  return { ...theDataset({ input }), condition, ...(!makesFields && { lock: 'SHARED' as const }) };
}

/** The claim on the import is seen by others while it runs, so it stands outside the transaction. */
function claimed<T>(run: () => Promise<T>, args: object, context: Context): Promise<T> {
  const { db, principal, system, provenance } = context;
  const { importId = '' } = (args as { input: { importId?: string } }).input;
  if (!principal) return run();
  const claim = {
    id: idOf('DatasetImport', importId),
    runId: provenance.requestId,
    now: system.now(),
  };
  return whileRunning(db, principal, claim, run);
}

builder.mutationField('runDatasetImport', (t) =>
  t.fieldWithInput({
    type: importPayload('RunDatasetImportPayload'),
    description:
      'Writes the rows of a file that was received, all or none of them. A Member’s file may have no column without a field; an Admin says what is to become of such columns.',
    audit: 'dataset.imported',
    authScopes: onDatasetOf(['dataset:import'], theRun),
    around: claimed,
    longest: THROUGH_ALL_ROWS,
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      importId: t.input.id({ description: 'The import, whose state is READY.' }),
      columns: t.input.field({
        type: [ColumnInput],
        defaultValue: [],
        description: 'What is to become of columns that have no field of their name.',
      }),
      keyField: t.input.string({
        required: false,
        description:
          'The key of a unique field: rows that have the same value there are updated instead of added.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const change = changeOf(context);
      const job = await find(change, input);
      await runDatasetImport(change, context.outside, job, context.provenance.requestId, input);
      return { datasetId: job.flowId, importId: job.id };
    },
  }),
);

builder.mutationField('cancelDatasetImport', (t) =>
  t.fieldWithInput({
    type: importPayload('CancelDatasetImportPayload'),
    description: 'Ends an import. One that runs stops, and nothing of it stays.',
    audit: 'datasetImport.cancelled',
    authScopes: onDatasetOf(['dataset:import'], (args: { input: { datasetId: string } }) => ({
      ...importing(args),
      lock: 'NONE' as const,
    })),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      importId: t.input.id({ description: 'The import.' }),
    },
    resolve: async (_root, { input }, context) => {
      const change = changeOf(context);
      const job = await find(change, input);
      await cancelDatasetImport(change, job);
      return { datasetId: job.flowId, importId: job.id };
    },
  }),
);

import { changeOf } from '../context.js';
import type { Change } from '../domain/change.js';
import { fieldsOf } from '../domain/dataset-field.js';
import {
  createDatasetView,
  deleteDatasetView,
  getView,
  updateDatasetView,
} from '../domain/dataset-view.js';
import { encodeId, idOf } from '../domain/ids.js';
import { builder } from './builder.js';
import { datasetPayload, theDataset } from './dataset-payload.js';
import { RowFilter, RowOrderInput } from './dataset-row.js';
import { DatasetView } from './dataset-view.js';
import type { ConditionFacts } from './flow-scope.js';
import { name } from './inputs.js';
import { onDatasetOf } from './scopes.js';

interface ViewPayload {
  readonly datasetId: string;
  readonly viewId: string;
}

/** The payload of a mutation on a view: the view as it is afterwards, too. */
function viewPayload(title: string) {
  const payload = datasetPayload<ViewPayload>(title);
  builder.objectField(payload, 'view', (t) =>
    t.prismaField({
      type: DatasetView,
      nullable: true,
      description: 'The view; null if you can no longer see it.',
      resolve: (query, { datasetId, viewId }, _args, { db }) =>
        db.datasetView.findFirst({ ...query, where: { id: viewId, flowId: datasetId } }),
    }),
  );
  return payload;
}

const OWN = { view: { isNewOrOwn: true } };

const aNewView = ({ input }: { input: { datasetId: string } }) => ({
  ...theDataset({ input }),
  condition: { atBest: OWN, find: async () => OWN },
});

/** Where the rule of a mutation on a view finds its dataset, and whose view it is. */
function theView({ input }: { input: { datasetId: string; viewId: string } }) {
  const { id } = theDataset({ input });
  const condition: ConditionFacts = {
    atBest: OWN,
    find: async ({ tx, principal }: Change) => {
      const { createdById } = await getView(tx, id, idOf('DatasetView', input.viewId));
      return { view: { isNewOrOwn: createdById === principal.subject.id } };
    },
  };
  return { id, condition };
}

builder.mutationField('createDatasetView', (t) =>
  t.fieldWithInput({
    type: viewPayload('CreateDatasetViewPayload'),
    description: 'Saves a way to look at a dataset, for everybody who can see it.',
    audit: 'datasetView.created',
    authScopes: onDatasetOf(['datasetView:write'], aNewView),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      name: t.input.string({ description: 'The name; it need not be unique.', validate: name }),
      filter: t.input.field({
        type: RowFilter,
        required: false,
        description: 'Which rows; all unless told.',
      }),
      orderBy: t.input.field({
        type: [RowOrderInput],
        defaultValue: [],
        description: 'In which order, at most three fields; as they were added unless told.',
      }),
      fields: t.input.stringList({
        required: false,
        description: 'The keys of the fields to show, in this order; all unless told.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const change = changeOf(context);
      const datasetId = idOf('Dataset', input.datasetId);
      const fields = await fieldsOf(change.tx, datasetId);
      return { datasetId, viewId: await createDatasetView(change, datasetId, fields, input) };
    },
  }),
);

builder.mutationField('updateDatasetView', (t) =>
  t.fieldWithInput({
    type: viewPayload('UpdateDatasetViewPayload'),
    description: 'Changes what is given of a view and keeps the rest.',
    audit: 'datasetView.updated',
    authScopes: onDatasetOf(['datasetView:write'], theView),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      viewId: t.input.id({ description: 'The view.' }),
      name: t.input.string({ required: false, description: 'The new name.', validate: name }),
      filter: t.input.field({
        type: RowFilter,
        required: false,
        description: 'Which rows; null: all.',
      }),
      orderBy: t.input.field({
        type: [RowOrderInput],
        required: false,
        description: 'In which order; empty: as they were added.',
      }),
      fields: t.input.stringList({
        required: false,
        description: 'The keys of the fields to show; null: all.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const change = changeOf(context);
      const datasetId = idOf('Dataset', input.datasetId);
      const viewId = idOf('DatasetView', input.viewId);
      const { orderBy, ...given } = input;
      const fields = await fieldsOf(change.tx, datasetId);
      const order = orderBy === undefined ? {} : { orderBy: orderBy ?? [] };
      await updateDatasetView(change, datasetId, fields, viewId, { ...given, ...order });
      return { datasetId, viewId };
    },
  }),
);

const DeleteDatasetViewPayload = datasetPayload<ViewPayload>('DeleteDatasetViewPayload');

builder.objectField(DeleteDatasetViewPayload, 'deletedId', (t) =>
  t.id({
    description: 'The id that the view had.',
    resolve: ({ viewId }) => encodeId('DatasetView', viewId),
  }),
);

builder.mutationField('deleteDatasetView', (t) =>
  t.fieldWithInput({
    type: DeleteDatasetViewPayload,
    description: 'Deletes a view. The rows that it shows stay.',
    audit: 'datasetView.deleted',
    authScopes: onDatasetOf(['datasetView:write'], theView),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      viewId: t.input.id({ description: 'The view.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const viewId = idOf('DatasetView', input.viewId);
      await deleteDatasetView(changeOf(context), datasetId, viewId);
      return { datasetId, viewId };
    },
  }),
);

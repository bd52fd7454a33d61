import { changeOf } from '../context.js';
import { createFlow, deleteFlow, describeFlow, renameFlow } from '../domain/flow.js';
import { encodeId, FLOW_TYPENAMES, flowOf, type NamedFlow } from '../domain/ids.js';
import { builder, reached } from './builder.js';
import { FlowKind } from './enums.js';
import { flowPayload, theFlow } from './flow-payload.js';
import { description, kindButDataset, name } from './inputs.js';
import { onFlowOf } from './scopes.js';

builder.mutationField('createFlow', (t) =>
  t.fieldWithInput({
    type: flowPayload('CreateFlowPayload'),
    description: 'Makes a flow of any kind but a dataset. You become its Owner.',
    audit: 'flow.created',
    authScopes: { account: 'flow:create' },
    input: {
      kind: t.input.field({
        type: FlowKind,
        description: 'What it is to be; for a dataset use createDataset.',
        validate: kindButDataset('createDataset'),
      }),
      name: t.input.string({ description: 'The name; it need not be unique.', validate: name }),
      description: t.input.string({
        defaultValue: '',
        description: 'What it is for.',
        validate: description,
      }),
    },
    resolve: async (_root, { input }, context) => ({
      flowId: await createFlow(changeOf(context), input),
    }),
  }),
);

builder.mutationField('renameFlow', (t) =>
  t.fieldWithInput({
    type: flowPayload('RenameFlowPayload'),
    description: 'Gives a flow another name.',
    audit: 'flow.updated',
    authScopes: onFlowOf(['flow:edit'], theFlow),
    input: {
      flowId: t.input.id({ description: 'The flow.' }),
      name: t.input.string({ description: 'The new name.', validate: name }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      await renameFlow(changeOf(context), flowId, input.name);
      return { flowId };
    },
  }),
);

builder.mutationField('describeFlow', (t) =>
  t.fieldWithInput({
    type: flowPayload('DescribeFlowPayload'),
    description: 'Gives a flow another description.',
    audit: 'flow.updated',
    authScopes: onFlowOf(['flow:edit'], theFlow),
    input: {
      flowId: t.input.id({ description: 'The flow.' }),
      description: t.input.string({ description: 'The new description.', validate: description }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      await describeFlow(changeOf(context), flowId, input.description);
      return { flowId };
    },
  }),
);

const DeleteFlowPayload = builder.objectRef<NamedFlow>('DeleteFlowPayload').implement({
  description: 'The flow is gone.',
  authScopes: reached,
  fields: (t) => ({
    deletedId: t.id({
      description: 'The id that the flow had.',
      resolve: ({ id, kind }) => encodeId(FLOW_TYPENAMES[kind], id),
    }),
  }),
});

builder.mutationField('deleteFlow', (t) =>
  t.fieldWithInput({
    type: DeleteFlowPayload,
    description: 'Deletes a flow. There is no way back.',
    audit: 'flow.deleted',
    authScopes: onFlowOf(['flow:delete'], theFlow),
    input: {
      flowId: t.input.id({ description: 'The flow.' }),
      name: t.input.string({
        description: 'Its name, typed again, so that nobody deletes the wrong one.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const flow = flowOf(input.flowId);
      await deleteFlow(changeOf(context), flow.id, input.name);
      return flow;
    },
  }),
);

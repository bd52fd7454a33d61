import { builder } from './builder.js';
import { authenticated, carrying } from './carrying.js';
import { pageCost } from './connections.js';
import { Dataset } from './dataset.js';
import { FLOW_ORDERS, pageOfFlows } from './flow-order.js';
import { search } from './inputs.js';

const DatasetFilter = builder.inputType('DatasetFilter', {
  description: 'Which datasets to list. What is given must all be true.',
  fields: (t) => ({
    search: t.string({
      required: false,
      description: 'Part of the name, in any case.',
      validate: search,
    }),
  }),
});

const DatasetOrder = builder.enumType('DatasetOrder', {
  description: 'The order of a list of datasets.',
  values: FLOW_ORDERS,
});

builder.queryField('datasets', (t) =>
  t.connection(
    {
      type: Dataset,
      description: 'The datasets that you can see.',
      authScopes: carrying('dataset:read', authenticated),
      complexity: pageCost,
      args: {
        filter: t.arg({ type: DatasetFilter, required: false, description: 'Which of them.' }),
        orderBy: t.arg({
          type: DatasetOrder,
          defaultValue: 'NAME_ASC',
          description: 'In which order.',
        }),
      },
      resolve: (_root, { filter, orderBy, ...page }, context, info) =>
        pageOfFlows(context, info, 'dataset', { page, orderBy, search: filter?.search }),
    },
    { name: 'DatasetConnection' },
    { name: 'DatasetEdge' },
  ),
);

import { queryFromInfo } from '@pothos/plugin-prisma';

import { nameKey } from '../domain/directory.js';
import { visibleDatasets } from '../domain/visibility.js';
import { builder } from './builder.js';
import { keysetConnection, literally, pageCost, type Order } from './connections.js';
import { Dataset } from './dataset.js';
import { noteOverrides } from './flow-scope.js';
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
  values: {
    NAME_ASC: { description: 'By name, A first.' },
    NAME_DESC: { description: 'By name, Z first.' },
    CREATED_ASC: { description: 'Oldest first.' },
    CREATED_DESC: { description: 'Newest first.' },
  } as const,
});

/** Ids are made in the order of time. */
const ORDERS = {
  NAME_ASC: [
    ['name', 'asc'],
    ['id', 'asc'],
  ],
  NAME_DESC: [
    ['name', 'desc'],
    ['id', 'desc'],
  ],
  CREATED_ASC: [['id', 'asc']],
  CREATED_DESC: [['id', 'desc']],
} as const satisfies Record<string, Order<'name' | 'id'>>;

builder.queryField('datasets', (t) =>
  t.connection(
    {
      type: Dataset,
      description: 'The datasets that you can see.',
      authScopes: { authenticated: true },
      complexity: pageCost,
      args: {
        filter: t.arg({ type: DatasetFilter, required: false, description: 'Which of them.' }),
        orderBy: t.arg({
          type: DatasetOrder,
          defaultValue: 'NAME_ASC',
          description: 'In which order.',
        }),
      },
      resolve: async (_root, { filter, orderBy, ...page }, context, info) => {
        const where = {
          AND: [
            visibleDatasets(context.principal),
            filter?.search ? { nameKey: { contains: literally(nameKey(filter.search)) } } : {},
          ],
        };
        const query = queryFromInfo({
          context,
          info,
          typeName: 'Dataset',
          path: ['edges', 'node'],
        });
        const connection = await keysetConnection<'name' | 'id', { id: string; name: string }>(
          page,
          ORDERS[orderBy],
          (keys) =>
            context.db.flow.findMany({
              ...query,
              select: { ...query.select, id: true, name: true },
              ...keys,
              where: { AND: [where, keys.where] },
            }),
          () => context.db.flow.count({ where }),
        );
        await noteOverrides(
          context,
          'dataset',
          connection.edges.map(({ node }) => node.id),
        );
        return connection;
      },
    },
    { name: 'DatasetConnection' },
    { name: 'DatasetEdge' },
  ),
);

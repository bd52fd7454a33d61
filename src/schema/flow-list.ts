import { about, needs } from '../authz/rule.js';
import { familyOfKind, READ, ruleName } from '../authz/tables.js';
import { anyFlowOf } from '../domain/ids.js';
import { visibleFlows } from '../domain/visibility.js';
import { builder } from './builder.js';
import { authenticated, carrying } from './carrying.js';
import { pageCost } from './connections.js';
import { FlowKind } from './enums.js';
import { FLOW_ORDERS, pageOfFlows } from './flow-order.js';
import { Flow } from './flow.js';
import { kindButDataset, search } from './inputs.js';
import { printing } from './scopes.js';

const FlowFilter = builder.inputType('FlowFilter', {
  description: 'Which flows to list. What is given must all be true.',
  fields: (t) => ({
    kinds: t.field({
      type: [FlowKind],
      required: false,
      description: 'Flows of one of these kinds; for datasets use datasets.',
      validate: kindButDataset('datasets').array(),
    }),
    search: t.string({
      required: false,
      description: 'Part of the name, in any case.',
      validate: search,
    }),
  }),
});

const FlowOrder = builder.enumType('FlowOrder', {
  description: 'The order of a list of flows.',
  values: FLOW_ORDERS,
});

builder.queryField('flows', (t) =>
  t.connection(
    {
      type: Flow,
      description: 'The flows that you can see, of all kinds but datasets.',
      authScopes: carrying('flow:read', authenticated),
      complexity: pageCost,
      args: {
        filter: t.arg({ type: FlowFilter, required: false, description: 'Which of them.' }),
        orderBy: t.arg({
          type: FlowOrder,
          defaultValue: 'NAME_ASC',
          description: 'In which order.',
        }),
      },
      resolve: (_root, { filter, orderBy, ...page }, context, info) =>
        pageOfFlows(context, info, 'flow', {
          page,
          orderBy,
          search: filter?.search,
          kinds: filter?.kinds,
        }),
    },
    { name: 'FlowConnection' },
    { name: 'FlowEdge' },
  ),
);

/** The right to see a flow of any kind, under the table of its own. */
const toSee = printing(
  `${ruleName('flow:read')}, of a dataset ${ruleName('dataset:read')}`,
  about({ dataset: needs('dataset:read'), flow: needs('flow:read') }),
  (_parent: unknown, args: { id: string }) => {
    const flow = anyFlowOf(args.id);
    const scope = { ...flow, permissions: [READ[familyOfKind(flow.kind)]] };
    return familyOfKind(flow.kind) === 'dataset' ? { dataset: scope } : { flow: scope };
  },
);

builder.queryField('flow', (t) =>
  t.prismaField({
    type: Flow,
    description: 'One flow, of whatever kind.',
    args: { id: t.arg.id({ description: 'The id of a Process, Board, Dataset, ….' }) },
    authScopes: toSee,
    resolve: (query, _root, args, { db, principal }) => {
      const { id, kind } = anyFlowOf(args.id);
      return db.flow.findFirstOrThrow({
        ...query,
        where: { AND: [{ id, kind }, visibleFlows(principal, READ[familyOfKind(kind)])] },
      });
    },
  }),
);

import { queryFromInfo } from '@pothos/plugin-prisma';

import type { Context } from '../context.js';
import { anyFlowOf, idOf } from '../domain/ids.js';
import { visibleAccessRequests } from '../domain/visibility.js';
import { AccessRequest, AccessRequestState } from './access-request.js';
import { NEWEST_FIRST } from './audit.js';
import { builder } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { seesFlow } from './flow-scope.js';

const AccessRequestFilter = builder.inputType('AccessRequestFilter', {
  description: 'Which requests to list. What is given must all be true.',
  fields: (t) => ({
    state: t.field({
      type: [AccessRequestState],
      required: false,
      description: 'Those in one of these states.',
    }),
    on: t.id({ required: false, description: 'Those about this Dataset, Process, Board, ….' }),
  }),
});

interface Row {
  readonly id: string;
  readonly flowId: string | null;
}

/** That a request is shown tells of its flow: what only the override shows is marked. */
async function noteShown(context: Context, rows: readonly Row[]): Promise<void> {
  await Promise.all(rows.map(async ({ flowId }) => flowId && seesFlow(context, flowId)));
}

builder.queryFields((t) => ({
  accessRequest: t.prismaField({
    type: AccessRequest,
    nullable: true,
    description: 'One request; null: there is none of this id that you can see.',
    authScopes: { authenticated: true },
    args: { id: t.arg.id({ description: 'The id of an AccessRequest.' }) },
    resolve: async (query, _root, { id }, context) => {
      const { db, principal } = context;
      const request = await db.accessRequest.findFirst({
        ...query,
        where: { AND: [{ id: idOf('AccessRequest', id) }, visibleAccessRequests(principal)] },
      });
      await noteShown(context, request ? [request] : []);
      return request;
    },
  }),
  accessRequests: t.connection(
    {
      type: AccessRequest,
      description: 'Your own requests and those that you could approve, newest first.',
      authScopes: { authenticated: true },
      complexity: pageCost,
      args: {
        filter: t.arg({ type: AccessRequestFilter, required: false, description: 'Which ones.' }),
      },
      resolve: async (_root, { filter, ...page }, context, info) => {
        const { db, principal } = context;
        const where = {
          AND: [
            visibleAccessRequests(principal),
            filter?.state ? { state: { in: filter.state } } : {},
            filter?.on == null ? {} : { flowId: anyFlowOf(filter.on).id },
          ],
        };
        const path = ['edges', 'node'];
        const query = queryFromInfo({ context, info, typeName: 'AccessRequest', path });
        const connection = await keysetConnection<'id', Row>(
          page,
          NEWEST_FIRST,
          (keys) =>
            db.accessRequest.findMany({
              ...keys,
              select: { ...query.select, id: true, flowId: true },
              where: { AND: [where, keys.where] },
            }),
          () => db.accessRequest.count({ where }),
        );
        await noteShown(
          context,
          connection.edges.map(({ node }) => node),
        );
        return connection;
      },
    },
    { name: 'AccessRequestConnection' },
    { name: 'AccessRequestEdge' },
  ),
}));

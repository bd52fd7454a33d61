import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';

import type { FlowKind } from '../authz/boundary.js';
import { READ, type Family } from '../authz/tables.js';
import type { Context } from '../context.js';
import { nameKey } from '../domain/directory.js';
import { visibleFlows } from '../domain/visibility.js';
import { keysetConnection, literally, type Order, type Page } from './connections.js';
import { noteOverrides } from './flow-scope.js';

/** The orders of a list of flows. */
export const FLOW_ORDERS = {
  NAME_ASC: { description: 'By name, A first.' },
  NAME_DESC: { description: 'By name, Z first.' },
  CREATED_ASC: { description: 'Oldest first.' },
  CREATED_DESC: { description: 'Newest first.' },
} as const;

/** Ids are made in the order of time. */
const COLUMNS = {
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
} as const satisfies Record<keyof typeof FLOW_ORDERS, Order<'name' | 'id'>>;

interface Asked {
  readonly page: Page;
  readonly orderBy: keyof typeof FLOW_ORDERS;
  readonly search: string | null | undefined;
  readonly kinds?: readonly FlowKind[] | null | undefined;
}

/** A page of the datasets, or of the other flows, that the principal sees: what only the override shows is marked. */
export async function pageOfFlows(
  context: Context,
  info: GraphQLResolveInfo,
  family: Family,
  { page, orderBy, search, kinds }: Asked,
) {
  const where = {
    AND: [
      visibleFlows(context.principal, READ[family]),
      search ? { nameKey: { contains: literally(nameKey(search)) } } : {},
      kinds ? { kind: { in: [...kinds] } } : {},
    ],
  };
  const typeName = family === 'dataset' ? 'Dataset' : 'Flow';
  const query = queryFromInfo({ context, info, typeName, path: ['edges', 'node'] });
  const connection = await keysetConnection<
    'name' | 'id',
    { id: string; name: string; kind: FlowKind }
  >(
    page,
    COLUMNS[orderBy],
    (keys) =>
      context.db.flow.findMany({
        ...query,
        select: { ...query.select, id: true, name: true, kind: true },
        ...keys,
        where: { AND: [where, keys.where] },
      }),
    () => context.db.flow.count({ where }),
  );
  await noteOverrides(
    context,
    family,
    connection.edges.map(({ node }) => node.id),
  );
  return connection;
}

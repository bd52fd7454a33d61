import { queryFromInfo } from '@pothos/plugin-prisma';

import { nextReviewDue } from '../domain/access-review.js';
import { inactiveSince, UNUSED_ROLES } from '../domain/governance.js';
import { visibleRoles, visibleUsers } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { keysetConnection, pageCost, type Order } from './connections.js';
import { days } from './inputs.js';
import { Role } from './role.js';
import { User } from './user.js';

const BY_NAME = [
  ['nameKey', 'asc'],
  ['id', 'asc'],
] as const satisfies Order<'nameKey' | 'id'>;

interface Row {
  readonly id: string;
  readonly nameKey: string;
}

const Governance = builder.objectRef<object>('Governance').implement({
  description: 'What to look at, so that nobody has more than they need.',
  authScopes: reached,
  fields: (t) => ({
    nextAccessReviewDueAt: t.field({
      type: 'DateTime',
      description:
        'When everything is to be reviewed again: so many days after it last was as the account’s settings say.',
      resolve: (_governance, _args, { db, principal }) =>
        nextReviewDue(db, principal?.accountId ?? ''),
    }),
    inactiveUsers: t.connection(
      {
        type: User,
        description: 'Active people who have not signed in for so many days, by name.',
        complexity: pageCost,
        args: {
          days: t.arg.int({ defaultValue: 90, description: '1 to 366.', validate: days(366) }),
        },
        resolve: (_governance, { days: count, ...page }, context, info) => {
          const { db, principal, system } = context;
          const where = { AND: [visibleUsers(principal), inactiveSince(system.now(), count)] };
          const path = ['edges', 'node'];
          const query = queryFromInfo({ context, info, typeName: 'User', path });
          return keysetConnection<'nameKey' | 'id', Row>(
            page,
            BY_NAME,
            (keys) =>
              db.user.findMany({
                ...keys,
                select: { ...query.select, id: true, nameKey: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.user.count({ where }),
          );
        },
      },
      { name: 'InactiveUserConnection' },
      { name: 'InactiveUserEdge' },
    ),
    unusedRoles: t.connection(
      {
        type: Role,
        description:
          'Roles of the account’s own that nobody holds and no other role inherits from, by name.',
        complexity: pageCost,
        resolve: (_governance, page, context, info) => {
          const { db, principal } = context;
          const where = { AND: [visibleRoles(principal), UNUSED_ROLES] };
          const path = ['edges', 'node'];
          const query = queryFromInfo({ context, info, typeName: 'Role', path });
          return keysetConnection<'nameKey' | 'id', Row>(
            page,
            BY_NAME,
            (keys) =>
              db.role.findMany({
                ...keys,
                select: { ...query.select, id: true, nameKey: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.role.count({ where }),
          );
        },
      },
      { name: 'UnusedRoleConnection' },
      { name: 'UnusedRoleEdge' },
    ),
  }),
});

builder.queryField('governance', (t) =>
  t.field({
    type: Governance,
    description: 'What those who govern the account should look at.',
    authScopes: { account: 'governance:read' },
    resolve: () => ({}),
  }),
);

import { nextReviewDue } from '../domain/access-review.js';
import { inactiveSince, UNUSED_ROLES } from '../domain/governance.js';
import { visibleRoles, visibleUsers } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { connectionByName, pageCost } from './connections.js';
import { days } from './inputs.js';
import { Role } from './role.js';
import { User } from './user.js';

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
          const seen = { AND: [visibleUsers(principal), inactiveSince(system.now(), count)] };
          return connectionByName(page, context, info, { typeName: 'User', model: db.user, seen });
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
          const seen = { AND: [visibleRoles(principal), UNUSED_ROLES] };
          return connectionByName(page, context, info, { typeName: 'Role', model: db.role, seen });
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

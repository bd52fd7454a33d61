import { idOf } from '../domain/ids.js';
import { visibleRoles, visibleUsers } from '../domain/visibility.js';
import { builder } from './builder.js';
import { carrying, inAccount } from './carrying.js';
import { connectionByName, connectionThrough, keyset, pageCost } from './connections.js';
import { Role } from './role.js';
import { User } from './user.js';

const reading = carrying('account:read', inAccount('user:read'));

builder.queryFields((t) => ({
  role: t.prismaField({
    type: Role,
    nullable: true,
    description: 'One account role; null: there is none of this id.',
    authScopes: reading,
    args: { id: t.arg.id({ description: 'The id of a Role.' }) },
    resolve: (query, _root, { id }, { db, principal }) =>
      db.role.findFirst({
        ...query,
        where: { AND: [{ id: idOf('Role', id) }, visibleRoles(principal)] },
      }),
  }),
  roles: t.connection(
    {
      type: Role,
      description: 'The account roles by name: the built-in ones and the account’s own.',
      authScopes: reading,
      complexity: pageCost,
      resolve: (_root, args, context, info) => {
        const seen = visibleRoles(context.principal);
        return connectionByName(args, context, info, {
          typeName: 'Role',
          model: context.db.role,
          seen,
        });
      },
    },
    { name: 'RoleConnection' },
    { name: 'RoleEdge' },
  ),
}));

const BY_HOLDER = [['userId', 'asc']] as const;

builder.prismaObjectFields(Role, (t) => ({
  holders: t.connection(
    {
      type: User,
      description:
        'Who was given the role itself, in the order in which they came into the account.',
      authScopes: carrying<unknown>('directory:read', inAccount('user:read')),
      complexity: pageCost,
      select: (args, { principal }, nested) => {
        const where = { user: visibleUsers(principal) };
        const keys = keyset(args, BY_HOLDER);
        return {
          assignments: {
            ...keys,
            where: { AND: [where, keys.where] },
            select: {
              userId: true,
              user: nested({ select: { id: true } }, ['edges', 'node'], 'User'),
            },
          },
          _count: { select: { assignments: { where } } },
        };
      },
      resolve: ({ assignments, _count }, args) =>
        connectionThrough(args, BY_HOLDER, assignments, ({ user }) => user, _count.assignments),
    },
    { name: 'RoleHolderConnection' },
    { name: 'RoleHolderEdge' },
  ),
}));

import { ACCOUNT_PERMISSIONS } from '../authz/permissions.js';
import { builder } from './builder.js';

const userReader = { account: 'user:read' } as const;

export const Role = builder.prismaNode('Role', {
  description: 'What somebody may do in the account: a built-in role or one of the account’s own.',
  id: { field: 'id' },
  authScopes: { account: 'account:read' },
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the role.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    isBuiltIn: t.boolean({
      description: 'Whether every account has it.',
      select: { builtIn: true },
      resolve: ({ builtIn }) => builtIn !== null,
    }),
    ownPermissions: t.stringList({
      description: 'What it gives by itself, in the words of the rules.',
      authScopes: userReader,
      select: { builtIn: true, permissions: true },
      resolve: async ({ id, builtIn, permissions }, _args, { access }) =>
        builtIn === null ? permissions : [...((await access.roleRights(id))?.own ?? [])].toSorted(),
    }),
    permissions: t.stringList({
      description: 'What it gives, with all that it inherits, in the words of the rules.',
      authScopes: userReader,
      resolve: async ({ id }, _args, { access }) =>
        [...((await access.roleRights(id))?.own ?? [])].toSorted(),
    }),
  }),
});

builder.prismaObjectFields(Role, (t) => ({
  parents: t.field({
    type: [Role],
    description: 'The roles that it inherits from.',
    authScopes: userReader,
    complexity: { field: 1, multiplier: 4 },
    select: (_args, _context, nested) => ({
      parents: { select: { parent: nested() }, orderBy: { parentId: 'asc' } },
    }),
    resolve: ({ parents }) => parents.map(({ parent }) => parent),
  }),
}));

builder.queryField('accountPermissions', (t) =>
  t.stringList({
    description: 'All that an account role can give, in the words of the rules.',
    authScopes: userReader,
    resolve: () => [...ACCOUNT_PERMISSIONS].toSorted(),
  }),
);

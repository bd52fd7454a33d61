import { builder } from './builder.js';
import { metOr } from './scopes.js';

export const Group = builder.prismaNode('Group', {
  description: 'People who hold memberships together.',
  id: { field: 'id' },
  authScopes: metOr('directory:read'),
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the group, unique in the account.' }),
  }),
});

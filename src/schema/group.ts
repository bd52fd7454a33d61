import { builder } from './builder.js';

export const Group = builder.prismaNode('Group', {
  description: 'People who hold memberships together.',
  id: { field: 'id' },
  authScopes: { account: 'directory:read' },
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the group, unique in the account.' }),
  }),
});

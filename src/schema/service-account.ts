import { builder } from './builder.js';

export const ServiceAccount = builder.prismaNode('ServiceAccount', {
  description: 'A program with an identity of its own; never a person.',
  id: { field: 'id' },
  authScopes: { account: 'directory:read' },
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the service account.' }),
    handle: t.exposeString('handle', {
      description:
        'Unique in the account and shown beside the name, so that a program is never taken for a person.',
    }),
  }),
});

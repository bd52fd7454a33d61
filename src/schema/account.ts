import { builder } from './builder.js';

export const Account = builder.prismaNode('Account', {
  description: 'A workspace: what belongs to one account is not seen from another.',
  id: { field: 'id' },
  authScopes: { account: 'account:read' },
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name that people know it by.' }),
    slug: t.exposeString('slug', { description: 'The short name to sign in with.' }),
  }),
});

import { builder } from './builder.js';
import { PrincipalKind } from './enums.js';
import { Principal } from './principal.js';
import { selfOrMetOr } from './scopes.js';

/** Whoever manages service accounts. */
export const managers = { account: 'serviceAccount:manage' } as const;

export const ServiceAccount = builder.prismaNode('ServiceAccount', {
  description: 'A program with an identity of its own; never a person.',
  id: { field: 'id' },
  interfaces: [Principal],
  authScopes: selfOrMetOr('directory:read', ({ id }: { id: string }) => id),
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the service account.' }),
    kind: t.field({
      type: PrincipalKind,
      description: 'SERVICE_ACCOUNT.',
      resolve: () => 'SERVICE_ACCOUNT' as const,
    }),
    handle: t.exposeString('handle', {
      description:
        'Unique in the account and shown beside the name, so that a program is never taken for a person.',
    }),
  }),
});

import { builder } from './builder.js';
import { AddedVia, PrincipalKind, UserStatus } from './enums.js';
import { Principal } from './principal.js';
import { Role } from './role.js';
import { selfOr, selfOrMetOr } from './scopes.js';

const selfOrUserReader = selfOr('user:read', ({ id }: { id: string }) => id);

export const User = builder.prismaNode('User', {
  description: 'A person in the account.',
  id: { field: 'id' },
  interfaces: [Principal],
  authScopes: selfOrMetOr('directory:read', ({ id }: { id: string }) => id),
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name that others see.' }),
    kind: t.field({
      type: PrincipalKind,
      description: 'USER.',
      resolve: () => 'USER' as const,
    }),
    handle: t.string({
      nullable: true,
      description: 'Null: only programs have one.',
      resolve: () => null,
    }),
    email: t.exposeString('email', { description: 'The address to sign in with.' }),
    status: t.expose('status', {
      type: UserStatus,
      description: 'Whether the person may sign in.',
      authScopes: selfOrUserReader,
    }),
    lastSignedInAt: t.expose('lastSignedInAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last successful sign-in; null: never.',
      authScopes: selfOrUserReader,
    }),
    mfaEnrolledAt: t.expose('mfaEnrolledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when signing in takes a second factor; null: it does not.',
      authScopes: selfOrUserReader,
    }),
    addedAt: t.expose('addedAt', {
      type: 'DateTime',
      description: 'When the person came into the account.',
      authScopes: selfOrUserReader,
    }),
    addedVia: t.expose('addedVia', {
      type: AddedVia,
      description: 'How the person came into the account.',
      authScopes: selfOrUserReader,
    }),
    addedBy: t.relation('addedBy', {
      nullable: true,
      description: 'Who brought the person in; null: nobody who is known.',
      authScopes: selfOrUserReader,
    }),
    roles: t.field({
      type: [Role],
      description: 'The account roles of the person; several add up.',
      authScopes: selfOrUserReader,
      select: (_args, _context, nested) => ({
        roles: { select: { role: nested() }, orderBy: { roleId: 'asc' } },
      }),
      resolve: ({ roles }) => roles.map(({ role }) => role),
    }),
  }),
});

import { about, all, any, needs, SELF, SIGNED_IN } from '../authz/rule.js';
import { daysActive, keyIdOf, rotationReason, statusOf } from '../domain/access-key.js';
import { builder } from './builder.js';
import { printing, signedInSelfOr } from './scopes.js';
import { User } from './user.js';

const KeyKind = builder.enumType('KeyKind', {
  description: 'Whose key it is.',
  values: {
    ACCESS_KEY: { description: 'A service account’s.' },
    API_KEY: { description: 'A person’s own.' },
  } as const,
});

const KeyStatus = builder.enumType('KeyStatus', {
  description: 'Whether a key signs its holder in.',
  values: {
    ACTIVE: { description: 'It does.' },
    INACTIVE: { description: 'It was turned off, and can be turned on again.' },
    EXPIRED: { description: 'Its time is over.' },
  } as const,
});

const RotationReason = builder.enumType('RotationReason', {
  description: 'Why a key had better be rotated.',
  values: {
    CREATOR_LEFT: {
      description: 'Whoever made it, and so has seen the secret, is suspended or has left.',
    },
    EXPIRES_SOON: { description: 'It expires within 14 days.' },
    OLD: { description: 'It is older than 90 days.' },
  } as const,
});

/** Who may see a key: whoever manages keys of its kind, and for an API key the person it belongs to. */
const keyReader = printing(
  'signed in, and the holder or account: apiKey:manage; of a service account account: serviceAccount:manage',
  about({
    person: all(SIGNED_IN, any(SELF, needs('apiKey:manage'))),
    serviceAccount: needs('serviceAccount:manage'),
  }),
  ({ userId }: { userId: string | null }) =>
    userId === null
      ? { account: 'serviceAccount:manage' as const }
      : { signedIn: true, $any: { self: userId, account: 'apiKey:manage' as const } },
);

export const AccessKey = builder.prismaNode('AccessKey', {
  description:
    'What a program signs its requests with: `Authorization: Bearer` with the whole key, or HTTP Basic with `keyId` as user name and the secret as password.',
  id: { field: 'id', description: 'A handle; it does not sign anybody in.' },
  authScopes: keyReader,
  select: { id: true, userId: true },
  fields: (t) => ({
    kind: t.field({
      type: KeyKind,
      description: 'Whose it is.',
      resolve: ({ userId }) => (userId === null ? 'ACCESS_KEY' : 'API_KEY'),
    }),
    keyId: t.string({
      description: 'The part of the key that is no secret, by which it can be told in logs.',
      resolve: (key) => keyIdOf(key),
    }),
    name: t.exposeString('name', { description: 'The name; several keys may have the same.' }),
    status: t.field({
      type: KeyStatus,
      description: 'Whether it signs its holder in.',
      select: { isActive: true, expiresAt: true },
      resolve: (key, _args, { system }) => statusOf(key, system.now()),
    }),
    permissions: t.stringList({
      nullable: true,
      description: 'All that it may be used for; null: whatever its holder may do.',
      select: { permissions: true },
      resolve: ({ permissions }) => (permissions.length === 0 ? null : permissions),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself; null: never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.relation('createdBy', {
      nullable: true,
      description: 'Who made it; null: nobody who is known.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null: never.',
    }),
    lastUsedFrom: t.exposeString('lastUsedFrom', {
      nullable: true,
      description: 'The address that it was last used from.',
    }),
    daysActive: t.int({
      description: 'For how many whole days it has been in force.',
      select: { createdAt: true, expiresAt: true },
      resolve: (key, _args, { system }) => daysActive(key, system.now()),
    }),
    rotationRecommended: t.field({
      type: RotationReason,
      nullable: true,
      description: 'Why it had better be rotated; null: it need not be.',
      select: {
        createdAt: true,
        expiresAt: true,
        isActive: true,
        successorId: true,
        createdBy: { select: { status: true, removedAt: true } },
      },
      resolve: (key, _args, { system }) => rotationReason(key, key.createdBy, system.now()),
    }),
    successor: t.relation('successor', {
      nullable: true,
      description: 'The key that takes its place since it was rotated.',
    }),
  }),
});

builder.prismaObjectField(User, 'apiKeys', (t) =>
  t.relation('apiKeys', {
    type: AccessKey,
    description: 'The API keys of the person, whatever their state, oldest first, at most 50.',
    authScopes: signedInSelfOr('apiKey:manage', ({ id }: { id: string }) => id),
    complexity: { field: 1, multiplier: 10 },
    query: { where: { deletedAt: null }, orderBy: { id: 'asc' } },
  }),
);

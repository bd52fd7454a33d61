import type { ServiceAccountUse as Use } from '../domain/service-account.js';
import { AccessKey } from './access-key.js';
import { builder, reached } from './builder.js';
import { managers, ServiceAccount } from './service-account.js';

const ServiceAccountStatus = builder.enumType('ServiceAccountStatus', {
  description: 'Whether the keys of a service account sign it in.',
  values: {
    ACTIVE: { description: 'They do.' },
    DISABLED: { description: 'None of them does, until it is enabled again.' },
  } as const,
});

export const ServiceAccountUse = builder.objectRef<Use>('ServiceAccountUse').implement({
  description: 'What depends on a service account, and would stop without it.',
  authScopes: reached,
  fields: (t) => ({
    activeKeys: t.exposeInt('activeKeys', { description: 'How many keys sign it in now.' }),
    keysUsedLately: t.exposeInt('keysUsedLately', {
      description: 'How many of its keys were used in the last 30 days.',
    }),
    memberships: t.exposeInt('memberships', {
      description: 'Of how many flows, datasets among them, it is a member.',
    }),
    impersonationGrants: t.exposeInt('impersonationGrants', {
      description: 'How many live grants let it act as others.',
    }),
    flowsItAloneAdministers: t.exposeInt('flowsItAloneAdministers', {
      description: 'How many flows have no other active Admin or Owner.',
    }),
  }),
});

const NOTHING: Use = {
  activeKeys: 0,
  keysUsedLately: 0,
  memberships: 0,
  impersonationGrants: 0,
  flowsItAloneAdministers: 0,
};

builder.prismaObjectFields(ServiceAccount, (t) => ({
  purpose: t.exposeString('purpose', {
    description: 'What it is there for.',
    authScopes: managers,
  }),
  status: t.field({
    type: ServiceAccountStatus,
    description: 'Whether its keys sign it in.',
    authScopes: managers,
    select: { disabledAt: true },
    resolve: ({ disabledAt }) => (disabledAt ? 'DISABLED' : 'ACTIVE'),
  }),
  createdAt: t.expose('createdAt', {
    type: 'DateTime',
    description: 'When it was made.',
    authScopes: managers,
  }),
  createdBy: t.relation('createdBy', {
    nullable: true,
    description: 'Who made it; it works on when they leave. Null: nobody who is known.',
    authScopes: managers,
  }),
  accessKeys: t.relation('keys', {
    type: AccessKey,
    description: 'Its keys, whatever their state, oldest first, at most 50.',
    authScopes: managers,
    complexity: { field: 1, multiplier: 10 },
    query: { where: { deletedAt: null }, orderBy: { id: 'asc' } },
  }),
  use: t.field({
    type: ServiceAccountUse,
    description: 'What depends on it: read this before you disable or delete it.',
    authScopes: managers,
    resolve: async ({ id }, _args, { access }) => (await access.serviceAccountUse(id)) ?? NOTHING,
  }),
  dormantSince: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Since when no key of it was used, if that is 30 days or more; never used: since it was made.',
    authScopes: managers,
    resolve: ({ id }, _args, { access }) => access.dormantSince(id),
  }),
}));

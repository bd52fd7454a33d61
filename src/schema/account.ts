import { builder } from './builder.js';
import { AccountPlan } from './enums.js';

const settingsReader = { account: 'accountSettings:read' } as const;

export const Account = builder.prismaNode('Account', {
  description: 'A workspace: what belongs to one account is not seen from another.',
  id: { field: 'id' },
  authScopes: { account: 'account:read' },
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name that people know it by.' }),
    plan: t.expose('plan', { type: AccountPlan, description: 'What the account may use.' }),
    invitationDays: t.exposeInt('invitationDays', {
      description: 'How many days an invitation is good.',
      authScopes: settingsReader,
    }),
    reviewDays: t.exposeInt('reviewDays', {
      description: 'After how many days access is to be reviewed again.',
      authScopes: settingsReader,
    }),
    slug: t.exposeString('slug', { description: 'The short name to sign in with.' }),
  }),
});

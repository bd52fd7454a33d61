import { idOf } from '../domain/ids.js';
import { visibleServiceAccounts } from '../domain/visibility.js';
import { builder } from './builder.js';
import { connectionByName, pageCost } from './connections.js';
import { search } from './inputs.js';
import { managers, ServiceAccount } from './service-account.js';

builder.queryFields((t) => ({
  serviceAccount: t.prismaField({
    type: ServiceAccount,
    nullable: true,
    description: 'One service account; null: there is none of this id.',
    authScopes: managers,
    args: { id: t.arg.id({ description: 'The id of a ServiceAccount.' }) },
    resolve: (query, _root, { id }, { db, principal }) =>
      db.serviceAccount.findFirst({
        ...query,
        where: { AND: [{ id: idOf('ServiceAccount', id) }, visibleServiceAccounts(principal)] },
      }),
  }),
  serviceAccounts: t.connection(
    {
      type: ServiceAccount,
      description: 'The service accounts of the account by name: at most 25.',
      authScopes: managers,
      complexity: pageCost,
      args: {
        search: t.arg.string({
          required: false,
          description: 'Part of the name, in any case.',
          validate: search,
        }),
      },
      resolve: (_root, args, context, info) => {
        const { db, principal } = context;
        const seen = visibleServiceAccounts(principal);
        return connectionByName(args, context, info, {
          typeName: 'ServiceAccount',
          model: db.serviceAccount,
          seen,
        });
      },
    },
    { name: 'ServiceAccountConnection' },
    { name: 'ServiceAccountEdge' },
  ),
}));

import { queryFromInfo } from '@pothos/plugin-prisma';

import type { Principal } from '../authz/principal.js';
import { visibleSessions } from '../domain/visibility.js';
import { Account } from './account.js';
import { builder } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { Session } from './session.js';
import { User } from './user.js';

const NEWEST_FIRST = [['id', 'desc']] as const;

const Me = builder.objectRef<Principal>('Me').implement({
  description: 'The principal of this request: whose rights count, and with which credential.',
  authScopes: { authenticated: true },
  fields: (t) => ({
    user: t.prismaField({
      type: User,
      description: 'The person.',
      resolve: (query, { subject }, _args, { db }) =>
        db.user.findUniqueOrThrow({ ...query, where: { id: subject.id } }),
    }),
    account: t.prismaField({
      type: Account,
      description: 'The account.',
      resolve: (query, { accountId }, _args, { db }) =>
        db.account.findUniqueOrThrow({ ...query, where: { id: accountId } }),
    }),
    permissions: t.stringList({
      description: 'What your account roles allow, in the words of the rules.',
      resolve: ({ permissions }) => [...permissions].toSorted(),
    }),
    sessions: t.connection(
      {
        type: Session,
        description: 'Your sessions that are still good, newest first.',
        complexity: pageCost,
        resolve: (_me, args, context, info) => {
          const { db, principal, system } = context;
          const where = visibleSessions(principal, system.now());
          const query = queryFromInfo({
            context,
            info,
            typeName: 'Session',
            path: ['edges', 'node'],
          });
          return keysetConnection<'id', { id: string; userId: string }>(
            args,
            NEWEST_FIRST,
            (keys) =>
              db.session.findMany({
                ...keys,
                select: { ...query.select, id: true, userId: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.session.count({ where }),
          );
        },
      },
      { name: 'SessionConnection' },
      { name: 'SessionEdge' },
    ),
  }),
});

builder.queryField('me', (t) =>
  t.field({
    type: Me,
    description: 'Who you are here.',
    authScopes: { authenticated: true },
    resolve: (_root, _args, { principal }) => principal as Principal,
  }),
);

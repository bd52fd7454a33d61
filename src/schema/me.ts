import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';

import { decide } from '../authz/decide.js';
import type { Party, Principal } from '../authz/principal.js';
import type { Context } from '../context.js';
import { visibleKeys, visibleSessions } from '../domain/visibility.js';
import { AccessKey } from './access-key.js';
import { Account } from './account.js';
import { ActionOnBehalf } from './action-on-behalf.js';
import { NEWEST_FIRST } from './audit.js';
import { builder } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { Principal as PrincipalInterface } from './principal.js';
import { met } from './scopes.js';
import { ServiceAccount } from './service-account.js';
import { SessionConnection, SessionEdge } from './session-list.js';
import { Session } from './session.js';
import { User } from './user.js';

const Me = builder.objectRef<Principal>('Me').implement({
  description: 'The principal of this request: whose rights count, and with which credential.',
  authScopes: { authenticated: true },
  fields: (t) => ({
    subject: t.field({
      type: PrincipalInterface,
      description: 'Whose rights count.',
      grantScopes: met,
      resolve: ({ subject }, _args, context, info) => find(subject, context, info),
    }),
    actor: t.field({
      type: PrincipalInterface,
      description: 'Who really acts: another one, if a service account acts as somebody.',
      grantScopes: met,
      resolve: ({ actor }, _args, context, info) => find(actor, context, info),
    }),
    user: t.prismaField({
      type: User,
      nullable: true,
      grantScopes: met,
      description: 'The person whose rights count; null: a service account as itself.',
      resolve: (query, { subject }, _args, { db }) =>
        subject.kind === 'user'
          ? db.user.findUniqueOrThrow({ ...query, where: { id: subject.id } })
          : null,
    }),
    account: t.prismaField({
      type: Account,
      description: 'The account.',
      resolve: (query, { accountId }, _args, { db }) =>
        db.account.findUniqueOrThrow({ ...query, where: { id: accountId } }),
    }),
    permissions: t.stringList({
      description: 'What your account roles allow, in the words of the rules.',
      resolve: (principal) =>
        [...principal.permissions]
          .filter((permission) => decide(principal, permission).allowed)
          .toSorted(),
    }),
    sessions: t.connection(
      {
        type: Session,
        description: 'Your sessions that are still good, newest first.',
        authScopes: { signedIn: true },
        complexity: pageCost,
        resolve: ({ subject }, args, context, info) => {
          const { db, principal, system } = context;
          const where = {
            AND: [visibleSessions(principal, system.now()), { userId: subject.id }],
          };
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
      SessionConnection,
      SessionEdge,
    ),
    apiKeys: t.prismaField({
      type: [AccessKey],
      description: 'Your API keys, whatever their state, oldest first, at most 50.',
      authScopes: { signedIn: true },
      complexity: { field: 1, multiplier: 10 },
      resolve: (query, { subject }, _args, { db, principal }) =>
        db.accessKey.findMany({
          ...query,
          where: { AND: [visibleKeys(principal), { userId: subject.id }] },
          orderBy: { id: 'asc' },
        }),
    }),
    actedOnBehalf: t.connection(
      {
        type: ActionOnBehalf,
        description: 'What service accounts did as you or tried to, newest first.',
        authScopes: { signedIn: true },
        complexity: pageCost,
        resolve: ({ subject }, args, context, info) => {
          const { db } = context;
          const where = { subjectId: subject.id, NOT: { actorId: subject.id } };
          const query = queryFromInfo({
            context,
            info,
            typeName: 'ActionOnBehalf',
            path: ['edges', 'node'],
          });
          return keysetConnection<'id', { id: string }>(
            args,
            NEWEST_FIRST,
            (keys) =>
              db.auditEntry.findMany({
                ...keys,
                select: { ...query.select, id: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.auditEntry.count({ where }),
          );
        },
      },
      { name: 'ActionOnBehalfConnection' },
      { name: 'ActionOnBehalfEdge' },
    ),
  }),
});

async function find({ kind, id }: Party, context: Context, info: GraphQLResolveInfo) {
  const { db } = context;
  const where = { id };
  if (kind === 'user') {
    const query = queryFromInfo({ context, info, typeName: 'User' });
    return User.addBrand(await db.user.findUniqueOrThrow({ ...query, where }));
  }
  const query = queryFromInfo({ context, info, typeName: 'ServiceAccount' });
  return ServiceAccount.addBrand(await db.serviceAccount.findUniqueOrThrow({ ...query, where }));
}

builder.queryField('me', (t) =>
  t.field({
    type: Me,
    description: 'Who you are here.',
    authScopes: { authenticated: true },
    resolve: (_root, _args, { principal }) => principal as Principal,
  }),
);

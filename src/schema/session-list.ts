import { visibleSessions } from '../domain/visibility.js';
import { NEWEST_FIRST } from './audit.js';
import { builder } from './builder.js';
import { keyset, keysetConnection, pageCost } from './connections.js';
import { signedInSelfOr } from './scopes.js';
import { Session } from './session.js';
import { User } from './user.js';

export const SessionEdge = builder.edgeObject({ type: Session, name: 'SessionEdge' });

export const SessionConnection = builder.connectionObject(
  { type: Session, name: 'SessionConnection' },
  SessionEdge,
);

builder.prismaObjectFields(User, (t) => ({
  sessions: t.connection(
    {
      type: Session,
      description: 'The sessions of the person that are still good, newest first.',
      authScopes: signedInSelfOr('session:manage', ({ id }: { id: string }) => id),
      complexity: pageCost,
      select: (args, { principal, system }, nested) => {
        const where = visibleSessions(principal, system.now());
        const keys = keyset(args, NEWEST_FIRST);
        return {
          sessions: nested(
            { ...keys, where: { AND: [where, keys.where] }, select: { id: true, userId: true } },
            ['edges', 'node'],
          ),
          _count: { select: { sessions: { where } } },
        };
      },
      resolve: ({ sessions, _count }, args) =>
        keysetConnection<'id', { id: string; userId: string }>(
          args,
          NEWEST_FIRST,
          () => sessions,
          () => _count.sessions,
        ),
    },
    SessionConnection,
    SessionEdge,
  ),
}));

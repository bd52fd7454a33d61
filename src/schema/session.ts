import type { Context } from '../context.js';
import { deviceOf } from '../domain/device.js';
import { builder } from './builder.js';
import { SessionTransport, SignInMethod } from './enums.js';
import { signedInSelfOr } from './scopes.js';

/** Where somebody is, is theirs: whoever else reads it leaves an entry. */
function noteRead({ userId }: { userId: string }, { principal, addressesRead }: Context): void {
  if (userId !== principal?.subject.id) addressesRead.add(userId);
}

export const Session = builder.prismaNode('Session', {
  description: 'One sign-in of a person that is still good.',
  id: { field: 'id', description: 'A handle; it does not sign anybody in.' },
  authScopes: signedInSelfOr('session:manage', ({ userId }: { userId: string }) => userId),
  select: { id: true, userId: true },
  fields: (t) => ({
    signedInAt: t.expose('signedInAt', { type: 'DateTime', description: 'When it started.' }),
    lastSeenAt: t.expose('lastSeenAt', {
      type: 'DateTime',
      description: 'When it was last used, to the minute.',
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends by itself.' }),
    transport: t.expose('transport', {
      type: SessionTransport,
      description: 'How its token travels.',
    }),
    method: t.expose('method', { type: SignInMethod, description: 'How the person signed in.' }),
    device: t.string({
      nullable: true,
      description:
        'What the person signed in with, such as “Chrome on macOS”; null: it is no browser that is known.',
      select: { userAgent: true },
      resolve: ({ userAgent }) => deviceOf(userAgent),
    }),
    ipAddress: t.string({
      nullable: true,
      description:
        'The address that the person signed in from. Reading that of somebody else is audited.',
      select: { ipAddress: true },
      resolve: (session, _args, context) => {
        noteRead(session, context);
        return session.ipAddress;
      },
    }),
    userAgent: t.string({
      nullable: true,
      description:
        'The program that the person signed in with, as it named itself. Reading that of somebody else is audited.',
      select: { userAgent: true },
      resolve: (session, _args, context) => {
        noteRead(session, context);
        return session.userAgent;
      },
    }),
    isCurrent: t.boolean({
      description: 'Whether this request came with it.',
      resolve: ({ id }, _args, { principal }) => id === principal?.credential.id,
    }),
  }),
});

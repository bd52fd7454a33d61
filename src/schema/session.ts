import { changeOf } from '../context.js';
import { encodeId, idOf } from '../domain/ids.js';
import { revokeSession, signIn, signOut } from '../domain/session.js';
import { builder, reached } from './builder.js';
import { SessionTransport } from './enums.js';
import { password, shortText } from './inputs.js';
import { printing } from './scopes.js';

/** Sessions are for people who are signed in: no key looks at them. */
const sessionReader = printing(
  'signed in, and self or account: session:manage',
  ['session:manage'],
  ({ userId }: { userId: string }) => ({
    signedIn: true,
    $any: { self: userId, account: 'session:manage' as const },
  }),
);

export const Session = builder.prismaNode('Session', {
  description: 'One sign-in of a person that is still good.',
  id: { field: 'id', description: 'A handle; it does not sign anybody in.' },
  authScopes: sessionReader,
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
    ipAddress: t.exposeString('ipAddress', {
      nullable: true,
      description: 'The address that the person signed in from.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'The program that the person signed in with, as it named itself.',
    }),
    isCurrent: t.boolean({
      description: 'Whether this request came with it.',
      resolve: ({ id }, _args, { principal }) => id === principal?.credential.id,
    }),
  }),
});

const SignInPayload = builder
  .objectRef<{ token: string | null; expiresAt: Date }>('SignInPayload')
  .implement({
    description: 'The new session.',
    authScopes: reached,
    fields: (t) => ({
      token: t.exposeString('token', {
        nullable: true,
        description:
          'For BEARER, the session’s token, shown once and never again: send it as `Authorization: Bearer …`.',
      }),
      expiresAt: t.expose('expiresAt', {
        type: 'DateTime',
        description: 'When the session ends by itself.',
      }),
    }),
  });

builder.mutationField('signIn', (t) =>
  t.fieldWithInput({
    type: SignInPayload,
    description:
      'Starts a session. Unknown, wrong, suspended and removed: one answer for all of them. Attempts are limited.',
    audit: 'session.started',
    ownTransaction: true,
    authScopes: { public: 'Nobody is signed in before.' },
    input: {
      email: t.input.string({ description: 'The person’s address.', validate: shortText }),
      password: t.input.string({ description: 'The person’s password.', validate: password }),
      account: t.input.string({
        required: false,
        description:
          'The short name of the account; may be left out where the address belongs to one only.',
        validate: shortText,
      }),
      transport: t.input.field({
        type: SessionTransport,
        defaultValue: 'COOKIE',
        description: 'How the session’s token is to travel.',
      }),
    },
    resolve: async (_root, { input }, { system, provenance, response }) => {
      const { token, expiresAt } = await signIn(system, provenance, input);
      if (input.transport === 'BEARER') return { token, expiresAt };
      response.session = { token, expiresAt };
      return { token: null, expiresAt };
    },
  }),
);

const endedSession = (name: string) =>
  builder.objectRef<{ id: string }>(name).implement({
    description: 'The session is over.',
    authScopes: reached,
    fields: (t) => ({
      sessionId: t.id({
        description: 'The session that ended.',
        resolve: ({ id }) => encodeId('Session', id),
      }),
    }),
  });

builder.mutationField('signOut', (t) =>
  t.field({
    type: endedSession('SignOutPayload'),
    description: 'Ends the session that the request came with.',
    audit: 'session.ended',
    authScopes: { signedIn: true },
    resolve: async (_root, _args, context) => {
      const id = await signOut(changeOf(context));
      context.response.session = null;
      return { id };
    },
  }),
);

builder.mutationField('revokeSession', (t) =>
  t.fieldWithInput({
    type: endedSession('RevokeSessionPayload'),
    description: 'Ends one of your own sessions, on whatever device it is.',
    audit: 'session.revoked',
    authScopes: { signedIn: true },
    input: { sessionId: t.input.id({ description: 'The session to end.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Session', input.sessionId);
      await revokeSession(changeOf(context), id);
      return { id };
    },
  }),
);

import { changeOf } from '../context.js';
import type { Change } from '../domain/change.js';
import { encodeId, idOf } from '../domain/ids.js';
import {
  ownerOfSession,
  revokeSession,
  revokeSessions,
  signIn,
  signOut,
} from '../domain/session.js';
import { personToManage } from '../domain/user.js';
import { builder, reached } from './builder.js';
import { SessionTransport } from './enums.js';
import { password, shortText } from './inputs.js';
import { ownOrUpTo } from './scopes.js';

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

const MANAGE = 'session:manage';

/** The session that the arguments name, and whose it is. */
function session({ input }: { readonly input: { readonly sessionId: string } }) {
  const id = idOf('Session', input.sessionId);
  return {
    target: { type: 'Session' as const, id },
    ownerOf: (change: Change) => ownerOfSession(change, id),
    find: async (change: Change) => personToManage(change, await ownerOfSession(change, id)),
  };
}

builder.mutationField('revokeSession', (t) =>
  t.fieldWithInput({
    type: endedSession('RevokeSessionPayload'),
    description:
      'Ends a session, on whatever device it is: one of your own, or of somebody whose sessions you manage.',
    audit: 'session.revoked',
    changesRights: true,
    authScopes: ownOrUpTo(MANAGE, session),
    input: { sessionId: t.input.id({ description: 'The session to end.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Session', input.sessionId);
      await revokeSession(changeOf(context), id);
      return { id };
    },
  }),
);

/** The person whom the arguments name. */
function person({ input }: { readonly input: { readonly userId: string } }) {
  const id = idOf('User', input.userId);
  return {
    target: { type: 'User' as const, id },
    ownerOf: () => id,
    find: (change: Change) => personToManage(change, id),
  };
}

const RevokeSessionsPayload = builder
  .objectRef<{ ended: number }>('RevokeSessionsPayload')
  .implement({
    description: 'The sessions are over.',
    authScopes: reached,
    fields: (t) => ({
      ended: t.exposeInt('ended', { description: 'How many ended.' }),
    }),
  });

builder.mutationField('revokeSessions', (t) =>
  t.fieldWithInput({
    type: RevokeSessionsPayload,
    description:
      'Ends all sessions of a person. Of your own the one that you use stays. API keys go on: nothing but suspending somebody stops them.',
    audit: 'session.allRevoked',
    changesRights: true,
    authScopes: ownOrUpTo(MANAGE, person),
    input: { userId: t.input.id({ description: 'Whose sessions.' }) },
    resolve: async (_root, { input }, context) => ({
      ended: await revokeSessions(changeOf(context), idOf('User', input.userId)),
    }),
  }),
);

import type { Principal } from '../authz/principal.js';
import { changePassword } from '../domain/password-change.js';
import { requestPasswordReset, RESET_MINUTES, resetPassword } from '../domain/password-reset.js';
import { builder, reached } from './builder.js';
import { password, shortText, token } from './inputs.js';

const STRONG =
  'At least 12 characters that nobody would guess soon, and none of your address in it.';

const changed = (name: string, description: string) =>
  builder.objectRef<{ readonly signedOut: true }>(name).implement({
    description,
    authScopes: reached,
    fields: (t) => ({
      signedOut: t.exposeBoolean('signedOut', { description: 'True: those sessions are over.' }),
    }),
  });

builder.mutationField('changePassword', (t) =>
  t.fieldWithInput({
    type: changed(
      'ChangePasswordPayload',
      'You have another password, and your other sessions are over.',
    ),
    description: 'Gives you another password, and ends your other sessions. Attempts are limited.',
    audit: 'password.changed',
    ownTransaction: true,
    authScopes: { signedIn: true },
    input: {
      currentPassword: t.input.string({
        description: 'The password that you have.',
        validate: password,
      }),
      newPassword: t.input.string({ description: STRONG, validate: password }),
    },
    resolve: async (_root, { input }, { system, db, provenance, principal }) => {
      const request = { db, provenance, principal: principal as Principal };
      await changePassword(system, request, input);
      return { signedOut: true } as const;
    },
  }),
);

const RequestPasswordResetPayload = builder
  .objectRef<{ readonly minutes: number }>('RequestPasswordResetPayload')
  .implement({
    description: 'If there is such a person, a mail is on its way; nothing here tells.',
    authScopes: reached,
    fields: (t) => ({
      minutes: t.exposeInt('minutes', {
        description: 'For how many minutes the link in the mail works.',
      }),
    }),
  });

builder.mutationField('requestPasswordReset', (t) =>
  t.fieldWithInput({
    type: RequestPasswordResetPayload,
    description:
      'Sends a link to choose another password to active people with a verified address. The answer is the same for everybody else. Attempts are limited.',
    audit: 'password.resetRequested',
    ownTransaction: true,
    authScopes: { public: 'Whoever forgot the password is not signed in.' },
    input: {
      email: t.input.string({ description: 'The person’s address.', validate: shortText }),
      account: t.input.string({
        required: false,
        description:
          'The short name of the account; unless given, each account of the address gets a mail.',
        validate: shortText,
      }),
    },
    resolve: async (_root, { input }, context) => {
      await requestPasswordReset(context, input);
      return { minutes: RESET_MINUTES };
    },
  }),
);

builder.mutationField('resetPassword', (t) =>
  t.fieldWithInput({
    type: changed(
      'ResetPasswordPayload',
      'You have another password, and all your sessions are over: sign in.',
    ),
    description:
      'Gives whoever has the link of a mail another password, once, and ends all their sessions.',
    audit: 'password.reset',
    ownTransaction: true,
    authScopes: { public: 'The link is the right to it.' },
    input: {
      token: t.input.string({ description: 'What the link carries.', validate: token }),
      newPassword: t.input.string({ description: STRONG, validate: password }),
    },
    resolve: async (_root, { input }, { system, provenance }) => {
      await resetPassword(system, provenance, input);
      return { signedOut: true } as const;
    },
  }),
);

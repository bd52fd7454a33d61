import { changeOf } from '../context.js';
import { encodeId, idOf } from '../domain/ids.js';
import {
  createServiceAccount,
  deleteServiceAccount,
  setServiceAccountEnabled,
  updateServiceAccount,
  type ServiceAccountUse as Use,
} from '../domain/service-account.js';
import { visibleServiceAccounts } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { name, purpose } from './inputs.js';
import { met } from './scopes.js';
import { ServiceAccountUse } from './service-account-fields.js';
import { managers, ServiceAccount } from './service-account.js';

/** Who may make one without seeing any is shown the one that they made. */
function serviceAccountPayload(typename: string, isNew = false) {
  const ref = builder.objectRef<{ id: string }>(typename).implement({
    description: 'The service account as it is now.',
    authScopes: reached,
  });
  builder.objectField(ref, 'serviceAccount', (t) =>
    t.prismaField({
      type: ServiceAccount,
      description: 'The service account.',
      ...(isNew && { grantScopes: met }),
      resolve: (query, { id }, _args, { db, principal }) =>
        db.serviceAccount.findFirstOrThrow({
          ...query,
          where: { AND: [{ id }, isNew ? {} : visibleServiceAccounts(principal)] },
        }),
    }),
  );
  return ref;
}

builder.mutationField('createServiceAccount', (t) =>
  t.fieldWithInput({
    type: serviceAccountPayload('CreateServiceAccountPayload', true),
    description:
      'Makes an identity for a program. It sees and does only what is shared with it. An account has at most 25.',
    audit: 'serviceAccount.created',
    authScopes: managers,
    input: {
      name: t.input.string({ description: 'The name, unique in the account.', validate: name }),
      purpose: t.input.string({ description: 'What it is there for.', validate: purpose }),
    },
    resolve: async (_root, { input }, context) => ({
      id: await createServiceAccount(changeOf(context), input),
    }),
  }),
);

builder.mutationField('updateServiceAccount', (t) =>
  t.fieldWithInput({
    type: serviceAccountPayload('UpdateServiceAccountPayload'),
    description: 'Changes what is given and keeps the rest; the handle stays as it is.',
    audit: 'serviceAccount.updated',
    authScopes: managers,
    input: {
      serviceAccountId: t.input.id({ description: 'The service account.' }),
      name: t.input.string({ required: false, description: 'The new name.', validate: name }),
      purpose: t.input.string({
        required: false,
        description: 'What it is there for now.',
        validate: purpose,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('ServiceAccount', input.serviceAccountId);
      await updateServiceAccount(changeOf(context), id, {
        ...(input.name != null && { name: input.name }),
        ...(input.purpose != null && { purpose: input.purpose }),
      });
      return { id };
    },
  }),
);

builder.mutationField('disableServiceAccount', (t) =>
  t.fieldWithInput({
    type: serviceAccountPayload('DisableServiceAccountPayload'),
    description: 'Refuses every key of a service account from the answer on; nothing is lost.',
    audit: 'serviceAccount.disabled',
    authScopes: managers,
    input: { serviceAccountId: t.input.id({ description: 'The service account.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('ServiceAccount', input.serviceAccountId);
      await setServiceAccountEnabled(changeOf(context), id, false);
      return { id };
    },
  }),
);

builder.mutationField('enableServiceAccount', (t) =>
  t.fieldWithInput({
    type: serviceAccountPayload('EnableServiceAccountPayload'),
    description: 'Lets the keys of a disabled service account sign it in again.',
    audit: 'serviceAccount.enabled',
    authScopes: managers,
    input: { serviceAccountId: t.input.id({ description: 'The service account.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('ServiceAccount', input.serviceAccountId);
      await setServiceAccountEnabled(changeOf(context), id, true);
      return { id };
    },
  }),
);

const DeleteServiceAccountPayload = builder
  .objectRef<{ id: string; use: Use }>('DeleteServiceAccountPayload')
  .implement({
    description: 'The service account is gone; what it made and did stays, under its name.',
    authScopes: reached,
    fields: (t) => ({
      deletedId: t.id({
        description: 'The id that it had.',
        resolve: ({ id }) => encodeId('ServiceAccount', id),
      }),
      stopped: t.expose('use', { type: ServiceAccountUse, description: 'What stopped with it.' }),
    }),
  });

builder.mutationField('deleteServiceAccount', (t) =>
  t.fieldWithInput({
    type: DeleteServiceAccountPayload,
    description:
      'Deletes a service account with its keys, memberships and grants. Read `use` first: it says what stops. There is no way back.',
    audit: 'serviceAccount.deleted',
    authScopes: managers,
    input: {
      serviceAccountId: t.input.id({ description: 'The service account.' }),
      name: t.input.string({
        description: 'Its name, typed again, so that nobody deletes the wrong one.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('ServiceAccount', input.serviceAccountId);
      return { id, use: await deleteServiceAccount(changeOf(context), id, input.name) };
    },
  }),
);

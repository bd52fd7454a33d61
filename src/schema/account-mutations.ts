import { changeOf } from '../context.js';
import { changePlan, updateAccount } from '../domain/account.js';
import { Account } from './account.js';
import { builder, reached } from './builder.js';
import { AccountPlan } from './enums.js';
import { days, name } from './inputs.js';

function accountPayload(typename: string) {
  const ref = builder.objectRef<object>(typename).implement({
    description: 'The account as it is now.',
    authScopes: reached,
  });
  builder.objectField(ref, 'account', (t) =>
    t.prismaField({
      type: Account,
      description: 'The account.',
      resolve: (query, _parent, _args, { db }) => db.account.findFirstOrThrow(query),
    }),
  );
  return ref;
}

builder.mutationField('updateAccount', (t) =>
  t.fieldWithInput({
    type: accountPayload('UpdateAccountPayload'),
    description: 'Changes the settings that are given and keeps the rest.',
    audit: 'account.updated',
    authScopes: { account: 'accountSettings:write' },
    input: {
      name: t.input.string({ required: false, description: 'The new name.', validate: name }),
      invitationDays: t.input.int({
        required: false,
        description: 'How many days an invitation is good, 1 to 30.',
        validate: days(30),
      }),
      reviewDays: t.input.int({
        required: false,
        description: 'After how many days access is to be reviewed again, 1 to 366.',
        validate: days(366),
      }),
    },
    resolve: async (_root, { input }, context) => {
      await updateAccount(changeOf(context), {
        ...(input.name != null && { name: input.name }),
        ...(input.invitationDays != null && { invitationDays: input.invitationDays }),
        ...(input.reviewDays != null && { reviewDays: input.reviewDays }),
      });
      return {};
    },
  }),
);

builder.mutationField('changePlan', (t) =>
  t.fieldWithInput({
    type: accountPayload('ChangePlanPayload'),
    description: 'Puts the account on another plan. What was made under the old one stays.',
    audit: 'account.planChanged',
    authScopes: { account: 'billing:manage' },
    input: { plan: t.input.field({ type: AccountPlan, description: 'The plan.' }) },
    resolve: async (_root, { input }, context) => {
      await changePlan(changeOf(context), input.plan);
      return {};
    },
  }),
);

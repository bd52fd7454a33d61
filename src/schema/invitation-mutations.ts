import { all, also, needs, needsUpTo } from '../authz/rule.js';
import { changeOf } from '../context.js';
import { acceptInvitation } from '../domain/acceptance.js';
import type { Change } from '../domain/change.js';
import { idOf } from '../domain/ids.js';
import { inviteUser, resendInvitation, revokeInvitation } from '../domain/invitation.js';
import { roleToGive } from '../domain/inviter.js';
import { visibleInvitations } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { email, ids, name, password, token } from './inputs.js';
import { Invitation } from './invitation.js';
import { printing } from './scopes.js';

/** Where a payload finds its invitation. */
interface Touched {
  readonly id: string;
}

function invitationPayload(typename: string) {
  const description = 'The invitation as it is now.';
  const ref = builder.objectRef<Touched>(typename).implement({ description, authScopes: reached });
  builder.objectField(ref, 'invitation', (t) =>
    t.prismaField({
      type: Invitation,
      description: 'The invitation.',
      resolve: (query, { id }, _args, { db, principal }) =>
        db.invitation.findFirstOrThrow({
          ...query,
          where: { AND: [{ id }, visibleInvitations(principal)] },
        }),
    }),
  );
  return ref;
}

interface Inviting {
  readonly input: { readonly roleId?: string | null; readonly groupIds?: readonly string[] | null };
}

function roleOf({ input: { roleId } }: Inviting): string | null {
  return roleId == null ? null : idOf('Role', roleId);
}

function joinsGroups({ input: { groupIds } }: Inviting): boolean {
  return (groupIds ?? []).length > 0;
}

/** Nobody brings in somebody above them, and whoever puts people into groups needs the right to that, too. */
const inviters = printing(
  'account: user:create, nothing above you; with groups also account: group:write',
  all(needsUpTo('user:create'), also('with groups', needs('group:write'))),
  (_root: unknown, args: Inviting) => ({
    upTo: {
      permission: 'user:create' as const,
      find: (change: Change) => roleToGive(change, roleOf(args)),
    },
    ...(joinsGroups(args) && { account: 'group:write' as const }),
  }),
  { 'with groups': joinsGroups },
);

builder.mutationField('inviteUser', (t) =>
  t.fieldWithInput({
    type: invitationPayload('InviteUserPayload'),
    description:
      'Invites somebody to the account by e-mail. An address has one pending invitation at a time; the link in the mail works once.',
    audit: 'invitation.sent',
    authScopes: inviters,
    input: {
      email: t.input.string({ description: 'Where the invitation goes.', validate: email }),
      roleId: t.input.id({
        required: false,
        description: 'The account role to come with: the id of a Role. Unless given, Viewer.',
      }),
      groupIds: t.input.idList({
        defaultValue: [],
        description: 'The groups to join: ids of Groups, at most 100.',
        validate: ids,
      }),
    },
    resolve: async (_root, args, context) => ({
      id: await inviteUser(changeOf(context), context.system, {
        email: args.input.email,
        roleId: roleOf(args),
        groupIds: args.input.groupIds.map((id) => idOf('Group', id)),
      }),
    }),
  }),
);

builder.mutationField('resendInvitation', (t) =>
  t.fieldWithInput({
    type: invitationPayload('ResendInvitationPayload'),
    description:
      'Sends a pending invitation again, with another link and from now on as long as a new one. The old link is void.',
    audit: 'invitation.resent',
    authScopes: { account: 'user:create' },
    input: { invitationId: t.input.id({ description: 'The invitation.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Invitation', input.invitationId);
      await resendInvitation(changeOf(context), context.system, id);
      return { id };
    },
  }),
);

builder.mutationField('revokeInvitation', (t) =>
  t.fieldWithInput({
    type: invitationPayload('RevokeInvitationPayload'),
    description: 'Calls a pending invitation off: its link is void.',
    audit: 'invitation.revoked',
    authScopes: { account: 'user:create' },
    input: { invitationId: t.input.id({ description: 'The invitation.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Invitation', input.invitationId);
      await revokeInvitation(changeOf(context), id);
      return { id };
    },
  }),
);

const AcceptInvitationPayload = builder
  .objectRef<{ email: string; account: { slug: string } }>('AcceptInvitationPayload')
  .implement({
    description: 'You are in: what to sign in with.',
    authScopes: reached,
    fields: (t) => ({
      email: t.exposeString('email', { description: 'The address to sign in with.' }),
      account: t.string({
        description: 'The short name of the account to sign in to.',
        resolve: ({ account }) => account.slug,
      }),
    }),
  });

builder.mutationField('acceptInvitation', (t) =>
  t.fieldWithInput({
    type: AcceptInvitationPayload,
    description:
      'Makes you a person of the account that invited you. The link works once, and only while whoever invited you may still do so.',
    audit: 'invitation.accepted',
    ownTransaction: true,
    authScopes: { public: 'The link is the right to it, and nobody is in the account before.' },
    input: {
      token: t.input.string({ description: 'What the link carries.', validate: token }),
      name: t.input.string({ description: 'The name that others will see.', validate: name }),
      password: t.input.string({
        description:
          'At least 12 characters that nobody would guess soon, and none of your address in it.',
        validate: password,
      }),
    },
    resolve: (_root, { input }, { system, provenance }) =>
      acceptInvitation(system, provenance, input),
  }),
);

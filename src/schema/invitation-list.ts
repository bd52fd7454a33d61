import { queryFromInfo } from '@pothos/plugin-prisma';

import { findOpenInvitation } from '../domain/acceptance.js';
import type { InvitationState as State } from '../domain/invitation.js';
import { visibleInvitations } from '../domain/visibility.js';
import { NEWEST_FIRST } from './audit.js';
import { builder } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { token } from './inputs.js';
import { Invitation, InvitationState } from './invitation.js';

const InvitationFilter = builder.inputType('InvitationFilter', {
  description: 'Which invitations to list.',
  fields: (t) => ({
    state: t.field({
      type: [InvitationState],
      required: false,
      description: 'Those in one of these states.',
    }),
  }),
});

/** Those that show one of these states: a pending one whose time is over shows that it has expired. */
function inStates(states: readonly State[], now: Date) {
  const others = states.filter((state) => state !== 'PENDING');
  return {
    OR: [
      { state: { in: others } },
      ...(states.includes('PENDING')
        ? [{ state: 'PENDING' as const, expiresAt: { gt: now } }]
        : []),
      ...(states.includes('EXPIRED')
        ? [{ state: 'PENDING' as const, expiresAt: { lte: now } }]
        : []),
    ],
  };
}

builder.queryField('invitations', (t) =>
  t.connection(
    {
      type: Invitation,
      description: 'The invitations to the account, newest first.',
      authScopes: { account: 'user:create' },
      complexity: pageCost,
      args: {
        filter: t.arg({
          type: InvitationFilter,
          required: false,
          description: 'Which ones; all of them, unless given.',
        }),
      },
      resolve: (_root, { filter, ...page }, context, info) => {
        const { db, principal, system } = context;
        const where = {
          AND: [
            visibleInvitations(principal),
            filter?.state ? inStates(filter.state, system.now()) : {},
          ],
        };
        const query = queryFromInfo({
          context,
          info,
          typeName: 'Invitation',
          path: ['edges', 'node'],
        });
        return keysetConnection<'id', { id: string; state: State; expiresAt: Date }>(
          page,
          NEWEST_FIRST,
          (keys) =>
            db.invitation.findMany({
              ...keys,
              select: { ...query.select, id: true, state: true, expiresAt: true },
              where: { AND: [where, keys.where] },
            }),
          () => db.invitation.count({ where }),
        );
      },
    },
    { name: 'InvitationConnection' },
    { name: 'InvitationEdge' },
  ),
);

interface Preview {
  readonly accountName: string;
  readonly email: string;
  readonly inviterName: string | null;
  readonly expiresAt: Date;
}

const InvitationPreview = builder.objectRef<Preview>('InvitationPreview').implement({
  description: 'What whoever has the link of an invitation is shown before accepting it.',
  authScopes: { public: 'The link is the right to read it.' },
  fields: (t) => ({
    accountName: t.exposeString('accountName', { description: 'The account that invites.' }),
    email: t.exposeString('email', {
      description: 'Whom it invites: the address to sign in with.',
    }),
    inviterName: t.exposeString('inviterName', {
      nullable: true,
      description: 'Who invited; null: nobody who is known.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it can be accepted.',
    }),
  }),
});

builder.queryField('invitationPreview', (t) =>
  t.field({
    type: InvitationPreview,
    nullable: true,
    description:
      'The pending invitation that a link is for; null: the link is no good, for whatever reason.',
    authScopes: { public: 'The link is the right to read it.' },
    args: { token: t.arg.string({ description: 'What the link carries.', validate: token }) },
    resolve: async (_root, { token: text }, { system }) => {
      const found = await findOpenInvitation(system, text);
      if (!found) return null;
      const { account, email, invitedBy, expiresAt } = found;
      return { accountName: account.name, email, inviterName: invitedBy?.name ?? null, expiresAt };
    },
  }),
);

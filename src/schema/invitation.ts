import { stateOf } from '../domain/invitation.js';
import { DELIVERY_PROBLEMS, type DeliveryProblem } from '../mail/problem.js';
import { builder, reached } from './builder.js';
import { Group } from './group.js';
import { met } from './scopes.js';

export const InvitationState = builder.enumType('InvitationState', {
  description: 'How far an invitation is.',
  values: {
    PENDING: { description: 'It was sent, and waits to be accepted.' },
    ACCEPTED: { description: 'The person joined.' },
    EXPIRED: { description: 'Its time is over: invite the person again.' },
    REVOKED: { description: 'It was called off.' },
  } as const,
});

const InvitationDelivery = builder.enumType('InvitationDelivery', {
  description: 'Whether the mail of an invitation went out.',
  values: {
    QUEUED: { description: 'It is on its way. If it stays so, send it again.' },
    SENT: { description: 'The mail server took it.' },
    FAILED: { description: 'It did not go out: `deliveryProblem` says why.' },
  } as const,
});

const problems = Object.entries(DELIVERY_PROBLEMS) as [DeliveryProblem, string][];

const DeliveryProblemEnum = builder.enumType('DeliveryProblem', {
  description: 'Why a mail did not go out.',
  values: Object.fromEntries(
    problems.map(([value, description]) => [value, { value, description }]),
  ),
});

interface Remedy {
  readonly kind: 'CHECK_SPAM' | 'CHECK_ADDRESS' | 'ALLOW_SENDER' | 'RESEND';
  readonly who: string;
  readonly how: string;
}

const RemedyKind = builder.enumType('InvitationRemedyKind', {
  description: 'What helps if an invitation did not arrive.',
  values: {
    CHECK_SPAM: { description: 'To look among the spam.' },
    CHECK_ADDRESS: { description: 'To make sure that the address is right.' },
    ALLOW_SENDER: { description: 'To have the mail server let the sender through.' },
    RESEND: { description: 'To send it again.' },
  } as const,
});

const InvitationRemedy = builder.objectRef<Remedy>('InvitationRemedy').implement({
  description: 'Something that helps if an invitation did not arrive.',
  authScopes: reached,
  fields: (t) => ({
    kind: t.expose('kind', { type: RemedyKind, description: 'What it is.' }),
    who: t.exposeString('who', { description: 'Who can do it.' }),
    how: t.exposeString('how', { description: 'How.' }),
  }),
});

function remediesFor(email: string, sender: string): Remedy[] {
  const invited = 'The person you invited';
  return [
    { kind: 'CHECK_SPAM', who: invited, how: `Look for a mail from ${sender} among the spam.` },
    {
      kind: 'CHECK_ADDRESS',
      who: 'You',
      how: `Make sure that ${email} is the right address. If it is not, revoke this invitation and send another.`,
    },
    {
      kind: 'ALLOW_SENDER',
      who: 'Whoever runs the mail of the person you invited',
      how: `Let mail from ${sender} through.`,
    },
    {
      kind: 'RESEND',
      who: 'You',
      how: 'Send it again with resendInvitation: there is another link in it, and the old one is void.',
    },
  ];
}

export const Invitation = builder.prismaNode('Invitation', {
  description: 'Brings a person into the account.',
  id: { field: 'id', description: 'A handle; it lets nobody in.' },
  authScopes: { account: 'user:create' },
  select: { id: true, state: true, expiresAt: true },
  fields: (t) => ({
    email: t.exposeString('email', { description: 'Where it was sent.' }),
    role: t.relation('role', {
      nullable: true,
      description:
        'The role that the person gets; null: it was deleted since, and they get Viewer.',
    }),
    groups: t.field({
      type: [Group],
      description: 'The groups that the person joins.',
      grantScopes: met,
      select: (_args, _context, nested) => ({
        groups: { select: { group: nested() }, orderBy: { groupId: 'asc' } },
      }),
      resolve: ({ groups }) => groups.map(({ group }) => group),
    }),
    state: t.field({
      type: InvitationState,
      description: 'How far it is.',
      resolve: (invitation, _args, { system }) => stateOf(invitation, system.now()),
    }),
    invitedBy: t.relation('invitedBy', {
      nullable: true,
      grantScopes: met,
      description: 'Who invited; null: nobody who is known.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first sent.' }),
    sentAt: t.expose('sentAt', { type: 'DateTime', description: 'When it was last sent.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it can be accepted.',
    }),
    delivery: t.expose('delivery', {
      type: InvitationDelivery,
      description: 'Whether its mail went out.',
    }),
    deliveryProblem: t.field({
      type: DeliveryProblemEnum,
      nullable: true,
      description: 'Why its mail did not go out.',
      select: { deliveryProblem: true },
      resolve: ({ deliveryProblem }) => deliveryProblem as DeliveryProblem | null,
    }),
    remedies: t.field({
      type: [InvitationRemedy],
      description: 'What helps if it did not arrive; nothing, if it is over.',
      complexity: 0,
      select: { email: true },
      resolve: (invitation, _args, { system }) =>
        stateOf(invitation, system.now()) === 'PENDING'
          ? remediesFor(invitation.email, system.mailer.sender)
          : [],
    }),
  }),
});

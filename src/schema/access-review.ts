import { queryFromInfo } from '@pothos/plugin-prisma';

import type { ReviewProgress as Progress } from '../domain/access-review.js';
import { idOf } from '../domain/ids.js';
import { visibleAccessReviews } from '../domain/visibility.js';
import { NEWEST_FIRST } from './audit.js';
import { builder, reached } from './builder.js';
import { keyset, keysetConnection, pageCost } from './connections.js';
import { MemberRole } from './enums.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met } from './scopes.js';

const reviewers = { account: 'accessReview:manage' } as const;

export const AccessReviewScope = builder.enumType('AccessReviewScope', {
  description: 'What an access review goes through.',
  values: {
    EVERYTHING: { description: 'Account roles, groups and flows.' },
    ACCOUNT_ROLES: { description: 'Who has which account role.' },
    GROUPS: { description: 'Who is in which group.' },
    FLOWS: { description: 'Who is a member of which flow, datasets among them.' },
  } as const,
});

const AccessKind = builder.enumType('AccessKind', {
  description: 'What somebody has.',
  values: {
    ACCOUNT_ROLE: { description: 'An account role.' },
    GROUP: { description: 'A place in a group.' },
    FLOW: { description: 'A role on a flow.' },
  } as const,
});

export const AccessReviewDecision = builder.enumType('AccessReviewDecision', {
  description: 'What a reviewer says of a line.',
  values: {
    CONFIRMED: { description: 'It is right.' },
    REVOKED: { description: 'It is taken away when the review closes.' },
  } as const,
});

const AccessReviewOutcome = builder.enumType('AccessReviewOutcome', {
  description: 'What closing the review did about a line.',
  values: {
    KEPT: { description: 'Nothing: it was confirmed, or nobody decided.' },
    REMOVED: { description: 'It was taken away.' },
    GONE: { description: 'It was not there any more, or no longer what it was.' },
    REFUSED: {
      description:
        'It stayed: of somebody above whoever closed the review, the last Super Admin’s, or the last Admin’s or Owner’s of a flow.',
    },
  } as const,
});

const AccessReviewLine = builder.prismaObject('AccessReviewLine', {
  description: 'One thing that somebody had when the review began.',
  authScopes: reviewers,
  select: { id: true },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'What names the line in `decideAccessReviewLines`.' }),
    kind: t.expose('kind', { type: AccessKind, description: 'What it is.' }),
    holder: t.field({
      type: Principal,
      nullable: true,
      description: 'Whose it is; null: a group’s.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ holder: eitherKind(nested) }),
      resolve: ({ holder }) => principalIn(holder),
    }),
    holderName: t.exposeString('holderName', {
      description: 'The name of the person, service account or group, as it was.',
    }),
    resourceName: t.exposeString('resourceName', {
      description: 'The name of the role, group or flow, as it was.',
    }),
    memberRole: t.expose('memberRole', {
      type: MemberRole,
      nullable: true,
      description: 'The role on the flow; null: it is about no flow.',
    }),
    decision: t.expose('decision', {
      type: AccessReviewDecision,
      nullable: true,
      description: 'What a reviewer said; null: nobody has yet.',
    }),
    decidedBy: t.relation('decidedBy', {
      nullable: true,
      grantScopes: met,
      description: 'Who said so.',
    }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When.',
    }),
    outcome: t.expose('outcome', {
      type: AccessReviewOutcome,
      nullable: true,
      description: 'What became of it; null: the review is open.',
    }),
  }),
});

const ReviewProgress = builder.objectRef<Progress>('AccessReviewProgress').implement({
  description: 'How far an access review is.',
  authScopes: reached,
  fields: (t) => ({
    lines: t.exposeInt('lines', { description: 'How many lines there are.' }),
    confirmed: t.exposeInt('confirmed', { description: 'How many were confirmed.' }),
    revoked: t.exposeInt('revoked', { description: 'How many were revoked.' }),
    undecided: t.exposeInt('undecided', { description: 'How many nobody has decided.' }),
  }),
});

const NOTHING: Progress = { lines: 0, confirmed: 0, revoked: 0, undecided: 0 };

const OLDEST_FIRST = [['id', 'asc']] as const;

const LineFilter = builder.inputType('AccessReviewLineFilter', {
  description: 'Which lines to list. What is given must all be true.',
  fields: (t) => ({
    undecided: t.boolean({ required: false, description: 'True: those that nobody decided.' }),
    kind: t.field({ type: AccessKind, required: false, description: 'Those about this.' }),
  }),
});

export const AccessReview = builder.prismaNode('AccessReview', {
  description: 'A look at who has what, as it was when the review began, decided line by line.',
  id: { field: 'id' },
  authScopes: reviewers,
  select: { id: true },
  fields: (t) => ({
    scope: t.expose('scope', { type: AccessReviewScope, description: 'What it goes through.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    startedBy: t.relation('startedBy', {
      nullable: true,
      grantScopes: met,
      description: 'Who began it; null: nobody who is known.',
    }),
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'Until when it is to be closed.' }),
    isOverdue: t.boolean({
      description: 'Whether it is open although its time is over.',
      select: { dueAt: true, closedAt: true },
      resolve: ({ dueAt, closedAt }, _args, { system }) => !closedAt && dueAt < system.now(),
    }),
    closedAt: t.expose('closedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was closed; null: it is open.',
    }),
    closedBy: t.relation('closedBy', {
      nullable: true,
      grantScopes: met,
      description: 'Who closed it.',
    }),
    progress: t.field({
      type: ReviewProgress,
      description: 'How far it is.',
      resolve: async ({ id }, _args, { access }) => (await access.reviewProgress(id)) ?? NOTHING,
    }),
    lines: t.connection(
      {
        type: AccessReviewLine,
        description: 'The lines: account roles and groups by person, then flows by name.',
        complexity: pageCost,
        args: {
          filter: t.arg({ type: LineFilter, required: false, description: 'Which of them.' }),
        },
        select: ({ filter, ...args }, _context, nested) => {
          const { where, ...keys } = keyset(args, OLDEST_FIRST);
          return {
            lines: nested(
              { ...keys, where: { AND: [where, linesOf(filter)] }, select: { id: true } },
              ['edges', 'node'],
            ),
            _count: { select: { lines: { where: linesOf(filter) } } },
          };
        },
        resolve: ({ lines, _count }, { filter: _filter, ...args }) =>
          keysetConnection<'id', { id: string }>(
            args,
            OLDEST_FIRST,
            () => lines,
            () => _count.lines,
          ),
      },
      { name: 'AccessReviewLineConnection' },
      { name: 'AccessReviewLineEdge' },
    ),
  }),
});

function linesOf(filter: (typeof LineFilter)['$inferInput'] | null | undefined) {
  const { undecided, kind } = filter ?? {};
  return {
    ...(undecided === true && { decision: null }),
    ...(undecided === false && { decision: { not: null } }),
    ...(kind != null && { kind }),
  };
}

builder.queryFields((t) => ({
  accessReview: t.prismaField({
    type: AccessReview,
    nullable: true,
    description: 'One access review; null: there is none of this id.',
    authScopes: reviewers,
    args: { id: t.arg.id({ description: 'The id of an AccessReview.' }) },
    resolve: (query, _root, { id }, { db, principal }) =>
      db.accessReview.findFirst({
        ...query,
        where: { AND: [{ id: idOf('AccessReview', id) }, visibleAccessReviews(principal)] },
      }),
  }),
  accessReviews: t.connection(
    {
      type: AccessReview,
      description: 'The access reviews of the account, newest first.',
      authScopes: reviewers,
      complexity: pageCost,
      resolve: (_root, page, context, info) => {
        const { db, principal } = context;
        const where = visibleAccessReviews(principal);
        const path = ['edges', 'node'];
        const query = queryFromInfo({ context, info, typeName: 'AccessReview', path });
        return keysetConnection<'id', { id: string }>(
          page,
          NEWEST_FIRST,
          (keys) =>
            db.accessReview.findMany({
              ...keys,
              select: { ...query.select, id: true },
              where: { AND: [where, keys.where] },
            }),
          () => db.accessReview.count({ where }),
        );
      },
    },
    { name: 'AccessReviewConnection' },
    { name: 'AccessReviewEdge' },
  ),
}));

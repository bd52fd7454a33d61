import { changeOf } from '../context.js';
import { closeAccessReview, type Closing } from '../domain/access-review-closing.js';
import { decideLines, startAccessReview } from '../domain/access-review.js';
import { idOf } from '../domain/ids.js';
import { visibleAccessReviews } from '../domain/visibility.js';
import { AccessReview, AccessReviewDecision, AccessReviewScope } from './access-review.js';
import { builder, reached } from './builder.js';
import { instant, lineIds } from './inputs.js';

const reviewers = { account: 'accessReview:manage' } as const;

function reviewPayload<Result extends { id: string }>(typename: string) {
  const ref = builder.objectRef<Result>(typename).implement({
    description: 'The access review as it is now.',
    authScopes: reached,
  });
  builder.objectField(ref, 'accessReview', (t) =>
    t.prismaField({
      type: AccessReview,
      description: 'The access review.',
      resolve: (query, { id }, _args, { db, principal }) =>
        db.accessReview.findFirstOrThrow({
          ...query,
          where: { AND: [{ id }, visibleAccessReviews(principal)] },
        }),
    }),
  );
  return ref;
}

builder.mutationField('startAccessReview', (t) =>
  t.fieldWithInput({
    type: reviewPayload('StartAccessReviewPayload'),
    description: 'Begins a review of who has what: it is written down as it is now.',
    audit: 'accessReview.started',
    authScopes: reviewers,
    longest: 120_000,
    input: {
      scope: t.input.field({
        type: AccessReviewScope,
        defaultValue: 'EVERYTHING',
        description: 'What to go through.',
      }),
      dueAt: t.input.field({
        type: 'DateTime',
        required: false,
        description: 'Until when; unless given, as long from now as the account’s `reviewDays`.',
        validate: instant,
      }),
    },
    resolve: async (_root, { input: { scope, dueAt } }, context) => ({
      id: await startAccessReview(changeOf(context), { scope, ...(dueAt && { dueAt }) }),
    }),
  }),
);

builder.mutationField('decideAccessReviewLines', (t) =>
  t.fieldWithInput({
    type: reviewPayload('DecideAccessReviewLinesPayload'),
    description:
      'Confirms or revokes lines of an open review. Nobody decides about what they have themselves. What is revoked stays until the review closes.',
    audit: 'accessReview.decided',
    authScopes: reviewers,
    input: {
      accessReviewId: t.input.id({ description: 'The review.' }),
      lineIds: t.input.idList({ description: 'The lines, at most 100.', validate: lineIds }),
      decision: t.input.field({
        type: AccessReviewDecision,
        required: false,
        description: 'What is to become of them; null: undecided again.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('AccessReview', input.accessReviewId);
      await decideLines(changeOf(context), id, input.lineIds, input.decision ?? null);
      return { id };
    },
  }),
);

const CloseAccessReviewPayload = reviewPayload<Closing & { id: string }>(
  'CloseAccessReviewPayload',
);

builder.objectFields(CloseAccessReviewPayload, (t) => ({
  kept: t.exposeInt('kept', { description: 'Lines that were confirmed or undecided.' }),
  removed: t.exposeInt('removed', { description: 'Lines that were taken away.' }),
  gone: t.exposeInt('gone', { description: 'Lines that were no longer what they had been.' }),
  refused: t.exposeInt('refused', { description: 'Lines that had to stay.' }),
}));

builder.mutationField('closeAccessReview', (t) =>
  t.fieldWithInput({
    type: CloseAccessReviewPayload,
    description: 'Closes a review: what was revoked and is still as it was is taken away.',
    audit: 'accessReview.closed',
    changesRights: true,
    longest: 120_000,
    authScopes: reviewers,
    input: {
      accessReviewId: t.input.id({ description: 'The review.' }),
      confirm: t.input.boolean({
        defaultValue: false,
        description: 'True: also while lines are undecided; they stay as they are.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('AccessReview', input.accessReviewId);
      return { id, ...(await closeAccessReview(changeOf(context), id, input.confirm)) };
    },
  }),
);

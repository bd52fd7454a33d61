import type { Actor } from './actor.js';
import { createFlows } from './flow-world.js';
import type {
  AccessReviewDecision,
  AccessReviewLineFilter,
  ReadAccessReviewQuery,
  StartAccessReviewInput,
} from './generated/graphql.js';
import {
  CloseAccessReview,
  DecideAccessReviewLines,
  ReadAccessReview,
  StartAccessReview,
} from './operations.js';
import { workspace, type Workspace } from './world.js';

export type ReviewLine = NonNullable<
  ReadAccessReviewQuery['accessReview']
>['lines']['edges'][number]['node'];

/** Begins a review: its id. */
export async function beginReview(
  who: Actor,
  input: Partial<StartAccessReviewInput> = {},
): Promise<string> {
  const { data, text } = await who.run(StartAccessReview, { input });
  const id = data?.startAccessReview?.accessReview.id;
  if (id === undefined) throw new Error(text);
  return id;
}

/** The lines of a review, up to a hundred. */
export async function linesOf(
  who: Actor,
  id: string,
  filter: AccessReviewLineFilter = {},
): Promise<ReviewLine[]> {
  const { data, text } = await who.run(ReadAccessReview, { id, first: 100, filter });
  if (!data?.accessReview) throw new Error(text);
  return data.accessReview.lines.edges.map(({ node }) => node);
}

/** A line in a few words: who has what. */
export function wordsOf({ holderName, resourceName, memberRole }: ReviewLine): string {
  return [holderName, resourceName, ...(memberRole ? [memberRole] : [])].join(': ');
}

export function decideOn(
  who: Actor,
  accessReviewId: string,
  lineIds: readonly string[],
  decision: AccessReviewDecision | null,
) {
  return who.run(DecideAccessReviewLines, {
    input: { accessReviewId, lineIds: [...lineIds], decision },
  });
}

/** Decides on the lines that these words tell of. */
export async function decideByWords(
  who: Actor,
  reviewId: string,
  words: readonly string[],
  decision: AccessReviewDecision | null = 'REVOKED',
) {
  const lines = (await linesOf(who, reviewId)).filter((line) => words.includes(wordsOf(line)));
  if (lines.length < words.length) throw new Error(`There are not all of ${words.join(', ')}.`);
  const ids = lines.map(({ id }) => id);
  return decideOn(who, reviewId, ids, decision);
}

export function closing(who: Actor, accessReviewId: string, confirm = true) {
  return who.run(CloseAccessReview, { input: { accessReviewId, confirm } });
}

/** What became of each line of a review, by its words. */
export async function outcomesOf(who: Actor, reviewId: string): Promise<Record<string, string>> {
  const lines = await linesOf(who, reviewId);
  return Object.fromEntries(lines.map((line) => [wordsOf(line), line.outcome ?? 'OPEN']));
}

/** An account in which some people, a group and a service account have something. */
export async function reviewed(app?: Workspace['app']) {
  const here = await workspace(app);
  const [chief, iamAdmin, ada, vera, gone] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Ivan Iam', role: 'IAM_ADMIN' },
    { name: 'Ada Admin' },
    { name: 'Vera Viewer', role: 'VIEWER' },
    { name: 'Sam Suspended', suspended: true },
  ]);
  const groupId = await here.group([ada, vera], 'Operations');
  const robot = await here.program('Robot');
  const dataset = await here.dataset({
    name: 'Suppliers',
    members: [
      { user: ada, role: 'ADMIN' },
      { user: vera, role: 'VIEWER' },
      { groupId, role: 'MEMBER' },
    ],
  });
  const [flow] = await createFlows(here, [
    {
      name: 'Onboarding',
      members: [
        { user: ada, role: 'OWNER' },
        { serviceAccountId: robot.id, role: 'EDITOR' },
      ],
    },
  ]);
  if (!flow) throw new Error('One draft makes one flow.');
  return { here, chief, iamAdmin, ada, vera, gone, groupId, robot, dataset, flow };
}

import { aboutOf, canBeMet, doorOf, withAnyRole } from './about.js';
import type { Loaded } from './load.js';
import { judge } from './oracle.js';
import { askAll, verdictOf, type Reader, type Said } from './reader.js';
import { isSo } from './reasons.js';
import { isInWorld, type Question, type World } from './world.js';

/** About oneself, also while one acts as somebody: only what one sees is explained. */
export const explainAccess: Reader = {
  name: 'explainAccess',
  share: { reads: 3, writes: 4 },
  asks(loaded, question) {
    const about = aboutOf(loaded.world, question);
    if (!about || about.further || !isThere(loaded.world, about.resource)) return undefined;
    const door = doorOf(question, about.resource);
    return judge(loaded.world, door) === 'ALLOWED' ? withAnyRole(about) : [door];
  },
  read: async (gateway, loaded, questions) =>
    toVerdicts(
      loaded,
      questions,
      await askAll(gateway, questions, {
        sender: ({ who }) => loaded.headersOf(who),
        atOnce: AT_ONCE,
        field: (question) => fieldOf(loaded, question, []),
      }),
    ),
};

/** About everybody, to somebody who governs the account. */
export const explainAccessOfOthers: Reader = {
  name: 'explainAccess of others',
  share: { reads: 1, writes: 2 },
  tellsOfAll: true,
  asks(loaded, question) {
    const about = aboutOf(loaded.world, question);
    if (!about || about.further || !isThere(loaded.world, about.resource)) return undefined;
    if (canBeMet(loaded.world, question, about.resource)) return undefined;
    return principalOf(loaded, question) === undefined ? undefined : withAnyRole(about);
  },
  read: async (gateway, loaded, questions) =>
    toVerdicts(
      loaded,
      questions,
      await askAll(gateway, questions, {
        sender: () => loaded.governor,
        atOnce: AT_ONCE,
        field: (question) => {
          const { as } = question.who;
          return fieldOf(loaded, question, [
            `principalId: ${JSON.stringify(principalOf(loaded, question))}`,
            ...(as === undefined ? [] : [`actingAs: ${JSON.stringify(loaded.id(as))}`]),
          ]);
        },
      }),
    ),
};

const AT_ONCE = 40;

/** The person who is signed in, or the key. What signs nobody in any more is nobody's. */
function principalOf({ world, id }: Loaded, { who }: Question): string | undefined {
  const session = world.sessions.find((each) => each.id === who.by);
  if (session) return session.state === 'GOOD' ? id(session.holder) : undefined;
  const verdict = judge(world, { who, operation: 'Query.me' });
  return verdict === 'UNAUTHENTICATED' ? undefined : id(who.by);
}

function isThere(world: World, resource: string | undefined): boolean {
  return resource === undefined || isInWorld(world, resource);
}

function fieldOf(loaded: Loaded, question: Question, who: readonly string[]): string {
  const { coordinate = '', resource } = aboutOf(loaded.world, question) ?? {};
  const args = [
    `operation: ${JSON.stringify(coordinate)}`,
    ...(resource === undefined ? [] : [`resourceId: ${JSON.stringify(loaded.id(resource))}`]),
    ...who,
  ];
  return `explainAccess(${args.join(', ')}) { allowed reason }`;
}

type Answers = Awaited<ReturnType<typeof askAll<Question>>>;

function toVerdicts({ world }: Loaded, questions: readonly Question[], answers: Answers): Said[] {
  return questions.map((question) => {
    const { value, errors = [] } = answers.get(question) ?? {};
    if (errors.length > 0) return verdictOf(errors);
    const { allowed, reason } = value as { allowed: boolean; reason: string | null };
    if (allowed) return reason === null ? 'ALLOWED' : `ALLOWED, but ${reason}`;
    return isSo(world, question, reason ?? '') ? 'REFUSED' : `REFUSED, not for ${reason}`;
  });
}

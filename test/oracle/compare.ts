import type { Rehearsal } from './gateway.js';
import { load } from './load.js';
import { judge } from './oracle.js';
import { actorsOf, questionsOf } from './questions.js';
import { READERS, type Said } from './readers.js';
import type { Question, Verdict, World } from './world.js';

/** A question to which somebody answers other than the oracle. */
export interface Difference {
  readonly question: Question;
  readonly expected: Verdict;
  /** What each reader says, by its name. */
  readonly said: Readonly<Record<string, Said>>;
}

/** How much of a world is asked. */
export interface Extent {
  readonly seed: number;
  readonly actors: number;
  /** Fields and lists, and mutations, for each actor. */
  readonly reads: number;
  readonly writes: number;
  /** One operation alone, all of it and by everybody. */
  readonly operation?: string | undefined;
}

export interface Comparison {
  readonly decisions: number;
  readonly differences: readonly Difference[];
}

/** Loads a world, has every reader answer what it can, and holds that against the oracle. */
export async function compare(
  gateway: Rehearsal,
  world: World,
  extent: Extent,
): Promise<Comparison> {
  const draw = generator(extent.seed);
  const loaded = await load(gateway.client, world);
  const differences: Difference[] = [];
  let decisions = 0;
  for (const who of extent.operation ? actorsOf(world) : drawnActors(world, extent.actors, draw)) {
    const questions = drawnQuestions(world, who, extent, draw);
    const answers = questions.map((): Record<string, Said> => ({}));
    for (const reader of READERS) {
      const places = [...questions.keys()].filter((at) =>
        reader.answers(questions[at] as Question),
      );
      const asked = places.map((at) => questions[at] as Question);
      const said = asked.length === 0 ? [] : await reader.read(gateway, loaded, asked);
      for (const [nth, at] of places.entries()) (answers[at] ?? {})[reader.name] = said[nth] ?? '–';
    }
    decisions += questions.length;
    for (const [at, question] of questions.entries()) {
      const expected = judge(world, question);
      const said = answers[at] ?? {};
      if (Object.values(said).some((each) => each !== expected)) {
        differences.push({ question, expected, said });
      }
    }
  }
  return { decisions, differences };
}

type Draw = () => number;

/** Mostly those who are somebody: whoever is nobody is told the same everywhere. */
function drawnActors(world: World, most: number, draw: Draw): Question['who'][] {
  const rest = actorsOf(world);
  const isSomebody = (who: Question['who']) =>
    judge(world, { who, operation: 'Query.me' }) === 'ALLOWED';
  return Array.from({ length: Math.min(most, rest.length) }, () => {
    const one = Math.floor(draw() * rest.length);
    const other = Math.floor(draw() * rest.length);
    return rest.splice(isSomebody(rest[one] ?? { by: '' }) ? one : other, 1);
  }).flat();
}

/** Of every operation alike, and what is allowed as often as what is not; lists with all that could be in them. */
function drawnQuestions(
  world: World,
  who: Question['who'],
  extent: Extent,
  draw: Draw,
): Question[] {
  const kinds = [
    ['reads', extent.reads],
    ['writes', extent.writes],
  ] as const;
  return kinds.flatMap(([kind, most]) => {
    const all = questionsOf(world, kind).map((question): Question => ({ who, ...question }));
    if (extent.operation) return all.filter(({ operation }) => operation === extent.operation);
    const operations = [...grouped(all, ({ operation }) => operation).values()];
    const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(draw() * list.length)];
    const drawn = Array.from({ length: most }, () => {
      const some = Array.from({ length: 3 }, () => one(one(operations) ?? []));
      return some.find((each) => each && judge(world, each) === 'ALLOWED') ?? some[0];
    }).filter((question) => question !== undefined);
    if (kind === 'writes') return [...new Set(drawn)];
    const lists = grouped(all, ({ operation, on, role }) => `${operation} ${on} ${role}`);
    return [
      ...new Set(drawn.map(({ operation, on, role }) => `${operation} ${on} ${role}`)),
    ].flatMap((name) => lists.get(name) ?? []);
  });
}

function grouped<T>(list: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each)) ?? [];
    groups.set(keyOf(each), group);
    group.push(each);
  }
  return groups;
}

/** Always the same numbers from 0 to below 1 for a seed (mulberry32). */
function generator(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import type { Rehearsal } from './gateway.js';
import { load, type Loaded } from './load.js';
import { judge } from './oracle.js';
import { actorsOf, questionsOf } from './questions.js';
import { grouped, isSame, judgeAny, type Reader, type Said } from './reader.js';
import { READERS } from './readers.js';
import type { Question, Verdict, World } from './world.js';

/** A question to which somebody answers other than the oracle. */
export interface Difference {
  readonly question: Question;
  /** The name of the reader. */
  readonly reader: string;
  readonly expected: Verdict;
  readonly said: Said;
}

/** How much of a world is asked. */
export interface Extent {
  readonly seed: number;
  readonly actors: number;
  /** One operation alone, all of it, by everybody and of one reader. */
  readonly only?: Pick<Difference, 'reader'> & Pick<Question, 'operation'>;
}

export interface Comparison {
  /** How many answers of each reader were held against the oracle. */
  readonly decisions: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

/** Loads a world, has every reader answer what it can, and holds that against the oracle. */
export async function compare(
  gateway: Rehearsal,
  world: World,
  extent: Extent,
): Promise<Comparison> {
  const { only } = extent;
  const draw = generator(extent.seed);
  const loaded = await load(gateway.client, world);
  const pools = { reads: questionsOf(world, 'reads'), writes: questionsOf(world, 'writes') };
  const actors = only ? actorsOf(world) : drawnActors(world, extent.actors, draw);
  const differences: Difference[] = [];
  const decisions: Record<string, number> = {};
  for (const reader of READERS) {
    if (only && reader.name !== only.reader) continue;
    const drawn = only
      ? actors.flatMap((who) =>
          [...pools.reads, ...pools.writes]
            .filter(({ operation }) => operation === only.operation)
            .map((question) => ({ who, ...question })),
        )
      : drawnQuestions(world, reader, actors, pools, draw);
    const asked = new Map<string, Asked>();
    for (const question of drawn) {
      const asks = reader.asks(loaded, question);
      // What it takes no notice of makes no other question.
      if (asks) asked.set(JSON.stringify(asks), { question, expected: judgeAny(loaded, asks) });
    }
    const answers = await read(reader, gateway, loaded, [...asked.values()]);
    decisions[reader.name] = answers.length;
    differences.push(
      ...answers
        .filter(({ said, expected }) => !isSame(said, expected))
        .map((each) => ({ ...each, reader: reader.name })),
    );
  }
  return { decisions, differences };
}

type Asked = Pick<Difference, 'question' | 'expected'>;

/** What it leaves open is left out. */
async function read(
  reader: Reader,
  gateway: Rehearsal,
  loaded: Loaded,
  asked: readonly Asked[],
): Promise<(Asked & Pick<Difference, 'said'>)[]> {
  if (asked.length === 0) return [];
  const questions = asked.map(({ question }) => question);
  const answers = await reader.read(gateway, loaded, questions);
  return asked.flatMap((each, at) => {
    const said = answers[at];
    return said === undefined ? [] : [{ ...each, said }];
  });
}

type Draw = () => number;
type Actor = Question['who'];

/** Mostly those who are somebody: whoever is nobody is told the same everywhere. */
function drawnActors(world: World, most: number, draw: Draw): Actor[] {
  const rest = actorsOf(world);
  const isSomebody = (who: Actor) => judge(world, { who, operation: 'Query.me' }) === 'ALLOWED';
  return Array.from({ length: Math.min(most, rest.length) }, () => {
    const one = Math.floor(draw() * rest.length);
    const other = Math.floor(draw() * rest.length);
    return rest.splice(isSomebody(rest[one] ?? { by: '' }) ? one : other, 1);
  }).flat();
}

type Pool = ReturnType<typeof questionsOf>;

/** Of every operation alike, and what is allowed as often as what is not. */
function drawnQuestions(
  world: World,
  { share, along, always = [], tellsOfAll = false }: Reader,
  actors: readonly Actor[],
  pools: Readonly<Record<'reads' | 'writes', Pool>>,
  draw: Draw,
): Question[] {
  const one = <T>(list: readonly T[]): T | undefined => list[Math.floor(draw() * list.length)];
  return (['reads', 'writes'] as const).flatMap((kind) => {
    const operations = [...grouped(pools[kind], ({ operation }) => operation).values()];
    const usual = pools[kind].filter(({ operation }) => always.includes(operation));
    const together = along && grouped(pools[kind], along);
    const drawnFor = (who: Actor): Question[] => {
      const drawn = Array.from({ length: share[kind] ?? 0 }, () => {
        const some = Array.from({ length: 3 }, () => one(one(operations) ?? []));
        return some.find((each) => each && judge(world, { who, ...each }) === 'ALLOWED') ?? some[0];
      })
        .concat(usual)
        .filter((question) => question !== undefined);
      const whole = together
        ? [...new Set(drawn.map(along))].flatMap((name) => together.get(name) ?? [])
        : drawn;
      return whole.map((each) => ({ who, ...each }));
    };
    if (!tellsOfAll) return actors.flatMap(drawnFor);
    const asked = actors.slice(0, 1).flatMap(drawnFor);
    return asked.flatMap((each) => actorsOf(world).map((who) => ({ ...each, who })));
  });
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

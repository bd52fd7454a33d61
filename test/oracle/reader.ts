import type { Answer } from '../support/client.js';
import type { Rehearsal } from './gateway.js';
import type { Loaded } from './load.js';
import { judge } from './oracle.js';
import type { Question, Verdict } from './world.js';

/** What a reader of the rules answers to a question: a verdict, or whatever else happened. */
export type Said = string;

/** Something that tells who may do what, from the same rules as everything else. */
export interface Reader {
  readonly name: string;
  /** How many questions it is asked for each actor, of which kinds. */
  readonly share: { readonly reads?: number; readonly writes?: number };
  /** Questions for which this is the same cost little more than one of them, so that they are asked together. */
  along?(question: Omit<Question, 'who'>): string;
  /** What every actor asks, because most depends on it. */
  readonly always?: readonly string[];
  /** Whether it tells of others, so that whatever it is asked is asked of everybody. */
  readonly tellsOfAll?: boolean;
  /**
   * What it is really asked by a question, because it takes less than that: it is to allow if the oracle allows any of
   * these. Undefined: it has no answer to it.
   */
  asks(loaded: Loaded, question: Question): readonly Question[] | undefined;
  /** Answers in the order of the questions; undefined: it leaves this open. */
  read(
    gateway: Rehearsal,
    loaded: Loaded,
    questions: readonly Question[],
  ): Promise<readonly (Said | undefined)[]>;
}

/** What readers say who do not tell all that enforcement tells, and the verdicts that this can stand for. */
const MEANINGS: Readonly<Record<string, readonly Verdict[]>> = {
  // They don't tell whether it is hidden or forbidden to somebody: they are asked by others, or of what is seen.
  REFUSED: ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'],
  // A dry run asks the rule: whether a rule in the account leads to anything that is there shows when it is done.
  PASSED: ['ALLOWED', 'NOT_FOUND'],
  // The matrix tells of what people can see: what is not there for them it leaves out.
  ALWAYS: ['ALLOWED', 'NOT_FOUND'],
  NEVER: ['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'],
};

export function isSame(said: Said, expected: Verdict): boolean {
  return said === expected || MEANINGS[said]?.includes(expected) === true;
}

/** What the oracle says of any of these. */
export function judgeAny({ world }: Loaded, questions: readonly Question[]): Verdict {
  const verdicts = questions.map((each) => judge(world, each));
  return verdicts.find((each) => each === 'ALLOWED') ?? verdicts[0] ?? 'NOT_FOUND';
}

export type Errors = NonNullable<Answer<unknown>['errors']>;

/** What enforcement makes of an error: it refused, or something went wrong after it had allowed. */
export function verdictOf(errors: Errors): Said {
  const codes = errors.map(({ extensions }) => extensions.code);
  const [refusal] = codes.filter((code) => /^(FORBIDDEN|NOT_FOUND|UNAUTHENTICATED)$/.test(code));
  if (refusal !== undefined) return refusal;
  const [trouble] = errors.filter(({ extensions }) => UNEXPECTED.test(extensions.code));
  return trouble ? `${trouble.extensions.code}: ${trouble.message}` : 'ALLOWED';
}

const UNEXPECTED =
  /^(INTERNAL|INVALID_INPUT|BAD_REQUEST|CONFLICT|QUERY|GRAPHQL|GRANTEE|OVERLOADED)/;

export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_each, at) =>
    list.slice(at * size, (at + 1) * size),
  );
}

export function grouped<T>(list: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each)) ?? [];
    groups.set(keyOf(each), group);
    group.push(each);
  }
  return groups;
}

/**
 * Asks for many fields with as few requests as there are senders, and answers each with its value, or with its errors.
 */
export async function askAll<T>(
  gateway: Rehearsal,
  list: readonly T[],
  { sender, field, atOnce }: Asking<T>,
): Promise<Map<T, { readonly value: unknown; readonly errors: Errors }>> {
  const answers = new Map<T, { readonly value: unknown; readonly errors: Errors }>();
  for (const same of grouped(list, (each) => JSON.stringify(sender(each))).values()) {
    for (const some of chunks(same, atOnce)) {
      const [first] = some;
      if (first === undefined) continue;
      const texts = some.map((each, at) => `a${at}: ${field(each)}`);
      const { data, errors = [] } = await gateway.ask(sender(first), `{ ${texts.join('\n')} }`);
      for (const [at, each] of some.entries()) {
        answers.set(each, {
          value: data?.[`a${at}`],
          errors: errors.filter(({ path }) => path === undefined || path[0] === `a${at}`),
        });
      }
    }
  }
  return answers;
}

interface Asking<T> {
  readonly sender: (each: T) => Readonly<Record<string, string>>;
  readonly field: (each: T) => string;
  readonly atOnce: number;
}

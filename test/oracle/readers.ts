import type { Answer } from '../support/client.js';
import type { Rehearsal } from './gateway.js';
import type { Loaded } from './load.js';
import { mutationOf, readingOf, type Listed, type Request } from './requests.js';
import type { Question } from './world.js';

/** What a reader of the rules answers to a question: a verdict, or whatever else happened. */
export type Said = string;

export interface Reader {
  readonly name: string;
  /** Whether it has an answer to this. */
  answers(question: Question): boolean;
  /** Answers in the order of the questions, which all come from one actor. */
  read(gateway: Rehearsal, loaded: Loaded, questions: readonly Question[]): Promise<Said[]>;
}

const DOORS_AT_ONCE = 40;
const MUTATIONS_AT_ONCE = 25;

type Errors = NonNullable<Answer<unknown>['errors']>;

/** What enforcement makes of an error: it refused, or something went wrong after it had allowed. */
function verdictOf(errors: Errors): Said {
  const codes = errors.map(({ extensions }) => extensions.code);
  const [refusal] = codes.filter((code) => /^(FORBIDDEN|NOT_FOUND|UNAUTHENTICATED)$/.test(code));
  if (refusal !== undefined) return refusal;
  const [trouble] = errors.filter(({ extensions }) => UNEXPECTED.test(extensions.code));
  return trouble ? `${trouble.extensions.code}: ${trouble.message}` : 'ALLOWED';
}

const UNEXPECTED =
  /^(INTERNAL|INVALID_INPUT|BAD_REQUEST|CONFLICT|QUERY|GRAPHQL|GRANTEE|OVERLOADED)/;

function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_each, at) =>
    list.slice(at * size, (at + 1) * size),
  );
}

/** One field that is asked for, whoever asks what of it. */
interface Leaf extends Request {
  readonly alias: string;
  readonly questions: Question[];
}

/** Fields and lists, as the API answers. */
const fields: Reader = {
  name: 'fields and lists',
  answers: ({ operation }) => operation.includes('.'),
  async read(gateway, loaded, questions) {
    const doors = new Map<string, Map<string, Leaf>>();
    for (const question of questions) {
      const request = readingOf(question, loaded);
      const { door = request.field, field, around = '' } = request;
      const leaves = doors.get(door) ?? new Map<string, Leaf>();
      doors.set(door, leaves);
      const key = `${around} ${field}`;
      const leaf = leaves.get(key) ?? { ...request, alias: `f${leaves.size}`, questions: [] };
      leaves.set(key, leaf);
      leaf.questions.push(question);
    }
    const said = new Map<Question, Said>();
    for (const some of chunks([...doors], DOORS_AT_ONCE)) {
      const texts = some.map(
        ([door, leaves], at) => `d${at}: ${opened(door, [...leaves.values()])}`,
      );
      const answer = await gateway.ask(
        loaded.headersOf(questions[0]?.who ?? { by: '' }),
        `{ ${texts.join('\n')} }`,
      );
      for (const [at, [, leaves]] of some.entries()) {
        for (const leaf of leaves.values()) {
          for (const question of leaf.questions)
            said.set(question, saidOf(answer, `d${at}`, leaf, question, loaded));
        }
      }
    }
    return questions.map((question) => said.get(question) ?? 'nothing');
  },
};

function opened(door: string, leaves: readonly Leaf[]): string {
  if (leaves.some((leaf) => leaf.door === undefined)) return door;
  const inside = leaves.map(({ alias, field, around }) =>
    around === undefined ? `${alias}: ${field}` : `${around} { ${alias}: ${field} }`,
  );
  return `${door} { ${inside.join(' ')} }`;
}

function saidOf(
  answer: Answer<Record<string, unknown>>,
  door: string,
  leaf: Leaf,
  { operation, target }: Question,
  loaded: Loaded,
): Said {
  const errors = answer.errors ?? [];
  const whole = errors.filter(({ path }) => path === undefined);
  if (whole.length > 0) return verdictOf(whole);
  const at = [door, ...(leaf.door === undefined ? [] : [leaf.alias])];
  const value = at.reduce<unknown>(
    (object, key) => (object as Record<string, unknown> | null)?.[key],
    answer.data,
  );
  const around = errors.filter(
    ({ path = [] }) => path.length <= at.length && path.every((key, n) => key === at[n]),
  );
  if (around.length > 0) return verdictOf(around);
  if (value === null || value === undefined) return 'NOT_FOUND';
  if (operation === 'DatasetView.configuration') {
    const place = (value as { id: string }[]).findIndex(({ id }) => id === loaded.id(target ?? ''));
    if (place < 0) return 'NOT_FOUND';
    return verdictOf(
      errors.filter(({ path = [] }) => [...at, place].every((key, n) => key === path[n])),
    );
  }
  const inside = errors.filter(({ path = [] }) => at.every((key, n) => key === path[n]));
  if (inside.length > 0) return `inside: ${verdictOf(inside)}`;
  if (target === undefined || !leaf.listed) return 'ALLOWED';
  const { names, total = names.length } = leaf.listed(value as never) satisfies Listed;
  if (total !== names.length) return `counts ${total} and lists ${names.length}`;
  return names.includes(nameIn(operation, target, loaded)) ? 'ALLOWED' : 'NOT_FOUND';
}

/** As what a list shows it. */
function nameIn(operation: string, target: string, loaded: Loaded): string {
  if (/permissions$|assignableRoles$/.test(operation)) return target;
  const membership = loaded.world.members.find(({ id }) => id === target);
  return loaded.id(operation === 'Group.memberships' ? (membership?.flow ?? '') : target);
}

/** Mutations, as the API does them and undoes them. */
const mutations: Reader = {
  name: 'mutations',
  answers: ({ operation }) => !operation.includes('.'),
  async read(gateway, loaded, questions) {
    const said: Said[] = [];
    for (const some of chunks(questions, MUTATIONS_AT_ONCE)) {
      const texts = some.map((question, at) => `m${at}: ${mutationOf(question, loaded).field}`);
      const headers = loaded.headersOf(questions[0]?.who ?? { by: '' });
      const { errors = [] } = await gateway.ask(headers, `mutation { ${texts.join('\n')} }`);
      said.push(
        ...some.map((_question, at) =>
          verdictOf(errors.filter(({ path = [`m${at}`] }) => path[0] === `m${at}`)),
        ),
      );
    }
    return said;
  },
};

/** All that is held against the oracle. */
export const READERS: readonly Reader[] = [fields, mutations];

import type { Answer } from '../support/client.js';
import { accessMatrix, accessMatrixOfOne } from './access-matrix.js';
import { explainAccess, explainAccessOfOthers } from './explain-access.js';
import type { Rehearsal } from './gateway.js';
import type { Loaded } from './load.js';
import { isOnFlow } from './oracle.js';
import { chunks, grouped, verdictOf, type Reader, type Said } from './reader.js';
import { mutationOf, readingOf, type Listed, type Request } from './requests.js';
import { viewerCan } from './viewer-can.js';
import { whoCan } from './who-can.js';
import type { Question } from './world.js';

const DOORS_AT_ONCE = 40;
const MUTATIONS_AT_ONCE = 25;

/** One field that is asked for, whoever asks what of it. */
interface Leaf extends Request {
  readonly alias: string;
  readonly questions: Question[];
}

/** Fields and lists, as the API answers. */
const fields: Reader = {
  name: 'fields and lists',
  share: { reads: 25 },
  always: ['Query.datasets', 'Query.flows'],
  along: ({ operation, on, role }) => `${operation} ${on} ${role}`,
  asks(_loaded, question) {
    const { operation, who } = question;
    // Whoever acts as somebody asks about themselves by the id of that person.
    if (operation === 'Query.explainAccess' && who.as !== undefined) return undefined;
    return operation.includes('.') ? [question] : undefined;
  },
  read: (gateway, loaded, questions) =>
    byActor(questions, (same) => readFields(gateway, loaded, same)),
};

async function readFields(
  gateway: Rehearsal,
  loaded: Loaded,
  questions: readonly Question[],
): Promise<Said[]> {
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
    const texts = some.map(([door, leaves], at) => `d${at}: ${opened(door, [...leaves.values()])}`);
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
}

/** Puts the questions of each actor, and answers in the order in which they came. */
async function byActor(
  questions: readonly Question[],
  read: (same: readonly Question[]) => Promise<readonly (Said | undefined)[]>,
): Promise<(Said | undefined)[]> {
  const said = new Map<Question, Said | undefined>();
  for (const same of grouped(questions, ({ who }) => `${who.by} ${who.as}`).values()) {
    const answers = await read(same);
    for (const [at, question] of same.entries()) said.set(question, answers[at]);
  }
  return questions.map((question) => said.get(question));
}

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
  const inside = errors.filter(({ path = [] }) => at.every((key, n) => key === path[n]));
  // There is nothing to show in a field of something that is there.
  const isEmpty = value === null && leaf.door !== undefined && inside.length === 0;
  if (isEmpty && answer.data?.[door]) return 'ALLOWED';
  if (value === null || value === undefined) {
    // The list could be read, but none of what is in it: that is for those who look for it there.
    const isListRead = target === undefined && verdictOf(inside) === 'FORBIDDEN';
    return isListRead ? 'ALLOWED' : 'NOT_FOUND';
  }
  if (operation === 'DatasetView.configuration') {
    const place = (value as { id: string }[]).findIndex(({ id }) => id === loaded.id(target ?? ''));
    if (place < 0) return 'NOT_FOUND';
    return verdictOf(
      errors.filter(({ path = [] }) => [...at, place].every((key, n) => key === path[n])),
    );
  }
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

type Reply = Awaited<ReturnType<Rehearsal['ask']>>;
/** Whether an error, or what a dry run tells, is of one mutation; what has no place is of each. */
type IsHere = (each: { readonly path?: readonly (string | number)[] }) => boolean;

/** Several mutations at once, each by what the answer says of it. */
function ofMutations(
  name: string,
  headers: Readonly<Record<string, string>>,
  saidIn: (reply: Reply, isHere: IsHere, question: Question) => Said,
): Reader {
  return {
    name,
    share: { writes: 2 },
    asks: (_loaded, question) => (question.operation.includes('.') ? undefined : [question]),
    read: (gateway, loaded, questions) =>
      byActor(questions, async (same) => {
        const said: Said[] = [];
        for (const some of chunks(same, MUTATIONS_AT_ONCE)) {
          const sent = { ...headersOf(loaded, some), ...headers };
          const reply = await gateway.ask(sent, mutationsOf(loaded, some));
          const placed =
            (at: string): IsHere =>
            ({ path = [at] }) =>
              path[0] === at;
          said.push(...some.map((question, at) => saidIn(reply, placed(`m${at}`), question)));
        }
        return said;
      }),
  };
}

/** Mutations, as the API does them and undoes them. */
const mutations = ofMutations('mutations', {}, ({ errors = [] }, isHere) =>
  verdictOf(errors.filter(isHere)),
);

interface DryRun {
  readonly refused: readonly { readonly path: readonly string[]; readonly code: string }[];
  readonly undecided: readonly { readonly path: readonly string[] }[];
}

/** The same mutations, of which it is only asked what would be refused. */
const dryRun = ofMutations(
  'dry run',
  { 'x-authz-dry-run': '1' },
  ({ errors = [], extensions }, isHere, { operation }) => {
    const { refused = [], undecided = [] } = (extensions?.['dryRun'] ?? {}) as Partial<DryRun>;
    const [trouble] = errors.filter(isHere);
    if (trouble) return verdictOf([trouble]);
    if (undecided.some(isHere)) return 'undecided';
    return refused.find(isHere)?.code ?? (isOnFlow(operation) ? 'ALLOWED' : 'PASSED');
  },
);

function headersOf(loaded: Loaded, [first]: readonly Question[]) {
  return loaded.headersOf(first?.who ?? { by: '' });
}

function mutationsOf(loaded: Loaded, questions: readonly Question[]): string {
  const texts = questions.map((question, at) => `m${at}: ${mutationOf(question, loaded).field}`);
  return `mutation { ${texts.join('\n')} }`;
}

/** All that is held against the oracle. */
export const READERS: readonly Reader[] = [
  fields,
  mutations,
  dryRun,
  viewerCan,
  explainAccess,
  explainAccessOfOthers,
  whoCan,
  accessMatrix,
  accessMatrixOfOne,
];

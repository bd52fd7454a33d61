import {
  getNamedType,
  GraphQLString,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
} from 'graphql';
import { v7 as uuidv7 } from 'uuid';

import type { Denial } from '../../src/authz/decide.js';
import { buildSchema } from '../../src/schema/index.js';
import { Actor } from './actor.js';
import { globalId } from './world.js';

const schema = buildSchema();
const mutations = schema.getMutationType()?.getFields() ?? {};

type Input = Readonly<Record<string, unknown>>;

/** Something that capabilities are about, and what else inputs may name. */
export interface Thing {
  readonly typename: string;
  readonly id: string;
  /** What the inputs of mutations are to hold, by field: ids of what it is in, people, roles. */
  readonly inputs: Input;
}

/** One answer of `viewerCan`, or what the operation itself says. */
export interface Verdict {
  readonly allowed: boolean;
  readonly reason: string | null;
  readonly missing: readonly string[];
}

/** A capability with its arguments: `addDatasetMember(role: ADMIN)`. */
interface Question {
  readonly name: string;
  readonly role?: string;
  readonly further?: boolean;
}

/** What asks for more than the rest, by hand. */
const FURTHER: Readonly<Record<string, Input>> = {
  exportDataset: { search: 'a' },
  offboard: { takeOverInvitations: true, rotateServiceAccountKeys: true },
  setApiKeyActive: { isActive: true },
};

/** What the type of an input does not tell, by hand. */
const SPECIAL: Readonly<Record<string, Input>> = {
  setApiKeyActive: { isActive: false },
  changePlan: { plan: 'PRO' },
};

function capabilitiesType(typename: string): GraphQLObjectType {
  const type = schema.getType(typename);
  const field = isObjectType(type) ? type.getFields()['viewerCan'] : undefined;
  const of = field && getNamedType(field.type);
  if (!isObjectType(of)) throw new Error(`${typename} has no viewerCan.`);
  return of;
}

/** Every capability of a type, without arguments and with each that it takes. */
export function questionsOf(typename: string): Question[] {
  return Object.values(capabilitiesType(typename).getFields()).flatMap(({ name, args }) =>
    args.reduce<Question[]>(
      (all, { name: arg, type }) => {
        const named = getNamedType(type);
        return isEnumType(named)
          ? [...all, ...named.getValues().map((value) => ({ name, role: value.name }))]
          : [...all, { name, [arg]: true }];
      },
      [{ name }],
    ),
  );
}

function wordsOf({ name, role, further }: Question): string {
  return role ? `${name}(role: ${role})` : `${name}${further ? '(further: true)' : ''}`;
}

/** What `viewerCan` says; null: the thing is hidden from whoever asks. */
export async function asked(
  who: Actor,
  { typename, id, inputs = {} }: Pick<Thing, 'typename' | 'id'> & Partial<Thing>,
  questions: readonly Question[],
): Promise<Verdict[] | null> {
  const fields = questions.map((each, at) => `c${at}: ${wordsOf(each)} { allowed reason missing }`);
  const { found } = await find(who, { typename, id, inputs }, `viewerCan { ${fields.join(' ')} }`);
  const answer = found?.viewerCan;
  return answer ? questions.map((_each, at) => answer[`c${at}`] as Verdict) : null;
}

interface Found {
  readonly viewerCan?: Readonly<Record<string, Verdict>>;
}

/** Reads some fields of a thing: by its id, or, because a view has no road of its own, through its dataset. */
async function find(who: Actor, { typename, id, inputs }: Thing, fields: string) {
  if (typename !== 'DatasetView') {
    const { data, errors = [] } = await who.run<{ node: Found | null }, unknown>(
      `query ($id: ID!) { node(id: $id) { ... on ${typename} { ${fields} } } }`,
      { id },
    );
    return {
      found: data?.node,
      errors: errors.map((each) => ({ ...each, at: each.path?.slice(1) ?? [] })),
    };
  }
  const { data, errors = [] } = await who.run<
    { dataset: { views: (Found & { id: string })[] } | null },
    unknown
  >(`query ($id: ID!) { dataset(id: $id) { views { id ${fields} } } }`, {
    id: inputs['datasetId'],
  });
  const views = data?.dataset?.views ?? [];
  const at = views.findIndex((view) => view.id === id);
  const theirs = errors.filter(({ path = [] }) => path.length < 3 || path[2] === at);
  return {
    found: views[at],
    errors: theirs.map((each) => ({ ...each, at: each.path?.slice(3) ?? [] })),
  };
}

/** What the operations themselves say: mutations in a dry run, fields when they are read. */
async function tried(who: Actor, thing: Thing, questions: readonly Question[]): Promise<Verdict[]> {
  const isMutation = ({ name }: Question) => name in mutations;
  const [acts, reads] = [
    questions.filter(isMutation),
    questions.filter((each) => !isMutation(each)),
  ];
  const [acted, seen] = [await dryRun(who, thing, acts), await read(who, thing, reads)];
  return questions.map((each) =>
    isMutation(each)
      ? (acted[acts.indexOf(each)] as Verdict)
      : (seen[reads.indexOf(each)] as Verdict),
  );
}

interface Refused {
  readonly path: readonly string[];
  readonly code: string;
  readonly denial?: Denial;
}

function verdictOf(refused: Pick<Refused, 'code' | 'denial'> | undefined): Verdict {
  if (!refused) return { allowed: true, reason: null, missing: [] };
  const { code, denial } = refused;
  return { allowed: false, reason: denial?.reason ?? code, missing: denial?.missing ?? [] };
}

/** The same actor, who only asks what would be refused. */
export function inDryRun({ app, id, name, email, headers }: Actor): Actor {
  return new Actor(app, id, name, email, { ...headers, 'x-authz-dry-run': '1' });
}

async function dryRun(
  who: Actor,
  thing: Thing,
  questions: readonly Question[],
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  // A request takes so many fields and no more.
  for (let at = 0; at < questions.length; at += 10) {
    const some = questions.slice(at, at + 10);
    const inputs = some.map((each) => inputFor(each, thing));
    const typed = some.map(({ name }, n) => `$i${n}: ${String(mutations[name]?.args[0]?.type)}`);
    const fields = some.map(({ name }, n) => `m${n}: ${name}(input: $i${n}) { __typename }`);
    const { errors, extensions } = (await inDryRun(who).run(
      `mutation (${typed.join(', ')}) { ${fields.join(' ')} }`,
      Object.fromEntries(inputs.map((input, n) => [`i${n}`, input])),
    )) as unknown as { errors?: unknown; extensions?: { dryRun?: { refused: Refused[] } } };
    const refused = extensions?.dryRun?.refused;
    if (!refused) throw new Error(`No dry run: ${JSON.stringify(errors)}`);
    verdicts.push(
      ...some.map((_each, n) =>
        verdictOf(refused.find(({ path }) => path.length === 1 && path[0] === `m${n}`)),
      ),
    );
  }
  return verdicts;
}

async function read(who: Actor, thing: Thing, questions: readonly Question[]): Promise<Verdict[]> {
  if (questions.length === 0) return [];
  const type = schema.getType(thing.typename) as GraphQLObjectType;
  const fields = questions.map(({ name, further }, at) => {
    const { type: of } = type.getFields()[name] ?? { type: GraphQLString };
    const { name: typename } = getNamedType(of);
    const inner = typename.endsWith('Connection')
      ? '{ edges { node { __typename } } }'
      : '{ __typename }';
    return `f${at}: ${name}${further ? '(search: "a")' : ''} ${isLeafType(getNamedType(of)) ? '' : inner}`;
  });
  const { errors } = await find(who, thing, fields.join(' '));
  const hidden = errors.find(({ at }) => at.length === 0);
  return questions.map((_each, n) => {
    const error = hidden ?? errors.find(({ at }) => at[0] === `f${n}`);
    return verdictOf(error?.extensions);
  });
}

/** The least input that a mutation takes, about a thing. */
function inputFor({ name, role, further }: Question, { inputs }: Thing): Input {
  const type = getNamedType(mutations[name]?.args[0]?.type as never);
  return {
    ...leastOf(type, inputs),
    ...SPECIAL[name],
    ...(role && { role }),
    ...(further && FURTHER[name]),
  };
}

function leastOf(type: unknown, inputs: Input): Input {
  if (!isInputObjectType(type)) return {};
  return Object.fromEntries(
    Object.values(type.getFields()).flatMap((field): [string, unknown][] => {
      if (field.name in inputs) return [[field.name, inputs[field.name]]];
      if (!isNonNullType(field.type) || field.defaultValue !== undefined) return [];
      return [[field.name, valueOf(field.type, field.name, inputs)]];
    }),
  );
}

function valueOf(type: GraphQLInputType, name: string, inputs: Input): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) return [valueOf(inner.ofType, name, inputs)];
  if (isInputObjectType(inner)) return leastOf(inner, inputs);
  if (isEnumType(inner)) return inner.getValues()[0]?.name;
  switch (getNamedType(type).name) {
    case 'ID':
      return globalId('Nothing', uuidv7());
    case 'Int':
      return 1;
    case 'Boolean':
      return true;
    case 'String':
      return name.toLowerCase().endsWith('filename') ? 'a.csv' : 'A text';
    default:
      return {};
  }
}

/** How `viewerCan` and the operations differ about a thing; empty: in nothing. */
export async function differences(who: Actor, thing: Thing): Promise<string[]> {
  const questions = questionsOf(thing.typename);
  const said = await asked(who, thing, questions);
  const done = await tried(who, thing, questions);
  return questions.flatMap((each, at) => {
    const { allowed: does, reason, missing } = done[at] as Verdict;
    const says = said?.[at] ?? { allowed: false, reason, missing };
    // Without a role it is asked whether any may be given.
    const isAny = !each.role && questions.some(({ name, role }) => name === each.name && role);
    const any = questions.some(({ name }, n) => name === each.name && done[n]?.allowed);
    const isSame = says.allowed === (isAny ? any : does);
    // Of several rules that refuse either may be told.
    const isSaid = does || isAny || each.further === true || says.reason === reason;
    return isSame && isSaid
      ? []
      : `${who.name}: ${wordsOf(each)} says ${says.allowed} ${says.reason}, is ${does} ${reason}`;
  });
}

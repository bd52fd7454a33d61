import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  getNamedType,
  isAbstractType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

import { MOST_COST, MOST_TOKENS } from '../../src/domain/document-limits.js';
import { argumentsFrom, type Values } from './arguments.js';
import { selector, type Depth } from './selection.js';

/** How much of a list that stands in another is asked for. */
const FEW = 'first: 4';
/** All of what is opened first, of its parts, and what is said of the objects that it leads to. */
const DEEP = 3;

export interface Document {
  readonly text: string;
  /** Whether it is only asked what would be refused. */
  readonly isDryRun?: boolean;
}

export interface Corpus {
  readonly queries: readonly Document[];
  /** Each once to be done, and once as a dry run. */
  readonly mutations: readonly Document[];
}

/** Documents that ask for everything in every way that the schema knows, as few as the limits let be. */
export function corpusOf(
  schema: GraphQLSchema,
  values: Values,
  isAsked: (text: string) => boolean = () => true,
): Corpus {
  const waysOf = argumentsFrom(schema, values);
  const plain = (parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string => {
    const { text = '' } = waysOf(parent.name, field)[0] ?? {};
    if (!field.args.some(({ name }) => name === 'first')) return text;
    return text === '' ? `(${FEW})` : `(${FEW}, ${text.slice(1)}`;
  };
  const select = selector(schema, plain);

  /** A field in each of its ways: with all behind it in the first, and in the others with what it leads to. */
  function inAllWays(
    parent: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    depth: Depth,
  ): string[] {
    const type = getNamedType(field.type);
    return waysOf(parent.name, field).map(
      ({ text, isOther }) =>
        `${field.name}${text}${select.behind(type, isOther || depth === 'VALUES' ? depth : 'WHICH')}`,
    );
  }

  const nodes = nodeTypes(schema).flatMap((type) => {
    const withArguments = Object.values(type.getFields()).filter(({ args }) => args.length > 0);
    return values.idsOf(type.name).flatMap((id) => [
      `node(id: ${id})${select.behind(type, DEEP)}`,
      ...withArguments.flatMap((field) =>
        inAllWays(type, field, 'WHICH')
          .slice(1)
          .map((text) => `node(id: ${id}) { ... on ${type.name} { ${text} } }`),
      ),
    ]);
  });
  const roots = fieldsOf(schema.getQueryType())
    .filter(({ field }) => field.name !== 'node')
    .flatMap(({ parent, field }) => inAllWays(parent, field, DEEP));
  // What one made or changed is undone before it could be read, and whoever signs out is refused what comes after it.
  const mutations = fieldsOf(schema.getMutationType())
    .flatMap(({ parent, field }) => inAllWays(parent, field, 'VALUES'))
    .toSorted(
      (one, other) => Number(one.startsWith('signOut')) - Number(other.startsWith('signOut')),
    );
  const whole = (kind: 'query' | 'mutation') => (texts: readonly string[]) => {
    const aliased = texts.map((text, at) => `a${at}: ${text}`).join('\n');
    return [`${kind} { ${aliased} }`, ...select.fragmentsOf(aliased)].join('\n');
  };
  return {
    queries: packed(schema, [...roots, ...nodes].filter(isAsked), whole('query')),
    mutations: packed(schema, mutations.filter(isAsked), whole('mutation')).flatMap((document) => [
      document,
      { ...document, isDryRun: true },
    ]),
  };
}

/** Puts as many texts into a document as it may hold. */
function packed(
  schema: GraphQLSchema,
  texts: readonly string[],
  whole: (texts: readonly string[]) => string,
): Document[] {
  const documents: Document[] = [];
  let open: string[] = [];
  for (const text of texts) {
    if (open.length > 0 && !fits(schema, whole([...open, text]))) {
      documents.push({ text: whole(open) });
      open = [];
    }
    open.push(text);
  }
  return open.length > 0 ? [...documents, { text: whole(open) }] : documents;
}

function fits(schema: GraphQLSchema, document: string): boolean {
  return (
    tokensIn(document) <= MOST_TOKENS &&
    complexityFromQuery(document, { schema }).complexity <= MOST_COST
  );
}

function tokensIn(text: string): number {
  return text.match(/"(?:[^"\\]|\\.)*"|\.\.\.|[\w.-]+|[^\s,]/g)?.length ?? 0;
}

function fieldsOf(parent: GraphQLObjectType | null | undefined) {
  if (!parent) return [];
  return Object.values(parent.getFields()).map((field) => ({ parent, field }));
}

function nodeTypes(schema: GraphQLSchema): GraphQLObjectType[] {
  const node = schema.getType('Node');
  return isAbstractType(node) ? schema.getPossibleTypes(node).filter(isObjectType) : [];
}

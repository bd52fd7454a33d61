import {
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

import { all, type Rule } from '../authz/rule.js';
import type { SharedPermission } from '../authz/tables.js';
import type { Asks } from './scopes.js';

/** A field of the schema, a query or a mutation among them, and who may read or call it. */
export interface Operation {
  /** As `Mutation.renameDataset`: https://spec.graphql.org/draft/#sec-Schema-Coordinates. */
  readonly coordinate: string;
  /** The rule in words, as the schema prints it. */
  readonly words: string;
  readonly rule: Rule;
  readonly field: GraphQLField<unknown, unknown>;
  /** The rule of the type, which stands before that of the field. */
  readonly typeRule: Rule | undefined;
  /** Whether it leads to somebody whom one meets. */
  readonly meets: boolean;
  /** What one has to see of a flow beside it. */
  readonly reads: SharedPermission | undefined;
  /** Which of the further things that the rule names these arguments ask for. */
  readonly asksForMore: (args: object) => ReadonlySet<string>;
}

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, Operation>>();

/** Every field of an object type, by its coordinate, in the order of the alphabet. */
export function operationsOf(schema: GraphQLSchema): ReadonlyMap<string, Operation> {
  const operations = known.get(schema) ?? readOperations(schema);
  known.set(schema, operations);
  return operations;
}

function readOperations(schema: GraphQLSchema): ReadonlyMap<string, Operation> {
  const types = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
  return new Map(
    types
      .flatMap((type) => Object.values(type.getFields()).map((field) => operation(type, field)))
      .toSorted((one, other) => (one.coordinate < other.coordinate ? -1 : 1))
      .map((each) => [each.coordinate, each]),
  );
}

/** A field is for those who may see its object and, if it has a rule of its own, pass that too. */
function operation(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): Operation {
  const rules = [printedOn(type), printedOn(field)].flatMap((each) => each ?? []);
  const counting = rules.filter(({ rule }) => rule.is !== 'PUBLIC');
  return {
    coordinate: `${type.name}.${field.name}`,
    words: (counting.length > 0 ? counting : rules.slice(-1))
      .map(({ words }) => words)
      .join(' and '),
    rule: all(...(counting.length > 0 ? counting : rules.slice(-1)).map(({ rule }) => rule)),
    field,
    typeRule: extensionsOf(type).rule,
    meets: extensionsOf(field).meets === true,
    reads: extensionsOf(field).reads,
    asksForMore: (args) => wordsOf(extensionsOf(field).asks, args),
  };
}

interface Extended {
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** What the plugin of the rules notes. */
interface Notes {
  readonly rule?: Rule;
  readonly asks?: Asks;
  readonly reads?: SharedPermission;
  readonly meets?: boolean;
  readonly directives?: { readonly rule?: { readonly is: string } };
}

function extensionsOf({ extensions }: Extended): Notes {
  return extensions;
}

function wordsOf(asks: Asks = {}, args: object): ReadonlySet<string> {
  const asked = Object.entries(asks).filter(([, isAsked]) => isAsked(args as never));
  return new Set(asked.map(([words]) => words));
}

function printedOn(of: Extended) {
  const { rule, directives } = extensionsOf(of);
  return rule && directives?.rule ? { rule, words: directives.rule.is } : undefined;
}

import { getNamedType, isAbstractType, isObjectType, type GraphQLSchema } from 'graphql';

import { all, type Rule } from '../authz/rule.js';
import { operationsOf, type Operation } from './operations.js';

/** A way to a field: the rules on it. */
export interface Way {
  readonly words: string;
  readonly rule: Rule;
  /** The same for rules that say the same. */
  readonly key: string;
}

function wayBy(words: string, rule: Rule): Way {
  return { words, rule, key: JSON.stringify(rule) };
}

/** A field with the rules that decide in the end who gets to it. */
export interface Reached {
  readonly operation: Operation;
  /**
   * What a type leaves open is as open as the fields that lead to the type, so there is a way for each rule that they
   * have. Whatever has a rule of its type, or stands at the root, has one.
   */
  readonly ways: readonly Way[];
}

const known = new WeakMap<GraphQLSchema, readonly Reached[]>();

/** Every field with the ways to it, in the order of the alphabet. */
export function reachedOf(schema: GraphQLSchema): readonly Reached[] {
  const found = known.get(schema) ?? findWays(schema);
  known.set(schema, found);
  return found;
}

function findWays(schema: GraphQLSchema): readonly Reached[] {
  const operations = [...operationsOf(schema).values()];
  const leading = leadingIn(schema, operations);

  /** The ways to the objects of a type, through other open ones and never in a circle. */
  function waysTo(type: string, passed: readonly string[]): readonly Way[] {
    const ways = (leading.get(type) ?? []).flatMap((operation) => waysOf(operation, passed));
    return [...new Map(ways.map((way) => [way.key, way])).values()];
  }

  function waysOf(operation: Operation, passed: readonly string[]): readonly Way[] {
    const type = typeNameOf(operation);
    if (passed.includes(type)) return [];
    if (!isOpen(schema, type)) return [wayBy(operation.words, operation.rule)];
    const before = waysTo(type, [...passed, type]);
    const { rule, words } = operation;
    if (rule.is === 'PUBLIC') return before;
    return before.map((way) => wayBy(`${way.words} and ${words}`, all(way.rule, rule)));
  }

  return operations.map((operation) => ({ operation, ways: waysOf(operation, []) }));
}

/** By the name of each object type the fields that answer it. */
function leadingIn(
  schema: GraphQLSchema,
  operations: readonly Operation[],
): ReadonlyMap<string, readonly Operation[]> {
  const leading = new Map<string, Operation[]>();
  for (const operation of operations) {
    const type = getNamedType(operation.field.type);
    const types = isAbstractType(type) ? schema.getPossibleTypes(type) : [type];
    for (const { name } of types.filter(isObjectType)) {
      const others = leading.get(name) ?? [];
      leading.set(name, others);
      others.push(operation);
    }
  }
  return leading;
}

export function typeNameOf({ coordinate }: Operation): string {
  return coordinate.slice(0, coordinate.indexOf('.'));
}

function isOpen(schema: GraphQLSchema, type: string): boolean {
  const { rule } = (schema.getType(type)?.extensions ?? {}) as { readonly rule?: Rule };
  return rule?.is === 'PUBLIC';
}

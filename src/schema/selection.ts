import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLDirective,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
} from 'graphql';

import { operationsOf, type Operation } from './operations.js';

/** A document that fits the schema, and what its variables hold. */
export interface Selecting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The variables of which nobody knows what they will hold. */
  readonly unknown?: ReadonlySet<string>;
}

/** A field that a document selects on one type of object, at a place in the answer. */
export interface Selected {
  /** The keys of the answer that lead there; places in lists are left out. */
  readonly path: readonly string[];
  readonly operation: Operation;
  readonly args: Readonly<Record<string, unknown>>;
  readonly type: GraphQLNamedType;
  readonly nodes: readonly FieldNode[];
}

/** The fields that are selected on an object of this type, and have a rule. */
export function selectedOn(
  selecting: Selecting,
  type: GraphQLObjectType,
  selections: readonly SelectionNode[],
  path: readonly string[] = [],
): Selected[] {
  const byKey = new Map<string, FieldNode[]>();
  collect(selecting, type, selections, byKey);
  return [...byKey].flatMap(([key, nodes]) => {
    const name = nodes[0]?.name.value ?? '';
    const operation = operationsOf(selecting.schema).get(`${type.name}.${name}`);
    if (!operation || !nodes[0]) return [];
    const args = getArgumentValues(operation.field, nodes[0], { ...selecting.variables });
    const named = getNamedType(operation.field.type);
    return [{ path: [...path, key], operation, args, type: named, nodes }];
  });
}

/** What is selected on the objects to which a field leads, for each type that they can be of. */
export function selectedBelow(
  selecting: Selecting,
  { path, type, nodes }: Selected,
  isPossible: (typename: string) => boolean = () => true,
): Selected[] {
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return typesOf(selecting.schema, type)
    .filter(({ name }) => isPossible(name))
    .flatMap((each) => selectedOn(selecting, each, selections, path));
}

function typesOf(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  if (isObjectType(type)) return [type];
  return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
}

function collect(
  selecting: Selecting,
  type: GraphQLObjectType,
  selections: readonly SelectionNode[],
  byKey: Map<string, FieldNode[]>,
): void {
  for (const selection of selections) {
    if (!isSelected(selecting, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      byKey.set(key, [...(byKey.get(key) ?? []), selection]);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : selecting.fragments.get(selection.name.value);
    if (!fragment || !fits(selecting.schema, type, fragment.typeCondition?.name.value)) continue;
    collect(selecting, type, fragment.selectionSet.selections, byKey);
  }
}

/** What depends on what nobody knows may be selected. */
function isSelected({ variables, unknown }: Selecting, node: SelectionNode): boolean {
  const isUnless = (directive: GraphQLDirective, value: boolean) => {
    const written = node.directives?.find(({ name }) => name.value === directive.name);
    const condition = written?.arguments?.[0]?.value;
    const isOpen = condition?.kind === Kind.VARIABLE && unknown?.has(condition.name.value);
    return isOpen || getDirectiveValues(directive, node, { ...variables })?.['if'] !== value;
  };
  return isUnless(GraphQLSkipDirective, true) && isUnless(GraphQLIncludeDirective, false);
}

function fits(schema: GraphQLSchema, type: GraphQLObjectType, condition: string | undefined) {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.getType(condition);
  return isAbstractType(named) && schema.isSubType(named, type);
}

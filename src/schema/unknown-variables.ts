import {
  coerceInputValue,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLEnumType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;

/** What the variables of an operation hold, and of which of them nobody knows it. */
interface Holding {
  readonly variables: Variables;
  readonly unknown: ReadonlySet<string>;
}

/**
 * What the variables hold, as far as that is known: where it is not, something that asks for all that can be asked for.
 * Those that are given are all; without any, what has no default is unknown.
 */
export function variablesOf(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given?: Variables,
): Holding {
  const unknown = new Set<string>();
  const variables: Record<string, unknown> = {};
  for (const { variable, type, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    const inputType = typeFromAST(schema, type) as GraphQLInputType | undefined;
    if (!inputType) continue;
    if (given && name in given) variables[name] = coerced(given[name], inputType);
    else if (defaultValue) variables[name] = valueFromAST(defaultValue, inputType);
    else if (!given || isNonNullType(inputType)) {
      unknown.add(name);
      variables[name] = anything(inputType, () => ANY_VALUE);
    }
  }
  return { variables, unknown };
}

/** What could be sent as the variables of an operation, of which these are given. */
export function sendable(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Variables = {},
): Record<string, unknown> {
  const unknown = variableDefinitions.flatMap(({ variable, type, defaultValue }) => {
    const inputType = typeFromAST(schema, type) as GraphQLInputType | undefined;
    if (!inputType || defaultValue) return [];
    return [
      [variable.name.value, anything(inputType, (each) => each.getValues()[0]?.name)] as const,
    ];
  });
  return { ...Object.fromEntries(unknown), ...given };
}

/** As a field is given it, with the defaults inside; what does not fit was refused before. */
function coerced(value: unknown, type: GraphQLInputType): unknown {
  return coerceInputValue(value, type, () => undefined);
}

const DEEPEST = 3;

/** What fits these types and says nothing: no id, and the page that there is unless told. */
const SCALARS: Readonly<Record<string, unknown>> = {
  Boolean: true,
  DateTime: '2000-01-01T00:00:00.000Z',
  Float: 1,
  Int: 25,
  JSONObject: {},
};

/** A value of this type that asks for all that can be asked for, and names nothing. */
function anything(
  type: GraphQLInputType,
  enumValue: (type: GraphQLEnumType) => unknown,
  depth = 0,
): unknown {
  if (isNonNullType(type)) return anything(type.ofType, enumValue, depth);
  if (isListType(type)) return [anything(type.ofType, enumValue, depth)];
  if (isEnumType(type)) return enumValue(type);
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? '?';
  const fields = Object.values(type.getFields()).filter(
    (field) => depth < DEEPEST || isNonNullType(field.type),
  );
  return Object.fromEntries(
    fields.map(({ name, type: inner }) => [name, anything(inner, enumValue, depth + 1)]),
  );
}

/** No value of an enum: which one it will be is not known. */
const ANY_VALUE = '?';

import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
} from 'graphql';

/** What there is to put into arguments: literals, by what they are called and by their type. */
export interface Values {
  /** By the name of an argument, or by the place: `Query.whoCan(operation)`, `UserFilter.search`. */
  readonly named: Readonly<Record<string, readonly string[]>>;
  /** By the name of the type. */
  readonly typed: Readonly<Record<string, readonly string[]>>;
  /** The ids of the objects that a type can be, for the argument `id`. */
  readonly idsOf: (typename: string) => readonly string[];
}

/** Arguments, and whether they are about something else than those before, rather than about less of it. */
interface Way {
  readonly text: string;
  readonly isOther: boolean;
}

type Taken = GraphQLArgument | GraphQLInputField;

/** Writes arguments: those that a field cannot do without, and then one other at a time. */
export function argumentsFrom(schema: GraphQLSchema, values: Values) {
  function valuesOf(place: string, { name, type }: Taken, ids: readonly string[]): string[] {
    const named: GraphQLNamedInputType = getNamedType(type);
    const known =
      values.named[place] ??
      (name === 'id' ? ids : values.named[name]) ??
      values.typed[named.name] ??
      generated(named);
    if (known.length === 0) throw new Error(`There is nothing to put into ${place}.`);
    return known.map((each) => (isList(type) && !each.startsWith('[') ? `[${each}]` : each));
  }

  function generated(type: GraphQLNamedInputType): readonly string[] {
    if (isEnumType(type)) return type.getValues().map(({ name }) => name);
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      return oneAtATime(fields, isRequiredInputField, (field) =>
        valuesOf(`${type.name}.${field.name}`, field, []),
      ).map(({ text }) => `{${text}}`);
    }
    return [];
  }

  /** Every way in which a field is asked for, the plainest first. */
  function waysOf(parent: string, field: GraphQLField<unknown, unknown>): Way[] {
    const returned = getNamedType(field.type);
    const types = isAbstractType(returned) ? schema.getPossibleTypes(returned) : [returned];
    const ids = types.flatMap(({ name }) => values.idsOf(name));
    const ways = oneAtATime(field.args, isRequiredArgument, (argument) =>
      valuesOf(`${parent}.${field.name}(${argument.name})`, argument, ids),
    );
    return ways.map(({ text, isOther }) => ({ text: text === '' ? '' : `(${text})`, isOther }));
  }

  return waysOf;
}

function oneAtATime<T extends Taken>(
  fields: readonly T[],
  isRequired: (field: T) => boolean,
  valuesOf: (field: T) => readonly string[],
): Way[] {
  const first = fields
    .filter(isRequired)
    .map((field) => ({ field, text: `${field.name}: ${valuesOf(field)[0]}` }));
  const others = fields.flatMap((field) => {
    const rest = first.filter((each) => each.field !== field).map(({ text }) => text);
    const isOther = isRequired(field);
    return valuesOf(field)
      .slice(isOther ? 1 : 0)
      .map((value) => ({ text: [...rest, `${field.name}: ${value}`].join(', '), isOther }));
  });
  return [{ text: first.map(({ text }) => text).join(', '), isOther: true }, ...others];
}

function isList(type: GraphQLInputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

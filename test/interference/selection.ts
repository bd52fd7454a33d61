import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** What stands around objects and is none: it takes no level of depth. */
export const AROUND = /(Connection|Edge|Payload|Capabilities|PageInfo)$/;

/** How much of an object is asked for: steps down to others and to its parts; no objects; or just which it is. */
export type Depth = number | 'VALUES' | 'WHICH';

/** What a step takes: to an object that can be found by itself, of which all is asked at least from where one starts. */
const TO_OBJECT = 3;
const TO_PART = 1;

/** Writes selections of everything that there is, as named fragments. */
export function selector(
  schema: GraphQLSchema,
  argumentsOf: (parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>) => string,
) {
  const keys = responseKeys(schema);
  const fragments = new Map<string, string>();

  function fragmentOn(type: GraphQLObjectType, depth: Depth): string {
    const name = `${type.name}_${depth}`;
    if (!fragments.has(name)) {
      fragments.set(name, '');
      fragments.set(name, `fragment ${name} on ${type.name} { ${fieldsOf(type, depth)} }`);
    }
    return `...${name}`;
  }

  function fieldsOf(type: GraphQLObjectType, depth: Depth): string {
    const fields = Object.values(type.getFields());
    if (depth === 'WHICH' && type.getFields()['id']) return '__typename id';
    return ['__typename', ...fields.flatMap((field) => fieldOf(type, field, depth))].join(' ');
  }

  function fieldOf(
    parent: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    depth: Depth,
  ): string[] {
    const type = getNamedType(field.type);
    const key = keys(field);
    const text = `${key === field.name ? '' : `${key}: `}${field.name}${argumentsOf(parent, field)}`;
    if (!isCompositeType(type)) return [text];
    const below = depthBelow(parent, type, depth);
    if (below === undefined) return [];
    return [`${text} { ${selectionOf(type, below)} }`];
  }

  function depthBelow(
    parent: GraphQLObjectType,
    type: GraphQLNamedType,
    depth: Depth,
  ): Depth | undefined {
    if (depth === 'VALUES') return undefined;
    if (depth === 'WHICH') return AROUND.test(parent.name) ? depth : undefined;
    if (AROUND.test(type.name)) return depth;
    if (isAbstractType(type) || isNode(type)) {
      if (depth >= TO_OBJECT) return depth - TO_OBJECT;
      return depth > 0 ? 'WHICH' : undefined;
    }
    return depth >= TO_PART ? depth - TO_PART : undefined;
  }

  function selectionOf(type: GraphQLNamedType, depth: Depth): string {
    if (isObjectType(type)) return fragmentOn(type, depth);
    if (!isAbstractType(type)) return '';
    return schema
      .getPossibleTypes(type)
      .map((each) => fragmentOn(each, depth))
      .join(' ');
  }

  return {
    /** The selection behind a field, with its braces. */
    behind(type: GraphQLNamedType, depth: Depth): string {
      const text = selectionOf(type, depth);
      return text === '' ? '' : ` { ${text} }`;
    },
    /** A single field of a type, as a document selects it. */
    fieldOf,
    /** The fragments that a text needs, one after the other. */
    fragmentsOf(text: string): string[] {
      const needed = new Set<string>();
      const look = (some: string): void => {
        for (const [, name = ''] of some.matchAll(/\.\.\.(\w+_\w+)/g)) {
          if (needed.has(name)) continue;
          needed.add(name);
          look(fragments.get(name) ?? '');
        }
      };
      look(text);
      return [...needed].map((name) => fragments.get(name) ?? '');
    },
  };
}

function isNode(type: GraphQLNamedType): boolean {
  return isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
}

/** Where one name stands for values of several types, each gets a key of its own, so that fragments can meet. */
function responseKeys(schema: GraphQLSchema) {
  const shapes = new Map<string, Set<string>>();
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    for (const field of Object.values(type.getFields())) {
      const known = shapes.get(field.name) ?? new Set();
      shapes.set(field.name, known.add(shapeOf(field)));
    }
  }
  return (field: GraphQLField<unknown, unknown>): string => {
    const at = [...(shapes.get(field.name) ?? [])].indexOf(shapeOf(field));
    return at > 0 ? `${field.name}_${at}` : field.name;
  };
}

function shapeOf({ type }: GraphQLField<unknown, unknown>): string {
  const named = getNamedType(type);
  return isCompositeType(named) ? String(type).replace(named.name, '') : String(type);
}

import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  GraphQLError,
  Kind,
  parse,
  specifiedRules,
  validate,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

import { MOST_COST, MOST_DEPTH, MOST_TOKENS } from '../domain/document-limits.js';
import { invalidInput } from '../errors.js';
import { sendable, type Variables } from './unknown-variables.js';

/** A document that fits the schema. Throws INVALID_INPUT, with where what is wrong. */
export function readDocument(schema: GraphQLSchema, text: string): DocumentNode {
  const document = parsed(text);
  const errors = validate(schema, document, specifiedRules, { maxErrors: 20 });
  if (errors.length > 0) throw refusalOf(errors);
  return document;
}

/** The operation of this name, or the only one. Throws INVALID_INPUT. */
export function operationIn(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const named = name == null ? operations : operations.filter((each) => each.name?.value === name);
  const [operation, another] = named;
  if (operation && !another) return operation;
  const message = another
    ? 'The document holds several operations: say which.'
    : 'The document does not hold the operation.';
  throw invalidInput([{ path: [name == null ? 'document' : 'operationName'], message }]);
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxLexicalTokens: MOST_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) throw refusalOf([error]);
    throw error;
  }
}

/** Refuses what would be too much to run, and variables that do not fit. Throws INVALID_INPUT. */
export function assertWithinLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given?: Variables,
): void {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const variables = sendable(schema, operation, given);
  const { complexity, depth } = costOf(schema, [operation, ...fragments], variables);
  const problems = [
    ...(depth > MOST_DEPTH
      ? [`It is ${depth} fields deep; at most ${MOST_DEPTH} are allowed.`]
      : []),
    ...(complexity > MOST_COST
      ? [`It costs ${complexity}; at most ${MOST_COST} are allowed. Ask for smaller pages.`]
      : []),
  ];
  if (problems.length > 0) {
    throw invalidInput(problems.map((message) => ({ path: ['document'], message })));
  }
}

function costOf(
  schema: GraphQLSchema,
  definitions: readonly DefinitionNode[],
  variables: Variables,
) {
  try {
    const document = { kind: Kind.DOCUMENT, definitions } as const;
    return complexityFromQuery(document, { schema, variables: { ...variables } });
  } catch (error) {
    if (error instanceof GraphQLError) throw refusalOf([error], 'variables');
    throw error;
  }
}

/** The library quotes the value that it refuses, which may be a password; its place says enough. */
function refusalOf(errors: readonly GraphQLError[], argument = 'document') {
  return invalidInput(
    errors.map(({ message, locations }) => ({
      path: [argument],
      message: message.replace(/, found .*| got invalid value .*/s, ' does not fit.'),
      locations: locations ?? [],
    })),
  );
}

import { readFileSync } from 'node:fs';

import {
  concatAST,
  GraphQLError,
  Kind,
  parse,
  Source,
  validate,
  type DocumentNode,
  type OperationDefinitionNode,
} from 'graphql';

import { schemaOnce } from '../schema/index.js';
import { planOf } from '../schema/plan.js';
import { summaryOf } from '../schema/required-permissions.js';
import { CliError } from './cli-error.js';

/** What the operations of some files take together, and each by itself. */
export type FilesPlan = ReturnType<typeof planFiles>;

/** Reads the files as one document, so that fragments may stand in any of them. */
export function planFiles(files: readonly string[]) {
  const schema = schemaOnce();
  const documents = files.map((file) => parsed(file));
  const document = concatAST(documents);
  const errors = validate(schema, document);
  if (errors.length > 0) throw new CliError(errors.map(placed).join('\n'), 'INPUT');
  const operations = document.definitions.filter(isOperation);
  if (operations.length === 0) {
    throw new CliError(`There is no operation in ${files.join(', ')}.`, 'INPUT');
  }
  const planned = operations.map((operation) => ({
    operation,
    fields: planOf(schema, document, operation),
  }));
  return {
    ...withoutFields(planned.flatMap(({ fields }) => fields)),
    operations: planned.map(({ operation, fields }) => ({
      name: operation.name?.value ?? null,
      kind: operation.operation,
      file: operation.loc?.source.name ?? '',
      ...withoutFields(fields),
    })),
  };
}

function withoutFields(fields: Parameters<typeof summaryOf>[0]) {
  const { fields: _fields, ...summary } = summaryOf(fields);
  return summary;
}

function isOperation(node: DocumentNode['definitions'][number]): node is OperationDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION;
}

function parsed(file: string): DocumentNode {
  try {
    return parse(new Source(readFileSync(file, 'utf8'), file));
  } catch (error) {
    if (error instanceof GraphQLError) throw new CliError(placed(error), 'INPUT');
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CliError(`${file} cannot be read: ${code ?? message}.`, 'INPUT');
  }
}

/** As editors and terminals make a link of it. */
function placed({ message, source, locations, nodes }: GraphQLError): string {
  const name = source?.name ?? nodes?.[0]?.loc?.source.name ?? '';
  const { line, column } = locations?.[0] ?? { line: 1, column: 1 };
  return `${name}:${line}:${column}: ${message}`;
}

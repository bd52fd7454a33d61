import { createComplexityRule } from '@pothos/plugin-complexity';
import { GraphQLError, parse, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import { MOST_COST, MOST_DEPTH, MOST_TOKENS } from '../domain/document-limits.js';

/** Refuses documents that are too long, too deep or too costly, before anything is read for them. */
export function useLimits(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string) => parseWithin(source));
    },
    // After the cached validation, because the cost depends on the variables. For the same reason what is wrong is
    // thrown: as a result it would be kept, and refuse the document to others who send better variables.
    onValidate: ({ context, params: { schema, documentAST } }) => {
      const { params } = context as {
        params: { variables?: Record<string, unknown>; operationName?: string };
      };
      return ({ valid }) => {
        if (!valid) return;
        const rule = createComplexityRule({
          context: {},
          variableValues: params.variables ?? {},
          operationName: params.operationName,
          validate: ({ depth, complexity }, report) => {
            if (depth > MOST_DEPTH)
              report(tooComplex(`It is ${depth} fields deep; at most ${MOST_DEPTH} are allowed.`));
            if (complexity > MOST_COST) {
              report(
                tooComplex(
                  `It costs ${complexity}; at most ${MOST_COST} are allowed. Ask for smaller pages.`,
                ),
              );
            }
          },
        });
        const errors = validate(schema, documentAST, [rule]);
        if (errors.length > 0) throw new AggregateError(errors.map(withoutVariable));
      };
    },
  };
}

/** The library shows what a variable holds, which may be a password; its place says enough. */
function withoutVariable(error: GraphQLError): GraphQLError {
  const { message, nodes, originalError } = error;
  if (!originalError) return error;
  const place = message.slice(0, -originalError.message.length);
  const [variable = ''] = /^Variable "\$\w+"/.exec(place) ?? [];
  const [path = ''] = / at "[\w.[\]]+"(?=; $)/.exec(place) ?? [];
  return new GraphQLError(`${variable}${path} does not fit: ${originalError.message}`, { nodes });
}

function parseWithin(source: string) {
  try {
    return parse(source, { maxLexicalTokens: MOST_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes('tokens. Parsing aborted')) {
      throw tooComplex(`It has more than ${MOST_TOKENS} tokens.`);
    }
    throw error;
  }
}

function tooComplex(reason: string): GraphQLError {
  const extensions = { code: 'QUERY_TOO_COMPLEX', http: { status: 400, spec: true } };
  return new GraphQLError(`The document is refused. ${reason}`, { extensions });
}

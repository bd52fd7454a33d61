import { createComplexityRule } from '@pothos/plugin-complexity';
import { GraphQLError, parse, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const MOST_TOKENS = 2_000;
const MOST_DEPTH = 12;
const MOST_COST = 5_000;

/** Refuses documents that are too long, too deep or too costly, before anything is read for them. */
export function useLimits(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn((source: string) => parseWithin(source));
    },
    // After the cached validation, because the cost depends on the variables.
    onValidate: ({ context, params: { schema, documentAST } }) => {
      const { params } = context as {
        params: { variables?: Record<string, unknown>; operationName?: string };
      };
      return ({ valid, setResult }) => {
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
        setResult([...validate(schema, documentAST, [rule])]);
      };
    },
  };
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

import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

import type { Context } from '../context.js';
import { invalidInput } from '../errors.js';
import { maskError } from './errors.js';

const HEADER = 'X-Authz-Dry-Run';

/** Failures to decide, which the same request may not meet again. */
const TROUBLE = new Set(['CONFLICT', 'INTERNAL', 'OVERLOADED']);

interface Foreseen {
  readonly path: readonly string[];
  readonly coordinate: string;
}

/** Finds out what would be refused. */
type DryRun = (
  args: ExecutionArgs,
  execute: (args: ExecutionArgs) => PromiseLike<ExecutionResult> | ExecutionResult,
) => Promise<{
  readonly refused: readonly (Foreseen & { readonly error: Error })[];
  readonly undecided: readonly (Foreseen & { readonly rule: string })[];
  readonly errors: readonly GraphQLError[];
}>;

/** Whether it is only asked what would be refused. Throws INVALID_INPUT. */
export function isDryRun({ headers }: Request): boolean {
  const value = headers.get(HEADER);
  if (value !== null && value !== '1')
    throw refusal('Send 1 to ask what would be refused, or leave it out.');
  return value === '1';
}

function refusal(message: string) {
  return invalidInput([{ path: [HEADER], message }]);
}

/** Answers what of an operation would be refused, and does nothing of it. What comes after executing is left out. */
export function useDryRun(log: Logger, dryRun: DryRun): Plugin<Context> {
  return {
    async onExecute({ args, executeFn, setResultAndStopExecution }) {
      const { isDryRun: isAsked, provenance } = args.contextValue;
      if (!isAsked) return;
      const mask = (error: unknown) => maskError(error, provenance.requestId, log);
      const { refused, undecided, errors } = await dryRun(args, executeFn);
      if (errors.length > 0) {
        setResultAndStopExecution({ errors });
        return;
      }
      const refusals = refused.map(({ error, ...place }) => ({ ...place, error: mask(error) }));
      const isTrouble = ({ error }: { error: GraphQLError }) =>
        TROUBLE.has(String(error.extensions['code']));
      const troubles = refusals.filter(isTrouble).map(({ error }) => error);
      setResultAndStopExecution({
        ...(troubles.length > 0 && { errors: troubles }),
        data: null,
        extensions: {
          dryRun: {
            refused: refusals
              .filter((each) => !isTrouble(each))
              .map(({ error: { message, extensions }, ...place }) => ({
                ...place,
                message,
                ...extensions,
              })),
            undecided,
          },
        },
      });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const { isDryRun: isAsked, provenance } = args.contextValue as Context;
      if (!isAsked) return;
      const error = refusal('A subscription cannot be asked for what would be refused.');
      setResultAndStopExecution({ errors: [maskError(error, provenance.requestId, log)] });
    },
  };
}

import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

import { record } from '../audit/record.js';
import type { Denial } from '../authz/decide.js';
import type { Context } from '../context.js';
import { maskError } from './errors.js';

/**
 * Writes the entry of what a service account read: one for each query, refused or not, without which there is no answer.
 * Mutations leave entries of their own.
 */
export function useProgramLog(log: Logger): Plugin<Context> {
  const note = async (
    context: Context,
    document: DocumentNode,
    operationName: string | null | undefined,
    errors: readonly GraphQLError[],
  ) => {
    const { db, principal, provenance, impersonations } = context;
    const operation = getOperationAST(document, operationName);
    if (principal?.actor.kind !== 'serviceAccount' || !operation) return;
    if (operation.operation === OperationTypeNode.MUTATION) return;
    const fields = operation.selectionSet.selections.map((selection) =>
      selection.kind === Kind.FIELD ? selection.name.value : '…',
    );
    const grants = [...impersonations];
    const event = {
      action: 'operation.queried' as const,
      after: {
        operation: operation.name?.value.slice(0, 100) ?? null,
        fields: fields.join(' ').slice(0, 500),
        ...(grants.length > 1 && { grants: grants.join(' ') }),
      },
      grantId: grants[0],
    };
    await record(db, principal, provenance, event, failureOf(errors)).catch((error: unknown) => {
      throw maskError(error, provenance.requestId, log);
    });
  };
  return {
    onExecute({ args: { contextValue, document, operationName } }) {
      return {
        async onExecuteDone({ result }) {
          if (Symbol.asyncIterator in result) return;
          await note(contextValue, document, operationName, result.errors ?? []);
        },
      };
    },
    // What is subscribed to has its entry before anything comes of it; the library waits for no other hook.
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const result = (await subscribeFn(args)) as ExecutionResult | AsyncIterable<unknown>;
        const context = args.contextValue as Context;
        const { requestId } = context.provenance;
        const errors = Symbol.asyncIterator in result ? [] : (result.errors ?? []);
        const masked = errors.map((error) => maskError(error, requestId, log));
        await note(context, args.document, args.operationName, masked);
        return result;
      });
    },
  };
}

/** Writes the entry of a request beside GraphQL that a service account was refused. */
export async function noteRefusal(
  { db, principal, provenance, impersonations }: Context,
  operation: string,
  error: GraphQLError,
): Promise<void> {
  if (principal?.actor.kind !== 'serviceAccount') return;
  const event = {
    action: 'operation.queried',
    after: { operation: operation.slice(0, 100) },
    grantId: [...impersonations][0],
  } as const;
  await record(db, principal, provenance, event, failureOf([error]));
}

function failureOf([error]: readonly GraphQLError[]) {
  if (!error) return undefined;
  const { code, denial } = error.extensions as { code?: string; denial?: Denial };
  const outcome = code === undefined || code === 'INTERNAL' ? 'FAILED' : 'REFUSED';
  return { outcome, code: code ?? 'INTERNAL', denial } as const;
}

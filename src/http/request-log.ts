import { getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

import { createContext, type Context, type System } from '../context.js';
import { statementCount } from '../db/statements.js';
import type { readRequest } from './request.js';

/** What is known of a request while it is served. */
export interface Served {
  readonly request: ReturnType<typeof readRequest>;
  context?: Context;
  operation?: string | undefined;
  errorCodes?: readonly unknown[];
}

/** Who asks for what is not GraphQL: people are known there as the API knows them. */
export async function contextOf(
  served: Served,
  system: System,
  presented = served.request.presented,
): Promise<Context> {
  const { provenance } = served.request;
  served.context = await createContext(system, provenance, presented);
  return served.context;
}

/** Notes what the line of a request is to say of its operation. */
export function useRequestFacts(): Plugin<Context & { served: Served }, { served: Served }> {
  return {
    onExecute({ args: { contextValue, document, operationName } }) {
      contextValue.served.operation = getOperationAST(document, operationName)?.name?.value;
    },
    onResultProcess({ result, serverContext: { served } }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || !result.errors) return;
      served.errorCodes = [...new Set(result.errors.map(({ extensions }) => extensions?.['code']))];
    },
  };
}

/** Writes the one line of a request: never its variables, and nothing that signs anybody in. */
export function logRequest(
  log: Logger,
  request: Request,
  response: Response,
  { request: { provenance }, context, operation, errorCodes }: Served,
  started: number,
): void {
  log.info({
    requestId: provenance.requestId,
    method: request.method,
    path: new URL(request.url).pathname,
    status: response.status,
    principal: context?.principal?.subject.id,
    actor: actorOf(context),
    credential: context?.principal?.credential.id,
    operation: operation?.slice(0, 100),
    ms: Math.round(performance.now() - started),
    statements: statementCount(),
    errorCodes,
  });
}

/** Who acts, if it is not the one whose rights count. */
function actorOf(context: Context | undefined): string | undefined {
  const { acting, actor } = context?.principal ?? {};
  return acting && actor?.id;
}

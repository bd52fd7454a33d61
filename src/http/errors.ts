import { PothosValidationError } from '@pothos/core';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

import type { Context } from '../context.js';
import { isBusy, isGone, prismaCode } from '../db/conflicts.js';
import { DomainError, ERROR_CODES, notFound, type ErrorCode } from '../errors.js';

/**
 * Turns whatever was thrown into what the client may see: our own errors as they are, everything else as INTERNAL
 * with the id under which the log has it.
 */
export function maskError(error: unknown, requestId: string, log: Logger): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const cause = at ? at.originalError : error;
  if (at && !cause) return at;
  const { nodes, path, source, positions } = at ?? {};
  const place = { nodes, path, source, positions };
  if (cause instanceof DomainError) {
    return new GraphQLError(cause.message, {
      ...place,
      extensions: { code: cause.code, ...cause.extensions },
    });
  }
  if (isGone(cause)) {
    // What a mutation made or changed is read after it, and others may have taken it away by then.
    log.warn({ requestId, error: describe(cause) }, 'gone when it was read');
    const { message, code, extensions } = notFound();
    return new GraphQLError(message, { ...place, extensions: { code, ...extensions } });
  }
  if (cause instanceof PothosValidationError) {
    return new GraphQLError(cause.message, { ...place, extensions: { code: 'INVALID_INPUT' } });
  }
  if (isBusy(cause)) {
    return new GraphQLError(ERROR_CODES.OVERLOADED, {
      ...place,
      extensions: { code: 'OVERLOADED' },
    });
  }
  log.error({ requestId, error: describe(cause) }, 'request failed');
  return new GraphQLError(ERROR_CODES.INTERNAL, {
    ...place,
    extensions: { code: 'INTERNAL', requestId },
  });
}

/** Prisma repeats a statement's arguments in its message; only its code and its stack's places are safe to keep. */
function describe(error: unknown) {
  if (!(error instanceof Error)) return { name: typeof error };
  const places = error.stack?.split('\n').filter((line) => line.startsWith('    at '));
  const message = error.name.startsWith('Prisma') ? undefined : error.message;
  return { name: error.name, code: prismaCode(error), message, stack: places?.slice(0, 12) };
}

/** Lets nothing out but errors with a code of ours. */
export function useErrors(log: Logger): Plugin<Context> {
  return {
    onExecute: ({ args }) => ({
      onExecuteDone({ result, setResult }) {
        if (Symbol.asyncIterator in result || !result.errors) return;
        const { requestId } = args.contextValue.provenance;
        const errors = result.errors.map((error) =>
          withCode(maskError(error, requestId, log), 'INVALID_INPUT'),
        );
        setResult({ ...result, errors: errors.toSorted(byPlace) });
      },
    }),
    onRequestParse({ request, requestParser, setRequestParser }) {
      if (requestParser) setRequestParser((body) => parsed(() => requestParser(body)));
      else if (request.method === 'POST') throw malformed('Send application/json.', 415);
    },
    // What was refused before it was executed.
    onResultProcess({ result }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result) return;
      for (const error of result.errors ?? []) {
        if (!error.path) error.message = withoutValue(error.message);
        withCode(error, 'BAD_REQUEST');
      }
    },
  };
}

/**
 * As the document asks, and then along the answer. They are thrown in the order in which the database answered, which
 * would tell what it had to look at.
 */
function byPlace(a: GraphQLError, b: GraphQLError): number {
  const [one, other] = [a.path ?? [], b.path ?? []];
  const at = one.findIndex((step, index) => step !== other[index]);
  return (
    (a.positions?.[0] ?? 0) - (b.positions?.[0] ?? 0) ||
    (at < 0 ? 0 : String(one[at]).localeCompare(String(other[at]), 'en', { numeric: true }))
  );
}

/** The library refuses some things without a code, such as arguments that do not fit their types. */
function withCode(error: GraphQLError, code: ErrorCode): GraphQLError {
  error.extensions['code'] ??= code;
  return error;
}

/** Waits for what the library reads from a request; its own words for what is no JSON would quote it. */
async function parsed<T>(read: () => T): Promise<Awaited<T>> {
  try {
    return await read();
  } catch (error) {
    const isNoJson = error instanceof SyntaxError || String(error).includes('invalid JSON');
    throw isNoJson ? malformed('The request is not valid JSON.', 400) : error;
  }
}

function malformed(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status } } });
}

/** The library quotes the value that it refuses, which may be a password; its place says enough. */
function withoutValue(message: string): string {
  return message
    .replace(
      /(cannot represent [^:]*?value|cannot represent an invalid date-time-string).*/s,
      '$1.',
    )
    .replace(/(Expected value of type "[^"]+"), found .*/s, '$1.')
    .replace(/Value ".*" does not exist/s, 'The value does not exist')
    .replace(/(String|BlockString|Int|Float) ".*"\.$/s, '$1.');
}

import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { createYoga, type Plugin } from 'graphql-yoga';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { serialize } from 'hono/utils/cookie';
import type { Logger } from 'pino';

import { ATTEMPT_LIMITS, createAttempts, type AttemptLimits } from './authn/attempts.js';
import { ROLE_COLUMNS } from './authz/matrix.js';
import type { Config } from './config.js';
import { createContext, type Context, type System } from './context.js';
import type { Database } from './db/database.js';
import { runCounted } from './db/statements.js';
import { touchKey } from './domain/access-key.js';
import { touchSession } from './domain/session.js';
import { useAddressReads } from './http/address-reads.js';
import { isDryRun, useDryRun } from './http/dry-run.js';
import { maskError, useErrors } from './http/errors.js';
import { strictHeaders } from './http/headers.js';
import { useLimits } from './http/limits.js';
import { createOAuth } from './http/oauth.js';
import { useOverrideMarks } from './http/overrides.js';
import { createPages } from './http/pages.js';
import { useProgramLog } from './http/program-log.js';
import { logRequest, useRequestFacts, type Served } from './http/request-log.js';
import { cookieName, isSecure, readRequest } from './http/request.js';
import { createTransfers } from './http/transfers.js';
import { createMailer } from './mail/mailer.js';
import { createTransport, type Transport } from './mail/transport.js';
import { accessRowsOf } from './schema/access-rows.js';
import { dryRun } from './schema/dry-run.js';
import { schemaOnce } from './schema/index.js';

const LARGEST_BODY = 1_000_000;

interface Dependencies {
  readonly config: Config;
  readonly database: Database;
  readonly log: Logger;
  readonly now?: () => Date;
  readonly attemptLimits?: AttemptLimits;
  /** Takes messages; what the configuration names, unless given. */
  readonly transport?: Transport;
  /** After so many milliseconds each a message that did not go out is tried again. */
  readonly tryMailAgainAfter?: readonly number[];
}

export interface App {
  /** Answers a request from the peer at this address. */
  fetch(request: Request, peer: { readonly address: string | undefined }): Promise<Response>;
  /** Ends answers that would go on by themselves. */
  endStreams(): void;
  /** Waits for what goes on after an answer. */
  close(): Promise<void>;
}

export function createApp({
  config,
  database,
  log,
  now = () => new Date(),
  attemptLimits,
  transport = createTransport(config),
  tryMailAgainAfter,
}: Dependencies): App {
  const closing = new AbortController();
  const mailer = createMailer({
    transport,
    sender: config.mailFrom,
    log,
    tryAgainAfter: tryMailAgainAfter,
  });
  const system: System = {
    client: database.client,
    pepper: config.secret,
    attempts: createAttempts(database.client, attemptLimits ?? ATTEMPT_LIMITS),
    sessionHours: config.sessionHours,
    issuer: config.publicUrl,
    mailer,
    now,
    closing: closing.signal,
  };
  const graphql = createGraphql(system, log);
  const pages = createPages({ config, system, log, matrix: matrixOnce });
  const routes = new Hono<{ Bindings: { served: Served } }>();
  const afterwards = new Set<Promise<unknown>>();

  routes.use(strictHeaders);
  routes.get('/healthz', (c) => c.text('ok\n'));
  routes.get('/readyz', async (c) => {
    try {
      await database.ping();
      return c.text('ready\n');
    } catch {
      return c.text('The database does not answer.\n', 503);
    }
  });
  routes.route('/', pages.routes);
  routes.route('/', createTransfers(system, log));
  routes.route('/', createOAuth(system, log));
  if (config.allowedOrigins.length > 0) {
    const origin = [...config.allowedOrigins];
    routes.use('/graphql', cors({ origin, credentials: true, allowMethods: ['GET', 'POST'] }));
  }
  routes.all('/graphql', (c) => graphql.fetch(c.req.raw, { served: c.env.served }));
  routes.notFound(pages.notFound);

  async function answer(request: Request, address: string | undefined): Promise<Response> {
    const started = performance.now();
    const served: Served = { request: readRequest(request, address, config) };
    const response = await routes.fetch(request, { served });
    leaveCookie(response, request, served, config);
    const { context } = served;
    const { requestId } = served.request.provenance;
    response.headers.set('x-request-id', requestId);
    logRequest(log, request, response, served, started);
    if (context?.principal) {
      later(touch(system, context), { requestId }, 'use not noted');
    }
    for (const task of context?.afterwards ?? []) {
      later(runCounted(task), { requestId }, 'not done afterwards');
    }
    return response;
  }

  function later(task: Promise<void>, facts: object, trouble: string): void {
    const done = task
      .catch((error: unknown) => log.warn({ ...facts, error }, trouble))
      .finally(() => afterwards.delete(done));
    afterwards.add(done);
  }

  return {
    fetch: (request, peer) => runCounted(() => answer(request, peer.address)),
    endStreams: () => closing.abort(),
    close: async () => {
      await Promise.allSettled(afterwards);
      await mailer.close();
    },
  };
}

function matrixOnce() {
  return { columns: ROLE_COLUMNS, lines: accessRowsOf(schemaOnce()) };
}

function createGraphql(system: System, log: Logger) {
  return createYoga<{ served: Served }, Context>({
    schema: schemaOnce(),
    graphqlEndpoint: '/graphql',
    context: async ({ served, request }) => {
      const { provenance, presented } = served.request;
      try {
        served.context = await createContext(system, provenance, presented, isDryRun(request));
        return served.context;
      } catch (error) {
        throw maskError(error, provenance.requestId, log);
      }
    },
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: false,
    batching: false,
    multipart: false,
    maxRequestBodySize: LARGEST_BODY,
    maskedErrors: { maskError: (error) => maskError(error, 'unknown', log) },
    plugins: [
      useCsrfPrevention(),
      useLimits(),
      useErrors(log),
      useRequestFacts(),
      // What comes after it marks what was executed.
      useDryRun(log, dryRun),
      useOverrideMarks(log),
      useAddressReads(log),
      useProgramLog(log),
    ],
  });
}

/**
 * A page elsewhere can post a form here with the browser's cookie or a password that the browser keeps (RFC 7617), or
 * to plant a session of its own; it cannot set a header. Reading is harmless, because the page can't see the answer.
 */
function useCsrfPrevention(): Plugin {
  const { onRequestParse } = useCSRFPrevention();
  return {
    onRequestParse: (payload) =>
      payload.request.method === 'POST' && !isBearer(payload.request)
        ? onRequestParse?.(payload)
        : undefined,
  };
}

/** What no browser sends by itself. */
function isBearer({ headers }: Request): boolean {
  return /^bearer /i.test(headers.get('authorization') ?? '');
}

/** Notes, off the request's path, that its credential is in use. */
function touch(system: System, { principal, lastUsedAt, provenance }: Context): Promise<void> {
  if (!principal) return Promise.resolve();
  const { credential } = principal;
  if (credential.kind !== 'session') {
    return touchKey(system, credential, lastUsedAt, provenance.ipAddress);
  }
  return lastUsedAt ? touchSession(system, credential.id, lastUsedAt) : Promise.resolve();
}

/** A session that began or ended in this request leaves its mark in the browser. */
function leaveCookie(
  response: Response,
  request: Request,
  { context }: Served,
  config: Config,
): void {
  const session = context?.response.session;
  if (session === undefined) return;
  const secure = isSecure(request, config.trustedProxies);
  const cookie = serialize(cookieName(secure), session?.token ?? '', {
    httpOnly: true,
    sameSite: 'Lax',
    secure,
    path: '/',
    ...(session ? { expires: session.expiresAt } : { maxAge: 0 }),
  });
  response.headers.append('set-cookie', cookie);
}

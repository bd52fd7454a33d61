import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';

import type { Denial } from '../authz/decide.js';
import type { ErrorCode } from '../errors.js';
import { maskError } from './errors.js';
import type { Served } from './request-log.js';

/** What is wrong with a parameter, where it is not `invalid_request` (RFC 6749 §5.2, RFC 8693 §2.2.2). */
const ERRORS: Readonly<Record<string, string>> = {
  grant_type: 'unsupported_grant_type',
  resource: 'invalid_target',
  scope: 'invalid_scope',
};

interface Extensions {
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly denial?: Denial;
  readonly problems?: readonly { readonly path: readonly string[]; readonly message: string }[];
}

interface Refusal {
  readonly status: ContentfulStatusCode;
  readonly error: string;
  readonly description?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Says in the words of RFC 6749 §5.2 what went wrong; whatever is not the client's to know is masked. */
export function refusalOf(error: unknown, { request }: Served, sent: Request, log: Logger) {
  const masked = maskError(error, request.provenance.requestId, log);
  const extensions = masked.extensions as unknown as Extensions;
  const refusal = inOAuth(extensions, sent.headers.get('authorization'), isIntrospection(sent));
  return {
    code: extensions.code,
    status: refusal.status,
    headers: { ...refusal.headers },
    body: {
      error: refusal.error,
      error_description: refusal.description ?? masked.message,
    },
  };
}

function inOAuth(
  { code, reason, denial, problems }: Extensions,
  authorization: string | null,
  needsHeader: boolean,
): Refusal {
  switch (code) {
    case 'INVALID_INPUT': {
      const [{ path, message } = { path: [], message: undefined }] = problems ?? [];
      const error = ERRORS[path[0] ?? ''] ?? 'invalid_request';
      return { status: 400, error, description: message };
    }
    case 'FORBIDDEN':
      return { status: 400, error: 'invalid_grant', description: reachOf(denial) };
    case 'UNAUTHENTICATED':
      // RFC 8693 §2.2.2: a bad subject_token makes the request invalid. Only a bad header is a bad client.
      return reason === 'ACT_AS_NEEDS_ACCESS_KEY' || (authorization === null && !needsHeader)
        ? { status: 400, error: 'invalid_request' }
        : { status: 401, error: 'invalid_client', headers: challenge(authorization) };
    case 'REQUEST_ENTITY_TOO_LARGE':
      return { status: 413, error: 'invalid_request' };
    case 'OVERLOADED':
    case 'CONFLICT':
      return { status: 503, error: 'temporarily_unavailable' };
    default:
      return { status: 500, error: 'server_error' };
  }
}

function isIntrospection({ url }: Request): boolean {
  return new URL(url).pathname === '/oauth/introspect';
}

/** The check that failed: the same words whether or not the person exists. */
function reachOf(denial: Denial | undefined): string | undefined {
  return denial?.checks.find(({ ok }) => !ok)?.fact;
}

/** In the scheme that the client used (RFC 6749 §5.2). */
function challenge(authorization: string | null) {
  const scheme = /^basic\b/i.test(authorization ?? '') ? 'Basic' : 'Bearer';
  return { 'www-authenticate': `${scheme} realm="Fieldgate"` };
}

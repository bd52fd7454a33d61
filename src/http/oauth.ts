import { Hono, type Context as RequestContext } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { Logger } from 'pino';

import type { Principal } from '../authz/principal.js';
import type { Context, System } from '../context.js';
import { introspect, isKey, issueAccessToken, keySet } from '../domain/access-token.js';
import { DomainError, unauthenticated } from '../errors.js';
import { refusalOf } from './oauth-errors.js';
import { wantedOf } from './oauth-exchange.js';
import { readForm, refused } from './oauth-form.js';
import { contextOf, type Served } from './request-log.js';
import { credentialOf } from './request.js';

type Env = { Bindings: { served: Served } };

/** Far more than the longest form takes that is of use. */
const LARGEST_FORM = 16_384;

/** Tokens for other services: key exchange (RFC 8693), introspection (RFC 7662), and the keys to verify them with. */
export function createOAuth(system: System, log: Logger) {
  const routes = new Hono<Env>();

  routes.use('/.well-known/jwks.json', cors());
  routes.get('/.well-known/jwks.json', (c) =>
    c.json(keySet(system), 200, { 'cache-control': 'public, max-age=3600' }),
  );

  // RFC 6749 §5.1: the answers hold credentials.
  routes.use('/oauth/*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
    c.header('pragma', 'no-cache');
  });
  routes.use('/oauth/*', bodyLimit({ maxSize: LARGEST_FORM, onError: refuseLength }));

  routes.post('/oauth/token', (c) => exchange(c, system));
  routes.post('/oauth/introspect', (c) => lookUp(c, system));
  routes.all('/oauth/:endpoint{token|introspect}', (c) =>
    c.json({ error: 'invalid_request', error_description: 'Send a POST.' }, 405, { allow: 'POST' }),
  );

  routes.onError((error, c) => {
    const { served } = c.env;
    const { code, status, headers, body } = refusalOf(error, served, c.req.raw, log);
    served.errorCodes = [code];
    return c.json(body, status, headers);
  });
  return routes;
}

async function exchange(c: RequestContext<Env>, system: System) {
  const form = await readForm(c);
  const header = headerOf(c);
  // Never the cookie: a page elsewhere can post a form with it.
  const text = header ?? form.get('subject_token');
  if (text === undefined) throw refused('subject_token', 'Present the key as subject_token.');
  if (!isKey(text)) throw refused('subject_token', ONLY_KEYS);
  const { presented } = c.env.served.request;
  const context = await contextOf(c.env.served, system, { ...presented, text });
  const request = { ...context, principal: principalOf(context) };
  const issued = await issueAccessToken(request, system, () => wantedOf(form, header));
  return c.json({
    access_token: issued.token,
    issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_type: 'Bearer',
    expires_in: issued.expiresInSeconds,
    scope: issued.permissions.join(' '),
  });
}

async function lookUp(c: RequestContext<Env>, system: System) {
  const form = await readForm(c);
  const text = headerOf(c) ?? '';
  const { accountId } = principalOf(
    await contextOf(c.env.served, system, { text: isKey(text) ? text : '' }),
  );
  const token = form.get('token');
  if (token === undefined) throw refused('token', 'Name the token in question as token.');
  const found = await introspect(system, accountId, token);
  if (!found) return c.json({ active: false });
  const { sub, act, aud, iss, exp, iat, client_id } = found.claims;
  const scope = found.permissions.join(' ');
  const known = { sub, act, aud, iss, exp, iat, client_id, scope };
  return c.json({ active: true, ...known, token_type: 'Bearer' });
}

const ONLY_KEYS =
  'Only an access key (fgk_) or an API key (fgp_) is exchanged: no session, and no token for another token.';

function refuseLength(): never {
  const message = `The form is larger than ${LARGEST_FORM} bytes.`;
  throw new DomainError('REQUEST_ENTITY_TOO_LARGE', message);
}

function headerOf({ req }: RequestContext): string | undefined {
  return credentialOf(req.header('authorization') ?? null);
}

function principalOf({ principal, unauthenticated: reason }: Context): Principal {
  if (!principal) throw unauthenticated(reason);
  return principal;
}

import type { Actor } from './actor.js';
import type { TestApp } from './app.js';
import { exchange } from './http.js';

export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/** The issuer, and so the audience of tokens for the gateway itself, unless it is configured. */
export const ISSUER = 'http://localhost:4000';

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** What an endpoint answered. */
export type Posted = Awaited<ReturnType<typeof postForm>>;

type Parameters = Readonly<Record<string, string>>;

/** Posts a form as a client of OAuth does, with these headers beside its type. */
export async function postForm(
  app: TestApp,
  path: string,
  form: Parameters | string,
  headers: Parameters = {},
) {
  const reply = await exchange(app, {
    url: `http://gateway.test${path}`,
    headers: { ...FORM, ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
  return { ...reply, body: JSON.parse(reply.text) as Record<string, unknown> };
}

/** The key with which somebody signs requests. */
export function keyOf({ headers }: Actor): string {
  return headers['authorization']?.slice('Bearer '.length) ?? '';
}

/** Exchanges the key of somebody for a token, for the gateway itself unless another audience is named. */
export function exchangeKey(actor: Actor, form: Parameters = {}): Promise<Posted> {
  const asked = {
    grant_type: EXCHANGE,
    subject_token: keyOf(actor),
    subject_token_type: ACCESS_TOKEN,
    audience: ISSUER,
    ...form,
  };
  return postForm(actor.app, '/oauth/token', asked, actor.headers);
}

/** The token that somebody's key is exchanged for. */
export async function tokenOf(actor: Actor, form: Parameters = {}): Promise<string> {
  const { status, body, text } = await exchangeKey(actor, form);
  if (status !== 200) throw new Error(`There is no token: ${text}`);
  return String(body['access_token']);
}

/** Asks, as somebody with a key, whether a token is good. */
export function introspect(actor: Actor, token: string): Promise<Posted> {
  return postForm(actor.app, '/oauth/introspect', { token }, actor.headers);
}

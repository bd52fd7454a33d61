import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { v7 as uuidv7 } from 'uuid';

import { mintToken, parseToken, PEPPER_VERSION } from '../../src/authn/token.js';
import { Actor } from './actor.js';
import { SECRET, type TestApp } from './app.js';
import { testDatabase } from './database.js';
import { exchange } from './http.js';
import type { Workspace } from './world.js';

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

/** Somebody who presents this token. */
export function bearer({ app }: Actor, token: string, headers: Parameters = {}): Actor {
  return new Actor(app, '', 'A token', '', { authorization: `Bearer ${token}`, ...headers });
}

/** A person who comes with an API key of theirs instead of a session. */
export async function withApiKey(
  { accountId }: Workspace,
  person: Actor,
  permissions: readonly string[] = [],
): Promise<Actor> {
  const { client } = await testDatabase();
  const id = uuidv7();
  const { token, secretHash } = mintToken('apiKey', id, SECRET);
  await client.accessKey.create({
    data: {
      id,
      accountId,
      userId: person.id,
      slot: 1,
      name: 'The key',
      secretHash,
      pepperVersion: PEPPER_VERSION,
      permissions: [...permissions],
    },
  });
  const headers = { authorization: `Bearer ${token}` };
  return new Actor(person.app, person.id, person.name, person.email, headers);
}

/** The row's id of the key with which somebody signs requests. */
export function keyIdOf(actor: Actor): string {
  return parseToken(keyOf(actor))?.id ?? '';
}

/** What another service finds in a token, with nothing but the published keys. */
export async function verifiedElsewhere(app: TestApp, token: string, audience: string) {
  const url = 'http://gateway.test/.well-known/jwks.json';
  const response = await app.fetch(new Request(url), { address: '192.0.2.8' });
  const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
  return jwtVerify(token, keys, { issuer: ISSUER, audience, typ: 'at+jwt' });
}

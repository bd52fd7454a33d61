import { sign, type KeyObject } from 'node:crypto';

import { currentKey } from '../../src/authn/signing-keys.js';

/** Tokens that differ from accepted ones, made by the same hands, in one thing. */
export interface Family {
  readonly accepted: readonly Row[];
  readonly refused: readonly Row[];
}

export type Row = readonly [name: string, text: string];
type Json = Readonly<Record<string, unknown>>;

export const SECRET = 'a secret of the tests, 32 characters';
export const NOW = new Date('2026-03-04T05:06:07.890Z');
export const SECONDS = Math.floor(NOW.getTime() / 1000);
export const WEEK = 7 * 24 * 60 * 60 * 1000;

export const KEY = currentKey(SECRET, NOW);
export const HEADER = { alg: 'EdDSA', typ: 'at+jwt', kid: KEY.jwk.kid };
export const CLAIMS = {
  iss: 'https://gate.example',
  sub: 'user:0195a0b1-0000-7000-8000-000000000001',
  act: { sub: 'service-account:0195a0b1-0000-7000-8000-000000000002' },
  aud: 'https://flows.example',
  iat: SECONDS,
  exp: SECONDS + 600,
  jti: '0195a0b1-0000-7000-8000-000000000003',
  client_id: '0195a0b1-0000-7000-8000-000000000004',
  account: '0195a0b1-0000-7000-8000-000000000005',
  permissions: ['dataset:create', 'role:write'],
};

export function base64url(bytes: string | Buffer): string {
  return Buffer.from(bytes).toString('base64url');
}

export function without(json: Json, name: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(json).filter(([each]) => each !== name)));
}

/** Signs two segments as they stand, whatever they are. */
export function signed(header: string, payload: string, by: KeyObject = KEY.privateKey): string {
  const input = `${header}.${payload}`;
  return `${input}.${base64url(sign(null, Buffer.from(input), by))}`;
}

export const HEADER_SEGMENT = base64url(JSON.stringify(HEADER));
export const PAYLOAD_SEGMENT = base64url(JSON.stringify(CLAIMS));
export const TOKEN = signed(HEADER_SEGMENT, PAYLOAD_SEGMENT);
export const SIGNATURE_SEGMENT = TOKEN.split('.')[2] ?? '';

export function withHeaderText(text: string): string {
  return signed(base64url(text), PAYLOAD_SEGMENT);
}

export function withHeader(changes: Json, by?: KeyObject): string {
  return signed(base64url(JSON.stringify({ ...HEADER, ...changes })), PAYLOAD_SEGMENT, by);
}

export function withPayload(bytes: string | Buffer): string {
  return signed(HEADER_SEGMENT, base64url(bytes));
}

export function withClaims(changes: Json): string {
  return withPayload(JSON.stringify({ ...CLAIMS, ...changes }));
}

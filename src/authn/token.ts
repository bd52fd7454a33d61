import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The text that a credential is presented as, or a link carries: `fgs_<id>_<secret><checksum>`.
 * The checksum lets a mistyped one be refused, and a leaked one be found by scanners, without the database.
 */
const CREDENTIALS = { session: 'fgs', accessKey: 'fgk', apiKey: 'fgp' } as const;

/** What a link in a mail carries: good for one thing and once, and never to sign a request with. */
const LINKS = { invitation: 'fgi', passwordReset: 'fgr' } as const;

const PREFIXES = { ...CREDENTIALS, ...LINKS };

export type CredentialKind = keyof typeof CREDENTIALS;
export type LinkKind = keyof typeof LINKS;
export type TokenKind = CredentialKind | LinkKind;

/** 256 bits of entropy, so a plain keyed hash is enough to keep it (no slow password hash). */
const SECRET_BYTES = 32;

export const PEPPER_VERSION = 1;

export interface ParsedToken<Kind extends TokenKind = CredentialKind> {
  readonly kind: Kind;
  /** A UUID: the handle of the row. */
  readonly id: string;
  readonly secret: string;
}

/** Makes the text for a new credential with this id, and the hash to keep of it. */
export function mintToken(kind: TokenKind, id: string, pepper: string) {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const body = `${publicPart(kind, id)}_${secret}`;
  return { token: body + checksum(body), secretHash: hashSecret(secret, pepper) };
}

/** The part of a credential's text that tells which one it is and is no secret: the user name of HTTP Basic. */
export function publicPart(kind: TokenKind, id: string): string {
  return `${PREFIXES[kind]}_${id.replaceAll('-', '')}`;
}

/** Reads a presented credential; undefined if it was never one of ours. */
export function parseToken(text: string): ParsedToken | undefined {
  return parse(text, CREDENTIALS);
}

/** Reads what a link carries; undefined if it was never one of ours, or is for something else. */
export function parseLink(kind: LinkKind, text: string): ParsedToken<LinkKind> | undefined {
  return parse<LinkKind>(text, { [kind]: LINKS[kind] });
}

function parse<Kind extends TokenKind>(
  text: string,
  prefixes: Partial<Record<Kind, string>>,
): ParsedToken<Kind> | undefined {
  const match = /^(fg[a-z])_([0-9a-f]{32})_([\w-]{43})([0-9a-f]{8})$/.exec(text);
  if (!match) return undefined;
  const [, prefix, hex = '', secret = '', sum] = match;
  const kind = (Object.keys(prefixes) as Kind[]).find((name) => prefixes[name] === prefix);
  if (!kind || checksum(text.slice(0, -8)) !== sum) return undefined;
  return { kind, id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), secret };
}

export function hashSecret(secret: string, pepper: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac('sha256', pepper).update(secret).digest());
}

/** Compares in constant time. */
export function isSecret(secret: string, hash: Uint8Array, pepper: string): boolean {
  return timingSafeEqual(hashSecret(secret, pepper), hash);
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}

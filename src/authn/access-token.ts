import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';

import { currentKey, publishedKeys } from './signing-keys.js';

/** Nobody can end one early, so each ends soon. */
const MOST_SECONDS = 10 * 60;
const MOST_CHARACTERS = 4096;

/** How far the clock of the gateway that minted it may be ahead. */
const SKEW_SECONDS = 30;

/**
 * Header, payload, and 64 bytes of signature (RFC 8032 §5.1.6), whose last character has four bits to leave empty.
 * jose would skip white space and loose bits.
 */
const FORM = /^([^.]*)\.([^.]*)\.[\w-]{85}[AQgw]$/;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export interface AccessTokenClaims {
  readonly iss: string;
  readonly sub: string;
  /** Who really acts, if not the subject (RFC 8693 §4.1). */
  readonly act?: { readonly sub: string };
  /** The one service that it is for. */
  readonly aud: string;
  readonly iat: number;
  readonly nbf?: number;
  readonly exp: number;
  readonly jti: string;
  /** The id of the access key that it was issued to. */
  readonly client_id: string;
  readonly account: string;
  readonly permissions: readonly string[];
}

interface Minting {
  readonly secret: string;
  readonly issuer: string;
  readonly now: Date;
  readonly ttlSeconds: number;
}

interface Verifying {
  readonly secret: string;
  readonly issuer: string;
  /** Undefined: whichever service it is for. */
  readonly audience: string | undefined;
  readonly now: Date;
}

/** Makes a signed access token (RFC 9068); throws rather than make one that would be refused. */
export async function mintAccessToken(
  claims: Omit<AccessTokenClaims, 'iss' | 'iat' | 'exp'>,
  { secret, issuer, now, ttlSeconds }: Minting,
): Promise<string> {
  const iat = secondsOf(now);
  const payload = { iss: issuer, ...claims, iat, exp: iat + ttlSeconds };
  if (!isClaims(payload)) throw new TypeError('These claims do not make an access token.');
  if (!isBrief(payload)) throw new RangeError(`Give it 1 to ${MOST_SECONDS} seconds.`);
  const { privateKey, jwk } = currentKey(secret, now);
  const text = await new SignJWT(payload).setProtectedHeader(headerOf(jwk.kid)).sign(privateKey);
  if (text.length > MOST_CHARACTERS) throw new RangeError('These claims are too long.');
  return text;
}

/** The claims of an access token that is ours, for the audience and in its time; undefined for any other text. */
export async function verifyAccessToken(
  text: string,
  { secret, issuer, audience, now }: Verifying,
): Promise<AccessTokenClaims | undefined> {
  const key = keyFor(text, secret, now);
  if (!key) return undefined;
  try {
    const { payload } = await jwtVerify(text, key, {
      issuer,
      ...(audience !== undefined && { audience }),
      currentDate: now,
    });
    if (!isClaims(payload) || !isBrief(payload)) return undefined;
    return payload.iat <= secondsOf(now) + SKEW_SECONDS ? payload : undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Whether a credential is to be taken for an access token, good or bad. */
export function looksLikeAccessToken(text: string): boolean {
  return /^eyJ[^.]*\.[^.]*\.[^.]*$/.test(text);
}

/** The key to verify it with; none if it is not written as we write them, to the letter. */
function keyFor(text: string, secret: string, now: Date) {
  if (text.length > MOST_CHARACTERS) return undefined;
  const [, header = '', payload = ''] = FORM.exec(text) ?? [];
  // Compared whole: alg, typ and kid are ours, and no other member is there to be obeyed (RFC 8725 §3.1, §3.11).
  const key = publishedKeys(secret, now).find(({ jwk }) => encode(headerOf(jwk.kid)) === header);
  return key && isCanonical(payload) ? key.publicKey : undefined;
}

function headerOf(kid: string) {
  return { alg: 'EdDSA', typ: 'at+jwt', kid };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** One spelling for each payload: a member given twice, other spaces or loose bits make another text. */
function isCanonical(payload: string): boolean {
  try {
    return encode(JSON.parse(Buffer.from(payload, 'base64url').toString())) === payload;
  } catch {
    return false;
  }
}

/** Whether the types are right; the values of `iss`, `aud`, `nbf` and `exp` are for jose to compare. */
function isClaims(claims: JWTPayload): claims is JWTPayload & AccessTokenClaims {
  const { sub, act, aud, iat, nbf, exp, jti, client_id, account, permissions } = claims;
  return (
    [sub, aud, client_id, account].every(isText) &&
    (act === undefined || isActor(act)) &&
    [iat, exp, nbf ?? 0].every(Number.isSafeInteger) &&
    isText(jti) &&
    UUID_V7.test(jti) &&
    Array.isArray(permissions) &&
    permissions.every(isText)
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** One actor and nobody behind it: who acts for somebody cannot be acted for. */
function isActor(act: unknown): boolean {
  if (typeof act !== 'object' || act === null) return false;
  return 'sub' in act && isText(act.sub) && Object.keys(act).length === 1;
}

function isBrief({ iat, exp }: AccessTokenClaims): boolean {
  return exp > iat && exp - iat <= MOST_SECONDS;
}

function secondsOf(now: Date): number {
  return Math.floor(now.getTime() / 1000);
}

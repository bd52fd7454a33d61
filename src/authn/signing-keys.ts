import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';

/** Counted from the epoch in UTC, so that all gateways change keys at once without talking. */
const PERIOD_MS = 7 * 24 * 60 * 60 * 1000;

/** Names what the key is for: whatever else is derived from the secret never equals it (RFC 5869 §3.2). */
const PURPOSE = 'fieldgate access token signing key';

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410 §7). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Three are in use at a time; more only where several secrets share a process. */
const MOST_DERIVED = 12;

interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: PublicJwk;
}

const derived = new Map<string, SigningKey>();

/** The key that access tokens are signed with now. */
export function currentKey(secret: string, now: Date): SigningKey {
  return keyOf(secret, periodOf(now));
}

/** The keys of the previous, the current and the next period: what verifiers accept now. */
export function publishedKeys(secret: string, now: Date): readonly SigningKey[] {
  const period = periodOf(now);
  // The next one too, so that a verifier that keeps the set knows a key before it is used.
  return [period - 1, period, period + 1].map((each) => keyOf(secret, each));
}

/** The JSON Web Key Set (RFC 7517 §5) that other services verify access tokens with. */
export function createKeySet(secret: string, now: Date): { readonly keys: readonly PublicJwk[] } {
  return { keys: publishedKeys(secret, now).map(({ jwk }) => jwk) };
}

function periodOf(now: Date): number {
  return Math.floor(now.getTime() / PERIOD_MS);
}

function keyOf(secret: string, period: number): SigningKey {
  const name = `${period} ${secret}`;
  const known = derived.get(name);
  if (known) return known;
  const key = deriveKey(secret, period);
  for (const oldest of derived.keys()) {
    if (derived.size < MOST_DERIVED) break;
    derived.delete(oldest);
  }
  derived.set(name, key);
  return key;
}

/** Derived and never stored: a copy of the database holds no private key. */
function deriveKey(secret: string, period: number): SigningKey {
  const seed = hkdfSync('sha256', secret, '', `${PURPOSE} ${period}`, 32);
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, Buffer.from(seed)]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  const { x = '' } = publicKey.export({ format: 'jwk' });
  // RFC 7638 §3: the required members alone (RFC 8037 §2 says which), in the order of their names.
  const required = JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x });
  const kid = createHash('sha256').update(required).digest('base64url');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' } as const;
  return { privateKey, publicKey, jwk };
}

import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  hkdfSync,
  sign,
  type KeyObject,
} from 'node:crypto';

import { currentKey } from '../../src/authn/signing-keys.js';
import {
  base64url,
  type Family,
  HEADER,
  KEY,
  NOW,
  PAYLOAD_SEGMENT,
  type Row,
  SECRET,
  WEEK,
  withHeader,
  withHeaderText,
  without,
} from './forging.js';

const own = generateKeyPairSync('ed25519');
const ownJwk = own.publicKey.export({ format: 'jwk' });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicBytes = Buffer.from(KEY.jwk.x, 'base64url');

function signedWith(alg: unknown, signer: (input: Buffer) => Buffer): string {
  const input = `${base64url(JSON.stringify({ ...HEADER, alg }))}.${PAYLOAD_SEGMENT}`;
  return `${input}.${base64url(signer(Buffer.from(input)))}`;
}

const hmac = (hash: string, secret: string | Buffer | KeyObject) => (input: Buffer) =>
  createHmac(hash, secret).update(input).digest();
const pem = KEY.publicKey.export({ format: 'pem', type: 'spki' }).toString();

export const algorithm: Family = {
  accepted: [
    ['EdDSA', withHeader({ alg: 'EdDSA' })],
    ['EdDSA, by way of the raw signer', signedWith('EdDSA', (i) => sign(null, i, KEY.privateKey))],
  ],
  refused: [
    ...['none', 'None', 'nOnE', 'NONE', '', 'eddsa', 'EDDSA', 'Ed25519', 'EdDSA ', 'EdDSA\0'].map(
      (alg): Row => [`${JSON.stringify(alg)}, rightly signed`, withHeader({ alg })],
    ),
    ...['none', 'None', 'nOnE'].map((alg): Row => [
      `${alg}, without a signature`,
      signedWith(alg, () => Buffer.alloc(0)),
    ]),
    ...['HS256', 'HS384', 'HS512', 'RS256', 'ES256', 'PS256', 'Ed448'].map((alg): Row => [
      `${alg} in name only`,
      withHeader({ alg }),
    ]),
    ...[['EdDSA'], 1, null, true, { name: 'EdDSA' }].map((alg): Row => [
      `alg: ${JSON.stringify(alg)}`,
      withHeader({ alg }),
    ]),
    ['alg missing', withHeaderText(without(HEADER, 'alg'))],
    ['HS256 with the public key', signedWith('HS256', hmac('sha256', publicBytes))],
    ['HS512 with the public key', signedWith('HS512', hmac('sha512', publicBytes))],
    ['HS256 with the key’s x', signedWith('HS256', hmac('sha256', KEY.jwk.x))],
    ['HS256 with the JWK', signedWith('HS256', hmac('sha256', JSON.stringify(KEY.jwk)))],
    ['HS512 with the JWK', signedWith('HS512', hmac('sha512', JSON.stringify(KEY.jwk)))],
    ['HS512 with the PEM', signedWith('HS512', hmac('sha512', pem))],
    ['HS256 with nothing', signedWith('HS256', hmac('sha256', ''))],
    ['RS256', signedWith('RS256', (input) => sign('sha256', input, rsa.privateKey))],
    [
      'ES256',
      signedWith('ES256', (input) =>
        sign('sha256', input, { key: p256.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
    ],
  ],
};

/** A key derived as ours are, but for something else, or from another secret. */
function derivedKey(secret: string, info: string): KeyObject {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', info, 32));
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}

const PERIOD = Math.floor(NOW.getTime() / WEEK);
const PURPOSE = 'fieldgate access token signing key';
const foreign = currentKey(`${SECRET}.`, NOW);
const keyOfWeek = (weeks: number) => currentKey(SECRET, new Date(NOW.getTime() + weeks * WEEK));
const withKeyOf = (weeks: number) =>
  withHeader({ kid: keyOfWeek(weeks).jwk.kid }, keyOfWeek(weeks).privateKey);

export const keys: Family = {
  accepted: [
    ['the current key', withHeader({})],
    ['the current key, derived here', withHeader({}, derivedKey(SECRET, `${PURPOSE} ${PERIOD}`))],
    ['the previous key', withKeyOf(-1)],
    ['the next key', withKeyOf(1)],
  ],
  refused: [
    ['the key before the previous', withKeyOf(-2)],
    ['the key after the next', withKeyOf(2)],
    ['the next key’s name on this one’s signature', withHeader({ kid: keyOfWeek(1).jwk.kid })],
    ['another secret’s key', withHeader({ kid: foreign.jwk.kid }, foreign.privateKey)],
    ['another secret’s key under our name', withHeader({}, foreign.privateKey)],
    [
      'a key for another purpose',
      withHeader({}, derivedKey(SECRET, `fieldgate log key ${PERIOD}`)),
    ],
    ['a key for no purpose', withHeader({}, derivedKey(SECRET, `${PERIOD}`))],
    ['a key of the caller’s', withHeader({}, own.privateKey)],
    ['kid missing', withHeaderText(without(HEADER, 'kid'))],
    ...[
      '',
      '../../../../dev/null',
      `../${HEADER.kid}`,
      `${HEADER.kid}\0`,
      `${HEADER.kid}\0.pem`,
      `${HEADER.kid} `,
      HEADER.kid.toLowerCase(),
      HEADER.kid.slice(0, -1),
      "' OR 1=1 --",
      '__proto__',
      'constructor',
      '0',
      0,
      null,
      true,
      [HEADER.kid],
      { kid: HEADER.kid },
    ].map((kid): Row => [`kid: ${JSON.stringify(kid)}`, withHeader({ kid })]),
  ],
};

export const headers: Family = {
  accepted: [['the header as we write it', withHeaderText(JSON.stringify(HEADER))]],
  refused: [
    ['jwk of the caller, signed by it', withHeader({ jwk: ownJwk }, own.privateKey)],
    [
      'jwk of the caller under its own name, signed by it',
      withHeader({ jwk: ownJwk, kid: 'own' }, own.privateKey),
    ],
    ['jwk of the caller', withHeader({ jwk: ownJwk })],
    ['jwk of ours', withHeader({ jwk: KEY.jwk })],
    ['jku', withHeader({ jku: 'https://attacker.example/jwks.json' })],
    ['x5c', withHeader({ x5c: ['MIIB'] })],
    ['x5u', withHeader({ x5u: 'https://attacker.example/cert.pem' })],
    ['x5t', withHeader({ x5t: 'AAAA' })],
    ['crit, empty', withHeader({ crit: [] })],
    ['crit, of something unknown', withHeader({ crit: ['exp'], exp: 1 })],
    ['crit, of b64', withHeader({ crit: ['b64'], b64: true })],
    ['b64: true', withHeader({ b64: true })],
    ['b64: false', withHeader({ b64: false })],
    ['b64: false with crit', withHeader({ b64: false, crit: ['b64'] })],
    ['zip', withHeader({ zip: 'DEF' })],
    ['cty', withHeader({ cty: 'JWT' })],
    ['enc', withHeader({ enc: 'A256GCM' })],
    ['use', withHeader({ use: 'enc' })],
    ['__proto__', withHeaderText(`{"__proto__":{},${JSON.stringify(HEADER).slice(1)}`)],
    ['typ missing', withHeaderText(without(HEADER, 'typ'))],
    ...['JWT', 'at+JWT', 'AT+JWT', 'application/at+jwt', 'at+jwt ', 'dpop+jwt', '', 1, null].map(
      (typ): Row => [`typ: ${JSON.stringify(typ)}`, withHeader({ typ })],
    ),
    ['alg twice', withHeaderText(`{"alg":"none",${JSON.stringify(HEADER).slice(1)}`)],
    ['kid twice', withHeaderText(`${JSON.stringify(HEADER).slice(0, -1)},"kid":"${HEADER.kid}"}`)],
    [
      'members in another order',
      withHeaderText(JSON.stringify({ kid: HEADER.kid, alg: HEADER.alg, typ: HEADER.typ })),
    ],
    ['spaces between members', withHeaderText(JSON.stringify(HEADER, null, 1))],
    ['a space behind', withHeaderText(`${JSON.stringify(HEADER)} `)],
    [
      'an escaped letter',
      withHeaderText(JSON.stringify(HEADER).replace('EdDSA', String.raw`\u0045dDSA`)),
    ],
    ['a BOM', withHeaderText(`\uFEFF${JSON.stringify(HEADER)}`)],
    ['not JSON', withHeaderText('EdDSA')],
    ...['null', '[]', '"EdDSA"', '1', `[${JSON.stringify(HEADER)}]`].map((text): Row => [
      `the header ${text.slice(0, 12)}`,
      withHeaderText(text),
    ]),
  ],
};

import {
  CLAIMS,
  type Family,
  HEADER_SEGMENT,
  PAYLOAD_SEGMENT,
  type Row,
  SECONDS,
  signed,
  SIGNATURE_SEGMENT,
  TOKEN,
  withClaims,
  withPayload,
} from './forging.js';

const PIECES = ['header', 'payload', 'signature'] as const;
type Piece = (typeof PIECES)[number];

/** The token with one segment written in another way, and signed so where the signature covers it. */
function respelt(piece: Piece, change: (segment: string) => string, token = TOKEN): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (piece === 'signature') return `${header}.${payload}.${change(signature)}`;
  return piece === 'header' ? signed(change(header), payload) : signed(header, change(payload));
}

function eachPiece(name: string, change: (segment: string) => string): Row[] {
  return PIECES.map((piece) => [`${name} the ${piece}`, respelt(piece, change)]);
}

/** Sets a bit that stands for nothing, because the last character has more bits than the bytes need. */
function loosened(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const other = segment.slice(0, -1) + (alphabet[alphabet.indexOf(segment.slice(-1)) + 1] ?? '');
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  if (!bytes(other).equals(bytes(segment))) throw new Error('This segment has no loose bits.');
  return other;
}

const middle = (text: string, inserted: string) => text.slice(0, 9) + inserted + text.slice(9);

const spaces: readonly (readonly [string, string])[] = [
  ['a space', ' '],
  ['a tab', '\t'],
  ['a line feed', '\n'],
  ['a carriage return', '\r'],
  ['a form feed', '\f'],
  ['a no-break space', '\u00A0'],
  ['a zero-width space', '\u200B'],
  ['a NUL', '\0'],
];

function inStandardAlphabet(segment: string): string {
  return segment.replaceAll('-', '+').replaceAll('_', '/');
}

/** A token in which both alphabets can be told apart: `>>>???` is encoded with - and _. */
function withBothSigns(): string {
  for (let exp = SECONDS + 1; exp <= SECONDS + 600; exp += 1) {
    const token = withClaims({ sub: '>>>???', exp });
    const [, payload = '', signature = ''] = token.split('.');
    if ([payload, signature].every((each) => each.includes('-') && each.includes('_')))
      return token;
  }
  throw new Error('No signature has both - and _.');
}

const BOTH = withBothSigns();

export const encoding: Family = {
  accepted: [
    ...eachPiece('nothing changed in', (segment) => segment),
    ['both - and _ in payload and signature', BOTH],
  ],
  refused: [
    ...spaces.flatMap(([name, space]) => [
      ...eachPiece(`${name} in front of`, (segment) => space + segment),
      ...eachPiece(`${name} inside`, (segment) => middle(segment, space)),
      ...eachPiece(`${name} behind`, (segment) => segment + space),
    ]),
    ...eachPiece('a padding sign behind', (segment) => `${segment}=`),
    ...eachPiece('two padding signs behind', (segment) => `${segment}==`),
    ...eachPiece('loose bits at the end of', loosened),
    ...eachPiece('one more character in', (segment) => `${segment}A`),
    ...eachPiece('percent-encoding in', (segment) =>
      segment.replace(/^./, (first) => `%${(first.codePointAt(0) ?? 0).toString(16)}`),
    ),
    ...eachPiece('a fullwidth letter in', (segment) => middle(segment, '\uFF21')),
    ['the payload in the standard alphabet', respelt('payload', inStandardAlphabet, BOTH)],
    ['the signature in the standard alphabet', respelt('signature', inStandardAlphabet, BOTH)],
  ],
};

const bytes = Buffer.from(SIGNATURE_SEGMENT, 'base64url');
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const withSignature = (signature: Buffer) =>
  `${HEADER_SEGMENT}.${PAYLOAD_SEGMENT}.${signature.toString('base64url')}`;
const backwards = (some: Uint8Array) => Buffer.from(some.toReversed());
const scalar = BigInt(`0x${backwards(bytes.subarray(32)).toString('hex')}`);
const half = (some: bigint) => backwards(Buffer.from(some.toString(16).padStart(64, '0'), 'hex'));
const withScalar = (other: bigint) =>
  withSignature(Buffer.concat([bytes.subarray(0, 32), half(other)]));

export const form: Family = {
  accepted: [
    ['three parts', TOKEN],
    ['as long as it may be', ofLength(4096)],
  ],
  refused: [
    ['two parts', `${HEADER_SEGMENT}.${PAYLOAD_SEGMENT}`],
    ['four parts', `${TOKEN}.${SIGNATURE_SEGMENT}`],
    ['five parts', `${TOKEN}.${PAYLOAD_SEGMENT}.${SIGNATURE_SEGMENT}`],
    ['an empty fourth part', `${TOKEN}.`],
    ['an empty first part', `.${TOKEN}`],
    ['an empty header', signed('', PAYLOAD_SEGMENT)],
    ['an empty payload', signed(HEADER_SEGMENT, '')],
    ['an empty signature', `${HEADER_SEGMENT}.${PAYLOAD_SEGMENT}.`],
    ['nothing but dots', '..'],
    ['nothing', ''],
    ['twice', TOKEN + TOKEN],
    ['twice, with a comma', `${TOKEN},${TOKEN}`],
    ['with its scheme', `Bearer ${TOKEN}`],
    ['in quotes', `"${TOKEN}"`],
    [
      'as JSON',
      JSON.stringify({
        header: HEADER_SEGMENT,
        payload: PAYLOAD_SEGMENT,
        signature: SIGNATURE_SEGMENT,
      }),
    ],
    ...[1, 32, 62, 63].map((length): Row => [
      `${length} bytes of signature`,
      withSignature(bytes.subarray(0, length)),
    ]),
    ['the last 63 bytes of signature', withSignature(bytes.subarray(1))],
    ['65 bytes of signature', withSignature(Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['the signature twice', withSignature(Buffer.concat([bytes, bytes]))],
    ['one character too long, though signed', ofLength(4097)],
    ['a megabyte of signed claims', withClaims({ permissions: ['x'.repeat(1024 * 1024)] })],
    ['a megabyte of dots', '.'.repeat(1024 * 1024)],
    ['a megabyte behind it', TOKEN + 'A'.repeat(1024 * 1024)],
  ],
};

/** A token of this length, rightly signed. */
function ofLength(length: number): string {
  const shortest = withClaims({ permissions: ['p'] });
  const about = Math.floor(((length - shortest.length) * 3) / 4);
  for (const more of [0, 1, 2, 3]) {
    const token = withClaims({ permissions: ['p'.repeat(about + more)] });
    if (token.length === length) return token;
  }
  throw new Error(`No token is ${length} characters long.`);
}

export const signature: Family = {
  accepted: [
    ['64 bytes', withSignature(bytes)],
    ['its scalar as it is', withScalar(scalar)],
  ],
  refused: [
    [
      'of another payload',
      `${HEADER_SEGMENT}.${PAYLOAD_SEGMENT}.${withClaims({ sub: 'x' }).split('.')[2]}`,
    ],
    ['of nothing', withSignature(Buffer.from(signed('', '').slice(2), 'base64url'))],
    ['all zeros', withSignature(Buffer.alloc(64))],
    ['R of zeros', withSignature(Buffer.concat([Buffer.alloc(32), bytes.subarray(32)]))],
    ['the neutral R and S of zero', withSignature(Buffer.from([1, ...Buffer.alloc(63)]))],
    ['S of zero', withScalar(0n)],
    ['S + L', withScalar(scalar + ORDER)],
    ['S + 2 L', withScalar(scalar + 2n * ORDER)],
    ['L - S', withScalar(ORDER - scalar)],
    ['S + 1', withScalar(scalar + 1n)],
    ['halves exchanged', withSignature(Buffer.concat([bytes.subarray(32), bytes.subarray(0, 32)]))],
    ['backwards', withSignature(backwards(bytes))],
  ],
};

const TEXT = JSON.stringify(CLAIMS);
const replaced = (from: string, to: string) => withPayload(TEXT.replace(from, to));

export const payload: Family = {
  accepted: [
    ['the claims as we write them', withPayload(TEXT)],
    ['with letters outside ASCII', withClaims({ sub: 'Zo\u00EB \u{1F98A}' })],
  ],
  refused: [
    ...['null', 'true', '1', '"text"', '[]', '{}', `[${TEXT}]`, JSON.stringify(TEXT)].map(
      (text): Row => [`the payload ${text.slice(0, 12)}`, withPayload(text)],
    ),
    ['not JSON', withPayload('sub=admin')],
    ['cut short', withPayload(TEXT.slice(0, -1))],
    ['a BOM', withPayload(`\uFEFF${TEXT}`)],
    ['invalid UTF-8', withPayload(Buffer.from(TEXT.replace('user:', '\u00FFuser:'), 'latin1'))],
    [
      'an overlong letter',
      withPayload(Buffer.from(TEXT.replace('user:', '\u00C1\u00B5:'), 'latin1')),
    ],
    [
      'a surrogate in UTF-8',
      withPayload(Buffer.from(TEXT.replace('user:', '\u00ED\u00A0\u0080'), 'latin1')),
    ],
    ['UTF-16', withPayload(Buffer.from(TEXT, 'utf16le'))],
    ['sub twice, the other first', withPayload(`{"sub":"user:other",${TEXT.slice(1)}`)],
    ['sub twice, the other last', withPayload(`${TEXT.slice(0, -1)},"sub":"user:other"}`)],
    ['sub twice, the same', withPayload(`${TEXT.slice(0, -1)},"sub":"${CLAIMS.sub}"}`)],
    ['a space behind', withPayload(`${TEXT} `)],
    ['a line feed in front', withPayload(`\n${TEXT}`)],
    ['spaces between members', withPayload(JSON.stringify(CLAIMS, null, 2))],
    ['an escaped letter', replaced('user:', String.raw`\u0075ser:`)],
    ['exp: 1e400', replaced(`"exp":${CLAIMS.exp}`, '"exp":1e400')],
    ['exp with a fraction of zero', replaced(`"exp":${CLAIMS.exp}`, `"exp":${CLAIMS.exp}.0`)],
    ['exp with an exponent', replaced(`"exp":${CLAIMS.exp}`, `"exp":${CLAIMS.exp}e0`)],
    ['a comment', withPayload(`${TEXT}//`)],
    ['a comma too many', withPayload(`${TEXT.slice(0, -1)},}`)],
  ],
};

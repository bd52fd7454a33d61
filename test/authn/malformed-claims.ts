import {
  CLAIMS,
  type Family,
  type Row,
  SECONDS,
  TOKEN,
  withClaims,
  withPayload,
  without,
} from './forging.js';

const claim = (name: keyof typeof CLAIMS | 'nbf', ...values: readonly unknown[]): Row[] =>
  values.map((value) => [`${name}: ${JSON.stringify(value)}`, withClaims({ [name]: value })]);

const missing = (...names: readonly (keyof typeof CLAIMS)[]): Row[] =>
  names.map((name) => [`${name} missing`, withPayload(without(CLAIMS, name))]);

/** Issued and ending so many seconds from now. */
const lasting = (iat: number, exp: number): Row => [
  `from ${iat} s to ${exp} s`,
  withClaims({ iat: SECONDS + iat, exp: SECONDS + exp }),
];

export const times: Family = {
  accepted: [
    lasting(0, 1),
    lasting(0, 600),
    lasting(-599, 1),
    lasting(30, 31),
    lasting(30, 630),
    ...claim('nbf', SECONDS, SECONDS - 600, 0),
  ],
  refused: [
    lasting(0, 601),
    lasting(-1, 600),
    lasting(-100_000, 1),
    lasting(-600, 0),
    lasting(-10, -1),
    lasting(31, 32),
    lasting(31, 631),
    lasting(10_000, 10_600),
    lasting(20, 20),
    lasting(20, 10),
    ...missing('iat', 'exp'),
    ...claim('exp', String(CLAIMS.exp), null, true, [CLAIMS.exp], {}, '', -1, 0, 1),
    ...claim('exp', SECONDS + 599.5, CLAIMS.exp * 1000, Number.MAX_SAFE_INTEGER, 1e300),
    ...claim('iat', String(SECONDS), null, true, [SECONDS], {}, '', SECONDS + 0.5, 0, -1),
    ...claim('iat', SECONDS * 1000, -1e300),
    ...claim('nbf', SECONDS + 1, SECONDS + 599, String(SECONDS), null, [SECONDS], SECONDS - 0.5),
    ...claim('nbf', -1e300),
  ],
};

const ID = CLAIMS.jti;

export const claims: Family = {
  accepted: [
    ['untouched', TOKEN],
    ['act missing: the subject acts', withPayload(without(CLAIMS, 'act'))],
    ...claim('permissions', [], ['dataset:create']),
  ],
  refused: [
    ...missing('iss', 'sub', 'aud', 'jti', 'client_id', 'account', 'permissions'),
    ...claim('iss', 'https://gate.example/', 'https://GATE.example', 'gate.example', '', null, 1),
    ...claim('iss', [CLAIMS.iss]),
    ...claim('aud', 'https://other.example', 'https://flows.example/', '', null, 1, {}),
    ...claim('aud', [CLAIMS.aud], [CLAIMS.aud, 'https://other.example'], []),
    ...claim('sub', '', null, 1, true, [CLAIMS.sub], { id: CLAIMS.sub }),
    ...claim('client_id', '', null, 1, [CLAIMS.client_id]),
    ...claim('account', '', null, 1, [CLAIMS.account]),
    ...claim('act', null, '', CLAIMS.act.sub, 1, [], {}, [CLAIMS.act], { sub: '' }, { sub: 1 }),
    ...claim('act', { sub: null }, { sub: [CLAIMS.act.sub] }, { SUB: CLAIMS.act.sub }),
    ...claim('act', { ...CLAIMS.act, act: CLAIMS.act }, { ...CLAIMS.act, iss: CLAIMS.iss }),
    ...claim('jti', '', null, 1, [ID], 'x', ID.replaceAll('-', ''), ` ${ID}`, `${ID}0`),
    ...claim('jti', ID.replace('-7', '-4'), ID.replace('-8', '-c'), ID.replace('b', 'B')),
    ...claim('permissions', null, '', 'flow:create', 1, {}, { 0: 'flow:create' }, true),
    ...claim('permissions', [1], [null], [''], [['flow:create']], ['flow:create', 1]),
  ],
};

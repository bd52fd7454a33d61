import type { DatasetFieldModel } from '../db/generated/models.js';
import { encodeId, idOf, NOWHERE } from './ids.js';

export type FieldType = DatasetFieldModel['type'];

export type Field = Pick<
  DatasetFieldModel,
  | 'id'
  | 'slot'
  | 'key'
  | 'name'
  | 'helpText'
  | 'type'
  | 'isRequired'
  | 'isUnique'
  | 'choices'
  | 'position'
> & { readonly defaultValue: Stored | null };

/** A value as it is kept: numbers and times as canonical text, a person by the row's id. */
export type Stored = string | boolean;

/** What a row keeps, by the slot of the field; an empty cell has no entry. */
export type StoredValues = Readonly<Record<string, Stored>>;

/** Why a cell cannot hold a value. */
export const CELL_REASONS = {
  REQUIRED: 'The field must be filled.',
  WRONG_TYPE: 'It is no value of the field’s type.',
  NOT_A_CHOICE: 'It is none of the field’s choices.',
  NOT_A_USER: 'It is nobody of this account.',
  TOO_LONG: 'It is longer than the field takes.',
  NOT_STORABLE: 'It holds NUL or half of a surrogate pair.',
  TAKEN: 'Another row has the same value in a unique field.',
  UNKNOWN_FIELD: 'The dataset has no such field.',
} as const;

export type CellReason = keyof typeof CELL_REASONS;

export class BadValue {
  constructor(
    readonly reason: CellReason,
    readonly message: string,
  ) {}
}

const LONGEST_TEXT = 10_000;
const LONGEST_LONG_TEXT = 100_000;
const LONGEST_EMAIL = 320;
/** As many digits as anybody counts with, and far fewer than the database can. */
const MOST_DIGITS = 60;

/**
 * The stored form of what somebody wrote into a cell; null: it is empty. A person is looked up later, with those of
 * all the other cells.
 */
export function parseValue(
  field: Pick<Field, 'type' | 'choices'>,
  input: unknown,
): Stored | null | BadValue {
  if (input === null || input === undefined || input === '') return null;
  return PARSERS[field.type](input, field);
}

/** A stored value as the API shows it. */
export function showValue({ type }: Pick<Field, 'type'>, stored: Stored): Stored {
  return type === 'USER' && typeof stored === 'string' ? encodeId('User', stored) : stored;
}

type Parser = (input: unknown, field: Pick<Field, 'choices'>) => Stored | BadValue;

const PARSERS: Readonly<Record<FieldType, Parser>> = {
  TEXT: (input) => parseText(input, LONGEST_TEXT),
  LONG_TEXT: (input) => parseText(input, LONGEST_LONG_TEXT),
  NUMBER: parseNumber,
  BOOLEAN: parseBoolean,
  DATE: parseDate,
  DATE_TIME: parseDateTime,
  CHOICE: (input, { choices }) =>
    typeof input === 'string' && choices.includes(input)
      ? input
      : new BadValue('NOT_A_CHOICE', `Choose one of: ${choices.join(', ')}.`),
  EMAIL: parseEmail,
  USER: (input) => {
    const id = typeof input === 'string' ? idOf('User', input) : NOWHERE;
    return id === NOWHERE ? new BadValue('NOT_A_USER', 'Give the id of a person.') : id;
  },
};

function parseText(input: unknown, most: number): Stored | BadValue {
  if (typeof input !== 'string') return wrongType('Give text.');
  if (input.length > most) {
    return new BadValue('TOO_LONG', `It takes at most ${most.toLocaleString('en')} characters.`);
  }
  return input.isWellFormed() && !input.includes('\0')
    ? input
    : new BadValue('NOT_STORABLE', 'Leave out NUL and broken characters.');
}

function parseNumber(input: unknown): Stored | BadValue {
  // Beyond 15 digits a JSON number may have lost some on its way, and nobody could tell.
  const text = typeof input === 'number' ? String(input) : input;
  if (typeof text !== 'string') return wrongType('Give a number, such as "12.50".');
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?\s*$/i.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole + fraction === '') return wrongType('Give a number, such as "12.50".');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  if (typeof input === 'number' && digits.replace(/0+$/, '').length > 15) {
    return wrongType('Give a number of more than 15 digits as text, such as "1234567890123456.7".');
  }
  const places = fraction.length - Number(exponent);
  const padded = digits.padEnd(digits.length - Math.min(places, 0), '0');
  if (places > MOST_DIGITS || padded.length > MOST_DIGITS) {
    return new BadValue('TOO_LONG', `A number has at most ${MOST_DIGITS} digits.`);
  }
  const scale = Math.max(places, 0);
  const long = padded.padStart(scale + 1, '0');
  const integer = long.slice(0, long.length - scale);
  const rest = long.slice(long.length - scale).replace(/0+$/, '');
  const value = rest === '' ? integer : `${integer}.${rest}`;
  return sign === '-' ? `-${value}` : value;
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

function parseBoolean(input: unknown): Stored | BadValue {
  if (typeof input === 'boolean') return input;
  const word = typeof input === 'string' ? input.trim().toLowerCase() : String(input);
  return Object.hasOwn(BOOLEANS, word) ? BOOLEANS[word] === true : wrongType('Give true or false.');
}

function parseDate(input: unknown): Stored | BadValue {
  const text = typeof input === 'string' ? input.trim() : '';
  return isDay(text) ? text : wrongType('Give a date, such as 2026-11-21.');
}

const RFC_3339 =
  /^(\d{4}-\d\d-\d\d)[Tt ]((?:[01]\d|2[0-3]):\d\d)(:\d\d)?(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function parseDateTime(input: unknown): Stored | BadValue {
  const match = typeof input === 'string' ? RFC_3339.exec(input.trim()) : null;
  const [, day = '', minute = '', second = ':00', fraction = '', zone = ''] = match ?? [];
  const moment = `${day}T${minute}${second}${fraction.slice(0, 4)}${zone.toUpperCase()}`;
  if (!match || !isDay(day) || Number.isNaN(Date.parse(moment))) {
    return wrongType('Give a time with its zone, such as 2026-11-21T10:00:00Z.');
  }
  const utc = new Date(moment).toISOString();
  return /^\d{4}-/.test(utc) && !utc.startsWith('0000')
    ? utc
    : wrongType('Give a time in the years 1 to 9999.');
}

/** Whether it is a day of the years 1 to 9999; JavaScript takes the 30th of February for the 2nd of March. */
function isDay(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return (
    Number(year) > 0 &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  );
}

function parseEmail(input: unknown): Stored | BadValue {
  const text = parseText(typeof input === 'string' ? input.trim() : input, LONGEST_EMAIL);
  if (text instanceof BadValue) return text;
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(String(text))
    ? text
    : wrongType('Give an e-mail address, such as ada@example.com.');
}

function wrongType(message: string): BadValue {
  return new BadValue('WRONG_TYPE', message);
}

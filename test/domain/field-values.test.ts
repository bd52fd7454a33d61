import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { BadValue, parseValue, showValue, type FieldType } from '../../src/domain/field-values.js';
import { globalId } from '../support/world.js';

const ADA = '01890a5d-ac96-774b-bcce-b302099a8057';

function parse(type: FieldType, input: unknown, choices: string[] = []) {
  return parseValue({ type, choices }, input);
}

/** Why a value is refused; undefined: it is not. */
function reasonOf(type: FieldType, input: unknown, choices: string[] = []) {
  const parsed = parse(type, input, choices);
  return parsed instanceof BadValue ? parsed.reason : undefined;
}

const TYPES: readonly FieldType[] = [
  'TEXT',
  'LONG_TEXT',
  'NUMBER',
  'BOOLEAN',
  'DATE',
  'DATE_TIME',
  'CHOICE',
  'EMAIL',
  'USER',
];

describe.each(TYPES)('%s', (type) => {
  test.each([[null], [undefined], ['']])('takes %j for empty', (input) => {
    expect(parse(type, input, ['Red'])).toBeNull();
  });

  test.each([[[]], [{}], [['a']], [{ value: 'a' }]])('refuses %j', (input) => {
    const reason = { CHOICE: 'NOT_A_CHOICE', USER: 'NOT_A_USER' }[type as string] ?? 'WRONG_TYPE';
    expect(reasonOf(type, input, ['Red'])).toBe(reason);
  });
});

describe.each([
  { type: 'TEXT', most: 10_000 },
  { type: 'LONG_TEXT', most: 100_000 },
] as const)('$type', ({ type, most }) => {
  test.each([
    ['one letter', 'a'],
    ['spaces, which are kept', '  a  '],
    ['only a space', ' '],
    ['several lines', 'a\r\nb\tc'],
    ['emoji', '👩‍👩‍👧‍👦 🏳️‍🌈'],
    ['right-to-left text', 'שלום \u202Bعالم\u202C'],
    ['characters that look alike, each by itself', 'e\u0301 é ﬁ fi'],
    ['what looks like markup', '<b>&amp;"\'\\'],
  ])('keeps %s', (_what, text) => {
    expect(parse(type, text)).toBe(text);
  });

  test('refuses what is no text, NUL, and half of a surrogate pair', () => {
    expect(reasonOf(type, 12)).toBe('WRONG_TYPE');
    expect(reasonOf(type, true)).toBe('WRONG_TYPE');
    for (const text of ['a\0b', '\0', '\uD83D', '\uDE00', 'a\uDE00\uD83D']) {
      expect(reasonOf(type, text)).toBe('NOT_STORABLE');
    }
  });

  test('refuses what is too long', () => {
    expect(parse(type, 'x'.repeat(most))).toBe('x'.repeat(most));
    expect(reasonOf(type, 'x'.repeat(most + 1))).toBe('TOO_LONG');
  });
});

describe('NUMBER', () => {
  test.each([
    [0, '0'],
    [-0, '0'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['0.1', '0.1'],
    [0.1, '0.1'],
    ['0e2', '0'],
    ['-0.0e-999', '0'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['+1.50', '1.5'],
    ['-01.50', '-1.5'],
    ['007', '7'],
    [' 12 ', '12'],
    ['1e3', '1000'],
    ['1E+3', '1000'],
    ['12.5e1', '125'],
    ['12.5e-3', '0.0125'],
    ['100e-2', '1'],
    [1e21, '1000000000000000000000'],
    [1e-7, '0.0000001'],
    [123_456_789_012_345, '123456789012345'],
    [1_234_567_890_123_450_000, '1234567890123450000'],
    ['1234567890123456.7', '1234567890123456.7'],
    ['9'.repeat(60), '9'.repeat(60)],
    [`-0.${'9'.repeat(60)}`, `-0.${'9'.repeat(60)}`],
    [`${'9'.repeat(30)}.${'9'.repeat(30)}`, `${'9'.repeat(30)}.${'9'.repeat(30)}`],
    ['1e59', `1${'0'.repeat(59)}`],
    ['1e-60', `0.${'0'.repeat(59)}1`],
  ])('%j is kept as %s', (input, kept) => {
    expect(parse('NUMBER', input)).toBe(kept);
  });

  test.each([
    ['twelve'],
    ['1,5'],
    ['1_000'],
    ['1 000'],
    ['1.2.3'],
    ['--1'],
    ['+'],
    ['.'],
    ['e5'],
    ['1e'],
    ['1e5.5'],
    ['0x10'],
    ['NaN'],
    ['Infinity'],
    ['١٢'],
    [' '],
    ['1\0'],
    [true],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
  ])('%j is refused', (input) => {
    expect(reasonOf('NUMBER', input)).toBe('WRONG_TYPE');
  });

  test.each([
    ['9'.repeat(61)],
    [`0.${'9'.repeat(61)}`],
    ['1e60'],
    ['12e59'],
    [`${'9'.repeat(60)}e1`],
    ['1e-61'],
    ['1e999'],
    ['1e-999'],
  ])('%j is too long', (input) => {
    expect(reasonOf('NUMBER', input)).toBe('TOO_LONG');
  });

  test.each([
    [0.1 + 0.2],
    [9_007_199_254_740_991],
    [1_234_567_890_123_456],
    [0.123_456_789_012_345_6],
  ])(
    'the JSON number %d, of more than 15 digits, is refused: some may be lost already',
    (input) => {
      expect(reasonOf('NUMBER', input)).toBe('WRONG_TYPE');
      expect(parse('NUMBER', String(input))).toBe(String(input));
    },
  );

  /** Decimals by their parts, and their value times 10^200. */
  const decimal = fc
    .record({
      sign: fc.constantFrom('', '+', '-'),
      whole: fc.stringMatching(/^\d{0,40}$/),
      fraction: fc.stringMatching(/^\d{0,40}$/),
      exponent: fc.integer({ min: -70, max: 70 }),
      hasExponent: fc.boolean(),
    })
    .filter(({ whole, fraction }) => whole + fraction !== '')
    .map(({ sign, whole, fraction, exponent, hasExponent }) => {
      const power = hasExponent ? exponent : 0;
      const amount = BigInt(whole + fraction) * 10n ** BigInt(200 - fraction.length + power);
      return {
        text: `${sign}${whole}${fraction && `.${fraction}`}${hasExponent ? `e${exponent}` : ''}`,
        value: sign === '-' ? -amount : amount,
      };
    });

  function valueOf(canonical: string): bigint {
    const [whole = '', fraction = ''] = canonical.replace('-', '').split('.');
    const amount = BigInt(whole + fraction) * 10n ** BigInt(200 - fraction.length);
    return canonical.startsWith('-') ? -amount : amount;
  }

  test('the canonical form has the same value, one spelling, and is its own canonical form', () => {
    fc.assert(
      fc.property(decimal, ({ text, value }) => {
        const kept = parse('NUMBER', text);
        if (kept instanceof BadValue) {
          expect(kept.reason).toBe('TOO_LONG');
          return;
        }
        expect(kept).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
        expect(kept).not.toBe('-0');
        expect(valueOf(String(kept))).toBe(value);
        expect(parse('NUMBER', kept)).toBe(kept);
      }),
      { numRuns: 2000 },
    );
  });

  test('a JSON number of at most 15 digits is kept exactly', () => {
    const short = fc.tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.nat(6));
    fc.assert(
      fc.property(short, ([digits, places]) => {
        const text = `${digits}e-${places}`;
        expect(parse('NUMBER', Number(text))).toBe(parse('NUMBER', text));
      }),
    );
  });
});

describe('BOOLEAN', () => {
  test.each([
    [true, true],
    ['true', true],
    [' TRUE ', true],
    ['Yes', true],
    ['1', true],
    [1, true],
    [false, false],
    ['False', false],
    ['no', false],
    ['0', false],
    [0, false],
  ])('%j is %s', (input, kept) => {
    expect(parse('BOOLEAN', input)).toBe(kept);
  });

  test.each([['maybe'], ['2'], [2], [-1], ['on'], ['constructor'], ['__proto__'], [' ']])(
    '%j is refused',
    (input) => {
      expect(reasonOf('BOOLEAN', input)).toBe('WRONG_TYPE');
    },
  );
});

describe('DATE', () => {
  test.each([
    ['2026-11-21', '2026-11-21'],
    [' 2026-11-21 ', '2026-11-21'],
    ['2024-02-29', '2024-02-29'],
    ['2000-02-29', '2000-02-29'],
    ['0001-01-01', '0001-01-01'],
    ['9999-12-31', '9999-12-31'],
  ])('%j is kept as %s', (input, kept) => {
    expect(parse('DATE', input)).toBe(kept);
  });

  test.each([
    ['2023-02-29'],
    ['1900-02-29'],
    ['2026-02-30'],
    ['2026-04-31'],
    ['2026-13-01'],
    ['2026-00-10'],
    ['2026-01-00'],
    ['0000-01-01'],
    ['10000-01-01'],
    ['-0001-01-01'],
    ['2026-1-1'],
    ['26-01-01'],
    ['21.11.2026'],
    ['11/21/2026'],
    ['2026-11-21T00:00:00Z'],
    ['20261121'],
    ['2026-11-21\0'],
    [20_261_121],
    [true],
  ])('%j is refused', (input) => {
    expect(reasonOf('DATE', input)).toBe('WRONG_TYPE');
  });
});

describe('DATE_TIME', () => {
  test.each([
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21t10:00:00z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 10:00Z', '2026-11-21T10:00:00.000Z'],
    [' 2026-11-21T10:00:00.5Z ', '2026-11-21T10:00:00.500Z'],
    ['2026-11-21T10:00:00.123456789Z', '2026-11-21T10:00:00.123Z'],
    ['2026-11-21T10:00:00+01:00', '2026-11-21T09:00:00.000Z'],
    ['2026-11-21T00:30:00+05:45', '2026-11-20T18:45:00.000Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
    ['2026-11-21T10:00:00-00:00', '2026-11-21T10:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%j is kept as %s', (input, kept) => {
    expect(parse('DATE_TIME', input)).toBe(kept);
  });

  test.each([
    ['2026-11-21T10:00:00'],
    ['2026-11-21'],
    ['2026-11-21T10Z'],
    ['2026-11-21T25:00:00Z'],
    ['2026-11-21T24:00:00Z'],
    ['2026-11-21T10:60:00Z'],
    ['2026-11-21T10:00:61Z'],
    ['2026-11-21T10:00:00+99:00'],
    ['2026-11-21T10:00:00+01:99'],
    ['2026-11-21T10:00:00+24:00'],
    ['2026-11-21T10:00:00 UTC'],
    ['2026-11-21T10:00:00.Z'],
    ['2023-02-29T10:00:00Z'],
    ['2026-02-30T10:00:00Z'],
    ['0000-12-31T00:00:00Z'],
    ['0001-01-01T00:00:00+01:00'],
    ['9999-12-31T23:59:59-01:00'],
    ['+012026-11-21T10:00:00Z'],
    [1_795_255_200_000],
    [true],
  ])('%j is refused', (input) => {
    expect(reasonOf('DATE_TIME', input)).toBe('WRONG_TYPE');
  });

  test('of one moment there is one form, whatever the zone', () => {
    const zone = fc.tuple(
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      fc.integer({ min: 0, max: 4e12 }),
    );
    fc.assert(
      fc.property(zone, ([minutes, moment]) => {
        const two = (amount: number) => String(Math.floor(amount)).padStart(2, '0');
        const local = new Date(moment + minutes * 60_000).toISOString().slice(0, -1);
        const offset = `${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
        const kept = parse('DATE_TIME', local + offset);
        expect(kept).toBe(new Date(moment).toISOString());
        expect(parse('DATE_TIME', kept)).toBe(kept);
      }),
    );
  });
});

describe('CHOICE', () => {
  const choices = ['Red', 'Green', '👍', '1'];

  test('takes the choices, to the letter', () => {
    for (const choice of choices) expect(parse('CHOICE', choice, choices)).toBe(choice);
    for (const other of ['red', ' Red', 'Blue', 1, true, 'Red\0', 'constructor']) {
      expect(reasonOf('CHOICE', other, choices)).toBe('NOT_A_CHOICE');
    }
  });
});

describe('EMAIL', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    [' Ada+x@Sub.Example.com ', 'Ada+x@Sub.Example.com'],
    ['ädä@exämple.test', 'ädä@exämple.test'],
  ])('%j is kept as %s', (input, kept) => {
    expect(parse('EMAIL', input)).toBe(kept);
  });

  test.each([
    ['ada'],
    ['ada@'],
    ['@example.com'],
    ['ada@example'],
    ['ada@.com'],
    ['ada@example..com'],
    ['a da@example.com'],
    ['ada@@example.com'],
    ['ada@example.com,bob@example.com x'],
    [' '],
    [12],
  ])('%j is refused', (input) => {
    expect(reasonOf('EMAIL', input)).toBe('WRONG_TYPE');
  });

  test('refuses what is too long or cannot be stored', () => {
    const longest = `${'a'.repeat(308)}@example.com`;
    expect(parse('EMAIL', longest)).toBe(longest);
    expect(reasonOf('EMAIL', `a${longest}`)).toBe('TOO_LONG');
    expect(reasonOf('EMAIL', 'a\0@example.com')).toBe('NOT_STORABLE');
    expect(reasonOf('EMAIL', '\uD83D@example.com')).toBe('NOT_STORABLE');
  });
});

describe('USER', () => {
  test('keeps the row’s id of a person, and shows it as the API names it', () => {
    expect(parse('USER', globalId('User', ADA))).toBe(ADA);
    expect(showValue({ type: 'USER' }, ADA)).toBe(globalId('User', ADA));
    expect(showValue({ type: 'TEXT' }, ADA)).toBe(ADA);
  });

  test.each([
    [ADA],
    [globalId('Group', ADA)],
    [globalId('ServiceAccount', ADA)],
    [`${globalId('User', ADA)}=`],
    [globalId('User', ADA.toUpperCase())],
    [globalId('User', '00000000-0000-0000-0000-000000000000')],
    ['Ada'],
    [12],
    [true],
  ])('refuses %j', (input) => {
    expect(reasonOf('USER', input)).toBe('NOT_A_USER');
  });
});

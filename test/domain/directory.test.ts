import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { nameKey } from '../../src/domain/directory.js';

describe('the key by which a name is found', () => {
  test.each([
    ['Ada Lovelace', 'ada lovelace'],
    ['  Ada \t\n Lovelace  ', 'ada lovelace'],
    ['Ａｄａ　Ｌｏｖｅｌａｃｅ', 'ada lovelace'],
    ['ﬁlippo', 'filippo'],
    ['Zoe\u0308', 'zoë'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['مريم', 'مريم'],
    ['🦊', '🦊'],
    ['', ''],
  ])('of “%s” is “%s”', (name, key) => {
    expect(nameKey(name)).toBe(key);
  });

  test('is the same for a name in any case, form and spacing', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcxyzäöéñдяあ'), minLength: 1 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
        const name = words.join(' ');
        const key = nameKey(name);
        expect(nameKey(name.toUpperCase())).toBe(key);
        expect(nameKey(name.normalize('NFD'))).toBe(key);
        expect(nameKey(`  ${words.join(' \u00A0 ')} `)).toBe(key);
      }),
    );
  });

  test('of a key is the key itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aBÄßﬁΣ 　½Å') }), (name) => {
        expect(nameKey(nameKey(name))).toBe(nameKey(name));
      }),
    );
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { ERROR_CODES } from '../../src/errors.js';
import { files, read } from './repository.js';

const codes: readonly string[] = Object.keys(ERROR_CODES);
const list = /export const ERROR_CODES = \{[^]*?\n\} as const;/;
const source = files('src', /\.ts$/)
  .map((file) => read(file).replace(list, ''))
  .join('\n');

/** The code of the server library, which refuses what is no GraphQL request before we see it. */
function yoga(): string {
  const entry = path.dirname(fileURLToPath(import.meta.resolve('graphql-yoga')));
  return readdirSync(entry, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(path.join(entry, file), 'utf8'))
    .join('\n');
}

test('every code in the list is one that somebody can get', () => {
  const library = yoga();
  const isProduced = (code: string) =>
    source.includes(`'${code}'`) || library.includes(`'${code}'`);
  expect(codes.filter((code) => !isProduced(code))).toEqual([]);
});

test('every code that the source gives is in the list', () => {
  const given = [
    ...source.matchAll(/\bcode: '([A-Z][A-Z_]+)'/g),
    ...source.matchAll(/\bnew DomainError\(\s*'(\w+)'/g),
    ...source.matchAll(/\bwithCode\([^']*'(\w+)'\)/g),
  ].map(([, code]) => code);
  expect(given.length).toBeGreaterThan(10);
  expect(given.filter((code) => !codes.includes(code ?? ''))).toEqual([]);
});

test('every meaning is one line that ends like a sentence', () => {
  for (const [code, meaning] of Object.entries(ERROR_CODES)) {
    expect(meaning, code).toMatch(/^[A-Z`].*\.$/);
  }
});

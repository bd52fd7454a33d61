import { expect, test } from 'vitest';

import { files, read } from './repository.js';

const MOST_LINES = { src: 300, test: 400 };

const code = files('.', /\.(ts|js|graphql|prisma|sql|css)$/);
const texts = files('.', /^(?!package-lock\.json).*\.(?!png$)\w+$/);

/** Where a text of the repository holds what it must not, with its line. */
function findings(list: readonly string[], pattern: RegExp): string[] {
  return list.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
}

test('nothing is left over', () => {
  // Spelt so that this file does not find itself.
  expect(findings(code, /\b(TO[D]O|FIX[M]E|X{3})\b/)).toEqual([]);
  expect(findings(code, /\.(only|skip|todo)\(|@ts-(ignore|nocheck)/)).toEqual([]);
});

test('a rule of the linter is switched off only with a reason', () => {
  expect(findings(code, /(ox|es)lint-disable(?!.* -- \w)/)).toEqual([]);
});

test('packages may come from any registry', () => {
  const pinned = /"resolved":|\bregistry\.|\bregistry *=/;
  expect(findings(['package-lock.json', '.npmrc'], pinned)).toEqual([]);
});

test('everything that is mentioned is here', () => {
  const elsewhere =
    /(\.\.\/)+shared\b|\/work\/|\b(house|platform|requirements)\.md\b|\bissues show\b/;
  expect(findings(texts, elsewhere)).toEqual([]);
  expect(findings(texts, /\bS\d\.\d+\b|\b(issue|session) #?\d+\b/i)).toEqual([]);
});

test('code is in three folders', () => {
  const folders = new Set(code.map((file) => /^.+?(?=\/)/.exec(file)?.[0]));
  expect(folders).toEqual(new Set([undefined, 'prisma', 'src', 'test']));
});

test.each(Object.entries(MOST_LINES))('no file in %s has more than %i lines', (folder, most) => {
  const long = files(folder, /\.ts$/)
    .map((file) => ({ file, lines: read(file).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > most);
  expect(long).toEqual([]);
});

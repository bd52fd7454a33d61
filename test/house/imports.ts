import path from 'node:path';

import { read } from './repository.js';

export interface Import {
  readonly from: string;
  /** A file of the repository, or the name of a package. */
  readonly to: string;
  readonly isFile: boolean;
  /** Whether nothing is left of it at run time. */
  readonly typesOnly: boolean;
}

const FROM = /^(?:import|export)\s+(?<clause>[^'";]*?)\s*\bfrom\s+'(?<specifier>[^']+)'/gm;
const ALONE = /^import\s+'(?<specifier>[^']+)'/gm;
const CALLED = /(?<clause>\btypeof\s+)?\bimport\(\s*'(?<specifier>[^']+)'\s*\)/g;

/** Everything that a file imports, in the layout that the formatter gives it. */
export function importsOf(file: string): Import[] {
  const text = read(file);
  return [FROM, ALONE, CALLED].flatMap((pattern) =>
    [...text.matchAll(pattern)].map(({ groups: { clause = '', specifier = '' } = {} }) => {
      const isFile = specifier.startsWith('.');
      return {
        from: file,
        to: isFile ? resolve(file, specifier) : packageOf(specifier),
        isFile,
        typesOnly: isTypesOnly(clause),
      };
    }),
  );
}

function resolve(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** `type X`, `typeof import()`, and braces in which every name is a type. */
function isTypesOnly(clause: string): boolean {
  if (/^type(of)?\s/.test(clause)) return true;
  const names = /^\{(?<names>[^}]*)\}$/.exec(clause)?.groups?.['names']?.split(',') ?? [];
  const listed = names.map((name) => name.trim()).filter(Boolean);
  return listed.length > 0 && listed.every((name) => name.startsWith('type '));
}

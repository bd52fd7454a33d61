import { files, read } from './repository.js';

export interface Operation {
  readonly file: string;
  readonly text: string;
}

/** What is written as `graphql(…)` in the code of the tests. */
export function typedOperations(): Operation[] {
  return files('test', /\.ts$/).flatMap((file) =>
    matches(file, /\bgraphql\(\s*`(?<text>[^`]+)`/g),
  );
}

/** The example operations. */
export function exampleOperations(): Operation[] {
  return files('src/http/examples', /\.graphql$/).map((file) => ({ file, text: read(file) }));
}

/** What the documentation shows, schemas left out. */
export function shownOperations(): Operation[] {
  return files('.', /\.md$/)
    .flatMap((file) => matches(file, /^```graphql\n(?<text>[^]*?)^```/gm))
    .filter(({ text }) => /^\s*(query|mutation|fragment|\{)/m.test(text.split('\n')[0] ?? ''));
}

function matches(file: string, pattern: RegExp): Operation[] {
  return [...read(file).matchAll(pattern)].map(({ groups }) => ({
    file,
    text: groups?.['text'] ?? '',
  }));
}

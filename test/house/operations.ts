import { files, read } from './repository.js';

export interface Operation {
  readonly file: string;
  /** Its first line. */
  readonly name: string;
  readonly text: string;
}

/** What is written as `graphql(…)` in the code of the tests. */
export function typedOperations(): Operation[] {
  return files('test', /\.ts$/).flatMap((file) => matches(file, /\bgraphql\(\s*`(?<text>[^`]+)`/g));
}

/** What our pages send. */
export function pageOperations(): Operation[] {
  return files('src/http/browser', /\.js$/).flatMap((file) =>
    matches(file, /(?<quote>[`'])(?<text>(?:query|mutation) (?:(?!\k<quote>)[^])+)\k<quote>/g),
  );
}

/** The example operations. */
export function exampleOperations(): Operation[] {
  return files('src/http/examples', /\.graphql$/).map((file) => operation(file, read(file)));
}

/** What the documentation shows, schemas left out. */
export function shownOperations(): Operation[] {
  return files('.', /\.md$/)
    .flatMap((file) => matches(file, /^```graphql\n(?<text>[^]*?)^```/gm))
    .filter(({ text }) => /^\s*(query|mutation|fragment|\{)/m.test(text.split('\n')[0] ?? ''));
}

function matches(file: string, pattern: RegExp): Operation[] {
  return [...read(file).matchAll(pattern)].map(({ groups }) =>
    operation(file, groups?.['text'] ?? ''),
  );
}

function operation(file: string, text: string): Operation {
  const [name = ''] = text.split('\n').filter((line) => /^\s*[^\s#]/.test(line));
  return { file, name: name.trim(), text };
}

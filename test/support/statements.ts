import { statementTexts } from '../../src/db/statements.js';
import type { Result } from './actor.js';
import { testApp, type TestApp } from './app.js';

export interface WatchedApp {
  readonly app: TestApp;
  /** The SQL of a request: the log has only its number of statements. */
  readonly textsOf: (result: Result) => readonly string[];
}

/** An application that remembers the SQL of its requests, which must come one after the other. */
export async function watchedApp(): Promise<WatchedApp> {
  // The clock runs inside of every request, so it gets hold of the list that the request fills.
  const requests = new Set<readonly string[]>();
  const app = await testApp({
    now: () => {
      requests.add(statementTexts());
      return new Date();
    },
  });
  return {
    app,
    textsOf: ({ statements }) => {
      const texts = [...requests].at(-1) ?? [];
      if (texts.length !== statements) throw new Error('These are the texts of another request.');
      return texts;
    },
  };
}

import type { TestApp } from './app.js';
import type { Answer } from './client.js';
import type { TypedDocumentString } from './generated/graphql.js';

/** An answer with what a test may want to know of how it came about. */
export interface Result<Data = unknown> extends Answer<Data> {
  readonly text: string;
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string;
  readonly statements: number;
  /** The same operation again, with other variables. */
  replay(variables: Record<string, unknown>): Promise<Result<Data>>;
  readonly variables: Record<string, unknown>;
}

/** Somebody who sends requests. */
export class Actor {
  constructor(
    readonly app: TestApp,
    /** Its row's id; empty for nobody. */
    readonly id: string,
    readonly name: string,
    readonly email: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  async run<Data, Variables>(
    document: TypedDocumentString<Data, Variables> | string,
    ...[variables]: Variables extends Record<string, never> ? [] : [Variables]
  ): Promise<Result<Data>> {
    const send = async (values: Record<string, unknown>): Promise<Result<Data>> => {
      const request = new Request('http://gateway.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.headers },
        body: JSON.stringify({ query: document.toString(), variables: values }),
      });
      const response = await this.app.fetch(request, { address: '192.0.2.7' });
      const text = await response.text();
      const requestId = response.headers.get('x-request-id') ?? '';
      return {
        ...(JSON.parse(text) as Answer<Data>),
        text,
        status: response.status,
        headers: response.headers,
        requestId,
        statements: this.app.lineOf(requestId).statements,
        variables: values,
        replay: send,
      };
    };
    return send(variables ?? {});
  }
}

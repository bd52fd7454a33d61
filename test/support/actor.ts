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

/** A text says nothing of its variables; a typed document that has none takes none. */
type VariablesOf<Variables> = unknown extends Variables
  ? [variables?: Record<string, unknown>]
  : Variables extends Record<string, never>
    ? []
    : [variables: Variables];

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

  /** Asks for something that is not GraphQL. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...this.headers, ...init.headers };
    const request = new Request(`http://gateway.test${path}`, { ...init, headers });
    return this.app.fetch(request, { address: '192.0.2.7' });
  }

  async run<Data, Variables>(
    document: TypedDocumentString<Data, Variables> | string,
    ...[variables]: VariablesOf<NoInfer<Variables>>
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

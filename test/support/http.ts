import type { LogLine, TestApp } from './app.js';
import type { Answer } from './client.js';

interface Sent {
  readonly url?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Where the connection comes from. */
  readonly address?: string;
}

interface Reply extends Partial<Answer<Record<string, unknown>>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly line: LogLine;
}

/** Sends a request with whatever it has on the wire; `send` of an actor is for those that are well-formed. */
export async function exchange(app: TestApp, sent: Sent): Promise<Reply> {
  const { url = 'http://gateway.test/graphql', method = 'POST', headers = {}, body } = sent;
  const request = new Request(url, {
    method,
    headers,
    ...(body !== undefined && { body, duplex: 'half' }),
  });
  const response = await app.fetch(request, { address: sent.address ?? '192.0.2.7' });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    ...(isJson && text !== '' && (JSON.parse(text) as Answer<Record<string, unknown>>)),
    status: response.status,
    headers: response.headers,
    text,
    line: app.lineOf(response.headers.get('x-request-id') ?? ''),
  };
}

/** Posts an operation as JSON. */
export function post(
  app: TestApp,
  operation: { readonly query: string; readonly variables?: object },
  { headers, ...sent }: Omit<Sent, 'body' | 'method'> = {},
): Promise<Reply> {
  return exchange(app, {
    ...sent,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { getRequestListener } from '@hono/node-server';

import type { TestApp } from './app.js';

/** The application behind a real server, which whoever asks it reaches over HTTP. */
export interface Listening extends TestApp {
  readonly address: string;
}

/** Listens on a free port of this machine, as the gateway does. */
export async function listening(app: TestApp): Promise<Listening> {
  const server = createServer(
    getRequestListener((request, { incoming }) =>
      app.fetch(request, { address: incoming.socket.remoteAddress }),
    ),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...app,
    address,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const { method, headers } = request;
      const body = method === 'GET' ? null : await request.arrayBuffer();
      return fetch(`${address}${pathname}${search}`, { method, headers, body });
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await app.close();
    },
  };
}

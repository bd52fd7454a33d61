import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Browser, chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
/** A browser talks to its maker by itself; what its pages ask of anybody is among their requests. */
const ITS_MAKER = /\.(google|googleapis|gstatic|gvt1)\.com\b/;

export interface TestBrowser {
  readonly browser: Browser;
  /** What was asked of other machines. */
  readonly outside: string[];
  close(): Promise<void>;
}

/** A browser with a profile of its own. All that is not for this machine ends at a proxy that answers nothing. */
export async function launchBrowser(): Promise<TestBrowser> {
  const outside: string[] = [];
  const note = ({ url = '' }: IncomingMessage) => {
    if (!ITS_MAKER.test(url)) outside.push(url);
  };
  const proxy = createServer((request, response) => {
    note(request);
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    note(request);
    socket.destroy();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      `--proxy-server=http://127.0.0.1:${port}`,
    ],
  });
  return {
    browser,
    outside,
    async close() {
      await browser.close();
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

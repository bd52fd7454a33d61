import type { Server } from 'node:http';

import { DEMO_PASSWORD, DEMO_PEOPLE } from '../prisma/seed.js';
import type { Config } from './config.js';
import type { Message } from './mail/message.js';

const COLUMNS = ['name', 'email', 'account', 'roles'] as const;

/** The one screen that a start prints: where to go, and what to try. */
export function welcome(config: Config, server: Server): string {
  const address = addressOf(config, server);
  const lines = ['', `  Fieldgate is ready. GraphiQL: ${address}/graphql`, ''];
  if (!config.demo) return [...lines, `  curl ${address}/readyz`, ''].join('\n');
  return [
    ...lines,
    `  The demo's people; the password of each is ${DEMO_PASSWORD}`,
    '',
    ...people().map((line) => `    ${line}`),
    '',
    `  Sign in as one of them at ${address}/, or get a token:`,
    '',
    curlSignIn(address),
    '',
  ].join('\n');
}

/** Prints what would be in somebody's mail, so that the demo goes on without a mail server. */
export function announceMail(print: (text: string) => void) {
  return ({ to, subject, link }: Message, file: string): void =>
    print(`\n  Mail for ${to}: ${subject}\n  ${link}\n  The whole of it is in ${file}\n`);
}

function addressOf({ host }: Config, server: Server): string {
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const isEverywhere = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  const name = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function people(): string[] {
  const rows = DEMO_PEOPLE.map((person) => COLUMNS.map((column) => person[column]));
  const widths = COLUMNS.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Not indented, so that the line can be copied whole. */
function curlSignIn(address: string): string {
  const [person] = DEMO_PEOPLE;
  const input = `email: "${person?.email}", password: "${DEMO_PASSWORD}", transport: BEARER`;
  const body = JSON.stringify({ query: `mutation { signIn(input: { ${input} }) { token } }` });
  return `curl ${address}/graphql -H 'content-type: application/json' -d '${body}'`;
}

import { Writable } from 'node:stream';

import { pino } from 'pino';
import { vi } from 'vitest';

import { createApp, type App } from '../../src/app.js';
import type { AttemptLimits } from '../../src/authn/attempts.js';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/db/database.js';
import type { Message } from '../../src/mail/message.js';
import { testDatabase } from './database.js';

export const SECRET = 'a secret of the tests, long enough to be one';

/** One line of the request log. */
export type LogLine = { requestId: string; statements: number } & Record<string, unknown>;

export interface TestApp extends App {
  /** The log lines of the requests so far, as they were written. */
  readonly lines: string[];
  lineOf(requestId: string): LogLine;
  /** The mails so far; with SMTP_URL in its environment it has sent them instead. */
  readonly mails: Message[];
  /** The last mail to this address, when there is one. */
  mailTo(address: string): Promise<Message>;
}

interface Options {
  readonly now?: () => Date;
  readonly attemptLimits?: AttemptLimits;
  readonly environment?: Record<string, string>;
  readonly tryMailAgainAfter?: readonly number[];
  /** Another than that of this worker. */
  readonly database?: Database;
}

/** The real application on this worker's database. */
export async function testApp(options: Options = {}): Promise<TestApp> {
  const {
    environment = {},
    now,
    tryMailAgainAfter = [],
    attemptLimits = { perPerson: 1_000, perAddress: 100_000 },
  } = options;
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const config = readConfig({ FIELDGATE_SECRET: SECRET, ...environment });
  const database = options.database ?? (await testDatabase());
  const mails: Message[] = [];
  const transport = { send: async (message: Message) => void mails.push(message) };
  const app = createApp({
    config,
    database,
    log: pino(sink),
    attemptLimits,
    tryMailAgainAfter,
    ...(config.smtpUrl === undefined && { transport }),
    ...(now && { now }),
  });
  return {
    ...app,
    lines,
    mails,
    mailTo: (address) =>
      vi.waitUntil(() => mails.findLast(({ to }) => to === address), { timeout: 15_000 }),
    lineOf(requestId) {
      const line = lines.findLast((text) => text.includes(`"requestId":"${requestId}","method"`));
      if (line === undefined) throw new Error(`No log line tells of the request ${requestId}.`);
      return JSON.parse(line) as LogLine;
    },
  };
}

let shared: Promise<TestApp> | undefined;

/** The application that the tests of this worker share. */
export function sharedApp(): Promise<TestApp> {
  shared ??= testApp();
  return shared;
}

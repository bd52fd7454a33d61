import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { createTransport as createNodemailer } from 'nodemailer';

import type { Config } from '../config.js';
import type { Message } from './message.js';

/** Hands messages to whoever carries them on. */
export interface Transport {
  /** Settles when the message is in other hands. */
  send(message: Message): Promise<void>;
}

const PATIENCE = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
const NO_OTHER_SOURCES = { disableFileAccess: true, disableUrlAccess: true };
/** That a machine wrote it, so that no other answers (RFC 3834). */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** Sends by SMTP where it is configured; elsewhere each message becomes a file. */
export function createTransport(
  { smtpUrl, mailFrom, dataDir }: Pick<Config, 'smtpUrl' | 'mailFrom' | 'dataDir'>,
  /** Told of each message that became a file. */
  announce: (message: Message, file: string) => void = () => undefined,
): Transport {
  return smtpUrl === undefined
    ? outbox(outboxOf(dataDir), mailFrom, announce)
    : smtp(smtpUrl, mailFrom);
}

/** Beside the directory of the database, which holds nothing else. */
function outboxOf(dataDir: string): string {
  return `${path.resolve(dataDir)}.outbox`;
}

function smtp(url: string, from: string): Transport {
  const options = { url, ...PATIENCE, ...NO_OTHER_SOURCES, requireTLS: needsTls(new URL(url)) };
  const nodemailer = createNodemailer(options, { from, headers: HEADERS });
  return { send: async (message) => void (await nodemailer.sendMail(contents(message))) };
}

/** A password is told to another machine only where nobody else can read it. */
function needsTls({ hostname, username }: URL): boolean {
  return username !== '' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

function outbox(
  folder: string,
  from: string,
  announce: (message: Message, file: string) => void,
): Transport {
  const options = { streamTransport: true, buffer: true, newline: 'windows' } as const;
  const nodemailer = createNodemailer(
    { ...options, ...NO_OTHER_SOURCES },
    { from, headers: HEADERS },
  );
  return {
    send: async (message) => {
      const { message: written } = await nodemailer.sendMail(contents(message));
      const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
      const file = path.join(folder, `${time}-${randomUUID().slice(0, 8)}.eml`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(file, written, { mode: 0o600, flag: 'wx' });
      announce(message, file);
    },
  };
}

function contents({ to, subject, text, html }: Message) {
  // Given in parts, an address is never read as a list of them.
  return { to: { name: '', address: to }, subject, text, html };
}

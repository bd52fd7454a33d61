import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly recipients: readonly string[];
  /** As it came over the wire. */
  readonly raw: Buffer;
}

export interface MailServer {
  readonly url: string;
  readonly received: Received[];
  close(): Promise<void>;
}

interface Behaviour {
  /** Answers a recipient; nothing: takes it. */
  readonly onRecipient?: (address: string) => Error | undefined;
  /** Answers a message; nothing: takes it. */
  readonly onMessage?: () => Error | undefined;
}

/** What a server answers that refuses: its number and its words. */
export function refusal(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode });
}

/** A real SMTP server on this machine. */
export async function mailServer({ onRecipient, onMessage }: Behaviour = {}): Promise<MailServer> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _session, done) => done(onRecipient?.(address)),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
      stream.on('end', () => {
        const refused = onMessage?.();
        const recipients = envelope.rcptTo.map(({ address }) => address);
        if (!refused) received.push({ recipients, raw: Buffer.concat(chunks) });
        done(refused);
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

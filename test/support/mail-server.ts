import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly recipients: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
  readonly email: Email;
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
    onData: async (stream, { envelope }, done) => {
      const bytes = await buffer(stream);
      const refused = onMessage?.();
      if (!refused) {
        const recipients = envelope.rcptTo.map(({ address }) => address);
        const email = await PostalMime.parse(bytes);
        received.push({ recipients, raw: bytes.toString('latin1'), email });
      }
      done(refused);
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

import { setTimeout as wait } from 'node:timers/promises';

import pLimit from 'p-limit';
import type { Logger } from 'pino';

import type { Message } from './message.js';
import { failureOf, type DeliveryProblem } from './problem.js';
import type { Transport } from './transport.js';

const MOST_AT_ONCE = 4;
const LONGEST_STOP_MS = 5_000;

/** After so many milliseconds a message that did not go out is tried again. */
const TRY_AGAIN_AFTER_MS: readonly number[] = [2_000, 10_000, 60_000];

/** Sends messages while nobody waits for them. */
export interface Mailer {
  /** Who messages come from, as readers see it. */
  readonly sender: string;
  /** Sends a message, and tells how that ended: with a problem or without. Nothing is told if the gateway stops before. */
  post(message: Message, tell?: (problem: DeliveryProblem | null) => Promise<void>): void;
  /** Waits a few seconds for what is on its way, and tries nothing again. */
  close(): Promise<void>;
}

interface Dependencies {
  readonly transport: Transport;
  readonly sender: string;
  readonly log: Pick<Logger, 'warn'>;
  readonly tryAgainAfter?: readonly number[] | undefined;
}

export function createMailer({
  transport,
  sender,
  log,
  tryAgainAfter = TRY_AGAIN_AFTER_MS,
}: Dependencies): Mailer {
  const atOnce = pLimit(MOST_AT_ONCE);
  const closing = new AbortController();
  const onTheirWay = new Set<Promise<void>>();

  async function deliver(message: Message): Promise<DeliveryProblem | null> {
    for (let tries = 0; ; tries += 1) {
      try {
        await atOnce(() => transport.send(message));
        return null;
      } catch (error) {
        const { problem, isFinal, responseCode } = failureOf(error);
        const pause = isFinal ? undefined : tryAgainAfter[tries];
        log.warn({ problem, responseCode, tries: tries + 1 }, 'mail not sent');
        if (pause === undefined) return problem;
        await wait(pause, undefined, { signal: closing.signal, ref: false });
      }
    }
  }

  return {
    sender,
    post(message, tell = async () => undefined) {
      const sending = deliver(message)
        .then(tell)
        .catch(() => {
          if (!closing.signal.aborted) log.warn('delivery of mail not noted');
        })
        .finally(() => onTheirWay.delete(sending));
      onTheirWay.add(sending);
    },
    async close() {
      closing.abort();
      const pause = wait(LONGEST_STOP_MS, undefined, { ref: false });
      await Promise.race([Promise.allSettled(onTheirWay), pause]);
    },
  };
}

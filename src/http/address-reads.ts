import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

import { recordAll } from '../audit/record.js';
import type { Context } from '../context.js';
import { maskError } from './errors.js';

/**
 * Writes an entry for each person of whom somebody else read where their sessions come from, without which there is no
 * answer.
 */
export function useAddressReads(log: Logger): Plugin<Context> {
  return {
    onExecute({ args }) {
      // Whoever signs out in the document is still who did what came before.
      const { principal } = args.contextValue;
      return {
        async onExecuteDone({ result }) {
          const { db, addressesRead, provenance } = args.contextValue;
          if (addressesRead.size === 0 || !principal || Symbol.asyncIterator in result) return;
          const events = [...addressesRead].map((id) => ({
            action: 'session.addressRead' as const,
            target: { type: 'User' as const, id },
          }));
          await recordAll(db, principal, provenance, events).catch((error: unknown) => {
            throw maskError(error, provenance.requestId, log);
          });
        },
      };
    },
  };
}

import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';

import { recordAll } from '../audit/record.js';
import type { Context } from '../context.js';
import { encodeId, FLOW_TYPENAMES } from '../domain/ids.js';
import { maskError } from './errors.js';

/**
 * Marks what only a Super Admin's override allowed: in `extensions.overrides` of the answer, and in the audit log,
 * without whose entries there is no answer.
 */
export function useOverrideMarks(log: Logger): Plugin<Context> {
  return {
    onExecute({ args }) {
      // Whoever signs out in the document is still who did what came before.
      const { principal } = args.contextValue;
      return {
        async onExecuteDone({ result, setResult }) {
          const { db, overrides, provenance } = args.contextValue;
          if (overrides.size === 0 || !principal || Symbol.asyncIterator in result) return;
          const uses = [...overrides].map(([id, { kind, permissions, audited }]) => ({
            id,
            type: FLOW_TYPENAMES[kind],
            audited,
            permissions: [...permissions].toSorted(),
          }));
          const events = uses
            .filter(({ audited }) => !audited)
            .map(({ id, type, permissions }) => ({
              action:
                type === 'Dataset' ? ('dataset.overridden' as const) : ('flow.overridden' as const),
              target: { type, id },
              after: { permissions: permissions.join(' ') },
              via: 'SUPER_ADMIN_OVERRIDE',
            }));
          if (events.length > 0) {
            await recordAll(db, principal, provenance, events).catch((error: unknown) => {
              throw maskError(error, provenance.requestId, log);
            });
          }
          const marks = uses.map(({ id, type, permissions }) => ({
            [type === 'Dataset' ? 'dataset' : 'flow']: encodeId(type, id),
            permissions,
            via: 'SUPER_ADMIN_OVERRIDE',
          }));
          setResult({ ...result, extensions: { ...result.extensions, overrides: marks } });
        },
      };
    },
  };
}

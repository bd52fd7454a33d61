import { setTimeout as pause } from 'node:timers/promises';

import { RequestCache } from '@pothos/plugin-scope-auth';

import { refresh, type Context } from '../context.js';
import { stateOf } from '../domain/dataset-import.js';
import { notFound, unauthenticated } from '../errors.js';
import { builder } from './builder.js';
import { DatasetImport, ownImport } from './dataset-import.js';

const PAUSE_MS = 500;
/** States after which nothing more happens by itself. */
const AT_REST: readonly string[] = ['READY', 'DONE', 'FAILED', 'CANCELLED'];

builder.subscriptionType({ description: 'What can be watched, over server-sent events.' });

builder.subscriptionField('datasetImportProgress', (t) =>
  t.field({
    type: DatasetImport,
    description:
      'An import that you started, whenever it has come further, until the file is READY, or the import is DONE, FAILED or CANCELLED.',
    args: { id: t.arg.id({ description: 'The id of a DatasetImport.' }) },
    authScopes: { authenticated: true },
    subscribe: (_root, { id }, context) => progress(id, context),
    resolve: (job) => job,
  }),
);

/** Asks the database, so that it does not matter which gateway does the work; rights are decided anew each time. */
async function* progress(id: string, context: Context) {
  let told: string | undefined;
  for (;;) {
    if (!context.principal) throw unauthenticated(context.unauthenticated);
    const job = await context.db.datasetImport.findFirst({ where: ownImport(id, context) });
    if (!job) throw notFound();
    const { rowCount, processed } = job;
    const state = stateOf(job, context.system.now());
    const news = JSON.stringify({ state, rowCount, processed });
    if (news !== told) yield job;
    told = news;
    if (AT_REST.includes(state) || context.system.closing.aborted) return;
    await pause(PAUSE_MS, undefined, { signal: context.system.closing }).catch(() => undefined);
    await refresh(context);
    RequestCache.clearForContext(context);
  }
}

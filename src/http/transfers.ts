import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';

import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';

import { decide, type FlowFacts } from '../authz/decide.js';
import type { DatasetPermission } from '../authz/permissions.js';
import type { Principal } from '../authz/principal.js';
import type { Context, System } from '../context.js';
import {
  assertPolicy,
  exportQuery,
  exportRows,
  getExport,
  takeExport,
  type ExportPlan,
  type ExportQuery,
} from '../domain/dataset-export.js';
import { receiveFile } from '../domain/dataset-import.js';
import { encodeId, idOf } from '../domain/ids.js';
import { visibleImports } from '../domain/visibility.js';
import { forbidden, notFound, unauthenticated, type ErrorCode } from '../errors.js';
import { csvWriter } from '../files/csv-writer.js';
import { writeXlsx, type XlsxColumn } from '../files/xlsx-writer.js';
import { maskError } from './errors.js';
import { readFile, scratchFolder } from './files.js';
import { noteRefusal } from './program-log.js';
import { contextOf, type Served } from './request-log.js';

type Env = { Bindings: { served: Served } };

/** Files on their way in and out: what mutations have prepared, streamed beside GraphQL. */
export function createTransfers(system: System, log: Logger) {
  const routes = new Hono<Env>();

  routes.put('/imports/:id', async (c) => {
    const context = await contextOf(c.env.served, system);
    const { principal, db, provenance } = context;
    if (!principal) throw unauthenticated(context.unauthenticated);
    const id = idOf('DatasetImport', c.req.param('id'));
    const job = await db.datasetImport.findFirst({
      where: { AND: [{ id }, visibleImports(principal)] },
      select: { id: true, flowId: true },
    });
    if (!job) throw notFound();
    const facts = await factsOf(context, job.flowId);
    const importing = { ...facts, import: { onlyExistingFields: true } };
    const grantId = assertMay(context, principal, 'dataset:import', importing);
    const requester = { db, principal, provenance, grantId };
    await receiveFile(requester, job, () => readFile(c.req.raw.body));
    return c.json({ import: { id: encodeId('DatasetImport', id), state: 'READY' } });
  });

  routes.get('/exports/:id', async (c) => {
    const context = await contextOf(c.env.served, system);
    const { principal, db, provenance } = context;
    if (!principal) throw unauthenticated(context.unauthenticated);
    const id = idOf('EgressRecord', c.req.param('id'));
    const egress = await getExport(db, principal, id, system.now());
    const plan = egress.selection as ExportPlan;
    const facts = await factsOf(context, egress.flowId);
    assertMay(context, principal, 'dataset:read', facts);
    const grantId = assertMay(context, principal, 'dataset:export', facts);
    await assertPolicy(db, egress.flowId, facts);
    const query = await exportQuery(db, egress.flowId, plan);
    await takeExport({ db, principal, provenance, grantId }, egress, system.now());
    const body = await (egress.format === 'XLSX' ? workbook(db, query) : csv(db, query));
    return c.body(body, 200, {
      'content-type': CONTENT_TYPES[egress.format] ?? 'application/octet-stream',
      // RFC 6266, 4.3: a name in any script.
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(egress.fileName)}`,
      'cache-control': 'no-store',
    });
  });

  routes.onError(async (error, c) => {
    const { served } = c.env;
    const { requestId } = served.request.provenance;
    const masked = maskError(error, requestId, log);
    const { message, extensions } = masked;
    const code = extensions['code'] as ErrorCode;
    served.errorCodes = [code];
    if (served.context) await noteRefusal(served.context, `${c.req.method} ${c.req.path}`, masked);
    return c.json({ errors: [{ message, extensions }] }, STATUSES[code] ?? 400);
  });
  return routes;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  CSV: 'text/csv; charset=utf-8; header=present',
  XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** What is not here is the client's to mend: 400. */
const STATUSES: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  EXPORT_NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  IMPORT_NOT_READY: 409,
  IMPORT_CANCELLED: 409,
  INTERNAL: 500,
  OVERLOADED: 503,
};

async function factsOf({ access }: Context, datasetId: string): Promise<FlowFacts> {
  const facts = await access.flow(datasetId);
  if (!facts) throw notFound();
  return facts;
}

/**
 * Rights are decided anew when the file comes or goes. Whoever does not see the dataset any more finds nothing.
 * Answers what lets the actor act as the subject.
 */
function assertMay(
  { impersonations }: Context,
  principal: Principal,
  permission: DatasetPermission,
  facts: FlowFacts,
): string | undefined {
  const decision = decide(principal, permission, facts);
  if (decision.impersonationId) impersonations.add(decision.impersonationId);
  if (decision.allowed) return decision.impersonationId;
  if (permission === 'dataset:read') throw notFound();
  throw forbidden(decision.denial);
}

function csv(db: Context['db'], query: ExportQuery): ReadableStream {
  return Readable.toWeb(Readable.from(csvText(db, query), { objectMode: false })) as ReadableStream;
}

async function* csvText(db: Context['db'], query: ExportQuery): AsyncGenerator<Buffer> {
  const columns = query.fields.map(({ name, type }) => ({ name, isText: TYPES[type] === 'text' }));
  const writer = csvWriter(columns);
  yield Buffer.from(writer.header());
  for await (const rows of exportRows(db, query)) yield Buffer.from(writer.rows(rows));
}

const TYPES: Readonly<Record<string, XlsxColumn['type']>> = {
  TEXT: 'text',
  LONG_TEXT: 'text',
  CHOICE: 'text',
  EMAIL: 'text',
  USER: 'text',
  NUMBER: 'number',
  BOOLEAN: 'boolean',
  DATE: 'date',
  DATE_TIME: 'dateTime',
};

/** A workbook is whole before its first byte goes; its file goes with the last. */
async function workbook(db: Context['db'], query: ExportQuery): Promise<ReadableStream> {
  const folder = await scratchFolder();
  try {
    const file = path.join(folder.path, 'export.xlsx');
    const columns = query.fields.map(({ name, type }) => ({ name, type: TYPES[type] ?? 'text' }));
    await writeXlsx(columns, exportRows(db, query), file);
    const stream = createReadStream(file);
    stream.once('close', () => void folder.remove());
    return Readable.toWeb(stream) as ReadableStream;
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

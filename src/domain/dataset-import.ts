import { record } from '../audit/record.js';
import type { Principal } from '../authz/principal.js';
import type { DatasetImportModel } from '../db/generated/models.js';
import type { Db, Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { RawRow, Sheet } from '../files/sheet.js';
import type { Change, Requester } from './change.js';
import { encodeId } from './ids.js';

export type ImportState = DatasetImportModel['state'];

/** So long a file and what was read of it are kept. */
const KEPT_HOURS = 24;
/** A gateway that works on an import says so more often than this; one that does not has died over it. */
const SILENT_MS = { RUNNING: 60_000, RECEIVING: 3_600_000 };
const MOST_ROWS = 1_000_000;
const GATHERED_ROWS = 800;
const GATHERED_CHARACTERS = 200_000;

/** Prepares an import of the subject's: the file is to follow. Clears away what was left lying about. */
export async function startDatasetImport(
  { tx, principal, now, record: audit }: Change,
  flowId: string,
  fileName: string,
): Promise<string> {
  const forgotten = new Date(now.getTime() - KEPT_HOURS * 3_600_000);
  await tx.datasetImport.deleteMany({ where: { createdAt: { lt: forgotten } } });
  const { id } = await tx.datasetImport.create({
    data: {
      accountId: principal.accountId,
      flowId,
      createdById: principal.subject.id,
      fileName,
    },
    select: { id: true },
  });
  await audit({ after: { importId: encodeId('DatasetImport', id), fileName } });
  return id;
}

/** The import of this dataset that the subject started. Throws NOT_FOUND. */
export async function getImport(
  tx: Pick<Tx, 'datasetImport'>,
  { subject }: Principal,
  flowId: string,
  id: string,
): Promise<DatasetImportModel> {
  const found = await tx.datasetImport.findFirst({
    where: { id, flowId, createdById: subject.id },
  });
  if (!found) throw notFound();
  return found;
}

/** Ends an import, whatever it has come to; one that runs stops at its next rows and leaves nothing. */
export async function cancelDatasetImport(
  { tx, now, record: audit }: Change,
  job: DatasetImportModel,
): Promise<void> {
  const { id } = job;
  const state = stateOf(job, now);
  const { count } = await tx.datasetImport.updateMany({
    where: { id, state: { in: ['WAITING', 'RECEIVING', 'READY', 'RUNNING'] } },
    data: { state: 'CANCELLED' },
  });
  if (count === 0) throw notReady(state);
  // Whoever runs it lets go of its rows when it stops.
  if (state !== 'RUNNING') await forget(tx, id);
  await audit({ before: { importId: encodeId('DatasetImport', id), state } });
}

/** It is not in the state that this takes; the message says what to do. */
export function notReady(state: ImportState): DomainError {
  return new DomainError('IMPORT_NOT_READY', WHAT_NOW[state], { state });
}

const WHAT_NOW: Readonly<Record<ImportState, string>> = {
  WAITING: 'Send the file first: PUT it to the import’s uploadUrl.',
  RECEIVING: 'The file is still coming in. Wait for the state READY.',
  READY: 'The file was received. Run the import, or start another for another file.',
  RUNNING: 'The import is running already.',
  DONE: 'The import has run. Start another.',
  FAILED: 'The file could not be read. Start another import.',
  CANCELLED: 'The import was cancelled. Start another.',
};

/**
 * Takes in the file of an import, batch by batch. Throws INVALID_FILE, IMPORT_NOT_READY and NOT_FOUND; a file that
 * could not be read whole leaves nothing but the reason.
 */
export async function receiveFile(
  receiver: Requester,
  { id, flowId }: Pick<DatasetImportModel, 'id' | 'flowId'>,
  read: () => Promise<Sheet>,
): Promise<void> {
  const { db, principal, provenance, grantId } = receiver;
  const { count } = await db.datasetImport.updateMany({
    where: { id, state: 'WAITING' },
    data: { state: 'RECEIVING' },
  });
  if (count === 0) throw notReady((await getImport(db, principal, flowId, id)).state);
  const event = {
    action: 'datasetImport.received',
    target: { type: 'Dataset', id: flowId },
    after: { importId: encodeId('DatasetImport', id) },
    grantId,
  } as const;
  try {
    const rows = await stage(receiver, id, await read());
    await db.$transaction(async (tx) => {
      await advance(tx, id, 'RECEIVING', { state: 'READY', rowCount: rows });
      await record(tx, principal, provenance, { ...event, after: { ...event.after, rows } });
    });
  } catch (error) {
    await forget(db, id);
    const refusal = error instanceof DomainError ? error : undefined;
    const { code, message } = refusal ?? {
      code: 'UPLOAD_BROKEN',
      message: 'The upload broke off. Start another import.',
    };
    await db.datasetImport.updateMany({
      where: { id, state: 'RECEIVING' },
      data: { state: 'FAILED', failure: { code, message, ...refusal?.extensions } as object },
    });
    await record(db, principal, provenance, event, {
      outcome: refusal ? 'REFUSED' : 'FAILED',
      code: refusal?.code ?? 'UPLOAD_BROKEN',
    });
    throw error;
  }
}

async function stage({ db }: Requester, id: string, sheet: Sheet): Promise<number> {
  let count = 0;
  let writing = Promise.resolve();
  try {
    for await (const batch of gathered(sheet.rows)) {
      const number = count + 1;
      count += batch.length;
      if (count > MOST_ROWS) throw tooManyRows();
      const json = JSON.stringify(batch);
      await writing;
      // The database keeps a batch while the next comes in.
      writing = keepBatch(db, id, number, count, json);
      writing.catch(() => undefined);
    }
    await writing;
  } finally {
    // Whoever lets go of the rows because of a failure must find them all.
    await writing.catch(() => undefined);
  }
  // What was detected is certain only now.
  const { columns, detected } = sheet;
  const { format, encoding = null, delimiter = null } = detected;
  await advance(db, id, 'RECEIVING', { columns: [...columns], format, encoding, delimiter });
  return count;
}

function tooManyRows(): DomainError {
  return new DomainError(
    'LIMIT_REACHED',
    `A file has at most ${MOST_ROWS.toLocaleString('en')} rows. Split it.`,
    { limit: MOST_ROWS },
  );
}

/** Throws IMPORT_CANCELLED. */
async function keepBatch(
  db: Db,
  id: string,
  number: number,
  count: number,
  json: string,
): Promise<void> {
  const kept = await db.$executeRaw`
    WITH moved AS (
      UPDATE dataset_import SET row_count = ${count}::int, updated_at = now()
      WHERE id = ${id}::uuid AND state = 'RECEIVING' RETURNING id
    )
    INSERT INTO dataset_import_batch (import_id, number, rows)
    SELECT id, ${number}::int, ${json} FROM moved`;
  if (kept === 0) throw cancelled();
}

/** What comes in pieces as small as the network makes them, in batches that are worth a statement. */
async function* gathered(batches: Sheet['rows']): AsyncGenerator<RawRow[]> {
  let rows: RawRow[] = [];
  let characters = 0;
  for await (const batch of batches) {
    for (const row of batch) {
      rows.push(row);
      for (const cell of row) characters += typeof cell === 'string' ? cell.length : 8;
    }
    if (rows.length >= GATHERED_ROWS || characters >= GATHERED_CHARACTERS) {
      yield rows;
      rows = [];
      characters = 0;
    }
  }
  if (rows.length > 0) yield rows;
}

type Progress = Partial<
  Pick<
    DatasetImportModel,
    'state' | 'rowCount' | 'columns' | 'format' | 'encoding' | 'delimiter' | 'processed'
  >
>;

/** Notes how far an import has come. Throws IMPORT_CANCELLED if it is no longer where it was. */
async function advance(
  db: Pick<Tx, 'datasetImport'>,
  id: string,
  from: ImportState,
  data: Progress,
): Promise<void> {
  const { count } = await db.datasetImport.updateMany({ where: { id, state: from }, data });
  if (count === 0) throw cancelled();
}

export function cancelled(): DomainError {
  return new DomainError('IMPORT_CANCELLED', 'The import was cancelled; nothing was changed.');
}

/** Lets go of the rows of a file. */
export async function forget(tx: Pick<Tx, '$executeRaw'>, id: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM dataset_import_batch WHERE import_id = ${id}::uuid`;
}

/**
 * Runs an import as the only one who does, and notes how it ended. `run` finds it by the id of the run; if somebody
 * else runs it, or it is not to be run, it finds none.
 */
export async function whileRunning<T>(
  db: Db,
  { subject }: Principal,
  { id, runId, now }: { readonly id: string; readonly runId: string; readonly now: Date },
  run: () => Promise<T>,
): Promise<T> {
  const died = new Date(now.getTime() - SILENT_MS.RUNNING);
  const { count } = await db.datasetImport.updateMany({
    where: {
      id,
      createdById: subject.id,
      OR: [{ state: 'READY' }, { state: 'RUNNING', updatedAt: { lt: died } }],
    },
    data: { state: 'RUNNING', runId, processed: 0 },
  });
  if (count === 0) return run();
  try {
    return await run();
  } catch (error) {
    const mine = { id, runId };
    await db.datasetImport.updateMany({
      where: { ...mine, state: 'RUNNING' },
      data: { state: 'READY', runId: null, processed: 0 },
    });
    const ended = await db.datasetImport.count({ where: { ...mine, state: 'CANCELLED' } });
    if (ended > 0) await forget(db, id);
    throw error;
  }
}

/** An import on which nobody works any more, although it says so, can be run again, or has failed. */
export function stateOf(
  { state, updatedAt }: Pick<DatasetImportModel, 'state' | 'updatedAt'>,
  now: Date,
): ImportState {
  const silentMs = now.getTime() - updatedAt.getTime();
  if (state === 'RUNNING' && silentMs > SILENT_MS.RUNNING) return 'READY';
  return state === 'RECEIVING' && silentMs > SILENT_MS.RECEIVING ? 'FAILED' : state;
}

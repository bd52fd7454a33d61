import { v7 as uuidv7 } from 'uuid';

import type { DatasetImportModel } from '../db/generated/models.js';
import type { Db, Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import type { RawRow } from '../files/sheet.js';
import { CellProblems } from './cell-problems.js';
import type { Change } from './change.js';
import { createFields, fieldsOf } from './dataset-field.js';
import { cancelled, forget, notReady, stateOf } from './dataset-import.js';
import type { Field } from './field-values.js';
import { encodeId } from './ids.js';
import { readCells } from './import-cells.js';
import {
  assertDecided,
  mapColumns,
  type ColumnChoice,
  type MappedColumn,
} from './import-columns.js';
import { updateByKey, type NewRow } from './import-key.js';
import { checkPeople, completed, type Parsed } from './row-cells.js';
import { asJson, insertRows, type CompleteRow } from './row-store.js';
import { claimUniqueValues } from './unique-values.js';

export interface ImportPlan {
  readonly columns: readonly ColumnChoice[];
  /** The key of the unique field by which rows are found that are to be updated. */
  readonly keyField?: string | null | undefined;
}

export interface StagedRow {
  readonly number: number;
  readonly cells: RawRow;
}

/** What the rows of a batch come to. */
export interface Counts {
  added: number;
  updated: number;
  skipped: number;
}

interface Run {
  readonly change: Change;
  readonly job: DatasetImportModel;
  readonly fields: readonly Field[];
  readonly mapped: readonly MappedColumn[];
  readonly keyField: Field | undefined;
  readonly problems: CellProblems;
  /** The keys of earlier rows of the file. */
  readonly seen: Set<string>;
  /** Rows of which no value is entered yet, with their numbers in the file. */
  readonly unclaimed: Map<string, number>;
}

/**
 * Writes all rows of a file, or none. Throws INVALID_CELLS with every cell that does not fit, UNKNOWN_COLUMNS,
 * IMPORT_NOT_READY and IMPORT_CANCELLED. `outside` is a client beside the transaction: it says how far it has come.
 */
export async function runDatasetImport(
  change: Change,
  outside: Db,
  job: DatasetImportModel,
  runId: string,
  plan: ImportPlan,
): Promise<void> {
  if (job.runId !== runId || job.state !== 'RUNNING') throw notReady(stateOf(job, change.now));
  const { tx, record } = change;
  const run = await prepare(change, job, plan);
  const counts: Counts = { added: 0, updated: 0, skipped: 0 };
  const progress: Progress = { processed: 0, isWanted: true };
  let writing = Promise.resolve();
  for (let next = staged(tx, job.id, 0); ;) {
    const rows = await next;
    const last = rows.at(-1);
    if (!last) break;
    // The database writes a batch while the next is read.
    next = staged(tx, job.id, last.number);
    const read = await readCells(tx, run.mapped, rows, run.problems);
    if (run.keyField) await writing;
    const added = complete(run, await rowsToAdd(run, read, counts));
    await writing;
    if (!progress.isWanted) throw cancelled();
    writing = writeBatch(run, added, counts);
    writing.catch(() => undefined);
    progress.processed += rows.length;
    report(outside, job.id, progress);
  }
  await writing;
  await claim(run);
  run.problems.assertNone();
  const { count } = await tx.datasetImport.updateMany({
    where: { id: job.id, state: 'RUNNING', runId },
    data: { state: 'DONE', processed: progress.processed, ...counts },
  });
  if (count === 0) throw cancelled();
  await forget(tx, job.id);
  await record({
    after: { importId: encodeId('DatasetImport', job.id), fileName: job.fileName, ...counts },
  });
}

async function prepare(change: Change, job: DatasetImportModel, plan: ImportPlan): Promise<Run> {
  const { tx, principal } = change;
  const before = await fieldsOf(tx, job.flowId);
  const mapped = mapColumns(before, job.columns, plan.columns);
  assertDecided(mapped);
  const designs = mapped.flatMap(({ design }) => design ?? []);
  const created = await createFields(tx, principal, job.flowId, before, designs);
  const fields = created.length > 0 ? await fieldsOf(tx, job.flowId) : before;
  const fresh = created.map((id) => fields.find((field) => field.id === id) ?? null);
  const placed = mapped.map((each) =>
    each.design ? { ...each, field: fresh.shift() ?? null } : each,
  );
  const keyField = keyFieldOf(placed, plan.keyField);
  return {
    change,
    job,
    fields,
    mapped: placed,
    keyField,
    problems: new CellProblems(),
    seen: new Set(),
    unclaimed: new Map(),
  };
}

/** Throws INVALID_INPUT unless the file fills the key field, and the field takes each value only once. */
function keyFieldOf(
  mapped: readonly MappedColumn[],
  key: string | null | undefined,
): Field | undefined {
  if (key == null) return undefined;
  const field = mapped.find((each) => each.field?.key === key)?.field;
  if (field?.isUnique) return field;
  throw new DomainError(
    'INVALID_INPUT',
    `Rows can be found by “${key.slice(0, 100)}” only if the field is unique and a column goes into it.`,
    {
      problems: [
        { path: ['input', 'keyField'], message: 'Name a unique field that a column goes into.' },
      ],
    },
  );
}

/** The rows of a batch that the dataset does not have yet; those that it has are updated. */
async function rowsToAdd(run: Run, read: readonly ReadRow[], counts: Counts): Promise<NewRow[]> {
  const { keyField } = run;
  return keyField
    ? updateByKey({ ...run, keyField }, read, counts)
    : read.map((row) => ({ ...row, id: uuidv7() }));
}

interface Batch {
  readonly rows: readonly (CompleteRow & { readonly number: number })[];
  readonly json: string;
}

function complete({ fields, problems }: Run, added: readonly NewRow[]): Batch {
  const rows = added.map(({ id, number, parsed }) => ({
    id,
    number,
    values: completed(fields, parsed, number, problems),
  }));
  return { rows, json: asJson(rows) };
}

async function writeBatch(run: Run, { rows, json }: Batch, counts: Counts): Promise<void> {
  const { change, job, fields, problems, keyField } = run;
  const { tx, principal, now } = change;
  await checkPeople(tx, fields, rows, problems, ({ number }) => number);
  counts.added += rows.length;
  // Nothing will be kept, and nobody is shown more of what is wrong.
  if (problems.isFull) return;
  const { accountId, subject } = principal;
  await insertRows(tx, { accountId, flowId: job.flowId, by: subject.id, now }, json);
  for (const { id, number } of rows) run.unclaimed.set(id, number);
  // With a key, a later row of the file may let go of a value that this one wants.
  if (!keyField) await claim(run);
}

const CLAIMED_TOGETHER = 5000;

async function claim({ change, job, fields, problems, unclaimed }: Run): Promise<void> {
  const ids = [...unclaimed.keys()];
  for (let at = 0; at < ids.length; at += CLAIMED_TOGETHER) {
    const some = ids.slice(at, at + CLAIMED_TOGETHER);
    await claimUniqueValues(change.tx, job.flowId, fields, some, problems, unclaimed);
  }
  unclaimed.clear();
}

export interface ReadRow {
  readonly number: number;
  readonly parsed: Parsed;
}

/** The next batch of a file, after the row of this number. */
export async function staged(
  tx: Pick<Tx, '$queryRaw'>,
  id: string,
  after: number,
): Promise<StagedRow[]> {
  const [batch] = await tx.$queryRaw<{ number: number; rows: string }[]>`
    SELECT number, rows FROM dataset_import_batch
    WHERE import_id = ${id}::uuid AND number > ${after}::int ORDER BY number LIMIT 1`;
  const rows = JSON.parse(batch?.rows ?? '[]') as RawRow[];
  return rows.map((cells, at) => ({ number: (batch?.number ?? 0) + at, cells }));
}

interface Progress {
  processed: number;
  /** Whether nobody has cancelled it. */
  isWanted: boolean;
}

/** Beside the transaction, so that others see it; what cannot be written now is written with the next rows. */
function report(outside: Db, id: string, progress: Progress): void {
  const { processed } = progress;
  outside.datasetImport
    .updateMany({ where: { id, state: 'RUNNING' }, data: { processed } })
    .then(({ count }) => (progress.isWanted &&= count > 0))
    .catch(() => undefined);
}

import { v7 as uuidv7 } from 'uuid';

import { DomainError, invalidInput } from '../errors.js';
import { CellProblems } from './cell-problems.js';
import type { Change } from './change.js';
import { fieldsOf } from './dataset-field.js';
import type { Field } from './field-values.js';
import { encodeId, idOf } from './ids.js';
import {
  checkPeople,
  completed,
  merge,
  parseCells,
  requireKept,
  same,
  showValues,
  type Cells,
} from './row-cells.js';
import { asJson, insertRows, keepHistory, lockRows, writeRows, type Row } from './row-store.js';
import { claimUniqueValues, releaseUniqueValues } from './unique-values.js';

const MOST_ROWS = 1000;

interface RowEdit {
  readonly id: string;
  readonly version: number;
  readonly values: Cells;
}

/** Adds rows in the order given; cells left out get their field's default. Throws INVALID_CELLS, and nothing is added. */
export async function addDatasetRows(
  change: Change,
  flowId: string,
  rows: readonly Cells[],
): Promise<string[]> {
  limit(rows);
  const { tx, principal, now, record } = change;
  const fields = await fieldsOf(tx, flowId);
  const problems = new CellProblems();
  const written = rows.map((cells, at) => {
    const parsed = parseCells(fields, cells, at, problems);
    return { id: uuidv7(), values: completed(fields, parsed, at, problems) };
  });
  await checkPeople(tx, fields, written, problems);
  problems.assertNone();
  await insertRows(
    tx,
    { accountId: principal.accountId, flowId, by: principal.subject.id, now },
    asJson(written),
  );
  const ids = written.map(({ id }) => id);
  await claimUniqueValues(tx, flowId, fields, ids, problems);
  problems.assertNone();
  await keepHistory(
    change,
    flowId,
    'ADDED',
    fields,
    written.map(({ id: rowId, values: after }) => ({ rowId, before: {}, after })),
  );
  await record({ after: { rows: rows.length } });
  return ids;
}

/**
 * Writes the cells that are given and keeps the others. Throws STALE_ROWS with the rows as they are if any of them was
 * changed or removed since its version was read, and INVALID_CELLS; nothing is written then.
 */
export async function updateDatasetRows(
  change: Change,
  flowId: string,
  edits: readonly RowEdit[],
): Promise<string[]> {
  limit(edits);
  const { tx, principal, now, record } = change;
  const fields = await fieldsOf(tx, flowId);
  const current = await lockRows(tx, flowId, edits);
  assertFresh(fields, edits, current);
  const problems = new CellProblems();
  const edited = edits.map(({ id, values }, at) => {
    const before = current.get(id)?.values ?? {};
    const parsed = parseCells(fields, values, at, problems);
    requireKept(fields, parsed, at, problems);
    return { id, before, parsed, values: merge(before, parsed) };
  });
  await checkPeople(
    tx,
    fields,
    edited.map(({ parsed }) => ({ values: merge({}, parsed) })),
    problems,
  );
  problems.assertNone();
  const changed = edited.filter(({ before, values }) => !same(before, values));
  await writeRows(tx, flowId, changed, principal.subject.id, now);
  const ids = changed.map(({ id }) => id);
  await releaseUniqueValues(tx, flowId, fields, ids);
  const places = new Map(edits.map(({ id }, at) => [id, at]));
  await claimUniqueValues(tx, flowId, fields, ids, problems, places);
  problems.assertNone();
  await keepHistory(
    change,
    flowId,
    'UPDATED',
    fields,
    changed.map(({ id: rowId, before, values: after }) => ({ rowId, before, after })),
  );
  await record({ after: { rows: changed.length } });
  return edits.map(({ id }) => id);
}

/** Removes rows. Throws STALE_ROWS like `updateDatasetRows`; without a version a row goes as it is. */
export async function removeDatasetRows(
  change: Change,
  flowId: string,
  rows: readonly { readonly id: string; readonly version?: number | null | undefined }[],
): Promise<void> {
  limit(rows);
  const { tx, record } = change;
  const fields = await fieldsOf(tx, flowId);
  const current = await lockRows(tx, flowId, rows);
  assertFresh(fields, rows, current);
  const ids = [...current.keys()];
  await tx.$executeRaw`
    DELETE FROM dataset_row WHERE flow_id = ${flowId}::uuid AND id = ANY(${ids}::uuid[])`;
  const gone = [...current].map(([rowId, { values: before }]) => ({ rowId, before, after: {} }));
  await keepHistory(change, flowId, 'REMOVED', fields, gone);
  await record({ before: { rows: ids.length } });
}

function limit(rows: readonly unknown[]): void {
  if (rows.length > 0 && rows.length <= MOST_ROWS) return;
  const message = `Give 1 to ${MOST_ROWS.toLocaleString('en')} rows.`;
  throw invalidInput([{ path: ['input', 'rows'], message }]);
}

function assertFresh(
  fields: readonly Field[],
  asked: readonly { readonly id: string; readonly version?: number | null | undefined }[],
  current: ReadonlyMap<string, Row>,
): void {
  const stale = asked.filter(({ id, version }) => {
    const row = current.get(id);
    return !row || (version != null && row.version !== version);
  });
  if (stale.length === 0) return;
  throw new DomainError(
    'STALE_ROWS',
    'Somebody changed or removed these rows in the meantime. Nothing was written; here they are as they are now.',
    {
      rows: stale.map(({ id }) => {
        const row = current.get(id);
        return {
          id: encodeId('DatasetRow', id),
          version: row?.version ?? null,
          values: row ? showValues(fields, row.values) : null,
        };
      }),
    },
  );
}

/** The row's id behind the id that the API gives it. */
export function rowIdOf(globalId: string): string {
  return idOf('DatasetRow', globalId);
}

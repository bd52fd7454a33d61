import { v7 as uuidv7 } from 'uuid';

import type { DatasetImportModel } from '../db/generated/models.js';
import type { Tx } from '../db/scoped.js';
import type { CellProblems } from './cell-problems.js';
import type { Change } from './change.js';
import { BadValue, type Field, type Stored } from './field-values.js';
import type { Counts, ReadRow } from './import-run.js';
import { checkPeople, merge, requireKept, same } from './row-cells.js';
import { keepHistory, lockRows, writeRows } from './row-store.js';
import { releaseUniqueValues } from './unique-values.js';

interface KeyedRun {
  readonly change: Change;
  readonly job: DatasetImportModel;
  readonly fields: readonly Field[];
  readonly keyField: Field;
  readonly problems: CellProblems;
  readonly seen: Set<string>;
  /** Rows of which no value is entered yet, with their numbers in the file. */
  readonly unclaimed: Map<string, number>;
}

export type NewRow = ReadRow & { readonly id: string };

/** Updates the rows whose key the file names, and gives those that are to be added. */
export async function updateByKey(
  run: KeyedRun,
  all: readonly ReadRow[],
  counts: Counts,
): Promise<NewRow[]> {
  const { change, job, fields, keyField, problems, unclaimed } = run;
  const { tx, principal, now } = change;
  const keyOf = ({ parsed }: ReadRow) => parsed.get(keyField.slot) ?? null;
  const rows = all.filter((row) => isFirst(run, row.number, keyOf(row)));
  const known = await findByKey(tx, keyField, rows.map(keyOf));
  const idOfRow = (row: ReadRow) => {
    const key = keyOf(row);
    return key === null ? undefined : known.get(String(key));
  };
  const found = rows.flatMap((row) => {
    const id = idOfRow(row);
    return id === undefined ? [] : [{ ...row, id }];
  });
  const current = await lockRows(tx, job.flowId, distinct(found));
  const edited = found.map(({ id, number, parsed }) => {
    const before = current.get(id)?.values ?? {};
    requireKept(fields, parsed, number, problems);
    return { id, number, before, values: merge(before, parsed), given: merge({}, parsed) };
  });
  const changed = edited.filter(({ before, values }) => !same(before, values));
  counts.updated += changed.length;
  counts.skipped += edited.length - changed.length;
  await checkPeople(
    tx,
    fields,
    edited.map(({ number, given }) => ({ number, values: given })),
    problems,
    ({ number }) => number,
  );
  if (!problems.isFull) {
    await writeRows(tx, job.flowId, changed, principal.subject.id, now);
    await releaseUniqueValues(
      tx,
      job.flowId,
      fields,
      changed.map(({ id }) => id),
    );
    for (const { id, number } of changed) unclaimed.set(id, number);
    const kept = changed.map(({ id: rowId, before, values: after }) => ({ rowId, before, after }));
    await keepHistory(change, job.flowId, 'UPDATED', fields, kept);
  }
  return rows.filter((row) => idOfRow(row) === undefined).map((row) => ({ ...row, id: uuidv7() }));
}

/** A file that names a row twice does not say what it is to hold. */
function isFirst(
  { keyField, seen, problems }: KeyedRun,
  number: number,
  key: Stored | null,
): boolean {
  if (key === null) return true;
  if (seen.has(String(key))) {
    const message = 'An earlier row of the file has the same key.';
    problems.add(number, keyField.key, new BadValue('TAKEN', message));
    return false;
  }
  seen.add(String(key));
  return true;
}

function distinct<T extends { readonly id: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

async function findByKey(
  tx: Tx,
  { id, slot }: Field,
  keys: readonly (Stored | null)[],
): Promise<Map<string, string>> {
  const texts = keys.filter((key) => key !== null).map(String);
  const found = await tx.$queryRaw<{ row_id: string; key: string }[]>`
    SELECT u.row_id, r."values" ->> ${String(slot)} AS key
    FROM dataset_unique_value u
    JOIN dataset_row r ON r.flow_id = u.flow_id AND r.id = u.row_id
    WHERE u.field_id = ${id}::uuid
      AND u.digest IN (SELECT sha256(convert_to(k, 'UTF8')) FROM unnest(${texts}::text[]) AS k)`;
  return new Map(found.map(({ row_id, key }) => [key, row_id]));
}

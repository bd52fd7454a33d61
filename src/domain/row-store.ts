import { v7 as uuidv7 } from 'uuid';

import type { RowChangeKind } from '../db/generated/enums.js';
import type { Tx } from '../db/scoped.js';
import { invalidInput } from '../errors.js';
import type { Change } from './change.js';
import { showValue, type Field, type Stored, type StoredValues } from './field-values.js';

export interface Row {
  readonly id: string;
  readonly version: number;
  readonly values: StoredValues;
}

interface Recorded {
  readonly rowId: string;
  readonly before: StoredValues;
  readonly after: StoredValues;
}

interface Origin {
  readonly accountId: string;
  readonly flowId: string;
  readonly by: string;
  readonly now: Date;
}

export interface CompleteRow {
  readonly id: string;
  readonly values: StoredValues;
}

/** Rows as a statement takes them, whatever their number. */
export function asJson(rows: readonly CompleteRow[]): string {
  return JSON.stringify(rows.map(({ id, values }) => ({ id, values })));
}

/** Writes new rows, given `asJson`, with one statement. */
export async function insertRows(
  tx: Tx,
  { accountId, flowId, by, now }: Origin,
  rows: string,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO dataset_row (id, account_id, flow_id, "values", created_by_id, created_at, updated_by_id, updated_at)
    SELECT r.id, ${accountId}::uuid, ${flowId}::uuid, r."values", ${by}::uuid, ${now}, ${by}::uuid, ${now}
    FROM jsonb_to_recordset(${rows}::jsonb) AS r(id uuid, "values" jsonb)`;
}

/** Replaces the values of rows with one statement. */
export async function writeRows(
  tx: Tx,
  flowId: string,
  rows: readonly CompleteRow[],
  by: string,
  now: Date,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE dataset_row r
    SET "values" = w."values", version = r.version + 1, updated_by_id = ${by}::uuid, updated_at = ${now}
    FROM jsonb_to_recordset(${asJson(rows)}::jsonb) AS w(id uuid, "values" jsonb)
    WHERE r.flow_id = ${flowId}::uuid AND r.id = w.id`;
}

/** The rows as they are; nobody changes them until the transaction ends. */
export async function lockRows(
  tx: Tx,
  flowId: string,
  rows: readonly { readonly id: string }[],
): Promise<Map<string, Row>> {
  const ids = rows.map(({ id }) => id);
  if (new Set(ids).size < ids.length) {
    throw invalidInput([{ path: ['input', 'rows'], message: 'Name each row once.' }]);
  }
  const found = await tx.$queryRaw<Row[]>`
    SELECT id, version, "values" FROM dataset_row
    WHERE flow_id = ${flowId}::uuid AND id = ANY(${ids}::uuid[])
    ORDER BY id FOR UPDATE`;
  return new Map(found.map((row) => [row.id, row]));
}

/** Keeps what was done to each row, cell by cell, with one statement. */
export async function keepHistory(
  { tx, principal, now }: Change,
  flowId: string,
  kind: RowChangeKind,
  fields: readonly Field[],
  rows: readonly Recorded[],
): Promise<void> {
  const changes = rows.map(({ rowId, before, after }) => ({
    id: uuidv7(),
    row_id: rowId,
    cells: fields.flatMap((field) => {
      const [from, to] = [before[field.slot], after[field.slot]];
      if (from === to) return [];
      const shown = (value: Stored | undefined) =>
        value === undefined ? null : showValue(field, value);
      return [{ field: field.id, name: field.name, before: shown(from), after: shown(to) }];
    }),
  }));
  if (changes.length === 0) return;
  const { accountId, subject, actor } = principal;
  await tx.$executeRaw`
    INSERT INTO dataset_row_change (id, account_id, flow_id, row_id, kind, cells, at, subject_id, actor_id)
    SELECT c.id, ${accountId}::uuid, ${flowId}::uuid, c.row_id, ${kind}::row_change_kind, c.cells, ${now},
           ${subject.id}::uuid, ${actor.id}::uuid
    FROM jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) AS c(id uuid, row_id uuid, cells jsonb)`;
}

import type { Tx } from '../db/scoped.js';
import { DomainError } from '../errors.js';
import { showValue, type Field, type Stored } from './field-values.js';
import { encodeId } from './ids.js';

/** More would not help anybody who mends them. */
const MOST_SHOWN = 100;

export interface Offender {
  readonly id: string;
  readonly value: unknown;
}

/** Rows hold what a field could not have. Lists the first hundred. */
export function rowsInTheWay(what: string, offenders: readonly Offender[]): DomainError {
  return new DomainError('ROWS_IN_THE_WAY', `${what} Mend these rows first; nothing was changed.`, {
    rows: offenders
      .slice(0, MOST_SHOWN)
      .map(({ id, value }) => ({ id: encodeId('DatasetRow', id), value })),
    hasMore: offenders.length > MOST_SHOWN,
  });
}

/** Throws ROWS_IN_THE_WAY if a row is empty where it must not be. */
export async function assertFilled(tx: Tx, flowId: string, { slot, name }: Field): Promise<void> {
  const empty = await tx.$queryRaw<Offender[]>`
    SELECT id, NULL AS value FROM dataset_row
    WHERE flow_id = ${flowId}::uuid AND NOT jsonb_exists("values", ${String(slot)})
    ORDER BY id LIMIT ${MOST_SHOWN + 1}::int`;
  if (empty.length > 0) {
    throw rowsInTheWay(`“${name}” must be filled, and some rows are empty there.`, empty);
  }
}

/** Enters all that rows hold in a field that becomes unique. Throws ROWS_IN_THE_WAY for values that several have. */
export async function claimAllValues(
  tx: Tx,
  flowId: string,
  before: Field,
  after: Field,
): Promise<void> {
  const isConverted = before.type !== after.type;
  if (before.isUnique && (!after.isUnique || isConverted)) {
    await tx.$executeRaw`DELETE FROM dataset_unique_value WHERE field_id = ${after.id}::uuid`;
  }
  if (!after.isUnique || (before.isUnique && !isConverted)) return;
  const slot = String(after.slot);
  const twice = await tx.$queryRaw<{ id: string; value: Stored }[]>`
    WITH held AS (
      SELECT id, "values" -> ${slot} AS value, sha256(convert_to("values" ->> ${slot}, 'UTF8')) AS digest
      FROM dataset_row WHERE flow_id = ${flowId}::uuid AND jsonb_exists("values", ${slot})
    ), entered AS (
      INSERT INTO dataset_unique_value (field_id, digest, flow_id, row_id)
      SELECT ${after.id}::uuid, digest, ${flowId}::uuid, id FROM held
      ON CONFLICT DO NOTHING
      RETURNING row_id
    )
    SELECT h.id, h.value FROM held h LEFT JOIN entered e ON e.row_id = h.id
    WHERE e.row_id IS NULL ORDER BY h.id LIMIT ${MOST_SHOWN + 1}::int`;
  if (twice.length > 0) {
    throw rowsInTheWay(
      `“${after.name}” takes each value only once, and some rows repeat one.`,
      twice.map(({ id, value }) => ({ id, value: showValue(after, value) })),
    );
  }
}

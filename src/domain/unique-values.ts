import type { Tx } from '../db/scoped.js';
import type { CellProblems } from './cell-problems.js';
import { BadValue, type Field } from './field-values.js';

interface Claim {
  readonly field_id: string;
  readonly row_id: string;
  readonly taken: boolean;
}

/**
 * Enters what these rows hold in unique fields; the key of the table lets each value in once, whoever else writes at
 * the same moment. Notes every cell whose value another row has.
 */
export async function claimUniqueValues(
  tx: Tx,
  flowId: string,
  fields: readonly Field[],
  rowIds: readonly string[],
  problems: CellProblems,
  places: ReadonlyMap<string, number> = new Map(rowIds.map((id, at) => [id, at])),
): Promise<void> {
  const unique = uniqueIds(fields);
  if (unique.length === 0 || rowIds.length === 0) return;
  const claims = await tx.$queryRaw<Claim[]>`
    WITH held AS (
      SELECT f.id AS field_id, r.id AS row_id,
             sha256(convert_to(r."values" ->> f.slot::text, 'UTF8')) AS digest
      FROM dataset_row r
      JOIN dataset_field f ON f.id = ANY(${unique}::uuid[]) AND jsonb_exists(r."values", f.slot::text)
      WHERE r.flow_id = ${flowId}::uuid AND r.id = ANY(${rowIds}::uuid[])
    ), entered AS (
      INSERT INTO dataset_unique_value (field_id, digest, flow_id, row_id)
      SELECT field_id, digest, ${flowId}::uuid, row_id FROM held ORDER BY field_id, digest
      ON CONFLICT DO NOTHING
      RETURNING field_id, row_id
    )
    SELECT h.field_id, h.row_id, e.row_id IS NULL AS taken
    FROM held h LEFT JOIN entered e USING (field_id, row_id)
    WHERE e.row_id IS NULL`;
  const keys = new Map(fields.map(({ id, key }) => [id, key]));
  for (const { field_id, row_id } of claims) {
    const message = 'Another row has the same value, and the field takes each only once.';
    problems.add(places.get(row_id) ?? 0, keys.get(field_id) ?? '', new BadValue('TAKEN', message));
  }
}

/** Lets go of what these rows held, so that they, or others, can hold something else. */
export async function releaseUniqueValues(
  tx: Tx,
  flowId: string,
  fields: readonly Field[],
  rowIds: readonly string[],
): Promise<void> {
  if (uniqueIds(fields).length === 0 || rowIds.length === 0) return;
  await tx.$executeRaw`
    DELETE FROM dataset_unique_value WHERE flow_id = ${flowId}::uuid AND row_id = ANY(${rowIds}::uuid[])`;
}

function uniqueIds(fields: readonly Field[]): string[] {
  return fields.filter(({ isUnique }) => isUnique).map(({ id }) => id);
}

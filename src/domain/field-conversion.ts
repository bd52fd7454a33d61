import type { Tx } from '../db/scoped.js';
import { rowsInTheWay, type Offender } from './field-demands.js';
import {
  BadValue,
  parseValue,
  showValue,
  type Field,
  type FieldType,
  type Stored,
} from './field-values.js';

const BATCH = 5_000;
/** Enough to know that there are more than are shown. */
const MOST_OFFENDERS = 101;

/** What is kept and compared alike stays in its slot, so a slot never mixes numbers, times and text. */
const COMPARED_AS: Readonly<Record<FieldType, string>> = {
  TEXT: 'text',
  LONG_TEXT: 'text',
  CHOICE: 'text',
  EMAIL: 'text',
  NUMBER: 'number',
  BOOLEAN: 'boolean',
  DATE: 'date',
  DATE_TIME: 'time',
  USER: 'person',
};

/**
 * Brings the values of a field to another type or other choices, a batch of rows at a time, and gives the slot that
 * they are in now. Throws ROWS_IN_THE_WAY with the rows whose values do not convert.
 */
export async function convertValues(
  tx: Tx,
  flowId: string,
  before: Field,
  after: Pick<Field, 'type' | 'choices' | 'name'>,
): Promise<number> {
  const narrowed = before.choices.some((choice) => !after.choices.includes(choice));
  if (before.type === after.type && !narrowed) return before.slot;
  const slot =
    COMPARED_AS[before.type] === COMPARED_AS[after.type] ? before.slot : await newSlot(tx);
  const offenders: Offender[] = [];
  for (let rows = await batch(tx, flowId, before.slot, null); rows.length > 0;) {
    const converted = rows.flatMap(({ id, value }) => {
      const result = convert(before, after, value);
      if (result instanceof BadValue || result === null) {
        offenders.push({ id, value: showValue(before, value) });
        return [];
      }
      return result === value && slot === before.slot ? [] : [{ id, value: result }];
    });
    if (offenders.length >= MOST_OFFENDERS) break;
    if (offenders.length === 0) await write(tx, flowId, before.slot, slot, converted);
    rows = rows.length < BATCH ? [] : await batch(tx, flowId, before.slot, rows.at(-1)?.id ?? null);
  }
  if (offenders.length > 0) {
    throw rowsInTheWay(`Some values do not fit what “${after.name}” is to become.`, offenders);
  }
  return slot;
}

function convert(
  before: Field,
  after: Pick<Field, 'type' | 'choices'>,
  value: Stored,
): Stored | null | BadValue {
  if (before.type !== after.type && (before.type === 'USER' || after.type === 'USER')) {
    return new BadValue('WRONG_TYPE', 'A person is nothing else.');
  }
  if (before.type === after.type && after.type !== 'CHOICE') return value;
  return parseValue(after, after.type === 'BOOLEAN' ? value : String(value));
}

async function newSlot(tx: Tx): Promise<number> {
  const [row] = await tx.$queryRaw<{ slot: bigint }[]>`
    SELECT nextval(pg_get_serial_sequence('dataset_field', 'slot')) AS slot`;
  return Number(row?.slot);
}

function batch(
  tx: Tx,
  flowId: string,
  slot: number,
  after: string | null,
): PromiseLike<{ id: string; value: Stored }[]> {
  return tx.$queryRaw`
    SELECT id, "values" -> ${String(slot)} AS value FROM dataset_row
    WHERE flow_id = ${flowId}::uuid AND jsonb_exists("values", ${String(slot)})
      AND (${after}::uuid IS NULL OR id > ${after}::uuid)
    ORDER BY id LIMIT ${BATCH}::int`;
}

async function write(
  tx: Tx,
  flowId: string,
  from: number,
  to: number,
  converted: readonly { readonly id: string; readonly value: Stored }[],
): Promise<void> {
  if (converted.length === 0) return;
  await tx.$executeRaw`
    UPDATE dataset_row r
    SET "values" = (r."values" - ${String(from)}) || jsonb_build_object(${String(to)}::text, c.value)
    FROM jsonb_to_recordset(${JSON.stringify(converted)}::jsonb) AS c(id uuid, value jsonb)
    WHERE r.flow_id = ${flowId}::uuid AND r.id = c.id`;
}

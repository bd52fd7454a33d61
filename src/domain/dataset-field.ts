import { refusingDuplicates } from '../db/conflicts.js';
import { Prisma } from '../db/generated/client.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, invalidInput, notFound } from '../errors.js';
import type { Change } from './change.js';
import { dropFromViews } from './dataset-view.js';
import { nameKey } from './directory.js';
import { convertValues } from './field-conversion.js';
import { assertFilled, claimAllValues } from './field-demands.js';
import { BadValue, parseValue, type Field, type FieldType, type Stored } from './field-values.js';

const MOST_FIELDS = 100;

const columns = {
  id: true,
  slot: true,
  key: true,
  name: true,
  helpText: true,
  type: true,
  isRequired: true,
  isUnique: true,
  defaultValue: true,
  choices: true,
  position: true,
} as const;

const IN_ORDER = [{ position: 'asc' }, { id: 'asc' }] as const;

/** The fields of a dataset, in their order. */
export async function fieldsOf(tx: Pick<Tx, 'datasetField'>, flowId: string): Promise<Field[]> {
  return (await readFields(tx, [flowId])).get(flowId) ?? [];
}

/** The fields of each of these datasets, with one statement. */
export async function readFields(
  tx: Pick<Tx, 'datasetField'>,
  flowIds: readonly string[],
): Promise<Map<string, Field[]>> {
  const found = await tx.datasetField.findMany({
    where: { flowId: { in: [...flowIds] } },
    select: { ...columns, flowId: true },
    orderBy: [...IN_ORDER],
  });
  const fields = new Map<string, Field[]>(flowIds.map((id) => [id, []]));
  for (const { flowId, defaultValue, ...field } of found) {
    fields.get(flowId)?.push({ ...field, defaultValue: defaultValue as Stored | null });
  }
  return fields;
}

/** What a field is to be like. Of a change: what is left out stays. */
export interface FieldDesign {
  readonly name: string;
  readonly type: FieldType;
  readonly helpText: string;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly choices: readonly string[];
  /** As the API says it; null: none. */
  readonly defaultValue: unknown;
}

/**
 * Adds a field, at the end unless a position is given. Rows that are there get its default.
 * Throws LIMIT_REACHED, DUPLICATE_NAME, INVALID_INPUT, and ROWS_IN_THE_WAY if it must be filled and has no default.
 */
export async function addDatasetField(
  { tx, principal, record }: Change,
  flowId: string,
  design: FieldDesign,
  position?: number | null,
): Promise<string> {
  const fields = await fieldsOf(tx, flowId);
  const [id] = await createFields(tx, principal, flowId, fields, [design]);
  if (id === undefined) throw new Error('A field that was created has an id.');
  if (position != null) await place(tx, flowId, fields, id, position);
  const { name, type, isRequired, isUnique } = design;
  await record({ after: { field: name, type, isRequired, isUnique } });
  return id;
}

/** Adds fields at the end, and gives their ids. Throws like `addDatasetField`. */
export async function createFields(
  tx: Tx,
  principal: Change['principal'],
  flowId: string,
  fields: readonly Field[],
  designs: readonly FieldDesign[],
): Promise<string[]> {
  if (fields.length + designs.length > MOST_FIELDS) {
    throw new DomainError('LIMIT_REACHED', `A dataset has at most ${MOST_FIELDS} fields.`, {
      limit: MOST_FIELDS,
    });
  }
  const taken = fields.map(({ key }) => key);
  const ids: string[] = [];
  for (const [at, design] of designs.entries()) {
    const { defaultValue, ...checked } = check(design);
    const key = keyFor(design.name, taken);
    taken.push(key);
    const created = await refusingDuplicates(
      tx.datasetField.create({
        data: {
          ...checked,
          ...(defaultValue !== null && { defaultValue }),
          accountId: principal.accountId,
          flowId,
          key,
          nameKey: nameKey(design.name),
          position: fields.length + at,
          createdById: principal.subject.id,
        },
        select: columns,
      }),
      duplicateName,
    );
    const field = { ...created, defaultValue };
    if (defaultValue !== null) await fillIn(tx, flowId, field.slot, defaultValue);
    if (field.isRequired) await assertFilled(tx, flowId, field);
    ids.push(field.id);
  }
  return ids;
}

/**
 * Changes a field and, with its type, the values in it. Throws DUPLICATE_NAME, INVALID_INPUT, and ROWS_IN_THE_WAY with
 * the rows whose values the field could not have.
 */
export async function updateDatasetField(
  { tx, record }: Change,
  flowId: string,
  fieldId: string,
  design: Partial<FieldDesign>,
): Promise<void> {
  const before = await getField(tx, flowId, fieldId);
  const kept = {
    ...before,
    defaultValue: before.type === design.type ? before.defaultValue : null,
  };
  const shown = design.type === undefined ? before : kept;
  const wanted = check({ ...shown, ...design }, design.defaultValue === undefined);
  const { defaultValue, ...data } = wanted;
  const slot = await convertValues(tx, flowId, before, wanted);
  if (slot !== before.slot) await dropFromViews(tx, flowId, fieldId);
  const after = { ...before, ...wanted, slot };
  await refusingDuplicates(
    tx.datasetField.update({
      where: { id: fieldId },
      data: {
        ...data,
        slot,
        nameKey: nameKey(wanted.name),
        defaultValue: defaultValue ?? Prisma.DbNull,
      },
    }),
    duplicateName,
  );
  if (after.isRequired) await assertFilled(tx, flowId, after);
  await claimAllValues(tx, flowId, before, after);
  await record({ before: told(before), after: told(after) });
}

/** Removes a field and everything that rows hold in it. */
export async function removeDatasetField(
  { tx, record }: Change,
  flowId: string,
  fieldId: string,
): Promise<void> {
  const field = await getField(tx, flowId, fieldId);
  const slot = String(field.slot);
  await dropFromViews(tx, flowId, fieldId);
  await tx.datasetField.delete({ where: { id: fieldId } });
  await tx.$executeRaw`
    UPDATE dataset_row SET "values" = "values" - ${slot}
    WHERE flow_id = ${flowId}::uuid AND jsonb_exists("values", ${slot})`;
  await close(tx, flowId);
  await record({ before: told(field) });
}

/** Gives a field another place, from 0; a place beyond the last is the last. */
export async function moveDatasetField(
  { tx, record }: Change,
  flowId: string,
  fieldId: string,
  position: number,
): Promise<void> {
  const { name, position: from } = await getField(tx, flowId, fieldId);
  const to = await place(tx, flowId, await fieldsOf(tx, flowId), fieldId, position);
  await record({ before: { field: name, position: from }, after: { field: name, position: to } });
}

async function getField(tx: Tx, flowId: string, fieldId: string): Promise<Field> {
  const field = (await fieldsOf(tx, flowId)).find(({ id }) => id === fieldId);
  if (!field) throw notFound();
  return field;
}

/** Puts the field there and numbers all of them anew, with one statement. */
async function place(
  tx: Tx,
  flowId: string,
  fields: readonly Field[],
  fieldId: string,
  position: number,
): Promise<number> {
  const others = fields.map(({ id }) => id).filter((id) => id !== fieldId);
  const to = Math.min(position, others.length);
  const ids = others.toSpliced(to, 0, fieldId);
  await tx.$executeRaw`
    UPDATE dataset_field f SET position = o.place - 1
    FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS o(id, place)
    WHERE f.flow_id = ${flowId}::uuid AND f.id = o.id`;
  return to;
}

/** Closes the gap that a removed field leaves. */
async function close(tx: Tx, flowId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE dataset_field f SET position = o.place - 1
    FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS place
          FROM dataset_field WHERE flow_id = ${flowId}::uuid) o
    WHERE f.id = o.id`;
}

/** The rules that a field must keep by itself. A default that is kept is in its stored form already. */
function check(design: FieldDesign, isKept = false) {
  const { name, type, helpText, isRequired, isUnique } = design;
  const choices = type === 'CHOICE' ? [...new Set(design.choices)] : [];
  const refuse = (field: string, message: string) =>
    invalidInput([{ path: ['input', field], message }]);
  if (type === 'CHOICE' && choices.length === 0) {
    throw refuse('choices', 'Give at least one choice.');
  }
  if (isUnique && (type === 'BOOLEAN' || type === 'LONG_TEXT')) {
    throw refuse('isUnique', 'Long text and yes or no cannot be unique.');
  }
  const value = isKept
    ? (design.defaultValue as Stored | null)
    : parseValue({ type, choices }, design.defaultValue);
  if (value instanceof BadValue) throw refuse('defaultValue', value.message);
  if (isKept && type === 'CHOICE' && typeof value === 'string' && !choices.includes(value)) {
    throw refuse('defaultValue', 'The default is none of the choices: give another, or null.');
  }
  if (value !== null && isUnique) {
    throw refuse('defaultValue', 'A field that takes each value only once has no default.');
  }
  if (value !== null && type === 'USER') {
    throw refuse('defaultValue', 'A field for people has no default.');
  }
  return { name, type, helpText, isRequired, isUnique, choices, defaultValue: value };
}

async function fillIn(tx: Tx, flowId: string, slot: number, value: Stored): Promise<void> {
  const filled = JSON.stringify({ [slot]: value });
  await tx.$executeRaw`
    UPDATE dataset_row SET "values" = "values" || ${filled}::jsonb, version = version + 1
    WHERE flow_id = ${flowId}::uuid`;
}

/** “Unit price (€)” becomes `unitPrice`; of two that become the same, the second gets a number. */
function keyFor(name: string, taken: readonly string[]): string {
  const words = name.normalize('NFC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? ['field'];
  const key = words
    .map((word, at) => (at === 0 ? lowerFirst(word) : word[0]?.toUpperCase() + word.slice(1)))
    .join('');
  let free = key;
  for (let number = 2; taken.includes(free); number += 1) free = `${key}${number}`;
  return free;
}

function lowerFirst(word: string): string {
  return word === word.toUpperCase() ? word.toLowerCase() : word[0]?.toLowerCase() + word.slice(1);
}

function duplicateName(): DomainError {
  return new DomainError(
    'DUPLICATE_NAME',
    'The dataset has a field of this name already. Choose another name.',
  );
}

function told({ name, type, helpText, isRequired, isUnique, choices }: Field) {
  return {
    field: name,
    type,
    ...(helpText && { helpText }),
    ...(isRequired && { isRequired }),
    ...(isUnique && { isUnique }),
    ...(choices.length > 0 && { choices: choices.join(', ') }),
  };
}

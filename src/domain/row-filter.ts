import { Prisma } from '../db/generated/client.js';
import { invalidInput } from '../errors.js';
import { BadValue, parseValue, type Field, type FieldType, type Stored } from './field-values.js';

/** Which rows, as the API says it: what is given must all be true. Fields by their key. */
export interface RowFilter {
  readonly and?: readonly RowFilter[] | null;
  readonly or?: readonly RowFilter[] | null;
  readonly not?: RowFilter | null;
  readonly field?: string | null;
  readonly equals?: unknown;
  readonly in?: readonly unknown[] | null;
  readonly contains?: string | null;
  readonly gt?: unknown;
  readonly gte?: unknown;
  readonly lt?: unknown;
  readonly lte?: unknown;
  readonly isEmpty?: boolean | null;
}

const MOST_CONDITIONS = 100;
const MOST_VALUES = 1000;
const DEEPEST = 10;

const COMPARISONS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const COMPARABLE: readonly FieldType[] = ['NUMBER', 'DATE', 'DATE_TIME'];
const SEARCHABLE: readonly FieldType[] = ['TEXT', 'LONG_TEXT', 'CHOICE', 'EMAIL'];

type Path = readonly string[];

/** How much a filter may still ask: with many datasets, every value that a statement binds counts. */
interface Budget {
  left: number;
  values: number;
}

/**
 * The condition that a filter means, for `dataset_row r`. Equality asks the index of the values; the other operators
 * look at the rows of the dataset one by one. Throws INVALID_INPUT for what a field cannot be asked.
 */
export function conditionOf(
  fields: readonly Field[],
  filter: RowFilter,
  path: Path = ['filter'],
): Prisma.Sql {
  const budget = { left: MOST_CONDITIONS, values: MOST_VALUES };
  return all(fields, filter, path, budget);
}

function all(fields: readonly Field[], filter: RowFilter, path: Path, budget: Budget): Prisma.Sql {
  const { and, or, not, field: key, ...operators } = filter;
  const nested = (list: readonly RowFilter[], step: string) =>
    list.map((each, at) => all(fields, each, [...path, step, String(at)], budget));
  const given = Object.entries(operators).filter(([, value]) => value !== undefined);
  budget.left -= Math.max(given.length, 1);
  if (path.length > 2 * DEEPEST || budget.left < 0) {
    throw refused(path, `A filter has at most ${MOST_CONDITIONS} conditions, ${DEEPEST} deep.`);
  }
  return conjunction([
    ...nested(and ?? [], 'and'),
    ...(or ? [disjunction(nested(or, 'or'))] : []),
    ...(not ? [Prisma.sql`NOT ${all(fields, not, [...path, 'not', ''], budget)}`] : []),
    ...(key == null ? noOperators(given, path) : ofField(fields, key, given, path, budget)),
  ]);
}

function noOperators(given: readonly unknown[], path: Path): Prisma.Sql[] {
  if (given.length > 0) throw refused([...path, 'field'], 'Say which field is meant.');
  return [];
}

function ofField(
  fields: readonly Field[],
  key: string,
  given: readonly [string, unknown][],
  path: Path,
  budget: Budget,
): Prisma.Sql[] {
  const field = fieldNamed(fields, key, [...path, 'field']);
  if (given.length === 0) throw refused(path, `Say what is asked of “${key}”, such as equals.`);
  return given.map(([operator, value]) =>
    condition(field, operator, value, [...path, operator], budget),
  );
}

/** Throws INVALID_INPUT if the dataset has no such field. */
export function fieldNamed(fields: readonly Field[], key: string, path: Path): Field {
  const field = fields.find((each) => each.key === key);
  if (field) return field;
  const keys = fields.map((each) => each.key).join(', ') || 'none';
  throw refused(path, `There is no field “${key.slice(0, 100)}”. The keys are: ${keys}.`);
}

function condition(
  field: Field,
  operator: string,
  value: unknown,
  path: Path,
  budget: Budget,
): Prisma.Sql {
  switch (operator) {
    case 'equals':
      return value === null ? isEmpty(field, true) : equals(field, valueOf(field, value, path));
    case 'in':
      return oneOf(field, listOf(value), path, budget);
    case 'isEmpty':
      return value === null ? TRUE : isEmpty(field, value === true);
    case 'contains':
      return value === null ? TRUE : contains(field, typeof value === 'string' ? value : '', path);
    default:
      return value === null ? TRUE : compared(field, operator, value, path);
  }
}

/** Binds one value, whatever the length of the list: a path that the index of the values understands. */
function oneOf(field: Field, list: readonly unknown[], path: Path, budget: Budget): Prisma.Sql {
  budget.values -= list.length;
  if (budget.values < 0) {
    throw refused(path, `A filter lists at most ${MOST_VALUES.toLocaleString('en')} values.`);
  }
  const given = list.filter((each) => each !== null);
  const alternatives = given.map((each) => `@ == ${JSON.stringify(valueOf(field, each, path))}`);
  const held = `$."${field.slot}" ? (${alternatives.join(' || ')})`;
  return disjunction([
    ...(given.length > 0 ? [Prisma.sql`r."values" @? ${held}::jsonpath`] : []),
    ...(given.length < list.length ? [isEmpty(field, true)] : []),
  ]);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function valueOf(field: Field, value: unknown, path: Path): Stored {
  const own = parseValue(field, value);
  // Text that the field cannot hold is text that no row has, and views may still ask for it.
  const isOther = own instanceof BadValue && SEARCHABLE.includes(field.type);
  const parsed = isOther ? parseValue({ ...field, type: 'LONG_TEXT' }, value) : own;
  if (parsed instanceof BadValue) throw refused(path, parsed.message);
  if (parsed === null) throw refused(path, 'Ask for empty cells with isEmpty.');
  return parsed;
}

function equals({ slot }: Field, value: Stored): Prisma.Sql {
  return Prisma.sql`r."values" @> ${JSON.stringify({ [slot]: value })}::jsonb`;
}

function isEmpty({ slot }: Field, empty: boolean): Prisma.Sql {
  const filled = Prisma.sql`jsonb_exists(r."values", ${String(slot)})`;
  return empty ? Prisma.sql`NOT ${filled}` : filled;
}

function contains(field: Field, text: string, path: Path): Prisma.Sql {
  if (!SEARCHABLE.includes(field.type)) {
    throw refused(path, `“${field.key}” holds no text. Use equals.`);
  }
  assertStorable(text, path);
  return Prisma.sql`coalesce(${found(textOf(field), text)}, false)`;
}

function compared(field: Field, operator: string, value: unknown, path: Path): Prisma.Sql {
  if (!COMPARABLE.includes(field.type) || !isComparison(operator)) {
    throw refused(path, `“${field.key}” has no order to compare by. Use equals, in or contains.`);
  }
  const bound = valueOf(field, value, path);
  const sign = Prisma.raw(COMPARISONS[operator]);
  return Prisma.sql`coalesce(${sortable(field)} ${sign} ${typed(field, bound)}, false)`;
}

function isComparison(operator: string): operator is keyof typeof COMPARISONS {
  return Object.hasOwn(COMPARISONS, operator);
}

/** Rows in which some cell of text holds this text, in any case. */
export function searchCondition(fields: readonly Field[], text: string): Prisma.Sql {
  assertStorable(text, ['search']);
  const searchable = fields.filter(({ type }) => SEARCHABLE.includes(type));
  const conditions = searchable.map((field) => found(textOf(field), text));
  return Prisma.sql`coalesce(${disjunction(conditions)}, false)`;
}

/** Whatever letters the database's own locale knows: with that of C it would know A to Z only. */
const IN_ANY_CASE = Prisma.raw('COLLATE "und-x-icu"');

function found(cell: Prisma.Sql, text: string): Prisma.Sql {
  return Prisma.sql`strpos(lower(${cell} ${IN_ANY_CASE}), lower(${text}::text ${IN_ANY_CASE})) > 0`;
}

function textOf({ slot }: Field): Prisma.Sql {
  return Prisma.sql`(r."values" ->> ${literal(slot)})`;
}

/** What a field is ordered and compared by: numbers by value, text by its characters' codes. */
export function sortable(field: Field): Prisma.Sql {
  return field.type === 'NUMBER'
    ? Prisma.sql`${textOf(field)}::numeric`
    : Prisma.sql`${textOf(field)} COLLATE "C"`;
}

/** A stored value as `sortable` compares it. */
export function typed(field: Field, value: Stored): Prisma.Sql {
  return field.type === 'NUMBER'
    ? Prisma.sql`${String(value)}::numeric`
    : Prisma.sql`${String(value)}::text`;
}

/** A slot is a number of ours; in the text of the statement it tells the planner which values are meant. */
function literal(slot: number): Prisma.Sql {
  return Prisma.raw(`'${slot}'`);
}

const TRUE = Prisma.sql`true`;
const FALSE = Prisma.sql`false`;

export function conjunction(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? TRUE : Prisma.sql`(${Prisma.join([...conditions], ' AND ')})`;
}

export function disjunction(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? FALSE : Prisma.sql`(${Prisma.join([...conditions], ' OR ')})`;
}

function assertStorable(text: string, path: Path): void {
  if (text.includes('\0') || !text.isWellFormed() || text.length > 1000) {
    throw refused(path, 'Look for at most 1,000 characters, without NUL and broken ones.');
  }
}

function refused(path: Path, message: string) {
  return invalidInput([{ path: path.filter((step) => step !== ''), message }]);
}

import { Prisma } from '../db/generated/client.js';
import { PLANNED_ANEW } from '../db/planning.js';
import type { Tx } from '../db/scoped.js';
import { invalidInput } from '../errors.js';
import type { Field, Stored, StoredValues } from './field-values.js';
import {
  conditionOf,
  conjunction,
  disjunction,
  fieldNamed,
  searchCondition,
  sortable,
  typed,
  type RowFilter,
} from './row-filter.js';

export type Direction = 'ASC' | 'DESC';

export interface RowOrder {
  readonly field: string;
  readonly direction: Direction;
}

/** Which rows of a dataset, and in which order; fields by their key. */
export interface RowSelection {
  readonly filter?: RowFilter | null | undefined;
  readonly orderBy?: readonly RowOrder[] | null | undefined;
  readonly search?: string | null | undefined;
}

export interface StoredRow {
  readonly id: string;
  readonly version: number;
  readonly values: StoredValues;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const MOST_ORDERS = 3;

/** A selection that fits the fields of a dataset. */
export interface RowQuery {
  readonly flowId: string;
  readonly where: Prisma.Sql;
  readonly order: readonly { readonly field: Field; readonly direction: Direction }[];
}

/** Throws INVALID_INPUT for fields that are not there, and for what they cannot be asked. */
export function rowQuery(
  flowId: string,
  fields: readonly Field[],
  selections: readonly RowSelection[],
): RowQuery {
  const orders = selections.map(({ orderBy }) => orderBy ?? []);
  const order = orders.findLast((each) => each.length > 0) ?? [];
  if (order.length > MOST_ORDERS) {
    throw invalidInput([{ path: ['orderBy'], message: `Order by at most ${MOST_ORDERS} fields.` }]);
  }
  return {
    flowId,
    where: conjunction([
      Prisma.sql`r.flow_id = ${flowId}::uuid`,
      ...selections.flatMap(({ filter, search }) => [
        ...(filter ? [conditionOf(fields, filter)] : []),
        ...(search ? [searchCondition(fields, search)] : []),
      ]),
    ]),
    order: order.map(({ field, direction }) => ({
      field: fieldNamed(fields, field, ['orderBy']),
      direction,
    })),
  };
}

/** The place of a row in an order: its values in the fields of the order (null: empty), and its id. */
export interface Place {
  readonly values: readonly (Stored | null)[];
  readonly id: string;
}

export interface RowPage {
  readonly after?: Place | undefined;
  readonly before?: Place | undefined;
  /** Whether the page is the last before a place, read backwards. */
  readonly inverted: boolean;
  readonly take: number;
}

const ROW = Prisma.sql`r.id, r.version, r."values", r.created_at AS "createdAt", r.updated_at AS "updatedAt"`;

/** The statement that finds one page; whatever its depth, it starts at the place. */
export function pageStatement(query: RowQuery, page: RowPage): Prisma.Sql {
  const { order, where } = query;
  const { after, before, inverted, take } = page;
  const places = [
    ...(after ? [beyond(order, after, false)] : []),
    ...(before ? [beyond(order, before, true)] : []),
  ];
  const by = order.map(({ field, direction }) => {
    const descends = (direction === 'DESC') !== inverted;
    // Empty cells come last in either direction, and so first when the page is read backwards.
    return Prisma.sql`${sortable(field)} ${Prisma.raw(descends ? 'DESC' : 'ASC')} ${Prisma.raw(inverted ? 'NULLS FIRST' : 'NULLS LAST')}`;
  });
  return Prisma.sql`
    SELECT ${ROW} FROM dataset_row r
    WHERE ${conjunction([where, ...places])}
    ORDER BY ${Prisma.join([...by, Prisma.sql`r.id ${Prisma.raw(inverted ? 'DESC' : 'ASC')}`])}
    LIMIT ${take}::int`;
}

/** The statement that finds these rows, in the order in which they are named. */
export function rowsStatement(flowId: string, ids: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT ${ROW} FROM dataset_row r
    WHERE r.flow_id = ${flowId}::uuid AND r.id = ANY(${[...ids]}::uuid[])
    ORDER BY array_position(${[...ids]}::uuid[], r.id)`;
}

/** The statement that finds the next rows of a long list: no more of each than its id and its values. */
export function exportStatement(
  query: RowQuery,
  after: Place | undefined,
  take: number,
): Prisma.Sql {
  return Prisma.sql`
    SELECT p.id, p."values" FROM (${pageStatement(query, { after, inverted: false, take })}) p ${Prisma.raw(PLANNED_ANEW)}`;
}

/** The place of a row. */
export function placeOf(
  { order }: RowQuery,
  { id, values }: { readonly id: string; readonly values: StoredValues },
): Place {
  return { id, values: order.map(({ field }) => values[field.slot] ?? null) };
}

export function countStatement({ where }: RowQuery): Prisma.Sql {
  return Prisma.sql`SELECT count(*)::int AS count FROM dataset_row r WHERE ${where}`;
}

/** Rows further than a place, or (before it) nearer: equal in the fields before one, and further in that one. */
function beyond(order: RowQuery['order'], { values, id }: Place, before: boolean): Prisma.Sql {
  const byId = before ? Prisma.sql`r.id < ${id}::uuid` : Prisma.sql`r.id > ${id}::uuid`;
  if (order.length === 0) return byId;
  const equal = order.map(({ field }, at) => {
    const value = values[at] ?? null;
    return value === null
      ? Prisma.sql`${sortable(field)} IS NULL`
      : Prisma.sql`${sortable(field)} = ${typed(field, value)}`;
  });
  const further = order.map(({ field, direction }, at) => {
    const value = values[at] ?? null;
    const isEmpty = Prisma.sql`${sortable(field)} IS NULL`;
    if (value === null) return before ? Prisma.sql`NOT (${isEmpty})` : Prisma.sql`false`;
    const sign = Prisma.raw((direction === 'DESC') !== before ? '<' : '>');
    const beside = Prisma.sql`${sortable(field)} ${sign} ${typed(field, value)}`;
    return before ? beside : Prisma.sql`(${beside} OR ${isEmpty})`;
  });
  return disjunction([
    ...further.map((condition, at) => conjunction([...equal.slice(0, at), condition])),
    conjunction([...equal, byId]),
  ]);
}

/** Runs several statements of one shape as one, and gives the rows of each. */
export async function readTogether<T>(
  db: Pick<Tx, '$queryRaw'>,
  statements: readonly Prisma.Sql[],
): Promise<T[][]> {
  const numbered = statements.map(
    (statement, at) =>
      Prisma.sql`(SELECT ${Prisma.raw(String(at))}::int AS part, q.* FROM (${statement}) q)`,
  );
  const rows = await db.$queryRaw<(T & { part: number })[]>(
    Prisma.sql`${Prisma.join(numbered, ' UNION ALL ')} ${Prisma.raw(PLANNED_ANEW)}`,
  );
  return statements.map((_, at) => rows.filter(({ part }) => part === at));
}

import { queryFromInfo } from '@pothos/plugin-prisma';
import { parseCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';
import { Kind, type GraphQLResolveInfo } from 'graphql';

import type { Context } from '../context.js';
import { nameKey } from '../domain/directory.js';
import { invalidInput } from '../errors.js';

const DEFAULT_SIZE = 25;
const MOST = 100;
const SIZES = { defaultSize: DEFAULT_SIZE, maxSize: MOST };

export interface Page {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

type Direction = 'asc' | 'desc';

/** Where a page starts and in which order: for `where`, `orderBy` and `take` of a query. */
interface Keyset {
  readonly where: { AND: object[] };
  readonly orderBy: Record<string, Direction | { sort: Direction; nulls: 'first' | 'last' }>[];
  readonly take: number;
}

/** The columns of an order, the last of which is unique; of one that can be empty the empty ones come last. */
export type Order<Column extends string> = readonly (readonly [Column, Direction, 'NULLABLE'?])[];

/**
 * The part of a query that finds a page by the values of the columns in `order`. A cursor holds these values and
 * nothing is looked up by it, so it tells nothing of rows that the reader may not see. Throws INVALID_INPUT.
 */
export function keyset<Column extends string>(args: Page, order: Order<Column>): Keyset {
  const columns = order.map(([column]) => column);
  const nullable = new Set<string>(order.flatMap(([column, , can]) => (can ? [column] : [])));
  const isValue = (value: unknown, column: string): value is string | null =>
    value === null ? nullable.has(column) : isText(value, column);
  const { after, before, take, inverted } = placesOf(args, columns, isValue);
  return {
    where: {
      AND: [
        ...(after === undefined ? [] : [beyond(order, after, 'after')]),
        ...(before === undefined ? [] : [beyond(order, before, 'before')]),
      ],
    },
    orderBy: order.map(([column, direction, canBeEmpty]) => {
      const sort = inverted === (direction === 'asc') ? 'desc' : 'asc';
      return { [column]: canBeEmpty ? { sort, nulls: inverted ? 'first' : 'last' } : sort };
    }),
    take,
  };
}

/** Where a page lies: the values of its cursors, and from which end it is read. */
interface Places<Value> {
  readonly after: readonly Value[] | undefined;
  readonly before: readonly Value[] | undefined;
  readonly inverted: boolean;
  readonly take: number;
}

/** Reads the cursors of a page, each the values of these columns. Throws INVALID_INPUT. */
export function placesOf<Value>(
  args: Page,
  columns: readonly string[],
  isValue: (value: unknown, column: string) => value is Value,
): Places<Value> {
  for (const [path, size] of Object.entries({ first: args.first, last: args.last })) {
    if (size != null && (size < 0 || size > MOST)) {
      throw invalidInput([{ path: [path], message: `Ask for 0 to ${MOST} at a time.` }]);
    }
  }
  const { after, before, limit, inverted } = parseCursorConnectionArgs({ args, ...SIZES });
  const decode = (cursor: string | undefined) =>
    cursor === undefined ? undefined : decodeCursor(cursor, columns, isValue);
  return { after: decode(after), before: decode(before), inverted, take: limit };
}

/** The connection of the rows that a query with this `keyset` finds. */
export function keysetConnection<
  Column extends string,
  Row extends Readonly<Record<Column, string | Date | null>>,
>(
  args: Page,
  order: Order<Column>,
  find: (keyset: Keyset) => Promise<Row[]> | Row[],
  count: () => Promise<number> | number,
) {
  const page = keyset(args, order);
  const toCursor = (row: Row) => encodeCursor(order.map(([column]) => [column, row[column]]));
  return connectionOf(args, toCursor, async () => find(page), count);
}

interface Model<Row> {
  findMany(query: Keyset & { readonly select: Record<keyof Row, true> }): PromiseLike<Row[]>;
  count(query: { readonly where: object }): PromiseLike<number>;
}

type WhereOf<M extends { count(query: never): unknown }> = NonNullable<
  NonNullable<Parameters<M['count']>[0]>['where']
>;

interface Named {
  readonly id: string;
  readonly nameKey: string;
}

const BY_NAME = [
  ['nameKey', 'asc'],
  ['id', 'asc'],
] as const;

/** The connection, by name, of the rows of a model that may be seen and, if it is searched, have this in their names. */
export function connectionByName<M extends Model<Named>>(
  { search, ...page }: Page & { readonly search?: string | null | undefined },
  context: Context,
  info: GraphQLResolveInfo,
  { typeName, model, seen }: { typeName: string; model: M; seen: WhereOf<M> },
) {
  const part = search ? { nameKey: { contains: literally(nameKey(search)) } } : {};
  const where = { AND: [seen, part] };
  const query = queryFromInfo({ context, info, typeName, path: ['edges', 'node'] });
  return keysetConnection<'nameKey' | 'id', Named>(
    page,
    BY_NAME,
    async (keys) =>
      model.findMany({
        ...keys,
        select: { ...query.select, id: true, nameKey: true },
        where: { AND: [where, keys.where] },
      }),
    alongside(info, async () => model.count({ where })),
  );
}

/** Counts while the page is found, where the count is plainly asked for; otherwise when somebody comes for it. */
export function alongside(info: GraphQLResolveInfo, count: () => Promise<number>) {
  const isAsked = info.fieldNodes.some(({ selectionSet }) =>
    selectionSet?.selections.some(
      (each) =>
        each.kind === Kind.FIELD && each.name.value === 'totalCount' && !each.directives?.length,
    ),
  );
  if (!isAsked) return count;
  const counted = count();
  // Whoever comes for it is told; where the page fails nobody does.
  counted.catch(() => undefined);
  return () => counted;
}

/** The connection of what rows that link two things lead to, found together with the thing that they start from. */
export async function connectionThrough<
  Column extends string,
  Link extends Readonly<Record<Column, string>>,
  Node,
>(args: Page, order: Order<Column>, links: Link[], nodeOf: (link: Link) => Node, count: number) {
  const { edges, ...connection } = await keysetConnection(
    args,
    order,
    () => links,
    () => count,
  );
  return {
    ...connection,
    edges: edges.map(({ cursor, node }) => ({ cursor, node: nodeOf(node) })),
  };
}

/** The connection of the rows that are found, one more than the page shows. */
export async function connectionOf<Row extends object>(
  args: Page,
  toCursor: (row: Row) => string,
  find: () => Promise<Row[]>,
  count: () => Promise<number> | number,
) {
  const connection = await resolveCursorConnection<Promise<Row[]>>(
    { args, ...SIZES, toCursor },
    find,
  );
  return { ...connection, totalCount: async () => count() };
}

/** What a page costs: its size times what it shows of each row. */
export function pageCost({ first, last }: Page) {
  return { field: 1, multiplier: Math.min(first ?? last ?? DEFAULT_SIZE, MOST) };
}

/** The rows beyond these values: equal in the columns before one, and further in that one. */
function beyond(
  order: Order<string>,
  values: readonly (string | null)[],
  side: 'after' | 'before',
) {
  const further = order.flatMap<object>(([column, direction, canBeEmpty], index) => {
    const equal = Object.fromEntries(order.slice(0, index).map(([name], at) => [name, values[at]]));
    const value = values[index] ?? null;
    const comparison = (side === 'after') === (direction === 'asc') ? 'gt' : 'lt';
    // Nothing comes after what is empty; whatever is not comes before.
    if (value === null) return side === 'after' ? [] : [{ ...equal, [column]: { not: null } }];
    return [
      { ...equal, [column]: { [comparison]: value } },
      ...(canBeEmpty && side === 'after' ? [{ ...equal, [column]: null }] : []),
    ];
  });
  const [[column, direction, canBeEmpty] = ['', 'asc']] = order;
  if (order.length === 1 || canBeEmpty) return { OR: further };
  // Says no more, but lets an index start here: it reads through all the rows before for an OR.
  const comparison = (side === 'after') === (direction === 'asc') ? 'gte' : 'lte';
  return { [column]: { [comparison]: values[0] }, OR: further };
}

export function encodeCursor(values: readonly (readonly [string, unknown])[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function decodeCursor<Value>(
  cursor: string,
  columns: readonly string[],
  isValue: (value: unknown, column: string) => value is Value,
): Value[] {
  const parsed = parse(Buffer.from(cursor, 'base64url').toString());
  const pairs: unknown[] = Array.isArray(parsed) ? parsed : [];
  const values = columns.map((column, at) => valueOf(column, pairs[at]));
  const fits = values.every((value, at): value is Value => isValue(value, columns[at] ?? ''));
  if (pairs.length !== columns.length || !fits) {
    throw invalidInput([
      { path: ['after'], message: 'Pass a cursor of the same list in the same order.' },
    ]);
  }
  return values;
}

function valueOf(column: string, pair: unknown): unknown {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
  return name === column ? value : undefined;
}

/** Text that the database can compare with; an id and a time look like one. */
export function isText(value: unknown, column: string): value is string {
  if (typeof value !== 'string' || value.includes('\0')) return false;
  if (column.endsWith('At'))
    return /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(value) && !Number.isNaN(Date.parse(value));
  return !/^id$|Id$/.test(column) || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Prisma hands its text to LIKE as it is. */
export function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

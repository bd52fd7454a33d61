import { parseCursorConnectionArgs, resolveCursorConnection } from '@pothos/plugin-relay';

import { invalidInput } from '../errors.js';

const DEFAULT_SIZE = 25;
const MOST = 100;
const SIZES = { defaultSize: DEFAULT_SIZE, maxSize: MOST };

interface Page {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

type Direction = 'asc' | 'desc';

/** Where a page starts and in which order: for `where`, `orderBy` and `take` of a query. */
interface Keyset {
  readonly where: { AND: object[] };
  readonly orderBy: Record<string, Direction>[];
  readonly take: number;
}

/** The columns of an order, the last of which is unique. */
export type Order<Column extends string> = readonly (readonly [Column, Direction])[];

/**
 * The part of a query that finds a page by the values of the columns in `order`. A cursor holds these values and
 * nothing is looked up by it, so it tells nothing of rows that the reader may not see. Throws INVALID_INPUT.
 */
export function keyset<Column extends string>(args: Page, order: Order<Column>): Keyset {
  for (const [path, size] of Object.entries({ first: args.first, last: args.last })) {
    if (size != null && (size < 0 || size > MOST)) {
      throw invalidInput([{ path: [path], message: `Ask for 0 to ${MOST} at a time.` }]);
    }
  }
  const { after, before, limit, inverted } = parseCursorConnectionArgs({ args, ...SIZES });
  const columns = order.map(([column]) => column);
  return {
    where: {
      AND: [
        ...(after === undefined ? [] : [beyond(order, decodeCursor(after, columns), 'after')]),
        ...(before === undefined ? [] : [beyond(order, decodeCursor(before, columns), 'before')]),
      ],
    },
    orderBy: order.map(([column, direction]) => ({
      [column]: inverted === (direction === 'asc') ? 'desc' : 'asc',
    })),
    take: limit,
  };
}

/** The connection of the rows that a query with this `keyset` finds. */
export async function keysetConnection<
  Column extends string,
  Row extends Readonly<Record<Column, string>>,
>(
  args: Page,
  order: Order<Column>,
  find: (keyset: Keyset) => Promise<Row[]> | Row[],
  count: () => Promise<number> | number,
) {
  const page = keyset(args, order);
  const toCursor = (row: Row) => encodeCursor(order.map(([column]) => [column, row[column]]));
  const connection = await resolveCursorConnection<Promise<Row[]>>(
    { args, ...SIZES, toCursor },
    async () => find(page),
  );
  return { ...connection, totalCount: async () => count() };
}

/** What a page costs: its size times what it shows of each row. */
export function pageCost({ first, last }: Page) {
  return { field: 1, multiplier: Math.min(first ?? last ?? DEFAULT_SIZE, MOST) };
}

/** The rows beyond these values: equal in the columns before one, and further in that one. */
function beyond(
  order: readonly (readonly [string, Direction])[],
  values: readonly string[],
  side: 'after' | 'before',
) {
  return {
    OR: order.map(([column, direction], index) => ({
      ...Object.fromEntries(order.slice(0, index).map(([equal], at) => [equal, values[at]])),
      [column]: { [(side === 'after') === (direction === 'asc') ? 'gt' : 'lt']: values[index] },
    })),
  };
}

function encodeCursor(values: readonly (readonly [string, string])[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function decodeCursor(cursor: string, columns: readonly string[]): string[] {
  const parsed = parse(Buffer.from(cursor, 'base64url').toString());
  const pairs: unknown[] = Array.isArray(parsed) ? parsed : [];
  const values = columns.map((column, at) => valueOf(column, pairs[at]));
  if (pairs.length !== columns.length || !values.every((value) => value !== undefined)) {
    throw invalidInput([
      { path: ['after'], message: 'Pass a cursor of the same list in the same order.' },
    ]);
  }
  return values;
}

function valueOf(column: string, pair: unknown): string | undefined {
  const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
  return name === column && isText(value, column) ? value : undefined;
}

function isText(value: unknown, column: string): value is string {
  if (typeof value !== 'string' || value.includes('\0')) return false;
  return column !== 'id' || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

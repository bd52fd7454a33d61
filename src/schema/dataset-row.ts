import type { Context } from '../context.js';
import {
  configurationOf,
  selectionOf,
  shownBy,
  type ViewConfiguration,
} from '../domain/dataset-view.js';
import { parseValue, type Field, type Stored } from '../domain/field-values.js';
import { encodeId, idOf } from '../domain/ids.js';
import { showValues } from '../domain/row-cells.js';
import type { RowFilter as Filter } from '../domain/row-filter.js';
import {
  countStatement,
  pageStatement,
  placeOf,
  rowQuery,
  type Place,
  type RowOrder,
  type RowQuery,
  type StoredRow,
} from '../domain/row-query.js';
import { notFound } from '../errors.js';
import { builder, reached } from './builder.js';
import { connectionOf, encodeCursor, isText, placesOf } from './connections.js';
import { SortDirection } from './enums.js';

/** A row together with the fields that its reader is shown. */
export interface ShownRow extends StoredRow {
  readonly fields: readonly Field[];
}

export const DatasetRow = builder.objectRef<ShownRow>('DatasetRow').implement({
  description: 'A row of a dataset.',
  authScopes: reached,
  fields: (t) => ({
    id: t.id({
      description: 'The id, to change the row with.',
      resolve: ({ id }) => encodeId('DatasetRow', id),
    }),
    version: t.exposeInt('version', {
      description: 'Grows with every change. An edit names the version that it is based on.',
    }),
    values: t.field({
      type: 'JSONObject',
      description: 'The value of each field by its key, as a CellValue; null: the cell is empty.',
      resolve: ({ fields, values }) => showValues(fields, values),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
});

export const RowFilter = builder.inputRef<Filter>('DatasetRowFilter').implement({
  description:
    'Which rows. What is given must all be true; a condition names a field and what is asked of it.',
  fields: (t) => ({
    and: t.field({ type: [RowFilter], required: false, description: 'All of these.' }),
    or: t.field({ type: [RowFilter], required: false, description: 'At least one of these.' }),
    not: t.field({ type: RowFilter, required: false, description: 'Everything but this.' }),
    field: t.string({ required: false, description: 'The key of the field that is asked.' }),
    equals: t.field({
      type: 'CellValue',
      required: false,
      description: 'Holds exactly this; null: is empty.',
    }),
    in: t.field({
      type: ['CellValue'],
      required: { list: false, items: false },
      description: 'Holds one of these; null: is empty.',
    }),
    contains: t.string({
      required: false,
      description: 'Text, a choice or an address that holds this, in any case.',
    }),
    gt: t.field({
      type: 'CellValue',
      required: false,
      description: 'A number or time above this.',
    }),
    gte: t.field({ type: 'CellValue', required: false, description: 'This or above.' }),
    lt: t.field({
      type: 'CellValue',
      required: false,
      description: 'A number or time below this.',
    }),
    lte: t.field({ type: 'CellValue', required: false, description: 'This or below.' }),
    isEmpty: t.boolean({ required: false, description: 'Whether the cell is empty.' }),
  }),
});

export const RowOrderInput = builder.inputRef<RowOrder>('DatasetRowOrder').implement({
  description: 'A field by which to order rows.',
  fields: (t) => ({
    field: t.string({ description: 'The key of the field.' }),
    direction: t.field({
      type: SortDirection,
      defaultValue: 'ASC',
      description: 'In which direction.',
    }),
  }),
});

/** Which rows are asked for. */
export interface RowArgs {
  readonly filter?: Filter | null | undefined;
  readonly orderBy?: readonly RowOrder[] | null | undefined;
  readonly search?: string | null | undefined;
  readonly view?: string | null | undefined;
}

/** Whether it is asked for some rows, or some order, and not for all as they come: filtering is a right of its own. */
export function isFiltered({ filter, orderBy, search, view }: RowArgs): boolean {
  return [filter, search, view, orderBy?.length].some(Boolean);
}

interface PageArgs extends RowArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

/** One page of the rows of a dataset, whose reader was found to be allowed it. */
export async function rowsOf(datasetId: string, args: PageArgs, { contents, db }: Context) {
  const fields = await contents.fields(datasetId);
  const view = args.view == null ? undefined : await viewOf(datasetId, args.view, fields, db);
  const query = rowQuery(datasetId, fields, [...(view ? [selectionOf(view)] : []), args]);
  const shown = view ? shownBy(view, fields) : fields;
  const columns = [...query.order.map(({ field }) => columnOf(field)), 'id'];
  const { after, before, ...page } = placesOf(args, columns, isPlace(query));
  const statement = pageStatement(query, {
    ...page,
    after: after && placeAt(after),
    before: before && placeAt(before),
  });
  return connectionOf<ShownRow>(
    args,
    (row) => cursorOf(columns, placeOf(query, row)),
    async () => {
      const rows = await contents.find<StoredRow>('rows', statement);
      return rows.map((row) => ({ ...row, fields: shown }));
    },
    async () => {
      const [counted] = await contents.find<{ count: number }>('count', countStatement(query));
      return counted?.count ?? 0;
    },
  );
}

async function viewOf(
  flowId: string,
  globalId: string,
  fields: readonly Field[],
  db: Context['db'],
): Promise<ViewConfiguration> {
  const view = await db.datasetView.findUnique({
    where: { id: idOf('DatasetView', globalId) },
    select: { flowId: true, definition: true },
  });
  if (view?.flowId !== flowId) throw notFound();
  return configurationOf(fields, view.definition);
}

type PlaceValue = Stored | null;

/** A cursor is the client's to write: its values must be such as rows keep them. */
function isPlace(query: RowQuery) {
  return (value: unknown, column: string): value is PlaceValue => {
    const field = query.order.find((each) => columnOf(each.field) === column)?.field;
    if (!field) return isText(value, 'id');
    if (value === null) return true;
    const type = field.type === 'USER' || field.type === 'CHOICE' ? 'TEXT' : field.type;
    return parseValue({ ...field, type }, value) === value;
  };
}

/** Apart from the row's id, whatever a field is called. */
function columnOf({ key }: Field): string {
  return `values.${key}`;
}

function placeAt(values: readonly PlaceValue[]): Place {
  return { values: values.slice(0, -1), id: String(values.at(-1)) };
}

function cursorOf(columns: readonly string[], { id, values }: Place): string {
  const place = [...values, id];
  return encodeCursor(columns.map((column, at) => [column, place[at]]));
}

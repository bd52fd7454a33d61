import type { AuditAction } from '../../src/audit/events.js';
import type { Actor, Result } from './actor.js';
import { testDatabase } from './database.js';
import type {
  AddDatasetFieldInput,
  AddDatasetRowsMutation,
  DatasetRowEdit,
  ListRowsQueryVariables,
} from './generated/graphql.js';
import {
  AddDatasetField,
  AddDatasetRows,
  ListFields,
  ListRows,
  UpdateDatasetRows,
} from './operations.js';
import { world, type Shared, type Workspace } from './world.js';

export type FieldDraft = Omit<AddDatasetFieldInput, 'datasetId'>;

export type Cells = Readonly<Record<string, unknown>>;

/** A row as a mutation answers it. */
export interface AddedRow {
  readonly id: string;
  readonly version: number;
  readonly values: Cells;
}

export function addField(who: Actor, { id }: Shared, field: FieldDraft) {
  return who.run(AddDatasetField, { input: { datasetId: id, ...field } });
}

export async function fieldsOf(reader: Actor, { id }: Pick<Shared, 'id'>) {
  const { data } = await reader.run(ListFields, { id });
  return data?.dataset?.fields ?? [];
}

export function addRows(who: Actor, { id }: Pick<Shared, 'id'>, rows: readonly Cells[]) {
  return who.run(AddDatasetRows, { input: { datasetId: id, rows: [...rows] } });
}

/** The rows that a mutation added. */
export function rowsIn({ data }: Result<AddDatasetRowsMutation>): AddedRow[] {
  return data?.addDatasetRows?.rows ?? [];
}

export function editRows(who: Actor, { id }: Pick<Shared, 'id'>, rows: readonly DatasetRowEdit[]) {
  return who.run(UpdateDatasetRows, { input: { datasetId: id, rows: [...rows] } });
}

type Selection = Omit<ListRowsQueryVariables, 'id'>;

const ALL = { first: 100 };

export function listRows(reader: Actor, { id }: Pick<Shared, 'id'>, selection: Selection = {}) {
  return reader.run(ListRows, { id, ...selection });
}

/** The rows that a reader is shown. */
export async function rowsOf(
  reader: Actor,
  dataset: Pick<Shared, 'id'>,
  selection: Selection = ALL,
) {
  const { data } = await listRows(reader, dataset, selection);
  return data?.dataset?.rows?.edges.map(({ node }) => node) ?? [];
}

/** What the rows hold in one field, or in all of them, as a reader is shown it. */
export async function valuesOf(
  reader: Actor,
  dataset: Pick<Shared, 'id'>,
  key?: string,
  selection?: Selection,
): Promise<unknown[]> {
  const rows = await rowsOf(reader, dataset, selection);
  return rows.map(({ values }) => (key === undefined ? values : (values as Cells)[key]));
}

/** What the database keeps of the rows: their values by slot. */
export async function storedValues({ rowId }: Pick<Shared, 'rowId'>): Promise<Cells[]> {
  const { client } = await testDatabase();
  const rows = await client.datasetRow.findMany({
    where: { flowId: rowId },
    select: { values: true },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ values }) => values as Cells);
}

/** The extensions of the one error of an answer. */
export function refusalIn({ errors }: Result): Record<string, unknown> {
  return errors?.[0]?.extensions ?? {};
}

/** How a request ended: its error code, or that it succeeded. */
export function endOf({ errors }: Result): string {
  return errors?.map(({ extensions }) => extensions.code).join(' ') ?? 'SUCCESS';
}

/** A world whose dataset has these fields and these rows. */
export async function table(fields: readonly FieldDraft[], rows: readonly Cells[] = []) {
  const all = await world();
  const fieldIds: Record<string, string> = {};
  for (const draft of fields) {
    const { data, errors } = await addField(all.admin, all.dataset, draft);
    const field = data?.addDatasetField?.field;
    if (!field) throw new Error(`The field ${draft.name} was refused: ${JSON.stringify(errors)}`);
    fieldIds[field.key] = field.id;
  }
  const added = rows.length > 0 ? await addRows(all.admin, all.dataset, rows) : undefined;
  if (added?.errors) throw new Error(`The rows were refused: ${JSON.stringify(added.errors)}`);
  const addedRows = added ? rowsIn(added) : [];
  return {
    ...all,
    /** The ids of the fields by their keys. */
    fieldIds,
    rows: addedRows,
    rowIds: addedRows.map(({ id }) => id),
  };
}

/**
 * How often the log says that this was done. What was written in time may be out of sight when its answer is put
 * together, so answers do not tell.
 */
export async function timesDone(
  { accountId }: Pick<Workspace, 'accountId'>,
  action: AuditAction,
): Promise<number> {
  const { client } = await testDatabase();
  return client.auditEntry.count({ where: { accountId, action, outcome: 'SUCCEEDED' } });
}

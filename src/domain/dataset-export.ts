import { record as recordAlone } from '../audit/record.js';
import { DATASET_ROLES } from '../authz/dataset-roles.js';
import { effectiveGrant, type FlowFacts } from '../authz/decide.js';
import type { Principal } from '../authz/principal.js';
import type { MemberRole } from '../authz/role-table.js';
import { Prisma } from '../db/generated/client.js';
import type { DatasetSettingsModel, EgressRecordModel } from '../db/generated/models.js';
import type { Db, Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change, Requester } from './change.js';
import { fieldsOf } from './dataset-field.js';
import { configurationOf, getView, selectionOf, shownBy } from './dataset-view.js';
import { showValue, type Field, type Stored, type StoredValues } from './field-values.js';
import {
  exportStatement,
  placeOf,
  type Place,
  rowQuery,
  type RowQuery,
  type RowSelection,
} from './row-query.js';

type Policy = DatasetSettingsModel['exportPolicy'];

export type ExportFormat = 'CSV' | 'XLSX';

/** So long a file waits to be fetched. */
const FETCH_MINUTES = 15;
const BATCH = 2000;
/** A workbook is held in memory as a whole. */
const MOST_ROWS_OF_WORKBOOK = 100_000;

/** Which rows to take out, in which order; through a view, with its fields. */
export interface ExportPlan extends RowSelection {
  readonly viewId?: string | null;
}

/** What is to be exported, found to fit the dataset. */
export interface ExportQuery {
  readonly fields: readonly Field[];
  readonly query: RowQuery;
}

/** Who may take data out, strongest role first: a policy names how many of the roles it lets through. */
const ROLES_LET_THROUGH: Readonly<Record<Policy, number>> = {
  EVERY_ROLE: 3,
  ADMINS_AND_MEMBERS: 2,
  ADMINS: 1,
  NOBODY: 0,
};

/**
 * Allows the subject to fetch a file, once and soon, and keeps that they took it out.
 * Throws EXPORT_NOT_ALLOWED, INVALID_INPUT, NOT_FOUND for a view, and LIMIT_REACHED for a workbook of too many rows.
 */
export async function exportDataset(
  { tx, principal, now, record }: Change,
  flowId: string,
  format: ExportFormat,
  plan: ExportPlan,
  facts: FlowFacts,
): Promise<EgressRecordModel> {
  await assertPolicy(tx, flowId, facts);
  const { query } = await exportQuery(tx, flowId, plan);
  if (format === 'XLSX') await assertFits(tx, query);
  const { name } = await tx.flow.findUniqueOrThrow({
    where: { id: flowId },
    select: { name: true },
  });
  const egress = await tx.egressRecord.create({
    data: {
      accountId: principal.accountId,
      subjectId: principal.subject.id,
      actorId: principal.actor.id,
      flowId,
      kind: 'EXPORT',
      format,
      fileName: `${fileNameOf(name)}.${format.toLowerCase()}`,
      selection: plan as Prisma.InputJsonObject,
      at: now,
      expiresAt: new Date(now.getTime() + FETCH_MINUTES * 60_000),
    },
  });
  const selection = JSON.stringify(plan);
  await record({ after: { egressId: egress.id, format, selection } });
  return egress;
}

/** Throws EXPORT_NOT_ALLOWED unless the settings let the role take files out: an export is a download, too. */
export async function assertPolicy(
  tx: Pick<Tx, 'datasetSettings'>,
  flowId: string,
  { grants }: FlowFacts,
): Promise<void> {
  const { exportPolicy, downloadPolicy } = await tx.datasetSettings.findUniqueOrThrow({
    where: { flowId },
    select: { exportPolicy: true, downloadPolicy: true },
  });
  const role = effectiveGrant(grants)?.role;
  if (role && isLetThrough(role, exportPolicy) && isLetThrough(role, downloadPolicy)) return;
  throw new DomainError(
    'EXPORT_NOT_ALLOWED',
    'The settings of the dataset do not let your role take data out. Ask an Admin of the dataset.',
    { exportPolicy, downloadPolicy },
  );
}

function isLetThrough(role: MemberRole, policy: Policy): boolean {
  return DATASET_ROLES.slice(0, ROLES_LET_THROUGH[policy]).some((each) => each === role);
}

/** Finds the fields and rows that an export is of. */
export async function exportQuery(
  tx: Pick<Tx, 'datasetField' | 'datasetView'>,
  flowId: string,
  { viewId, ...selection }: ExportPlan,
): Promise<ExportQuery> {
  const fields = await fieldsOf(tx, flowId);
  if (viewId == null) return { fields, query: rowQuery(flowId, fields, [selection]) };
  const { definition } = await getView(tx, flowId, viewId);
  const view = configurationOf(fields, definition);
  return {
    fields: shownBy(view, fields),
    query: rowQuery(flowId, fields, [selectionOf(view), selection]),
  };
}

async function assertFits(tx: Tx, query: RowQuery): Promise<void> {
  const [row] = await tx.$queryRaw<{ count: number }[]>(Prisma.sql`
    SELECT count(*)::int AS count FROM (
      SELECT FROM dataset_row r WHERE ${query.where} LIMIT ${MOST_ROWS_OF_WORKBOOK + 1}::int) q`);
  if ((row?.count ?? 0) <= MOST_ROWS_OF_WORKBOOK) return;
  throw new DomainError(
    'LIMIT_REACHED',
    `A workbook holds at most ${MOST_ROWS_OF_WORKBOOK.toLocaleString('en')} rows. Choose CSV, or filter.`,
    { limit: MOST_ROWS_OF_WORKBOOK },
  );
}

/** The record of an export that the subject may still fetch. Throws NOT_FOUND. */
export async function getExport(
  db: Db,
  { subject, actor }: Principal,
  id: string,
  now: Date,
): Promise<EgressRecordModel & { readonly flowId: string }> {
  const egress = await db.egressRecord.findFirst({
    where: {
      id,
      subjectId: subject.id,
      actorId: actor.id,
      kind: 'EXPORT',
      fetchedAt: null,
      expiresAt: { gt: now },
    },
  });
  if (egress?.flowId == null) throw notFound();
  return { ...egress, flowId: egress.flowId };
}

/** From now on nobody fetches it any more, and the log says who did. Throws NOT_FOUND if somebody was faster. */
export async function takeExport(
  { db, principal, provenance, grantId }: Requester,
  { id, flowId }: Pick<EgressRecordModel, 'id'> & { readonly flowId: string },
  now: Date,
): Promise<void> {
  await db.$transaction(async (tx) => {
    const where = { id, fetchedAt: null };
    const { count } = await tx.egressRecord.updateMany({ where, data: { fetchedAt: now } });
    if (count === 0) throw notFound();
    await recordAlone(tx, principal, provenance, {
      action: 'dataset.exportFetched',
      target: { type: 'Dataset', id: flowId },
      after: { egressId: id },
      grantId,
    });
  });
}

/** The rows of an export, batch by batch, each cell as the API shows it. Each row is as it is when it is read. */
export async function* exportRows(
  db: Pick<Db, '$queryRaw'>,
  { fields, query }: ExportQuery,
): AsyncGenerator<(Stored | null)[][]> {
  const read = async (place?: Place) =>
    db.$queryRaw<ExportedRow[]>(exportStatement(query, place, BATCH));
  for (let next: Promise<ExportedRow[]> | undefined = read(); next;) {
    const rows: readonly ExportedRow[] = await next;
    const last = rows.at(-1);
    // The database finds the next rows while these are written.
    next = last && rows.length === BATCH ? read(placeOf(query, last)) : undefined;
    next?.catch(() => undefined);
    if (last) yield rows.map((row) => cellsOf(fields, row));
  }
}

interface ExportedRow {
  readonly id: string;
  readonly values: StoredValues;
}

function cellsOf(fields: readonly Field[], { values }: ExportedRow): (Stored | null)[] {
  return fields.map((field) => {
    const stored = values[field.slot];
    return stored === undefined ? null : showValue(field, stored);
  });
}

/** Nothing that a file system or a header could take for something else. */
function fileNameOf(name: string): string {
  return name.replaceAll(/[^\p{L}\p{M}\p{N} ._-]/gu, '_').trim() || 'dataset';
}

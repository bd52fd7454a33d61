import type { AuditAction } from '../audit/events.js';
import { Prisma, type PartyKind } from '../db/generated/client.js';
import type { Stored } from './field-values.js';
import { encodeId } from './ids.js';

/** What of the audit log is the history of a dataset. Rows have a history of their own, cell by cell. */
const HISTORY_ACTIONS = [
  'dataset.created',
  'dataset.duplicated',
  'dataset.renamed',
  'dataset.described',
  'dataset.configured',
  'dataset.imported',
  'datasetField.added',
  'datasetField.updated',
  'datasetField.removed',
  'datasetField.moved',
  'datasetMember.added',
  'datasetMember.roleChanged',
  'datasetMember.removed',
  'datasetMember.left',
  'datasetMember.roleAssumed',
  'datasetView.created',
  'datasetView.updated',
  'datasetView.deleted',
] as const satisfies readonly AuditAction[];

type Value = Stored | number | null;

interface CellChange {
  readonly field: string;
  readonly name: string;
  readonly before: Value;
  readonly after: Value;
}

/** A change as both tables tell of it. */
export interface HistoryRow {
  readonly id: string;
  readonly at: Date;
  readonly action: AuditAction;
  readonly rowId: string | null;
  readonly cells: readonly CellChange[] | null;
  readonly before: Readonly<Record<string, Value>> | null;
  readonly after: Readonly<Record<string, Value>> | null;
  readonly subject: HistoryParty;
  readonly actor: HistoryParty;
}

/** Somebody who changed something, as they are called now. */
export interface HistoryParty {
  readonly id: string;
  readonly kind: PartyKind;
  readonly name: string;
  readonly handle: string | null;
}

export interface HistoryPage {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly inverted: boolean;
  readonly take: number;
}

/** The statement that finds one page of a dataset's history, newest first, in both tables at once. */
export function historyStatement(
  accountId: string,
  flowId: string,
  { after, before, inverted, take }: HistoryPage,
): Prisma.Sql {
  const direction = Prisma.raw(inverted ? 'ASC' : 'DESC');
  const page = Prisma.sql`
    ${after === undefined ? Prisma.empty : Prisma.sql`AND e.id < ${after}::uuid`}
    ${before === undefined ? Prisma.empty : Prisma.sql`AND e.id > ${before}::uuid`}
    ORDER BY e.id ${direction} LIMIT ${take}::int`;
  return Prisma.sql`
    SELECT h.id, h.at, h.action, h."rowId", h.cells, h.before, h.after,
           ${shownParty('s')} AS subject, ${shownParty('a')} AS actor
    FROM (
      (SELECT e.id, e.at, e.action, NULL::uuid AS "rowId", NULL::jsonb AS cells, e.before, e.after,
              e.subject_id, e.actor_id
       FROM audit_entry e WHERE ${ofLog(accountId, flowId)} ${page})
      UNION ALL
      (SELECT e.id, e.at, 'datasetRow.' || lower(e.kind::text), e.row_id, e.cells, NULL, NULL,
              e.subject_id, e.actor_id
       FROM dataset_row_change e WHERE ${ofRows(accountId, flowId)} ${page})
    ) h
    ${partyOf('s', 'subject_id')}
    ${partyOf('a', 'actor_id')}
    ORDER BY h.id ${direction} LIMIT ${take}::int`;
}

/** A party is a person or a service account, so one of the two is always missing. */
function partyOf(alias: 's' | 'a', column: 'subject_id' | 'actor_id'): Prisma.Sql {
  return Prisma.raw(`
    JOIN party ${alias} ON ${alias}.id = h.${column}
    LEFT JOIN "user" ${alias}u ON ${alias}u.id = ${alias}.id
    LEFT JOIN service_account ${alias}p ON ${alias}p.id = ${alias}.id`);
}

function shownParty(alias: 's' | 'a'): Prisma.Sql {
  return Prisma.raw(`jsonb_build_object('id', ${alias}.id, 'kind', ${alias}.kind,
    'name', coalesce(${alias}u.name, ${alias}p.name), 'handle', ${alias}p.handle)`);
}

export function historyCountStatement(accountId: string, flowId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT (SELECT count(*) FROM audit_entry e WHERE ${ofLog(accountId, flowId)})::int
         + (SELECT count(*) FROM dataset_row_change e WHERE ${ofRows(accountId, flowId)})::int AS count`;
}

function ofLog(accountId: string, flowId: string): Prisma.Sql {
  return Prisma.sql`
    e.target_id = ${flowId}::uuid AND e.account_id = ${accountId}::uuid AND e.target_type = 'Dataset'
    AND e.outcome = 'SUCCEEDED' AND e.action = ANY(${[...HISTORY_ACTIONS]}::text[])`;
}

function ofRows(accountId: string, flowId: string): Prisma.Sql {
  return Prisma.sql`e.flow_id = ${flowId}::uuid AND e.account_id = ${accountId}::uuid`;
}

export interface Difference {
  /** What changed: a field of the dataset, or a setting. */
  readonly name: string;
  readonly fieldId: string | null;
  readonly before: Value;
  readonly after: Value;
}

/** What one change changed, value by value. */
export function differencesOf({ cells, before, after }: HistoryRow): Difference[] {
  if (cells) return cells.map(({ field, ...cell }) => ({ ...cell, fieldId: field }));
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].flatMap((name) => {
    const [from, to] = [shown(name, before), shown(name, after)];
    // What stayed tells which field, view or member it was.
    const isSubject = from === to && SUBJECTS.has(name);
    return from !== to || isSubject ? [{ name, fieldId: null, before: from, after: to }] : [];
  });
}

/** The log keeps rows' ids; a reader wants those of the API. */
function shown(name: string, values: HistoryRow['before']): Value {
  const value = values?.[name] ?? null;
  const typename = name === 'granteeId' ? values?.['grantee'] : TYPES_OF_IDS[name];
  return typeof typename === 'string' && typeof value === 'string'
    ? encodeId(typename, value)
    : value;
}

const TYPES_OF_IDS: Readonly<Record<string, string>> = {
  copyId: 'Dataset',
  defaultViewId: 'DatasetView',
  viewId: 'DatasetView',
};

const SUBJECTS: ReadonlySet<string> = new Set(['field', 'view', 'grantee', 'granteeId']);

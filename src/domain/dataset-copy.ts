import { v7 as uuidv7 } from 'uuid';

import { decide } from '../authz/decide.js';
import { readFlowFacts } from './access.js';
import type { Change } from './change.js';
import { fieldsOf } from './dataset-field.js';
import { configurationOf, definitionOf } from './dataset-view.js';
import { insertDataset } from './dataset.js';
import { nameKey } from './directory.js';
import type { Field } from './field-values.js';

interface Pair {
  readonly sourceId: string;
  readonly copyId: string;
}

/**
 * Makes a dataset with the same fields, settings and, if wanted, rows, whose only member is the subject, as Admin.
 * Members and history stay behind, and so do views whose configuration the subject may not see.
 */
export async function duplicateDataset(
  change: Change,
  sourceId: string,
  { name, withRows }: { readonly name?: string | null | undefined; readonly withRows: boolean },
): Promise<string> {
  const { tx, principal, record } = change;
  const source = await tx.flow.findUniqueOrThrow({
    where: { id: sourceId },
    select: {
      name: true,
      description: true,
      settings: { select: { downloadPolicy: true, printPolicy: true, exportPolicy: true } },
    },
  });
  // A name may end in a character that is two code units: half of it cannot be kept.
  const title = name ?? `Copy of ${source.name}`.slice(0, 200).replace(/[\uD800-\uDBFF]$/, '');
  const copyId = await insertDataset(tx, principal, { ...source, name: title });
  const pair = { sourceId, copyId };
  const fields = await fieldsOf(tx, sourceId);
  await copyViews(change, pair, fields, await copyFields(change, pair, fields));
  const rows = withRows ? await copyRows(change, pair) : 0;
  await record({ after: { name: title, copyId, rows } });
  return copyId;
}

async function copyFields(
  { tx, principal }: Change,
  { copyId }: Pair,
  fields: readonly Field[],
): Promise<Field[]> {
  const copies = fields.map((field) => ({ ...field, id: uuidv7() }));
  await tx.datasetField.createMany({
    data: copies.map(({ defaultValue, choices, ...field }) => ({
      ...field,
      choices: [...choices],
      ...(defaultValue !== null && { defaultValue }),
      nameKey: nameKey(field.name),
      accountId: principal.accountId,
      flowId: copyId,
      createdById: principal.subject.id,
    })),
  });
  return copies;
}

async function copyViews(
  { tx, principal }: Change,
  { sourceId, copyId }: Pair,
  from: readonly Field[],
  to: readonly Field[],
): Promise<void> {
  const { accountId, subject } = principal;
  const facts = (await readFlowFacts(tx, principal, subject, [sourceId])).get(sourceId);
  const views = await tx.datasetView.findMany({
    where: { flowId: sourceId },
    select: { name: true, createdById: true, definition: true },
    orderBy: { id: 'asc' },
  });
  const seen = views.filter(({ createdById }) => {
    const view = { isNewOrOwn: createdById === subject.id };
    return facts && decide(principal, 'datasetView:configure', { ...facts, view }).allowed;
  });
  await tx.datasetView.createMany({
    data: seen.map(({ name, definition }) => ({
      accountId,
      flowId: copyId,
      name,
      definition: definitionOf(to, configurationOf(from, definition)),
      createdById: subject.id,
    })),
  });
}

async function copyRows(
  { tx, principal: { subject }, now }: Change,
  { sourceId, copyId }: Pair,
): Promise<number> {
  const count = await tx.$executeRaw`
    INSERT INTO dataset_row (id, account_id, flow_id, "values", created_by_id, created_at, updated_by_id, updated_at)
    SELECT ordered_uuid(${now}, row_number() OVER (ORDER BY r.id)), r.account_id, ${copyId}::uuid, r."values",
           ${subject.id}::uuid, ${now}, ${subject.id}::uuid, ${now}
    FROM dataset_row r WHERE r.flow_id = ${sourceId}::uuid`;
  await tx.$executeRaw`
    INSERT INTO dataset_unique_value (field_id, digest, flow_id, row_id)
    SELECT f.id, sha256(convert_to(r."values" ->> f.slot::text, 'UTF8')), r.flow_id, r.id
    FROM dataset_field f
    JOIN dataset_row r ON r.flow_id = f.flow_id AND jsonb_exists(r."values", f.slot::text)
    WHERE f.flow_id = ${copyId}::uuid AND f.is_unique`;
  return count;
}

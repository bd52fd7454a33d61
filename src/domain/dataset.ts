import type { Principal } from '../authz/principal.js';
import type { DatasetSettingsModel } from '../db/generated/models.js';
import type { Tx } from '../db/scoped.js';
import { notFound } from '../errors.js';
import type { Change } from './change.js';
import { insertFlow } from './flow.js';

type Policy = DatasetSettingsModel['exportPolicy'];

/** Makes a dataset whose first Admin is the subject. */
export async function createDataset(
  { tx, principal, record }: Change,
  { name, description }: { name: string; description: string },
): Promise<string> {
  const id = await insertDataset(tx, principal, { name, description });
  await record({ target: { type: 'Dataset', id }, after: { name, description } });
  return id;
}

interface DatasetDesign {
  readonly name: string;
  readonly description: string;
  readonly settings?: Pick<Settings, 'downloadPolicy' | 'printPolicy' | 'exportPolicy'> | null;
}

/** Writes a dataset without fields whose only member is the subject, as Admin. */
export async function insertDataset(
  tx: Tx,
  principal: Principal,
  { name, description, settings }: DatasetDesign,
): Promise<string> {
  const id = await insertFlow(tx, principal, { kind: 'DATASET', name, description });
  await tx.datasetSettings.create({
    data: { ...settings, flowId: id, accountId: principal.accountId },
  });
  return id;
}

interface Settings {
  readonly downloadPolicy?: Policy;
  readonly printPolicy?: Policy;
  readonly exportPolicy?: Policy;
  /** Null: no view, the dataset opens with every row. */
  readonly defaultViewId?: string | null;
}

/** Changes the settings that are given and keeps the others. Throws NOT_FOUND for a view of another dataset. */
export async function configureDataset(
  { tx, record }: Change,
  id: string,
  settings: Settings,
): Promise<void> {
  const { defaultViewId } = settings;
  if (defaultViewId) {
    const view = await tx.datasetView.findFirst({
      where: { id: defaultViewId, flowId: id },
      select: { id: true },
    });
    if (!view) throw notFound();
  }
  const where = { flowId: id };
  const select = {
    downloadPolicy: true,
    printPolicy: true,
    exportPolicy: true,
    defaultViewId: true,
  };
  const before = await tx.datasetSettings.findUniqueOrThrow({ where, select });
  const after = await tx.datasetSettings.update({ where, data: settings, select });
  await record({ before, after });
}

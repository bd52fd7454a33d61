import type { Principal } from '../authz/principal.js';
import type { DatasetSettingsModel } from '../db/generated/models.js';
import type { Tx } from '../db/scoped.js';
import { DomainError, notFound } from '../errors.js';
import type { Change } from './change.js';
import { nameKey } from './directory.js';
import { columnOf } from './flow-member.js';
import { revokeGrantsOn } from './impersonation.js';

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
  { accountId, subject }: Principal,
  { name, description, settings }: DatasetDesign,
): Promise<string> {
  const { id } = await tx.flow.create({
    data: {
      accountId,
      kind: 'DATASET',
      name,
      nameKey: nameKey(name),
      description,
      createdById: subject.id,
      settings: { create: { ...settings, accountId } },
      members: {
        create: { accountId, ...columnOf(subject), role: 'ADMIN', addedById: subject.id },
      },
    },
    select: { id: true },
  });
  return id;
}

export async function renameDataset(
  { tx, record }: Change,
  id: string,
  name: string,
): Promise<void> {
  const before = await tx.flow.findUniqueOrThrow({ where: { id }, select: { name: true } });
  await tx.flow.update({ where: { id }, data: { name, nameKey: nameKey(name) } });
  await record({ before, after: { name } });
}

export async function describeDataset(
  { tx, record }: Change,
  id: string,
  description: string,
): Promise<void> {
  const before = await tx.flow.findUniqueOrThrow({ where: { id }, select: { description: true } });
  await tx.flow.update({ where: { id }, data: { description } });
  await record({ before, after: { description } });
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

/** Deletes a dataset and all that is in it. Throws NAME_MISMATCH unless its name was typed exactly. */
export async function deleteDataset(change: Change, id: string, typedName: string): Promise<void> {
  const { tx, record } = change;
  const before = await tx.flow.findUniqueOrThrow({
    where: { id },
    select: { name: true, description: true },
  });
  if (before.name !== typedName) {
    throw new DomainError(
      'NAME_MISMATCH',
      'Type the name of the dataset exactly as it is to delete it.',
    );
  }
  await revokeGrantsOn(change, id);
  await tx.flow.delete({ where: { id } });
  await record({ before });
}

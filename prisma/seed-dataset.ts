import { v7 as uuidv7 } from 'uuid';

import type { Prisma } from '../src/db/generated/client.js';
import { nameKey } from '../src/domain/directory.js';
import type { Contents } from './seed-contents.js';

type Tx = Prisma.TransactionClient;
type Role = 'ADMIN' | 'MEMBER' | 'VIEWER';
type Member = { role: Role; userId?: string; groupId?: string; serviceAccountId?: string };

/** Writes a dataset that its Admin made, with all that is in it. */
export async function seedDataset(
  tx: Tx,
  accountId: string,
  name: string,
  description: string,
  members: Member[],
  contents: Contents,
) {
  const createdById = members.find(({ role }) => role === 'ADMIN')?.userId ?? null;
  const { id: flowId } = await tx.flow.create({
    data: {
      accountId,
      kind: 'DATASET',
      name,
      nameKey: nameKey(name),
      description,
      createdById,
      members: {
        create: members.map((member) => ({ accountId, addedById: createdById, ...member })),
      },
    },
    select: { id: true },
  });
  await seedContents(tx, { accountId, flowId, createdById }, contents);
  return flowId;
}

interface Origin {
  readonly accountId: string;
  readonly flowId: string;
  readonly createdById: string | null;
}

async function seedContents(tx: Tx, origin: Origin, { fields, rows, views }: Contents) {
  const columns = await tx.datasetField.createManyAndReturn({
    data: fields.map(({ choices = [], ...field }, position) => ({
      ...origin,
      ...field,
      choices: [...choices],
      nameKey: nameKey(field.name),
      position,
    })),
    select: { id: true, key: true, slot: true },
  });
  const column = (key: string) => found(columns.find((each) => each.key === key));
  const { createdById, ...owner } = origin;
  await tx.datasetRow.createMany({
    data: rows.map((row) => ({
      ...owner,
      id: uuidv7(),
      values: Object.fromEntries(
        Object.entries(row).map(([key, value]) => [column(key).slot, value]),
      ),
      createdById,
      updatedById: createdById,
    })),
  });
  const saved = await tx.datasetView.createManyAndReturn({
    data: views.map(({ name, filter, orderBy, shown }) => ({
      ...origin,
      name,
      definition: {
        filter: filter ? { ...filter, field: column(filter.field).id } : null,
        orderBy: orderBy.map((order) => ({ ...order, field: column(order.field).id })),
        fields: shown ? shown.map((key) => column(key).id) : null,
      },
    })),
    select: { id: true },
  });
  const defaultViewId = saved[0]?.id ?? null;
  await tx.datasetSettings.create({ data: { ...owner, defaultViewId } });
}

/** What the demo was told to have. */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The demo names somebody whom it does not have.');
  return value;
}

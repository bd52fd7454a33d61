import type { Prisma } from '../src/db/generated/client.js';

type Tx = Prisma.TransactionClient;

const DAY = 86_400_000;

/** Vera asks to write into Suppliers, which waits for Ada or Mira; Vito asked to create datasets, and Adam said no. */
export async function seedRequests(
  tx: Tx,
  { accountId, id }: { readonly accountId: string; readonly id: (first: string) => string },
) {
  const suppliers = await tx.flow.findFirstOrThrow({
    where: { accountId, kind: 'DATASET', name: 'Suppliers' },
    select: { id: true },
  });
  const days = (count: number) => new Date(Date.now() + count * DAY);
  await tx.accessRequest.createMany({
    data: [
      {
        accountId,
        requesterId: id('vito'),
        accountRole: 'EDITOR',
        permissions: ['dataset:create'],
        operation: 'Mutation.createDataset',
        note: 'I would like a list of our tools.',
        state: 'REFUSED',
        createdAt: days(-3),
        decidedById: id('adam'),
        decidedAt: days(-2),
        answer: 'Edda makes it for you.',
      },
      {
        accountId,
        requesterId: id('vera'),
        flowId: suppliers.id,
        role: 'MEMBER',
        permissions: ['datasetRow:write'],
        operation: 'Mutation.addDatasetRows',
        note: 'I have the addresses of three new ones.',
      },
    ],
  });
}

import { v7 as uuidv7 } from 'uuid';

import type { Prisma } from '../src/db/generated/client.js';

type Tx = Prisma.TransactionClient;

const DAY = 86_400_000;

/** What Ivan has said so far of who has which account role. */
const DECISIONS: Readonly<Record<string, 'CONFIRMED' | 'REVOKED'>> = {
  adam: 'CONFIRMED',
  ada: 'CONFIRMED',
  sam: 'REVOKED',
};

/** A review of account roles that is open, with a few lines decided. */
export async function seedReview(
  tx: Tx,
  { accountId, id }: { readonly accountId: string; readonly id: (first: string) => string },
) {
  const held = await tx.roleAssignment.findMany({
    where: { accountId },
    select: {
      user: { select: { id: true, name: true, email: true } },
      role: { select: { id: true, name: true } },
    },
    orderBy: { user: { nameKey: 'asc' } },
  });
  await tx.accessReview.create({
    data: {
      accountId,
      scope: 'ACCOUNT_ROLES',
      startedById: id('sofia'),
      dueAt: new Date(Date.now() + 90 * DAY),
      lines: {
        create: held.map(({ user, role }) => {
          const [first = ''] = user.email.split('@');
          const decision = DECISIONS[first];
          return {
            id: uuidv7(),
            accountId,
            kind: 'ACCOUNT_ROLE' as const,
            holderId: user.id,
            holderName: user.name,
            resourceId: role.id,
            resourceName: role.name,
            ...(decision && { decision, decidedById: id('ivan'), decidedAt: new Date() }),
          };
        }),
      },
    },
  });
}

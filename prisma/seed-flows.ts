import type { Prisma } from '../src/db/generated/client.js';
import { nameKey } from '../src/domain/directory.js';

type Tx = Prisma.TransactionClient;
type Role = 'OWNER' | 'EDITOR' | 'VIEWER' | 'NONE';
type Member = { role: Role; userId?: string; groupId?: string; serviceAccountId?: string };

type Kind = 'PROCESS' | 'BOARD' | 'LIST' | 'INTEGRATION' | 'CHAT' | 'SPACE';

/**
 * Every role of the flow table is held by somebody, and somebody is shut out who would come in otherwise. Two teams
 * share what they build and what they run.
 */
export function acmeFlows(
  id: (first: string) => string,
  { engineering, operations: groupId }: Record<'engineering' | 'operations', string>,
  serviceAccountId: string,
): [Kind, string, string, Member[]][] {
  const owner = (first: string): Member => ({ userId: id(first), role: 'OWNER' });
  const development: Member[] = [
    owner('adam'),
    { groupId: engineering, role: 'EDITOR' },
    { groupId, role: 'VIEWER' },
  ];
  const production: Member[] = [owner('adam'), { groupId, role: 'EDITOR' }];
  return [
    [
      'PROCESS',
      'Supplier onboarding',
      'From the first offer to the first order.',
      [
        owner('ada'),
        { userId: id('mira'), role: 'EDITOR' },
        { userId: id('vera'), role: 'VIEWER' },
        { userId: id('vito'), role: 'NONE' },
      ],
    ],
    [
      'BOARD',
      'Incidents',
      'What broke, and who is at it.',
      [owner('edda'), { groupId, role: 'EDITOR' }, { serviceAccountId, role: 'VIEWER' }],
    ],
    ['LIST', 'Countries', 'Seen by those with whom it is shared alone.', [owner('ada')]],
    ['INTEGRATION', 'Bank transfers', 'Brings payments in.', [owner('adam')]],
    ['CHAT', 'Negotiations', 'Not for Operations.', [owner('uma'), { groupId, role: 'NONE' }]],
    ['PROCESS', 'Development: review', 'From a change to its approval.', development],
    ['BOARD', 'Development: bugs', 'What is wrong, and who mends it.', development],
    ['PROCESS', 'Production: release', 'From the approval to the customers.', production],
    ['BOARD', 'Production: duty', 'Who watches tonight.', production],
    ['SPACE', 'Warehouse', 'Where the team meets.', [owner('edda'), { groupId, role: 'VIEWER' }]],
  ];
}

/** Writes a flow that its Owner made. */
export async function seedFlow(
  tx: Tx,
  accountId: string,
  kind: Kind,
  name: string,
  description: string,
  members: readonly Member[],
) {
  const createdById = members.find(({ role }) => role === 'OWNER')?.userId ?? null;
  const added = members.map((member) => ({ accountId, addedById: createdById, ...member }));
  await tx.flow.create({
    data: {
      accountId,
      kind,
      name,
      nameKey: nameKey(name),
      description,
      createdById,
      members: { create: added },
    },
  });
}

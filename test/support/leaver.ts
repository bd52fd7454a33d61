import { v7 as uuidv7 } from 'uuid';

import { nameKey } from '../../src/domain/directory.js';
import type { Actor } from './actor.js';
import { testDatabase } from './database.js';
import { createFlows } from './flow-world.js';
import type { OffboardInput } from './generated/graphql.js';
import { keyOf } from './keys.js';
import { Offboard } from './operations.js';
import { globalId, workspace, type Workspace } from './world.js';

/** Off-boards somebody, for good unless told. */
export function offboarding(
  who: Actor,
  whom: Actor,
  { confirm = true, ...input }: Partial<OffboardInput> = {},
) {
  return who.run(Offboard, {
    input: { userId: globalId('User', whom.id), confirm, ...input },
  });
}

/** Who takes the place of a leaver where. */
export function handingOver(flow: { readonly id: string }, to: { readonly id: string }) {
  return { flowId: flow.id, toUserId: globalId('User', to.id) };
}

/** A pending invitation as the database has it, by its row's id. */
export async function pendingInvitation(
  { accountId }: Workspace,
  by: Pick<Actor, 'id'>,
  email = `${uuidv7()}@example.test`,
): Promise<string> {
  const { client } = await testDatabase();
  const { id } = await client.invitation.create({
    data: {
      accountId,
      email,
      invitedById: by.id,
      secretHash: Buffer.alloc(32),
      pepperVersion: 1,
      sentAt: new Date(),
      expiresAt: new Date(Date.now() + 86_400_000),
    },
  });
  return id;
}

/** Takes rows of a dataset out, at a time, without asking the API. */
export async function egress(
  { accountId }: Workspace,
  { id: subjectId }: Pick<Actor, 'id'>,
  at: Date,
  fileName: string,
  flowId: string | null = null,
): Promise<void> {
  const { client } = await testDatabase();
  await client.egressRecord.create({
    data: {
      accountId,
      subjectId,
      actorId: subjectId,
      flowId,
      kind: 'EXPORT',
      format: 'CSV',
      fileName,
      selection: {},
      at,
      expiresAt: at,
    },
  });
}

/** A role of the account's own that somebody has beside their own. */
export async function giveCustomRole(
  { accountId }: Workspace,
  { id: userId }: Pick<Actor, 'id'>,
  permissions: string[],
  name = `Role ${uuidv7()}`,
): Promise<string> {
  const { client } = await testDatabase();
  const data = { accountId, name, nameKey: nameKey(name), permissions };
  const { id: roleId } = await client.role.create({ data });
  await client.roleAssignment.create({ data: { accountId, userId, roleId } });
  return roleId;
}

/** Somebody who is about to leave, with all that somebody can leave behind. */
export async function departure(app?: Workspace['app']) {
  const here = await workspace(app);
  const [chief, leaver, successor, colleague] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Lena Leaver', role: 'IAM_ADMIN' },
    { name: 'Sven Successor' },
    { name: 'Carl Colleague' },
  ]);
  const alone = await here.dataset({
    name: 'Alone',
    members: [
      { user: leaver, role: 'ADMIN' },
      { user: colleague, role: 'VIEWER' },
    ],
  });
  const together = await here.dataset({
    name: 'Together',
    members: [
      { user: leaver, role: 'ADMIN' },
      { user: colleague, role: 'ADMIN' },
    ],
  });
  const [flow] = await createFlows(here, [
    { name: 'Onboarding', members: [{ user: leaver, role: 'OWNER' }] },
  ]);
  if (!flow) throw new Error('One draft makes one flow.');
  const groupId = await here.group([leaver, colleague]);
  const apiKey = await keyOf(here, { userId: leaver.id }, { name: 'Own', slot: 1 });
  const robot = await here.program('Robot');
  const made = { serviceAccountId: robot.id };
  const robotKey = await keyOf(here, made, { name: 'Made', slot: 2, createdById: leaver.id });
  const { client } = await testDatabase();
  await client.serviceAccount.update({
    where: { id: robot.id },
    data: { createdById: leaver.id },
  });
  const invitationId = await pendingInvitation(here, leaver);
  return {
    here,
    chief,
    leaver,
    successor,
    colleague,
    alone,
    together,
    flow,
    groupId,
    apiKey,
    robot,
    robotKey,
    invitationId,
  };
}

export type Departure = Awaited<ReturnType<typeof departure>>;

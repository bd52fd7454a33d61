import type { Actor } from './actor.js';
import { testDatabase } from './database.js';
import type { AccessRequestFilter, RequestAccessInput } from './generated/graphql.js';
import {
  ApproveAccessRequest,
  ListAccessRequests,
  RefuseAccessRequest,
  RequestAccess,
  WithdrawAccessRequest,
} from './operations.js';
import { world, type Shared } from './world.js';

export function asking(who: Actor, permissions: string[], more: Partial<RequestAccessInput> = {}) {
  return who.run(RequestAccess, { input: { permissions, ...more } });
}

/** Asks, and is taken down: the id of the request. */
export async function askFor(
  who: Actor,
  permissions: string[],
  more: Partial<RequestAccessInput> = {},
): Promise<string> {
  const { data, text } = await asking(who, permissions, more);
  const id = data?.requestAccess?.accessRequest.id;
  if (id === undefined) throw new Error(text);
  return id;
}

export function approving(who: Actor, requestId: string, note?: string) {
  return who.run(ApproveAccessRequest, { input: { requestId, note: note ?? null } });
}

export function refusing(who: Actor, requestId: string, note?: string) {
  return who.run(RefuseAccessRequest, { input: { requestId, note: note ?? null } });
}

export function withdrawing(who: Actor, requestId: string) {
  return who.run(WithdrawAccessRequest, { input: { requestId } });
}

/** The ids of the requests that somebody is shown, newest first. */
export async function requestsOf(who: Actor, filter?: AccessRequestFilter): Promise<string[]> {
  const { data, text } = await who.run(ListAccessRequests, { filter, first: 100 });
  if (!data?.accessRequests) throw new Error(text);
  const ids = data.accessRequests.edges.map(({ node }) => node.id);
  if (data.accessRequests.totalCount !== ids.length) throw new Error(text);
  return ids;
}

/** A world in which the Viewer of the dataset asks to write rows. */
export async function asked() {
  const made = await world();
  const requestId = await askFor(made.viewer, ['datasetRow:write'], {
    on: made.dataset.id,
    operation: 'Mutation.addDatasetRows',
    note: 'I bring the prices in.',
  });
  return { ...made, requestId };
}

/** The role of somebody’s own on a flow. */
export async function roleOf({ id: userId }: Actor, { rowId: flowId }: Pick<Shared, 'rowId'>) {
  const { client } = await testDatabase();
  const key = { flowId_userId: { flowId, userId } };
  return (await client.flowMember.findUnique({ where: key }))?.role ?? null;
}

/** Makes somebody a member of their own in this role, or none. */
export async function setRole(
  who: Actor,
  dataset: Shared,
  role: 'ADMIN' | 'MEMBER' | 'VIEWER' | null,
) {
  const { client } = await testDatabase();
  const { accountId } = await client.flow.findUniqueOrThrow({ where: { id: dataset.rowId } });
  const place = { flowId: dataset.rowId, userId: who.id };
  await client.flowMember.deleteMany({ where: place });
  if (role) await client.flowMember.create({ data: { ...place, accountId, role } });
}

/** The built-in roles that somebody holds; null: one of the account’s own. */
export async function accountRolesOf({ id: userId }: Actor): Promise<(string | null)[]> {
  const { client } = await testDatabase();
  const held = await client.roleAssignment.findMany({ where: { userId }, select: { role: true } });
  return held.map(({ role }) => role.builtIn).toSorted();
}

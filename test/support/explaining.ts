import { expect } from 'vitest';

import type { Actor, Result } from './actor.js';
import { testDatabase } from './database.js';
import { createFlow } from './flow-world.js';
import './matchers.js';
import { personWith } from './people.js';
import { world } from './world.js';

export interface Explained {
  readonly allowed: boolean;
  readonly reason: string | null;
  readonly via: string | null;
  readonly role: string | null;
  readonly groups: readonly { readonly name: string }[];
  readonly impersonationGrantId: string | null;
  readonly checks: readonly {
    readonly step: string;
    readonly ok: boolean;
    readonly fact: string;
  }[];
  readonly missing: readonly string[];
  readonly remedies: readonly { readonly kind: string; readonly mutation: string | null }[];
}

export interface Asked {
  readonly operation: string;
  readonly resourceId?: string;
  readonly principalId?: string;
  readonly actingAs?: string;
}

const QUERY = `query ($operation: String!, $resourceId: ID, $principalId: ID, $actingAs: ID) {
  explainAccess(operation: $operation, resourceId: $resourceId, principalId: $principalId, actingAs: $actingAs) {
    allowed reason operation rule via role groups { name } impersonationGrantId
    checks { step ok fact } missing remedies { kind who how mutation input next { kind mutation } }
  }
}`;

export function ask(who: Actor, asked: Asked): Promise<Result<{ explainAccess: Explained }>> {
  return who.run<{ explainAccess: Explained }, unknown>(QUERY, { ...asked });
}

export async function explained(who: Actor, asked: Asked): Promise<Explained> {
  const result = await ask(who, asked);
  expect(result).toSucceed();
  return result.data?.explainAccess as Explained;
}

export const FOUR = ['ROLE', 'ITEM_PERMISSION', 'SUSPENSION', 'TEAM_MEMBERSHIP'];
export const RENAME = 'Mutation.renameDataset';

/** A world with everybody whose access can be explained. */
export async function stage() {
  const all = await world();
  const { here, admin, dataset } = all;
  const [governor, grouped, suspended, twice] = await here.people([
    { name: 'Ivan Iam', role: 'IAM_ADMIN' },
    { name: 'Greta Grouped' },
    { name: 'Sus Pended', suspended: true },
    { name: 'Twice Told', role: 'VIEWER' },
  ]);
  const groupId = await here.group([grouped, twice], 'Buyers');
  const program = await here.program('Robot');
  const { client } = await testDatabase();
  const common = { accountId: here.accountId, flowId: dataset.rowId };
  await client.flowMember.createMany({
    data: [
      { ...common, groupId, role: 'ADMIN' },
      { ...common, userId: suspended.id, role: 'ADMIN' },
      { ...common, userId: twice.id, role: 'VIEWER' },
    ],
  });
  const grantId = await here.letAct(program, { flowId: dataset.rowId });
  const [flow, shutFlow] = [
    await createFlow(here, { members: [{ user: admin, role: 'OWNER' }] }),
    await createFlow(here, { members: [{ user: all.viewer, role: 'NONE' }] }),
  ];
  // Sees the keys of people, too.
  const overseer = await personWith(
    here,
    'apiKey:manage',
    'directory:read',
    'governance:read',
    'serviceAccount:manage',
  );
  return {
    ...all,
    governor,
    overseer,
    grouped,
    suspended,
    twice,
    program,
    grantId,
    flow,
    shutFlow,
  };
}

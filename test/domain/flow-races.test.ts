import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlows } from '../support/flow-world.js';
import {
  AddFlowMember,
  ChangeFlowMemberRole,
  DeleteFlow,
  GetFlow,
  LeaveFlow,
  RemoveFlowMember,
  RenameFlow,
} from '../support/operations.js';
import { globalId, workspace, type Shared } from '../support/world.js';

/** How requests ended: each its error code, or that it succeeded. */
async function together(...requests: readonly Promise<Result>[]): Promise<string[]> {
  const results = await Promise.all(requests);
  return results.map(
    ({ errors }) => errors?.map(({ extensions }) => extensions.code).join(' ') ?? 'SUCCESS',
  );
}

/** Two people who both are Owners of so many flows, and nobody else. */
async function twoOwners(count: number) {
  const here = await workspace();
  const [one, other] = await here.people([{ role: 'USER_ADMIN' }, { role: 'USER_ADMIN' }]);
  const members = [one, other].map((user) => ({ user, role: 'OWNER' as const }));
  const flows = await createFlows(
    here,
    Array.from({ length: count }, () => ({ members })),
  );
  return { here, one, other, flows };
}

const demote = (who: Actor, { id, memberIds }: Shared, at: number) =>
  who.run(ChangeFlowMemberRole, {
    input: { flowId: id, memberId: memberIds[at] ?? '', role: 'VIEWER' },
  });

const remove = (who: Actor, { id, memberIds }: Shared, at: number) =>
  who.run(RemoveFlowMember, { input: { flowId: id, memberId: memberIds[at] ?? '' } });

const leave = (who: Actor, { id }: Shared) => who.run(LeaveFlow, { input: { flowId: id } });

async function ownersOf(flows: readonly Shared[]): Promise<number[]> {
  const { client } = await testDatabase();
  const owners = await client.flowMember.findMany({
    where: { flowId: { in: flows.map(({ rowId }) => rowId) }, role: 'OWNER' },
    select: { flowId: true },
  });
  return flows.map(({ rowId }) => owners.filter(({ flowId }) => flowId === rowId).length);
}

describe('two Owners at once', () => {
  test.each([
    {
      what: 'demote each other',
      race: (one: Actor, other: Actor, flow: Shared) =>
        together(demote(one, flow, 1), demote(other, flow, 0)),
    },
    {
      what: 'leave',
      race: (one: Actor, other: Actor, flow: Shared) =>
        together(leave(one, flow), leave(other, flow)),
    },
    {
      what: 'remove each other',
      race: (one: Actor, other: Actor, flow: Shared) =>
        together(remove(one, flow, 1), remove(other, flow, 0)),
    },
  ])('who $what: one of them stays Owner', async ({ race }) => {
    const { one, other, flows } = await twoOwners(10);
    for (const flow of flows) {
      const ends = (await race(one, other, flow)).toSorted();
      expect(ends[1]).toBe('SUCCESS');
      expect(['FORBIDDEN', 'LAST_ADMIN', 'NOT_FOUND']).toContain(ends[0]);
    }
    expect(await ownersOf(flows)).toEqual(flows.map(() => 1));
  });

  test('who add the same person: once a member', async () => {
    const { here, one, other, flows } = await twoOwners(5);
    const newcomer = await here.person({ role: 'USER_ADMIN' });
    const granteeId = globalId('User', newcomer.id);
    for (const flow of flows) {
      const input = { flowId: flow.id, granteeId, role: 'VIEWER' } as const;
      const ends = await together(
        one.run(AddFlowMember, { input }),
        other.run(AddFlowMember, { input }),
      );
      expect(ends.toSorted()).toEqual(['ALREADY_MEMBER', 'SUCCESS']);
    }
  });

  test('of whom one deletes what the other renames: before, or not at all', async () => {
    const { one, other, flows } = await twoOwners(5);
    for (const flow of flows) {
      const ends = await together(
        one.run(RenameFlow, { input: { flowId: flow.id, name: flow.name } }),
        other.run(DeleteFlow, { input: { flowId: flow.id, name: flow.name } }),
      );
      expect(ends[1]).toBe('SUCCESS');
      expect(['SUCCESS', 'NOT_FOUND']).toContain(ends[0]);
      await expect(await one.run(GetFlow, { id: flow.id })).toBeHidden();
    }
  });
});

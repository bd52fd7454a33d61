import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlow, createFlows, flowWorld } from '../support/flow-world.js';
import {
  AddFlowMember,
  AssumeFlowRole,
  ChangeFlowMemberRole,
  GetFlow,
  GetOrphaned,
  LeaveFlow,
  RemoveFlowMember,
  RenameFlow,
} from '../support/operations.js';
import { globalId, workspace, type Shared } from '../support/world.js';

const leave = (who: Actor, { id }: Shared) => who.run(LeaveFlow, { input: { flowId: id } });

describe('leaveFlow', () => {
  test.each(['editor', 'viewer'] as const)('allows the %s to go', async (role) => {
    const { flow, ...people } = await flowWorld('BOARD');
    const result = await leave(people[role], flow);
    expect(result).toSucceed();
    expect(result.data?.leaveFlow?.flow).toBeNull();
    await expect(await people[role].run(GetFlow, { id: flow.id })).toBeHidden();
    await expect(result).toHaveAudited({
      action: 'flowMember.left',
      outcome: 'SUCCEEDED',
      via: 'DIRECT',
      targetType: 'Board',
      targetId: flow.rowId,
      before: { grantee: 'User', granteeId: people[role].id, role: role.toUpperCase() },
    });
  });

  test('leaves those who see every flow what their account role gives', async () => {
    const here = await workspace();
    const [owner, editor] = await here.people([{}, { role: 'EDITOR' }]);
    const flow = await createFlow(here, {
      members: [
        { user: owner, role: 'OWNER' },
        { user: editor, role: 'VIEWER' },
      ],
    });
    const result = await leave(editor, flow);
    expect(result.data?.leaveFlow?.flow).toEqual({ id: flow.id });
    const { data } = await editor.run(GetFlow, { id: flow.id });
    expect(data?.flow?.access).toEqual({ role: null, via: 'ACCOUNT_ROLE' });
  });

  test('hides the flow from whoever does not see it, whom it shuts out among them', async () => {
    const { flow, shut, outsider, stranger, anonymous } = await flowWorld();
    for (const who of [shut, outsider, stranger]) {
      await expect(await leave(who, flow)).toBeHidden();
    }
    expect(await leave(anonymous, flow)).toFail('UNAUTHENTICATED');
  });

  test('refuses the last Owner, and whoever is no member', async () => {
    const { here, flow, owner, superAdmin } = await flowWorld();
    const account = await here.person({ role: 'EDITOR' });
    expect(await leave(owner, flow)).toFail('LAST_ADMIN');
    for (const who of [superAdmin, account]) expect(await leave(who, flow)).toFail('NOT_A_MEMBER');
  });

  test('lets an Owner go whom a suspended one does not replace, but another does', async () => {
    const here = await workspace();
    const [owner, asleep, other] = await here.people([{}, { suspended: true }, {}]);
    const flow = await createFlow(here, {
      members: [
        { user: owner, role: 'OWNER' },
        { user: asleep, role: 'OWNER' },
      ],
    });
    expect(await leave(owner, flow)).toFail('LAST_ADMIN');
    const granteeId = globalId('User', other.id);
    const input = { flowId: flow.id, granteeId, role: 'OWNER' } as const;
    expect(await owner.run(AddFlowMember, { input })).toSucceed();
    expect(await leave(owner, flow)).toSucceed();
  });
});

describe('assumeFlowRole', () => {
  const assume = (who: Actor, { id }: Shared, role: 'OWNER' | 'EDITOR' | 'VIEWER' | 'NONE') =>
    who.run(AssumeFlowRole, { input: { flowId: id, role } });

  test.each(['OWNER', 'EDITOR', 'VIEWER', 'NONE'] as const)(
    'allows Super Admins and Admins of the account to become %s',
    async (role) => {
      const { here, flow, superAdmin } = await flowWorld('SPACE');
      const admin = await here.person({ role: 'ADMIN' });
      for (const [who, via] of [
        [superAdmin, 'SUPER_ADMIN_OVERRIDE'],
        [admin, 'ACCOUNT_ROLE'],
      ] as const) {
        const result = await assume(who, flow, role);
        expect(result).toSucceed();
        const { client } = await testDatabase();
        const where = { requestId: result.requestId, action: 'flowMember.roleAssumed' };
        expect(await client.auditEntry.findMany({ where })).toMatchObject([
          {
            outcome: 'SUCCEEDED',
            via,
            targetType: 'Space',
            targetId: flow.rowId,
            before: null,
            after: { role },
          },
        ]);
        const own = { flowId: flow.rowId, userId: who.id };
        expect(await client.flowMember.findFirst({ where: own })).toMatchObject({ role });
      }
    },
  );

  test('opens a flow without an Owner again', async () => {
    const { here, superAdmin } = await flowWorld();
    const [asleep, admin] = await here.people([{ suspended: true }, { role: 'ADMIN' }]);
    const flow = await createFlow(here, { members: [{ user: asleep, role: 'OWNER' }] });
    const orphaned = await superAdmin.run(GetOrphaned, { id: flow.id });
    expect(orphaned.data?.flow).toEqual({ isOrphaned: true });
    const input = { flowId: flow.id, name: 'Found' };
    expect(await admin.run(RenameFlow, { input })).toBeDenied({ missing: 'flow:edit' });
    expect(await assume(admin, flow, 'OWNER')).toSucceed();
    expect(await admin.run(RenameFlow, { input })).toSucceed();
    const taken = await admin.run(GetOrphaned, { id: flow.id });
    expect(taken.data?.flow).toEqual({ isOrphaned: false });
  });

  test('denies everybody else who sees it', async () => {
    const { here, flow, owner, editor, viewer } = await flowWorld();
    const account = await here.person({ role: 'EDITOR' });
    for (const who of [owner, editor, viewer, account]) {
      const result = await assume(who, flow, 'OWNER');
      expect(result).toBeDenied({ missing: 'flow:assumeOwner' });
      await expect(result).toHaveAudited({ action: 'flowMember.roleAssumed', outcome: 'REFUSED' });
    }
  });

  test('hides it from all others: lists and shut doors from Admins of the account too', async () => {
    const { here, flow, shut, outsider, stranger } = await flowWorld();
    const admin = await here.person({ role: 'ADMIN' });
    for (const who of [shut, outsider, stranger]) {
      await expect(await assume(who, flow, 'OWNER')).toBeHidden();
    }
    const list = await createFlow(here, { kind: 'LIST' });
    const door = await createFlow(here, { members: [{ user: admin, role: 'NONE' }] });
    await expect(await assume(admin, list, 'OWNER')).toBeHidden();
    await expect(await assume(admin, door, 'OWNER')).toBeHidden();
  });

  test('refuses the last Owner a lesser role', async () => {
    const here = await workspace();
    const superAdmin = await here.person({ role: 'SUPER_ADMIN' });
    const flow = await createFlow(here, { members: [{ user: superAdmin, role: 'OWNER' }] });
    expect(await assume(superAdmin, flow, 'EDITOR')).toFail('LAST_ADMIN');
    expect(await assume(superAdmin, flow, 'OWNER')).toSucceed();
  });
});

describe('whoever acts as somebody', () => {
  async function acting() {
    const made = await flowWorld('PROCESS');
    const { here, flow, owner } = made;
    const program = await here.program();
    await here.letAct(program, { flowId: flow.rowId });
    return { ...made, program, as: program.as(owner) };
  }

  test('does for an Owner what the Owner could do', async () => {
    const { flow, as, owner, program, memberships } = await acting();
    const input = { flowId: flow.id, name: 'Renamed' };
    const result = await as.run(RenameFlow, { input });
    expect(result).toSucceed();
    await expect(result).toHaveAudited({
      subjectId: owner.id,
      actorId: program.id,
      grantId: expect.any(String),
    });
    const change = { flowId: flow.id, memberId: memberships.viewer, role: 'EDITOR' } as const;
    expect(await as.run(ChangeFlowMemberRole, { input: change })).toSucceed();
  });

  test('never touches the Owner’s own membership, or that of the service account', async () => {
    const { here, flow, as, program, memberships, owner } = await acting();
    const flowId = flow.id;
    const granteeId = globalId('ServiceAccount', program.id);
    const refused = (result: Result) =>
      expect(result.errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        denial: { reason: 'NOT_DELEGABLE' },
      });
    const other = await here.person();
    const second = { flowId, granteeId: globalId('User', other.id), role: 'OWNER' } as const;
    expect(await owner.run(AddFlowMember, { input: second })).toSucceed();
    refused(await as.run(LeaveFlow, { input: { flowId } }));
    refused(await as.run(AssumeFlowRole, { input: { flowId, role: 'OWNER' } }));
    refused(await as.run(RemoveFlowMember, { input: { flowId, memberId: memberships.owner } }));
    const lower = { flowId, memberId: memberships.owner, role: 'VIEWER' } as const;
    refused(await as.run(ChangeFlowMemberRole, { input: lower }));
    const own = { flowId, granteeId, role: 'EDITOR' } as const;
    refused(await as.run(AddFlowMember, { input: own }));
    expect(await owner.run(AddFlowMember, { input: own })).toSucceed();
  });

  test('reaches the one flow alone that was granted', async () => {
    const { here, flow, as, owner } = await acting();
    const [other] = await createFlows(here, [{ members: [{ user: owner, role: 'OWNER' }] }]);
    expect(await as.run(GetFlow, { id: flow.id })).toSucceed();
    const refused = await as.run(GetFlow, { id: other?.id ?? '' });
    const nowhere = await as.run(GetFlow, { id: globalId('Process', here.accountId) });
    expect(refused).toFail('FORBIDDEN');
    expect(refused.text).toBe(nowhere.text);
  });
});

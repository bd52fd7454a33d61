import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { createFlow, flowWorld } from '../support/flow-world.js';
import type { FlowRole } from '../support/generated/graphql.js';
import {
  AddFlowMember,
  ChangeFlowMemberRole,
  GetFlow,
  GetFlowMembers,
  GetOrphaned,
  RemoveFlowMember,
} from '../support/operations.js';
import { globalId } from '../support/world.js';

const ROLES = ['OWNER', 'EDITOR', 'VIEWER', 'NONE'] as const satisfies readonly FlowRole[];

const MISSING = {
  OWNER: 'flowMember:makeOwner',
  EDITOR: 'flowMember:makeEditor',
  VIEWER: 'flowMember:makeViewer',
  NONE: 'flowMember:makeNone',
} as const satisfies Record<FlowRole, string>;

async function rolesOf(reader: Actor, id: string) {
  const { data } = await reader.run(GetFlowMembers, { id, first: 100 });
  const flow = data?.flow;
  return flow && 'members' in flow ? flow.members?.edges.map(({ node }) => node.role) : undefined;
}

describe('addFlowMember', () => {
  test('allows an Owner to give every role, to people, groups and service accounts', async () => {
    const { here, flow, owner, outsider } = await flowWorld();
    const [one, other] = await here.people([{ role: 'USER_ADMIN' }, { role: 'EDITOR' }]);
    const groupId = await here.group([outsider]);
    const program = await here.program('Night robot');
    const grantees = [
      [globalId('User', one.id), 'OWNER'],
      [globalId('Group', groupId), 'VIEWER'],
      [globalId('ServiceAccount', program.id), 'EDITOR'],
      [globalId('User', other.id), 'NONE'],
    ] as const;
    for (const [granteeId, role] of grantees) {
      const input = { flowId: flow.id, granteeId, role };
      const result = await owner.run(AddFlowMember, { input });
      expect(result).toSucceed();
      expect(result.data?.addFlowMember?.flow?.id).toBe(flow.id);
    }
    const { data } = await owner.run(GetFlowMembers, { id: flow.id, first: 2, after: null });
    expect(data?.flow).toMatchObject({ members: { totalCount: 8, edges: [{}, {}] } });
    expect((await rolesOf(owner, flow.id))?.slice(4)).toEqual(grantees.map(([, role]) => role));
    const seen = await outsider.run(GetFlow, { id: flow.id });
    expect(seen.data?.flow?.access).toEqual({ role: 'VIEWER', via: 'GROUP' });
    expect(await program.run(GetFlow, { id: flow.id })).toSucceed();
    await expect(await other.run(GetFlow, { id: flow.id })).toBeHidden();
  });

  test.each(ROLES)('allows or denies an Editor to make somebody %s', async (role) => {
    const { flow, editor, outsider } = await flowWorld();
    const input = { flowId: flow.id, nameOrEmail: outsider.email, role };
    const result = await editor.run(AddFlowMember, { input });
    if (role === 'EDITOR' || role === 'VIEWER') expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: MISSING[role], role: 'Editor' });
  });

  test('denies an Editor to weaken an Owner of a group by a role of their own', async () => {
    const { here, editor, outsider, owner } = await flowWorld();
    const groupId = await here.group([outsider]);
    const flow = await createFlow(here, {
      members: [
        { user: owner, role: 'OWNER' },
        { user: editor, role: 'EDITOR' },
        { groupId, role: 'OWNER' },
      ],
    });
    const input = { flowId: flow.id, nameOrEmail: outsider.email, role: 'VIEWER' } as const;
    const result = await editor.run(AddFlowMember, { input });
    expect(result).toBeDenied({ missing: 'flowMember:makeViewer' });
    expect(await owner.run(AddFlowMember, { input })).toSucceed();
  });

  test.each(ROLES)(
    'denies whoever is not to share it, whether there is such a person or not: %s',
    async (role) => {
      const { here, flow, viewer, superAdmin, outsider } = await flowWorld();
      const [admin, account] = await here.people([{ role: 'ADMIN' }, { role: 'EDITOR' }]);
      for (const who of [viewer, superAdmin, admin, account]) {
        for (const nameOrEmail of [outsider.email, 'nobody@example.test']) {
          const input = { flowId: flow.id, nameOrEmail, role };
          const result = await who.run(AddFlowMember, { input });
          expect(result).toBeDenied({ missing: 'flowMember:write' });
        }
      }
    },
  );

  test('hides the flow from all others', async () => {
    const { flow, shut, outsider, stranger, anonymous } = await flowWorld();
    for (const nameOrEmail of [outsider.email, 'nobody@example.test']) {
      const input = { flowId: flow.id, nameOrEmail, role: 'VIEWER' } as const;
      for (const who of [shut, outsider, stranger]) {
        await expect(await who.run(AddFlowMember, { input })).toBeHidden();
      }
      expect(await anonymous.run(AddFlowMember, { input })).toFail('UNAUTHENTICATED');
    }
  });

  test('refuses members twice, nobody, several, and those of another account', async () => {
    const { here, flow, owner, viewer, stranger } = await flowWorld();
    await here.people([{ name: 'Twin' }, { name: 'Twin' }]);
    const add = (whom: object) =>
      owner.run(AddFlowMember, { input: { flowId: flow.id, role: 'VIEWER', ...whom } });
    expect(await add({ granteeId: globalId('User', viewer.id) })).toFail('ALREADY_MEMBER');
    expect(await add({ nameOrEmail: viewer.email })).toFail('ALREADY_MEMBER');
    expect(await add({ nameOrEmail: 'Twin' })).toFail('AMBIGUOUS_GRANTEE');
    expect(await add({ nameOrEmail: 'Nobody at all' })).toFail('GRANTEE_NOT_FOUND');
    expect(await add({ nameOrEmail: stranger.email })).toFail('GRANTEE_NOT_FOUND');
    expect(await add({ granteeId: globalId('User', stranger.id) })).toFail('GRANTEE_NOT_FOUND');
    expect(await add({ granteeId: flow.id })).toFail('GRANTEE_NOT_FOUND');
    expect(await add({})).toFail('INVALID_INPUT');
    const both = { nameOrEmail: 'Twin', granteeId: globalId('User', viewer.id) };
    expect(await add(both)).toFail('INVALID_INPUT');
    expect(await rolesOf(owner, flow.id)).toEqual(ROLES);
  });

  test('audits whom it was shared with', async () => {
    const { flow, owner, outsider } = await flowWorld('BOARD');
    const input = { flowId: flow.id, nameOrEmail: outsider.email, role: 'NONE' } as const;
    await expect(await owner.run(AddFlowMember, { input })).toHaveAudited({
      action: 'flowMember.added',
      outcome: 'SUCCEEDED',
      via: 'DIRECT',
      targetType: 'Board',
      targetId: flow.rowId,
      after: { grantee: 'User', granteeId: outsider.id, role: 'NONE' },
    });
  });
});

/** Whether an Editor may touch a member of each of these roles; an Owner may touch all. */
const EDITOR_MAY_TOUCH = { owner: false, editor: true, viewer: true, shut: true } as const;
const MEMBERS = ['owner', 'editor', 'viewer', 'shut'] as const;

describe('changeFlowMemberRole', () => {
  test.each(MEMBERS)('allows and denies to change %s', async (member) => {
    const { here, flow, owner, editor, viewer, superAdmin, memberships } = await flowWorld();
    const second = await here.person({ role: 'USER_ADMIN' });
    const granteeId = globalId('User', second.id);
    await owner.run(AddFlowMember, { input: { flowId: flow.id, granteeId, role: 'OWNER' } });
    const memberId = memberships[member];
    for (const role of ROLES) {
      const input = { flowId: flow.id, memberId, role };
      const missing = MISSING[role];
      for (const who of [viewer, superAdmin]) {
        expect(await who.run(ChangeFlowMemberRole, { input })).toBeDenied({ missing });
      }
      const mayMake = role === 'EDITOR' || role === 'VIEWER';
      if (member !== 'editor') {
        const result = await editor.run(ChangeFlowMemberRole, { input });
        if (mayMake && EDITOR_MAY_TOUCH[member]) expect(result).toSucceed();
        else expect(result).toBeDenied({ missing, role: 'Editor' });
      }
      expect(await second.run(ChangeFlowMemberRole, { input })).toSucceed();
      expect((await rolesOf(second, flow.id))?.[MEMBERS.indexOf(member)]).toBe(role);
      const back = { ...input, role: ROLES[MEMBERS.indexOf(member)] ?? 'NONE' };
      expect(await second.run(ChangeFlowMemberRole, { input: back })).toSucceed();
    }
  });

  test('hides the flow from all others', async () => {
    const { flow, shut, outsider, stranger, memberships } = await flowWorld();
    const input = { flowId: flow.id, memberId: memberships.viewer, role: 'OWNER' } as const;
    for (const who of [shut, outsider, stranger]) {
      await expect(await who.run(ChangeFlowMemberRole, { input })).toBeHidden();
    }
  });

  test.each(['EDITOR', 'VIEWER', 'NONE'] as const)(
    'refuses to make the last Owner %s',
    async (role) => {
      const { flow, owner, memberships } = await flowWorld();
      const input = { flowId: flow.id, memberId: memberships.owner, role };
      const result = await owner.run(ChangeFlowMemberRole, { input });
      expect(result).toFail('LAST_ADMIN');
      await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'LAST_ADMIN' });
      const { data } = await owner.run(GetOrphaned, { id: flow.id });
      expect(data?.flow).toEqual({ isOrphaned: false });
    },
  );

  test('audits the role before and after', async () => {
    const { flow, owner, viewer, memberships } = await flowWorld();
    const input = { flowId: flow.id, memberId: memberships.viewer, role: 'EDITOR' } as const;
    const who = { grantee: 'User', granteeId: viewer.id };
    await expect(await owner.run(ChangeFlowMemberRole, { input })).toHaveAudited({
      action: 'flowMember.roleChanged',
      outcome: 'SUCCEEDED',
      via: 'DIRECT',
      targetType: 'Process',
      before: { ...who, role: 'VIEWER' },
      after: { ...who, role: 'EDITOR' },
    });
  });
});

describe('removeFlowMember', () => {
  test.each(['viewer', 'shut'] as const)(
    'allows Owners and Editors to remove %s',
    async (member) => {
      for (const by of ['owner', 'editor'] as const) {
        const { flow, memberships, ...people } = await flowWorld();
        const input = { flowId: flow.id, memberId: memberships[member] };
        expect(await people[by].run(RemoveFlowMember, { input })).toSucceed();
        expect(await rolesOf(people.owner, flow.id)).toHaveLength(3);
      }
    },
  );

  test('denies Editors an Owner, and all others everybody', async () => {
    const { flow, editor, viewer, superAdmin, memberships } = await flowWorld();
    const input = { flowId: flow.id, memberId: memberships.owner };
    const missing = 'flowMember:remove';
    expect(await editor.run(RemoveFlowMember, { input })).toBeDenied({ missing, role: 'Editor' });
    for (const who of [viewer, superAdmin]) {
      const result = await who.run(RemoveFlowMember, { input });
      expect(result).toBeDenied({ missing: 'flowMember:write' });
    }
  });

  test('hides the flow from all others', async () => {
    const { flow, shut, outsider, stranger, memberships } = await flowWorld();
    const input = { flowId: flow.id, memberId: memberships.viewer };
    for (const who of [shut, outsider, stranger]) {
      await expect(await who.run(RemoveFlowMember, { input })).toBeHidden();
    }
  });

  test('refuses oneself, who leaves instead', async () => {
    const { flow, owner, editor, memberships } = await flowWorld();
    for (const [who, memberId] of [
      [owner, memberships.owner],
      [editor, memberships.editor],
    ] as const) {
      const result = await who.run(RemoveFlowMember, { input: { flowId: flow.id, memberId } });
      expect(result).toFail('SELF_REMOVAL_USE_LEAVE');
    }
  });

  test('refuses the group by which alone there is an Owner', async () => {
    const { here, outsider, editor } = await flowWorld();
    const groupId = await here.group([outsider]);
    const flow = await createFlow(here, {
      members: [
        { groupId, role: 'OWNER' },
        { user: editor, role: 'EDITOR' },
      ],
    });
    const [memberId = ''] = flow.memberIds;
    const result = await outsider.run(RemoveFlowMember, { input: { flowId: flow.id, memberId } });
    expect(result).toFail('LAST_ADMIN');
  });

  test('audits who went', async () => {
    const { flow, owner, shut, memberships } = await flowWorld('APP');
    const input = { flowId: flow.id, memberId: memberships.shut };
    await expect(await owner.run(RemoveFlowMember, { input })).toHaveAudited({
      action: 'flowMember.removed',
      outcome: 'SUCCEEDED',
      targetType: 'App',
      before: { grantee: 'User', granteeId: shut.id, role: 'NONE' },
    });
    expect(await shut.run(GetFlow, { id: flow.id })).toSucceed();
  });
});

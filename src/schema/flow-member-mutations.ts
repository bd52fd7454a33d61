import { PERMISSION_TO_MAKE_FLOW, type FlowRole as Role } from '../authz/flow-roles.js';
import { changeOf } from '../context.js';
import {
  addMember,
  assumeRole,
  changeMemberRole,
  leaveFlow,
  removeMember,
} from '../domain/flow-member.js';
import { flowOf, idOf } from '../domain/ids.js';
import { builder } from './builder.js';
import { FlowRole } from './enums.js';
import { flowPayload, theFlow } from './flow-payload.js';
import { newMember, oldMember, onOwnMembership, whomOf, whomToAdd } from './grantee.js';
import { onFlowOf, toGiveRole } from './scopes.js';

interface NewMember {
  readonly flowId: string;
  readonly nameOrEmail?: string | null;
  readonly granteeId?: string | null;
  readonly role: Role;
}

interface OldMember {
  readonly flowId: string;
  readonly memberId: string;
}

function theMember(args: { input: OldMember }) {
  return oldMember(theFlow(args), idOf('FlowMember', args.input.memberId));
}

builder.mutationField('addFlowMember', (t) =>
  t.fieldWithInput({
    type: flowPayload('AddFlowMemberPayload'),
    description:
      'Shares a flow with a person, a group or a service account, found by id or by a name or address that only one has.',
    audit: 'flowMember.added',
    authScopes: toGiveRole(
      'flow',
      PERMISSION_TO_MAKE_FLOW,
      ['flowMember:write'],
      (args: { input: NewMember }) => ({
        ...newMember(theFlow(args), args.input),
        role: args.input.role,
      }),
    ),
    input: {
      flowId: t.input.id({ description: 'The flow to share.' }),
      ...whomToAdd(t.input),
      role: t.input.field({ type: FlowRole, description: 'The role to give.' }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      await addMember(changeOf(context), flowId, whomOf(input), input.role);
      return { flowId };
    },
  }),
);

builder.mutationField('changeFlowMemberRole', (t) =>
  t.fieldWithInput({
    type: flowPayload('ChangeFlowMemberRolePayload'),
    description: 'Gives a member of a flow another role.',
    audit: 'flowMember.roleChanged',
    authScopes: toGiveRole(
      'flow',
      PERMISSION_TO_MAKE_FLOW,
      [],
      (args: { input: OldMember & { role: Role } }) => ({
        ...theMember(args),
        role: args.input.role,
      }),
    ),
    input: {
      flowId: t.input.id({ description: 'The flow.' }),
      memberId: t.input.id({ description: 'The membership to change: the id of a FlowMember.' }),
      role: t.input.field({ type: FlowRole, description: 'The role to give.' }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      const memberId = idOf('FlowMember', input.memberId);
      await changeMemberRole(changeOf(context), flowId, memberId, input.role);
      return { flowId };
    },
  }),
);

builder.mutationField('removeFlowMember', (t) =>
  t.fieldWithInput({
    type: flowPayload('RemoveFlowMemberPayload'),
    description: 'Removes somebody else from a flow; to go yourself use leaveFlow.',
    audit: 'flowMember.removed',
    authScopes: onFlowOf(['flowMember:write', 'flowMember:remove'], theMember),
    input: {
      flowId: t.input.id({ description: 'The flow.' }),
      memberId: t.input.id({ description: 'The membership to end: the id of a FlowMember.' }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      await removeMember(changeOf(context), flowId, idOf('FlowMember', input.memberId));
      return { flowId };
    },
  }),
);

builder.mutationField('leaveFlow', (t) =>
  t.fieldWithInput({
    type: flowPayload('LeaveFlowPayload'),
    description:
      'Gives up your own membership of a flow, whatever your role. The last Owner can’t.',
    audit: 'flowMember.left',
    authScopes: onOwnMembership(onFlowOf, ['flow:read'], theFlow),
    input: { flowId: t.input.id({ description: 'The flow to leave.' }) },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      await leaveFlow(changeOf(context), flowId);
      return { flowId };
    },
  }),
);

builder.mutationField('assumeFlowRole', (t) =>
  t.fieldWithInput({
    type: flowPayload('AssumeFlowRolePayload'),
    description:
      'Gives yourself, a Super Admin or Admin of the account, any role on a flow that you see.',
    audit: 'flowMember.roleAssumed',
    authScopes: onOwnMembership(onFlowOf, ['flow:read', 'flow:assumeOwner'], theFlow),
    input: {
      flowId: t.input.id({ description: 'The flow.' }),
      role: t.input.field({ type: FlowRole, description: 'The role to take.' }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId } = flowOf(input.flowId);
      await assumeRole(changeOf(context), flowId, input.role);
      return { flowId };
    },
  }),
);

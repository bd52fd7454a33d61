import { assignable } from '../authz/decide.js';
import { PERMISSION_TO_MAKE_FLOW } from '../authz/flow-roles.js';
import { FLOW_TYPENAMES, KINDS_BUT_DATASET } from '../domain/ids.js';
import { builder } from './builder.js';
import { capabilities, FlowCapabilities } from './capabilities.js';
import { pageCost } from './connections.js';
import { FlowRole } from './enums.js';
import { FlowMember, membersOn, pageOfMembers } from './flow-member.js';
import { Flow, readingOf } from './flow.js';
import { grantsHere } from './impersonation.js';
import { onFlow } from './scopes.js';
import { description } from './viewer-can.js';

const DESCRIPTIONS = {
  PROCESS: 'Steps in a fixed order, shared with those who take them.',
  BOARD: 'Cards that move between columns, shared with those who move them.',
  APP: 'An application built of other flows.',
  LIST: 'A list of values to choose from, seen by those with whom it is shared alone.',
  INTEGRATION: 'What connects other systems.',
  CHAT: 'A conversation.',
  SPACE: 'A place where a team works.',
} as const;

const FlowMemberEdge = builder.edgeObject({ type: FlowMember, name: 'FlowMemberEdge' });

const FlowMemberConnection = builder.connectionObject(
  { type: FlowMember, name: 'FlowMemberConnection' },
  FlowMemberEdge,
);

for (const kind of KINDS_BUT_DATASET) {
  const itself = ({ id }: { id: string }) => ({ id, kind });
  builder.prismaNode('Flow', {
    variant: FLOW_TYPENAMES[kind],
    description: DESCRIPTIONS[kind],
    interfaces: [Flow],
    id: { field: 'id' },
    authScopes: onFlow('flow:read', itself),
    select: { id: true, kind: true },
    fields: (t) => ({
      members: t.connection(
        {
          type: FlowMember,
          description: 'Who holds a role on it, in the order in which they were added.',
          authScopes: onFlow('flowMember:read', itself),
          complexity: pageCost,
          select: (args, _context, nested) => ({
            members: nested(membersOn(args), ['edges', 'node']),
            _count: { select: { members: true } },
          }),
          resolve: (flow, args) => pageOfMembers(flow, args),
        },
        FlowMemberConnection,
        FlowMemberEdge,
      ),
      assignableRoles: t.field({
        type: [FlowRole],
        description: 'The roles that you may give to somebody new.',
        authScopes: onFlow('flowMember:read', itself),
        resolve: async ({ id }, _args, context) => {
          const { facts } = await readingOf(id, context);
          return assignable(context.principal, 'flowMember:write', PERMISSION_TO_MAKE_FLOW, facts);
        },
      }),
      isOrphaned: t.boolean({
        description:
          'Whether no active Owner is left. A Super Admin or Admin of the account can take over with assumeFlowRole.',
        authScopes: onFlow('flowMember:read', itself),
        resolve: async ({ id }, _args, { access }) => !(await access.isAdministered(id)),
      }),
      viewerCan: t.field({
        type: FlowCapabilities,
        description,
        resolve: ({ id }, _args, context) => capabilities({ flowId: id }, context),
      }),
      impersonationGrants: t.relation('grants', {
        ...grantsHere,
        authScopes: onFlow('flow:extendImpersonation', itself),
      }),
    }),
  });
}

import { notOwnDenial } from '../authz/acting-denial.js';
import { PERMISSION_TO_MAKE } from '../authz/dataset-roles.js';
import { PERMISSION_TO_MAKE_FLOW } from '../authz/flow-roles.js';
import { permissionsToGive } from '../authz/remedy.js';
import { about, all, also, needs, needsUpTo, SELF, SIGNED_IN } from '../authz/rule.js';
import { familyOfKind, READ, ruleName } from '../authz/tables.js';
import { changeOf, type Context } from '../context.js';
import {
  approveAccessRequest,
  isMember,
  requesterTarget,
  requesterToManage,
} from '../domain/access-request-approval.js';
import {
  findRequest,
  refuseAccessRequest,
  requestAccess,
  targetOf as requestTarget,
  withdrawAccessRequest,
} from '../domain/access-request.js';
import type { Change } from '../domain/change.js';
import { anyFlowOf, idOf } from '../domain/ids.js';
import { visibleAccessRequests } from '../domain/visibility.js';
import { forbidden } from '../errors.js';
import { AccessRequest } from './access-request.js';
import { builder, reached } from './builder.js';
import { targetOf } from './flow-scope.js';
import { coordinate, missing, note } from './inputs.js';
import { printing } from './scopes.js';

function requestPayload(typename: string) {
  const description = 'The request as it is now.';
  const ref = builder
    .objectRef<{ readonly id: string }>(typename)
    .implement({ description, authScopes: reached });
  builder.objectField(ref, 'accessRequest', (t) =>
    t.prismaField({
      type: AccessRequest,
      description: 'The request.',
      resolve: (query, { id }, _args, { db, principal }) =>
        db.accessRequest.findFirstOrThrow({
          ...query,
          where: { AND: [{ id }, visibleAccessRequests(principal)] },
        }),
    }),
  );
  return ref;
}

/** A person who sees what they ask for a role on. */
const askers = printing(
  `signed in; on a dataset ${ruleName(READ.dataset)}, on another flow ${ruleName(READ.flow)}`,
  about({
    account: SIGNED_IN,
    dataset: all(SIGNED_IN, needs(READ.dataset)),
    flow: all(SIGNED_IN, needs(READ.flow)),
  }),
  (_parent: unknown, { input }: { input: { on?: string | null } }) => {
    if (input.on == null) return { signedIn: true };
    const { id, kind } = anyFlowOf(input.on);
    const family = familyOfKind(kind);
    // Who writes rows there need not wait, nor whoever else asks.
    const scope = { id, kind, permissions: [READ[family]], lock: 'SHARED' as const };
    return { signedIn: true, [family]: scope };
  },
);

builder.mutationField('requestAccess', (t) =>
  t.fieldWithInput({
    type: requestPayload('RequestAccessPayload'),
    description:
      'Asks for the least role that would let you do what you were refused. The `missing` of the denial are the permissions. There is one pending request for a role in a place.',
    audit: 'accessRequest.created',
    authScopes: askers,
    input: {
      permissions: t.input.stringList({
        description: 'What was missing, in the words of the rules.',
        validate: missing,
      }),
      on: t.input.id({
        required: false,
        description: 'Where: the id of a Dataset, Process, Board, …; unless given, in the account.',
      }),
      operation: t.input.string({
        required: false,
        description: 'The field that was refused, such as `Mutation.renameDataset`.',
        validate: coordinate,
      }),
      note: t.input.string({
        required: false,
        description: 'What those who decide should know.',
        validate: note,
      }),
    },
    resolve: async (_root, { input: { on, ...refused } }, context) => {
      const flowId = on == null ? null : anyFlowOf(on).id;
      return { id: await requestAccess(changeOf(context), { ...refused, flowId }) };
    },
  }),
);

interface Named {
  readonly input: { readonly requestId: string };
}

const NO_MEMBER = 'to somebody who is no member';

const GIVING = about({
  // One in the account is about whoever asks.
  person: needsUpTo('role:assign'),
  dataset: all(also(NO_MEMBER, needs('datasetMember:write')), {
    is: 'GIVING',
    makes: PERMISSION_TO_MAKE,
  }),
  flow: all(also(NO_MEMBER, needs('flowMember:write')), {
    is: 'GIVING',
    makes: PERMISSION_TO_MAKE_FLOW,
  }),
});

const WORDS = `on a dataset or flow what giving that role to a member takes there; otherwise ${ruleName('role:assign')}, nobody and nothing above you`;

/** Whoever could give what is asked for without being asked. */
const approvers = printing(
  WORDS,
  GIVING,
  async (_parent: unknown, { input }: Named, context: Context) => {
    const { db, principal } = context;
    if (!principal) return { authenticated: true };
    const target = requestTarget(idOf('AccessRequest', input.requestId));
    context.change?.aim(target);
    const request = await findRequest(db, principal, target.id);
    const { requesterId, flowId, flow, role } = request;
    if (!flowId || !flow || !role) {
      const find = (change: Change) => requesterToManage(change, request);
      return { upTo: { permission: 'role:assign' as const, target, find } };
    }
    const place = { requesterId, flowId };
    const family = familyOfKind(flow.kind);
    const member = await isMember(db, place);
    const permissions = permissionsToGive(family, role, member);
    const condition = targetOf((change) => requesterTarget(change, place, member));
    return { [family]: { id: flowId, kind: flow.kind, target, permissions, condition } };
  },
);

builder.mutationField('approveAccessRequest', (t) =>
  t.fieldWithInput({
    type: requestPayload('ApproveAccessRequestPayload'),
    description:
      'Gives whoever asked the role that they asked for; who has as much already keeps what they have. Nobody approves their own request.',
    audit: 'accessRequest.approved',
    changesRights: true,
    authScopes: approvers,
    input: {
      requestId: t.input.id({ description: 'The request.' }),
      note: t.input.string({
        required: false,
        description: 'What whoever asked should know.',
        validate: note,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('AccessRequest', input.requestId);
      await approveAccessRequest(changeOf(context), id, input.note ?? null);
      return { id };
    },
  }),
);

builder.mutationField('refuseAccessRequest', (t) =>
  t.fieldWithInput({
    type: requestPayload('RefuseAccessRequestPayload'),
    description: 'Says no to a request: nothing changes, and whoever asked can ask again.',
    audit: 'accessRequest.refused',
    // It changes none, but its rule holds whoever asked like that of approving.
    changesRights: true,
    authScopes: approvers,
    input: {
      requestId: t.input.id({ description: 'The request.' }),
      note: t.input.string({
        required: false,
        description: 'Why, for whoever asked.',
        validate: note,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('AccessRequest', input.requestId);
      await refuseAccessRequest(changeOf(context), id, input.note ?? null);
      return { id };
    },
  }),
);

/** Whoever made the request; others who see it may not take it back. */
const requesters = printing(
  'signed in, and self',
  all(SIGNED_IN, SELF),
  async (_parent: unknown, { input }: Named, context: Context) => {
    const { db, principal } = context;
    if (principal?.credential.kind !== 'session') return { signedIn: true };
    const target = requestTarget(idOf('AccessRequest', input.requestId));
    context.change?.aim(target);
    const { requesterId } = await findRequest(db, principal, target.id);
    if (requesterId !== principal.subject.id) throw forbidden(notOwnDenial(principal));
    return { signedIn: true };
  },
);

builder.mutationField('withdrawAccessRequest', (t) =>
  t.fieldWithInput({
    type: requestPayload('WithdrawAccessRequestPayload'),
    description: 'Takes back a pending request of your own.',
    audit: 'accessRequest.withdrawn',
    authScopes: requesters,
    input: { requestId: t.input.id({ description: 'The request.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('AccessRequest', input.requestId);
      await withdrawAccessRequest(changeOf(context), id);
      return { id };
    },
  }),
);

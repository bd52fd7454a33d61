import type { AuditAction } from '../audit/events.js';
import type { SharedResource as Resource } from '../authz/boundary.js';
import { decide } from '../authz/decide.js';
import { about, any, needs } from '../authz/rule.js';
import { ruleName } from '../authz/tables.js';
import { changeOf, type Context } from '../context.js';
import { anyFlowOf, encodeId, idOf, type NamedFlow } from '../domain/ids.js';
import {
  findGrant,
  grantImpersonation,
  revokeImpersonation,
  type GrantUse as Use,
} from '../domain/impersonation.js';
import { invalidInput, notFound } from '../errors.js';
import { builder, reached } from './builder.js';
import { AuditActionEnum, SharedResource } from './enums.js';
import { ImpersonationGrant } from './impersonation.js';
import { instant, reason, shortText } from './inputs.js';
import { printing } from './scopes.js';

interface Place {
  readonly flowId?: string | null | undefined;
  readonly sharedResource?: Resource | null | undefined;
}

/** The right to extend impersonation on a flow, which only those have who administer that flow. */
function onFlow({ kind, id }: NamedFlow) {
  return kind === 'DATASET'
    ? { dataset: { id, permissions: ['dataset:extendImpersonation' as const] } }
    : { flow: { id, kind, permissions: ['flow:extendImpersonation' as const] } };
}

const GRANTING = {
  account: needs('impersonation:share'),
  dataset: needs('dataset:extendImpersonation'),
  flow: needs('flow:extendImpersonation'),
};

const WORDS = `${ruleName('impersonation:share')} for a shared resource, ${ruleName('dataset:extendImpersonation')} (Admin) or ${ruleName('flow:extendImpersonation')} (Owner) for a flow`;

const toGrant = printing(
  WORDS,
  about(GRANTING),
  (_parent: unknown, { input }: { input: Place }) => {
    if ((input.flowId == null) === (input.sharedResource == null)) {
      const message = 'Give either flowId or sharedResource.';
      throw invalidInput([{ path: ['input'], message }]);
    }
    return input.flowId == null
      ? { account: 'impersonation:share' as const }
      : onFlow(anyFlowOf(input.flowId));
  },
);

const GrantImpersonationPayload = builder
  .objectRef<{ id: string }>('GrantImpersonationPayload')
  .implement({ description: 'The grant as it is now.', authScopes: reached });

builder.objectField(GrantImpersonationPayload, 'grant', (t) =>
  t.prismaField({
    type: ImpersonationGrant,
    description: 'The grant.',
    resolve: (query, { id }, _args, { db }) =>
      db.impersonationGrant.findUniqueOrThrow({ ...query, where: { id } }),
  }),
);

builder.mutationField('grantImpersonation', (t) =>
  t.fieldWithInput({
    type: GrantImpersonationPayload,
    description:
      'Lets a service account act as others, on one process, board or dataset or on a shared resource. Granting again changes reason and expiry.',
    audit: 'impersonation.granted',
    authScopes: toGrant,
    input: {
      serviceAccountId: t.input.id({
        required: false,
        description: 'Who is to act. Give either this or handle.',
      }),
      handle: t.input.string({
        required: false,
        description:
          'Who is to act, by the handle beside the name. Give either this or serviceAccountId.',
        validate: shortText,
      }),
      flowId: t.input.id({
        required: false,
        description: 'Where: the id of a Process, Board or Dataset that you administer.',
      }),
      sharedResource: t.input.field({
        type: SharedResource,
        required: false,
        description: 'Where, if not on one flow.',
      }),
      reason: t.input.string({
        required: false,
        description: 'Why, for those who review it.',
        validate: reason,
      }),
      expiresAt: t.input.field({
        type: 'DateTime',
        required: false,
        description: 'When it ends by itself; unless given, when it is revoked.',
        validate: instant,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const { id: flowId, kind } = anyFlowOf(input.flowId ?? '');
      const place = input.sharedResource ? { resource: input.sharedResource } : { flowId, kind };
      return { id: await grantImpersonation(changeOf(context), programOf(input), place, input) };
    },
  }),
);

function programOf(input: { serviceAccountId?: string | null; handle?: string | null }) {
  const { serviceAccountId, handle } = input;
  if ((serviceAccountId == null) === (handle == null)) {
    const message = 'Give either serviceAccountId or handle.';
    throw invalidInput([{ path: ['input'], message }]);
  }
  return handle == null ? { id: idOf('ServiceAccount', serviceAccountId ?? '') } : { handle };
}

/** Whoever could have given a grant ends it, and on flows also whoever manages service accounts. */
const toRevoke = printing(
  `${WORDS}; ${ruleName('serviceAccount:manage')} for both`,
  any(needs('serviceAccount:manage'), about({ dataset: GRANTING.dataset, flow: GRANTING.flow })),
  async (_parent: unknown, { input }: { input: { grantId: string } }, context: Context) => {
    const { db, principal } = context;
    // No key ends a grant, and what it would find makes no difference to the answer.
    if (principal?.credential.kind !== 'session')
      return { account: 'impersonation:share' as const };
    const grant = await findGrant(db, principal, idOf('ImpersonationGrant', input.grantId));
    const manages = decide(principal, 'serviceAccount:manage').allowed;
    if (grant && manages) return { account: 'serviceAccount:manage' as const };
    if (grant?.resource) return { account: 'impersonation:share' as const };
    // To anybody else a grant that is not on a flow of theirs is none.
    if (!grant?.flow || !grant.flowId) throw notFound();
    return onFlow({ kind: grant.flow.kind, id: grant.flowId });
  },
);

const GrantedAction = builder
  .objectRef<Use['actions'][number]>('ImpersonationGrantAction')
  .implement({
    description: 'An action, and how often a grant was used for it.',
    authScopes: reached,
    fields: (t) => ({
      action: t.field({
        type: AuditActionEnum,
        description: 'What was done.',
        resolve: ({ action }) => action as AuditAction,
      }),
      count: t.exposeInt('count', { description: 'How often, refusals included.' }),
    }),
  });

const GrantUse = builder.objectRef<Use>('ImpersonationGrantUse').implement({
  description: 'What a grant was used for in the last 30 days.',
  authScopes: reached,
  fields: (t) => ({
    operations: t.exposeInt('operations', { description: 'How many entries of the log name it.' }),
    people: t.exposeInt('people', { description: 'As how many people the service account acted.' }),
    lastAt: t.expose('lastAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used; null: not in these days.',
    }),
    actions: t.field({
      type: [GrantedAction],
      description: 'What was done, the most frequent first.',
      resolve: ({ actions }) => [...actions],
    }),
  }),
});

const RevokeImpersonationPayload = builder
  .objectRef<{ id: string; use: Use }>('RevokeImpersonationPayload')
  .implement({
    description: 'The grant is over.',
    authScopes: reached,
    fields: (t) => ({
      grantId: t.id({
        description: 'The grant that ended.',
        resolve: ({ id }) => encodeId('ImpersonationGrant', id),
      }),
      use: t.expose('use', {
        type: GrantUse,
        description: 'What used it in the last 30 days, and is refused from now on.',
      }),
    }),
  });

builder.mutationField('revokeImpersonation', (t) =>
  t.fieldWithInput({
    type: RevokeImpersonationPayload,
    description:
      'Ends a grant: from the answer on, nothing more is done by it. Says what used it lately.',
    audit: 'impersonation.revoked',
    authScopes: toRevoke,
    input: { grantId: t.input.id({ description: 'The grant: the id of an ImpersonationGrant.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('ImpersonationGrant', input.grantId);
      return { id, use: await revokeImpersonation(changeOf(context), id) };
    },
  }),
);

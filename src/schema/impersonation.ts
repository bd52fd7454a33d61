import {
  SHARED_RESOURCE_TABLE,
  SHARED_RESOURCES,
  type FlowKind as Kind,
  type SharedResource as Resource,
} from '../authz/boundary.js';
import type { Context } from '../context.js';
import { encodeId, FLOW_TYPENAMES } from '../domain/ids.js';
import { live, visibleGrants } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { Dataset } from './dataset.js';
import { FlowKind, SharedResource } from './enums.js';
import { met, onDataset } from './scopes.js';
import { ServiceAccount } from './service-account.js';

/** A flow as those name it who need not see into it. */
export const FlowReference = builder
  .objectRef<{ id: string; kind: Kind; name: string }>('FlowReference')
  .implement({
    description:
      'A flow by its name. To see more of it takes a role there, or an override like any other.',
    authScopes: reached,
    fields: (t) => ({
      id: t.id({
        description: 'The id of the Dataset, Process, Board, ….',
        resolve: ({ id, kind }) => encodeId(FLOW_TYPENAMES[kind], id),
      }),
      kind: t.expose('kind', { type: FlowKind, description: 'What it is.' }),
      name: t.exposeString('name', { description: 'The name.' }),
    }),
  });

export const ImpersonationGrant = builder.prismaNode('ImpersonationGrant', {
  description:
    'Lets a service account act as others: as the active members of one flow, or on a shared resource.',
  id: { field: 'id' },
  authScopes: reached,
  select: { id: true },
  fields: (t) => ({
    serviceAccount: t.field({
      type: ServiceAccount,
      description: 'Who may act.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ serviceAccount: nested() }),
      resolve: ({ serviceAccount }) => serviceAccount,
    }),
    flow: t.field({
      type: FlowReference,
      nullable: true,
      description: 'On which flow; null: on a shared resource, or the flow is gone.',
      select: { flow: { select: { id: true, kind: true, name: true } } },
      resolve: ({ flow }) => flow,
    }),
    sharedResource: t.expose('resource', {
      type: SharedResource,
      nullable: true,
      description: 'On which shared resource; null: on a flow.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, in the words of whoever granted it.',
    }),
    grantedAt: t.expose('grantedAt', { type: 'DateTime', description: 'Since when.' }),
    grantedBy: t.relation('grantedBy', {
      nullable: true,
      grantScopes: met,
      description: 'Who granted it; null: nobody who is known.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ends by itself; null: when it is revoked.',
    }),
    isLive: t.boolean({
      description: 'Whether it lets anybody act now.',
      select: { revokedAt: true, expiresAt: true },
      resolve: ({ revokedAt, expiresAt }, _args, { system }) =>
        revokedAt === null && (expiresAt === null || expiresAt > system.now()),
    }),
  }),
});

/** How the live grants on a flow are shown. */
export const grantsHere = {
  type: ImpersonationGrant,
  description: 'Which service accounts may act here as its members, oldest grant first.',
  complexity: { field: 1, multiplier: 10 },
  query: (_args: object, { system }: Context) => ({
    where: live(system.now()),
    orderBy: { id: 'asc' as const },
  }),
};

builder.prismaObjectField(Dataset, 'impersonationGrants', (t) =>
  t.relation('grants', {
    ...grantsHere,
    authScopes: onDataset('dataset:extendImpersonation', ({ id }: { id: string }) => ({ id })),
  }),
);

const SharedResourceSecurity = builder.objectRef<Resource>('SharedResourceSecurity').implement({
  description: 'A shared resource, and who may act as others on it.',
  authScopes: reached,
  fields: (t) => ({
    resource: t.field({
      type: SharedResource,
      description: 'Which one.',
      resolve: (resource) => resource,
    }),
    label: t.string({
      description: 'What people call it.',
      resolve: (resource) => SHARED_RESOURCE_TABLE[resource].label,
    }),
    grants: t.prismaField({
      type: [ImpersonationGrant],
      description: 'The live grants on it, oldest first: at most one for each service account.',
      complexity: { field: 1, multiplier: 10 },
      resolve: (query, resource, _args, { db, principal, system }) =>
        db.impersonationGrant.findMany({
          ...query,
          where: { AND: [visibleGrants(principal), { resource, ...live(system.now()) }] },
          orderBy: { id: 'asc' },
        }),
    }),
  }),
});

const ImpersonationSecurity = builder.objectRef<object>('ImpersonationSecurity').implement({
  description: 'Which service accounts may act as others, beside single flows.',
  authScopes: reached,
  fields: (t) => ({
    sharedResources: t.field({
      type: [SharedResourceSecurity],
      description: 'The shared resources, each with who holds a grant on it.',
      complexity: { field: 1, multiplier: SHARED_RESOURCES.length },
      resolve: () => SHARED_RESOURCES,
    }),
  }),
});

builder.queryField('impersonationSecurity', (t) =>
  t.field({
    type: ImpersonationSecurity,
    description: 'Who may act as others on the shared resources.',
    authScopes: { account: 'impersonation:share' },
    resolve: () => ({}),
  }),
);

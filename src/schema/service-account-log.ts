import {
  associatedCountStatement,
  associatedStatement,
  type AssociatedRow,
} from '../domain/associated-resources.js';
import { encodeId, idOf } from '../domain/ids.js';
import { AuditEntry, AuditFilter, entriesOf, NEWEST_FIRST } from './audit.js';
import { builder, reached } from './builder.js';
import {
  connectionOf,
  encodeCursor,
  isText,
  keyset,
  keysetConnection,
  pageCost,
  placesOf,
} from './connections.js';
import { MemberRole, SharedResource } from './enums.js';
import { FlowReference } from './impersonation.js';
import { managers, ServiceAccount } from './service-account.js';

const AssociatedAccess = builder.enumType('AssociatedAccess', {
  description: 'How a service account reaches a resource.',
  values: {
    MEMBER: { description: 'As itself, with a role of its own.' },
    IMPERSONATION: { description: 'As others, by a live grant.' },
  } as const,
});

const AssociatedResource = builder.objectRef<AssociatedRow>('AssociatedResource').implement({
  description: 'Something that a service account may reach.',
  authScopes: reached,
  fields: (t) => ({
    access: t.expose('access', { type: AssociatedAccess, description: 'How it reaches it.' }),
    flow: t.field({
      type: FlowReference,
      nullable: true,
      description: 'The flow; null: a shared resource.',
      resolve: ({ flowId: id, kind, name }) =>
        id !== null && kind !== null && name !== null ? { id, kind, name } : null,
    }),
    sharedResource: t.expose('resource', {
      type: SharedResource,
      nullable: true,
      description: 'The shared resource; null: a flow.',
    }),
    role: t.expose('role', {
      type: MemberRole,
      nullable: true,
      description: 'Its role, as a member.',
    }),
    since: t.expose('since', { type: 'DateTime', description: 'Since when.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the grant ends by itself; null: it does not.',
    }),
    grantId: t.id({
      nullable: true,
      description: 'The grant, to revoke it: the id of an ImpersonationGrant.',
      resolve: ({ access, id }) =>
        access === 'IMPERSONATION' ? encodeId('ImpersonationGrant', id) : null,
    }),
  }),
});

builder.prismaObjectField(ServiceAccount, 'associatedResources', (t) =>
  t.connection(
    {
      type: AssociatedResource,
      description: 'What it may reach, as itself and as others, newest first.',
      authScopes: managers,
      complexity: pageCost,
      args: {
        access: t.arg({
          type: AssociatedAccess,
          required: false,
          description: 'Only what it reaches in this way.',
        }),
      },
      resolve: ({ id }, { access, ...args }, { contents, principal, system }) => {
        const { after, before, ...page } = placesOf(args, ['id'], isText);
        const places = { ...page, after: after?.[0], before: before?.[0] };
        const of = [principal?.accountId ?? '', id, access, system.now()] as const;
        return connectionOf<AssociatedRow>(
          args,
          (row) => encodeCursor([['id', row.id]]),
          () => contents.find('associated', associatedStatement(...of, places)),
          async () => {
            const statement = associatedCountStatement(...of);
            const [counted] = await contents.find<{ count: number }>('count', statement);
            return counted?.count ?? 0;
          },
        );
      },
    },
    { name: 'AssociatedResourceConnection' },
    { name: 'AssociatedResourceEdge' },
  ),
);

const logReaders = { account: 'serviceAccountLog:read' } as const;

builder.prismaObjectFields(ServiceAccount, (t) => ({
  auditLog: t.connection(
    {
      type: AuditEntry,
      description:
        'All that it did or tried, as itself and as others, newest first: one entry for each query and each mutation field, refused ones included.',
      authScopes: logReaders,
      complexity: pageCost,
      args: { filter: t.arg({ type: AuditFilter, required: false, description: 'Which of it.' }) },
      select: ({ filter, ...args }, _context, nested) => {
        const keys = keyset(args, NEWEST_FIRST);
        const where = entriesOf(filter);
        return entriesSelection(
          nested({ ...keys, where: { AND: [where, keys.where] }, select: { id: true } }, [
            'edges',
            'node',
          ]),
          where,
        );
      },
      resolve: ({ party }, { filter: _filter, ...args }) => entriesPage(party, args),
    },
    { name: 'ServiceAccountAuditLogConnection' },
    { name: 'ServiceAccountAuditLogEdge' },
  ),
  actionsAs: t.connection(
    {
      type: AuditEntry,
      description: 'What it did or tried as one person, newest first.',
      authScopes: logReaders,
      complexity: pageCost,
      args: { userId: t.arg.id({ description: 'The person: the id of a User.' }) },
      select: ({ userId, ...args }, _context, nested) => {
        const keys = keyset(args, NEWEST_FIRST);
        const where = { subjectId: idOf('User', userId) };
        return entriesSelection(
          nested({ ...keys, where: { AND: [where, keys.where] }, select: { id: true } }, [
            'edges',
            'node',
          ]),
          where,
        );
      },
      resolve: ({ party }, { userId: _userId, ...args }) => entriesPage(party, args),
    },
    { name: 'ServiceAccountActionsConnection' },
    { name: 'ServiceAccountActionsEdge' },
  ),
}));

function entriesSelection<Nested>(auditActor: Nested, where: object) {
  return { party: { select: { auditActor, _count: { select: { auditActor: { where } } } } } };
}

interface Entries {
  readonly auditActor: { id: string }[];
  readonly _count: { readonly auditActor: number };
}

function entriesPage({ auditActor, _count }: Entries, args: Parameters<typeof keyset>[0]) {
  return keysetConnection<'id', { id: string }>(
    args,
    NEWEST_FIRST,
    () => auditActor,
    () => _count.auditActor,
  );
}

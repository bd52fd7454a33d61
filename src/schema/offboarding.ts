import { queryFromInfo } from '@pothos/plugin-prisma';

import { idOf } from '../domain/ids.js';
import type { InvitationState } from '../domain/invitation.js';
import { keysSeenBy, soleFlowsOf } from '../domain/offboarding.js';
import { belongings } from '../domain/user-removal.js';
import { visibleInvitations, visibleKeys, visibleUsers } from '../domain/visibility.js';
import { notFound } from '../errors.js';
import { AccessKey } from './access-key.js';
import { NEWEST_FIRST } from './audit.js';
import { builder } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { EgressKind } from './enums.js';
import { FlowReference } from './impersonation.js';
import { Invitation } from './invitation.js';
import { RemovedWithUser } from './user-mutations.js';
import { User } from './user.js';

const EXPORT_DAYS = 30;

/** Data that somebody took out. */
const DataEgress = builder.prismaObject('EgressRecord', {
  description: 'Data that somebody took out of the account.',
  authScopes: { account: 'auditLog:read' },
  select: { id: true },
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    kind: t.expose('kind', { type: EgressKind, description: 'In which way.' }),
    format: t.exposeString('format', { description: 'As what: CSV, XLSX, ….' }),
    fileName: t.exposeString('fileName', { description: 'What the file was called.' }),
    fetchedAt: t.expose('fetchedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the file was fetched; null: it never was.',
    }),
    flow: t.field({
      type: FlowReference,
      nullable: true,
      description: 'Out of what; null: it is gone.',
      select: { flow: { select: { id: true, kind: true, name: true } } },
      resolve: ({ flow }) => flow,
    }),
  }),
});

const OLDEST_FIRST = [['id', 'asc']] as const;

interface Row {
  readonly id: string;
}

interface InvitationRow extends Row {
  readonly state: InvitationState;
  readonly expiresAt: Date;
}

const OffboardingPlan = builder.objectRef<Row>('OffboardingPlan').implement({
  description:
    'What somebody would leave behind: to be looked through before `offboard`. Their sessions, API keys and groups are with the person.',
  authScopes: { account: 'user:remove' },
  fields: (t) => ({
    user: t.prismaField({
      type: User,
      description: 'The person.',
      resolve: (query, { id }, _args, { db, principal }) =>
        db.user.findFirstOrThrow({ ...query, where: { AND: [{ id }, visibleUsers(principal)] } }),
    }),
    goes: t.field({
      type: RemovedWithUser,
      description: 'How much goes with the person.',
      resolve: ({ id }, _args, { db, system }) => belongings(db, id, system.now()),
    }),
    soleAdminOf: t.field({
      type: [FlowReference],
      description:
        'Flows, datasets among them, of which nobody else is an active Admin or Owner, by name: hand them over, or they stay without one until a Super Admin or Admin takes a role there.',
      complexity: { field: 1, multiplier: 10 },
      resolve: ({ id }, _args, { db, principal }) =>
        soleFlowsOf(db, principal?.accountId ?? '', id),
    }),
    serviceAccountKeys: t.connection(
      {
        type: AccessKey,
        description:
          'Keys of service accounts whose secrets the person has seen, because they made them, oldest first. They keep working.',
        authScopes: { account: 'serviceAccount:manage' },
        complexity: pageCost,
        resolve: ({ id }, args, context, info) => {
          const { db, principal, system } = context;
          const where = { AND: [visibleKeys(principal), keysSeenBy(id, system.now())] };
          const path = ['edges', 'node'];
          const query = queryFromInfo({ context, info, typeName: 'AccessKey', path });
          return keysetConnection<'id', { id: string; userId: string | null }>(
            args,
            OLDEST_FIRST,
            (keys) =>
              db.accessKey.findMany({
                ...keys,
                select: { ...query.select, id: true, userId: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.accessKey.count({ where }),
          );
        },
      },
      { name: 'OffboardingKeyConnection' },
      { name: 'OffboardingKeyEdge' },
    ),
    invitations: t.connection(
      {
        type: Invitation,
        description:
          'Invitations that the person sent and nobody has accepted yet, newest first. Without the person they let nobody in.',
        authScopes: { account: 'user:create' },
        complexity: pageCost,
        resolve: ({ id }, args, context, info) => {
          const { db, principal } = context;
          const theirs = { invitedById: id, state: 'PENDING' } as const;
          const where = { AND: [visibleInvitations(principal), theirs] };
          const path = ['edges', 'node'];
          const query = queryFromInfo({ context, info, typeName: 'Invitation', path });
          return keysetConnection<'id', InvitationRow>(
            args,
            NEWEST_FIRST,
            (keys) =>
              db.invitation.findMany({
                ...keys,
                select: { ...query.select, id: true, state: true, expiresAt: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.invitation.count({ where }),
          );
        },
      },
      { name: 'OffboardingInvitationConnection' },
      { name: 'OffboardingInvitationEdge' },
    ),
    exports: t.connection(
      {
        type: DataEgress,
        description: 'What the person took out in the last 30 days, newest first.',
        authScopes: { account: 'auditLog:read' },
        complexity: pageCost,
        resolve: ({ id }, args, context, info) => {
          const { db, system } = context;
          const since = new Date(system.now().getTime() - EXPORT_DAYS * 86_400_000);
          const where = { subjectId: id, at: { gte: since } };
          const path = ['edges', 'node'];
          const query = queryFromInfo({ context, info, typeName: 'EgressRecord', path });
          return keysetConnection<'id', Row>(
            args,
            NEWEST_FIRST,
            (keys) =>
              db.egressRecord.findMany({
                ...keys,
                select: { ...query.select, id: true },
                where: { AND: [where, keys.where] },
              }),
            () => db.egressRecord.count({ where }),
          );
        },
      },
      { name: 'DataEgressConnection' },
      { name: 'DataEgressEdge' },
    ),
  }),
});

builder.queryField('offboardingPlan', (t) =>
  t.field({
    type: OffboardingPlan,
    description: 'What a person would leave behind.',
    authScopes: { account: 'user:remove' },
    args: { userId: t.arg.id({ description: 'The person.' }) },
    resolve: async (_root, { userId }, { db, principal }) => {
      const id = idOf('User', userId);
      const where = { AND: [{ id }, visibleUsers(principal)] };
      const found = await db.user.findFirst({ where, select: { id: true } });
      if (!found) throw notFound();
      return found;
    },
  }),
);

import { queryFromInfo } from '@pothos/plugin-prisma';

import type { AuditAction } from '../audit/events.js';
import { encodeId } from '../domain/ids.js';
import { visibleAuditEntries } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { AuditActionEnum, AuditOutcome } from './enums.js';
import { batchId, instant } from './inputs.js';
import { eitherKind, Principal, partyOf, principalIn } from './principal.js';
import { met } from './scopes.js';

export const NEWEST_FIRST = [['id', 'desc']] as const;

const AuditTarget = builder.objectRef<{ type: string; id: string }>('AuditTarget').implement({
  description: 'What an entry is about. It may be gone by now.',
  authScopes: reached,
  fields: (t) => ({
    type: t.exposeString('type', { description: 'Its type.' }),
    id: t.id({ description: 'Its id.', resolve: ({ type, id }) => encodeId(type, id) }),
  }),
});

/** Shown to its subject, too. */
export const ENTRY_ACTION = {
  type: AuditActionEnum,
  description: 'What was done or tried.',
  select: { action: true },
  resolve: ({ action }: { readonly action: string }) => action as AuditAction,
} as const;

export const ENTRY_TARGET = {
  type: AuditTarget,
  nullable: true,
  description: 'What it was about.',
  select: { targetType: true, targetId: true },
  resolve: ({ targetType: type, targetId: id }: Target) => (type && id ? { type, id } : null),
} as const;

interface Target {
  readonly targetType: string | null;
  readonly targetId: string | null;
}

export const AuditEntry = builder.prismaNode('AuditEntry', {
  description: 'What was done or refused, by whom, and with what right. Entries never change.',
  id: { field: 'id' },
  authScopes: { account: 'auditLog:read' },
  select: { id: true },
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    action: t.field(ENTRY_ACTION),
    outcome: t.expose('outcome', { type: AuditOutcome, description: 'How it ended.' }),
    subject: t.field({
      type: Principal,
      nullable: true,
      description: 'Whose rights counted.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ subject: eitherKind(nested) }),
      resolve: ({ subject }) => principalIn(subject),
    }),
    actor: t.field({
      type: Principal,
      nullable: true,
      description: 'Who really acted.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ actor: eitherKind(nested) }),
      resolve: ({ actor }) => principalIn(actor),
    }),
    credentialKind: t.exposeString('credentialKind', {
      nullable: true,
      description: 'What kind of credential it came with.',
    }),
    credentialId: t.exposeString('credentialId', {
      nullable: true,
      description: 'The handle of the credential; not the secret.',
    }),
    grant: t.relation('grant', {
      nullable: true,
      description: 'What let the actor act as the subject, if they differ.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why the actor acted as the subject, in the actor’s words.',
    }),
    target: t.field(ENTRY_TARGET),
    before: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'The values before.',
      select: { before: true },
      resolve: ({ before }) => before as Json,
    }),
    after: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'The values after.',
      select: { after: true },
      resolve: ({ after }) => after as Json,
    }),
    via: t.exposeString('via', {
      nullable: true,
      description: 'The path that allowed it: DIRECT, GROUP, ACCOUNT_ROLE or SUPER_ADMIN_OVERRIDE.',
    }),
    code: t.exposeString('code', {
      nullable: true,
      description: 'The error code, if it did not succeed.',
    }),
    denial: t.field({
      type: 'JSONObject',
      nullable: true,
      description: 'Why it was refused.',
      select: { denial: true },
      resolve: ({ denial }) => denial as Json,
    }),
    batchId: t.exposeString('batchId', {
      nullable: true,
      description: 'What the entries of one act of many steps have in common.',
    }),
    requestId: t.exposeString('requestId', { description: 'The request, as the log names it.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'Where it came from.' }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'The program it came from, as it named itself.',
    }),
  }),
});

type Json = Record<string, unknown> | null;

export const AuditFilter = builder.inputType('AuditFilter', {
  description: 'Which entries to list. What is given must all be true.',
  fields: (t) => ({
    principal: t.id({
      required: false,
      description: 'Entries of which this person or service account is subject or actor.',
    }),
    batchId: t.string({
      required: false,
      description: 'Entries of this act of many steps.',
      validate: batchId,
    }),
    action: t.field({
      type: [AuditActionEnum],
      required: false,
      description: 'Entries of one of these actions.',
    }),
    from: t.field({
      type: 'DateTime',
      required: false,
      description: 'At this time or later.',
      validate: instant,
    }),
    to: t.field({
      type: 'DateTime',
      required: false,
      description: 'Before this time.',
      validate: instant,
    }),
  }),
});

builder.queryField('auditLog', (t) =>
  t.connection(
    {
      type: AuditEntry,
      description: 'What was done in the account, newest first.',
      authScopes: { account: 'auditLog:read' },
      complexity: pageCost,
      args: { filter: t.arg({ type: AuditFilter, required: false, description: 'Which of it.' }) },
      resolve: (_root, { filter, ...page }, context, info) => {
        const where = { AND: [visibleAuditEntries(context.principal), entriesOf(filter)] };
        const query = queryFromInfo({
          context,
          info,
          typeName: 'AuditEntry',
          path: ['edges', 'node'],
        });
        return keysetConnection<'id', { id: string }>(
          page,
          NEWEST_FIRST,
          (keys) =>
            context.db.auditEntry.findMany({
              ...keys,
              select: { ...query.select, id: true },
              where: { AND: [where, keys.where] },
            }),
          () => context.db.auditEntry.count({ where }),
        );
      },
    },
    { name: 'AuditEntryConnection' },
    { name: 'AuditEntryEdge' },
  ),
);

type Filter = (typeof AuditFilter)['$inferInput'];

/** The entries that a filter is about. */
export function entriesOf(filter: Filter | null | undefined) {
  const { principal, action, batchId: batch, from, to } = filter ?? {};
  return {
    AND: [
      principal == null ? {} : concerning(principal),
      batch == null ? {} : { batchId: batch },
      action ? { action: { in: action as string[] } } : {},
      from ? { at: { gte: from } } : {},
      to ? { at: { lt: to } } : {},
    ],
  };
}

function concerning(globalId: string) {
  const { id, kind } = partyOf(globalId);
  return {
    OR: [
      { subjectId: id, subject: { kind } },
      { actorId: id, actor: { kind } },
    ],
  };
}

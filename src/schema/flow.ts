import { decide, effectiveGrant, type FlowFacts } from '../authz/decide.js';
import { groupsGiving } from '../authz/explain.js';
import { familyOfKind, READ } from '../authz/tables.js';
import type { Context } from '../context.js';
import { FLOW_TYPENAMES } from '../domain/ids.js';
import { builder, reached } from './builder.js';
import { AccessVia, FlowKind, MemberRole } from './enums.js';
import { Group } from './group.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met } from './scopes.js';

/** A flow, with what its reader holds there. */
export interface Reading {
  readonly id: string;
  readonly facts: FlowFacts;
}

/** What the reader of a flow holds there. */
export async function readingOf(id: string, { access }: Context): Promise<Reading> {
  return { id, facts: (await access.flow(id)) ?? { grants: [] } };
}

const FlowAccess = builder.objectRef<Reading>('FlowAccess').implement({
  description: 'What you hold on a flow.',
  authScopes: reached,
  fields: (t) => ({
    role: t.field({
      type: MemberRole,
      nullable: true,
      description:
        'Your role there, of your own or by a group; null: you have none, and see the flow in another way.',
      resolve: ({ facts }) => effectiveGrant(facts.grants)?.role ?? null,
    }),
    via: t.field({
      type: AccessVia,
      description: 'How you come to see it.',
      resolve: ({ facts }, _args, context) => viaOf(context, facts),
    }),
    groups: t.field({
      type: [Group],
      description:
        'The groups that give the role, as far as you can see groups; empty: it comes in another way.',
      resolve: ({ facts }, _args, { access }) => access.groups(groupsGiving(facts.grants)),
    }),
  }),
});

/** The path that lets the reader see a flow. */
function viaOf({ principal }: Context, facts: FlowFacts) {
  const read = READ[familyOfKind(facts.kind)];
  const decision = principal && decide(principal, read, facts);
  if (!decision?.allowed || decision.via === 'SELF') throw new Error('Nobody reads it unseen.');
  return decision.via;
}

/** What all flows have in common, whatever their kind. */
export const Flow = builder.prismaInterface('Flow', {
  description: 'Something that people work in and share, of whatever kind.',
  select: { id: true, kind: true },
  resolveType: ({ kind }) => FLOW_TYPENAMES[kind],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The id, unique among all objects.' }),
    kind: t.expose('kind', { type: FlowKind, description: 'What it is.' }),
    name: t.exposeString('name', { description: 'The name; several flows may have the same.' }),
    description: t.exposeString('description', { description: 'What it is for.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its name or description last changed.',
    }),
    createdBy: t.field({
      type: Principal,
      nullable: true,
      description: 'Who made it; null: nobody who is known.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ createdBy: eitherKind(nested) }),
      resolve: ({ createdBy }) => principalIn(createdBy),
    }),
    access: t.field({
      type: FlowAccess,
      description: 'What you hold on it.',
      resolve: ({ id }, _args, context) => readingOf(id, context),
    }),
  }),
});

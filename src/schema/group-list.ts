import type { FlowKind } from '../authz/boundary.js';
import type { MemberRole as Role } from '../authz/role-table.js';
import type { Context } from '../context.js';
import { idOf } from '../domain/ids.js';
import { visibleGroups, visibleMembershipsOfGroups, visibleUsers } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { carrying, inAccount } from './carrying.js';
import {
  connectionByName,
  connectionThrough,
  keyset,
  keysetConnection,
  pageCost,
} from './connections.js';
import { MemberRole } from './enums.js';
import { noteOverrides } from './flow-scope.js';
import { Group } from './group.js';
import { FlowReference } from './impersonation.js';
import { search } from './inputs.js';
import { selfOr } from './scopes.js';
import { User } from './user.js';

const directoryReader = { account: 'directory:read' } as const;

builder.queryFields((t) => ({
  group: t.prismaField({
    type: Group,
    nullable: true,
    description: 'One group; null: there is none of this id.',
    authScopes: directoryReader,
    args: { id: t.arg.id({ description: 'The id of a Group.' }) },
    resolve: (query, _root, { id }, { db, principal }) =>
      db.group.findFirst({
        ...query,
        where: { AND: [{ id: idOf('Group', id) }, visibleGroups(principal)] },
      }),
  }),
  groups: t.connection(
    {
      type: Group,
      description: 'The groups of the account by name.',
      authScopes: directoryReader,
      complexity: pageCost,
      args: {
        search: t.arg.string({
          required: false,
          description: 'Part of the name, in any case.',
          validate: search,
        }),
      },
      resolve: (_root, args, context, info) => {
        const seen = visibleGroups(context.principal);
        return connectionByName(args, context, info, {
          typeName: 'Group',
          model: context.db.group,
          seen,
        });
      },
    },
    { name: 'GroupConnection' },
    { name: 'GroupEdge' },
  ),
}));

const BY_USER = [['userId', 'asc']] as const;

/** What a group holds, as those see it who see who is a member of the flow. */
interface Membership {
  readonly id: string;
  readonly role: Role;
  readonly addedAt: Date;
  readonly flow: { readonly id: string; readonly kind: FlowKind; readonly name: string };
}

const MEMBERSHIP = {
  id: true,
  role: true,
  addedAt: true,
  flow: { select: { id: true, kind: true, name: true } },
} as const;

const GroupMembership = builder.objectRef<Membership>('GroupMembership').implement({
  description: 'A flow that a group reaches, and its role there.',
  authScopes: reached,
  fields: (t) => ({
    flow: t.expose('flow', { type: FlowReference, description: 'The flow.' }),
    role: t.expose('role', {
      type: MemberRole,
      description: 'The role of whoever is in the group, unless they hold one of their own.',
    }),
    addedAt: t.expose('addedAt', { type: 'DateTime', description: 'Since when.' }),
  }),
});

const BY_ID = [['id', 'asc']] as const;

builder.prismaObjectFields(Group, (t) => ({
  members: t.connection(
    {
      type: User,
      description: 'Who is in it, in the order in which they came into the account.',
      authScopes: carrying<unknown>('directory:read', inAccount('user:read')),
      complexity: pageCost,
      select: (args, { principal }, nested) => {
        const where = { user: visibleUsers(principal) };
        const keys = keyset(args, BY_USER);
        return {
          members: {
            ...keys,
            where: { AND: [where, keys.where] },
            select: {
              userId: true,
              user: nested({ select: { id: true } }, ['edges', 'node'], 'User'),
            },
          },
          _count: { select: { members: { where } } },
        };
      },
      resolve: ({ members, _count }, args) =>
        connectionThrough(args, BY_USER, members, ({ user }) => user, _count.members),
    },
    { name: 'GroupMemberConnection' },
    { name: 'GroupMemberEdge' },
  ),
  memberships: t.connection(
    {
      type: GroupMembership,
      description:
        'The flows, datasets among them, of which it is a member: those whose members you can see, or all of them with governance:read. The others are not counted either.',
      authScopes: { authenticated: true },
      complexity: pageCost,
      select: (args, { principal }) => {
        const where = visibleMembershipsOfGroups(principal);
        const keys = keyset(args, BY_ID);
        return {
          memberships: { ...keys, where: { AND: [where, keys.where] }, select: MEMBERSHIP },
          _count: { select: { memberships: { where } } },
        };
      },
      resolve: async ({ memberships, _count }, args, context) => {
        await noteOpened(context, memberships);
        return keysetConnection<'id', Membership>(
          args,
          BY_ID,
          () => memberships,
          () => _count.memberships,
        );
      },
    },
    { name: 'GroupMembershipConnection' },
    { name: 'GroupMembershipEdge' },
  ),
}));

/** Whoever reads them for governance opens nothing; otherwise what only the override shows is marked. */
async function noteOpened(context: Context, memberships: readonly Membership[]): Promise<void> {
  if (context.principal?.permissions.has('governance:read')) return;
  const flows = memberships.map(({ flow }) => flow);
  const [datasets, others] = [
    flows.filter(({ kind }) => kind === 'DATASET'),
    flows.filter(({ kind }) => kind !== 'DATASET'),
  ].map((some) => some.map(({ id }) => id));
  await noteOverrides(context, 'dataset', datasets ?? []);
  await noteOverrides(context, 'flow', others ?? []);
}

const BY_GROUP = [['groupId', 'asc']] as const;

builder.prismaObjectFields(User, (t) => ({
  groups: t.connection(
    {
      type: Group,
      description: 'The groups that the person is in, oldest group first.',
      authScopes: carrying(
        'directory:read',
        selfOr('user:read', ({ id }: { id: string }) => id),
      ),
      complexity: pageCost,
      select: (args, { principal }, nested) => {
        const where = { group: visibleGroups(principal) };
        const keys = keyset(args, BY_GROUP);
        return {
          groups: {
            ...keys,
            where: { AND: [where, keys.where] },
            select: {
              groupId: true,
              group: nested({ select: { id: true } }, ['edges', 'node'], 'Group'),
            },
          },
          _count: { select: { groups: { where } } },
        };
      },
      resolve: ({ groups, _count }, args) =>
        connectionThrough(args, BY_GROUP, groups, ({ group }) => group, _count.groups),
    },
    { name: 'UserGroupConnection' },
    { name: 'UserGroupEdge' },
  ),
}));

import { changeOf } from '../context.js';
import { idOf, encodeId } from '../domain/ids.js';
import { assignRoles, effectOfRoles, type RoleEffect } from '../domain/role-assignment.js';
import { namedRoles } from '../domain/role.js';
import { removeUser, type Removed } from '../domain/user-removal.js';
import { personToManage, reactivateUser, suspendUser, updateUser } from '../domain/user.js';
import { visibleUsers } from '../domain/visibility.js';
import { notFound } from '../errors.js';
import { builder, reached } from './builder.js';
import { email, ids, name } from './inputs.js';
import { upTo } from './scopes.js';
import { User } from './user.js';

interface Named {
  readonly input: { readonly userId: string; readonly roleIds?: readonly string[] };
}

/** The person whom the arguments name, with the roles that they are to get. */
function person({ input }: Named) {
  const id = idOf('User', input.userId);
  const roleIds = rolesIn(input.roleIds ?? []);
  return {
    target: { type: 'User' as const, id },
    find: (change: Parameters<typeof personToManage>[0]) =>
      personToManage(change, id, namedRoles(change.principal, roleIds)),
  };
}

function rolesIn(roleIds: readonly string[]): string[] {
  return [...new Set(roleIds.map((id) => idOf('Role', id)))];
}

function userPayload(typename: string) {
  const ref = builder.objectRef<{ id: string }>(typename).implement({
    description: 'The person as they are now.',
    authScopes: reached,
  });
  builder.objectField(ref, 'user', (t) =>
    t.prismaField({
      type: User,
      description: 'The person.',
      resolve: (query, { id }, _args, { db, principal }) =>
        db.user.findFirstOrThrow({ ...query, where: { AND: [{ id }, visibleUsers(principal)] } }),
    }),
  );
  return ref;
}

builder.mutationField('updateUser', (t) =>
  t.fieldWithInput({
    type: userPayload('UpdateUserPayload'),
    description:
      'Changes what is given and keeps the rest. Another address has to be verified before links are mailed there.',
    audit: 'user.updated',
    authScopes: upTo('user:update', person),
    input: {
      userId: t.input.id({ description: 'The person.' }),
      name: t.input.string({ required: false, description: 'The new name.', validate: name }),
      email: t.input.string({ required: false, description: 'The new address.', validate: email }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('User', input.userId);
      await updateUser(changeOf(context), id, {
        ...(input.name != null && { name: input.name }),
        ...(input.email != null && { email: input.email }),
      });
      return { id };
    },
  }),
);

builder.mutationField('updateProfile', (t) =>
  t.fieldWithInput({
    type: userPayload('UpdateProfilePayload'),
    description: 'Changes your own name.',
    audit: 'user.updated',
    authScopes: { signedIn: true },
    input: { name: t.input.string({ description: 'Your name.', validate: name }) },
    resolve: async (_root, { input }, context) => {
      const change = changeOf(context);
      const { id } = change.principal.subject;
      await updateUser(change, id, { name: input.name });
      return { id };
    },
  }),
);

const Effect = builder.objectRef<RoleEffect>('RoleEffect').implement({
  description: 'What other account roles would change for a person.',
  authScopes: reached,
  fields: (t) => ({
    gained: t.exposeStringList('gained', {
      description: 'What the person could do then, in the words of the rules.',
    }),
    lost: t.exposeStringList('lost', { description: 'What the person could do no longer.' }),
    flowsLost: t.exposeInt('flowsLost', {
      description:
        'How many flows, datasets and lists aside, the person sees by the account role alone, and would no longer see.',
    }),
  }),
});

builder.queryField('previewRoleChange', (t) =>
  t.field({
    type: Effect,
    description: 'What giving a person these account roles and no other would change.',
    authScopes: { account: 'role:assign' },
    args: {
      userId: t.arg.id({ description: 'The person.' }),
      roleIds: t.arg.idList({ description: 'All the roles to be held then.', validate: ids }),
    },
    resolve: async (_root, { userId, roleIds }, { db, principal }) => {
      const id = idOf('User', userId);
      const where = { AND: [{ id }, visibleUsers(principal)] };
      if (!(await db.user.findFirst({ where, select: { id: true } }))) throw notFound();
      const named = namedRoles(principal, rolesIn(roleIds));
      return effectOfRoles(db, principal?.accountId ?? '', id, named);
    },
  }),
);

builder.mutationField('assignRoles', (t) =>
  t.fieldWithInput({
    type: userPayload('AssignRolesPayload'),
    description:
      'Gives a person these account roles and no other, from the answer on. Ask previewRoleChange first what it takes away.',
    audit: 'user.rolesAssigned',
    changesRights: true,
    authScopes: upTo('role:assign', person),
    input: {
      userId: t.input.id({ description: 'The person.' }),
      roleIds: t.input.idList({
        description: 'All the roles to be held, at least one.',
        validate: ids.min(1, 'Name at least one role.'),
      }),
      confirm: t.input.boolean({
        defaultValue: false,
        description: 'True: also if the person loses permissions.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('User', input.userId);
      await assignRoles(changeOf(context), id, rolesIn(input.roleIds), input.confirm);
      return { id };
    },
  }),
);

builder.mutationField('suspendUser', (t) =>
  t.fieldWithInput({
    type: userPayload('SuspendUserPayload'),
    description:
      'Takes all access from a person, from the answer on: sessions end, API keys are off, nobody acts as them. Nothing is lost.',
    audit: 'user.suspended',
    changesRights: true,
    authScopes: upTo('user:suspend', person),
    input: { userId: t.input.id({ description: 'The person.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('User', input.userId);
      await suspendUser(changeOf(context), id);
      return { id };
    },
  }),
);

builder.mutationField('reactivateUser', (t) =>
  t.fieldWithInput({
    type: userPayload('ReactivateUserPayload'),
    description:
      'Lets a suspended person sign in again. API keys stay off until they are turned on.',
    audit: 'user.reactivated',
    changesRights: true,
    authScopes: upTo('user:suspend', person),
    input: { userId: t.input.id({ description: 'The person.' }) },
    resolve: async (_root, { input }, context) => {
      const id = idOf('User', input.userId);
      await reactivateUser(changeOf(context), id);
      return { id };
    },
  }),
);

export const RemovedWithUser = builder.objectRef<Removed>('RemovedWithUser').implement({
  description: 'What went with a person.',
  authScopes: reached,
  fields: (t) => ({
    sessions: t.exposeInt('sessions', { description: 'Sessions that ended.' }),
    apiKeys: t.exposeInt('apiKeys', { description: 'Their own API keys, which are deleted.' }),
    groups: t.exposeInt('groups', { description: 'Groups that they were in.' }),
    memberships: t.exposeInt('memberships', {
      description: 'Flows, datasets among them, of which they were a member themselves.',
    }),
    orphanedFlows: t.exposeInt('orphanedFlows', {
      description: 'Flows that have no active Admin or Owner any more.',
    }),
  }),
});

const RemoveUserPayload = builder
  .objectRef<{ id: string; removed: Removed }>('RemoveUserPayload')
  .implement({
    description: 'The person is gone; what they made and did stays, under their name.',
    authScopes: reached,
    fields: (t) => ({
      removedId: t.id({
        description: 'The id that the person had.',
        resolve: ({ id }) => encodeId('User', id),
      }),
      removed: t.expose('removed', { type: RemovedWithUser, description: 'What went with them.' }),
    }),
  });

builder.mutationField('removeUser', (t) =>
  t.fieldWithInput({
    type: RemoveUserPayload,
    description:
      'Removes a person from the account, with roles, groups, memberships, sessions and API keys. There is no way back.',
    audit: 'user.removed',
    changesRights: true,
    authScopes: upTo('user:remove', person),
    input: {
      userId: t.input.id({ description: 'The person.' }),
      confirm: t.input.boolean({
        defaultValue: false,
        description: 'True: do it. Otherwise the refusal says what would go.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('User', input.userId);
      return { id, removed: await removeUser(changeOf(context), id, input.confirm) };
    },
  }),
);

import { changeOf } from '../context.js';
import type { Change } from '../domain/change.js';
import { encodeId, idOf } from '../domain/ids.js';
import {
  createRole,
  deleteRole,
  designedRole,
  roleToChange,
  updateRole,
  type RoleUse,
} from '../domain/role.js';
import { visibleRoles } from '../domain/visibility.js';
import { notFound } from '../errors.js';
import { builder, reached } from './builder.js';
import { ids, name, permissions, shortDescription } from './inputs.js';
import { Role } from './role.js';
import { upTo } from './scopes.js';

interface Design {
  readonly permissions?: readonly string[] | null;
  readonly parentIds?: readonly string[] | null;
}

function designIn({ permissions: own, parentIds }: Design) {
  return {
    ...(own != null && { permissions: own }),
    ...(parentIds != null && { parentIds: [...new Set(parentIds.map((id) => idOf('Role', id)))] }),
  };
}

/** The role that the arguments name, with what it is to become. */
function oldRole({ input }: { readonly input: Design & { readonly roleId: string } }) {
  const id = idOf('Role', input.roleId);
  return {
    target: { type: 'Role' as const, id },
    find: (change: Change) => roleToChange(change, id, designIn(input)),
  };
}

function newRole({ input }: { readonly input: Design }) {
  return { find: (change: Change) => designedRole(change, designIn(input)) };
}

function rolePayload<Result extends { id: string }>(typename: string) {
  const ref = builder.objectRef<Result>(typename).implement({
    description: 'The role as it is now.',
    authScopes: reached,
  });
  builder.objectField(ref, 'role', (t) =>
    t.prismaField({
      type: Role,
      description: 'The role.',
      resolve: async (query, { id }, _args, { db, principal }) => {
        const where = { AND: [{ id }, visibleRoles(principal)] };
        const role = await db.role.findFirst({ ...query, where });
        // Who may make one without seeing any.
        if (!role) throw notFound();
        return role;
      },
    }),
  );
  return ref;
}

builder.mutationField('createRole', (t) =>
  t.fieldWithInput({
    type: rolePayload('CreateRolePayload'),
    description:
      'Makes an account role of the account’s own: its permissions and those of its parents together, none of which you lack. Takes the plan ENTERPRISE.',
    audit: 'role.created',
    changesRights: true,
    authScopes: upTo('role:write', newRole),
    input: {
      name: t.input.string({ description: 'The name, unique in the account.', validate: name }),
      description: t.input.string({
        defaultValue: '',
        description: 'What it is for.',
        validate: shortDescription,
      }),
      permissions: t.input.stringList({
        defaultValue: [],
        description: 'What it gives: names from `accountPermissions`.',
        validate: permissions,
      }),
      parentIds: t.input.idList({
        defaultValue: [],
        description: 'Roles that it inherits from, through at most eight levels.',
        validate: ids,
      }),
    },
    resolve: async (_root, { input }, context) => ({
      id: await createRole(changeOf(context), {
        name: input.name,
        description: input.description,
        permissions: input.permissions,
        parentIds: designIn(input).parentIds ?? [],
      }),
    }),
  }),
);

const UpdateRolePayload = rolePayload<{ id: string; affected: number }>('UpdateRolePayload');

builder.objectField(UpdateRolePayload, 'affectedPeople', (t) =>
  t.exposeInt('affected', {
    description: 'How many people hold it, or a role that inherits from it.',
  }),
);

builder.mutationField('updateRole', (t) =>
  t.fieldWithInput({
    type: UpdateRolePayload,
    description:
      'Changes what is given and keeps the rest. Whoever holds the role has what it gives from the answer on.',
    audit: 'role.updated',
    changesRights: true,
    authScopes: upTo('role:write', oldRole),
    input: {
      roleId: t.input.id({ description: 'A role of the account’s own.' }),
      name: t.input.string({ required: false, description: 'The new name.', validate: name }),
      description: t.input.string({
        required: false,
        description: 'What it is for now.',
        validate: shortDescription,
      }),
      permissions: t.input.stringList({
        required: false,
        description: 'All that it is to give by itself.',
        validate: permissions,
      }),
      parentIds: t.input.idList({
        required: false,
        description: 'All the roles that it is to inherit from.',
        validate: ids,
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Role', input.roleId);
      const affected = await updateRole(changeOf(context), id, {
        ...(input.name != null && { name: input.name }),
        ...(input.description != null && { description: input.description }),
        ...designIn(input),
      });
      return { id, affected };
    },
  }),
);

const RoleUseType = builder.objectRef<RoleUse>('RoleUse').implement({
  description: 'What depended on a role.',
  authScopes: reached,
  fields: (t) => ({
    people: t.exposeInt('people', {
      description: 'People who held it, or a role that inherited from it.',
    }),
    roles: t.exposeInt('roles', { description: 'Roles that inherited from it directly.' }),
    invitations: t.exposeInt('invitations', {
      description: 'Pending invitations that gave it: they give the role Viewer instead.',
    }),
  }),
});

const DeleteRolePayload = builder
  .objectRef<{ id: string; use: RoleUse }>('DeleteRolePayload')
  .implement({
    description: 'The role is gone; whoever held it keeps their other roles.',
    authScopes: reached,
    fields: (t) => ({
      deletedId: t.id({
        description: 'The id that it had.',
        resolve: ({ id }) => encodeId('Role', id),
      }),
      affected: t.expose('use', { type: RoleUseType, description: 'Whom that concerns.' }),
    }),
  });

builder.mutationField('deleteRole', (t) =>
  t.fieldWithInput({
    type: DeleteRolePayload,
    description: 'Deletes a role of the account’s own, whoever holds it. There is no way back.',
    audit: 'role.deleted',
    changesRights: true,
    authScopes: upTo('role:write', oldRole),
    input: {
      roleId: t.input.id({ description: 'A role of the account’s own.' }),
      name: t.input.string({
        description: 'Its name, typed again, so that nobody deletes the wrong one.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Role', input.roleId);
      return { id, use: await deleteRole(changeOf(context), id, input.name) };
    },
  }),
);

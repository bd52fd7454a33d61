import { changeOf } from '../context.js';
import type { Change } from '../domain/change.js';
import {
  addGroupMembers,
  createGroup,
  deleteGroup,
  peopleOfGroup,
  removeGroupMembers,
  renameGroup,
  type GroupUse as Use,
  type Regrouped,
  type Ungrouped,
} from '../domain/group.js';
import { encodeId, idOf } from '../domain/ids.js';
import { visibleGroups } from '../domain/visibility.js';
import { builder, reached } from './builder.js';
import { Group } from './group.js';
import { ids, name } from './inputs.js';
import { butForParty, met } from './scopes.js';

const managers = { account: 'group:write' } as const;

interface People {
  readonly input: { readonly groupId: string; readonly userIds: readonly string[] };
}

function peopleIn({ input }: People) {
  return {
    groupId: idOf('Group', input.groupId),
    userIds: [...new Set(input.userIds.map((id) => idOf('User', id)))],
  };
}

/** The group and the people whom the arguments name. */
function people(args: People) {
  const { groupId, userIds } = peopleIn(args);
  return {
    target: { type: 'Group' as const, id: groupId },
    find: (change: Change) => peopleOfGroup(change, groupId, userIds),
  };
}

const peopleManagers = butForParty('group:write', people);

/** Who may make one without seeing any is shown the one that they made. */
function groupPayload<Result extends { id: string }>(typename: string, isNew = false) {
  const ref = builder.objectRef<Result>(typename).implement({
    description: 'The group as it is now.',
    authScopes: reached,
  });
  builder.objectField(ref, 'group', (t) =>
    t.prismaField({
      type: Group,
      description: 'The group.',
      ...(isNew && { grantScopes: met }),
      resolve: (query, { id }, _args, { db, principal }) =>
        db.group.findFirstOrThrow({
          ...query,
          where: { AND: [{ id }, isNew ? {} : visibleGroups(principal)] },
        }),
    }),
  );
  return ref;
}

builder.mutationField('createGroup', (t) =>
  t.fieldWithInput({
    type: groupPayload('CreateGroupPayload', true),
    description:
      'Makes a group with nobody in it. Sharing with groups takes the plan ENTERPRISE; having them does not.',
    audit: 'group.created',
    changesRights: true,
    authScopes: managers,
    input: {
      name: t.input.string({ description: 'The name, unique in the account.', validate: name }),
    },
    resolve: async (_root, { input }, context) => ({
      id: await createGroup(changeOf(context), input.name),
    }),
  }),
);

builder.mutationField('renameGroup', (t) =>
  t.fieldWithInput({
    type: groupPayload('RenameGroupPayload'),
    description: 'Gives a group another name; who is in it and what it has stay.',
    audit: 'group.renamed',
    changesRights: true,
    authScopes: managers,
    input: {
      groupId: t.input.id({ description: 'The group.' }),
      name: t.input.string({ description: 'The new name.', validate: name }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Group', input.groupId);
      await renameGroup(changeOf(context), id, input.name);
      return { id };
    },
  }),
);

const AddGroupMembersPayload = groupPayload<{ id: string } & Regrouped>('AddGroupMembersPayload');

builder.objectFields(AddGroupMembersPayload, (t) => ({
  added: t.exposeInt('changed', { description: 'How many came in.' }),
  unchanged: t.exposeInt('unchanged', { description: 'How many were in it already.' }),
}));

const some = ids.min(1, 'Name at least one person.');

builder.mutationField('addGroupMembers', (t) =>
  t.fieldWithInput({
    type: AddGroupMembersPayload,
    description:
      'Puts people into a group: from the answer on they have its roles on flows. Nobody but a Super Admin puts themselves into one.',
    audit: 'group.membersAdded',
    changesRights: true,
    authScopes: peopleManagers,
    input: {
      groupId: t.input.id({ description: 'The group.' }),
      userIds: t.input.idList({
        description: 'Who is to come in, at most 100 at once; suspended people may be among them.',
        validate: some,
      }),
    },
    resolve: async (_root, args, context) => {
      const { groupId: id, userIds } = peopleIn(args);
      return { id, ...(await addGroupMembers(changeOf(context), id, userIds)) };
    },
  }),
);

const RemoveGroupMembersPayload = groupPayload<{ id: string } & Ungrouped>(
  'RemoveGroupMembersPayload',
);

builder.objectFields(RemoveGroupMembersPayload, (t) => ({
  removed: t.exposeInt('changed', { description: 'How many went out.' }),
  unchanged: t.exposeInt('unchanged', { description: 'How many were not in it anyway.' }),
  orphanedFlows: t.exposeInt('orphanedFlows', {
    description: 'Flows that have no active Admin or Owner any more.',
  }),
}));

builder.mutationField('removeGroupMembers', (t) =>
  t.fieldWithInput({
    type: RemoveGroupMembersPayload,
    description:
      'Takes people out of a group: from the answer on they have its roles no longer. Roles of their own stay.',
    audit: 'group.membersRemoved',
    changesRights: true,
    authScopes: peopleManagers,
    input: {
      groupId: t.input.id({ description: 'The group.' }),
      userIds: t.input.idList({
        description: 'Who is to go out, at most 100 at once.',
        validate: some,
      }),
    },
    resolve: async (_root, args, context) => {
      const { groupId: id, userIds } = peopleIn(args);
      return { id, ...(await removeGroupMembers(changeOf(context), id, userIds)) };
    },
  }),
);

const GroupUse = builder.objectRef<Use>('GroupUse').implement({
  description: 'What depended on a group.',
  authScopes: reached,
  fields: (t) => ({
    members: t.exposeInt('members', { description: 'People who were in it.' }),
    flows: t.exposeInt('flows', {
      description: 'Flows, datasets among them, of which it was a member.',
    }),
    invitations: t.exposeInt('invitations', { description: 'Pending invitations into it.' }),
  }),
});

const DeleteGroupPayload = builder
  .objectRef<{ id: string; use: Use }>('DeleteGroupPayload')
  .implement({
    description: 'The group is gone; whoever was in it keeps what they have otherwise.',
    authScopes: reached,
    fields: (t) => ({
      deletedId: t.id({
        description: 'The id that it had.',
        resolve: ({ id }) => encodeId('Group', id),
      }),
      affected: t.expose('use', { type: GroupUse, description: 'Whom and what that concerns.' }),
    }),
  });

builder.mutationField('deleteGroup', (t) =>
  t.fieldWithInput({
    type: DeleteGroupPayload,
    description:
      'Deletes a group with its memberships; refused while it alone administers a flow. There is no way back.',
    audit: 'group.deleted',
    changesRights: true,
    authScopes: managers,
    input: {
      groupId: t.input.id({ description: 'The group.' }),
      name: t.input.string({
        description: 'Its name, typed again, so that nobody deletes the wrong one.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('Group', input.groupId);
      return { id, use: await deleteGroup(changeOf(context), id, input.name) };
    },
  }),
);

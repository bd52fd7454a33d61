import { PERMISSION_TO_MAKE, type DatasetRole as Role } from '../authz/dataset-roles.js';
import { changeOf } from '../context.js';
import {
  addMember,
  assumeRole,
  changeMemberRole,
  leaveFlow,
  removeMember,
} from '../domain/flow-member.js';
import { idOf } from '../domain/ids.js';
import { builder } from './builder.js';
import { datasetPayload, theDataset } from './dataset-payload.js';
import { DatasetRole } from './enums.js';
import { newMember, oldMember, onOwnMembership, whomOf, whomToAdd } from './grantee.js';
import { onDatasetOf, toGiveRole } from './scopes.js';

interface NewMember {
  readonly datasetId: string;
  readonly nameOrEmail?: string | null;
  readonly granteeId?: string | null;
  readonly role: Role;
}

interface OldMember {
  readonly datasetId: string;
  readonly memberId: string;
}

function theMember(args: { input: OldMember }) {
  return oldMember(theDataset(args), idOf('DatasetMember', args.input.memberId));
}

builder.mutationField('addDatasetMember', (t) =>
  t.fieldWithInput({
    type: datasetPayload('AddDatasetMemberPayload'),
    description:
      'Shares a dataset with a person, a group or a service account, found by id or by a name or address that only one has.',
    audit: 'datasetMember.added',
    authScopes: toGiveRole(
      'dataset',
      PERMISSION_TO_MAKE,
      ['datasetMember:write'],
      (args: { input: NewMember }) => ({
        ...newMember(theDataset(args), args.input),
        role: args.input.role,
      }),
    ),
    input: {
      datasetId: t.input.id({ description: 'The dataset to share.' }),
      ...whomToAdd(t.input),
      role: t.input.field({ type: DatasetRole, description: 'The role to give.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await addMember(changeOf(context), datasetId, whomOf(input), input.role);
      return { datasetId };
    },
  }),
);

builder.mutationField('changeDatasetMemberRole', (t) =>
  t.fieldWithInput({
    type: datasetPayload('ChangeDatasetMemberRolePayload'),
    description: 'Gives a member of a dataset another role.',
    audit: 'datasetMember.roleChanged',
    authScopes: toGiveRole(
      'dataset',
      PERMISSION_TO_MAKE,
      [],
      (args: { input: OldMember & { role: Role } }) => ({
        ...theMember(args),
        role: args.input.role,
      }),
    ),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      memberId: t.input.id({ description: 'The membership to change: the id of a DatasetMember.' }),
      role: t.input.field({ type: DatasetRole, description: 'The role to give.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      const memberId = idOf('DatasetMember', input.memberId);
      await changeMemberRole(changeOf(context), datasetId, memberId, input.role);
      return { datasetId };
    },
  }),
);

builder.mutationField('removeDatasetMember', (t) =>
  t.fieldWithInput({
    type: datasetPayload('RemoveDatasetMemberPayload'),
    description: 'Removes somebody else from a dataset; to go yourself use leaveDataset.',
    audit: 'datasetMember.removed',
    authScopes: onDatasetOf(['datasetMember:write', 'datasetMember:remove'], theMember),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      memberId: t.input.id({ description: 'The membership to end: the id of a DatasetMember.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await removeMember(changeOf(context), datasetId, idOf('DatasetMember', input.memberId));
      return { datasetId };
    },
  }),
);

builder.mutationField('leaveDataset', (t) =>
  t.fieldWithInput({
    type: datasetPayload('LeaveDatasetPayload'),
    description:
      'Gives up your own membership of a dataset, whatever your role. The last Admin can’t.',
    audit: 'datasetMember.left',
    authScopes: onOwnMembership(onDatasetOf, ['dataset:read'], theDataset),
    input: { datasetId: t.input.id({ description: 'The dataset to leave.' }) },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await leaveFlow(changeOf(context), datasetId);
      return { datasetId };
    },
  }),
);

builder.mutationField('assumeDatasetRole', (t) =>
  t.fieldWithInput({
    type: datasetPayload('AssumeDatasetRolePayload'),
    description: 'Gives yourself, a Super Admin, any role on any dataset of the account.',
    audit: 'datasetMember.roleAssumed',
    authScopes: onDatasetOf(['dataset:read', 'dataset:override'], theDataset),
    input: {
      datasetId: t.input.id({ description: 'The dataset.' }),
      role: t.input.field({ type: DatasetRole, description: 'The role to take.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await assumeRole(changeOf(context), datasetId, input.role);
      return { datasetId };
    },
  }),
);

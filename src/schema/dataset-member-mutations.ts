import type { DatasetRole as Role } from '../authz/dataset-roles.js';
import { changeOf } from '../context.js';
import {
  addMember,
  assumeRole,
  changeMemberRole,
  granteeTarget,
  leaveFlow,
  memberTarget,
  removeMember,
  type Whom,
} from '../domain/flow-member.js';
import { decodeId, idOf } from '../domain/ids.js';
import { invalidInput } from '../errors.js';
import { builder } from './builder.js';
import { datasetPayload, theDataset } from './dataset-payload.js';
import { DatasetRole } from './enums.js';
import { targetOf } from './flow-scope.js';
import { shortText } from './inputs.js';
import { onDatasetOf, toGiveRole } from './scopes.js';

builder.mutationField('addDatasetMember', (t) =>
  t.fieldWithInput({
    type: datasetPayload('AddDatasetMemberPayload'),
    description:
      'Shares a dataset with a person, a group or a service account, found by id or by a name or address that only one has.',
    audit: 'datasetMember.added',
    authScopes: toGiveRole(['datasetMember:write'], ({ input }: { input: NewMember }) => {
      const id = idOf('Dataset', input.datasetId);
      return {
        id,
        role: input.role,
        condition: targetOf((change) => granteeTarget(change, id, whomOf(input))),
      };
    }),
    input: {
      datasetId: t.input.id({ description: 'The dataset to share.' }),
      nameOrEmail: t.input.string({
        required: false,
        description:
          'Whom to add: the name, e-mail address or handle. Give either this or granteeId.',
        validate: shortText,
      }),
      granteeId: t.input.id({
        required: false,
        description:
          'Whom to add: the id of a User, Group or ServiceAccount. Give either this or nameOrEmail.',
      }),
      role: t.input.field({ type: DatasetRole, description: 'The role to give.' }),
    },
    resolve: async (_root, { input }, context) => {
      const datasetId = idOf('Dataset', input.datasetId);
      await addMember(changeOf(context), datasetId, whomOf(input), input.role);
      return { datasetId };
    },
  }),
);

interface NewMember {
  readonly datasetId: string;
  readonly nameOrEmail?: string | null;
  readonly granteeId?: string | null;
  readonly role: Role;
}

function whomOf({ nameOrEmail, granteeId }: NewMember): Whom {
  if ((nameOrEmail == null) === (granteeId == null)) {
    throw invalidInput([{ path: ['input'], message: 'Give either nameOrEmail or granteeId.' }]);
  }
  if (nameOrEmail != null) return { nameOrEmail };
  const { typename } = decodeId(granteeId ?? '');
  const kind = GRANTEE_KINDS.find((name) => name === typename) ?? 'User';
  return { id: { kind, id: idOf(kind, granteeId ?? '') } };
}

const GRANTEE_KINDS = ['User', 'Group', 'ServiceAccount'] as const;

interface OldMember {
  readonly datasetId: string;
  readonly memberId: string;
}

/** Where a rule finds the dataset, and the member of it who is to be changed. */
function oldMember({ datasetId, memberId }: OldMember) {
  const id = idOf('Dataset', datasetId);
  const condition = targetOf((change) => memberTarget(change, id, idOf('DatasetMember', memberId)));
  return { id, condition };
}

builder.mutationField('changeDatasetMemberRole', (t) =>
  t.fieldWithInput({
    type: datasetPayload('ChangeDatasetMemberRolePayload'),
    description: 'Gives a member of a dataset another role.',
    audit: 'datasetMember.roleChanged',
    authScopes: toGiveRole([], ({ input }: { input: OldMember & { role: Role } }) => ({
      ...oldMember(input),
      role: input.role,
    })),
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
    authScopes: onDatasetOf(
      ['datasetMember:write', 'datasetMember:remove'],
      ({ input }: { input: OldMember }) => oldMember(input),
    ),
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

/** What a mutation of the subject's own membership is about. */
const OWN_MEMBERSHIP = { target: { role: null, isParty: true } };

builder.mutationField('leaveDataset', (t) =>
  t.fieldWithInput({
    type: datasetPayload('LeaveDatasetPayload'),
    description:
      'Gives up your own membership of a dataset, whatever your role. The last Admin can’t.',
    audit: 'datasetMember.left',
    authScopes: onDatasetOf(['dataset:read'], (args: { input: { datasetId: string } }) => ({
      ...theDataset(args),
      known: OWN_MEMBERSHIP,
    })),
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
    authScopes: onDatasetOf(['dataset:override'], theDataset),
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

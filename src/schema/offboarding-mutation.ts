import { about, all, also, any, needs, needsUpTo } from '../authz/rule.js';
import { changeOf } from '../context.js';
import type { MintedKey } from '../domain/access-key.js';
import type { Change } from '../domain/change.js';
import { anyFlowOf, encodeId, idOf } from '../domain/ids.js';
import { offboard, personToOffboard, type Offboarding } from '../domain/offboarding.js';
import { builder, reached } from './builder.js';
import { handOvers, overlapHours } from './inputs.js';
import { printing } from './scopes.js';
import { RemovedWithUser } from './user-mutations.js';

interface Input {
  readonly userId: string;
  readonly handOver: readonly { readonly flowId: string; readonly toUserId: string }[];
  readonly takeOverInvitations: boolean;
  readonly rotateServiceAccountKeys: boolean;
}

const RULE =
  'account: user:remove, nobody and nothing above you; to hand over a dataset also dataset: datasetMember:makeAdmin, a flow flow: flowMember:makeOwner or account: flow:assumeOwner; for invitations account: user:create; for keys account: serviceAccount:manage';

const toOffboard = printing(
  RULE,
  all(
    needsUpTo('user:remove'),
    also(
      'to hand over',
      about({
        dataset: needs('datasetMember:makeAdmin'),
        flow: any(needs('flowMember:makeOwner'), needs('flow:assumeOwner')),
      }),
    ),
    also('for invitations', needs('user:create')),
    also('for keys', needs('serviceAccount:manage')),
  ),
  (_parent: unknown, { input }: { input: Input }) => {
    const id = idOf('User', input.userId);
    return {
      upTo: {
        permission: 'user:remove' as const,
        target: { type: 'User' as const, id },
        find: (change: Change) => personToOffboard(change, id),
      },
      handOver: input.handOver.map(({ flowId }) => anyFlowOf(flowId)),
      ...(input.takeOverInvitations && { account: 'user:create' as const }),
      ...(input.rotateServiceAccountKeys && {
        $all: { account: 'serviceAccount:manage' as const },
      }),
    };
  },
  {
    'to hand over': ({ input }: { input: Input }) => input.handOver.length > 0,
    'for invitations': ({ input }: { input: Input }) => input.takeOverInvitations,
    'for keys': ({ input }: { input: Input }) => input.rotateServiceAccountKeys,
  },
);

const RotatedKey = builder.objectRef<MintedKey>('RotatedKey').implement({
  description: 'The successor of a key.',
  authScopes: reached,
  fields: (t) => ({
    accessKeyId: t.id({
      description: 'The new key.',
      resolve: ({ id }) => encodeId('AccessKey', id),
    }),
    key: t.exposeString('key', { description: 'The whole key, shown once and never again.' }),
  }),
});

const OffboardPayload = builder
  .objectRef<Offboarding & { id: string }>('OffboardPayload')
  .implement({
    description: 'The person is gone, and what they leave behind is settled.',
    authScopes: reached,
    fields: (t) => ({
      removedId: t.id({
        description: 'The id that the person had.',
        resolve: ({ id }) => encodeId('User', id),
      }),
      batchId: t.exposeString('batchId', {
        description: 'What all its entries in the audit log have in common.',
      }),
      removed: t.expose('removed', { type: RemovedWithUser, description: 'What went with them.' }),
      handedOver: t.exposeInt('handedOver', { description: 'How many flows were handed over.' }),
      invitations: t.exposeInt('invitations', {
        description: 'How many pending invitations were taken over or revoked.',
      }),
      rotated: t.field({
        type: [RotatedKey],
        description: 'The successors of keys of service accounts.',
        resolve: ({ rotated }) => rotated,
      }),
      notRotatedIds: t.idList({
        description:
          'Keys that have no successor, because their service account has no place for it.',
        resolve: ({ notRotated }) => notRotated.map((id) => encodeId('AccessKey', id)),
      }),
    }),
  });

const HandOver = builder.inputType('HandOverInput', {
  description: 'Who takes a person’s place on a flow.',
  fields: (t) => ({
    flowId: t.id({ description: 'One of the flows in `soleAdminOf` of the plan.' }),
    toUserId: t.id({ description: 'An active person, who becomes Admin or Owner there.' }),
  }),
});

builder.mutationField('offboard', (t) =>
  t.fieldWithInput({
    type: OffboardPayload,
    description:
      'Removes a person and settles what they leave behind, all of it or nothing. Read offboardingPlan first. Asked again it changes nothing. Service accounts that they made keep working.',
    audit: 'user.offboarded',
    changesRights: true,
    authScopes: toOffboard,
    input: {
      userId: t.input.id({ description: 'The person.' }),
      handOver: t.input.field({
        type: [HandOver],
        defaultValue: [],
        description: 'Who takes the person’s place where nobody else is Admin or Owner.',
        validate: handOvers,
      }),
      takeOverInvitations: t.input.boolean({
        defaultValue: false,
        description:
          'True: you answer for the person’s pending invitations. Otherwise they are revoked.',
      }),
      rotateServiceAccountKeys: t.input.boolean({
        defaultValue: false,
        description: 'True: keys of service accounts that the person made get successors.',
      }),
      overlapHours: t.input.int({
        defaultValue: 24,
        description: 'For how long the old keys still sign in: 0 to 168 hours.',
        validate: overlapHours,
      }),
      confirm: t.input.boolean({
        defaultValue: false,
        description: 'True: do it. Otherwise the refusal says what would go.',
      }),
    },
    resolve: async (_root, { input }, context) => {
      const id = idOf('User', input.userId);
      const { confirm, handOver, ...decisions } = input;
      const places = handOver.map(({ flowId, toUserId }) => ({
        flow: anyFlowOf(flowId),
        userId: idOf('User', toUserId),
      }));
      const change = changeOf(context);
      return {
        id,
        ...(await offboard(
          change,
          context.system,
          id,
          { ...decisions, handOver: places },
          confirm,
        )),
      };
    },
  }),
);

import type { GraphQLSchema } from 'graphql';

import type { Principal } from '../authz/principal.js';
import type { MemberRole } from '../authz/role-table.js';
import { decideRule, type Facts, type Rule, type RuleDecision } from '../authz/rule.js';
import type { Context } from '../context.js';
import { factsOf, type Resource } from '../domain/resource.js';
import { builder, reached } from './builder.js';
import { DenialReason, Remedy } from './denial.js';
import { DatasetRole, FlowRole } from './enums.js';
import { principalOf } from './flow-scope.js';
import { ruleAbout } from './operation-about.js';
import { operationsOf } from './operations.js';

const Capability = builder.objectRef<RuleDecision>('Capability').implement({
  description:
    'Whether you may do something, decided as the operation itself decides it. Whether it makes sense at the moment (a limit, the last Admin, something that is over) shows when it is done.',
  authScopes: reached,
  fields: (t) => ({
    allowed: t.exposeBoolean('allowed', { description: 'Whether you may.' }),
    reason: t.field({
      type: DenialReason,
      nullable: true,
      description: 'Why not; null: you may.',
      resolve: (decision) => (decision.allowed ? null : decision.denial.reason),
    }),
    missing: t.stringList({
      description: 'The permissions that you lack, in the words of the rules.',
      resolve: (decision) => (decision.allowed ? [] : [...decision.denial.missing]),
    }),
    remedy: t.field({
      type: Remedy,
      nullable: true,
      description: 'What would help first; null: you may.',
      resolve: (decision) => (decision.allowed ? null : (decision.denial.remedies[0] ?? null)),
    }),
  }),
});

/** An operation that a capability is about, and what only its input tells. */
interface Asked {
  readonly coordinate: string;
  /** Which roles it can give; it is asked for one of them, or for any. */
  readonly gives?: typeof DatasetRole | typeof FlowRole;
  /** Whether its input can ask for something that takes more. */
  readonly canAskForMore?: boolean;
}

/** A resource of the principal’s, and all that is known of it. */
interface Seen {
  readonly principal: Principal;
  readonly facts: Facts;
}

/** Each operation as a field of the type: a mutation under its name, a guarded field under its own. */
function capabilitiesOf(typename: string, noun: string, operations: readonly Asked[]) {
  return builder.objectRef<Seen>(`${typename}Capabilities`).implement({
    description: `What you may do with ${noun}.`,
    authScopes: reached,
    fields: (t) =>
      Object.fromEntries(
        operations.map((asked) => [
          asked.coordinate.split('.')[1] ?? '',
          t.field({
            type: Capability,
            complexity: 0,
            description: `${asked.coordinate.startsWith('Mutation.') ? 'Call' : 'Read'} \`${asked.coordinate}\`.`,
            args: {
              ...(asked.gives && {
                role: t.arg({
                  type: asked.gives,
                  required: false,
                  description: 'The role to be given; unless told, any.',
                }),
              }),
              ...(asked.canAskForMore && {
                further: t.arg.boolean({
                  defaultValue: false,
                  description: 'Whether the input is to ask for what takes more, as the rule says.',
                }),
              }),
            },
            resolve: ({ principal, facts }, args, _context, info) =>
              decideRule(principal, ruleOf(info.schema, asked, typename), withInput(facts, args)),
          }),
        ]),
      ),
  });
}

function ruleOf(schema: GraphQLSchema, { coordinate }: Asked, typename: string): Rule {
  const operation = operationsOf(schema).get(coordinate);
  if (!operation) throw new Error(`There is no ${coordinate} to be capable of.`);
  return ruleAbout(operation, typename);
}

function withInput(
  facts: Facts,
  { role, further }: { readonly role?: MemberRole | null; readonly further?: boolean | null },
): Facts {
  return {
    ...facts,
    ...(role != null && { role }),
    ...(further && { asksForMore: true }),
  };
}

const mutation = (name: string, more: Omit<Asked, 'coordinate'> = {}): Asked => ({
  coordinate: `Mutation.${name}`,
  ...more,
});

const field = (coordinate: string, more: Omit<Asked, 'coordinate'> = {}): Asked => ({
  coordinate,
  ...more,
});

export const DatasetCapabilities = capabilitiesOf('Dataset', 'a dataset and what is in it', [
  field('Dataset.history'),
  field('Dataset.impersonationGrants'),
  field('Dataset.members'),
  field('Dataset.rows', { canAskForMore: true }),
  field('Dataset.settings'),
  field('Dataset.shareSettings'),
  mutation('addDatasetField'),
  mutation('addDatasetMember', { gives: DatasetRole }),
  mutation('addDatasetRows'),
  mutation('assumeDatasetRole'),
  mutation('createDatasetView'),
  mutation('deleteDataset'),
  mutation('describeDataset'),
  mutation('duplicateDataset'),
  mutation('exportDataset', { canAskForMore: true }),
  mutation('grantImpersonation'),
  mutation('leaveDataset'),
  mutation('moveDatasetField'),
  mutation('removeDatasetField'),
  mutation('removeDatasetRows'),
  mutation('renameDataset'),
  mutation('startDatasetImport'),
  mutation('updateDatasetField'),
  mutation('updateDatasetRows'),
  mutation('updateDatasetSettings'),
]);

export const DatasetViewCapabilities = capabilitiesOf('DatasetView', 'a view', [
  field('DatasetView.configuration'),
  mutation('deleteDatasetView'),
  mutation('updateDatasetView'),
]);

export const DatasetMemberCapabilities = capabilitiesOf('DatasetMember', 'a member of a dataset', [
  mutation('changeDatasetMemberRole', { gives: DatasetRole }),
  mutation('removeDatasetMember'),
]);

/** The fields of the flows that are no datasets have the same rules on each kind. */
export const FlowCapabilities = capabilitiesOf('Flow', 'a flow', [
  field('Process.assignableRoles'),
  field('Process.impersonationGrants'),
  field('Process.isOrphaned'),
  field('Process.members'),
  mutation('addFlowMember', { gives: FlowRole }),
  mutation('assumeFlowRole'),
  mutation('deleteFlow'),
  mutation('describeFlow'),
  mutation('grantImpersonation'),
  mutation('leaveFlow'),
  mutation('renameFlow'),
]);

export const FlowMemberCapabilities = capabilitiesOf('FlowMember', 'a member of a flow', [
  mutation('changeFlowMemberRole', { gives: FlowRole }),
  mutation('removeFlowMember'),
]);

export const UserCapabilities = capabilitiesOf('User', 'a person', [
  field('User.apiKeys'),
  field('User.groups'),
  field('User.roles'),
  field('User.sessions'),
  field('User.status'),
  mutation('assignRoles'),
  mutation('offboard', { canAskForMore: true }),
  mutation('reactivateUser'),
  mutation('removeUser'),
  mutation('revokeSessions'),
  mutation('suspendUser'),
  mutation('updateUser'),
]);

export const GroupCapabilities = capabilitiesOf('Group', 'a group', [
  field('Group.members'),
  mutation('addGroupMembers'),
  mutation('deleteGroup'),
  mutation('removeGroupMembers'),
  mutation('renameGroup'),
]);

export const RoleCapabilities = capabilitiesOf('Role', 'an account role', [
  field('Role.permissions'),
  mutation('deleteRole'),
  mutation('updateRole'),
]);

export const ServiceAccountCapabilities = capabilitiesOf('ServiceAccount', 'a service account', [
  field('ServiceAccount.accessKeys'),
  mutation('createAccessKey'),
  mutation('deleteServiceAccount'),
  mutation('disableServiceAccount'),
  mutation('enableServiceAccount'),
  mutation('updateServiceAccount'),
]);

export const AccessKeyCapabilities = capabilitiesOf('AccessKey', 'a key', [
  mutation('deleteAccessKey'),
  mutation('deleteApiKey'),
  mutation('renameAccessKey'),
  mutation('renameApiKey'),
  mutation('rotateAccessKey'),
  mutation('rotateApiKey'),
  mutation('setAccessKeyActive'),
  mutation('setApiKeyActive', { canAskForMore: true }),
]);

export const SessionCapabilities = capabilitiesOf('Session', 'a session', [
  mutation('revokeSession'),
]);

export const InvitationCapabilities = capabilitiesOf('Invitation', 'an invitation', [
  mutation('resendInvitation'),
  mutation('revokeInvitation'),
]);

/** What the reader of a resource may do with it. */
export async function capabilities(resource: Resource, context: Context): Promise<Seen> {
  const principal = principalOf(context);
  return { principal, facts: await factsOf(resource, principal, context.access) };
}

import { words } from './tables.js';

const all = (names: string) => words(names).map((name) => `${name}: all of it`);

/** Guards whose absence nothing tells that the oracle asks, by the reason. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  'The gate that finds the object, by its id or in a list, takes the same permission.': all(
    `User Group ServiceAccount AccessKey DatasetView DatasetMember FlowMember Dataset Invitation Session
    Process Board App List Integration Chat Space`,
  ).concat(
    'Session: signedIn',
    'Session: one or another',
    'Mutation.revokeSession: one or another',
  ),
  'It is reached through a field alone that has the same rule.': [
    ...all(
      'DatasetField DatasetSettings Me FieldRequirement RequiredPermissions Group.memberships',
    ),
    'Dataset.rows: dataset:read',
    'Query.accessMatrix: authenticated',
    'Mutation.assumeFlowRole: flow:read',
  ],
  'The mutation finds nothing but keys that somebody may change.': [
    'Mutation.renameApiKey: ABOUT',
    'Mutation.setApiKeyActive: ABOUT',
    'Mutation.setApiKeyActive: to turn it on: ABOUT',
    'Mutation.rotateApiKey: ABOUT',
    'Mutation.deleteApiKey: ABOUT',
  ],
  'The worlds have no requests, reviews, entries, imports and hand-overs: test/schema tries these.':
    [
      ...all(`AccessRequest AuditEntry AccessReviewLine AccessReview DatasetImport EgressRecord
    Mutation.approveAccessRequest Mutation.refuseAccessRequest Mutation.runDatasetImport
    Mutation.cancelDatasetImport Subscription.datasetImportProgress`),
      'Mutation.withdrawAccessRequest: SELF',
      'Mutation.offboard: to hand over: ABOUT',
    ],
};

export const NOT_TOLD: ReadonlySet<string> = new Set(Object.values(REASONS).flat());

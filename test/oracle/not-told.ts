import { words } from './tables.js';

const all = (names: string) => words(names).map((name) => `${name}: all of it`);

/** Guards behind another one: while that stands their absence changes no answer. By the reason. */
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  'The gate that finds the object, by its id or in a list, takes the same permission.': all(
    `User Group ServiceAccount AccessKey DatasetView DatasetMember FlowMember Dataset Invitation Session
    Process Board App List Integration Chat Space
    AccessRequest AuditEntry AccessReview DatasetImport`,
  ).concat(
    'Session: signedIn',
    'Session: one or another',
    'Mutation.revokeSession: one or another',
  ),
  'It is reached through a field alone that has the same rule.': [
    ...all(
      `DatasetField DatasetSettings Me FieldRequirement RequiredPermissions Group.memberships
      AccessReviewLine EgressRecord OffboardingPlan`,
    ),
    'Dataset.rows: dataset:read',
    'Query.accessMatrix: authenticated',
    'Mutation.assumeDatasetRole: dataset:read',
    'Mutation.assumeFlowRole: flow:read',
  ],
  'The mutation finds nothing but keys that somebody may change.': [
    'Mutation.renameApiKey: ABOUT',
    'Mutation.setApiKeyActive: ABOUT',
    'Mutation.setApiKeyActive: to turn it on: ABOUT',
    'Mutation.rotateApiKey: ABOUT',
    'Mutation.deleteApiKey: ABOUT',
  ],
  'What it allows takes somebody whose it is.': ['Subscription.datasetImportProgress: all of it'],
  'It refuses while it finds out what it takes, and so goes only with the whole.': [
    'Mutation.withdrawAccessRequest: SELF',
  ],
};

export const SECOND: ReadonlySet<string> = new Set(Object.values(BEHIND).flat());

/** The worlds have no requests, imports and hand-overs, and ask for nobody whom one meets: these are tried by hand. */
export const BY_HAND: ReadonlySet<string> = new Set([
  ...all(`Mutation.approveAccessRequest Mutation.refuseAccessRequest Mutation.withdrawAccessRequest
    Mutation.runDatasetImport Mutation.cancelDatasetImport`),
  'Mutation.offboard: to hand over: ABOUT',
  'Group.members: what a key needs',
]);

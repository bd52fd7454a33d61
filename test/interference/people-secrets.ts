import { randomUUID } from 'node:crypto';

import { rowId } from '../support/transfers.js';
import { another, changing, type SecretBook } from './book.js';
import type { InterferenceWorld } from './world.js';

/** Whoever manages people, and whoever of them is signed in. */
const SIGNED_IN = ['superAdmin', 'iamAdmin', 'userAdmin', 'admin'] as const;
export const MANAGERS = [...SIGNED_IN, 'adminKey'] as const;
const INVITERS = ['superAdmin', 'userAdmin', 'admin', 'adminKey'] as const;
/** Whoever off-boards is told how many invitations end, and whoever deletes a role or a group in how many it stands. */
const COUNTERS = [...INVITERS, 'iamAdmin'] as const;
const ASSIGNERS = ['superAdmin', 'iamAdmin', 'admin', 'adminKey'] as const;
export const AUDITORS = ['superAdmin', 'iamAdmin', 'admin', 'adminKey'] as const;
export const GOVERNORS = ['superAdmin', 'iamAdmin'] as const;
/** Whoever adds members to what is shared with them. */
const SHARERS = ['paula', 'ada', 'mira', 'program', 'acting'] as const;
/** Whoever finds others in the account. */
const COLLEAGUES = [
  ...MANAGERS,
  'editor',
  'viewer',
  'ada',
  'mira',
  'vera',
  'nils',
  'paula',
] as const;

const T = "'2026-02-03T04:05:06Z'";
const NEXT_YEAR = "'2027-02-03T04:05:06Z'";

/** What is secret about the account and those who are in it. */
export function peopleSecrets({ add, row }: SecretBook, world: InterferenceWorld): void {
  const { ids, twins } = world;
  const [paula, quentin] = [rowId(ids.paula), rowId(ids.quentin)];

  row('Account', 'account', ids.account, COLLEAGUES, {
    name: "name = 'New name'",
    slug: "slug = slug || 'new'",
    plan: "plan = 'PRO'",
  });
  add(
    'Account.reviewDays Governance.nextAccessReviewDueAt',
    ['superAdmin', 'iamAdmin', 'admin', 'adminKey'],
    changing('account', ids.account, 'review_days = 10'),
  );
  add(
    'Account.invitationDays',
    ['superAdmin', 'admin', 'adminKey', 'userAdmin'],
    changing('account', ids.account, 'invitation_days = 20'),
  );

  row('User', 'user', ids.quentin, COLLEAGUES, {
    name: "name = 'New name', name_key = 'new name'",
    email: "email = 'quentin@new.example'",
  });
  row('User', 'user', ids.quentin, MANAGERS, {
    'addedAt Governance.inactiveUsers': `added_at = ${T}`,
    addedVia: "added_via = 'SCIM'",
    addedBy: `added_by_id = '${paula}'`,
    lastSignedInAt: `last_signed_in_at = ${T}`,
    mfaEnrolledAt: `mfa_enrolled_at = ${T}`,
  });
  // Whoever shares finds only those who are active.
  add(
    'User.status',
    [...MANAGERS, ...SHARERS],
    changing('user', ids.quentin, "status = 'SUSPENDED'"),
  );
  add(
    'User.roles Role.holders Governance.unusedRoles',
    MANAGERS,
    `UPDATE role_assignment SET role_id = '${rowId(ids.botanist)}' WHERE user_id = '${quentin}' AND role_id = '${rowId(ids.herbalist)}'`,
  );
  add(
    'User.groups Group.members RemovedWithUser.groups',
    MANAGERS,
    `DELETE FROM group_member WHERE user_id = '${quentin}'`,
  );
  add(
    'User.id',
    COLLEAGUES,
    another('user', ids.quentin, { id: rowId(twins.User), email: 'twin@new.example' }),
  );

  row('Session', 'session', ids.session, ['paula', ...SIGNED_IN], {
    expiresAt: `expires_at = ${NEXT_YEAR}`,
    ipAddress: "ip_address = '203.0.113.9'",
    lastSeenAt: `last_seen_at = ${T}`,
    signedInAt: `signed_in_at = ${T}`,
    transport: "transport = 'BEARER'",
    'userAgent device': "user_agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0'",
  });
  add(
    'Session.id User.sessions RemovedWithUser.sessions',
    ['superAdmin', ...MANAGERS, 'paula'],
    another('session', ids.session, { id: rowId(twins.Session) }),
  );

  const key = {
    name: "name = 'New key'",
    expiresAt: `expires_at = ${NEXT_YEAR}`,
    lastUsedFrom: "last_used_from = '203.0.113.9'",
    permissions: "permissions = ARRAY['dataset:read']",
    status: 'is_active = false',
    'createdAt daysActive': `created_at = ${T}`,
    'createdBy rotationRecommended': 'created_by_id = NULL',
  };
  row('AccessKey', 'access_key', ids.apiKey, ['paula', 'admin'], {
    ...key,
    lastUsedAt: `last_used_at = ${T}`,
  });
  add(
    'AccessKey.id AccessKey.keyId User.apiKeys RemovedWithUser.apiKeys',
    ['admin', 'paula', ...MANAGERS],
    another('access_key', ids.apiKey, { id: rowId(twins.AccessKey), slot: 2 }),
  );
  row('AccessKey', 'access_key', ids.robotKey, GOVERNORS, {
    ...key,
    'lastUsedAt ServiceAccount.dormantSince ServiceAccount.use ServiceAccountUse.keysUsedLately': `last_used_at = ${T}`,
    successor: `successor_id = '${rowId(ids.otherRobotKey)}'`,
  });
  add(
    'ServiceAccount.accessKeys ServiceAccountUse.activeKeys',
    GOVERNORS,
    another('access_key', ids.robotKey, { id: randomUUID(), slot: 3, successor_id: null }),
  );

  row('ServiceAccount', 'service_account', ids.robot, COLLEAGUES, {
    name: "name = 'New name', name_key = 'new name'",
    handle: "handle = 'sa:new'",
  });
  row('ServiceAccount', 'service_account', ids.robot, GOVERNORS, {
    purpose: "purpose = 'New purpose'",
    createdAt: `created_at = ${T}`,
    createdBy: `created_by_id = '${quentin}'`,
  });
  // Whoever removes people is told how many flows they leave without an Admin; whoever shares finds only those that work.
  add(
    'ServiceAccount.status',
    ['superAdmin', ...MANAGERS, ...SHARERS],
    changing('service_account', ids.robot, `disabled_at = ${T}`),
  );
  add(
    'ServiceAccount.id',
    COLLEAGUES,
    another('service_account', ids.robot, {
      id: rowId(twins.ServiceAccount),
      slot: 1,
      name_key: 'twin',
      handle: 'sa:twin',
    }),
  );

  row('Role', 'role', ids.herbalist, COLLEAGUES, {
    name: "name = 'New name', name_key = 'new name'",
    description: "description = 'New'",
  });
  row('Role', 'role', ids.herbalist, MANAGERS, {
    'permissions ownPermissions': "permissions = ARRAY['group:write','flow:create']",
  });
  add(
    'Role.parents',
    MANAGERS,
    `INSERT INTO role_parent (role_id, parent_id, account_id) VALUES ('${rowId(ids.herbalist)}', '${rowId(ids.botanist)}', '${rowId(ids.account)}')`,
  );
  add(
    'Role.id Role.isBuiltIn',
    COLLEAGUES,
    another('role', ids.herbalist, { id: rowId(twins.Role), name_key: 'twin' }),
  );

  row('Group', 'group', ids.gardeners, COLLEAGUES, {
    name: "name = 'New name', name_key = 'new name'",
  });
  add(
    'Group.id',
    COLLEAGUES,
    another('group', ids.gardeners, { id: rowId(twins.Group), name_key: 'twin' }),
  );

  row('Invitation', 'invitation', ids.invitation, INVITERS, {
    createdAt: `created_at = ${T}`,
    'delivery deliveryProblem': "delivery = 'FAILED', delivery_problem = 'REFUSED'",
    email: "email = 'invited@new.example'",
    expiresAt: `expires_at = ${NEXT_YEAR}`,
    sentAt: `sent_at = ${T}`,
  });
  row('Invitation', 'invitation', ids.invitation, COUNTERS, {
    invitedBy: `invited_by_id = '${paula}'`,
    role: 'role_id = NULL',
    'state remedies InvitationRemedy.how InvitationRemedy.kind InvitationRemedy.who': `state = 'REVOKED', closed_at = ${T}, secret_hash = NULL`,
  });
  add(
    'Invitation.groups',
    COUNTERS,
    `DELETE FROM invitation_group WHERE invitation_id = '${rowId(ids.invitation)}'`,
  );
  add(
    'Invitation.id OffboardingPlan.invitations',
    COUNTERS,
    another('invitation', ids.invitation, {
      id: rowId(twins.Invitation),
      email: 'twin@new.example',
    }),
  );

  row('AccessReview', 'access_review', ids.review, GOVERNORS, {
    'dueAt isOverdue': `due_at = ${T}`,
    scope: "scope = 'GROUPS'",
    startedAt: `started_at = ${T}`,
    startedBy: `started_by_id = '${paula}'`,
    closedAt: `closed_at = ${T}`,
    closedBy: `closed_by_id = '${paula}'`,
  });
  add(
    'AccessReview.id',
    GOVERNORS,
    another('access_review', ids.review, { id: rowId(twins.AccessReview) }),
  );
  row('AccessReviewLine', 'access_review_line', ids.line, GOVERNORS, {
    [`decision AccessReviewProgress.revoked AccessReviewProgress.undecided`]:
      "decision = 'REVOKED'",
    decidedAt: `decided_at = ${T}`,
    decidedBy: `decided_by_id = '${paula}'`,
    holder: `holder_id = '${quentin}'`,
    holderName: "holder_name = 'New name'",
    kind: "kind = 'GROUP'",
    memberRole: "member_role = 'VIEWER'",
    outcome: "outcome = 'KEPT'",
    resourceName: "resource_name = 'New name'",
  });
  add(
    'AccessReviewLine.id AccessReview.lines AccessReview.progress AccessReviewProgress.lines AccessReviewProgress.confirmed',
    GOVERNORS,
    another('access_review_line', ids.line, { id: randomUUID(), decision: 'CONFIRMED' }),
  );

  for (const [id, known] of [
    [ids.accountRequest, ['paula', ...ASSIGNERS]],
    [ids.hiddenRequest, ['paula', 'superAdmin']],
  ] as const) {
    row('AccessRequest', 'access_request', id, known, {
      note: "note = 'New note'",
      operation: "operation = 'Mutation.renameDataset'",
      permissions: "permissions = ARRAY['dataset:rename']",
      createdAt: `created_at = ${T}`,
      'state answer decidedAt decidedBy': `state = 'REFUSED', answer = 'New', decided_at = ${T}, decided_by_id = '${quentin}'`,
    });
  }
  add(
    'AccessRequest.accountRole AccessRequest.wantedRole',
    ['paula', ...ASSIGNERS],
    changing('access_request', ids.accountRequest, "account_role = 'USER_ADMIN'"),
  );
  add(
    'AccessRequest.requester',
    ['superAdmin', 'paula', ...ASSIGNERS],
    changing('access_request', ids.accountRequest, `requester_id = '${quentin}'`),
  );
  add(
    'AccessRequest.memberRole',
    ['paula', 'superAdmin'],
    changing('access_request', ids.hiddenRequest, "role = 'VIEWER'"),
  );
  add(
    'AccessRequest.on',
    ['paula', 'superAdmin', 'ada', 'mira', 'program', 'acting'],
    changing('access_request', ids.hiddenRequest, `flow_id = '${rowId(ids.suppliers)}'`),
  );
  add(
    'AccessRequest.id',
    ['paula', ...ASSIGNERS],
    another('access_request', ids.accountRequest, {
      id: rowId(twins.AccessRequest),
      account_role: 'EDITOR',
    }),
  );
}

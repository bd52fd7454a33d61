/** Everything that leaves an entry, and what it means to whoever reads the log. */
export const AUDIT_ACTIONS = {
  'session.started': 'A person signed in, or tried to.',
  'session.ended': 'A person signed out.',
  'session.revoked': 'A session was ended from elsewhere.',
  'session.allRevoked': 'All sessions of a person were ended.',
  'session.addressRead': 'Somebody read where the sessions of somebody else came from.',
  'account.updated': 'The settings of the account were changed.',
  'account.planChanged': 'The account got another plan.',
  'user.updated': 'The name or address of a person was changed.',
  'user.rolesAssigned': 'A person got other account roles.',
  'user.suspended': 'A person was suspended: nothing signs them in.',
  'user.reactivated': 'A suspended person was let in again.',
  'user.removed': 'A person was removed from the account.',
  'user.offboarded': 'A person was removed, and what they leave behind was settled.',
  'invitation.revoked': 'An invitation was revoked: its link is void.',
  'invitation.takenOver': 'Somebody else answers for an invitation, because its sender left.',
  'accessReview.started': 'A review of who has what began.',
  'accessReview.decided': 'Lines of an access review were confirmed or revoked.',
  'accessReview.closed': 'An access review was closed: what it revoked was taken away.',
  'accessRequest.created':
    'Somebody asked for a role that would let them do what they were refused.',
  'accessRequest.approved': 'What somebody asked for was given.',
  'accessRequest.refused': 'What somebody asked for was refused.',
  'accessRequest.withdrawn': 'Somebody no longer asks for a role, or is gone.',
  'group.created': 'A group was made.',
  'group.renamed': 'A group got another name.',
  'group.deleted': 'A group was deleted, with its memberships.',
  'group.membersAdded': 'People were put into a group.',
  'group.membersRemoved': 'People were taken out of a group.',
  'role.created': 'A role of the account’s own was made.',
  'role.updated': 'A role of the account’s own was changed.',
  'role.deleted': 'A role of the account’s own was deleted.',
  'invitation.sent': 'Somebody was invited to the account.',
  'invitation.resent': 'An invitation was sent again, with another link.',
  'invitation.accepted': 'Somebody accepted an invitation and joined, or tried to.',
  'password.changed': 'A person chose another password.',
  'password.resetRequested': 'Somebody asked for a link to choose another password.',
  'password.reset': 'A person chose another password by a link, or tried to.',
  'dataset.created': 'A dataset was made.',
  'dataset.renamed': 'A dataset got another name.',
  'dataset.described': 'A dataset got another description.',
  'dataset.configured': 'The settings of a dataset were changed.',
  'dataset.deleted': 'A dataset was deleted.',
  'dataset.duplicated': 'A dataset was duplicated; the entry names the copy.',
  'dataset.imported': 'A file was imported into a dataset.',
  'dataset.exported': 'Rows of a dataset were exported.',
  'dataset.exportFetched': 'The file of an export was fetched.',
  'dataset.overridden': 'A Super Admin looked into a dataset without a role on it.',
  'datasetField.added': 'A field was added to a dataset.',
  'datasetField.updated': 'A field of a dataset was changed.',
  'datasetField.removed': 'A field was removed from a dataset, with its values.',
  'datasetField.moved': 'A field of a dataset got another place.',
  'datasetImport.started': 'Somebody began to import a file.',
  'datasetImport.received': 'The file of an import came in.',
  'datasetImport.cancelled': 'An import was cancelled.',
  'datasetRow.added': 'Rows were added to a dataset.',
  'datasetRow.updated': 'Rows of a dataset were changed.',
  'datasetRow.removed': 'Rows were removed from a dataset.',
  'datasetView.created': 'A view of a dataset was saved.',
  'datasetView.updated': 'A view of a dataset was changed.',
  'datasetView.deleted': 'A view of a dataset was deleted.',
  'datasetMember.added': 'Somebody was added to a dataset.',
  'datasetMember.roleChanged': 'A member of a dataset got another role.',
  'datasetMember.removed': 'A member was removed from a dataset.',
  'datasetMember.left': 'A member left a dataset.',
  'datasetMember.roleAssumed': 'A Super Admin gave themselves a role on a dataset.',
  'operation.queried': 'A service account read something, or tried to.',
  'serviceAccount.created': 'A service account was made.',
  'serviceAccount.updated': 'The name or purpose of a service account was changed.',
  'serviceAccount.disabled': 'A service account was disabled: its keys sign nobody in.',
  'serviceAccount.enabled': 'A disabled service account was enabled again.',
  'serviceAccount.deleted': 'A service account was deleted, with its keys, memberships and grants.',
  'accessKey.created': 'A service account got a key.',
  'accessKey.renamed': 'A key of a service account got another name.',
  'accessKey.switched': 'A key of a service account was activated or deactivated.',
  'accessKey.rotated': 'A key of a service account got a successor.',
  'accessKey.deleted': 'A key of a service account was deleted.',
  'accessToken.issued': 'A key was exchanged for an access token.',
  'apiKey.created': 'A person made an API key.',
  'apiKey.renamed': 'An API key got another name.',
  'apiKey.switched': 'An API key was activated or deactivated.',
  'apiKey.rotated': 'An API key got a successor.',
  'apiKey.deleted': 'An API key was deleted.',
  'impersonation.granted': 'A service account was let act as others.',
  'impersonation.revoked': 'A service account may no longer act as others.',
  'flow.created': 'A flow was made.',
  'flow.updated': 'A flow got another name or description.',
  'flow.deleted': 'A flow was deleted.',
  'flow.overridden': 'A Super Admin looked at a flow without a role on it.',
  'flowMember.added': 'Somebody was added to a flow.',
  'flowMember.roleChanged': 'A member of a flow got another role.',
  'flowMember.removed': 'A member was removed from a flow.',
  'flowMember.left': 'A member left a flow.',
  'flowMember.roleAssumed': 'An Admin gave themselves a role on a flow.',
} as const;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

export interface AuditTarget {
  readonly type:
    | 'AccessKey'
    | 'AccessRequest'
    | 'AccessReview'
    | 'Account'
    | 'App'
    | 'Board'
    | 'Chat'
    | 'Dataset'
    | 'Group'
    | 'ImpersonationGrant'
    | 'Integration'
    | 'Invitation'
    | 'List'
    | 'Process'
    | 'Role'
    | 'ServiceAccount'
    | 'Session'
    | 'Space'
    | 'User';
  readonly id: string;
}

type Values = { readonly [field: string]: string | number | boolean | null };

/** What happened, to what, and the values before and after; never a secret. */
export interface AuditEvent {
  readonly action: AuditAction;
  readonly target?: AuditTarget | undefined;
  readonly before?: Values;
  readonly after?: Values;
  /** The path that allowed it. */
  readonly via?: string | undefined;
  /** The grant that let the actor act as the subject. */
  readonly grantId?: string | undefined;
  /** What belongs to one act of many steps. */
  readonly batchId?: string | undefined;
}

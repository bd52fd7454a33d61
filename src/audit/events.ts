/** Everything that leaves an entry, and what it means to whoever reads the log. */
export const AUDIT_ACTIONS = {
  'session.started': 'A person signed in, or tried to.',
  'session.ended': 'A person signed out.',
  'session.revoked': 'A session was ended from elsewhere.',
  'dataset.created': 'A dataset was made.',
  'dataset.renamed': 'A dataset got another name.',
  'dataset.described': 'A dataset got another description.',
  'dataset.configured': 'The settings of a dataset were changed.',
  'dataset.deleted': 'A dataset was deleted.',
  'dataset.duplicated': 'A dataset was duplicated; the entry names the copy.',
  'dataset.imported': 'A file was imported into a dataset.',
  'dataset.exported': 'Rows of a dataset were exported.',
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
} as const;

export type AuditAction = keyof typeof AUDIT_ACTIONS;

export interface AuditTarget {
  readonly type: 'Dataset' | 'Session' | 'User';
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
}

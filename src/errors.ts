/** Every code that a client can meet in `errors[].extensions.code`, and what it means. */
export const ERROR_CODES = {
  UNAUTHENTICATED: 'Nobody is signed in, or the credential is no longer good.',
  FORBIDDEN: 'You can see it, but may not do this; `extensions.denial` says why and what helps.',
  NOT_FOUND: 'Nothing with this id is visible to you.',
  INVALID_INPUT: 'The input breaks a rule; `extensions.problems` lists each one.',
  SIGN_IN_FAILED: 'The e-mail, password or account is wrong, or the person may not sign in.',
  WRONG_PASSWORD: 'The current password is another one.',
  INVALID_LINK: 'The link was used, replaced or revoked, or its time is over; ask for another.',
  TOO_MANY_ATTEMPTS: 'Too many attempts; wait for `extensions.retryAfterSeconds`.',
  OVERLOADED: 'The gateway is busy; the request was not started and can be sent again.',
  ALREADY_MEMBER: 'They are a member, or in the account, already; change the role instead.',
  ALREADY_INVITED: 'There is an open invitation for this address; resend or revoke it.',
  INVITATION_OVER: 'The invitation is no longer pending: `extensions.state`; invite again.',
  INVITER_LACKS_AUTHORITY: 'Whoever invited may not bring anybody in like that any more.',
  AMBIGUOUS_GRANTEE: 'Several match; choose one of `extensions.candidates` by its id.',
  GRANTEE_NOT_FOUND: 'No active person, group or service account matches.',
  NOT_A_MEMBER: 'You hold no role of your own there that you could give up.',
  LAST_ADMIN:
    'A dataset keeps an active Admin, another flow an Owner; make somebody else that first.',
  LAST_SUPER_ADMIN: 'An account keeps an active Super Admin; make somebody else that first.',
  NOT_YOURSELF: 'Somebody else has to do this to you.',
  CONFIRMATION_NEEDED: 'It takes something away; look at `extensions`, then pass `confirm: true`.',
  PLAN_REQUIRED: 'The plan of the account does not include this: `extensions.plan` does.',
  DUPLICATE_EMAIL: 'Somebody of the account has this address already.',
  REVIEW_CLOSED: 'The access review is closed; start another one.',
  ALREADY_ALLOWED: 'You may do all of this already; there is nothing to ask for.',
  ALREADY_REQUESTED: 'You have asked for this role already: `extensions.requestId` is pending.',
  REQUEST_CLOSED: 'The request is no longer pending: `extensions.state`.',
  REQUESTER_INACTIVE: 'Whoever asked is suspended; let them in again first, or refuse.',
  ROLE_CYCLE: 'A role would inherit from itself, or through more than eight levels.',
  BUILT_IN_ROLE: 'Built-in roles are the same everywhere and cannot be changed.',
  SELF_REMOVAL_USE_LEAVE: 'Leave a dataset with leaveDataset, another flow with leaveFlow.',
  NAME_MISMATCH: 'The typed name is not the name of what is to be deleted.',
  INVALID_CELLS: 'Some cells cannot hold their values; `extensions.cells` says which and why.',
  STALE_ROWS: 'Rows were changed in the meantime; `extensions.rows` has them as they are now.',
  ROWS_IN_THE_WAY: 'Rows hold what the change does not allow; `extensions.rows` lists them.',
  UNKNOWN_COLUMNS: 'Columns of a file have no field; `extensions.columns` names them.',
  UPLOAD_BROKEN: 'The upload of a file broke off; start another import.',
  IMPORT_NOT_READY: 'The import is not in the state that this takes: `extensions.state`.',
  IMPORT_CANCELLED: 'The import was cancelled; nothing was changed.',
  EXPORT_NOT_ALLOWED: 'The settings of the dataset do not let your role take data out.',
  KIND_NOT_IMPERSONABLE:
    'Service accounts are not let act as others on a single flow of this kind.',
  DUPLICATE_NAME: 'There is one of this name already; choose another.',
  LIMIT_REACHED: 'There are as many as there can be: `extensions.limit`.',
  INVALID_FILE: 'The file cannot be read as it is; `extensions.reason` says why, and where.',
  CONFLICT: 'Somebody changed the same thing at the same moment; read it again and retry.',
  QUERY_TOO_COMPLEX: 'The document is too deep, too long or too costly.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  BAD_REQUEST: 'The request is not a well-formed GraphQL request.',
  OPERATION_RESOLUTION_FAILURE: 'The document does not hold the operation to run.',
  REQUEST_ENTITY_TOO_LARGE: 'The request body is larger than 1 MB.',
  INTERNAL: 'Something failed on our side; quote `extensions.requestId` when you report it.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/**
 * An error meant for the client: its message and extensions are sent as they are.
 * Refusals come by the hundred, so it captures no stack.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    extensions: Readonly<Record<string, unknown>> = {},
  ) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.extensions = extensions;
  }
}

const UNAUTHENTICATED_MESSAGES: Readonly<Record<string, string>> = {
  NO_CREDENTIAL: 'Sign in first.',
  INVALID_CREDENTIAL: 'The credential is not valid. Sign in again.',
  SESSION_ENDED: 'The session has ended. Sign in again.',
  SUSPENDED: 'You are suspended. Ask an Admin of the account to reactivate you.',
  KEY_INACTIVE: 'The key is inactive. Have it activated, or use another.',
  KEY_EXPIRED:
    'The key or token has expired. Exchange the key for another token, or have another key made.',
  SERVICE_ACCOUNT_DISABLED: 'The service account is disabled. Ask a Super Admin or IAM Admin.',
  ACT_AS_NEEDS_ACCESS_KEY:
    'Only the access key of a service account acts as somebody else. Leave X-Act-As out.',
};

/** Nobody is signed in; `reason` is what authentication found instead of a principal. */
export function unauthenticated(reason = 'NO_CREDENTIAL'): DomainError {
  return new DomainError('UNAUTHENTICATED', UNAUTHENTICATED_MESSAGES[reason] ?? 'Sign in first.', {
    reason,
  });
}

const CHECK_WORKSPACE = {
  kind: 'CHECK_WORKSPACE',
  who: 'You',
  how: 'Check that you are signed in to the right workspace; otherwise ask an Admin of it.',
};

const SWITCH_WORKSPACE = {
  kind: 'CHECK_WORKSPACE',
  who: 'You',
  how: 'It belongs to another workspace of yours: sign in there.',
};

/**
 * One answer for what does not exist and what may not be seen. Only somebody who may see it elsewhere is told
 * that this is the wrong workspace.
 */
export function notFound(reason?: 'WRONG_WORKSPACE'): DomainError {
  return new DomainError('NOT_FOUND', ERROR_CODES.NOT_FOUND, {
    ...(reason && { reason }),
    remedies: [reason ? SWITCH_WORKSPACE : CHECK_WORKSPACE],
  });
}

/** Seen, but not to be done: the denial says why and what helps. */
export function forbidden(denial: { readonly rule: string }): DomainError {
  return new DomainError('FORBIDDEN', `You may not do this: it takes “${denial.rule}”.`, {
    denial,
  });
}

/** The input breaks rules: each problem says where and what to do. */
export function invalidInput(
  problems: readonly {
    path: readonly string[];
    message: string;
    /** Where in a text. */
    locations?: readonly object[];
  }[],
): DomainError {
  const text = problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return new DomainError('INVALID_INPUT', text, { problems });
}

import type { AccountPermission } from './permissions.js';

/** Somebody whose rights can count, or who can act. */
export interface Party {
  readonly kind: 'user';
  readonly id: string;
}

/** What the request presented; its id is a handle, never the secret. */
export interface Credential {
  readonly kind: 'session';
  readonly id: string;
}

/**
 * Who is asking: the one value that authentication ends in.
 * The subject's rights count, the actor really acts (RFC 8693, `sub` and `act`).
 */
export interface Principal {
  readonly accountId: string;
  readonly subject: Party;
  readonly actor: Party;
  readonly credential: Credential;
  /** The names of the subject's account roles, for people to read. */
  readonly roleNames: readonly string[];
  readonly permissions: ReadonlySet<AccountPermission>;
}

import type { Principal } from '../authz/principal.js';

/** Why nobody is signed in. */
export type Unauthenticated =
  | 'NO_CREDENTIAL'
  | 'INVALID_CREDENTIAL'
  | 'SESSION_ENDED'
  | 'SUSPENDED'
  | 'KEY_INACTIVE'
  | 'KEY_EXPIRED'
  | 'SERVICE_ACCOUNT_DISABLED'
  | 'ACT_AS_NEEDS_ACCESS_KEY';

export interface Authenticated {
  readonly principal: Principal;
  /** When the credential was last used before; null: never. */
  readonly lastUsedAt: Date | null;
}

/** The part of a client or transaction that authentication reads through. */
export interface Reader {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
}

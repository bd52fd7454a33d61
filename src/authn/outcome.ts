import { isAccountRole, permissionsOfRole } from '../authz/account-roles.js';
import type { Rights } from '../authz/acting.js';
import { isAccountPermission, type AccountPermission } from '../authz/permissions.js';
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

/** An account role of a person, assigned or inherited. */
export interface HeldRole {
  readonly builtIn: string | null;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly direct: boolean;
}

/** What a person's account roles give. */
export function rightsOf(roles: readonly HeldRole[]): Rights {
  return {
    roleNames: roles.filter(({ direct }) => direct).map(({ name }) => name),
    builtInRoles: roles.map(({ builtIn }) => builtIn ?? '').filter(isAccountRole),
    own: new Set<AccountPermission>(
      roles.flatMap(({ builtIn, permissions }) =>
        builtIn && isAccountRole(builtIn)
          ? permissionsOfRole(builtIn)
          : permissions.filter(isAccountPermission),
      ),
    ),
  };
}

import { isAccountRole, permissionsOfRole, type AccountRole } from './account-roles.js';
import { isAccountPermission, type AccountPermission } from './permissions.js';

/** An account role, assigned or inherited. */
export interface HeldRole {
  readonly builtIn: string | null;
  readonly name: string;
  readonly permissions: readonly string[];
  readonly direct: boolean;
}

/** What account roles give. */
export interface Rights {
  readonly roleNames: readonly string[];
  readonly builtInRoles: readonly AccountRole[];
  readonly own: ReadonlySet<AccountPermission>;
}

/** What these roles give together, with all that they inherit. */
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

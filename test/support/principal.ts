import { permissionsOfRole, type AccountRole } from '../../src/authz/account-roles.js';
import type { AccountPermission } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';

/** Somebody who is signed in and has these account roles, without a database behind them. */
export function principal(...roles: readonly AccountRole[]): Principal {
  return principalWith(roles.flatMap(permissionsOfRole), roles);
}

/** Somebody whose account roles add up to these permissions. */
export function principalWith(
  permissions: readonly AccountPermission[],
  roleNames: readonly string[] = [],
): Principal {
  const subject = { kind: 'user', id: '01900000-0000-7000-8000-000000000001' } as const;
  return {
    accountId: '01900000-0000-7000-8000-00000000000a',
    subject,
    actor: subject,
    credential: { kind: 'session', id: '01900000-0000-7000-8000-00000000000c' },
    roleNames,
    permissions: new Set(permissions),
  };
}

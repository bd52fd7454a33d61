import { permissionsOfRole, type AccountRole } from '../../src/authz/account-roles.js';
import { actingAs } from '../../src/authz/acting.js';
import { narrowed, type SharedResource } from '../../src/authz/boundary.js';
import type { AccountPermission, Permission } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';

const accountId = '01900000-0000-7000-8000-00000000000a';
const person = { kind: 'user', id: '01900000-0000-7000-8000-000000000001' } as const;
const program = { kind: 'serviceAccount', id: '01900000-0000-7000-8000-000000000002' } as const;
const credentialId = '01900000-0000-7000-8000-00000000000c';

/** Somebody who is signed in and has these account roles, without a database behind them. */
export function principal(...roles: readonly AccountRole[]): Principal {
  return principalWith(roles.flatMap(permissionsOfRole), roles);
}

/** Somebody whose account roles add up to these permissions. */
export function principalWith(
  permissions: readonly AccountPermission[],
  roleNames: readonly string[] = [],
): Principal {
  return {
    accountId,
    subject: person,
    actor: person,
    credential: { kind: 'session', id: credentialId },
    roleNames,
    own: new Set(permissions),
    permissions: new Set(permissions),
  };
}

/** What a key is restricted to; undefined: nothing in particular. */
type Restriction = readonly Permission[] | undefined;

/** Somebody with these account roles who uses an API key of theirs. */
export function withKey(roles: readonly AccountRole[], only?: Restriction): Principal {
  const restriction = only && new Set(only);
  const own = new Set(roles.flatMap(permissionsOfRole));
  return {
    ...principal(...roles),
    credential: { kind: 'apiKey', id: credentialId },
    restriction,
    permissions: narrowed(own, { restriction, isKey: true }),
  };
}

/** A service account that acts for itself. */
export function serviceAccount(
  only?: Restriction,
  kind: 'accessKey' | 'accessToken' = 'accessKey',
): Principal {
  return {
    accountId,
    subject: program,
    actor: program,
    credential: { kind, id: credentialId },
    restriction: only && new Set(only),
    roleNames: [],
    own: new Set(),
    permissions: new Set(),
  };
}

interface Acting {
  /** The account roles of the person; undefined: nobody active is found. */
  readonly roles: readonly AccountRole[] | undefined;
  readonly shared?: readonly SharedResource[];
  /** Whether a grant on some flow reaches the person. */
  readonly isMember?: boolean;
  readonly only?: Restriction;
}

/** A service account that acts as a person. */
export function actingPrincipal({ roles, shared = [], isMember = true, only }: Acting): Principal {
  const asked = {
    as: person.id,
    reason: undefined,
    hasGrants: isMember || shared.length > 0,
    shared: new Map(shared.map((resource) => [resource, grantOf(resource)])),
    isMember,
    asOf: new Date(0),
  };
  const rights = roles && {
    roleNames: roles,
    builtInRoles: roles,
    own: new Set(roles.flatMap(permissionsOfRole)),
  };
  return {
    ...serviceAccount(),
    ...actingAs(program, { id: person.id, rights }, asked, only && new Set(only)),
  };
}

/** The id of the grant on a shared resource. */
export function grantOf(resource: SharedResource): string {
  return `grant on ${resource}`;
}

import type { AccountRole } from './account-roles.js';
import {
  isAccountPermission,
  PERMISSIONS,
  type AccountPermission,
  type Permission,
} from './permissions.js';
import type { Principal } from './principal.js';

export const FLOW_KINDS = [
  'PROCESS',
  'BOARD',
  'APP',
  'DATASET',
  'LIST',
  'INTEGRATION',
  'CHAT',
  'SPACE',
] as const;

export type FlowKind = (typeof FLOW_KINDS)[number];

/** On which kinds of flow a service account can be let act as others; the other kinds only together, as a shared resource. */
export const IMPERSONABLE_KINDS = [
  'PROCESS',
  'BOARD',
  'DATASET',
] as const satisfies readonly FlowKind[];

export interface SharedResourceRow {
  readonly label: string;
  /** What of the subject's account permissions it lets through. */
  readonly permissions: readonly AccountPermission[];
  /** Whether it reaches every flow that the subject may see. */
  readonly everyFlow: boolean;
  /** As whom: holders of one of these account roles; undefined: anybody. */
  readonly as?: readonly AccountRole[];
}

/** What a service account is let into, beside single flows, by a Super Admin or IAM Admin. */
export const SHARED_RESOURCE_TABLE = {
  GLOBAL_MY_ITEMS: { label: 'Global my items', permissions: [], everyFlow: false },
  USER_AND_GROUP_MANAGEMENT: {
    label: 'User and group management',
    permissions: [
      // The names of people's roles are read with it.
      'account:read',
      'directory:read',
      'user:read',
      'user:update',
      'user:suspend',
      'user:remove',
      'group:write',
    ],
    everyFlow: false,
    as: ['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN'],
  },
  ALL_FLOWS_AND_INTEGRATIONS: {
    label: 'All flows and integrations',
    permissions: [
      'dataset:create',
      'flow:create',
      'flow:editAny',
      'flow:executeAny',
      'flow:readAny',
    ],
    everyFlow: true,
  },
} as const satisfies Record<string, SharedResourceRow>;

export type SharedResource = keyof typeof SHARED_RESOURCE_TABLE;

export const SHARED_RESOURCES = Object.keys(SHARED_RESOURCE_TABLE) as SharedResource[];

/** The shared resource that lets an account permission through; undefined: none does. */
export function resourceOf(permission: AccountPermission): SharedResource | undefined {
  return SHARED_RESOURCES.find((resource) => rowOf(resource).permissions.includes(permission));
}

/** Whether a holder of these built-in roles may be acted as on a shared resource. */
export function isTarget(resource: SharedResource, roles: readonly AccountRole[]): boolean {
  const { as } = rowOf(resource);
  return as === undefined || as.some((role) => roles.includes(role));
}

function rowOf(resource: SharedResource): SharedResourceRow {
  return SHARED_RESOURCE_TABLE[resource];
}

/**
 * What nobody does on behalf of another, whatever was granted: credentials, grants, roles, security, and reaching
 * beyond what is shared. The person themselves does it, signed in.
 */
export const NEVER_DELEGABLE: ReadonlySet<Permission> = new Set([
  'accessReview:manage',
  'apiKey:manage',
  'dataset:extendImpersonation',
  'dataset:override',
  'flow:assumeOwner',
  'flow:extendImpersonation',
  'flow:override',
  'impersonation:share',
  'role:assign',
  'role:assignAny',
  'role:write',
  'security:manage',
  'serviceAccount:manage',
  'serviceAccountLog:read',
  'session:manage',
  'user:create',
] satisfies Permission[]);

/** What a key never does for its holder either: a credential makes no credentials, and extends nobody's reach. */
export const SIGNED_IN_ONLY: ReadonlySet<Permission> = new Set([
  'apiKey:manage',
  'dataset:extendImpersonation',
  'flow:extendImpersonation',
  'impersonation:share',
  'serviceAccount:manage',
] satisfies Permission[]);

/** Paths to what other permissions name: a restriction is about what is done, by whatever path. */
const PATHS: ReadonlySet<Permission> = new Set([
  'dataset:override',
  'flow:editAny',
  'flow:executeAny',
  'flow:override',
  'flow:readAny',
] satisfies Permission[]);

interface Narrowing {
  readonly restriction?: ReadonlySet<Permission> | undefined;
  readonly isKey: boolean;
  /** The shared resources on which the actor may act as others, and the built-in roles of the subject. */
  readonly acting?:
    | {
        readonly shared: ReadonlyMap<SharedResource, string>;
        readonly builtInRoles: readonly AccountRole[];
      }
    | undefined;
}

/** Of the subject's account permissions those that credential and impersonation let through. */
export function narrowed(
  own: ReadonlySet<AccountPermission>,
  { restriction, isKey, acting }: Narrowing,
): ReadonlySet<AccountPermission> {
  return new Set(
    [...own].filter((permission) => {
      if (restriction && !restriction.has(permission) && !PATHS.has(permission)) return false;
      if (isKey && SIGNED_IN_ONLY.has(permission)) return false;
      if (!acting) return true;
      const resource = resourceOf(permission);
      return (
        resource !== undefined &&
        acting.shared.has(resource) &&
        isTarget(resource, acting.builtInRoles) &&
        !NEVER_DELEGABLE.has(permission)
      );
    }),
  );
}

/**
 * All that an access token issued to this principal may be used for, of `scope` if that is named. What it can do on a
 * flow depends on the flow, so of those permissions it has whatever the key lets through.
 */
export function boundOf(
  { permissions, restriction, acting }: Pick<Principal, 'permissions' | 'restriction' | 'acting'>,
  scope?: ReadonlySet<Permission>,
): readonly Permission[] {
  return PERMISSIONS.filter(
    (permission) =>
      (!isAccountPermission(permission) || permissions.has(permission)) &&
      (!restriction || restriction.has(permission)) &&
      (!scope || scope.has(permission)) &&
      !SIGNED_IN_ONLY.has(permission) &&
      !(acting && NEVER_DELEGABLE.has(permission)),
  );
}

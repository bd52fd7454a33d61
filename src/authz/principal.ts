import type { AccountRole } from './account-roles.js';
import type { SharedResource } from './boundary.js';
import type { AccountPermission, Permission } from './permissions.js';

/** Somebody whose rights can count, or who can act. */
export interface Party {
  readonly kind: 'user' | 'serviceAccount';
  readonly id: string;
}

/** Whoever is to be acted as and is not there: no row has this id. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

/** What the request presented; its id is a handle, never the secret. */
export interface Credential {
  /** An access token stands for the key that it was issued to, whose id it has. */
  readonly kind: 'session' | 'accessKey' | 'apiKey' | 'accessToken';
  readonly id: string;
  /** All that an access token was issued for. */
  readonly issuedFor?: readonly string[];
  /** When an access token ends by itself. */
  readonly endsAt?: Date;
}

/** A service account acts as somebody else: what was granted for that, and as whom. */
export interface Acting {
  /** The id that was asked for, whether or not anybody has it. */
  readonly as: string;
  readonly reason: string | undefined;
  /** Whether there is such a person, neither suspended nor removed. */
  readonly isActive: boolean;
  /** Whether some grant lets the actor act as this person somewhere: an active one, who is in reach. */
  readonly isActable: boolean;
  /** Whether the actor holds any grant at all. */
  readonly hasGrants: boolean;
  /** The grants on shared resources, by resource. */
  readonly shared: ReadonlyMap<SharedResource, string>;
  /** The built-in account roles of the subject. */
  readonly builtInRoles: readonly AccountRole[];
  /** When the grants were found to live. */
  readonly asOf: Date;
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
  /** Only if subject and actor differ. */
  readonly acting?: Acting | undefined;
  /** All that the credential may be used for; undefined: whatever the subject may do. */
  readonly restriction?: ReadonlySet<Permission> | undefined;
  /** The names of the subject's account roles, for people to read. */
  readonly roleNames: readonly string[];
  /** What the subject's account roles give, whatever the credential lets through: nobody reaches above that. */
  readonly own: ReadonlySet<AccountPermission>;
  /** What the subject's account roles give, as far as credential and impersonation let it through. */
  readonly permissions: ReadonlySet<AccountPermission>;
}

/** Somebody who is not asking now: what they could do if they were. */
export interface Standing {
  readonly principal: Principal;
  /** Whether they may sign in at all, or the program is on. */
  readonly isActive: boolean;
}

import { isTarget, narrowed, SHARED_RESOURCES, type SharedResource } from './boundary.js';
import { NOBODY, type Acting, type Party, type Principal } from './principal.js';
import type { Rights } from './rights.js';

/** Whoever was found by the id that was asked for; without rights unless active. */
interface Person {
  readonly id: string;
  readonly rights: Rights | undefined;
}

const NO_RIGHTS: Rights = { roleNames: [], builtInRoles: [], own: new Set() };

type Rest = Omit<Principal, 'accountId' | 'credential'>;

/** A service account that acts as nobody else: it holds no account roles. */
export function asItself(id: string, restriction?: Principal['restriction']): Rest {
  const actor = { kind: 'serviceAccount', id } as const;
  const none = { roleNames: [], own: new Set<never>(), permissions: new Set<never>() };
  return { subject: actor, actor, restriction, ...none };
}

/** The grants on shared resources, as they were read. */
export function sharedBy(grants: Partial<Record<SharedResource, string>> | null): Acting['shared'] {
  return new Map(
    SHARED_RESOURCES.flatMap((resource) => {
      const grant = grants?.[resource];
      return grant ? [[resource, grant] as const] : [];
    }),
  );
}

type Asked = Pick<Acting, 'as' | 'reason' | 'hasGrants' | 'shared' | 'asOf'> & {
  /** Whether a grant on some flow reaches the person. */
  readonly isMember: boolean;
};

/**
 * Whose rights count while a service account acts as this person, and which; undefined: nobody was found.
 * Whoever is out of reach is nobody: whether such a person exists, and what they may do, makes no difference.
 */
export function actingAs(
  actor: Party,
  person: Person | undefined,
  { isMember, ...asked }: Asked,
  restriction: Principal['restriction'],
): Rest {
  const rights = person?.rights;
  const isActable =
    rights !== undefined &&
    (isMember || [...asked.shared.keys()].some((each) => isTarget(each, rights.builtInRoles)));
  const { roleNames, builtInRoles, own } = isActable ? rights : NO_RIGHTS;
  const isActive = rights !== undefined;
  const acting: Acting = { ...asked, isActive, isActable, builtInRoles };
  return {
    subject: { kind: 'user', id: person?.id ?? NOBODY },
    actor,
    acting,
    restriction,
    roleNames,
    own,
    permissions: narrowed(own, { restriction, isKey: true, acting }),
  };
}

import type { AccountRole } from './account-roles.js';
import { isTarget, narrowed } from './boundary.js';
import type { AccountPermission } from './permissions.js';
import type { Acting, Principal } from './principal.js';

/** What a person's account roles give. */
export interface Rights {
  readonly roleNames: readonly string[];
  readonly builtInRoles: readonly AccountRole[];
  readonly own: ReadonlySet<AccountPermission>;
}

const NO_RIGHTS: Rights = { roleNames: [], builtInRoles: [], own: new Set() };

type Asked = Pick<Acting, 'as' | 'reason' | 'hasGrants' | 'shared' | 'asOf'> & {
  /** Whether a grant on some flow reaches the person. */
  readonly isMember: boolean;
};

/**
 * What counts for a service account that acts as this person; undefined: nobody active was found.
 * Whoever is out of reach is nobody: whether such a person exists, and what they may do, makes no difference.
 */
export function actingAs(
  person: Rights | undefined,
  { isMember, ...asked }: Asked,
  restriction: Principal['restriction'],
): Pick<Principal, 'acting' | 'restriction' | 'roleNames' | 'permissions'> {
  const isActable =
    person !== undefined &&
    (isMember || [...asked.shared.keys()].some((each) => isTarget(each, person.builtInRoles)));
  const { roleNames, builtInRoles, own } = isActable ? person : NO_RIGHTS;
  const acting: Acting = { ...asked, isActable, builtInRoles };
  return {
    acting,
    restriction,
    roleNames,
    permissions: narrowed(own, { restriction, isKey: true, acting }),
  };
}

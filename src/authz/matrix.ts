import { ACCOUNT_ROLE_NAMES, ACCOUNT_ROLES, permissionsOfRole } from './account-roles.js';
import { narrowed, SIGNED_IN_ONLY } from './boundary.js';
import { DATASET_ROLE_NAMES, DATASET_ROLES } from './dataset-roles.js';
import { FLOW_ROLE_NAMES, FLOW_ROLES } from './flow-roles.js';
import type { AccountPermission, Permission } from './permissions.js';
import { CONDITIONS, type MemberRole } from './role-table.js';
import type { About, Rule } from './rule.js';
import {
  familyOf,
  OVERRIDE,
  READ,
  roleNameOf,
  rowOf,
  ruleName,
  type SharedPermission,
} from './tables.js';
import {
  all,
  ALWAYS,
  any,
  depends,
  isSame,
  leading,
  NEVER,
  type AccessCell,
} from './three-valued.js';

export type { AccessCell } from './three-valued.js';

/** Where a role counts: in the account, on a dataset, on a flow of another kind. */
export type RoleFamily = 'account' | 'dataset' | 'flow';

/**
 * Of whom the matrix tells, all of them signed in as themselves:
 * - `account`: whoever holds this account role and no other, whatever roles on datasets and flows;
 * - `dataset`, `flow`: whoever holds this role on the dataset or flow that it is about, whatever roles in the account.
 *   What is done in flows of the other family alone is not done there, so NEVER.
 */
export interface RoleColumn {
  readonly id: string;
  readonly family: RoleFamily;
  readonly role: string;
  readonly name: string;
  readonly holder: Holder;
}

/** Who asks, as far as it is known. */
export interface Holder {
  /** What their account roles give; undefined: nothing is known of them. */
  readonly own?: ReadonlySet<AccountPermission>;
  /** Where it is about a dataset or a flow, their role there, or that they have none; undefined: it may be any. */
  readonly on?: { readonly about: 'dataset' | 'flow'; readonly role?: MemberRole };
  /** They sign their requests with a key, of which this is known. */
  readonly key?: { readonly restriction?: ReadonlySet<Permission> | undefined };
}

export const ROLE_COLUMNS: readonly RoleColumn[] = [
  ...ACCOUNT_ROLES.map((role) => ({
    ...named('account', role, ACCOUNT_ROLE_NAMES[role]),
    // Read when it is asked for, because a table says who holds what.
    get holder() {
      return { own: new Set(permissionsOfRole(role)) };
    },
  })),
  ...DATASET_ROLES.map((role) => ({
    ...named('dataset', role, DATASET_ROLE_NAMES[role]),
    holder: { on: { about: 'dataset', role } } as const,
  })),
  ...FLOW_ROLES.map((role) => ({
    ...named('flow', role, FLOW_ROLE_NAMES[role]),
    holder: { on: { about: 'flow', role } } as const,
  })),
];

function named(family: RoleFamily, role: string, name: string) {
  return { id: `${family}:${role}`, family, role, name };
}

/** What an account role depends on where a role on the dataset or flow decides. */
export const ROLE_ON = {
  dataset: 'the role on the dataset',
  flow: 'the role on the flow',
} as const;

/** What it depends on for whoever holds no role on the flow: a list is entered by sharing alone. */
export const KIND = 'without a role there its kind';

/** By which of the super powers a role on a dataset or flow makes no difference. */
export const OVERRIDES = Object.values(OVERRIDE).map(ruleName);

const ABOVE = 'nobody and nothing above them';
const OWN = 'one’s own';
const MEETING = 'being met on an object that they can see';

const ABOUT_WORDS: Readonly<Record<About, string>> = {
  account: 'in the account',
  dataset: 'of a dataset',
  flow: 'of a flow',
  person: 'of a person',
  serviceAccount: 'of a service account',
};

/** May they do what takes this rule: always, never, or on what does it depend? */
export function cellOf(rule: Rule, holder: Holder): AccessCell {
  const cases = placesOf(rule, holder).map(
    ({ about, places }) =>
      [about, acrossRoles(about, places, (place) => evaluate(rule, holder, place))] as const,
  );
  return leading(cases.map(([about, cell]) => [about ? ABOUT_WORDS[about] : undefined, cell]));
}

/** What a rule can be about, and which role somebody holds there. */
interface Place {
  readonly about?: About;
  readonly role?: MemberRole;
  /** Of a flow: whether people come in by their account roles, too. */
  readonly takesDefault?: boolean;
}

interface Places {
  readonly about?: About;
  readonly places: readonly Place[];
}

function placesOf(rule: Rule, { on }: Holder): Places[] {
  const abouts = aboutsIn(rule);
  const isShared = abouts.has('dataset') || abouts.has('flow');
  if (on && isShared) return [{ about: on.about, places: [on] }];
  if (abouts.size === 0) return [{ places: [{}] }];
  return [...abouts].map((about) => ({ about, places: ROLES_ON[about] ?? [{ about }] }));
}

const ROLES_ON: Partial<Record<About, readonly Place[]>> = {
  dataset: [
    { about: 'dataset' },
    ...DATASET_ROLES.map((role) => ({ about: 'dataset' as const, role })),
  ],
  flow: [
    { about: 'flow', takesDefault: true },
    { about: 'flow' },
    ...FLOW_ROLES.map((role) => ({ about: 'flow' as const, role })),
  ],
};

/** All that a rule can be about, where that makes a difference. */
export function aboutsIn(rule: Rule): ReadonlySet<About> {
  switch (rule.is) {
    case 'SHARED':
      return new Set([familyOf(rule.permission)]);
    case 'GIVING':
      return new Set(Object.values(rule.makes).map(familyOf));
    case 'ALL':
    case 'ANY':
      return new Set(rule.of.flatMap((each) => [...aboutsIn(each)]));
    case 'ALSO':
      return aboutsIn(rule.rule);
    case 'ABOUT':
      return new Set(Object.keys(rule.of) as About[]);
    default:
      return new Set();
  }
}

/** Where roles differ, it depends on the role; and what else it depends on for all of them who may at all. */
function acrossRoles(
  about: About | undefined,
  places: readonly Place[],
  evaluateAt: (place: Place) => AccessCell,
): AccessCell {
  const cells = places.map(evaluateAt);
  const [first = NEVER, second] = cells;
  if (cells.every((cell) => isSame(cell, first))) return first;
  const can = cells.filter(({ outcome }) => outcome !== 'NEVER');
  const common = (can[0]?.on ?? []).filter((reason) => can.every(({ on }) => on.includes(reason)));
  // The first two hold no role on a flow: one of each kind.
  const takesKind = places[0]?.takesDefault && first.outcome !== second?.outcome;
  const role = about === 'flow' ? ROLE_ON.flow : ROLE_ON.dataset;
  return depends(role, ...(takesKind ? [KIND] : []), ...common);
}

function evaluate(rule: Rule, holder: Holder, place: Place): AccessCell {
  const of = (each: Rule) => evaluate(each, holder, place);
  switch (rule.is) {
    case 'PUBLIC':
    case 'AUTHENTICATED':
      return ALWAYS;
    case 'SIGNED_IN':
      return holder.key ? NEVER : ALWAYS;
    case 'SELF':
      return depends(OWN);
    case 'MET':
      return depends(MEETING);
    case 'ACCOUNT': {
      const may = mayInAccount(rule.permission, holder);
      return rule.limit === 'RANK' ? all(may, reach(holder)) : may;
    }
    case 'SHARED':
      return mayOnFlow(rule.permission, holder, place);
    case 'CARRIED':
      return isBarred(rule.permission, holder) ? NEVER : ALWAYS;
    case 'GIVING': {
      const makes = Object.entries(rule.makes) as [MemberRole, SharedPermission][];
      return byGiven(makes.map(([role, each]) => [role, mayOnFlow(each, holder, place)]));
    }
    case 'ALL':
      return all(...rule.of.map(of));
    case 'ANY':
      return any(...rule.of.map(of));
    case 'ALSO':
      return onlyWhere(rule.when, of(rule.rule));
    case 'ABOUT': {
      const branch = place.about && rule.of[place.about];
      return branch ? of(branch) : NEVER;
    }
  }
}

/** Where they may not give all roles alike, it depends on which. */
function byGiven(cells: readonly (readonly [MemberRole, AccessCell])[]): AccessCell {
  const [[, first] = [undefined, NEVER]] = cells;
  if (cells.every(([, cell]) => isSame(cell, first))) return first;
  return depends(
    ...cells.map(([role, { outcome, on }]) => {
      const words = `make ${roleNameOf(role)}`;
      if (outcome === 'NEVER') return `not ${words}`;
      return outcome === 'ALWAYS' ? words : `${words}: ${on.join(' or ')}`;
    }),
  );
}

/** What is asked of those who ask for more: others do without it. */
function onlyWhere(when: string, cell: AccessCell): AccessCell {
  const words = when.replace(/ also$/, '');
  if (cell.outcome === 'ALWAYS') return ALWAYS;
  if (cell.outcome === 'NEVER') return depends(`not ${words}`);
  return depends(...cell.on.map((reason) => `${words}: ${reason}`));
}

function isBarred(permission: Permission, { key }: Holder): boolean {
  if (!key) return false;
  return SIGNED_IN_ONLY.has(permission) || key.restriction?.has(permission) === false;
}

function mayInAccount(permission: AccountPermission, holder: Holder): AccessCell {
  return isBarred(permission, holder) ? NEVER : holds(permission, holder);
}

function holds(permission: AccountPermission, { own, key }: Holder): AccessCell {
  if (!own) return depends(ruleName(permission));
  const left = key ? narrowed(own, { restriction: key.restriction, isKey: true }) : own;
  return left.has(permission) ? ALWAYS : NEVER;
}

/** How far they reach: only who may give out any role has nobody above them. */
function reach({ own }: Holder): AccessCell {
  return own?.has('role:assignAny') ? ALWAYS : depends(ABOVE);
}

function mayOnFlow(permission: SharedPermission, holder: Holder, place: Place): AccessCell {
  const family = familyOf(permission);
  if (place.about !== family) return NEVER;
  // A key that is not good for seeing it does nothing there.
  if ([READ[family], permission].some((each) => isBarred(each, holder))) return NEVER;
  const row = rowOf(permission);
  return any(
    place.role ? byRole(row[place.role] ?? false) : NEVER,
    !place.role && place.takesDefault && row.byDefault ? holds(row.byDefault, holder) : NEVER,
    row.override ? holds(OVERRIDE[place.about], holder) : NEVER,
  );
}

function byRole(entry: boolean | keyof typeof CONDITIONS): AccessCell {
  if (typeof entry === 'string') return depends(CONDITIONS[entry]);
  return entry ? ALWAYS : NEVER;
}

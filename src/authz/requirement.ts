import { NEVER_DELEGABLE, resourceOf, SIGNED_IN_ONLY } from './boundary.js';
import { DATASET_ROLES, type DatasetRole } from './dataset-roles.js';
import { FLOW_ROLES, type FlowRole } from './flow-roles.js';
import { isAccountPermission, PERMISSIONS, type Permission } from './permissions.js';
import { CONDITIONS, type MemberRole } from './role-table.js';
import type { About, Rule } from './rule.js';
import {
  familyOf,
  isDatasetPermission,
  isSharedPermission,
  READ,
  rowOf,
  ruleName,
  type SharedPermission,
} from './tables.js';

/** What a document tells of an object to which it leads. */
export interface Told {
  /** Whether it is whoever asks, or theirs. */
  readonly isOwn: boolean;
  /** Whether it is somebody whom one meets on an object that one can see. */
  readonly isMet: boolean;
  /** What it is about; undefined: that can't be known. */
  readonly about: ReadonlySet<About> | undefined;
  /** The role that is to be given; undefined: that can't be known. */
  readonly role: MemberRole | undefined;
  readonly asksForMore: ReadonlySet<string>;
}

/** What it takes to pass a rule. */
export interface Requirement {
  /** All that a key must be good for. */
  readonly permissions: readonly Permission[];
  /** Whether it takes a person who is signed in. */
  readonly signedIn: boolean;
  /** Whether what is one's own takes less. */
  readonly orSelf: boolean;
}

const NOTHING: Requirement = { permissions: [], signedIn: false, orSelf: false };

/** What a rule takes, wherever it depends on nothing but the document. */
export function requirementOf(rule: Rule, told: Told): Requirement {
  switch (rule.is) {
    case 'PUBLIC':
    case 'AUTHENTICATED':
    case 'MET':
      return NOTHING;
    case 'SIGNED_IN':
      return { ...NOTHING, signedIn: true };
    case 'SELF':
      return { ...NOTHING, orSelf: !told.isOwn };
    case 'ACCOUNT':
    case 'SHARED':
      return ofPermission(rule.permission);
    case 'CARRIED':
      return { ...NOTHING, permissions: [rule.permission] };
    case 'GIVING': {
      const meant = told.role && rule.makes[told.role];
      return merged((meant ? [meant] : Object.values(rule.makes)).map(ofPermission));
    }
    case 'ALSO':
      return told.asksForMore.has(rule.when) ? requirementOf(rule.rule, told) : NOTHING;
    case 'ABOUT':
      return merged(
        Object.entries(rule.of)
          .filter(([about]) => !told.about || told.about.has(about as About))
          .map(([, each]) => requirementOf(each, told)),
      );
    case 'ALL':
      return merged(rule.of.map((each) => requirementOf(each, told)));
    case 'ANY':
      return ofAny(rule.of, told);
  }
}

function ofAny(of: readonly Rule[], told: Told): Requirement {
  const isOpen = (each: Rule) =>
    (each.is === 'MET' && told.isMet) || (each.is === 'SELF' && told.isOwn);
  if (of.some(isOpen)) return NOTHING;
  const orSelf = of.some(({ is }) => is === 'SELF');
  const first = of.find(({ is }) => is !== 'SELF' && is !== 'MET');
  return first ? merged([{ ...NOTHING, orSelf }, requirementOf(first, told)]) : NOTHING;
}

/** Whoever does something on a flow sees it. */
function ofPermission(permission: Permission): Requirement {
  const read = isSharedPermission(permission) ? [READ[familyOf(permission)]] : [];
  const permissions = [...new Set([permission, ...read])];
  return { permissions, signedIn: SIGNED_IN_ONLY.has(permission), orSelf: false };
}

/** What it takes to pass each of several. */
export function merged(requirements: readonly Requirement[]): Requirement {
  const all = new Set(requirements.flatMap(({ permissions }) => permissions));
  return {
    permissions: PERMISSIONS.filter((permission) => all.has(permission)),
    signedIn: requirements.some(({ signedIn }) => signedIn),
    orSelf: requirements.some(({ orSelf }) => orSelf),
  };
}

/** Whether a service account can be let do it as somebody else, if that person may. */
export function canBeDelegated({ permissions, signedIn }: Requirement): boolean {
  const isLetThrough = (each: Permission) =>
    !isAccountPermission(each) || Boolean(resourceOf(each));
  return !signedIn && permissions.every((each) => isLetThrough(each) && !NEVER_DELEGABLE.has(each));
}

/** The weakest role on a dataset that allows all of these that are about one; null: none is about one. */
export function datasetRoleFor(permissions: readonly Permission[]): DatasetRole | null {
  return weakest(DATASET_ROLES, permissions.filter(isDatasetPermission));
}

/** The same on a flow of another kind. */
export function flowRoleFor(permissions: readonly Permission[]): FlowRole | null {
  const wanted = permissions
    .filter(isSharedPermission)
    .filter((each) => !isDatasetPermission(each));
  return weakest(FLOW_ROLES, wanted);
}

function weakest<Role extends MemberRole>(
  roles: readonly Role[],
  permissions: readonly SharedPermission[],
): Role | null {
  if (permissions.length === 0) return null;
  return roles.findLast((role) => permissions.every((each) => suffices(each, role))) ?? null;
}

/** A role whose condition nobody meets yet does not count. */
function suffices(permission: SharedPermission, role: MemberRole): boolean {
  const cell = rowOf(permission)[role] ?? false;
  return cell !== false && cell !== 'limitedExecution';
}

/** What a role allows under a condition only, in words. */
export function conditionsOf(
  permissions: readonly Permission[],
  roles: readonly (MemberRole | null)[],
): string[] {
  return permissions.filter(isSharedPermission).flatMap((permission) =>
    roles.flatMap((role) => {
      const cell = role && rowOf(permission)[role];
      return typeof cell === 'string' ? [`${ruleName(permission)}: ${CONDITIONS[cell]}`] : [];
    }),
  );
}

import { effectiveGrant, type FlowFacts, type Grant, type Via } from './decide.js';
import type { Check, Denial, Reason, Remedy } from './denial-shape.js';
import type { Permission } from './permissions.js';
import type { Standing } from './principal.js';
import type { MemberRole } from './role-table.js';
import { decideRule, permissionsIn, type Facts, type Rule } from './rule.js';
import {
  isDatasetPermission,
  isSharedPermission,
  roleNameOf,
  rolesAllowed,
  rowOf,
} from './tables.js';

/** Whether somebody may do something, by which path or for want of what. */
export interface Explanation {
  readonly allowed: boolean;
  /** Why not; null: allowed. */
  readonly reason: Reason | null;
  /** The path that decided; null: refused, or it takes no permission. */
  readonly via: Via | null;
  /** The role on the flow that counts. */
  readonly role: MemberRole | null;
  /** The groups that give it. */
  readonly groupIds: readonly string[];
  /** What lets the actor act as the subject. */
  readonly impersonationId: string | null;
  readonly checks: readonly Check[];
  readonly missing: readonly Permission[];
  readonly remedies: readonly Remedy[];
}

/** Explains what `decideRule` says of somebody, step by step, in the order in which a person would look. */
export function explain({ principal, isActive }: Standing, rule: Rule, facts: Facts): Explanation {
  const decision = decideRule(principal, rule, facts);
  const allowed = decision.allowed && isActive;
  const grant = facts.flow && effectiveGrant(facts.flow.grants);
  const denial = decision.allowed ? undefined : decision.denial;
  const via = decision.allowed ? (decision.via ?? null) : null;
  const permission =
    (decision.allowed ? decision.permission : decision.denial.permission) ?? permissionsIn(rule)[0];
  const isMember = grant !== undefined && grant.role !== 'NONE';
  const leads = denial?.checks.filter(({ step }) => !OWN_STEPS.has(step)) ?? [];
  return {
    allowed,
    reason: reasonOf(isActive, denial?.reason, facts.flow !== undefined && !isMember),
    via: allowed ? via : null,
    role: grant?.role ?? null,
    groupIds: groupsGiving(facts.flow?.grants ?? []),
    impersonationId: decision.impersonationId ?? null,
    checks: [
      ...leads,
      roleCheck(permission, principal.roleNames, via, denial),
      itemCheck(permission, grant, facts.flow, via),
      {
        step: 'SUSPENSION',
        ok: isActive,
        fact: isActive
          ? 'Active.'
          : 'Suspended, or turned off: nothing is allowed until that ends.',
      },
      teamCheck(permission, facts.flow, via),
    ],
    missing: denial?.missing ?? [],
    remedies: denial?.remedies ?? [],
  };
}

const OWN_STEPS: ReadonlySet<string> = new Set([
  'ROLE',
  'ITEM_PERMISSION',
  'SUSPENSION',
  'TEAM_MEMBERSHIP',
] satisfies Check['step'][]);

function reasonOf(
  isActive: boolean,
  denied: Reason | undefined,
  isStranger: boolean,
): Reason | null {
  if (!isActive) return 'SUSPENDED';
  if (denied === 'ROLE_LACKS_PERMISSION' && isStranger) return 'NOT_A_MEMBER';
  return denied ?? null;
}

/** The groups that give the role that counts; empty: it comes in another way. */
export function groupsGiving(grants: readonly Grant[]): string[] {
  const counts = effectiveGrant(grants);
  if (counts?.via !== 'GROUP') return [];
  const giving = grants.filter(({ via, role }) => via === 'GROUP' && role === counts.role);
  return giving.flatMap(({ groupId }) => groupId ?? []).toSorted();
}

function roleCheck(
  permission: Permission | undefined,
  roleNames: readonly string[],
  via: Via | null,
  denial: Denial | undefined,
): Check {
  const names = roleNames.join(', ') || 'none';
  if (!permission) {
    return { step: 'ROLE', ok: !denial, fact: `It takes no permission; account roles: ${names}.` };
  }
  if (!isSharedPermission(permission)) {
    const missing = denial?.missing.toSorted().join(', ');
    return {
      step: 'ROLE',
      ok: !missing,
      fact: missing
        ? `The account roles (${names}) do not include ${missing}; ${permission} takes: ${rolesAllowed(permission)}.`
        : `The account roles (${names}) include ${permission}.`,
    };
  }
  const { byDefault, override } = rowOf(permission);
  switch (via) {
    case 'SUPER_ADMIN_OVERRIDE':
      return { step: 'ROLE', ok: true, fact: 'A Super Admin may by override, which is audited.' };
    case 'ACCOUNT_ROLE':
      return { step: 'ROLE', ok: true, fact: `The account roles (${names}) include ${byDefault}.` };
    case 'DIRECT':
    case 'GROUP':
      return {
        step: 'ROLE',
        ok: true,
        fact: `It does not depend on the account roles (${names}).`,
      };
    default:
      return {
        step: 'ROLE',
        ok: false,
        fact: `The account roles (${names}) do not give it${byDefault || override ? '' : ': none does'}.`,
      };
  }
}

function itemCheck(
  permission: Permission | undefined,
  grant: Grant | undefined,
  flow: FlowFacts | undefined,
  via: Via | null,
): Check {
  if (!permission || !isSharedPermission(permission) || !flow) {
    return { step: 'ITEM_PERMISSION', ok: true, fact: 'It does not depend on what is shared.' };
  }
  const noun = isDatasetPermission(permission) ? 'dataset' : 'flow';
  const direct = flow.grants.find((each) => each.via === 'DIRECT');
  const held = direct ? `the role ${roleNameOf(direct.role)} of their own` : 'no role of their own';
  return {
    step: 'ITEM_PERMISSION',
    ok: via === 'DIRECT' || (via !== null && grant?.via !== 'DIRECT'),
    fact: `On the ${noun}: ${held}. “${rowOf(permission).label}” takes: ${rolesAllowed(permission)}.`,
  };
}

function teamCheck(
  permission: Permission | undefined,
  flow: FlowFacts | undefined,
  via: Via | null,
): Check {
  if (!permission || !isSharedPermission(permission) || !flow) {
    return { step: 'TEAM_MEMBERSHIP', ok: true, fact: 'It does not depend on groups.' };
  }
  const roles = flow.grants.flatMap((each) =>
    each.via === 'GROUP' ? [roleNameOf(each.role)] : [],
  );
  const isOverruled = roles.length > 0 && flow.grants.some((each) => each.via === 'DIRECT');
  const held =
    roles.length > 0 ? `Through groups: ${roles.join(', ')}` : 'No group has a role there';
  return {
    step: 'TEAM_MEMBERSHIP',
    ok: via !== null,
    fact: `${held}${isOverruled ? '; the role of one’s own counts instead' : ''}.`,
  };
}

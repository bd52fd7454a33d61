import type { MemberRole } from '../../src/authz/role-table.js';

/** A role of a world: what it gives by itself, and the roles before it from which it inherits. */
export interface DraftRole {
  readonly own: readonly string[];
  readonly parents: readonly number[];
}

/** What a role gives: its own, and what each of its parents gives. */
export function reachOf(roles: readonly DraftRole[], at: number): Set<string> {
  const role = roles[at];
  if (!role) return new Set();
  return new Set([...role.own, ...role.parents.flatMap((parent) => [...reachOf(roles, parent)])]);
}

/** What somebody with these roles may do: all that any of them gives. */
export function sumOf(roles: readonly DraftRole[], held: readonly number[]): Set<string> {
  return new Set(held.flatMap((at) => [...reachOf(roles, at)]));
}

const STRENGTH: Readonly<Record<string, number>> = {
  NONE: 0,
  VIEWER: 1,
  EDITOR: 2,
  MEMBER: 2,
  OWNER: 3,
  ADMIN: 3,
};

/**
 * The role that counts on one flow: one’s own, whatever it is; else the strongest that a group has, so that None
 * counts only if no group has more; else nothing, and the account role decides.
 */
export function effectiveRole(
  own: MemberRole | undefined,
  groups: readonly MemberRole[],
): MemberRole | undefined {
  if (own !== undefined) return own;
  const most = Math.max(...groups.map((role) => STRENGTH[role] ?? 0));
  return groups.find((role) => STRENGTH[role] === most);
}

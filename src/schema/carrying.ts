import type { AccountPermission, Permission } from '../authz/permissions.js';
import { all, AUTHENTICATED, carries, needs } from '../authz/rule.js';
import { ruleName } from '../authz/tables.js';
import { printing, type PrintedRule } from './scopes.js';

/** Everybody who is signed in. */
export const authenticated = printing('authenticated', AUTHENTICATED, () => ({
  authenticated: true,
}));

/** A permission in the account. */
export function inAccount(permission: AccountPermission) {
  return printing(ruleName(permission), needs(permission), () => ({ account: permission }));
}

/**
 * The rule, and a key has to be good for seeing what is looked for: it is told what it lacks, instead of being shown
 * less.
 */
export function carrying<Parent>(
  permission: Permission,
  scopes: PrintedRule & ((parent: Parent) => object),
) {
  const words = `${scopes.words}; a key needs ${ruleName(permission)}`;
  return printing(words, all(scopes.rule, carries(permission)), (parent: Parent) => ({
    ...scopes(parent),
    carrying: permission,
  }));
}

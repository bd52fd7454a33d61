import type {
  AccountPermission,
  DatasetPermission,
  FlowPermission,
  Permission,
} from '../authz/permissions.js';
import type { MemberRole } from '../authz/role-table.js';
import {
  all,
  also,
  any,
  MET,
  needs,
  needsButForParty,
  needsUpTo,
  SELF,
  SIGNED_IN,
  type Rule,
} from '../authz/rule.js';
import { READ, ruleName, type Family, type SharedPermission } from '../authz/tables.js';
import type { Context } from '../context.js';
import type { NamedFlow } from '../domain/ids.js';
import {
  allow,
  allowCarrying,
  allowOwnOrUpTo,
  allowSignedIn,
  allowUpTo,
  presentOf,
  type OwnScope,
  type RankScope,
} from './account-scope.js';
import { allowHandOver, allowOnFlow, principalOf, type FlowScope } from './flow-scope.js';

export interface Scopes {
  /** Open to everybody; says why. */
  public: string;
  authenticated: boolean;
  /** A person with a session: no key, nobody who acts as somebody else. */
  signedIn: boolean;
  account: AccountPermission;
  /** Whoever comes with a key brings one that is good for this. */
  carrying: Permission;
  upTo: RankScope;
  handOver: readonly NamedFlow[];
  ownOrUpTo: OwnScope;
  dataset: FlowScope;
  flow: FlowScope;
  /** The person or service account with this id. */
  self: string;
}

/** The rules of this request: each allows, or throws the refusal that the client is to see. */
export function createScopes(context: Context) {
  return {
    public: () => true,
    authenticated: () => Boolean(presentOf(context)),
    signedIn: () => allowSignedIn(context),
    account: (permission: AccountPermission) => allow(context, permission),
    carrying: (permission: Permission) => allowCarrying(context, permission),
    upTo: (scope: RankScope) => allowUpTo(context, scope),
    handOver: (flows: readonly NamedFlow[]) => allowHandOver(context, flows),
    ownOrUpTo: (scope: OwnScope) => allowOwnOrUpTo(context, scope),
    dataset: (scope: FlowScope) => allowOnFlow(context, 'dataset', scope),
    flow: (scope: FlowScope) => allowOnFlow(context, 'flow', scope),
    // Whoever acts as somebody else reaches what was granted, not what is their own.
    self: (id: string) => {
      const { acting, subject } = principalOf(context);
      return !acting && subject.id === id;
    },
  };
}

/** A rule that depends on the object or the arguments, as data, with the words in which the schema prints it. */
export interface PrintedRule {
  readonly words: string;
  readonly rule: Rule;
  readonly asks: Asks;
  /** What else it takes, because nobody does anything on a flow that they don't see. */
  readonly reads?: SharedPermission;
}

/** Whether the arguments ask for something further, by the words that the rule has for it. */
export type Asks = Readonly<Record<string, (args: never) => boolean>>;

type Located = Omit<FlowScope, 'permissions'>;

function scopeOf(family: Family, scope: FlowScope) {
  return family === 'dataset' ? { dataset: scope } : { flow: scope };
}

/** A permission on the dataset that an object is or belongs to. */
export function onDataset<Parent>(
  permission: DatasetPermission,
  locate: (parent: Parent) => Located,
) {
  return onObject('dataset', permission, locate);
}

/** A permission on the flow, other than a dataset, that an object is or belongs to. */
export function onFlow<Parent>(permission: FlowPermission, locate: (parent: Parent) => Located) {
  return onObject('flow', permission, locate);
}

function onObject<Parent>(
  family: Family,
  permission: SharedPermission,
  locate: (parent: Parent) => Located,
) {
  return printing(ruleName(permission), needs(permission), (parent: Parent) =>
    scopeOf(family, { ...locate(parent), permissions: [permission] }),
  );
}

/** Each of these permissions on the dataset that the arguments name. */
export function onDatasetOf<Args>(
  permissions: readonly Permission[],
  locate: (args: Args) => Located,
) {
  return onArguments('dataset', permissions, locate);
}

/** Each of these permissions on the flow, other than a dataset, that the arguments name. */
export function onFlowOf<Args>(
  permissions: readonly Permission[],
  locate: (args: Args) => Located,
) {
  return onArguments('flow', permissions, locate);
}

function onArguments<Args>(
  family: Family,
  permissions: readonly Permission[],
  locate: (args: Args) => Located,
) {
  const scopes = (_root: unknown, args: Args) => scopeOf(family, { ...locate(args), permissions });
  const words = permissions.map(ruleName).join(' and ');
  const rule = all(...permissions.map(needs));
  return Object.assign(printing(words, rule, scopes), { reads: READ[family] });
}

/** The right to give the role that the arguments name, beside the other permissions on what they name. */
export function toGiveRole<Role extends MemberRole, Args>(
  family: Family,
  makes: Readonly<Record<Role, SharedPermission>>,
  permissions: readonly SharedPermission[],
  locate: (args: Args) => Located & { readonly role: Role },
) {
  const each = Object.values<SharedPermission>(makes);
  const words = [...permissions.map(ruleName), each.map(ruleName).join(' or ')].join(' and ');
  const rule = all(...permissions.map(needs), { is: 'GIVING', makes });
  return printing(words, rule, (_parent: unknown, args: Args) => {
    const { role, ...located } = locate(args);
    return scopeOf(family, { ...located, permissions: [...permissions, makes[role]] });
  });
}

/** A permission on a dataset, and another one if the arguments ask for what that protects. */
export function onDatasetWith<Parent, Args>(
  permission: DatasetPermission,
  further: DatasetPermission,
  words: string,
  locate: (parent: Parent, args: Args) => Located,
  asksFor: (args: Args) => boolean,
) {
  return printing(
    `${ruleName(permission)}; ${words}: ${ruleName(further)}`,
    all(needs(permission), also(words, needs(further))),
    (parent: Parent, args: Args) => ({
      dataset: {
        ...locate(parent, args),
        permissions: asksFor(args) ? [permission, further] : [permission],
      },
    }),
    { [words]: asksFor },
  );
}

/** A permission in the account, about whatever the arguments name, as far as the facts that are found let it reach. */
export function upTo<Args>(
  permission: AccountPermission,
  locate: (args: Args) => Omit<RankScope, 'permission'>,
) {
  return printing(
    `${ruleName(permission)}, nobody and nothing above you`,
    needsUpTo(permission),
    (_parent: unknown, args: Args) => ({ upTo: { permission, ...locate(args) } }),
  );
}

/** A permission in the account, about whomever the arguments name, and never on their behalf. */
export function butForParty<Args>(
  permission: AccountPermission,
  locate: (args: Args) => Omit<RankScope, 'permission'>,
) {
  return printing(
    `${ruleName(permission)}, never on behalf of whom it is about`,
    needsButForParty(permission),
    (_parent: unknown, args: Args) => ({ upTo: { permission, ...locate(args) } }),
  );
}

/** What is one's own, or a permission in the account about whomever the arguments name: nobody above the principal. */
export function ownOrUpTo<Args>(
  permission: AccountPermission,
  locate: (args: Args) => Omit<OwnScope, 'permission'>,
) {
  return printing(
    `signed in, and self or ${ruleName(permission)}, nobody above you`,
    all(SIGNED_IN, any(SELF, needsUpTo(permission))),
    (_parent: unknown, args: Args) => ({ ownOrUpTo: { permission, ...locate(args) } }),
  );
}

/** The person themselves, or whoever holds the permission in the account. */
export function selfOr<Parent>(
  permission: AccountPermission,
  userIdOf: (parent: Parent) => string,
) {
  const rule = any(SELF, needs(permission));
  return printing(`self or ${ruleName(permission)}`, rule, (parent: Parent) => ({
    $any: { self: userIdOf(parent), account: permission },
  }));
}

/** The same for people who are signed in: no key looks at it. */
export function signedInSelfOr<Parent>(
  permission: AccountPermission,
  userIdOf: (parent: Parent) => string,
) {
  return printing(
    `signed in, and self or ${ruleName(permission)}`,
    all(SIGNED_IN, any(SELF, needs(permission))),
    (parent: Parent) => ({
      signedIn: true,
      $any: { self: userIdOf(parent), account: permission },
    }),
  );
}

const MET_GRANT = 'met';

/** What a field grants that leads to somebody from an object that its reader may see. */
export const met = [MET_GRANT];

const WHERE_MET = 'met on an object that you can see';

/** The permission in the account, or to be met on an object that the reader may see. */
export function metOr(permission: AccountPermission) {
  const rule = any(needs(permission), MET);
  return printing(`${ruleName(permission)} or ${WHERE_MET}`, rule, () => ({
    $any: { account: permission, $granted: MET_GRANT },
  }));
}

/** The person themselves, or like anybody else whom one meets. */
export function selfOrMetOr<Parent>(
  permission: AccountPermission,
  userIdOf: (parent: Parent) => string,
) {
  const words = `self or ${ruleName(permission)} or ${WHERE_MET}`;
  return printing(words, any(SELF, needs(permission), MET), (parent: Parent) => ({
    $any: { self: userIdOf(parent), account: permission, $granted: MET_GRANT },
  }));
}

/** A rule that depends on the object or the arguments, as data, with the words in which the schema prints it. */
export function printing<Deciding extends (...args: never[]) => object>(
  words: string,
  rule: Rule,
  scopes: Deciding,
  asks: Asks = {},
): Deciding & PrintedRule {
  return Object.assign(scopes, { words, rule, asks });
}

import { ACCOUNT_ROLES, permissionsOfRole } from '../../src/authz/account-roles.js';
import type { FlowFacts } from '../../src/authz/decide.js';
import type { RoleColumn } from '../../src/authz/matrix.js';
import { ACCOUNT_PERMISSIONS } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import {
  any,
  decideRule,
  permissionsIn,
  PUBLIC,
  type About,
  type Facts,
  type Rule,
} from '../../src/authz/rule.js';
import { principalWith } from '../support/principal.js';

const ROLES = {
  dataset: ['ADMIN', 'MEMBER', 'VIEWER'],
  flow: ['OWNER', 'EDITOR', 'VIEWER', 'NONE'],
} as const satisfies Record<string, readonly MemberRole[]>;

/** The same rule for somebody who is met on an object, or is not. */
function withMet(rule: Rule, isMet: boolean): Rule {
  switch (rule.is) {
    case 'MET':
      return isMet ? PUBLIC : any();
    case 'ALL':
    case 'ANY':
      return { ...rule, of: rule.of.map((each) => withMet(each, isMet)) };
    default:
      return rule;
  }
}

/** All that a rule can be about, as its text says. */
function aboutsOf(rule: Rule): About[] {
  const text = JSON.stringify(rule);
  const named = (['account', 'person', 'serviceAccount', 'dataset', 'flow'] as const).filter(
    (about) => text.includes(`"${about}":`),
  );
  const shared = permissionsIn(rule).filter(
    (permission) => !(ACCOUNT_PERMISSIONS as readonly string[]).includes(permission),
  );
  return [
    ...new Set([
      ...named,
      ...shared.map((permission) =>
        permission.startsWith('dataset') ? ('dataset' as const) : ('flow' as const),
      ),
    ]),
  ];
}

const AT_WORST = { flow: {}, rest: { rank: { person: ACCOUNT_PERMISSIONS }, asksForMore: true } };
const AT_BEST = {
  flow: {
    view: { isNewOrOwn: true },
    import: { onlyExistingFields: true },
    target: { role: null },
  },
  rest: { isOwn: true },
} as const;

function flowsOf(about: 'dataset' | 'flow', role: MemberRole | undefined): FlowFacts[] {
  const kinds = about === 'dataset' ? (['DATASET'] as const) : (['BOARD', 'LIST'] as const);
  const grants = role ? [{ via: 'DIRECT', role } as const] : [];
  return kinds.map((kind) => ({ kind, grants }));
}

/** Nobody is to be given a role of datasets on a flow of another kind, nor the other way round. */
function isRoleIn({ flow }: Facts, role: MemberRole): boolean {
  const roles: readonly MemberRole[] = ROLES[flow?.kind === 'DATASET' ? 'dataset' : 'flow'];
  return !flow || roles.includes(role);
}

/** Every case that a rule knows for whoever a column tells of, and for the best and the worst of luck in each. */
function factsOf(rule: Rule, { family, role }: RoleColumn, luck: typeof AT_BEST | typeof AT_WORST) {
  const abouts = aboutsOf(rule);
  const isShared = abouts.includes('dataset') || abouts.includes('flow');
  const cases = family !== 'account' && isShared ? [family] : abouts;
  const given = [undefined, ...ROLES.dataset, ...ROLES.flow].filter(
    (each) => each === undefined || JSON.stringify(rule).includes(`"${each}":`),
  );
  const places = cases.flatMap((about): Facts[] => {
    if (about !== 'dataset' && about !== 'flow') return [{ about }];
    const roles = family === 'account' ? [undefined, ...ROLES[about]] : [role as MemberRole];
    return roles
      .flatMap((each) => flowsOf(about, each))
      .map((flow) => ({ flow: { ...flow, ...luck.flow } }));
  });
  return (places.length > 0 ? places : [{}]).flatMap((place) =>
    given
      .filter((each) => each === undefined || isRoleIn(place, each))
      .map((each): Facts => ({ ...place, ...luck.rest, role: each })),
  );
}

function principalsOf({ family, role }: RoleColumn, isAtBest: boolean): Principal {
  const named = ACCOUNT_ROLES.find((each) => family === 'account' && each === role);
  if (named) return principalWith(permissionsOfRole(named));
  return principalWith(isAtBest ? ACCOUNT_PERMISSIONS : []);
}

/** What becomes of a column by asking the rule itself, for all that may be true beside it. */
export function outcomeOf(rule: Rule, column: RoleColumn): 'ALWAYS' | 'NEVER' | 'DEPENDS' {
  const may = (isAtBest: boolean) => {
    const luck = isAtBest ? AT_BEST : AT_WORST;
    return factsOf(rule, column, luck).map(
      (facts) => decideRule(principalsOf(column, isAtBest), withMet(rule, isAtBest), facts).allowed,
    );
  };
  if (may(false).every(Boolean)) return 'ALWAYS';
  return may(true).some(Boolean) ? 'DEPENDS' : 'NEVER';
}

import fc from 'fast-check';

import {
  ACCOUNT_PERMISSIONS,
  BUILT_IN,
  DATASET_ROLES,
  FLOW_PERMISSIONS,
  FLOW_ROLES,
  words,
} from './tables.js';

export type Verdict = 'ALLOWED' | 'FORBIDDEN' | 'NOT_FOUND' | 'UNAUTHENTICATED';

interface Thing {
  readonly id: string;
  readonly state: string;
}
export type List<T> = readonly Readonly<T>[];

/** Plain data. Ids are a letter for what it is and a number; built-in roles and shared resources have their names. */
export interface World {
  readonly people: List<Thing & { roles: readonly string[] }>;
  readonly roles: List<{ id: string; permissions: readonly string[]; parents: readonly string[] }>;
  readonly groups: List<{ id: string; people: readonly string[] }>;
  readonly programs: List<Thing>;
  readonly flows: List<{ id: string; kind: string }>;
  readonly members: List<{ id: string; flow: string; who: string; role: string }>;
  readonly views: List<{ id: string; flow: string; by: string }>;
  readonly sessions: List<Thing & { holder: string }>;
  readonly keys: List<Thing & { holder: string; only: readonly string[] }>;
  readonly grants: List<Thing & { program: string; on: string }>;
  readonly invitations: List<{ id: string }>;
}

export interface Question {
  /** A session or key, and the person as whom it is to count. */
  readonly who: { readonly by: string; readonly as?: string | undefined };
  /** A field, a mutation, or a permission alone. */
  readonly operation: string;
  /** What it is about; on a flow the flow. */
  readonly on?: string | undefined;
  /** Which member, view or program; of a list, what is looked for in it. */
  readonly target?: string | undefined;
  /** To be given. */
  readonly role?: string | undefined;
  /** To be put into a role; into a dataset, what it has no field for. */
  readonly gives?: readonly string[] | undefined;
}

export const find = <T extends { id: string }>(list: readonly T[], id = '') =>
  list.find((each) => each.id === id);

const STRONGEST_FIRST = words('OWNER ADMIN EDITOR MEMBER VIEWER NONE');

/** The role that counts: one's own, else the strongest of one's groups. */
export function roleOn(world: World, flow: string, id: string): string | undefined {
  const own = world.members.find((each) => each.flow === flow && each.who === id);
  return own?.role ?? groupRoleOn(world, flow, id);
}

export function groupRoleOn({ members, groups }: World, flow: string, person: string) {
  const given = members.filter(
    ({ flow: on, who }) => on === flow && find(groups, who)?.people.includes(person),
  );
  return STRONGEST_FIRST.find((name) => given.some(({ role }) => role === name));
}

const GONE = words('REMOVED DELETED ENDED');

/** Whether there is such a thing, for whoever may see it. */
export function isInWorld(world: World, id: string): boolean {
  const all: readonly { id: string; state?: string }[] = Object.values(world).flat();
  const thing = find(all, id);
  return BUILT_IN.includes(id) || (thing !== undefined && !GONE.includes(thing.state ?? ''));
}

const KINDS = words('DATASET DATASET DATASET PROCESS BOARD APP LIST INTEGRATION CHAT SPACE');
const IMPERSONABLE = words('DATASET PROCESS BOARD');
const RESOURCES = words('USER_AND_GROUP_MANAGEMENT ALL_FLOWS_AND_INTEGRATIONS GLOBAL_MY_ITEMS');

const PERMISSIONS = [...FLOW_PERMISSIONS, ...ACCOUNT_PERMISSIONS];
/** Without these little else can be asked, so that most have them. */
const USUAL = words('account:read directory:read dataset:read flow:read');

const index = fc.nat({ max: 59 });
const at = <T>(list: readonly T[], place: number): T | undefined =>
  list[place % (list.length || 1)];
const listOf = <T>(each: fc.Arbitrary<T>, maxLength: number, minLength = 0) =>
  fc.array(each, { minLength, maxLength, size: 'max' });
const stateOf = (most: string, ...others: string[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(most) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
const someOf = (permissions: readonly string[]) =>
  fc
    .tuple(
      fc.oneof(fc.subarray([...permissions], { maxLength: 6 }), fc.subarray([...permissions])),
      fc.subarray(USUAL.filter((each) => permissions.includes(each))),
    )
    .map((each) => [...new Set(each.flat())]);

const drafts = fc.record({
  people: listOf(
    fc.record({ state: stateOf('ACTIVE', 'SUSPENDED', 'REMOVED'), roles: listOf(index, 2) }),
    8,
    2,
  ),
  roles: listOf(
    fc.record({ permissions: someOf(ACCOUNT_PERMISSIONS), parents: listOf(index, 2) }),
    3,
  ),
  groups: listOf(listOf(index, 4), 4),
  programs: listOf(stateOf('ENABLED', 'DISABLED', 'DELETED'), 3),
  flows: listOf(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      members: listOf(fc.record({ who: index, role: index }), 6, 1),
      torn: fc.option(fc.record({ group: index, person: index, roles: fc.tuple(index, index) })),
      views: listOf(index, 2),
    }),
    5,
    1,
  ),
  sessions: listOf(index, 2),
  keys: listOf(
    fc.record({
      holder: index,
      state: stateOf('GOOD', 'OFF', 'OVER', 'DELETED'),
      only: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: someOf(PERMISSIONS) },
      ),
    }),
    5,
  ),
  grants: listOf(
    fc.record({ program: index, on: index, state: stateOf('LIVE', 'REVOKED', 'OVER') }),
    4,
  ),
  invitations: listOf(fc.constant(0), 2),
});
type Drafts = typeof drafts extends fc.Arbitrary<infer Each> ? Each : never;

function worldOf(draft: Drafts): World {
  const people = draft.people.map(({ state, roles }, n) => {
    const own = draft.roles.map((_role, m) => `r${m}`);
    const names = [...BUILT_IN, ...own, ...own];
    const held = state === 'REMOVED' ? [] : roles.map((each) => at(names, each) ?? '');
    return { id: `p${n}`, state, roles: [...new Set(held)] };
  });
  const present = people.filter(({ state }) => state !== 'REMOVED').map(({ id }) => id);
  const roles = draft.roles.map(({ permissions, parents }, n) => {
    const before = [...BUILT_IN, ...draft.roles.slice(0, n).map((_role, m) => `r${m}`)];
    const inherits = parents.map((each) => at(before, each) ?? '');
    return { id: `r${n}`, permissions, parents: [...new Set(inherits)] };
  });
  const groups = draft.groups.map((list, n) => {
    const inside = list.flatMap((each) => at(present, each) ?? []);
    return { id: `g${n}`, people: [...new Set(inside)] };
  });
  const programs = draft.programs.map((state, n) => ({ id: `s${n}`, state }));
  const working = programs.filter(({ state }) => state !== 'DELETED').map(({ id }) => id);
  const flows = draft.flows.map(({ kind }, n) => ({ id: `f${n}`, kind }));
  const everybody = [...present, ...groups.map(({ id }) => id), ...working];
  const members = draft.flows.flatMap(({ kind, members: list, torn }, n) => {
    const family = kind === 'DATASET' ? DATASET_ROLES : FLOW_ROLES;
    const roleAt = (place: number) => at(family, place) ?? '';
    const entries = list.map(({ who, role }): [string, string] => [
      at(everybody, who) ?? '',
      roleAt(role),
    ]);
    // Somebody with a role of their own and another one by a group.
    const group =
      torn &&
      at(
        groups.filter(({ people: some }) => some.length > 0),
        torn.group,
      );
    if (group) {
      const [theirs, own] = torn.roles;
      entries.push([group.id, roleAt(theirs)], [at(group.people, torn.person) ?? '', roleAt(own)]);
    }
    return [...new Map(entries)].map(([who, role]) => ({ flow: `f${n}`, who, role }));
  });
  const views = draft.flows.flatMap(({ kind, views: list }, n) =>
    kind === 'DATASET'
      ? list.map((by) => ({ flow: `f${n}`, by: at([...present, ...working], by) ?? '' }))
      : [],
  );
  const holders = [...present, ...working, ...working];
  const places = [
    ...RESOURCES,
    ...flows.filter(({ kind }) => IMPERSONABLE.includes(kind)).map(({ id }) => id),
  ];
  const grants = draft.grants.flatMap(({ program, on, state }) => {
    const holder = at(working, program);
    return holder === undefined ? [] : [{ program: holder, on: at(places, on) ?? '', state }];
  });
  return {
    people,
    roles,
    groups,
    programs,
    flows,
    members: members.filter(({ who }) => who !== '').map((each, n) => ({ id: `m${n}`, ...each })),
    views: views.map((each, n) => ({ id: `v${n}`, ...each })),
    sessions: [
      ...present.map((holder) => ({ holder, state: 'GOOD' })),
      ...draft.sessions.map((holder) => ({ holder: at(present, holder) ?? '', state: 'ENDED' })),
    ]
      .filter(({ holder }) => holder !== '')
      .map((each, n) => ({ id: `z${n}`, ...each })),
    keys: [
      ...working.map((holder) => ({ holder, state: 'GOOD', only: [] as string[] })),
      ...draft.keys.map(({ holder, ...key }) => ({ holder: at(holders, holder) ?? '', ...key })),
    ]
      .filter(({ holder }) => holder !== '')
      .map((each, n) => ({ id: `k${n}`, ...each })),
    // One at a time for a service account on a place; others that were before it are revoked.
    grants: grants.map((each, n) => {
      const isOver = grants
        .slice(n + 1)
        .some(({ program, on }) => program === each.program && on === each.on);
      return { id: `i${n}`, ...each, state: isOver ? 'REVOKED' : each.state };
    }),
    invitations: draft.invitations.map((_each, n) => ({ id: `n${n}` })),
  };
}

/** Small worlds that are full of the cases in which rules meet. */
export const worlds: fc.Arbitrary<World> = drafts.map(worldOf);

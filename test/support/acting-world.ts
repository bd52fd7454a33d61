import fc from 'fast-check';

import { ACCOUNT_ROLES, type AccountRole } from '../../src/authz/account-roles.js';
import {
  FLOW_KINDS,
  SHARED_RESOURCES,
  type FlowKind,
  type SharedResource,
} from '../../src/authz/boundary.js';
import { decide, type Decision, type FlowFacts, type Grant } from '../../src/authz/decide.js';
import {
  ACCOUNT_PERMISSIONS,
  DATASET_PERMISSIONS,
  FLOW_PERMISSIONS,
  PERMISSIONS,
  type AccountPermission,
  type DatasetPermission,
  type FlowPermission,
  type Permission,
} from '../../src/authz/permissions.js';
import type { Party, Principal } from '../../src/authz/principal.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import { actingPrincipal, principal } from './principal.js';

interface Questions {
  readonly onFlows: readonly (DatasetPermission | FlowPermission)[];
  readonly inAccount: readonly AccountPermission[];
}

/** All permissions in so many parts: to ask for a part in each world lets there be more worlds. */
const PARTS = 8;

const QUESTIONS: readonly Questions[] = Array.from({ length: PARTS }, (_, part) => {
  const isOfPart = (_each: Permission, at: number) => at % PARTS === part;
  return {
    onFlows: [...DATASET_PERMISSIONS, ...FLOW_PERMISSIONS].filter(isOfPart),
    inAccount: ACCOUNT_PERMISSIONS.filter(isOfPart),
  };
});

/** Who can be a member of a flow in these worlds: a person, two groups, and the service account that acts. */
export const MEMBERS = ['person', 'groupA', 'groupB', 'program'] as const;

export type Member = (typeof MEMBERS)[number];

export interface Flow {
  readonly kind: FlowKind;
  readonly members: Readonly<Partial<Record<Member, MemberRole>>>;
  /** Whether the service account holds a grant to act as others here. */
  readonly isGranted: boolean;
}

/** Everything that a decision on somebody who acts as a person can depend on. */
export interface World {
  readonly roles: readonly AccountRole[];
  readonly isActive: boolean;
  readonly inGroups: readonly ('groupA' | 'groupB')[];
  readonly flows: readonly Flow[];
  readonly shared: readonly SharedResource[];
  /** What the key is restricted to. */
  readonly only: readonly Permission[] | undefined;
  readonly circumstances: Pick<FlowFacts, 'target' | 'view' | 'import'>;
  /** The permissions that are asked for. */
  readonly questions: Questions;
}

const IMPERSONABLE: readonly FlowKind[] = ['PROCESS', 'BOARD', 'DATASET'];

const flow: fc.Arbitrary<Flow> = fc
  .constantFrom(...FLOW_KINDS, ...IMPERSONABLE, ...IMPERSONABLE)
  .chain((kind) => {
    const role: fc.Arbitrary<MemberRole> =
      kind === 'DATASET'
        ? fc.constantFrom('ADMIN', 'MEMBER', 'VIEWER')
        : fc.constantFrom('OWNER', 'EDITOR', 'VIEWER', 'NONE');
    return fc.record({
      kind: fc.constant(kind),
      members: fc.record(
        { person: role, groupA: role, groupB: role, program: role },
        { requiredKeys: [] },
      ),
      isGranted: IMPERSONABLE.includes(kind) ? fc.boolean() : fc.constant(false),
    });
  });

const target = fc.record({
  role: fc.constantFrom(...(['OWNER', 'ADMIN', 'EDITOR', 'MEMBER', 'VIEWER', null] as const)),
  isParty: fc.boolean(),
});

export const worlds: fc.Arbitrary<World> = fc.record({
  roles: fc.uniqueArray(fc.constantFrom(...ACCOUNT_ROLES), { maxLength: 3 }),
  isActive: fc.constantFrom(true, true, true, false),
  inGroups: fc.subarray(['groupA', 'groupB'] as const),
  flows: fc.tuple(flow, flow),
  shared: fc.subarray(SHARED_RESOURCES),
  only: fc.option(fc.subarray([...PERMISSIONS], { minLength: 1 }), { nil: undefined, freq: 2 }),
  circumstances: fc.record(
    {
      target,
      view: fc.record({ isNewOrOwn: fc.boolean() }),
      import: fc.record({ onlyExistingFields: fc.boolean() }),
    },
    { requiredKeys: [] },
  ),
  questions: fc.constantFrom(...QUESTIONS),
});

/** The service account’s own memberships, which may be anything. */
export const ownMemberships = fc.tuple(
  fc.option(fc.constantFrom('OWNER', 'ADMIN', 'VIEWER', 'NONE'), { nil: undefined }),
  fc.option(fc.constantFrom('OWNER', 'ADMIN', 'VIEWER', 'NONE'), { nil: undefined }),
);

/** The grants of a party on a flow, as they would be read from its members. */
function grantsOf({ inGroups }: World, { members }: Flow, { kind }: Party): Grant[] {
  const role = kind === 'user' ? members.person : members.program;
  const own: Grant[] = role ? [{ via: 'DIRECT', role }] : [];
  if (kind !== 'user') return own;
  const groups = inGroups.flatMap((name): Grant[] => {
    const theirs = members[name];
    return theirs ? [{ via: 'GROUP', role: theirs }] : [];
  });
  return [...groups, ...own];
}

const PERSON = { kind: 'user', id: 'the person' } as const;

export function isMemberOf(world: World, one: Flow): boolean {
  return grantsOf(world, one, PERSON).length > 0;
}

/** What there is to know of a flow for this principal. */
export function factsFor(world: World, one: Flow, { subject, acting }: Principal): FlowFacts {
  return {
    ...world.circumstances,
    kind: one.kind,
    grants: grantsOf(world, one, subject),
    ...(acting && one.isGranted && { impersonationId: 'grant on the flow' }),
  };
}

/** The service account, acting as the person. */
export function actorIn(world: World): Principal {
  return actingPrincipal({
    roles: world.isActive ? world.roles : undefined,
    shared: world.shared,
    isMember: world.flows.some((one) => one.isGranted && isMemberOf(world, one)),
    only: world.only,
  });
}

/** The person, signed in. */
export function personIn({ roles }: World): Principal {
  return principal(...roles);
}

/** Every answer in a world: about each flow, and in the account. */
export function answersIn(world: World, who: Principal): [name: string, Decision][] {
  const onFlows = world.flows.flatMap((one, at) => {
    const facts = factsFor(world, one, who);
    return world.questions.onFlows.map((each): [string, Decision] => [
      `${each} on ${at}`,
      decide(who, each, facts),
    ]);
  });
  return [
    ...onFlows,
    ...world.questions.inAccount.map((each): [string, Decision] => [each, decide(who, each)]),
  ];
}

/** What is allowed in a world. */
export function allowedIn(world: World, who: Principal): Set<string> {
  return new Set(answersIn(world, who).flatMap(([name, { allowed }]) => (allowed ? name : [])));
}

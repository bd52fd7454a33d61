import {
  ACCOUNT_PERMISSIONS,
  BUILT_IN,
  DATASET_ROLES,
  FLOW_ROLES,
  OPERATIONS,
  words,
} from './tables.js';
import type { Question, World } from './world.js';

type Asked = Omit<Question, 'who'>;

const RESOURCES = words('USER_AND_GROUP_MANAGEMENT ALL_FLOWS_AND_INTEGRATIONS GLOBAL_MY_ITEMS');
/** An object of each kind that is not there. */
const NOWHERE = 9;

/** Everybody who can ask in a world, as themselves and as each person. */
export function actorsOf(world: World): Question['who'][] {
  const programs = world.programs.map(({ id }) => id);
  return [
    ...world.sessions.map(({ id }) => ({ by: id })),
    ...world.keys.flatMap(({ id, holder }) => [
      { by: id },
      ...(programs.includes(holder)
        ? world.people.map((person) => ({ by: id, as: person.id }))
        : []),
    ]),
  ];
}

/** All that can be asked about a world, queries and fields or mutations. */
export function questionsOf(world: World, kind: 'reads' | 'writes'): Asked[] {
  return kind === 'reads' ? readsOf(world) : writesOf(world);
}

function placesOf(world: World) {
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);
  const on = (letter: string, list: readonly { readonly id: string }[]) => [
    ...ids(list),
    `${letter}${NOWHERE}`,
  ];
  const datasets = world.flows.filter((flow) => flow.kind === 'DATASET');
  return {
    people: on('p', world.people),
    groups: on('g', world.groups),
    roles: [...BUILT_IN, ...on('r', world.roles)],
    programs: on('s', world.programs),
    datasets: on('f', datasets),
    others: ids(world.flows).filter((id) => !datasets.some((each) => each.id === id)),
    sessions: on('z', world.sessions),
    keys: on('k', world.keys),
    grants: on('i', world.grants),
    invitations: on('n', world.invitations),
    members: ids(world.members),
  };
}

function readsOf(world: World): Asked[] {
  const places = placesOf(world);
  const about = (operation: string, objects: readonly string[], targets: readonly string[] = []) =>
    objects.flatMap((on): Asked[] => [
      { operation, on },
      ...targets.map((target) => ({ operation, on, target })),
    ]);
  const list = (operation: string, targets: readonly string[]) =>
    targets.map((target): Asked => ({ operation, target }));
  const membersOn = (on: string) =>
    world.members.filter(({ flow }) => flow === on).map(({ id }) => id);
  const membersOf = (on: string) =>
    world.members.filter(({ who }) => who === on).map(({ id }) => id);
  const viewsOn = (on: string) => world.views.filter(({ flow }) => flow === on).map(({ id }) => id);
  const grantsOn = (on: string) =>
    world.grants.filter((grant) => grant.on === on).map(({ id }) => id);
  const heldBy = (on: string) =>
    [...world.sessions, ...world.keys].filter(({ holder }) => holder === on).map(({ id }) => id);
  const isKey = (id: string) => id.startsWith('k');
  const {
    people,
    groups,
    roles,
    programs,
    datasets,
    others,
    sessions,
    keys,
    grants,
    invitations,
    members,
  } = places;
  const all = [
    people,
    groups,
    roles,
    programs,
    datasets,
    others,
    sessions,
    keys,
    grants,
    invitations,
    members,
  ].flat();
  const shared = world.grants.filter(({ on }) => RESOURCES.includes(on)).map(({ id }) => id);
  const own = heldBy;
  const targeted = [
    ...datasets.flatMap((on) => [
      ...about('Dataset.members', [on], membersOn(on)),
      ...about('Dataset.impersonationGrants', [on], grantsOn(on)),
      ...about('Dataset.assignableRoles', [on], DATASET_ROLES),
      ...viewsOn(on).map((target): Asked => ({
        operation: 'DatasetView.configuration',
        on,
        target,
      })),
    ]),
    ...others.flatMap((on) => [
      ...about('Flow.members', [on], membersOn(on)),
      ...about('Flow.impersonationGrants', [on], grantsOn(on)),
      ...about('Flow.assignableRoles', [on], FLOW_ROLES),
    ]),
    ...groups.flatMap((on) => [
      ...about(
        'Group.members',
        [on],
        world.people.map(({ id }) => id),
      ),
      ...about('Group.memberships', [on], membersOf(on)),
    ]),
    ...people.flatMap((on) => [
      ...about('User.roles', [on], roles),
      ...about('User.groups', [on], groups),
      ...about(
        'User.sessions',
        [on],
        own(on).filter((id) => !isKey(id)),
      ),
      ...about('User.apiKeys', [on], own(on).filter(isKey)),
    ]),
    ...roles.flatMap((on) => about('Role.holders', [on], people)),
    ...programs.flatMap((on) => about('ServiceAccount.accessKeys', [on], own(on))),
  ];
  const simple = OPERATIONS.filter((name) => name.includes('.')).flatMap((operation): Asked[] => {
    const [type = '', name = ''] = operation.split('.');
    if (targeted.some((each) => each.operation === operation)) return [];
    const objects = {
      Dataset: datasets,
      Flow: others,
      User: people,
      Group: groups,
      Role: roles,
      ServiceAccount: programs,
      OffboardingPlan: people,
      Account: [undefined],
      Me: [undefined],
    }[type];
    if (objects) return objects.map((on) => ({ operation, on }));
    const single = {
      dataset: datasets,
      flow: others,
      user: people,
      group: groups,
      role: roles,
      serviceAccount: programs,
      offboardingPlan: people,
      explainAccess: people,
      accessMatrix: people,
      accessReview: ['w9'],
    }[name];
    return single
      ? single.map((on) => ({ operation, on }))
      : name === 'previewRoleChange' || type === 'DatasetView'
        ? []
        : [{ operation }];
  });
  return [
    { operation: 'Query.me' },
    ...all.map((on): Asked => ({ operation: 'Query.node', on })),
    ...list('Query.datasets', [...datasets, ...others]),
    ...list('Query.flows', [...datasets, ...others]),
    ...list('Query.users', people),
    ...list('Query.groups', groups),
    ...list('Query.roles', roles),
    ...list('Query.serviceAccounts', programs),
    ...list('Query.invitations', invitations),
    ...list('Query.impersonationSecurity', shared),
    ...list('Me.permissions', ACCOUNT_PERMISSIONS),
    ...list('Me.sessions', sessions),
    ...list('Me.apiKeys', keys),
    { operation: 'Me.actedOnBehalf' },
    { operation: 'Query.accessRequests' },
    { operation: 'Query.requiredPermissions' },
    { operation: 'Query.accessRequest', on: 'q9' },
    { operation: 'Query.datasetImport', on: 'o9' },
    ...people.flatMap((on) =>
      roles.map((role): Asked => ({ operation: 'Query.previewRoleChange', on, role })),
    ),
    ...targeted,
    ...simple,
  ];
}

function writesOf(world: World): Asked[] {
  const { people, groups, roles, programs, datasets, others, sessions, keys, grants, invitations } =
    placesOf(world);
  const active = world.people.filter(({ state }) => state === 'ACTIVE').map(({ id }) => id);
  const present = world.people.filter(({ state }) => state !== 'REMOVED').map(({ id }) => id);
  const working = world.programs.filter(({ state }) => state !== 'DELETED').map(({ id }) => id);
  const enabled = world.programs.filter(({ state }) => state === 'ENABLED').map(({ id }) => id);
  const live = world.grants.filter(({ state }) => state !== 'REVOKED').map(({ id }) => id);
  const usable = world.keys.filter(({ state }) => state !== 'DELETED').map(({ id }) => id);
  const own = world.roles.map(({ id }) => id);
  const isOn = (flow: string, who: string) =>
    world.members.some((each) => each.flow === flow && each.who === who);
  const newcomers = (flow: string) =>
    [...active, ...world.groups.map(({ id }) => id), ...enabled].filter((id) => !isOn(flow, id));
  const membersOn = (flow: string) =>
    world.members.filter((each) => each.flow === flow).map(({ id }) => id);
  const viewsOn = (flow: string) =>
    world.views.filter((each) => each.flow === flow).map(({ id }) => id);
  const about = (operation: string, objects: readonly string[]) =>
    objects.map((on): Asked => ({ operation, on }));
  const given = (
    operation: string,
    on: string,
    targets: readonly string[],
    choice: readonly string[],
  ) => targets.flatMap((target) => choice.map((role): Asked => ({ operation, on, target, role })));
  const to = (operation: string, on: string, targets: readonly string[]) =>
    targets.map((target): Asked => ({ operation, on, target }));
  const byFamily = (
    ids: readonly string[],
    family: string,
    familyRoles: readonly string[],
    impersonable: readonly string[],
  ) =>
    ids.flatMap((on) => [
      ...given(`add${family}Member`, on, newcomers(on), familyRoles),
      ...given(`change${family}MemberRole`, on, membersOn(on), familyRoles),
      ...to(`remove${family}Member`, on, membersOn(on)),
      ...familyRoles.map((role): Asked => ({ operation: `assume${family}Role`, on, role })),
      ...(impersonable.includes(on) || on.endsWith(String(NOWHERE))
        ? to(`grantOn${family}`, on, working)
        : []),
    ]);
  const OBJECTS: Readonly<Record<string, readonly string[]>> = {
    renameGroup: groups,
    deleteGroup: groups,
    updateServiceAccount: programs,
    disableServiceAccount: programs,
    enableServiceAccount: programs,
    deleteServiceAccount: programs,
    createAccessKey: programs,
    renameAccessKey: keys,
    setAccessKeyActive: keys,
    rotateAccessKey: usable,
    deleteAccessKey: keys,
    removeUser: people,
    offboard: people,
    offboardWithInvitations: people,
    offboardWithKeys: people,
    closeAccessReview: ['w9'],
    decideAccessReviewLines: ['w9'],
    suspendUser: people,
    reactivateUser: people,
    updateUser: people,
    revokeSessions: people,
    revokeSession: sessions,
    resendInvitation: invitations,
    revokeInvitation: invitations,
  };
  const special = /Member|assume|grant|View|Role|invite|assignRoles/;
  const simple = OPERATIONS.filter((name) => !name.includes('.') && !special.test(name)).flatMap(
    (operation) => {
      if (operation.includes('Dataset') && operation !== 'createDataset')
        return about(operation, datasets);
      if (operation.endsWith('Flow') && operation !== 'createFlow') return about(operation, others);
      return OBJECTS[operation] ? about(operation, OBJECTS[operation]) : [{ operation }];
    },
  );
  const defined = [['account:read'], ['user:read', 'group:write'], ['dataset:override'], []];
  return [
    ...simple,
    ...byFamily(datasets, 'Dataset', DATASET_ROLES, datasets),
    ...byFamily(others, 'Flow', FLOW_ROLES, others),
    ...about('createDatasetView', datasets),
    ...datasets.flatMap((on) => [
      ...to('updateDatasetView', on, viewsOn(on)),
      ...to('deleteDatasetView', on, viewsOn(on)),
    ]),
    ...groups.flatMap((on) => [
      ...to('addGroupMembers', on, people),
      ...to('removeGroupMembers', on, people),
    ]),
    ...people.flatMap((on) => roles.map((role): Asked => ({ operation: 'assignRoles', on, role }))),
    ...defined.flatMap((gives) =>
      [undefined, ...roles].map((role): Asked => ({ operation: 'createRole', role, gives })),
    ),
    ...defined.flatMap((gives) =>
      [...own, 'EDITOR'].map((on): Asked => ({ operation: 'updateRole', on, gives })),
    ),
    ...about('deleteRole', roles),
    ...roles.map((role): Asked => ({ operation: 'inviteUser', role })),
    ...groups.flatMap((target) =>
      roles.map((role): Asked => ({ operation: 'inviteIntoGroup', target, role })),
    ),
    ...working.flatMap((target) =>
      RESOURCES.map((role): Asked => ({ operation: 'grantShared', target, role })),
    ),
    ...about('revokeImpersonation', [...live, grants.at(-1) ?? '']),
    ...words('renameApiKey rotateApiKey turnOffApiKey deleteApiKey').flatMap((operation) =>
      about(operation, usable),
    ),
    { operation: 'withdrawAccessRequest', on: 'q9' },
    ...words('updateProfile changePassword signOut requestAccess createApiKey').map(
      (operation) => ({
        operation,
      }),
    ),
    ...about('removeUser', present),
  ];
}

import {
  ACCOUNT_PERMISSIONS,
  CARRYING,
  EVERY_FLOW,
  EXTENDS,
  IN_ACCOUNT,
  NEVER_BY_KEY,
  ON_FLOWS,
  ON_PEOPLE,
  OWN,
  SHARED,
  SIGNED_IN,
  TAKES,
  words,
} from './tables.js';
import {
  find,
  groupRoleOn,
  isInWorld,
  roleOn,
  type Question,
  type Verdict,
  type World,
} from './world.js';

// Who may do what, written once more from the rules alone: nothing here comes from the gateway, not even a type.

/** What people do with flows; whatever else an account role gives is administration. */
const ORDINARY = new Set(
  ACCOUNT_PERMISSIONS.filter((name) =>
    IN_ACCOUNT.get(name)?.roles.some((each) => /^(EDITOR|VIEWER)$/.test(each)),
  ),
);

interface Facts {
  readonly role?: string | undefined;
  readonly isParty?: boolean;
  readonly isOwnView?: boolean;
  readonly isBeyond?: boolean;
}

/** Answers a question about a world. */
export function judge(world: World, question: Question): Verdict {
  const { operation, on = '', target, role = '', gives = [], who } = question;
  const { people, flows, members, grants } = world;

  const ancestry = (id: string): string[] => [
    id,
    ...(find(world.roles, id)?.parents ?? []).flatMap(ancestry),
  ];
  const given = (roles: readonly string[]) =>
    roles
      .flatMap(ancestry)
      .flatMap((id) => [
        ...(find(world.roles, id)?.permissions ?? []),
        ...ACCOUNT_PERMISSIONS.filter((name) => IN_ACCOUNT.get(name)?.roles.includes(id)),
      ]);
  const rolesOf = (person: string) => find(people, person)?.roles ?? [];
  const isIn = (person: string, group: string) =>
    find(world.groups, group)?.people.includes(person) === true;
  const inGroup = (flow: string, person: string) => groupRoleOn(world, flow, person);
  const held = (flow: string, id: string) => roleOn(world, flow, id);
  const isThere = (id: string) => isInWorld(world, id);

  // Who is it?
  const session = find(world.sessions, who.by);
  const key = find(world.keys, who.by);
  const credential = session ?? key;
  const actor = credential?.holder ?? '';
  const isProgram = find(world.programs, actor)?.state === 'ENABLED';
  const isPerson = find(people, actor)?.state === 'ACTIVE' && who.as === undefined;
  if (credential?.state !== 'GOOD' || !(isProgram || isPerson)) return 'UNAUTHENTICATED';
  const subject = who.as ?? actor;
  const acts = who.as !== undefined;
  const isParty = (id: string) => id === subject || id === actor;
  const live = acts
    ? grants
        .filter((each) => each.program === actor && each.state === 'LIVE')
        .map((each) => each.on)
    : [];
  const builtIn = rolesOf(subject).flatMap(ancestry);
  const fitting = live.filter((each) => {
    const { as } = SHARED[each] ?? {};
    return each in SHARED && (!as || as.some((name) => builtIn.includes(name)));
  });
  const isReached =
    find(people, subject)?.state === 'ACTIVE' &&
    (fitting.length > 0 || live.some((each) => held(each, subject)));
  if (acts && !isReached && !isOnFlow(operation)) return 'FORBIDDEN';

  // What do their account roles give?
  const own = new Set(acts && !isReached ? [] : given(rolesOf(subject)));
  const isBarred = (name: string) =>
    (key !== undefined && key.only.length > 0 && !key.only.includes(name)) ||
    (!session && NEVER_BY_KEY.includes(name));
  const holds = (name: string) =>
    own.has(name) && (!acts || fitting.some((each) => SHARED[each]?.lets.includes(name)));
  const may = (name: string) => !isBarred(name) && holds(name);

  // And the flows?
  const everywhere = live.includes(EVERY_FLOW);
  const covers = (id: string) => !acts || everywhere || live.includes(id);
  const reaches = (id: string) =>
    !acts || (isReached && (everywhere || Boolean(held(id, subject))));
  function mayOn(flow: World['flows'][number], name: string, facts: Facts = {}): boolean {
    const line = ON_FLOWS.get(name);
    const isDataset = flow.kind === 'DATASET';
    if (!line) return may(name);
    if (isBarred(name) || name.startsWith('dataset') !== isDataset) return false;
    if (acts && (EXTENDS.includes(name) || facts.isParty)) return false;
    const mine = held(flow.id, subject);
    const conditions: Record<string, boolean> = {
      Y: true,
      F: facts.isBeyond !== true,
      V: facts.isOwnView !== false,
      A: facts.role !== 'ADMIN',
      O: facts.role !== 'OWNER',
    };
    if (mine && conditions[line.cells[mine] ?? '']) return true;
    if (!mine && !isDataset && flow.kind !== 'LIST' && holds(line.byDefault ?? '')) return true;
    return line.override && holds(isDataset ? 'dataset:override' : 'flow:override');
  }
  const readOf = ({ kind }: { kind: string }) =>
    kind === 'DATASET' ? 'dataset:read' : 'flow:read';
  function seesOn(id: string, name?: string): boolean {
    const flow = find(flows, id);
    if (!flow || !covers(id) || !reaches(id)) return false;
    return mayOn(flow, readOf(flow)) && (!name || mayOn(flow, name));
  }

  function onFlow(takes: readonly string[]): Verdict {
    const isDataset = takes[0]?.startsWith('dataset');
    const flow = flows.find(({ id, kind }) => id === on && (kind === 'DATASET') === isDataset);
    const read = isDataset ? 'dataset:read' : 'flow:read';
    if (isBarred(read) || !covers(flow?.id ?? '')) return 'FORBIDDEN';
    if (!flow) return 'NOT_FOUND';
    if (!reaches(flow.id)) return 'FORBIDDEN';
    if (!mayOn(flow, read)) return 'NOT_FOUND';
    const isRefused = (facts: Facts) => takes.some((name) => !mayOn(flow, name, facts));
    // Whoever may not do it to anybody learns nothing of who is there.
    if (isRefused({})) return 'FORBIDDEN';
    const member = find(members, target);
    const view = find(world.views, target);
    let facts: Facts = { isParty: operation.startsWith('leave'), isBeyond: gives.length > 0 };
    if (/^(change|remove).*Member|Member:(make|remove)/.test(operation)) {
      if (member?.flow !== flow.id) return 'NOT_FOUND';
      facts = { role: member.role, isParty: isParty(member.who) };
    } else if (/^add.*Member/.test(operation)) {
      facts = { role: inGroup(flow.id, target ?? ''), isParty: isParty(target ?? '') };
    } else if (/^(update|delete)DatasetView|^[Dd]atasetView[.:]/.test(operation)) {
      if (view?.flow !== flow.id) return 'NOT_FOUND';
      facts = { isOwnView: view.by === subject };
    }
    return isRefused(facts) ? 'FORBIDDEN' : 'ALLOWED';
  }

  // What in the account is there, to them?
  const isMine = (id: string) => !acts && id === subject;
  function sees(id: string): boolean {
    const member = find(members, id);
    const grant = find(grants, id);
    const thing = find(world.keys, id) ?? find(world.sessions, id);
    switch (id[0]) {
      case 'f':
        return seesOn(id);
      case 'm': {
        const family = isDatasetId(member?.flow) ? 'datasetMember' : 'flowMember';
        return seesOn(member?.flow ?? '', `${family}:read`);
      }
      case 'p':
      case 's':
        return isThere(id) && (isMine(id) || may('directory:read'));
      case 'g':
        return isThere(id) && may('directory:read');
      case 'k': {
        const permission = thing?.holder.startsWith('p')
          ? 'apiKey:manage'
          : 'serviceAccount:manage';
        return Boolean(session) && isThere(id) && (thing?.holder === subject || may(permission));
      }
      case 'z':
        return (
          Boolean(session) && isThere(id) && (thing?.holder === subject || may('session:manage'))
        );
      case 'i':
        if (!grant || may('serviceAccount:manage')) return grant !== undefined;
        if (grant.on in SHARED) return may('impersonation:share');
        return EXTENDS.some((name) => seesOn(grant.on, name));
      case 'n':
        return isThere(id) && may('user:create');
      default:
        return isThere(id) && may('account:read');
    }
  }
  const isDatasetId = (id = '') => find(flows, id)?.kind === 'DATASET';

  /** Whether a list that they may read has this in it. */
  function isListed(id: string): boolean {
    const member = find(members, id);
    const grant = find(grants, id);
    const holder = (find(world.keys, id) ?? find(world.sessions, id))?.holder;
    const family = isDatasetId(on) ? 'datasetMember' : 'flowMember';
    const related: Record<string, boolean> = {
      'Query.datasets': isDatasetId(id),
      'Query.flows': !isDatasetId(id),
      'Group.members': isIn(id, on),
      'User.groups': isIn(on, id),
      'User.roles': rolesOf(on).includes(id),
      'Role.holders': rolesOf(id).includes(on),
      'Me.sessions': holder === subject,
      'Me.apiKeys': holder === subject,
      'User.sessions': holder === on,
      'User.apiKeys': holder === on,
      'ServiceAccount.accessKeys': holder === on,
    };
    if (operation === 'Me.permissions') return may(id);
    if (operation === 'Group.memberships') {
      return member?.who === on && (sees(id) || may('governance:read'));
    }
    if (operation.endsWith('assignableRoles')) {
      return [`${family}:write`, makeOf(family, id)].every((name) => seesOn(on, name));
    }
    if (/^(Dataset|Flow).members$/.test(operation)) return member?.flow === on;
    if (!operation.includes('impersonation')) return (related[operation] ?? true) && sees(id);
    return grant?.state === 'LIVE' && (on ? grant?.on === on : (grant?.on ?? '') in SHARED);
  }

  const ownerOf = (id: string) => find(world.sessions, id)?.holder ?? id;
  function inAccount(takes: readonly string[]): Verdict {
    const [kind = '', name] = operation.split('.');
    const isNode = words('User Group Role ServiceAccount').includes(kind) || name === 'node';
    if (isNode && !sees(on)) return 'NOT_FOUND';
    if (SIGNED_IN.has(operation) && !session) return 'FORBIDDEN';
    if (/^revoke(Session|Impersonation)$/.test(operation) && !sees(on)) return 'NOT_FOUND';
    if (kind === 'OffboardingPlan' && on && may('user:remove') && !sees(on)) return 'NOT_FOUND';
    const carried = CARRYING.get(operation);
    if (carried && isBarred(carried)) return 'FORBIDDEN';
    const isOwn = OWN.includes(operation) && !acts && ownerOf(on) === subject;
    if (!isOwn && !takes.every(may)) return 'FORBIDDEN';
    if (on && !sees(on)) return 'NOT_FOUND';
    // Whom one may not see, one does not manage, although one may see the sessions of all.
    if (!isOwn && operation === 'revokeSession' && !sees(ownerOf(on))) return 'NOT_FOUND';
    const holder = find(world.keys, on)?.holder ?? '';
    const isPersonal = holder.startsWith('p');
    if (operation.includes('AccessKey') && isPersonal) return 'NOT_FOUND';
    if (operation.endsWith('ApiKey') && on && holder !== subject) {
      return /^(turnOff|delete)/.test(operation) && isPersonal ? 'ALLOWED' : 'NOT_FOUND';
    }
    if (role && !(role in SHARED) && !sees(role)) return 'NOT_FOUND';
    if (isOwn || isRead) return 'ALLOWED';
    if (isAbove()) return 'FORBIDDEN';
    return target && !sees(target) ? 'NOT_FOUND' : 'ALLOWED';
  }

  /** Nobody manages somebody above, gives what they lack, or acts on whom they act as. */
  function isAbove(): boolean {
    const person = ownerOf(on);
    const isOnPerson = ON_PEOPLE.includes(operation);
    const isAbout = isOnPerson ? person : operation.endsWith('GroupMembers') ? target : '';
    if (acts && isParty(isAbout ?? '')) return true;
    if (own.has('role:assignAny')) return false;
    const ranks = given(isOnPerson ? rolesOf(person) : []).filter((name) =>
      name.startsWith('role:assign'),
    );
    const administration = given([role]).filter((name) => !ORDINARY.has(name));
    const isDefined = /^(create|update|delete)Role$/.test(operation);
    const defined = isDefined ? [...gives, ...given([on, role])] : [];
    return [...ranks, ...administration, ...defined].some((name) => !own.has(name));
  }

  const isRead = operation.includes('.');
  const takes = TAKES.get(operation) ?? (operation.includes(':') ? [operation] : []);
  const isGiving = /^(add|change).*Member/.test(operation);
  const family = operation.includes('Dataset') ? 'datasetMember' : 'flowMember';
  const verdict = isOnFlow(operation)
    ? onFlow(isGiving ? [...takes, makeOf(family, role)] : takes)
    : inAccount(takes);
  if (!target || !isRead || operation === 'DatasetView.configuration') return verdict;
  return verdict === 'ALLOWED' && !isListed(target) ? 'NOT_FOUND' : verdict;
}

/** Whether its rule is about one flow. */
export function isOnFlow(operation: string): boolean {
  const takes = TAKES.get(operation) ?? [operation];
  return takes.some((name) => ON_FLOWS.has(name)) || operation.endsWith('MemberRole');
}

function makeOf(family: string, role: string): string {
  return `${family}:make${role.slice(0, 1)}${role.slice(1).toLowerCase()}`;
}

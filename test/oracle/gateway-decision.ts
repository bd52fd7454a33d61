import { actingAs } from '../../src/authz/acting.js';
import { narrowed, SHARED_RESOURCES, type SharedResource } from '../../src/authz/boundary.js';
import { barredBy, decide, type FlowFacts, type Grant } from '../../src/authz/decide.js';
import { isPermission } from '../../src/authz/permissions.js';
import type { Principal } from '../../src/authz/principal.js';
import { rightsOf, type HeldRole } from '../../src/authz/rights.js';
import type { MemberRole } from '../../src/authz/role-table.js';
import { isSharedPermission } from '../../src/authz/tables.js';
import { BUILT_IN } from './tables.js';
import type { Question, World } from './world.js';

/** Not of the oracle: whether the gateway's own decision allows a permission, with facts as the world has them. */
export function isAllowed(
  world: World,
  { who, operation, on = '', target, gives }: Question,
): boolean {
  const principal = principalOf(world, who);
  if (!principal || !isPermission(operation)) return false;
  if (!isSharedPermission(operation)) return decide(principal, operation).allowed;
  const flow = world.flows.find(({ id }) => id === on);
  if (!flow) return false;
  const member = world.members.find(({ id }) => id === target);
  const view = world.views.find(({ id }) => id === target);
  const grant = world.grants.find(
    (each) => each.program === principal.actor.id && each.on === on && each.state === 'LIVE',
  );
  const facts: FlowFacts = {
    kind: flow.kind as NonNullable<FlowFacts['kind']>,
    grants: grantsOf(world, on, principal.subject.id),
    impersonationId: grant?.id ?? null,
    import: { onlyExistingFields: !gives?.length },
    view: { isNewOrOwn: !view || view.by === principal.subject.id },
    target: {
      role: (member?.role ?? null) as MemberRole | null,
      isParty: member?.who === principal.subject.id || member?.who === principal.actor.id,
    },
  };
  const read = flow.kind === 'DATASET' ? 'dataset:read' : 'flow:read';
  if (barredBy(principal, read)) return false;
  // Whoever has no role may be let edit what they may not even see; whatever reads a decision asks for both.
  const isSeen = facts.grants.length > 0 || decide(principal, read, facts).allowed;
  return isSeen && decide(principal, operation, facts).allowed;
}

function grantsOf(world: World, flow: string, holder: string): Grant[] {
  return world.members.flatMap((member): Grant[] => {
    const role = member.role as MemberRole;
    if (member.flow !== flow) return [];
    if (member.who === holder) return [{ via: 'DIRECT', role }];
    const group = world.groups.find(({ id }) => id === member.who);
    return group?.people.includes(holder) ? [{ via: 'GROUP', role, groupId: group.id }] : [];
  });
}

function heldRoles(world: World, person: string): HeldRole[] {
  const roles = world.people.find(({ id }) => id === person)?.roles ?? [];
  const closure = (id: string): string[] => [
    id,
    ...(world.roles.find((role) => role.id === id)?.parents ?? []).flatMap(closure),
  ];
  return roles.flatMap(closure).map((id) => ({
    builtIn: BUILT_IN.includes(id) ? id : null,
    name: id,
    permissions: world.roles.find((role) => role.id === id)?.permissions ?? [],
    direct: roles.includes(id),
  }));
}

function principalOf(world: World, { by, as }: Question['who']): Principal | undefined {
  const session = world.sessions.find(({ id }) => id === by);
  const key = world.keys.find(({ id }) => id === by);
  const { holder = '', state } = session ?? key ?? {};
  if (state !== 'GOOD') return undefined;
  const restriction = key?.only.length ? new Set(key.only.filter(isPermission)) : undefined;
  const isActive = (person: string) =>
    world.people.some(({ id, state: is }) => id === person && is === 'ACTIVE');
  const accountId = '';
  if (isActive(holder)) {
    if (as !== undefined) return undefined;
    const { own, roleNames } = rightsOf(heldRoles(world, holder));
    const subject = { kind: 'user', id: holder } as const;
    const credential = { kind: session ? 'session' : 'apiKey', id: by } as const;
    const permissions = narrowed(own, { restriction, isKey: !session });
    return {
      accountId,
      subject,
      actor: subject,
      credential,
      restriction,
      roleNames,
      own,
      permissions,
    };
  }
  if (!world.programs.some(({ id, state: is }) => id === holder && is === 'ENABLED'))
    return undefined;
  const actor = { kind: 'serviceAccount', id: holder } as const;
  const credential = { kind: 'accessKey', id: by } as const;
  if (as === undefined) {
    return {
      accountId,
      subject: actor,
      actor,
      credential,
      restriction,
      roleNames: [],
      own: new Set(),
      permissions: new Set(),
    };
  }
  const live = world.grants.filter((each) => each.program === holder && each.state === 'LIVE');
  const shared = new Map<SharedResource, string>(
    SHARED_RESOURCES.flatMap((resource) =>
      live.filter(({ on }) => on === resource).map(({ id }) => [resource, id] as const),
    ),
  );
  const person = {
    id: as,
    rights: isActive(as) ? rightsOf(heldRoles(world, as)) : undefined,
  };
  const isMember = live.some(({ on }) => grantsOf(world, on, as).length > 0);
  const asked = {
    as,
    reason: undefined,
    hasGrants: live.length > 0,
    shared,
    isMember,
    asOf: new Date(0),
  };
  return { accountId, credential, ...actingAs(actor, person, asked, restriction) };
}

import { v7 as uuidv7 } from 'uuid';

import { mintToken, PEPPER_VERSION } from '../../src/authn/token.js';
import type { PrismaClient } from '../../src/db/generated/client.js';
import type { Prisma } from '../../src/db/generated/client.js';
import { SECRET } from '../support/app.js';
import { insert } from '../support/insert.js';
import { globalId } from '../support/world.js';
import { BUILT_IN } from './tables.js';
import type { Question, World } from './world.js';

const HOUR = 3_600_000;

/** A world that is in the database. */
export interface Loaded {
  readonly world: World;
  /** What the API calls something of the world; of what is not there, an id that nothing has. */
  id(name: string, typename?: string): string;
  /** What somebody sends with their requests. */
  headersOf(who: Question['who']): Record<string, string>;
  /** What somebody sends who is not of the world, but sees and governs all of it. */
  readonly governor: Record<string, string>;
}

/** What the account is called. */
export const ACCOUNT = 'a0';
const GOVERNOR = { person: 'governor', session: 'session of the governor' };

const TYPES: Readonly<Record<string, string>> = {
  p: 'User',
  g: 'Group',
  s: 'ServiceAccount',
  f: 'Dataset',
  v: 'DatasetView',
  z: 'Session',
  k: 'AccessKey',
  i: 'ImpersonationGrant',
  n: 'Invitation',
  c: 'DatasetField',
  d: 'DatasetRow',
  a: 'Account',
  q: 'AccessRequest',
  w: 'AccessReview',
  o: 'DatasetImport',
};

const isOf =
  (holder: string) =>
  (each: { readonly holder: string }): boolean =>
    each.holder === holder;

/** The type of something of a world, as the API calls it. */
export function typeOf({ flows, members }: World, name: string): string {
  const kindOf = (flow: string) => flows.find(({ id }) => id === flow)?.kind;
  const kind = kindOf(name);
  if (kind !== undefined) return kind.slice(0, 1) + kind.slice(1).toLowerCase();
  const member = members.find(({ id }) => id === name);
  if (member) return kindOf(member.flow) === 'DATASET' ? 'DatasetMember' : 'FlowMember';
  return TYPES[name.slice(0, 1)] ?? 'Role';
}

/** Puts a world into an account of its own. Each dataset has a field and a row: `c` and `d` with its number. */
export async function load(client: PrismaClient, world: World): Promise<Loaded> {
  const accountId = uuidv7();
  const rows = new Map([[ACCOUNT, accountId]]);
  const row = (name: string): string => {
    const id = rows.get(name) ?? uuidv7();
    rows.set(name, id);
    return id;
  };
  const own = (name: string) => ({ id: row(name), accountId });
  const datasets = world.flows.filter(({ kind }) => kind === 'DATASET').map(({ id }) => id);
  const past = new Date(Date.now() - HOUR);
  const future = new Date(Date.now() + HOUR);
  const secrets = new Map<string, string>();
  const secret = (name: string, kind: 'session' | 'accessKey' | 'apiKey') => {
    const { token, secretHash } = mintToken(kind, row(name), SECRET);
    secrets.set(name, token);
    return { secretHash, pepperVersion: PEPPER_VERSION };
  };

  await client.account.create({
    data: {
      id: accountId,
      slug: `o${accountId.replaceAll('-', '')}`,
      name: 'A world',
      plan: 'ENTERPRISE',
    },
  });
  const everybody = [
    ...world.people,
    { id: GOVERNOR.person, state: 'ACTIVE', roles: ['SUPER_ADMIN', 'ADMIN'] },
  ];
  await insert(
    client,
    'user',
    everybody.map(({ id, state }) => ({
      ...own(id),
      name: id,
      nameKey: id,
      email: `${id}@${accountId}.example`,
      status: state === 'SUSPENDED' ? 'SUSPENDED' : 'ACTIVE',
      removedAt: state === 'REMOVED' ? past : null,
    })),
  );
  await insert(client, 'role', [
    ...BUILT_IN.map((name) => ({
      ...own(name),
      builtIn: name,
      name,
      nameKey: name.toLowerCase(),
    })),
    ...world.roles.map(({ id, permissions }) => ({
      ...own(id),
      builtIn: null,
      name: id,
      nameKey: id,
      permissions: [...permissions],
    })),
  ]);
  await insert(
    client,
    'roleParent',
    world.roles.flatMap(({ id, parents }) =>
      parents.map((parent) => ({ accountId, roleId: row(id), parentId: row(parent) })),
    ),
  );
  await insert(
    client,
    'roleAssignment',
    everybody.flatMap(({ id, roles }) =>
      roles.map((role) => ({ accountId, userId: row(id), roleId: row(role) })),
    ),
  );
  await insert(
    client,
    'group',
    world.groups.map(({ id }) => ({ ...own(id), name: id, nameKey: id })),
  );
  await insert(
    client,
    'groupMember',
    world.groups.flatMap(({ id, people }) =>
      people.map((person) => ({ accountId, groupId: row(id), userId: row(person) })),
    ),
  );
  await insert(
    client,
    'serviceAccount',
    world.programs.map(({ id, state }, at) => ({
      ...own(id),
      slot: state === 'DELETED' ? null : at + 1,
      name: id,
      nameKey: id,
      handle: `sa:${id}`,
      purpose: 'The oracle.',
      disabledAt: state === 'DISABLED' ? past : null,
      deletedAt: state === 'DELETED' ? past : null,
    })),
  );
  await insert(
    client,
    'flow',
    world.flows.map(({ id, kind }) => ({
      ...own(id),
      kind: kind as Prisma.FlowCreateManyInput['kind'],
      name: id,
      nameKey: id,
    })),
  );
  await insert(
    client,
    'datasetSettings',
    datasets.map((id) => ({ flowId: row(id), accountId })),
  );
  await insert(
    client,
    'datasetField',
    datasets.map((id) => ({
      ...own(id.replace('f', 'c')),
      flowId: row(id),
      key: 'name',
      name: 'Name',
      nameKey: 'name',
      type: 'TEXT' as const,
      position: 0,
    })),
  );
  await insert(
    client,
    'datasetRow',
    datasets.map((id) => ({ ...own(id.replace('f', 'd')), flowId: row(id), values: {} })),
  );
  await insert(
    client,
    'flowMember',
    world.members.map(({ id, flow, who, role }) => ({
      ...own(id),
      flowId: row(flow),
      role: role as Prisma.FlowMemberCreateManyInput['role'],
      ...(who.startsWith('p') && { userId: row(who) }),
      ...(who.startsWith('g') && { groupId: row(who) }),
      ...(who.startsWith('s') && { serviceAccountId: row(who) }),
    })),
  );
  await insert(
    client,
    'datasetView',
    world.views.map(({ id, flow, by }) => ({
      ...own(id),
      flowId: row(flow),
      name: id,
      createdById: by === '' ? null : row(by),
    })),
  );
  await insert(
    client,
    'session',
    [...world.sessions, { id: GOVERNOR.session, holder: GOVERNOR.person, state: 'GOOD' }].map(
      ({ id, holder, state }) => ({
        ...own(id),
        userId: row(holder),
        ...secret(id, 'session'),
        transport: 'BEARER' as const,
        expiresAt: future,
        endedAt: state === 'GOOD' ? null : past,
      }),
    ),
  );
  await insert(
    client,
    'accessKey',
    world.keys.map(({ id, holder, state, only }, at, all) => ({
      ...own(id),
      ...(holder.startsWith('p') ? { userId: row(holder) } : { serviceAccountId: row(holder) }),
      slot: state === 'DELETED' ? null : all.slice(0, at + 1).filter(isOf(holder)).length,
      name: id,
      ...secret(id, holder.startsWith('p') ? 'apiKey' : 'accessKey'),
      permissions: [...only],
      isActive: state !== 'OFF',
      expiresAt: state === 'OVER' ? past : null,
      ...(state === 'DELETED' && { deletedAt: past, secretHash: null }),
    })),
  );
  await insert(
    client,
    'impersonationGrant',
    world.grants.map(({ id, program, on, state }) => ({
      ...own(id),
      serviceAccountId: row(program),
      ...(on.startsWith('f')
        ? { flowId: row(on) }
        : { resource: on as NonNullable<Prisma.ImpersonationGrantCreateManyInput['resource']> }),
      revokedAt: state === 'REVOKED' ? past : null,
      expiresAt: state === 'OVER' ? past : null,
    })),
  );
  await insert(
    client,
    'invitation',
    world.invitations.map(({ id }) => ({
      ...own(id),
      email: `${id}@new.example`,
      roleId: row('VIEWER'),
      secretHash: new Uint8Array(32),
      pepperVersion: PEPPER_VERSION,
      sentAt: past,
      expiresAt: future,
    })),
  );

  const headersOf: Loaded['headersOf'] = ({ by, as }) => ({
    authorization: `Bearer ${secrets.get(by) ?? ''}`,
    ...(as !== undefined && { 'x-act-as': globalId('User', row(as)) }),
  });
  return {
    world,
    headersOf,
    governor: headersOf({ by: GOVERNOR.session }),
    id: (name, typename = typeOf(world, name)) => globalId(typename, row(name)),
  };
}

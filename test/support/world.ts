import { v7 as uuidv7 } from 'uuid';

import { hashPassword } from '../../src/authn/password.js';
import { mintToken, PEPPER_VERSION } from '../../src/authn/token.js';
import { ACCOUNT_ROLES, type AccountRole } from '../../src/authz/account-roles.js';
import type { DatasetRole } from '../../src/authz/dataset-roles.js';
import { nameKey } from '../../src/domain/directory.js';
import { Actor } from './actor.js';
import { SECRET, sharedApp, type TestApp } from './app.js';
import { testDatabase } from './database.js';
import './matchers.js';

export const PASSWORD = 'the password of everybody';

let passwordHash: Promise<string> | undefined;

/** The id of an object as the API names it. */
export function globalId(typename: string, id: string): string {
  return Buffer.from(`${typename}:${id}`).toString('base64url');
}

interface Person {
  readonly name?: string;
  readonly email?: string;
  readonly role?: AccountRole;
  readonly suspended?: boolean;
}

/** An account of one test, and the hands that fill it. */
export interface Workspace {
  readonly accountId: string;
  readonly slug: string;
  readonly app: TestApp;
  person(person?: Person): Promise<Actor>;
  /** A group of these people. */
  group(members: readonly Actor[], name?: string): Promise<string>;
  serviceAccount(name?: string): Promise<string>;
  dataset(options: {
    readonly name?: string;
    readonly members?: readonly Membership[];
  }): Promise<Shared>;
}

export type Membership = { readonly role: DatasetRole } & (
  | { readonly user: Actor }
  | { readonly groupId: string }
  | { readonly serviceAccountId: string }
);

export interface Shared {
  /** The row's id. */
  readonly rowId: string;
  /** The id as the API names it. */
  readonly id: string;
  readonly name: string;
  /** The API's ids of the memberships, in the order in which they were given. */
  readonly memberIds: readonly string[];
}

/** A new account with nobody in it. */
export async function workspace(app?: TestApp): Promise<Workspace> {
  const { client } = await testDatabase();
  const served = app ?? (await sharedApp());
  const accountId = uuidv7();
  const slug = `w${accountId.replaceAll('-', '')}`;
  await client.account.create({ data: { id: accountId, slug, name: 'A workspace' } });
  const roles = await client.role.createManyAndReturn({
    data: ACCOUNT_ROLES.map((builtIn) => ({ accountId, builtIn, name: builtIn })),
  });
  passwordHash ??= hashPassword(PASSWORD);
  const hash = await passwordHash;

  return {
    accountId,
    slug,
    app: served,
    async person({ name = 'Somebody', email, role = 'EDITOR', suspended = false } = {}) {
      const id = uuidv7();
      const address = email ?? `${id}@example.test`;
      await client.user.create({
        data: {
          id,
          accountId,
          name,
          nameKey: nameKey(name),
          email: address,
          emailVerifiedAt: new Date(),
          passwordHash: hash,
          status: suspended ? 'SUSPENDED' : 'ACTIVE',
          roles: {
            create: { accountId, roleId: roles.find(({ builtIn }) => builtIn === role)?.id ?? '' },
          },
        },
      });
      return new Actor(served, id, name, address, await sessionHeaders(accountId, id));
    },
    async group(members, name = `Group ${uuidv7()}`) {
      const { id } = await client.group.create({
        data: {
          accountId,
          name,
          nameKey: nameKey(name),
          members: { create: members.map((member) => ({ accountId, userId: member.id })) },
        },
      });
      return id;
    },
    async serviceAccount(name = `Robot ${uuidv7()}`) {
      const key = nameKey(name);
      const { id } = await client.serviceAccount.create({
        data: {
          accountId,
          name,
          nameKey: key,
          handle: `sa:${key.replaceAll(' ', '-')}`,
          purpose: 'Tests.',
        },
      });
      return id;
    },
    async dataset({ name = 'A dataset', members = [] }) {
      const rowId = uuidv7();
      const memberIds = members.map(() => uuidv7());
      await client.flow.create({
        data: { id: rowId, accountId, kind: 'DATASET', name, settings: { create: { accountId } } },
      });
      await client.flowMember.createMany({
        data: members.map(({ role, ...member }, at) => ({
          id: memberIds[at] ?? '',
          accountId,
          flowId: rowId,
          role,
          ...('user' in member ? { userId: member.user.id } : member),
        })),
      });
      return {
        rowId,
        id: globalId('Dataset', rowId),
        name,
        memberIds: memberIds.map((id) => globalId('DatasetMember', id)),
      };
    },
  };
}

async function sessionHeaders(accountId: string, userId: string): Promise<Record<string, string>> {
  const { client } = await testDatabase();
  const id = uuidv7();
  const { token, secretHash } = mintToken('session', id, SECRET);
  const expiresAt = new Date(Date.now() + 3_600_000);
  await client.session.create({
    data: {
      id,
      accountId,
      userId,
      secretHash,
      pepperVersion: PEPPER_VERSION,
      transport: 'BEARER',
      expiresAt,
    },
  });
  return { authorization: `Bearer ${token}` };
}

/** One dataset and everybody who could want something of it. */
export async function world() {
  const here = await workspace();
  const [admin, member, viewer, outsider, superAdmin] = [
    await here.person({ name: 'Ada Admin' }),
    await here.person({ name: 'Mira Member' }),
    await here.person({ name: 'Vera Viewer', role: 'VIEWER' }),
    await here.person({ name: 'Otto Outsider' }),
    await here.person({ name: 'Sofia Super', role: 'SUPER_ADMIN' }),
  ];
  const dataset = await here.dataset({
    name: 'Suppliers',
    members: [
      { user: admin, role: 'ADMIN' },
      { user: member, role: 'MEMBER' },
      { user: viewer, role: 'VIEWER' },
    ],
  });
  const [adminId = '', memberId = '', viewerId = ''] = dataset.memberIds;
  const elsewhere = await workspace();
  return {
    here,
    dataset,
    /** The memberships of the dataset. */
    memberships: { admin: adminId, member: memberId, viewer: viewerId },
    admin,
    member,
    viewer,
    /** Somebody of the account with whom nothing is shared. */
    outsider,
    superAdmin,
    /** A Super Admin of another account. */
    stranger: await elsewhere.person({ name: 'Stan Stranger', role: 'SUPER_ADMIN' }),
    anonymous: new Actor(here.app, '', 'Nobody', '', {}),
  };
}

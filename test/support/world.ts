import { v7 as uuidv7 } from 'uuid';

import { hashPassword } from '../../src/authn/password.js';
import { mintToken, PEPPER_VERSION } from '../../src/authn/token.js';
import { ACCOUNT_ROLES, type AccountRole } from '../../src/authz/account-roles.js';
import type { DatasetRole } from '../../src/authz/dataset-roles.js';
import { nameKey } from '../../src/domain/directory.js';
import { Actor } from './actor.js';
import { SECRET, sharedApp, type TestApp } from './app.js';
import { testDatabase } from './database.js';
import { insert } from './insert.js';
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

interface Draft {
  readonly name?: string;
  readonly members?: readonly Membership[];
}

/** An account of one test, and the hands that fill it. */
export interface Workspace {
  readonly accountId: string;
  readonly slug: string;
  readonly app: TestApp;
  person(person?: Person): Promise<Actor>;
  /** Many people at the cost of one. */
  people<const List extends readonly Person[]>(
    people: List,
  ): Promise<{ [At in keyof List]: Actor }>;
  /** A group of these people. */
  group(members: readonly Actor[], name?: string): Promise<string>;
  serviceAccount(name?: string): Promise<string>;
  /** A service account with a key, restricted to these permissions if any are named. */
  program(name?: string, permissions?: readonly string[]): Promise<Program>;
  /** Lets a service account act as others, on a flow (by its row's id) or on a shared resource. */
  letAct(program: Program, place: Place): Promise<string>;
  dataset(draft: Draft): Promise<Shared>;
  /** Many datasets at the cost of one. */
  datasets(drafts: readonly Draft[]): Promise<Shared[]>;
  /** A saved view of a dataset: its id as the API names it. */
  view(dataset: Shared, name?: string): Promise<string>;
}

type Place =
  | { readonly flowId: string }
  | {
      readonly resource:
        | 'GLOBAL_MY_ITEMS'
        | 'USER_AND_GROUP_MANAGEMENT'
        | 'ALL_FLOWS_AND_INTEGRATIONS';
    };

/** A service account that sends requests with its key. */
export class Program extends Actor {
  /** The same program, acting as somebody. */
  as(person: { readonly id: string }, reason?: string): Actor {
    return this.asId(globalId('User', person.id), reason);
  }

  /** The same program, with this text in the header that says as whom. */
  asId(actAs: string, reason?: string): Actor {
    const headers = {
      ...this.headers,
      'x-act-as': actAs,
      ...(reason !== undefined && { 'x-act-reason': reason }),
    };
    return new Actor(this.app, this.id, this.name, '', headers);
  }
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
  await insert(client, 'account', [
    { id: accountId, slug, name: 'A workspace', plan: 'ENTERPRISE' },
  ]);
  const roles = new Map(ACCOUNT_ROLES.map((builtIn) => [builtIn, uuidv7()]));
  await insert(
    client,
    'role',
    [...roles].map(([builtIn, id]) => ({
      id,
      accountId,
      builtIn,
      name: builtIn,
      nameKey: nameKey(builtIn),
    })),
  );

  // From the end, because the API takes the first free place.
  let slot = 26;
  const here: Workspace = {
    accountId,
    slug,
    app: served,
    async person(person = {}) {
      const [actor] = await here.people([person]);
      return actor;
    },
    async people<const List extends readonly Person[]>(people: List) {
      const rows = people.map((person) => ({ id: uuidv7(), ...person }));
      await createUsers(accountId, rows);
      await insert(
        client,
        'roleAssignment',
        rows.map(({ id, role = 'EDITOR' }) => ({
          accountId,
          userId: id,
          roleId: roles.get(role) ?? '',
        })),
      );
      const headers = await createSessions(
        accountId,
        rows.map(({ id }) => id),
      );
      const actors = rows.map(
        ({ id, name, email }, at) =>
          new Actor(served, id, name ?? SOMEBODY, email ?? addressOf(id), headers[at] ?? {}),
      );
      return actors as { [At in keyof List]: Actor };
    },
    async group(members, name = `Group ${uuidv7()}`) {
      const id = uuidv7();
      await client.group.create({ data: { id, accountId, name, nameKey: nameKey(name) } });
      await insert(
        client,
        'groupMember',
        members.map((member) => ({ accountId, groupId: id, userId: member.id })),
      );
      return id;
    },
    async serviceAccount(name = `Robot ${uuidv7()}`) {
      const key = nameKey(name);
      const { id } = await client.serviceAccount.create({
        data: {
          accountId,
          slot: (slot -= 1),
          name,
          nameKey: key,
          handle: `sa:${key.replaceAll(' ', '-')}`,
          purpose: 'Tests.',
        },
      });
      return id;
    },
    async program(name = `Robot ${uuidv7()}`, permissions = []) {
      const serviceAccountId = await here.serviceAccount(name);
      const id = uuidv7();
      const { token, secretHash } = mintToken('accessKey', id, SECRET);
      await client.accessKey.create({
        data: {
          id,
          accountId,
          serviceAccountId,
          slot: 1,
          name: 'The key',
          secretHash,
          pepperVersion: PEPPER_VERSION,
          permissions: [...permissions],
        },
      });
      const headers = { authorization: `Bearer ${token}` };
      return new Program(served, serviceAccountId, name, '', headers);
    },
    async letAct({ id: serviceAccountId }, place) {
      const data = { id: uuidv7(), accountId, serviceAccountId, ...place };
      await client.impersonationGrant.create({ data });
      return globalId('ImpersonationGrant', data.id);
    },
    async dataset(draft) {
      const [dataset] = await here.datasets([draft]);
      if (!dataset) throw new Error('One draft makes one dataset.');
      return dataset;
    },
    datasets: (drafts) => createDatasets(accountId, drafts),
    async view({ rowId }, name = 'A view') {
      const data = { id: uuidv7(), accountId, flowId: rowId, name };
      await client.datasetView.create({ data });
      return globalId('DatasetView', data.id);
    },
  };
  return here;
}

const SOMEBODY = 'Somebody';

function addressOf(id: string): string {
  return `${id}@example.test`;
}

async function createUsers(
  accountId: string,
  rows: readonly (Person & { readonly id: string })[],
): Promise<void> {
  const { client } = await testDatabase();
  passwordHash ??= hashPassword(PASSWORD);
  const hash = await passwordHash;
  await insert(
    client,
    'user',
    rows.map(({ id, name = SOMEBODY, email, suspended = false }) => ({
      id,
      accountId,
      name,
      nameKey: nameKey(name),
      email: email ?? addressOf(id),
      emailVerifiedAt: new Date(),
      passwordHash: hash,
      status: suspended ? 'SUSPENDED' : 'ACTIVE',
    })),
  );
}

/** The headers with which each of these people signs a request. */
async function createSessions(
  accountId: string,
  userIds: readonly string[],
): Promise<Record<string, string>[]> {
  const { client } = await testDatabase();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const sessions = userIds.map((userId) => {
    const id = uuidv7();
    return { id, userId, ...mintToken('session', id, SECRET) };
  });
  await insert(
    client,
    'session',
    sessions.map(({ id, userId, secretHash }) => ({
      id,
      accountId,
      userId,
      secretHash,
      pepperVersion: PEPPER_VERSION,
      transport: 'BEARER',
      expiresAt,
    })),
  );
  return sessions.map(({ token }) => ({ authorization: `Bearer ${token}` }));
}

async function createDatasets(accountId: string, drafts: readonly Draft[]): Promise<Shared[]> {
  const { client } = await testDatabase();
  const rows = drafts.map(({ name = 'A dataset', members = [] }) => ({
    id: uuidv7(),
    name,
    members: members.map((member) => ({ id: uuidv7(), ...member })),
  }));
  await insert(
    client,
    'flow',
    rows.map(({ id, name }) => ({
      id,
      accountId,
      kind: 'DATASET',
      name,
      nameKey: nameKey(name),
    })),
  );
  await insert(
    client,
    'datasetSettings',
    rows.map(({ id }) => ({ flowId: id, accountId })),
  );
  await insert(
    client,
    'flowMember',
    rows.flatMap((row) =>
      row.members.map(({ id, role, ...member }) => ({
        id,
        accountId,
        flowId: row.id,
        role,
        ...('user' in member ? { userId: member.user.id } : member),
      })),
    ),
  );
  return rows.map(({ id, name, members }) => ({
    rowId: id,
    id: globalId('Dataset', id),
    name,
    memberIds: members.map((member) => globalId('DatasetMember', member.id)),
  }));
}

/** One dataset and everybody who could want something of it. */
export async function world(app?: TestApp) {
  const here = await workspace(app);
  const [admin, member, viewer, outsider, superAdmin] = await here.people([
    { name: 'Ada Admin' },
    { name: 'Mira Member' },
    { name: 'Vera Viewer', role: 'VIEWER' },
    { name: 'Otto Outsider' },
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
  ]);
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

import { randomBytes } from 'node:crypto';

import { hashPassword } from '../src/authn/password.js';
import { PEPPER_VERSION } from '../src/authn/token.js';
import { ACCOUNT_ROLES, ACCOUNT_ROLE_NAMES, type AccountRole } from '../src/authz/account-roles.js';
import type { Prisma, PrismaClient } from '../src/db/generated/client.js';
import { nameKey } from '../src/domain/directory.js';
import { ORDERS, REACTORS, SALARIES, SUPPLIERS } from './seed-contents.js';
import { found, seedDataset } from './seed-dataset.js';
import { acmeFlows, seedFlow } from './seed-flows.js';
import { seedRequests } from './seed-requests.js';
import { seedReview } from './seed-review.js';

/** Everybody's password in the demo. */
export const DEMO_PASSWORD = 'fieldgate-demo';

interface DemoPerson {
  readonly name: string;
  readonly email: string;
  readonly account: 'acme' | 'globex';
  readonly accountRole: AccountRole;
  /** What can be seen as this person. */
  readonly roles: string;
  readonly suspended?: boolean;
}

export const DEMO_PEOPLE = [
  person('Sofia Super', 'SUPER_ADMIN', 'Super Admin: views and shares any dataset by override'),
  person('Ivan Iam', 'IAM_ADMIN', 'IAM Admin: roles, security, the audit log'),
  person('Uma User', 'USER_ADMIN', 'User Admin: the people of the account'),
  person('Adam Admin', 'ADMIN', 'Admin of the account: reads the audit log'),
  person('Edda Editor', 'EDITOR', 'Editor of the account: creates datasets'),
  person(
    'Vito Viewer',
    'VIEWER',
    'Viewer of the account: sees what is shared with everybody in Operations',
  ),
  person('Ada Dataset', 'EDITOR', 'Admin of the dataset Suppliers'),
  person('Mira Dataset', 'EDITOR', 'Member of the dataset Suppliers'),
  person('Vera Dataset', 'VIEWER', 'Viewer of the dataset Suppliers'),
  person('Nils Nothing', 'EDITOR', 'Editor without any dataset; Auditor: reads people and the log'),
  { ...person('Sam Suspended', 'EDITOR', 'Suspended: every sign-in is refused'), suspended: true },
  {
    ...person('Olga Other', 'SUPER_ADMIN', 'Super Admin of the other account'),
    email: 'olga@globex.example',
    account: 'globex',
  },
] as const satisfies readonly DemoPerson[];

function person(name: string, accountRole: AccountRole, roles: string): DemoPerson {
  const [first = ''] = name.toLowerCase().split(' ');
  return { name, email: `${first}@acme.example`, account: 'acme', accountRole, roles };
}

/** Fills an empty database with two accounts and their people; true if it was empty. */
export async function seedDemo(client: PrismaClient): Promise<boolean> {
  if (await client.account.findFirst({ select: { id: true } })) return false;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  await client.$transaction(
    async (tx) => {
      const acme = await seedAccount(tx, 'acme', 'Acme', passwordHash);
      const globex = await seedAccount(tx, 'globex', 'Globex', passwordHash);
      await seedAcme(tx, acme);
      await seedAuditor(tx, acme);
      await seedInvitations(tx, acme);
      await seedReview(tx, acme);
      await seedRequests(tx, acme);
      await seedDataset(
        tx,
        globex.accountId,
        'Reactors',
        'Whatever Globex would rather keep to itself.',
        [{ userId: globex.id('olga'), role: 'ADMIN' }],
        REACTORS,
      );
      await seedFlow(
        tx,
        globex.accountId,
        'PROCESS',
        'Reactor checks',
        'Whatever is checked there.',
        [{ userId: globex.id('olga'), role: 'OWNER' }],
      );
    },
    { timeout: 60_000 },
  );
  return true;
}

type Tx = Prisma.TransactionClient;

async function seedAccount(tx: Tx, slug: string, name: string, passwordHash: string) {
  const { id: accountId } = await tx.account.create({ data: { slug, name, plan: 'ENTERPRISE' } });
  const roles = await tx.role.createManyAndReturn({
    data: ACCOUNT_ROLES.map((builtIn) => ({
      accountId,
      builtIn,
      name: ACCOUNT_ROLE_NAMES[builtIn],
      nameKey: nameKey(ACCOUNT_ROLE_NAMES[builtIn]),
    })),
  });
  const people = DEMO_PEOPLE.filter(({ account }) => account === slug);
  const users = await tx.user.createManyAndReturn({
    data: people.map(({ name: fullName, email, ...rest }) => ({
      accountId,
      email,
      emailVerifiedAt: new Date(),
      name: fullName,
      nameKey: nameKey(fullName),
      passwordHash,
      status: 'suspended' in rest ? ('SUSPENDED' as const) : ('ACTIVE' as const),
    })),
  });
  await tx.roleAssignment.createMany({
    data: people.map(({ email, accountRole }) => ({
      accountId,
      userId: found(users.find((user) => user.email === email)).id,
      roleId: found(roles.find(({ builtIn }) => builtIn === accountRole)).id,
    })),
  });
  const id = (first: string) => found(users.find(({ email }) => email.startsWith(`${first}@`))).id;
  const role = (builtIn: AccountRole) => found(roles.find((each) => each.builtIn === builtIn)).id;
  return { accountId, id, role };
}

type Seeded = Awaited<ReturnType<typeof seedAccount>>;

/** Links that nobody has: to try them, send the pending one again. */
async function seedInvitations(tx: Tx, { accountId, id, role }: Seeded) {
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  const invitation = {
    accountId,
    roleId: role('EDITOR'),
    invitedById: id('uma'),
    pepperVersion: PEPPER_VERSION,
    delivery: 'SENT',
  } as const;
  await tx.invitation.createMany({
    data: [
      {
        ...invitation,
        email: 'edgar@acme.example',
        state: 'EXPIRED',
        createdAt: days(-9),
        sentAt: days(-9),
        expiresAt: days(-2),
        closedAt: days(-2),
      },
      {
        ...invitation,
        email: 'nora@acme.example',
        secretHash: new Uint8Array(randomBytes(32)),
        sentAt: days(0),
        expiresAt: days(7),
      },
    ],
  });
}

/** A role of the account's own, beside the built-in one of whoever holds it. */
async function seedAuditor(tx: Tx, { accountId, id }: Seeded) {
  const name = 'Auditor';
  const { id: roleId } = await tx.role.create({
    data: {
      accountId,
      name,
      nameKey: nameKey(name),
      description: 'Reads who there is and what was done, and changes nothing.',
      permissions: ['account:read', 'auditLog:read', 'directory:read', 'user:read'],
    },
  });
  const assignedById = id('sofia');
  await tx.roleAssignment.create({
    data: { accountId, roleId, userId: id('nils'), assignedById },
  });
}

async function seedAcme(tx: Tx, { accountId, id }: Seeded) {
  const team = (name: string, people: readonly string[]) =>
    tx.group.create({
      data: {
        accountId,
        name,
        nameKey: nameKey(name),
        members: { create: people.map((first) => ({ accountId, userId: id(first) })) },
      },
    });
  const operations = await team('Operations', ['vito', 'edda', 'mira']);
  // Edda is in both: of two roles on one flow the stronger counts.
  const engineering = await team('Engineering', ['ada', 'edda', 'nils']);
  const robot = await tx.serviceAccount.create({
    data: {
      accountId,
      slot: 1,
      name: 'Nightly import',
      nameKey: nameKey('Nightly import'),
      handle: 'sa:nightly-import',
      purpose: 'Brings the day’s orders in.',
      createdById: id('ivan'),
    },
  });
  await tx.serviceAccount.create({
    data: {
      accountId,
      slot: 2,
      name: 'Old reports',
      nameKey: nameKey('Old reports'),
      handle: 'sa:old-reports',
      purpose: 'Made the reports of last year.',
      createdById: id('ivan'),
      disabledAt: new Date(),
    },
  });
  const suppliersId = await seedDataset(
    tx,
    accountId,
    'Suppliers',
    'Who delivers what, and on which terms.',
    [
      { userId: id('ada'), role: 'ADMIN' },
      { userId: id('mira'), role: 'MEMBER' },
      { userId: id('vera'), role: 'VIEWER' },
      { serviceAccountId: robot.id, role: 'MEMBER' },
    ],
    SUPPLIERS,
  );
  await seedDataset(
    tx,
    accountId,
    'Purchase orders',
    'Every order since the beginning of the year.',
    [
      { userId: id('edda'), role: 'ADMIN' },
      { userId: id('ada'), role: 'MEMBER' },
      { groupId: operations.id, role: 'VIEWER' },
    ],
    ORDERS,
  );
  await seedDataset(
    tx,
    accountId,
    'Salaries',
    'Shared with nobody else: only an override looks in.',
    [{ userId: id('uma'), role: 'ADMIN' }],
    SALARIES,
  );
  const serviceAccountId = robot.id;
  await tx.impersonationGrant.createMany({
    data: [
      {
        accountId,
        serviceAccountId,
        flowId: suppliersId,
        grantedById: id('ada'),
        reason: 'Suppliers that members send in by mail.',
      },
      {
        accountId,
        serviceAccountId,
        resource: 'GLOBAL_MY_ITEMS',
        grantedById: id('ivan'),
        reason: 'A reminder of open items every morning.',
      },
    ],
  });
  const teams = { engineering: engineering.id, operations: operations.id };
  for (const [kind, name, description, members] of acmeFlows(id, teams, robot.id)) {
    await seedFlow(tx, accountId, kind, name, description, members);
  }
}

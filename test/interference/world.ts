import { v7 as uuidv7 } from 'uuid';

import { mintToken, PEPPER_VERSION } from '../../src/authn/token.js';
import { Actor } from '../support/actor.js';
import { SECRET, type TestApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { createFlows, KINDS, TYPENAMES } from '../support/flow-world.js';
import { customRole, give, userId } from '../support/people.js';
import { rowId } from '../support/transfers.js';
import { globalId, workspace, type Membership, type Workspace } from '../support/world.js';
import { createTraces } from './traces.js';

/** Types of which another database has another object. */
const TWINS = [
  'AccessKey',
  'AccessRequest',
  'AccessReview',
  'AuditEntry',
  'Dataset',
  'DatasetMember',
  'FlowMember',
  'Group',
  'ImpersonationGrant',
  'Invitation',
  'List',
  'Role',
  'ServiceAccount',
  'Session',
  'User',
] as const;

/** An account in which there is something of everything, and everybody who could want to know it. */
export async function interferenceWorld(app: TestApp, now: Date) {
  const here = await workspace(app);
  const readers = await createReaders(here);
  const { paula, robot, ada, mira, nils, program, vera } = readers;
  const [quentin, olga, sven] = await here.people([
    { name: 'Quentin Quiet', email: 'quentin@old.example' },
    { name: 'Olga Owner' },
    { name: 'Sven Spare' },
  ]);
  const groups = {
    gardeners: await here.group([paula, quentin], 'Gardeners'),
    readers: await here.group([vera], 'Readers'),
  };
  const shared = [
    { user: olga, role: 'MEMBER' },
    { user: paula, role: 'ADMIN' },
    { user: ada, role: 'ADMIN' },
    { user: mira, role: 'MEMBER' },
    { groupId: groups.readers, role: 'VIEWER' },
    { serviceAccountId: program.id, role: 'MEMBER' },
  ] as const satisfies readonly Membership[];
  const hidden = [
    { user: paula, role: 'ADMIN' },
    { groupId: groups.gardeners, role: 'VIEWER' },
    { serviceAccountId: robot.id, role: 'ADMIN' },
  ] as const satisfies readonly Membership[];
  const [suppliers, acquisitions, loneDataset] = await here.datasets([
    { name: 'Suppliers', members: shared },
    { name: 'Acquisitions', members: hidden },
    {
      name: 'Lone dataset',
      members: [
        { user: olga, role: 'ADMIN' },
        { user: mira, role: 'MEMBER' },
        { groupId: groups.readers, role: 'VIEWER' },
      ],
    },
  ]);
  if (!suppliers || !acquisitions || !loneDataset) throw new Error('Drafts make datasets.');
  const [shortlist, ...flows] = await createFlows(here, [
    { kind: 'LIST', name: 'Shortlist', members: [{ user: paula, role: 'OWNER' }] },
    ...KINDS.map((kind) => ({
      kind,
      name: `Our ${TYPENAMES[kind]}`,
      members: [
        { user: olga, role: 'EDITOR' },
        { user: paula, role: 'OWNER' },
        { user: ada, role: 'OWNER' },
        { user: mira, role: 'EDITOR' },
        { groupId: groups.readers, role: 'VIEWER' },
        { user: nils, role: 'NONE' },
        { serviceAccountId: program.id, role: 'EDITOR' },
      ] as const,
    })),
  ]);
  if (!shortlist) throw new Error('A draft makes a flow.');
  const lone = await createFlows(
    here,
    KINDS.map((kind) => ({
      kind,
      name: `Lone ${TYPENAMES[kind]}`,
      members: [
        { user: olga, role: 'OWNER' },
        { user: mira, role: 'EDITOR' },
        { groupId: groups.readers, role: 'VIEWER' },
        { user: nils, role: 'NONE' },
      ] as const,
    })),
  );
  const roles = {
    herbalist: await customRole(here, { name: 'Herbalist', permissions: ['group:write'] }),
    botanist: await customRole(here, { name: 'Botanist', permissions: ['directory:read'] }),
  };
  const rest = await createTraces(here, now, {
    ...readers,
    quentin,
    suppliers: suppliers.rowId,
    acquisitions: acquisitions.rowId,
    group: groups.gardeners,
    viewerRole: roles.botanist,
  });
  const { client } = await testDatabase();
  await client.roleAssignment.create({
    data: { accountId: here.accountId, userId: quentin.id, roleId: rowId(roles.herbalist) },
  });
  await here.letAct(readers.acting, { flowId: suppliers.rowId });
  const grants = {
    onFlow: await here.letAct(robot, { flowId: suppliers.rowId }),
    onHidden: await here.letAct(robot, { flowId: acquisitions.rowId }),
    onResource: await here.letAct(robot, { resource: 'GLOBAL_MY_ITEMS' }),
  };
  const thirdRobot = await here.program('Third robot');
  const onKinds = await Promise.all(
    flows.map(({ rowId: flowId }) => here.letAct(thirdRobot, { flowId })),
  );
  const { acting, robot: _target, ...others } = readers;
  return {
    accountId: here.accountId,
    readers: { ...others, acting: acting.as(mira) } satisfies Record<string, Actor>,
    /** What there is, as the API names it. */
    ids: {
      account: globalId('Account', here.accountId),
      paula: userId(paula),
      quentin: userId(quentin),
      mira: userId(mira),
      sven: userId(sven),
      robot: globalId('ServiceAccount', robot.id),
      thirdRobot: globalId('ServiceAccount', thirdRobot.id),
      otherRobot: globalId('ServiceAccount', await here.serviceAccount('Other robot')),
      gardeners: globalId('Group', groups.gardeners),
      ...roles,
      suppliers: suppliers.id,
      acquisitions: acquisitions.id,
      membership: suppliers.memberIds[0] ?? '',
      hiddenMembership: acquisitions.memberIds[0] ?? '',
      groupMembership: acquisitions.memberIds[1] ?? '',
      robotMembership: acquisitions.memberIds[2] ?? '',
      loneDataset: loneDataset.id,
      loneAdmin: loneDataset.memberIds[0] ?? '',
      shortlist: shortlist.id,
      ...grants,
      ...rest,
    },
    /** A flow of each kind, the membership of the person there, and the grant to act there. */
    flows: flows.map(({ id, memberIds }, at) => ({
      id,
      membership: memberIds[0] ?? '',
      grant: onKinds[at] ?? '',
      lone: lone[at]?.id ?? '',
    })),
    /** Ids of what there is in another database only. */
    twins: Object.fromEntries(TWINS.map((type) => [type, globalId(type, uuidv7())])) as Record<
      (typeof TWINS)[number],
      string
    >,
    /** Memberships of those who alone own flows, in the same order. */
    loneOwners: lone.map(({ memberIds }) => memberIds[0] ?? ''),
  };
}

export type InterferenceWorld = Awaited<ReturnType<typeof interferenceWorld>>;
export type Reader = keyof InterferenceWorld['readers'];

async function createReaders(here: Workspace) {
  const staff = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Ivan Iam', role: 'IAM_ADMIN' },
    { name: 'Uma User', role: 'USER_ADMIN' },
    { name: 'Adam Admin', role: 'ADMIN' },
    { name: 'Edda Editor', role: 'EDITOR' },
    { name: 'Vito Viewer', role: 'VIEWER' },
    { name: 'Nils None', role: 'EDITOR' },
    { name: 'Paula Person', email: 'paula@old.example', role: 'VIEWER' },
  ]);
  const [superAdmin, iamAdmin, userAdmin, admin, editor, viewer, nils, paula] = staff;
  const colleagues = await here.people([
    { name: 'Ada Admin' },
    { name: 'Mira Member' },
    { name: 'Vera Viewer' },
    { name: 'Greta Guest' },
  ]);
  const [ada, mira, vera, guest] = colleagues;
  const permissions = ['account:read', 'directory:read'];
  const colleague = await customRole(here, { name: 'Colleague', permissions });
  for (const each of [ada, mira, vera]) await give(here, each, [colleague]);
  await give(here, guest, [await customRole(here, { name: 'Guest' })]);
  const elsewhere = await workspace(here.app);
  const { client } = await testDatabase();
  // A used key is not noted again.
  const usedKeys = async () => {
    await client.accessKey.updateMany({
      where: { accountId: here.accountId },
      data: { lastUsedAt: new Date() },
    });
  };
  const program = await here.program('Program');
  const acting = await here.program('Proxy');
  const robot = await here.program('Robot');
  const adminKey = await apiKeyOf(here, admin);
  await usedKeys();
  return {
    superAdmin,
    iamAdmin,
    userAdmin,
    admin,
    editor,
    viewer,
    /** Nobody whose role gives anything. */
    guest,
    /** Admin, Member and Viewer of the dataset, and Owner, Editor and Viewer of the flows, with little in the account. */
    ada,
    mira,
    vera,
    /** An Editor whom the flows shut out. */
    nils,
    /** Whom most of it is about. */
    paula,
    adminKey,
    program,
    acting,
    robot,
    stranger: await elsewhere.person({ name: 'Stan Stranger', role: 'SUPER_ADMIN' }),
    anonymous: new Actor(here.app, '', 'Nobody', '', {}),
  };
}

/** Somebody with an API key of theirs. */
async function apiKeyOf({ accountId }: Workspace, holder: Actor): Promise<Actor> {
  const { client } = await testDatabase();
  const id = uuidv7();
  const { token, secretHash } = mintToken('apiKey', id, SECRET);
  const of = { id, accountId, userId: holder.id, slot: 1, name: 'A key' };
  await client.accessKey.create({ data: { ...of, secretHash, pepperVersion: PEPPER_VERSION } });
  const headers = { authorization: `Bearer ${token}` };
  return new Actor(holder.app, holder.id, holder.name, holder.email, headers);
}

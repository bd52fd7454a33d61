import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { asked, differences, questionsOf, type Thing } from '../support/capabilities.js';
import { testDatabase } from '../support/database.js';
import type { Stage } from '../support/dataset-stage.js';
import { checkCells, ROWS, type Cell } from '../support/dataset-table.js';
import { createFlow, KINDS, TYPENAMES } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import { staff, userId } from '../support/people.js';
import { globalId, workspace, type Membership, type Workspace } from '../support/world.js';

const LONG = 300_000;

/** What a row of the tables is among the capabilities: where a condition is met, and where it is not. */
interface Counterpart {
  readonly within: readonly string[];
  readonly beyond?: readonly string[];
}

const VIEWER = 'DatasetMember/VIEWER';
const ADMIN = 'DatasetMember/ADMIN';

// By hand.
const COUNTERPARTS: Readonly<Record<string, Counterpart>> = {
  'dataset:configure': { within: ['Dataset.updateDatasetSettings', 'Dataset.settings'] },
  'datasetMember:write': {
    within: ['Dataset.addDatasetMember(role: VIEWER)', `${VIEWER}.removeDatasetMember`],
  },
  'datasetField:edit': { within: ['Dataset.updateDatasetField', 'Dataset.removeDatasetField'] },
  'datasetView:write': {
    within: [
      'Dataset.createDatasetView',
      'DatasetView/own.updateDatasetView',
      'DatasetView/own.deleteDatasetView',
    ],
    beyond: ['DatasetView/another.updateDatasetView', 'DatasetView/another.deleteDatasetView'],
  },
  'datasetHistory:read': { within: ['Dataset.history'] },
  'dataset:delete': { within: ['Dataset.deleteDataset'] },
  'dataset:duplicate': { within: ['Dataset.duplicateDataset'] },
  'dataset:read': { within: ['Dataset.leaveDataset'] },
  'dataset:share': { within: ['Dataset.shareSettings'] },
  'dataset:import': { within: ['Dataset.startDatasetImport'] },
  'dataset:export': { within: ['Dataset.exportDataset'] },
  'datasetMember:read': { within: ['Dataset.members'] },
  'datasetRow:filter': {
    within: ['Dataset.exportDataset(further: true)', 'Dataset.rows(further: true)'],
  },
  'datasetRow:write': {
    within: ['Dataset.addDatasetRows', 'Dataset.updateDatasetRows', 'Dataset.removeDatasetRows'],
  },
  'datasetField:write': { within: ['Dataset.addDatasetField', 'Dataset.moveDatasetField'] },
  'dataset:rename': { within: ['Dataset.renameDataset'] },
  'dataset:describe': { within: ['Dataset.describeDataset'] },
  'datasetView:configure': {
    within: ['DatasetView/own.configuration'],
    beyond: ['DatasetView/another.configuration'],
  },
  'datasetMember:makeAdmin': {
    within: [
      'Dataset.addDatasetMember(role: ADMIN)',
      `${VIEWER}.changeDatasetMemberRole(role: ADMIN)`,
    ],
  },
  'datasetMember:makeMember': {
    within: [
      'Dataset.addDatasetMember(role: MEMBER)',
      `${VIEWER}.changeDatasetMemberRole(role: MEMBER)`,
    ],
    beyond: [`${ADMIN}.changeDatasetMemberRole(role: MEMBER)`],
  },
  'datasetMember:makeViewer': {
    within: [
      'Dataset.addDatasetMember(role: VIEWER)',
      'DatasetMember/MEMBER.changeDatasetMemberRole(role: VIEWER)',
    ],
    beyond: [`${ADMIN}.changeDatasetMemberRole(role: VIEWER)`],
  },
  'datasetMember:remove': {
    within: [`${VIEWER}.removeDatasetMember`, 'DatasetMember/MEMBER.removeDatasetMember'],
    beyond: [`${ADMIN}.removeDatasetMember`],
  },
};

/** Whether whoever acts on a stage is said to be able to. */
async function isSaid({ actor, dataset, others, views }: Stage, text: string): Promise<boolean> {
  const [, typename = '', which = '', call = ''] = /^(\w+)(?:\/(\w+))?\.(.+)$/.exec(text) ?? [];
  const id = { ...others, ...views }[which] ?? dataset.id;
  const [, name = '', role, further] =
    /^(\w+)(?:\(role: (\w+)\)|\((further): true\))?$/.exec(call) ?? [];
  const question = { name, ...(role && { role }), ...(further && { further: true }) };
  const [answer] =
    (await asked(actor, { typename, id, inputs: { datasetId: dataset.id } }, [question])) ?? [];
  return answer?.allowed ?? false;
}

/** What is said otherwise than the printed cell, to somebody who has exactly its role. */
async function saidOf({ row, sign, name }: Cell, stage: Stage): Promise<string[]> {
  const { within, beyond = [] } = COUNTERPARTS[row.permission] ?? { within: [] };
  const isAllowed = { within: !sign.startsWith('N'), beyond: sign === 'Y' };
  const wrong: string[] = within.length === 0 ? [`${name}: nothing asked`] : [];
  for (const [side, all] of [
    ['within', within],
    ['beyond', beyond],
  ] as const) {
    for (const each of all) {
      if ((await isSaid(stage, each)) !== isAllowed[side]) wrong.push(`${name}: ${each}`);
    }
  }
  return wrong;
}

test(
  'each of the 66 printed cells is what viewerCan says to whoever then does it',
  async () => {
    const here = await workspace();
    const wrong: string[] = [];
    const compared: string[] = [];
    for (const cells of ROWS) {
      // The stages are set in the order of the cells.
      const left = [...cells];
      const say = async (stage: Stage) => {
        const cell = left.shift() as Cell;
        compared.push(cell.name);
        wrong.push(...(await saidOf(cell, stage)));
        return stage.actor;
      };
      wrong.push(...(await checkCells(here, cells, 'first', say)));
    }
    console.log(`${compared.length - wrong.length} of ${compared.length}`);
    expect(wrong).toEqual([]);
    expect(compared).toHaveLength(66);
  },
  LONG,
);

/** Everybody who could want something of a thing that has members, by what they hold there. */
async function cast(here: Workspace, roles: readonly string[]) {
  const people = await here.people(
    roles.flatMap((role) => [
      { name: `${role} directly`, role: 'USER_ADMIN' as const },
      { name: `${role} by group`, role: 'USER_ADMIN' as const },
    ]),
  );
  const account = await here.people(
    (['SUPER_ADMIN', 'IAM_ADMIN', 'USER_ADMIN', 'ADMIN', 'EDITOR', 'VIEWER'] as const).map(
      (role) => ({ name: `${role} without a role there`, role }),
    ),
  );
  const programs = await Promise.all(roles.map((role) => here.program(`A ${role} program`)));
  const groups = await Promise.all(
    roles.map((_role, at) => here.group([people[2 * at + 1] as Actor])),
  );
  const members = roles.flatMap((role, at) => [
    { user: people[2 * at] as Actor, role },
    { groupId: groups[at] ?? '', role },
    { serviceAccountId: programs[at]?.id ?? '', role },
  ]);
  const actingProgram = await here.program('An acting program');
  const first = people[0] as Actor;
  const keys = await Promise.all([
    keyOf(here, { userId: first.id }, { name: 'An API key' }),
    keyOf(
      here,
      { userId: first.id },
      {
        slot: 49,
        permissions: ['dataset:read', 'dataset:rename', 'flow:read', 'flow:edit'],
      },
    ),
  ]);
  const actors = [
    ...people,
    ...account,
    ...programs,
    ...[...people, ...account].map((person) => actingProgram.as(person)),
    ...keys.map(({ user }) => user),
  ];
  return { actors, members, actingProgram, outsider: account[4] as Actor };
}

/** One of each role on a flow, some by group, and one whom only the override helps. */
const FEW = new Set([
  'OWNER directly',
  'EDITOR by group',
  'VIEWER directly',
  'NONE by group',
  'SUPER_ADMIN without a role there',
]);

async function differencesOf(
  actors: readonly Actor[],
  things: readonly Thing[],
): Promise<string[]> {
  const found: string[] = [];
  for (const thing of things) {
    for (const actor of actors) found.push(...(await differences(actor, thing)));
  }
  return found;
}

describe('viewerCan says what the operations do', () => {
  test(
    'with a dataset, its members and views, for every kind of actor',
    async () => {
      const here = await workspace();
      const { actors, members, actingProgram, outsider } = await cast(here, [
        'ADMIN',
        'MEMBER',
        'VIEWER',
      ]);
      const dataset = await here.dataset({ members: members as unknown as Membership[] });
      await here.letAct(actingProgram, { flowId: dataset.rowId });
      const inputs = {
        datasetId: dataset.id,
        flowId: dataset.id,
        granteeId: userId(outsider),
        serviceAccountId: globalId('ServiceAccount', actingProgram.id),
      };
      const viewId = await here.view(dataset);
      const [adminId = '', , , memberId = ''] = dataset.memberIds;
      const things = [
        { typename: 'Dataset', id: dataset.id, inputs },
        { typename: 'DatasetView', id: viewId, inputs: { ...inputs, viewId } },
        ...[adminId, memberId].map((id) => ({
          typename: 'DatasetMember',
          id,
          inputs: { ...inputs, memberId: id },
        })),
      ];
      expect(await differencesOf(actors, things)).toEqual([]);
    },
    LONG,
  );

  test(
    'with a flow of each kind and its members, for every kind of actor',
    async () => {
      const here = await workspace();
      const found: string[] = [];
      const roles = ['OWNER', 'EDITOR', 'VIEWER', 'NONE'];
      const { actors, members, actingProgram, outsider } = await cast(here, roles);
      await here.letAct(actingProgram, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
      for (const kind of KINDS) {
        const flow = await createFlow(here, { kind, members: members as never });
        const inputs = {
          flowId: flow.id,
          granteeId: userId(outsider),
          serviceAccountId: globalId('ServiceAccount', actingProgram.id),
        };
        const [ownerId = '', , , editorId = ''] = flow.memberIds;
        const things = [
          { typename: TYPENAMES[kind], id: flow.id, inputs },
          ...[ownerId, editorId].map((id) => ({
            typename: 'FlowMember',
            id,
            inputs: { ...inputs, memberId: id },
          })),
        ];
        // The kinds differ in their list alone and in where people are let act.
        const isFirst = kind === 'PROCESS';
        const some = isFirst || kind === 'LIST' ? things : things.slice(0, 1);
        const few = actors.filter(({ name }) => FEW.has(name));
        expect(few).toHaveLength(FEW.size);
        found.push(...(await differencesOf(isFirst ? actors : few, some)));
      }
      expect(found).toEqual([]);
    },
    LONG,
  );

  test(
    'with people, groups, roles, programs, sessions and invitations, for every kind of actor',
    async () => {
      const { here, by, roleIds, superAdmin } = await staff();
      const program = await here.program();
      const shared = await here.program('A sharing program');
      await here.letAct(shared, { resource: 'USER_AND_GROUP_MANAGEMENT' });
      const key = await keyOf(here, { userId: superAdmin.id }, {});
      const narrow = await keyOf(
        here,
        { userId: superAdmin.id },
        {
          slot: 49,
          permissions: ['user:update', 'directory:read', 'account:read'],
        },
      );
      const people = Object.values(by);
      const actors = [
        ...people,
        program,
        program.as(superAdmin),
        ...people.map((person) => shared.as(person)),
        key.user,
        narrow.user,
      ];
      const groupId = globalId('Group', await here.group([by.EDITOR]));
      const invited = await superAdmin.run<{ inviteUser: { invitation: { id: string } } }, unknown>(
        'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { invitation { id } } }',
        { input: { email: 'new@example.test' } },
      );
      const invitationId = invited.data?.inviteUser.invitation.id ?? '';
      const sessions = await superAdmin.run<
        { users: { edges: { node: { sessions: { edges: { node: { id: string } }[] } } }[] } },
        unknown
      >('{ users { edges { node { sessions { edges { node { id } } } } } } }');
      const sessionIds = sessions.data?.users.edges.flatMap(({ node }) =>
        node.sessions.edges.map(({ node: { id } }) => id),
      );
      const serviceAccountId = globalId('ServiceAccount', program.id);
      const things: Thing[] = [
        ...people.map((person) => ({
          typename: 'User',
          id: userId(person),
          inputs: { userId: userId(person), roleIds: [roleIds.VIEWER] },
        })),
        { typename: 'Group', id: groupId, inputs: { groupId, userIds: [userId(by.VIEWER)] } },
        ...[roleIds.VIEWER, roleIds.SUPER_ADMIN].map((roleId) => ({
          typename: 'Role',
          id: roleId,
          inputs: { roleId },
        })),
        { typename: 'ServiceAccount', id: serviceAccountId, inputs: { serviceAccountId } },
        ...(sessionIds ?? []).map((sessionId) => ({
          typename: 'Session',
          id: sessionId,
          inputs: { sessionId },
        })),
        { typename: 'Invitation', id: invitationId, inputs: { invitationId } },
      ];
      expect(sessionIds).toHaveLength(6);
      expect(await differencesOf(actors, things)).toEqual([]);
    },
    LONG,
  );

  test(
    'with keys, which are really changed',
    async () => {
      const { here, by } = await staff();
      const program = await here.program();
      const actors = [
        ...Object.values(by),
        program,
        (await keyOf(here, { userId: by.ADMIN.id })).user,
      ];
      const holders = [
        { serviceAccountId: program.id },
        { userId: by.ADMIN.id },
        { userId: by.VIEWER.id },
      ];
      const wrong: string[] = [];
      for (const holder of holders) {
        for (const actor of actors) wrong.push(...(await keyDifferences(here, actor, holder)));
      }
      expect(wrong).toEqual([]);
    },
    LONG,
  );
});

async function keyDifferences(
  here: Workspace,
  actor: Actor,
  holder: Parameters<typeof keyOf>[1],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, further } of questionsOf('AccessKey')) {
    const { id } = await keyOf(here, holder, { slot: 10 });
    const thing = { typename: 'AccessKey', id, inputs: {} };
    const [said] = (await asked(actor, thing, [{ name, ...(further && { further }) }])) ?? [];
    const isActive = name === 'setApiKeyActive' ? further === true : false;
    const input = {
      accessKeyId: id,
      ...(name.startsWith('rename') && { name: 'Another name' }),
      ...(name.startsWith('set') && { isActive }),
    };
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const { errors } = await actor.run(
      `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`,
      { input },
    );
    if ((said?.allowed ?? false) !== !errors) {
      wrong.push(`${actor.name}: ${name} of ${JSON.stringify(holder)}: ${errors?.[0]?.message}`);
    }
    const { client } = await testDatabase();
    await client.accessKey.deleteMany({
      where: { accountId: here.accountId, slot: { lt: 49 }, name: { not: 'The key' } },
    });
  }
  return wrong;
}

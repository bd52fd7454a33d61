import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import {
  AddDatasetMember,
  ChangeDatasetMemberRole,
  GetDataset,
  GetDatasetMembers,
  RemoveDatasetMember,
} from '../support/operations.js';
import { globalId, world } from '../support/world.js';

/** A dataset with two Admins and one member of each kind beside them. */
async function stage() {
  const everybody = await world();
  const { here, admin, member, viewer, outsider } = everybody;
  const other = await here.person({ name: 'Olga Other' });
  const groupId = await here.group([outsider]);
  const serviceAccountId = await here.serviceAccount();
  const dataset = await here.dataset({
    members: [
      { user: admin, role: 'ADMIN' },
      { user: other, role: 'ADMIN' },
      { user: member, role: 'MEMBER' },
      { user: viewer, role: 'VIEWER' },
      { groupId, role: 'MEMBER' },
      { serviceAccountId, role: 'VIEWER' },
    ],
  });
  const [own = '', others = '', members = '', viewers = '', groups = '', robots = ''] =
    dataset.memberIds;
  const elsewhere = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
  /** The roles of all members by their ids. */
  const roles = async () => {
    const { data } = await admin.run(GetDatasetMembers, { id: dataset.id, first: 100 });
    const edges = data?.dataset?.members?.edges ?? [];
    return Object.fromEntries(edges.map(({ node }) => [node.id, node.role]));
  };
  const ids = {
    own,
    other: others,
    member: members,
    viewer: viewers,
    group: groups,
    robot: robots,
  };
  return { ...everybody, other, dataset, ids, elsewhere, roles };
}

/** Ids that are no members of the dataset. */
function noMembers({ here, dataset, elsewhere, admin }: Awaited<ReturnType<typeof stage>>) {
  return [
    elsewhere.memberIds[0] ?? '',
    globalId('User', admin.id),
    globalId('Account', here.accountId),
    dataset.id,
    'garbage',
    '',
  ];
}

describe('changeDatasetMemberRole', () => {
  test('allows an Admin to change people, groups and service accounts, and themselves', async () => {
    const { admin, outsider, dataset, ids, roles } = await stage();
    for (const memberId of [ids.viewer, ids.group, ids.robot, ids.other]) {
      for (const role of ['ADMIN', 'MEMBER', 'VIEWER', 'VIEWER'] as const) {
        const input = { datasetId: dataset.id, memberId, role };
        const result = await admin.run(ChangeDatasetMemberRole, { input });
        expect(result).toSucceed();
        expect(result.data?.changeDatasetMemberRole?.dataset?.id).toBe(dataset.id);
        expect(await roles()).toMatchObject({ [memberId]: role });
      }
    }
    const { data } = await outsider.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.access).toEqual({ role: 'VIEWER', via: 'GROUP' });
    const input = { datasetId: dataset.id, memberId: ids.own, role: 'ADMIN' } as const;
    expect(await admin.run(ChangeDatasetMemberRole, { input })).toSucceed();
  });

  test('takes effect in the next request', async () => {
    const { admin, viewer, dataset, ids } = await stage();
    expect(await viewer.run(GetDatasetMembers, { id: dataset.id })).toBeDenied({
      missing: 'datasetMember:read',
    });
    const input = { datasetId: dataset.id, memberId: ids.viewer, role: 'MEMBER' } as const;
    await admin.run(ChangeDatasetMemberRole, { input });
    expect(await viewer.run(GetDatasetMembers, { id: dataset.id })).toSucceed();
  });

  test('allows a Member to lower themselves, and denies to raise themselves', async () => {
    const { member, dataset, ids } = await stage();
    const target = { datasetId: dataset.id, memberId: ids.member };
    const raise = { ...target, role: 'ADMIN' } as const;
    expect(await member.run(ChangeDatasetMemberRole, { input: raise })).toBeDenied({
      missing: 'datasetMember:makeAdmin',
      role: 'Member',
    });
    const lower = { ...target, role: 'VIEWER' } as const;
    expect(await member.run(ChangeDatasetMemberRole, { input: lower })).toSucceed();
    const back = { ...target, role: 'MEMBER' } as const;
    expect(await member.run(ChangeDatasetMemberRole, { input: back })).toBeDenied({
      missing: 'datasetMember:makeMember',
      role: 'Viewer',
    });
  });

  test('denies a Viewer, and tells nothing of who is a member', async () => {
    const { viewer, dataset, ids } = await stage();
    const target = { datasetId: dataset.id, role: 'MEMBER' } as const;
    const answers = new Set<string>();
    for (const memberId of [ids.own, ids.viewer, globalId('DatasetMember', uuidv7()), 'garbage']) {
      const result = await viewer.run(ChangeDatasetMemberRole, { input: { ...target, memberId } });
      expect(result).toBeDenied({ missing: 'datasetMember:makeMember', role: 'Viewer' });
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
  });

  test('hides the dataset from everybody else', async () => {
    const { here, stranger, anonymous, dataset, ids } = await stage();
    const nobody = await here.person();
    const input = { datasetId: dataset.id, memberId: ids.viewer, role: 'VIEWER' } as const;
    await expect(await nobody.run(ChangeDatasetMemberRole, { input })).toBeHidden();
    await expect(await stranger.run(ChangeDatasetMemberRole, { input })).toBeHidden();
    expect(await anonymous.run(ChangeDatasetMemberRole, { input })).toFail('UNAUTHENTICATED');
  });

  test('hides members of other datasets and whatever is no member', async () => {
    const scene = await stage();
    const { admin, member, superAdmin, dataset, elsewhere } = scene;
    for (const memberId of noMembers(scene)) {
      const input = { datasetId: dataset.id, memberId, role: 'VIEWER' } as const;
      for (const who of [admin, member, superAdmin]) {
        const result = await who.run(ChangeDatasetMemberRole, { input });
        expect(result).toFail('NOT_FOUND');
        expect(withoutMarks(result.text)).toBe(
          withoutMarks((await result.replay({ input: { ...input, memberId: nowhere() } })).text),
        );
      }
    }
    const { data } = await admin.run(GetDatasetMembers, { id: elsewhere.id });
    expect(data?.dataset?.members?.edges[0]?.node.role).toBe('ADMIN');
  });

  test('audits', async () => {
    const { admin, viewer, dataset, ids, other } = await stage();
    const target = {
      action: 'datasetMember.roleChanged',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    };
    const input = { datasetId: dataset.id, memberId: ids.other, role: 'VIEWER' } as const;
    await expect(await viewer.run(ChangeDatasetMemberRole, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      subjectId: viewer.id,
      denial: expect.objectContaining({ missing: ['datasetMember:makeViewer'], role: 'Viewer' }),
    });
    await expect(await admin.run(ChangeDatasetMemberRole, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: { grantee: 'User', granteeId: other.id, role: 'ADMIN' },
      after: { grantee: 'User', granteeId: other.id, role: 'VIEWER' },
    });
    const missing = { ...input, memberId: 'garbage' };
    await expect(await admin.run(ChangeDatasetMemberRole, { input: missing })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
  });
});

describe('removeDatasetMember', () => {
  test('allows an Admin to remove people, groups and service accounts', async () => {
    const { admin, viewer, outsider, dataset, ids, roles } = await stage();
    for (const memberId of [ids.viewer, ids.group, ids.robot, ids.other]) {
      const input = { datasetId: dataset.id, memberId };
      const result = await admin.run(RemoveDatasetMember, { input });
      expect(result).toSucceed();
      expect(result.data?.removeDatasetMember?.dataset?.id).toBe(dataset.id);
    }
    expect(await roles()).toEqual({ [ids.own]: 'ADMIN', [ids.member]: 'MEMBER' });
    for (const person of [viewer, outsider]) {
      await expect(await person.run(GetDataset, { id: dataset.id })).toBeHidden();
    }
  });

  test('leaves what groups give', async () => {
    const { here, admin, viewer, dataset, ids } = await stage();
    const groupId = await here.group([viewer]);
    const granteeId = globalId('Group', groupId);
    const add = { datasetId: dataset.id, granteeId, role: 'MEMBER' } as const;
    expect(await admin.run(AddDatasetMember, { input: add })).toSucceed();
    const input = { datasetId: dataset.id, memberId: ids.viewer };
    expect(await admin.run(RemoveDatasetMember, { input })).toSucceed();
    const { data } = await viewer.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.access).toEqual({ role: 'MEMBER', via: 'GROUP' });
  });

  test('denies a Viewer, and tells nothing of who is a member', async () => {
    const { viewer, dataset, ids } = await stage();
    const answers = new Set<string>();
    for (const memberId of [ids.own, ids.viewer, globalId('DatasetMember', uuidv7()), 'garbage']) {
      const input = { datasetId: dataset.id, memberId };
      const result = await viewer.run(RemoveDatasetMember, { input });
      expect(result).toBeDenied({ missing: 'datasetMember:write', role: 'Viewer' });
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
  });

  test('hides the dataset from everybody else', async () => {
    const { here, stranger, anonymous, dataset, ids } = await stage();
    const nobody = await here.person();
    const input = { datasetId: dataset.id, memberId: ids.viewer };
    await expect(await nobody.run(RemoveDatasetMember, { input })).toBeHidden();
    await expect(await stranger.run(RemoveDatasetMember, { input })).toBeHidden();
    expect(await anonymous.run(RemoveDatasetMember, { input })).toFail('UNAUTHENTICATED');
  });

  test('hides members of other datasets and whatever is no member', async () => {
    const scene = await stage();
    const { admin, dataset, elsewhere } = scene;
    for (const memberId of noMembers(scene)) {
      const input = { datasetId: dataset.id, memberId };
      const result = await admin.run(RemoveDatasetMember, { input });
      expect(result).toFail('NOT_FOUND');
      const missing = await result.replay({ input: { ...input, memberId: nowhere() } });
      expect(result.text).toBe(missing.text);
    }
    expect(await admin.run(GetDataset, { id: elsewhere.id })).toSucceed();
  });

  test('refuses oneself, whom leaveDataset is for', async () => {
    const { admin, dataset, ids, roles } = await stage();
    const before = await roles();
    const input = { datasetId: dataset.id, memberId: ids.own };
    expect(await admin.run(RemoveDatasetMember, { input })).toFail('SELF_REMOVAL_USE_LEAVE');
    expect(await roles()).toEqual(before);
  });

  test('refuses oneself also as a Member', async () => {
    const { member, dataset, ids } = await stage();
    const input = { datasetId: dataset.id, memberId: ids.member };
    expect(await member.run(RemoveDatasetMember, { input })).toFail('SELF_REMOVAL_USE_LEAVE');
  });

  test('audits', async () => {
    const { admin, member, dataset, ids } = await stage();
    const target = {
      action: 'datasetMember.removed',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    };
    const input = { datasetId: dataset.id, memberId: ids.own };
    await expect(await member.run(RemoveDatasetMember, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['datasetMember:remove'], role: 'Member' }),
    });
    await expect(await admin.run(RemoveDatasetMember, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'SELF_REMOVAL_USE_LEAVE',
    });
    const group = { datasetId: dataset.id, memberId: ids.group };
    await expect(await admin.run(RemoveDatasetMember, { input: group })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: { grantee: 'Group', granteeId: expect.any(String), role: 'MEMBER' },
      after: null,
    });
  });
});

function nowhere(): string {
  return globalId('DatasetMember', uuidv7());
}

/** The marks of an override name the dataset that it was used on. */
function withoutMarks(text: string): string {
  return text.replace(/,"extensions":\{"overrides":.*$/, '');
}

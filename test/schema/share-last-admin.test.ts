import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  AssumeDatasetRole,
  ChangeDatasetMemberRole,
  GetDatasetMembers,
  GetShareSettings,
  LeaveDataset,
  RemoveDatasetMember,
} from '../support/operations.js';
import { globalId, workspace, type Membership, type Shared } from '../support/world.js';

/** Some people and a dataset with these members. */
async function stage() {
  const here = await workspace();
  const [ann, ben, superAdmin] = await here.people([
    { name: 'Ann' },
    { name: 'Ben' },
    { name: 'Sue', role: 'SUPER_ADMIN' },
  ]);
  const share = (...members: Membership[]) => here.dataset({ members });
  return { here, ann, ben, superAdmin, share };
}

const demote = (who: Actor, { id, memberIds }: Shared, at = 0) =>
  who.run(ChangeDatasetMemberRole, {
    input: { datasetId: id, memberId: memberIds[at] ?? '', role: 'MEMBER' },
  });

const remove = (who: Actor, { id, memberIds }: Shared, at = 0) =>
  who.run(RemoveDatasetMember, { input: { datasetId: id, memberId: memberIds[at] ?? '' } });

const leave = (who: Actor, { id }: Shared) => who.run(LeaveDataset, { input: { datasetId: id } });

const assume = (who: Actor, { id }: Shared, role: 'MEMBER' | 'VIEWER') =>
  who.run(AssumeDatasetRole, { input: { datasetId: id, role } });

async function rolesOf(reader: Actor, { id }: Shared) {
  const { data } = await reader.run(GetDatasetMembers, { id, first: 100 });
  return data?.dataset?.members?.edges.map(({ node }) => node.role);
}

describe('the last Admin of a dataset', () => {
  test('is not demoted, by themselves or by a Super Admin', async () => {
    const { ann, ben, superAdmin, share } = await stage();
    const dataset = await share({ user: ann, role: 'ADMIN' }, { user: ben, role: 'MEMBER' });
    expect(await demote(ann, dataset)).toFail('LAST_ADMIN');
    expect(await demote(superAdmin, dataset)).toFail('LAST_ADMIN');
    expect(await rolesOf(ann, dataset)).toEqual(['ADMIN', 'MEMBER']);
  });

  test('does not leave', async () => {
    const { ann, ben, share } = await stage();
    const dataset = await share({ user: ann, role: 'ADMIN' }, { user: ben, role: 'MEMBER' });
    expect(await leave(ann, dataset)).toFail('LAST_ADMIN');
    expect(await rolesOf(ann, dataset)).toEqual(['ADMIN', 'MEMBER']);
  });

  test('does not assume a lower role', async () => {
    const { ben, superAdmin, share } = await stage();
    const dataset = await share({ user: superAdmin, role: 'ADMIN' }, { user: ben, role: 'MEMBER' });
    expect(await assume(superAdmin, dataset, 'MEMBER')).toFail('LAST_ADMIN');
    expect(await assume(superAdmin, dataset, 'VIEWER')).toFail('LAST_ADMIN');
    expect(await rolesOf(superAdmin, dataset)).toEqual(['ADMIN', 'MEMBER']);
  });

  test('goes once there is another', async () => {
    const { ann, ben, share } = await stage();
    const dataset = await share({ user: ann, role: 'ADMIN' }, { user: ben, role: 'MEMBER' });
    const [, memberId = ''] = dataset.memberIds;
    const input = { datasetId: dataset.id, memberId, role: 'ADMIN' } as const;
    expect(await ann.run(ChangeDatasetMemberRole, { input })).toSucceed();
    expect(await demote(ann, dataset)).toSucceed();
    expect(await rolesOf(ben, dataset)).toEqual(['MEMBER', 'ADMIN']);
  });

  test('leaves an entry when refused, and the dataset as it was', async () => {
    const { ann, share } = await stage();
    const dataset = await share({ user: ann, role: 'ADMIN' });
    await expect(await demote(ann, dataset)).toHaveAudited({
      action: 'datasetMember.roleChanged',
      outcome: 'REFUSED',
      code: 'LAST_ADMIN',
      targetId: dataset.rowId,
      denial: null,
    });
  });
});

describe('a group is the last Admin', () => {
  test('if somebody active is in it: the group is neither demoted nor removed', async () => {
    const { here, ann, ben, share } = await stage();
    const groupId = await here.group([ann]);
    const dataset = await share({ groupId, role: 'ADMIN' }, { user: ben, role: 'MEMBER' });
    expect(await demote(ann, dataset)).toFail('LAST_ADMIN');
    expect(await remove(ann, dataset)).toFail('LAST_ADMIN');
    expect(await rolesOf(ben, dataset)).toEqual(['ADMIN', 'MEMBER']);
  });

  test('and then the others may go', async () => {
    const { here, ann, ben, share } = await stage();
    const groupId = await here.group([ben]);
    const dataset = await share({ user: ann, role: 'ADMIN' }, { groupId, role: 'ADMIN' });
    expect(await leave(ann, dataset)).toSucceed();
    expect(await rolesOf(ben, dataset)).toEqual(['ADMIN']);
  });

  test.each(['nobody', 'a suspended person', 'a removed person', 'somebody who is a Viewer here'])(
    'but not with %s alone in it',
    async (who) => {
      const { here, ann, share } = await stage();
      const { client } = await testDatabase();
      const inGroup = await here.person({ suspended: who === 'a suspended person' });
      const groupId = await here.group(who === 'nobody' ? [] : [inGroup]);
      const removedAt = who === 'a removed person' ? new Date() : null;
      await client.user.update({ where: { id: inGroup.id }, data: { removedAt } });
      const own: Membership[] =
        who === 'somebody who is a Viewer here' ? [{ user: inGroup, role: 'VIEWER' }] : [];
      const dataset = await share({ user: ann, role: 'ADMIN' }, { groupId, role: 'ADMIN' }, ...own);
      expect(await demote(ann, dataset)).toFail('LAST_ADMIN');
      expect(await leave(ann, dataset)).toFail('LAST_ADMIN');
    },
  );

  test('and its only person is not made less by a membership of their own', async () => {
    const { here, ann, share } = await stage();
    const groupId = await here.group([ann]);
    const dataset = await share({ groupId, role: 'ADMIN' });
    const granteeId = globalId('User', ann.id);
    const input = { datasetId: dataset.id, granteeId, role: 'VIEWER' } as const;
    expect(await ann.run(AddDatasetMember, { input })).toFail('LAST_ADMIN');
    expect(await rolesOf(ann, dataset)).toEqual(['ADMIN']);
  });

  test('and its only person, a Super Admin, does not assume a lower role', async () => {
    const { here, superAdmin, share } = await stage();
    const groupId = await here.group([superAdmin]);
    const dataset = await share({ groupId, role: 'ADMIN' });
    expect(await assume(superAdmin, dataset, 'VIEWER')).toFail('LAST_ADMIN');
    expect(await rolesOf(superAdmin, dataset)).toEqual(['ADMIN']);
  });
});

describe('as an Admin counts', () => {
  test('a service account', async () => {
    const { here, ann, superAdmin, share } = await stage();
    const serviceAccountId = await here.serviceAccount();
    const dataset = await share({ user: ann, role: 'ADMIN' }, { serviceAccountId, role: 'ADMIN' });
    expect(await leave(ann, dataset)).toSucceed();
    expect(await demote(superAdmin, { ...dataset, memberIds: dataset.memberIds.slice(1) })).toFail(
      'LAST_ADMIN',
    );
  });

  test('nobody who is suspended or removed', async () => {
    const { here, ann, share } = await stage();
    const { client } = await testDatabase();
    const [suspended, removed] = await here.people([{ suspended: true }, {}]);
    await client.user.update({ where: { id: removed.id }, data: { removedAt: new Date() } });
    const dataset = await share(
      { user: ann, role: 'ADMIN' },
      { user: suspended, role: 'ADMIN' },
      { user: removed, role: 'ADMIN' },
    );
    expect(await demote(ann, dataset)).toFail('LAST_ADMIN');
    expect(await leave(ann, dataset)).toFail('LAST_ADMIN');
    // Those who do not count may go.
    expect(await demote(ann, dataset, 1)).toSucceed();
    expect(await remove(ann, dataset, 2)).toSucceed();
  });

  test('nobody who is suspended, so they go also where no other Admin is left', async () => {
    const { here, superAdmin, share } = await stage();
    const suspended = await here.person({ suspended: true });
    const dataset = await share({ user: suspended, role: 'ADMIN' });
    expect(await demote(superAdmin, dataset)).toSucceed();
  });

  test('no Admin of another dataset', async () => {
    const { ann, ben, share } = await stage();
    await share({ user: ben, role: 'ADMIN' });
    const dataset = await share({ user: ann, role: 'ADMIN' }, { user: ben, role: 'VIEWER' });
    expect(await leave(ann, dataset)).toFail('LAST_ADMIN');
  });
});

describe('a dataset without an active Admin', () => {
  test('is called orphaned, and one with one is not', async () => {
    const { here, ann, ben, superAdmin, share } = await stage();
    const suspended = await here.person({ suspended: true });
    const isOrphaned = async ({ id }: Shared) => {
      const { data } = await superAdmin.run(GetShareSettings, { id });
      return data?.dataset?.shareSettings?.isOrphaned;
    };
    const serviceAccountId = await here.serviceAccount();
    const groupId = await here.group([ben, suspended]);
    expect(await isOrphaned(await share())).toBe(true);
    expect(await isOrphaned(await share({ user: suspended, role: 'ADMIN' }))).toBe(true);
    expect(await isOrphaned(await share({ user: ann, role: 'MEMBER' }))).toBe(true);
    expect(await isOrphaned(await share({ user: ann, role: 'ADMIN' }))).toBe(false);
    expect(await isOrphaned(await share({ groupId, role: 'ADMIN' }))).toBe(false);
    expect(await isOrphaned(await share({ serviceAccountId, role: 'ADMIN' }))).toBe(false);
  });
});

describe('a Member and somebody who is Admin by a group', () => {
  test('does not make them less by adding them', async () => {
    const { here, ann, ben, share } = await stage();
    const groupId = await here.group([ann]);
    const dataset = await share({ groupId, role: 'ADMIN' }, { user: ben, role: 'MEMBER' });
    const granteeId = globalId('User', ann.id);
    const input = { datasetId: dataset.id, granteeId, role: 'VIEWER' } as const;
    expect(await ben.run(AddDatasetMember, { input })).toBeDenied({
      missing: 'datasetMember:makeViewer',
      role: 'Member',
    });
    expect(await rolesOf(ben, dataset)).toEqual(['ADMIN', 'MEMBER']);
  });
});

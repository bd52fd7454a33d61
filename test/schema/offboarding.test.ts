import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import { testDatabase } from '../support/database.js';
import { createFlow, renamedId } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import {
  departure,
  giveCustomRole,
  handingOver,
  offboarding,
  type Departure,
} from '../support/leaver.js';
import { Offboard } from '../support/operations.js';
import { refusalIn } from '../support/table.js';
import { globalId, workspace, world } from '../support/world.js';

/** All that an off-boarding could change, to be compared. */
async function stateOf({ here: { accountId } }: Pick<Departure, 'here'>) {
  const { client } = await testDatabase();
  const all = { where: { accountId }, orderBy: { id: 'asc' } } as const;
  return {
    users: await client.user.findMany(all),
    sessions: await client.session.findMany({ ...all, omit: { lastSeenAt: true } }),
    keys: await client.accessKey.findMany({
      ...all,
      omit: { lastUsedAt: true, lastUsedFrom: true },
    }),
    members: await client.flowMember.findMany(all),
    invitations: await client.invitation.findMany(all),
    roles: await client.roleAssignment.count({ where: { accountId } }),
    groups: await client.groupMember.count({ where: { accountId } }),
    succeeded: await client.auditEntry.count({ where: { accountId, outcome: 'SUCCEEDED' } }),
  };
}

const GOES = { sessions: 1, apiKeys: 1, groups: 1, memberships: 3, orphanedFlows: 2 };

describe('allows', () => {
  test.each<[AccountRole, boolean]>([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', true],
    ['USER_ADMIN', true],
    ['ADMIN', true],
    ['EDITOR', false],
    ['VIEWER', false],
  ])('%s to off-board an Editor: %s', async (role, may) => {
    const here = await workspace();
    const [who, whom] = await here.people([{ role }, {}]);
    const result = await offboarding(who, whom);
    if (may) {
      expect(result).toSucceed();
    } else {
      expect(result).toBeDenied({ missing: 'user:remove' });
      await expect(result).toHaveAudited({ action: 'user.offboarded', outcome: 'REFUSED' });
    }
  });

  test('a role of the account’s own', async () => {
    const { here, outsider, viewer } = await world();
    await giveCustomRole(here, outsider, ['user:remove']);
    expect(await offboarding(outsider, viewer)).toSucceed();
  });

  test('a service account that acts as a User Admin, but never its own person', async () => {
    const { here, viewer } = await world();
    const userAdmin = await here.person({ role: 'USER_ADMIN' });
    const program = await here.program();
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    expect(await offboarding(program.as(userAdmin), userAdmin)).toBeDenied({
      missing: 'user:remove',
    });
    const { errors } = await offboarding(program.as(userAdmin), viewer, {
      takeOverInvitations: true,
    });
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await offboarding(program.as(userAdmin), viewer)).toSucceed();
  });

  test('with everything at once, and says what became of it', async () => {
    const { chief, leaver, successor, alone, flow } = await departure();
    const { data } = await offboarding(chief, leaver, {
      handOver: [handingOver(alone, successor), handingOver(flow, successor)],
      takeOverInvitations: true,
      rotateServiceAccountKeys: true,
    });
    expect(data?.offboard).toEqual({
      removedId: globalId('User', leaver.id),
      batchId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      removed: { ...GOES, orphanedFlows: 0 },
      handedOver: 2,
      invitations: 1,
      rotated: [{ accessKeyId: expect.any(String), key: expect.stringMatching(/^fgk_/) }],
      notRotatedIds: [],
    });
  });
});

describe('denies', () => {
  test('whoever is below the person', async () => {
    const here = await workspace();
    const [chief, iamAdmin, userAdmin, admin] = await here.people([
      { role: 'SUPER_ADMIN' },
      { role: 'IAM_ADMIN' },
      { role: 'USER_ADMIN' },
      { role: 'ADMIN' },
    ]);
    for (const [who, whom] of [
      [iamAdmin, chief],
      [admin, chief],
      [userAdmin, chief],
      [userAdmin, iamAdmin],
      [userAdmin, admin],
    ] as const) {
      const result = await offboarding(who, whom);
      expect(refusalIn(result)).toMatchObject({
        code: 'FORBIDDEN',
        denial: { permission: 'user:remove', reason: 'OUTRANKED' },
      });
      await expect(result).toHaveAudited({
        action: 'user.offboarded',
        targetId: whom.id,
        outcome: 'REFUSED',
        batchId: null,
      });
    }
  });

  test('handing a dataset over to whoever could not make Admins there', async () => {
    const { here, leaver, successor, alone } = await departure();
    const [iamAdmin, viewer] = await here.people([{ role: 'IAM_ADMIN' }, { role: 'ADMIN' }]);
    const handOver = [handingOver(alone, successor)];
    // Who does not see the dataset at all is told nothing of it.
    const unseen = await offboarding(iamAdmin, leaver, { handOver });
    await expect(unseen).toBeHidden();
    const { client } = await testDatabase();
    const { accountId } = here;
    await client.flowMember.create({
      data: { accountId, flowId: alone.rowId, userId: viewer.id, role: 'MEMBER' },
    });
    const seen = await offboarding(viewer, leaver, { handOver });
    expect(seen).toBeDenied({ missing: 'datasetMember:makeAdmin', role: 'Member' });
  });

  test('handing a flow over to whoever could neither make Owners there nor become one', async () => {
    const { here, leaver, successor, flow } = await departure();
    const handOver = [handingOver(flow, successor)];
    const [iamAdmin, admin] = await here.people([{ role: 'IAM_ADMIN' }, { role: 'ADMIN' }]);
    await expect(await offboarding(iamAdmin, leaver, { handOver })).toBeHidden();
    await giveCustomRole(here, iamAdmin, ['flow:readAny']);
    expect(await offboarding(iamAdmin, leaver, { handOver })).toBeDenied({
      missing: 'flowMember:makeOwner',
      role: null,
    });
    const { client } = await testDatabase();
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: flow.rowId,
        userId: iamAdmin.id,
        role: 'EDITOR',
      },
    });
    expect(await offboarding(iamAdmin, leaver, { handOver })).toBeDenied({
      missing: 'flowMember:makeOwner',
      role: 'Editor',
    });
    // An Admin of the account could take the flow, and give it away then.
    expect(await offboarding(admin, leaver, { handOver })).toSucceed();
  });

  test('taking invitations over to whoever could not send them', async () => {
    const all = await departure();
    const iamAdmin = await all.here.person({ role: 'IAM_ADMIN' });
    const result = await offboarding(iamAdmin, all.leaver, { takeOverInvitations: true });
    expect(result).toBeDenied({ missing: 'user:create' });
    expect(await offboarding(iamAdmin, all.leaver)).toSucceed();
  });

  test('rotating keys to whoever does not manage service accounts, and to a key', async () => {
    const { here, chief, leaver } = await departure();
    const admin = await here.person({ role: 'ADMIN' });
    const rotate = { rotateServiceAccountKeys: true };
    expect(await offboarding(admin, leaver, rotate)).toBeDenied({
      missing: 'serviceAccount:manage',
    });
    const { user } = await keyOf(here, { userId: chief.id });
    const result = await offboarding(user, leaver, rotate);
    expect(result).toBeDenied({ missing: 'serviceAccount:manage' });
    expect(refusalIn(result)['denial']).toMatchObject({ reason: 'SIGN_IN_REQUIRED' });
    expect(await offboarding(user, leaver)).toSucceed();
  });
});

describe('hides', () => {
  test('another account’s people, removed ones and whatever is no person', async () => {
    const { here, superAdmin, stranger, viewer, outsider, dataset } = await world();
    await expect(await offboarding(superAdmin, stranger)).toBeHidden();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: viewer.id }, data: { removedAt: new Date() } });
    await expect(await offboarding(superAdmin, viewer)).toBeHidden();
    for (const userId of [
      dataset.id,
      globalId('ServiceAccount', await here.serviceAccount()),
      globalId('ServiceAccount', outsider.id),
    ]) {
      const input = { userId, confirm: true };
      await expect(await superAdmin.run(Offboard, { input })).toBeHidden();
    }
    for (const userId of ['', 'x', 'User', outsider.id]) {
      const input = { userId, confirm: true };
      expect(await superAdmin.run(Offboard, { input })).toFail('NOT_FOUND');
    }
  });

  test('flows of another account, and one under the name of another kind', async () => {
    const { chief, leaver, successor, alone, flow } = await departure();
    const elsewhere = await departure();
    for (const other of [
      elsewhere.alone,
      elsewhere.flow,
      { id: renamedId('Process', alone) },
      { id: renamedId('Dataset', flow) },
      { id: renamedId('Board', flow) },
    ]) {
      const handOver = [handingOver(other, successor)];
      await expect(await offboarding(chief, leaver, { handOver })).toBeHidden();
    }
  });
});

describe('refuses', () => {
  test('oneself', async () => {
    const here = await workspace();
    const [one] = await here.people([{ role: 'SUPER_ADMIN' }, { role: 'SUPER_ADMIN' }]);
    expect(await offboarding(one, one)).toFail('NOT_YOURSELF');
    const userAdmin = await here.person({ role: 'USER_ADMIN' });
    expect(await offboarding(userAdmin, userAdmin)).toFail('NOT_YOURSELF');
  });

  test('the last Super Admin', async () => {
    const here = await workspace();
    const [last, other] = await here.people([
      { role: 'SUPER_ADMIN' },
      { role: 'SUPER_ADMIN', suspended: true },
    ]);
    const heir = await here.person({ role: 'IAM_ADMIN' });
    await giveCustomRole(here, heir, ['role:assignAny']);
    const result = await offboarding(heir, last);
    expect(result).toFail('LAST_SUPER_ADMIN');
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'LAST_SUPER_ADMIN' });
    const { client } = await testDatabase();
    await client.user.update({ where: { id: other.id }, data: { status: 'ACTIVE' } });
    expect(await offboarding(heir, last)).toSucceed();
  });

  test('what was not confirmed, and says what would go', async () => {
    const all = await departure();
    const before = await stateOf(all);
    const result = await offboarding(all.chief, all.leaver, { confirm: false });
    expect(result).toFail('CONFIRMATION_NEEDED');
    expect(refusalIn(result)['goes']).toEqual(GOES);
    expect(await stateOf(all)).toEqual(before);
  });

  test('a successor who is suspended, unknown, elsewhere or the leaver', async () => {
    const all = await departure();
    const { here, chief, leaver, alone } = all;
    const suspended = await here.person({ suspended: true });
    const elsewhere = await (await workspace()).person();
    const before = await stateOf(all);
    const to = (whom: { id: string }) =>
      offboarding(chief, leaver, { handOver: [handingOver(alone, whom)] });
    expect(await to(suspended)).toFail('GRANTEE_NOT_FOUND');
    expect(await to(elsewhere)).toFail('GRANTEE_NOT_FOUND');
    expect(await to({ id: crypto.randomUUID() })).toFail('GRANTEE_NOT_FOUND');
    expect(await to(leaver)).toFail('NOT_FOUND');
    const group = { flowId: alone.id, toUserId: globalId('Group', all.groupId) };
    expect(await offboarding(chief, leaver, { handOver: [group] })).toFail('GRANTEE_NOT_FOUND');
    expect(await stateOf(all)).toEqual(before);
  });

  test('a flow that has another Admin or Owner, the same one twice, and more than 100', async () => {
    const all = await departure();
    const { here, chief, leaver, successor, alone, together } = all;
    const foreign = await createFlow(here, { members: [{ user: successor, role: 'OWNER' }] });
    const before = await stateOf(all);
    const handing = (handOver: { flowId: string; toUserId: string }[]) =>
      offboarding(chief, leaver, { handOver });
    for (const flow of [together, foreign]) {
      expect(await handing([handingOver(flow, successor)])).toFail('NOT_FOUND');
    }
    const once = handingOver(alone, successor);
    expect(await handing([once, handingOver(alone, chief)])).toFail('INVALID_INPUT');
    expect(await handing(Array.from({ length: 101 }, () => once))).toFail('INVALID_INPUT');
    expect(await stateOf(all)).toEqual(before);
  });

  test.each([-1, 169])('an overlap of %i hours', async (overlapHours) => {
    const { chief, leaver } = await departure();
    expect(await offboarding(chief, leaver, { overlapHours })).toFail('INVALID_INPUT');
  });

  test('all of it, if one step is refused: nothing of the others stays', async () => {
    const all = await departure();
    const { here, chief, leaver, successor, alone, flow } = all;
    // Nothing but the last step minds: the last Super Admin is to go.
    const { client } = await testDatabase();
    const { roleId } = await client.roleAssignment.findFirstOrThrow({
      where: { userId: chief.id },
    });
    await client.roleAssignment.update({
      where: { userId_roleId: { userId: chief.id, roleId } },
      data: { userId: leaver.id },
    });
    await giveCustomRole(here, chief, [
      'account:read',
      'directory:read',
      'user:remove',
      'user:create',
      'role:assignAny',
      'dataset:override',
      'flow:assumeOwner',
      'flow:override',
      'flow:readAny',
      'serviceAccount:manage',
    ]);
    const before = await stateOf(all);
    const result = await offboarding(chief, leaver, {
      handOver: [handingOver(alone, successor), handingOver(flow, successor)],
      takeOverInvitations: true,
      rotateServiceAccountKeys: true,
    });
    expect(result).toFail('LAST_SUPER_ADMIN');
    expect(await stateOf(all)).toEqual(before);
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'LAST_SUPER_ADMIN' });
  });
});

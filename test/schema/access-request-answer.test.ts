import { describe, expect, test } from 'vitest';

import { ACCOUNT_ROLES, type AccountRole } from '../../src/authz/account-roles.js';
import { testDatabase } from '../support/database.js';
import { flowWorld } from '../support/flow-world.js';
import type { FlowRole } from '../support/generated/graphql.js';
import { keyOf, rowIdOf } from '../support/keys.js';
import { staff } from '../support/people.js';
import {
  accountRolesOf,
  approving,
  asked,
  askFor,
  refusing,
  requestsOf,
  roleOf,
  setRole,
} from '../support/requests.js';
import { refusalIn } from '../support/table.js';
import { globalId, workspace, world } from '../support/world.js';

const ANSWERS = [
  ['approveAccessRequest', approving, 'accessRequest.approved'],
  ['refuseAccessRequest', refusing, 'accessRequest.refused'],
] as const;

describe.each(ANSWERS)('%s', (_name, answering, action) => {
  test('takes on a dataset what giving that role takes', async () => {
    const { superAdmin, admin, member, outsider, viewer, dataset } = await world();
    const on = dataset.id;
    const toMember = await askFor(viewer, ['datasetRow:write'], { on });
    const toAdmin = await askFor(viewer, ['dataset:rename'], { on });
    // A Member makes Members, and no Admins.
    await expect(await answering(member, toAdmin)).toBeHidden();
    expect(await answering(member, toMember)).toSucceed();
    await expect(await answering(outsider, toAdmin)).toBeHidden();
    expect(await answering(superAdmin, toAdmin)).toSucceed();
    const own = await askFor(member, ['dataset:rename'], { on });
    expect(await answering(admin, own)).toSucceed();
  });

  test('denies a Member where whoever asked is an Admin by now', async () => {
    const { member, viewer, dataset, requestId } = await asked();
    await setRole(viewer, dataset, 'ADMIN');
    const result = await answering(member, requestId);
    expect(result).toBeDenied({ missing: 'datasetMember:makeMember' });
    await expect(result).toHaveAudited({
      action,
      outcome: 'REFUSED',
      targetType: 'AccessRequest',
      targetId: rowIdOf(requestId),
    });
  });

  test('denies a Super Admin without a role to add somebody, as sharing by hand does', async () => {
    const { superAdmin, viewer, dataset, requestId } = await asked();
    await setRole(viewer, dataset, null);
    expect(await answering(superAdmin, requestId)).toBeDenied({ missing: 'datasetMember:write' });
  });

  test('denies whoever asked, who sees the request', async () => {
    const { viewer, requestId } = await asked();
    expect(await answering(viewer, requestId)).toBeDenied({
      missing: 'datasetMember:makeMember',
    });
    const { by } = await staff();
    const inAccount = await askFor(by.EDITOR, ['user:read']);
    expect(await answering(by.EDITOR, inAccount)).toBeDenied({ missing: 'role:assign' });
  });

  test.each<[FlowRole, 'EDITOR' | 'OWNER', string]>([
    ['OWNER', 'OWNER', 'SUCCESS'],
    ['OWNER', 'EDITOR', 'SUCCESS'],
    ['EDITOR', 'EDITOR', 'SUCCESS'],
    ['EDITOR', 'OWNER', 'NOT_FOUND'],
    ['VIEWER', 'EDITOR', 'NOT_FOUND'],
    ['NONE', 'EDITOR', 'NOT_FOUND'],
  ])('lets a flow’s %s answer who would be %s: %s', async (role, wanted, end) => {
    const made = await flowWorld();
    const { here, flow, shut, viewer } = made;
    const [second] = await here.people([{ role: 'USER_ADMIN' }]);
    const { client } = await testDatabase();
    const data = { accountId: here.accountId, flowId: flow.rowId, userId: second.id };
    await client.flowMember.create({ data: { ...data, role: 'VIEWER' } });
    const who = { OWNER: made.owner, EDITOR: made.editor, VIEWER: second, NONE: shut }[role];
    const permission = wanted === 'OWNER' ? 'flow:delete' : 'flow:edit';
    const requestId = await askFor(viewer, [permission], { on: flow.id });
    const result = await answering(who, requestId);
    expect(result.errors?.[0]?.extensions.code ?? 'SUCCESS').toBe(end);
    const given = end === 'SUCCESS' && action === 'accessRequest.approved';
    expect(await roleOf(viewer, flow)).toBe(given ? wanted : 'VIEWER');
  });

  test('takes in the account what giving the role takes', async () => {
    const may: Record<AccountRole, readonly AccountRole[]> = {
      SUPER_ADMIN: ['EDITOR', 'USER_ADMIN', 'IAM_ADMIN', 'ADMIN', 'SUPER_ADMIN'],
      IAM_ADMIN: ['EDITOR', 'IAM_ADMIN'],
      USER_ADMIN: [],
      ADMIN: ['EDITOR', 'USER_ADMIN', 'ADMIN'],
      EDITOR: [],
      VIEWER: [],
    };
    const needs = {
      EDITOR: 'flow:editAny',
      USER_ADMIN: 'user:create',
      IAM_ADMIN: 'accessReview:manage',
      ADMIN: 'billing:manage',
      SUPER_ADMIN: 'role:assignAny',
    } as const;
    for (const role of ACCOUNT_ROLES) {
      const here = await workspace();
      const who = await here.person({ role });
      for (const [wanted, permission] of Object.entries(needs)) {
        const asker = await here.person({ role: 'VIEWER' });
        const requestId = await askFor(asker, [permission]);
        const result = await answering(who, requestId);
        const seen = ['SUPER_ADMIN', 'IAM_ADMIN', 'ADMIN'].includes(role);
        const allowed = may[role].some((each) => each === wanted);
        const end = allowed ? 'SUCCESS' : seen ? 'FORBIDDEN' : 'NOT_FOUND';
        const label = `${role} for ${wanted}`;
        expect(result.errors?.[0]?.extensions.code ?? 'SUCCESS', label).toBe(end);
        if (end === 'FORBIDDEN') {
          expect(refusalIn(result), label).toMatchObject({ denial: { reason: 'OUTRANKED' } });
        }
      }
    }
  });

  test('denies whoever acts for somebody what nobody does for another', async () => {
    const { here, admin, superAdmin, viewer, dataset, requestId } = await asked();
    const program = await here.program();
    await here.letAct(program, { flowId: dataset.rowId });
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    const inAccount = await askFor(viewer, ['user:read']);
    await expect(await answering(program.as(superAdmin), inAccount)).toBeHidden();
    await setRole(viewer, dataset, 'ADMIN');
    const own = await answering(program.as(viewer), requestId);
    expect(refusalIn(own)).toMatchObject({ denial: { reason: 'NOT_DELEGABLE' } });
    expect(await answering(program.as(admin), requestId)).toSucceed();
  });

  test('hides requests of other accounts, and whatever is none', async () => {
    const { stranger, admin, anonymous, dataset, requestId } = await asked();
    for (const [who, id] of [
      [stranger, requestId],
      [admin, dataset.id],
      [admin, globalId('AccessRequest', rowIdOf(dataset.id))],
      [admin, globalId('Dataset', rowIdOf(requestId))],
    ] as const) {
      await expect(await answering(who, id)).toBeHidden();
    }
    expect(await answering(anonymous, requestId)).toFail('UNAUTHENTICATED');
  });

  test('refuses what is one’s own, whatever one may by now', async () => {
    const { here, superAdmin, viewer, dataset, requestId } = await asked();
    await setRole(viewer, dataset, 'ADMIN');
    const result = await answering(viewer, requestId);
    expect(result).toFail('NOT_YOURSELF');
    await expect(result).toHaveAudited({ action, outcome: 'REFUSED', code: 'NOT_YOURSELF' });
    const inAccount = await askFor(superAdmin, ['apiKey:manage']);
    expect(await answering(superAdmin, inAccount)).toFail('NOT_YOURSELF');
    const { user } = await keyOf(here, { userId: superAdmin.id });
    expect(await answering(user, inAccount)).toFail('NOT_YOURSELF');
  });

  test.each(['APPROVED', 'REFUSED', 'WITHDRAWN'] as const)(
    'refuses one that is %s, and changes nothing',
    async (state) => {
      const { admin, superAdmin, viewer, dataset, requestId } = await asked();
      const { client } = await testDatabase();
      const inAccount = await askFor(viewer, ['user:read']);
      const data = { state, decidedAt: new Date() };
      await client.accessRequest.updateMany({ where: { requesterId: viewer.id }, data });
      for (const [who, id] of [
        [admin, requestId],
        [superAdmin, inAccount],
      ] as const) {
        const result = await answering(who, id);
        expect(result).toFail('REQUEST_CLOSED');
        expect(refusalIn(result)).toMatchObject({ state });
        await expect(result).toHaveAudited({ action, outcome: 'REFUSED', code: 'REQUEST_CLOSED' });
      }
      expect(await roleOf(viewer, dataset)).toBe('VIEWER');
      expect(await accountRolesOf(viewer)).toEqual(['VIEWER']);
    },
  );

  test('leaves one that is pending to be answered, and one that is not alone', async () => {
    const { admin, viewer, requestId } = await asked();
    expect(await requestsOf(viewer, { state: ['PENDING'] })).toEqual([requestId]);
    expect(await answering(admin, requestId)).toSucceed();
    expect(await requestsOf(viewer, { state: ['PENDING'] })).toEqual([]);
  });
});

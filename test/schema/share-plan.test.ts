import { expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { createFlow } from '../support/flow-world.js';
import {
  AddDatasetMember,
  AddFlowMember,
  ChangeDatasetMemberRole,
  GetDataset,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

async function office(plan: 'FREE' | 'PRO' | 'ENTERPRISE') {
  const here = await workspace();
  const [owner, ada] = await here.people([{ name: 'Olga' }, { name: 'Ada' }]);
  const [old, fresh] = [await here.group([ada], 'Old'), await here.group([ada], 'Fresh')];
  const dataset = await here.dataset({
    members: [
      { user: owner, role: 'ADMIN' },
      { groupId: old, role: 'VIEWER' },
    ],
  });
  const flow = await createFlow(here, { members: [{ user: owner, role: 'OWNER' }] });
  const { client } = await testDatabase();
  await client.account.update({ where: { id: here.accountId }, data: { plan } });
  const granteeId = globalId('Group', fresh);
  return { here, owner, ada, dataset, flow, granteeId };
}

test.each(['FREE', 'PRO'] as const)('on %s nothing is shared with a group', async (plan) => {
  const { here, owner, dataset, flow, granteeId } = await office(plan);
  for (const whom of [{ granteeId }, { nameOrEmail: 'Fresh' }]) {
    const input = { ...whom, role: 'VIEWER' } as const;
    for (const [action, result] of [
      [
        'datasetMember.added',
        await owner.run(AddDatasetMember, { input: { ...input, datasetId: dataset.id } }),
      ],
      [
        'flowMember.added',
        await owner.run(AddFlowMember, { input: { ...input, flowId: flow.id } }),
      ],
    ] as const) {
      expect(result).toFail('PLAN_REQUIRED');
      expect(result.errors?.[0]?.extensions).toMatchObject({ plan: 'ENTERPRISE', has: plan });
      await expect(result).toHaveAudited({ action, outcome: 'REFUSED', code: 'PLAN_REQUIRED' });
    }
  }
  const { client } = await testDatabase();
  const groupId = { not: null };
  expect(await client.flowMember.count({ where: { accountId: here.accountId, groupId } })).toBe(1);
});

test.each(['FREE', 'PRO'] as const)('on %s what is shared with a group stays', async (plan) => {
  const { owner, ada, dataset } = await office(plan);
  expect(await ada.run(GetDataset, { id: dataset.id })).toSucceed();
  const [, memberId = ''] = dataset.memberIds;
  const input = { datasetId: dataset.id, memberId, role: 'MEMBER' } as const;
  expect(await owner.run(ChangeDatasetMemberRole, { input })).toSucceed();
  const direct = { datasetId: dataset.id, nameOrEmail: 'Ada', role: 'VIEWER' } as const;
  expect(await owner.run(AddDatasetMember, { input: direct })).toSucceed();
});

test('on ENTERPRISE datasets and flows are shared with groups', async () => {
  const { owner, dataset, flow, granteeId } = await office('ENTERPRISE');
  const input = { granteeId, role: 'VIEWER' } as const;
  expect(
    await owner.run(AddDatasetMember, { input: { ...input, datasetId: dataset.id } }),
  ).toSucceed();
  expect(await owner.run(AddFlowMember, { input: { ...input, flowId: flow.id } })).toSucceed();
});

test('whoever may not share is not told of the plan', async () => {
  const { ada, dataset, granteeId } = await office('FREE');
  const input = { datasetId: dataset.id, granteeId, role: 'VIEWER' } as const;
  expect(await ada.run(AddDatasetMember, { input })).toBeDenied({ missing: 'datasetMember:write' });
});

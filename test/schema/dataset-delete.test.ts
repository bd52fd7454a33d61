import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { DeleteDataset, GetDataset, RenameDataset } from '../support/operations.js';
import { world } from '../support/world.js';

describe('deleteDataset', () => {
  test('allows an Admin, and takes members, settings and views with it', async () => {
    const { here, admin, viewer, dataset } = await world();
    await here.view(dataset);
    const input = { datasetId: dataset.id, name: dataset.name };
    const result = await admin.run(DeleteDataset, { input });
    expect(result).toSucceed();
    expect(result.data?.deleteDataset?.deletedId).toBe(dataset.id);
    for (const person of [admin, viewer]) {
      await expect(await person.run(GetDataset, { id: dataset.id })).toBeHidden();
    }
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId };
    expect(await client.flowMember.count({ where })).toBe(0);
    expect(await client.datasetSettings.count({ where })).toBe(0);
    expect(await client.datasetView.count({ where })).toBe(0);
  });

  test('allows an Admin by group', async () => {
    const { here, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({ members: [{ groupId, role: 'ADMIN' }] });
    const input = { datasetId: dataset.id, name: dataset.name };
    expect(await outsider.run(DeleteDataset, { input })).toSucceed();
  });

  test('allows a service account that is Admin, and ends the grants on it', async () => {
    const { here, dataset } = await world();
    const [robot, other] = [await here.program('Robot'), await here.program('Other')];
    const { client } = await testDatabase();
    const { accountId } = here;
    const member = { flowId: dataset.rowId, serviceAccountId: robot.id, role: 'ADMIN' } as const;
    await client.flowMember.create({ data: { accountId, ...member } });
    await here.letAct(other, { flowId: dataset.rowId });
    const input = { datasetId: dataset.id, name: dataset.name };
    expect(await robot.run(DeleteDataset, { input })).toSucceed();
    const grants = await client.impersonationGrant.findMany({ where: { accountId } });
    expect(grants).toMatchObject([{ revokedById: robot.id, revokedAt: expect.any(Date) }]);
  });

  test('denies a Member and a Viewer', async () => {
    const { admin, member, viewer, dataset } = await world();
    const input = { datasetId: dataset.id, name: dataset.name };
    const missing = 'dataset:delete';
    expect(await member.run(DeleteDataset, { input })).toBeDenied({ missing, role: 'Member' });
    expect(await viewer.run(DeleteDataset, { input })).toBeDenied({ missing, role: 'Viewer' });
    expect(await admin.run(GetDataset, { id: dataset.id })).toSucceed();
  });

  test('hides the dataset from everybody else, whatever name they type', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    for (const name of [dataset.name, 'Something else']) {
      const input = { datasetId: dataset.id, name };
      await expect(await outsider.run(DeleteDataset, { input })).toBeHidden();
      await expect(await stranger.run(DeleteDataset, { input })).toBeHidden();
      expect(await anonymous.run(DeleteDataset, { input })).toFail('UNAUTHENTICATED');
    }
  });

  test('refuses a name that is not typed exactly, and tells a Member nothing of it', async () => {
    const { admin, member, dataset } = await world();
    const rename = { datasetId: dataset.id, name: 'Café Münster 🦊' };
    expect(await admin.run(RenameDataset, { input: rename })).toSucceed();
    for (const name of [
      'Suppliers',
      '',
      'café Münster 🦊',
      'Café Münster 🦊 ',
      'Café Münster 🦊'.normalize('NFD'),
      'Café Münster',
    ]) {
      const input = { datasetId: dataset.id, name };
      expect(await admin.run(DeleteDataset, { input })).toFail('NAME_MISMATCH');
      expect(await member.run(DeleteDataset, { input })).toBeDenied({ missing: 'dataset:delete' });
    }
    expect(await admin.run(DeleteDataset, { input: rename })).toSucceed();
  });

  test('refuses a second time like the first time for what never was', async () => {
    const { admin, dataset } = await world();
    const input = { datasetId: dataset.id, name: dataset.name };
    expect(await admin.run(DeleteDataset, { input })).toSucceed();
    await expect(await admin.run(DeleteDataset, { input })).toBeHidden();
  });

  test('audits', async () => {
    const { admin, viewer, dataset } = await world();
    const target = { action: 'dataset.deleted', targetType: 'Dataset', targetId: dataset.rowId };
    const input = { datasetId: dataset.id, name: dataset.name };
    await expect(await viewer.run(DeleteDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['dataset:delete'] }),
    });
    const mistyped = { ...input, name: 'Supplier' };
    await expect(await admin.run(DeleteDataset, { input: mistyped })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'NAME_MISMATCH',
    });
    await expect(await admin.run(DeleteDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: { name: dataset.name, description: '' },
      after: null,
    });
  });
});

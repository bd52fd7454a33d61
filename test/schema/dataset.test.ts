import { describe, expect, test } from 'vitest';

import { GetDataset, RenameDataset } from '../support/operations.js';
import { world } from '../support/world.js';

describe('renameDataset', () => {
  test('allows an Admin', async () => {
    const { admin, dataset } = await world();
    const result = await admin.run(RenameDataset, {
      input: { datasetId: dataset.id, name: 'Neu 🦊' },
    });
    expect(result).toSucceed();
    expect(result.data?.renameDataset?.dataset?.name).toBe('Neu 🦊');
  });

  test('denies a Member and a Viewer', async () => {
    const { member, viewer, dataset } = await world();
    const input = { datasetId: dataset.id, name: 'Mine' };
    expect(await member.run(RenameDataset, { input })).toBeDenied({
      missing: 'dataset:rename',
      role: 'Member',
    });
    expect(await viewer.run(RenameDataset, { input })).toBeDenied({
      missing: 'dataset:rename',
      role: 'Viewer',
    });
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    const input = { datasetId: dataset.id, name: 'Mine' };
    await expect(await outsider.run(RenameDataset, { input })).toBeHidden();
    await expect(await stranger.run(RenameDataset, { input })).toBeHidden();
    expect(await anonymous.run(RenameDataset, { input })).toFail('UNAUTHENTICATED');
    await expect(await outsider.run(GetDataset, { id: dataset.id })).toBeHidden();
  });

  test('refuses what is no name', async () => {
    const { admin, dataset } = await world();
    for (const name of ['', '   ', 'x'.repeat(201), 'a\0b', 'a\nb', '\uD800']) {
      const result = await admin.run(RenameDataset, { input: { datasetId: dataset.id, name } });
      expect(result).toFail('INVALID_INPUT');
    }
  });

  test('audits', async () => {
    const { admin, viewer, dataset } = await world();
    const input = { datasetId: dataset.id, name: 'New' };
    const target = { targetType: 'Dataset', targetId: dataset.rowId, action: 'dataset.renamed' };
    await expect(await admin.run(RenameDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: { name: dataset.name },
      after: { name: 'New' },
    });
    await expect(await viewer.run(RenameDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['dataset:rename'] }),
    });
  });
});

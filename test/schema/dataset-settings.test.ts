import { describe, expect, test } from 'vitest';

import {
  GetDatasetSettings,
  GetDatasetWhole,
  UpdateDatasetSettings,
} from '../support/operations.js';
import { globalId, workspace, world } from '../support/world.js';

const DEFAULTS = {
  downloadPolicy: 'EVERY_ROLE',
  printPolicy: 'EVERY_ROLE',
  exportPolicy: 'EVERY_ROLE',
  defaultView: null,
} as const;

describe('updateDatasetSettings', () => {
  test('allows an Admin to change all of them', async () => {
    const { here, admin, dataset } = await world();
    const defaultViewId = await here.view(dataset);
    const policies = {
      downloadPolicy: 'NOBODY',
      printPolicy: 'ADMINS',
      exportPolicy: 'ADMINS_AND_MEMBERS',
    } as const;
    const result = await admin.run(UpdateDatasetSettings, {
      input: { datasetId: dataset.id, defaultViewId, ...policies },
    });
    expect(result).toSucceed();
    expect(result.data?.updateDatasetSettings?.dataset?.settings).toEqual({
      ...policies,
      defaultView: { id: defaultViewId },
    });
    const { data } = await admin.run(GetDatasetSettings, { id: dataset.id });
    expect(data?.dataset?.settings).toEqual({
      ...policies,
      defaultView: { id: defaultViewId, name: 'A view' },
    });
  });

  test('keeps the settings that are not given, and those given as null except the view', async () => {
    const { here, admin, dataset } = await world();
    const defaultViewId = await here.view(dataset);
    const change = async (settings: {
      readonly exportPolicy?: 'ADMINS' | null;
      readonly printPolicy?: 'NOBODY' | null;
      readonly defaultViewId?: string | null;
    }) => {
      const input = { datasetId: dataset.id, ...settings };
      const { data } = await admin.run(UpdateDatasetSettings, { input });
      return data?.updateDatasetSettings?.dataset?.settings;
    };
    expect(await change({})).toEqual(DEFAULTS);
    expect(await change({ exportPolicy: 'ADMINS' })).toEqual({
      ...DEFAULTS,
      exportPolicy: 'ADMINS',
    });
    const withView = { ...DEFAULTS, exportPolicy: 'ADMINS', defaultView: { id: defaultViewId } };
    expect(await change({ defaultViewId })).toEqual(withView);
    expect(await change({ printPolicy: 'NOBODY', exportPolicy: null })).toEqual({
      ...withView,
      printPolicy: 'NOBODY',
    });
    expect(await change({ defaultViewId: null })).toEqual({
      ...DEFAULTS,
      exportPolicy: 'ADMINS',
      printPolicy: 'NOBODY',
    });
  });

  test('allows an Admin by group', async () => {
    const { here, outsider, admin } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { groupId, role: 'ADMIN' },
      ],
    });
    const result = await outsider.run(UpdateDatasetSettings, {
      input: { datasetId: dataset.id, printPolicy: 'ADMINS' },
    });
    expect(result).toSucceed();
    await expect(result).toHaveAudited({ via: 'GROUP' });
  });

  test('denies a Member and a Viewer, and changes nothing', async () => {
    const { admin, member, viewer, dataset } = await world();
    const input = { datasetId: dataset.id, exportPolicy: 'NOBODY' } as const;
    const missing = 'dataset:configure';
    const asMember = await member.run(UpdateDatasetSettings, { input });
    expect(asMember).toBeDenied({ missing, role: 'Member' });
    const asViewer = await viewer.run(UpdateDatasetSettings, { input });
    expect(asViewer).toBeDenied({ missing, role: 'Viewer' });
    const { data } = await admin.run(GetDatasetSettings, { id: dataset.id });
    expect(data?.dataset?.settings).toEqual(DEFAULTS);
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    const input = { datasetId: dataset.id, exportPolicy: 'NOBODY' } as const;
    await expect(await outsider.run(UpdateDatasetSettings, { input })).toBeHidden();
    await expect(await stranger.run(UpdateDatasetSettings, { input })).toBeHidden();
    expect(await anonymous.run(UpdateDatasetSettings, { input })).toFail('UNAUTHENTICATED');
  });

  test('refuses a view of another dataset like one that does not exist', async () => {
    const { here, admin, dataset } = await world();
    const another = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    const elsewhere = await workspace();
    const ids = [
      await here.view(another),
      await elsewhere.view(await elsewhere.dataset({})),
      globalId('DatasetView', dataset.rowId),
      dataset.id,
      'garbage',
      '',
    ];
    const input = { datasetId: dataset.id, exportPolicy: 'NOBODY' } as const;
    const answers = new Set<string>();
    for (const defaultViewId of ids) {
      const result = await admin.run(UpdateDatasetSettings, { input: { ...input, defaultViewId } });
      expect(result).toFail('NOT_FOUND');
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
    const { data } = await admin.run(GetDatasetSettings, { id: dataset.id });
    expect(data?.dataset?.settings).toEqual(DEFAULTS);
  });

  test('audits', async () => {
    const { here, admin, viewer, dataset } = await world();
    const viewId = await here.view(dataset);
    const target = { action: 'dataset.configured', targetType: 'Dataset', targetId: dataset.rowId };
    const before = {
      downloadPolicy: 'EVERY_ROLE',
      printPolicy: 'EVERY_ROLE',
      exportPolicy: 'EVERY_ROLE',
      defaultViewId: null,
    };
    const input = { datasetId: dataset.id, exportPolicy: 'NOBODY', defaultViewId: viewId } as const;
    await expect(await admin.run(UpdateDatasetSettings, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before,
      after: {
        ...before,
        exportPolicy: 'NOBODY',
        defaultViewId: Buffer.from(viewId, 'base64url').toString().split(':')[1],
      },
    });
    await expect(await viewer.run(UpdateDatasetSettings, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['dataset:configure'] }),
    });
    const missing = { datasetId: dataset.id, defaultViewId: 'garbage' };
    await expect(await admin.run(UpdateDatasetSettings, { input: missing })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
  });
});

describe('the settings of a dataset', () => {
  test('are null for a Member and a Viewer, and what stands beside them answers', async () => {
    const { member, viewer, dataset } = await world();
    for (const [person, role] of [
      [member, 'Member'],
      [viewer, 'Viewer'],
    ] as const) {
      const { data, errors } = await person.run(GetDatasetWhole, { id: dataset.id });
      expect(data?.dataset).toMatchObject({ id: dataset.id, name: 'Suppliers', settings: null });
      const refusal = errors?.find(({ path }) => path?.join('.') === 'dataset.settings');
      expect(refusal?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        denial: { permission: 'dataset:configure', role, missing: ['dataset:configure'] },
      });
    }
  });
});

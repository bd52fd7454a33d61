import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  CreateDatasetView,
  DeleteDatasetView,
  GetDatasetSettings,
  ListViews,
  UpdateDatasetField,
  UpdateDatasetSettings,
  UpdateDatasetView,
} from '../support/operations.js';
import { endOf, refusalIn, table, valuesOf, type FieldDraft } from '../support/table.js';
import { globalId, workspace, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT' },
  { name: 'Price', type: 'NUMBER' },
];

const CONFIGURATION = {
  filter: { or: [{ field: 'price', gte: '1.5' }, { not: { field: 'name', contains: 'x' } }] },
  orderBy: [{ field: 'price', direction: 'DESC' as const }],
  fields: ['price', 'name'],
};

const NOTHING = { filter: null, orderBy: [], fields: null };

function create(who: Actor, { id }: Shared, design: object = CONFIGURATION) {
  return who.run(CreateDatasetView, { input: { datasetId: id, name: 'Cheap', ...design } });
}

function update(who: Actor, { id }: Shared, viewId: string, change: object) {
  return who.run(UpdateDatasetView, { input: { datasetId: id, viewId, ...change } });
}

function remove(who: Actor, { id }: Shared, viewId: string) {
  return who.run(DeleteDatasetView, { input: { datasetId: id, viewId } });
}

function rename(who: Actor, dataset: Shared, viewId: string) {
  return update(who, dataset, viewId, { name: 'Dear' });
}

async function idOf(created: ReturnType<typeof create>): Promise<string> {
  const { data, errors } = await created;
  const id = data?.createDatasetView?.view?.id;
  if (id === undefined) throw new Error(`No view: ${JSON.stringify(errors)}`);
  return id;
}

async function viewsOf(reader: Actor, { id }: Shared) {
  const { data } = await reader.run(ListViews, { id });
  return data?.dataset?.views ?? [];
}

/** A dataset with a view of each of those who can have one. */
async function views() {
  const all = await table(FIELDS);
  const { admin, member, dataset } = all;
  const adminsView = await idOf(create(admin, dataset));
  const membersView = await idOf(create(member, dataset));
  return { ...all, adminsView, membersView };
}

const missing = 'datasetView:write';

describe('createDatasetView', () => {
  test('allows an Admin and a Member, whose own it is', async () => {
    const { admin, member, dataset } = await table(FIELDS);
    for (const who of [admin, member]) {
      const result = await create(who, dataset);
      expect(result).toSucceed();
      expect(result.data?.createDatasetView?.view).toEqual({
        id: expect.any(String),
        name: 'Cheap',
        createdBy: { id: globalId('User', who.id) },
        configuration: CONFIGURATION,
      });
    }
    const bare = await create(member, dataset, {});
    expect(bare.data?.createDatasetView?.view?.configuration).toEqual(NOTHING);
    expect(await viewsOf(admin, dataset)).toHaveLength(3);
  });

  test('denies a Viewer and a Super Admin without a role', async () => {
    const { admin, viewer, superAdmin, dataset } = await table(FIELDS);
    expect(await create(viewer, dataset)).toBeDenied({ missing, role: 'Viewer' });
    expect(await create(superAdmin, dataset)).toBeDenied({ missing, role: null });
    expect(await viewsOf(admin, dataset)).toEqual([]);
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await table(FIELDS);
    await expect(await create(outsider, dataset)).toBeHidden();
    await expect(await create(stranger, dataset)).toBeHidden();
    expect(await create(anonymous, dataset)).toFail('UNAUTHENTICATED');
  });

  const unfit: readonly object[] = [
    { name: ' ' },
    { name: 'x'.repeat(201) },
    { name: 'a\0' },
    { filter: { field: 'colour', equals: 'Red' } },
    { filter: { not: { or: [{ field: 'price', contains: '1' }] } } },
    { filter: { field: 'price', equals: 'twelve' } },
    { filter: { equals: 'twelve' } },
    { filter: { and: Array.from({ length: 101 }, () => ({ field: 'name', equals: 'a' })) } },
    { orderBy: [{ field: 'colour' }] },
    { orderBy: ['name', 'price', 'name', 'price'].map((field) => ({ field })) },
    { fields: ['name', 'colour'] },
    { fields: ['Name'] },
  ];

  test.each(unfit)('refuses %j', async (design) => {
    const { member, dataset } = await table(FIELDS);
    expect(await create(member, dataset, design)).toFail('INVALID_INPUT');
    const viewId = await idOf(create(member, dataset));
    expect(await update(member, dataset, viewId, design)).toFail('INVALID_INPUT');
    expect(await viewsOf(member, dataset)).toMatchObject([
      { name: 'Cheap', configuration: CONFIGURATION },
    ]);
  });

  test('refuses the 101st', async () => {
    const { here, admin, member, dataset } = await table(FIELDS);
    const { client } = await testDatabase();
    const view = { accountId: here.accountId, flowId: dataset.rowId, name: 'V' };
    await client.datasetView.createMany({ data: Array.from({ length: 99 }, () => view) });
    const races = [create(admin, dataset), create(member, dataset)];
    const ends = (await Promise.all(races)).map(endOf);
    expect(ends.toSorted()).toEqual(['LIMIT_REACHED', 'SUCCESS']);
    expect(refusalIn(await create(member, dataset))).toMatchObject({ limit: 100 });
    expect(await viewsOf(admin, dataset)).toHaveLength(100);
  });

  test('audits', async () => {
    const { member, viewer, dataset } = await table(FIELDS);
    const target = {
      action: 'datasetView.created',
      targetType: 'Dataset',
      targetId: dataset.rowId,
    };
    await expect(await create(viewer, dataset)).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: [missing] }),
    });
    await expect(await create(member, dataset)).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: member.id,
      via: 'DIRECT',
      before: null,
      after: { view: 'Cheap', viewId: expect.any(String) },
    });
  });
});

interface Case {
  readonly name: string;
  readonly action: string;
  readonly audited: object;
  readonly run: (who: Actor, dataset: Shared, viewId: string) => Promise<Result>;
}

const configuration = JSON.stringify(CONFIGURATION);

const CASES: readonly Case[] = [
  {
    name: 'updateDatasetView',
    action: 'datasetView.updated',
    audited: {
      before: { view: 'Cheap', viewId: expect.any(String), configuration },
      after: { view: 'Dear', viewId: expect.any(String), configuration },
    },
    run: rename,
  },
  {
    name: 'deleteDatasetView',
    action: 'datasetView.deleted',
    audited: { before: { view: 'Cheap', viewId: expect.any(String) }, after: null },
    run: remove,
  },
];

describe.each(CASES)('$name', ({ action, audited, run }) => {
  test('allows an Admin any view, and a Member their own, also by group', async () => {
    const { here, admin, outsider, member, dataset, adminsView, membersView } = await views();
    expect(await run(member, dataset, membersView)).toSucceed();
    const another = await idOf(create(member, dataset));
    expect(await run(admin, dataset, another)).toSucceed();
    expect(await run(admin, dataset, adminsView)).toSucceed();
    const groupId = await here.group([outsider]);
    const shared = await here.dataset({ members: [{ groupId, role: 'MEMBER' }] });
    const own = await idOf(create(outsider, shared, {}));
    const result = await run(outsider, shared, own);
    expect(result).toSucceed();
    await expect(result).toHaveAudited({ action, via: 'GROUP' });
  });

  test('denies a Member the views of others, also those of nobody', async () => {
    const { here, admin, member, dataset, adminsView } = await views();
    const before = await viewsOf(admin, dataset);
    const nobodys = await here.view(dataset);
    for (const viewId of [adminsView, nobodys]) {
      expect(await run(member, dataset, viewId)).toBeDenied({ missing, role: 'Member' });
    }
    expect((await viewsOf(admin, dataset)).slice(0, 2)).toEqual(before);
  });

  test('denies a Viewer and a Super Admin without a role, whether there is such a view or not', async () => {
    const { viewer, superAdmin, dataset, membersView } = await views();
    for (const viewId of [membersView, 'garbage']) {
      expect(await run(viewer, dataset, viewId)).toBeDenied({ missing, role: 'Viewer' });
      expect(await run(superAdmin, dataset, viewId)).toBeDenied({ missing, role: null });
    }
  });

  test('denies somebody who became a Viewer their own views', async () => {
    const { member, dataset, membersView } = await views();
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, userId: member.id };
    await client.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
    expect(await run(member, dataset, membersView)).toBeDenied({ missing, role: 'Viewer' });
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset, adminsView } = await views();
    await expect(await run(outsider, dataset, adminsView)).toBeHidden();
    await expect(await run(stranger, dataset, adminsView)).toBeHidden();
    expect(await run(anonymous, dataset, adminsView)).toFail('UNAUTHENTICATED');
  });

  test('refuses views that are not the dataset’s like ones that do not exist', async () => {
    const { here, admin, member, dataset } = await views();
    const another = await here.dataset({ members: [{ user: member, role: 'ADMIN' }] });
    const elsewhere = await workspace();
    const answers = new Set<string>();
    for (const viewId of [
      await idOf(create(member, another, {})),
      await elsewhere.view(await elsewhere.dataset({})),
      globalId('DatasetField', dataset.rowId),
      dataset.id,
      'garbage',
      '',
    ]) {
      for (const who of [admin, member]) {
        const result = await run(who, dataset, viewId);
        await expect(result).toBeHidden();
        answers.add(result.text);
      }
    }
    expect(answers.size).toBe(1);
    expect(await viewsOf(member, another)).toHaveLength(1);
  });

  test('audits', async () => {
    const { admin, member, dataset, adminsView } = await views();
    const target = { action, targetType: 'Dataset', targetId: dataset.rowId };
    await expect(await run(member, dataset, adminsView)).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: [missing] }),
    });
    await expect(await run(admin, dataset, adminsView)).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      ...audited,
    });
  });
});

describe('a view', () => {
  test('keeps what is not given, and loses what is given as null', async () => {
    const { member, dataset, membersView } = await views();
    const after = async (change: object) => {
      const { data } = await update(member, dataset, membersView, change);
      const { id, createdBy, ...view } = data?.updateDatasetView?.view ?? {};
      expect([id, createdBy?.id]).toEqual([membersView, globalId('User', member.id)]);
      return view;
    };
    const view = { name: 'Cheap', configuration: CONFIGURATION };
    expect(await after({})).toEqual(view);
    expect(await after({ name: null })).toEqual(view);
    const fewer = { ...CONFIGURATION, fields: ['name'] };
    expect(await after({ fields: ['name'] })).toEqual({ ...view, configuration: fewer });
    const unfiltered = { ...fewer, filter: null };
    expect(await after({ filter: null, name: 'All' })).toEqual({
      name: 'All',
      configuration: unfiltered,
    });
    expect(await after({ orderBy: null, fields: null })).toEqual({
      name: 'All',
      configuration: NOTHING,
    });
    expect(await after({ orderBy: [{ field: 'name' }] })).toMatchObject({
      configuration: { orderBy: [{ field: 'name', direction: 'ASC' }] },
    });
  });

  test('survives that its fields are renamed', async () => {
    const { admin, dataset, fieldIds, adminsView } = await views();
    const input = { datasetId: dataset.id, fieldId: fieldIds['price'] ?? '', name: 'Cost' };
    await admin.run(UpdateDatasetField, { input });
    const [view] = await viewsOf(admin, dataset);
    expect(view).toMatchObject({ id: adminsView, configuration: CONFIGURATION });
  });

  test('that is deleted is no longer the one that the dataset opens with', async () => {
    const { admin, dataset, adminsView } = await views();
    const input = { datasetId: dataset.id, defaultViewId: adminsView };
    expect(await admin.run(UpdateDatasetSettings, { input })).toSucceed();
    const removed = await remove(admin, dataset, adminsView);
    expect(removed.data?.deleteDatasetView).toEqual({ deletedId: adminsView });
    const { data } = await admin.run(GetDatasetSettings, { id: dataset.id });
    expect(data?.dataset?.settings?.defaultView).toBeNull();
    expect(await viewsOf(admin, dataset)).toHaveLength(1);
  });

  test('shows its rows to a Viewer, and its configuration to its owner and Admins only', async () => {
    const { here, admin, member, viewer, superAdmin, outsider, dataset, adminsView, membersView } =
      await views();
    await here.view(dataset, 'Nobody’s');
    const whole = CONFIGURATION;
    for (const [reader, role, configurations] of [
      [admin, 'Admin', [whole, whole, NOTHING]],
      [member, 'Member', [null, whole, null]],
      [viewer, 'Viewer', [null, null, null]],
      [superAdmin, null, [null, null, null]],
    ] as const) {
      const { data, errors = [] } = await reader.run(ListViews, { id: dataset.id });
      const listed = data?.dataset?.views ?? [];
      expect(listed.map(({ id }) => id).slice(0, 2)).toEqual([adminsView, membersView]);
      expect(listed.map((view) => view.configuration ?? null)).toEqual(configurations);
      const refusals = configurations.flatMap((shown, at) => (shown === null ? [at] : []));
      expect(errors.map(({ path }) => path)).toEqual(
        refusals.map((at) => ['dataset', 'views', at, 'configuration']),
      );
      for (const { extensions } of errors) {
        expect(extensions).toMatchObject({
          code: 'FORBIDDEN',
          denial: { role, missing: ['datasetView:configure'] },
        });
      }
      expect(await valuesOf(reader, dataset, undefined, { view: membersView })).toEqual([]);
    }
    await expect(await outsider.run(ListViews, { id: dataset.id })).toBeHidden();
  });
});

import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  CreateDatasetView,
  DuplicateDataset,
  GetDatasetMembers,
  GetDatasetSettings,
  ListViews,
  MoveDatasetField,
  ReadHistory,
  UpdateDatasetSettings,
} from '../support/operations.js';
import {
  addRows,
  editRows,
  fieldsOf,
  rowsOf,
  storedValues,
  table,
  valuesOf,
  type FieldDraft,
} from '../support/table.js';
import { globalId, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT', isRequired: true, helpText: 'Help' },
  { name: 'Code', type: 'NUMBER', isUnique: true },
  { name: 'Colour', type: 'CHOICE', choices: ['Red', 'Green'], defaultValue: 'Red' },
  { name: 'Who', type: 'USER' },
];

function duplicate(who: Actor, { id }: Pick<Shared, 'id'>, others: object = {}) {
  return who.run(DuplicateDataset, { input: { datasetId: id, ...others } });
}

async function copyOf(duplicated: ReturnType<typeof duplicate>): Promise<Shared> {
  const { data, errors } = await duplicated;
  const copy = data?.duplicateDataset?.dataset;
  if (!copy) throw new Error(`No copy: ${JSON.stringify(errors)}`);
  const [, rowId = ''] = Buffer.from(copy.id, 'base64url').toString().split(':');
  return { id: copy.id, rowId, name: copy.name, memberIds: [] };
}

const missing = 'dataset:duplicate';

describe('duplicateDataset', () => {
  test('allows an Admin and a Member, who is the only member of the copy, as Admin', async () => {
    const { here, admin, member, outsider, superAdmin, viewer, dataset } = await table(FIELDS, [
      { name: 'a' },
    ]);
    const groupId = await here.group([outsider]);
    const { client } = await testDatabase();
    const { accountId } = here;
    await client.flowMember.create({
      data: { accountId, flowId: dataset.rowId, groupId, role: 'MEMBER' },
    });
    for (const who of [admin, member, outsider]) {
      const result = await duplicate(who, dataset);
      expect(result).toSucceed();
      expect(result.data?.duplicateDataset?.dataset).toMatchObject({
        name: 'Copy of Suppliers',
        access: { role: 'ADMIN' },
        rows: { totalCount: 0 },
      });
      const copy = await copyOf(Promise.resolve(result));
      expect(copy.id).not.toBe(dataset.id);
      const { data } = await who.run(GetDatasetMembers, { id: copy.id });
      expect(data?.dataset?.members?.edges.map(({ node }) => node)).toMatchObject([
        { role: 'ADMIN', grantee: { id: globalId('User', who.id) } },
      ]);
      await expect(await viewer.run(GetDatasetSettings, { id: copy.id })).toBeHidden();
      const { data: seen } = await superAdmin.run(GetDatasetMembers, { id: copy.id });
      expect(seen?.dataset?.members?.totalCount).toBe(1);
    }
  });

  test('denies a Viewer and a Super Admin without a role, and makes nothing', async () => {
    const { here, viewer, superAdmin, dataset } = await table(FIELDS);
    expect(await duplicate(viewer, dataset)).toBeDenied({ missing, role: 'Viewer' });
    expect(await duplicate(superAdmin, dataset)).toBeDenied({ missing, role: null });
    const { client } = await testDatabase();
    expect(await client.flow.count({ where: { accountId: here.accountId } })).toBe(1);
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await table(FIELDS);
    await expect(await duplicate(outsider, dataset)).toBeHidden();
    await expect(await duplicate(stranger, dataset)).toBeHidden();
    expect(await duplicate(anonymous, dataset)).toFail('UNAUTHENTICATED');
  });

  test('refuses names that are none, and cuts one that is too long between characters', async () => {
    const { here, admin, dataset } = await table([]);
    for (const name of ['', ' ', 'a\nb', 'x'.repeat(201)]) {
      expect(await duplicate(admin, dataset, { name })).toFail('INVALID_INPUT');
    }
    expect((await copyOf(duplicate(admin, dataset, { name: ' Mine ' }))).name).toBe('Mine');
    const members = [{ user: admin, role: 'ADMIN' as const }];
    for (const [name, copied] of [
      ['x'.repeat(192), 'x'.repeat(192)],
      ['x'.repeat(200), 'x'.repeat(192)],
      [`${'x'.repeat(191)}👍`, 'x'.repeat(191)],
      [`${'x'.repeat(190)}👍`, `${'x'.repeat(190)}👍`],
    ] as const) {
      const source = await here.dataset({ name, members });
      expect((await copyOf(duplicate(admin, source))).name).toBe(`Copy of ${copied}`);
    }
  });

  test('copies the fields with all that they are, in their order', async () => {
    const { admin, member, dataset, fieldIds } = await table(FIELDS);
    const input = { datasetId: dataset.id, fieldId: fieldIds['colour'] ?? '', position: 0 };
    await admin.run(MoveDatasetField, { input });
    const source = await fieldsOf(admin, dataset);
    const copied = await fieldsOf(member, await copyOf(duplicate(member, dataset)));
    expect(copied.map(({ key }) => key)).toEqual(['colour', 'name', 'code', 'who']);
    expect(copied).toEqual(source.map((field) => ({ ...field, id: expect.any(String) })));
    const ids = [...source, ...copied].map(({ id }) => id);
    expect(new Set(ids).size).toBe(8);
  });

  test('copies the rows if wanted, in their order, as new ones', async () => {
    const { admin, member, dataset, rowIds } = await table(
      FIELDS,
      Array.from({ length: 300 }, (_, at) => ({ name: `${(at * 7) % 300}`, code: at })),
    );
    const [first = ''] = rowIds;
    const who = globalId('User', member.id);
    await editRows(admin, dataset, [{ id: first, version: 1, values: { name: 'First', who } }]);
    const empty = await copyOf(duplicate(member, dataset, { withRows: false }));
    expect(await storedValues(empty)).toEqual([]);
    const result = await duplicate(member, dataset, { withRows: true });
    expect(result.data?.duplicateDataset?.dataset?.rows?.totalCount).toBe(300);
    const copy = await copyOf(Promise.resolve(result));
    expect(await storedValues(copy)).toEqual(await storedValues(dataset));
    const rows = await rowsOf(member, copy, { first: 100 });
    expect(rows[0]).toMatchObject({
      version: 1,
      values: { name: 'First', code: '0', colour: 'Red', who },
    });
    expect(rows.map(({ values }) => values)).toEqual(
      await valuesOf(admin, dataset, undefined, { first: 100 }),
    );
    expect(rows.some(({ id }) => rowIds.includes(id))).toBe(false);
    await addRows(member, copy, [{ name: 'Last' }]);
    expect(await valuesOf(member, copy, 'name', { last: 1 })).toEqual(['Last']);
    expect(await storedValues(dataset)).toHaveLength(300);
  });

  test('keeps unique values unique in the copy, and apart from the source', async () => {
    const { admin, dataset } = await table(FIELDS, [{ name: 'a', code: '1' }, { name: 'b' }]);
    const copy = await copyOf(duplicate(admin, dataset, { withRows: true }));
    expect(await addRows(admin, copy, [{ name: 'c', code: '1.0' }])).toFail('INVALID_CELLS');
    expect(await addRows(admin, copy, [{ name: 'c', code: '2' }])).toSucceed();
    expect(await addRows(admin, dataset, [{ name: 'c', code: '2' }])).toSucceed();
    const [row] = await rowsOf(admin, copy);
    const freed = [{ id: row?.id ?? '', version: 1, values: { code: '3' } }];
    expect(await editRows(admin, copy, freed)).toSucceed();
    expect(await addRows(admin, copy, [{ name: 'd', code: '1' }])).toSucceed();
    expect(await addRows(admin, dataset, [{ name: 'd', code: '1' }])).toFail('INVALID_CELLS');
  });

  test('copies the views whose configuration its maker may see, for the new fields', async () => {
    const { here, admin, member, dataset } = await table(FIELDS, [
      { name: 'a', code: 1 },
      { name: 'b', code: 2 },
    ]);
    const configuration = {
      filter: {
        and: [
          { field: 'code', gt: '1' },
          { field: 'colour', equals: 'Red' },
        ],
      },
      orderBy: [{ field: 'name', direction: 'DESC' as const }],
      fields: ['name', 'code'],
    };
    for (const [who, name] of [
      [admin, 'Ada’s'],
      [member, 'Mira’s'],
    ] as const) {
      await who.run(CreateDatasetView, {
        input: { datasetId: dataset.id, name, ...configuration },
      });
    }
    await here.view(dataset, 'Nobody’s');
    for (const [who, names] of [
      [admin, ['Ada’s', 'Mira’s', 'Nobody’s']],
      [member, ['Mira’s']],
    ] as const) {
      const copy = await copyOf(duplicate(who, dataset, { withRows: true }));
      const { data, errors } = await who.run(ListViews, { id: copy.id });
      expect(errors).toBeUndefined();
      const views = data?.dataset?.views ?? [];
      expect(views.map(({ name }) => name)).toEqual(names);
      expect(views[0]).toMatchObject({
        configuration,
        createdBy: { id: globalId('User', who.id) },
      });
      const view = views[0]?.id ?? '';
      expect(await valuesOf(who, copy, 'name', { view })).toEqual(['b']);
    }
  });

  test('copies the policies', async () => {
    const { admin, member, dataset } = await table([]);
    const policies = {
      downloadPolicy: 'NOBODY',
      printPolicy: 'ADMINS',
      exportPolicy: 'ADMINS_AND_MEMBERS',
    } as const;
    const input = { datasetId: dataset.id, ...policies };
    expect(await admin.run(UpdateDatasetSettings, { input })).toSucceed();
    const copy = await copyOf(duplicate(member, dataset));
    const { data } = await member.run(GetDatasetSettings, { id: copy.id });
    expect(data?.dataset?.settings).toEqual({ ...policies, defaultView: null });
  });

  test('leaves the history behind', async () => {
    const { admin, dataset } = await table(FIELDS, [{ name: 'a' }]);
    const copy = await copyOf(duplicate(admin, dataset, { withRows: true }));
    const historyOf = async (id: string) => {
      const { data } = await admin.run(ReadHistory, { id });
      return data?.dataset?.history?.edges.map(({ node }) => node) ?? [];
    };
    expect(await historyOf(copy.id)).toEqual([]);
    const values = [
      { name: 'name', fieldId: null, before: null, after: 'Copy of Suppliers' },
      { name: 'copyId', fieldId: null, before: null, after: copy.id },
      { name: 'rows', fieldId: null, before: null, after: 1 },
    ];
    const [entry] = await historyOf(dataset.id);
    expect(entry).toMatchObject({
      action: 'DATASET_DUPLICATED',
      values: expect.arrayContaining(values),
    });
    await addRows(admin, copy, [{ name: 'b' }]);
    expect(await historyOf(copy.id)).toMatchObject([{ action: 'DATASET_ROW_ADDED' }]);
  });

  test('audits, and names the copy', async () => {
    const { member, viewer, dataset } = await table(FIELDS, [{ name: 'a' }]);
    const target = { action: 'dataset.duplicated', targetType: 'Dataset', targetId: dataset.rowId };
    await expect(await duplicate(viewer, dataset)).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: [missing] }),
    });
    const result = await duplicate(member, dataset, { name: 'Mine', withRows: true });
    const copy = await copyOf(Promise.resolve(result));
    await expect(result).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: member.id,
      via: 'DIRECT',
      before: null,
      after: { name: 'Mine', copyId: copy.rowId, rows: 1 },
    });
  });
});

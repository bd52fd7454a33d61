import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { MoveDatasetField, RemoveDatasetField, UpdateDatasetField } from '../support/operations.js';
import {
  addField,
  addRows,
  endOf,
  fieldsOf,
  refusalIn,
  rowsOf,
  table,
  valuesOf,
  type FieldDraft,
} from '../support/table.js';
import { globalId, type Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT', isRequired: true, helpText: 'As on the invoice' },
  { name: 'Unit price (€)', type: 'NUMBER' },
  { name: 'Colour', type: 'CHOICE', choices: ['Red', 'Green'], defaultValue: 'Red' },
];

const ROW = { name: 'Screws', unitPrice: '1.50' };

const RENAMED = { name: 'Other' };

function update(who: Actor, { id }: Shared, fieldId = '', change: object = RENAMED) {
  return who.run(UpdateDatasetField, { input: { datasetId: id, fieldId, ...change } });
}

function remove(who: Actor, { id }: Shared, fieldId = '') {
  return who.run(RemoveDatasetField, { input: { datasetId: id, fieldId } });
}

function move(who: Actor, { id }: Shared, fieldId = '', position = 0) {
  return who.run(MoveDatasetField, { input: { datasetId: id, fieldId, position } });
}

async function keysOf(reader: Actor, dataset: Shared) {
  const fields = await fieldsOf(reader, dataset);
  expect(fields.map(({ position }) => position)).toEqual(fields.map((_, at) => at));
  return fields.map(({ key }) => key);
}

const PRICE = { field: 'Unit price (€)', type: 'NUMBER' };

interface Case {
  readonly name: string;
  readonly missing: string;
  readonly action: string;
  readonly audited: object;
  readonly run: (who: Actor, dataset: Shared, fieldId?: string) => Promise<Result>;
}

const CASES: readonly Case[] = [
  {
    name: 'addDatasetField',
    missing: 'datasetField:write',
    action: 'datasetField.added',
    audited: {
      before: null,
      after: { field: 'Stock', type: 'NUMBER', isRequired: false, isUnique: true },
    },
    run: (who, dataset) =>
      addField(who, dataset, { name: 'Stock', type: 'NUMBER', isUnique: true }),
  },
  {
    name: 'updateDatasetField',
    missing: 'datasetField:edit',
    action: 'datasetField.updated',
    audited: { before: PRICE, after: { ...PRICE, field: 'Other' } },
    run: update,
  },
  {
    name: 'removeDatasetField',
    missing: 'datasetField:edit',
    action: 'datasetField.removed',
    audited: { before: PRICE, after: null },
    run: remove,
  },
  {
    name: 'moveDatasetField',
    missing: 'datasetField:write',
    action: 'datasetField.moved',
    audited: {
      before: { field: 'Unit price (€)', position: 1 },
      after: { field: 'Unit price (€)', position: 0 },
    },
    run: move,
  },
];

describe.each(CASES)('$name', ({ missing, action, audited, run }) => {
  test('allows an Admin, also by group', async () => {
    const { here, admin, outsider, dataset, fieldIds } = await table(FIELDS, [ROW]);
    const before = await fieldsOf(admin, dataset);
    expect(await run(admin, dataset, fieldIds['unitPrice'])).toSucceed();
    expect(await fieldsOf(admin, dataset)).not.toEqual(before);
    const groupId = await here.group([outsider]);
    const shared = await here.dataset({ members: [{ groupId, role: 'ADMIN' }] });
    const added = await addField(outsider, shared, { name: 'First', type: 'TEXT' });
    const result = await run(outsider, shared, added.data?.addDatasetField?.field?.id);
    expect(result).toSucceed();
    await expect(result).toHaveAudited({ via: 'GROUP', action });
  });

  test('denies a Member, a Viewer and a Super Admin without a role, and changes nothing', async () => {
    const { admin, member, viewer, superAdmin, dataset, fieldIds } = await table(FIELDS, [ROW]);
    const before = [await fieldsOf(admin, dataset), await rowsOf(admin, dataset)];
    for (const [who, role] of [
      [member, 'Member'],
      [viewer, 'Viewer'],
      [superAdmin, null],
    ] as const) {
      expect(await run(who, dataset, fieldIds['unitPrice'])).toBeDenied({ missing, role });
    }
    expect([await fieldsOf(admin, dataset), await rowsOf(admin, dataset)]).toEqual(before);
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset, fieldIds } = await table(FIELDS);
    await expect(await run(outsider, dataset, fieldIds['unitPrice'])).toBeHidden();
    await expect(await run(stranger, dataset, fieldIds['unitPrice'])).toBeHidden();
    expect(await run(anonymous, dataset, fieldIds['unitPrice'])).toFail('UNAUTHENTICATED');
  });

  test('audits', async () => {
    const { admin, viewer, dataset, fieldIds } = await table(FIELDS);
    const target = { action, targetType: 'Dataset', targetId: dataset.rowId };
    await expect(await run(viewer, dataset, fieldIds['unitPrice'])).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ permission: missing }),
    });
    await expect(await run(admin, dataset, fieldIds['unitPrice'])).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      ...audited,
    });
  });
});

describe.each(CASES.slice(1))('$name', ({ run }) => {
  test('refuses fields that are not the dataset’s', async () => {
    const { here, admin, dataset, fieldIds } = await table(FIELDS);
    const another = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    const { data } = await addField(admin, another, { name: 'Name', type: 'TEXT' });
    const answers = new Set<string>();
    for (const fieldId of [
      data?.addDatasetField?.field?.id ?? '',
      globalId(
        'DatasetView',
        Buffer.from(fieldIds['name'] ?? '', 'base64url')
          .toString()
          .slice(13),
      ),
      dataset.id,
      'name',
      '',
    ]) {
      const result = await run(admin, dataset, fieldId);
      await expect(result).toBeHidden();
      answers.add(result.text);
    }
    expect(answers.size).toBe(1);
    expect(await keysOf(admin, another)).toEqual(['name']);
  });
});

describe('the fields of a dataset', () => {
  test('are shown to everybody who sees it, and to nobody else', async () => {
    const { admin, member, viewer, superAdmin, outsider, dataset, fieldIds } = await table(FIELDS);
    const plain = {
      helpText: '',
      isRequired: false,
      isUnique: false,
      choices: [],
      defaultValue: null,
    };
    const shown = [
      {
        key: 'name',
        name: 'Name',
        type: 'TEXT',
        ...plain,
        isRequired: true,
        helpText: 'As on the invoice',
      },
      { key: 'unitPrice', name: 'Unit price (€)', type: 'NUMBER', ...plain },
      {
        key: 'colour',
        name: 'Colour',
        type: 'CHOICE',
        ...plain,
        choices: ['Red', 'Green'],
        defaultValue: 'Red',
      },
    ].map((field, position) => ({ id: fieldIds[field.key], ...field, position }));
    for (const reader of [admin, member, viewer, superAdmin]) {
      expect(await fieldsOf(reader, dataset)).toEqual(shown);
    }
    expect(await fieldsOf(outsider, dataset)).toEqual([]);
  });

  test('have keys made from their names in any language, each once', async () => {
    const { admin, dataset } = await table([]);
    const keys = {
      'Unit price (€)': 'unitPrice',
      'unit-price': 'unitPrice2',
      UNIT_PRICE: 'unitPRICE',
      ID: 'id',
      'VAT number': 'vatNumber',
      iPhone: 'iPhone',
      '2024 sales': '2024Sales',
      Größe: 'größe',
      'e\u0301te\u0301 chaud': 'étéChaud',
      'Цена товара': 'ценаТовара',
      价格: '价格',
      'سعر الوحدة': 'سعرالوحدة',
      शीर्षक: 'शीर्षक',
      '👍': 'field',
      '!?': 'field2',
      Field: 'field3',
      constructor: 'constructor',
      __proto__x: 'protoX',
    };
    for (const name of Object.keys(keys)) {
      expect(await addField(admin, dataset, { name, type: 'TEXT' })).toSucceed();
    }
    const made = Object.fromEntries(
      (await fieldsOf(admin, dataset)).map(({ name, key }) => [name, key]),
    );
    expect(made).toEqual(keys);
    const row = Object.fromEntries(Object.values(keys).map((key) => [key, `in ${key}`]));
    expect(await addRows(admin, dataset, [row])).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([row]);
  });

  test('keep their key when they are renamed, and nobody else gets it', async () => {
    const { admin, dataset, fieldIds } = await table(FIELDS, [ROW]);
    expect(await update(admin, dataset, fieldIds['unitPrice'], { name: 'Cost' })).toSucceed();
    expect(await addField(admin, dataset, { name: 'Unit price (€)', type: 'TEXT' })).toSucceed();
    expect(await keysOf(admin, dataset)).toEqual(['name', 'unitPrice', 'colour', 'unitPrice2']);
    const filter = { field: 'unitPrice', equals: '1.5' };
    expect(await valuesOf(admin, dataset, 'unitPrice', { filter })).toEqual(['1.5']);
  });

  test('take the place that they are given, and leave no gap', async () => {
    const { admin, dataset, fieldIds } = await table(FIELDS);
    await addField(admin, dataset, { name: 'First', type: 'TEXT', position: 0 });
    expect(await keysOf(admin, dataset)).toEqual(['first', 'name', 'unitPrice', 'colour']);
    await addField(admin, dataset, { name: 'Last', type: 'TEXT', position: 99 });
    expect(await keysOf(admin, dataset)).toEqual(['first', 'name', 'unitPrice', 'colour', 'last']);
    const moved = await move(admin, dataset, fieldIds['name'], 2);
    expect(moved.data).toMatchObject({ moveDatasetField: { field: { position: 2 } } });
    expect(await keysOf(admin, dataset)).toEqual(['first', 'unitPrice', 'name', 'colour', 'last']);
    await move(admin, dataset, fieldIds['colour'], 99);
    expect(await keysOf(admin, dataset)).toEqual(['first', 'unitPrice', 'name', 'last', 'colour']);
    await remove(admin, dataset, fieldIds['unitPrice']);
    expect(await keysOf(admin, dataset)).toEqual(['first', 'name', 'last', 'colour']);
  });
});

describe('a new field', () => {
  test('fills rows that are there with its default, and new ones that leave it out', async () => {
    const { admin, dataset, rows } = await table([{ name: 'A', type: 'TEXT' }], [{ a: 'x' }, {}]);
    const field = { name: 'N', type: 'NUMBER', isRequired: true, defaultValue: '1.50' } as const;
    expect(await addField(admin, dataset, field)).toSucceed();
    expect(await addRows(admin, dataset, [{ a: 'y' }, { n: 7 }])).toSucceed();
    expect(await valuesOf(admin, dataset, 'n')).toEqual(['1.5', '1.5', '1.5', '7']);
    const [first] = await rowsOf(admin, dataset);
    expect(first?.version).toBe((rows[0]?.version ?? 0) + 1);
    expect(await addRows(admin, dataset, [{ n: null }])).toFail('INVALID_CELLS');
  });

  test('that must be filled needs a default once there are rows', async () => {
    const { admin, dataset, rowIds } = await table([{ name: 'A', type: 'TEXT' }], [{ a: 'x' }]);
    const field = { name: 'N', type: 'NUMBER', isRequired: true } as const;
    expect(refusalIn(await addField(admin, dataset, field))).toMatchObject({
      code: 'ROWS_IN_THE_WAY',
      rows: [{ id: rowIds[0], value: null }],
    });
    expect(await fieldsOf(admin, dataset)).toHaveLength(1);
  });
});

describe('what no field can be', () => {
  test('called like another one, whatever the case', async () => {
    const { admin, dataset, fieldIds } = await table(FIELDS);
    for (const name of ['Name', 'NAME', ' name ', 'Ｎame', 'unit  PRICE (€)']) {
      const added = await addField(admin, dataset, { name, type: 'TEXT' });
      expect(added).toFail('DUPLICATE_NAME');
      await expect(added).toHaveAudited({ outcome: 'REFUSED', code: 'DUPLICATE_NAME' });
      expect(await update(admin, dataset, fieldIds['colour'], { name })).toFail('DUPLICATE_NAME');
    }
    expect(await update(admin, dataset, fieldIds['name'], { name: 'NAME' })).toSucceed();
    expect(await keysOf(admin, dataset)).toEqual(['name', 'unitPrice', 'colour']);
  });

  test.each<[string, Partial<FieldDraft>]>([
    ['without a name', { name: ' ' }],
    ['of a name of two lines', { name: 'a\nb' }],
    ['of a name with NUL', { name: 'a\0' }],
    ['of a name of 201 characters', { name: 'x'.repeat(201) }],
    ['with 1,001 characters of help', { helpText: 'x'.repeat(1001) }],
    ['before the first', { position: -1 }],
    ['a choice of nothing', { type: 'CHOICE' }],
    ['a choice between spaces', { type: 'CHOICE', choices: [' '] }],
    [
      'a choice of more than 500',
      { type: 'CHOICE', choices: Array.from({ length: 501 }, (_, at) => `${at}`) },
    ],
    ['unique yes or no', { type: 'BOOLEAN', isUnique: true }],
    ['unique long text', { type: 'LONG_TEXT', isUnique: true }],
    ['a number that is a word unless told', { type: 'NUMBER', defaultValue: 'twelve' }],
    ['a choice that is none unless told', { type: 'CHOICE', choices: ['a'], defaultValue: 'b' }],
    ['unique with a default', { isUnique: true, defaultValue: 'x' }],
  ])('%s', async (_what, wrong) => {
    const { admin, dataset, fieldIds } = await table([{ name: 'Old', type: 'TEXT' }]);
    const draft = { name: 'New', type: 'TEXT' as const, ...wrong };
    expect(await addField(admin, dataset, draft)).toFail('INVALID_INPUT');
    if (wrong.position == null) {
      expect(await update(admin, dataset, fieldIds['old'], wrong)).toFail('INVALID_INPUT');
    } else {
      expect(await move(admin, dataset, fieldIds['old'], wrong.position)).toFail('INVALID_INPUT');
    }
    expect(await fieldsOf(admin, dataset)).toMatchObject([{ name: 'Old', type: 'TEXT' }]);
  });

  test('somebody unless told', async () => {
    const { admin, dataset } = await table([]);
    const defaultValue = globalId('User', admin.id);
    const result = await addField(admin, dataset, { name: 'Who', type: 'USER', defaultValue });
    expect(result).toFail('INVALID_INPUT');
  });

  test('the 101st', async () => {
    const { here, admin, dataset } = await table([]);
    const { client } = await testDatabase();
    await client.datasetField.createMany({
      data: Array.from({ length: 99 }, (_, position) => ({
        accountId: here.accountId,
        flowId: dataset.rowId,
        key: `f${position}`,
        name: `F${position}`,
        nameKey: `f${position}`,
        type: 'TEXT' as const,
        position,
      })),
    });
    const races = ['A', 'B', 'C'].map((name) => addField(admin, dataset, { name, type: 'TEXT' }));
    const ends = (await Promise.all(races)).map(endOf);
    expect(ends.toSorted()).toEqual(['LIMIT_REACHED', 'LIMIT_REACHED', 'SUCCESS']);
    const result = await addField(admin, dataset, { name: 'D', type: 'TEXT' });
    expect(refusalIn(result)).toMatchObject({ code: 'LIMIT_REACHED', limit: 100 });
    expect(await fieldsOf(admin, dataset)).toHaveLength(100);
  });
});

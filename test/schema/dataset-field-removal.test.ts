import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { CreateDatasetView, ListViews, RemoveDatasetField } from '../support/operations.js';
import {
  addField,
  addRows,
  editRows,
  endOf,
  storedValues,
  table,
  valuesOf,
  type FieldDraft,
} from '../support/table.js';
import type { Shared } from '../support/world.js';

const FIELDS: readonly FieldDraft[] = [
  { name: 'Name', type: 'TEXT', isRequired: true },
  { name: 'Unit price (€)', type: 'NUMBER' },
  { name: 'Colour', type: 'CHOICE', choices: ['Red', 'Green'], defaultValue: 'Red' },
];

const ROW = { name: 'Screws', unitPrice: '1.50' };

function remove(who: Actor, { id }: Shared, fieldId = '') {
  return who.run(RemoveDatasetField, { input: { datasetId: id, fieldId } });
}

describe('a field that was removed', () => {
  test('leaves no value in any row, and a new one of its name starts empty', async () => {
    const { admin, dataset, fieldIds } = await table(FIELDS, [ROW, { name: 'Nails' }]);
    const removed = await remove(admin, dataset, fieldIds['unitPrice']);
    expect(removed.data).toMatchObject({
      removeDatasetField: {
        removedId: fieldIds['unitPrice'],
        dataset: { fields: [{ key: 'name' }, { key: 'colour' }] },
      },
    });
    expect((await storedValues(dataset)).map((values) => Object.values(values).toSorted())).toEqual(
      [
        ['Red', 'Screws'],
        ['Nails', 'Red'],
      ],
    );
    await addField(admin, dataset, { name: 'Unit price (€)', type: 'NUMBER' });
    expect(await valuesOf(admin, dataset, 'unitPrice')).toEqual([null, null]);
  });

  test('leaves no trace in views, and what they ask besides stays', async () => {
    const { admin, dataset, fieldIds } = await table(FIELDS, [
      ROW,
      { name: 'Nails', unitPrice: 2 },
    ]);
    const gone = { field: 'unitPrice', equals: '9' };
    const stays = { field: 'name', equals: 'Nails' };
    const filters = [
      gone,
      { and: [gone, stays] },
      { or: [stays, gone] },
      { or: [gone, { not: gone }] },
      { ...stays, not: { and: [gone] } },
    ];
    const views: string[] = [];
    for (const filter of filters) {
      const orderBy = [{ field: 'unitPrice' }, { field: 'colour', direction: 'DESC' as const }];
      const input = {
        datasetId: dataset.id,
        name: 'V',
        filter,
        orderBy,
        fields: ['unitPrice', 'name'],
      };
      const { data } = await admin.run(CreateDatasetView, { input });
      views.push(data?.createDatasetView?.view?.id ?? '');
    }
    expect(await remove(admin, dataset, fieldIds['unitPrice'])).toSucceed();
    const { data } = await admin.run(ListViews, { id: dataset.id });
    const rest = { orderBy: [{ field: 'colour', direction: 'DESC' }], fields: ['name'] };
    expect(data?.dataset?.views.map(({ configuration }) => configuration)).toEqual(
      [null, { and: [stays] }, { or: [stays] }, null, stays].map((filter) => ({ filter, ...rest })),
    );
    const shown = await Promise.all(
      views.map((view) => valuesOf(admin, dataset, 'name', { view })),
    );
    const all = ['Screws', 'Nails'];
    expect(shown).toEqual([all, ['Nails'], ['Nails'], all, ['Nails']]);
    const { client } = await testDatabase();
    const kept = await client.datasetView.findMany({ where: { flowId: dataset.rowId } });
    const [, id = ''] = Buffer.from(fieldIds['unitPrice'] ?? '', 'base64url')
      .toString()
      .split(':');
    expect(JSON.stringify(kept)).not.toContain(id);
  });

  test('leaves nothing in rows that are written at the same time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { admin, member, dataset, fieldIds, rowIds } = await table(
        [...FIELDS, { name: 'Code', type: 'TEXT', isUnique: true }],
        [ROW],
      );
      const write = (at: number) =>
        addRows(member, dataset, [
          { ...ROW, code: `a${at}` },
          { ...ROW, code: `b${at}` },
        ]);
      const edit = editRows(member, dataset, [
        { id: rowIds[0] ?? '', version: 1, values: { code: 'c' } },
      ]);
      const early = [0, 1, 2, 3].map(write);
      const removal = remove(admin, dataset, fieldIds['code']);
      const late = [4, 5, 6, 7].map(write);
      expect(endOf(await removal)).toBe('SUCCESS');
      const ends = (await Promise.all([edit, ...early, ...late])).map(endOf);
      expect(['SUCCESS', 'INVALID_CELLS']).toEqual(expect.arrayContaining([...new Set(ends)]));
      const held = await storedValues(dataset);
      const kept = new Set(['Red', 'Screws', '1.5']);
      expect(
        held.flatMap((values) => Object.values(values)).filter((value) => !kept.has(String(value))),
      ).toEqual([]);
      const { client } = await testDatabase();
      const where = { flowId: dataset.rowId };
      expect(await client.datasetUniqueValue.count({ where })).toBe(0);
    }
  });
});

import { describe, expect, test } from 'vitest';

import type { DatasetImportColumnInput } from '../support/generated/graphql.js';
import { AddDatasetField, GetImport, ListFields } from '../support/operations.js';
import {
  addFields,
  countRows,
  countStaged,
  importFile,
  lookAt,
  received,
  run,
  valuesOf,
} from '../support/transfers.js';
import { globalId, world } from '../support/world.js';

/** A world whose dataset has a name and a unit price. */
async function suppliers() {
  const all = await world();
  await addFields(all.admin, all.dataset, [
    { name: 'Name', type: 'TEXT' },
    { name: 'Unit price', type: 'NUMBER' },
  ]);
  return all;
}

type Suppliers = Awaited<ReturnType<typeof suppliers>>;

/** The fields of the dataset: key, name and type of each. */
async function fieldsOf({ admin, dataset }: Suppliers) {
  const { data } = await admin.run(ListFields, { id: dataset.id });
  return data?.dataset?.fields?.map(({ key, name, type }) => ({ key, name, type }));
}

const NAME = { key: 'name', name: 'Name', type: 'TEXT' };
const PRICE = { key: 'unitPrice', name: 'Unit price', type: 'NUMBER' };

describe('a column that is not spoken of', () => {
  test('goes into the field of its name, in any case, order, width and spacing', async () => {
    const { admin, dataset } = await suppliers();
    const result = await importFile(admin, dataset, 'UNIT   ＰＲＩＣＥ,  nAmE \n1,Bolt\n');
    expect(result).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([{ name: 'Bolt', unitPrice: '1' }]);
  });

  test('does not go by the key of a field', async () => {
    const { admin, dataset } = await suppliers();
    const result = await importFile(admin, dataset, 'Name,unitPrice\nBolt,1\n');
    expect(result).toFail('UNKNOWN_COLUMNS');
    expect(result.errors?.[0]?.extensions['columns']).toEqual(['unitPrice']);
  });

  test('leaves a field that has no column empty, or with its default', async () => {
    const { admin, dataset } = await suppliers();
    await addFields(admin, dataset, [{ name: 'Stock', type: 'NUMBER', defaultValue: '7' }]);
    expect(await importFile(admin, dataset, 'Name\nBolt\n')).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([{ name: 'Bolt', unitPrice: null, stock: '7' }]);
  });

  test('and has no field keeps an Admin’s file out until it is said what becomes of it', async () => {
    const all = await suppliers();
    const { admin, dataset } = all;
    const job = await received(admin, dataset, 'Name,Colour,Size\nBolt,red,3\n');
    expect((await lookAt(admin, job.id))?.preview?.columns).toEqual([
      { column: 'Name', field: 'name', isUnknown: false },
      { column: 'Colour', field: null, isUnknown: true },
      { column: 'Size', field: null, isUnknown: true },
    ]);
    const result = await run(admin, dataset, job, { columns: [{ column: 'Size', skip: true }] });
    expect(result).toFail('UNKNOWN_COLUMNS');
    expect(result.errors?.[0]?.extensions['columns']).toEqual(['Colour']);
    expect(await countRows(dataset)).toBe(0);
    expect(await fieldsOf(all)).toEqual([NAME, PRICE]);
    expect(await lookAt(admin, job.id)).toMatchObject({ state: 'READY', processed: 0 });
    const columns = [
      { column: 'Size', skip: true },
      { column: 'Colour', newFieldType: 'TEXT' as const },
    ];
    expect(await run(admin, dataset, job, { columns })).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([
      { name: 'Bolt', unitPrice: null, colour: 'red' },
    ]);
  });
});

describe('a Member’s file', () => {
  const FILE = 'Name,Colour,Size\nBolt,red,3\n';
  const choices: readonly (readonly [string, DatasetImportColumnInput[]])[] = [
    ['said nothing of', []],
    [
      'skipped',
      [
        { column: 'Colour', skip: true },
        { column: 'Size', skip: true },
      ],
    ],
    [
      'to become fields',
      [
        { column: 'Colour', newFieldType: 'TEXT' },
        { column: 'Size', newFieldType: 'NUMBER' },
      ],
    ],
  ];

  test.each(choices)('is refused whole if columns are %s', async (_how, columns) => {
    const all = await suppliers();
    const { member, dataset } = all;
    const job = await received(member, dataset, FILE);
    const result = await run(member, dataset, job, { columns });
    expect(result).toBeDenied({ missing: 'dataset:import', role: 'Member' });
    expect(JSON.stringify(result.errors?.[0]?.extensions['denial'])).toContain(
      'Without a field: Colour, Size.',
    );
    expect(await countRows(dataset)).toBe(0);
    expect(await fieldsOf(all)).toEqual([NAME, PRICE]);
    expect(await countStaged(job.id)).toBe(1);
  });

  test('is taken when its columns are pointed to fields, or an Admin has added them', async () => {
    const { admin, member, dataset } = await suppliers();
    const columns = [
      { column: 'Colour', field: 'name' },
      { column: 'Size', field: 'unitPrice' },
    ];
    expect(await importFile(member, dataset, 'Colour,Size\nred,3\n', { columns })).toSucceed();
    const job = await received(member, dataset, 'Name,Colour\nBolt,red\n');
    expect(await run(member, dataset, job)).toFail('FORBIDDEN');
    await addFields(admin, dataset, [{ name: 'Colour', type: 'TEXT' }]);
    expect(await run(member, dataset, job)).toSucceed();
    expect(await valuesOf(member, dataset)).toEqual([
      { name: 'red', unitPrice: '3', colour: null },
      { name: 'Bolt', unitPrice: null, colour: 'red' },
    ]);
  });
});

describe('a choice', () => {
  test('sends a column elsewhere than its name says', async () => {
    const { admin, dataset } = await suppliers();
    const columns = [
      { column: 'Name', skip: true },
      { column: 'Title', field: 'name' },
    ];
    const result = await importFile(admin, dataset, 'Name,Title\nwrong,right\n', { columns });
    expect(result).toSucceed();
    expect(await valuesOf(admin, dataset)).toEqual([{ name: 'right', unitPrice: null }]);
  });

  test('makes new fields of seven types, after those that are there', async () => {
    const all = await suppliers();
    const { admin, dataset } = all;
    const types = ['TEXT', 'LONG_TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'DATE_TIME', 'EMAIL'] as const;
    const columns = types.map((newFieldType) => ({ column: `As ${newFieldType}`, newFieldType }));
    const header = columns.map(({ column }) => column).join(',');
    const cells = 'a,b,1.50,yes,2026-11-21,2026-11-21T10:00:00+02:00,ada@example.test';
    const result = await importFile(admin, dataset, `${header}\n${cells}\n`, { columns });
    expect(result).toSucceed();
    expect(await fieldsOf(all)).toEqual([
      NAME,
      PRICE,
      { key: 'asTEXT', name: 'As TEXT', type: 'TEXT' },
      { key: 'asLONGTEXT', name: 'As LONG_TEXT', type: 'LONG_TEXT' },
      { key: 'asNUMBER', name: 'As NUMBER', type: 'NUMBER' },
      { key: 'asBOOLEAN', name: 'As BOOLEAN', type: 'BOOLEAN' },
      { key: 'asDATE', name: 'As DATE', type: 'DATE' },
      { key: 'asDATETIME', name: 'As DATE_TIME', type: 'DATE_TIME' },
      { key: 'asEMAIL', name: 'As EMAIL', type: 'EMAIL' },
    ]);
    expect(await valuesOf(admin, dataset)).toEqual([
      {
        name: null,
        unitPrice: null,
        asTEXT: 'a',
        asLONGTEXT: 'b',
        asNUMBER: '1.5',
        asBOOLEAN: true,
        asDATE: '2026-11-21',
        asDATETIME: '2026-11-21T08:00:00.000Z',
        asEMAIL: 'ada@example.test',
      },
    ]);
  });

  test('that makes a field leaves none when a cell does not fit it', async () => {
    const all = await suppliers();
    const columns = [{ column: 'Size', newFieldType: 'NUMBER' as const }];
    const result = await importFile(all.admin, all.dataset, 'Size\nbig\n', { columns });
    expect(result).toFail('INVALID_CELLS');
    expect(result.errors?.[0]?.extensions['cells']).toEqual([
      { row: 1, field: 'size', reason: 'WRONG_TYPE', message: 'Give a number, such as "12.50".' },
    ]);
    expect(await fieldsOf(all)).toEqual([NAME, PRICE]);
    expect(await countRows(all.dataset)).toBe(0);
  });

  test('shows what it does in the preview, and changes nothing there', async () => {
    const all = await suppliers();
    const { admin, dataset } = all;
    const { id } = await received(admin, dataset, 'Title,Size,Rest\nBolt,3,x\n');
    const columns = [
      { column: 'Title', field: 'name' },
      { column: 'Size', newFieldType: 'NUMBER' as const },
      { column: 'Rest', skip: true },
    ];
    const { data } = await admin.run(GetImport, { id, columns });
    expect(data?.datasetImport?.preview).toEqual({
      columns: [
        { column: 'Title', field: 'name', isUnknown: false },
        { column: 'Size', field: null, isUnknown: false },
        { column: 'Rest', field: null, isUnknown: false },
      ],
      rows: [{ number: 1, values: { name: 'Bolt', unitPrice: null }, problems: [] }],
    });
    expect(await fieldsOf(all)).toEqual([NAME, PRICE]);
    expect(await lookAt(admin, id)).toMatchObject({ state: 'READY' });
  });

  test.each<[string, DatasetImportColumnInput[], string]>([
    ['of no column', [{ column: 'Nowhere', skip: true }], 'The file has no column “Nowhere”.'],
    ['of no field', [{ column: 'Size', field: 'size' }], 'There is no field “size” for “Size”.'],
    [
      'that says two things',
      [{ column: 'Size', field: 'name', skip: true }],
      'Of the column “Size” say one thing: a field, a new field, or skip.',
    ],
    [
      'made twice',
      [
        { column: 'Size', skip: true },
        { column: 'Size', field: 'unitPrice' },
      ],
      'The column “Size” is spoken of twice.',
    ],
    [
      'of a field into which another column goes',
      [{ column: 'Size', field: 'name' }],
      'Two columns go into the field “name”.',
    ],
    [
      'of a new field with choices',
      [{ column: 'Size', newFieldType: 'CHOICE' }],
      'Add the field for “Size” first: its choices are not known.',
    ],
    [
      'of a new field for people',
      [{ column: 'Size', newFieldType: 'USER' }],
      'Add the field for “Size” first: its choices are not known.',
    ],
  ])('%s is refused, in the preview, too', async (_what, columns, message) => {
    const { admin, dataset } = await suppliers();
    const job = await received(admin, dataset, 'Name,Size\nBolt,3\n');
    const result = await run(admin, dataset, job, { columns });
    expect(result).toFail('INVALID_INPUT');
    expect(result.errors?.[0]?.extensions['problems']).toEqual([
      { path: ['input', 'columns'], message },
    ]);
    const preview = await admin.run(GetImport, { id: job.id, columns });
    expect(preview).toFail('INVALID_INPUT');
    expect(preview.errors?.[0]?.path).toEqual(['datasetImport', 'preview']);
    expect(await countRows(dataset)).toBe(0);
    expect(
      await run(admin, dataset, job, { columns: [{ column: 'Size', skip: true }] }),
    ).toSucceed();
  });

  test('of a new field whose name a field has already is refused', async () => {
    const { admin, dataset } = await suppliers();
    const columns = [{ column: 'NAME', newFieldType: 'TEXT' as const }];
    expect(await importFile(admin, dataset, 'NAME\nBolt\n', { columns })).toFail('DUPLICATE_NAME');
  });

  test.each([
    ['longer than 200 characters', 'x'.repeat(201)],
    ['of two lines', '"two\nlines"'],
  ])(
    'of a new field with a name %s is refused as where fields are added',
    async (_what, header) => {
      const { admin, dataset } = await suppliers();
      const name = header.replaceAll('"', '');
      const input = { datasetId: dataset.id, name, type: 'TEXT' } as const;
      expect(await admin.run(AddDatasetField, { input })).toFail('INVALID_INPUT');
      const columns = [{ column: name, newFieldType: 'TEXT' as const }];
      const result = await importFile(admin, dataset, `${header},Name\nx,Bolt\n`, { columns });
      expect(result).toFail('INVALID_INPUT');
    },
  );

  test('that would make more than 100 fields is refused', async () => {
    const { admin, dataset } = await suppliers();
    const names = Array.from({ length: 99 }, (_, at) => `Column ${at}`);
    const columns = names.map((column) => ({ column, newFieldType: 'TEXT' as const }));
    const row = names.map(() => 'x').join(',');
    const result = await importFile(admin, dataset, `${names.join(',')}\n${row}\n`, { columns });
    expect(result).toFail('LIMIT_REACHED');
    const most = { columns: columns.slice(0, 98) };
    const file = `${names.slice(0, 98).join(',')}\n${row.slice(2)}\n`;
    expect(await importFile(admin, dataset, file, most)).toSucceed();
  });
});

describe('a cell', () => {
  test('is read as its field says, a person by the e-mail address or the id', async () => {
    const { admin, member, dataset } = await suppliers();
    await addFields(admin, dataset, [
      { name: 'Owner', type: 'USER' },
      { name: 'Kind', type: 'CHOICE', choices: ['small', 'large'] },
    ]);
    const memberId = globalId('User', member.id);
    const file = `Owner,Kind\n ${member.email.toUpperCase()} ,small\n${memberId},large\n,\n"",small\n`;
    expect(await importFile(admin, dataset, file)).toSucceed();
    const empty = { name: null, unitPrice: null };
    expect(await valuesOf(admin, dataset)).toEqual([
      { ...empty, owner: memberId, kind: 'small' },
      { ...empty, owner: memberId, kind: 'large' },
      { ...empty, owner: null, kind: 'small' },
    ]);
  });

  test('that names nobody of the account, or no choice, is refused', async () => {
    const { admin, stranger, dataset } = await suppliers();
    await addFields(admin, dataset, [
      { name: 'Owner', type: 'USER' },
      { name: 'Kind', type: 'CHOICE', choices: ['small', 'large'] },
    ]);
    const strangerId = globalId('User', stranger.id);
    const file = `Owner,Kind\n${stranger.email},small\n${strangerId},Small\n`;
    const result = await importFile(admin, dataset, file);
    expect(result).toFail('INVALID_CELLS');
    expect(result.errors?.[0]?.extensions).toMatchObject({
      count: 3,
      cells: [
        { row: 1, field: 'owner', reason: 'NOT_A_USER' },
        { row: 2, field: 'kind', reason: 'NOT_A_CHOICE' },
        { row: 2, field: 'owner', reason: 'NOT_A_USER' },
      ],
    });
    expect(await countRows(dataset)).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';

import { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import type { EgressPolicy, FieldType } from '../support/generated/graphql.js';
import {
  AddDatasetRows,
  CreateDatasetView,
  ExportDataset,
  LeaveDataset,
  RemoveDatasetField,
  ListFields,
  RenameDataset,
} from '../support/operations.js';
import {
  addFields,
  exporting,
  type ExportInput,
  exportText,
  fetchExport,
  refusalOf,
  rowId,
} from '../support/transfers.js';
import { globalId, type Shared, world } from '../support/world.js';

const FIELDS: readonly { readonly name: string; readonly type: FieldType }[] = [
  { name: 'Name', type: 'TEXT' },
  { name: 'Price', type: 'NUMBER' },
  { name: 'Sold', type: 'BOOLEAN' },
];

const ROWS = [
  { name: 'Bolt', price: '1.5', sold: true },
  { name: 'Nut', price: '-2', sold: null },
  { name: 'größe "M", 価格', price: '10', sold: false },
];

async function addRows(admin: Actor, dataset: Shared, rows: readonly Record<string, unknown>[]) {
  const result = await admin.run(AddDatasetRows, {
    input: { datasetId: dataset.id, rows: rows.map((values) => ({ ...values })) },
  });
  if (result.errors) throw new Error(result.text);
}

async function suppliers() {
  const all = await world();
  await addFields(all.admin, all.dataset, FIELDS);
  await addRows(all.admin, all.dataset, ROWS);
  return all;
}

async function linkOf(actor: Actor, dataset: Shared, input?: ExportInput): Promise<string> {
  const result = await exporting(actor, dataset, input);
  const url = result.data?.exportDataset?.download.url;
  if (url === undefined) throw new Error(result.text);
  return url;
}

/** The same person, as an application sees them whose clock is ahead. */
async function later(actor: Actor, minutes: number): Promise<Actor> {
  const app = await testApp({ now: () => new Date(Date.now() + minutes * 60_000) });
  return new Actor(app, actor.id, actor.name, actor.email, actor.headers);
}

describe('an exported file', () => {
  test('holds every row and field, in their order, as RFC 4180 has it', async () => {
    const { admin, dataset } = await suppliers();
    const { response, bytes, url, fileName, expiresAt } = await fetchExport(admin, dataset);
    expect(url).toMatch(/^\/exports\/[\w-]+$/);
    expect(fileName).toBe('Suppliers.csv');
    const minutes = (new Date(expiresAt).getTime() - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(14);
    expect(minutes).toBeLessThanOrEqual(15);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': "attachment; filename*=UTF-8''Suppliers.csv",
      'cache-control': 'no-store',
    });
    expect(Buffer.from(bytes).toString()).toBe(
      '\ufeffName,Price,Sold\r\nBolt,1.5,true\r\nNut,-2,\r\n"größe ""M"", 価格",10,false\r\n',
    );
  });

  test('holds what is seen through a filter, a search and an order', async () => {
    const { admin, dataset } = await suppliers();
    const found = (input: ExportInput) => exportText(admin, dataset, input);
    expect(await found({ filter: { field: 'price', gt: '0' } })).toBe(
      'Name,Price,Sold\r\nBolt,1.5,true\r\n"größe ""M"", 価格",10,false\r\n',
    );
    expect(await found({ search: 'GR' })).toBe(
      'Name,Price,Sold\r\n"größe ""M"", 価格",10,false\r\n',
    );
    expect(await found({ orderBy: [{ field: 'price', direction: 'ASC' }] })).toBe(
      'Name,Price,Sold\r\nNut,-2,\r\nBolt,1.5,true\r\n"größe ""M"", 価格",10,false\r\n',
    );
    expect(await found({ filter: { field: 'name', equals: 'nobody' } })).toBe(
      'Name,Price,Sold\r\n',
    );
  });

  test('through a view holds its rows, in its order, with its fields in theirs', async () => {
    const { admin, viewer, dataset } = await suppliers();
    const { data } = await admin.run(CreateDatasetView, {
      input: {
        datasetId: dataset.id,
        name: 'Known',
        filter: { field: 'sold', isEmpty: false },
        orderBy: [{ field: 'price', direction: 'DESC' }],
        fields: ['sold', 'name'],
      },
    });
    const view = data?.createDatasetView?.view?.id ?? '';
    expect(await exportText(viewer, dataset, { view })).toBe(
      'Sold,Name\r\nfalse,"größe ""M"", 価格"\r\ntrue,Bolt\r\n',
    );
    const ordered = { view, orderBy: [{ field: 'name', direction: 'ASC' as const }] };
    expect(await exportText(viewer, dataset, ordered)).toBe(
      'Sold,Name\r\ntrue,Bolt\r\nfalse,"größe ""M"", 価格"\r\n',
    );
    const filtered = { view, filter: { field: 'price', lt: '5' } };
    expect(await exportText(viewer, dataset, filtered)).toBe('Sold,Name\r\ntrue,Bolt\r\n');
  });

  test('holds more rows than are read at once, each once', async () => {
    const { admin, dataset } = await world();
    await addFields(admin, dataset, [{ name: 'Number', type: 'NUMBER' }]);
    await fill(dataset, 4500);
    for (const input of [{}, { orderBy: [{ field: 'number', direction: 'ASC' as const }] }]) {
      const lines = (await exportText(admin, dataset, input)).trimEnd().split('\r\n');
      expect(lines).toEqual(['Number', ...Array.from({ length: 4500 }, (_, at) => `${at + 1}`)]);
    }
  });

  test('has an apostrophe before what could be a formula, in text only', async () => {
    const { admin, dataset } = await world();
    await addFields(admin, dataset, [
      { name: '=Formula', type: 'TEXT' },
      { name: 'Long', type: 'LONG_TEXT' },
      { name: 'Amount', type: 'NUMBER' },
    ]);
    await addRows(admin, dataset, [
      { formula: '=1+1', long: '@SUM(A1)', amount: '-5' },
      { formula: '+41', long: 'a=b', amount: '5' },
      { formula: '-x', long: '\tx', amount: null },
    ]);
    expect(await exportText(admin, dataset)).toBe(
      "'=Formula,Long,Amount\r\n'=1+1,'@SUM(A1),-5\r\n'+41,a=b,5\r\n'-x,\"'\tx\",\r\n",
    );
  });

  test('is called like the dataset, in any script', async () => {
    const { admin, dataset } = await suppliers();
    const rename = { datasetId: dataset.id, name: 'Прайс/лист: "価格" (2026)' };
    expect(await admin.run(RenameDataset, { input: rename })).toSucceed();
    const { response, fileName } = await fetchExport(admin, dataset, { format: 'XLSX' });
    expect(fileName).toBe('Прайс_лист_ _価格_ _2026_.xlsx');
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename*=UTF-8''%D0%9F%D1%80%D0%B0%D0%B9%D1%81_%D0%BB%D0%B8%D1%81%D1%82_%20_%E4%BE%A1%E6%A0%BC_%20_2026_.xlsx`,
    );
  });
});

/** Creates rows that are numbered from 1. */
async function fill({ rowId: flowId }: Shared, count: number): Promise<void> {
  const { client } = await testDatabase();
  await client.$executeRaw`
    INSERT INTO dataset_row (id, account_id, flow_id, "values")
    SELECT ordered_uuid(now(), n), f.account_id, f.flow_id, jsonb_build_object(f.slot::text, n::text)
    FROM dataset_field f, generate_series(1, ${count}::int) n WHERE f.flow_id = ${flowId}::uuid`;
}

describe('a workbook', () => {
  test('of more than 100,000 rows is refused, and of as many is not', async () => {
    const { admin, dataset } = await world();
    await addFields(admin, dataset, [{ name: 'Number', type: 'NUMBER' }]);
    await fill(dataset, 100_001);
    const result = await exporting(admin, dataset, { format: 'XLSX' });
    expect(result).toFail('LIMIT_REACHED');
    expect(result.errors?.[0]?.extensions['limit']).toBe(100_000);
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'LIMIT_REACHED' });
    expect(await exporting(admin, dataset, { format: 'CSV' })).toSucceed();
    const filter = { field: 'number', gt: '1' };
    expect(await exporting(admin, dataset, { format: 'XLSX', filter })).toSucceed();
  });
});

describe('the link of an export', () => {
  test('is good once', async () => {
    const { viewer, dataset } = await suppliers();
    const url = await linkOf(viewer, dataset);
    const [one, other] = await Promise.all([viewer.fetch(url), viewer.fetch(url)]);
    expect([one.status, other.status].toSorted()).toEqual([200, 404]);
    expect(await refusalOf(await viewer.fetch(url))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('is good for 15 minutes', async () => {
    const { viewer, dataset } = await suppliers();
    const [one, other] = [await linkOf(viewer, dataset), await linkOf(viewer, dataset)];
    const late = await (await later(viewer, 15.1)).fetch(one);
    expect(await refusalOf(late)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect((await (await later(viewer, 14.5)).fetch(other)).status).toBe(200);
    expect((await viewer.fetch(one)).status).toBe(200);
  });

  test('is nothing to anybody else, and still good for the one to whom it was given', async () => {
    const { admin, member, viewer, outsider, superAdmin, stranger, anonymous, dataset } =
      await suppliers();
    const url = await linkOf(member, dataset);
    const hidden = `/exports/${globalId('EgressRecord', '01900000-0000-7000-8000-000000000000')}`;
    const nowhere = await refusalOf(await admin.fetch(hidden));
    expect(nowhere).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    for (const person of [admin, viewer, outsider, superAdmin, stranger]) {
      expect(await refusalOf(await person.fetch(url))).toEqual(nowhere);
    }
    expect(await refusalOf(await anonymous.fetch(url))).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
    expect((await member.fetch(url)).status).toBe(200);
  });

  test('is nothing to somebody who has left the dataset since', async () => {
    const { viewer, dataset } = await suppliers();
    const url = await linkOf(viewer, dataset);
    expect(await viewer.run(LeaveDataset, { input: { datasetId: dataset.id } })).toSucceed();
    expect(await refusalOf(await viewer.fetch(url))).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('is refused when the settings have come to forbid it, or the role to be too weak', async () => {
    const { member, viewer, dataset } = await suppliers();
    const forMember = await linkOf(member, dataset);
    const forViewer = await linkOf(viewer, dataset);
    await setPolicies(dataset, 'ADMINS_AND_MEMBERS', 'EVERY_ROLE');
    const { client } = await testDatabase();
    const where = { flowId: dataset.rowId, userId: member.id };
    await client.flowMember.updateMany({ where, data: { role: 'VIEWER' } });
    for (const [person, url] of [
      [member, forMember],
      [viewer, forViewer],
    ] as const) {
      const refused = await refusalOf(await person.fetch(url));
      expect(refused).toMatchObject({ status: 403, code: 'EXPORT_NOT_ALLOWED' });
    }
    await setPolicies(dataset, 'EVERY_ROLE', 'EVERY_ROLE');
    expect((await viewer.fetch(forViewer)).status).toBe(200);
  });

  test('is refused when the field of its filter is gone', async () => {
    const { admin, dataset } = await suppliers();
    const url = await linkOf(admin, dataset, { filter: { field: 'price', gt: '0' } });
    const { data } = await admin.run(ListFields, { id: dataset.id });
    const fieldId = data?.dataset?.fields?.find(({ key }) => key === 'price')?.id ?? '';
    await admin.run(RemoveDatasetField, { input: { datasetId: dataset.id, fieldId } });
    expect(await refusalOf(await admin.fetch(url))).toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
    });
  });
});

async function setPolicies(
  { rowId: flowId }: Shared,
  exports: EgressPolicy,
  downloads: EgressPolicy,
) {
  const { client } = await testDatabase();
  const data = { exportPolicy: exports, downloadPolicy: downloads };
  await client.datasetSettings.update({ where: { flowId }, data });
}

describe('exportDataset', () => {
  /** Which roles each policy lets through. */
  const TABLE: readonly (readonly [
    EgressPolicy,
    admin: boolean,
    member: boolean,
    viewer: boolean,
  ])[] = [
    ['EVERY_ROLE', true, true, true],
    ['ADMINS_AND_MEMBERS', true, true, false],
    ['ADMINS', true, false, false],
    ['NOBODY', false, false, false],
  ];

  test.each(TABLE)('under %s allows Admin: %s, Member: %s, Viewer: %s', async (policy, ...may) => {
    const { admin, member, viewer, dataset } = await suppliers();
    for (const [exports, downloads] of [
      [policy, 'EVERY_ROLE'],
      ['EVERY_ROLE', policy],
      [policy, policy],
    ] as const) {
      await setPolicies(dataset, exports, downloads);
      for (const [at, person] of [admin, member, viewer].entries()) {
        const result = await exporting(person, dataset);
        if (may[at] === true) {
          expect(result).toSucceed();
          continue;
        }
        expect(result).toFail('EXPORT_NOT_ALLOWED');
        expect(result.errors?.[0]?.extensions).toMatchObject({
          exportPolicy: exports,
          downloadPolicy: downloads,
        });
      }
    }
  });

  test('denies a Super Admin until they take a role', async () => {
    const { superAdmin, dataset } = await suppliers();
    const result = await exporting(superAdmin, dataset);
    expect(result).toBeDenied({ missing: 'dataset:export', role: null });
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'FORBIDDEN' });
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await suppliers();
    const input = { datasetId: dataset.id };
    await expect(await outsider.run(ExportDataset, { input })).toBeHidden();
    await expect(await stranger.run(ExportDataset, { input })).toBeHidden();
    expect(await anonymous.run(ExportDataset, { input })).toFail('UNAUTHENTICATED');
  });

  test('refuses a view of another dataset, and what is no field, and keeps no record', async () => {
    const { here, admin, dataset } = await suppliers();
    const another = await here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    const view = await here.view(another);
    expect(await exporting(admin, dataset, { view })).toFail('NOT_FOUND');
    expect(await exporting(admin, dataset, { view: 'garbage' })).toFail('NOT_FOUND');
    const filter = { field: 'nowhere', equals: 'x' };
    expect(await exporting(admin, dataset, { filter })).toFail('INVALID_INPUT');
    const orderBy = [{ field: 'nowhere', direction: 'ASC' as const }];
    expect(await exporting(admin, dataset, { orderBy })).toFail('INVALID_INPUT');
    const { client } = await testDatabase();
    expect(await client.egressRecord.count({ where: { flowId: dataset.rowId } })).toBe(0);
  });

  test('audits, and keeps who took which rows out', async () => {
    const { viewer, dataset } = await suppliers();
    const filter = { field: 'price', gt: '0' };
    const result = await exporting(viewer, dataset, { format: 'XLSX', filter });
    const url = result.data?.exportDataset?.download.url ?? '';
    const egressId = rowId(url.replace('/exports/', ''));
    await expect(result).toHaveAudited({
      action: 'dataset.exported',
      targetType: 'Dataset',
      targetId: dataset.rowId,
      outcome: 'SUCCEEDED',
      subjectId: viewer.id,
      via: 'DIRECT',
      after: { egressId, format: 'XLSX', selection: JSON.stringify({ filter, viewId: null }) },
    });
    const { client } = await testDatabase();
    const kept = await client.egressRecord.findUniqueOrThrow({ where: { id: egressId } });
    expect(kept).toMatchObject({
      subjectId: viewer.id,
      actorId: viewer.id,
      flowId: dataset.rowId,
      kind: 'EXPORT',
      format: 'XLSX',
      fileName: 'Suppliers.xlsx',
      selection: { filter },
      fetchedAt: null,
    });
    await viewer.fetch(url);
    const fetched = await client.egressRecord.findUniqueOrThrow({ where: { id: egressId } });
    expect(fetched.fetchedAt).toBeInstanceOf(Date);
    const entries = await client.auditEntry.findMany({
      where: { targetId: dataset.rowId, action: 'dataset.exportFetched' },
    });
    expect(entries).toMatchObject([
      { outcome: 'SUCCEEDED', subjectId: viewer.id, actorId: viewer.id, after: { egressId } },
    ]);
  });
});

import { describe, expect, test } from 'vitest';

import {
  CreateDataset,
  CreateDatasetAndLook,
  DescribeDataset,
  GetDataset,
  RenameDataset,
} from '../support/operations.js';
import { globalId, workspace, world } from '../support/world.js';

/** Names that a database and a browser could spoil. */
const NAMES = [
  '日本語のデータ',
  'مجموعة بيانات',
  '👩‍👩‍👧‍👦 family',
  'Ǆ ﬁ ½',
  "Robert'); DROP TABLE flow;--",
  '‮abc',
];

describe('createDataset', () => {
  test('allows whoever may create datasets, and makes them its Admin', async () => {
    const here = await workspace();
    const people = await here.people([
      { role: 'EDITOR' },
      { role: 'ADMIN' },
      { role: 'SUPER_ADMIN' },
    ]);
    for (const person of people) {
      const result = await person.run(CreateDatasetAndLook, { input: { name: '  Parts  ' } });
      expect(result).toSucceed();
      const me = { id: globalId('User', person.id) };
      expect(result.data?.createDataset?.dataset).toEqual({
        id: expect.any(String),
        name: 'Parts',
        description: '',
        createdBy: me,
        access: { role: 'ADMIN', via: 'DIRECT' },
        settings: {
          downloadPolicy: 'EVERY_ROLE',
          printPolicy: 'EVERY_ROLE',
          exportPolicy: 'EVERY_ROLE',
          defaultView: null,
        },
        members: { totalCount: 1, edges: [{ node: { role: 'ADMIN', addedBy: me, grantee: me } }] },
      });
    }
  });

  test('keeps a name as it was typed, and takes the same name again', async () => {
    const editor = await (await workspace()).person();
    for (const name of [...NAMES, ...NAMES]) {
      const input = { name, description: `${name}\n${name}` };
      const result = await editor.run(CreateDataset, { input });
      expect(result.data?.createDataset?.dataset).toMatchObject(input);
    }
  });

  test('denies everybody else', async () => {
    const here = await workspace();
    const roles = ['IAM_ADMIN', 'USER_ADMIN', 'VIEWER'] as const;
    const people = await here.people(roles.map((role) => ({ role })));
    for (const [at, role] of roles.entries()) {
      const result = await people[at]?.run(CreateDataset, { input: { name: 'Mine' } });
      expect(result).toBeDenied({ missing: 'dataset:create', role });
      expect(result?.data?.createDataset).toBeNull();
    }
  });

  test('hides the new dataset from everybody else, and asks nobody in who is not signed in', async () => {
    const { admin, outsider, stranger, anonymous } = await world();
    const input = { name: 'Secret' };
    const result = await admin.run(CreateDataset, { input });
    const id = result.data?.createDataset?.dataset?.id ?? '';
    await expect(await outsider.run(GetDataset, { id })).toBeHidden();
    await expect(await stranger.run(GetDataset, { id })).toBeHidden();
    expect(await anonymous.run(CreateDataset, { input })).toFail('UNAUTHENTICATED');
  });

  test('refuses what is no name or no description', async () => {
    const editor = await (await workspace()).person();
    for (const name of ['', ' ', '\u3000', 'x'.repeat(201), 'a\0b', 'a\tb', '\uDC00']) {
      const result = await editor.run(CreateDataset, { input: { name } });
      expect(result).toFail('INVALID_INPUT');
      expect(result.errors?.[0]?.extensions['problems']).toContainEqual({
        path: ['input', 'name'],
        message: expect.any(String),
      });
    }
    for (const description of ['x'.repeat(10_001), 'a\0b', '\uD83E']) {
      const input = { name: 'Right', description };
      expect(await editor.run(CreateDataset, { input })).toFail('INVALID_INPUT');
    }
    const longest = { name: 'x'.repeat(200), description: 'x'.repeat(10_000) };
    expect(await editor.run(CreateDataset, { input: longest })).toSucceed();
  });

  test('audits', async () => {
    const here = await workspace();
    const [editor, viewer] = await here.people([{ role: 'EDITOR' }, { role: 'VIEWER' }]);
    const input = { name: 'New', description: 'For all' };
    const created = await editor.run(CreateDataset, { input });
    const id = created.data?.createDataset?.dataset?.id ?? '';
    await expect(created).toHaveAudited({
      accountId: here.accountId,
      action: 'dataset.created',
      outcome: 'SUCCEEDED',
      subjectId: editor.id,
      actorId: editor.id,
      credentialKind: 'session',
      targetType: 'Dataset',
      via: 'ACCOUNT_ROLE',
      before: null,
      after: input,
      code: null,
      denial: null,
      ipAddress: '192.0.2.7',
      requestId: created.requestId,
    });
    expect(Buffer.from(id, 'base64url').toString()).toMatch(/^Dataset:[0-9a-f-]{36}$/);
    await expect(await viewer.run(CreateDataset, { input })).toHaveAudited({
      action: 'dataset.created',
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      subjectId: viewer.id,
      targetId: null,
      after: null,
      denial: expect.objectContaining({ missing: ['dataset:create'] }),
    });
    await expect(await editor.run(CreateDataset, { input: { name: '' } })).toHaveAudited({
      outcome: 'REFUSED',
      code: 'INVALID_INPUT',
    });
  });
});

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

describe('describeDataset', () => {
  test('allows an Admin, by membership or by group', async () => {
    const { here, admin, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { groupId, role: 'ADMIN' },
      ],
    });
    for (const person of [admin, outsider]) {
      for (const description of [...NAMES, '', 'a\nb\tc', 'x'.repeat(10_000)]) {
        const input = { datasetId: dataset.id, description };
        const result = await person.run(DescribeDataset, { input });
        expect(result.data?.describeDataset?.dataset?.description).toBe(description);
      }
    }
  });

  test('denies a Member and a Viewer, by membership or by group', async () => {
    const { here, admin, member, viewer, outsider } = await world();
    const groupId = await here.group([outsider]);
    const dataset = await here.dataset({
      members: [
        { user: admin, role: 'ADMIN' },
        { user: member, role: 'MEMBER' },
        { user: viewer, role: 'VIEWER' },
        { groupId, role: 'MEMBER' },
      ],
    });
    const input = { datasetId: dataset.id, description: 'Mine' };
    const missing = 'dataset:describe';
    expect(await member.run(DescribeDataset, { input })).toBeDenied({ missing, role: 'Member' });
    expect(await outsider.run(DescribeDataset, { input })).toBeDenied({ missing, role: 'Member' });
    expect(await viewer.run(DescribeDataset, { input })).toBeDenied({ missing, role: 'Viewer' });
    const { data } = await admin.run(GetDataset, { id: dataset.id });
    expect(data?.dataset?.description).toBe('');
  });

  test('hides the dataset from everybody else', async () => {
    const { outsider, stranger, anonymous, dataset } = await world();
    const input = { datasetId: dataset.id, description: 'Mine' };
    await expect(await outsider.run(DescribeDataset, { input })).toBeHidden();
    await expect(await stranger.run(DescribeDataset, { input })).toBeHidden();
    expect(await anonymous.run(DescribeDataset, { input })).toFail('UNAUTHENTICATED');
  });

  test('refuses what is no description', async () => {
    const { admin, dataset } = await world();
    for (const description of ['x'.repeat(10_001), 'a\0b', '\uD800']) {
      const input = { datasetId: dataset.id, description };
      expect(await admin.run(DescribeDataset, { input })).toFail('INVALID_INPUT');
    }
  });

  test('audits', async () => {
    const { admin, member, dataset } = await world();
    const input = { datasetId: dataset.id, description: 'New' };
    const target = { action: 'dataset.described', targetType: 'Dataset', targetId: dataset.rowId };
    await expect(await admin.run(DescribeDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'SUCCEEDED',
      subjectId: admin.id,
      via: 'DIRECT',
      before: { description: '' },
      after: { description: 'New' },
    });
    await expect(await member.run(DescribeDataset, { input })).toHaveAudited({
      ...target,
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
      denial: expect.objectContaining({ missing: ['dataset:describe'] }),
    });
  });
});

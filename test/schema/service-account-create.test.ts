import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  CreateServiceAccount,
  DeleteServiceAccount,
  ListServiceAccounts,
} from '../support/operations.js';
import { workspace, type Workspace } from '../support/world.js';

const PURPOSE = 'Brings the invoices in.';

/** Somebody who manages service accounts, and creates them. */
async function office(here?: Workspace) {
  const place = here ?? (await workspace());
  const chief = await place.person({ name: 'Ina IAM', role: 'IAM_ADMIN' });
  const create = (name: string, purpose = PURPOSE) =>
    chief.run(CreateServiceAccount, { input: { name, purpose } });
  const handleOf = async (name: string) => {
    const result = await create(name);
    expect(result).toSucceed();
    return result.data?.createServiceAccount?.serviceAccount?.handle;
  };
  return { here: place, chief, create, handleOf };
}

describe('createServiceAccount', () => {
  test('allows an IAM Admin to make one with a handle, without a key and without any right', async () => {
    const { create, chief } = await office();
    const result = await create('  Invoice Robot ', `  ${PURPOSE}\n`);
    expect(result).toSucceed();
    expect(result.data?.createServiceAccount?.serviceAccount).toEqual({
      id: expect.any(String),
      name: 'Invoice Robot',
      kind: 'SERVICE_ACCOUNT',
      handle: 'sa:invoice-robot',
      purpose: PURPOSE,
      status: 'ACTIVE',
      createdBy: { name: chief.name },
      use: { activeKeys: 0, memberships: 0 },
      dormantSince: null,
    });
  });

  test.each([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', true],
    ['USER_ADMIN', false],
    ['ADMIN', false],
    ['EDITOR', false],
    ['VIEWER', false],
  ] as const)('lets a %s: %s', async (role, allowed) => {
    const here = await workspace();
    const somebody = await here.person({ role });
    const input = { name: 'Robot', purpose: PURPOSE };
    const result = await somebody.run(CreateServiceAccount, { input });
    if (allowed) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'serviceAccount:manage' });
    const { client } = await testDatabase();
    const made = await client.serviceAccount.count({ where: { accountId: here.accountId } });
    expect(made).toBe(allowed ? 1 : 0);
  });

  test('hides those of one account from the other, where the same name and handle are free', async () => {
    const [one, other] = [await office(), await office()];
    expect(await one.handleOf('Robot')).toBe('sa:robot');
    expect(await other.handleOf('Robot')).toBe('sa:robot');
    const { data } = await other.chief.run(ListServiceAccounts, {});
    expect(data?.serviceAccounts?.totalCount).toBe(1);
  });

  test.each([
    ['the same', 'Invoice Robot', 'Invoice Robot'],
    ['in another case', 'Invoice Robot', 'INVOICE robot'],
    ['with other spaces', 'Invoice Robot', 'Invoice \u00a0  Robot'],
    ['in full-width letters', 'Robot', 'Ｒｏｂｏｔ'],
    ['with a ligature', 'Office', 'Oﬃce'],
    ['with a combined accent', 'Zo\u00eb', 'Zoe\u0308'],
  ])('refuses a name that is %s as another one', async (_how, first, second) => {
    const { create, chief } = await office();
    expect(await create(first)).toSucceed();
    expect(await create(second)).toFail('DUPLICATE_NAME');
    const { data } = await chief.run(ListServiceAccounts, {});
    expect(data?.serviceAccounts?.totalCount).toBe(1);
  });

  test.each([
    ['no name', { name: '', purpose: PURPOSE }],
    ['a name of spaces', { name: ' \t\u2003', purpose: PURPOSE }],
    ['a name of two lines', { name: 'a\nb', purpose: PURPOSE }],
    ['a name of 201 characters', { name: 'x'.repeat(201), purpose: PURPOSE }],
    ['half a character', { name: 'a\ud83e', purpose: PURPOSE }],
    ['no purpose', { name: 'Robot', purpose: '' }],
    ['a purpose of spaces', { name: 'Robot', purpose: ' \n ' }],
    ['a purpose of 1001 characters', { name: 'Robot', purpose: 'x'.repeat(1001) }],
    ['a purpose with NUL', { name: 'Robot', purpose: 'a\0b' }],
  ])('refuses %s', async (_what, input) => {
    const { chief } = await office();
    const result = await chief.run(CreateServiceAccount, { input });
    expect(result).toFail('INVALID_INPUT');
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'INVALID_INPUT' });
  });

  test.each([
    ['Chinese', '发票机器人', 'sa:发票机器人'],
    ['emoji alone', '🤖🧾', 'sa:program'],
    ['signs alone', '--- %_\\ ---', 'sa:program'],
    ['Hindi', 'हिन्दी सेवा', 'sa:हिन्दी-सेवा'],
    ['Greek capitals', 'ΡΟΜΠΟΤ 7', 'sa:ρομποτ-7'],
    ['full-width letters', 'Ｒｏｂｏｔ　９', 'sa:robot-9'],
    ['200 letters', 'x'.repeat(200), `sa:${'x'.repeat(60)}`],
    ['letters of two units each', `a${'𠀀'.repeat(99)}`, `sa:a${'𠀀'.repeat(59)}`],
    ['many words', 'ab '.repeat(60).trim(), `sa:${'ab-'.repeat(20).slice(0, -1)}`],
  ])('takes a name of %s', async (_what, name, handle) => {
    const { create } = await office();
    const result = await create(name);
    expect(result).toSucceed();
    expect(result.data?.createServiceAccount?.serviceAccount).toMatchObject({ name, handle });
  });

  test('gives none the handle that another one has, or has had', async () => {
    const { chief, create, handleOf } = await office();
    const first = await create('Robot!');
    const serviceAccountId = first.data?.createServiceAccount?.serviceAccount?.id ?? '';
    expect(first.data?.createServiceAccount?.serviceAccount?.handle).toBe('sa:robot');
    expect(await handleOf('Robot?')).toBe('sa:robot-2');
    expect(await handleOf('Robot 2')).toBe('sa:robot-2-2');
    const input = { serviceAccountId, name: 'Robot!' };
    expect(await chief.run(DeleteServiceAccount, { input })).toSucceed();
    expect(await handleOf('Robot!')).toBe('sa:robot-3');
  });

  test('makes 25, refuses the 26th, and takes the place of one that was deleted', async () => {
    const { here, chief, create } = await office();
    const { client } = await testDatabase();
    const ids: string[] = [];
    for (let count = 1; count <= 25; count += 1) {
      const { data } = await create(`Robot ${count}`);
      ids.push(data?.createServiceAccount?.serviceAccount?.id ?? '');
    }
    await client.serviceAccount.updateMany({
      where: { accountId: here.accountId, slot: { lte: 5 } },
      data: { disabledAt: new Date() },
    });
    const full = await create('Robot 26');
    expect(full).toFail('LIMIT_REACHED');
    expect(full.errors?.[0]?.extensions['limit']).toBe(25);
    await expect(full).toHaveAudited({ outcome: 'REFUSED', code: 'LIMIT_REACHED' });
    const input = { serviceAccountId: ids[16] ?? '', name: 'Robot 17' };
    expect(await chief.run(DeleteServiceAccount, { input })).toSucceed();
    expect(await create('Robot 26')).toSucceed();
    expect(await create('Robot 27')).toFail('LIMIT_REACHED');
    const slots = await client.serviceAccount.findMany({
      where: { accountId: here.accountId, deletedAt: null },
      select: { slot: true },
    });
    expect(new Set(slots.map(({ slot }) => slot)).size).toBe(25);
  });

  test('audits what was made and what was refused', async () => {
    const { create, chief } = await office();
    const made = await create('Robot');
    await expect(made).toHaveAudited({
      action: 'serviceAccount.created',
      outcome: 'SUCCEEDED',
      subjectId: chief.id,
      targetType: 'ServiceAccount',
      after: { name: 'Robot', handle: 'sa:robot', purpose: PURPOSE },
    });
    await expect(await create('robot')).toHaveAudited({
      action: 'serviceAccount.created',
      outcome: 'REFUSED',
      code: 'DUPLICATE_NAME',
    });
  });
});

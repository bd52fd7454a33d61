import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { basic, keyOf, presenting, rowIdOf } from '../support/keys.js';
import {
  CreateAccessKey,
  DeleteAccessKey,
  GetNode,
  GetServiceAccount,
  ReadSelf,
  RenameAccessKey,
  RotateAccessKey,
  SetAccessKeyActive,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

async function office() {
  const here = await workspace();
  const chief = await here.person({ name: 'Ina IAM', role: 'IAM_ADMIN' });
  const robotId = await here.serviceAccount('Night robot');
  const holder = { serviceAccountId: robotId };
  const serviceAccountId = globalId('ServiceAccount', robotId);
  const create = (more: object = {}) =>
    chief.run(CreateAccessKey, { input: { serviceAccountId, name: 'The key', ...more } });
  const key = await keyOf(here, holder, { slot: 1, name: 'The first' });
  return { here, chief, robotId, holder, serviceAccountId, create, key };
}

interface Aim {
  readonly serviceAccountId: string;
  readonly accessKeyId: string;
}

const CHANGES: readonly (readonly [string, string, (who: Actor, aim: Aim) => Promise<Result>])[] = [
  [
    'createAccessKey',
    'accessKey.created',
    (who, { serviceAccountId }) =>
      who.run(CreateAccessKey, { input: { serviceAccountId, name: 'The key' } }),
  ],
  [
    'renameAccessKey',
    'accessKey.renamed',
    (who, { accessKeyId }) => who.run(RenameAccessKey, { input: { accessKeyId, name: 'Other' } }),
  ],
  [
    'setAccessKeyActive, off',
    'accessKey.switched',
    (who, { accessKeyId }) =>
      who.run(SetAccessKeyActive, { input: { accessKeyId, isActive: false } }),
  ],
  [
    'setAccessKeyActive, on',
    'accessKey.switched',
    (who, { accessKeyId }) =>
      who.run(SetAccessKeyActive, { input: { accessKeyId, isActive: true } }),
  ],
  [
    'rotateAccessKey',
    'accessKey.rotated',
    (who, { accessKeyId }) => who.run(RotateAccessKey, { input: { accessKeyId } }),
  ],
  [
    'deleteAccessKey',
    'accessKey.deleted',
    (who, { accessKeyId }) => who.run(DeleteAccessKey, { input: { accessKeyId } }),
  ],
];

const MANAGERS = {
  SUPER_ADMIN: true,
  IAM_ADMIN: true,
  USER_ADMIN: false,
  ADMIN: false,
  EDITOR: false,
  VIEWER: false,
} as const;

describe.each(CHANGES)('%s', (_name, action, change) => {
  test('allows a Super Admin and an IAM Admin, and denies everybody else', async () => {
    for (const [role, allowed] of Object.entries(MANAGERS)) {
      const { here, serviceAccountId, key } = await office();
      const somebody = await here.person({ role: role as keyof typeof MANAGERS });
      const result = await change(somebody, { serviceAccountId, accessKeyId: key.id });
      if (allowed) expect(result, role).toSucceed();
      else expect(result, role).toBeDenied({ missing: 'serviceAccount:manage' });
    }
  });

  test('hides what is of another account, of another kind, a person’s, or deleted', async () => {
    const { here, chief, robotId, serviceAccountId, key } = await office();
    const aim = { serviceAccountId, accessKeyId: key.id };
    await expect(await change((await office()).chief, aim)).toBeHidden();
    const user = globalId('User', chief.id);
    await expect(await change(chief, { serviceAccountId: user, accessKeyId: user })).toBeHidden();
    const own = await keyOf(here, { userId: chief.id });
    const someone = globalId('ServiceAccount', chief.id);
    const personal = { serviceAccountId: someone, accessKeyId: own.id };
    await expect(await change(chief, personal)).toBeHidden();
    const { client } = await testDatabase();
    const gone = { deletedAt: new Date(), slot: null };
    await client.accessKey.update({
      where: { id: key.rowId },
      data: { ...gone, secretHash: null },
    });
    await client.serviceAccount.update({ where: { id: robotId }, data: gone });
    await expect(await change(chief, aim)).toBeHidden();
  });

  test('refuses a key, its own among them', async () => {
    const { here, chief, serviceAccountId, key } = await office();
    const aim = { serviceAccountId, accessKeyId: key.id };
    const own = await keyOf(here, { userId: chief.id });
    for (const { user } of [key, own]) {
      expect((await change(user, aim)).errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        denial: { reason: 'SIGN_IN_REQUIRED' },
      });
    }
  });

  test('audits what came of it, refused or not, and never the secret', async () => {
    const { here, chief, serviceAccountId, key } = await office();
    const aim = { serviceAccountId, accessKeyId: key.id };
    const refused = await change(await here.person(), aim);
    await expect(refused).toHaveAudited({ action, outcome: 'REFUSED', code: 'FORBIDDEN' });
    const done = await change(chief, aim);
    const entry = { action, outcome: 'SUCCEEDED', targetType: 'AccessKey', subjectId: chief.id };
    await expect(done).toHaveAudited(entry);
    const { client } = await testDatabase();
    const { requestId } = done;
    const written = JSON.stringify(await client.auditEntry.findMany({ where: { requestId } }));
    const [secret] = /(?<=_)[\w-]{43}[0-9a-f]{8}/.exec(done.text) ?? ['no secret'];
    expect(written).not.toContain(secret);
  });
});

describe('createAccessKey', () => {
  test('answers the key once, which signs in whole and parted', async () => {
    const { here, chief, robotId, serviceAccountId, create } = await office();
    const result = await create({ name: '  Nightly \u{1f319} ' });
    expect(result).toSucceed();
    const { key = '', secret = '', accessKey } = result.data?.createAccessKey ?? {};
    const keyId = accessKey?.keyId ?? '';
    expect(key).toMatch(/^fgk_[0-9a-f]{32}_[\w-]{43}[0-9a-f]{8}$/);
    expect(key).toBe(`${keyId}_${secret}`);
    expect(accessKey).toEqual({
      id: expect.any(String),
      kind: 'ACCESS_KEY',
      keyId: `fgk_${rowIdOf(accessKey?.id).replaceAll('-', '')}`,
      name: 'Nightly \u{1f319}',
      status: 'ACTIVE',
      permissions: null,
      expiresAt: null,
      createdAt: expect.any(String),
      createdBy: { name: chief.name },
      lastUsedAt: null,
      daysActive: 0,
      rotationRecommended: null,
      successor: null,
    });
    for (const authorization of [`Bearer ${key}`, basic(keyId, secret)]) {
      const { data } = await presenting(here.app, authorization).run(ReadSelf);
      expect(data?.me?.subject.id, authorization).toBe(globalId('ServiceAccount', robotId));
    }
    const later = await chief.run(GetServiceAccount, { id: serviceAccountId });
    expect(later.text).not.toContain(secret);
    const { client } = await testDatabase();
    const rows = JSON.stringify(
      await client.accessKey.findMany({ where: { id: rowIdOf(accessKey?.id) } }),
    );
    expect(rows).not.toContain(secret);
  });

  test.each([
    ['now', 0],
    ['in the past', -1],
    ['a year ago', -365 * 86_400_000],
  ])('refuses a key that ends %s', async (_when, ms) => {
    const { create } = await office();
    const result = await create({ expiresAt: new Date(Date.now() + ms).toISOString() });
    expect(result).toFail('INVALID_INPUT');
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'INVALID_INPUT' });
  });

  test.each([
    ['2027-03-28T02:30:00+01:00', '2027-03-28T01:30:00.000Z'],
    ['2027-10-31T02:30:00+02:00', '2027-10-31T00:30:00.000Z'],
    ['2027-10-31T02:30:00+01:00', '2027-10-31T01:30:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('keeps the instant %s, whatever clocks do there', async (expiresAt, kept) => {
    const { create } = await office();
    const result = await create({ expiresAt });
    expect(result.data?.createAccessKey?.accessKey?.expiresAt).toBe(kept);
  });

  test.each([
    ['an unknown name', ['dataset:read', 'dataset:fly']],
    ['an unknown name with a prototype', ['toString']],
    ['a wildcard', ['*']],
    ['another case', ['Dataset:Read']],
    ['spaces', [' dataset:read']],
    ['nothing', []],
    ['too many', Array.from({ length: 201 }, () => 'dataset:read')],
  ])('refuses a restriction to %s', async (_what, permissions) => {
    const { create } = await office();
    expect(await create({ permissions })).toFail('INVALID_INPUT');
  });

  test('keeps each permission of a restriction once', async () => {
    const { create } = await office();
    const permissions = ['dataset:read', 'datasetMember:read', 'dataset:read'];
    const { data } = await create({ permissions });
    expect(data?.createAccessKey?.accessKey?.permissions).toEqual([
      'dataset:read',
      'datasetMember:read',
    ]);
  });

  test('refuses names that are none, and takes two keys of one name', async () => {
    const { create } = await office();
    for (const name of ['', '  ', 'a\nb', 'x'.repeat(201), '\ud83e']) {
      expect(await create({ name }), name).toFail('INVALID_INPUT');
    }
    for (const name of ['发票', 'x'.repeat(200), '发票'])
      expect(await create({ name })).toSucceed();
  });

  test('makes 50, counts those that sign nobody in, and takes the place of a deleted one', async () => {
    const { here, chief, holder, create, key } = await office();
    const past = new Date(Date.now() - 1000);
    for (let slot = 2; slot <= 49; slot += 1) {
      await keyOf(here, holder, { slot, isActive: slot % 2 === 0, expiresAt: past });
    }
    expect(await create()).toSucceed();
    const full = await create();
    expect(full).toFail('LIMIT_REACHED');
    expect(full.errors?.[0]?.extensions['limit']).toBe(50);
    const rotate = { input: { accessKeyId: key.id } };
    expect(await chief.run(RotateAccessKey, rotate)).toFail('LIMIT_REACHED');
    expect(await chief.run(DeleteAccessKey, { input: { accessKeyId: key.id } })).toSucceed();
    expect(await create()).toSucceed();
    expect(await create()).toFail('LIMIT_REACHED');
  });
});

describe('setAccessKeyActive', () => {
  test('turns a key off from the answer on, and on again', async () => {
    const { chief, key } = await office();
    const turn = async (isActive: boolean) => {
      const input = { accessKeyId: key.id, isActive };
      const result = await chief.run(SetAccessKeyActive, { input });
      return result.data?.setAccessKeyActive?.accessKey?.status;
    };
    expect(await turn(false)).toBe('INACTIVE');
    const refused = await key.user.run(ReadSelf);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ reason: 'KEY_INACTIVE' });
    expect(await turn(true)).toBe('ACTIVE');
    expect(await key.user.run(ReadSelf)).toSucceed();
  });
});

describe('deleteAccessKey', () => {
  test('ends the key at once: nobody finds it, and its secret is gone', async () => {
    const { chief, serviceAccountId, key } = await office();
    const result = await chief.run(DeleteAccessKey, { input: { accessKeyId: key.id } });
    expect(result.data?.deleteAccessKey?.deletedId).toBe(key.id);
    expect((await key.user.run(ReadSelf)).errors?.[0]?.extensions).toMatchObject({
      reason: 'INVALID_CREDENTIAL',
    });
    await expect(await chief.run(GetNode, { id: key.id })).toBeHidden();
    const { data } = await chief.run(GetServiceAccount, { id: serviceAccountId });
    expect(data?.serviceAccount?.accessKeys).toEqual([]);
  });
});

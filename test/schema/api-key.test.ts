import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { basic, keyOf, presenting } from '../support/keys.js';
import {
  CreateApiKey,
  DeleteApiKey,
  GetNode,
  ReadOwnKeys,
  ReadSelf,
  RenameApiKey,
  RotateApiKey,
  SetApiKeyActive,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

type Change = (who: Actor, accessKeyId: string) => Promise<Result>;

const rename: Change = (who, accessKeyId) =>
  who.run(RenameApiKey, { input: { accessKeyId, name: 'Other' } });
const turnOff: Change = (who, accessKeyId) =>
  who.run(SetApiKeyActive, { input: { accessKeyId, isActive: false } });
const turnOn: Change = (who, accessKeyId) =>
  who.run(SetApiKeyActive, { input: { accessKeyId, isActive: true } });
const rotate: Change = (who, accessKeyId) => who.run(RotateApiKey, { input: { accessKeyId } });
const remove: Change = (who, accessKeyId) => who.run(DeleteApiKey, { input: { accessKeyId } });

async function owned() {
  const here = await workspace();
  const pia = await here.person({ name: 'Pia Person', role: 'VIEWER' });
  const key = await keyOf(here, { userId: pia.id }, { createdById: pia.id, name: 'Mine' });
  return { here, pia, key };
}

// By hand: an Admin ends the keys of others, and nobody else touches them.
describe.each([
  ['renameApiKey', 'apiKey.renamed', rename, false],
  ['setApiKeyActive, off', 'apiKey.switched', turnOff, true],
  ['setApiKeyActive, on', 'apiKey.switched', turnOn, false],
  ['rotateApiKey', 'apiKey.rotated', rotate, false],
  ['deleteApiKey', 'apiKey.deleted', remove, true],
] as const)('%s', (_name, action, change, adminMay) => {
  test('allows whoever has the key, whatever the role', async () => {
    for (const role of [
      'SUPER_ADMIN',
      'IAM_ADMIN',
      'USER_ADMIN',
      'ADMIN',
      'EDITOR',
      'VIEWER',
    ] as const) {
      const here = await workspace();
      const somebody = await here.person({ role });
      const key = await keyOf(here, { userId: somebody.id });
      expect(await change(somebody, key.id), role).toSucceed();
    }
  });

  test(`${adminMay ? 'allows an Admin and ' : ''}hides the keys of others from everybody`, async () => {
    for (const [role, allowed] of [
      ['SUPER_ADMIN', false],
      ['IAM_ADMIN', false],
      ['USER_ADMIN', false],
      ['ADMIN', adminMay],
      ['EDITOR', false],
      ['VIEWER', false],
    ] as const) {
      const { here, key } = await owned();
      const result = await change(await here.person({ role }), key.id);
      if (allowed) expect(result, role).toSucceed();
      else await expect(result, role).toBeHidden();
    }
  });

  test('hides keys of service accounts, of other accounts, and deleted ones', async () => {
    const { here, pia, key } = await owned();
    const admin = await here.person({ role: 'ADMIN' });
    const robot = await keyOf(here, { serviceAccountId: await here.serviceAccount() });
    const elsewhere = await workspace();
    const stranger = await elsewhere.person({ role: 'ADMIN' });
    await expect(await change(admin, robot.id)).toBeHidden();
    await expect(await change(stranger, key.id)).toBeHidden();
    await expect(await change(pia, globalId('User', pia.id))).toBeHidden();
    expect(await remove(pia, key.id)).toSucceed();
    await expect(await change(pia, key.id)).toBeHidden();
  });

  test('refuses every key, also that of an Admin and the one that is meant', async () => {
    const { here, key } = await owned();
    const admin = await here.person({ role: 'ADMIN' });
    const robot = await keyOf(here, { serviceAccountId: await here.serviceAccount() });
    const adminKey = await keyOf(here, { userId: admin.id });
    for (const { user } of [key, adminKey, robot]) {
      expect((await change(user, key.id)).errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        denial: { reason: 'SIGN_IN_REQUIRED', rule: 'signed in' },
      });
    }
  });

  test('audits what came of it', async () => {
    const { here, pia, key } = await owned();
    await expect(await change(await here.person(), key.id)).toHaveAudited({
      action,
      outcome: 'REFUSED',
      code: 'NOT_FOUND',
    });
    await expect(await change(pia, key.id)).toHaveAudited({
      action,
      outcome: 'SUCCEEDED',
      subjectId: pia.id,
      targetType: 'AccessKey',
      targetId: key.rowId,
    });
  });
});

describe('createApiKey', () => {
  const create = (who: Actor, more: object = {}) =>
    who.run(CreateApiKey, { input: { name: 'Mine', ...more } });

  test('answers anybody a key of their own, once, which signs in whole and parted', async () => {
    const here = await workspace();
    const pia = await here.person({ name: 'Pia Person', role: 'VIEWER' });
    const result = await create(pia, { permissions: ['dataset:read'] });
    expect(result).toSucceed();
    const { key = '', secret = '', accessKey } = result.data?.createApiKey ?? {};
    expect(key).toMatch(/^fgp_[0-9a-f]{32}_[\w-]{43}[0-9a-f]{8}$/);
    expect(accessKey).toMatchObject({
      kind: 'API_KEY',
      status: 'ACTIVE',
      permissions: ['dataset:read'],
      createdBy: { name: 'Pia Person' },
    });
    for (const authorization of [`Bearer ${key}`, basic(accessKey?.keyId ?? '', secret)]) {
      const { data } = await presenting(here.app, authorization).run(ReadSelf);
      expect(data?.me?.user?.name).toBe('Pia Person');
    }
    const own = await pia.run(ReadOwnKeys);
    expect(own.data?.me?.apiKeys).toHaveLength(1);
    expect(own.text).not.toContain(secret);
    await expect(result).toHaveAudited({
      action: 'apiKey.created',
      after: { name: 'Mine', userId: pia.id, expiresAt: null, permissions: 'dataset:read' },
    });
  });

  test('refuses keys, nobody, the past, and permissions that there are not', async () => {
    const { here, pia, key } = await owned();
    expect((await create(key.user)).errors?.[0]?.extensions).toMatchObject({
      denial: { reason: 'SIGN_IN_REQUIRED' },
    });
    expect(await create(presenting(here.app, ''))).toFail('UNAUTHENTICATED');
    expect(await create(pia, { expiresAt: '2020-02-29T00:00:00Z' })).toFail('INVALID_INPUT');
    expect(await create(pia, { permissions: [] })).toFail('INVALID_INPUT');
    expect(await create(pia, { permissions: ['dataset:fly'] })).toFail('INVALID_INPUT');
    expect(await create(pia, { name: ' ' })).toFail('INVALID_INPUT');
    expect((await pia.run(ReadOwnKeys)).data?.me?.apiKeys).toHaveLength(1);
  });

  test('makes 50 for a person, whatever others have', async () => {
    const { here, pia, key } = await owned();
    for (let slot = 1; slot <= 49; slot += 1) {
      await keyOf(here, { userId: pia.id }, { slot, isActive: slot % 2 === 0 });
    }
    expect(await create(pia)).toFail('LIMIT_REACHED');
    expect(await create(await here.person())).toSucceed();
    expect(await remove(pia, key.id)).toSucceed();
    expect(await create(pia)).toSucceed();
  });
});

describe('an API key is seen', () => {
  test('by whoever has it and by an Admin, and by nobody with a key', async () => {
    const { here, pia, key } = await owned();
    const [admin, chief] = await here.people([{ role: 'ADMIN' }, { role: 'SUPER_ADMIN' }]);
    const adminKey = await keyOf(here, { userId: admin.id });
    for (const reader of [pia, admin]) {
      expect((await reader.run(GetNode, { id: key.id })).data?.node).toMatchObject({ id: key.id });
    }
    for (const reader of [chief, key.user, adminKey.user]) {
      await expect(await reader.run(GetNode, { id: key.id })).toBeHidden();
    }
    const refused = await key.user.run('{ me { apiKeys { name } } }');
    expect(refused.errors?.[0]?.extensions).toMatchObject({
      denial: { reason: 'SIGN_IN_REQUIRED' },
    });
  });

  test('never by a Super Admin in the list of its person, but by an Admin', async () => {
    const { here, pia } = await owned();
    const list = 'query ($id: ID!) { node(id: $id) { ... on User { apiKeys { name } } } }';
    const variables = { id: globalId('User', pia.id) };
    const [admin, chief] = await here.people([{ role: 'ADMIN' }, { role: 'SUPER_ADMIN' }]);
    expect((await admin.run(list, variables)).data).toEqual({
      node: { apiKeys: [{ name: 'Mine' }] },
    });
    expect(await chief.run(list, variables)).toBeDenied({ missing: 'apiKey:manage' });
  });
});

test('a rotated API key goes on for a day beside its successor', async () => {
  const { here, pia, key } = await owned();
  const result = await pia.run(RotateApiKey, { input: { accessKeyId: key.id } });
  const text = result.data?.rotateApiKey?.key;
  for (const who of [key.user, presenting(here.app, `Bearer ${text}`)]) {
    expect(await who.run(ReadSelf)).toSucceed();
  }
  const { client } = await testDatabase();
  const { expiresAt } = await client.accessKey.findUniqueOrThrow({ where: { id: key.rowId } });
  expect(Math.round(((expiresAt?.getTime() ?? 0) - Date.now()) / 3_600_000)).toBe(24);
});

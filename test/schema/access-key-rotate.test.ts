import { expect, test } from 'vitest';

import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { keyOf, presenting } from '../support/keys.js';
import {
  DeleteAccessKey,
  GetServiceAccount,
  ReadSelf,
  RotateAccessKey,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A gateway whose clock the test sets; people stay signed in for an hour of the real one. */
async function office(draft: Parameters<typeof keyOf>[2] = {}) {
  const start = Date.now();
  let passed = 0;
  const app = await testApp({ now: () => new Date(start + passed) });
  const here = await workspace(app);
  const chief = await here.person({ name: 'Ina IAM', role: 'IAM_ADMIN' });
  const robotId = await here.serviceAccount('Night robot');
  const createdById = chief.id;
  const key = await keyOf(here, { serviceAccountId: robotId }, { createdById, ...draft });
  const { client } = await testDatabase();
  const rotate = (input: object = {}) =>
    chief.run(RotateAccessKey, { input: { accessKeyId: key.id, ...input } });
  const read = async () => {
    const id = globalId('ServiceAccount', robotId);
    const { data } = await chief.run(GetServiceAccount, { id });
    return data?.serviceAccount?.accessKeys ?? [];
  };
  const later = (ms: number) => void (passed = ms);
  return { here, chief, key, client, rotate, read, later, start };
}

test.each([
  [0, 0],
  [1, HOUR],
  [24, 24 * HOUR],
  [168, 7 * DAY],
])('a key that is rotated with an overlap of %i hours ends then', async (overlapHours, ends) => {
  const { here, key, rotate, later } = await office();
  const result = await rotate({ overlapHours });
  expect(result).toSucceed();
  const successor = presenting(here.app, `Bearer ${result.data?.rotateAccessKey?.key}`);
  if (ends > 0) {
    later(ends - 1);
    expect(await key.user.run(ReadSelf)).toSucceed();
  }
  later(ends);
  const refused = await key.user.run(ReadSelf);
  expect(refused).toFail('UNAUTHENTICATED');
  expect(refused.errors?.[0]?.extensions['reason']).toBe('KEY_EXPIRED');
  expect(await successor.run(ReadSelf)).toSucceed();
});

test('a key that is rotated without a word overlaps for a day', async () => {
  const { start, rotate, read, key } = await office();
  const result = await rotate();
  const successor = result.data?.rotateAccessKey?.accessKey;
  const [old] = await read();
  expect(old).toMatchObject({
    id: key.id,
    expiresAt: new Date(start + DAY).toISOString(),
    successor: { id: successor?.id },
    rotationRecommended: null,
  });
  await expect(result).toHaveAudited({
    action: 'accessKey.rotated',
    targetId: key.rowId,
    before: { name: 'A key' },
    after: { successorId: expect.any(String), endsAt: new Date(start + DAY).toISOString() },
  });
});

test.each([-1, 169, 1000])('nobody rotates with an overlap of %i hours', async (overlapHours) => {
  const { rotate, read } = await office();
  expect(await rotate({ overlapHours })).toFail('INVALID_INPUT');
  expect(await read()).toHaveLength(1);
});

test('a successor has the name, the permissions and as long a life', async () => {
  const now = Date.now();
  const { start, rotate } = await office({
    name: 'Nightly',
    permissions: ['dataset:read', 'dataset:export'],
    createdAt: new Date(now - 20 * DAY),
    expiresAt: new Date(now + 10 * DAY),
  });
  const { data } = await rotate();
  expect(data?.rotateAccessKey?.accessKey).toMatchObject({
    name: 'Nightly',
    status: 'ACTIVE',
    permissions: ['dataset:read', 'dataset:export'],
    expiresAt: new Date(start + 30 * DAY).toISOString(),
    createdAt: new Date(start).toISOString(),
  });
});

test('a successor ends when it is told, or never, but not in the past', async () => {
  const expiresAt = new Date(Date.now() + 10 * DAY);
  for (const given of [null, '2040-01-01T00:00:00.000Z']) {
    const { rotate } = await office({ expiresAt });
    const { data } = await rotate({ expiresAt: given });
    expect(data?.rotateAccessKey?.accessKey?.expiresAt).toBe(given);
  }
  const { rotate } = await office({ expiresAt });
  expect(await rotate({ expiresAt: '2020-01-01T00:00:00.000Z' })).toFail('INVALID_INPUT');
});

test('an overlap never lengthens the life of the old key', async () => {
  const expiresAt = new Date(Date.now() + HOUR);
  const { rotate, read } = await office({ expiresAt });
  expect(await rotate({ overlapHours: 168 })).toSucceed();
  expect((await read())[0]?.expiresAt).toBe(expiresAt.toISOString());
});

test('a key has one successor: the second rotation is refused, until that one is deleted', async () => {
  const { chief, rotate, read } = await office();
  const first = await rotate();
  expect(await rotate()).toFail('CONFLICT');
  expect(await read()).toHaveLength(2);
  const accessKeyId = first.data?.rotateAccessKey?.accessKey?.id ?? '';
  expect(await chief.run(DeleteAccessKey, { input: { accessKeyId } })).toSucceed();
  expect((await read())[0]?.successor).toBeNull();
  expect(await rotate()).toSucceed();
});

test('a key that two rotate at once has one successor', async () => {
  const { rotate, read } = await office();
  const ends = await Promise.all([rotate(), rotate(), rotate()]);
  const codes = ends.map(({ errors }) => errors?.[0]?.extensions.code ?? 'SUCCESS');
  expect(codes.toSorted()).toEqual(['CONFLICT', 'CONFLICT', 'SUCCESS']);
  expect(await read()).toHaveLength(2);
});

test('a key is old after 90 days, and expires soon in the last 14', async () => {
  const now = Date.now();
  const cases = [
    [{ createdAt: new Date(now - 89 * DAY) }, null],
    [{ createdAt: new Date(now - 91 * DAY) }, 'OLD'],
    [{ expiresAt: new Date(now + 15 * DAY) }, null],
    [{ expiresAt: new Date(now + 13 * DAY) }, 'EXPIRES_SOON'],
    [{ expiresAt: new Date(now + 13 * DAY), createdAt: new Date(now - 91 * DAY) }, 'EXPIRES_SOON'],
    [{ expiresAt: new Date(now - DAY), createdAt: new Date(now - 91 * DAY) }, null],
  ] as const;
  for (const [draft, reason] of cases) {
    const { read } = await office(draft);
    expect((await read())[0]?.rotationRecommended, JSON.stringify(draft)).toBe(reason);
  }
});

test('a key counts the whole days of its life, and says what state it is in', async () => {
  const now = Date.now();
  const cases = [
    [{ createdAt: new Date(now) }, 0, 'ACTIVE'],
    [{ createdAt: new Date(now - DAY + HOUR) }, 0, 'ACTIVE'],
    [{ createdAt: new Date(now - DAY) }, 1, 'ACTIVE'],
    [{ createdAt: new Date(now - 10 * DAY), isActive: false }, 10, 'INACTIVE'],
    [{ createdAt: new Date(now - 10 * DAY), expiresAt: new Date(now - 3 * DAY) }, 7, 'EXPIRED'],
    [
      { createdAt: new Date(now - 10 * DAY), expiresAt: new Date(now - DAY), isActive: false },
      9,
      'EXPIRED',
    ],
  ] as const;
  for (const [draft, daysActive, status] of cases) {
    const { read } = await office(draft);
    expect((await read())[0], JSON.stringify(draft)).toMatchObject({ daysActive, status });
  }
});

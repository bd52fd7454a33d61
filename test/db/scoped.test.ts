import { randomUUID } from 'node:crypto';

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { Prisma, type PrismaClient } from '../../src/db/generated/client.js';
import { scopeToAccount, type Db } from '../../src/db/scoped.js';
import { testDatabase } from '../support/database.js';
import { world } from '../support/world.js';

/** One account with rows in every table. */
async function fill(client: PrismaClient): Promise<string> {
  const { here, dataset, admin } = await world();
  const { accountId } = here;
  const groupId = await here.group([admin]);
  const serviceAccountId = await here.serviceAccount();
  await client.accessKey.create({
    data: {
      accountId,
      serviceAccountId,
      slot: 1,
      name: 'A',
      secretHash: new Uint8Array(32),
      pepperVersion: 1,
    },
  });
  await client.impersonationGrant.create({
    data: { accountId, serviceAccountId, resource: 'GLOBAL_MY_ITEMS' },
  });
  const [role, parent] = await client.role.findMany({ where: { accountId }, take: 2 });
  await client.roleParent.create({
    data: { accountId, roleId: role?.id ?? '', parentId: parent?.id ?? '' },
  });
  const flowId = dataset.rowId;
  const mail = { secretHash: new Uint8Array(32), pepperVersion: 1, expiresAt: new Date() };
  const { id: invitationId } = await client.invitation.create({
    data: { accountId, email: 'a@example.test', sentAt: new Date(), ...mail },
  });
  await client.invitationGroup.create({ data: { accountId, invitationId, groupId } });
  await client.passwordReset.create({ data: { accountId, userId: admin.id, ...mail } });
  const { id: reviewId } = await client.accessReview.create({
    data: { accountId, scope: 'EVERYTHING', dueAt: new Date() },
  });
  const line = { kind: 'FLOW', holderName: 'A', resourceId: flowId, resourceName: 'B' } as const;
  await client.accessRequest.create({
    data: { accountId, requesterId: admin.id, accountRole: 'ADMIN' },
  });
  await client.accessReviewLine.create({ data: { accountId, reviewId, ...line } });
  await client.datasetView.create({ data: { accountId, flowId, name: 'A view' } });
  await client.datasetField.create({
    data: { accountId, flowId, key: 'a', name: 'A', nameKey: 'a', type: 'TEXT', position: 0 },
  });
  await client.datasetRow.create({ data: { accountId, flowId, values: {} } });
  const change = { rowId: flowId, kind: 'ADDED', cells: [] } as const;
  await client.datasetRowChange.create({
    data: { accountId, flowId, ...change, subjectId: admin.id, actorId: admin.id },
  });
  await client.datasetImport.create({
    data: { accountId, flowId, createdById: admin.id, fileName: 'a.csv' },
  });
  const egress = { kind: 'EXPORT', format: 'CSV', fileName: 'a.csv', selection: {} } as const;
  await client.egressRecord.create({
    data: {
      accountId,
      flowId,
      subjectId: admin.id,
      actorId: admin.id,
      ...egress,
      expiresAt: new Date(),
    },
  });
  await client.auditEntry.create({
    data: { accountId, action: 'thing.done', outcome: 'SUCCEEDED', requestId: 'r' },
  });
  return accountId;
}

/** What the models have in common. */
interface Delegate {
  findMany(args?: object): Promise<{ id?: string; accountId?: string }[]>;
  count(args?: object): Promise<number>;
  updateMany(args: object): Promise<{ count: number }>;
}

function delegateOf(client: Db | PrismaClient, model: string): Delegate {
  const delegates = client as unknown as Record<string, Delegate>;
  const delegate = delegates[(model[0] ?? '').toLowerCase() + model.slice(1)];
  if (!delegate) throw new Error(`There is no model ${model}.`);
  return delegate;
}

const columns = Prisma as unknown as Record<string, Record<string, string>>;
const models = Object.values(Prisma.ModelName);
const tenantModels = models.filter((name) => columns[`${name}ScalarFieldEnum`]?.['accountId']);

let client: PrismaClient;
let ours: string;
let theirs: string;
let db: Db;

beforeAll(async () => {
  ({ client } = await testDatabase());
  ours = await fill(client);
  theirs = await fill(client);
  db = scopeToAccount(client, ours);
});

describe('of every model that belongs to an account', () => {
  test('which are these', () => {
    expect(tenantModels.length).toBeGreaterThanOrEqual(18);
    expect(models.filter((name) => !tenantModels.includes(name)).toSorted()).toEqual([
      'Account',
      'AttemptCount',
      'DatasetImportBatch',
      'DatasetUniqueValue',
    ]);
  });

  test.each(tenantModels)('%s shows its own rows and no other', async (model) => {
    const rows = await delegateOf(db, model).findMany();
    expect(new Set(rows.map(({ accountId }) => accountId))).toEqual(new Set([ours]));
    const where = { accountId: ours };
    expect(rows).toHaveLength(await delegateOf(client, model).count({ where }));
    expect(await delegateOf(db, model).count()).toBe(rows.length);
    expect(await delegateOf(db, model).count({ where: { accountId: theirs } })).toBe(0);
    expect(await delegateOf(client, model).count({ where: { accountId: theirs } })).not.toBe(0);
  });

  test.each(tenantModels)('%s shows nothing without an account', async (model) => {
    const nobody = scopeToAccount(client);
    expect(await delegateOf(nobody, model).findMany()).toEqual([]);
    expect(await delegateOf(nobody, model).count({ where: { accountId: ours } })).toBe(0);
  });
});

test('of the accounts it shows its own', async () => {
  expect((await db.account.findMany()).map(({ id }) => id)).toEqual([ours]);
  expect(await db.account.findUnique({ where: { id: theirs } })).toBeNull();
  expect(await scopeToAccount(client).account.findMany()).toEqual([]);
  await expect(
    db.account.update({ where: { id: theirs }, data: { name: 'Ours' } }),
  ).rejects.toThrow();
});

test('a model that belongs to no account is out of reach', async () => {
  await expect(db.attemptCount.findMany()).rejects.toThrow('AttemptCount belongs to no account');
});

describe('no operation reaches the rows of another account:', () => {
  let own: string;
  let foreign: string;

  const group = (accountId: string, name = randomUUID()) => ({ accountId, name, nameKey: name });
  const foreignNow = () => client.group.findUnique({ where: { id: foreign } });

  beforeEach(async () => {
    own = (await client.group.create({ data: group(ours) })).id;
    foreign = (await client.group.create({ data: group(theirs, `theirs ${randomUUID()}`) })).id;
  });

  /** Conditions that would find rows of the other account, were they all that counts. */
  const ESCAPES: Record<string, () => Prisma.GroupWhereInput> = {
    nothing: () => ({}),
    'the account': () => ({ accountId: theirs }),
    'the id': () => ({ id: foreign }),
    OR: () => ({ OR: [{ accountId: theirs }, { accountId: ours }, {}] }),
    'OR without an alternative to it': () => ({ OR: [{ accountId: theirs }] }),
    'AND as a list': () => ({ AND: [{ accountId: theirs }] }),
    'AND as an object': () => ({ AND: { accountId: theirs } }),
    NOT: () => ({ NOT: { accountId: ours } }),
    'NOT as a list': () => ({ NOT: [{ accountId: ours }, { id: own }] }),
    'NOT of AND': () => ({ NOT: { AND: [{ accountId: ours }] } }),
    'OR in AND in OR': () => ({ OR: [{ AND: [{ OR: [{ id: foreign }, {}] }] }] }),
    'a relation': () => ({ account: { id: theirs } }),
    'a relation that is not': () => ({ account: { isNot: { id: ours } } }),
    'a list of accounts': () => ({ accountId: { in: [ours, theirs] } }),
    'another than this one': () => ({ accountId: { not: ours } }),
  };

  test.each(Object.entries(ESCAPES))('whatever is asked for: %s', async (_name, escape) => {
    const where = escape();
    const found = await db.group.findMany({ where });
    expect(found.every(({ accountId }) => accountId === ours)).toBe(true);
    expect((await db.group.findFirst({ where }))?.accountId ?? ours).toBe(ours);
    expect(await db.group.count({ where })).toBe(found.length);
    const { _count, _max } = await db.group.aggregate({
      where,
      _count: true,
      _max: { name: true },
    });
    expect(_count).toBe(found.length);
    expect(_max.name ?? '').not.toMatch(/^theirs/);
    const groups = await db.group.groupBy({ by: ['accountId'], where });
    expect(groups.filter(({ accountId }) => accountId !== ours)).toEqual([]);
    const before = await foreignNow();
    const data = { createdAt: new Date(0) };
    expect((await db.group.updateMany({ where, data })).count).toBe(found.length);
    expect(await db.group.updateManyAndReturn({ where, data })).toHaveLength(found.length);
    await db.group.deleteMany({ where });
    expect(await foreignNow()).toEqual(before);
    expect(before).not.toBeNull();
  });

  test('one row by its key', async () => {
    const where = { id: foreign };
    const before = await foreignNow();
    expect(await db.group.findUnique({ where })).toBeNull();
    expect(await db.group.findUnique({ where: { ...where, accountId: theirs } })).toBeNull();
    await expect(db.group.findUniqueOrThrow({ where })).rejects.toThrow();
    await expect(db.group.findFirstOrThrow({ where })).rejects.toThrow();
    await expect(db.group.update({ where, data: { name: 'Ours' } })).rejects.toThrow();
    await expect(db.group.delete({ where })).rejects.toThrow();
    const accountId_nameKey = { accountId: theirs, nameKey: before?.nameKey ?? '' };
    expect(await db.group.findUnique({ where: { accountId_nameKey } })).toBeNull();
    await expect(db.group.delete({ where: { accountId_nameKey } })).rejects.toThrow();
    expect(await foreignNow()).toEqual(before);
    expect((await db.group.findUnique({ where: { id: own } }))?.id).toBe(own);
  });

  test('what is made is made here', async () => {
    expect((await db.group.create({ data: group(theirs) })).accountId).toBe(ours);
    const names = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await db.group.createMany({ data: names.slice(0, 2).map((name) => group(theirs, name)) });
    await db.group.createMany({ data: group(theirs, names[2]) });
    const returned = await db.group.createManyAndReturn({ data: [group(theirs, names[3])] });
    expect(returned[0]?.accountId).toBe(ours);
    const made = await client.group.findMany({ where: { name: { in: names } } });
    expect(made.map(({ accountId }) => accountId)).toEqual([ours, ours, ours, ours]);
    await expect(scopeToAccount(client).group.create({ data: group(theirs) })).rejects.toThrow();
  });

  test('upsert', async () => {
    const before = await foreignNow();
    const name = randomUUID();
    const made = await db.group.upsert({
      where: { accountId_nameKey: { accountId: ours, nameKey: name } },
      create: group(theirs, name),
      update: { name: 'Never' },
    });
    expect(made).toMatchObject({ accountId: ours, name });
    await db.group
      .upsert({ where: { id: foreign }, create: group(theirs), update: { name: 'Ours' } })
      .catch(() => undefined);
    expect(await foreignNow()).toEqual(before);
  });

  test('a row of one’s own cannot be moved there', async () => {
    const where = { id: own };
    const data = { accountId: theirs };
    const attempts = [
      () => db.group.update({ where, data }),
      () => db.group.updateMany({ where, data }),
      () => db.group.updateManyAndReturn({ where, data }),
      () => db.group.upsert({ where, update: data, create: group(ours) }),
      () => db.group.update({ where, data: { account: { connect: { id: theirs } } } }),
    ];
    for (const attempt of attempts) {
      await attempt().catch(() => undefined);
      expect((await client.group.findUnique({ where }))?.accountId).toBe(ours);
    }
  });

  test('in a transaction too, whether it is one function or a list', async () => {
    const where = { id: foreign };
    const before = await foreignNow();
    await db.$transaction(async (tx) => {
      expect(await tx.group.findUnique({ where })).toBeNull();
      expect(await tx.group.count({ where: { accountId: theirs } })).toBe(0);
      expect((await tx.group.updateMany({ where, data: { name: 'Ours' } })).count).toBe(0);
      expect((await tx.group.deleteMany({ where })).count).toBe(0);
      expect((await tx.group.create({ data: group(theirs) })).accountId).toBe(ours);
      await expect(tx.attemptCount.findMany()).rejects.toThrow('belongs to no account');
    });
    const [found, { count }] = await db.$transaction([
      db.group.findMany({ where }),
      db.group.deleteMany({ where }),
    ]);
    expect([found, count]).toEqual([[], 0]);
    expect(await foreignNow()).toEqual(before);
  });
});

test('every operation of the client is one that was thought of', () => {
  const known = [
    'aggregate',
    'count',
    'create',
    'createMany',
    'createManyAndReturn',
    'delete',
    'deleteMany',
    'findFirst',
    'findFirstOrThrow',
    'findMany',
    'findUnique',
    'findUniqueOrThrow',
    'groupBy',
    'update',
    'updateMany',
    'updateManyAndReturn',
    'upsert',
  ];
  const offered = Object.keys(client.group).filter((name) => /^[a-z]/.test(name));
  // The raw ones are those of another kind of database.
  const others = ['aggregateRaw', 'fields', 'findRaw', 'name'];
  expect(offered.filter((name) => !others.includes(name)).toSorted()).toEqual(known);
});

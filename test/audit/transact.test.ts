import { beforeEach, describe, expect, test } from 'vitest';

import { authenticate } from '../../src/authn/authenticate.js';
import type { Principal } from '../../src/authz/principal.js';
import { Prisma, type PrismaClient } from '../../src/db/generated/client.js';
import { scopeToAccount } from '../../src/db/scoped.js';
import { transact, type RuledChange } from '../../src/domain/change.js';
import { DomainError } from '../../src/errors.js';
import { SECRET } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { world } from '../support/world.js';

let client: PrismaClient;
let principal: Principal;
let flowId: string;
let requestId: string;

beforeEach(async () => {
  ({ client } = await testDatabase());
  const { admin, dataset } = await world();
  const text = admin.headers['authorization']?.slice('Bearer '.length);
  const found = await authenticate(client, { text }, SECRET, new Date());
  if (typeof found !== 'object') throw new Error('Nobody signed in.');
  ({ principal } = found);
  flowId = dataset.rowId;
  requestId = `request of ${flowId}`;
});

/** Renames the dataset as a mutation would, with whatever the domain function does besides. */
function change(
  run: (change: RuledChange) => Promise<unknown>,
  longest?: number,
): Promise<unknown> {
  const db = scopeToAccount(client, principal.accountId);
  const provenance = { requestId, ipAddress: undefined, userAgent: undefined };
  return transact(
    { db, provenance, principal, now: new Date(), longest },
    'dataset.renamed',
    async (transaction) => {
      await transaction.tx.flow.update({ where: { id: flowId }, data: { name: 'Changed' } });
      return run(transaction);
    },
  );
}

async function nameNow(): Promise<string> {
  return (await client.flow.findUniqueOrThrow({ where: { id: flowId } })).name;
}

function entries() {
  return client.auditEntry.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
}

describe('a change commits', () => {
  test('with exactly one entry', async () => {
    expect(
      await change(async ({ record, aim, allow }) => {
        aim({ type: 'Dataset', id: flowId });
        allow({ via: 'GROUP' });
        await record({ before: { name: 'Suppliers' }, after: { name: 'Changed' } });
        return 'done';
      }),
    ).toBe('done');
    expect(await nameNow()).toBe('Changed');
    expect(await entries()).toMatchObject([
      {
        action: 'dataset.renamed',
        outcome: 'SUCCEEDED',
        subjectId: principal.subject.id,
        credentialId: principal.credential.id,
        targetType: 'Dataset',
        targetId: flowId,
        before: { name: 'Suppliers' },
        after: { name: 'Changed' },
        via: 'GROUP',
      },
    ]);
  });

  test('and tells of an override, whatever else allowed it', async () => {
    await change(async ({ record, allow }) => {
      allow({ via: 'SUPER_ADMIN_OVERRIDE' });
      allow({ via: 'DIRECT' });
      await record({});
    });
    expect(await entries()).toMatchObject([{ via: 'SUPER_ADMIN_OVERRIDE' }]);
  });

  test('after others were in its way, still with one entry', async () => {
    let tries = 0;
    await change(async ({ record }) => {
      tries += 1;
      await record({ after: { tries } });
      if (tries < 4) throw conflict();
    });
    expect(await entries()).toMatchObject([{ outcome: 'SUCCEEDED', after: { tries: 4 } }]);
  });
});

describe('a change that takes long', () => {
  const LONG = 60_000;

  test('commits like any other', async () => {
    await change(({ record }) => record({}), LONG);
    expect(await nameNow()).toBe('Changed');
    expect(await entries()).toMatchObject([{ outcome: 'SUCCEEDED' }]);
  });

  test.each([
    [
      'is suspended',
      'UNAUTHENTICATED',
      ({ tx }: RuledChange) =>
        tx.user.update({ where: { id: principal.subject.id }, data: { status: 'SUSPENDED' } }),
    ],
    [
      'signs out',
      'UNAUTHENTICATED',
      ({ tx, now }: RuledChange) =>
        tx.session.update({ where: { id: principal.credential.id }, data: { endedAt: now } }),
    ],
    [
      'loses a role',
      'CONFLICT',
      ({ tx }: RuledChange) =>
        tx.roleAssignment.deleteMany({ where: { userId: principal.subject.id } }),
    ],
  ])('does nothing if its person %s meanwhile: %s', async (_what, code, meanwhile) => {
    const long = change(async (transaction) => {
      await meanwhile(transaction);
      await transaction.record({});
    }, LONG);
    await expect(long).rejects.toMatchObject({ code });
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([{ outcome: 'REFUSED', code }]);
  });
});

describe('a change is rolled back', () => {
  test('without an entry', async () => {
    await expect(change(async () => 'done')).rejects.toThrow(
      'dataset.renamed wrote 0 audit entries, not one.',
    );
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([{ outcome: 'FAILED', code: 'INTERNAL' }]);
  });

  test('with two entries', async () => {
    await expect(
      change(async ({ record }) => {
        await record({ after: { name: 'one' } });
        await record({ after: { name: 'two' } });
      }),
    ).rejects.toThrow('dataset.renamed wrote 2 audit entries, not one.');
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([{ outcome: 'FAILED', after: null }]);
  });

  test('when it is refused, and the entry says why', async () => {
    const denial = { missing: ['dataset:rename'] };
    await expect(
      change(async ({ record, aim }) => {
        aim({ type: 'Dataset', id: flowId });
        await record({});
        throw new DomainError('FORBIDDEN', 'No.', { denial });
      }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([
      { outcome: 'REFUSED', code: 'FORBIDDEN', denial, targetId: flowId, via: null },
    ]);
  });

  test('when it fails, and the entry keeps nothing of the reason', async () => {
    await expect(
      change(async ({ record }) => {
        await record({ after: { name: 'planted' } });
        throw new TypeError('planted');
      }),
    ).rejects.toThrow('planted');
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([{ outcome: 'FAILED', code: 'INTERNAL' }]);
    expect(JSON.stringify(await entries())).not.toContain('planted');
  });

  test('when its entry cannot be written', async () => {
    await client.$executeRawUnsafe(
      `ALTER TABLE audit_entry ADD CONSTRAINT no_entry CHECK (request_id <> '${requestId}') NOT VALID`,
    );
    try {
      await expect(change(({ record }) => record({}))).rejects.toThrow(/no_entry/);
    } finally {
      await client.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT no_entry`;
    }
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toEqual([]);
  });

  test('when others are in its way time and again', async () => {
    let tries = 0;
    await expect(
      change(async () => {
        tries += 1;
        throw conflict();
      }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(tries).toBe(4);
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([{ outcome: 'REFUSED', code: 'CONFLICT' }]);
  });

  test.each([
    ['ended', 'SESSION_ENDED', { endedAt: new Date() }, undefined],
    ['suspended', 'SUSPENDED', undefined, { status: 'SUSPENDED' as const }],
    ['removed', 'SESSION_ENDED', undefined, { removedAt: new Date() }],
  ])('when its principal was %s meanwhile', async (_name, reason, session, user) => {
    const { id } = principal.subject;
    if (session) await client.session.updateMany({ where: { userId: id }, data: session });
    if (user) await client.user.update({ where: { id }, data: user });
    await expect(change(({ record }) => record({}))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      extensions: { reason },
    });
    expect(await nameNow()).toBe('Suppliers');
    expect(await entries()).toMatchObject([{ outcome: 'REFUSED', code: 'UNAUTHENTICATED' }]);
  });
});

test('a change rests on the rights of now, not on those that its request began with', async () => {
  await client.roleAssignment.deleteMany({ where: { userId: principal.subject.id } });
  expect(principal.permissions.has('dataset:create')).toBe(true);
  await change(async ({ principal: now, record }) => {
    expect(now.permissions.size).toBe(0);
    await record({});
  });
});

function conflict(): Error {
  const clientVersion = Prisma.prismaVersion.client;
  return new Prisma.PrismaClientKnownRequestError('planned', { code: 'P2034', clientVersion });
}

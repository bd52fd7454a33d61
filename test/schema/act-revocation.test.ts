import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { closeGate } from '../../src/db/gate.js';
import type { PrismaClient } from '../../src/db/generated/client.js';
import { testDatabase } from '../support/database.js';
import {
  ChangeDatasetMemberRole,
  DropAccessKey,
  RemoveDatasetMember,
  ReplaceAccessKey,
  RevokeImpersonation,
  SwitchAccessKey,
  TurnServiceAccountOff,
} from '../support/operations.js';
import {
  asMember,
  asSuperAdmin,
  countAround,
  pairOfGateways,
  scene,
  through,
  type Scene,
} from '../support/revocation.js';
import { remembering } from '../support/twin.js';
import { globalId } from '../support/world.js';

const BEFORE = 50;
/** Of each kind of revocation, and so more than a thousand in all; 3,000 of each take some minutes. */
const AFTER = 100;

type Pair = Awaited<ReturnType<typeof pairOfGateways>>;

interface Way {
  readonly what: string;
  readonly sends?: typeof asMember;
  prepare?(scene: Scene): Promise<unknown>;
  revoke(scene: Scene, pair: Pair): Promise<unknown>;
}

/** A busy machine takes its time with fifty requests at once. */
const PATIENCE = 240_000;

const HOUR = 3_600_000;

const first = ({ gateways: [gateway] }: Pair, who: Scene['admin']) => {
  if (!gateway) throw new Error('There are two.');
  return through(gateway, who);
};

async function succeeding(answer: Promise<{ errors?: unknown; text: string }>): Promise<void> {
  const { errors, text } = await answer;
  if (errors) throw new Error(text);
}

type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];

/** Changes a person as whoever changes one has to: behind the gate, so that those who act as them do not overtake. */
async function changing(id: string, change: (tx: Tx) => PromiseLike<unknown>): Promise<void> {
  const { client } = await testDatabase();
  await client.$transaction(
    async (tx) => {
      await closeGate(tx, id);
      await change(tx);
    },
    { timeout: 60_000 },
  );
}

const revokingGrant =
  (which: 'onFlow' | 'shared', by: 'admin' | 'iamAdmin') => (all: Scene, pair: Pair) =>
    succeeding(first(pair, all[by]).run(RevokeImpersonation, { input: { grantId: all[which] } }));

const deactivation: Way = {
  what: 'the key is deactivated',
  revoke: ({ keyId, iamAdmin }, pair) =>
    succeeding(
      first(pair, iamAdmin).run(SwitchAccessKey, {
        input: { accessKeyId: keyId, isActive: false },
      }),
    ),
};

const flowGrant: Way = {
  what: 'the grant on the dataset is revoked',
  revoke: revokingGrant('onFlow', 'admin'),
};

const WAYS: readonly Way[] = [
  deactivation,
  flowGrant,
  {
    what: 'the key is deleted',
    revoke: ({ keyId, iamAdmin }, pair) =>
      succeeding(first(pair, iamAdmin).run(DropAccessKey, { input: { accessKeyId: keyId } })),
  },
  {
    what: 'the key is rotated without an overlap',
    revoke: ({ keyId, iamAdmin }, pair) =>
      succeeding(
        first(pair, iamAdmin).run(ReplaceAccessKey, {
          input: { accessKeyId: keyId, overlapHours: 0 },
        }),
      ),
  },
  {
    what: 'the key expires by the clock',
    prepare: async ({ program }) => {
      const { client } = await testDatabase();
      const expiresAt = new Date(Date.now() + HOUR);
      await client.accessKey.updateMany({
        where: { serviceAccountId: program.id },
        data: { expiresAt },
      });
    },
    revoke: async (_scene, { clock }) => {
      clock.aheadMs = HOUR;
    },
  },
  {
    what: 'the service account is disabled',
    revoke: ({ program, iamAdmin }, pair) =>
      succeeding(
        first(pair, iamAdmin).run(TurnServiceAccountOff, {
          input: { serviceAccountId: globalId('ServiceAccount', program.id) },
        }),
      ),
  },
  {
    what: 'the grants on shared resources are revoked',
    sends: (all) => asSuperAdmin(all).slice(0, 1),
    revoke: revokingGrant('shared', 'iamAdmin'),
  },
  {
    what: 'the person is suspended',
    revoke: ({ member }) =>
      changing(member.id, (tx) =>
        tx.user.update({ where: { id: member.id }, data: { status: 'SUSPENDED' } }),
      ),
  },
  {
    what: 'the person becomes a Viewer',
    revoke: ({ admin, dataset, memberships }, pair) =>
      succeeding(
        first(pair, admin).run(ChangeDatasetMemberRole, {
          input: { datasetId: dataset.id, memberId: memberships.member, role: 'VIEWER' },
        }),
      ),
  },
  {
    what: 'the person is removed from the dataset',
    revoke: ({ admin, dataset, memberships }, pair) =>
      succeeding(
        first(pair, admin).run(RemoveDatasetMember, {
          input: { datasetId: dataset.id, memberId: memberships.member },
        }),
      ),
  },
  {
    what: 'the person loses the role in the account',
    sends: asSuperAdmin,
    prepare: ({ here, program }) =>
      here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' }),
    revoke: ({ superAdmin }) =>
      changing(superAdmin.id, async (tx) => {
        await tx.$queryRaw`SELECT 1 FROM "user" WHERE id = ${superAdmin.id}::uuid FOR UPDATE`;
        await tx.roleAssignment.deleteMany({ where: { userId: superAdmin.id } });
      }),
  },
];

async function play({ what, sends = asMember, prepare, revoke }: Way, pair: Pair) {
  pair.clock.aheadMs = 0;
  const all = await scene();
  await prepare?.(all);
  const counts = await countAround(pair.gateways, sends(all), () => revoke(all, pair), [
    BEFORE,
    AFTER,
  ]);
  console.log(JSON.stringify({ what, ...counts }));
  return counts;
}

describe('two gateways on one database', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await pairOfGateways();
  });
  afterAll(async () => {
    await pair.close();
  });

  test.each(WAYS)(
    'refuse everything once $what',
    async (way) => {
      const counts = await play(way, pair);
      expect(counts.succeededBefore).toBe(counts.before);
      expect(counts.after).toBeGreaterThanOrEqual(AFTER);
      expect(counts.succeededAfter).toBe(0);
    },
    PATIENCE,
  );
});

/** Transactions would wait for one another’s memories. */
const toRead = (all: Scene) => asMember(all).slice(0, 1);

/**
 * The same, past the gateways: what they remember is not in its way. A grant on a dataset is asked for by the row gate,
 * too, which is a query of its own and remembers nothing.
 */
const FORGOTTEN: readonly Way[] = [
  {
    what: deactivation.what,
    sends: toRead,
    revoke: async ({ program }) => {
      const { client } = await testDatabase();
      const where = { serviceAccountId: program.id };
      await client.accessKey.updateMany({ where, data: { isActive: false } });
    },
  },
];

describe('two gateways that remember rights', () => {
  test.each(FORGOTTEN)(
    'are found out when $what',
    async (way) => {
      const pair = await pairOfGateways(remembering);
      const counts = await play(way, pair);
      await pair.close();
      expect(counts.succeededBefore).toBe(counts.before);
      expect(counts.succeededAfter).toBeGreaterThan(0);
    },
    PATIENCE,
  );
});

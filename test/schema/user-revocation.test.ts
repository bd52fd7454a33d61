import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { withApiKey } from '../support/oauth.js';
import {
  AssignRoles,
  CreateDataset,
  DeleteRole,
  ReadSelf,
  RemoveUser,
  SuspendUser,
  UpdateRole,
} from '../support/operations.js';
import { customRole, give, staff, userId } from '../support/people.js';
import { countAround, pairOfGateways, through } from '../support/revocation.js';

/** Requests before rights are taken away, and after the answer. */
const [BEFORE, AFTER] = [60, 300];

/** How long whoever takes rights away waits at most, with fifty requests under way, in milliseconds. */
const LONGEST = 2_000;

/** On a machine that is busy with other things: as long as so many of those requests take. */
const REQUESTS = 4;

const PATIENCE = 240_000;

/** Somebody who makes datasets by a role of the account's own, and a Super Admin. */
async function scene() {
  const all = await staff();
  const { here } = all;
  const parent = await customRole(here, { name: 'Parent', permissions: ['dataset:create'] });
  const role = await customRole(here, { name: 'Maker', parentIds: [parent] });
  const ada = await here.person({ name: 'Ada' });
  await give(here, ada, [role]);
  const key = await withApiKey(here, ada);
  return { ...all, ada, key, role, parent, input: { userId: userId(ada) } };
}

type Scene = Awaited<ReturnType<typeof scene>>;

interface Way {
  readonly what: string;
  readonly revoke: (who: Scene['superAdmin'], scene: Scene) => Promise<Result>;
  /** Whether they can still ask who they are. */
  readonly staysSignedIn: boolean;
}

const WAYS: readonly Way[] = [
  {
    what: 'the person is suspended',
    revoke: (who, { input }) => who.run(SuspendUser, { input }),
    staysSignedIn: false,
  },
  {
    what: 'the person is removed',
    revoke: (who, { input }) => who.run(RemoveUser, { input: { ...input, confirm: true } }),
    staysSignedIn: false,
  },
  {
    what: 'the person gets other roles',
    revoke: (who, { input, roleIds }) =>
      who.run(AssignRoles, { input: { ...input, roleIds: [roleIds.VIEWER], confirm: true } }),
    staysSignedIn: true,
  },
  {
    what: 'the role gives less',
    revoke: (who, { role }) => who.run(UpdateRole, { input: { roleId: role, parentIds: [] } }),
    staysSignedIn: true,
  },
  {
    what: 'the role is deleted that theirs inherits from',
    revoke: (who, { parent }) => who.run(DeleteRole, { input: { roleId: parent, name: 'Parent' } }),
    staysSignedIn: true,
  },
];

describe('two gateways on one database', () => {
  let gateways: Awaited<ReturnType<typeof pairOfGateways>>;

  beforeAll(async () => {
    gateways = await pairOfGateways();
  });

  afterAll(async () => {
    await gateways.close();
  });

  test.each(WAYS)(
    'write nothing, and answer soon, once $what',
    async ({ what, revoke, staysSignedIn }) => {
      const all = await scene();
      const { ada, key, superAdmin } = all;
      const { client } = await testDatabase();
      const made = () => client.flow.count({ where: { createdById: ada.id } });
      const took: number[] = [];
      const sends = [ada, key].map((who) => async (gateway: Parameters<typeof through>[0]) => {
        const sent = performance.now();
        const result = await through(gateway, who).run(CreateDataset, { input: { name: 'New' } });
        if (!result.errors) took.push(performance.now() - sent);
        return result;
      });
      let madeThen = -1;
      const counts = await countAround(
        gateways.gateways,
        sends,
        async () => {
          const [gateway] = gateways.gateways;
          if (!gateway) throw new Error('There are two.');
          const { errors } = await revoke(through(gateway, superAdmin), all);
          expect(errors).toBeUndefined();
          madeThen = await made();
        },
        [BEFORE, AFTER],
      );
      const median = took.toSorted((one, other) => one - other)[Math.floor(took.length / 2)] ?? 0;
      console.log(JSON.stringify({ what, ...counts, median: Math.round(median) }));
      expect(counts.succeededBefore).toBe(counts.before);
      expect(counts.succeededAfter).toBe(0);
      expect(await made()).toBe(madeThen);
      expect(counts.answered).toBeLessThan(Math.max(LONGEST, REQUESTS * median));
      expect((await ada.run(ReadSelf)).errors === undefined).toBe(staysSignedIn);
    },
    PATIENCE,
  );
});

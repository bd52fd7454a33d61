import { describe, expect, test } from 'vitest';

import { testDatabase, testDatabaseKind } from '../support/database.js';
import { AddDatasetRows, GrantImpersonation, RevokeImpersonation } from '../support/operations.js';
import { endOf, table, timesDone } from '../support/table.js';
import { globalId } from '../support/world.js';

const TIMES = testDatabaseKind() === 'postgres' ? 15 : 5;

describe('a mutation under way when its grant is revoked', () => {
  test('is in before that answers, or never: again and again, without a deadlock', async () => {
    const { here, admin, member, superAdmin, dataset } = await table([
      { name: 'Name', type: 'TEXT' },
    ]);
    const program = await here.program('Night shift');
    const { client } = await testDatabase();
    const serviceAccountId = globalId('ServiceAccount', program.id);
    const count = () => client.datasetRow.count({ where: { flowId: dataset.rowId } });
    const add = () =>
      program.as(member).run(AddDatasetRows, {
        input: { datasetId: dataset.id, rows: [{ name: 'Lamp' }] },
      });
    let added = 0;
    const endsOfAll = new Set<string>();
    for (let time = 0; time < TIMES; time += 1) {
      const isShared = time % 2 === 1;
      const who = isShared ? superAdmin : admin;
      const place = isShared
        ? { sharedResource: 'ALL_FLOWS_AND_INTEGRATIONS' as const }
        : { flowId: dataset.id };
      const granted = await who.run(GrantImpersonation, { input: { serviceAccountId, ...place } });
      const grantId = granted.data?.grantImpersonation?.grant.id ?? '';
      const adding = Array.from({ length: 6 }, add);
      const [revoked, rowsThen] = await who
        .run(RevokeImpersonation, { input: { grantId } })
        .then(async (result) => [endOf(result), await count()] as const);
      const ends = (await Promise.all(adding)).map(endOf);
      expect(revoked).toBe('SUCCESS');
      for (const end of ends) endsOfAll.add(end);
      added = await timesDone(here, 'datasetRow.added');
      // Nothing came in after the answer.
      expect(await count()).toBe(rowsThen);
      expect(rowsThen).toBe(added);
    }
    expect(['SUCCESS', 'FORBIDDEN']).toEqual(expect.arrayContaining([...endsOfAll]));
    expect(added).toBeGreaterThan(0);
  });
});

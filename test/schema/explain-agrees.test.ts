import { expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { inDryRun } from '../support/capabilities.js';
import { testDatabase } from '../support/database.js';
import { ask, explained, RENAME, stage, type Asked } from '../support/explaining.js';
import { keyOf } from '../support/keys.js';
import { userId } from '../support/people.js';
import { globalId } from '../support/world.js';

test('the explanation agrees with what happens', async () => {
  const s = await stage();
  const key = await keyOf(
    s.here,
    { userId: s.admin.id },
    { permissions: ['dataset:read', 'dataset:rename'] },
  );
  const blind = await keyOf(
    s.here,
    { userId: s.admin.id },
    { slot: 49, permissions: ['dataset:rename'] },
  );
  const robot = globalId('ServiceAccount', s.program.id);
  const people = [
    s.admin,
    s.member,
    s.viewer,
    s.outsider,
    s.superAdmin,
    s.grouped,
    s.twice,
    s.governor,
    s.suspended,
  ];
  const parties: [Actor, Pick<Asked, 'principalId' | 'actingAs'>][] = [
    ...people.map((who): [Actor, object] => [who, { principalId: userId(who) }]),
    [key.user, { principalId: key.id }],
    [blind.user, { principalId: blind.id }],
    [s.program, { principalId: robot }],
    ...people.map((who): [Actor, object] => [
      s.program.as(who),
      { principalId: robot, actingAs: userId(who) },
    ]),
  ];
  const acts: [string, string, object][] = [
    ['renameDataset', s.dataset.id, { datasetId: s.dataset.id, name: 'Another' }],
    ['assumeDatasetRole', s.dataset.id, { datasetId: s.dataset.id, role: 'ADMIN' }],
    [
      'removeDatasetMember',
      s.memberships.viewer,
      { datasetId: s.dataset.id, memberId: s.memberships.viewer },
    ],
    ['renameFlow', s.flow.id, { flowId: s.flow.id, name: 'Another' }],
    ['renameFlow', s.shutFlow.id, { flowId: s.shutFlow.id, name: 'Another' }],
    ['suspendUser', userId(s.governor), { userId: userId(s.governor) }],
    ['grantImpersonation', s.dataset.id, { flowId: s.dataset.id, serviceAccountId: robot }],
  ];
  let agreed = 0;
  for (const [name, resourceId, input] of acts) {
    for (const [who, party] of parties) {
      const { allowed } = await explained(s.overseer, {
        operation: `Mutation.${name}`,
        resourceId,
        ...party,
      });
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      const result = (await inDryRun(who).run(
        `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`,
        { input },
      )) as unknown as { errors?: object; extensions?: { dryRun: { refused: object[] } } };
      const happens = !result.errors && result.extensions?.dryRun.refused.length === 0;
      expect(allowed, `${name} by ${who.name}, ${JSON.stringify(party)}`).toBe(happens);
      agreed += 1;
    }
  }
  console.log(`${agreed} of ${acts.length * parties.length}`);
}, 300_000);

test('it takes as many statements whatever somebody holds', async () => {
  const s = await stage();
  const count = async (who: Actor) => {
    const asked = { operation: RENAME, resourceId: s.dataset.id, principalId: userId(who) };
    return (await ask(s.governor, asked)).statements;
  };
  const few = await count(s.viewer);
  const { client } = await testDatabase();
  for (let at = 0; at < 20; at += 1) {
    const groupId = await s.here.group([s.member]);
    await client.flowMember.create({
      data: { accountId: s.here.accountId, flowId: s.dataset.rowId, groupId, role: 'VIEWER' },
    });
  }
  expect(await count(s.member)).toBe(few);
  expect(few).toBeLessThanOrEqual(6);
});

import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { createFlow, renamedId, type FlowMembership } from '../support/flow-world.js';
import { GetFlow, GetNode, RenameFlow } from '../support/operations.js';
import { workspace } from '../support/world.js';

/** Somebody who belongs to two workspaces, and a flow of the other one. */
async function twins(share: (other: Actor, group: string) => readonly FlowMembership[]) {
  const [home, away] = [await workspace(), await workspace()];
  const email = `${randomUUID()}@example.test`;
  const ada = await home.person({ email });
  const other = await away.person({ email });
  const members = share(other, await away.group([other]));
  return { ada, flow: await createFlow(away, { kind: 'BOARD', members }) };
}

const TOLD: [string, (other: Actor, groupId: string) => FlowMembership[]][] = [
  ['a role', (user) => [{ user, role: 'VIEWER' }]],
  ['a group with a role', (_user, groupId) => [{ groupId, role: 'EDITOR' }]],
  [
    'a role, in a group that is shut out',
    (user, groupId) => [
      { user, role: 'VIEWER' },
      { groupId, role: 'NONE' },
    ],
  ],
];

test.each(TOLD)('who has %s there is told that it is the wrong workspace', async (_what, share) => {
  const { ada, flow } = await twins(share);
  const results = [
    await ada.run(GetFlow, { id: flow.id }),
    await ada.run(GetNode, { id: flow.id }),
    await ada.run(RenameFlow, { input: { flowId: flow.id, name: 'Mine' } }),
  ];
  for (const { errors } of results) {
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'WRONG_WORKSPACE',
    });
  }
});

const NOT_TOLD: [string, (other: Actor, groupId: string) => FlowMembership[]][] = [
  ['nothing', () => []],
  ['NONE', (user) => [{ user, role: 'NONE' }]],
  ['a group with NONE', (_user, groupId) => [{ groupId, role: 'NONE' }]],
  [
    'NONE, in a group with a role',
    (user, groupId) => [
      { user, role: 'NONE' },
      { groupId, role: 'OWNER' },
    ],
  ],
];

test.each(NOT_TOLD)('who has %s there is told nothing', async (_what, share) => {
  const { ada, flow } = await twins(share);
  await expect(await ada.run(GetFlow, { id: flow.id })).toBeHidden();
  await expect(await ada.run(GetNode, { id: flow.id })).toBeHidden();
  const input = { flowId: flow.id, name: 'Mine' };
  await expect(await ada.run(RenameFlow, { input })).toBeHidden();
});

test('nor is anybody under the name of another kind', async () => {
  const { ada, flow } = await twins((user) => [{ user, role: 'OWNER' }]);
  for (const typename of ['Process', 'Dataset', 'Space']) {
    const id = renamedId(typename, flow);
    await expect(await ada.run(GetFlow, { id })).toBeHidden();
    await expect(await ada.run(GetNode, { id })).toBeHidden();
  }
});

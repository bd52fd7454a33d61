import { expect, test } from 'vitest';

import { globalId, workspace } from '../support/world.js';

test('a list inside of another can be counted without being shown', async () => {
  const here = await workspace();
  const admin = await here.person({ role: 'SUPER_ADMIN' });
  const groupId = await here.group([admin]);
  const result = await admin.run(
    `query ($user: ID!, $group: ID!) {
      user(id: $user) { groups { totalCount } }
      group(id: $group) { members { totalCount } memberships { totalCount } }
      roles { edges { node { name holders { totalCount } } } }
    }`,
    { user: globalId('User', admin.id), group: globalId('Group', groupId) },
  );
  expect(result.errors).toBeUndefined();
  expect(result.data).toEqual({
    user: { groups: { totalCount: 1 } },
    group: { members: { totalCount: 1 }, memberships: { totalCount: 0 } },
    roles: {
      edges: expect.arrayContaining([
        { node: { name: 'SUPER_ADMIN', holders: { totalCount: 1 } } },
      ]),
    },
  });
});

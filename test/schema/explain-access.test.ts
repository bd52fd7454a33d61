import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { ask, explained, FOUR, RENAME, stage, type Asked } from '../support/explaining.js';
import { createFlow } from '../support/flow-world.js';
import { keyOf } from '../support/keys.js';
import { personWith, userId } from '../support/people.js';
import { globalId } from '../support/world.js';

describe('a governor is told of anybody', () => {
  test('by which path, with role, groups and grant, in four steps of one order', async () => {
    const s = await stage();
    const paths: [Asked, object][] = [
      [
        { operation: RENAME, resourceId: s.dataset.id, principalId: userId(s.admin) },
        { via: 'DIRECT', role: 'ADMIN', groups: [] },
      ],
      [
        { operation: RENAME, resourceId: s.dataset.id, principalId: userId(s.grouped) },
        { via: 'GROUP', role: 'ADMIN', groups: [{ name: 'Buyers' }] },
      ],
      [
        {
          operation: 'Mutation.describeFlow',
          resourceId: s.flow.id,
          principalId: userId(s.outsider),
        },
        { via: 'ACCOUNT_ROLE', role: null, groups: [] },
      ],
      [
        {
          operation: 'Dataset.members',
          resourceId: s.dataset.id,
          principalId: userId(s.superAdmin),
        },
        { via: 'SUPER_ADMIN_OVERRIDE', role: null },
      ],
      [
        {
          operation: 'Mutation.assignRoles',
          resourceId: userId(s.viewer),
          principalId: userId(s.governor),
        },
        { via: 'ACCOUNT_ROLE', role: null },
      ],
      [
        {
          operation: 'Mutation.revokeSessions',
          resourceId: userId(s.viewer),
          principalId: userId(s.viewer),
        },
        { via: null, role: null },
      ],
      [
        { operation: 'Mutation.changePassword', principalId: userId(s.viewer) },
        { via: null, role: null },
      ],
      [
        {
          operation: RENAME,
          resourceId: s.dataset.id,
          principalId: globalId('ServiceAccount', s.program.id),
          actingAs: userId(s.grouped),
        },
        { via: 'GROUP', role: 'ADMIN', impersonationGrantId: s.grantId },
      ],
    ];
    for (const [asked, expected] of paths) {
      const found = await explained(s.governor, asked);
      expect(found, asked.operation).toMatchObject({
        allowed: true,
        reason: null,
        missing: [],
        remedies: [],
        ...expected,
      });
      expect(found.checks.map(({ step }) => step)).toEqual(FOUR);
      expect(found.checks.at(2)).toMatchObject({ ok: true, fact: 'Active.' });
    }
    const grouped = await explained(s.governor, paths[1]?.[0] as Asked);
    expect(grouped.checks.at(3)).toMatchObject({ ok: true, fact: 'Through groups: Admin.' });
    const twice = await explained(s.governor, {
      operation: RENAME,
      resourceId: s.dataset.id,
      principalId: userId(s.twice),
    });
    expect(twice).toMatchObject({
      allowed: false,
      role: 'VIEWER',
      groups: [],
      reason: 'ROLE_LACKS_PERMISSION',
    });
    expect(twice.checks.at(3)).toMatchObject({
      ok: false,
      fact: 'Through groups: Admin; the role of one’s own counts instead.',
    });
  });

  test('why not, for each reason, with the four steps at the end', async () => {
    const s = await stage();
    const robot = globalId('ServiceAccount', s.program.id);
    const other = globalId('ServiceAccount', (await s.here.program('Another')).id);
    const dataset = s.dataset.id;
    const key = await keyOf(s.here, { userId: s.admin.id }, { permissions: ['dataset:read'] });
    const free = await keyOf(s.here, { userId: s.admin.id }, { slot: 49 });
    const blind = await keyOf(
      s.here,
      { userId: s.admin.id },
      { slot: 48, permissions: ['dataset:rename'] },
    );
    const who = (principalId: string) => ({ operation: RENAME, resourceId: dataset, principalId });
    const reasons: [string, Asked, readonly string[]][] = [
      ['NOT_A_MEMBER', who(userId(s.outsider)), []],
      [
        'NOT_A_MEMBER',
        { operation: 'Process.members', resourceId: s.shutFlow.id, principalId: userId(s.viewer) },
        [],
      ],
      ['ROLE_LACKS_PERMISSION', who(userId(s.viewer)), []],
      ['SUSPENDED', who(userId(s.suspended)), []],
      [
        'OUTRANKED',
        {
          operation: 'Mutation.suspendUser',
          resourceId: userId(s.superAdmin),
          principalId: userId(s.governor),
        },
        [],
      ],
      ['KEY_RESTRICTED', who(key.id), ['CREDENTIAL']],
      ['KEY_RESTRICTED', who(blind.id), ['CREDENTIAL']],
      [
        'SIGN_IN_REQUIRED',
        { operation: 'Mutation.grantImpersonation', resourceId: dataset, principalId: free.id },
        ['CREDENTIAL'],
      ],
      [
        'SIGN_IN_REQUIRED',
        { operation: 'Mutation.changePassword', principalId: robot },
        ['CREDENTIAL'],
      ],
      ['NOT_COVERED', { ...who(other), actingAs: userId(s.admin) }, ['IMPERSONATION_GRANT']],
      [
        'NOT_A_TARGET',
        { ...who(robot), actingAs: userId(s.outsider) },
        ['IMPERSONATION_GRANT', 'IMPERSONATION_TARGET'],
      ],
      [
        'NOT_A_TARGET',
        { ...who(robot), actingAs: userId(s.suspended) },
        ['IMPERSONATION_GRANT', 'IMPERSONATION_TARGET'],
      ],
      [
        'NOT_DELEGABLE',
        {
          operation: 'Mutation.grantImpersonation',
          resourceId: dataset,
          principalId: robot,
          actingAs: userId(s.admin),
        },
        ['IMPERSONATION_GRANT', 'IMPERSONATION_TARGET', 'SUBJECT_RIGHTS'],
      ],
    ];
    for (const [reason, asked, leads] of reasons) {
      const found = await explained(s.overseer, asked);
      expect(found, `${reason} ${asked.operation}`).toMatchObject({
        allowed: false,
        reason,
        via: null,
      });
      expect(
        found.checks.map(({ step }) => step),
        reason,
      ).toEqual([...leads, ...FOUR]);
      expect(
        found.checks.some(({ ok }) => !ok),
        reason,
      ).toBe(true);
    }
  });

  test('what is to be done with a resource that they may not look into', async () => {
    const { governor, dataset, viewer } = await stage();
    const { remedies } = await explained(governor, {
      operation: RENAME,
      resourceId: dataset.id,
      principalId: userId(viewer),
    });
    expect(remedies).toMatchObject([
      {
        kind: 'ASK_DATASET_ADMIN',
        mutation: 'changeDatasetMemberRole',
        input: { datasetId: dataset.id, role: 'ADMIN' },
      },
    ]);
  });
});

describe('who may ask', () => {
  test('everybody of themselves, with or without saying so', async () => {
    const s = await stage();
    for (const who of [s.viewer, s.outsider, s.program]) {
      const itself = who === s.program ? globalId('ServiceAccount', who.id) : userId(who);
      const asked = { operation: 'Mutation.createGroup' };
      const unsaid = await explained(who, asked);
      expect(unsaid).toMatchObject({
        allowed: false,
        reason: 'ROLE_LACKS_PERMISSION',
        missing: ['group:write'],
      });
      expect(await explained(who, { ...asked, principalId: itself })).toEqual(unsaid);
    }
    const acting = s.program.as(s.viewer);
    expect(await explained(acting, { operation: RENAME, resourceId: s.dataset.id })).toMatchObject({
      allowed: false,
      role: 'VIEWER',
      impersonationGrantId: s.grantId,
    });
  });

  test('of others those who govern, and whoever administers the dataset or flow', async () => {
    const s = await stage();
    const viewers = { operation: RENAME, resourceId: s.dataset.id, principalId: userId(s.viewer) };
    for (const who of [s.governor, s.superAdmin, s.admin, s.grouped])
      expect(await ask(who, viewers)).toSucceed();
    for (const who of [s.member, s.viewer, s.twice]) {
      const asked = who === s.viewer ? { ...viewers, principalId: userId(s.member) } : viewers;
      expect(await ask(who, asked), who.name).toFail('FORBIDDEN');
    }
    expect(
      await ask(s.admin, {
        operation: 'Process.members',
        resourceId: s.flow.id,
        principalId: userId(s.viewer),
      }),
    ).toSucceed();
    expect(
      await ask(s.outsider, {
        operation: 'Process.members',
        resourceId: s.flow.id,
        principalId: userId(s.viewer),
      }),
    ).toFail('FORBIDDEN');
    for (const resourceId of [userId(s.viewer), undefined]) {
      const asked = {
        operation: 'Mutation.suspendUser',
        principalId: userId(s.viewer),
        ...(resourceId && { resourceId }),
      };
      expect(await ask(s.admin, asked)).toFail('FORBIDDEN');
    }
    expect(await ask(s.anonymous, { operation: RENAME })).toFail('UNAUTHENTICATED');
  });

  test('an Admin of a dataset learns nothing about the account by it', async () => {
    const s = await stage();
    const asked = {
      operation: 'Mutation.suspendUser',
      resourceId: s.dataset.id,
      principalId: userId(s.governor),
    };
    expect(await ask(s.admin, asked)).toFail('INVALID_INPUT');
  });

  test('a key that bears the id of its holder as another type is not oneself', async () => {
    const s = await stage();
    const asked = {
      operation: RENAME,
      resourceId: s.dataset.id,
      principalId: globalId('AccessKey', s.viewer.id),
    };
    expect(await ask(s.viewer, asked)).toFail('FORBIDDEN');
  });
});

describe('what is hidden', () => {
  test('is like what is not there, of every type, for oneself and for others', async () => {
    const s = await stage();
    const viewId = await s.here.view(s.dataset);
    const listOf = await createFlow(s.here, {
      kind: 'LIST',
      members: [{ user: s.admin, role: 'OWNER' }],
    });
    const hidden: [string, string][] = [
      [RENAME, s.dataset.id],
      ['Dataset.settings', s.dataset.id],
      ['Mutation.updateDatasetView', viewId],
      ['Mutation.removeDatasetMember', s.memberships.viewer],
      ['Mutation.describeFlow', listOf.id],
      ['Mutation.removeFlowMember', listOf.memberIds[0] ?? ''],
      ['Mutation.renameAccessKey', (await keyOf(s.here, { userId: s.admin.id })).id],
    ];
    for (const [operation, resourceId] of hidden) {
      await expect(await ask(s.outsider, { operation, resourceId }), operation).toBeHidden();
      const about = { operation, resourceId, principalId: userId(s.admin) };
      const result = await ask(s.outsider, about);
      const nowhere = await result.replay({
        ...about,
        resourceId: globalId(
          Buffer.from(resourceId, 'base64url').toString().split(':')[0] ?? '',
          uuidv7(),
        ),
      });
      expect(result.text, operation).toBe(nowhere.text);
      expect(result.statements, operation).toBe(nowhere.statements);
      expect(result.errors?.[0]?.extensions.code).toMatch(/NOT_FOUND|FORBIDDEN/);
    }
    await expect(
      await ask(s.stranger, { operation: RENAME, resourceId: s.dataset.id }),
    ).toBeHidden();
    await expect(
      await ask(s.governor, {
        operation: RENAME,
        resourceId: globalId('Dataset', uuidv7()),
        principalId: userId(s.viewer),
      }),
    ).toBeHidden();
  });

  test('a person is, too', async () => {
    const s = await stage();
    const blind = await personWith(s.here, 'governance:read');
    const asked = (principalId: string) => ({
      operation: RENAME,
      resourceId: s.dataset.id,
      principalId,
    });
    for (const [who, whom] of [
      [blind, userId(s.viewer)],
      [s.governor, userId(s.stranger)],
      [s.governor, userId({ id: uuidv7() })],
    ] as const) {
      expect(await ask(who, asked(whom))).toFail('NOT_FOUND');
    }
    const { client } = await testDatabase();
    await client.user.update({ where: { id: s.member.id }, data: { removedAt: new Date() } });
    expect(await ask(s.governor, asked(userId(s.member)))).toFail('NOT_FOUND');
  });
});

test.each([
  ['an unknown operation', { operation: 'Mutation.nothing' }, 'There is no Mutation.nothing'],
  ['what every object has', { operation: '__proto__' }, 'There is no __proto__'],
  ['no resource', { operation: RENAME }, 'depends on what it is about'],
  ['no key', { operation: 'Mutation.deleteApiKey' }, 'depends on what it is about'],
  [
    'a person for a dataset',
    { operation: RENAME, resourceId: globalId('User', uuidv7()) },
    'takes the id of a Dataset',
  ],
  [
    'a dataset for a person',
    { operation: 'Mutation.suspendUser', resourceId: globalId('Dataset', uuidv7()) },
    'takes the id of a User',
  ],
  [
    'something for the account',
    { operation: 'Mutation.createGroup', resourceId: globalId('User', uuidv7()) },
    'leave this out',
  ],
  ['no id at all', { operation: RENAME, resourceId: 'x' }, 'takes the id of a Dataset'],
  [
    'a dataset as principal',
    { operation: 'Mutation.createGroup', principalId: globalId('Dataset', uuidv7()) },
    'id of a User, ServiceAccount',
  ],
  [
    'nobody who acts',
    { operation: 'Mutation.createGroup', actingAs: globalId('User', uuidv7()) },
    'Only a ServiceAccount',
  ],
])('%s is refused with what is wrong', async (_name, asked, message) => {
  const { governor } = await stage();
  const result = await ask(governor, asked);
  expect(result).toFail('INVALID_INPUT');
  expect(result.errors?.[0]?.message).toContain(message);
});

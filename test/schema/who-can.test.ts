import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { keyOf } from '../support/keys.js';
import { customRole, userId } from '../support/people.js';
import { ask, crowd, may, whoCan } from '../support/who-can.js';
import { globalId, workspace } from '../support/world.js';

describe('whoCan names exactly the people', () => {
  test('who could, when each of them tries', async () => {
    const s = await crowd();
    const { client } = await testDatabase();
    const own = { accountId: s.here.accountId, flowId: s.dataset.rowId, name: 'A view' };
    const { id: view } = await client.datasetView.create({
      data: { ...own, createdById: s.bea.id },
    });
    const viewId = globalId('DatasetView', view);
    const sessions = await client.session.findMany({ where: { userId: s.bea.id } });
    const sessionId = globalId('Session', sessions[0]?.id ?? '');
    const custom = await customRole(s.here, { permissions: ['role:write', 'dataset:create'] });
    const datasetId = s.dataset.id;
    const [adminId = '', memberId = ''] = s.dataset.memberIds;
    const requests = { accountId: s.here.accountId, flowId: s.dataset.rowId };
    // One of a member, one of somebody who would have to be added first.
    const [beas, otos] = await client.accessRequest.createManyAndReturn({
      data: [
        { ...requests, requesterId: s.bea.id, role: 'ADMIN' },
        { ...requests, requesterId: s.oto.id, role: 'MEMBER' },
      ],
    });
    const questions: [string, string | undefined, object][] = [
      ...[beas, otos].map((request): [string, string, object] => {
        const requestId = globalId('AccessRequest', request?.id ?? '');
        return ['approveAccessRequest', requestId, { requestId }];
      }),
      ['renameDataset', datasetId, { datasetId, name: 'Another' }],
      ['addDatasetRows', datasetId, { datasetId, rows: [{}] }],
      ['leaveDataset', datasetId, { datasetId }],
      ['assumeDatasetRole', datasetId, { datasetId, role: 'ADMIN' }],
      ['removeDatasetMember', adminId, { datasetId, memberId: adminId }],
      ['removeDatasetMember', memberId, { datasetId, memberId }],
      ['deleteDatasetView', viewId, { datasetId, viewId }],
      ...[s.flow.id, s.list.id].flatMap((flowId): [string, string, object][] => [
        ['renameFlow', flowId, { flowId, name: 'Another' }],
        ['leaveFlow', flowId, { flowId }],
        ['assumeFlowRole', flowId, { flowId, role: 'OWNER' }],
        ['deleteFlow', flowId, { flowId, name: 'A flow' }],
      ]),
      ['createGroup', undefined, { name: 'Another' }],
      ...[s.bea, s.gus, s.fay].flatMap((person): [string, string, object][] => [
        ['suspendUser', userId(person), { userId: userId(person) }],
        ['revokeSessions', userId(person), { userId: userId(person) }],
      ]),
      ['revokeSession', sessionId, { sessionId }],
      ['updateRole', custom, { roleId: custom, name: 'Another' }],
      ['changePassword', undefined, { currentPassword: 'x', newPassword: 'y y y y y y y y 7' }],
    ];
    let compared = 0;
    for (const [name, resourceId, input] of questions) {
      const asked = { operation: `Mutation.${name}`, ...(resourceId && { resourceId }) };
      const { edges, totalCount } = await whoCan(s.fay, asked);
      const named = edges.map(({ node }) => node.user.name);
      const able: string[] = [];
      for (const person of s.people) if (await may(person, name, input)) able.push(person.name);
      expect(named, name).toEqual(able);
      expect(totalCount).toBe(able.length);
      compared += s.people.length;
    }
    console.log(`${compared} of ${questions.length * s.people.length}`);
  }, 300_000);

  test('each with the path', async () => {
    const s = await crowd();
    const asked = { operation: 'Mutation.renameDataset', resourceId: s.dataset.id };
    const paths = (await whoCan(s.gus, asked)).edges.map(
      ({ node: { user, via, role, groups } }) => [
        user.name,
        via,
        role,
        groups.map(({ name }) => name).join(),
      ],
    );
    expect(paths).toEqual([
      ['Ada', 'DIRECT', 'ADMIN', ''],
      ['Ida', 'GROUP', 'ADMIN', 'Strong'],
      ['Jon', 'GROUP', 'ADMIN', 'Strong'],
    ]);
    const seeing = await whoCan(s.gus, {
      operation: 'Mutation.leaveFlow',
      resourceId: s.flow.id,
    });
    const vias = Object.fromEntries(seeing.edges.map(({ node }) => [node.user.name, node.via]));
    expect(vias).toMatchObject({
      Ada: 'DIRECT',
      Bea: 'ACCOUNT_ROLE',
      Fay: 'SUPER_ADMIN_OVERRIDE',
      Gus: 'DIRECT',
      Ida: 'GROUP',
    });
    expect(vias).not.toHaveProperty('Dan');
    expect(vias).not.toHaveProperty('Hal');
    const own = { operation: 'Mutation.changePassword' };
    expect((await whoCan(s.gus, own)).edges[0]?.node).toMatchObject({ via: null, role: null });
  });
});

test('pages lead on in both directions', async () => {
  const { fay } = await crowd();
  const operation = 'Mutation.changePassword';
  const all = (await whoCan(fay, { operation })).edges.map(({ node }) => node.user.name);
  expect(all).toHaveLength(13);
  const names: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await whoCan(fay, { operation, first: 4, ...(after && { after }) });
    expect(page.totalCount).toBe(13);
    names.push(...page.edges.map(({ node }) => node.user.name));
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  expect(names).toEqual(all);
  const last = await whoCan(fay, { operation, last: 5 });
  expect(last.edges.map(({ node }) => node.user.name)).toEqual(all.slice(-5));
  const before = await whoCan(fay, { operation, last: 5, before: last.pageInfo.startCursor });
  expect(before.edges.map(({ node }) => node.user.name)).toEqual(all.slice(-10, -5));
  expect(before.pageInfo.hasPreviousPage).toBe(true);
  expect(await ask(fay, { operation, first: 101 })).toFail('INVALID_INPUT');
});

describe('service accounts', () => {
  test('as members, and acting as somebody by grants that live', async () => {
    const s = await crowd();
    const { client } = await testDatabase();
    const names = ['Member', 'On flow', 'Shared', 'Expired', 'Revoked', 'Disabled', 'Off'] as const;
    const programs = await Promise.all(names.map((name) => s.here.program(name)));
    const [member, onFlow, shared, expired, revoked, disabled] = programs;
    const common = { accountId: s.here.accountId, flowId: s.dataset.rowId };
    const membership = await client.flowMember.create({
      data: { ...common, serviceAccountId: member?.id ?? '', role: 'ADMIN' },
    });
    const row = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
    const place = { flowId: s.dataset.rowId };
    const grants: string[] = [];
    for (const program of [onFlow, expired, revoked, disabled]) {
      if (program) grants.push(await s.here.letAct(program, place));
    }
    if (shared) await s.here.letAct(shared, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const past = new Date(Date.now() - 1000);
    await client.impersonationGrant.update({
      where: { id: row(grants[1] ?? '') },
      data: { expiresAt: past },
    });
    await client.impersonationGrant.update({
      where: { id: row(grants[2] ?? '') },
      data: { revokedAt: past },
    });
    await client.serviceAccount.update({
      where: { id: disabled?.id ?? '' },
      data: { disabledAt: past },
    });
    const of = async (operation: string, resourceId?: string) => {
      const asked = { operation, ...(resourceId && { resourceId }) };
      const { serviceAccounts } = await whoCan(s.fay, asked, true);
      return serviceAccounts.map(({ serviceAccount, actingAs }) => [
        serviceAccount.name,
        actingAs?.name ?? null,
      ]);
    };
    expect(await of('Mutation.renameDataset', s.dataset.id)).toEqual([
      ['Member', null],
      ['On flow', 'Ada'],
      ['Shared', 'Ada'],
    ]);
    expect(await of('Mutation.grantImpersonation', s.dataset.id)).toEqual([]);
    expect(await of('Mutation.assumeDatasetRole', s.dataset.id)).toEqual([]);
    expect(await of('Mutation.changePassword')).toEqual([]);
    expect((await of('Mutation.createDataset')).map(([name]) => name)).toEqual(['Shared']);
    expect(await of('Mutation.suspendUser', userId(s.bea))).toEqual([]);
    const [path] = (
      await whoCan(s.fay, { operation: 'Mutation.renameDataset', resourceId: s.dataset.id }, true)
    ).serviceAccounts.filter(({ actingAs }) => actingAs);
    expect(path).toMatchObject({ impersonationGrantId: grants[0], via: 'DIRECT', role: 'ADMIN' });
    // What is said is what happens.
    const input = { datasetId: s.dataset.id, name: 'Another' };
    expect(await may(onFlow?.as(s.ada) as never, 'renameDataset', input)).toBe(true);
    expect(await may(expired?.as(s.ada) as never, 'renameDataset', input)).toBe(false);
    // On behalf of anybody no program touches what it holds itself.
    if (member) await s.here.letAct(member, place);
    const memberId = globalId('DatasetMember', membership.id);
    const removal = { datasetId: s.dataset.id, memberId };
    expect(await of('Mutation.removeDatasetMember', memberId)).toEqual([
      ['Member', null],
      ['On flow', 'Ada'],
      ['Shared', 'Ada'],
    ]);
    expect(await may(member?.as(s.ada) as never, 'removeDatasetMember', removal)).toBe(false);
    expect(await may(onFlow?.as(s.ada) as never, 'removeDatasetMember', removal)).toBe(true);
  });
});

describe('who may ask', () => {
  test('those who govern, and whoever administers the dataset or flow', async () => {
    const s = await crowd();
    const asked = { operation: 'Mutation.renameDataset', resourceId: s.dataset.id };
    for (const who of [s.fay, s.gus, s.ada, s.jon]) expect(await ask(who, asked)).toSucceed();
    expect(await ask(s.bea, asked)).toFail('FORBIDDEN');
    expect(await ask(s.ada, { operation: 'Mutation.createGroup' })).toFail('FORBIDDEN');
    const suspending = { operation: 'Mutation.suspendUser', resourceId: s.dataset.id };
    expect(await ask(s.ada, suspending)).toFail('INVALID_INPUT');
    const key = await keyOf(s.here, { userId: s.gus.id }, { permissions: ['dataset:read'] });
    expect((await ask(key.user, asked)).errors?.[0]?.extensions.code).toMatch(
      /FORBIDDEN|NOT_FOUND/,
    );
  });

  test('of what is hidden nobody learns that it is there', async () => {
    const s = await crowd();
    const stranger = await (await workspace()).person({ role: 'SUPER_ADMIN' });
    const [outsider] = await s.here.people([{ role: 'USER_ADMIN' }]);
    const hidden: [string, string][] = [
      ['Mutation.renameDataset', s.dataset.id],
      ['Mutation.removeDatasetMember', s.dataset.memberIds[0] ?? ''],
      ['Mutation.deleteDatasetView', await s.here.view(s.dataset)],
      ['Mutation.renameFlow', s.list.id],
      ['Mutation.removeFlowMember', s.list.memberIds[0] ?? ''],
    ];
    for (const [operation, resourceId] of hidden) {
      for (const who of [outsider, stranger]) {
        await expect(await ask(who, { operation, resourceId }), operation).toBeHidden();
      }
    }
    const members = { operation: 'Mutation.removeDatasetMember' };
    const [id = ''] = s.flow.memberIds;
    const disguised = globalId(
      'DatasetMember',
      Buffer.from(id, 'base64url').toString().split(':')[1] ?? '',
    );
    expect(await ask(s.gus, { ...members, resourceId: disguised })).toFail('NOT_FOUND');
    expect(
      await ask(s.gus, { ...members, resourceId: globalId('DatasetMember', uuidv7()) }),
    ).toFail('NOT_FOUND');
  });
});

test('a page of 100 takes as many statements as one of 1', async () => {
  const count = async (size: number) => {
    const here = await workspace();
    const [asker, ...people] = await here.people([
      { role: 'IAM_ADMIN' },
      ...Array.from({ length: size }, () => ({})),
    ]);
    const groupId = await here.group(people);
    const dataset = await here.dataset({ members: [{ groupId, role: 'ADMIN' }] });
    const program = await here.program();
    await here.letAct(program, { flowId: dataset.rowId });
    const asked = { operation: 'Mutation.renameDataset', resourceId: dataset.id };
    const result = await ask(asker, asked, true);
    expect(result.data?.whoCan.edges).toHaveLength(size);
    return result.statements;
  };
  const one = await count(1);
  expect(await count(100)).toBe(one);
});

test('many service accounts, each acting on flows of its own, take as many statements as one', async () => {
  const count = async (size: number) => {
    const here = await workspace();
    const names = Array.from({ length: size }, (_, at) => `Person ${String(at).padStart(2, '0')}`);
    const [asker, ...people] = await here.people([
      { name: 'Asker', role: 'IAM_ADMIN' },
      ...names.map((name) => ({ name })),
    ]);
    for (const [at, user] of people.entries()) {
      const dataset = await here.dataset({ members: [{ user, role: 'VIEWER' }] });
      const program = await here.program(`Program ${String(at).padStart(2, '0')}`);
      await here.letAct(program, { flowId: dataset.rowId });
    }
    const result = await ask(asker, { operation: 'Query.me' }, true);
    const acting = result.data?.whoCan.serviceAccounts.flatMap(({ actingAs }) => actingAs ?? []);
    expect(acting?.map(({ name }) => name)).toEqual(names);
    return result.statements;
  };
  const one = await count(1);
  expect(await count(25)).toBe(one);
});

test('where many groups share it each person is asked, and a role of one’s own still counts alone', async () => {
  const here = await workspace();
  const [asker, own, ...people] = await here.people([
    { name: 'Zoe', role: 'IAM_ADMIN' },
    { name: 'Aki' },
    ...Array.from({ length: 91 }, (_, at) => ({ name: `Person ${String(at).padStart(2, '0')}` })),
  ]);
  // Of more than a thousand memberships nobody gathers all to find the first few.
  const groups = await Promise.all(Array.from({ length: 11 }, () => here.group([own, ...people])));
  const dataset = await here.dataset({
    members: [
      { user: own, role: 'VIEWER' },
      ...groups.map((groupId) => ({ groupId, role: 'ADMIN' as const })),
    ],
  });
  const asked = { operation: 'Mutation.renameDataset', resourceId: dataset.id };
  const all = await whoCan(asker, asked);
  const names = people.map(({ name }) => name);
  expect(all.edges.map(({ node }) => node.user.name)).toEqual(names);
  expect(all.totalCount).toBe(names.length);
  const first = await whoCan(asker, { ...asked, first: 1 });
  expect(first.edges.map(({ node }) => node.user.name)).toEqual(names.slice(0, 1));
  expect(first.pageInfo.hasNextPage).toBe(true);
  const reading = await whoCan(asker, { ...asked, operation: 'Mutation.leaveDataset' });
  expect(reading.edges.map(({ node }) => node.user.name)).toEqual(['Aki', ...names]);
});

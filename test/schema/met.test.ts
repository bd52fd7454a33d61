import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  GetNode,
  ReadAuditParties,
  ReadAuthors,
  ReadAuthorsByKind,
  ReadGrantees,
  ReadHistoryParties,
} from '../support/operations.js';
import { endOf } from '../support/table.js';
import { globalId, workspace, type Workspace } from '../support/world.js';

/** Somebody whose account roles give these permissions and no other; without any, there is no role. */
async function holderOf(here: Workspace, ...permissions: string[]): Promise<Actor> {
  const { client } = await testDatabase();
  const { accountId } = here;
  const actor = await here.person({ name: 'Gil Guest' });
  await client.roleAssignment.deleteMany({ where: { userId: actor.id } });
  if (permissions.length > 0) {
    const name = permissions.join();
    const data = { accountId, name, nameKey: name, permissions };
    const { id: roleId } = await client.role.create({ data });
    await client.roleAssignment.create({ data: { accountId, userId: actor.id, roleId } });
  }
  return actor;
}

/** A dataset of a guest who may not read the directory, made by Cleo and shared by a program. */
async function meeting(...permissions: string[]) {
  const here = await workspace();
  const { client } = await testDatabase();
  const guest = await holderOf(here, ...permissions);
  const [cleo, milo] = await here.people([{ name: 'Cleo Creator' }, { name: 'Milo Member' }]);
  const robotId = await here.serviceAccount('Robot');
  const groupId = await here.group([milo], 'Buyers');
  const dataset = await here.dataset({
    members: [
      { user: guest, role: 'ADMIN' },
      { user: milo, role: 'MEMBER' },
      { groupId, role: 'VIEWER' },
      { serviceAccountId: robotId, role: 'VIEWER' },
    ],
  });
  const createdBy = { createdById: cleo.id };
  await client.flow.update({ where: { id: dataset.rowId }, data: createdBy });
  await here.view(dataset);
  const where = { flowId: dataset.rowId };
  await client.datasetView.updateMany({ where, data: createdBy });
  await client.flowMember.updateMany({ where, data: { addedById: robotId } });
  await client.user.updateMany({
    where: { id: { in: [guest.id, milo.id] } },
    data: { addedById: cleo.id },
  });
  const ids = {
    cleo: globalId('User', cleo.id),
    milo: globalId('User', milo.id),
    group: globalId('Group', groupId),
    robot: globalId('ServiceAccount', robotId),
  };
  return { here, guest, cleo, milo, robotId, dataset, ids };
}

/** The answer to a text that no typed operation spells. */
async function ask(actor: Actor, text: string, id?: string) {
  const { data, errors = [] } = await actor.run<Record<string, unknown>, unknown>(text, {
    id,
    me: globalId('User', actor.id),
  });
  return {
    data,
    errors: errors.map(({ path = [], extensions }) => `${path.join('.')}: ${extensions.code}`),
  };
}

describe.each([
  ['no role at all', []],
  ['a role that knows nothing of the directory', ['account:read']],
] as const)('with %s', (_name, permissions) => {
  test('one reads who made and who shared what one sees, and who holds it', async () => {
    const { guest, cleo, milo, dataset, ids } = await meeting(...permissions);
    const authors = await guest.run(ReadAuthors, { id: dataset.id });
    expect(authors).toSucceed();
    const { createdBy, views, members } = authors.data?.dataset ?? {};
    expect(createdBy).toMatchObject({ id: ids.cleo, name: cleo.name, kind: 'USER' });
    expect(views).toEqual([{ createdBy }]);
    const robot = { name: 'Robot', kind: 'SERVICE_ACCOUNT', handle: 'sa:robot' };
    for (const { node } of members?.edges ?? []) expect(node.addedBy).toMatchObject(robot);
    expect(members?.edges).toHaveLength(4);
    const grantees = await guest.run(ReadGrantees, { id: dataset.id });
    expect(grantees).toSucceed();
    expect(grantees.data?.dataset?.members?.edges.map(({ node }) => node.grantee)).toEqual([
      { name: guest.name, kind: 'USER', handle: null },
      { name: milo.name, kind: 'USER', handle: null },
      { name: 'Buyers' },
      robot,
    ]);
  });

  test('one reads the address of a person whom one meets', async () => {
    const { guest, cleo, dataset } = await meeting(...permissions);
    const { data } = await guest.run(ReadAuthorsByKind, { id: dataset.id });
    expect(data?.dataset?.createdBy).toEqual({ name: cleo.name, email: cleo.email });
    expect(data?.dataset?.views).toEqual([{ createdBy: { name: cleo.name, email: cleo.email } }]);
  });

  test('one reads nothing that has a rule of its own', async () => {
    const { guest, dataset } = await meeting(...permissions);
    const text = `query ($id: ID!) { dataset(id: $id) { createdBy { name ... on User {
      status lastSignedInAt addedAt addedVia addedBy { name } roles { name } } } } }`;
    const { data, errors } = await ask(guest, text, dataset.id);
    expect(data).toEqual({
      dataset: {
        createdBy: {
          name: 'Cleo Creator',
          status: null,
          lastSignedInAt: null,
          addedAt: null,
          addedVia: null,
          addedBy: null,
          roles: null,
        },
      },
    });
    const path = (field: string) => `dataset.createdBy.${field}: FORBIDDEN`;
    expect(errors.toSorted()).toEqual(
      ['addedAt', 'addedBy', 'addedVia', 'lastSignedInAt', 'roles', 'status'].map(path),
    );
  });

  test('one finds none of them by id or by name, also beside having met them', async () => {
    const { guest, milo, dataset, ids } = await meeting(...permissions);
    for (const id of Object.values(ids)) {
      await expect(await guest.run(GetNode, { id })).toBeHidden();
      const text = `query ($id: ID!) { dataset(id: $id) { createdBy { name }
        members { edges { node { grantee { ... on User { name } } } } } }
        createdBy: node(id: "${id}") { id ... on User { name } } }`;
      const { data, errors } = await ask(guest, text, dataset.id);
      expect(data).toMatchObject({ dataset: { createdBy: { name: 'Cleo Creator' } } });
      expect(errors).toEqual(['createdBy: NOT_FOUND']);
    }
    const input = { datasetId: dataset.id, role: 'MEMBER' as const };
    for (const nameOrEmail of [milo.name, 'Buyers', 'Robot']) {
      const added = await guest.run(AddDatasetMember, { input: { ...input, nameOrEmail } });
      expect(endOf(added)).toBe('GRANTEE_NOT_FOUND');
    }
  });

  test('one meets nobody on a dataset that one does not see', async () => {
    const { here, guest, cleo } = await meeting(...permissions);
    const another = await here.dataset({ members: [{ user: cleo, role: 'ADMIN' }] });
    await expect(await guest.run(ReadAuthors, { id: another.id })).toBeHidden();
  });

  test('a Viewer meets the creator, but not the members', async () => {
    const { here, guest, cleo } = await meeting(...permissions);
    const members = [{ user: guest, role: 'VIEWER' as const }];
    const { id, rowId } = await here.dataset({ members });
    const { client } = await testDatabase();
    await client.flow.update({ where: { id: rowId }, data: { createdById: cleo.id } });
    const read = await guest.run(ReadAuthors, { id });
    expect(read).toBeDenied({ missing: 'datasetMember:read' });
    expect(read.data?.dataset).toMatchObject({ createdBy: { name: cleo.name }, members: null });
  });
});

describe('having met somebody in one place opens', () => {
  // Everybody may ask who brought them in, and so comes to the same person on other paths. They end after the grant.
  const ADDED_BY = '... on User { name addedBy { name } }';
  const ELSEWHERE = `me { user { ${ADDED_BY} } } node(id: $me) { ${ADDED_BY} }`;
  const MYSELF = `members(first: 1) { edges { node { grantee { ${ADDED_BY} } } } }`;
  const refused = [
    'dataset.members.edges.0.node.grantee.addedBy.name: FORBIDDEN',
    'me.user.addedBy.name: FORBIDDEN',
    'node.addedBy.name: FORBIDDEN',
  ];

  test.each([
    ['after it', `dataset(id: $id) { createdBy { name } ${MYSELF} } ${ELSEWHERE}`],
    ['before it', `${ELSEWHERE} dataset(id: $id) { ${MYSELF} createdBy { name } }`],
    ['by a fragment', `dataset(id: $id) { createdBy { ...who } ${MYSELF} } ${ELSEWHERE}`],
  ])('no other place of the request: %s', async (_name, selection) => {
    const { guest, dataset } = await meeting();
    const text = `query ($id: ID!, $me: ID!) { ${selection} }`;
    const fragment = 'fragment who on Principal { name }';
    const shared = selection.includes('...who')
      ? `${text.replaceAll('addedBy { name }', 'addedBy { ...who }')} ${fragment}`
      : text;
    const { data, errors } = await ask(guest, shared, dataset.id);
    const nobody = { name: guest.name, addedBy: null };
    expect(data).toEqual({
      dataset: {
        createdBy: { name: 'Cleo Creator' },
        members: { edges: [{ node: { grantee: nobody } }] },
      },
      me: { user: nobody },
      node: nobody,
    });
    expect(errors.toSorted()).toEqual(refused);
  });

  test('no other place under the same name', async () => {
    const { guest, dataset } = await meeting();
    const text = `query ($id: ID!, $me: ID!) {
      dataset(id: $id) {
        addedBy: createdBy { name }
        createdBy: members(first: 1) { edges { createdBy: node { createdBy: grantee {
          ... on User { createdBy: addedBy { name } } } } } } }
      createdBy: node(id: $me) { ... on User { createdBy: addedBy { name } } } }`;
    const { data, errors } = await ask(guest, text, dataset.id);
    const nobody = { createdBy: null };
    expect(data).toEqual({
      dataset: {
        addedBy: { name: 'Cleo Creator' },
        createdBy: { edges: [{ createdBy: { createdBy: nobody } }] },
      },
      createdBy: nobody,
    });
    expect(errors.toSorted()).toEqual([
      'createdBy.createdBy.name: FORBIDDEN',
      'dataset.createdBy.edges.0.createdBy.createdBy.createdBy.name: FORBIDDEN',
    ]);
  });

  test('nobody behind the one who is met, were it the same person', async () => {
    const { guest, dataset } = await meeting('user:read');
    const text = `query ($id: ID!) { dataset(id: $id) {
      createdBy { name }
      members { edges { node { grantee { ...who } } } } } }
      fragment who on User { name addedBy { id name } }`;
    const { data, errors } = await ask(guest, text, dataset.id);
    const nobody = { addedBy: null };
    expect(data).toEqual({
      dataset: {
        createdBy: { name: 'Cleo Creator' },
        members: {
          edges: [{ name: 'Gil Guest', ...nobody }, { name: 'Milo Member', ...nobody }, {}, {}].map(
            (grantee) => ({ node: { grantee } }),
          ),
        },
      },
    });
    const path = (at: number, field: string) =>
      `dataset.members.edges.${at}.node.grantee.addedBy.${field}: FORBIDDEN`;
    expect(errors.toSorted()).toEqual([path(0, 'id'), path(1, 'id')]);
  });

  test('no field of the next request', async () => {
    const { guest, dataset } = await meeting();
    expect(await guest.run(ReadAuthors, { id: dataset.id })).toSucceed();
    const { errors } = await ask(guest, `query ($me: ID!) { ${ELSEWHERE} }`);
    expect(errors.toSorted()).toEqual(refused.slice(1));
  });
});

test('a mutation shows whom one meets on what it changed', async () => {
  const { guest, dataset } = await meeting();
  const text = `mutation ($id: ID!) {
    one: renameDataset(input: { datasetId: $id, name: "A" }) { dataset { createdBy { name } } }
    two: renameDataset(input: { datasetId: $id, name: "B" }) { dataset { createdBy { name } } } }`;
  const { data, errors } = await ask(guest, text, dataset.id);
  expect(errors).toEqual([]);
  const changed = { dataset: { createdBy: { name: 'Cleo Creator' } } };
  expect(data).toEqual({ one: changed, two: changed });
});

test('whoever reads the history of a dataset or the log meets those who acted', async () => {
  const { here, guest, cleo, robotId, dataset, ids } = await meeting('auditLog:read');
  const { client } = await testDatabase();
  await client.auditEntry.create({
    data: {
      accountId: here.accountId,
      action: 'dataset.renamed',
      outcome: 'SUCCEEDED',
      requestId: 'r',
      targetType: 'Dataset',
      targetId: dataset.rowId,
      subjectId: cleo.id,
      actorId: robotId,
    },
  });
  const subject = { id: ids.cleo, name: cleo.name, kind: 'USER', handle: null };
  const history = await guest.run(ReadHistoryParties, { id: dataset.id });
  expect(history).toSucceed();
  expect(history.data?.dataset?.history?.edges.map(({ node }) => node)).toMatchObject([
    { subject, actor: { id: ids.robot, name: 'Robot' } },
  ]);
  const log = await guest.run(ReadAuditParties, {});
  expect(log).toSucceed();
  expect(log.data?.auditLog?.edges.map(({ node }) => node)).toMatchObject([
    { subject, actor: { name: 'Robot' } },
  ]);
  await expect(await guest.run(GetNode, { id: ids.robot })).toBeHidden();
});

import { describe, expect, test } from 'vitest';

import type { Actor } from '../support/actor.js';
import type { DatasetRole } from '../support/generated/graphql.js';
import {
  ChangeRoleAndLook,
  ChangeRoleAndRename,
  GetDataset,
  GetDatasetMembers,
} from '../support/operations.js';
import { world } from '../support/world.js';

/** Two Admins, so that either can lower themselves. */
async function stage() {
  const { here, admin, outsider } = await world();
  const dataset = await here.dataset({
    name: 'Shared',
    members: [
      { user: admin, role: 'ADMIN' },
      { user: outsider, role: 'ADMIN' },
    ],
  });
  const [own = '', others = ''] = dataset.memberIds;
  const changeTo = (role: DatasetRole, memberId = own) => ({
    datasetId: dataset.id,
    memberId,
    role,
  });
  const nameSeenBy = async (reader: Actor) => {
    const { data } = await reader.run(GetDataset, { id: dataset.id });
    return data?.dataset?.name;
  };
  return { admin, other: outsider, dataset, own, others, changeTo, nameSeenBy };
}

describe('a document of several mutations', () => {
  test('decides each with the rights that those before it have left', async () => {
    const { admin, other, dataset, changeTo, nameSeenBy } = await stage();
    const result = await admin.run(ChangeRoleAndRename, {
      change: changeTo('MEMBER'),
      rename: { datasetId: dataset.id, name: 'Too late' },
    });
    expect(result.data?.changeDatasetMemberRole?.dataset?.name).toBe('Shared');
    expect(result.data?.renameDataset).toBeNull();
    expect(result).toBeDenied({ missing: 'dataset:rename', role: 'Member' });
    expect(result.errors?.[0]?.path).toEqual(['renameDataset']);
    expect(await nameSeenBy(other)).toBe('Shared');
  });

  test('lets nobody take back what they gave up', async () => {
    const { admin, dataset, own } = await stage();
    const change = (role: DatasetRole) =>
      `changeDatasetMemberRole(input: {
        datasetId: "${dataset.id}", memberId: "${own}", role: ${role}
      }) { dataset { access { role } } }`;
    const result = await admin.run<Record<string, unknown>, unknown>(
      `mutation { down: ${change('VIEWER')} up: ${change('ADMIN')} }`,
    );
    expect(result.data).toEqual({ down: { dataset: { access: { role: 'VIEWER' } } }, up: null });
    expect(result).toBeDenied({ missing: 'datasetMember:makeAdmin', role: 'Viewer' });
  });

  test('goes on after one that was refused', async () => {
    const { admin, dataset, changeTo, nameSeenBy } = await stage();
    const result = await admin.run(ChangeRoleAndRename, {
      change: changeTo('MEMBER', 'garbage'),
      rename: { datasetId: dataset.id, name: 'Renamed' },
    });
    expect(result).toFail('NOT_FOUND');
    expect(result.data?.renameDataset?.dataset?.name).toBe('Renamed');
    expect(await nameSeenBy(admin)).toBe('Renamed');
  });
});

describe('the answer of a mutation', () => {
  test('shows a Member who was Admin no settings', async () => {
    const { admin, changeTo } = await stage();
    const result = await admin.run(ChangeRoleAndLook, { input: changeTo('MEMBER') });
    expect(result.data?.changeDatasetMemberRole?.dataset).toEqual({
      name: 'Shared',
      access: { role: 'MEMBER' },
      settings: null,
      shareSettings: { assignableRoles: ['MEMBER', 'VIEWER'] },
      members: { totalCount: 2 },
    });
    expect(result).toBeDenied({ missing: 'dataset:configure', role: 'Member' });
  });

  test('shows a Viewer who was Admin neither settings nor members', async () => {
    const { admin, changeTo } = await stage();
    const result = await admin.run(ChangeRoleAndLook, { input: changeTo('VIEWER') });
    expect(result.data?.changeDatasetMemberRole?.dataset).toEqual({
      name: 'Shared',
      access: { role: 'VIEWER' },
      settings: null,
      shareSettings: null,
      members: null,
    });
    const paths = result.errors?.map(({ path }) => path?.at(-1));
    expect(paths?.toSorted()).toEqual(['members', 'settings', 'shareSettings']);
  });

  test('shows the roles as they are now', async () => {
    const { admin, other, dataset, others, changeTo } = await stage();
    const result = await admin.run(ChangeRoleAndLook, { input: changeTo('VIEWER', others) });
    expect(result).toSucceed();
    expect(result.data?.changeDatasetMemberRole?.dataset?.access.role).toBe('ADMIN');
    const { data } = await admin.run(GetDatasetMembers, { id: dataset.id });
    expect(data?.dataset?.members?.edges.map(({ node }) => node.role)).toEqual(['ADMIN', 'VIEWER']);
    expect(await other.run(GetDatasetMembers, { id: dataset.id })).toBeDenied({
      missing: 'datasetMember:read',
    });
  });

  test('rests on nothing that an earlier answer of the same document was allowed', async () => {
    const { admin, other, dataset, own, others } = await stage();
    const look = `{ dataset {
      access { role } settings { exportPolicy } shareSettings { assignableRoles } members { totalCount }
    } }`;
    const rename = `renameDataset(input: { datasetId: "${dataset.id}", name: "New" }) ${look}`;
    const change = (memberId: string, role: DatasetRole) =>
      `changeDatasetMemberRole(input: {
        datasetId: "${dataset.id}", memberId: "${memberId}", role: ${role}
      }) ${look}`;
    const all = {
      dataset: {
        access: { role: 'ADMIN' },
        settings: { exportPolicy: 'EVERY_ROLE' },
        shareSettings: { assignableRoles: ['ADMIN', 'MEMBER', 'VIEWER'] },
        members: { totalCount: 2 },
      },
    };
    const nothing = {
      dataset: { access: { role: 'VIEWER' }, settings: null, shareSettings: null, members: null },
    };
    const lowered = await admin.run(
      `mutation { before: ${rename} after: ${change(own, 'VIEWER')} }`,
    );
    expect(lowered.data).toEqual({ before: all, after: nothing });
    const refused = lowered.errors?.map(({ path, extensions }) => [
      path?.join('.'),
      extensions.code,
    ]);
    expect(refused?.toSorted()).toEqual([
      ['after.dataset.members', 'FORBIDDEN'],
      ['after.dataset.settings', 'FORBIDDEN'],
      ['after.dataset.shareSettings', 'FORBIDDEN'],
    ]);
    const raised = await other.run(
      `mutation { one: ${change(own, 'ADMIN')} two: ${change(others, 'VIEWER')} }`,
    );
    expect(raised.data).toEqual({ one: all, two: nothing });
  });
});

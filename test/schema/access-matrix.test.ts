import { beforeAll, describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor } from '../support/actor.js';
import { keyOf } from '../support/keys.js';
import { giveCustomRole } from '../support/leaver.js';
import { ReadAccessMatrix } from '../support/operations.js';
import { globalId, workspace, world } from '../support/world.js';

let all: Awaited<ReturnType<typeof world>>;

beforeAll(async () => {
  all = await world();
});

async function matrixFor(reader: Actor, variables: { search?: string; principalId?: string } = {}) {
  const result = await reader.run(ReadAccessMatrix, variables);
  expect(result).toSucceed();
  const matrix = result.data?.accessMatrix;
  if (!matrix) throw new Error('There is no matrix.');
  return matrix;
}

/** What the matrix says of somebody and one field: the outcome, or on what it depends. */
async function said(reader: Actor, principalId: string, coordinate: string) {
  const { rows } = await matrixFor(reader, { search: coordinate, principalId });
  const cell = rows.find((row) => row.coordinate === coordinate)?.principal;
  return cell?.outcome === 'DEPENDS' ? cell.on : cell?.outcome;
}

describe('the access matrix', () => {
  test('is for everybody who is signed in, also for programs', async () => {
    for (const reader of [all.viewer, all.outsider, await all.here.program()]) {
      const { rows, roles, principalName } = await matrixFor(reader);
      expect(rows.length).toBeGreaterThan(800);
      expect(roles).toHaveLength(13);
      expect(principalName).toBeNull();
      expect(rows.every(({ cells, principal }) => cells.length === 13 && principal === null)).toBe(
        true,
      );
    }
    expect(await all.anonymous.run(ReadAccessMatrix, {})).toFail('UNAUTHENTICATED');
  });

  test('names its columns', async () => {
    const { roles } = await matrixFor(all.viewer, { search: 'no field is called so' });
    expect(roles.map(({ family, role, name }) => `${family} ${role} ${name}`)).toEqual([
      'ACCOUNT SUPER_ADMIN Super Admin',
      'ACCOUNT IAM_ADMIN IAM Admin',
      'ACCOUNT USER_ADMIN User Admin',
      'ACCOUNT ADMIN Admin',
      'ACCOUNT EDITOR Editor',
      'ACCOUNT VIEWER Viewer',
      'DATASET ADMIN Admin',
      'DATASET MEMBER Member',
      'DATASET VIEWER Viewer',
      'FLOW OWNER Owner',
      'FLOW EDITOR Editor',
      'FLOW VIEWER Viewer',
      'FLOW NONE None',
    ]);
  });

  test('says of each field what its line says', async () => {
    const { rows } = await matrixFor(all.viewer, { search: 'mutation.renamedataset' });
    const depends = { outcome: 'DEPENDS', on: ['the role on the dataset'] };
    const never = { outcome: 'NEVER', on: [] };
    expect(rows).toEqual([
      {
        coordinate: 'Mutation.renameDataset',
        type: 'Mutation',
        field: 'renameDataset',
        rule: 'dataset: Modify dataset name',
        cells: [
          ...Array.from({ length: 6 }, () => depends),
          { outcome: 'ALWAYS', on: [] },
          ...Array.from({ length: 6 }, () => never),
        ],
        principal: null,
      },
    ]);
  });

  test('is searched by words of fields and rules, in any case and order', async () => {
    const found = async (search: string) =>
      (await matrixFor(all.viewer, { search })).rows.map(({ coordinate }) => coordinate);
    expect(await found('  USER:suspend mutation. ')).toEqual([
      'Mutation.reactivateUser',
      'Mutation.suspendUser',
    ]);
    expect(await found('nothing of the kind')).toEqual([]);
    expect(await found(`%_\\'"<script>`)).toEqual([]);
    const long = { search: 'x'.repeat(201) };
    expect(await all.viewer.run(ReadAccessMatrix, long)).toFail('INVALID_INPUT');
    expect(await all.viewer.run(ReadAccessMatrix, { search: '\0' })).toFail('INVALID_INPUT');
  });

  test('takes as many statements as the rights of one person', async () => {
    const own = await all.viewer.run(ReadAccessMatrix, { search: 'Query.me' });
    expect(own).toTakeQueries(1);
    const principalId = globalId('User', all.viewer.id);
    expect(await all.viewer.run(ReadAccessMatrix, { principalId })).toTakeQueries(3);
    const one = { principalId, search: 'Query.me' };
    expect(await all.viewer.run(ReadAccessMatrix, one)).toTakeQueries(3);
  });
});

describe('of one person it is for', () => {
  test.each<[AccountRole, boolean]>([
    ['SUPER_ADMIN', true],
    ['IAM_ADMIN', true],
    ['USER_ADMIN', false],
    ['ADMIN', false],
    ['EDITOR', false],
    ['VIEWER', false],
  ])('%s: %s', async (role, may) => {
    const reader = await all.here.person({ role });
    const somebody = { principalId: globalId('User', all.outsider.id) };
    const result = await reader.run(ReadAccessMatrix, somebody);
    if (may) expect(result).toSucceed();
    else expect(result).toBeDenied({ missing: 'governance:read' });
    const { principalName } = await matrixFor(reader, {
      principalId: globalId('User', reader.id),
      search: 'Query.me',
    });
    expect(principalName).toBe(reader.name);
  });

  test('nobody of another account, and nobody who is not there', async () => {
    const hidden = [
      globalId('User', all.stranger.id),
      globalId('User', '01900000-0000-7000-8000-000000000000'),
      globalId('Dataset', all.dataset.rowId),
      all.dataset.id,
      'no id at all',
      '',
      '\0',
      'é🙂'.repeat(100),
    ];
    for (const principalId of hidden) {
      expect(await all.superAdmin.run(ReadAccessMatrix, { principalId })).toFail('NOT_FOUND');
      expect(await all.viewer.run(ReadAccessMatrix, { principalId })).toBeDenied({
        missing: 'governance:read',
      });
    }
  });

  test('whose roles add up, with those of the account’s own', async () => {
    const person = await all.here.person({ role: 'EDITOR' });
    const principalId = globalId('User', person.id);
    const asked = (coordinate: string) => said(all.superAdmin, principalId, coordinate);
    expect(await asked('Mutation.createDataset')).toBe('ALWAYS');
    expect(await asked('Mutation.renameDataset')).toEqual(['the role on the dataset']);
    expect(await asked('AuditEntry.action')).toBe('NEVER');
    expect(await asked('Mutation.suspendUser')).toBe('NEVER');
    await giveCustomRole(all.here, person, ['auditLog:read', 'user:suspend']);
    expect(await asked('AuditEntry.action')).toBe('ALWAYS');
    expect(await asked('Mutation.suspendUser')).toEqual(['nobody and nothing above them']);
    await giveCustomRole(all.here, person, ['dataset:override', 'role:assignAny']);
    expect(await asked('Mutation.suspendUser')).toBe('ALWAYS');
    expect(await asked('Dataset.name')).toBe('ALWAYS');
    expect(await asked('Mutation.renameDataset')).toEqual(['the role on the dataset']);
  });
});

describe('of a program', () => {
  test('it is what is shared with it, and nothing that takes a session', async () => {
    const program = await all.here.program();
    const principalId = globalId('ServiceAccount', program.id);
    for (const reader of [program, all.superAdmin]) {
      const asked = (coordinate: string) => said(reader, principalId, coordinate);
      expect(await asked('Dataset.name')).toEqual(['the role on the dataset']);
      expect(await asked('Mutation.createDataset')).toBe('NEVER');
      expect(await asked('Dataset.impersonationGrants')).toBe('NEVER');
      expect(await asked('Mutation.changePassword')).toBe('NEVER');
      expect(await asked('Query.me')).toBe('ALWAYS');
    }
    expect(await all.viewer.run(ReadAccessMatrix, { principalId })).toBeDenied({
      missing: 'governance:read',
    });
  });

  test('it is what its key lets through, for those who may see the key', async () => {
    const here = await workspace();
    const [holder, manager, other] = await here.people([
      { role: 'EDITOR' },
      { role: 'ADMIN' },
      { role: 'SUPER_ADMIN' },
    ]);
    const { id, user } = await keyOf(
      here,
      { userId: holder.id },
      { name: 'Import', permissions: ['dataset:create', 'dataset:read', 'unheard:of'] },
    );
    for (const reader of [holder, manager]) {
      const asked = (coordinate: string) => said(reader, id, coordinate);
      expect(await asked('Mutation.createDataset')).toBe('ALWAYS');
      expect(await asked('Dataset.name')).toEqual(['the role on the dataset']);
      expect(await asked('Mutation.renameDataset')).toBe('NEVER');
      expect(await asked('Mutation.createFlow')).toBe('NEVER');
      expect(await asked('Board.name')).toBe('NEVER');
      expect((await matrixFor(reader, { principalId: id })).principalName).toBe('Import');
    }
    // Who cannot see the key, nor the key itself.
    for (const reader of [other, user]) {
      expect(await reader.run(ReadAccessMatrix, { principalId: id })).toFail('NOT_FOUND');
    }
  });
});

test('whoever acts as somebody reads of nobody', async () => {
  const { here, admin } = all;
  const program = await here.program();
  await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
  const target = await here.person({ role: 'USER_ADMIN' });
  const acting = program.as(target);
  expect(await acting.run(ReadAccessMatrix, { search: 'Query.me' })).toSucceed();
  for (const { id } of [target, admin]) {
    const principalId = globalId('User', id);
    const result = await acting.run(ReadAccessMatrix, { principalId });
    expect(result).toBeDenied({ missing: 'governance:read' });
  }
});

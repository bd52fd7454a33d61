import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { PrismaClient } from '../../src/db/generated/client.js';
import type { Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddDatasetMember,
  AssumeDatasetRole,
  ChangeDatasetMemberRole,
  CreateDataset,
  DeleteDataset,
  DescribeDataset,
  GetDataset,
  LeaveDataset,
  ListDatasets,
  RemoveDatasetMember,
  RenameDataset,
  UpdateDatasetSettings,
} from '../support/operations.js';
import { globalId, world } from '../support/world.js';

let client: PrismaClient;

beforeAll(async () => {
  ({ client } = await testDatabase());
});

/** Lets the database refuse audit entries of this test’s account in the given way. */
async function refuseEntries(accountId: string, body: string): Promise<void> {
  await client.$executeRawUnsafe('CREATE SEQUENCE test_entries');
  await client.$executeRawUnsafe(`
    CREATE FUNCTION test_refuse_entries() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.account_id = '${accountId}' THEN ${body} END IF;
      RETURN NEW;
    END $$`);
  await client.$executeRawUnsafe(`
    CREATE TRIGGER test_refuse_entries BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION test_refuse_entries()`);
}

afterEach(async () => {
  await client.$executeRawUnsafe('DROP TRIGGER IF EXISTS test_refuse_entries ON audit_entry');
  await client.$executeRawUnsafe('DROP FUNCTION IF EXISTS test_refuse_entries');
  await client.$executeRawUnsafe('DROP SEQUENCE IF EXISTS test_entries');
});

const EVERY_ENTRY = `RAISE EXCEPTION 'the log is full';`;
const SUCCESSES = `IF NEW.outcome = 'SUCCEEDED' THEN ${EVERY_ENTRY} END IF;`;

/** All that mutations on datasets change. */
async function stateOf(accountId: string) {
  const where = { accountId };
  return {
    flows: await client.flow.findMany({ where, orderBy: { id: 'asc' } }),
    settings: await client.datasetSettings.findMany({ where, orderBy: { flowId: 'asc' } }),
    members: await client.flowMember.findMany({ where, orderBy: { id: 'asc' } }),
  };
}

async function stage() {
  const { here, dataset, memberships, admin, viewer, outsider, superAdmin } = await world();
  const input = { datasetId: dataset.id };
  const member = { ...input, memberId: memberships.viewer };
  const add = { ...input, granteeId: globalId('User', outsider.id), role: 'VIEWER' } as const;
  const mutations: Record<string, () => Promise<Result>> = {
    'dataset.created': () => admin.run(CreateDataset, { input: { name: 'New' } }),
    'dataset.renamed': () => admin.run(RenameDataset, { input: { ...input, name: 'New' } }),
    'dataset.described': () =>
      admin.run(DescribeDataset, { input: { ...input, description: 'New' } }),
    'dataset.configured': () =>
      admin.run(UpdateDatasetSettings, { input: { ...input, exportPolicy: 'NOBODY' } }),
    'datasetMember.added': () => admin.run(AddDatasetMember, { input: add }),
    'datasetMember.roleChanged': () =>
      admin.run(ChangeDatasetMemberRole, { input: { ...member, role: 'MEMBER' } }),
    'datasetMember.removed': () => admin.run(RemoveDatasetMember, { input: member }),
    'datasetMember.roleAssumed': () =>
      superAdmin.run(AssumeDatasetRole, { input: { ...input, role: 'ADMIN' } }),
    'datasetMember.left': () => viewer.run(LeaveDataset, { input }),
    'dataset.deleted': () => admin.run(DeleteDataset, { input: { ...input, name: dataset.name } }),
  };
  return { here, dataset, admin, superAdmin, mutations };
}

describe('if its entry can’t be written', () => {
  test('a mutation fails, changes nothing, and says so in the log', async () => {
    const { here, mutations } = await stage();
    const before = await stateOf(here.accountId);
    await refuseEntries(here.accountId, SUCCESSES);
    for (const [action, mutate] of Object.entries(mutations)) {
      const result = await mutate();
      expect(result).toFail('INTERNAL');
      expect(Object.values(result.data ?? {})).toEqual([null]);
      expect(result.text).not.toContain('the log is full');
      expect(await stateOf(here.accountId)).toEqual(before);
      await expect(result).toHaveAudited({ action, outcome: 'FAILED', code: 'INTERNAL' });
    }
  });

  test('not even the one of its failure, a mutation fails and changes nothing', async () => {
    const { here, mutations } = await stage();
    const before = await stateOf(here.accountId);
    await refuseEntries(here.accountId, EVERY_ENTRY);
    for (const mutate of Object.values(mutations)) {
      expect(await mutate()).toFail('INTERNAL');
      expect(await stateOf(here.accountId)).toEqual(before);
    }
    expect(await client.auditEntry.count({ where: { accountId: here.accountId } })).toBe(0);
  });

  test('an override shows nothing', async () => {
    const { here, dataset, superAdmin } = await stage();
    await refuseEntries(here.accountId, EVERY_ENTRY);
    for (const result of [
      await superAdmin.run(GetDataset, { id: dataset.id }),
      await superAdmin.run(ListDatasets, { first: 5 }),
    ]) {
      expect(result).toFail('INTERNAL');
      expect(result.errors?.[0]?.extensions['requestId']).toBe(result.requestId);
      expect(result.data ?? null).toBeNull();
      expect(result.text).not.toContain(dataset.name);
    }
  });

  test('whoever reads with a role of their own is not held up', async () => {
    const { here, dataset, admin } = await stage();
    await refuseEntries(here.accountId, EVERY_ENTRY);
    expect(await admin.run(GetDataset, { id: dataset.id })).toSucceed();
  });
});

describe.each([
  { name: 'a deadlock', code: '40P01' },
  { name: 'a serialization failure', code: '40001' },
])('after $name', ({ code }) => {
  test('a mutation goes again, and leaves one entry', async () => {
    const { here, admin, dataset } = await stage();
    const conflict = `RAISE EXCEPTION 'in the way' USING ERRCODE = '${code}';`;
    const twice = `IF nextval('test_entries') <= 2 THEN ${conflict} END IF;`;
    await refuseEntries(here.accountId, twice);
    const input = { datasetId: dataset.id, name: 'At last' };
    const result = await admin.run(RenameDataset, { input });
    expect(result).toSucceed();
    await expect(result).toHaveAudited({
      action: 'dataset.renamed',
      outcome: 'SUCCEEDED',
      before: { name: dataset.name },
      after: { name: 'At last' },
    });
  });

  test('and another and another a mutation gives up, and changes nothing', async () => {
    const { here, admin, dataset } = await stage();
    const before = await stateOf(here.accountId);
    const conflict = `RAISE EXCEPTION 'in the way' USING ERRCODE = '${code}';`;
    const always = `IF NEW.outcome = 'SUCCEEDED' THEN ${conflict} END IF;`;
    await refuseEntries(here.accountId, always);
    const input = { datasetId: dataset.id, name: 'Never' };
    const result = await admin.run(RenameDataset, { input });
    expect(result).toFail('CONFLICT');
    await expect(result).toHaveAudited({ outcome: 'REFUSED', code: 'CONFLICT' });
    expect(await stateOf(here.accountId)).toEqual(before);
  });
});

test('something long is not done if its rights by a group were taken away meanwhile', async () => {
  const { here, outsider, admin } = await world();
  const groupId = await here.group([outsider]);
  const members = [{ user: admin, role: 'ADMIN' } as const, { groupId, role: 'ADMIN' } as const];
  const dataset = await here.dataset({ name: 'By group', members });
  const input = { datasetId: dataset.id, name: 'By group' };
  const leave = `DELETE FROM group_member WHERE group_id = '${groupId}';`;
  await refuseEntries(here.accountId, `IF NEW.outcome = 'SUCCEEDED' THEN ${leave} END IF;`);
  const result = await outsider.run(DeleteDataset, { input });
  expect(result).toFail('CONFLICT');
  await expect(result).toHaveAudited({ action: 'dataset.deleted', code: 'CONFLICT' });
  expect(await admin.run(GetDataset, { id: dataset.id })).toSucceed();
});

describe('what fails on our side', () => {
  test('is told by an id that the log has too, and by nothing else', async () => {
    const { here, admin, dataset } = await stage();
    await refuseEntries(here.accountId, SUCCESSES);
    const input = { datasetId: dataset.id, name: 'A secret name' };
    const result = await admin.run(RenameDataset, { input });
    expect(result.errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL',
      requestId: result.requestId,
    });
    const lines = here.app.lines.filter((line) => line.includes(result.requestId)).join('');
    expect(lines).toContain('request failed');
    expect(lines).not.toContain('A secret name');
  });
});

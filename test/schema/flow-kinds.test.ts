import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlow, KINDS, renamedId, TYPENAMES, type Kind } from '../support/flow-world.js';
import {
  AddFlowMember,
  AssumeFlowRole,
  ChangeFlowMemberRole,
  DeleteFlow,
  DescribeFlow,
  GetDataset,
  GetFlow,
  GetNode,
  LeaveFlow,
  RemoveFlowMember,
  RenameDataset,
  RenameFlow,
} from '../support/operations.js';
import { globalId, workspace, type Shared } from '../support/world.js';

/** What a flow of another kind, or a dataset, might be called. */
const NAMES = [...Object.values(TYPENAMES), 'Dataset'];

const flows = new Map<Kind, Shared>();
let dataset: Shared;
let owner: Actor;
let superAdmin: Actor;
let newcomer: Actor;

beforeAll(async () => {
  const here = await workspace();
  [owner, superAdmin, newcomer] = await here.people([
    { role: 'EDITOR' },
    { role: 'SUPER_ADMIN' },
    { role: 'USER_ADMIN' },
  ]);
  const members = [
    { user: owner, role: 'OWNER' },
    { user: superAdmin, role: 'OWNER' },
  ] as const;
  for (const kind of KINDS)
    flows.set(kind, await createFlow(here, { kind, name: 'Same', members }));
  const role = 'ADMIN' as const;
  dataset = await here.dataset({ name: 'Same', members: [{ user: owner, role }] });
});

function flowOf(kind: Kind): Shared {
  const flow = flows.get(kind);
  if (!flow) throw new Error(`There is no ${kind}.`);
  return flow;
}

/** Every way in which an id of a flow enters. */
function entrances(who: Actor, flowId: string, memberId: string): Promise<Result>[] {
  const granteeId = globalId('User', newcomer.id);
  return [
    who.run(GetNode, { id: flowId }),
    who.run(GetFlow, { id: flowId }),
    who.run(RenameFlow, { input: { flowId, name: 'Other' } }),
    who.run(DescribeFlow, { input: { flowId, description: 'Other' } }),
    who.run(DeleteFlow, { input: { flowId, name: 'Same' } }),
    who.run(AddFlowMember, { input: { flowId, granteeId, role: 'VIEWER' } }),
    who.run(ChangeFlowMemberRole, { input: { flowId, memberId, role: 'VIEWER' } }),
    who.run(RemoveFlowMember, { input: { flowId, memberId } }),
    who.run(LeaveFlow, { input: { flowId } }),
    who.run(AssumeFlowRole, { input: { flowId, role: 'OWNER' } }),
  ];
}

/** All of them, and those that the override opens, too. */
function everywhere(id: string, memberId: string): Promise<Result[]> {
  const ways = [
    ...entrances(owner, id, memberId),
    superAdmin.run(GetNode, { id }),
    superAdmin.run(AssumeFlowRole, { input: { flowId: id, role: 'OWNER' } }),
  ];
  return Promise.all(ways);
}

const nowhere = (typename: string) => globalId(typename, uuidv7());

/** The answers to the byte of what does not exist. */
function expectHidden(results: readonly Result[], missing: readonly Result[]): void {
  for (const result of results) expect(result).toFail('NOT_FOUND');
  expect(results.map(({ text }) => text)).toEqual(missing.map(({ text }) => text));
}

async function untouched(kind: Kind): Promise<void> {
  const { client } = await testDatabase();
  const { rowId } = flowOf(kind);
  const row = await client.flow.findUnique({ where: { id: rowId }, include: { members: true } });
  expect(row).toMatchObject({
    name: 'Same',
    description: '',
    members: [{ role: 'OWNER' }, { role: 'OWNER' }],
  });
}

describe('a flow is found under the name of its kind alone', () => {
  test.each(NAMES)('what is no %s is not found under that name', async (typename) => {
    const missing = await everywhere(nowhere(typename), nowhere('FlowMember'));
    for (const kind of KINDS.filter((each) => TYPENAMES[each] !== typename)) {
      const flow = flowOf(kind);
      const results = await everywhere(renamedId(typename, flow), flow.memberIds[1] ?? '');
      expectHidden(results, missing);
      await untouched(kind);
    }
    if (typename === 'Dataset') return;
    const ways = entrances(owner, renamedId(typename, dataset), dataset.memberIds[0] ?? '');
    expectHidden(await Promise.all(ways), missing.slice(0, ways.length));
  });

  test.each(KINDS)('a %s is no dataset for what takes datasets', async (kind) => {
    const id = renamedId('Dataset', flowOf(kind));
    await expect(await owner.run(GetDataset, { id })).toBeHidden();
    const renaming = { input: { datasetId: id, name: 'Other' } };
    await expect(await owner.run(RenameDataset, renaming)).toBeHidden();
    await untouched(kind);
  });

  test('and a dataset itself is no business of the mutations of flows', async () => {
    const [node, flow, ...mutations] = await Promise.all(
      entrances(owner, dataset.id, dataset.memberIds[0] ?? ''),
    );
    expect(node).toSucceed();
    expect(flow).toSucceed();
    expect(mutations).toHaveLength(8);
    for (const result of mutations) expect(result).toFail('NOT_FOUND');
  });

  test.each(KINDS)('node finds a %s', async (kind) => {
    const { id } = flowOf(kind);
    const { data } = await owner.run(GetNode, { id });
    expect(data?.node).toEqual({ __typename: TYPENAMES[kind], id });
  });
});

describe('a membership is found on its own side alone', () => {
  const swapped = (id: string, typename: string) => {
    const [, row = ''] = Buffer.from(id, 'base64url').toString().split(':');
    return globalId(typename, row);
  };

  test('of a flow as FlowMember, of a dataset as DatasetMember', async () => {
    const [ofFlow = ''] = flowOf('BOARD').memberIds;
    const [ofDataset = ''] = dataset.memberIds;
    for (const [id, typename] of [
      [ofFlow, 'FlowMember'],
      [ofDataset, 'DatasetMember'],
    ] as const) {
      const { data } = await owner.run(GetNode, { id });
      expect(data?.node).toEqual({ __typename: typename, id });
    }
    for (const who of [owner, superAdmin]) {
      const asDatasets = await who.run(GetNode, { id: swapped(ofFlow, 'DatasetMember') });
      await expect(asDatasets).toBeHidden();
      await expect(await who.run(GetNode, { id: swapped(ofDataset, 'FlowMember') })).toBeHidden();
    }
    await expect(await newcomer.run(GetNode, { id: ofFlow })).toBeHidden();
  });

  test('and of one flow on no other', async () => {
    const [memberId = ''] = flowOf('APP').memberIds;
    const { id: flowId } = flowOf('CHAT');
    const change = { flowId, memberId, role: 'VIEWER' } as const;
    await expect(await superAdmin.run(ChangeFlowMemberRole, { input: change })).toBeHidden();
    const removal = await superAdmin.run(RemoveFlowMember, { input: { flowId, memberId } });
    await expect(removal).toBeHidden();
    await untouched('APP');
  });
});

import { describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import type { DatasetRole } from '../support/generated/graphql.js';
import {
  ChangeDatasetMemberRole,
  GetDatasetMembers,
  RemoveDatasetMember,
} from '../support/operations.js';
import { workspace, type Membership, type Shared } from '../support/world.js';

type Act = 'make an Admin' | 'make a Member' | 'make a Viewer' | 'remove';

/** What somebody with the role may do to an Admin, a Member and a Viewer: the printed table, spelt out. */
const TABLE: readonly (readonly [DatasetRole, Act, 'Y' | 'N', 'Y' | 'N', 'Y' | 'N'])[] = [
  ['ADMIN', 'make an Admin', 'Y', 'Y', 'Y'],
  ['ADMIN', 'make a Member', 'Y', 'Y', 'Y'],
  ['ADMIN', 'make a Viewer', 'Y', 'Y', 'Y'],
  ['ADMIN', 'remove', 'Y', 'Y', 'Y'],
  ['MEMBER', 'make an Admin', 'N', 'N', 'N'],
  ['MEMBER', 'make a Member', 'N', 'Y', 'Y'],
  ['MEMBER', 'make a Viewer', 'N', 'Y', 'Y'],
  ['MEMBER', 'remove', 'N', 'Y', 'Y'],
  ['VIEWER', 'make an Admin', 'N', 'N', 'N'],
  ['VIEWER', 'make a Member', 'N', 'N', 'N'],
  ['VIEWER', 'make a Viewer', 'N', 'N', 'N'],
  ['VIEWER', 'remove', 'N', 'N', 'N'],
];

const TARGETS = ['ADMIN', 'MEMBER', 'VIEWER'] as const;
const NAMES = { ADMIN: 'Admin', MEMBER: 'Member', VIEWER: 'Viewer' } as const;
const ROLES = {
  'make an Admin': 'ADMIN',
  'make a Member': 'MEMBER',
  'make a Viewer': 'VIEWER',
} as const;
const PERMISSIONS = {
  'make an Admin': 'datasetMember:makeAdmin',
  'make a Member': 'datasetMember:makeMember',
  'make a Viewer': 'datasetMember:makeViewer',
  remove: 'datasetMember:remove',
} as const;

async function perform(who: Actor, act: Act, dataset: Shared, memberId: string): Promise<Result> {
  const target = { datasetId: dataset.id, memberId };
  return act === 'remove'
    ? who.run(RemoveDatasetMember, { input: target })
    : who.run(ChangeDatasetMemberRole, { input: { ...target, role: ROLES[act] } });
}

/** The role that somebody has now; null: none. */
async function roleOf(reader: Actor, { id }: Shared, memberId: string) {
  const { data } = await reader.run(GetDatasetMembers, { id, first: 100 });
  const edges = data?.dataset?.members?.edges ?? [];
  return edges.find(({ node }) => node.id === memberId)?.node.role ?? null;
}

async function stage(role: DatasetRole, via: 'membership' | 'group') {
  const here = await workspace();
  const [keeper, actor, target] = await here.people([{ name: 'Keeper' }, { name: 'Actor' }, {}]);
  const own: Membership =
    via === 'group' ? { groupId: await here.group([actor]), role } : { user: actor, role };
  const datasets = await here.datasets(
    TARGETS.map((targetRole) => ({
      members: [{ user: keeper, role: 'ADMIN' }, own, { user: target, role: targetRole }],
    })),
  );
  return { keeper, actor, datasets };
}

describe.each(['membership', 'group'] as const)('by %s', (via) => {
  test.each(TABLE)('somebody who is %s may %s: Admin %s, Member %s, Viewer %s', async (...line) => {
    const [role, act, ...cells] = line;
    const { keeper, actor, datasets } = await stage(role, via);
    for (const [at, cell] of cells.entries()) {
      const dataset = datasets[at] as Shared;
      const memberId = dataset.memberIds[2] ?? '';
      const result = await perform(actor, act, dataset, memberId);
      const missing =
        role === 'VIEWER' && act === 'remove'
          ? ['datasetMember:write', 'datasetMember:remove']
          : [PERMISSIONS[act]];
      const allowed = act === 'remove' ? null : ROLES[act];
      const outcome = { code: result.errors?.[0]?.extensions.code, denial: denialOf(result) };
      expect(outcome).toEqual(
        cell === 'Y'
          ? { code: undefined, denial: undefined }
          : { code: 'FORBIDDEN', denial: { missing, role: NAMES[role] } },
      );
      expect(await roleOf(keeper, dataset, memberId)).toBe(cell === 'Y' ? allowed : TARGETS[at]);
    }
  });
});

function denialOf({ errors }: Result) {
  const denial = errors?.[0]?.extensions['denial'] as
    | { readonly missing: string[]; readonly role: string }
    | undefined;
  return denial && { missing: denial.missing, role: denial.role };
}

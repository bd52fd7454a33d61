import { describe, expect, test } from 'vitest';

import type { AccountRole } from '../../src/authz/account-roles.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlow, createFlows, flowWorld, KINDS, type Kind } from '../support/flow-world.js';
import { GetFlow, ListFlows, ListFlowsWhole } from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

async function namesSeenBy(who: Actor, filter = {}): Promise<string[] | undefined> {
  const { data } = await who.run(ListFlows, { first: 100, filter });
  const names = data?.flows?.edges.map(({ node }) => node.name);
  expect(data?.flows?.totalCount).toBe(names?.length);
  return names;
}

/** Which kinds those see with whom nothing is shared, by their role in the account. */
const BY_DEFAULT: Record<AccountRole, readonly Kind[]> = {
  SUPER_ADMIN: ['PROCESS', 'BOARD', 'APP', 'LIST', 'INTEGRATION', 'CHAT', 'SPACE'],
  ADMIN: ['PROCESS', 'BOARD', 'APP', 'INTEGRATION', 'CHAT', 'SPACE'],
  EDITOR: ['PROCESS', 'BOARD', 'APP', 'INTEGRATION', 'CHAT', 'SPACE'],
  VIEWER: ['PROCESS', 'BOARD', 'APP', 'INTEGRATION', 'CHAT', 'SPACE'],
  IAM_ADMIN: [],
  USER_ADMIN: [],
};

describe('who sees which flows', () => {
  test.each(Object.entries(BY_DEFAULT))(
    'without a role there: %s of the account',
    async (role, kinds) => {
      const here = await workspace();
      const who = await here.person({ role: role as AccountRole });
      const flows = await createFlows(
        here,
        KINDS.map((kind) => ({ kind, name: kind })),
      );
      expect((await namesSeenBy(who))?.toSorted()).toEqual(kinds.toSorted());
      for (const [at, kind] of KINDS.entries()) {
        const one = await who.run(GetFlow, { id: flows[at]?.id ?? '' });
        if (kinds.includes(kind)) {
          const via = role === 'SUPER_ADMIN' ? 'SUPER_ADMIN_OVERRIDE' : 'ACCOUNT_ROLE';
          expect(one.data?.flow?.access).toEqual({ role: null, via });
        } else {
          await expect(one).toBeHidden();
        }
      }
    },
  );

  test('by sharing, of one’s own or by group; NONE shuts out, unless another group lets in', async () => {
    const here = await workspace();
    const [editor, none] = await here.people([{ role: 'EDITOR' }, { role: 'USER_ADMIN' }]);
    const [one, other] = [await here.group([editor, none]), await here.group([editor, none])];
    const shut = { role: 'NONE' } as const;
    const open = { role: 'VIEWER' } as const;
    await createFlows(here, [
      { name: 'default' },
      { name: 'shut by oneself', members: [{ user: editor, ...shut }] },
      { name: 'shut by the only group', members: [{ groupId: one, ...shut }] },
      {
        name: 'let in by another group',
        members: [
          { groupId: one, ...shut },
          { groupId: other, ...open },
        ],
      },
      {
        name: 'shut by oneself, let in by a group',
        members: [
          { user: editor, ...shut },
          { groupId: one, role: 'OWNER' },
        ],
      },
      { kind: 'LIST', name: 'list' },
      { kind: 'LIST', name: 'shared list', members: [{ groupId: one, ...open }] },
    ]);
    expect(await namesSeenBy(editor)).toEqual([
      'default',
      'let in by another group',
      'shared list',
    ]);
    expect(await namesSeenBy(none)).toEqual([
      'let in by another group',
      'shared list',
      'shut by oneself, let in by a group',
    ]);
  });

  test('programs by sharing alone', async () => {
    const here = await workspace();
    const program = await here.program();
    const serviceAccountId = program.id;
    const [flow] = await createFlows(here, [
      { name: 'shared', members: [{ serviceAccountId, role: 'VIEWER' }] },
      { name: 'open to people' },
      { name: 'shut', members: [{ serviceAccountId, role: 'NONE' }] },
    ]);
    expect(await namesSeenBy(program)).toEqual(['shared']);
    const result = await program.run(GetFlow, { id: flow?.id ?? '' });
    expect(result.data?.flow?.access).toEqual({ role: 'VIEWER', via: 'DIRECT' });
  });

  test('and nothing of another account, nor datasets', async () => {
    const { stranger, owner, here } = await flowWorld();
    await here.dataset({ name: 'A dataset', members: [{ user: owner, role: 'ADMIN' }] });
    expect(await namesSeenBy(stranger)).toEqual([]);
    expect(await namesSeenBy(owner)).toEqual(['Onboarding']);
  });

  test('nobody who is not signed in', async () => {
    const { anonymous, flow } = await flowWorld();
    expect(await anonymous.run(ListFlows, {})).toFail('UNAUTHENTICATED');
    expect(await anonymous.run(GetFlow, { id: flow.id })).toFail('UNAUTHENTICATED');
  });
});

describe('the list of flows', () => {
  test('is empty for whom nothing is shared', async () => {
    const { outsider } = await flowWorld();
    const { data } = await outsider.run(ListFlows, {});
    expect(data?.flows).toMatchObject({
      totalCount: 0,
      pageInfo: { hasNextPage: false },
      edges: [],
    });
  });

  test('is searched by any part of the name, as people write it, and told nothing of what is hidden', async () => {
    const here = await workspace();
    const [editor, outsider] = await here.people([{}, { role: 'USER_ADMIN' }]);
    const names = ['Straße', 'ΟΔΟΣ', 'İstanbul', '100 % sure', 'a_b', '日本語 🚀'];
    await createFlows(
      here,
      names.map((name) => ({ name })),
    );
    const shut = [{ user: editor, role: 'NONE' as const }];
    await createFlow(here, { name: 'Straße, hidden', members: shut });
    const finds: [string, string[]][] = [
      ['STRASSE', []],
      ['straß', ['Straße']],
      ['οδο', ['ΟΔΟΣ']],
      ['%', ['100 % sure']],
      ['_', ['a_b']],
      ['🚀', ['日本語 🚀']],
      ['hidden', []],
    ];
    for (const [search, found] of finds) {
      expect(await namesSeenBy(editor, { search }), search).toEqual(found);
      expect(await namesSeenBy(outsider, { search })).toEqual([]);
    }
  });

  test('is filtered by kinds, of which datasets are none', async () => {
    const here = await workspace();
    const editor = await here.person();
    await createFlows(
      here,
      KINDS.map((kind) => ({ kind, name: kind })),
    );
    expect(await namesSeenBy(editor, { kinds: ['CHAT', 'APP', 'LIST'] })).toEqual(['APP', 'CHAT']);
    expect(await namesSeenBy(editor, { kinds: [] })).toEqual([]);
    const refused = await editor.run(ListFlows, { filter: { kinds: ['APP', 'DATASET'] } });
    expect(refused).toFail('INVALID_INPUT');
    expect(refused.errors?.[0]?.message).toContain('use datasets');
  });

  test('goes on where its page ended, in every order, though names are the same', async () => {
    const here = await workspace();
    const editor = await here.person();
    const names = ['b', 'a', 'a', 'c', 'a'];
    const flows = await createFlows(
      here,
      names
        .map((name, at) => ({ name, kind: KINDS[at] ?? 'SPACE' }))
        .map((each) => ({
          ...each,
          kind: each.kind === 'LIST' ? ('SPACE' as const) : each.kind,
        })),
    );
    const [b, a1, a2, c, a3] = flows.map(({ id }) => id);
    const orders = {
      NAME_ASC: [a1, a2, a3, b, c],
      NAME_DESC: [c, b, a3, a2, a1],
      CREATED_ASC: [b, a1, a2, c, a3],
      CREATED_DESC: [a3, c, a2, a1, b],
    } as const;
    for (const [orderBy, expected] of Object.entries(orders)) {
      const seen: string[] = [];
      let after: string | null | undefined = null;
      do {
        const { data }: { data?: PageData | null } = await editor.run(ListFlows, {
          first: 2,
          after,
          orderBy: orderBy as keyof typeof orders,
        });
        expect(data?.flows?.totalCount).toBe(5);
        seen.push(...(data?.flows?.edges ?? []).map(({ node }) => node.id));
        after = data?.flows?.pageInfo.hasNextPage ? data.flows.pageInfo.endCursor : null;
      } while (after);
      expect(seen, orderBy).toEqual(expected);
    }
    expect(await editor.run(ListFlows, { first: 101 })).toFail('INVALID_INPUT');
    expect(await editor.run(ListFlows, { after: 'nonsense' })).toFail('INVALID_INPUT');
  });

  test('shows all that is shown of each, and refuses part of it to whom it is not shared', async () => {
    const { owner, here } = await flowWorld();
    const editor = await here.person();
    expect(await owner.run(ListFlowsWhole, { first: 5 })).toSucceed();
    const { data, errors } = await editor.run(ListFlowsWhole, { first: 5 });
    expect(data?.flows?.edges[0]?.node).toMatchObject({
      name: 'Onboarding',
      assignableRoles: null,
      members: null,
    });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(
      Array.from({ length: 4 }, () => 'FORBIDDEN'),
    );
  });
});

interface PageData {
  readonly flows?: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
    readonly edges: readonly { readonly node: { readonly id: string } }[];
  } | null;
}

describe('a Super Admin’s override', () => {
  test('is marked in the answer and in the log, where nothing else lets them in', async () => {
    const here = await workspace();
    const superAdmin = await here.person({ role: 'SUPER_ADMIN' });
    const [other, , shut] = await createFlows(here, [
      { kind: 'BOARD', name: 'other' },
      { name: 'own', members: [{ user: superAdmin, role: 'VIEWER' }] },
      { kind: 'LIST', name: 'shut', members: [{ user: superAdmin, role: 'NONE' }] },
    ]);
    const result = await superAdmin.run(ListFlows, {});
    expect(result.data?.flows?.edges.map(({ node }) => node.name)).toEqual([
      'other',
      'own',
      'shut',
    ]);
    const by = { permissions: ['flow:read'], via: 'SUPER_ADMIN_OVERRIDE' };
    expect(result.extensions?.['overrides']).toEqual([
      { flow: other?.id, ...by },
      { flow: shut?.id, ...by },
    ]);
    const { client } = await testDatabase();
    const entries = await client.auditEntry.findMany({
      where: { requestId: result.requestId },
      orderBy: { id: 'asc' },
    });
    const entry = { action: 'flow.overridden', outcome: 'SUCCEEDED', via: 'SUPER_ADMIN_OVERRIDE' };
    const after = { permissions: 'flow:read' };
    expect(entries).toMatchObject([
      { ...entry, targetType: 'Board', targetId: other?.rowId, after },
      { ...entry, targetType: 'List', targetId: shut?.rowId, after },
    ]);
    const one = await superAdmin.run(GetFlow, { id: shut?.id ?? '' });
    expect(one.data?.flow?.access).toEqual({ role: 'NONE', via: 'SUPER_ADMIN_OVERRIDE' });
    expect(one.extensions?.['overrides']).toEqual([{ flow: shut?.id, ...by }]);
  });

  test('is marked also by whoever asks for places alone', async () => {
    const { flow, superAdmin } = await flowWorld('BOARD');
    const result = await superAdmin.run('{ flows { edges { cursor } } }');
    expect(result.extensions?.['overrides']).toMatchObject([{ flow: flow.id }]);
    await expect(result).toHaveAudited({ action: 'flow.overridden', targetId: flow.rowId });
  });

  test('nobody else leaves marks', async () => {
    const { owner, editor, viewer, outsider, flow } = await flowWorld();
    for (const who of [owner, editor, viewer, outsider]) {
      expect((await who.run(ListFlows, {})).extensions).toBeUndefined();
      expect((await who.run(GetFlow, { id: flow.id })).extensions).toBeUndefined();
    }
  });
});

test('an id of another type or of nothing is hidden from everybody alike', async () => {
  const { superAdmin, flow } = await flowWorld();
  for (const typename of ['User', 'FlowMember', 'DatasetMember', 'Flow', 'Node', 'constructor']) {
    await expect(
      await superAdmin.run(GetFlow, { id: globalId(typename, flow.rowId) }),
    ).toBeHidden();
  }
  for (const id of ['', 'nonsense', flow.rowId, `${flow.id}=`]) {
    expect(await superAdmin.run(GetFlow, { id })).toFail('NOT_FOUND');
  }
});

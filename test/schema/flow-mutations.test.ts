import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import { createFlow as made, flowWorld, KINDS, TYPENAMES } from '../support/flow-world.js';
import {
  CreateFlow,
  DeleteFlow,
  DescribeFlow,
  GetFlow,
  GetNode,
  RenameFlow,
} from '../support/operations.js';
import { workspace } from '../support/world.js';

const BAD_NAMES = ['', ' \t', 'x'.repeat(201), 'two\nlines', 'NUL\0', 'half \uD800'];

describe('createFlow', () => {
  test.each(KINDS)('allows a %s, of which the creator is Owner', async (kind) => {
    const here = await workspace();
    const editor = await here.person({ name: 'Edda' });
    const input = { kind, name: ' Größe 尺寸 🚀 ', description: 'Two\nlines' };
    const result = await editor.run(CreateFlow, { input });
    expect(result).toSucceed();
    const flow = result.data?.createFlow?.flow;
    expect(flow).toEqual({
      __typename: TYPENAMES[kind],
      id: flow?.id,
      kind,
      name: 'Größe 尺寸 🚀',
      description: 'Two\nlines',
      createdBy: { name: 'Edda' },
      access: { role: 'OWNER', via: 'DIRECT' },
    });
    await expect(result).toHaveAudited({
      action: 'flow.created',
      outcome: 'SUCCEEDED',
      via: 'ACCOUNT_ROLE',
      targetType: TYPENAMES[kind],
      after: { name: 'Größe 尺寸 🚀', description: 'Two\nlines' },
    });
    const again = await editor.run(CreateFlow, { input });
    expect(again).toSucceed();
    expect(again.data?.createFlow?.flow?.id).not.toBe(flow?.id);
  });

  test('allows and denies by the role in the account', async () => {
    const here = await workspace();
    const input = { kind: 'BOARD', name: 'Sprint' } as const;
    for (const role of ['SUPER_ADMIN', 'ADMIN', 'EDITOR'] as const) {
      const who = await here.person({ role });
      expect(await who.run(CreateFlow, { input })).toSucceed();
    }
    for (const role of ['IAM_ADMIN', 'USER_ADMIN', 'VIEWER'] as const) {
      const result = await (await here.person({ role })).run(CreateFlow, { input });
      expect(result).toBeDenied({ missing: 'flow:create' });
      await expect(result).toHaveAudited({ action: 'flow.created', outcome: 'REFUSED' });
    }
    const program = await here.program();
    expect(await program.run(CreateFlow, { input })).toBeDenied({ missing: 'flow:create' });
    const { anonymous } = await flowWorld();
    expect(await anonymous.run(CreateFlow, { input })).toFail('UNAUTHENTICATED');
  });

  test('makes the person Owner as whom somebody acts, and keeps who really acted', async () => {
    const here = await workspace();
    const editor = await here.person();
    const program = await here.program();
    const input = { kind: 'PROCESS', name: 'Hiring' } as const;
    expect(await program.as(editor).run(CreateFlow, { input })).toFail('FORBIDDEN');
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const result = await program.as(editor).run(CreateFlow, { input });
    expect(result).toSucceed();
    await expect(result).toHaveAudited({ subjectId: editor.id, actorId: program.id });
    const id = result.data?.createFlow?.flow?.id ?? '';
    const { data } = await editor.run(GetFlow, { id });
    expect(data?.flow?.access).toEqual({ role: 'OWNER', via: 'DIRECT' });
    await expect(await program.run(GetFlow, { id })).toBeHidden();
  });

  test('refuses datasets, which have a mutation of their own, and what is no name', async () => {
    const here = await workspace();
    const editor = await here.person();
    const dataset = { kind: 'DATASET', name: 'A dataset' } as const;
    const result = await editor.run(CreateFlow, { input: dataset });
    expect(result).toFail('INVALID_INPUT');
    expect(result.errors?.[0]?.message).toContain('use createDataset');
    await expect(result).toHaveAudited({ action: 'flow.created', code: 'INVALID_INPUT' });
    for (const name of BAD_NAMES) {
      const named = await editor.run(CreateFlow, { input: { kind: 'APP', name } });
      expect(named, JSON.stringify(name)).toFail('INVALID_INPUT');
    }
    const description = 'x'.repeat(10_001);
    const long = { kind: 'APP', name: 'App', description } as const;
    expect(await editor.run(CreateFlow, { input: long })).toFail('INVALID_INPUT');
    const { client } = await testDatabase();
    expect(await client.flow.count({ where: { accountId: here.accountId } })).toBe(0);
  });
});

const CHANGES = [
  {
    mutation: 'renameFlow',
    run: String(RenameFlow),
    values: { name: 'Offboarding 退職' },
    before: { name: 'Onboarding' },
  },
  {
    mutation: 'describeFlow',
    run: String(DescribeFlow),
    values: { description: 'Who leaves, and when.' },
    before: { description: '' },
  },
] as const;

describe.each(CHANGES)('$mutation', ({ run, values, before }) => {
  const inputOf = (flowId: string) => ({ input: { flowId, ...values } });

  test('allows Owners and Editors, and whoever edits every flow', async () => {
    const { here, flow, owner, editor } = await flowWorld('BOARD');
    const account = await here.person({ role: 'EDITOR' });
    for (const who of [owner, editor, account]) {
      const result = await who.run(run, inputOf(flow.id));
      expect(result).toSucceed();
      expect(result.text).toContain(Object.values(values)[0]);
    }
  });

  test('denies whoever only views', async () => {
    const { here, flow, viewer, superAdmin } = await flowWorld();
    const [admin, reader] = await here.people([{ role: 'ADMIN' }, { role: 'VIEWER' }]);
    for (const who of [viewer, superAdmin, admin, reader]) {
      const result = await who.run(run, inputOf(flow.id));
      expect(result).toBeDenied({ missing: 'flow:edit' });
      await expect(result).toHaveAudited({
        action: 'flow.updated',
        outcome: 'REFUSED',
        targetType: 'Process',
        targetId: flow.rowId,
      });
    }
  });

  test('hides the flow from all others', async () => {
    const { flow, shut, outsider, stranger, anonymous } = await flowWorld();
    for (const who of [shut, outsider, stranger]) {
      await expect(await who.run(run, inputOf(flow.id))).toBeHidden();
    }
    expect(await anonymous.run(run, inputOf(flow.id))).toFail('UNAUTHENTICATED');
  });

  test('hides a list also from whoever edits every other flow', async () => {
    const { here, flow } = await flowWorld('LIST');
    const account = await here.person({ role: 'EDITOR' });
    await expect(await account.run(run, inputOf(flow.id))).toBeHidden();
  });

  test('refuses what cannot be kept', async () => {
    const { flow, owner } = await flowWorld();
    const bad = 'name' in values ? BAD_NAMES : ['NUL\0', 'half \uDC00', 'x'.repeat(10_001)];
    for (const text of bad) {
      const input = { flowId: flow.id, [Object.keys(values)[0] ?? '']: text };
      expect(await owner.run(run, { input })).toFail('INVALID_INPUT');
    }
    const { data } = await owner.run(GetFlow, { id: flow.id });
    expect(data?.flow).toMatchObject(before);
  });

  test('audits what was and what is', async () => {
    const { flow, editor } = await flowWorld('SPACE');
    await expect(await editor.run(run, inputOf(flow.id))).toHaveAudited({
      action: 'flow.updated',
      outcome: 'SUCCEEDED',
      via: 'DIRECT',
      targetType: 'Space',
      targetId: flow.rowId,
      before,
      after: values,
    });
  });
});

describe('deleteFlow', () => {
  const inputOf = (flowId: string, name = 'Onboarding') => ({ input: { flowId, name } });

  test('allows an Owner, of every kind, and ends the grants on it', async () => {
    const { here, flow, owner } = await flowWorld('PROCESS');
    const grantId = await here.letAct(await here.program(), { flowId: flow.rowId });
    const result = await owner.run(DeleteFlow, inputOf(flow.id));
    expect(result).toSucceed();
    expect(result.data?.deleteFlow?.deletedId).toBe(flow.id);
    await expect(await owner.run(GetNode, { id: flow.id })).toBeHidden();
    const { client } = await testDatabase();
    const [, id = ''] = Buffer.from(grantId, 'base64url').toString().split(':');
    const grant = await client.impersonationGrant.findUnique({ where: { id } });
    expect(grant).toMatchObject({
      flowId: null,
      revokedAt: expect.any(Date),
      revokedById: owner.id,
    });
    expect(await client.flowMember.count({ where: { flowId: flow.rowId } })).toBe(0);
  });

  test('denies everybody else who sees it', async () => {
    const { here, flow, editor, viewer, superAdmin } = await flowWorld();
    const [admin, account] = await here.people([{ role: 'ADMIN' }, { role: 'EDITOR' }]);
    for (const who of [editor, viewer, superAdmin, admin, account]) {
      const result = await who.run(DeleteFlow, inputOf(flow.id));
      expect(result).toBeDenied({ missing: 'flow:delete' });
    }
  });

  test('hides it from all others', async () => {
    const { flow, shut, outsider, stranger, anonymous } = await flowWorld();
    for (const who of [shut, outsider, stranger]) {
      await expect(await who.run(DeleteFlow, inputOf(flow.id))).toBeHidden();
    }
    expect(await anonymous.run(DeleteFlow, inputOf(flow.id))).toFail('UNAUTHENTICATED');
  });

  test('refuses unless the name is typed exactly', async () => {
    const { here, flow, owner } = await flowWorld();
    for (const name of ['', 'onboarding', 'Onboarding ', 'Onboardin']) {
      expect(await owner.run(DeleteFlow, inputOf(flow.id, name))).toFail('NAME_MISMATCH');
    }
    const members = [{ user: owner, role: 'OWNER' }] as const;
    const composed = await made(here, { name: 'Caf\u00e9', members });
    expect(await owner.run(DeleteFlow, inputOf(composed.id, 'Cafe\u0301'))).toFail('NAME_MISMATCH');
    expect(await owner.run(DeleteFlow, inputOf(composed.id, 'Caf\u00e9'))).toSucceed();
  });

  test('audits what went', async () => {
    const { flow, owner } = await flowWorld('CHAT');
    await expect(await owner.run(DeleteFlow, inputOf(flow.id))).toHaveAudited({
      action: 'flow.deleted',
      outcome: 'SUCCEEDED',
      via: 'DIRECT',
      targetType: 'Chat',
      targetId: flow.rowId,
      before: { name: 'Onboarding', description: '' },
    });
  });
});

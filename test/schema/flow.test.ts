import { describe, expect, test } from 'vitest';

import { flowWorld, KINDS, TYPENAMES } from '../support/flow-world.js';
import { GetFlow, GetProcess } from '../support/operations.js';
import { workspace } from '../support/world.js';

describe('flow', () => {
  test.each(KINDS)('shows a %s with what one holds on it', async (kind) => {
    const { flow, editor } = await flowWorld(kind);
    const result = await editor.run(GetFlow, { id: flow.id });
    expect(result).toSucceed();
    expect(result.data?.flow).toEqual({
      __typename: TYPENAMES[kind],
      id: flow.id,
      kind,
      name: 'Onboarding',
      description: '',
      createdBy: null,
      access: { role: 'EDITOR', via: 'DIRECT' },
    });
  });

  test('shows a dataset too, under the table of datasets', async () => {
    const here = await workspace();
    const [viewer, editor] = await here.people([{ role: 'USER_ADMIN' }, { role: 'EDITOR' }]);
    const dataset = await here.dataset({ members: [{ user: viewer, role: 'VIEWER' }] });
    const result = await viewer.run(GetFlow, { id: dataset.id });
    expect(result.data?.flow).toMatchObject({
      __typename: 'Dataset',
      kind: 'DATASET',
      access: { role: 'VIEWER', via: 'DIRECT' },
    });
    await expect(await editor.run(GetFlow, { id: dataset.id })).toBeHidden();
  });

  test('tells Owners what they may do, and refuses others field by field', async () => {
    const { flow, owner, editor, viewer } = await flowWorld();
    const whole = await owner.run(GetProcess, { id: flow.id });
    expect(whole).toSucceed();
    expect(whole.data?.flow).toEqual({
      id: flow.id,
      assignableRoles: ['OWNER', 'EDITOR', 'VIEWER', 'NONE'],
      isOrphaned: false,
      impersonationGrants: [],
    });
    const part = await editor.run(GetProcess, { id: flow.id });
    expect(part).toBeDenied({ missing: 'flow:extendImpersonation', role: 'Editor' });
    expect(part.data?.flow).toMatchObject({
      assignableRoles: ['EDITOR', 'VIEWER'],
      isOrphaned: false,
      impersonationGrants: null,
    });
    const little = await viewer.run(GetProcess, { id: flow.id });
    expect(little.data?.flow).toEqual({
      id: flow.id,
      assignableRoles: null,
      isOrphaned: null,
      impersonationGrants: null,
    });
    const missing = little.errors?.map(({ extensions }) => extensions['denial']);
    expect(missing).toMatchObject([
      { permission: 'flowMember:read', role: 'Viewer' },
      { permission: 'flowMember:read', role: 'Viewer' },
      { permission: 'flow:extendImpersonation', role: 'Viewer' },
    ]);
  });
});

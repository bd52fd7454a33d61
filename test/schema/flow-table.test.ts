import { beforeAll, describe, expect, test } from 'vitest';

import type { Actor, Result } from '../support/actor.js';
import { createFlows } from '../support/flow-world.js';
import type { FlowRole } from '../support/generated/graphql.js';
import {
  AddFlowMember,
  ChangeFlowMemberRole,
  DeleteFlow,
  DescribeFlow,
  GetAssignableRoles,
  GetFlow,
  GetFlowGrants,
  GetFlowMembers,
  GetOrphaned,
  LeaveFlow,
  RemoveFlowMember,
  RenameFlow,
} from '../support/operations.js';
import { globalId, workspace, type Program, type Shared } from '../support/world.js';

const GrantHere = `mutation ($input: GrantImpersonationInput!) {
  grantImpersonation(input: $input) { grant { id } }
}`;

interface Stage {
  readonly actor: Actor;
  readonly flow: Shared;
  readonly newcomer: Actor;
  readonly program: Program;
}

type Answer = 'yes' | 'no' | 'hidden';

/** The places of the members of each flow. */
const [OWNER, EDITOR, VIEWER, SHUT] = [0, 1, 2, 3] as const;

const add =
  (role: FlowRole) =>
  ({ actor, flow, newcomer }: Stage) =>
    actor.run(AddFlowMember, {
      input: { flowId: flow.id, granteeId: globalId('User', newcomer.id), role },
    });

const change =
  (at: number, role: FlowRole) =>
  ({ actor, flow }: Stage) =>
    actor.run(ChangeFlowMemberRole, {
      input: { flowId: flow.id, memberId: flow.memberIds[at] ?? '', role },
    });

const remove =
  (at: number) =>
  ({ actor, flow }: Stage) =>
    actor.run(RemoveFlowMember, { input: { flowId: flow.id, memberId: flow.memberIds[at] ?? '' } });

/** The flow table by hand: what somebody does, and what an Owner, Editor, Viewer and NONE are answered. */
const TABLE: readonly (readonly [
  string,
  (stage: Stage) => Promise<Result>,
  Answer,
  Answer,
  Answer,
  Answer,
])[] = [
  ['View', ({ actor, flow: { id } }) => actor.run(GetFlow, { id }), 'yes', 'yes', 'yes', 'hidden'],
  [
    'Rename',
    ({ actor, flow }) => actor.run(RenameFlow, { input: { flowId: flow.id, name: 'New' } }),
    'yes',
    'yes',
    'no',
    'hidden',
  ],
  [
    'Describe',
    ({ actor, flow }) =>
      actor.run(DescribeFlow, { input: { flowId: flow.id, description: 'New' } }),
    'yes',
    'yes',
    'no',
    'hidden',
  ],
  [
    'Delete',
    ({ actor, flow }) => actor.run(DeleteFlow, { input: { flowId: flow.id, name: flow.name } }),
    'yes',
    'no',
    'no',
    'hidden',
  ],
  [
    'View members',
    ({ actor, flow: { id } }) => actor.run(GetFlowMembers, { id }),
    'yes',
    'yes',
    'no',
    'hidden',
  ],
  [
    'See whom they may add',
    ({ actor, flow: { id } }) => actor.run(GetAssignableRoles, { id }),
    'yes',
    'yes',
    'no',
    'hidden',
  ],
  [
    'See whether it has an Owner',
    ({ actor, flow: { id } }) => actor.run(GetOrphaned, { id }),
    'yes',
    'yes',
    'no',
    'hidden',
  ],
  ['Add an Owner', add('OWNER'), 'yes', 'no', 'no', 'hidden'],
  ['Add an Editor', add('EDITOR'), 'yes', 'yes', 'no', 'hidden'],
  ['Add a Viewer', add('VIEWER'), 'yes', 'yes', 'no', 'hidden'],
  ['Shut somebody out', add('NONE'), 'yes', 'no', 'no', 'hidden'],
  ['Make an Editor an Owner', change(EDITOR, 'OWNER'), 'yes', 'no', 'no', 'hidden'],
  ['Make a Viewer an Editor', change(VIEWER, 'EDITOR'), 'yes', 'yes', 'no', 'hidden'],
  ['Make an Editor a Viewer', change(EDITOR, 'VIEWER'), 'yes', 'yes', 'no', 'hidden'],
  ['Shut a Viewer out', change(VIEWER, 'NONE'), 'yes', 'no', 'no', 'hidden'],
  ['Let in whoever is shut out', change(SHUT, 'VIEWER'), 'yes', 'yes', 'no', 'hidden'],
  ['Make an Owner an Editor', change(OWNER, 'EDITOR'), 'yes', 'no', 'no', 'hidden'],
  ['Make an Owner a Viewer', change(OWNER, 'VIEWER'), 'yes', 'no', 'no', 'hidden'],
  ['Remove an Owner', remove(OWNER), 'yes', 'no', 'no', 'hidden'],
  ['Remove an Editor', remove(EDITOR), 'yes', 'yes', 'no', 'hidden'],
  ['Remove a Viewer', remove(VIEWER), 'yes', 'yes', 'no', 'hidden'],
  [
    'Leave',
    ({ actor, flow }) => actor.run(LeaveFlow, { input: { flowId: flow.id } }),
    'yes',
    'yes',
    'yes',
    'hidden',
  ],
  [
    'See who may act here as others',
    ({ actor, flow: { id } }) => actor.run(GetFlowGrants, { id }),
    'yes',
    'no',
    'no',
    'hidden',
  ],
  [
    'Let a service account act here as others',
    ({ actor, flow, program }) =>
      actor.run(GrantHere, {
        input: { flowId: flow.id, serviceAccountId: globalId('ServiceAccount', program.id) },
      }),
    'yes',
    'no',
    'no',
    'hidden',
  ],
];

const ROLES = ['OWNER', 'EDITOR', 'VIEWER', 'NONE'] as const;

const NAMES = { OWNER: 'Owner', EDITOR: 'Editor', VIEWER: 'Viewer', NONE: 'None' } as const;

/** Of each role so many flows as there are acts, with the same people on each. */
const stages = new Map<FlowRole, Stage[]>();

beforeAll(async () => {
  const here = await workspace();
  // No account role of theirs gives anything on a flow.
  const [owner, editor, viewer, shut, newcomer, ...actors] = await here.people(
    Array.from({ length: 5 + ROLES.length }, () => ({ role: 'USER_ADMIN' as const })) as [
      { role: 'USER_ADMIN' },
      { role: 'USER_ADMIN' },
      { role: 'USER_ADMIN' },
      { role: 'USER_ADMIN' },
      { role: 'USER_ADMIN' },
      ...{ role: 'USER_ADMIN' }[],
    ],
  );
  const program = await here.program();
  for (const [at, role] of ROLES.entries()) {
    const actor = actors[at];
    if (!actor) throw new Error('Each role has its actor.');
    const members = [
      { user: owner, role: 'OWNER' },
      { user: editor, role: 'EDITOR' },
      { user: viewer, role: 'VIEWER' },
      { user: shut, role: 'NONE' },
      { user: actor, role },
    ] as const;
    const flows = await createFlows(
      here,
      TABLE.map(() => ({ members })),
    );
    stages.set(
      role,
      flows.map((flow) => ({ actor, flow, newcomer, program })),
    );
  }
});

describe.each(ROLES.map((role, at) => [NAMES[role], role, at] as const))('%s', (name, role, at) => {
  test.each(
    TABLE.map(([words, act, ...answers], line) => [words, answers[at], act, line] as const),
  )('%s: %s', async (_words, answer, act, line) => {
    const stage = stages.get(role)?.[line];
    if (!stage) throw new Error('Each act has its stage.');
    const result = await act(stage);
    if (answer === 'yes') {
      expect(result).toSucceed();
    } else if (answer === 'hidden') {
      await expect(result).toBeHidden();
    } else {
      expect(result).toFail('FORBIDDEN');
      expect(result.errors?.[0]?.extensions).toMatchObject({ denial: { role: name } });
    }
  });
});

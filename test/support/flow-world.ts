import { v7 as uuidv7 } from 'uuid';

import { nameKey } from '../../src/domain/directory.js';
import { Actor } from './actor.js';
import { testDatabase } from './database.js';
import type { FlowKind, FlowRole } from './generated/graphql.js';
import { insert } from './insert.js';
import { globalId, workspace, type Shared, type Workspace } from './world.js';

/** What the API calls a flow of each kind, as the documentation has it. */
export const TYPENAMES = {
  PROCESS: 'Process',
  BOARD: 'Board',
  APP: 'App',
  LIST: 'List',
  INTEGRATION: 'Integration',
  CHAT: 'Chat',
  SPACE: 'Space',
} as const;

export type Kind = keyof typeof TYPENAMES;

export const KINDS = [
  'PROCESS',
  'BOARD',
  'APP',
  'LIST',
  'INTEGRATION',
  'CHAT',
  'SPACE',
] as const satisfies readonly FlowKind[];

/** The same id under the name of another type. */
export function renamedId(typename: string, { rowId }: Shared): string {
  return globalId(typename, rowId);
}

export type FlowMembership = { readonly role: FlowRole } & (
  | { readonly user: Actor }
  | { readonly groupId: string }
  | { readonly serviceAccountId: string }
);

interface Draft {
  readonly kind?: Kind;
  readonly name?: string;
  readonly members?: readonly FlowMembership[];
}

/** Many flows at the cost of one; processes unless told. */
export async function createFlows(
  { accountId }: Workspace,
  drafts: readonly Draft[],
): Promise<Shared[]> {
  const { client } = await testDatabase();
  const rows = drafts.map(({ kind = 'PROCESS', name = 'A flow', members = [] }) => ({
    id: uuidv7(),
    kind,
    name,
    members: members.map((member) => ({ id: uuidv7(), ...member })),
  }));
  await insert(
    client,
    'flow',
    rows.map(({ id, kind, name }) => ({ id, accountId, kind, name, nameKey: nameKey(name) })),
  );
  await insert(
    client,
    'flowMember',
    rows.flatMap((row) =>
      row.members.map(({ id, role, ...member }) => ({
        id,
        accountId,
        flowId: row.id,
        role,
        ...('user' in member ? { userId: member.user.id } : member),
      })),
    ),
  );
  return rows.map(({ id, kind, name, members }) => ({
    rowId: id,
    id: globalId(TYPENAMES[kind], id),
    name,
    memberIds: members.map((member) => globalId('FlowMember', member.id)),
  }));
}

export async function createFlow(here: Workspace, draft: Draft = {}): Promise<Shared> {
  const [flow] = await createFlows(here, [draft]);
  if (!flow) throw new Error('One draft makes one flow.');
  return flow;
}

/** One flow and everybody who could want something of it; nobody's account role gives anything on it. */
export async function flowWorld(kind: Kind = 'PROCESS') {
  const here = await workspace();
  const [owner, editor, viewer, shut, outsider, superAdmin] = await here.people([
    { name: 'Olga Owner', role: 'USER_ADMIN' },
    { name: 'Edda Editor', role: 'USER_ADMIN' },
    { name: 'Vera Viewer', role: 'USER_ADMIN' },
    { name: 'Nils None', role: 'EDITOR' },
    { name: 'Otto Outsider', role: 'USER_ADMIN' },
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
  ]);
  const flow = await createFlow(here, {
    kind,
    name: 'Onboarding',
    members: [
      { user: owner, role: 'OWNER' },
      { user: editor, role: 'EDITOR' },
      { user: viewer, role: 'VIEWER' },
      { user: shut, role: 'NONE' },
    ],
  });
  const [ownerId = '', editorId = '', viewerId = '', shutId = ''] = flow.memberIds;
  const elsewhere = await workspace();
  return {
    here,
    flow,
    /** The memberships of the flow. */
    memberships: { owner: ownerId, editor: editorId, viewer: viewerId, shut: shutId },
    owner,
    editor,
    viewer,
    /** An Editor of the account whom the flow shuts out. */
    shut,
    /** Somebody of the account who sees no flow. */
    outsider,
    superAdmin,
    /** A Super Admin of another account. */
    stranger: await elsewhere.person({ name: 'Stan Stranger', role: 'SUPER_ADMIN' }),
    anonymous: new Actor(here.app, '', 'Nobody', '', {}),
  };
}

import type { AccountPermission, FlowPermission } from './permissions.js';
import type { Cell, Row } from './role-table.js';

/** The roles on a flow that is no dataset, strongest first. `NONE` shuts out whoever would come in another way. */
export const FLOW_ROLES = ['OWNER', 'EDITOR', 'VIEWER', 'NONE'] as const;

export type FlowRole = (typeof FLOW_ROLES)[number];

export const FLOW_ROLE_NAMES = {
  OWNER: 'Owner',
  EDITOR: 'Editor',
  VIEWER: 'Viewer',
  NONE: 'None',
} as const satisfies Record<FlowRole, string>;

const yes = true;
const no = false;

/**
 * The flow table, a line a permission: who can do this? What somebody may do without a role on the flow depends on
 * their role in the account, unless the flow is a list: that is entered by sharing alone.
 */
export const FLOW_ROLE_TABLE = {
  'flow:read': row('View', yes, yes, yes, { byDefault: 'flow:readAny', override: true }),
  'flow:edit': row('Edit', yes, yes, no, { byDefault: 'flow:editAny' }),
  'flow:execute': row('Execute', yes, yes, 'limitedExecution', { byDefault: 'flow:executeAny' }),
  'flow:delete': row('Delete', yes, no, no),
  'flowMember:read': row('View members', yes, yes, no, { override: true }),
  'flowMember:write': row('Add or remove members', yes, yes, no),
  'flowMember:makeOwner': row('Make an owner', yes, no, no),
  'flowMember:makeEditor': row('Make an editor', yes, 'targetNotOwner', no),
  'flowMember:makeViewer': row('Make a viewer', yes, 'targetNotOwner', no),
  'flowMember:makeNone': row('Shut out', yes, no, no),
  'flowMember:remove': row('Remove', yes, 'targetNotOwner', no),
  'flow:extendImpersonation': row('Extend impersonation', yes, no, no),
} as const satisfies Record<FlowPermission, Row<FlowRole>>;

function row(
  label: string,
  owner: Cell,
  editor: Cell,
  viewer: Cell,
  { override = false, byDefault }: { override?: boolean; byDefault?: AccountPermission } = {},
): Row<FlowRole> {
  return { label, OWNER: owner, EDITOR: editor, VIEWER: viewer, NONE: no, override, byDefault };
}

/** The permission it takes to give somebody this role. */
export const PERMISSION_TO_MAKE_FLOW = {
  OWNER: 'flowMember:makeOwner',
  EDITOR: 'flowMember:makeEditor',
  VIEWER: 'flowMember:makeViewer',
  NONE: 'flowMember:makeNone',
} as const satisfies Record<FlowRole, FlowPermission>;

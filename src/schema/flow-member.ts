import type { DatasetPermission, FlowPermission } from '../authz/permissions.js';
import type { MemberRole } from '../authz/role-table.js';
import { builder } from './builder.js';
import { keyset, keysetConnection, type Page } from './connections.js';
import { DatasetRole, FlowRole } from './enums.js';
import { Group } from './group.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met, onDataset, onFlow } from './scopes.js';
import { ServiceAccount } from './service-account.js';
import { User } from './user.js';

const Grantee = builder.unionType('Grantee', {
  description: 'Who holds a membership: a person, a group or a service account.',
  types: [User, Group, ServiceAccount],
});

const itsFlow = ({ flowId }: { flowId: string }) => ({ id: flowId });

export const DatasetMember = memberNode('DatasetMember', {
  description: 'Somebody’s role on a dataset.',
  role: DatasetRole,
  authScopes: onDataset('datasetMember:read' satisfies DatasetPermission, itsFlow),
});

export const FlowMember = memberNode('FlowMember', {
  description: 'Somebody’s role on a flow that is no dataset.',
  role: FlowRole,
  authScopes: onFlow('flowMember:read' satisfies FlowPermission, itsFlow),
});

interface MemberOptions {
  readonly description: string;
  readonly role: PothosSchemaTypes.EnumRef<typeof builder.$inferSchemaTypes, MemberRole>;
  readonly authScopes: ReturnType<typeof onDataset<{ flowId: string }>>;
}

function memberNode(
  variant: 'DatasetMember' | 'FlowMember',
  { description, role: type, authScopes }: MemberOptions,
) {
  return builder.prismaNode('FlowMember', {
    variant,
    description,
    id: { field: 'id' },
    authScopes,
    select: { id: true, flowId: true },
    fields: (t) => ({
      role: t.expose('role', { type, description: 'The role.' }),
      addedAt: t.expose('addedAt', { type: 'DateTime', description: 'Since when.' }),
      addedBy: t.field({
        type: Principal,
        nullable: true,
        description: 'Who gave it; null: nobody who is known.',
        grantScopes: met,
        select: (_args, _context, nested) => ({ addedBy: eitherKind(nested) }),
        resolve: ({ addedBy }) => principalIn(addedBy),
      }),
      grantee: t.field({
        type: Grantee,
        description: 'Who holds it.',
        grantScopes: met,
        select: (_args, _context, nested) => ({
          user: nested(true, [], 'User'),
          group: nested(true, [], 'Group'),
          serviceAccount: nested(true, [], 'ServiceAccount'),
        }),
        resolve: ({ user, group, serviceAccount }) => {
          if (user) return User.addBrand(user);
          if (group) return Group.addBrand(group);
          if (serviceAccount) return ServiceAccount.addBrand(serviceAccount);
          throw new Error('The database holds a membership of nobody.');
        },
      }),
    }),
  });
}

const BY_ID = [['id', 'asc']] as const;

/** What finds a page of the members of a flow with the statement that finds the flow. */
export function membersOn(args: Page) {
  return { ...keyset(args, BY_ID), select: { id: true, flowId: true } } as const;
}

interface Members {
  readonly members: { readonly id: string; readonly flowId: string }[];
  readonly _count: { readonly members: number };
}

/** The page that was found. */
export function pageOfMembers({ members, _count }: Members, args: Page) {
  return keysetConnection<'id', Members['members'][number]>(
    args,
    BY_ID,
    () => members,
    () => _count.members,
  );
}

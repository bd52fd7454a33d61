import type { DatasetRole as Role } from '../authz/dataset-roles.js';
import { builder } from './builder.js';
import { DatasetRole } from './enums.js';
import { Group } from './group.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met, onDataset } from './scopes.js';
import { ServiceAccount } from './service-account.js';
import { User } from './user.js';

const Grantee = builder.unionType('Grantee', {
  description: 'Who holds a membership: a person, a group or a service account.',
  types: [User, Group, ServiceAccount],
});

export const DatasetMember = builder.prismaNode('FlowMember', {
  variant: 'DatasetMember',
  description: 'Somebody’s role on a dataset.',
  id: { field: 'id' },
  authScopes: onDataset('datasetMember:read', ({ flowId }: { flowId: string }) => ({ id: flowId })),
  select: { id: true, flowId: true },
  fields: (t) => ({
    role: t.field({
      type: DatasetRole,
      description: 'The role.',
      select: { role: true },
      resolve: ({ role }) => role as Role,
    }),
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

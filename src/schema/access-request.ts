import {
  ACCOUNT_ROLE_NAMES,
  isAccountRole,
  type AccountRole as Role,
} from '../authz/account-roles.js';
import { roleNameOf } from '../authz/tables.js';
import { builder } from './builder.js';
import { MemberRole } from './enums.js';
import { seesFlow } from './flow-scope.js';
import { FlowReference } from './impersonation.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met } from './scopes.js';

export const AccessRequestState = builder.enumType('AccessRequestState', {
  description: 'How far a request is.',
  values: {
    PENDING: { description: 'Nobody has answered yet.' },
    APPROVED: { description: 'What was asked for was given.' },
    REFUSED: { description: 'It was refused.' },
    WITHDRAWN: { description: 'Whoever asked took it back, or is gone.' },
  } as const,
});

const AccountRole = builder.enumType('AccountRole', {
  description: 'A built-in role in the account.',
  values: Object.fromEntries(
    Object.entries(ACCOUNT_ROLE_NAMES).map(([value, name]) => [
      value,
      { value: value as Role, description: `${name}.` },
    ]),
  ),
});

export const AccessRequest = builder.prismaNode('AccessRequest', {
  description:
    'Somebody was refused something, and asks for the least role that would let them. Seen by those who asked, and by those who could give it.',
  id: { field: 'id' },
  authScopes: { authenticated: true },
  select: { id: true, flowId: true },
  fields: (t) => ({
    requester: t.relation('requester', { grantScopes: met, description: 'Who asks.' }),
    operation: t.exposeString('operation', {
      nullable: true,
      description: 'The field that was refused; null: it was not said.',
    }),
    permissions: t.exposeStringList('permissions', {
      description: 'What was missing, in the words of the rules.',
    }),
    on: t.field({
      type: FlowReference,
      nullable: true,
      description:
        'On which flow; null: in the account, or you cannot see the flow. `memberRole` tells them apart.',
      select: { flow: { select: { id: true, kind: true, name: true } } },
      resolve: async ({ flow }, _args, context) =>
        flow && (await seesFlow(context, flow.id)) ? flow : null,
    }),
    wantedRole: t.string({
      description: 'What people call the role that is asked for.',
      select: { role: true, accountRole: true },
      resolve: ({ role, accountRole }) => {
        if (role) return roleNameOf(role);
        return isAccountRole(accountRole ?? '') ? ACCOUNT_ROLE_NAMES[accountRole as Role] : '';
      },
    }),
    memberRole: t.expose('role', {
      type: MemberRole,
      nullable: true,
      description: 'The role on the flow; null: it is one in the account.',
    }),
    accountRole: t.field({
      type: AccountRole,
      nullable: true,
      description: 'The role in the account; null: it is one on a flow.',
      select: { accountRole: true },
      resolve: ({ accountRole }) => accountRole as Role | null,
    }),
    note: t.exposeString('note', {
      nullable: true,
      description: 'What whoever asks says to it.',
    }),
    state: t.expose('state', { type: AccessRequestState, description: 'How far it is.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    decidedBy: t.field({
      type: Principal,
      nullable: true,
      description:
        'Who approved, refused or withdrew it; null: nobody yet, or nobody who is known.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ decidedBy: eitherKind(nested) }),
      resolve: ({ decidedBy }) => principalIn(decidedBy),
    }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When; null: it is pending.',
    }),
    answer: t.exposeString('answer', {
      nullable: true,
      description: 'What whoever decided says to it.',
    }),
  }),
});

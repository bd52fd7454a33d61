import { ENTRY_ACTION, ENTRY_TARGET } from './audit.js';
import { builder, reached } from './builder.js';
import { AuditOutcome } from './enums.js';
import { eitherKind, Principal, principalIn } from './principal.js';
import { met } from './scopes.js';

/** What of an entry its subject may read without being let into the log. */
export const ActionOnBehalf = builder.prismaObject('AuditEntry', {
  variant: 'ActionOnBehalf',
  description: 'Something that was done on behalf of somebody, or tried.',
  authScopes: reached,
  select: { id: true },
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    action: t.field(ENTRY_ACTION),
    outcome: t.expose('outcome', { type: AuditOutcome, description: 'How it ended.' }),
    actor: t.field({
      type: Principal,
      nullable: true,
      description: 'Who did it.',
      grantScopes: met,
      select: (_args, _context, nested) => ({ actor: eitherKind(nested) }),
      resolve: ({ actor }) => principalIn(actor),
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, in the words of whoever acted.',
    }),
    target: t.field(ENTRY_TARGET),
  }),
});

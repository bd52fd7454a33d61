import type { Permission } from '../authz/permissions.js';
import { ofOwnMembership } from '../authz/rule.js';
import { granteeTarget, memberTarget, type Whom } from '../domain/flow-member.js';
import { decodeId, idOf } from '../domain/ids.js';
import { invalidInput } from '../errors.js';
import type { builder } from './builder.js';
import { targetOf } from './flow-scope.js';
import { shortText } from './inputs.js';
import type { onFlowOf } from './scopes.js';

type Inputs = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** The inputs that say with whom to share. */
export function whomToAdd(input: Inputs) {
  return {
    nameOrEmail: input.string({
      required: false,
      description:
        'Whom to add: the name, e-mail address or handle. Give either this or granteeId.',
      validate: shortText,
    }),
    granteeId: input.id({
      required: false,
      description:
        'Whom to add: the id of a User, Group or ServiceAccount. Give either this or nameOrEmail.',
    }),
  };
}

interface Named {
  readonly nameOrEmail?: string | null;
  readonly granteeId?: string | null;
}

/** With whom the inputs say to share. Throws INVALID_INPUT unless they say it once. */
export function whomOf({ nameOrEmail, granteeId }: Named): Whom {
  if ((nameOrEmail == null) === (granteeId == null)) {
    throw invalidInput([{ path: ['input'], message: 'Give either nameOrEmail or granteeId.' }]);
  }
  if (nameOrEmail != null) return { nameOrEmail };
  const { typename } = decodeId(granteeId ?? '');
  const kind = GRANTEE_KINDS.find((name) => name === typename) ?? 'User';
  return { id: { kind, id: idOf(kind, granteeId ?? '') } };
}

const GRANTEE_KINDS = ['User', 'Group', 'ServiceAccount'] as const;

/** Where a rule finds the flow, and whoever is to be added to it. */
export function newMember<Located extends { readonly id: string }>(flow: Located, named: Named) {
  return {
    ...flow,
    condition: targetOf((change) => granteeTarget(change, flow.id, whomOf(named))),
  };
}

/** Where a rule finds the flow, and the member of it who is to be changed. */
export function oldMember<Located extends { readonly id: string }>(flow: Located, id: string) {
  return { ...flow, condition: targetOf((change) => memberTarget(change, flow.id, id)) };
}

/** A rule about the subject's own membership of the flow that it finds. */
export function onOwnMembership<Args>(
  on: typeof onFlowOf<Args>,
  permissions: readonly Permission[],
  locate: (args: Args) => { readonly id: string },
) {
  const known = { target: { role: null, isParty: true } };
  const printed = on(permissions, (args) => ({ ...locate(args), known }));
  return Object.assign(printed, { rule: ofOwnMembership(printed.rule) });
}

import { brandWithType } from '@pothos/core';

import { decodeId, NOWHERE } from '../domain/ids.js';
import { builder } from './builder.js';
import { PrincipalKind } from './enums.js';

/** Whoever makes and does things. */
export const Principal = builder.interfaceRef<{ id: string }>('Principal').implement({
  description:
    'Whoever makes and does things: a person or a service account. What they made and did keeps its author, also when they are gone.',
  fields: (t) => ({
    id: t.id({ description: 'The id, unique among all objects.' }),
    name: t.string({ description: 'The name that others see.' }),
    kind: t.field({ type: PrincipalKind, description: 'Whether it is a person or a program.' }),
    handle: t.string({
      nullable: true,
      description: 'Unique in the account and shown beside the name; null: a person has none.',
    }),
  }),
});

/** Selects what is asked of a party, whichever of both it is, with the statement that finds the party. */
export function eitherKind<Selection>(
  nested: (selection: true, path: [], typename: 'User' | 'ServiceAccount') => Selection,
) {
  return {
    select: {
      user: nested(true, [], 'User'),
      serviceAccount: nested(true, [], 'ServiceAccount'),
    },
  };
}

interface Row {
  readonly id: string;
}

interface EitherKind {
  readonly user: Row | null;
  readonly serviceAccount: Row | null;
}

/** The person or the service account that a party is; null: nobody who is known. */
export function principalIn(party: EitherKind | null): Row | null {
  if (!party) return null;
  const { user, serviceAccount } = party;
  const row = user ?? serviceAccount;
  if (!row) throw new Error('The database holds a party of neither kind.');
  // The library's own types know no type of this schema by its name.
  brandWithType(row, (user ? 'User' : 'ServiceAccount') as never);
  return row;
}

const KIND_OF = { User: 'USER', ServiceAccount: 'SERVICE_ACCOUNT' } as const;

/** The party behind the id of a person or a service account. */
export function partyOf(globalId: string) {
  const { typename, id } = decodeId(globalId);
  return typename === 'User' || typename === 'ServiceAccount'
    ? { id, kind: KIND_OF[typename] }
    : { id: NOWHERE, kind: KIND_OF.User };
}

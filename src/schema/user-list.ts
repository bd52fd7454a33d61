import { queryFromInfo } from '@pothos/plugin-prisma';

import { nameKey } from '../domain/directory.js';
import { idOf } from '../domain/ids.js';
import { visibleUsers } from '../domain/visibility.js';
import { builder } from './builder.js';
import { carrying, inAccount } from './carrying.js';
import { alongside, keysetConnection, literally, pageCost, type Order } from './connections.js';
import { UserStatus } from './enums.js';
import { search } from './inputs.js';
import { User } from './user.js';

const reading = carrying('directory:read', inAccount('user:read'));

const UserFilter = builder.inputType('UserFilter', {
  description: 'Which people to list. What is given must all be true.',
  fields: (t) => ({
    search: t.string({
      required: false,
      description: 'Part of the name or the address, in any case.',
      validate: search,
    }),
    roleId: t.id({ required: false, description: 'Who holds this account role itself.' }),
    status: t.field({ type: UserStatus, required: false, description: 'Who is in this state.' }),
    groupId: t.id({ required: false, description: 'Who is in this group.' }),
    mfa: t.boolean({
      required: false,
      description: 'True: who has a second factor to sign in with; false: who has none.',
    }),
  }),
});

const UserOrder = builder.enumType('UserOrder', {
  description: 'The order of a list of people.',
  values: {
    NAME_ASC: { description: 'By name, A first.' },
    NAME_DESC: { description: 'By name, Z first.' },
    EMAIL_ASC: { description: 'By address, A first.' },
    ADDED_DESC: { description: 'Newest in the account first.' },
    LAST_SIGNED_IN_ASC: { description: 'Who has not signed in for longest first, never last.' },
    LAST_SIGNED_IN_DESC: { description: 'Who signed in last first, never last.' },
  } as const,
});

type Column = 'nameKey' | 'email' | 'lastSignedInAt' | 'id';

const ORDERS = {
  NAME_ASC: [
    ['nameKey', 'asc'],
    ['id', 'asc'],
  ],
  NAME_DESC: [
    ['nameKey', 'desc'],
    ['id', 'desc'],
  ],
  EMAIL_ASC: [
    ['email', 'asc'],
    ['id', 'asc'],
  ],
  ADDED_DESC: [['id', 'desc']],
  LAST_SIGNED_IN_ASC: [
    ['lastSignedInAt', 'asc', 'NULLABLE'],
    ['id', 'asc'],
  ],
  LAST_SIGNED_IN_DESC: [
    ['lastSignedInAt', 'desc', 'NULLABLE'],
    ['id', 'desc'],
  ],
} as const satisfies Record<typeof UserOrder.$inferType, Order<Column>>;

builder.queryFields((t) => ({
  user: t.prismaField({
    type: User,
    nullable: true,
    description: 'One person; null: there is nobody of this id.',
    authScopes: reading,
    args: { id: t.arg.id({ description: 'The id of a User.' }) },
    resolve: (query, _root, { id }, { db, principal }) =>
      db.user.findFirst({
        ...query,
        where: { AND: [{ id: idOf('User', id) }, visibleUsers(principal)] },
      }),
  }),
  users: t.connection(
    {
      type: User,
      description: 'The people of the account; who was removed is not among them.',
      authScopes: reading,
      complexity: pageCost,
      args: {
        filter: t.arg({ type: UserFilter, required: false, description: 'Which of them.' }),
        orderBy: t.arg({
          type: UserOrder,
          defaultValue: 'NAME_ASC',
          description: 'In which order.',
        }),
      },
      resolve: (_root, { filter, orderBy, ...page }, context, info) => {
        const { db, principal } = context;
        const where = { AND: [visibleUsers(principal), whereOf(filter ?? {})] };
        const path = ['edges', 'node'];
        const query = queryFromInfo({ context, info, typeName: 'User', path });
        const order = ORDERS[orderBy];
        const hasIndex = !filter && order.every(([, , canBeEmpty]) => !canBeEmpty);
        return keysetConnection<Column, Row>(
          page,
          order,
          async (keys) => {
            const select = { id: true, nameKey: true, email: true, lastSignedInAt: true };
            const these = { AND: [where, keys.where] };
            const find = (which: object) =>
              db.user.findMany({ ...which, select: { ...query.select, ...select } });
            if (hasIndex) return find({ ...keys, where: these });
            // The database would fetch what belongs to each person before it sorts them.
            const places = await db.user.findMany({ ...keys, where: these, select: { id: true } });
            const found = await find({ where: { id: { in: places.map(({ id }) => id) } } });
            const people = new Map(found.map((person) => [person.id, person]));
            return places.flatMap(({ id }) => people.get(id) ?? []);
          },
          alongside(info, async () => db.user.count({ where })),
        );
      },
    },
    { name: 'UserConnection' },
    { name: 'UserEdge' },
  ),
}));

interface Row {
  id: string;
  nameKey: string;
  email: string;
  lastSignedInAt: Date | null;
}

function whereOf({ search: text, roleId, status, groupId, mfa }: typeof UserFilter.$inferInput) {
  const part = text ? { contains: literally(nameKey(text)) } : undefined;
  return {
    ...(part && { OR: [{ nameKey: part }, { email: part }] }),
    ...(roleId != null && { roles: { some: { roleId: idOf('Role', roleId) } } }),
    ...(status != null && { status }),
    ...(mfa != null && { mfaEnrolledAt: mfa ? { not: null } : null }),
    ...(groupId != null && { groups: { some: { groupId: idOf('Group', groupId) } } }),
  };
}

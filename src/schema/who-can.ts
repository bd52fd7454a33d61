import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';

import type { Explanation } from '../authz/explain.js';
import type { Context } from '../context.js';
import { encodeId } from '../domain/ids.js';
import { rightsOfRoles } from '../domain/role.js';
import { visibleGroups } from '../domain/visibility.js';
import { programsWho, type ProgramPath } from '../domain/who-can-programs.js';
import { askWho, explainPeople, peopleWho, type Question } from '../domain/who-can.js';
import { builder, reached } from './builder.js';
import { keysetConnection, pageCost } from './connections.js';
import { AccessVia, MemberRole } from './enums.js';
import { principalOf } from './flow-scope.js';
import { Group } from './group.js';
import { findOperation, governs, operationArgs, type Asked } from './operation-about.js';
import { met } from './scopes.js';
import { ServiceAccount } from './service-account.js';
import { User } from './user.js';

interface Holder {
  readonly id: string;
  readonly nameKey: string;
  readonly user: typeof User.$inferType;
  readonly path: Explanation;
  readonly groups: (typeof Group.$inferType)[];
}

const pathFields = <Row extends Pick<Holder, 'path' | 'groups'>>(
  t: PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Row>,
) => ({
  via: t.field({
    type: AccessVia,
    nullable: true,
    description: 'By which path; null: it is their own, or takes none.',
    resolve: ({ path: { via } }) => (via === 'SELF' ? null : via),
  }),
  role: t.field({
    type: MemberRole,
    nullable: true,
    description: 'The role there that counts; null: none.',
    resolve: ({ path }) => path.role,
  }),
  groups: t.field({
    type: [Group],
    description: 'The groups that give the role, as far as you can see groups.',
    resolve: ({ groups }) => groups,
  }),
});

const AccessHolder = builder.objectRef<Holder>('AccessHolder').implement({
  description: 'A person who may do something, and by which path.',
  authScopes: reached,
  fields: (t) => ({
    user: t.field({
      type: User,
      description: 'Who.',
      grantScopes: met,
      resolve: ({ user }) => user,
    }),
    ...pathFields(t),
  }),
});

interface Program {
  readonly path: ProgramPath;
  readonly groups: (typeof Group.$inferType)[];
  readonly serviceAccount: typeof ServiceAccount.$inferType;
  readonly actingAs: typeof User.$inferType | null;
}

const ProgramHolder = builder.objectRef<Program>('AccessHolderProgram').implement({
  description: 'A service account that could do something, as itself or acting as somebody.',
  authScopes: reached,
  fields: (t) => ({
    serviceAccount: t.field({
      type: ServiceAccount,
      description: 'Which.',
      grantScopes: met,
      resolve: ({ serviceAccount }) => serviceAccount,
    }),
    actingAs: t.field({
      type: User,
      nullable: true,
      description: 'One of the people as whom it could; null: as itself.',
      grantScopes: met,
      resolve: ({ actingAs }) => actingAs,
    }),
    impersonationGrantId: t.id({
      nullable: true,
      description: 'The grant that lets it act as them.',
      resolve: ({ path: { impersonationId } }) =>
        impersonationId && encodeId('ImpersonationGrant', impersonationId),
    }),
    ...pathFields(t),
  }),
});

const BY_NAME = [
  ['nameKey', 'asc'],
  ['id', 'asc'],
] as const;

builder.queryFields((t) => ({
  whoCan: t.connection(
    {
      type: AccessHolder,
      description:
        'Exactly the people who may do something to something when they have signed in, by name, each with the path: for those who govern the account or administer the dataset or flow.',
      authScopes: governs,
      complexity: pageCost,
      args: operationArgs(t),
      resolve: async (_root, args, context, info) => {
        const { db } = context;
        const { accountId } = principalOf(context);
        const question = await questionOf(args, context, info);
        const where = peopleWho(question);
        const query = queryFromInfo({
          context,
          info,
          typeName: 'User',
          path: ['edges', 'node', 'user'],
        });
        const connection = await keysetConnection<'nameKey' | 'id', Holder>(
          args,
          BY_NAME,
          async (keys) => {
            const users = await db.user.findMany({
              ...keys,
              select: { ...query.select, id: true, nameKey: true },
              where: { AND: [where, keys.where] },
            });
            const ids = users.map(({ id }) => id);
            const paths = await explainPeople(db, accountId, question, ids);
            const groupsOf = await groupsAt(
              ['edges', 'node', 'groups'],
              paths.values(),
              context,
              info,
            );
            return users.flatMap((user) => {
              const path = paths.get(user.id);
              const { id, nameKey } = user;
              return path ? [{ id, nameKey, user, path, groups: groupsOf(path) }] : [];
            });
          },
          () => db.user.count({ where }),
        );
        return { ...connection, question };
      },
    },
    {
      name: 'AccessHolderConnection',
      fields: (c) => ({
        serviceAccounts: c.field({
          type: [ProgramHolder],
          description:
            'The service accounts that could with a key that is not restricted, by name: each as itself, and acting as somebody.',
          resolve: ({ question }, _args, context, info) => programsOf(question, context, info),
        }),
      }),
    },
    { name: 'AccessHolderEdge' },
  ),
}));

async function questionOf(
  args: Asked,
  context: Context,
  { schema }: GraphQLResolveInfo,
): Promise<Question> {
  const { db, access } = context;
  const { rule, resource } = await findOperation(args, context, schema);
  const roles = await rightsOfRoles(db, principalOf(context).accountId, null);
  return askWho(rule, resource, access, roles);
}

async function programsOf(
  question: Question,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Program[]> {
  const { db, system } = context;
  const paths = await programsWho(db, principalOf(context).accountId, question, system.now());
  const programs = await db.serviceAccount.findMany({
    ...queryFromInfo({ context, info, typeName: 'ServiceAccount', path: ['serviceAccount'] }),
    where: { id: { in: paths.map((path) => path.serviceAccountId) } },
  });
  const people = await db.user.findMany({
    ...queryFromInfo({ context, info, typeName: 'User', path: ['actingAs'] }),
    where: { id: { in: paths.flatMap((path) => path.actingAsId ?? []) } },
  });
  const groupsOf = await groupsAt(['groups'], paths, context, info);
  return paths.flatMap((path) => {
    const serviceAccount = programs.find(({ id }) => id === path.serviceAccountId);
    const actingAs = people.find(({ id }) => id === path.actingAsId) ?? null;
    return serviceAccount ? [{ path, serviceAccount, actingAs, groups: groupsOf(path) }] : [];
  });
}

/** The groups of all these paths that the reader can see, found at once; answers which are those of one path. */
async function groupsAt(
  path: string[],
  paths: Iterable<Explanation>,
  context: Context,
  info: GraphQLResolveInfo,
) {
  const { db, principal } = context;
  const ids = new Set([...paths].flatMap(({ groupIds }) => groupIds));
  const query = queryFromInfo({ context, info, typeName: 'Group', path });
  const found =
    ids.size === 0
      ? []
      : await db.group.findMany({
          select: { ...query.select, id: true },
          where: { AND: [{ id: { in: [...ids] } }, visibleGroups(principal)] },
        });
  return ({ groupIds }: Explanation) => found.filter(({ id }) => groupIds.includes(id));
}

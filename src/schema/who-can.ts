import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';

import type { Explanation } from '../authz/explain.js';
import type { Context } from '../context.js';
import { encodeId } from '../domain/ids.js';
import { countPeopleWho, findPeopleWho, type HolderRow } from '../domain/people-who.js';
import { rightsOfRoles } from '../domain/role.js';
import { visibleGroups } from '../domain/visibility.js';
import { programsWho, type ProgramPath } from '../domain/who-can-programs.js';
import { askWho, explainPeople, type Question } from '../domain/who-can.js';
import { builder, reached } from './builder.js';
import { connectionOf, encodeCursor, isText, pageCost, placesOf } from './connections.js';
import { AccessVia, MemberRole } from './enums.js';
import { principalOf } from './flow-scope.js';
import { Group } from './group.js';
import {
  findOperation,
  governs,
  nameOperation,
  operationArgs,
  type Asked,
} from './operation-about.js';
import { met } from './scopes.js';
import { ServiceAccount } from './service-account.js';
import { User } from './user.js';

type GroupRow = typeof Group.$inferType;

/** The groups of a path that the reader can see: those of all paths are found at once, and only if they are shown. */
type GroupsOf = (path: Explanation) => Promise<GroupRow[]>;

interface Pathed {
  readonly path: Explanation;
  readonly groupsOf: GroupsOf;
}

interface Holder extends Pathed {
  readonly id: string;
  readonly nameKey: string;
  readonly user: typeof User.$inferType;
}

const pathFields = <Row extends Pathed>(
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
    resolve: ({ path, groupsOf }) => groupsOf(path),
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

interface Program extends Pathed {
  readonly path: ProgramPath;
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

const BY_NAME = ['nameKey', 'id'];

function placeAt([nameKey = '', id = '']: readonly string[]): readonly [string, string] {
  return [nameKey, id];
}

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
        const question = await questionOf(args, context, info);
        const { after, before, ...page } = placesOf(args, BY_NAME, isText);
        const connection = await connectionOf<Holder>(
          args,
          ({ nameKey, id }) =>
            encodeCursor([
              ['nameKey', nameKey],
              ['id', id],
            ]),
          async () => {
            const people = await findPeopleWho(db, question, {
              ...page,
              after: after && placeAt(after),
              before: before && placeAt(before),
            });
            return holdersOf(question, people, context, info);
          },
          () => countPeopleWho(db, question),
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
  const { rule, resource } = await findOperation(nameOperation(args, schema), context);
  const { accountId } = principalOf(context);
  const roles = await rightsOfRoles(db, accountId, null);
  return askWho(accountId, rule, resource, access, roles);
}

/** These people as they are shown, each with the path. */
async function holdersOf(
  question: Question,
  people: readonly HolderRow[],
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Holder[]> {
  const path = ['edges', 'node', 'user'];
  const { select } = queryFromInfo({ context, info, typeName: 'User', path });
  const users = await context.db.user.findMany({
    select: { ...select, id: true },
    where: { id: { in: people.map(({ id }) => id) } },
  });
  const paths = explainPeople(question, people);
  const groupsOf = groupsAt(['edges', 'node', 'groups'], [...paths.values()], context, info);
  return people.flatMap(({ id, nameKey }) => {
    const user = users.find((each) => each.id === id);
    const explanation = paths.get(id);
    return user && explanation ? [{ id, nameKey, user, path: explanation, groupsOf }] : [];
  });
}

async function programsOf(
  question: Question,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<Program[]> {
  const { db, system } = context;
  const paths = await programsWho(db, question, system.now());
  const programs = await db.serviceAccount.findMany({
    ...queryFromInfo({ context, info, typeName: 'ServiceAccount', path: ['serviceAccount'] }),
    where: { id: { in: paths.map((path) => path.serviceAccountId) } },
  });
  const people = await db.user.findMany({
    ...queryFromInfo({ context, info, typeName: 'User', path: ['actingAs'] }),
    where: { id: { in: paths.flatMap((path) => path.actingAsId ?? []) } },
  });
  const groupsOf = groupsAt(['groups'], paths, context, info);
  return paths.flatMap((path) => {
    const serviceAccount = programs.find(({ id }) => id === path.serviceAccountId);
    const actingAs = people.find(({ id }) => id === path.actingAsId) ?? null;
    return serviceAccount ? [{ path, serviceAccount, actingAs, groupsOf }] : [];
  });
}

function groupsAt(
  path: string[],
  paths: readonly Explanation[],
  context: Context,
  info: GraphQLResolveInfo,
): GroupsOf {
  const { db, principal } = context;
  const ids = new Set(paths.flatMap(({ groupIds }) => groupIds));
  const find = async () => {
    const query = queryFromInfo({ context, info, typeName: 'Group', path });
    return db.group.findMany({
      select: { ...query.select, id: true },
      where: { AND: [{ id: { in: [...ids] } }, visibleGroups(principal)] },
    });
  };
  let found: ReturnType<typeof find> | undefined;
  return async ({ groupIds }) => {
    if (groupIds.length === 0) return [];
    found ??= find();
    return (await found).filter(({ id }) => groupIds.includes(id));
  };
}

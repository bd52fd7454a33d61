import { DATASET_ROLE_TABLE } from '../../src/authz/dataset-roles.js';
import type { PrismaClient } from '../../src/db/generated/client.js';
import { DomainError } from '../../src/errors.js';
import type { InterferenceWorld, Reader } from './world.js';

/** A mistake that is made on purpose, to see it found. */
export interface Plant {
  readonly mistake: string;
  /** Who can tell what by it, and asking what. */
  readonly reader: Reader;
  readonly field: string;
  readonly asking: (world: InterferenceWorld) => string;
  /** A client that answers wrongly. */
  readonly spoiled?: (client: PrismaClient) => PrismaClient;
  /** What is wrong while it is asked. */
  readonly during?: (isWrong: boolean) => void;
}

interface Arguments {
  readonly where?: object;
}

const asIt = (client: unknown): PrismaClient => client as PrismaClient;

/** The id that a look-up is about. */
const idIn = ({ where }: Arguments): string =>
  /"id":"([0-9a-f-]{36})"/.exec(JSON.stringify(where))?.[1] ?? '';

/** The same search, in the addresses of the people in a group, too. */
function searchingMembers(where: unknown): unknown {
  if (Array.isArray(where)) return where.map(searchingMembers);
  if (typeof where !== 'object' || where === null) return where;
  if ('nameKey' in where && typeof where.nameKey === 'object') {
    const email = where.nameKey;
    return { OR: [where, { members: { some: { user: { email } } } }] };
  }
  const entries = Object.entries(where).map(([key, each]) => [key, searchingMembers(each)]);
  return Object.fromEntries(entries);
}

/** Looks up whatever a gate kept from whoever asked, to answer with an error of its own. */
function telling(errorOf: (name: string) => DomainError) {
  return (client: PrismaClient) =>
    asIt(
      client.$extends({
        query: {
          flow: {
            async findFirst({ args, query }) {
              const found = await query(args);
              if (found) return found;
              const id = idIn(args as Arguments);
              const flow = id === '' ? null : await client.flow.findUnique({ where: { id } });
              if (flow) throw errorOf(flow.name);
              return found;
            },
          },
        },
      }),
    );
}

const node = (id: string) => `node(id: "${id}")`;

export const PLANTS: readonly Plant[] = [
  {
    mistake: 'a count without the gate of its list',
    reader: 'editor',
    field: 'Dataset.id',
    asking: () => 'datasets',
    spoiled: (client) =>
      asIt(
        client.$extends({
          query: {
            flow: {
              count: ({ args, query }) => query({ ...args, where: { kind: 'DATASET' } }),
            },
          },
        }),
      ),
  },
  {
    mistake: 'a search in what the reader may not see',
    reader: 'ada',
    field: 'Group.members',
    asking: () => 'groups',
    spoiled: (client) =>
      asIt(
        client.$extends({
          query: {
            group: {
              findMany: ({ args, query }) =>
                query({ ...args, where: searchingMembers(args.where) as object }),
            },
          },
        }),
      ),
  },
  {
    mistake: 'an order by what the reader may not see',
    reader: 'vera',
    field: 'DatasetSettings.printPolicy',
    asking: () => 'datasets',
    spoiled: (client) =>
      asIt(
        client.$extends({
          query: {
            flow: {
              findMany: ({ args, query }) =>
                query({
                  ...args,
                  orderBy: [
                    { settings: { printPolicy: 'desc' as const } },
                    args.orderBy ?? [],
                  ].flat(),
                }),
            },
          },
        }),
      ),
  },
  {
    mistake: 'a cursor that holds what the reader may not see',
    reader: 'ada',
    field: 'Group.members',
    asking: () => 'groups',
    spoiled: (client) =>
      asIt(
        client.$extends({
          query: {
            group: {
              async findMany({ args, query }) {
                const rows = await query(args);
                return Promise.all(
                  rows.map(async (row) => {
                    const size = await client.groupMember.count({
                      where: { groupId: String(row.id) },
                    });
                    return { ...row, nameKey: `${row.nameKey} ${size}` };
                  }),
                );
              },
            },
          },
        }),
      ),
  },
  {
    mistake: 'an error that names what the reader may not see',
    reader: 'editor',
    field: 'Dataset.name',
    asking: ({ ids }) => node(ids.acquisitions),
    spoiled: telling((name) => new DomainError('NOT_FOUND', `There is no ${name} for you.`)),
  },
  {
    mistake: 'an id that is refused otherwise if there is something behind it',
    reader: 'editor',
    field: 'Dataset.id',
    asking: ({ twins }) => node(twins.Dataset),
    spoiled: telling(() => new DomainError('FORBIDDEN', 'You may not see this.')),
  },
  {
    mistake: 'a permission of a role that lacks it',
    reader: 'vera',
    field: 'DatasetMember.role',
    asking: ({ ids }) => node(ids.suppliers),
    during: (isWrong) =>
      Object.assign(DATASET_ROLE_TABLE['datasetMember:read'], { VIEWER: isWrong }),
  },
];

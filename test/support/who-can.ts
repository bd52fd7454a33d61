import { expect } from 'vitest';

import type { Actor, Result } from './actor.js';
import { inDryRun } from './capabilities.js';
import { testDatabase } from './database.js';
import { createFlow } from './flow-world.js';
import './matchers.js';
import { builtInRoles, customRole, give } from './people.js';
import { workspace, type Workspace } from './world.js';

interface Path {
  readonly via: string | null;
  readonly role: string | null;
  readonly groups: readonly { readonly name: string }[];
}

export interface Answer {
  readonly whoCan: {
    readonly totalCount: number;
    readonly pageInfo: { readonly endCursor: string; readonly startCursor: string } & Record<
      'hasNextPage' | 'hasPreviousPage',
      boolean
    >;
    readonly edges: readonly {
      readonly node: Path & { readonly user: { readonly id: string; readonly name: string } };
    }[];
    readonly serviceAccounts: readonly (Path & {
      readonly serviceAccount: { readonly name: string };
      readonly actingAs: { readonly name: string } | null;
      readonly impersonationGrantId: string | null;
    })[];
  };
}

export interface Asked {
  readonly operation: string;
  readonly resourceId?: string;
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
  readonly before?: string;
}

const PEOPLE =
  'totalCount pageInfo { endCursor startCursor hasNextPage hasPreviousPage } edges { node { user { id name } via role groups { name } } }';
const PROGRAMS =
  'serviceAccounts { serviceAccount { name } actingAs { name } impersonationGrantId via role groups { name } }';

export function ask(who: Actor, asked: Asked, withPrograms = false): Promise<Result<Answer>> {
  const { first = asked.last === undefined ? 100 : null, ...rest } = asked;
  return who.run<Answer, unknown>(
    `query ($operation: String!, $resourceId: ID, $first: Int, $last: Int, $after: String, $before: String) {
       whoCan(operation: $operation, resourceId: $resourceId, first: $first, last: $last, after: $after, before: $before) {
         ${PEOPLE} ${withPrograms ? PROGRAMS : ''} } }`,
    { ...rest, first },
  );
}

export async function whoCan(who: Actor, asked: Asked, withPrograms = false) {
  const result = await ask(who, asked, withPrograms);
  expect(result).toSucceed();
  return result.data?.whoCan as Answer['whoCan'];
}

/** Whether somebody may do it: really asked of the operation, which is not carried out. */
export async function may(who: Actor, mutation: string, input: object): Promise<boolean> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const result = (await inDryRun(who).run(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`,
    { input },
  )) as unknown as { errors?: object; extensions?: { dryRun: { refused: object[] } } };
  return !result.errors && result.extensions?.dryRun.refused.length === 0;
}

/** An account with people on every path to a dataset, to a flow and to one another. */
export async function crowd(app?: Workspace['app']) {
  const here = await workspace(app);
  const people = await here.people([
    { name: 'Ada', role: 'USER_ADMIN' },
    { name: 'Bea' },
    { name: 'Cem', role: 'VIEWER' },
    { name: 'Dan' },
    { name: 'Eva', role: 'ADMIN' },
    { name: 'Fay', role: 'SUPER_ADMIN' },
    { name: 'Gus', role: 'IAM_ADMIN' },
    { name: 'Hal', role: 'VIEWER' },
    { name: 'Ida', role: 'USER_ADMIN' },
    { name: 'Jon' },
    { name: 'Kim', suspended: true, role: 'SUPER_ADMIN' },
    { name: 'Lea', role: 'SUPER_ADMIN' },
    { name: 'Max' },
    { name: 'Nia', role: 'VIEWER' },
    { name: 'Oto' },
  ]);
  const [ada, bea, cem, dan, , , gus, hal, ida, jon, kim, lea, max, nia, oto] = people;
  const builtIn = await builtInRoles(here);
  const managing = await customRole(here, { permissions: ['user:suspend', 'group:write'] });
  const inheriting = await customRole(here, { parentIds: [managing, builtIn.VIEWER] });
  await give(here, max, [inheriting]);
  await give(here, nia, [managing]);
  await give(here, oto, [await customRole(here, { parentIds: [builtIn.IAM_ADMIN] })]);
  const [weak, strong, empty] = [
    await here.group([hal, ida, jon, cem], 'Weak'),
    await here.group([ida, jon, cem, kim], 'Strong'),
    await here.group([], 'Empty'),
  ];
  const dataset = await here.dataset({
    members: [
      { user: ada, role: 'ADMIN' },
      { user: bea, role: 'MEMBER' },
      { user: cem, role: 'VIEWER' },
      { user: kim, role: 'ADMIN' },
      { user: lea, role: 'ADMIN' },
      { groupId: weak, role: 'VIEWER' },
      { groupId: strong, role: 'ADMIN' },
      { groupId: empty, role: 'ADMIN' },
    ],
  });
  const flowOf = (kind: 'PROCESS' | 'LIST') =>
    createFlow(here, {
      kind,
      members: [
        { user: ada, role: 'OWNER' },
        { user: dan, role: 'NONE' },
        { user: gus, role: 'EDITOR' },
        { groupId: weak, role: 'NONE' },
        { groupId: strong, role: 'EDITOR' },
      ],
    });
  const [flow, list] = [await flowOf('PROCESS'), await flowOf('LIST')];
  const { client } = await testDatabase();
  await client.user.update({ where: { id: lea.id }, data: { removedAt: new Date() } });
  return {
    here,
    people,
    dataset,
    flow,
    list,
    builtIn,
    ada,
    bea,
    fay: people[5],
    gus,
    jon,
    kim,
    oto,
  };
}

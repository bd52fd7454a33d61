import { describe, expect, test } from 'vitest';

import { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { Me, SignIn } from '../support/operations.js';
import { PASSWORD, workspace } from '../support/world.js';

const SESSIONS = `query ($first: Int, $after: String, $last: Int, $before: String) {
  me {
    sessions(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { node { id isCurrent transport ipAddress userAgent } }
    }
  }
}`;

interface Sessions {
  me: {
    sessions: {
      totalCount: number;
      pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string };
      edges: { node: { id: string; isCurrent: boolean; transport: string; userAgent: string } }[];
    };
  };
}

async function sessionsOf(actor: Actor, variables: Record<string, unknown> = {}) {
  const first = await actor.run(SESSIONS);
  const result = await first.replay(variables);
  expect(result).toSucceed();
  return (result.data as Sessions).me.sessions;
}

/** Signs in again from a program of this name. */
async function signInFrom({ app, email }: Actor, userAgent: string): Promise<void> {
  const input = { email, password: PASSWORD };
  await new Actor(app, '', '', '', { 'user-agent': userAgent }).run(SignIn, { input });
}

describe('me', () => {
  test('is nobody without a credential', async () => {
    const { app } = await workspace();
    expect(await new Actor(app, '', '', '', {}).run(Me)).toFail('UNAUTHENTICATED');
  });

  // By hand from the table of account roles.
  test.each([
    ['VIEWER', ['account:read', 'directory:read', 'execution:read', 'flow:readAny']],
    [
      'EDITOR',
      [
        'account:read',
        'connection:manage',
        'dataset:create',
        'directory:read',
        'execution:read',
        'flow:create',
        'flow:editAny',
        'flow:executeAny',
        'flow:readAny',
      ],
    ],
  ] as const)('tells the %s what the account role allows', async (role, permissions) => {
    const person = await (await workspace()).person({ role });
    expect((await person.run(Me)).data?.me?.permissions).toEqual(permissions);
  });

  test('shows a person what others may not see of them', async () => {
    const ada = await (await workspace()).person({ role: 'VIEWER' });
    const result = await ada.run(Me);
    expect(result).toSucceed();
    expect(result.data?.me?.user).toMatchObject({ status: 'ACTIVE', roles: [{ name: 'VIEWER' }] });
  });
});

describe('me.sessions', () => {
  test('lists the newest first and tells which one this is', async () => {
    const ada = await (await workspace()).person();
    await signInFrom(ada, 'phone');
    await signInFrom(ada, 'tablet');
    const { totalCount, edges } = await sessionsOf(ada);
    expect(totalCount).toBe(3);
    expect(edges.map(({ node }) => [node.userAgent, node.transport, node.isCurrent])).toEqual([
      ['tablet', 'COOKIE', false],
      ['phone', 'COOKIE', false],
      [null, 'BEARER', true],
    ]);
  });

  test('comes in pages', async () => {
    const ada = await (await workspace()).person();
    for (const name of ['one', 'two', 'three']) await signInFrom(ada, name);
    const all = (await sessionsOf(ada)).edges.map(({ node }) => node.id);
    const seen: string[] = [];
    let after: string | undefined;
    for (const expected of [2, 2]) {
      const page = await sessionsOf(ada, { first: 2, after });
      expect(page.edges).toHaveLength(expected);
      expect(page.totalCount).toBe(4);
      seen.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.endCursor;
      expect(page.pageInfo.hasNextPage).toBe(seen.length < 4);
    }
    expect(seen).toEqual(all);
    const last = await sessionsOf(ada, { last: 1 });
    expect(last.edges.map(({ node }) => node.id)).toEqual(all.slice(-1));
  });

  test('leaves out those that are over, and those of others', async () => {
    const { client } = await testDatabase();
    const here = await workspace();
    const ada = await here.person();
    await here.person();
    for (const name of ['ended', 'expired', 'good']) await signInFrom(ada, name);
    const of = (userAgent: string) => ({ where: { userId: ada.id, userAgent } });
    await client.session.updateMany({ ...of('ended'), data: { endedAt: new Date() } });
    await client.session.updateMany({ ...of('expired'), data: { expiresAt: new Date() } });
    const { totalCount, edges } = await sessionsOf(ada);
    expect(edges.map(({ node }) => node.userAgent)).toEqual(['good', null]);
    expect(totalCount).toBe(2);
  });

  test('takes as many statements for one as for many', async () => {
    const ada = await (await workspace()).person();
    const one = await ada.run(Me);
    for (const name of ['one', 'two', 'three', 'four']) await signInFrom(ada, name);
    expect(await ada.run(Me)).toTakeQueries(one.statements);
  });

  test('refuses pages that are too large, negative or of another list', async () => {
    const ada = await (await workspace()).person();
    const result = await ada.run(SESSIONS);
    const cursor = (text: string) => Buffer.from(text).toString('base64url');
    for (const variables of [
      { first: 101 },
      { first: -1 },
      { last: 101 },
      { after: 'garbage' },
      { after: '' },
      { after: cursor('[["name","x"],["id","y"]]') },
      { after: cursor('[["id","00000000-0000-0000-0000-00000000000"]]') },
      { after: cursor('[["id",{"not":null}]]') },
      { before: cursor('{"id":1}') },
    ]) {
      expect(await result.replay(variables), JSON.stringify(variables)).toFail('INVALID_INPUT');
    }
  });
});

describe('with a clock of one’s own', () => {
  async function clocked() {
    const clock = { at: new Date() };
    const app = await testApp({ now: () => clock.at });
    const here = await workspace(app);
    const ada = await here.person();
    const { client } = await testDatabase();
    const where = { userId: ada.id };
    const seen = async () => {
      await app.close();
      return (await client.session.findFirstOrThrow({ where })).lastSeenAt;
    };
    const startedAt = new Date(clock.at);
    await client.session.updateMany({ where, data: { lastSeenAt: startedAt } });
    const pass = (seconds: number) => {
      clock.at = new Date(clock.at.getTime() + seconds * 1_000);
      return clock.at;
    };
    return { ada, seen, pass, startedAt };
  }

  test('a session is noted as seen at most once a minute, after the answer', async () => {
    const { ada, seen, pass, startedAt } = await clocked();
    pass(59);
    await ada.run('{ __typename }');
    expect(await seen()).toEqual(startedAt);
    const later = pass(2);
    expect(await ada.run('{ __typename }')).toTakeQueries(1);
    expect(await seen()).toEqual(later);
    pass(30);
    await Promise.all([ada.run('{ __typename }'), ada.run('{ __typename }')]);
    expect(await seen()).toEqual(later);
  });

  test('a session that nobody may use any more is not noted as seen', async () => {
    const { ada, seen, pass, startedAt } = await clocked();
    const { client } = await testDatabase();
    await client.user.update({ where: { id: ada.id }, data: { status: 'SUSPENDED' } });
    pass(120);
    await ada.run('{ __typename }');
    expect(await seen()).toEqual(startedAt);
  });

  test('a session ends when its time is over', async () => {
    const { ada, pass } = await clocked();
    pass(3_590);
    expect(await ada.run(Me)).toSucceed();
    pass(20);
    const result = await ada.run(Me);
    expect(result).toFail('UNAUTHENTICATED');
    expect(result.errors?.[0]?.extensions).toMatchObject({ reason: 'SESSION_ENDED' });
  });
});

import { randomUUID } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { Actor } from '../support/actor.js';
import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { post } from '../support/http.js';
import { RenameDataset, RevokeSession, SignIn, SignOut } from '../support/operations.js';
import { globalId, PASSWORD, workspace, world, type Workspace } from '../support/world.js';

function nobody({ app }: Workspace | Actor, headers: Record<string, string> = {}): Actor {
  return new Actor(app, '', 'Nobody', '', headers);
}

async function entriesOf(requestId: string) {
  const { client } = await testDatabase();
  return client.auditEntry.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
}

/** All that an entry holds where nothing in particular is said. */
const EMPTY = {
  before: null,
  after: null,
  via: null,
  code: null,
  denial: null,
  targetType: null,
  targetId: null,
  grantId: null,
  batchId: null,
  reason: null,
  credentialKind: null,
  credentialId: null,
};

describe('a sign-in leaves', () => {
  test('who it was and which session began, from where and with what', async () => {
    const here = await workspace();
    const ada = await here.person();
    const agent = nobody(here, { 'user-agent': 'Test/1.0' });
    const input = { email: ada.email, password: PASSWORD, transport: 'BEARER' } as const;
    const result = await agent.run(SignIn, { input });
    const { client } = await testDatabase();
    const session = await client.session.findFirstOrThrow({
      where: { userId: ada.id },
      orderBy: { id: 'desc' },
    });
    expect(await entriesOf(result.requestId)).toEqual([
      {
        ...EMPTY,
        id: expect.any(String),
        at: expect.any(Date),
        accountId: here.accountId,
        action: 'session.started',
        outcome: 'SUCCEEDED',
        subjectId: ada.id,
        actorId: ada.id,
        targetType: 'Session',
        targetId: session.id,
        after: { transport: 'BEARER' },
        requestId: result.requestId,
        ipAddress: '192.0.2.7',
        userAgent: 'Test/1.0',
      },
    ]);
  });

  test('nothing begun where the entry cannot be written', async () => {
    const { client } = await testDatabase();
    const here = await workspace();
    const ada = await here.person();
    const before = await client.session.count({ where: { userId: ada.id } });
    const input = { email: ada.email, password: PASSWORD };
    const result = await withoutEntries(here.accountId, () => nobody(here).run(SignIn, { input }));
    expect(result).toFail('INTERNAL');
    expect(result.headers.get('set-cookie')).toBeNull();
    expect(await client.session.count({ where: { userId: ada.id } })).toBe(before);
    const { lastSignedInAt } = await client.user.findUniqueOrThrow({ where: { id: ada.id } });
    expect(lastSignedInAt).toBeNull();
  });
});

describe('a failed sign-in leaves', () => {
  const WRONG = `wrong-${randomUUID()}`;

  async function failedEntry(here: Workspace, input: { email: string; account?: string }) {
    const result = await nobody(here).run(SignIn, { input: { ...input, password: WRONG } });
    expect(result).toFail('SIGN_IN_FAILED');
    const entries = await entriesOf(result.requestId);
    expect(entries).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain(WRONG);
    expect(JSON.stringify(entries)).not.toContain(input.email);
    return entries[0];
  }

  const refused = {
    ...EMPTY,
    action: 'session.started',
    outcome: 'REFUSED',
    code: 'SIGN_IN_FAILED',
    ipAddress: '192.0.2.7',
  };

  test('whose account it was about, if there is one', async () => {
    const here = await workspace();
    const ada = await here.person();
    const sam = await here.person({ suspended: true });
    for (const { id, email } of [ada, sam]) {
      expect(await failedEntry(here, { email })).toMatchObject({
        ...refused,
        accountId: here.accountId,
        subjectId: id,
        actorId: id,
      });
    }
  });

  test('no account where the address is unknown, removed, elsewhere or of several', async () => {
    const { client } = await testDatabase();
    const [here, there] = [await workspace(), await workspace()];
    const [ada, gone] = [await here.person(), await here.person()];
    await client.user.update({ where: { id: gone.id }, data: { removedAt: new Date() } });
    const email = `${randomUUID()}@example.test`;
    await here.person({ email });
    await there.person({ email });
    for (const input of [
      { email: `${randomUUID()}@example.test` },
      { email: gone.email },
      { email: ada.email, account: there.slug },
      { email },
    ]) {
      expect(await failedEntry(here, input)).toMatchObject({
        ...refused,
        accountId: null,
        subjectId: null,
        actorId: null,
      });
    }
  });

  test('who might be attacked, for the Admins of the account to see', async () => {
    const here = await workspace();
    const [ada, admin] = [await here.person(), await here.person({ role: 'ADMIN' })];
    await nobody(here).run(SignIn, { input: { email: ada.email, password: WRONG } });
    const query = `{ auditLog(filter: { principal: "${globalId('User', ada.id)}" }) {
      edges { node { action outcome code subject { id } } }
    } }`;
    expect((await admin.run(query)).data).toMatchObject({
      auditLog: {
        edges: [
          { node: { action: 'SESSION_STARTED', outcome: 'REFUSED', code: 'SIGN_IN_FAILED' } },
        ],
      },
    });
  });
});

describe('the end of a session leaves', () => {
  test('an entry when its person signs out', async () => {
    const here = await workspace();
    const ada = await here.person();
    const { client } = await testDatabase();
    const { id } = await client.session.findFirstOrThrow({ where: { userId: ada.id } });
    await expect(await ada.run(SignOut)).toHaveAudited({
      ...EMPTY,
      action: 'session.ended',
      outcome: 'SUCCEEDED',
      accountId: here.accountId,
      subjectId: ada.id,
      actorId: ada.id,
      credentialKind: 'session',
      credentialId: id,
      targetType: 'Session',
      targetId: id,
    });
  });

  test('no end where the entry cannot be written', async () => {
    const here = await workspace();
    const ada = await here.person();
    const result = await withoutEntries(here.accountId, () => ada.run(SignOut));
    expect(result).toFail('INTERNAL');
    expect(result.headers.get('set-cookie')).toBeNull();
    expect(await ada.run('{ me { permissions } }')).toSucceed();
  });
});

describe('nothing is left by', () => {
  test('a change that nobody asked for: there is no account that could hold it', async () => {
    const { dataset, anonymous } = await world();
    const { client } = await testDatabase();
    const before = await client.auditEntry.count();
    for (const result of [
      await anonymous.run(RenameDataset, { input: { datasetId: dataset.id, name: 'x' } }),
      await anonymous.run(RenameDataset, { input: { datasetId: dataset.id, name: '' } }),
      await anonymous.run(SignOut),
      await anonymous.run(RevokeSession, { input: { sessionId: 'x' } }),
    ]) {
      expect(result.errors).toHaveLength(1);
    }
    expect(await client.auditEntry.count()).toBe(before);
  });

  test('what never became a change', async () => {
    const { client } = await testDatabase();
    const ada = await (await workspace()).person();
    const before = await client.auditEntry.count();
    for (const query of [
      'mutation { createDataset(input: { name: 5 }) { __typename } }',
      'mutation { createDataset { __typename } }',
      'mutation { createDataset(input: { name: "a" }) { nope } }',
      'mutation { __typename }',
    ]) {
      await post(ada.app, { query }, { headers: ada.headers });
    }
    expect(await client.auditEntry.count()).toBe(before);
  });
});

describe('exactly one entry is left by', () => {
  test('input that is refused', async () => {
    const { admin, dataset, here } = await world();
    for (const name of ['', 'a\0b', 'x'.repeat(201)]) {
      const input = { datasetId: dataset.id, name };
      await expect(await admin.run(RenameDataset, { input })).toHaveAudited({
        ...EMPTY,
        action: 'dataset.renamed',
        outcome: 'REFUSED',
        code: 'INVALID_INPUT',
        accountId: here.accountId,
        subjectId: admin.id,
        credentialKind: 'session',
        credentialId: expect.any(String),
      });
    }
  });

  test('each field of a request with several', async () => {
    const { admin, viewer, dataset } = await world();
    const id = dataset.id;
    const mutation = `mutation {
      one: renameDataset(input: { datasetId: "${id}", name: "One" }) { __typename }
      two: renameDataset(input: { datasetId: "${id}", name: "" }) { __typename }
      three: describeDataset(input: { datasetId: "${id}", description: "Three" }) { __typename }
    }`;
    const outcomes = async (actor: Actor) =>
      (await entriesOf((await actor.run(mutation)).requestId))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ action, outcome, code }) => [action, outcome, code]);
    expect(await outcomes(admin)).toEqual([
      ['dataset.renamed', 'SUCCEEDED', null],
      ['dataset.renamed', 'REFUSED', 'INVALID_INPUT'],
      ['dataset.described', 'SUCCEEDED', null],
    ]);
    expect(await outcomes(viewer)).toEqual([
      ['dataset.renamed', 'REFUSED', 'FORBIDDEN'],
      ['dataset.renamed', 'REFUSED', 'INVALID_INPUT'],
      ['dataset.described', 'REFUSED', 'FORBIDDEN'],
    ]);
  });

  test('a sign-in beside others in a request of nobody', async () => {
    const app = await testApp();
    const { person } = await workspace(app);
    const { email } = await person();
    const fields = [PASSWORD, 'wrong', PASSWORD].map(
      (password, at) =>
        `a${at}: signIn(input: { email: "${email}", password: "${password}" }) { __typename }`,
    );
    const reply = await post(app, { query: `mutation { ${fields.join(' ')} }` });
    const entries = await entriesOf(reply.line.requestId);
    expect(entries.map(({ outcome }) => outcome).toSorted()).toEqual([
      'REFUSED',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
  });
});

/** Runs something while the database takes no entry of this account. */
async function withoutEntries<T>(accountId: string, run: () => Promise<T>): Promise<T> {
  const { client } = await testDatabase();
  await client.$executeRawUnsafe(
    `ALTER TABLE audit_entry ADD CONSTRAINT no_entry CHECK (account_id <> '${accountId}') NOT VALID`,
  );
  try {
    return await run();
  } finally {
    await client.$executeRaw`ALTER TABLE audit_entry DROP CONSTRAINT no_entry`;
  }
}

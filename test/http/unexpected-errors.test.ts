import { beforeAll, describe, expect, test } from 'vitest';

import { mintToken } from '../../src/authn/token.js';
import { type Database, databaseOver } from '../../src/db/database.js';
import { SECRET, testApp, type TestApp } from '../support/app.js';
import { openAnother, testDatabase } from '../support/database.js';
import { exchange, post } from '../support/http.js';
import { RenameDataset, SignIn } from '../support/operations.js';
import { world } from '../support/world.js';

const EMAIL = 'planted-address@example.test';
const PASSWORD = 'planted-password';

/** What the log says of a failure, without the line of the request itself. */
function failuresOf(app: TestApp, requestId: string): string[] {
  return app.lines.filter((line) => line.includes(requestId) && line.includes('"level":50'));
}

function expectMasked(app: TestApp, reply: Awaited<ReturnType<typeof post>>, ...secret: string[]) {
  const requestId = reply.headers.get('x-request-id') ?? '';
  expect(reply.errors).toHaveLength(1);
  expect(reply.errors?.[0]?.extensions).toEqual({ code: 'INTERNAL', requestId });
  expect(reply.errors?.[0]?.message).toBe(
    'Something failed on our side; quote `extensions.requestId` when you report it.',
  );
  expect(reply.text).not.toMatch(/prisma|pglite|postgres|connect|closed|relation|stack|\.[jt]s\b/i);
  expect(failuresOf(app, requestId)).toHaveLength(1);
  for (const text of secret) expect([reply.text, ...app.lines].join('\n')).not.toContain(text);
}

describe('when the database is gone,', () => {
  let database: Database;

  beforeAll(async () => {
    database = databaseOver(await openAnother());
    await database.close();
  });

  test('a request fails with an id that the log has, and with nothing else', async () => {
    const app = await testApp({ database });
    const { token } = mintToken('session', crypto.randomUUID(), SECRET);
    const headers = { authorization: `Bearer ${token}` };
    expectMasked(app, await post(app, { query: '{ __typename }' }, { headers }), token);
    const variables = { input: { email: EMAIL, password: PASSWORD } };
    const reply = await post(app, { query: String(SignIn), variables });
    expectMasked(app, reply, EMAIL, PASSWORD);
    expect(reply.headers.get('set-cookie')).toBeNull();
    expect(reply.line['errorCodes']).toEqual(['INTERNAL']);
  });

  test('what needs no database is still answered', async () => {
    const app = await testApp({ database });
    expect((await post(app, { query: '{ __typename }' })).data).toEqual({ __typename: 'Query' });
    const me = await post(app, { query: '{ me { permissions } }' });
    expect(me.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const health = { method: 'GET', url: 'http://gateway.test/healthz' };
    expect((await exchange(app, health)).status).toBe(200);
    const ready = { method: 'GET', url: 'http://gateway.test/readyz' };
    expect((await exchange(app, ready)).status).toBe(503);
  });
});

test('a change that the database refuses fails alike, leaves an entry, and changes nothing', async () => {
  const { client } = await testDatabase();
  const { admin, dataset } = await world();
  const name = 'planted-name';
  await client.$executeRawUnsafe(
    `ALTER TABLE flow ADD CONSTRAINT no_planted_name CHECK (name <> '${name}')`,
  );
  try {
    const result = await admin.run(RenameDataset, { input: { datasetId: dataset.id, name } });
    expect(result.errors).toEqual([
      expect.objectContaining({
        path: ['renameDataset'],
        extensions: { code: 'INTERNAL', requestId: result.requestId },
      }),
    ]);
    expect(result.text).not.toContain('planted');
    expect(failuresOf(admin.app, result.requestId).join('')).not.toContain(name);
    await expect(result).toHaveAudited({
      action: 'dataset.renamed',
      outcome: 'FAILED',
      code: 'INTERNAL',
      targetId: dataset.rowId,
      before: null,
      after: null,
    });
    const flow = await client.flow.findUniqueOrThrow({ where: { id: dataset.rowId } });
    expect(flow.name).toBe(dataset.name);
  } finally {
    await client.$executeRaw`ALTER TABLE flow DROP CONSTRAINT no_planted_name`;
  }
});

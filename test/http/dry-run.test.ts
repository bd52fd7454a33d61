import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, test, vi } from 'vitest';

import { testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { asking, foreseenIn, stateOfTables } from '../support/dry-run.js';
import { post } from '../support/http.js';
import { globalId, PASSWORD, workspace, world } from '../support/world.js';

type World = Awaited<ReturnType<typeof world>>;

let here: World;

beforeAll(async () => {
  here = await world();
});

const RENAME = `mutation Rename($id: ID!) {
  renameDataset(input: { datasetId: $id, name: "New" }) { dataset { name history { totalCount } } }
}`;

describe('a dry run', () => {
  test('answers as the spec of GraphQL over HTTP has it, without data and without errors', async () => {
    const { viewer, dataset } = here;
    const headers = { ...viewer.headers, 'x-authz-dry-run': '1' };
    for (const accept of ['application/graphql-response+json', 'application/json']) {
      const reply = await post(
        viewer.app,
        { query: RENAME, variables: { id: dataset.id } },
        { headers: { ...headers, accept } },
      );
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toContain(accept);
      expect(Object.keys(JSON.parse(reply.text) as object)).toEqual(['data', 'extensions']);
    }
  });

  test('names the field and says why, as the refusal itself would', async () => {
    const { viewer, dataset } = here;
    const result = await asking(viewer).run(RENAME, { id: dataset.id });
    expect(foreseenIn(result)).toEqual({
      refused: [
        expect.objectContaining({
          path: ['renameDataset'],
          coordinate: 'Mutation.renameDataset',
          code: 'FORBIDDEN',
          message: 'You may not do this: it takes “dataset: Modify dataset name”.',
          denial: expect.objectContaining({
            reason: 'ROLE_LACKS_PERMISSION',
            missing: ['dataset:rename'],
          }) as unknown,
        }),
      ],
      undecided: [],
    });
  });

  test('leaves open what depends on something that is not there yet', async () => {
    const { admin, dataset } = here;
    const result = await asking(admin).run(RENAME, { id: dataset.id });
    expect(foreseenIn(result)).toEqual({
      refused: [],
      undecided: [
        {
          path: ['renameDataset', 'dataset', 'history'],
          coordinate: 'Dataset.history',
          rule: 'dataset: View dataset and dataset: Access dataset history',
        },
      ],
    });
  });

  test('decides without it what takes an account role or a person who is signed in', async () => {
    const { admin } = here;
    const result = await asking(admin).run(`mutation {
      updateProfile(input: { name: "Ada" }) {
        user { name status sessions { totalCount } apiKeys { name } }
      }
      createDataset(input: { name: "New" }) { dataset { members { totalCount } } }
    }`);
    const { refused, undecided } = foreseenIn(result);
    expect(refused).toEqual([]);
    expect(undecided.map(({ coordinate }) => coordinate)).toEqual(['Dataset.members']);
    const program = await here.here.program();
    const asked = await asking(program).run(`mutation {
      signOut { sessionId }
      createDataset(input: { name: "New" }) { dataset { id } }
    }`);
    expect(foreseenIn(asked).refused.map(({ path, denial }) => [path, denial?.reason])).toEqual([
      [['signOut'], 'SIGN_IN_REQUIRED'],
      [['createDataset'], 'ROLE_LACKS_PERMISSION'],
    ]);
  });

  test('leaves open what a role allows on a condition', async () => {
    const { admin, member, viewer, dataset } = here;
    const ask = async (actor: typeof admin) => {
      const result = await asking(actor).run(
        'query Look($id: ID!) { dataset(id: $id) { views { configuration { fields } } } }',
        { id: dataset.id },
      );
      const { refused, undecided } = foreseenIn(result);
      return [refused, undecided].map((list) => list.map(({ coordinate }) => coordinate).join());
    };
    expect(await ask(admin)).toEqual(['', '']);
    expect(await ask(member)).toEqual(['', 'DatasetView.configuration']);
    expect(await ask(viewer)).toEqual(['DatasetView.configuration', '']);
  });

  test('leaves no entry, of what is allowed or of what is not', async () => {
    const { admin, viewer, dataset } = here;
    const { client } = await testDatabase();
    for (const actor of [admin, viewer]) {
      const { requestId } = await asking(actor).run(RENAME, { id: dataset.id });
      expect(await client.auditEntry.count({ where: { requestId } })).toBe(0);
    }
  });

  test('decides each mutation from the state as it is now', async () => {
    const { superAdmin, dataset } = here;
    const result = await asking(superAdmin).run(
      `mutation Both($id: ID!) {
        assumeDatasetRole(input: { datasetId: $id, role: ADMIN }) { dataset { id } }
        renameDataset(input: { datasetId: $id, name: "Mine" }) { dataset { id } }
      }`,
      { id: dataset.id },
    );
    expect(foreseenIn(result).refused.map(({ path }) => path)).toEqual([['renameDataset']]);
  });

  test('tells nobody what exists', async () => {
    const { outsider, stranger, dataset } = here;
    const nowhere = globalId('Dataset', uuidv7());
    const document = `mutation Both($id: ID!) {
      renameDataset(input: { datasetId: $id, name: "Mine" }) { dataset { id } }
      deleteDataset(input: { datasetId: $id, name: "Mine" }) { deletedId }
    }`;
    const reading = 'query Both($id: ID!) { dataset(id: $id) { name } node(id: $id) { id } }';
    for (const actor of [outsider, stranger]) {
      for (const each of [document, reading]) {
        const found = await asking(actor).run(each, { id: dataset.id });
        expect(foreseenIn(found).refused.map(({ code }) => code)).toEqual([
          'NOT_FOUND',
          'NOT_FOUND',
        ]);
        expect((await found.replay({ id: nowhere })).text).toBe(found.text);
      }
    }
  });

  test('marks nothing as seen by override, and does not tell what is in it', async () => {
    const { superAdmin, dataset } = here;
    const result = await asking(superAdmin).run(
      `query Look($id: ID!) {
        dataset(id: $id) { name rows(first: 5, search: "x") { totalCount } }
        datasets(filter: { search: "Suppliers" }) { edges { node { history { totalCount } } } }
      }`,
      { id: dataset.id },
    );
    const { extensions } = JSON.parse(result.text) as { extensions: object };
    expect(Object.keys(extensions)).toEqual(['dryRun']);
    expect(foreseenIn(result).undecided.map(({ path }) => path)).toEqual([
      ['datasets', 'edges', 'node', 'history'],
    ]);
    const { client } = await testDatabase();
    const where = { requestId: result.requestId };
    expect(await client.auditEntry.count({ where })).toBe(0);
  });

  test('takes as many statements however much there is', async () => {
    const ask = async (count: number) => {
      const there = await workspace();
      const admin = await there.person();
      const members = [{ user: admin, role: 'ADMIN' as const }];
      const [first] = await there.datasets(Array.from({ length: count }, () => ({ members })));
      const run = (document: string) => asking(admin).run(document, { id: first?.id });
      return [
        await run(
          'query All($id: ID!) { datasets { edges { node { name settings { printPolicy } } } } dataset(id: $id) { members { totalCount } } }',
        ),
        await run(RENAME),
      ].map(({ statements }) => statements);
    };
    const [few, many] = [await ask(1), await ask(40)];
    expect(many).toEqual(few);
    expect(Math.max(...few)).toBeLessThanOrEqual(8);
  });

  test('signs nobody in, counts no attempt, and mails nobody', async () => {
    const app = await testApp({ attemptLimits: { perPerson: 1, perAddress: 1 } });
    const there = await workspace(app);
    const person = await there.person();
    const before = await stateOfTables();
    const document = `mutation In($email: String!, $password: String!) {
      signIn(input: { email: $email, password: $password, transport: COOKIE }) { expiresAt }
      requestPasswordReset(input: { email: $email }) { __typename }
    }`;
    const variables = { email: person.email, password: PASSWORD };
    for (let at = 0; at < 3; at += 1) {
      const reply = await post(
        app,
        { query: document, variables },
        { headers: { 'x-authz-dry-run': '1' } },
      );
      expect(reply.text).toBe(
        '{"data":null,"extensions":{"dryRun":{"refused":[],"undecided":[]}}}',
      );
      expect(reply.headers.get('set-cookie')).toBeNull();
    }
    await app.close();
    expect(await stateOfTables()).toEqual(before);
    expect(app.mails).toEqual([]);
  });

  test('lets go of what it locked', async () => {
    const { admin, dataset } = here;
    await Promise.all(
      Array.from({ length: 6 }, (_, at) =>
        (at % 2 === 0 ? asking(admin) : admin).run(RENAME, { id: dataset.id }),
      ),
    );
    await vi.waitFor(async () => expect(await admin.run(RENAME, { id: dataset.id })).toSucceed());
  });

  test('is refused like a real run where nothing would have been executed', async () => {
    const { admin } = here;
    const ask = asking(admin);
    const deep = `{ ${'me { account { '.repeat(8)} id ${'} } '.repeat(8)} }`;
    for (const document of [
      '{',
      '{ nothing }',
      deep,
      'query A($id: ID!) { dataset(id: $id) { id } }',
    ]) {
      const [dry, real] = [
        await ask.run(document, { id: 7.5 }),
        await admin.run(document, { id: 7.5 }),
      ];
      expect(dry.text).toBe(real.text);
      expect(dry.status).toBe(real.status);
    }
    const several = 'query A { me { permissions } } query B { me { permissions } }';
    expect((await ask.run(several)).text).toBe((await admin.run(several)).text);
  });

  test('is kept from forms on other sites like everything else', async () => {
    const { admin, dataset } = here;
    const { authorization = '' } = admin.headers;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: `fieldgate=${authorization.slice('Bearer '.length)}`,
    };
    const operation = { query: RENAME, variables: { id: dataset.id } };
    const real = await post(admin.app, operation, { headers });
    const dry = await post(admin.app, operation, {
      headers: { ...headers, 'x-authz-dry-run': '1' },
    });
    expect(real.status).toBe(403);
    expect([dry.status, dry.text]).toEqual([real.status, real.text]);
  });

  test.each(['0', 'true', 'yes', '', '1, 1'])(
    'is asked for with nothing but 1: not %j',
    async (value) => {
      const result = await asking(here.admin, value).run('{ me { permissions } }');
      expect(result).toFail('INVALID_INPUT');
      expect(result.errors?.[0]?.message).toBe(
        'X-Authz-Dry-Run: Send 1 to ask what would be refused, or leave it out.',
      );
    },
  );

  test('is refused for a subscription', async () => {
    const result = await asking(here.admin).run(
      'subscription Watch($id: ID!) { datasetImportProgress(id: $id) { __typename } }',
      { id: globalId('DatasetImport', uuidv7()) },
    );
    expect(result).toFail('INVALID_INPUT');
    expect(result.errors?.[0]?.message).toContain('A subscription cannot be asked');
  });
});

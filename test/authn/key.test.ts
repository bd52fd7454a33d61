import { describe, expect, test } from 'vitest';

import { reread } from '../../src/authn/authenticate.js';
import { mintToken } from '../../src/authn/token.js';
import { SECRET } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { post } from '../support/http.js';
import { basic, keyOf, presenting } from '../support/keys.js';
import {
  GetDataset,
  GetServiceAccount,
  ReadSelf,
  RenameDataset,
  SignIn,
} from '../support/operations.js';
import { globalId, workspace } from '../support/world.js';

async function office() {
  const here = await workspace();
  const [chief, pia] = await here.people([
    { name: 'Sofia Super', role: 'SUPER_ADMIN' },
    { name: 'Pia Person' },
  ]);
  const robotId = await here.serviceAccount('Night robot');
  const program = await keyOf(here, { serviceAccountId: robotId }, { createdById: chief.id });
  const personal = await keyOf(here, { userId: pia.id }, { createdById: pia.id });
  const { client } = await testDatabase();
  return { here, chief, pia, robotId, program, personal, client };
}

const reasonOf = async (who: ReturnType<typeof presenting>) => {
  const result = await who.run(ReadSelf);
  return result.errors?.[0]?.extensions['reason'] ?? result.data?.me?.subject.name;
};

describe('a key signs its holder in', () => {
  test('as Bearer, and as user name and password of HTTP Basic', async () => {
    const { here, program, personal } = await office();
    for (const [key, name] of [
      [program, 'Night robot'],
      [personal, 'Pia Person'],
    ] as const) {
      const secret = key.text.slice(key.keyId.length + 1);
      for (const authorization of [
        `Bearer ${key.text}`,
        `bearer  ${key.text} `,
        basic(key.keyId, secret),
        basic(key.keyId, secret).replace('Basic', 'BASIC'),
      ]) {
        expect(await reasonOf(presenting(here.app, authorization)), authorization).toBe(name);
      }
    }
  });

  test('with one statement, and the account’s permissions of a person alone', async () => {
    const { program, personal, pia } = await office();
    expect(await program.user.run('{ __typename }')).toTakeQueries(2);
    expect(await personal.user.run('{ __typename }')).toTakeQueries(1);
    expect((await program.user.run(ReadSelf)).data?.me?.permissions).toEqual([]);
    const session = await pia.run(ReadSelf);
    expect((await personal.user.run(ReadSelf)).data).toEqual(session.data);
  });
});

describe('a key is refused', () => {
  test('parted elsewhere, in other Base64, or without a colon', async () => {
    const { here, program } = await office();
    const { keyId, text } = program;
    const secret = text.slice(keyId.length + 1);
    const base64 = (value: string) => `Basic ${Buffer.from(value).toString('base64')}`;
    const right = base64(`${keyId}:${secret}`);
    for (const authorization of [
      base64(text),
      base64(`${text}:`),
      base64(`:${text}`),
      base64(`${text}:${secret}`),
      base64(`fgk:${text.slice(4)}`),
      base64(`${keyId}_${secret.slice(0, 20)}:${secret.slice(20)}`),
      base64(`${keyId}:${secret.slice(0, 20)}:${secret.slice(20)}`),
      base64(`${keyId}::${secret}`),
      base64(`${keyId} :${secret}`),
      base64(`${keyId}:${secret}\n`),
      base64(`Ｆ${keyId}:${secret}é`),
      `${right.slice(0, 20)}!${right.slice(20)}`,
      `${right.slice(0, -2)}-_`,
      `${right}=`,
      `Basic ${keyId}:${secret}`,
      'Basic',
      'Basic ====',
      `Digest ${text}`,
      text,
      `Bearer ${text} ${text}`,
    ]) {
      const refused = await presenting(here.app, authorization).run(ReadSelf);
      expect(refused.errors?.[0]?.extensions['reason'], authorization).toBe('INVALID_CREDENTIAL');
      expect(refused, authorization).toTakeQueries(0);
    }
    const { headers } = await here.person();
    const session = (headers['authorization'] ?? '').slice('Bearer '.length);
    const parted = basic(session.slice(0, 36), session.slice(37));
    expect(await reasonOf(presenting(here.app, parted))).toBe('INVALID_CREDENTIAL');
  });

  test('with any one character changed, left out or added, without a statement', async () => {
    const { here, program } = await office();
    const { text } = program;
    const texts = [...text].flatMap((letter, at) => {
      const [before, after] = [text.slice(0, at), text.slice(at + 1)];
      return [before + (letter === 'a' ? 'b' : 'a') + after, before + after, text.slice(0, at)];
    });
    texts.push(
      `${text}a`,
      text.toUpperCase(),
      `${text}${'a'.repeat(1_000_000)}`,
      'x'.repeat(1e6),
      ...['fgx', 'fgs', 'fgp'].map((prefix) => text.replace('fgk', prefix)),
    );
    for (const wrong of texts) {
      const refused = await presenting(here.app, `Bearer ${wrong}`).run('{ __typename }');
      expect(refused, wrong.slice(0, 100)).toTakeQueries(0);
      expect(await reasonOf(presenting(here.app, `Bearer ${wrong}`))).toBe('INVALID_CREDENTIAL');
    }
  });

  test('of the other family, with a wrong secret or an unknown id, at the same cost', async () => {
    const { here, program, personal } = await office();
    const answers = [
      mintToken('apiKey', program.rowId, SECRET).token,
      mintToken('accessKey', personal.rowId, SECRET).token,
      mintToken('session', program.rowId, SECRET).token,
      mintToken('accessKey', program.rowId, SECRET).token,
      mintToken('apiKey', personal.rowId, SECRET).token,
      mintToken('accessKey', here.accountId, SECRET).token,
      mintToken('apiKey', here.accountId, SECRET).token,
    ].map(async (text) => {
      const result = await presenting(here.app, `Bearer ${text}`).run(ReadSelf);
      expect(result).toTakeQueries(1);
      expect(result.errors?.[0]?.extensions['reason']).toBe('INVALID_CREDENTIAL');
      return result.text;
    });
    expect(new Set(await Promise.all(answers)).size).toBe(1);
    const { client } = await testDatabase();
    const { secretHash } = await client.accessKey.findUniqueOrThrow({
      where: { id: program.rowId },
    });
    await client.accessKey.update({ where: { id: personal.rowId }, data: { secretHash } });
    const swapped = program.text.replace(program.keyId, personal.keyId);
    expect(await reasonOf(presenting(here.app, `Bearer ${swapped}`))).toBe('INVALID_CREDENTIAL');
  });

  test.each([
    ['turned off', { isActive: false }, 'KEY_INACTIVE'],
    ['that has expired', { expiresAt: new Date() }, 'KEY_EXPIRED'],
    [
      'that was deleted',
      { deletedAt: new Date(), slot: null, secretHash: null },
      'INVALID_CREDENTIAL',
    ],
  ])('%s', async (_what, data, reason) => {
    const { program, personal, client } = await office();
    for (const { rowId, user } of [program, personal]) {
      await client.accessKey.update({ where: { id: rowId }, data });
      expect(await reasonOf(user)).toBe(reason);
    }
  });

  test('whose person is suspended or removed', async () => {
    const { pia, personal, client } = await office();
    const where = { id: pia.id };
    await client.user.update({ where, data: { status: 'SUSPENDED' } });
    expect(await reasonOf(personal.user)).toBe('SUSPENDED');
    await client.user.update({ where, data: { removedAt: new Date() } });
    expect(await reasonOf(personal.user)).toBe('INVALID_CREDENTIAL');
  });

  test('whose service account is disabled', async () => {
    const { robotId, program, client } = await office();
    await client.serviceAccount.update({
      where: { id: robotId },
      data: { disabledAt: new Date() },
    });
    expect(await reasonOf(program.user)).toBe('SERVICE_ACCOUNT_DISABLED');
  });

  test('that a form of another page sends with the password that a browser keeps', async () => {
    const { here, program } = await office();
    const authorization = basic(program.keyId, program.text.slice(program.keyId.length + 1));
    const headers = { authorization, 'content-type': 'text/plain' };
    const answer = await here.app.fetch(
      new Request('http://gateway.test/graphql', {
        method: 'POST',
        headers,
        body: JSON.stringify({ query: '{ me { permissions } }' }),
      }),
      { address: undefined },
    );
    expect(answer.status).toBe(403);
    const asJson = await post(
      here.app,
      { query: '{ me { permissions } }' },
      { headers: { authorization } },
    );
    expect(asJson).not.toHaveProperty('errors');
  });
});

test('a session and an API key act as nobody else', async () => {
  const { here, pia, personal, client } = await office();
  const answers = [];
  for (const { headers } of [pia, personal.user]) {
    for (const actAs of [globalId('User', pia.id), 'nobody']) {
      const who = presenting(here.app, headers['authorization'] ?? '');
      const response = await who.fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-act-as': actAs },
        body: JSON.stringify({ query: '{ me { permissions } }' }),
      });
      answers.push(await response.text());
    }
  }
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toContain('ACT_AS_NEEDS_ACCESS_KEY');
  await client.user.update({ where: { id: pia.id }, data: { status: 'SUSPENDED' } });
});

test.each([
  ['suspended', { status: 'SUSPENDED' as const }],
  ['removed', { removedAt: new Date() }],
])('the keys that somebody %s made for a service account go on', async (_what, data) => {
  const { here, chief, robotId, program, client } = await office();
  await client.user.update({ where: { id: chief.id }, data });
  expect(await reasonOf(program.user)).toBe('Night robot');
  const other = await here.person({ role: 'IAM_ADMIN' });
  const id = globalId('ServiceAccount', robotId);
  const { data: read } = await other.run(GetServiceAccount, { id });
  expect(read?.serviceAccount?.accessKeys).toMatchObject([
    { status: 'ACTIVE', rotationRecommended: 'CREATOR_LEFT', createdBy: { name: 'Sofia Super' } },
  ]);
});

test('no service account signs in with a password', async () => {
  const { here, robotId, program } = await office();
  const secret = program.text.slice(program.keyId.length + 1);
  for (const email of ['sa:night-robot', 'Night robot', program.keyId, robotId]) {
    for (const password of [secret, program.text]) {
      const input = { email, password, account: here.slug };
      expect(await presenting(here.app, '').run(SignIn, { input }), email).toFail('SIGN_IN_FAILED');
    }
  }
});

test('what a token began ends with it, though the key behind it goes on', async () => {
  const { program } = await office();
  const { client } = await testDatabase();
  const now = new Date();
  const asked = async (ms: number) => {
    const endsAt = new Date(now.getTime() + ms);
    const credential = { kind: 'accessToken', id: program.rowId, endsAt } as const;
    const found = await reread(client, { credential }, now);
    return typeof found === 'string' ? found : found.principal.subject.kind;
  };
  expect(await asked(1)).toBe('serviceAccount');
  expect(await asked(0)).toBe('KEY_EXPIRED');
});

describe('a restricted key', () => {
  async function restricted(permissions: string[]) {
    const here = await workspace();
    const pia = await here.person();
    const robotId = await here.serviceAccount();
    const dataset = await here.dataset({
      members: [
        { user: pia, role: 'ADMIN' },
        { serviceAccountId: robotId, role: 'ADMIN' },
      ],
    });
    const keys = [
      await keyOf(here, { serviceAccountId: robotId }, { permissions }),
      await keyOf(here, { userId: pia.id }, { permissions }),
    ];
    const nowhere = globalId('Dataset', robotId);
    return { here, keys, dataset, nowhere };
  }

  test('does what it is restricted to, and nothing else that its holder may do', async () => {
    const { keys, dataset } = await restricted(['dataset:read']);
    for (const { user } of keys) {
      expect(await user.run(GetDataset, { id: dataset.id })).toSucceed();
      const input = { datasetId: dataset.id, name: 'New' };
      const refused = await user.run(RenameDataset, { input });
      expect(refused).toFail('FORBIDDEN');
      expect(refused.errors?.[0]?.extensions['denial']).toMatchObject({
        reason: 'KEY_RESTRICTED',
        permission: 'dataset:rename',
        checks: [{ step: 'CREDENTIAL', ok: false }],
      });
      const { data } = await user.run(ReadSelf);
      expect(data?.me?.permissions).toEqual([]);
    }
  });

  test('is refused in the same words whether or not there is such a dataset', async () => {
    const { here, keys, dataset, nowhere } = await restricted(['datasetMember:read']);
    const { id: foreign } = await here.dataset({});
    for (const { user } of keys) {
      for (const run of [
        (id: string) => user.run('query ($id: ID!) { dataset(id: $id) { name } }', { id }),
        (id: string) => user.run(RenameDataset, { input: { datasetId: id, name: 'New' } }),
      ]) {
        const answers = await Promise.all([dataset.id, foreign, nowhere, 'x'].map(run));
        expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
        expect(answers[0]?.errors?.[0]?.extensions).toMatchObject({
          code: 'FORBIDDEN',
          denial: { reason: 'KEY_RESTRICTED' },
        });
      }
    }
  });
});

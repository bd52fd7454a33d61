import { randomUUID } from 'node:crypto';

import { expect, test } from 'vitest';

import { hashPassword } from '../../src/authn/password.js';
import { mintToken, parseToken } from '../../src/authn/token.js';
import { Actor } from '../support/actor.js';
import { SECRET, testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import { post } from '../support/http.js';
import {
  AddDatasetRows,
  GetDataset,
  GrantImpersonation,
  ListDatasets,
  MakeAccessKey,
  MakeApiKey,
  MakeServiceAccount,
  ReplaceAccessKey,
  SignIn,
} from '../support/operations.js';
import { exportText, addFields } from '../support/transfers.js';
import { globalId, workspace } from '../support/world.js';

/** Every value of every row of every table, as text; what is binary as hexadecimal digits. */
async function wholeDatabase(): Promise<string> {
  const { client } = await testDatabase();
  const tables = await client.$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`;
  const texts = [];
  for (const { name } of tables) {
    const [row] = await client.$queryRawUnsafe<{ text: string | null }[]>(
      `SELECT string_agg(to_jsonb(t)::text, E'\n') AS text FROM "${name}" t`,
    );
    texts.push(`${name}:\n${row?.text ?? ''}`);
  }
  return texts.join('\n');
}

/** The spellings in which a secret could have been kept. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ];
}

/**
 * What is sent to sign somebody in is a secret: it is kept nowhere, wherever it was put by mistake. What people type
 * into a text of their own (a name, a cell, a reason) is their data: the gateway keeps it and shows it as it came.
 */
test('what signs somebody in is kept and shown nowhere, wherever it was sent', async () => {
  const app = await testApp();
  const here = await workspace(app);
  const password = `planted-${randomUUID()}`;
  const [superAdmin, member] = await here.people([{ role: 'SUPER_ADMIN' }, {}]);
  const { client } = await testDatabase();
  const passwordHash = await hashPassword(password);
  await client.user.update({ where: { id: member.id }, data: { passwordHash } });
  const dataset = await here.dataset({ members: [{ user: member, role: 'ADMIN' }] });
  await addFields(member, dataset, [{ name: 'Name', type: 'TEXT' }]);

  const made = await superAdmin.run(MakeServiceAccount, { input: { name: 'R', purpose: 'R' } });
  const serviceAccountId = made.data?.createServiceAccount?.serviceAccount.id ?? '';
  const key = await superAdmin.run(MakeAccessKey, { input: { serviceAccountId, name: 'K' } });
  const { key: accessKey = '', secret = '', accessKey: shown } = key.data?.createAccessKey ?? {};
  const rotated = await superAdmin.run(ReplaceAccessKey, {
    input: { accessKeyId: shown?.id ?? '', overlapHours: 24 },
  });
  const apiKey = await member.run(MakeApiKey, { input: { name: 'K' } });
  const signedIn = await post(app, {
    query: String(SignIn),
    variables: { input: { email: member.email, password, transport: 'BEARER' } },
  });
  const session = (signedIn.data as { signIn: { token: string } }).signIn.token;
  const strangers = mintToken('accessKey', randomUUID(), SECRET).token;
  const basic = Buffer.from(`${shown?.keyId}:${secret}`).toString('base64');
  // By what they are; the tokens of another way in have their place here, too.
  const secrets: Readonly<Record<string, string>> = {
    'session token': session,
    'access key': accessKey,
    'its secret': secret,
    'rotated key': rotated.data?.rotateAccessKey?.key ?? '',
    'API key': apiKey.data?.createApiKey?.key ?? '',
    'secret of the API key': apiKey.data?.createApiKey?.secret ?? '',
    password,
    'header of HTTP Basic': basic,
    'key of nobody': strangers,
    'secret of the session': parseToken(session)?.secret ?? '',
    'secret of the gateway': SECRET,
  };
  expect(Object.values(secrets).every((text) => text.length > 30)).toBe(true);

  const input = { handle: 'sa:r', flowId: dataset.id };
  expect(await member.run(GrantImpersonation, { input })).toSucceed();
  const asMember = { 'x-act-as': globalId('User', member.id) };
  const answers: string[] = [];
  const as = (headers: Record<string, string>) => new Actor(app, '', '', '', headers);
  const ask = async (headers: Record<string, string>, ends: 'SUCCESS' | 'any' = 'any') => {
    const result = await as(headers).run(GetDataset, { id: dataset.id });
    if (ends === 'SUCCESS') expect(result).toSucceed();
    answers.push(result.text);
  };
  // As they are meant to be sent.
  await ask({ authorization: `Bearer ${session}` }, 'SUCCESS');
  await ask({ authorization: `Bearer ${secrets['API key']}` }, 'SUCCESS');
  await ask({ authorization: `Bearer ${accessKey}`, ...asMember }, 'SUCCESS');
  await ask({ authorization: `Basic ${basic}`, ...asMember }, 'SUCCESS');
  await ask({ authorization: `Bearer ${secrets['rotated key']}`, ...asMember }, 'SUCCESS');
  const good = { authorization: `Bearer ${accessKey}`, ...asMember };
  const rows = { input: { datasetId: dataset.id, rows: [{ name: 'Lamp' }] } };
  expect(await as(good).run(AddDatasetRows, rows)).toSucceed();
  for (const text of Object.values(secrets)) {
    // In the wrong place.
    await ask({ authorization: text });
    await ask({ authorization: `Bearer ${text}` });
    await ask({ authorization: `Bearer ${text}x` });
    await ask({ authorization: `Basic ${text}` });
    await ask({ authorization: `Basic ${Buffer.from(`${text}:${text}`).toString('base64')}` });
    await ask({ cookie: `fieldgate=${text}` });
    await ask({ ...good, 'x-act-as': text });
    await ask({ ...good, 'x-act-as': globalId('User', text) });
    const list = await as(good).run(ListDatasets, { filter: { search: text } });
    const found = await as(good).run(GetDataset, { id: text });
    answers.push(list.text, found.text);
    const document = `query ($id: ID!) { dataset(id: $id) { ${text.replaceAll(/\W/g, '')} } }`;
    // Whoever asks for an unknown field is told its name: that answer goes to nobody else, and is not kept.
    await as(good).run(document, { id: text });
    const wrong = { email: member.email, password: text === password ? `${text}x` : text };
    answers.push((await post(app, { query: String(SignIn), variables: { input: wrong } })).text);
    const encoded = encodeURIComponent(text);
    for (const where of [
      `/graphql?query={__typename}&key=${encoded}`,
      `/exports/x?key=${encoded}`,
    ]) {
      answers.push(await (await as(good).fetch(where)).text());
    }
  }
  const file = await exportText(member, dataset);
  expect(file).toContain('Lamp');
  const places = {
    'the database': await wholeDatabase(),
    'the log': app.lines.join('\n'),
    'the answers': answers.join('\n'),
    'an export': file,
  };
  expect(places['the database']).toContain(member.email);
  for (const [what, text] of Object.entries(secrets)) {
    for (const [where, all] of Object.entries(places)) {
      const kept = spellings(text).filter((spelling) => all.includes(spelling));
      expect({ what, where, kept }).toEqual({ what, where, kept: [] });
    }
  }
}, 240_000);

import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  ACCESS_TOKEN,
  EXCHANGE,
  exchangeKey,
  JWT,
  keyIdOf,
  keyOf,
  postForm,
  tokenOf,
  verifiedElsewhere,
  withApiKey,
  type Posted,
} from '../support/oauth.js';
import { globalId, workspace, world } from '../support/world.js';

const SERVICE = 'https://reports.example';
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A world with a service account that may act as the people of its dataset. */
async function stage() {
  const everything = await world();
  const program = await everything.here.program('Robot');
  await everything.here.letAct(program, { flowId: everything.dataset.rowId });
  return { ...everything, program };
}

async function entriesOf({ line: { requestId } }: Posted) {
  const { client } = await testDatabase();
  return client.auditEntry.findMany({ where: { requestId }, orderBy: { id: 'asc' } });
}

async function expectRefused(answer: Posted, status: number, error: string): Promise<void> {
  expect(answer.body).toEqual({ error, error_description: expect.any(String) });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('pragma')).toBe('no-cache');
  // RFC 6749 §5.2: neither quotes nor backslashes, and ASCII only.
  expect(answer.body['error_description']).toMatch(/^[ !#-[\]-~]+$/);
}

describe('allows', () => {
  test('a service account to exchange its key for a token that other services verify', async () => {
    const { here, program } = await stage();
    const answer = await exchangeKey(program, { audience: SERVICE });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      issued_token_type: JWT,
      token_type: 'Bearer',
      expires_in: 600,
      scope: expect.stringContaining('dataset:read'),
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    expect(answer.line.statements).toBe(5);
    const token = String(answer.body['access_token']);
    const { payload } = await verifiedElsewhere(here.app, token, SERVICE);
    expect(payload).toEqual({
      iss: 'http://localhost:4000',
      sub: globalId('ServiceAccount', program.id),
      aud: SERVICE,
      account: globalId('Account', here.accountId),
      client_id: keyIdOf(program),
      jti: expect.stringMatching(UUID_V7),
      permissions: String(answer.body['scope']).split(' '),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 600,
    });
    await expect(verifiedElsewhere(here.app, token, 'https://other.example')).rejects.toThrow(
      'unexpected "aud" claim value',
    );
  });

  test('it to act as a person within reach, who is then the subject', async () => {
    const { here, program, viewer } = await stage();
    const token = await tokenOf(program.as(viewer), { audience: SERVICE });
    const { payload } = await verifiedElsewhere(here.app, token, SERVICE);
    expect(payload.sub).toBe(globalId('User', viewer.id));
    expect(payload['act']).toEqual({ sub: globalId('ServiceAccount', program.id) });
    expect(payload['client_id']).toBe(keyIdOf(program));
  });

  test('a person to exchange an API key: they are the subject, and nobody else acts', async () => {
    const { here, superAdmin } = await stage();
    const person = await withApiKey(here, superAdmin);
    const token = await tokenOf(person, { audience: SERVICE });
    const { payload } = await verifiedElsewhere(here.app, token, SERVICE);
    expect(payload.sub).toBe(globalId('User', superAdmin.id));
    expect(payload).not.toHaveProperty('act');
    expect(payload['permissions']).toContain('dataset:override');
    expect(payload['permissions']).not.toContain('serviceAccount:manage');
  });

  test('the key as Bearer, as Basic, in the form, and in two places at once', async () => {
    const { program } = await stage();
    const key = keyOf(program);
    const [, id = '', secret = ''] = /^(fgk_[0-9a-f]{32})_(.*)$/.exec(key) ?? [];
    const asked = { grant_type: EXCHANGE, audience: SERVICE };
    const subject = { subject_token: key, subject_token_type: ACCESS_TOKEN };
    const basic = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
    for (const [form, headers] of [
      [{ ...asked, ...subject }, {}],
      [{ ...asked, ...subject }, program.headers],
      [{ ...asked, ...subject }, basic],
      [asked, program.headers],
      [asked, basic],
    ] as const) {
      const answer = await postForm(program.app, '/oauth/token', form, headers);
      expect(answer.status, JSON.stringify(headers)).toBe(200);
    }
  });

  test.each([JWT, ACCESS_TOKEN, ''])('asking for the type %j', async (type) => {
    const { program } = await stage();
    const answer = await exchangeKey(program, { requested_token_type: type, scope: '' });
    expect(answer.body).toMatchObject({ issued_token_type: JWT });
  });

  test('a key that expires soon, for a token that ends with it', async () => {
    const { program } = await stage();
    const { client } = await testDatabase();
    const expiresAt = new Date(Date.now() + 60_000);
    await client.accessKey.update({ where: { id: keyIdOf(program) }, data: { expiresAt } });
    const { body } = await exchangeKey(program, { audience: SERVICE });
    expect(body['expires_in']).toBeLessThanOrEqual(60);
    expect(body['expires_in']).toBeGreaterThan(0);
  });
});

describe('narrows', () => {
  test('the token to the scope that is asked for, and says so', async () => {
    const { program } = await stage();
    const scope = 'datasetRow:filter dataset:read dataset:read';
    const { body } = await exchangeKey(program, { scope });
    expect(body['scope']).toBe('dataset:read datasetRow:filter');
  });

  test('it to what the key is restricted to, whatever is asked for', async () => {
    const { here } = await stage();
    const program = await here.program('Reader', ['dataset:read', 'serviceAccount:manage']);
    expect((await exchangeKey(program)).body['scope']).toBe('dataset:read');
    const wide = await exchangeKey(program, { scope: 'dataset:read dataset:rename' });
    expect(wide.body['scope']).toBe('dataset:read');
    const other = await exchangeKey(program, { scope: 'dataset:rename' });
    await expectRefused(other, 400, 'invalid_scope');
  });

  test('what somebody does for another to what can be delegated', async () => {
    const { here, program, superAdmin } = await stage();
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    const scopeOf = async (form = {}) =>
      String((await exchangeKey(program.as(superAdmin), form)).body['scope']).split(' ');
    const scope = await scopeOf();
    expect(scope).toEqual(expect.arrayContaining(['dataset:create', 'dataset:read', 'flow:read']));
    for (const never of ['dataset:override', 'dataset:extendImpersonation', 'role:assign']) {
      expect(scope).not.toContain(never);
    }
  });
});

describe('refuses', () => {
  test.each([
    ['no audience', { audience: '' }, 'invalid_request'],
    ['an audience with a space', { audience: 'one two' }, 'invalid_request'],
    ['an audience with a control character', { audience: 'one\ttwo' }, 'invalid_request'],
    ['an audience with NUL', { audience: 'one\0two' }, 'invalid_request'],
    ['an audience that is too long', { audience: 'x'.repeat(201) }, 'invalid_request'],
    ['a resource', { resource: SERVICE }, 'invalid_target'],
    ['an unknown scope', { scope: 'dataset:read everything' }, 'invalid_scope'],
    ['a scope that is inherited', { scope: 'constructor' }, 'invalid_scope'],
    ['a scope of spaces', { scope: '  ' }, 'invalid_scope'],
    ['no grant type', { grant_type: '' }, 'invalid_request'],
    ['another grant type', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['another type of the subject', { subject_token_type: JWT }, 'invalid_request'],
    ['no type of the subject', { subject_token_type: '' }, 'invalid_request'],
    ['an actor in the form', { actor_token: 'x' }, 'invalid_request'],
    ['a type of token that is none', { requested_token_type: 'saml2' }, 'invalid_request'],
  ])('%s', async (_name, form: Record<string, string>, error) => {
    const { program } = await stage();
    const answer = await exchangeKey(program, form);
    await expectRefused(answer, 400, error);
    expect(await entriesOf(answer)).toMatchObject([
      {
        action: 'accessToken.issued',
        outcome: 'REFUSED',
        code: 'INVALID_INPUT',
        targetId: keyIdOf(program),
        actorId: program.id,
      },
    ]);
  });

  test('two different keys', async () => {
    const { here, program } = await stage();
    const other = await here.program('Other');
    const answer = await exchangeKey(program, { subject_token: keyOf(other) });
    await expectRefused(answer, 400, 'invalid_request');
    expect(await entriesOf(answer)).toMatchObject([{ outcome: 'REFUSED', actorId: program.id }]);
  });

  test('a session, and a token for another token, before anybody is looked for', async () => {
    const { here, program, superAdmin } = await stage();
    const own = await tokenOf(program);
    const others = await tokenOf(program, { audience: SERVICE });
    const asked = { grant_type: EXCHANGE, audience: SERVICE, subject_token_type: ACCESS_TOKEN };
    for (const text of [keyOf(superAdmin), own, others]) {
      const inForm = await postForm(here.app, '/oauth/token', { ...asked, subject_token: text });
      const headers = { authorization: `Bearer ${text}` };
      const inHeader = await postForm(here.app, '/oauth/token', asked, headers);
      for (const answer of [inForm, inHeader]) {
        await expectRefused(answer, 400, 'invalid_request');
        expect(answer.body['error_description']).toContain('Only an access key');
        expect(answer.line.statements).toBe(0);
      }
    }
  });

  test('a session or a key in the browser’s cookie, which a page elsewhere could use', async () => {
    const { here, program, superAdmin } = await stage();
    const asked = { grant_type: EXCHANGE, audience: SERVICE };
    for (const actor of [superAdmin, program]) {
      const headers = { cookie: `fieldgate=${keyOf(actor)}` };
      const answer = await postForm(here.app, '/oauth/token', asked, headers);
      await expectRefused(answer, 400, 'invalid_request');
      expect(answer.line.statements).toBe(0);
    }
  });

  test('a key that is none: as a bad client in the header, as a bad request in the form', async () => {
    const { here, program } = await stage();
    const wrong = keyOf(await (await workspace()).program()).replace(/.$/, '');
    const asked = { grant_type: EXCHANGE, audience: SERVICE, subject_token_type: ACCESS_TOKEN };
    const form = await postForm(here.app, '/oauth/token', { ...asked, subject_token: wrong });
    await expectRefused(form, 400, 'invalid_request');
    const forged = keyOf(program).slice(0, 37);
    for (const [authorization, scheme] of [
      [`Bearer ${wrong}`, 'Bearer'],
      [`Basic ${Buffer.from(`${forged}:x`).toString('base64')}`, 'Basic'],
      ['Digest x', 'Bearer'],
      ['', 'Bearer'],
    ] as const) {
      const answer = await postForm(here.app, '/oauth/token', asked, { authorization });
      await expectRefused(answer, 401, 'invalid_client');
      expect(answer.headers.get('www-authenticate')).toBe(`${scheme} realm="Fieldgate"`);
      expect(answer.line.statements).toBe(0);
    }
  });

  test('an API key to act as somebody', async () => {
    const { here, admin, viewer } = await stage();
    const person = await withApiKey(here, admin);
    const asked = { grant_type: EXCHANGE, audience: SERVICE };
    const headers = { ...person.headers, 'x-act-as': globalId('User', viewer.id) };
    const answer = await postForm(here.app, '/oauth/token', asked, headers);
    await expectRefused(answer, 400, 'invalid_request');
  });
});

describe('hides', () => {
  test('who exists from those who may not act as them', async () => {
    const { here, dataset, program, outsider, stranger } = await stage();
    const suspended = await here.person({ suspended: true });
    const { client } = await testDatabase();
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: dataset.rowId,
        userId: suspended.id,
        role: 'VIEWER',
      },
    });
    const nobody = { id: '01900000-0000-7000-8000-000000000000' };
    const answers = [];
    for (const person of [outsider, stranger, suspended, nobody]) {
      answers.push(await exchangeKey(program.as(person)));
    }
    answers.push(await exchangeKey(program.asId('nobody')), await exchangeKey(program.asId('')));
    for (const answer of answers) {
      await expectRefused(answer, 400, 'invalid_grant');
      expect(answer.text).toBe(answers[0]?.text);
      expect(answer.line.statements).toBe(4);
    }
    expect(answers[0]?.body['error_description']).toContain('Only active people in reach');
  });

  test('them from those whom nobody lets act as anybody', async () => {
    const { here, admin } = await stage();
    const program = await here.program('Nobody’s');
    const known = await exchangeKey(program.as(admin));
    await expectRefused(known, 400, 'invalid_grant');
    expect(known.body['error_description']).toContain('No live grant');
    expect((await exchangeKey(program.asId('nobody'))).text).toBe(known.text);
  });
});

describe('audits', () => {
  test('each token that was issued, with what it is good for', async () => {
    const { here, program, viewer } = await stage();
    const form = { audience: SERVICE, scope: 'dataset:read' };
    const answer = await exchangeKey(program.as(viewer, 'The monthly report'), form);
    const token = String(answer.body['access_token']);
    const { payload } = await verifiedElsewhere(here.app, token, SERVICE);
    expect(await entriesOf(answer)).toEqual([
      expect.objectContaining({
        accountId: here.accountId,
        action: 'accessToken.issued',
        outcome: 'SUCCEEDED',
        subjectId: viewer.id,
        actorId: program.id,
        reason: 'The monthly report',
        credentialKind: 'accessKey',
        credentialId: keyIdOf(program),
        targetType: 'AccessKey',
        targetId: keyIdOf(program),
        grantId: null,
        after: {
          audience: SERVICE,
          jti: payload.jti,
          scope: 'dataset:read',
          expiresAt: new Date((payload.exp ?? 0) * 1000).toISOString(),
        },
      }),
    ]);
  });

  test('the grant on a shared resource, where one alone lets the actor act', async () => {
    const { here, program, superAdmin, viewer } = await stage();
    await here.letAct(program, { resource: 'USER_AND_GROUP_MANAGEMENT' });
    const { client } = await testDatabase();
    const where = { serviceAccountId: program.id, resource: { not: null } };
    const grant = await client.impersonationGrant.findFirstOrThrow({ where });
    const grantOf = async (answer: Posted) => (await entriesOf(answer))[0]?.grantId;
    expect(await grantOf(await exchangeKey(program.as(superAdmin)))).toBe(grant.id);
    // It does not reach a Viewer of the account; the grant on the dataset does.
    expect(await grantOf(await exchangeKey(program.as(viewer)))).toBeNull();
    await here.letAct(program, { resource: 'ALL_FLOWS_AND_INTEGRATIONS' });
    expect(await grantOf(await exchangeKey(program.as(superAdmin)))).toBeNull();
  });

  test('whom somebody could not act as, with the denial', async () => {
    const { here, program, outsider } = await stage();
    const answer = await exchangeKey(program.as(outsider), { audience: SERVICE });
    expect(await entriesOf(answer)).toMatchObject([
      {
        accountId: here.accountId,
        action: 'accessToken.issued',
        outcome: 'REFUSED',
        code: 'FORBIDDEN',
        denial: expect.objectContaining({ reason: 'NOT_A_TARGET' }),
        subjectId: outsider.id,
        actorId: program.id,
        targetId: keyIdOf(program),
      },
    ]);
  });
});

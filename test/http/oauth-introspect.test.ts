import { describe, expect, test } from 'vitest';

import { testDatabase } from '../support/database.js';
import {
  bearer,
  introspect,
  ISSUER,
  keyIdOf,
  keyOf,
  postForm,
  tokenOf,
  withApiKey,
} from '../support/oauth.js';
import { globalId, workspace, world } from '../support/world.js';

const SERVICE = 'https://reports.example';

async function stage() {
  const everything = await world();
  const program = await everything.here.program('Robot');
  await everything.here.letAct(program, { flowId: everything.dataset.rowId });
  const service = await everything.here.program('Reports');
  return { ...everything, program, service };
}

describe('allows', () => {
  test('a service of the account to learn what a token is good for', async () => {
    const { program, service, viewer } = await stage();
    const token = await tokenOf(program.as(viewer), { audience: SERVICE, scope: 'dataset:read' });
    const answer = await introspect(service, token);
    const iat = Number(answer.body['iat']);
    expect(answer.body).toEqual({
      active: true,
      sub: globalId('User', viewer.id),
      act: { sub: globalId('ServiceAccount', program.id) },
      aud: SERVICE,
      iss: ISSUER,
      exp: iat + 600,
      iat,
      client_id: keyIdOf(program),
      scope: 'dataset:read',
      token_type: 'Bearer',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.line.statements).toBe(2);
  });

  test('a service with an API key, with HTTP Basic, and with the key of the token itself', async () => {
    const { here, program, superAdmin } = await stage();
    const token = await tokenOf(program);
    const [, id = '', secret = ''] = /^(fgk_[0-9a-f]{32})_(.*)$/.exec(keyOf(program)) ?? [];
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const basic = await postForm(here.app, '/oauth/introspect', { token }, { authorization });
    expect(basic.body).toMatchObject({ active: true });
    expect(basic.body).not.toHaveProperty('act');
    for (const actor of [program, await withApiKey(here, superAdmin)]) {
      expect((await introspect(actor, token)).body).toMatchObject({ active: true });
    }
  });

  test('it to see at once what the person lost', async () => {
    const { here, service, superAdmin } = await stage();
    const token = await tokenOf(await withApiKey(here, superAdmin), { audience: SERVICE });
    const scopeOf = async () => String((await introspect(service, token)).body['scope']).split(' ');
    expect(await scopeOf()).toContain('dataset:override');
    const { client } = await testDatabase();
    await client.roleAssignment.deleteMany({ where: { userId: superAdmin.id } });
    const scope = await scopeOf();
    expect(scope).toContain('dataset:read');
    expect(scope).not.toContain('dataset:override');
  });
});

describe('hides', () => {
  test('tokens of other accounts, and whatever is no token of ours', async () => {
    const { program, service, superAdmin } = await stage();
    const token = await tokenOf(program);
    const stranger = await (await workspace()).program();
    const foreign = await introspect(stranger, token);
    expect(foreign.text).toBe('{"active":false}');
    expect(foreign.status).toBe(200);
    // Whose it is stands in it, so nobody has to be asked.
    expect(foreign.line.statements).toBe(1);
    for (const text of [
      keyOf(program),
      keyOf(service),
      keyOf(superAdmin),
      `${token}x`,
      token.slice(0, -1),
      `Bearer ${token}`,
      ` ${token}`,
      'eyJ..',
      'x',
      '\0',
    ]) {
      const answer = await introspect(service, text);
      expect(answer.text, text).toBe('{"active":false}');
      expect(answer.line.statements).toBe(1);
    }
  });
});

describe('refuses', () => {
  test('whoever comes with no key: nobody, a session, a token, a cookie', async () => {
    const { here, program, superAdmin } = await stage();
    const token = await tokenOf(program);
    for (const headers of [
      {},
      superAdmin.headers,
      { cookie: `fieldgate=${keyOf(superAdmin)}` },
      { cookie: `fieldgate=${keyOf(program)}` },
      bearer(program, token).headers,
      { authorization: 'Basic !' },
    ] as Record<string, string>[]) {
      const answer = await postForm(here.app, '/oauth/introspect', { token }, headers);
      expect(answer.status, JSON.stringify(headers)).toBe(401);
      expect(answer.body).toMatchObject({ error: 'invalid_client' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^(Basic|Bearer) realm="Fieldgate"$/);
      expect(answer.line.statements).toBe(0);
    }
  });

  test('the key in the form, which is the place of the token', async () => {
    const { here, program } = await stage();
    const form = { token: await tokenOf(program), subject_token: keyOf(program) };
    expect((await postForm(here.app, '/oauth/introspect', form)).status).toBe(401);
  });

  test.each([
    ['deactivated', { isActive: false }],
    ['expired', { expiresAt: new Date() }],
    ['deleted', { deletedAt: new Date(), slot: null, secretHash: null, isActive: false }],
  ])('a key that is %s', async (_name, data) => {
    const { program, service } = await stage();
    const token = await tokenOf(program);
    const { client } = await testDatabase();
    await client.accessKey.update({ where: { id: keyIdOf(service) }, data });
    expect((await introspect(service, token)).status).toBe(401);
    expect((await introspect(program, token)).body).toMatchObject({ active: true });
  });

  test('a request that names no token', async () => {
    const { here, service } = await stage();
    const answer = await postForm(here.app, '/oauth/introspect', 'token=', service.headers);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: 'invalid_request' });
  });
});

import { describe, expect, test } from 'vitest';

import { mintAccessToken } from '../../src/authn/access-token.js';
import type { Actor } from '../support/actor.js';
import { SECRET, testApp } from '../support/app.js';
import { testDatabase } from '../support/database.js';
import {
  bearer,
  introspect,
  ISSUER,
  keyIdOf,
  tokenOf,
  verifiedElsewhere,
  withApiKey,
} from '../support/oauth.js';
import { globalId, workspace } from '../support/world.js';

const ME = '{ me { subject { id } actor { id } } }';
const TYPENAME = '{ __typename }';
const NAME = 'query Name($id: ID!) { dataset(id: $id) { name } }';
const RENAME =
  'mutation Rename($input: RenameDatasetInput!) { renameDataset(input: $input) { dataset { name } } }';

/** A world whose robot is a member of the dataset, and may act as its people. */
async function stage(app?: Awaited<ReturnType<typeof testApp>>) {
  const here = await workspace(app);
  const [admin, viewer] = await here.people([{ name: 'Ada' }, { name: 'Vera', role: 'VIEWER' }]);
  const program = await here.program('Robot');
  const dataset = await here.dataset({
    name: 'Suppliers',
    members: [
      { user: admin, role: 'ADMIN' },
      { user: viewer, role: 'VIEWER' },
      { serviceAccountId: program.id, role: 'ADMIN' },
    ],
  });
  await here.letAct(program, { flowId: dataset.rowId });
  return { here, admin, viewer, program, dataset };
}

type Stage = Awaited<ReturnType<typeof stage>>;

function reasonOf({ errors }: { errors?: { extensions: Record<string, unknown> }[] }): unknown {
  return errors?.[0]?.extensions['reason'];
}

describe('allows', () => {
  test('a service account with a token what it may do itself, with one read', async () => {
    const { program, dataset } = await stage();
    const actor = bearer(program, await tokenOf(program));
    const id = globalId('ServiceAccount', program.id);
    expect((await actor.run(ME)).data).toEqual({
      me: { subject: { id }, actor: { id } },
    });
    const nothing = await actor.run(TYPENAME);
    // The read, and the entry of what a service account asked for.
    expect(nothing).toTakeQueries(2);
    const input = { datasetId: dataset.id, name: 'Renamed' };
    const renamed = await actor.run(RENAME, { input });
    expect(renamed).toSucceed();
    await expect(renamed).toHaveAudited({
      action: 'dataset.renamed',
      subjectId: program.id,
      credentialKind: 'accessToken',
      credentialId: keyIdOf(program),
    });
  });

  test('one that was issued to act as somebody to act as them, with a reason', async () => {
    const { program, admin, viewer, dataset } = await stage();
    const token = await tokenOf(program.as(admin));
    const actor = bearer(program, token, { 'x-act-reason': 'The monthly report' });
    expect((await actor.run(ME)).data).toMatchObject({
      me: {
        subject: { id: globalId('User', admin.id) },
        actor: { id: globalId('ServiceAccount', program.id) },
      },
    });
    const input = { datasetId: dataset.id, name: 'Renamed' };
    await expect(await actor.run(RENAME, { input })).toHaveAudited({
      subjectId: admin.id,
      actorId: program.id,
      credentialKind: 'accessToken',
      reason: 'The monthly report',
    });
    const asViewer = bearer(program, await tokenOf(program.as(viewer)));
    expect(await asViewer.run(RENAME, { input })).toBeDenied({ missing: 'dataset:rename' });
  });

  test('a person with the token of an API key', async () => {
    const { here, admin, dataset } = await stage();
    const person = bearer(admin, await tokenOf(await withApiKey(here, admin)));
    const id = globalId('User', admin.id);
    expect((await person.run(ME)).data).toMatchObject({ me: { subject: { id }, actor: { id } } });
    const input = { datasetId: dataset.id, name: 'Renamed' };
    expect(await person.run(RENAME, { input })).toSucceed();
  });

  test('its key to be seen in use', async () => {
    const { program } = await stage();
    const { client } = await testDatabase();
    const token = await tokenOf(program);
    const where = { id: keyIdOf(program) };
    await program.app.close();
    await client.accessKey.update({ where, data: { lastUsedAt: null } });
    await bearer(program, token).run(TYPENAME);
    await program.app.close();
    expect((await client.accessKey.findUniqueOrThrow({ where })).lastUsedAt).not.toBeNull();
  });

  test('files to be fetched, as far as the scope goes', async () => {
    const { program } = await stage();
    const path = `/exports/${globalId('EgressRecord', '01900000-0000-7000-8000-000000000000')}`;
    const reader = bearer(program, await tokenOf(program, { scope: 'dataset:read' }));
    expect((await reader.fetch(path)).status).toBe(404);
    const elsewhere = bearer(program, await tokenOf(program, { audience: 'elsewhere' }));
    expect((await elsewhere.fetch(path)).status).toBe(401);
  });
});

describe('denies', () => {
  test('what is outside of the scope, in a mutation too, and in the field that follows', async () => {
    const { program, dataset } = await stage();
    const actor = bearer(program, await tokenOf(program, { scope: 'dataset:read' }));
    expect(await actor.run(NAME, { id: dataset.id })).toSucceed();
    const twice = RENAME.replace('renameDataset', 'a: renameDataset').replace(
      /}$/,
      ' b: renameDataset(input: $input) { dataset { name } } }',
    );
    const { errors = [] } = await actor.run(twice, {
      input: { datasetId: dataset.id, name: 'Renamed' },
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    for (const { extensions } of errors) {
      expect(extensions['denial']).toMatchObject({
        permission: 'dataset:rename',
        reason: 'KEY_RESTRICTED',
      });
    }
  });

  test('what the key is restricted to, though the token was made for more', async () => {
    const { program, dataset } = await stage();
    const { client } = await testDatabase();
    const token = await tokenOf(program);
    await client.accessKey.update({
      where: { id: keyIdOf(program) },
      data: { permissions: ['dataset:read'] },
    });
    const input = { datasetId: dataset.id, name: 'Renamed' };
    const result = await bearer(program, token).run(RENAME, { input });
    expect(result.errors?.[0]?.extensions['denial']).toMatchObject({ reason: 'KEY_RESTRICTED' });
  });
});

describe('refuses', () => {
  const claims = (program: Actor, accountId: string, changes = {}) => ({
    sub: globalId('ServiceAccount', program.id),
    aud: ISSUER,
    jti: '01900000-0000-7000-8000-000000000001',
    client_id: keyIdOf(program),
    account: globalId('Account', accountId),
    permissions: ['dataset:read'],
    ...changes,
  });
  const minting = { secret: SECRET, issuer: ISSUER, now: new Date(), ttlSeconds: 60 };

  test('a token for another service, of another secret or issuer, broken or out of date, without a read', async () => {
    const { here, program } = await stage();
    const good = await tokenOf(program);
    const own = claims(program, here.accountId);
    const hourAgo = new Date(Date.now() - 3_600_000);
    for (const text of [
      await tokenOf(program, { audience: 'https://reports.example' }),
      await tokenOf(program, { audience: `${ISSUER}/` }),
      await mintAccessToken(own, { ...minting, secret: `${SECRET}!` }),
      await mintAccessToken(own, { ...minting, issuer: 'https://other.example' }),
      await mintAccessToken(own, { ...minting, now: hourAgo }),
      good.replace(/.{10}$/, 'AAAAAAAAAA'),
      good.replace(/\.[^.]+\./, '.e30.'),
      `${good}.`,
      'eyJ..',
      'eyJhbGciOiJub25lIn0.e30.',
    ]) {
      const result = await bearer(program, text).run(ME);
      expect(result).toFail('UNAUTHENTICATED');
      expect(reasonOf(result), text).toBe('INVALID_CREDENTIAL');
      expect(result).toTakeQueries(0);
    }
  });

  test('one whose account, subject or actor is not that of its key', async () => {
    const { here, program, admin } = await stage();
    const other = await workspace();
    const otherProgram = await other.program();
    const person = globalId('User', admin.id);
    for (const changes of [
      { account: globalId('Account', other.accountId) },
      { sub: globalId('ServiceAccount', otherProgram.id) },
      { sub: person },
      { sub: person, act: { sub: globalId('ServiceAccount', otherProgram.id) } },
      { client_id: keyIdOf(otherProgram) },
    ]) {
      const text = await mintAccessToken(claims(program, here.accountId, changes), minting);
      expect(reasonOf(await bearer(program, text).run(ME))).toBe('INVALID_CREDENTIAL');
      expect((await introspect(program, text)).text).toBe('{"active":false}');
    }
    const right = await mintAccessToken(claims(program, here.accountId), minting);
    expect(await bearer(program, right).run(ME)).toSucceed();
  });

  test('to act as somebody by a header beside a token', async () => {
    const { program, admin } = await stage();
    for (const holder of [program, program.as(admin)]) {
      const token = await tokenOf(holder);
      const headers = { 'x-act-as': globalId('User', admin.id) };
      const result = await bearer(program, token, headers).run(ME);
      expect(reasonOf(result)).toBe('ACT_AS_NEEDS_ACCESS_KEY');
      expect(result).toTakeQueries(0);
    }
  });

  test('a token after its ten minutes, and not before', async () => {
    let now = new Date();
    const app = await testApp({ now: () => now });
    const { program } = await stage(app);
    const actor = bearer(program, await tokenOf(program));
    now = new Date(now.getTime() + 598_000);
    expect(await actor.run(ME)).toSucceed();
    now = new Date(now.getTime() + 2_000);
    expect(await actor.run(ME)).toFail('UNAUTHENTICATED');
  });

  test('a token of a gateway at another URL, and takes its own', async () => {
    const url = 'https://gateway.example/api';
    const app = await testApp({ environment: { FIELDGATE_URL: url } });
    const { program } = await stage(app);
    const token = await tokenOf(program, { audience: url });
    expect(await bearer(program, token).run(ME)).toSucceed();
    await expect(verifiedElsewhere(app, token, url)).rejects.toThrow('unexpected "iss"');
    const shared = await stage();
    expect(await bearer(shared.program, token).run(ME)).toFail('UNAUTHENTICATED');
  });
});

describe('what is revoked is over at once:', () => {
  type Client = Awaited<ReturnType<typeof testDatabase>>['client'];
  type Revocation = (client: Client, stage: Stage) => PromiseLike<unknown>;
  const now = new Date();
  const key = (data: object): Revocation => {
    return (client, { program }) =>
      client.accessKey.update({ where: { id: keyIdOf(program) }, data });
  };
  const ofKey: readonly (readonly [string, Revocation, string])[] = [
    [
      'key deleted',
      key({ deletedAt: now, slot: null, secretHash: null, isActive: false }),
      'INVALID_CREDENTIAL',
    ],
    ['key deactivated', key({ isActive: false }), 'KEY_INACTIVE'],
    ['key expired', key({ expiresAt: now }), 'KEY_EXPIRED'],
  ];
  const disabled: Revocation = (client, { program }) =>
    client.serviceAccount.update({ where: { id: program.id }, data: { disabledAt: now } });
  const person = (data: object): Revocation => {
    return (client, { admin }) => client.user.update({ where: { id: admin.id }, data });
  };
  const revoked: Revocation = (client, { program }) =>
    client.impersonationGrant.updateMany({
      where: { serviceAccountId: program.id },
      data: { revokedAt: now },
    });
  const expired: Revocation = (client, { program }) =>
    client.impersonationGrant.updateMany({
      where: { serviceAccountId: program.id },
      data: { expiresAt: now },
    });
  const removed: Revocation = (client, { admin }) =>
    client.flowMember.deleteMany({ where: { userId: admin.id } });

  async function expectOver(token: string, revoke: Revocation, here: Stage, end: object) {
    const { client } = await testDatabase();
    const witness = await here.here.program('Witness');
    const actor = bearer(here.program, token);
    expect(await actor.run(ME)).toSucceed();
    expect((await introspect(witness, token)).body).toMatchObject({ active: true });
    await revoke(client, here);
    expect((await actor.run(ME)).errors?.[0]?.extensions).toMatchObject(end);
    const upload = await actor.fetch('/imports/x', { method: 'PUT', body: 'a' });
    expect(upload.status).toBeGreaterThanOrEqual(400);
    expect((await introspect(witness, token)).text).toBe('{"active":false}');
  }

  test.each([
    ...ofKey,
    ['service account disabled', disabled, 'SERVICE_ACCOUNT_DISABLED'] as const,
  ])('%s', async (_name, revoke, reason) => {
    const here = await stage();
    await expectOver(await tokenOf(here.program), revoke, here, { reason });
  });

  test.each([
    ...ofKey,
    ['service account disabled', disabled, 'SERVICE_ACCOUNT_DISABLED'] as const,
  ])('%s, of one that acts as somebody', async (_name, revoke, reason) => {
    const here = await stage();
    await expectOver(await tokenOf(here.program.as(here.admin)), revoke, here, { reason });
  });

  test.each([
    ['person suspended', person({ status: 'SUSPENDED' }), 'NOT_A_TARGET'],
    ['person removed', person({ removedAt: now }), 'NOT_A_TARGET'],
    ['membership removed', removed, 'NOT_A_TARGET'],
    ['grant revoked', revoked, 'NOT_COVERED'],
    ['grant expired', expired, 'NOT_COVERED'],
  ])('%s, of one that acts as them', async (_name, revoke, reason) => {
    const here = await stage();
    const end = { code: 'FORBIDDEN', denial: expect.objectContaining({ reason }) };
    await expectOver(await tokenOf(here.program.as(here.admin)), revoke, here, end);
  });

  test.each([
    ['person suspended', person({ status: 'SUSPENDED' }), 'SUSPENDED'],
    ['person removed', person({ removedAt: now }), 'INVALID_CREDENTIAL'],
  ])('%s, with the token of an API key', async (_name, revoke, reason) => {
    const here = await stage();
    const token = await tokenOf(await withApiKey(here.here, here.admin));
    await expectOver(token, revoke, here, { reason });
  });

  test('one grant of several, and nothing but what it let into', async () => {
    const here = await stage();
    const { admin, program, dataset } = here;
    const other = await here.here.dataset({ members: [{ user: admin, role: 'ADMIN' }] });
    await here.here.letAct(program, { flowId: other.rowId });
    const token = await tokenOf(program.as(admin));
    const actor = bearer(program, token);
    expect(await actor.run(NAME, { id: dataset.id })).toSucceed();
    const { client } = await testDatabase();
    const where = { serviceAccountId: program.id, flowId: dataset.rowId };
    await client.impersonationGrant.updateMany({ where, data: { revokedAt: now } });
    const closed = await actor.run(NAME, { id: dataset.id });
    expect(closed.errors?.[0]?.extensions['denial']).toMatchObject({ reason: 'NOT_COVERED' });
    expect(await actor.run(NAME, { id: other.id })).toSucceed();
    expect((await introspect(program, token)).body).toMatchObject({ active: true });
  });
});

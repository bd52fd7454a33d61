import { v7 as uuidv7 } from 'uuid';
import { describe, expect, test } from 'vitest';

import type { Denial } from '../../src/authz/decide.js';
import type { Actor, Result } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import {
  AddDatasetRows,
  GetDataset,
  GetNode,
  ListDatasets,
  ReadHistoryParties,
  ReadOwnCredentials,
  ReadParties,
  RenameDataset,
} from '../support/operations.js';
import { refusalIn, table } from '../support/table.js';
import { globalId } from '../support/world.js';

async function stage() {
  const all = await table([{ name: 'Name', type: 'TEXT' }]);
  const program = await all.here.program('Night shift');
  const grant = await all.here.letAct(program, { flowId: all.dataset.rowId });
  const key = { id: globalId('ServiceAccount', program.id), name: 'Night shift' };
  return { ...all, program, grant, key };
}

const rowIdOf = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';

const denialOf = (result: Result) => refusalIn(result)['denial'] as Denial;

const rename = (who: Actor, datasetId: string) =>
  who.run(RenameDataset, { input: { datasetId, name: 'Another' } });

describe('a service account that acts as a person', () => {
  test('is the actor, and the person the subject, in me', async () => {
    const { program, member, key } = await stage();
    const result = await program.as(member).run(ReadParties);
    expect(result).toSucceed();
    const person = { id: globalId('User', member.id), name: member.name };
    expect(result.data?.me).toEqual({
      subject: { ...person, kind: 'USER', handle: null },
      actor: { ...key, kind: 'SERVICE_ACCOUNT', handle: 'sa:night-shift' },
      user: { id: person.id, email: member.email },
      permissions: [],
    });
  });

  test('writes as the person, and both names are in the history', async () => {
    const { program, admin, member, dataset, key } = await stage();
    const input = { datasetId: dataset.id, rows: [{ name: 'Lamp' }] };
    const result = await program.as(member).run(AddDatasetRows, { input });
    expect(result).toSucceed();
    const { client } = await testDatabase();
    const row = await client.datasetRow.findFirstOrThrow({ where: { flowId: dataset.rowId } });
    expect(row.createdById).toBe(member.id);
    const { data } = await admin.run(ReadHistoryParties, { id: dataset.id });
    expect(data?.dataset?.history?.edges[0]?.node).toMatchObject({
      action: 'DATASET_ROW_ADDED',
      subject: { name: member.name, kind: 'USER' },
      actor: { name: key.name, handle: 'sa:night-shift' },
    });
  });

  test('leaves entries with the key, itself, the person, the grant and the reason', async () => {
    const { program, member, dataset, grant } = await stage();
    const { client } = await testDatabase();
    const key = await client.accessKey.findFirstOrThrow({
      where: { serviceAccountId: program.id },
    });
    const chain = {
      credentialKind: 'accessKey',
      credentialId: key.id,
      actorId: program.id,
      subjectId: member.id,
      grantId: rowIdOf(grant),
      reason: 'Ärger mit №7 😀',
    };
    const reason = Buffer.from(chain.reason).toString('latin1');
    const acting = program.as(member, reason);
    const input = { datasetId: dataset.id, rows: [{ name: 'Lamp' }] };
    await expect(await acting.run(AddDatasetRows, { input })).toHaveAudited({
      ...chain,
      action: 'datasetRow.added',
      outcome: 'SUCCEEDED',
      via: 'DIRECT',
    });
    await expect(await rename(acting, dataset.id)).toHaveAudited({
      ...chain,
      action: 'dataset.renamed',
      outcome: 'REFUSED',
      code: 'FORBIDDEN',
    });
    await expect(await acting.run(GetDataset, { id: dataset.id })).toHaveAudited({
      ...chain,
      action: 'operation.queried',
      outcome: 'SUCCEEDED',
    });
  });

  test('says why in at most 500 characters, whatever characters', async () => {
    const { program, member, dataset } = await stage();
    const ask = (reason?: string) =>
      program
        .as(member, reason === undefined ? undefined : Buffer.from(reason).toString('latin1'))
        .run(GetDataset, { id: dataset.id });
    for (const good of [undefined, '', 'x'.repeat(500), 'ж'.repeat(500), '😀'.repeat(500)]) {
      const result = await ask(good);
      expect(result).toSucceed();
      await expect(result).toHaveAudited({ reason: good ?? null });
    }
    for (const bad of ['x'.repeat(501), 'ж'.repeat(501), '😀'.repeat(501)]) {
      expect(await ask(bad)).toFail('INVALID_INPUT');
    }
  });

  test('sees and ends nothing of what signs the person in', async () => {
    const { program, admin } = await stage();
    const result = await program.as(admin).run(ReadOwnCredentials);
    expect(result.data?.me).toEqual({
      permissions: [],
      sessions: null,
      apiKeys: null,
      actedOnBehalf: null,
    });
    const reasons = result.errors?.map(({ extensions }) => (extensions['denial'] as Denial).reason);
    expect(reasons).toEqual(['SIGN_IN_REQUIRED', 'SIGN_IN_REQUIRED', 'SIGN_IN_REQUIRED']);
  });
});

describe('of the three checks', () => {
  test('the grant comes first, then the person, then what the person may', async () => {
    const { here, program, member, viewer, outsider, dataset } = await stage();
    const elsewhere = await here.dataset({ members: [{ user: member, role: 'ADMIN' }] });
    const ask = async (who: Actor, datasetId: string) => {
      const { reason, checks } = denialOf(await rename(program.as(who), datasetId));
      return [reason, ...checks.map(({ step, ok }) => `${step} ${ok}`)];
    };
    // Nothing is granted there, whoever it is.
    for (const who of [member, viewer, outsider]) {
      expect(await ask(who, elsewhere.id)).toEqual(['NOT_COVERED', 'IMPERSONATION_GRANT false']);
    }
    expect(await ask(outsider, dataset.id)).toEqual([
      'NOT_A_TARGET',
      'IMPERSONATION_GRANT true',
      'IMPERSONATION_TARGET false',
    ]);
    expect((await ask(viewer, dataset.id)).slice(0, 5)).toEqual([
      'ROLE_LACKS_PERMISSION',
      'IMPERSONATION_GRANT true',
      'IMPERSONATION_TARGET true',
      'SUBJECT_RIGHTS false',
      'ROLE false',
    ]);
  });

  test('the first answers the same for a dataset that is there and one that is not', async () => {
    const { here, program, member } = await stage();
    const name = `Hidden ${uuidv7()}`;
    const [uncovered] = await here.datasets([{ name, members: [{ user: member, role: 'ADMIN' }] }]);
    const acting = program.as(member);
    const id = uncovered?.id ?? '';
    const nowhere = globalId('Dataset', uuidv7());
    for (const run of [
      (which: string) => acting.run(GetDataset, { id: which }),
      (which: string) => rename(acting, which),
      (which: string) => acting.run(GetNode, { id: which }),
      (which: string) =>
        acting.run('query ($id: ID!) { a: dataset(id: $id) { name } b: node(id: $id) { id } }', {
          id: which,
        }),
    ]) {
      const [there, none] = [await run(id), await run(nowhere)];
      expect(there.errors).toBeTruthy();
      expect(there.text).toBe(none.text);
      expect(there.statements).toBe(none.statements);
    }
    expect(denialOf(await acting.run(GetDataset, { id })).reason).toBe('NOT_COVERED');
    expect(await acting.run(GetNode, { id })).toFail('NOT_FOUND');
    const list = await acting.run(ListDatasets, { first: 10 });
    expect(list.data?.datasets).toMatchObject({ totalCount: 1, pageInfo: { hasNextPage: false } });
    const search = await acting.run(ListDatasets, { filter: { search: name } });
    expect(search.data?.datasets).toMatchObject({ totalCount: 0, edges: [] });
    // A cursor that points to what is not seen tells nothing of it.
    const own = await member.run(ListDatasets, { first: 1 });
    const after = own.data?.datasets?.pageInfo.endCursor ?? null;
    const beyond = await acting.run(ListDatasets, { first: 10, after });
    expect(beyond.data?.datasets?.totalCount).toBe(1);
  });
});

describe('a person who is out of reach', () => {
  test('is answered for, to the byte and at the same cost, like one who does not exist', async () => {
    const { here, program, member, outsider, stranger, dataset } = await stage();
    const suspended = await here.person({ suspended: true });
    const removed = await here.person();
    const groupId = await here.group([member]);
    const other = await here.program('Another');
    const { client } = await testDatabase();
    await client.user.update({ where: { id: removed.id }, data: { removedAt: new Date() } });
    await client.flowMember.createMany({
      data: [suspended, removed, stranger].map(({ id }) => ({
        accountId: here.accountId,
        flowId: dataset.rowId,
        role: 'ADMIN' as const,
        userId: id,
      })),
    });
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: dataset.rowId,
        role: 'ADMIN',
        serviceAccountId: other.id,
      },
    });
    const person = globalId('User', member.id);
    const asks = [
      (who: Actor) => who.run(ReadParties),
      (who: Actor) => who.run(GetDataset, { id: dataset.id }),
      (who: Actor) => who.run(ListDatasets, {}),
      (who: Actor) => who.run(GetNode, { id: dataset.id }),
      (who: Actor) => rename(who, dataset.id),
    ];
    const nobody = program.asId(globalId('User', uuidv7()));
    for (const ask of asks) {
      const expected = await ask(nobody);
      expect(expected).toFail(expected.errors?.[0]?.extensions.code ?? 'an error');
      for (const actAs of [
        globalId('User', outsider.id),
        globalId('User', suspended.id),
        globalId('User', removed.id),
        globalId('User', stranger.id),
        globalId('ServiceAccount', other.id),
        globalId('ServiceAccount', program.id),
        globalId('User', program.id),
        globalId('Group', groupId),
        dataset.id,
        member.id,
        'garbage',
        '',
        `${person}, ${person}`,
        `${person}=`,
      ]) {
        const result = await ask(program.asId(actAs));
        expect(result.text).toBe(expected.text);
        expect(result.statements).toBe(expected.statements);
      }
    }
  });

  test('is out of reach of sessions and API keys, too', async () => {
    const { member, admin } = await stage();
    const { app, headers } = admin;
    const acting = { ...headers, 'x-act-as': globalId('User', member.id) };
    const request = new Request('http://gateway.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...acting },
      body: JSON.stringify({ query: '{ me { permissions } }' }),
    });
    const answer = await (await app.fetch(request, { address: '192.0.2.7' })).json();
    expect(answer).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'ACT_AS_NEEDS_ACCESS_KEY' } }],
    });
  });
});

describe('memberships of the service account itself', () => {
  test('count for nothing while it acts, and the person’s for nothing while it does not', async () => {
    const { here, program, viewer, member, dataset } = await stage();
    const own = await here.dataset({
      members: [{ serviceAccountId: program.id, role: 'ADMIN' }],
    });
    const { client } = await testDatabase();
    expect(denialOf(await rename(program.as(viewer), own.id)).reason).toBe('NOT_COVERED');
    expect(await rename(program, own.id)).toSucceed();
    await expect(await program.run(GetDataset, { id: dataset.id })).toBeHidden();
    await client.flowMember.create({
      data: {
        accountId: here.accountId,
        flowId: dataset.rowId,
        role: 'ADMIN',
        serviceAccountId: program.id,
      },
    });
    expect(await rename(program, dataset.id)).toSucceed();
    for (const who of [viewer, member]) {
      expect(await rename(program.as(who), dataset.id)).toBeDenied({ missing: 'dataset:rename' });
    }
    const list = await program.as(viewer).run(ListDatasets, {});
    expect(list.data?.datasets?.edges.map(({ node }) => node.id)).toEqual([dataset.id]);
  });
});

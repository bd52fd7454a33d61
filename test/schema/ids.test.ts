import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { isInterfaceType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';

import { decodeId, encodeId, idOf } from '../../src/domain/ids.js';
import { buildSchema } from '../../src/schema/index.js';
import type { Actor } from '../support/actor.js';
import { testDatabase } from '../support/database.js';
import { createFlows, KINDS, TYPENAMES } from '../support/flow-world.js';
import { GetDataset, GetNode } from '../support/operations.js';
import { globalId, world } from '../support/world.js';

const schema = buildSchema();
const node = schema.getType('Node');
const NODE_TYPES = isInterfaceType(node)
  ? schema
      .getPossibleTypes(node)
      .map(({ name }) => name)
      .toSorted()
  : [];

const NOWHERE = '00000000-0000-0000-0000-000000000000';

describe('an id', () => {
  const types = fc.constantFrom('User', 'Dataset', 'DatasetMember', 'AuditEntry');

  test('is read back as what it names', () => {
    fc.assert(
      fc.property(types, fc.uuid(), (typename, id) => {
        expect(decodeId(encodeId(typename, id))).toEqual({ typename, id });
        expect(idOf(typename, encodeId(typename, id))).toBe(id);
        expect(idOf('Other', encodeId(typename, id))).toBe(NOWHERE);
      }),
    );
  });

  test('has one spelling', () => {
    fc.assert(
      fc.property(
        types,
        fc.uuid(),
        fc.nat(),
        fc.string({ maxLength: 2 }),
        (typename, id, at, more) => {
          const text = encodeId(typename, id);
          const place = at % (text.length + 1);
          const other = text.slice(0, place) + more + text.slice(place);
          fc.pre(other !== text);
          const decoded = decodeId(other);
          if (decoded.typename !== '') expect(encodeId(decoded.typename, decoded.id)).toBe(other);
        },
      ),
      { numRuns: 1_000 },
    );
    const id = encodeId('User', randomUUID());
    for (const other of [`${id}=`, `${id}\n`, ` ${id}`, id.slice(0, -1), `${id}AA`]) {
      expect(decodeId(other), other).toEqual({ typename: '', id: NOWHERE });
    }
  });

  test('of nothing names nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeId(text)).toEqual({ typename: '', id: NOWHERE });
        const wrapped = Buffer.from(`User:${text}`).toString('base64url');
        expect(decodeId(wrapped)).toEqual({ typename: '', id: NOWHERE });
      }),
    );
  });
});

function isFlow(typename: string): boolean {
  return Object.values<string>(TYPENAMES).includes(typename);
}

describe('node', () => {
  const ids: Record<string, string> = {};
  let admin: Actor;
  let superAdmin: Actor;
  let anonymous: Actor;

  beforeAll(async () => {
    const { client } = await testDatabase();
    const made = await world();
    ({ admin, superAdmin, anonymous } = made);
    const { accountId } = made.here;
    const data = { accountId, action: 'thing.done', outcome: 'SUCCEEDED' as const, requestId: 'r' };
    const session = await client.session.findFirstOrThrow({ where: { userId: superAdmin.id } });
    const decoded = (id: string) => decodeId(id).id;
    const members = [{ user: admin, role: 'OWNER' }] as const;
    const flows = await createFlows(
      made.here,
      KINDS.map((kind) => ({ kind, members })),
    );
    for (const [at, kind] of KINDS.entries()) ids[TYPENAMES[kind]] = flows[at]?.rowId ?? '';
    const program = await made.here.program();
    const key = await client.accessKey.findFirstOrThrow({
      where: { serviceAccountId: program.id },
    });
    const grantId = await made.here.letAct(program, { flowId: made.dataset.rowId });
    const invitation = await client.invitation.create({
      data: {
        accountId,
        email: 'invited@example.test',
        secretHash: new Uint8Array(32),
        pepperVersion: 1,
        sentAt: new Date(),
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    const review = await client.accessReview.create({
      data: { accountId, scope: 'GROUPS', dueAt: new Date() },
    });
    const request = await client.accessRequest.create({
      data: { accountId, requesterId: admin.id, accountRole: 'ADMIN' },
    });
    Object.assign(ids, {
      AccessKey: key.id,
      AccessRequest: request.id,
      AccessReview: review.id,
      Account: accountId,
      AuditEntry: (await client.auditEntry.create({ data })).id,
      Dataset: made.dataset.rowId,
      DatasetMember: decoded(made.memberships.viewer),
      FlowMember: decoded(flows[0]?.memberIds[0] ?? ''),
      ImpersonationGrant: decoded(grantId),
      Invitation: invitation.id,
      Group: await made.here.group([admin]),
      Role: (await client.role.findFirstOrThrow({ where: { accountId } })).id,
      ServiceAccount: program.id,
      Session: session.id,
      User: admin.id,
    });
  });

  test('finds an object of every type for whoever may see it', async () => {
    expect(Object.keys(ids).toSorted()).toEqual(NODE_TYPES);
    for (const [typename, id] of Object.entries(ids)) {
      const result = await superAdmin.run(GetNode, { id: globalId(typename, id) });
      expect(result, typename).toSucceed();
      expect(result.data?.node).toEqual({ __typename: typename, id: globalId(typename, id) });
    }
  });

  test('finds nothing of a type under the name of another', async () => {
    for (const typename of [...NODE_TYPES, 'DatasetView', 'Query', 'Node', 'Flow', 'constructor']) {
      for (const [type, id] of Object.entries(ids)) {
        // The kinds of flow among each other have a test of their own.
        if (type === typename || (isFlow(type) && isFlow(typename))) continue;
        const result = await superAdmin.run(GetNode, { id: globalId(typename, id) });
        await expect(result, `${typename} of a ${type}`).toBeHidden();
      }
    }
  });

  test('finds no dataset behind a flow of another kind', async () => {
    const { client } = await testDatabase();
    const accountId = ids['Account'] ?? '';
    for (const kind of [
      'PROCESS',
      'BOARD',
      'APP',
      'LIST',
      'INTEGRATION',
      'CHAT',
      'SPACE',
    ] as const) {
      const flow = await client.flow.create({
        data: {
          accountId,
          kind,
          name: 'No dataset',
          nameKey: 'no dataset',
          members: { create: { accountId, userId: admin.id, role: 'ADMIN' } },
        },
        include: { members: true },
      });
      for (const actor of [admin, superAdmin]) {
        const id = globalId('Dataset', flow.id);
        await expect(await actor.run(GetNode, { id })).toBeHidden();
        await expect(await actor.run(GetDataset, { id })).toBeHidden();
        const memberId = globalId('DatasetMember', flow.members[0]?.id ?? '');
        await expect(await actor.run(GetNode, { id: memberId })).toBeHidden();
      }
    }
  });

  test('finds nothing for whoever is not signed in', async () => {
    const texts = new Set<string>();
    for (const [typename, id] of Object.entries({ ...ids, Unknown: randomUUID() })) {
      const result = await anonymous.run(GetNode, { id: globalId(typename, id) });
      expect(result).toFail('UNAUTHENTICATED');
      texts.add(result.text);
    }
    expect(texts.size).toBe(1);
  });
});

import {
  GraphQLID,
  GraphQLString,
  getNamedType,
  isInputObjectType,
  isLeafType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';

import { mintToken } from '../../src/authn/token.js';
import { ERROR_CODES } from '../../src/errors.js';
import { buildSchema } from '../../src/schema/index.js';
import { SECRET } from '../support/app.js';
import { testDatabase, testDatabaseKind } from '../support/database.js';
import { createFlow } from '../support/flow-world.js';
import { askFor } from '../support/requests.js';
import { beginReview } from '../support/review.js';
import { globalId, world } from '../support/world.js';

const schema = buildSchema();
type Kind = 'query' | 'mutation';
type Path = readonly string[];

/** Where a client may write whatever it likes. */
interface Place {
  readonly kind: Kind;
  readonly field: GraphQLField<unknown, unknown>;
  readonly path: Path;
}

const PLACES: Place[] = (['query', 'mutation'] as const).flatMap((kind) =>
  Object.values(
    (kind === 'query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {},
  ).flatMap((field) =>
    field.args
      .flatMap(({ name, type }) => textsOf(type, [name]))
      .map((path) => ({ kind, field, path })),
  ),
);

/** A type that holds itself is looked into once. */
function textsOf(type: GraphQLInputType, path: Path, within: readonly string[] = []): Path[] {
  const named = getNamedType(type);
  if (named === GraphQLString || named === GraphQLID) return [path];
  if (!isInputObjectType(named) || within.includes(named.name)) return [];
  return Object.values(named.getFields()).flatMap((field) =>
    textsOf(field.type, [...path, field.name], [...within, named.name]),
  );
}

/** What is in every other place while one holds hostile text: values that lead deep into the work. */
type Values = Record<string, unknown>;

/** What a database can stumble over, other than the code before it. */
const FOR_DATABASES = {
  NUL: 'a\0b',
  'half a surrogate': '\uD83E',
  'the other half': 'x\uDD8A',
  'a wildcard': '%_%\\',
  SQL: `'); DROP TABLE "user"; --`,
  'ten thousand': 'x'.repeat(10_000),
};

const HOSTILE = {
  ...FOR_DATABASES,
  nothing: '',
  spaces: ' \t\n\u00A0\u2003',
  JSON: '{"not":null}',
  'right to left': '\u202Eabc\u2066',
  'a number': '-0',
  'emoji and accents': 'Zoë 🦊 \u0301\u0301\u0301',
  'an id of nothing': Buffer.from('Dataset:00000000-0000-0000-0000-00000000000g').toString(
    'base64',
  ),
  prototype: '__proto__',
};

describe('hostile text in any place that takes text is taken, or refused with a code', () => {
  let values: Values;
  let run: (place: Place, texts: readonly string[]) => Promise<void>;

  beforeAll(async () => {
    const { here, dataset, memberships, superAdmin } = await world();
    const members = [{ user: superAdmin, role: 'OWNER' }] as const;
    const flow = await createFlow(here, { kind: 'BOARD', name: 'A board', members });
    const program = await here.program();
    const { client } = await testDatabase();
    const key = await client.accessKey.findFirstOrThrow({
      where: { serviceAccountId: program.id },
    });
    const role = await client.role.create({
      data: {
        accountId: here.accountId,
        name: dataset.name,
        nameKey: dataset.name.toLowerCase(),
        permissions: ['user:read'],
      },
    });
    const roleId = globalId('Role', role.id);
    values = {
      userId: globalId('User', (await here.person()).id),
      roleId,
      roleIds: [roleId],
      parentIds: [],
      permissions: ['account:read'],
      groupId: globalId('Group', await here.group([])),
      toUserId: globalId('User', superAdmin.id),
      accessReviewId: await beginReview(superAdmin, { scope: 'GROUPS' }),
      lineIds: [superAdmin.id],
      requestId: await askFor(superAdmin, ['apiKey:manage']),
      on: dataset.id,
      operation: 'Mutation.renameDataset',
      document: '{ me { permissions } }',
      batchId: superAdmin.id,
      confirm: true,
      plan: 'ENTERPRISE',
      invitationDays: 7,
      reviewDays: 90,
      serviceAccountId: globalId('ServiceAccount', program.id),
      userIds: [globalId('User', superAdmin.id)],
      accessKeyId: globalId('AccessKey', key.id),
      grantId: await here.letAct(program, { flowId: dataset.rowId }),
      purpose: 'A purpose',
      isActive: true,
      datasetId: dataset.id,
      memberId: memberships.viewer,
      flowId: flow.id,
      kind: 'BOARD',
      kinds: ['BOARD'],
      id: dataset.id,
      role: 'VIEWER',
      email: superAdmin.email,
      password: 'wrong',
      name: dataset.name,
      description: 'A description',
      orderBy: 'NAME_ASC',
      type: 'TEXT',
      direction: 'ASC',
      format: 'CSV',
      position: 0,
      rows: {},
      version: 1,
      values: {},
      fieldId: dataset.id,
      viewId: dataset.id,
      importId: dataset.id,
      fileName: 'a.csv',
      column: 'A column',
      field: 'name',
      equals: 'x',
      token: mintToken('invitation', superAdmin.id, SECRET).token,
      currentPassword: 'wrong',
      newPassword: 'wrong',
    };
    await superAdmin.run(
      'mutation ($input: AssumeDatasetRoleInput!) { assumeDatasetRole(input: $input) { __typename } }',
      { input: { datasetId: dataset.id, role: 'ADMIN' } },
    );
    const send = async ({ kind, field, path }: Place, texts: readonly string[]) => {
      const asked = texts.map((text, at) =>
        field.args.flatMap(({ name, type }) => {
          const value = valueOf(type, [name], path, text);
          const variable = `${name}${at}`;
          return [{ name, variable, type: String(type), value }];
        }),
      );
      const all = asked.flat();
      const operation = `${kind} (${all.map(({ variable, type }) => `$${variable}: ${type}`).join(', ')}) {
        ${asked
          .map((args, at) => {
            const given = args.map(({ name, variable }) => `${name}: $${variable}`).join(', ');
            return `at${at}: ${field.name}(${given}) { __typename }`;
          })
          .join('\n')}
      }`;
      const variables = Object.fromEntries(
        all.flatMap(({ variable, value }) => (value === undefined ? [] : [[variable, value]])),
      );
      const first = await superAdmin.run(operation, variables);
      for (const { extensions } of first.errors ?? []) {
        expect(Object.keys(ERROR_CODES), first.text).toContain(extensions.code);
        expect(['INTERNAL', 'BAD_REQUEST'], first.text).not.toContain(extensions.code);
      }
      expect(first.status).toBe(200);
      return first;
    };
    run = async (place, texts) => {
      const { data } = await send(place, texts);
      // A field that cannot be null takes its neighbours along: then each is sent for itself.
      if (!data) for (const text of texts) await send(place, [text]);
    };
  });

  function valueOf(
    type: GraphQLInputType,
    at: Path,
    path: Path,
    text: string,
    within: readonly string[] = [],
  ): unknown {
    if (at.join('.') === path.join('.')) return text;
    const named = getNamedType(type);
    if (isInputObjectType(named)) {
      if (within.includes(named.name)) return undefined;
      const entries = Object.values(named.getFields()).map((field) => [
        field.name,
        valueOf(field.type, [...at, field.name], path, text, [...within, named.name]),
      ]);
      return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
    }
    return isLeafType(named) ? values[at.at(-1) ?? ''] : undefined;
  }

  test('which are these', () => {
    const names = PLACES.map(({ field, path }) => [field.name, ...path.slice(-1)].join('.'));
    for (const known of [
      'datasets.search',
      'datasets.after',
      'addDatasetMember.nameOrEmail',
      'addDatasetMember.granteeId',
      'deleteDataset.name',
      'flows.search',
      'flow.id',
      'createFlow.name',
      'renameFlow.flowId',
      'deleteFlow.name',
      'addFlowMember.nameOrEmail',
      'inviteUser.email',
      'inviteUser.groupIds',
      'resendInvitation.invitationId',
      'acceptInvitation.token',
      'acceptInvitation.name',
      'acceptInvitation.password',
      'invitationPreview.token',
      'changePassword.newPassword',
      'requestPasswordReset.email',
      'resetPassword.token',
      'signIn.account',
      'signIn.email',
      'signIn.password',
      'auditLog.principal',
      'serviceAccounts.search',
      'createServiceAccount.purpose',
      'createAccessKey.permissions',
      'rotateApiKey.accessKeyId',
      'grantImpersonation.handle',
      'grantImpersonation.reason',
      'revokeImpersonation.grantId',
      'groups.search',
      'createGroup.name',
      'addGroupMembers.userIds',
      'deleteGroup.name',
      'requestAccess.permissions',
      'requestAccess.operation',
      'requestAccess.note',
      'approveAccessRequest.requestId',
      'refuseAccessRequest.note',
      'accessRequests.on',
      'revokeSession.sessionId',
      'revokeSessions.userId',
      'addDatasetField.helpText',
      'createDatasetView.contains',
      'exportDataset.search',
      'startDatasetImport.fileName',
      'runDatasetImport.column',
      'node.id',
      'users.search',
      'users.after',
      'updateUser.email',
      'updateProfile.name',
      'assignRoles.roleIds',
      'removeUser.userId',
      'createRole.permissions',
      'updateRole.description',
      'deleteRole.name',
      'updateAccount.name',
    ]) {
      expect(names).toContain(known);
    }
  });

  test.each(PLACES.map((place) => [place.field.name, place.path.join('.'), place] as const))(
    '%s(%s)',
    async (_field, _path, place) => {
      await run(place, Object.values(testDatabaseKind() === 'postgres' ? HOSTILE : FOR_DATABASES));
    },
  );
});

import { PothosSchemaError } from '@pothos/core';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import { describe, expect, test } from 'vitest';

import { builder } from '../../src/schema/builder.js';
import { buildSchema } from '../../src/schema/index.js';

const schema = buildSchema();
const types = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
const objects = types.filter(isObjectType);
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

interface Options {
  grantScopes?: unknown;
  authScopes?: unknown;
  audit?: unknown;
}

/** What the author of a type wrote. */
function optionsOfType(type: string): Options {
  return builder.configStore.getTypeConfig(type).pothosOptions as Options;
}

/** The interfaces of a type: what it does not say of a field itself they do. */
function interfacesOf(type: string): string[] {
  const named = schema.getType(type);
  return isObjectType(named) ? named.getInterfaces().map(({ name }) => name) : [];
}

/** What the author of a field wrote. */
function optionsOfField(type: string, field: string): Options {
  const of = [type, ...interfacesOf(type)].map((name) => builder.configStore.getFields(name));
  const options = of.find((own) => own.has(field))?.get(field)?.pothosOptions;
  if (!options) throw new Error(`There is no ${type}.${field}.`);
  return options as Options;
}

/** Does it while a type has no rule. */
function buildWithout(type: string, build: () => void): void {
  const options = optionsOfType(type);
  const { authScopes } = options;
  options.authScopes = undefined;
  try {
    build();
  } finally {
    options.authScopes = authScopes;
  }
}

/** Builds the real schema with one thing that its author wrote otherwise, and puts it back. */
function buildWith(options: Options, name: keyof Options, value?: unknown): void {
  const before = options[name];
  options[name] = value;
  try {
    buildSchema();
  } finally {
    options[name] = before;
  }
}

const ruled = objects.filter(({ name }) => optionsOfType(name).authScopes);
const unruled = objects.filter(({ name }) => !optionsOfType(name).authScopes);

describe('the schema does not build', () => {
  test('from the same code without a reason', () => {
    expect(() =>
      buildWith(optionsOfField('Query', 'me'), 'authScopes', { authenticated: true }),
    ).not.toThrow();
    expect(unruled.map(({ name }) => name).toSorted()).toEqual([
      'Mutation',
      'Query',
      'Subscription',
    ]);
  });

  test.each(unruled.flatMap(fieldsOf))('without the rule of %s.%s', (type, field) => {
    expect(() => buildWith(optionsOfField(type, field), 'authScopes')).toThrow(
      new PothosSchemaError(
        `${type}.${field} has no rule: give it or its type authScopes, or say why it is public.`,
      ),
    );
  });

  test.each(ruled.map(({ name }) => name))('without the rule of %s', (type) => {
    const open = fieldsOf(schema.getType(type) as GraphQLObjectType)
      .map(([, field]) => field)
      .filter((field) => !optionsOfField(type, field).authScopes);
    expect(open.length).toBeGreaterThan(0);
    expect(() => buildWith(optionsOfType(type), 'authScopes')).toThrow(
      new RegExp(`^${type}\\.(${open.join('|')}) has no rule`),
    );
  });

  test('without the rule of a type for what it has of its interface', () => {
    const rule = { public: 'All that the type says itself has a rule of its own.' };
    const build = () => buildWith(optionsOfField('Process', 'id'), 'authScopes', rule);
    expect(build).not.toThrow();
    expect(() => buildWithout('Process', build)).toThrow(/^Process\.\w+ has no rule/);
  });

  test.each(mutations.map(({ name }) => name))('without the audit event of %s', (name) => {
    expect(() => buildWith(optionsOfField('Mutation', name), 'audit')).toThrow(
      `Mutation.${name} names no audit event`,
    );
  });

  test.each([
    ['nothing', {}, 'A rule is one scope'],
    ['two scopes', { authenticated: true, account: 'user:read' }, 'A rule is one scope'],
    ['a scope beside the open one', { public: 'x', authenticated: true }, 'A rule is one scope'],
    ['a scope that does not print itself', { self: 'x' }, 'self does not print itself'],
    ['a choice that does not print itself', { $any: { authenticated: true } }, 'does not print'],
    ['a function that does not print itself', () => ({ public: 'x' }), 'must print itself'],
    ['a function that says always', () => true, 'must print itself'],
  ])('with a rule of %s', (_name, authScopes, message) => {
    for (const options of [optionsOfField('Query', 'me'), optionsOfType('User')]) {
      expect(() => buildWith(options, 'authScopes', authScopes)).toThrow(message);
    }
  });
});

function fieldsOf(type: GraphQLObjectType): (readonly [type: string, field: string])[] {
  return Object.keys(type.getFields()).map((field) => [type.name, field] as const);
}

/** What the schema prints of a field or a type. */
function printedOf({ extensions }: { extensions: object }) {
  const { directives = {} } = extensions as {
    directives?: { rule?: { is: string }; semanticNonNull?: object };
  };
  return directives;
}

const fields = objects.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({ type, field })),
);

// By hand: who is met where is a decision.
test('only what hangs on an object that its reader can see leads to whom one meets', () => {
  const somebody = new Set(['User', 'Group', 'ServiceAccount', 'Grantee', 'Principal']);
  const grants = ({ name }: GraphQLObjectType, field: string) =>
    optionsOfField(name, field).grantScopes;
  const leading = fields.filter(({ field }) => somebody.has(getNamedType(field.type).name));
  const told = leading.map(
    ({ type, field }) => [`${type.name}.${field.name}`, grants(type, field.name)] as const,
  );
  expect(Object.fromEntries(told)).toEqual({
    'AccessExplanation.groups': undefined,
    'AccessHolder.groups': undefined,
    'AccessHolder.user': ['met'],
    'AccessHolderProgram.actingAs': ['met'],
    'AccessHolderProgram.groups': undefined,
    'AccessHolderProgram.serviceAccount': ['met'],
    'AccessKey.createdBy': undefined,
    'AccessRequest.decidedBy': ['met'],
    'AccessRequest.requester': ['met'],
    'AccessReview.closedBy': ['met'],
    'AccessReview.startedBy': ['met'],
    'AccessReviewLine.decidedBy': ['met'],
    'AccessReviewLine.holder': ['met'],
    'AddGroupMembersPayload.group': undefined,
    'ActionOnBehalf.actor': ['met'],
    'AssignRolesPayload.user': undefined,
    'AuditEntry.actor': ['met'],
    'AuditEntry.subject': ['met'],
    'App.createdBy': ['met'],
    'Board.createdBy': ['met'],
    'Chat.createdBy': ['met'],
    'FlowMember.addedBy': ['met'],
    'FlowMember.grantee': ['met'],
    'Integration.createdBy': ['met'],
    'InactiveUserEdge.node': undefined,
    'Invitation.groups': ['met'],
    'Invitation.invitedBy': ['met'],
    'List.createdBy': ['met'],
    'Process.createdBy': ['met'],
    'Space.createdBy': ['met'],
    'CreateGroupPayload.group': ['met'],
    'CreateServiceAccountPayload.serviceAccount': ['met'],
    'Dataset.createdBy': ['met'],
    'DatasetMember.addedBy': ['met'],
    'DatasetMember.grantee': ['met'],
    'DatasetView.createdBy': ['met'],
    'DisableServiceAccountPayload.serviceAccount': undefined,
    'EnableServiceAccountPayload.serviceAccount': undefined,
    'FlowAccess.groups': undefined,
    'GroupEdge.node': undefined,
    'GroupMemberEdge.node': undefined,
    'ImpersonationGrant.grantedBy': ['met'],
    'ImpersonationGrant.serviceAccount': ['met'],
    'Me.actor': ['met'],
    'Me.subject': ['met'],
    'Me.user': ['met'],
    'OffboardingPlan.user': undefined,
    'Query.group': undefined,
    'Query.serviceAccount': undefined,
    'Query.user': undefined,
    'ReactivateUserPayload.user': undefined,
    'RoleHolderEdge.node': undefined,
    'RemoveGroupMembersPayload.group': undefined,
    'RenameGroupPayload.group': undefined,
    'ServiceAccount.createdBy': undefined,
    'ServiceAccountEdge.node': undefined,
    'SuspendUserPayload.user': undefined,
    'UpdateProfilePayload.user': undefined,
    'UpdateServiceAccountPayload.serviceAccount': undefined,
    'UpdateUserPayload.user': undefined,
    'User.addedBy': undefined,
    'UserEdge.node': undefined,
    'UserGroupEdge.node': undefined,
  });
  const granting = fields.filter(({ type, field }) => grants(type, field.name));
  expect(granting).toHaveLength(34);
  expect(objects.filter(({ name }) => 'grantScopes' in optionsOfType(name))).toEqual([]);
});

describe('the schema prints', () => {
  test('the rule of every field, on the field or on its type', () => {
    const silent = fields.filter(
      ({ type, field }) => !printedOf(field).rule?.is && !printedOf(type).rule?.is,
    );
    expect(silent.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
  });

  test('the rule in the description too, with the roles that pass it', () => {
    for (const { type, field } of fields) {
      for (const printed of [field, type]) {
        const rule = printedOf(printed).rule?.is;
        if (!rule || (rule === 'public' && printed === type)) continue;
        expect(printed.description, printed.name).toContain(`\n\nRule: ${rule}`);
      }
    }
    expect(schema.getQueryType()?.getFields()['auditLog']?.description).toMatch(
      /\n\nRule: account: auditLog:read — Super Admin, IAM Admin, Admin$/,
    );
  });

  // By hand: what is open to everybody is a decision.
  test('as public only what is reached through something guarded, signing in, and what a link is for', () => {
    const isPublic = (printed: { extensions: object }) => printedOf(printed).rule?.is === 'public';
    expect(fields.filter(({ field }) => isPublic(field)).map(({ field }) => field.name)).toEqual([
      'invitationPreview',
      'acceptInvitation',
      'requestPasswordReset',
      'resetPassword',
      'signIn',
    ]);
    const open = objects.filter(isPublic).map(({ name }) => name);
    expect(open.filter((name) => !/(Payload|Connection|Edge)$/.test(name)).toSorted()).toEqual([
      'AccessCheck',
      'AccessExplanation',
      'AccessHolder',
      'AccessHolderProgram',
      'AccessKeyCapabilities',
      'AccessMatrix',
      'AccessMatrixCell',
      'AccessMatrixRole',
      'AccessMatrixRow',
      'AccessReviewProgress',
      'ActionOnBehalf',
      'AssociatedResource',
      'AuditTarget',
      'Capability',
      'DatasetCapabilities',
      'DatasetChange',
      'DatasetChangeParty',
      'DatasetChangeValue',
      'DatasetDownload',
      'DatasetImportColumn',
      'DatasetImportPreview',
      'DatasetImportProblem',
      'DatasetImportRow',
      'DatasetMemberCapabilities',
      'DatasetRow',
      'DatasetRowSorting',
      'DatasetViewCapabilities',
      'DatasetViewConfiguration',
      'FlowAccess',
      'FlowCapabilities',
      'FlowMemberCapabilities',
      'FlowReference',
      'Governance',
      'GroupCapabilities',
      'GroupMembership',
      'GroupUse',
      'ImpersonationGrant',
      'ImpersonationGrantAction',
      'ImpersonationGrantUse',
      'ImpersonationSecurity',
      'InvitationCapabilities',
      'InvitationPreview',
      'InvitationRemedy',
      'PageInfo',
      'Remedy',
      'RemovedWithUser',
      'RoleCapabilities',
      'RoleEffect',
      'RoleUse',
      'RotatedKey',
      'ServiceAccountCapabilities',
      'ServiceAccountUse',
      'SessionCapabilities',
      'ShareSettings',
      'SharedResourceSecurity',
      'UserCapabilities',
    ]);
  });

  test('that one may read whom one meets', () => {
    const ruleOf = (name: string) => schema.getType(name)?.description?.match(/Rule: (.*) — /)?.[1];
    const rule = 'account: directory:read or met on an object that you can see';
    expect(ruleOf('User')).toBe(`self or ${rule}`);
    expect(ruleOf('Group')).toBe(rule);
    expect(ruleOf('ServiceAccount')).toBe(`self or ${rule}`);
  });

  test('a field with a rule of its own as one that can be null', () => {
    const never = fields.filter(
      ({ field }) =>
        printedOf(field).rule &&
        printedOf(field).rule?.is !== 'public' &&
        isNonNullType(field.type),
    );
    expect(never.map(({ field }) => field.name)).toEqual([]);
  });

  test.each(mutations.map((field) => [field.name, field] as const))(
    'that %s is null only together with an error',
    (_name, field: GraphQLField<unknown, unknown>) => {
      expect(isNonNullType(field.type)).toBe(false);
      expect(printedOf(field).semanticNonNull).toBeDefined();
    },
  );

  test('no field as semantically non-null that is never null', () => {
    const twice = fields.filter(
      ({ field }) => printedOf(field).semanticNonNull && isNonNullType(field.type),
    );
    expect(twice).toEqual([]);
  });

  test('a description of everything that a client can name', () => {
    const undescribed = types
      .flatMap(namedIn)
      .filter(({ description }) => !description || description !== description.trim());
    expect(undescribed.map(({ path }) => path)).toEqual([]);
  });
});

interface Named {
  readonly path: string;
  readonly description: string | null | undefined;
}

/** A type and everything in it. A mutation's one argument and its type say nothing that the mutation does not. */
function namedIn(type: GraphQLNamedType): Named[] {
  const of = (path: string, { description }: Pick<Named, 'description'>) => ({ path, description });
  const { name } = type;
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => of(`${name}.${field.name}`, field));
  }
  if (isEnumType(type)) {
    return [of(name, type), ...type.getValues().map((value) => of(`${name}.${value.name}`, value))];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [of(name, type)];
  return [
    of(name, type),
    ...Object.values(type.getFields()).flatMap((field) => [
      of(`${name}.${field.name}`, field),
      ...field.args
        .filter((arg) => !isInputObjectType(getNamedType(arg.type)) || name !== 'Mutation')
        .map((arg) => of(`${name}.${field.name}(${arg.name})`, arg)),
    ]),
  ];
}

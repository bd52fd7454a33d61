import { accountRolesWith } from '../authz/account-roles.js';
import { isAccountPermission } from '../authz/permissions.js';
import {
  canBeDelegated,
  conditionsOf,
  datasetRoleFor,
  flowRoleFor,
  merged,
} from '../authz/requirement.js';
import { builder } from './builder.js';
import { assertWithinLimits, operationIn, readDocument } from './document.js';
import { DatasetRole, FlowRole } from './enums.js';
import { planOf, type PlannedField } from './plan.js';

/** What a document takes: each field, and all of them together. */
export function summaryOf(fields: readonly PlannedField[]) {
  const { permissions, signedIn } = merged(fields.map(({ requirement }) => requirement));
  const [datasetRole, flowRole] = [datasetRoleFor(permissions), flowRoleFor(permissions)];
  return {
    permissions,
    takesSignIn: signedIn,
    canBeDelegated: canBeDelegated(merged(fields.map(({ acting }) => acting))),
    accountRoles: accountRolesWith(permissions.filter(isAccountPermission)),
    datasetRole,
    flowRole,
    conditions: conditionsOf(permissions, [datasetRole, flowRole]),
    fields,
  };
}

export type Summary = ReturnType<typeof summaryOf>;

const RequiredByField = builder.objectRef<PlannedField>('FieldRequirement').implement({
  description: 'What one field of a document takes.',
  authScopes: { authenticated: true },
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'Where its answer stands; places in lists are left out.',
    }),
    coordinate: t.exposeString('coordinate', { description: 'The field, as `Dataset.history`.' }),
    rule: t.exposeString('rule', { description: 'Its rule, as the schema prints it.' }),
    permissions: t.stringList({
      description: 'What a key must be good for to read or call it.',
      resolve: ({ requirement }) => [...requirement.permissions],
    }),
    orSelf: t.boolean({
      description: 'Whether it takes none of them of somebody who reads it of themselves.',
      resolve: ({ requirement }) => requirement.orSelf,
    }),
  }),
});

const RequiredPermissions = builder.objectRef<Summary>('RequiredPermissions').implement({
  description: 'What it takes to run a document without a refusal.',
  authScopes: { authenticated: true },
  fields: (t) => ({
    permissions: t.stringList({
      description:
        'What a key has to be restricted to, no more and no less: `permissions` of createAccessKey.',
      resolve: ({ permissions }) => [...permissions],
    }),
    takesSignIn: t.exposeBoolean('takesSignIn', {
      description: 'Whether it takes a person who is signed in: no key does it.',
    }),
    canBeDelegated: t.exposeBoolean('canBeDelegated', {
      description: 'Whether a service account can be let do it as a person who may.',
    }),
    accountRoles: t.stringList({
      description:
        'The built-in account roles each of which gives all that an account role has to give, weakest first; empty: it takes several.',
      resolve: ({ accountRoles }) => accountRoles,
    }),
    datasetRole: t.expose('datasetRole', {
      type: DatasetRole,
      nullable: true,
      description: 'The weakest role that suffices on the datasets; null: it takes none.',
    }),
    flowRole: t.expose('flowRole', {
      type: FlowRole,
      nullable: true,
      description: 'The weakest role that suffices on flows of other kinds; null: it takes none.',
    }),
    conditions: t.stringList({
      description: 'Under which conditions alone these roles suffice, with the rule of each.',
      resolve: ({ conditions }) => conditions,
    }),
    fields: t.field({
      type: [RequiredByField],
      description: 'What each field takes, in the order of the document.',
      complexity: { field: 0, multiplier: 1 },
      resolve: ({ fields }) => fields,
    }),
  }),
});

builder.queryField('requiredPermissions', (t) =>
  t.field({
    type: RequiredPermissions,
    description:
      'What it takes to run a document: which permissions a key, which roles a person or a service account. Nothing is run or looked for.',
    authScopes: { authenticated: true },
    args: {
      document: t.arg.string({ description: 'The document, with all its fragments.' }),
      operationName: t.arg.string({
        required: false,
        description: 'Which operation of the document, if it has several.',
      }),
      variables: t.arg({
        type: 'JSONObject',
        required: false,
        description:
          'What its variables hold. Unless given, all is counted that they could ask for.',
      }),
    },
    resolve: (_root, { document: text, operationName, variables }, _context, { schema }) => {
      const given = variables ?? undefined;
      const document = readDocument(schema, text);
      const operation = operationIn(document, operationName);
      assertWithinLimits(schema, document, operation, given);
      return summaryOf(planOf(schema, document, operation, given));
    },
  }),
);

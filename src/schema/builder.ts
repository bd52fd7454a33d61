import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import WithInputPlugin from '@pothos/plugin-with-input';
import { DateTimeResolver, JSONObjectResolver } from 'graphql-scalars';

import type { Context } from '../context.js';
import { decodeId, encodeId } from '../domain/ids.js';
import { invalidInput } from '../errors.js';
import { getDatamodel } from './generated/prisma.js';
import type PrismaTypes from './generated/prisma.js';
import { hiddenNode, isVisibleNode } from './node.js';
import './plugins/costs.js';
import './plugins/dry-run.js';
import './plugins/mutations.js';
import './plugins/rules.js';
import { refusalOf } from './refusal.js';
import { RuleAllows } from './rule-allows.js';
import { createScopes, type Scopes } from './scopes.js';

interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  AuthScopes: Scopes;
  DefaultAuthStrategy: 'all';
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Connection: { totalCount: () => Promise<number> };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    CellValue: { Input: string | number | boolean; Output: string | number | boolean };
    JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
  };
}

export const reached = {
  public: 'Reached only through a guarded field, and holds nothing but guarded objects.',
};

export const builder = new SchemaBuilder<SchemaTypes>({
  // A plugin wraps those that follow it: a mutation's transaction is open before its rule is decided, and a dry run
  // ends after it.
  plugins: [
    'mutations',
    'rules',
    ScopeAuthPlugin,
    'dryRun',
    ComplexityPlugin,
    'costs',
    RelayPlugin,
    WithInputPlugin,
    PrismaPlugin,
    ValidationPlugin,
  ],
  defaultFieldNullability: false,
  defaultInputFieldRequiredness: true,
  prisma: {
    client: (context) => context.db,
    dmmf: getDatamodel(),
    exposeDescriptions: false,
    filterConnectionTotalCount: true,
    maxConnectionSize: 100,
    defaultConnectionSize: 25,
  },
  scopeAuth: {
    defaultStrategy: 'all',
    treatErrorsAsUnauthorized: true,
    authScopes: createScopes,
    unauthorizedError: (_parent, _context, _info, { failure }) => refusalOf(failure),
  },
  relay: {
    encodeGlobalID: (typename, id) => encodeId(typename, String(id)),
    decodeGlobalID: decodeId,
    cursorType: 'String',
    edgesFieldOptions: {
      nullable: false,
      description: 'The page.',
      complexity: { field: 0, multiplier: 1 },
    },
    nodeFieldOptions: { nullable: false, description: 'The object.', complexity: 1 },
    cursorFieldOptions: { description: 'Its place in the list: pass it as `after` or `before`.' },
    pageInfoFieldOptions: { description: 'Whether there is more.', complexity: 0 },
    hasNextPageFieldOptions: { description: 'Whether there are more after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there are more before this page.' },
    startCursorFieldOptions: { description: 'The place of the first on this page.' },
    endCursorFieldOptions: { description: 'The place of the last on this page.' },
    firstArgOptions: { description: 'How many from the start, at most 100; 25 unless told.' },
    lastArgOptions: { description: 'How many from the end, at most 100.' },
    afterArgOptions: { description: 'Only those after this cursor.' },
    beforeArgOptions: { description: 'Only those before this cursor.' },
    idFieldOptions: { description: 'The id, unique among all objects.' },
    nodeTypeOptions: { description: 'Anything with an id that `node` can find again.' },
    nodeQueryOptions: {
      description: 'Whatever has this id, if you can see it.',
      args: { id: { description: 'The id of any object.' } },
      authScopes: { authenticated: true },
      resolve: async (_root, { id }, context, _info, resolveNode) => {
        if (!(await isVisibleNode(id, context))) {
          return hiddenNode(id, context);
        }
        if (context.isDryRun) throw new RuleAllows();
        return resolveNode(id);
      },
    },
    nodesQueryOptions: false,
    pageInfoTypeOptions: { description: 'Where a page stands in its list.', authScopes: reached },
    defaultConnectionTypeOptions: { description: 'A page of a list.', authScopes: reached },
    defaultEdgeTypeOptions: {
      description: 'An object in its place in a list.',
      authScopes: reached,
    },
    defaultPayloadTypeOptions: { authScopes: reached },
  },
  complexity: { defaultComplexity: 1, defaultListMultiplier: 10, limit: {} },
  withInput: {
    typeOptions: {
      name: ({ fieldName }) => `${fieldName[0]?.toUpperCase()}${fieldName.slice(1)}Input`,
    },
  },
  validation: {
    validationError: ({ issues }) =>
      invalidInput(
        issues.map(({ path, message }) => ({
          path: (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)),
          message,
        })),
      ),
  },
});

builder.addScalarType('DateTime', DateTimeResolver);
builder.addScalarType('JSONObject', JSONObjectResolver);

builder.globalConnectionField('totalCount', (t) =>
  t.int({
    description: 'How many there are on all pages together, filtered like the list.',
    resolve: ({ totalCount }) => totalCount(),
  }),
);

builder.queryType({ description: 'What can be read.' });
builder.mutationType({
  description:
    'What can be changed. Each field is one transaction with one entry in the audit log; a refused one changes nothing.',
});

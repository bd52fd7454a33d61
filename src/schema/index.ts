import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { lexicographicSortSchema, specifiedDirectives, type GraphQLSchema } from 'graphql';

import './access-key-mutations.js';
import './access-matrix.js';
import './access-request-list.js';
import './access-request-mutations.js';
import './access-review-mutations.js';
import './account-mutations.js';
import './account.js';
import './audit.js';
import { builder } from './builder.js';
import './cell-value.js';
import './dataset-export.js';
import './dataset-field-mutations.js';
import './dataset-import-mutations.js';
import './dataset-import-progress.js';
import './dataset-list.js';
import './dataset-member-mutations.js';
import './dataset-mutations.js';
import './dataset-row-mutations.js';
import './dataset-view-mutations.js';
import './dataset.js';
import './flow-kinds.js';
import './explain-access.js';
import './flow-list.js';
import './flow-member-mutations.js';
import './flow-mutations.js';
import './governance.js';
import './group-list.js';
import './group-mutations.js';
import './impersonation-mutations.js';
import './impersonation.js';
import './invitation-list.js';
import './invitation-mutations.js';
import './me.js';
import './password.js';
import { ruleDirective, semanticNonNullDirective } from './plugins/rules.js';
import './offboarding-mutation.js';
import './offboarding.js';
import './role-list.js';
import './role-mutations.js';
import './service-account-list.js';
import './service-account-log.js';
import './service-account-mutations.js';
import './session-list.js';
import './session-mutations.js';
import './session.js';
import './user-list.js';
import './user-mutations.js';
import './user.js';
import './viewer-can.js';
import './who-can.js';

/** Builds the schema; throws if a field has no rule or a mutation no audit event. */
export function buildSchema(): GraphQLSchema {
  return builder.toSchema({
    sortSchema: false,
    directives: [...specifiedDirectives, ruleDirective, semanticNonNullDirective],
  });
}

let built: GraphQLSchema | undefined;

/** The schema of every gateway in this process: it keeps nothing of any, and takes a while to build and to validate. */
export function schemaOnce(): GraphQLSchema {
  return (built ??= buildSchema());
}

/** The schema as text, with the rule of every field: what `schema.graphql` holds. */
export function printSchema(schema: GraphQLSchema): string {
  const sorted = lexicographicSortSchema(schema);
  return `${printSchemaWithDirectives(sorted, { pathToDirectivesInExtensions: ['directives'] })}\n`;
}

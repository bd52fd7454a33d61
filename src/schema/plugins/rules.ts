import SchemaBuilder, {
  BasePlugin,
  PothosSchemaError,
  type PothosOutputFieldConfig,
  type PothosTypeConfig,
  type SchemaTypes,
} from '@pothos/core';
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql';

import type { Permission } from '../../authz/permissions.js';
import {
  AUTHENTICATED,
  needs,
  permissionsIn,
  PUBLIC,
  SIGNED_IN,
  type Rule,
} from '../../authz/rule.js';
import { rolesAllowed, ruleName, type SharedPermission } from '../../authz/tables.js';
import { met, type Asks, type PrintedRule } from '../scopes.js';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      rules: RulesPlugin<Types>;
    }
  }
}

export const ruleDirective = new GraphQLDirective({
  name: 'rule',
  description:
    'Who may read the field or call the mutation. On a type: its fields that have no rule of their own.',
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: { is: { type: new GraphQLNonNull(GraphQLString) } },
});

export const semanticNonNullDirective = new GraphQLDirective({
  name: 'semanticNonNull',
  description: 'Null only together with an error: a refusal.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  // As clients know it from https://specs.apollo.dev/nullability/v0.4/.
  args: {
    levels: {
      type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(GraphQLInt))),
      defaultValue: [0],
    },
  },
});

/**
 * Proves while the schema is built that every output field has a rule, of its own or of its type, and prints it.
 * A field that has its own can be refused, so it becomes nullable, whatever its data.
 */
class RulesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onTypeConfig(config: PothosTypeConfig): PothosTypeConfig {
    if (config.graphqlKind !== 'Object') return config;
    const rule = printed((config.pothosOptions as Ruled).authScopes);
    if (!rule) return config;
    // What is open on a type says nothing to those who read its description.
    return {
      ...config,
      ...withRule(config, rule.rule.is === 'PUBLIC' ? { ...rule, text: '' } : rule),
    };
  }

  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    const type = this.buildCache.getTypeConfig(config.parentType);
    // The fields of an interface are those of the types behind it, each of which has its rule.
    if (type.graphqlKind === 'Interface') return config;
    const own = printed((config.pothosOptions as Ruled).authScopes);
    const inherited = printed((type.pothosOptions as Ruled).authScopes);
    if (!own && !inherited) {
      throw new PothosSchemaError(
        `${config.parentType}.${config.name} has no rule: give it or its type authScopes, or say why it is public.`,
      );
    }
    const noted = withNotes(config, own);
    if (!own) return noted;
    // A mutation can fail whoever calls it, and must not take its neighbours along.
    const canBeNull = own.rule.is !== 'PUBLIC' || config.kind === 'Mutation';
    const semanticNonNull = canBeNull && !config.type.nullable;
    return {
      ...noted,
      ...withRule(noted, own, semanticNonNull && { semanticNonNull: {} }),
      type: semanticNonNull ? { ...config.type, nullable: true } : config.type,
    };
  }
}

interface Ruled {
  authScopes?: Record<string, unknown> | PrintedRule;
  grantScopes?: unknown;
}

/** Notes at a field what else its readers in the code want to know: what it leads to, and what it asks for. */
function withNotes<
  Config extends { extensions?: object | null | undefined; pothosOptions: object },
>(config: Config, own: Printed | undefined): Config {
  const meets = (config.pothosOptions as Ruled).grantScopes === met;
  const { asks, reads } = own ?? {};
  return { ...config, extensions: { ...config.extensions, meets, asks, reads } };
}

/** A rule as it is printed: its name for programs, its text for people. */
interface Printed {
  readonly name: string;
  readonly text: string;
  readonly rule: Rule;
  readonly asks?: Asks;
  readonly reads?: SharedPermission | undefined;
}

function printed(scopes: Ruled['authScopes']): Printed | undefined {
  if (!scopes) return undefined;
  if (typeof scopes !== 'function') return ruleOfMap(scopes as Record<string, unknown>);
  const { words, rule, asks = {}, reads } = scopes as Partial<PrintedRule>;
  if (!words || !rule) throw new PothosSchemaError('A rule that is a function must print itself.');
  const text = [words, ...rolesOf(permissionsIn(rule))].join(' — ');
  return { name: words, text, rule, asks, reads };
}

function ruleOfMap(scopes: Record<string, unknown>): Printed | undefined {
  const [entry, ...others] = Object.entries(scopes);
  if (!entry || others.length > 0)
    throw new PothosSchemaError('A rule is one scope; combine with $any or $all.');
  const [scope, parameter] = entry;
  switch (scope) {
    case 'public':
      return { name: 'public', text: `public — ${String(parameter)}`, rule: PUBLIC };
    case 'authenticated':
      return {
        name: 'authenticated',
        text: 'authenticated — everybody who is signed in',
        rule: AUTHENTICATED,
      };
    case 'signedIn':
      return {
        name: 'signed in',
        text: 'signed in — a person with a session: no key, and nobody acting as them',
        rule: SIGNED_IN,
      };
    case 'account': {
      const permission = parameter as Permission;
      const name = ruleName(permission);
      return { name, text: `${name} — ${rolesAllowed(permission)}`, rule: needs(permission) };
    }
    default:
      throw new PothosSchemaError(`The scope ${scope} does not print itself as a rule.`);
  }
}

function rolesOf(permissions: readonly Permission[]): string[] {
  const roles = new Set(permissions.map(rolesAllowed));
  return roles.size === 1 ? [...roles] : [];
}

function withRule(
  {
    description,
    extensions,
  }: { description?: string | null | undefined; extensions?: object | null | undefined },
  { name, text, rule }: Printed,
  directives: object | false = {},
) {
  return {
    description: [description, text && `Rule: ${text}`].filter(Boolean).join('\n\n'),
    extensions: { ...extensions, rule, directives: { rule: { is: name }, ...directives } },
  };
}

SchemaBuilder.registerPlugin('rules', RulesPlugin);

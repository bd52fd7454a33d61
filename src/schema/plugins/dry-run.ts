import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';

import type { Context } from '../../context.js';
import { RuleAllows } from '../rule-allows.js';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      dryRun: DryRunPlugin<Types>;
    }
  }
}

/** In a dry run nothing comes after the rule of a root field. `node` stops itself: its rule is what it finds. */
class DryRunPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    { kind, name }: PothosOutputFieldConfig<Types>,
  ): typeof resolve {
    if (kind !== 'Mutation' && kind !== 'Query') return resolve;
    if (kind === 'Query' && name === 'node') return resolve;
    return (parent, args, context, info) => {
      // The plugin's types are open; the builder's Context is ours.
      if ((context as Context).isDryRun) throw new RuleAllows();
      return resolve(parent, args, context, info);
    };
  }
}

SchemaBuilder.registerPlugin('dryRun', DryRunPlugin);

import SchemaBuilder, {
  BasePlugin,
  PothosSchemaError,
  type FieldNullability,
  type InputFieldMap,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  type TypeParam,
} from '@pothos/core';
import { RequestCache } from '@pothos/plugin-scope-auth';
import type { GraphQLFieldResolver } from 'graphql';

import type { AuditAction } from '../../audit/events.js';
import { refresh, withChange, type Context } from '../../context.js';
import { noting, rehearse, transact } from '../../domain/change.js';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      mutations: MutationsPlugin<Types>;
    }
    export interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      /** What it leaves in the audit log. */
      audit: AuditAction;
      /** Whether the domain function opens its transaction itself, because it first has slow work to do. */
      ownTransaction?: boolean;
      /** What goes on around the transaction; it is for whoever calls it, so it decides nothing. */
      around?: <T>(run: () => Promise<T>, args: object, context: Context) => Promise<T>;
      /** Whether it changes what people may do. */
      changesRights?: boolean;
      /** How long the transaction may take, in milliseconds, if it has more to do than most. */
      longest?: number;
    }
  }
}

/** Makes each root mutation field one transaction with one audit entry: its rule, its changes and its entry. */
class MutationsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    if (config.kind === 'Mutation' && !config.pothosOptions.audit) {
      throw new PothosSchemaError(`Mutation.${config.name} names no audit event: \`audit: '…'\`.`);
    }
    return config;
  }

  /** Outside the argument mappers, so that input which they refuse leaves its entry too. */
  override wrapArgMappers(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): typeof resolve {
    if (config.kind !== 'Mutation') return resolve;
    const {
      audit,
      authScopes,
      longest,
      changesRights,
      ownTransaction,
      around = (run) => run(),
    } = config.pothosOptions;
    // What is open to everybody is for whoever it turns out to be, so it leaves its entries itself.
    if (ownTransaction && authScopes && 'public' in authScopes) return resolve;
    return async (parent, args, typedContext, info) => {
      // The plugin's types are open; the builder's Context is ours.
      const context = typedContext as Context;
      const { db, principal, provenance, system } = context;
      // Without a principal the rule refuses, and no account could hold the entry: the request log has it.
      if (!principal) return resolve(parent, args, context, info);
      const request = { db, principal, provenance, now: system.now(), longest, changesRights };
      if (context.isDryRun) {
        return rehearse(request, (change) =>
          resolve(parent, args, withChange(context, change), info),
        );
      }
      try {
        if (ownTransaction) {
          return await noting(request, audit, async () => resolve(parent, args, context, info));
        }
        const run = () =>
          transact(request, audit, (change) =>
            resolve(parent, args, withChange(context, change), info),
          );
        return await around(run, args, context);
      } finally {
        await refresh(context);
        RequestCache.clearForContext(context);
      }
    };
  }
}

SchemaBuilder.registerPlugin('mutations', MutationsPlugin);

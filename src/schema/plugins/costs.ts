import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      costs: CostsPlugin<Types>;
    }
  }
}

/** What a root field costs: statements of its own. */
const ROOT = 25;
/** What the object at the end of a relation costs: it comes with the row that it belongs to. */
const RELATED = 0.25;

/** The default costs: values come with their object for nothing. A page says itself what it multiplies by. */
class CostsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    const { kind, pothosOptions } = config;
    const type = config.type.kind === 'List' ? config.type.type : config.type;
    const isValue = type.kind === 'Scalar' || type.kind === 'Enum';
    const isRoot = kind === 'Query' || kind === 'Mutation' || kind === 'Subscription';
    pothosOptions.complexity ??= isRoot ? ROOT : isValue ? 0 : RELATED;
    return config;
  }
}

SchemaBuilder.registerPlugin('costs', CostsPlugin);

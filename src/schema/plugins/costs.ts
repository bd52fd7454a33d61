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

/** An object costs one; the values that it holds come with it. */
class CostsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    const type = config.type.kind === 'List' ? config.type.type : config.type;
    const isValue = type.kind === 'Scalar' || type.kind === 'Enum';
    if (isValue) config.pothosOptions.complexity ??= 0;
    return config;
  }
}

SchemaBuilder.registerPlugin('costs', CostsPlugin);

import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types every operation of the repository: the example operations and those of the tests. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  importExtension: '.js',
  documents: ['src/http/examples/*.graphql', 'test/**/*.ts'],
  generates: {
    'test/support/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', JSONObject: 'Record<string, unknown>' },
      },
    },
  },
};

export default config;

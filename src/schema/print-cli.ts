import { writeFileSync } from 'node:fs';

import { buildSchema, printSchema } from './index.js';

writeFileSync('schema.graphql', printSchema(buildSchema()));

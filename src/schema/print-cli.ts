import { writeFileSync } from 'node:fs';

import { printAccessLock } from './access-lock.js';
import { accessRowsOf } from './access-rows.js';
import { buildSchema, printSchema } from './index.js';

const schema = buildSchema();
writeFileSync('schema.graphql', printSchema(schema));
writeFileSync('access.lock', printAccessLock(accessRowsOf(schema)));

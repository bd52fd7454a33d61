import { isObjectType } from 'graphql';

import type { Rule } from '../../src/authz/rule.js';
import { schemaOnce } from '../../src/schema/index.js';
import { removalsOf, type Removal } from './removal.js';

interface Guard {
  readonly extensions: { readonly rule?: Rule };
}

/** Every guard of the schema, of types and of fields, whole and in its parts. */
export function guardsOf(): Removal[] {
  const types = Object.values(schemaOnce().getTypeMap()).filter(isObjectType);
  return types.flatMap((type) => [
    ...partsAt(type.name, type as Guard),
    ...Object.values(type.getFields()).flatMap((field) =>
      partsAt(`${type.name}.${field.name}`, field as Guard),
    ),
  ]);
}

function partsAt(at: string, { extensions: { rule } }: Guard): Removal[] {
  return rule === undefined || rule.is === 'PUBLIC' ? [] : removalsOf(at, rule);
}

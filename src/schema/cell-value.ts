import { GraphQLError, Kind, type ValueNode } from 'graphql';

import type { Stored } from '../domain/field-values.js';
import { builder } from './builder.js';

/** A number that is written into a document keeps all its digits, as text; a JSON number has lost them by now. */
function literal(node: ValueNode): Stored {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.INT:
    case Kind.FLOAT:
    case Kind.BOOLEAN:
      return node.value;
    default:
      throw notAValue();
  }
}

function value(input: unknown): Stored | number {
  if (typeof input === 'string' || typeof input === 'boolean' || typeof input === 'number') {
    return input;
  }
  throw notAValue();
}

function notAValue(): GraphQLError {
  return new GraphQLError('A value is text, a number, true or false.');
}

builder.scalarType('CellValue', {
  description:
    'What a cell holds: text, a choice and an e-mail address as text; true or false; a number as decimal text, exactly (`"12.5"`); a date as `2026-11-21`, a time as `2026-11-21T10:00:00.000Z`; a person by the id.',
  serialize: (stored) => stored as Stored,
  parseValue: value,
  parseLiteral: literal,
});

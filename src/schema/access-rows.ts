import type { GraphQLSchema } from 'graphql';

import { cellOf, ROLE_COLUMNS, type AccessCell, type Holder } from '../authz/matrix.js';
import { depends } from '../authz/three-valued.js';
import { reachedOf, typeNameOf, type Reached, type Way } from './reach.js';

/** A field of the schema, and what the matrix says of it. */
export interface AccessRow {
  readonly coordinate: string;
  readonly type: string;
  readonly field: string;
  /** The rule in words; of what is open on its type, with the rule that leads there. */
  readonly rule: string;
  readonly ways: readonly Way[];
  /** In the order of the columns of roles. */
  readonly cells: readonly AccessCell[];
}

const known = new WeakMap<GraphQLSchema, readonly AccessRow[]>();

/** The access matrix of a schema, in the order of the alphabet. */
export function accessRowsOf(schema: GraphQLSchema): readonly AccessRow[] {
  const rows = known.get(schema) ?? readAccessRows(schema);
  known.set(schema, rows);
  return rows;
}

/** The same, read from the tables as they are now. */
export function readAccessRows(schema: GraphQLSchema): readonly AccessRow[] {
  const columns = ROLE_COLUMNS.map(({ holder }) => cellsFor(holder));
  return reachedOf(schema).map((reached) => {
    const { coordinate } = reached.operation;
    const type = typeNameOf(reached.operation);
    return {
      coordinate,
      type,
      field: coordinate.slice(type.length + 1),
      rule: wordsOf(reached),
      ways: reached.ways,
      cells: columns.map((cellFor) => cellFor(reached.ways)),
    };
  });
}

/** On what it depends where several rules lead to a field. */
export const PATH = 'what leads there';

/** What a column says of each field: of rules that several fields have it is found once. */
export function cellsFor(holder: Holder): (ways: readonly Way[]) => AccessCell {
  const cells = new Map<string, AccessCell>();
  const cellFor = ({ rule, key }: Way) => {
    const cell = cells.get(key) ?? cellOf(rule, holder);
    cells.set(key, cell);
    return cell;
  };
  return (ways) => {
    const [first = depends(PATH), ...others] = ways.map(cellFor);
    if (others.every(({ outcome }) => outcome === first.outcome && outcome !== 'DEPENDS'))
      return first;
    return depends(PATH);
  };
}

function wordsOf({ operation: { words, rule }, ways }: Reached): string {
  const [way, ...others] = ways;
  if (!way || way.words === words) return words;
  const before = others.length > 0 ? PATH : way.words;
  if (rule.is === 'PUBLIC') return `public, through ${before}`;
  return others.length > 0 ? `${words}, through ${PATH}` : way.words;
}

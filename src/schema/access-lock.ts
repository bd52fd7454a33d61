import { aboutsIn, OVERRIDES, ROLE_COLUMNS, ROLE_ON } from '../authz/matrix.js';
import type { RoleFamily } from '../authz/matrix.js';
import { isSame, NEVER, type AccessCell } from '../authz/three-valued.js';
import { cellsFor, PATH, type AccessRow } from './access-rows.js';

const HEAD = `# Who may read each field of the schema and call each mutation: field, rule, roles. Made by npm run generate.
`;

/** The access matrix as text, a line a field: what `access.lock` holds. */
export function printAccessLock(rows: readonly AccessRow[]): string {
  const without = {
    dataset: cellsFor({ on: { about: 'dataset' } }),
    flow: cellsFor({ on: { about: 'flow' } }),
  };
  const lines = rows.map((row) => [row.coordinate, row.rule, rolesOf(row, without)].join('  '));
  return `${HEAD}${lines.join('\n')}\n`;
}

/** The roles that can, with what they depend on beside holding it. */
function rolesOf({ cells, ways }: AccessRow, without: Without): string {
  if (cells.every(({ outcome }) => outcome === 'ALWAYS')) return 'everybody';
  if (cells.every(({ on }) => on.join() === PATH)) return 'whoever gets there';
  const abouts = new Set<string>(['account', ...ways.flatMap(({ rule }) => [...aboutsIn(rule)])]);
  const families = new Map<RoleFamily, string[]>();
  for (const [at, { family, name }] of ROLE_COLUMNS.entries()) {
    const cell = cells[at] ?? NEVER;
    const reasons = cell.on.filter((reason) => !OF_OTHERS.has(reason));
    const can = cell.outcome === 'ALWAYS' || reasons.length > 0;
    // A role on a dataset or flow is listed for what it gives, and not for what goes without it.
    const gives = family === 'account' || !isSame(cell, without[family](ways));
    if (!abouts.has(family) || !can || !gives) continue;
    const on = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
    families.set(family, [...(families.get(family) ?? []), `${name}${on}`]);
  }
  const listed = [...families].map(([family, roles]) => `${family} ${roles.join(', ')}`);
  return listed.join('; ') || 'nobody';
}

/** What a line says of somebody who holds no role on the dataset or the flow. */
type Without = Readonly<Record<'dataset' | 'flow', (ways: AccessRow['ways']) => AccessCell>>;

/** What the roles of other families say themselves. */
const OF_OTHERS: ReadonlySet<string> = new Set([...Object.values(ROLE_ON), ...OVERRIDES]);

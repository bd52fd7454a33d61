import { aboutsIn, ROLE_COLUMNS, ROLE_ON } from '../authz/matrix.js';
import type { RoleFamily } from '../authz/matrix.js';
import { isSame, NEVER, type AccessCell } from '../authz/three-valued.js';
import { cellsFor, PATH, type AccessRow } from './access-rows.js';

const HEAD = `# Who may read each field of the schema and call each mutation: field, rule, roles. Made by npm run generate.
`;

/** The access matrix as text, a line a field: what `access.lock` holds. */
export function printAccessLock(rows: readonly AccessRow[]): string {
  const without = {
    account: cellsFor({ own: new Set() }),
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
    if (!abouts.has(family) || cell.outcome === 'NEVER') continue;
    if (isSame(cell, without[family](ways)) && (family !== 'account' || isByOther(cell))) continue;
    const on = cell.on.length > 0 ? ` (${cell.on.join('; ')})` : '';
    families.set(family, [...(families.get(family) ?? []), `${name}${on}`]);
  }
  const listed = [...families].map(([family, roles]) => `${family} ${roles.join(', ')}`);
  return listed.join('; ') || 'nobody';
}

/**
 * What a line says of somebody who holds no role of a family. A role on a dataset or flow is listed for what it gives
 * beyond that, and one in the account also for what anybody there may.
 */
type Without = Readonly<Record<RoleFamily, (ways: AccessRow['ways']) => AccessCell>>;

/** What the roles on datasets and flows say themselves. */
function isByOther({ outcome, on }: AccessCell): boolean {
  return outcome === 'DEPENDS' && on.every((reason) => ROLES_ON.has(reason));
}

const ROLES_ON: ReadonlySet<string> = new Set(Object.values(ROLE_ON));

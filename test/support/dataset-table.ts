import type { Denial } from '../../src/authz/decide.js';
import type { DatasetPermission } from '../../src/authz/permissions.js';
import type { Actor } from './actor.js';
import * as acts from './dataset-acts.js';
import * as under from './dataset-conditional-acts.js';
import { contentsOf, createStages, type Stage } from './dataset-stage.js';
import type { DatasetRole } from './generated/graphql.js';
import type { Workspace } from './world.js';

/** Allowed, refused, refused but for the Super Admin's override, or allowed under a condition. */
type Sign = 'Y' | 'N' | 'N, override' | 'own views' | 'existing fields' | 'not an Admin';

type Acts = readonly acts.Act[] | under.ActsByCondition;

/** A line, with what its roles do where a condition is met, and where it is not. */
interface Row {
  readonly table: 'dataset' | 'role-change';
  readonly label: string;
  readonly permission: DatasetPermission;
  readonly within: readonly acts.Act[];
  readonly beyond: readonly acts.Act[];
}

/** What one role may do of one row. */
export interface Cell {
  readonly row: Row;
  readonly role: DatasetRole;
  readonly sign: Sign;
  readonly name: string;
}

/** A line of the table: the permission, its label, then what an Admin, a Member and a Viewer may, and what they do. */
type Line = readonly [DatasetPermission, string, Sign, Sign, Sign, Acts];

/** The dataset table as it is printed. Whom a Member may add or remove, and as what, the other one says. */
const DATASET_TABLE: readonly Line[] = [
  ['dataset:configure', 'Manage dataset settings', 'Y', 'N', 'N', acts.settings],
  ['datasetMember:write', 'Add or remove flow members', 'Y', 'Y', 'N', under.membership],
  ['datasetField:edit', 'Edit or delete fields in a dataset', 'Y', 'N', 'N', acts.editingFields],
  ['datasetView:write', 'Create, edit, and delete views', 'Y', 'own views', 'N', under.savedViews],
  ['datasetHistory:read', 'Access dataset history', 'Y', 'N', 'N', acts.history],
  ['dataset:delete', 'Delete dataset', 'Y', 'N', 'N', acts.deletion],
  ['dataset:duplicate', 'Duplicate a dataset', 'Y', 'Y', 'N', acts.duplication],
  ['dataset:read', 'View dataset', 'Y', 'Y', 'Y', acts.looking],
  ['dataset:share', 'Share dataset', 'Y', 'Y', 'N, override', acts.sharing],
  ['dataset:import', 'Import dataset', 'Y', 'existing fields', 'N', under.importing],
  ['dataset:export', 'Export dataset', 'Y', 'Y', 'Y', acts.exporting],
  ['datasetMember:read', 'View members', 'Y', 'Y', 'N', acts.members],
  ['datasetRow:filter', 'Filter dataset values', 'Y', 'Y', 'Y', acts.filtering],
  ['datasetRow:write', 'Add or remove rows in a dataset', 'Y', 'Y', 'N', acts.rows],
  ['datasetField:write', 'Add or remove columns in a dataset', 'Y', 'N', 'N', acts.writingFields],
  ['dataset:rename', 'Modify dataset name', 'Y', 'N', 'N', acts.renaming],
  ['dataset:describe', 'Modify dataset description', 'Y', 'N', 'N', acts.describing],
  ['datasetView:configure', 'View configurations', 'Y', 'own views', 'N', under.configurations],
];

/** The table of role changes as it is printed. */
const ROLE_CHANGE_TABLE: readonly Line[] = [
  ['datasetMember:makeAdmin', 'Make an admin', 'Y', 'N', 'N', under.makingAdmins],
  ['datasetMember:makeMember', 'Make a member', 'Y', 'not an Admin', 'N', under.makingMembers],
  ['datasetMember:makeViewer', 'Make a viewer', 'Y', 'not an Admin', 'N', under.makingViewers],
  ['datasetMember:remove', 'Remove', 'Y', 'not an Admin', 'N', under.removals],
];

/** Every cell of both tables, row by row. */
export const ROWS: readonly (readonly Cell[])[] = [
  ...DATASET_TABLE.map((line) => cellsOf('dataset', line)),
  ...ROLE_CHANGE_TABLE.map((line) => cellsOf('role-change', line)),
];

function cellsOf(table: Row['table'], line: Line): Cell[] {
  const [permission, label, admin, member, viewer, all] = line;
  const row: Row = {
    table,
    label,
    permission,
    ...('within' in all ? all : { within: all, beyond: [] }),
  };
  const cell = (role: DatasetRole, sign: Sign): Cell => {
    return { row, role, sign, name: `${table} / ${label} / ${role}` };
  };
  return [cell('ADMIN', admin), cell('MEMBER', member), cell('VIEWER', viewer)];
}

/** Whether all that a row covers is done, or only the first thing on each side of a condition. */
type Extent = 'all' | 'first';

/** Checks each of these cells on a stage of its own, and says how those differ that do; `stand` says who acts there. */
export async function checkCells(
  here: Workspace,
  cells: readonly Cell[],
  extent: Extent = 'all',
  stand: (stage: Stage) => Promise<Actor> = ({ actor }) => Promise.resolve(actor),
): Promise<string[]> {
  const roles = cells.map(({ role }) => role);
  const stages = await createStages(here, roles);
  const found = await Promise.all(
    cells.map(async (cell, at) => {
      const stage = stages[at] as Stage;
      return checkCell(cell, extent, { ...stage, actor: await stand(stage) });
    }),
  );
  return found.filter((difference) => difference !== undefined);
}

/** What differs between the cell and what happens to somebody who holds exactly its role; undefined: nothing. */
async function checkCell(cell: Cell, extent: Extent, stage: Stage): Promise<string | undefined> {
  for (const { act, expected, names } of expectationsOf(cell, extent)) {
    const happened = await perform(stage, act, cell.row.permission, expected, names);
    if (happened !== undefined) {
      return `${cell.name}: expected ${expected} ${act.words}, ${happened}`;
    }
  }
  return undefined;
}

interface Expectation {
  readonly act: acts.Act;
  readonly expected: 'allowed' | 'refused';
  /** What the refusal must name. */
  readonly names?: string | undefined;
}

function expectationsOf({ row, sign }: Cell, extent: Extent): Expectation[] {
  const most = extent === 'all' ? Infinity : 1;
  const within = row.within.slice(0, most);
  const beyond = row.beyond.slice(0, most);
  const all = (some: readonly acts.Act[], expected: 'allowed' | 'refused') =>
    some.map((act) => ({ act, expected }));
  switch (sign) {
    case 'Y':
      return all([...within, ...beyond], 'allowed');
    case 'N':
      return all([...within, ...beyond], 'refused');
    case 'N, override':
      return [...all(within, 'refused'), ...all([acts.sharingByOverride], 'allowed')];
    default:
      return [
        ...all(within, 'allowed'),
        ...beyond.map((act) => ({ act, expected: 'refused' as const, names: act.names })),
      ];
  }
}

/** What happened instead of what was expected; undefined: it was like that. */
async function perform(
  stage: Stage,
  act: acts.Act,
  permission: DatasetPermission,
  expected: 'allowed' | 'refused',
  names: string | undefined,
): Promise<string | undefined> {
  await act.prepare?.(stage);
  const before = expected === 'refused' ? await contentsOf(stage) : '';
  const { errors, isDone } = await act.run(stage);
  const [error, ...others] = errors;
  if (expected === 'allowed') {
    if (error) return `was ${reasonOf(error)}`;
    return isDone ? undefined : 'was allowed without effect';
  }
  if (!error) return 'was allowed';
  if ((await contentsOf(stage)) !== before) return 'was allowed, at least in part';
  if (others.length > 0) return `was refused with ${errors.length} errors`;
  const denial = error.extensions['denial'] as Denial | undefined;
  if (error.extensions.code !== 'FORBIDDEN' || !denial?.missing.includes(permission)) {
    return `was ${reasonOf(error)}`;
  }
  const isNamed = names === undefined || denial.checks.some(({ fact }) => fact.includes(names));
  return isNamed ? undefined : `was refused without naming ${names}`;
}

function reasonOf({ extensions }: acts.Outcome['errors'][number]): string {
  const denial = extensions['denial'] as Denial | undefined;
  const missing = denial ? ` for want of ${denial.missing.join(' and ')}` : '';
  return `refused with ${extensions.code}${missing}`;
}

import { afterAll, beforeAll, expect, test } from 'vitest';

import { DATASET_ROLE_TABLE } from '../../src/authz/dataset-roles.js';
import type { Cell as Entry } from '../../src/authz/role-table.js';
import { testApp } from '../support/app.js';
import { checkCells, ROWS, type Cell } from '../support/dataset-table.js';
import { listening, type Listening } from '../support/listening.js';
import { workspace, type Workspace } from '../support/world.js';

const CELLS = ROWS.flat();

let app: Listening;
let here: Workspace;

beforeAll(async () => {
  app = await listening(await testApp());
  here = await workspace(app);
});

afterAll(() => app.close());

/** On a machine that has other things to do, too. */
const LONG = 120_000;

test(
  'each cell of the two printed tables is what happens to somebody with exactly that role',
  async () => {
    const differences: string[] = [];
    let held = 0;
    for (const row of ROWS) {
      const different = await checkCells(here, row);
      differences.push(...different);
      held += row.length - different.length;
    }
    console.log(`${held} of ${CELLS.length}`);
    expect(differences).toEqual([]);
    expect(CELLS.filter(({ row }) => row.table === 'dataset')).toHaveLength(54);
    expect(CELLS.filter(({ row }) => row.table === 'role-change')).toHaveLength(12);
    expect(held).toBe(66);
  },
  LONG,
);

/** What a cell could wrongly be: the opposite of what it is; allowed or refused whatever the facts. */
function flipsOf({ sign }: Cell): Entry[] {
  if (sign === 'Y') return [false];
  return sign === 'N' || sign === 'N, override' ? [true] : [true, false];
}

/** Runs something while one cell of the gateway's own table is another. */
async function whileFlipped<T>(
  { row: { permission }, role }: Cell,
  entry: Entry,
  run: () => Promise<T>,
): Promise<T> {
  const line: Record<Cell['role'], Entry> = DATASET_ROLE_TABLE[permission];
  const kept = line[role];
  line[role] = entry;
  try {
    return await run();
  } finally {
    line[role] = kept;
  }
}

const FLIPS = ROWS.flatMap((row) => row.map((cell) => [cell.name, cell, row] as const));

// Alone in its row: another row may differ with it, as every row does for whoever can no longer view the dataset.
test.each(FLIPS)('the flip of %s is found, and alone in its row', async (name, cell, row) => {
  const check = (): Promise<string[]> => checkCells(here, row, 'first');
  for (const entry of flipsOf(cell)) {
    const differences = await whileFlipped(cell, entry, check);
    const expected = entry === true ? 'refused' : 'allowed';
    expect(differences).toEqual([expect.stringContaining(`${name}: expected ${expected} `)]);
  }
});

import { afterAll, beforeAll, expect, test } from 'vitest';

import { DATASET_ROLE_TABLE, type Cell as Entry } from '../../src/authz/dataset-roles.js';
import { testApp } from '../support/app.js';
import { CELLS, checkCell, type Cell } from '../support/dataset-table.js';
import { listening, type Listening } from '../support/listening.js';
import { workspace, type Workspace } from '../support/world.js';

let app: Listening;
let here: Workspace;

beforeAll(async () => {
  app = await listening(await testApp());
  here = await workspace(app);
});

afterAll(() => app.close());

/** Which of these cells differ from what happens over HTTP, and how. */
async function differencesOf(cells: readonly Cell[]): Promise<string[]> {
  const found = await Promise.all(cells.map((cell) => checkCell(here, cell)));
  return found.filter((difference) => difference !== undefined);
}

const LONG = 120_000;

test(
  'each cell of the two printed tables is what happens to somebody with exactly that role',
  async () => {
    let held = 0;
    const differences: string[] = [];
    for (const cell of CELLS) {
      const difference = await checkCell(here, cell);
      if (difference === undefined) held += 1;
      else differences.push(difference);
    }
    console.log(`${held} of ${CELLS.length}`);
    expect(differences).toEqual([]);
    expect(CELLS.filter(({ row }) => row.table === 'dataset')).toHaveLength(54);
    expect(CELLS.filter(({ row }) => row.table === 'role-change')).toHaveLength(12);
    expect(held).toBe(66);
  },
  LONG,
);

/** What a cell could wrongly be: the opposite of what it is; allowed or refused whatever the facts if it has a condition. */
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

test.each(CELLS.map((cell) => [cell.name, cell] as const))(
  'the flip of %s is found, and alone in its row',
  async (name, cell) => {
    const row = CELLS.filter((each) => each.row === cell.row);
    for (const entry of flipsOf(cell)) {
      const differences = await whileFlipped(cell, entry, () => differencesOf(row));
      const expected = entry === true ? 'refused' : 'allowed';
      expect(differences).toEqual([expect.stringContaining(`${name}: expected ${expected} `)]);
    }
  },
);

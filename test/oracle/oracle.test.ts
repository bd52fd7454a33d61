import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { testDatabaseKind } from '../support/database.js';
import { compare } from './compare.js';
import { rehearsal, type Rehearsal } from './gateway.js';
import { inWords } from './words.js';
import { worlds, type World } from './world.js';

/** On the embedded database ten thousand; the other one runs the same rules, so that fewer do. */
const USUAL = { embedded: 10_000, postgres: 2_000 };
const DECISIONS = Number(process.env['ORACLE_DECISIONS'] ?? USUAL[testDatabaseKind()]);
const SEED = Number(process.env['ORACLE_SEED'] ?? 20261122);
const EXTENT = { actors: 5, reads: 40, writes: 4 };
const WORLDS_AT_ONCE = 20;
/** Whoever waits for more than this wants to see how it goes. */
const PATIENCE = 100_000;
/** So long, in milliseconds, a counterexample is made smaller. */
const SHRINKING = 60_000;

let gateway: Rehearsal;

beforeAll(async () => {
  gateway = await rehearsal();
});

afterAll(() => gateway.close());

interface Outcome {
  readonly decisions: number;
  /** What differs first, as small as it can be made, in words. */
  readonly found?: string;
}

/** Holds worlds against the oracle until something differs, or so many decisions were the same. */
async function holdWorlds(seed: number, most: number): Promise<Outcome> {
  let decisions = 0;
  let operation: string | undefined;
  let deadline = Infinity;
  const agrees = async (world: World, draws: number): Promise<boolean> => {
    const isEnough = operation === undefined && decisions >= most;
    if (isEnough || Date.now() > deadline) return true;
    const comparison = await compare(gateway, world, { ...EXTENT, seed: draws, operation });
    decisions += comparison.decisions;
    const [difference] = comparison.differences;
    if (!difference) return true;
    if (operation === undefined) deadline = Date.now() + SHRINKING;
    // Smaller worlds are asked this alone, but by everybody and about everything.
    operation = difference.question.operation;
    return false;
  };
  const property = fc.asyncProperty(worlds, fc.noShrink(fc.nat()), agrees);
  const { counterexample } = await fc.check(property, { seed, numRuns: WORLDS_AT_ONCE });
  if (!counterexample) return { decisions };
  const [world, draws] = counterexample;
  const { differences } = await compare(gateway, world, { ...EXTENT, seed: draws, operation });
  const [difference] = differences;
  return { decisions, found: difference ? inWords(world, difference) : `${operation}, but once` };
}

test(
  'what the API shows and does is what the oracle says',
  { timeout: 60_000 + DECISIONS * 30 },
  async () => {
    const started = process.cpuUsage();
    let decisions = 0;
    let found: string | undefined;
    for (let seed = SEED; decisions < DECISIONS && found === undefined; seed += 1) {
      const outcome = await holdWorlds(seed, DECISIONS - decisions);
      decisions += outcome.decisions;
      found = outcome.found;
      if (DECISIONS > PATIENCE) console.log(`${decisions} of ${DECISIONS}`);
    }
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    console.log(
      `${decisions} decisions, seed ${SEED}: ${Math.round(decisions / seconds)} a second`,
    );
    expect(found, found).toBeUndefined();
  },
);

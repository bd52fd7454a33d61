import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { testDatabaseKind } from '../support/database.js';
import { compare, type Extent } from './compare.js';
import { rehearsal, type Rehearsal } from './gateway.js';
import { inWords } from './words.js';
import { worlds, type World } from './world.js';

/** On the embedded database ten thousand; the other one runs the same rules, so that fewer do. */
const USUAL = { embedded: 10_000, postgres: 2_000 };
const DECISIONS = Number(process.env['ORACLE_DECISIONS'] ?? USUAL[testDatabaseKind()]);
const SEED = Number(process.env['ORACLE_SEED'] ?? 20261122);
const EXTENT = { actors: 8 };
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

/** By the name of the reader. */
type Tally = Readonly<Record<string, number>>;

interface Outcome {
  readonly decisions: Tally;
  /** What differs first, as small as it can be made, in words. */
  readonly found?: string;
}

/** Holds worlds against the oracle until something differs, or so many decisions were the same. */
async function holdWorlds(seed: number, most: number): Promise<Outcome> {
  let decisions: Tally = {};
  let only: Extent['only'];
  let deadline = Infinity;
  const agrees = async (world: World, draws: number): Promise<boolean> => {
    const isEnough = only === undefined && total(decisions) >= most;
    if (isEnough || Date.now() > deadline) return true;
    const comparison = await compare(gateway, world, extentOf(draws, only));
    if (only === undefined) decisions = together(decisions, comparison.decisions);
    const [difference] = comparison.differences;
    if (!difference) return true;
    if (only === undefined) deadline = Date.now() + SHRINKING;
    // Smaller worlds are asked this alone, but by everybody and about everything.
    const { reader, question } = difference;
    only = { reader, operation: question.operation };
    return false;
  };
  const property = fc.asyncProperty(worlds, fc.noShrink(fc.nat()), agrees);
  const { counterexample } = await fc.check(property, { seed, numRuns: WORLDS_AT_ONCE });
  if (!counterexample) return { decisions };
  const [world, draws] = counterexample;
  const { differences } = await compare(gateway, world, extentOf(draws, only));
  const [difference] = differences;
  const found = difference ? inWords(world, difference) : `${JSON.stringify(only)}, but once`;
  return { decisions, found };
}

function extentOf(seed: number, only: Extent['only']): Extent {
  return { ...EXTENT, seed, ...(only && { only }) };
}

function total(decisions: Tally): number {
  return Object.values(decisions).reduce((sum, each) => sum + each, 0);
}

function together(one: Tally, other: Tally): Tally {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(names.map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

test(
  'what the API shows, does and tells is what the oracle says',
  { timeout: 60_000 + DECISIONS * 30 },
  async () => {
    const started = process.cpuUsage();
    let decisions: Tally = {};
    let found: string | undefined;
    for (let seed = SEED; total(decisions) < DECISIONS && found === undefined; seed += 1) {
      const outcome = await holdWorlds(seed, DECISIONS - total(decisions));
      decisions = together(decisions, outcome.decisions);
      found = outcome.found;
      if (DECISIONS > PATIENCE) console.log(`${total(decisions)} of ${DECISIONS}`);
    }
    const { user, system } = process.cpuUsage(started);
    const speed = Math.round(total(decisions) / ((user + system) / 1e6));
    const shares = Object.entries(decisions).map(([name, count]) => `${name} ${count}`);
    console.log(
      `${total(decisions)} decisions, seed ${SEED}: ${speed} a second; ${shares.join(', ')}`,
    );
    expect(found, found).toBeUndefined();
    // Everybody who tells of the rules has a share in it.
    expect(Object.values(decisions).every((count) => count > DECISIONS / 200)).toBe(true);
  },
);
